"""Points on all sides of the kinks of a graph: where max(0, s) is s at every point, s would pass for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from symbackprop.entries.reference_values import SIDES
from symbackprop.formula.evaluation.paper_arrays import Paper
from symbackprop.graph.graph import Graph
from symbackprop.numeric.points import Point, forward

SEEDS = 12  # points tried beside the first ones
SPREADS = (0.3, 3.0, 0.1, 10.0)  # and how far from 0 others lie: max(0, 1 - |x|) is 0 far from it
ENOUGH = 8  # points of a graph with kinks
NEARER = 3  # points tried at each distance
Sides = frozenset[tuple[int, int]]  # which call of a function with kinks, which side of them


def plain(a: Paper) -> Paper:
    """A 1×1 matrix as the scalar it is."""
    return Paper(a.array.reshape(a.samples)) if a.rank and set(a.size) == {1} else a


def sides(g: Graph, p: Point) -> Sides:
    """The sides of the kinks a point lies on."""
    seen: list[frozenset[int]] = []
    start = {k: v for k, v in p.values.items() if k[0] in g.inputs or k[1] < 1 <= p.length}
    token = SIDES.set(seen)
    try:
        forward(g, Point(p.sizes, start, {}, p.length))
    finally:
        SIDES.reset(token)
    return frozenset((n, side) for n, each in enumerate(seen) for side in each)


def on_all_sides(
    g: Graph, points: Iterable[Point], more: Callable[[int, float], Point | str]
) -> list[Point]:  # fmt: skip
    """The points, and others that lie on sides none of them lies on; of kinks at least `ENOUGH`."""
    out = list(points)
    known = frozenset[tuple[int, int]]().union(*(sides(g, p) for p in out))
    if known:  # a > 0 is a > b at a few of them by chance
        drawn = (more(seed, 1.0) for seed in range(SEEDS + 1, SEEDS + 1 + ENOUGH - len(out)))
        out += (p for p in drawn if isinstance(p, Point))
        known = known.union(*(sides(g, p) for p in out))
    for seed, spread in tries():
        if both(known):
            break
        found = more(seed, spread)
        if isinstance(found, Point) and not (new := sides(g, found)) <= known:
            out.append(found)
            known |= new
    return out


def tries() -> Iterator[tuple[int, float]]:
    """Seeds, and how far from 0 their points lie."""
    yield from ((seed, 1.0) for seed in range(1, SEEDS + 1))
    yield from ((seed, spread) for spread in SPREADS for seed in range(1, NEARER + 1))


def both(known: Sides) -> bool:
    """Whether every call has been seen on more than one side."""
    return all(sum(n == c for n, _ in known) > 1 for c, _ in known)
