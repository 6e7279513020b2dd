"""Where items stand across their rank: in order, apart, and straight under one another.

One rank at a time is solved exactly: weighted positions under "next is at least so far away" is
isotonic regression, which pooling adjacent violators solves (Ayer et al. 1955; de Leeuw, Hornik and
Mair 2009). Squared distances spread the picture first; absolute distances then make links straight,
the aim of Brandes and Köpf (2001).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from symbackprop.picture.graphs.layering import Proper

Wish = tuple[float, float]  # position, weight
Centre = Callable[[list[Wish]], float]


@dataclass(frozen=True, slots=True)
class Pull:
    """Item `other` would have its neighbour at its own position plus `offset`."""

    other: int
    offset: float
    weight: float


def positions(
    graph: Proper, gaps: Sequence[Sequence[float]], ports: Sequence[tuple[float, float]]
) -> list[float]:
    """Position of every item; `gaps[r][p]` is the least distance from item p of rank r to the next.

    `ports[l]` are the offsets, from the centres of its items, of the two ends of link l.
    """
    above: list[list[Pull]] = [[] for _ in range(graph.count)]
    below: list[list[Pull]] = [[] for _ in range(graph.count)]
    for link, (start, end) in zip(graph.links, ports, strict=True):
        above[link.lower].append(Pull(link.upper, start - end, link.weight))
        below[link.upper].append(Pull(link.lower, end - start, link.weight))
    both = [a + b for a, b in zip(above, below, strict=True)]
    for rank, gap in zip(graph.ranks, gaps, strict=True):
        _lean(rank, gap, both, (above, below))
    at = [0.0] * graph.count
    for rank, gap in zip(graph.ranks, gaps, strict=True):
        for item, x in zip(rank, _centred(gap), strict=True):
            at[item] = x
    rounds = 12 if graph.count < 3000 else 2
    plan = [(above, _mean), (below, _mean)] * rounds + [(both, _mean)] * (2 * rounds)
    plan += [(above, _median), (below, _median)] * 2 + [(both, _median)] * 4
    for turn, (pulls, centre) in enumerate(plan):
        rows = list(zip(graph.ranks, gaps, strict=True))
        for rank, gap in rows if turn % 2 == 0 else reversed(rows):
            _settle(rank, gap, pulls, at, centre)
    _straighten(graph, gaps, ports, at)
    return at


def _lean(
    rank: Sequence[int],
    gap: Sequence[float],
    both: list[list[Pull]],
    sides: tuple[list[list[Pull]], list[list[Pull]]],
) -> None:
    """An item that no link holds keeps close to its neighbour on the rank."""
    for (left, right), g in zip(pairwise(rank), gap, strict=True):
        for item, other, offset in ((left, right, -g), (right, left, g)):
            if not both[item] and (item == right or both[other]):
                for pulls in sides:
                    pulls[item] = [Pull(other, offset, 0.01)]
                both[item] = [Pull(other, offset, 0.01)]


def _straighten(
    graph: Proper, gaps: Sequence[Sequence[float]], ports: Sequence[tuple[float, float]], at: list[float]
) -> None:
    """Long arrows run straight for as many ranks as what stands beside them allows."""
    seat = {item: (r, p) for r, rank in enumerate(graph.ranks) for p, item in enumerate(rank)}

    def room(item: int) -> tuple[float, float]:
        r, p = seat[item]
        rank, gap = graph.ranks[r], gaps[r]
        low = at[rank[p - 1]] + gap[p - 1] if p else float("-inf")
        high = at[rank[p + 1]] - gap[p] if p + 1 < len(rank) else float("inf")
        return low, high

    firsts = [0]
    for chain in graph.chains:
        firsts.append(firsts[-1] + len(chain) - 1)
    for _ in range(3):
        for chain, (first, after) in zip(graph.chains, pairwise(firsts), strict=True):
            if len(chain) > 3:
                start = at[chain[0]] + ports[first][0]
                goal = at[chain[-1]] + ports[after - 1][1]
                runs = _runs([(item, *room(item)) for item in chain[1:-1]])
                for r, (items, low, high) in enumerate(runs):
                    x = _line(start, goal, low, high, r, len(runs))
                    for item in items:
                        at[item] = x


def _runs(rooms: list[tuple[int, float, float]]) -> list[tuple[list[int], float, float]]:
    """Items in longest runs that share a position, with the interval of such positions."""
    runs: list[tuple[list[int], float, float]] = []
    for item, low, high in rooms:
        if runs and max(runs[-1][1], low) <= min(runs[-1][2], high):
            items, lower, upper = runs.pop()
            runs.append(([*items, item], max(lower, low), min(upper, high)))
        else:
            runs.append(([item], low, high))
    return runs


def _line(start: float, goal: float, low: float, high: float, run: int, count: int) -> float:
    """Where run number `run` of `count` stands: in line with the nearer end if it can be."""
    if count == 1:
        wish = goal if low <= goal <= high and not low <= start <= high else start
    else:
        wish = start if run == 0 else goal if run == count - 1 else (start + goal) / 2
    return min(max(wish, low), high)


def _centred(gap: Sequence[float]) -> list[float]:
    """A rank packed as tightly as it may be, around 0."""
    row = [0.0]
    for g in gap:
        row.append(row[-1] + g)
    return [x - row[-1] / 2 for x in row]


def _settle(
    rank: Sequence[int], gap: Sequence[float], pulls: list[list[Pull]], at: list[float], centre: Centre
) -> None:
    """The items of one rank move to where their neighbours pull them, in order and apart."""
    shift = [0.0]
    for g in gap:
        shift.append(shift[-1] + g)
    blocks: list[tuple[float, list[Wish], int]] = []
    for item, s in zip(rank, shift, strict=False):
        wishes = [(at[p.other] + p.offset - s, p.weight) for p in pulls[item]]
        wishes = wishes or [(at[item] - s, 0.01)]
        block = (centre(wishes), wishes, 1)
        while blocks and blocks[-1][0] >= block[0]:
            _, earlier, size = blocks.pop()
            joined = earlier + block[1]
            block = (centre(joined), joined, size + block[2])
        blocks.append(block)
    targets = [x for x, _, size in blocks for _ in range(size)]
    for item, s, x in zip(rank, shift, targets, strict=False):
        at[item] = x + s


def _mean(wishes: list[Wish]) -> float:
    total = sum(w for _, w in wishes)
    return sum(x * w for x, w in wishes) / total


def _median(wishes: list[Wish]) -> float:
    """Weighted median; the middle, where a whole interval is best."""
    ranked = sorted(wishes)
    half = sum(w for _, w in ranked) / 2
    run = 0.0
    for i, (x, w) in enumerate(ranked):
        run += w
        if abs(run - half) < 1e-9:
            return (x + ranked[i + 1][0]) / 2
        if run > half:
            return x
    return ranked[-1][0]
