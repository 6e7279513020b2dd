"""The order of items on each rank: few crossings (Gansner et al. 1993, section 3)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import replace

from symbackprop.picture.graphs.layering import Proper

SWEEPS = 24
LARGE = 3000  # items from which on fewer sweeps must do

Ranks = list[list[int]]
Near = list[list[int]]


def ordered(graph: Proper) -> Proper:
    """The same graph, its ranks in an order found by median sweeps and transpositions."""
    above: Near = [[] for _ in range(graph.count)]
    below: Near = [[] for _ in range(graph.count)]
    for link in graph.links:
        below[link.upper].append(link.lower)
        above[link.lower].append(link.upper)
    sweeps = SWEEPS if graph.count < LARGE else 4
    found: list[tuple[int, Ranks]] = []
    for start in (0, 1):
        found.append(_search([list(r) for r in graph.ranks], above, below, start, sweeps))
    _, ranks = min(found, key=lambda f: f[0])
    return replace(graph, ranks=tuple(map(tuple, ranks)))


def _search(ranks: Ranks, above: Near, below: Near, start: int, sweeps: int) -> tuple[int, Ranks]:
    """Fewest crossings met, and the order that has them; even sweeps run downwards."""
    place = [0] * len(above)
    for rank in ranks:
        _number(rank, place)
    best: Ranks = [list(r) for r in ranks]
    fewest: int | None = None
    for sweep in range(start, start + sweeps):
        down = sweep % 2 == 0
        for rank in ranks if down else reversed(ranks):
            _by_median(rank, above if down else below, place)
        _transpose(ranks, above, below, place)
        crossings = sum(_crossings(rank, below, place) for rank in ranks)
        if fewest is None or crossings < fewest:
            fewest, best = crossings, [list(r) for r in ranks]
        if crossings == 0 and sweep > start:
            break
    return fewest or 0, best


def _number(rank: Sequence[int], place: list[int]) -> None:
    for p, item in enumerate(rank):
        place[item] = p


def _by_median(rank: list[int], near: Near, place: list[int]) -> None:
    """Items sorted by the median of their neighbours; those without any keep their place."""
    loose = [(p, item) for p, item in enumerate(rank) if not near[item]]
    firm = sorted((i for i in rank if near[i]), key=lambda i: _median(near[i], place))
    for p, item in loose:
        firm.insert(p, item)
    rank[:] = firm
    _number(rank, place)


def _median(items: Sequence[int], place: Sequence[int]) -> float:
    """Median place; between two middles, nearer to the side where the places lie closer."""
    p = sorted(place[i] for i in items)
    m = len(p) // 2
    if len(p) % 2:
        return p[m]
    if len(p) == 2:
        return (p[0] + p[1]) / 2
    left, right = p[m - 1] - p[0], p[-1] - p[m]
    return (p[m - 1] * right + p[m] * left) / (left + right) if left + right else (p[m - 1] + p[m]) / 2


def _transpose(ranks: Ranks, above: Near, below: Near, place: list[int]) -> None:
    """No two adjacent items are left whose exchange would lower the number of crossings."""
    for _ in range(10):
        changed = False
        for rank in ranks:
            for p in range(len(rank) - 1):
                u, v = rank[p], rank[p + 1]
                gain = sum(
                    _pairs(near[u], near[v], place) - _pairs(near[v], near[u], place)
                    for near in (above, below)
                )
                if gain > 0:
                    rank[p], rank[p + 1] = v, u
                    place[u], place[v] = p + 1, p
                    changed = True
        if not changed:
            return


def _pairs(left: Sequence[int], right: Sequence[int], place: Sequence[int]) -> int:
    """Crossings of the links of two items when the first stands left of the second."""
    ends = sorted(place[i] for i in right)
    return sum(bisect_left(ends, place[item]) for item in left)


def _crossings(rank: Sequence[int], below: Near, place: Sequence[int]) -> int:
    """Crossings of the links that leave a rank downwards: inversions of their lower ends."""
    seen: list[int] = []
    total = 0
    for item in rank:
        ends = sorted(place[i] for i in below[item])
        total += sum(len(seen) - bisect_right(seen, q) for q in ends)
        for q in ends:
            insort(seen, q)
    return total
