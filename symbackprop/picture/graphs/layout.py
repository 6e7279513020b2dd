"""A picture placed on paper: layers, order, coordinates, and the attempt that fits the page.

Sugiyama, Tagawa and Toda (1981) in the form of Gansner et al. (1993): every rank, those of the edge
labels too, has a band of the page to itself along the flow, and every item its own place across it.
Arrows run straight through bands and bend only between them: nothing is drawn over a vertex or a
label.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from symbackprop.errors import DeclarationError
from symbackprop.picture.graphs.coordinates import positions
from symbackprop.picture.graphs.crossings import ordered
from symbackprop.picture.graphs.edge_routes import radius, route, spread
from symbackprop.picture.graphs.graph_picture import (
    KINDS, Box, Direction, Picture, Placed, PlacedArrow, PlacedVertex, Vertex,
)  # fmt: skip
from symbackprop.picture.graphs.layering import Proper, proper
from symbackprop.picture.graphs.legend import KEY, MARGIN, circled, with_legend
from symbackprop.picture.graphs.repeated_layers import collapse
from symbackprop.picture.label import Label, Point
from symbackprop.picture.text_width import EDGE, NODE, SIZE, measure

READABLE = 0.88  # so much smaller type is still pleasant to read
SPACINGS = (1.0, 0.8, 0.6)
KEYED = (float("inf"), 90.0, 60.0, 40.0, 24.0, -1.0)  # labels wider than this become numbers
NUMBER, TIGHT = 25.0, 40.0  # what a numbered label costs, and no air at all, in points of height
MANY = 400  # items of a picture of which the first attempt that fits is taken
Extent = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to draw a graph: direction, spacing, the number of each replaced label."""

    direction: Direction
    spacing: float
    keys: dict[Label, str]


@dataclass(frozen=True, slots=True)
class Frame:
    """What an attempt knows before coordinates: extents along and across, gaps, ports."""

    along: list[float]
    across: list[float]
    gaps: list[list[float]]
    ports: list[Extent]
    keys: dict[Label, str]


def place(
    picture: Picture, direction: Direction = "right", *, max_width: float = 455.0, max_height: float = 620.0,
    least: float = READABLE, turned: bool = True, first: int = 1,
) -> Placed:  # fmt: skip
    """The picture, its repeats collapsed, within the page: of the attempts that fit the one that costs least.

    Tried in turn: the direction asked for, tighter, the other direction, then numbers for ever
    shorter labels. Height costs, and so does a number for a label. Type a little smaller is better than more
    numbers; where nothing fits, the attempt that comes closest is scaled down. `least` is the scale below
    which type is not readable, `turned` whether the other direction counts, `first` the first number.
    """
    shown = _checked(collapse(picture))
    graph = ordered(proper(shown, [measure(a.label, EDGE)[0] for a in shown.arrows]))
    best: tuple[float, Attempt] | None = None
    fitting: tuple[float, Placed] | None = None
    for attempt in _attempts(shown, direction, turned, first):
        if best and not fitting and best[0] >= least and attempt.keys != best[1].keys:
            break
        frame = _frame(shown, graph, attempt)
        scale = _scale(bound := _least(graph, frame, attempt), max_width, max_height)
        if fitting and (scale < 1 or graph.count > MANY or _cost(attempt, bound[1]) >= fitting[0]):
            continue
        if scale >= least:
            placed = _draw(shown, graph, frame, attempt, max_width)
            scale = _scale((placed.width, placed.height), max_width, max_height)
            cost = _cost(attempt, placed.height)
            if scale >= 1 and (fitting is None or cost < fitting[0]):
                fitting = cost, placed
        if fitting is None and (best is None or scale > best[0] + 1e-9):
            best = scale, attempt
    if fitting:
        return fitting[1]
    assert best is not None
    frame = _frame(shown, graph, best[1])
    placed = _draw(shown, graph, frame, best[1], max_width)
    scale = _scale((placed.width, placed.height), max_width, max_height)
    return replace(placed, scale=scale, width=placed.width * scale, height=placed.height * scale)


def _cost(attempt: Attempt, height: float) -> float:
    """What a reader pays for an attempt, in points of height."""
    return height + NUMBER * len(attempt.keys) + TIGHT * (1 - attempt.spacing)


def _scale(size: Extent, max_width: float, max_height: float) -> float:
    """What a size must be multiplied with to fit, at most 1."""
    return min(1.0, max_width / max(size[0], 1.0), max_height / max(size[1], 1.0))


def _checked(picture: Picture) -> Picture:
    """The picture, its kinds known."""
    for v in picture.vertices:
        if v.kind not in (*KINDS, "ellipsis"):
            known = ", ".join(KINDS)
            raise DeclarationError(f"{v.kind!r} is no kind of vertex", where=v.key, hint=f"one of: {known}")
    return picture


def _attempts(picture: Picture, direction: Direction, turned: bool, first: int) -> Iterator[Attempt]:
    """Ways to draw, the best first."""
    other: Direction = "down" if direction == "right" else "right"
    before: dict[Label, str] | None = None
    for limit in KEYED:
        long = dict.fromkeys(a.label for a in picture.arrows if measure(a.label, EDGE)[0] > limit)
        keys = {label: circled(i) for i, label in enumerate((k for k in long if k.tex or k.text), first)}
        if keys != before:
            for way in (direction, other) if turned else (direction,):
                yield from (Attempt(way, spacing, keys) for spacing in SPACINGS)
        before = keys


def vertex_size(vertex: Vertex) -> Extent:
    """Width and height of a vertex: the name, its size below it, and air around them."""
    name, size = measure(vertex.label, NODE), measure(vertex.size, SIZE)
    air = {"ellipsis": 2.0, "input": 6.5}.get(vertex.kind, 5.0)
    width = max(name[0], size[0]) + 2 * air
    height = name[1] + size[1] + 6.0 + (1.0 if size[1] else 0.0)
    return max(width, 22.0, min(height, 22.0)), max(height, 19.0)


def _label_size(label: Label, attempt: Attempt) -> Extent:
    """Width and height of what stands on an arrow: the label, its number, or nothing."""
    if label in attempt.keys:
        return (KEY, KEY) if len(attempt.keys[label]) == 1 else (KEY + 9, KEY)
    width, height = measure(label, EDGE)
    return (width + 3.0, height + 2.0) if width else (0.0, 0.0)


def _frame(picture: Picture, graph: Proper, attempt: Attempt) -> Frame:
    """Extents of all items, least distances on each rank, and where links leave their items."""
    sizes = [vertex_size(v) for v in picture.vertices]
    sizes += [_label_size(a.label, attempt) for a in picture.arrows]
    sizes += [(0.0, 0.0)] * (graph.count - len(sizes))
    along, across = ([s[k] for s in sizes] for k in ((0, 1) if attempt.direction == "right" else (1, 0)))
    n, last = len(picture.vertices), len(picture.vertices) + len(picture.arrows)
    air = [16.0 if i < n else 5.0 if i < last else 8.0 for i in range(graph.count)]

    def gap(u: int, v: int) -> float:
        return (across[u] + across[v]) / 2 + max(4.0, attempt.spacing * (air[u] + air[v]) / 2)

    gaps = [[gap(u, v) for u, v in pairwise(rank)] for rank in graph.ranks]
    return Frame(along, across, gaps, spread(graph, across[:n]), attempt.keys)


def _bands(graph: Proper, along: list[float]) -> list[float]:
    """Extent along the flow of each rank."""
    return [max((along[i] for i in rank), default=0.0) for rank in graph.ranks]


def _steps(spacing: float, lean: Sequence[float]) -> list[float]:
    """Space between adjacent bands: more where links run at a steep angle to the flow."""
    return [max(7.0, spacing * (12.0 + min(20.0, 0.16 * steep))) for steep in lean]


def _least(graph: Proper, frame: Frame, attempt: Attempt) -> Extent:
    """A size below which the attempt cannot come, known without coordinates."""
    flat = [0.0] * (len(graph.ranks) - 1)
    length = sum(_bands(graph, frame.along)) + sum(_steps(attempt.spacing, flat))
    breadth = max((sum(gap) for gap in frame.gaps), default=0.0)
    return (length, breadth) if attempt.direction == "right" else (breadth, length)


def _draw(picture: Picture, graph: Proper, frame: Frame, attempt: Attempt, max_width: float) -> Placed:
    """The attempt, carried out: flowing to the right first, then turned if it is to flow down."""
    cross = positions(graph, frame.gaps, frame.ports)
    top = min((c - e / 2 for c, e in zip(cross, frame.across, strict=True)), default=0.0)
    cross = [c - top + MARGIN for c in cross]
    bands = _stretched(graph, frame, attempt.spacing, cross)
    bounds = [(0.0, 0.0)] * graph.count
    for rank, band in zip(graph.ranks, bands, strict=True):
        for item in rank:
            bounds[item] = band
    boxes = [
        Box((start + end) / 2, c, length, breadth)
        for (start, end), c, length, breadth in zip(bounds, cross, frame.along, frame.across, strict=True)
    ]
    vertices = tuple(
        PlacedVertex(v, b, radius(v.kind, b.width, b.height))
        for v, b in zip(picture.vertices, boxes, strict=False)
    )
    arrows = _arrows(picture, graph, frame, boxes, bounds)
    length = bands[-1][1] if bands else 0.0
    breadth = max((c + e / 2 for c, e in zip(cross, frame.across, strict=True)), default=0.0)
    flat = Placed(vertices, arrows, length + MARGIN, breadth + MARGIN, attempt.direction)
    turned = flat if attempt.direction == "right" else _turned(flat)
    return with_legend(turned, attempt.keys, max_width)


def _stretched(
    graph: Proper, frame: Frame, spacing: float, cross: Sequence[float]
) -> list[tuple[float, float]]:
    """Start and end of each band along the flow, apart as the links between them need it."""
    lean = [0.0] * len(graph.ranks)
    rank_of = {item: r for r, rank in enumerate(graph.ranks) for item in rank}
    for link, (start, end) in zip(graph.links, frame.ports, strict=True):
        r = rank_of[link.upper]
        lean[r] = max(lean[r], abs(cross[link.upper] + start - cross[link.lower] - end))
    bands: list[tuple[float, float]] = []
    at = MARGIN
    for band, step in zip(_bands(graph, frame.along), _steps(spacing, lean), strict=True):
        bands.append((at, at + band))
        at += band + step
    return bands


def _arrows(
    picture: Picture, graph: Proper, frame: Frame, boxes: list[Box], bounds: list[tuple[float, float]]
) -> tuple[PlacedArrow, ...]:
    """Every arrow with its line."""
    arrows: list[PlacedArrow] = []
    ports = iter(frame.ports)
    n = len(picture.vertices)
    radii = [radius(v.kind, b.width, b.height) for v, b in zip(picture.vertices, boxes, strict=False)]
    for i, (arrow, chain) in enumerate(zip(picture.arrows, graph.chains, strict=True)):
        offsets = [next(ports) for _ in chain[1:]]
        before, after = route(
            [boxes[k] for k in chain],
            [bounds[k] for k in chain],
            label=chain.index(n + i),
            radii=(radii[chain[0]], radii[chain[-1]]),
            ports=(offsets[0][0], offsets[-1][1]),
        )
        arrows.append(PlacedArrow(arrow, before, after, boxes[n + i], frame.keys.get(arrow.label, "")))
    return tuple(arrows)


def _turned(placed: Placed) -> Placed:
    """The picture mirrored at its diagonal, so that the flow runs down."""

    def box(b: Box) -> Box:
        return Box(b.y, b.x, b.height, b.width)

    def line(points: tuple[Point, ...]) -> tuple[Point, ...]:
        return tuple((y, x) for x, y in points)

    return replace(
        placed,
        vertices=tuple(replace(v, box=box(v.box)) for v in placed.vertices),
        arrows=tuple(
            replace(a, before=line(a.before), after=line(a.after), box=box(a.box)) for a in placed.arrows
        ),
        width=placed.height,
        height=placed.width,
    )
