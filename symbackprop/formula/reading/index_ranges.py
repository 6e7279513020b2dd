r"""The range of an index that stands inside names, read back: \ell = 1, \ldots, 6, or g \in \{f, i, o\}."""

from __future__ import annotations

from fractions import Fraction

from symbackprop.errors import FormulaError
from symbackprop.formula.reading.sum_signs import range_values
from symbackprop.formula.reading.tex_tokens import tokenise
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
