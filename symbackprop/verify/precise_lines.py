"""Lines of given numbers in fractions: neither our rounding nor a tolerance makes one of them true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation
from symbackprop.derivation.report import Tally
from symbackprop.derivation.scopes import PAGE
from symbackprop.entries.reference_values import Array
from symbackprop.errors import SymbackpropError
from symbackprop.formula.evaluation.rationals import NotRational, rational
from symbackprop.formula.evaluation.value import evaluate
from symbackprop.formula.tree import (
    Array as ArrayFormula, Decimal, Formula, Minus, Number, Power, Times,
)  # fmt: skip
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.verify.page_values import Scene

PRECISE = Fraction(1, 10**30)  # relative to the largest entry: what is no fraction has a hundred digits


def precisely(d: Derivation, eq: Equation, sides: list[Formula], scene: Scene, tally: Tally) -> bool:
    """Holds a line of numbers in fractions; whether that could be done."""
    there = scene.precisely_there
    if there is None or eq.relation not in ("=", "≈"):
        return False
    try:
        left = value(sides[0], eq, there)
        found = list(rows(eq, sides, there))
    except (SymbackpropError, NotRational):
        return False
    if any(left.shape != a.shape and left.ndim and a.ndim for _, a, _ in found):
        return False
    for f, right, slack in found:
        gap, scale = most(left - right), max(most(left), most(right))
        allowed = np.asarray(PRECISE * scale if slack is None else slack, dtype=object)
        if not np.all(abs(left - right) <= allowed):
            shown = f"`{latex(eq.left, d.functions)}` is not `{latex(f, d.functions)}`"
            tally.fail(f"{shown} at the numbers given", float(gap / scale))
    return True


def rows(eq: Equation, sides: list[Formula], there: Scene) -> Iterator[tuple[Formula, Array, Array | None]]:
    """Every side with its value, and how far a rounded one may be off."""
    for n, f in enumerate(sides[1:], 1):
        rounded = eq.relation == "≈" and n == len(sides) - 1
        yield f, value(f, eq, there), value(half_units(f), eq, there) if rounded else None


def value(f: Formula, eq: Equation, there: Scene) -> Array:
    """The value of a side. Errors: `NotRational` where something rounds, `SymbackpropError`."""
    return rational(evaluate(f, there.environment(replace(eq, local=PAGE), 0)))


def most(a: Array) -> Fraction:
    """The largest entry of fractions by its absolute value."""
    return max(map(abs, np.ravel(a).tolist()), default=Fraction(0))


def half_units(f: Formula) -> Formula:
    """Half a unit of the last printed digit of every number: how far a rounded value may be off."""
    match f:
        case Minus():
            return half_units(f.operand)
        case ArrayFormula():
            return ArrayFormula(tuple(tuple(half_units(x) for x in row) for row in f.rows))
        case Decimal():
            return Decimal("0." + "0" * len(f.digits.partition(".")[2]) + "5000001")
        case Times((Decimal() as digits, Power() as ten)):  # 4.248 · 10⁻¹⁸
            return Times((half_units(digits), ten))
    return Number(Fraction(0))
