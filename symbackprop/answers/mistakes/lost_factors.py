"""Factors that got lost: the number by which an answer would be right, as it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np

from symbackprop.answers.asked.right_values import Bench, Spot
from symbackprop.formula.evaluation.paper_arrays import Paper
from symbackprop.verify.comparison import EQUAL, relative

LARGEST = 60  # numerator and denominator of a factor
EXACT = 1e-9  # how near to such a fraction a factor has to be
GLANCE = 500  # entries
_POWERS = (("{}", 1.0), ("1/{}", -1.0), ("√{}", 0.5), ("1/√{}", -0.5), ("{}²", 2.0), ("1/{}²", -2.0))
Ratio = Sequence[float]  # at every spot; nan where nothing can be said


def ratios(rights: Sequence[Paper], values: Sequence[Paper]) -> list[float] | None:
    """By what the values have to be multiplied at every spot; None where no number does it."""
    out = []
    for right, value in zip(rights, values, strict=True):
        a, x = entries(right), entries(value)
        if right.size != value.size or a.size != x.size:
            return None
        length = float(x @ x)
        if not np.isfinite(length) or not np.all(np.isfinite(a)):
            out.append(float("nan"))
            continue
        if length == 0:
            if np.any(a):
                return None
            out.append(float("nan"))
            continue
        by = float(a @ x) / length
        if relative(some(a), by * some(x))[0] > EQUAL:
            return None
        if by == 0 or relative(a, by * x)[0] > EQUAL:
            return None
        out.append(by)
    return out


def entries(a: Paper) -> np.ndarray:
    """All entries, in numbers linear algebra takes: where something underflows a point has wider ones."""
    return np.ravel(np.real(a.array)).astype(float)


def some(entries: np.ndarray) -> np.ndarray:
    """Entries that tell large arrays apart at a glance, the same ones of all arrays of one size."""
    return entries[:: max(1, entries.size // GLANCE)]


def written(b: Bench, found: Ratio) -> tuple[int, str] | None:
    """A factor as its sign and as it is written, '' for 1; None where it is no factor one would write."""
    known = [(s, r) for s, r in zip(b.spots, found, strict=True) if np.isfinite(r)]
    if not known:
        return None
    at = np.array([r for _, r in known])
    for said, unit in units(b, [s for s, _ in known]):
        share = at / unit
        spread = np.ptp(share)
        if not spread <= EXACT * abs(share[0]):  # also where it is not finite
            continue
        near = Fraction(float(share[0])).limit_denominator(LARGEST)
        exact = abs(share[0] - float(near)) <= EXACT * abs(float(near))
        if near and exact and abs(near.numerator) <= LARGEST:
            return (1 if near > 0 else -1), joined(abs(near), said)
    return None


def units(b: Bench, spots: Sequence[Spot]) -> Iterator[tuple[str, np.ndarray]]:
    """What a factor is made of besides a number: powers of sizes and of scalars of the graph."""
    yield "", np.ones(len(spots))
    g = b.target.d.graph
    each = {n: np.array([float(s.point.sizes[n]) for s in spots]) for n in g.sizes}
    helpers = {*b.target.d.backward.prepared.named, b.target.of}
    for n in (*g.inputs, *(x for x in g.definition if x not in helpers)):
        symbol = g.symbol[n].symbol
        if symbol and not symbol.shape and not symbol.time and not symbol.labels:
            each[n] = np.array([float(np.real(s.point.values[n, 0])) for s in spots])
    for n, values in each.items():
        for said, x in _POWERS:
            with np.errstate(all="ignore"):
                yield said.format(n), values**x
    for (n, x), (m, y) in combinations(each.items(), 2):
        yield f"{n} {m}", x * y
        yield f"1/({n} {m})", 1 / (x * y)
        yield f"{n}/{m}", x / y
        yield f"{m}/{n}", y / x


def joined(number: Fraction, unit: str) -> str:
    """2 and 1/n as 2/n."""
    if number == 1:
        return unit
    if not unit:
        return str(number)
    above, _, below = unit.partition("/")
    top = " ".join(x for x in (str(number.numerator), above) if x != "1") or "1"
    if number.denominator == 1:
        return f"{top}/{below}" if below else top
    down = f"({number.denominator} {below})" if below else str(number.denominator)
    return f"{top}/{down}"
