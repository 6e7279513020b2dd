"""Values of a graph to a hundred digits at numbers that are given, and which of them are exactly so.

A fraction stays a fraction. What a function such as exp makes of one is a fraction as well, right to `DIGITS`
digits. Everything is computed a second time with each such value moved a little (`MOVED`): a number that does
not move depends on none of them, so it is exact; one that moves by no more than they did has all its first
digits right; and one that moves more is what is left of numbers that cancel, so not even its size is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, partial
from hashlib import blake2b
from math import isqrt
from typing import Any

import mpmath  # comes with SymPy
import numpy as np

from symbackprop.backward.reverse_pass import Backward
from symbackprop.entries.long_values import POLYGAMMA, STEPS
from symbackprop.entries.entry_equations import Instance
from symbackprop.entries.reference_values import Array, Sizes
from symbackprop.entries.scalar_functions import scalar_row
from symbackprop.formula.evaluation.rationals import NotRational, rational
from symbackprop.graph.expr import Expr
from symbackprop.numeric.exact_values import SQUARE, Meter, evaluate, placed, scalar_value
from symbackprop.numeric.points import Point, backward_values, evaluate as rounded_value, forward

DIGITS = 100  # of a value that is no fraction
MOVED = Fraction(1, 10**60)  # of it, in the second computation
SURE = Fraction(1, 10**6)  # the most that a number may move, of itself, whose first digits are right
LARGEST = 30_000  # binary digits of a number
WORK = 60_000  # factors multiplied at one point


# --- functions -----------------------------------------------------------------------------------


def first(best: Callable[[Any], Any]) -> Callable[[Array], Array]:
    """The position of the best entry of the last axis, the first of equal ones."""

    def run(x: Array) -> Array:
        out = np.empty(x.shape[:-1], dtype=int)
        for spot in np.ndindex(*out.shape):
            row = list(x[spot])
            out[spot] = row.index(best(row))
        return out

    return run


class PreciseMeter(Meter):
    """Meets functions with their values: `moved` by a little in the second computation."""

    work = WORK
    square = SQUARE | {"argmax": first(max), "argmin": first(min)}

    def __init__(self, moved: Fraction = Fraction(0)) -> None:
        super().__init__()
        self.moved = moved

    def kink(self, name: str, x: Fraction) -> None:
        """A kink is no hindrance: there its steps and signs are 0, as they are everywhere else."""

    def constant(self, name: str) -> Fraction:
        return self.near((name,), constant(name))

    def unknown(self, name: str, *at: Fraction) -> Fraction:
        """The value of a function; exactly, where that is a fraction."""
        exact = rational_value(name, *at)
        return self.near((name, at), function(name, *at)) if exact is None else exact

    def near(self, key: object, value: Fraction) -> Fraction:
        """The value, or one beside it that is the same whenever it is asked for."""
        self.unknowns += 1
        if not self.moved:
            return value
        seed = int.from_bytes(blake2b(repr(key).encode(), digest_size=8).digest())
        return value * (1 + self.moved * Fraction(1 + seed % 997, 998))


def rational_value(name: str, x: Fraction, *exponent: Fraction) -> Fraction | None:
    """The value of a function where it is a fraction: of an elementary one at 0 and 1, of a root."""
    if name in ("sqrt", "power"):
        e = exponent[0] if exponent else Fraction(1, 2)
        roots = [whole_root(n, e.denominator) for n in (x.numerator, x.denominator)]
        return None if None in roots else Fraction(*roots) ** e.numerator  # type: ignore[arg-type]
    if x not in (0, 1):
        return None
    found = function(name, x)
    return found if found.denominator == 1 else None


def whole_root(n: int, k: int) -> int | None:
    """The k-th root of a whole number, where it is one."""
    if n < 0:
        return None
    if k == 2:
        found = isqrt(n)
    else:
        low, high = 0, 1 << (n.bit_length() // k + 1)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if middle**k <= n else (low, middle - 1)
        found = low
    return found if found**k == n else None


@lru_cache(maxsize=20_000)
def function(name: str, x: Fraction, *exponent: Fraction) -> Fraction:
    """The value of an elementary function to `DIGITS` digits. Errors: `NotRational` where it has none."""
    with mpmath.workdps(DIGITS):
        at = [mpmath.mpf(a.numerator) / a.denominator for a in (x, *exponent)]
        known = name if name == "power" else scalar_row(name).sympy
        psi = partial(mpmath.psi, POLYGAMMA.index(known)) if known in POLYGAMMA else None
        work = psi or STEPS.get(known) or getattr(mpmath, known, None)
        if work is None:
            raise NotRational(name)
        try:
            return fraction(work(*at))
        except (ValueError, ZeroDivisionError, OverflowError):
            raise NotRational(f"{name} has no value there") from None


@lru_cache(maxsize=8)
def constant(name: str) -> Fraction:
    with mpmath.workdps(DIGITS):
        return fraction(+getattr(mpmath, name))


def fraction(x: Any) -> Fraction:
    """A binary number of any length as a fraction. Errors: `NotRational` for nan, inf, a complex one."""
    man, exp = getattr(x, "man_exp", (0, 0))
    if (not man and x != 0) or abs(exp) > LARGEST:
        raise NotRational("no number, or one too long to be written")
    size = Fraction(int(man)) * Fraction(2) ** int(exp)
    return -size if x < 0 else size


# --- points --------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Measured:
    """An array in fractions, and the same with every function's value moved by a little."""

    array: Array
    moved: Array


@dataclass(frozen=True, eq=False)
class PrecisePoint:
    """A point with all its values in fractions, computed twice."""

    point: Point
    moved: Point

    def value(self, name: str) -> Measured:
        return Measured(self.point.values[name, 0], self.moved.values[name, 0])

    def delta(self, name: str) -> Measured:
        return Measured(self.point.deltas[name, 0], self.moved.deltas[name, 0])

    def of(self, e: Expr) -> Measured:
        """The value of an expression. Errors: `NotRational`."""
        return Measured(
            evaluate(e, self.point, 0, PreciseMeter()), evaluate(e, self.moved, 0, PreciseMeter(MOVED))
        )


@dataclass(frozen=True, eq=False)
class RoundedPoint(PrecisePoint):
    """A point of floating point numbers as fractions: none of them is exact, small ones are not sure."""

    floats: Point

    @staticmethod
    def of_floats(floats: Point) -> RoundedPoint:
        tables = [{k: blurred(v) for k, v in t.items()} for t in (floats.values, floats.deltas)]
        point, moved = (
            replace(floats, **{  # type: ignore[arg-type]
                name: {k: getattr(m, side) for k, m in table.items()}
                for name, table in zip(("values", "deltas"), tables, strict=True)
            })
            for side in ("array", "moved")
        )  # fmt: skip
        return RoundedPoint(point, moved, floats)

    def of(self, e: Expr) -> Measured:
        return blurred(rounded_value(e, self.floats))


def blurred(a: Array) -> Measured:
    """Rounded numbers, and the same moved by more than rounding may have done."""
    a = np.asarray(a)
    if a.dtype.kind == "i":  # a position
        return Measured(a, a)
    own = np.vectorize(Fraction, otypes=[object])(a) if a.size else a.astype(object)
    reach = Fraction(max(1.0, float(np.abs(a).max(initial=0)))) / 10**12
    return Measured(np.asarray(own, object), np.asarray(own + reach, object))


def precise_point(b: Backward, start: Point) -> PrecisePoint:
    """Every node and every δ from inputs in fractions. Errors: `NotRational` where it takes too long."""
    return PrecisePoint(filled(b, start, PreciseMeter()), filled(b, start, PreciseMeter(MOVED)))


def filled(b: Backward, start: Point, m: PreciseMeter) -> Point:
    """The point with every node and every δ."""

    def work(e: Expr, at: Point, t: int = 0) -> Array:
        return evaluate(e, at, t, m)

    deltas = {k: rational(v) for k, v in start.deltas.items()}
    return backward_values(b, forward(b.graph, replace(start, deltas=deltas), work=work), work=work)


def precise_op(instance: Instance, operands: tuple[Array, ...], sizes: Sizes) -> Array:
    """The result of an op on fractions, by its entry equations. Errors: `NotRational`."""
    return placed(instance, operands, sizes, PreciseMeter())


def precise_scalar(name: str, order: int, x: Array) -> Array:
    """f^{(order)}(x) of fractions, entry by entry. Errors: `NotRational`."""
    one = np.vectorize(lambda a: scalar_value(name, order, Fraction(a), PreciseMeter()), otypes=[object])
    return np.asarray(one(rational(x)), dtype=object)
