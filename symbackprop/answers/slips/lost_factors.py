"""Factors that got lost: the number by which an answer would be right, as it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, islice

import numpy as np

from symbackprop.answers.asked.right_values import Bench, Spot
from symbackprop.answers.slips.node_words import words_of
from symbackprop.answers.slips.remembered_values import remembered
from symbackprop.formula.evaluation.paper_arrays import Paper
from symbackprop.graph.expr import topological
from symbackprop.verify.comparison import EQUAL, relative

LARGEST = 60  # numerator and denominator of a factor
EXACT = 1e-9  # how near to such a fraction a factor has to be
GLANCE = 500  # entries
NAMELESS = 8  # numbers without a name that are tried as factors,
LONG = 24  # and characters one of them may have
_POWERS = (("{}", 1.0), ("1/{}", -1.0), ("√{}", 0.5), ("1/√{}", -0.5), ("{}²", 2.0), ("1/{}²", -2.0))
Ratio = Sequence[float]  # at every spot; nan where nothing can be said
Unit = tuple[str, np.ndarray]  # what a factor is made of, and its value at every spot
Units = Callable[[Bench, Sequence[Spot]], Iterator[Unit]]


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


def written(b: Bench, found: Ratio, units: Units | None = None) -> tuple[int, str] | None:
    """A factor as its sign and as it is written, '' for 1; None where it is no factor one would write.

    `units` are what it may be made of besides a number, by default what has a name.
    """
    at = np.array(found)
    known = np.isfinite(at)
    if not known.any():
        return None
    said, each = of_units(b, units or of_names)
    with np.errstate(all="ignore"):
        share = at[known] / each[:, known]
        steady = np.ptp(share, axis=1) <= EXACT * np.abs(share[:, 0])  # not where it is not finite
    for k in np.flatnonzero(steady & np.isfinite(share).all(axis=1)):
        one = float(share[k, 0])
        near = Fraction(one).limit_denominator(LARGEST)
        exact = abs(one - float(near)) <= EXACT * abs(float(near))
        if near and exact and abs(near.numerator) <= LARGEST:
            return (1 if near > 0 else -1), joined(abs(near), said[k])
    return None


@lru_cache(maxsize=128)
def of_units(b: Bench, units: Units) -> tuple[tuple[str, ...], np.ndarray]:
    """What a factor may be made of, nothing first, and its values at all spots."""
    said, values = zip(("", np.ones(len(b.spots))), *units(b, b.spots), strict=True)
    return said, np.array(values)


def of_names(b: Bench, spots: Sequence[Spot]) -> Iterator[Unit]:
    """Powers of sizes and of scalars of the graph."""
    g = b.target.d.graph
    each = {n: np.array([float(s.point.sizes[n]) for s in spots]) for n in g.sizes}
    helpers = {*b.target.d.backward.prepared.named, b.target.of}
    for n in (*g.inputs, *(x for x in g.definition if x not in helpers)):
        symbol = g.symbol[n].symbol
        if symbol and not symbol.shape and not symbol.time and not symbol.labels:
            each[n] = np.array([float(np.real(s.point.values[n, 0])) for s in spots])
    with np.errstate(all="ignore"):
        yield from powers(each)
        for n in g.sizes:
            yield from together(n, each[n], f"({n} − 1)", each[n] - 1)
            yield from powers({f"({n} − 1)": each[n] - 1})
        for (n, x), (m, y) in combinations(each.items(), 2):
            yield from together(n, x, m, y)


def powers(each: Mapping[str, np.ndarray]) -> Iterator[Unit]:
    """Powers of numbers."""
    for n, values in each.items():
        for said, x in _POWERS:
            with np.errstate(all="ignore"):
                yield said.format(n), values**x


def together(n: str, x: np.ndarray, m: str, y: np.ndarray) -> Iterator[Unit]:
    """Products and quotients of two numbers."""
    yield f"{n} {m}", x * y
    yield f"1/({n} {m})", 1 / (x * y)
    yield f"{n}/{m}", x / y
    yield f"{m}/{n}", y / x


def nameless(b: Bench, spots: Sequence[Spot]) -> Iterator[Unit]:
    """Powers of numbers of the graph that have no name, √(Σ x²), as they are written."""
    d, work = b.target.d, remembered(b).work
    if d.graph.time:
        return
    nodes = (e for e in topological(*d.graph.definition.values()) if not e.shape and e.args)
    out: dict[str, np.ndarray] = {}
    for e in islice(nodes, NAMELESS):
        said = words_of(d, d.backward, e)
        if said and len(said) <= LONG:
            out[said] = np.array([float(np.real(work(e, s.point, 0))) for s in spots])
    yield from powers(out)


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
