"""Statements of a graph's text: one declaration or definition each, not yet read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from keyword import iskeyword

from symbackprop.catalogue.error_sentences import told
from symbackprop.errors import STATEMENT_LENGTH, DeclarationError, within
from symbackprop.graph.domains import DOMAINS, interval_behind
from symbackprop.graph.graph import Time
from symbackprop.graph.typed_signs import read_name, read_signs
from symbackprop.sizes import size

NAME = r"[^\W\d][\w\u0300-\u036f]*"
STATEMENT = re.compile(rf"(?P<name>{NAME})\s*(\[\s*(?P<time>{NAME}|0)\s*\])?\s*"
                       r"(?P<sign>[:=])(?!=)\s*"
                       r"(?P<rest>.+)", re.DOTALL)  # fmt: skip
ASKED = re.compile(rf"(?P<sign>of|wrt)\s+(?P<rest>{NAME}(\s*,\s*{NAME})*)")  # of L; wrt W, b


@dataclass(frozen=True, slots=True)
class Piece:
    """The text of one statement, and where in the whole text each of its characters stands."""

    line: int
    text: str
    places: tuple[int, ...]

    @property
    def span(self) -> tuple[int, int]:
        return (self.places[0], self.places[-1] + 1) if self.places else (0, 0)


@dataclass(frozen=True, slots=True)
class Statement:
    """One declaration or definition, with its line, and where the characters of `rest` stand in the text.

    `sign` is ':' or '='; of what is asked for it is the word, 'of' or 'wrt', and `rest` has the names.
    """

    line: int
    name: str
    time: str
    sign: str
    rest: str
    tex: str
    places: tuple[int, ...] = ()

    @property
    def asked(self) -> bool:
        """Whether it says what is differentiated, and by what."""
        return self.sign in ("of", "wrt")

    @property
    def names(self) -> tuple[str, ...]:
        """The names between the commas of what is asked for."""
        return tuple(read_name(n.strip()) for n in self.rest.split(","))

    @property
    def where(self) -> str:
        return f"line {self.line}, `{self.name}`"

    @property
    def inside(self) -> bool:
        """Whether it holds at every step, not only at step 0 or outside time."""
        return self.time not in ("", "0")

    def span(self, start: int = 0, end: int | None = None) -> tuple[int, int]:
        """Some characters of `rest`, counted in the whole text."""
        if not self.places:
            return (0, 0)
        last = len(self.places) - 1
        stop = last if end is None else max(min(end - 1, last), 0)
        return self.places[min(start, last)], self.places[stop] + 1


def split(text: str) -> Iterator[Piece]:
    """The statements: newline or `;` ends one, unless a bracket is open; `#` starts a comment."""
    current, places, depth, start, line, comment = "", list[int](), 0, 1, 1, False
    for at, c in enumerate(text + "\n"):
        line += at > 0 and text[at - 1] == "\n"
        comment = (comment or c == "#") and c != "\n"
        if comment:
            continue
        depth += (c in "([{") - (c in ")]}")
        if c in ";\n" and depth <= 0:
            if current.strip():
                yield stripped(start, current, places)
            current, places, depth = "", [], 0
        else:
            if not current.strip():
                start = line
            current += " " if c == "\n" else c
            places.append(at)
    if current.strip():
        found = stripped(start, current, places)
        error = DeclarationError(**told("bracket", text=found.text[:60]), where=f"line {start}")
        error.stand_at(found.span, text)
        raise error


def stripped(line: int, text: str, places: list[int]) -> Piece:
    """A statement without the blanks around it."""
    front = len(text) - len(text.lstrip())
    kept = text.strip()
    return Piece(line, kept, tuple(places[front : front + len(kept)]))


def parse_statement(piece: Piece) -> Statement:
    line = piece.line
    within(len(piece.text), STATEMENT_LENGTH, "characters of a statement", f"line {line}")
    text, at = read_signs(piece.text)
    if asked := ASKED.fullmatch(text):
        return Statement(line, asked["sign"], "", asked["sign"], asked["rest"], "")
    found = STATEMENT.fullmatch(text)
    if found and iskeyword(found["name"]):
        raise DeclarationError(f"`{found['name']}` is a word of Python", where=f"line {line}",
                               hint="Take another name, as in  lam: n")  # fmt: skip
    if not found:
        raise DeclarationError(**told("statement", text=text[:60]), where=f"line {line}")
    rest, _, tex = found["rest"].partition(" as ")
    if not rest.strip() and found["rest"].startswith("as "):
        rest, tex = "", found["rest"][3:]
    tex, behind = interval_behind(tex)
    words = tex.split()
    back: list[str] = []  # domain words may follow the printed name
    while len(words) > 1 and (words[-1] in DOMAINS or (len(words) > 2 and words[-2] == "label")):
        n = 1 if words[-1] in DOMAINS else 2
        back, words = [*words[-n:], *back], words[:-n]
    name, time = (read_name(found[x] or "") for x in ("name", "time"))
    first = found.start("rest") + len(rest) - len(rest.lstrip())
    places = tuple(piece.places[at[k]] for k in range(first, found.start("rest") + len(rest)))
    rest = " ".join([rest.strip(), *back, *([behind] if behind else [])])
    return Statement(line, name, time, found["sign"], rest, " ".join(words), places)


def time_of(s: Statement) -> Time:
    """`t: 1..T`."""
    low, _, high = s.rest.partition("..")
    if low.strip() != "1" or not high.strip().isidentifier():
        raise DeclarationError(f"`{s.rest}` is not a time range", where=s.where, hint="Write  t: 1..T")
    return Time(s.name, size(high.strip()), s.name)


def early_states(statements: list[Statement]) -> list[str]:
    """Recurrent names used before their definition and without declared size."""
    defined: set[str] = set()
    out: dict[str, None] = {}
    recurrent = {s.name for s in statements if s.time and s.sign == "="}
    for s in statements:
        if s.sign == "=":
            for name in re.findall(rf"({NAME})\s*\[", s.rest):
                if name in recurrent and name not in defined:
                    out[name] = None
        defined.add(s.name)
    return list(out)
