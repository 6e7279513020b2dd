"""Where arrows leave and meet vertices, and the line between; x is along the flow, y across."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from symbackprop.picture.graphs.graph_picture import Box, Direction, Placed, PlacedArrow
from symbackprop.picture.graphs.layering import Proper
from symbackprop.picture.label import Point

APART = 9.0  # arrows that share a side of a vertex are this far apart, if the side is long enough
CORNER = 3.0
BESIDE = 1.7  # how far the two strands of an arrow stand from its line
EASE = 6.0  # a step so small stays in the room of its label, so it may take the whole way


def radius(kind: str, width: float, height: float) -> float:
    """An input is a circle or a pill; everything else a box with soft corners."""
    return min(width, height) / 2 if kind == "input" else CORNER


def spread(graph: Proper, across: Sequence[float]) -> list[tuple[float, float]]:
    """Offsets from the centres of its two items at which each link starts and ends.

    Links that share a side of a vertex are fanned out in the order of their other ends.
    """
    place = {item: p for rank in graph.ranks for p, item in enumerate(rank)}
    sides: dict[tuple[int, int], list[int]] = defaultdict(list)
    for l, link in enumerate(graph.links):
        sides[link.upper, 0].append(l)
        sides[link.lower, 1].append(l)
    offsets = [[0.0, 0.0] for _ in graph.links]
    for (item, end), links in sides.items():
        if item >= len(across):
            continue
        links.sort(key=lambda l: place[graph.links[l].upper if end else graph.links[l].lower])
        step = min(APART, 0.7 * across[item] / len(links))
        for p, l in enumerate(links):
            offsets[l][end] = step * (p - (len(links) - 1) / 2)
    return [(start, stop) for start, stop in offsets]


def rim(box: Box, radius: float, offset: float) -> float:
    """Half the extent along the flow of a rounded box, `offset` away from its axis."""
    beyond = abs(offset) - (box.height / 2 - radius)
    return box.width / 2 - (radius - sqrt(max(0.0, radius**2 - beyond**2)) if beyond > 0 else 0.0)


def route(
    boxes: Sequence[Box],
    bands: Sequence[tuple[float, float]],
    label: int,
    radii: tuple[float, float],
    ports: tuple[float, float],
) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """The splines before and after the label box: straight in every band, curved between bands."""
    tail, head, tag = boxes[0], boxes[-1], boxes[label]
    across = [box.y for box in boxes]
    across[0] += ports[0]
    across[-1] += ports[1]
    first = tail.x + rim(tail, radii[0], ports[0])
    last = head.x - rim(head, radii[1], ports[1])
    room = min(EASE, tag.height / 2)  # an arrow without a label has none
    ease = [abs(across[k] - across[k + 1]) <= room for k in range(len(across) - 1)]
    before = [(first, across[0]), (bands[0][1], across[0])][: 1 if ease[0] and label == 1 else 2]
    for (start, end), c in zip(bands[1:label], across[1:label], strict=True):
        before += [(start, c), (end, c)]
    before += [(bands[label][0], tag.y), (tag.x - tag.width / 2, tag.y)][ease[label - 1] :]
    after = [(tag.x + tag.width / 2, tag.y), (bands[label][1], tag.y)][: 1 if ease[label] else 2]
    for (start, end), c in zip(bands[label + 1 : -1], across[label + 1 : -1], strict=True):
        after += [(start, c), (end, c)]
    near = ease[-1] and label == len(boxes) - 2
    after += [(bands[-1][0], across[-1]), (last, across[-1])][near:]
    return spline(before), spline(after)


def spline(corners: Sequence[Point]) -> tuple[Point, ...]:
    """Cubic pieces through points, their tangents along the flow; a straight run is one piece."""
    points: list[Point] = [corners[0]]
    for a, c in corners[1:]:
        a0, c0 = points[-1]
        if abs(c - c0) < 0.01:
            if abs(a - a0) < 1e-9:
                continue
            if len(points) > 1 and abs(points[-2][1] - c0) < 0.01 and abs(points[-4][1] - c0) < 0.01:
                a0, c0 = points[-4]
                del points[-3:]
            points += [((2 * a0 + a) / 3, c0), ((a0 + 2 * a) / 3, c0), (a, c0)]
        else:
            middle = (a0 + a) / 2
            points += [(middle, c0), (middle, c), (a, c)]
    return tuple(points)


@dataclass(frozen=True, slots=True)
class Strand:
    """Lines that run one way, broken where a label stands; the tip is at the end of the last one."""

    way: Literal["plain", "forward", "backward"]
    lines: tuple[tuple[Point, ...], ...]


def strands(placed: PlacedArrow, p: Placed) -> tuple[Strand, ...]:
    """The line of an arrow; where something comes back along it two lines side by side.

    In a picture with ways back all that runs forward has one colour.
    """
    direction = p.direction
    lines = tuple(s for s in (placed.before, placed.after) if len(s) > 1)
    if not placed.arrow.back:
        return (Strand("forward" if any(a.arrow.back for a in p.arrows) else "plain", lines),)
    back = tuple(tuple(reversed(s)) for s in reversed(lines))
    return (
        Strand("forward", tuple(beside(s, direction, -BESIDE) for s in lines)),
        Strand("backward", tuple(beside(s, direction, BESIDE) for s in back)),
    )


def beside(points: Sequence[Point], direction: Direction, by: float) -> tuple[Point, ...]:
    """A line moved across the flow."""
    return tuple((x, y + by) if direction == "right" else (x + by, y) for x, y in points)
