"""The smallest counterexample: small integers for the inputs, both values side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from symbackprop.answers.asked.chain_points import plain
from symbackprop.answers.asked.right_values import Bench, Spot
from symbackprop.answers.typed.typed_answer import Typed
from symbackprop.answers.verdicts.agreement import outcome
from symbackprop.answers.verdicts.formula_verdict import Found, Judge, finite
from symbackprop.entries.reference_values import KINKS, Array
from symbackprop.errors import SymbackpropError
from symbackprop.formula.evaluation.paper_arrays import Paper
from symbackprop.formula.tree import ZERO
from symbackprop.graph.expr import Symbol
from symbackprop.graph.graph import Graph
from symbackprop.numeric.points import (
    Key, Point, backward_values, forward, generic_point, roomy, seeded, size_names,
)  # fmt: skip
from symbackprop.verify.comparison import relative
from symbackprop.verify.generic_points import KINK

LISTED = 100  # entries of an array that is written out
SHORT, FULL = 6, 17  # digits of a number that is no whole one
NOISE = 1e-14  # relative: what rounding may make of equal numbers
NEAR = 1e-8  # entries that count as the same side by side
ATTEMPTS = 12  # points tried, the smallest sizes first
QUARTERS = 6  # points tried beside them, all numbers quartered: nearer to 0 than integers are
WHOLE = np.array([-2, -1, 1, 2, 3])
TERMS = 4  # of a row of a large matrix, the others 0
Nested: TypeAlias = "float | tuple[Nested, ...]"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Inputs in small integers, and what is right and what the answer gives there.

    Of large arrays only the first entry that differs is given, `entry` from 1, and large inputs are left out.
    """

    sizes: tuple[tuple[str, int], ...]
    inputs: tuple[tuple[str, Nested], ...]
    right: Nested
    given: Nested
    entry: tuple[int, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Plain data for JSON."""
        return {"sizes": dict(self.sizes), "inputs": dict(self.inputs),
                "right": self.right, "given": self.given, "entry": self.entry}  # fmt: skip


def nested(a: Array, digits: int = SHORT) -> Nested:
    """An array as tuples; whole numbers as such, others to so many digits."""
    a = np.asarray(a)
    if a.ndim:
        return tuple(nested(x, digits) for x in a)
    x = float(np.real(a))
    return int(x) if np.isfinite(x) and x == round(x) else float(f"{x:.{digits}g}")


def smallest(b: Bench, typed: Typed, found: Found) -> Counterexample | None:
    """The first small point where the answer is wrong, or None where it has no value or none differs."""
    if not found.values:
        return None
    judge = Judge(b, typed)
    for spot in small_spots(b):
        place = judge.place(spot)
        try:
            value, right = place.value(found.form, found.reading), judge.right(found, place)
        except SymbackpropError:
            continue
        if shows(plain(right), value, found):
            g = b.target.d.graph
            given = {n: np.asarray(v) for (n, t), v in spot.point.values.items() if n in g.inputs and t <= 1}
            small = [n for n in g.inputs if n in given and given[n].size <= LISTED]
            inputs = tuple((n, nested(given[n] + label(g, n))) for n in small)
            sizes = tuple(sorted(spot.point.sizes.items()))
            digits = FULL if found.detail == "nearly" else SHORT
            return Counterexample(sizes, inputs, *beside(right.array, value.array, digits))
    return None


def shows(right: Paper, value: Paper, found: Found) -> bool:
    """Whether an answer is seen to be wrong at a spot: where it is nearly right, by its last digits."""
    if found.detail == "nearly":
        return relative(right.array, value.array)[0] > NOISE
    said = outcome(right, value, zero=found.form == ZERO)
    return finite(value) and said in ("differs", "sizes", "transposed")


def beside(right: Array, given: Array, digits: int) -> tuple[Nested, Nested, tuple[int, ...]]:
    """Both values; of large ones of one shape the first entry that differs."""
    if right.size <= LISTED or right.shape != given.shape:
        few = [a if a.size <= LISTED else a.ravel()[:LISTED] for a in (right, given)]
        return nested(few[0], digits), nested(few[1], digits), ()
    at = first_apart(right, given)
    return nested(right[at], digits), nested(given[at], digits), tuple(k + 1 for k in at)


def first_apart(right: Array, given: Array) -> tuple[int, ...]:
    """The first entry of two arrays of one shape that differs, looked for row by row."""
    for k, (a, b) in enumerate(zip(right, given, strict=True)):
        near = np.abs(a - b) <= NEAR * (1 + np.abs(b))
        if not np.all(near):
            return (k, *(int(x) for x in np.unravel_index(int(np.argmin(near)), near.shape)))
    return (0,) * right.ndim


def label(g: Graph, name: str) -> int:
    """Labels count from 1 on paper."""
    s = g.symbol[name].symbol
    return int(bool(s and s.labels))


def small_spots(b: Bench) -> Iterator[Spot]:
    """Points in small integers, at last in quarters, one step of time each."""
    found = (small_spot(b, attempt) for attempt in range(ATTEMPTS + QUARTERS))
    return (s for s in found if s is not None)


@lru_cache(maxsize=32 * (ATTEMPTS + QUARTERS))
def small_spot(b: Bench, attempt: int) -> Spot | None:
    """A point in small integers; None where it lies on a kink or is not finite."""
    d = b.target.d
    quarter, number = divmod(attempt, ATTEMPTS)
    sizes = small_sizes(d.graph, 1 + min(number // 4 + (number > 0), 2))
    watched: list[float] = []
    token = KINKS.set(watched)
    try:
        raw = integers(d.graph, sizes, attempt, 0.25 if quarter else 1.0)
        point = backward_values(d.backward, forward(d.graph, seeded(d.backward, raw, attempt)))
    finally:
        KINKS.reset(token)
    finite = all(np.all(np.isfinite(v)) for v in (*point.values.values(), *point.deltas.values()))
    if not finite or (watched and min(watched) < KINK["complex"]):
        return None
    return next(b.at(point), None)


def small_sizes(g: Graph, n: int) -> dict[str, int]:
    """Every size n, the length of time 2; a little larger where an axis would be empty."""
    sizes = dict.fromkeys(size_names(g), n)
    if g.time:
        sizes |= dict.fromkeys(g.time.length.names, 2)
    return roomy(g, sizes)


def integers(g: Graph, sizes: Mapping[str, int], seed: int, unit: float = 1.0) -> Point:
    """Inputs and initial states in small integers times a unit, where their domain has them."""
    generic = generic_point(g, 0, seed, sizes)
    rng = np.random.default_rng([seed, 31])
    values: dict[Key, Array] = {}
    for (n, t), v in generic.values.items():
        s = g.symbol[n].symbol
        values[n, t] = whole(s, v, rng, unit)
    return Point(generic.sizes, values, {}, generic.length)


def whole(s: Symbol | None, v: Array, rng: np.random.Generator, unit: float) -> Array:
    """Small integers times a unit in the shape of a value, if its domain is open to them."""
    if s is None or not s.facts.whole:
        return v
    made = rng.choice(WHOLE, np.shape(v)) * unit
    if s.domain != "real":
        return np.asarray(s.facts.into(made), float)
    if made.ndim > 1 and made.size > LISTED:  # sums over many integers would saturate every function
        made *= rng.random(made.shape) < TERMS / made.shape[-1]
    return made
