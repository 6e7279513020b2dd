"""A drawing as one self-contained SVG element, in the text colour of the page around it.

Fills are the text colour too, made translucent: a shade that lies between page and type whether
the page is light or dark, where black would vanish on a dark one.
"""

from __future__ import annotations

from math import hypot

from symbackprop.picture.drawings.drawing import (
    DASHES, Circle, Dash, Drawing, Line, Rect, Shape, Text, number,
)  # fmt: skip
from symbackprop.picture.label import Point
from symbackprop.picture.svg_text import inscription, pair, svg_element

LONG, WIDE, BARB = 5.0, 1.7, 3.8  # of the tip of an arrow


def drawing_svg(d: Drawing, *, title: str) -> str:
    """The drawing with a title, and with what it shows in words."""
    size = d.width, d.height
    body = [*map(_shape, d.shapes)]
    return svg_element("d", title, d.told, body, size=size, view=size, more=' stroke-linejoin="round"')


def _shape(shape: Shape) -> str:
    match shape:
        case Line():
            return _line(shape)
        case Circle(x, y, radius):
            where = f'cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"'
            return f"<circle {where}{_look(shape.fill, shape.tone, shape.dash)}/>"
        case Rect(x, y, width, height):
            where = f'x="{number(x)}" y="{number(y)}"'
            where += f' width="{number(width)}" height="{number(height)}"'
            return f"<rect {where}{_look(shape.fill, shape.tone, 'solid')}/>"
        case Text():
            return inscription(shape.label, (shape.x, shape.y), shape.size, anchor=shape.anchor)


def _line(line: Line) -> str:
    """The line, and its tip where it has one."""
    points, tip = line.points, ""
    if line.arrow == "end":
        tip = _tip(points[-2], points[-1], line.tone)
        points = (*points[:-1], _before(points[-2], points[-1], BARB))
    data = "M" + " L".join(map(pair, points))
    width = f' stroke-width="{number(line.width)}"'
    return f'<path d="{data}"{_look(0.0, line.tone, line.dash)}{width}/>{tip}'


def _tip(start: Point, end: Point, tone: float) -> str:
    """A barbed tip along the last piece of the line."""
    long = hypot(end[0] - start[0], end[1] - start[1])
    across = (end[1] - start[1]) / long * WIDE, (start[0] - end[0]) / long * WIDE
    x, y = _before(start, end, LONG)
    corners = (end, (x + across[0], y + across[1]), _before(start, end, BARB), (x - across[0], y - across[1]))
    return f'<path d="M{" L".join(map(pair, corners))} Z"{_look(tone, 0.0, "solid")}/>'


def _before(start: Point, end: Point, length: float) -> Point:
    """The point `length` before the end, going there from the start."""
    share = length / hypot(end[0] - start[0], end[1] - start[1])
    return end[0] - share * (end[0] - start[0]), end[1] - share * (end[1] - start[1])


def _look(fill: float, tone: float, dash: Dash) -> str:
    """Attributes of a shape: inside, outline, dashes."""
    inside = f' fill="currentColor"{_share("fill", fill)}' if fill else ' fill="none"'
    outline = f' stroke="currentColor"{_share("stroke", tone)}' if tone else ""
    lengths = " ".join(map(number, DASHES[dash]))
    return inside + outline + (f' stroke-dasharray="{lengths}"' if lengths else "")


def _share(part: str, tone: float) -> str:
    return "" if tone == 1 else f' {part}-opacity="{tone:.3g}"'
