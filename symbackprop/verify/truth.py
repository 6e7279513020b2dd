"""Truth: every δ against the derivative of the graph's definition, along random directions.

The complex step (Squire & Trapp, SIAM Review 40, 1998), or central differences where a function is not
analytic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.report import Tally
from symbackprop.entries.reference_values import Array
from symbackprop.numeric.points import Key, Point, forward, objective

ROUNDING = 1e-14  # what is left of sums of numbers around 1, absolute
ROUNDED = 1e-12  # the most that rounding may leave of larger numbers
STEP = 1e-30  # complex step: no cancellation, so as small as the format allows
DIFFERENCE = 1e-5  # central differences, fourth order
ONE_BY_ONE, COMBINED = 48, 8  # δ's tested singly up to so many; else in so many random combinations


def check_truths(
    d: Derivation, point: Point, truths: Mapping[str, Tally], trial: int, seed: int, method: str,
    *, tolerance: float,
) -> None:  # fmt: skip
    """⟨δ, v⟩ against the derivative of the output along v, for random v at every δ."""
    rng = np.random.default_rng([seed, trial, 104729])
    slope = Slope(d, point, method).along
    groups = grouped(list(truths), len(truths) if len(truths) <= ONE_BY_ONE else COMBINED)
    for group in groups:
        keys = [k for n in group for k in point.deltas if k[0] == n]
        nudges = [{k: rng.normal(size=point.deltas[k].shape) for k in keys}]
        if len(group) == 1 and keys:
            nudges += [single_entry(k, point, rng) for k in keys[:2] for _ in range(2)]
        rounding = min(ROUNDED, ROUNDING * inflow(d, point, group))
        for v in nudges:
            derived = sum(float(np.sum(point.deltas[k] * x)) for k, x in v.items())
            true = slope(v)
            scale = max((float(np.max(np.abs(point.deltas[k]), initial=0)) for k in v), default=0.0)
            gap = abs(true - derived)
            error = 0.0 if gap <= rounding else gap / (max(abs(true), scale) or 1.0)
            for n in group:
                if not error <= tolerance:  # nan is no agreement
                    truths[n].fail(
                        f"derived {derived:.12g}, by definition {true:.12g}; seed {seed}, "
                        f"sizes {dict(point.sizes)}",
                        error,
                    )
                else:
                    truths[n].agree(error if method == "complex" else 0.0)
        for n in group:
            truths[n].points += 1


def inflow(d: Derivation, point: Point, names: list[str]) -> float:
    """The largest entry of the δ's these are sums of, and 1: what cancels leaves its rounding."""
    into = {u.consumer for n in names for u in d.backward.adjoints[n].uses}
    return max((float(np.max(np.abs(x), initial=0)) for (n, _), x in point.deltas.items() if n in into),
               default=1.0) + 1  # fmt: skip


def grouped(names: list[str], count: int) -> list[list[str]]:
    """Names dealt into groups."""
    return [names[k::count] for k in range(count)] if count else []


def single_entry(key: Key, point: Point, rng: np.random.Generator) -> dict[Key, Array]:
    """A direction that moves one entry."""
    v = np.zeros(point.deltas[key].shape)
    v.flat[int(rng.integers(0, max(v.size, 1)))] = 1.0
    return {key: v}


@dataclass(frozen=True)
class Slope:
    """Derivative of ⟨δof, of⟩ along a direction, from the graph's definitions alone."""

    d: Derivation
    point: Point
    method: str

    @cached_property
    def inputs(self) -> Point:
        given = set(self.d.graph.inputs)
        values = {
            k: v
            for k, v in self.point.values.items()
            if k[0] in given or (k[1] < 1 and self.recurrent(k[0]))
        }
        seeds = {k: v for k, v in self.point.deltas.items() if k[0] == self.d.of}
        return Point(self.point.sizes, values, seeds, self.point.length)

    def recurrent(self, name: str) -> bool:
        s = self.d.graph.symbol[name].symbol
        return bool(s and s.time)

    def along(self, v: Mapping[Key, Array]) -> float:
        if self.method == "complex":
            moved = {k: 1j * STEP * x for k, x in v.items()}
            return float(self.value(moved).imag / STEP)
        h = DIFFERENCE

        def f(step: float) -> float:
            return float(np.real(self.value({k: step * x for k, x in v.items()})))

        return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)

    def value(self, moved: Mapping[Key, Array]) -> complex:
        return objective(self.d.backward, forward(self.d.graph, self.inputs, moved))
