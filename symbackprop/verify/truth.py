"""Truth: every δ against the definitions of the nodes that read it.

δ_x is true where ⟨δ_x, v⟩ = Σ_c ⟨δ_c, (∂c/∂x) v⟩ over all that reads x, for random v: the chain rule, one
node at a time. With the δ of the output given, all of them together are the derivative of the output, by
induction from the output backwards; so each is held relative to its own size, in time linear in the graph.
(∂c/∂x) v is the complex step of c's definition (Squire & Trapp, SIAM Review 40, 1998), or a central
difference of fourth order where a function in it is not analytic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from typing import TypeAlias

import numpy as np

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.report import Tally
from symbackprop.entries.long_values import NoLongValue, lengthened
from symbackprop.entries.reference_values import Array
from symbackprop.errors import VerificationError
from symbackprop.graph.expr import Expr, topological
from symbackprop.numeric.complex_step import slopes, unit
from symbackprop.numeric.points import Key, Point, definition_at, evaluate, read_at, schedule
from symbackprop.verify.comparison import EQUAL, ROUNDING, TRUE, Real
from symbackprop.verify.decision import hold
from symbackprop.verify.rounding import Nearby, Trial

DIFFERENCE = 1e-5  # central differences, relative to the value
SINGLE = 2  # directions that move one entry, at each of the first steps of a name

Direction: TypeAlias = tuple[Key, Array]


def check_truths(trial: Trial, truths: Mapping[str, Tally], *, asked: bool = False) -> None:
    """⟨δ, v⟩ against what the nodes that read it make of v, for random v at every δ.

    `asked`: many digits are to decide.
    """
    near = Nearby(trial, partial(Slopes, trial.d), asked)
    for name, tally in truths.items():
        for direction in directions(trial, name):
            check_direction(near, direction, tally)
        tally.points += not asked


def directions(trial: Trial, name: str) -> Iterator[Direction]:
    """Random directions at every step of a name, single entries at the first; relative to the value."""
    at, rng = trial.point, np.random.default_rng([trial.seed, trial.number, *name.encode()])
    for n, key in enumerate(k for k in at.deltas if k[0] == name):
        size = magnitude(at.values[key])
        yield key, size * rng.normal(size=size.shape)
        for _ in range(SINGLE if n < SINGLE and size.size > 1 else 0):
            v = np.zeros_like(size)
            entry = int(rng.integers(size.size))
            v.flat[entry] = size.flat[entry]
            yield key, v


def magnitude(x: Array) -> Array:
    """The absolute value of every entry; where that is 0, of the largest one, or 1."""
    size = np.abs(x) * 1.0
    return np.where(size > 0, size, np.max(size, initial=0) or 1.0)


def check_direction(near: Nearby[Slopes], direction: Direction, tally: Tally) -> None:
    """One direction at one δ; a central difference is off by something of its own."""
    (key, v), slopes = direction, near.here
    try:
        true, summed = slopes.along(key, v)
    except VerificationError as missing:
        tally.fail(missing.what)
        return
    derived, own = slopes.derived(key, v)
    size, gap = max(abs(true), own), abs(true - derived)
    error = float(gap / size) if size else 0.0
    if error <= EQUAL and gap <= ROUNDING * (summed + own):
        error = 0.0  # no more than their sums lose
    exact = slopes.exact(key)
    hold(
        near, tally, error if exact or not error <= TRUE else 0.0, EQUAL if exact else TRUE,
        size=size, pair=lambda s: (np.asarray(s.along(key, v)[0]), np.asarray(s.derived(key, v)[0])),
        gap=lambda s: s.along(key, v)[0] - s.derived(key, v)[0],
        told=lambda: f"derived {derived:.12g}, by definition {true:.12g}; {near.trial.place}",
    )  # fmt: skip


@dataclass(frozen=True)
class Slopes:
    """What the nodes that read a value make of a change in it, from the graph's definitions alone."""

    d: Derivation
    point: Point

    @cached_property
    def values(self) -> dict[Key, Array]:
        """The values of the point, one of which is moved and put back."""
        return dict(self.point.values)

    @cached_property
    def moved(self) -> Point:
        return replace(self.point, values=self.values)

    @cached_property
    def reads(self) -> Mapping[Key, frozenset[Key]]:
        """The values every definition looks at when it is evaluated."""
        g, at = self.d.graph, self.point
        return {k: frozenset(read_at(definition_at(g, k), at, k[1])) for k in schedule(g, at.length)}

    @cached_property
    def readers(self) -> Mapping[Key, Sequence[Key]]:
        """The definitions that look at a value, of those that move the output: an integer moves nothing."""
        out: dict[Key, list[Key]] = {}
        stack = [k for k in self.reads if k[0] == self.d.of]
        done = set(stack)
        while stack:
            key = stack.pop()
            for k in self.reads.get(key, ()) if not self.counts(key[0]) else ():
                out.setdefault(k, []).append(key)
                if k not in done:
                    done.add(k)
                    stack.append(k)
        return out

    def along(self, key: Key, v: Array) -> tuple[Real, Real]:
        """Σ_c ⟨δ_c, (∂c/∂x) v⟩, and the same sum of absolute values.

        Errors: `VerificationError` where a δ_c is missing.
        """
        total, size = 0.0, 0.0
        for c in self.readers.get(key, ()):
            if c not in self.point.deltas:
                raise VerificationError(f"{c[0]} reads {key[0]} but has no error signal")
            parts = self.point.deltas[c] * self.slope(c, key, self.exactly(v))
            total, size = total + np.sum(parts), size + np.sum(np.abs(parts))
        return total, size

    def exactly(self, v: Array) -> Array:
        """A direction in numbers as the point has them."""
        return v if self.point.many is None else lengthened(v, self.point.many.dps)

    def counts(self, name: str) -> bool:
        """Whether a node is an integer, such as an argmax: it stays where it is between its kinks."""
        s = self.d.graph.symbol[name].symbol
        return bool(s and s.labels)

    def derived(self, key: Key, v: Array) -> tuple[Real, Real]:
        """⟨δ, v⟩, and its largest summand."""
        parts = self.point.deltas[key] * self.exactly(v)
        return np.sum(parts), np.max(np.abs(parts), initial=0.0)

    def slope(self, c: Key, key: Key, v: Array) -> Array:
        """(∂c/∂x) v with everything else as it is."""
        e = definition_at(self.d.graph, c)
        if not analytic(e) and self.point.many is not None:
            raise NoLongValue(f"a difference of {c[0]} is off by something of its own")
        if analytic(e):
            length = unit(v)
            return slopes(lambda s: [self.at(e, c, key, s)], v * length, length)[0]
        h = DIFFERENCE
        near, far = (self.at(e, c, key, k * h * v) - self.at(e, c, key, -k * h * v) for k in (1, 2))
        return np.real(8 * near - far) / (12 * h)

    def at(self, e: Expr, c: Key, key: Key, step: Array) -> Array:
        """The definition of c where one value is moved."""
        self.values[key] = self.point.values[key] + step
        try:
            return evaluate(e, self.moved, c[1])
        finally:
            self.values[key] = self.point.values[key]

    def exact(self, key: Key) -> bool:
        """Whether every reader of a value takes a complex step."""
        return all(analytic(definition_at(self.d.graph, c)) for c in self.readers.get(key, ()))


@lru_cache(maxsize=100_000)
def analytic(e: Expr) -> bool:
    """Whether every scalar function of an expression takes a complex argument."""
    return all(n.op.scalar is None or n.op.scalar.analytic for n in topological(e))
