"""A wrong derivation as a value: the mistakes in it, and what it comes to at the spots of a bench."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeVar

import numpy as np

from symbackprop.answers.asked.chain_points import plain
from symbackprop.answers.asked.right_values import Bench, Spot
from symbackprop.answers.slips.lost_factors import entries, some
from symbackprop.answers.slips.printed_slips import Gaps
from symbackprop.answers.slips.remembered_values import remembered
from symbackprop.answers.slips.wrong_rules import Slip
from symbackprop.backward.reverse_pass import Backward
from symbackprop.entries.reference_values import Array
from symbackprop.errors import SymbackpropError
from symbackprop.formula.evaluation.paper_arrays import Paper, oriented, transpose
from symbackprop.graph.expr import Expr
from symbackprop.numeric.points import Point, backward_values, forward

Made = TypeVar("Made")


@dataclass(frozen=True)
class Mistake:
    """A named mistake: its key in the catalogue, and what stands in the gaps of its sentence."""

    key: str
    gaps: Gaps = ()


@dataclass(frozen=True, eq=False)
class Candidate:
    """Mistakes somebody makes together, and their value: at the quick point, at the others when asked."""

    mistakes: tuple[Mistake, ...]
    first: tuple[Paper, ...]  # at every step of the quick point
    others: Iterator[Paper | None]
    start: int = 0  # spots before the quick point
    slips: tuple[Slip, ...] = ()
    scope: str = ""  # the definition a slip stands in, where the signals above it are right

    @cached_property
    def values(self) -> tuple[Paper, ...]:
        """The value at every spot; nothing where it has none at one of them."""
        others = (*self.others,)
        found = (*others[: self.start], *self.first, *others[self.start :])
        return tuple(v for v in found if v is not None) if None not in found else ()

    @cached_property
    def directions(self) -> tuple[Array, ...]:
        """The value at the first point and its transpose, each of length 1: what a factor leaves as it is."""
        one = self.first[0]
        turned = one.rank == 2 and min(one.size) > 1
        ways = (self.first, tuple(map(transpose, self.first))) if turned else (self.first,)
        return tuple(map(direction, ways))

    def near(self, given: Array) -> bool:
        """Whether a direction may be this one's: a quick look before all spots are compared."""
        return any(d.size == given.size and not abs(d @ given) < 1 - 1e-9 for d in self.directions)


def direction(steps: tuple[Paper, ...]) -> Array:
    """Some entries, divided by their length; nan where all are 0."""
    flat = some(np.concatenate([entries(p) for p in steps]))
    with np.errstate(all="ignore"):
        return flat / np.sqrt(flat @ flat)


@lru_cache(maxsize=64)
def quick(b: Bench) -> slice:
    """The spots of the point with the fewest steps, of a recurrence three: all candidates are tried there."""
    best = min(b.points, key=lambda here: (here[0].point.length == 2, here[0].point.length))
    start = b.spots.index(best[0])
    return slice(start, start + len(best))


def known(b: Bench, made: tuple[Mistake, ...], values: tuple[Paper, ...]) -> Candidate:
    """A candidate whose values are all there."""
    here = quick(b)
    return Candidate(made, values[here], iter((*values[: here.start], *values[here.stop :])), here.start)


def local(
    b: Bench, made: tuple[Mistake, ...], e: Expr, of: tuple[Slip, ...] = (), scope: str = ""
) -> Iterator[Candidate]:
    """A wrong form of the error signal, the right ones put in."""
    yield from valued(b, made, lambda p, k: remembered(b).work(e, p, k), of, scope)


def valued(
    b: Bench, made: tuple[Mistake, ...], at: Callable[[Point, int], Array],
    of: tuple[Slip, ...] = (), scope: str = "",
) -> Iterator[Candidate]:  # fmt: skip
    """The candidate of a wrong array, if it has a value at the quick point."""

    def on_paper(s: Spot) -> Paper:
        array = np.asarray(at(s.point, s.t))
        whole = b.target.kind == "hessian" or array.ndim == len(b.target.axes)
        return plain(b.target.paper(array) if whole else oriented(array, array.ndim, vectors))

    vectors = b.target.d.convention.vectors

    yield from placed(b, made, on_paper, of, scope)


def placed(
    b: Bench, made: tuple[Mistake, ...], at: Callable[[Spot], Paper],
    of: tuple[Slip, ...] = (), scope: str = "",
) -> Iterator[Candidate]:  # fmt: skip
    """The candidate, if it has a value at the quick point; at the others it is evaluated when asked."""
    here = quick(b)
    first = tuple(value_at(s, at) for s in b.spots[here])
    steps = tuple(v for v in first if v is not None)
    others = (*b.spots[: here.start], *b.spots[here.stop :])
    if steps == first:
        yield Candidate(made, steps, (value_at(s, at) for s in others), here.start, of, scope)


def value_at(s: Spot, at: Callable[[Spot], Paper]) -> Paper | None:
    """A value on paper; None where there is none, or more than a matrix."""
    try:
        found = at(s)
    except SymbackpropError:
        return None
    return found if found.rank <= 2 and np.all(np.isfinite(found.array)) else None


def once_per_point(work: Callable[[Point], Made]) -> Callable[[Point], Made]:
    """A work done once for all steps of a point."""
    done: dict[int, tuple[Point, Made]] = {}

    def at(p: Point) -> Made:
        if id(p) not in done:
            done[id(p)] = p, work(p)  # the point is kept, so that its number is no other one's
        return done[id(p)][1]

    return at


def full(b: Backward, p: Point) -> Point:
    """All error signals of a derivation at a point, its own nodes evaluated where they are new."""
    seeds = {k: v for k, v in p.deltas.items() if k[0] == b.of}
    values = dict(p.values)
    if any((n, 0) not in values and (n, 1) not in values for n in b.graph.definition):
        given = {k: v for k, v in values.items() if k[0] in b.graph.inputs or k[1] < 1}
        values = dict(forward(b.graph, Point(p.sizes, given, {}, p.length)).values)
    return backward_values(b, Point(p.sizes, values, dict(seeds), p.length))
