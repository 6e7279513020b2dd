"""Statements of a graph's text: one declaration or definition each, not yet read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from keyword import iskeyword

from symbackprop.errors import STATEMENT_LENGTH, DeclarationError, within
from symbackprop.graph.domains import DOMAINS
from symbackprop.graph.graph import Time
from symbackprop.graph.typed_signs import read_name, read_signs
from symbackprop.sizes import size

NAME = r"[^\W\d][\w\u0300-\u036f]*"
STATEMENT = re.compile(rf"(?P<name>{NAME})\s*(\[\s*(?P<time>{NAME}|0)\s*\])?\s*"
                       r"(?P<sign>[:=])(?!=)\s*"
                       r"(?P<rest>.+)", re.DOTALL)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """One declaration or definition, with its line."""

    line: int
    name: str
    time: str
    sign: str
    rest: str
    tex: str

    @property
    def where(self) -> str:
        return f"line {self.line}, `{self.name}`"

    @property
    def inside(self) -> bool:
        """Whether it holds at every step, not only at step 0 or outside time."""
        return self.time not in ("", "0")


def split(text: str) -> Iterator[tuple[int, str]]:
    """Statements with their line numbers: newline or `;` ends one, unless a bracket is open."""
    current, depth, start = "", 0, 1
    for number, line in enumerate(text.splitlines(), 1):
        code = line.split("#")[0]
        for c in code + "\n":
            depth += (c in "([{") - (c in ")]}")
            if (c == ";" or c == "\n") and depth <= 0:
                if current.strip():
                    yield start, current.strip()
                current, depth = "", 0
            else:
                if not current.strip():
                    start = number
                current += " " if c == "\n" else c
    if current.strip():
        raise DeclarationError(f"`{current.strip()[:60]}` has an open bracket", where=f"line {start}")


def parse_statement(line: int, text: str) -> Statement:
    within(len(text), STATEMENT_LENGTH, "characters of a statement", f"line {line}")
    text, _ = read_signs(unicodedata.normalize("NFC", text))
    found = STATEMENT.fullmatch(text)
    if found and iskeyword(found["name"]):
        raise DeclarationError(f"`{found['name']}` is a word of Python", where=f"line {line}",
                               hint="Take another name, as in  lam: n as \\lambda")  # fmt: skip
    if not found:
        raise DeclarationError(
            f"`{text[:60]}` is neither a declaration `name: shape` nor a definition `name = expression`",
            where=f"line {line}",
        )
    rest, _, tex = found["rest"].partition(" as ")
    if not rest.strip() and found["rest"].startswith("as "):
        rest, tex = "", found["rest"][3:]
    words = tex.split()
    back: list[str] = []  # domain words may follow the printed name
    while len(words) > 1 and (words[-1] in DOMAINS or (len(words) > 2 and words[-2] == "label")):
        n = 1 if words[-1] in DOMAINS else 2
        back, words = [*words[-n:], *back], words[:-n]
    rest = " ".join([rest.strip(), *back])
    name, time = (read_name(found[x] or "") for x in ("name", "time"))
    return Statement(line, name, time, found["sign"], rest, " ".join(words))


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
