"""Which layer a vertex stands on, and the proper graph in which every link joins adjacent ranks.

The scheme is that of Sugiyama, Tagawa and Toda (1981). An edge label is an item of its own on a
rank between two layers, as in Gansner, Koutsofios, North and Vo (1993); nothing is drawn over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from symbackprop.errors import DeclarationError
from symbackprop.picture.graphs.graph_picture import Picture


@dataclass(frozen=True, slots=True)
class Link:
    """Two items on adjacent ranks; a heavier link is drawn straighter."""

    upper: int
    lower: int
    weight: float


@dataclass(frozen=True, slots=True)
class Proper:
    """Items on ranks: first the vertices, then one label for each arrow, then bends.

    Even ranks hold the vertices, odd ranks the labels. `chains` has the items of each arrow.
    """

    ranks: tuple[tuple[int, ...], ...]
    links: tuple[Link, ...]
    chains: tuple[tuple[int, ...], ...]
    count: int


def neighbours(picture: Picture) -> tuple[list[list[int]], list[list[int]]]:
    """Tails into and heads out of each vertex, by place in the picture."""
    place = {v.key: i for i, v in enumerate(picture.vertices)}
    if len(place) < len(picture.vertices):
        raise DeclarationError("two vertices have the same key", where="picture")
    tails: list[list[int]] = [[] for _ in place]
    heads: list[list[int]] = [[] for _ in place]
    for arrow in picture.arrows:
        for end in (arrow.tail, arrow.head):
            if end not in place:
                raise DeclarationError(f"no vertex has the key {end!r}", where="picture")
        heads[place[arrow.tail]].append(place[arrow.head])
        tails[place[arrow.head]].append(place[arrow.tail])
    return tails, heads


def layers(picture: Picture) -> list[int]:
    """Longest-path layers; then whatever has no more tails than heads moves up to its consumers."""
    tails, heads = neighbours(picture)
    order = _topological(tails)
    layer = [0] * len(order)
    for v in order:
        layer[v] = max((layer[t] + 1 for t in tails[v]), default=0)
    for v in reversed(order):
        if heads[v] and len(tails[v]) <= len(heads[v]):
            layer[v] = min(layer[h] for h in heads[v]) - 1
    return layer


def _topological(tails: list[list[int]]) -> list[int]:
    """The vertices, each after all its tails."""
    try:
        return list(TopologicalSorter(dict(enumerate(tails))).static_order())
    except CycleError:
        raise DeclarationError("the arrows run in a circle", where="picture") from None


def proper(picture: Picture, widths: Sequence[float]) -> Proper:
    """The proper graph of a picture whose edge labels have these widths."""
    depth = layers(picture)
    place = {v.key: i for i, v in enumerate(picture.vertices)}
    spans = [(2 * depth[place[a.tail]], 2 * depth[place[a.head]]) for a in picture.arrows]
    seats = _seats(spans, widths)
    ranks: list[list[int]] = [[] for _ in range(2 * max(depth, default=-1) + 1)]
    for v in _around(picture):
        ranks[2 * depth[v]].append(v)
    n, count = len(depth), len(depth) + len(spans)
    chains: list[tuple[int, ...]] = []
    links: list[Link] = []
    for i, (arrow, (first, last)) in enumerate(zip(picture.arrows, spans, strict=True)):
        chain = [place[arrow.tail]]
        for rank in range(first + 1, last):
            item = n + i if rank == seats[i] else count
            count += item == count
            ranks[rank].append(item)
            chain.append(item)
        chain.append(place[arrow.head])
        chains.append(tuple(chain))
        weight = _weight(picture, place[arrow.tail])
        for u, v in pairwise(chain):
            bends = (u >= n) + (v >= n)  # 1, 2, 8: the weights of Gansner et al., section 4.2
            stay = 1.01 if u < n else 1.0  # a label stands in line with the tail, if with either
            links.append(Link(u, v, stay * weight * (2.0 if bends < 2 else 8.0)))
    return Proper(tuple(map(tuple, ranks)), tuple(links), tuple(chains), count)


def _weight(picture: Picture, tail: int) -> float:
    """The data flow is kept straight; what is fed in from the side bends."""
    return 1.0 if picture.vertices[tail].kind in ("parameter", "constant") else 4.0


def _around(picture: Picture) -> list[int]:
    """The vertices so that what feeds a node stands on both sides of the flow, in turn."""
    sides = [i for i, v in enumerate(picture.vertices) if v.kind in ("parameter", "constant")]
    flow = [i for i, v in enumerate(picture.vertices) if v.kind not in ("parameter", "constant")]
    return sides[0::2] + flow + sides[1::2]


def _seats(spans: Sequence[tuple[int, int]], widths: Sequence[float]) -> list[int]:
    """The rank of each label: of the gaps its arrow crosses, one it does not widen, not crowded."""
    widest: dict[int, float] = {}
    load: dict[int, int] = {}
    seats = [0] * len(spans)
    for i in sorted(range(len(spans)), key=lambda i: (spans[i][1] - spans[i][0], i)):
        first, last = spans[i]
        seat = min(
            range(first + 1, last, 2),
            key=lambda r: (
                max(0.0, widths[i] - widest.get(r, 0.0)),
                load.get(r, 0),
                abs(2 * r - first - last),
                -r,
            ),
        )
        seats[i] = seat
        widest[seat] = max(widths[i], widest.get(seat, 0.0))
        load[seat] = load.get(seat, 0) + 1
    return seats
