"""A point once more: with many digits, and with every value moved by some units in its last place.

What a wrong formula is off by stays as it is at neighbouring points; what rounding leaves scatters about 0,
however ill-conditioned the graph (Parker, Monte Carlo arithmetic, 1997).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np

from symbackprop.derivation.derivation import Derivation
from symbackprop.entries.entry_equations import Instance
from symbackprop.entries.long_values import NoLongValue, lengthened, limited, spend
from symbackprop.entries.reference_values import Array, Sizes, value
from symbackprop.graph.expr import Expr
from symbackprop.numeric.points import Key, Point, evaluate
from symbackprop.verify.comparison import Real
from symbackprop.verify.generic_points import again

COUNT = 7  # neighbouring points
FEWEST = 3  # of them at which there is a value: 1 - p of a p near 1 may have no logarithm
UNITS = 256  # units in the last place a value is moved by, at most: more than arithmetic loses in a line
INNER = 8  # the same inside a line, for what one op makes
UNIT = 2.0**-52
SPREAD = 3.0  # a mean of this many standard deviations is no scatter about 0
WORK = {100: 400_000, 1000: 40_000}  # factors multiplied with so many digits

PASSES = 4  # times every number of a point is met, at least

Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Trial:
    """A point with all its values and δ's, and, where somebody asks, the same once more."""

    d: Derivation
    point: Point
    seed: int
    number: int = 0
    many: dict[int, Point | None] = field(default_factory=dict)

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
            kept, even = bool(s and s.facts.apart), bool(s and s.facts.symmetric)
            return (
                x if kept or (k in self.point.deltas and k[0] == self.d.of) else moved(x, rng, symmetric=even)
            )

        def noisy(x: Array, units: int) -> Array:
            return moved(x, rng, units=units) if np.issubdtype(x.dtype, np.inexact) else x

        def run(instance: Instance, operands: tuple[Array, ...], sizes: Sizes) -> Array:
            return noisy(value(instance, operands, sizes), INNER)

        def work(e: Expr, at: Point, t: int) -> Array:
            return noisy(evaluate(e, at, t, run=run), UNITS)

        return again(self.d, self.point, input_, work)

    def digits(self, count: int) -> Point | None:
        """The point with so many digits of everything; None where that takes too long."""
        if count not in self.many:
            numbers = sum(np.size(x) for x in self.point.values.values())
            try:
                with limited(WORK[count]):
                    spend(PASSES * numbers)
                    found = again(self.d, self.point, lambda k, x: self.longer(k, x, count))
            except NoLongValue:
                found = None
            self.many[count] = found if found and found.many else None
        return self.many[count]

    def longer(self, k: Key, x: Array, count: int) -> Array:
        """An input with more digits; what adds to 1 adds to 1 in all of them."""
        s, a = self.d.graph.symbol[k[0]].symbol, lengthened(x, count)
        return a / a.sum(-1, keepdims=True) if s and s.facts.summing and not s.facts.apart else a


@dataclass(frozen=True)
class Nearby(Generic[Seen]):
    """What a check makes of the point of a trial and, where somebody asks, of the same once more.

    `asked`: floating point has said nothing anywhere, many digits are to decide.
    """

    trial: Trial
    made: Callable[[Point], Seen]
    asked: bool = False
    seen: dict[int, Seen] = field(default_factory=dict)

    @cached_property
    def here(self) -> Seen:
        return self.made(self.trial.point)

    @cached_property
    def beside(self) -> tuple[Seen, ...]:
        return tuple(map(self.made, self.trial.neighbours))

    def digits(self, count: int) -> Seen | None:
        """The same with so many digits."""
        point = self.trial.digits(count)
        if point is not None and count not in self.seen:
            self.seen[count] = self.made(point)
        return self.seen.get(count)

    def rounds(self, gap: Callable[[Seen], Real], most: float) -> bool:
        """Whether a difference is small enough to be rounding, and scatters about 0 beside the point."""
        first = gap(self.here)
        try:
            near = [g for g in map(gap, self.beside) if np.isfinite(g)] if abs(first) <= most else []
            return len(near) >= FEWEST and scattered([first, *near])
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
