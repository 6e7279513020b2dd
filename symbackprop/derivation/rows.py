"""Rows of a page: names as they print, and a name set equal to expressions."""

from __future__ import annotations

from collections.abc import Sequence

from symbackprop.formula import tree as no
from symbackprop.notation.convention import NoMatrix, symbol_formula
from symbackprop.derivation.derivation import Derivation
from symbackprop.graph.expr import Expr, Symbol
from symbackprop.formula.tree import Formula, Name
from symbackprop.notation.expression_formulas import notate, notate_entry
from symbackprop.derivation.equation import Equation
from symbackprop.sizes import Shape


def symbol_of(d: Derivation, name: str) -> Symbol:
    s = d.graph.symbol[name].symbol
    assert s
    return s


def printed(d: Derivation, name: str) -> Name:
    """A name without its time step."""
    return symbol_of(d, name).tex


def name_of(d: Derivation, name: str) -> Formula:
    """A name at its time step."""
    return symbol_formula(symbol_of(d, name), d.convention)


def equation(d: Derivation, key: str, left: Formula, sides: Sequence[Expr], shape: Shape, *,
             recurrent: bool = False, boxed: bool = False) -> Equation:  # fmt: skip
    """left = sides; in indices, with the left side's entry, where no matrix says a side."""
    try:
        written = [notate(e, d.convention) for e in sides]
        return Equation(key, left, distinct(written), shape, recurrent=recurrent, boxed=boxed)
    except NoMatrix:
        letters = tuple(d.convention.letters[: len(shape)])
        entry = tuple(Name(x) for x in letters)
        at = (
            no.At(left.base, (*left.indices, *entry))
            if isinstance(left, no.At)
            else no.At(left, entry)
        )
        written = [notate_entry(e, letters, d.convention) for e in sides]
        free = tuple(zip(letters, shape, strict=True))
        return Equation(key, at, distinct(written), shape, free, recurrent, boxed=boxed)


def distinct(sides: Sequence[Formula]) -> tuple[Formula, ...]:
    """The sides, each once."""
    return tuple(dict.fromkeys(sides))
