"""Plain text, character by character, as tokens of LaTeX; each keeps the place where it was typed.

Nothing is computed here. Glued names (`Xw`) are split against the declared names, the longest first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from symbackprop.dialects.plain.typed_names import LETTERS, Spellings, Tokens
from symbackprop.errors import FormulaError, LimitError
from symbackprop.formula.reading.tex_tokens import LIMITS

GLUED = 60  # letters in a row that are split into names
_SPACE = re.compile(r"\s+")
_OPENING = frozenset({"(", "{", r"\begin{bmatrix}", r"\begin{listmatrix}"})
_CLOSING = frozenset({")", "}", r"\end{bmatrix}"})
_BEFORE_TERM = frozenset({*"+-=<>,;:&", *_OPENING, r"\odot", r"\leq", r"\geq", r"\neq", "\\\\"})


Rules = Callable[[str], Iterable[Callable[["Scan"], bool]]]


@dataclass(slots=True)
class Scan:
    """One pass over one text."""

    text: str
    spelled: Spellings
    at: int = 0
    tokens: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    open: list[tuple[str, Tokens]] = field(default_factory=list)  # the closing token, what follows it
    pairs: dict[int, int] = field(default_factory=dict)
    zero: set[int] = field(default_factory=set)  # depths of brackets that count from 0
    spaced: set[int] = field(default_factory=set)  # depths of matrices with spaces between cells
    callers: dict[int, str] = field(default_factory=dict)  # depth of a bracket -> its function
    wraps: int = 0
    bars: int = 0  # single bars so far: after an odd number the next one closes
    rules: Rules = lambda c: ()
    times: frozenset[Tokens] = frozenset()  # names with a step of time
    named: bool = False  # whether a name was the last thing put
    recurrent: bool = False  # whether it has a step of time
    numpy: bool = False  # whether the text is code
    slashes: set[int] = field(default_factory=set[int])  # tokens that were typed ./
    samples: frozenset[str] | None = None  # the letters that count samples, once they were looked for

    def run(self, rules: Rules) -> None:
        """All of the text: the first of the rules for a character that takes what stands there."""
        self.pairs, self.rules = pairs(self.text), rules
        while self.at < len(self.text):
            if not any(rule(self) for rule in rules(self.text[self.at])):
                self.fail(f"{self.text[self.at]!r} cannot stand here")

    def put(self, *tokens: str) -> bool:
        self.named = False
        self.tokens += tokens
        self.places += [min(self.at, max(len(self.text) - 1, 0))] * len(tokens)
        return True

    def put_name(self, tokens: Tokens) -> None:
        """A declared name."""
        self.put(*tokens)
        self.named, self.recurrent = True, tokens in self.times

    def took(self, after: int, *tokens: str) -> bool:
        """Tokens for the text up to a place."""
        self.put(*tokens)
        self.at = after
        return True

    def entered(self, after: int, close: str, *tokens: str, then: Tokens = ()) -> bool:
        """Tokens that open a bracket, and what closes it."""
        self.open.append((close, then))
        return self.took(after, *tokens)

    def took_name(self, after: int, tokens: Tokens) -> bool:
        """A declared name for the text up to a place."""
        self.put_name(tokens)
        self.at = after
        return True

    def inner(self, text: str) -> Tokens:
        """The tokens of a short text by itself."""
        scan = Scan(text, self.spelled, numpy=self.numpy)
        scan.run(self.rules)
        return tuple(scan.tokens)

    def indices(self, text: str) -> Tokens:
        """The tokens of a subscript."""
        scan = Scan(text, self.spelled, open=[("}", ())])
        scan.run(self.rules)
        return tuple(scan.tokens)

    def operand(self) -> int:
        """Where what was put last begins: a name, a bracket, a call, with its scripts."""
        at = len(self.tokens)
        while at > 0:
            at = self.opening(at - 1)
            if at == 0 or self.tokens[at - 1] not in ("_", "^"):
                break
            at -= 1
        word = self.tokens[at - 1] if at else ""
        called = word.startswith(r"\operatorname") or word == r"\mathbf{1}"
        return at - 1 if self.tokens[at] == "(" and called else at

    def opening(self, at: int) -> int:
        """The bracket that a closing one closes; any other token is itself."""
        if self.tokens[at] not in _CLOSING:
            return at
        depth = 0
        for k in range(at, -1, -1):
            depth += (self.tokens[k] in _CLOSING) - (self.tokens[k] in _OPENING)
            if depth == 0:
                return k
        return at

    def summed(self) -> bool:
        """Whether what was put last is the lower bound of a sum."""
        if len(self.tokens) < 4 or self.tokens[-1] != "}":
            return False
        at = self.opening(len(self.tokens) - 1)
        return at > 1 and self.tokens[at - 1] == "_" and self.tokens[at - 2] in (r"\sum", r"\prod")

    def divided(self) -> bool:
        """Whether the term that is being written has a ./ before it: a ./ b / n goes on from the left."""
        at = len(self.tokens)
        while self.slashes and at > 0:
            last = at - 1
            at = self.opening(last)
            if at in self.slashes or (at == last and self.tokens[at] in _BEFORE_TERM):
                return at in self.slashes
        return False

    def before(self, *tokens: str) -> None:
        """Tokens in front of what was put last."""
        self.wraps += 1
        if self.wraps > LIMITS.nesting:
            raise LimitError(f"more than {LIMITS.nesting} scripts on scripts", where="formula")
        if not self.tokens:
            self.fail("nothing stands before this")
        at = self.operand()
        self.tokens[at:at] = tokens
        self.places[at:at] = [self.places[at]] * len(tokens)

    def wrap(self) -> None:
        """What was put last in braces, if a script stands on it, so that another one can."""
        if len(self.tokens) < 2 or self.tokens[-1] != "}":
            return
        at = self.opening(len(self.tokens) - 1)
        if at and self.tokens[at - 1] == "^":
            self.before("{")
            self.put("}")

    def fail(self, what: str, hint: str = "") -> None:
        start = max(0, self.at - 40)
        line = re.sub(r"\s", " ", self.text[start : self.at + 40])
        caret = f"{line}\n  {' ' * (self.at - start)}^"
        where = f"formula, character {self.at + 1}"
        error = FormulaError(what, where=where, hint=f"{caret}\n  {hint}" if hint else caret)
        error.stand_at((self.at, min(self.at + 1, len(self.text))), self.text)
        raise error

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.match(self.text, self.at)

    def char(self, ahead: int = 0) -> str:
        return self.text[self.at + ahead : self.at + ahead + 1]

    def skip(self) -> None:
        found = self.match(_SPACE)
        self.at = found.end() if found else self.at

    def script(self, kind: str, inner: str) -> None:
        """A script whose content is short and plain."""
        each = ("\\" + LETTERS[x] if x in LETTERS else x for x in re.findall(r"\d+|\S", inner))
        self.put(kind, "{", *each, "}")


def pairs(text: str) -> dict[int, int]:
    """Opening brackets -> closing ones; those that do not pair are left to the reader."""
    out: dict[int, int] = {}
    stack: list[int] = []
    for k, c in enumerate(text):
        if c in "([{":
            stack.append(k)
        elif c in ")]}" and stack:
            out[stack.pop()] = k
    return out


def flat(text: str) -> str:
    """A text without what stands in its brackets."""
    out, depth = [], 0
    for c in text:
        depth += (c in "([{") - (c in ")]}")
        out.append(c if depth == 0 else "")
    return "".join(out)


def split(run: str, s: Scan) -> list[str] | None:
    """A run of letters as declared names, the longest first; None where it is no such run."""
    if len(run) > GLUED:
        return None
    best: list[list[str] | None] = [None] * len(run) + [[]]
    for k in range(len(run) - 1, -1, -1):
        for stop in range(len(run), k, -1):
            rest = best[stop]
            if rest is not None and (run[k:stop] in s.spelled):
                best[k] = [run[k:stop], *rest]
                break
    return best[0]
