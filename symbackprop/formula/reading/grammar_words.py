"""The words of the grammar, and the scripts that stand at a token."""

from __future__ import annotations

from dataclasses import dataclass

from symbackprop.formula.reading.name_table import Key, NameTable
from symbackprop.formula.reading.tex_tokens import Source


class Word:
    """A word of the grammar: its type, its value, and the token it came from."""

    __slots__ = ("at", "type", "value")
    # the parser copies these to its end mark; places are kept in `at`
    line = column = end_line = end_column = end_pos = start_pos = None

    def __init__(self, type: str, value: object, at: int) -> None:
        self.type, self.value, self.at = type, value, at


@dataclass(frozen=True, slots=True)
class Range:
    """Tokens still to be read; `mode` says what ×, or two letters in a row, mean there."""

    start: int
    end: int
    mode: str = "plain"  # plain | index: ij, 1j | listed: 2i,j | affine: 2i+u | size: m×n


@dataclass(frozen=True, slots=True)
class Scripts:
    """The scripts after a token: where each stands, and the first token after them."""

    sup: Range | None
    sub: Range | None
    primes: int
    end: int


Work = list[Word | Range]

TOPS = frozenset({"T", r"\mathsf{T}", r"\mathrm{T}", r"\mathbf{T}"})
SCRIPTS = frozenset({"^", "_", "'"})


def closed(kind: str, at: int, inside: Range) -> Work:
    """A script, or what stands in one, up to its end."""
    return [Word(kind, None, at), inside, Word("_CLOSE", None, inside.end)]


class Reader:
    """A source, a table, and the questions about scripts that every command asks."""

    def __init__(self, source: Source, table: NameTable) -> None:
        self.source, self.tokens, self.table = source, source.tokens, table

    def inside(self, r: Range | None) -> Key:
        """The tokens of a range."""
        return self.tokens[r.start : r.end] if r else ()

    def token(self, at: int) -> str:
        """The token at a place, empty past the end."""
        return self.tokens[at] if at < len(self.tokens) else ""

    def scripts(self, at: int, end: int) -> Scripts:
        """The scripts that stand at a token."""
        sup = sub = None
        primes = 0
        while at < end and (token := self.tokens[at]) in SCRIPTS:
            if token == "'":
                primes, at = primes + 1, at + 1
                continue
            inner, at = self.argument(at + 1, end)
            if (sup if token == "^" else sub) is not None:
                raise self.source.fail(inner.start, f"two scripts {token!r} on one symbol")
            sup, sub = (inner, sub) if token == "^" else (sup, inner)
        return Scripts(sup, sub, primes, at)

    def argument(self, at: int, end: int) -> tuple[Range, int]:
        """The argument of a command: a group without its braces, or one token; and what is next."""
        if at >= end or self.tokens[at] in ("}", "^", "_", "'", "&"):
            raise self.source.fail(at, "an argument is missing here")
        if self.tokens[at] == "{":
            stop = self.source.closing[at]
            return Range(at + 1, stop), stop + 1
        return Range(at, at + 1), at + 1

    def group(self, r: Range) -> Work:
        """A range between brackets of the grammar."""
        return [Word("_LBRACE", None, r.start), r, Word("_RBRACE", None, r.end)]

    def scripted(self, at: int, end: int) -> tuple[Work, int]:
        """Scripts on something that is not a name, as words: indices, then powers."""
        s = self.scripts(at, end)
        if s.primes:
            raise self.source.fail(at, "a prime stands on something that is not a function")
        indices = self.indices(s.sub.start, s.sub.end) if s.sub else []
        return indices + self.powers(s.sup), s.end

    def indices(self, start: int, end: int) -> Work:
        """A subscript that is not part of a name."""
        if self.tokens[start] == "[" and self.source.closing.get(start) == end - 1:
            start, end = start + 1, end - 1
        inside = self.tokens[start:end]
        signs = "+" in inside or "-" in inside or r"\cdot" in inside
        mode = "plain" if ":" in inside else "affine" if signs else "listed" if "," in inside else "index"
        return closed("SUB", start, Range(start, end, mode))

    def tops(self, token: str) -> bool:
        """Whether a token in a superscript is the transpose; a T may be a name as well."""
        return token == r"\top" or (token in TOPS and ((token,), (), ()) not in self.table.known)

    def powers(self, r: Range | None) -> Work:
        """A superscript that is not part of a name: ⊤, ⊙k, or a power; nothing where there is none."""
        if r is None:
            return []
        inside = self.inside(r)
        if len(inside) == 1 and (inside[0] == r"\top" or inside[0] in TOPS):
            return [Word("TOP", None, r.start)]
        close = Word("_CLOSE", None, r.end)
        if len(inside) == 2 and inside[0] == "-" and self.tops(inside[1]):
            one = [Word("_MINUS", None, r.start), Word("NUMBER", "1", r.start)]
            return [Word("POW", None, r.start), *one, close, Word("TOP", None, r.start + 1)]
        if inside and inside[0] == r"\odot":
            return closed("HPOW", r.start, Range(r.start + 1, r.end))
        if len(inside) > 1 and self.tops(inside[-1]) and (inside[-2] not in ("+", "-") or len(inside) == 2):
            power = Range(r.start, r.end - 1)
            work: Work = [Word("NUMBER", "1", r.start)] if inside[:-1] == ("-",) else []
            return [Word("POW", None, r.start), power, *work, close, Word("TOP", None, r.end - 1)]
        return closed("POW", r.start, r)
