"""Whether two values differ, or only their rounding: the same at neighbouring points tells them apart.

Every value is moved by some units in its last place (Parker, Monte Carlo arithmetic, 1997). What a wrong
formula is off by stays as it is; what rounding leaves scatters about 0, however ill-conditioned the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.report import Tally
from symbackprop.entries.entry_equations import Instance
from symbackprop.entries.reference_values import Array, Sizes, value
from symbackprop.graph.domains import SYMMETRIC
from symbackprop.graph.expr import Expr
from symbackprop.numeric.points import Key, Point, evaluate
from symbackprop.verify.comparison import Real
from symbackprop.verify.generic_points import again

COUNT = 7  # neighbouring points
UNITS = 256  # units in the last place a value is moved by, at most: more than arithmetic loses in a line
INNER = 8  # the same inside a line, for what one op makes
UNIT = 2.0**-52
SPREAD = 3.0  # a mean of this many standard deviations is no scatter about 0
KEPT = ("onehot", "label")

Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Trial:
    """A point with all its values and δ's, and, where somebody asks, points beside it."""

    d: Derivation
    point: Point
    seed: int
    number: int = 0

    @cached_property
    def neighbours(self) -> tuple[Point, ...]:
        """Points whose inputs differ from this one's in the last place."""
        rng = np.random.default_rng([self.seed, self.number, 31337])
        return tuple(self.beside(rng) for _ in range(COUNT))

    @cached_property
    def largest(self) -> float:
        """The largest entry of all values and δ's: what rounding is relative to where much cancels."""
        arrays = (*self.point.values.values(), *self.point.deltas.values())
        return max((float(np.max(np.abs(x), initial=0)) for x in arrays), default=0.0)

    @property
    def place(self) -> str:
        """Where it is, for whoever wants to see it again."""
        return f"seed {self.seed}, sizes {dict(self.point.sizes)}"

    def beside(self, rng: np.random.Generator) -> Point:
        """The forward and backward pass where what every op makes is moved by some units in its last place.

        Inside an expression as well: 1 - y² of a y near 1 has lost digits that no value of a node shows.
        """

        def input_(k: Key, x: Array) -> Array:
            s = self.d.graph.symbol[k[0]].symbol
            kept, even = (bool(s and s.domain in words) for words in (KEPT, SYMMETRIC))
            return x if kept else moved(x, rng, symmetric=even)

        def noisy(x: Array, units: int) -> Array:
            return moved(x, rng, units=units) if np.issubdtype(x.dtype, np.inexact) else x

        def run(instance: Instance, operands: tuple[Array, ...], sizes: Sizes) -> Array:
            return noisy(value(instance, operands, sizes), INNER)

        def work(e: Expr, at: Point, t: int) -> Array:
            return noisy(evaluate(e, at, t, run=run), UNITS)

        return again(self.d, self.point, input_, work)


@dataclass(frozen=True)
class Nearby(Generic[Seen]):
    """What a check makes of the point of a trial and, where somebody asks, of the points beside it."""

    trial: Trial
    made: Callable[[Point], Seen]

    @cached_property
    def here(self) -> Seen:
        return self.made(self.trial.point)

    @cached_property
    def beside(self) -> tuple[Seen, ...]:
        return tuple(map(self.made, self.trial.neighbours))

    def hold(
        self, tally: Tally, error: float, tolerance: float, *,
        gap: Callable[[Seen], Real], most: float, told: Callable[[], str],
    ) -> None:  # fmt: skip
        """One comparison: what rounding alone explains is no difference, and nan is no agreement.

        `gap` is the difference itself, and `most` the largest that may be rounding.
        """
        if error <= tolerance:
            tally.agree(error)
        elif self.rounds(gap, most):
            tally.agree(0.0)
        else:
            tally.fail(told(), error)

    def rounds(self, gap: Callable[[Seen], Real], most: float) -> bool:
        """Whether a difference is small enough to be rounding, and scatters about 0 beside the point."""
        first = gap(self.here)
        try:
            return bool(abs(first) <= most) and scattered([first, *map(gap, self.beside)])
        except np.linalg.LinAlgError:  # what raises beside a point is no rounding
            return False


def moved(x: Array, rng: np.random.Generator, *, symmetric: bool = False, units: int = UNITS) -> Array:
    """Every entry moved by up to some units in its last place; a symmetric matrix stays symmetric."""
    step = rng.integers(-units, units + 1, np.shape(x)) * UNIT
    return x * (1 + (step + step.T) / 2 if symmetric else 1 + step)


def scattered(gaps: Sequence[Real]) -> bool:
    """Whether differences at neighbouring points scatter about 0."""
    if not np.all(np.isfinite(np.asarray(gaps))):
        return False
    return bool(abs(np.mean(np.asarray(gaps))) < SPREAD * np.std(np.asarray(gaps)))
