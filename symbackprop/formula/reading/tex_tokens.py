r"""TeX cut into tokens: no spaces, no sizes of brackets, `\hat{y}` and `\hat y` the same.

Every limit on typed text is in `LIMITS`, checked before any of it is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from symbackprop.errors import FormulaError, LimitError


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a typed formula may be."""

    characters: int = 200_000
    nesting: int = 200  # brackets, braces, fractions and scripts inside one another
    digits: int = 400  # of one number
    exponent: int = 10_000  # a number written as an exponent
    tower: int = 8  # exponents on exponents


LIMITS = Limits()

_FONTS = r"operatorname\*?|mathrm|mathsf|mathit|mathbf|mathbbm?|mathcal|mathds|textrm|text|bm|boldsymbol"
_TOKEN = re.compile(
    r"(?P<space>\s+|~|\\[,;:!> ]|\\(?:quad|qquad|displaystyle|limits|left|right|[bB]igg?[lr]?)"
    r"(?![A-Za-z])(?:\s*\.)?)"
    rf"|\\(?P<font>{_FONTS})(?![A-Za-z])\s*(?:\{{\s*(?P<word>(?:[A-Za-z0-9 .-]|\\?_)*?)\s*\}}"
    r"|(?P<letter>[A-Za-z0-9]))"
    r"|(?P<environment>\\(?:begin|end)\s*\{[A-Za-z]*\*?\})"
    r"|(?P<bar>\\(?:left|right)\s*\|)"
    r"|(?P<newrow>\\\\(?:\s*\[\s*-?[\d.]+\s*[a-z]{2}\s*\])?)"  # \\[2pt] is a row's end
    r"|(?P<command>\\(?:[A-Za-z]+|.|$))"
    r"|(?P<number>\d+(?:(?:\.|\{,\})\d+)?)"  # 0{,}5 is 0.5 with a comma that parts no list
    r"|(?P<character>.)",
    re.DOTALL,
)
_BAR = re.compile(r"\\(left|right)\s*\|")
_SAME = {
    "bm": "mathbf", "boldsymbol": "mathbf", "mathbb": "mathbf", "mathds": "mathbf", "mathbbm": "mathbf",
    "text": "mathrm",
    "textrm": "mathrm", "operatorname*": "operatorname",
    r"\dfrac": r"\frac", r"\tfrac": r"\frac", r"\le": r"\leq", r"\ge": r"\geq", r"\ne": r"\neq",
    r"\intercal": r"\top", r"\lbrack": "[", r"\rbrack": "]", r"\{": "[", r"\}": "]",
    r"\vert": "|", r"\lt": "<", r"\gt": ">", r"\ast": r"\cdot", r"\circ": r"\odot",
    "−": "-", "·": r"\cdot", "×": r"\times", "⊙": r"\odot", "∘": r"\odot",
    "⊘": r"\oslash", "⊗": r"\otimes",
    "‖": r"\|", r"\Vert": r"\|", r"\lVert": r"\|", r"\rVert": r"\|",
    "∂": r"\partial", "∇": r"\nabla", "⊤": r"\top", "≤": r"\leq",
    "≥": r"\geq", "≠": r"\neq", "′": "'",
    "⌊": r"\lfloor", "⌋": r"\rfloor", "≈": r"\approx",
}  # fmt: skip
ACCENTS = frozenset({
    r"\hat", r"\bar", r"\tilde", r"\vec", r"\dot", r"\ddot", r"\check", r"\breve", r"\overline",
    r"\widehat", r"\widetilde", r"\underline",
})  # fmt: skip
RELATIONS = {"<": "<", ">": ">", r"\leq": "<=", r"\geq": ">=", "=": "=", r"\neq": "!="}
IF = ("if", "for", "für", "falls", "wenn", "when")  # words before a condition,
ELSE = ("otherwise", "else", "sonst")  # those where there is none,
AND = ("and", "und")  # and between two
_OPEN, _CLOSE = frozenset({*"{([", r"\lfloor"}), frozenset({*"})]", r"\rfloor"})


@dataclass(frozen=True, slots=True)
class Source:
    """A text and its tokens, each with the place where it starts."""

    text: str
    tokens: tuple[str, ...]
    places: tuple[int, ...]
    closing: dict[int, int] = field(default_factory=dict)  # "{" -> its "}"

    def fail(self, position: int, what: str, *, hint: str = "") -> FormulaError:
        """The error that points at one token."""
        place = self.places[position] if position < len(self.places) else len(self.text)
        start = max(0, place - 40)
        line = re.sub(r"\s", " ", self.text[start : place + 40])
        caret = f"{line}\n  {' ' * (place - start)}^"
        where = f"formula, character {place + 1}"
        error = FormulaError(what, where=where, hint=f"{caret}\n  {hint}" if hint else caret)
        error.stand_at((place, min(place + 1, len(self.text))), self.text)
        return error

    def within(self, position: int, found: int, limit: int, what: str) -> None:
        """Refuses what exceeds a limit, at one token."""
        if found > limit:
            where = f"formula, character {self.places[position] + 1}"
            error = LimitError(f"more than {limit} {what}", where=where)
            error.stand_at((self.places[position], self.places[position] + 1), self.text)
            raise error

    def part(self, start: int, end: int) -> Source:
        """A range of tokens by itself, places as before."""
        inner = {a - start: b - start for a, b in self.closing.items() if start <= a and b < end}
        return Source(self.text, self.tokens[start:end], self.places[start:end], inner)

    def piece(self, start: int, end: int) -> str:
        """The text of a range of tokens, as typed."""
        if start >= end:
            return ""
        stop = self.places[end] if end < len(self.places) else len(self.text)
        return self.text[self.places[start] : stop].strip()


def tokenise(text: str) -> Source:
    """The tokens of a formula; refused where it is larger than the limits."""
    if len(text) > LIMITS.characters:
        raise LimitError(f"{len(text)} characters, at most {LIMITS.characters} are read", where="formula")
    tokens: list[str] = []
    places: list[int] = []
    for match in _TOKEN.finditer(_plain_bars(text)):
        kind = match.lastgroup
        if kind == "space":
            continue
        for token, shift in _named(match, tokens):
            tokens.append(token)
            places.append(match.start() + shift)
    tokens, places = _bare_accents(tokens, places)
    return checked(Source(text, tuple(tokens), tuple(places)))


def _plain_bars(text: str) -> str:
    """`\\left|` and `\\right|` as one-character marks, padded so that places stay."""
    if r"\left" not in text:
        return text
    return _BAR.sub(lambda m: ("⟪" if m[1] == "left" else "⟫").ljust(len(m[0])), text)


def _named(match: re.Match[str], before: Sequence[str]) -> list[tuple[str, int]]:
    kind, raw = match.lastgroup, match[0]
    if kind == "number":
        raw = raw.replace("{,}", ".")
    if kind in ("word", "letter"):
        font = _SAME.get(match["font"], match["font"])
        content = (match["word"] or match["letter"] or "").replace(r"\_", "_")
        return [("\\" + font + "{" + content + "}", 0)]
    if kind == "newrow":
        return [("\\\\", 0)]
    if kind == "environment":
        return [(re.sub(r"\s", "", raw), 0)]
    if kind == "number" and len(raw) > 1 and _takes_one_digit(before):
        # TeX takes one digit as an argument: x^10 is x^{1} 0, and 1 over 2 is \frac12
        head, rest = raw[0], raw[1:]
        if before and before[-1] == r"\frac":
            return [(head, 0), (rest[0], 1)] + ([(rest[1:], 2)] if rest[1:] else [])
        return [(head, 0), (rest, 1)]
    return [(_SAME.get(raw, raw), 0)]


def _takes_one_digit(before: Sequence[str]) -> bool:
    return bool(before) and before[-1] in ("^", "_", r"\frac")


def _bare_accents(tokens: list[str], places: list[int]) -> tuple[list[str], list[int]]:
    r"""`\hat{y}` as `\hat y`: braces around the single token of an accent are dropped."""
    if not ACCENTS.intersection(tokens):
        return tokens, places
    dropped: set[int] = set()
    for k in range(len(tokens) - 3):
        if tokens[k] in ACCENTS and tokens[k + 1] == "{" and tokens[k + 3] == "}":
            dropped |= {k + 1, k + 3}
    kept = [k for k in range(len(tokens)) if k not in dropped]
    return [tokens[k] for k in kept], [places[k] for k in kept]


def checked(source: Source) -> Source:
    """The source: its braces pair up; depth, digits and exponents stay within the limits."""
    open_at: list[int] = []
    raised: list[int] = []
    for k, token in enumerate(source.tokens):
        if token in _OPEN:
            open_at.append(k)
            if token == "{" and k and source.tokens[k - 1] == "^":
                raised.append(k)
            source.within(k, len(open_at), LIMITS.nesting, "brackets inside brackets")
            source.within(k, len(raised), LIMITS.tower, "exponents on exponents")
        elif token in _CLOSE:
            if not open_at or (source.tokens[open_at[-1]] == "{") != (token == "}"):
                raise source.fail(k, f"{token!r} closes nothing")
            start = open_at.pop()
            source.closing[start] = k
            if raised and raised[-1] == start:
                raised.pop()
                _check_exponent(source, start, k)
        elif token[0].isdigit():
            source.within(k, len(token), LIMITS.digits, "digits in one number")
    if open_at:
        raise source.fail(open_at[-1], f"{source.tokens[open_at[-1]]!r} is never closed")
    return source


def _check_exponent(source: Source, start: int, end: int) -> None:
    if end - start == 2 and (digits := source.tokens[start + 1]).isdecimal():
        size = int(digits) if len(digits) < 20 else 10**20
        source.within(start, size, LIMITS.exponent, "in a superscript")
