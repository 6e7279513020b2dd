"""A placed picture as one self-contained SVG element, in the text colour of the page around it."""

from __future__ import annotations

from collections.abc import Sequence

from symbackprop.picture.drawings.drawing import number
from symbackprop.picture.graphs.graph_picture import Placed, PlacedArrow, PlacedVertex
from symbackprop.picture.graphs.edge_routes import strands
from symbackprop.picture.graphs.legend import number_in
from symbackprop.picture.label import Label, Point
from symbackprop.picture.svg_text import inscription, pair, svg_element
from symbackprop.picture.text_width import EDGE, NODE, SIZE

LOOKS = {
    "input": 'fill="none" stroke="currentColor"',
    "parameter": 'fill="#888" fill-opacity="0.2" stroke="currentColor" stroke-opacity="0.6"',
    "node": 'fill="none" stroke="currentColor"',
    "output": 'fill="none" stroke="currentColor" stroke-width="1.3"',
    "constant": 'fill="none" stroke="currentColor" stroke-opacity="0.6" stroke-dasharray="1.5 1.5"',
    "ellipsis": 'fill="none"',
}


COLOURS = {
    "plain": "currentColor",
    "forward": "var(--forward, #3a6ec0)",
    "backward": "var(--backward, #c4453c)",
}

WIDER = {"plain": "", **dict.fromkeys(("forward", "backward"), ' stroke-width="0.75"')}


def svg(placed: Placed, *, title: str = "Computation graph") -> str:
    """The picture with a title and a description: every vertex, then every arrow in words."""
    body = [*map(_vertex, placed.vertices), *(_arrow(a, placed) for a in placed.arrows)]
    for (key, label), box in zip(placed.legend, placed.legend_boxes, strict=True):
        left = box.x - box.width / 2
        body.append(_key(key, (left + 5.5, box.y)))
        body.append(inscription(label, (left + 14, box.y), EDGE, anchor="start"))
    size = placed.width, placed.height
    view = placed.width / placed.scale, placed.height / placed.scale
    return svg_element("g", title, _told(placed), body, size=size, view=view)


def _told(placed: Placed) -> str:
    """The graph in words, for those who cannot see it."""
    names = {v.vertex.key: v.vertex.label.text for v in placed.vertices}
    parts = [
        f"{v.vertex.label.text} ({v.vertex.size.text})" if v.vertex.size.text else v.vertex.label.text
        for v in placed.vertices
    ]
    parts += [f"{names[a.arrow.tail]} → {names[a.arrow.head]}: {a.arrow.label.text}" for a in placed.arrows]
    return "; ".join(parts)


def _vertex(placed: PlacedVertex) -> str:
    vertex, box = placed.vertex, placed.box
    frame = (
        f'<rect x="{number(box.x - box.width / 2)}" y="{number(box.y - box.height / 2)}"'
        f' width="{number(box.width)}" height="{number(box.height)}"'
        f' rx="{number(placed.radius)}" {LOOKS[vertex.kind]}/>'
    )
    if not vertex.size.text:
        return frame + inscription(vertex.label, (box.x, box.y), NODE)
    name = inscription(vertex.label, (box.x, box.y - SIZE * 0.7), NODE)
    return frame + name + inscription(vertex.size, (box.x, box.y + NODE * 0.7), SIZE)


def _arrow(placed: PlacedArrow, whole: Placed) -> str:
    """Its strands with a gap where its label stands, each with its tip."""
    drawn = "".join(
        f'<path d="{" ".join(map(_line, s.lines))}" fill="none" style="stroke:{COLOURS[s.way]}"'
        + f"{WIDER[s.way]}/>"
        + _tip(s.lines[-1], COLOURS[s.way]) for s in strands(placed, whole)
    )  # fmt: skip
    at = placed.box.x, placed.box.y
    colour = COLOURS["backward"] if placed.arrow.back else "currentColor"
    return drawn + (
        _key(placed.key, at) if placed.key else inscription(placed.arrow.label, at, EDGE, colour=colour)
    )


def _tip(points: Sequence[Point], colour: str) -> str:
    """A barbed tip; the flow runs along one of the axes where an arrow ends, forward or back."""
    x, y = points[-1]
    way = 1 if points[-2] < points[-1] else -1
    long, wide, barb = 5.0 * way, 1.7, 3.8 * way
    if points[-2][1] == y:
        corners = (x, y), (x - long, y - wide), (x - barb, y), (x - long, y + wide)
    else:
        corners = (x, y), (x - wide, y - long), (x, y - barb), (x + wide, y - long)
    return f'<path d="M{" L".join(map(pair, corners))} Z" style="fill:{colour}"/>'


def _key(key: str, at: Point) -> str:
    """A number in a circle, drawn, since few fonts have the sign; beyond 50 in parentheses."""
    if len(key) > 1:
        return inscription(Label("", key), at, SIZE)
    where = f'cx="{number(at[0])}" cy="{number(at[1])}"'
    circle = f'<circle {where} r="5" fill="none" stroke="currentColor"/>'
    return circle + inscription(Label("", str(number_in(key))), at, SIZE)


def _line(points: Sequence[Point]) -> str:
    """A spline as path data; one point alone is no line."""
    if len(points) < 2:
        return ""
    curves = (points[i : i + 3] for i in range(1, len(points) - 2, 3))
    return f"M{pair(points[0])} " + " ".join("C" + " ".join(map(pair, c)) for c in curves)
