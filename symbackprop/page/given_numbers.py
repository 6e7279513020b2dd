"""Numbers given for the inputs of a graph, and every node and δ there: in floats, and to a hundred digits."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np

from symbackprop.derivation.derivation import Derivation
from symbackprop.entries.reference_values import Array
from symbackprop.errors import SheetError
from symbackprop.formula.evaluation.rationals import NotRational
from symbackprop.graph.expr import Symbol, topological
from symbackprop.graph.size_conditions import check_sizes
from symbackprop.numeric.points import Point, backward_values, forward, seeded
from symbackprop.numeric.precise_values import PrecisePoint, RoundedPoint, precise_point
from symbackprop.sizes import shape_text


# points of the page that is being made and verified: the same derivation, the same numbers
KEPT: deque[tuple[Derivation, Mapping[str, object], PrecisePoint]] = deque(maxlen=8)


def trace_point(d: Derivation, at: Mapping[str, object]) -> Point:
    """The point of given numbers. Errors: `SheetError` naming a missing input or a wrong size."""
    point = given_point(d, at)
    return backward_values(d.backward, forward(d.graph, point))


def precise_numbers(d: Derivation, at: Mapping[str, object]) -> PrecisePoint:
    """The same in fractions; of rounded numbers, where something has no other value or takes too long.

    Errors: `SheetError` as above, and for a value that is not finite.
    """
    for own, given, point in KEPT:
        if own is d and given is at:
            return point
    point = precisely(d, at)
    KEPT.append((d, at, point))
    return point


def precisely(d: Derivation, at: Mapping[str, object]) -> PrecisePoint:
    start = given_point(d, at)
    seed = fractions(at[key]) if (key := seed_name(d)) in at else exactly(start.deltas[d.of, 0])
    values = {(n, t): v if v.dtype.kind == "i" else fractions(at[n])
              for (n, t), v in start.values.items()}  # fmt: skip
    try:
        return precise_point(d.backward, replace(start, values=values, deltas={(d.of, 0): seed}))
    except NotRational:
        found = backward_values(d.backward, forward(d.graph, start))
    if not all(np.all(np.isfinite(v)) for v in (*found.values.values(), *found.deltas.values())):
        raise SheetError("a value is not finite at the given numbers", where="at")
    return RoundedPoint.of_floats(found)


def exactly(floats: Array) -> Array:
    """Numbers nobody typed, as they are."""
    return np.asarray(np.vectorize(Fraction, otypes=[object])(floats), dtype=object)


def fractions(value: object) -> Array:
    """Numbers as they were typed: 0.1 is 1/10."""
    flat = [typed(x) for x in np.asarray(value, dtype=object).ravel().tolist()]
    out = np.empty(len(flat), dtype=object)
    out[:] = flat
    return out.reshape(np.shape(np.asarray(value, dtype=object)))


def typed(x: object) -> Fraction:
    return x if isinstance(x, Fraction) else Fraction(repr(float(x)))  # type: ignore[arg-type]


def given_point(d: Derivation, at: Mapping[str, object]) -> Point:
    """The inputs and the error signal of the output. Errors: `SheetError`, `ShapeError`."""
    values: dict[tuple[str, int], Array] = {}
    sizes: dict[str, int] = {}
    for e in d.graph.definition.values():
        for f in topological(e):
            if f.op.scalar and f.op.scalar.abstract:
                raise SheetError(f"{f.op.name} is any function, it has no numbers", where="at")
    for n in d.graph.inputs:
        s = d.graph.symbol[n].own
        if n not in at:
            raise SheetError(f"no number for {n}", where="at", hint=f"Inputs: {', '.join(d.graph.inputs)}")
        values[n, 0] = given_value(s, at[n], sizes)
    seed = seed_name(d)
    unknown = [n for n in at if n not in (*d.graph.inputs, seed)]
    if unknown:
        raise SheetError(
            f"`{unknown[0]}` is not an input", where="at", hint=f"Inputs: {', '.join(d.graph.inputs)}"
        )
    check_sizes(d.graph, sizes)
    point = seeded(d.backward, Point(sizes, values, {}, 0), 0)
    if seed in at:
        point.deltas[d.of, 0] = seed_given(d, point, at[seed])
    return point


def seed_name(d: Derivation) -> str:
    """By which name the error signal of an output that is no number may be given."""
    return f"{d.of}_bar" if d.backward.seed.symbol else ""


def given_value(s: Symbol, given: object, sizes: dict[str, int]) -> Array:
    """The numbers of one input; what they say of sizes is noted. Errors: `SheetError`."""
    n, v = s.name, np.asarray(given, float)
    if v.ndim != len(s.shape):
        raise SheetError(f"{n} is {shape_text(s.shape)}, its numbers are {v.shape}", where="at")
    for extent, size in zip(v.shape, s.shape, strict=True):
        if len(size.terms) == 1 and size.number is None and len(size.terms[0][0]) == 1:
            sizes.setdefault(size.terms[0][0][0], extent)
    expected = (
        tuple(x.value(sizes) for x in s.shape) if all(x.names <= set(sizes) for x in s.shape) else v.shape
    )
    if v.shape != expected:
        raise SheetError(f"{n} is {expected}, its numbers are {v.shape}", where="at")
    if not s.facts.fits(v):
        raise SheetError(f"{n} is declared {s.domain}, its numbers are not", where="at")
    if not s.labels:
        return v
    most = s.labels.value(sizes) if s.labels.names <= set(sizes) else np.inf
    if not np.all((v == np.rint(v)) & (v >= 1) & (v <= most)):
        raise SheetError(f"{n} is a label, one of 1 … {shape_text((s.labels,))}", where="at")
    return np.rint(v).astype(int) - 1


def seed_given(d: Derivation, point: Point, value: object) -> Array:
    """The error signal given for the output. Errors: `SheetError` for a wrong size."""
    seed, own = np.asarray(value, float), point.deltas[d.of, 0]
    if seed.shape != own.shape:
        raise SheetError(f"{d.of} is {own.shape}, its error signal is {seed.shape}", where="at")
    return seed
