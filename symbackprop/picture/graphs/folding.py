"""A picture that is too wide at a size one can read, folded into rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symbackprop.picture.graphs.graph_picture import Arrow, Box, Picture, Placed, Vertex
from symbackprop.picture.graphs.layering import layers, neighbours
from symbackprop.picture.graphs.layout import place
from symbackprop.picture.graphs.repeated_layers import collapse
from symbackprop.picture.label import Label, Point

ROWS = 12
GAP = 14.0  # between two rows, in points


def legible(picture: Picture, *, max_width: float, max_height: float = 620.0) -> Placed:
    """The picture at its own size: as `place` has it, else in as few rows as fit the page.

    A value that a later row reads stands at its start once more, with a dashed outline. Where no number of
    rows fits the page, the picture that comes closest is scaled down.
    """
    whole = place(picture, max_width=max_width, max_height=max_height, least=1.0)
    shown = collapse(picture)
    for rows in range(2, ROWS + 1) if whole.scale < 1 else ():
        placed: list[Placed] = []
        for piece in folded(shown, rows):
            first = 1 + sum(len(p.legend) for p in placed)
            placed.append(
                place(piece, max_width=max_width, max_height=max_height, least=1.0, turned=False, first=first)
            )
        stack = stacked(placed)
        if all(p.scale >= 1 for p in placed) and stack.height <= max_height:
            return stack
    return whole


def folded(picture: Picture, rows: int) -> list[Picture]:
    """The picture cut between layers into as many rows, each with what it reads from the rows before."""
    depth = layers(picture)
    tails, heads = neighbours(picture)
    each = -(-(max(depth, default=0) + 1) // rows)
    row = [depth[v] // each for v in range(len(depth))]
    for v, after in enumerate(heads):
        if not tails[v] and after:
            row[v] = min(row[h] for h in after)  # an input stands where it is read first
    at = {v.key: row[n] for n, v in enumerate(picture.vertices)}
    return [part(picture, at, r) for r in sorted(set(row))]


def part(picture: Picture, row: dict[str, int], r: int) -> Picture:
    """One row."""
    known = {v.key: v for v in picture.vertices}
    arrows = [a for a in picture.arrows if row[a.head] == r]
    before = dict.fromkeys(a.tail for a in arrows if row[a.tail] < r)
    copies = [again(known[key], r) for key in before]
    own = [v for v in picture.vertices if row[v.key] == r]
    made = (Arrow(f"{a.tail} ⋯{r}" if row[a.tail] < r else a.tail, a.head, a.label, a.back) for a in arrows)
    return Picture((*copies, *own), tuple(made))


def again(vertex: Vertex, r: int) -> Vertex:
    """A vertex of an earlier row, as it stands at the start of a later one."""
    kind = vertex.kind if vertex.kind == "ellipsis" else "constant"
    return Vertex(f"{vertex.key} ⋯{r}", vertex.label, Label("", ""), kind)


def stacked(rows: Sequence[Placed]) -> Placed:
    """Placed pictures, one below the other."""
    down, moved = 0.0, list[Placed]()
    for p in rows:
        moved.append(lowered(p, down))
        down += p.height + GAP
    return Placed(
        tuple(v for p in moved for v in p.vertices), tuple(a for p in moved for a in p.arrows),
        max((p.width for p in rows), default=0.0), max(0.0, down - GAP), "right",
        legend=tuple(x for p in moved for x in p.legend),
        legend_boxes=tuple(b for p in moved for b in p.legend_boxes),
    )  # fmt: skip


def lowered(p: Placed, by: float) -> Placed:
    """The same, further down."""

    def box(b: Box) -> Box:
        return replace(b, y=b.y + by)

    def line(points: tuple[Point, ...]) -> tuple[Point, ...]:
        return tuple((x, y + by) for x, y in points)

    return replace(
        p,
        vertices=tuple(replace(v, box=box(v.box)) for v in p.vertices),
        arrows=tuple(
            replace(a, before=line(a.before), after=line(a.after), box=box(a.box)) for a in p.arrows
        ),
        legend_boxes=tuple(map(box, p.legend_boxes)),
    )
