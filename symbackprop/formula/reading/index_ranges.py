r"""Indices that stand inside names: their ranges, \ell = 1, \ldots, 6 or g \in \{f, i, o\}, and the names
that a sum over them may use: W_{Rg} where W_{Rf}, W_{Ri} and W_{Ro} are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from symbackprop.errors import FormulaError
from symbackprop.formula.indexed_names import joined, name_at, parts, plain, tokens, value_text
from symbackprop.formula.reading.grammar_words import Reader
from symbackprop.formula.reading.name_table import NameTable
from symbackprop.formula.reading.sum_signs import range_values
from symbackprop.formula.reading.tex_tokens import Source, tokenise
from symbackprop.formula.tree import IndexRange, Name, Number


def read_range(text: str) -> IndexRange:
    """The range a piece of LaTeX says. Errors: `FormulaError` where it says none."""
    source = tokenise(text)
    letter, *rest = source.tokens or ("",)
    if rest[:1] == ["="]:
        said = rest[1::2]
        if all(x == "," for x in rest[2::2]) and said.count(r"\ldots") <= 1:
            return IndexRange(Name(letter), tuple(Number(Fraction(k)) for k in counted(said)))
    elif values := range_values(tuple(rest), ()):
        return IndexRange(Name(letter), values)
    raise FormulaError(f"`{text}` is no range of an index", where="formula")


def counted(said: list[str]) -> list[int]:
    """Numbers as they are listed; three dots stand for those between their neighbours."""
    if len(said) == 3 and said[1] == r"\ldots":
        low, high = int(said[0]), int(said[2])
        step = 1 if low < high else -1
        return list(range(low, high + step, step))
    if not all(x.isdecimal() for x in said):
        raise FormulaError(
            "the values of an index are numbers, with dots between two of them", where="formula"
        )
    return [int(x) for x in said]


# --- sums over names ---------------------------------------------------------------------------------

MANY = 1000  # values of an index of a sum over names


def widened(source: Source, table: NameTable) -> NameTable:
    """The table with the names that the sums of a formula make of its own."""
    ranges = dict(sum_ranges(source, table))
    ways = [(x, v, behind) for x, v in ranges.items() for behind in offsets(source, x, v)]
    inside: dict[Name, str] = {}
    for _ in ranges:  # an index may stand in a name beside another one
        known = (*table.names, *inside)
        inside |= {n: way[0] for way in ways for n in generic_names(known, *way)}
    if not inside:
        return table
    return replace(table, names=(*table.names, *inside), inside=table.inside | set(inside.values()))


def offsets(source: Source, letter: str, values: tuple[str, ...]) -> dict[tuple[str, ...], None]:
    """What a formula adds to an index that counts: nothing, and -1 where it says s_{h-1}."""
    found: dict[tuple[str, ...], None] = {(): None}
    if all(v.isdecimal() for v in values):
        for token, *behind in zip(source.tokens, source.tokens[1:], source.tokens[2:], strict=False):
            if token == letter and behind[0] in ("+", "-") and behind[1].isdecimal():
                found[tuple(behind)] = None
    return found


def sum_ranges(source: Source, table: NameTable) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The letter and the values of each sum whose values are written in numbers or letters."""
    reader = Reader(source, table)
    for k, token in enumerate(source.tokens):
        if token == r"\sum":
            s = reader.scripts(k + 1, len(source.tokens))
            letter, *after = reader.inside(s.sub) or ("",)
            high = reader.inside(s.sup)
            if high and not (high[0].isdecimal() and int(high[0]) <= MANY):
                continue
            values = tuple(map(value_text, range_values(tuple(after), high)))
            if len(values) > 1:
                yield letter, values


def generic_names(
    names: Sequence[Name], letter: str, values: tuple[str, ...], behind: tuple[str, ...]
) -> Iterator[Name]:
    """The names with an index inside, and what is added to it, that are known names at all of its values."""
    known = set(names)
    first = str(int(values[0]) + int("".join(behind))) if behind else values[0]
    for name in names:
        read = [tokens(p) for p in parts(name)]
        for p, found in enumerate(read):
            for k, token in enumerate(found):
                if plain(token) != first:
                    continue
                other = [*map(joined, read)]
                other[p] = joined((*found[:k], letter, *behind, *found[k + 1 :]))
                made = replace(name, base=other[0], sup=other[1], sub=other[2])
                entry = made.sub == letter + "".join(behind) and replace(made, sub="") in known
                if not entry and made not in known and all(name_at(made, letter, v) in known for v in values):
                    yield made
