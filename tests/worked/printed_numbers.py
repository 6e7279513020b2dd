"""What stands on a sheet as numbers, by NumPy alone, and slopes by central differences."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from string import ascii_lowercase

import numpy as np

from symbackprop.entries.reference_values import Array
from symbackprop.formula.tree import (
    Array as ArrayFormula, Call, Decimal, Floor, Formula, Minus, Name, Number, Over, Plus, Times,
)  # fmt: skip
from symbackprop.numeric.points import Point
from symbackprop.page.given_numbers import trace_point
from symbackprop.page.page import Page, Sketch
from symbackprop.picture.drawings.drawing import Drawing, Line
from symbackprop.sheet.exercise import Answer, Derived, Shown, Stated
from symbackprop.sheet.sheet import Sheet
from symbackprop.verify.generic_points import point_for

CLOSE = 1e-12  # of two values of one exact formula, relative to the largest entry
FUNCTIONS = {"sin": np.sin, "cos": np.cos, "log": np.log, "exp": np.exp}


def answers(sheet: Sheet, exercise: int, letter: str) -> tuple[Answer, ...]:
    """What answers a part; exercises count from 1."""
    return sheet.exercises[exercise - 1].parts[ascii_lowercase.index(letter)].answers


def typed(sheet: Sheet, exercise: int, letter: str) -> tuple[Stated, ...]:
    """The typed lines that answer a part."""
    return tuple(a for a in answers(sheet, exercise, letter) if isinstance(a, Stated))


def worth(f: Formula) -> Array | None:
    """The value of a formula of numbers; None where a name stands in it."""
    match f:
        case Number(value=v):
            return np.asarray(float(v))
        case Decimal(digits=d):
            return np.asarray(float(d))
        case ArrayFormula(rows=rows):
            found = all_worth([x for row in rows for x in row])
            return None if found is None else np.array(found).reshape(len(rows), -1)
        case Minus(operand=x):
            return joined([x], lambda a: -a)
        case Plus(terms=terms):
            return joined(terms, lambda *a: np.sum(np.array(a), axis=0))
        case Times(factors=factors):
            return joined(factors, lambda *a: reduce(product, a))
        case Over(numerator=x, denominator=y):
            return joined([x, y], lambda a, b: a / b)
        case Floor(operand=x):
            return joined([x], np.floor)
        case Call(function=name, arguments=arguments, primes=0) if name in FUNCTIONS:
            return joined(arguments, FUNCTIONS[name])
    return None


def product(a: Array, b: Array) -> Array:
    return a @ b if a.ndim and b.ndim else a * b


def all_worth(parts: list[Formula]) -> list[Array] | None:
    found = [worth(x) for x in parts]
    return [x for x in found if x is not None] if all(x is not None for x in found) else None


def joined(parts: tuple[Formula, ...] | list[Formula], by: Callable[..., Array]) -> Array | None:
    found = all_worth(list(parts))
    return None if found is None else np.asarray(by(*found))


def half_unit(f: Formula) -> Array:
    """Half a unit of the last digit of every number written out; 0 for a whole number."""
    match f:
        case Decimal(digits=d):
            return np.asarray(0.5 * 10.0 ** -len(d.partition(".")[2]))
        case Minus(operand=x):
            return half_unit(x)
        case ArrayFormula(rows=rows):
            return np.array([[half_unit(x) for x in row] for row in rows])
    return np.zeros(())


def on_page(sheet: Sheet, page: Page, left: Formula, value: object) -> bool:
    """Whether a checked page says that a symbol has a value: every side of numbers alone is this value.

    A row is 1×n and a column n×1; only the last side, and only behind ≈, may be rounded.
    """
    found = [e for e in page.equations if e.left == left]
    if not any(c.page is page for _, c in sheet.checks):
        return False
    told = [(eq, f, x) for eq in found for f in eq.sides if (x := worth(f)) is not None]
    want = np.asarray(value, float)
    scale = CLOSE * np.max(np.abs(want), initial=1.0)
    return bool(told) and all(
        x.shape == want.shape
        and np.all(np.abs(x - want) <= (half_unit(f) if eq.relation == "≈" else 0.0) + scale)
        for eq, f, x in told
    )


def slope(f: Callable[[Array], float], x: object, step: float = 1e-5) -> Array:
    """The derivative of a number by every entry, by central differences."""
    at = np.asarray(x, float)
    out = np.zeros(at.shape)
    for k in np.ndindex(at.shape):
        v = np.zeros(at.shape)
        v[k] = step
        out[k] = (f(at + v) - f(at - v)) / (2 * step)
    return out


def close(a: object, b: object, tolerance: float = 1e-6) -> bool:
    """Equal shapes, and equal entries relative to the largest."""
    x, y = np.asarray(a), np.asarray(b)
    scale = max(np.max(np.abs(y), initial=0.0), 1e-300)
    return x.shape == y.shape and bool(np.max(np.abs(x - y), initial=0.0) <= tolerance * scale)


def point(d: Derived) -> Point:
    """Values and error signals at the numbers of a sheet."""
    assert d.at is not None
    return trace_point(d.derivation, d.at)


def recurrent_point(d: Derived, seed: int, length: int) -> Point:
    """Values and error signals of a recurrence at a random point."""
    p = point_for(d.derivation, 0, seed, "complex", length)
    assert isinstance(p, Point)
    return p


def name(d: Derived, node: str) -> Name:
    s = d.derivation.graph.symbol[node].symbol
    assert s
    return s.tex


def sketch(found: object) -> Drawing:
    assert isinstance(found, Shown) and isinstance(found.blocks[0], Sketch)
    each = dict(found.blocks[0].drawings)
    assert each["en"] is each["de"]
    return each["en"]


def misfit(drawing: Drawing, curves: list[Array]) -> float:
    """How far drawn curves are from lines through (k, log v), in points; one scale for all."""
    drawn = [np.array(s.points) for s in drawing.shapes
             if isinstance(s, Line) and len(s.points) == len(curves[0])]  # fmt: skip
    assert len(drawn) == len(curves)
    flat = np.concatenate(drawn)
    k = np.concatenate([np.arange(1, len(v) + 1) for v in curves])
    worst = 0.0
    for told, shown in ((k, flat[:, 0]), (np.log10(np.concatenate(curves)), flat[:, 1])):
        a = np.stack([np.ones(len(told)), told], 1)
        worst = max(worst, float(np.max(np.abs(a @ np.linalg.lstsq(a, shown)[0] - shown))))
    return worst
