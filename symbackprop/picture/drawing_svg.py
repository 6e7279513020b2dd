"""A drawing as one self-contained SVG element, in the text colour of the page around it.

Fills are the text colour too, made translucent: a shade that lies between page and type whether
the page is light or dark, where black would vanish on a dark one.
"""

from __future__ import annotations

from hashlib import sha256
from html import escape
from math import hypot

from symbackprop.picture.drawing import (
    DASHES,
    RISE,
    Circle,
    Dash,
    Drawing,
    Line,
    Rect,
    Shape,
    Text,
    number,
)
from symbackprop.picture.measure import SCRIPT, spans
from symbackprop.picture.model import Point

FONTS = "'Latin Modern Roman','STIX Two Text','Times New Roman',Times,'STIX Two Math',serif"
LONG, WIDE, BARB = 5.0, 1.7, 3.8  # of the tip of an arrow


def drawing_svg(d: Drawing, *, title: str) -> str:
    """The drawing with a title, and with what it shows in words."""
    body = [*map(_shape, d.shapes)]
    named, told = escape(_clean(title)), escape(_clean(d.told))
    name = "d" + sha256("".join([named, told, *body]).encode("utf-8")).hexdigest()[:12]
    width, height = number(d.width), number(d.height)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{name}t {name}d"'
        f' viewBox="0 0 {width} {height}" width="{width}pt" height="{height}pt"'
        f' style="max-width:100%" font-family="{FONTS}" stroke-width="0.5" stroke-linejoin="round">'
    )
    titles = f'<title id="{name}t">{named}</title><desc id="{name}d">{told}</desc>'
    return "\n".join([head, titles, *filter(None, body), "</svg>", ""])


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
            return _text(shape)


def _line(line: Line) -> str:
    """The line, and its tip where it has one."""
    points, tip = line.points, ""
    if line.arrow == "end":
        tip = _tip(points[-2], points[-1], line.tone)
        points = (*points[:-1], _before(points[-2], points[-1], BARB))
    data = "M" + " L".join(map(_at, points))
    width = f' stroke-width="{number(line.width)}"'
    return f'<path d="{data}"{_look(0.0, line.tone, line.dash)}{width}/>{tip}'


def _tip(start: Point, end: Point, tone: float) -> str:
    """A barbed tip along the last piece of the line."""
    long = hypot(end[0] - start[0], end[1] - start[1])
    across = (end[1] - start[1]) / long * WIDE, (start[0] - end[0]) / long * WIDE
    x, y = _before(start, end, LONG)
    corners = (
        end,
        (x + across[0], y + across[1]),
        _before(start, end, BARB),
        (x - across[0], y - across[1]),
    )
    return f'<path d="M{" L".join(map(_at, corners))} Z"{_look(tone, 0.0, "solid")}/>'


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


def _text(text: Text) -> str:
    """One line of text, scripts raised or lowered, lone letters italic."""
    level, runs, size = 0, list[str](), text.size
    for span in spans(_clean(text.label.text)):
        shift = -0.35 * size * (span.level - level)
        style = f' dy="{number(shift)}"' if span.level != level else ""
        style += f' font-size="{number(size * SCRIPT)}"' if span.level else ""
        style += ' font-style="italic"' if span.italic else ""
        runs.append(f"<tspan{style}>{escape(span.text)}</tspan>" if style else escape(span.text))
        level = span.level
    where = f'x="{number(text.x)}" y="{number(text.y + RISE * size)}" font-size="{number(size)}"'
    look = f'text-anchor="{text.anchor}" fill="currentColor"'
    return f"<text {where} {look}>{''.join(runs)}</text>" if runs else ""


def _clean(text: str) -> str:
    """The text without what XML cannot hold at all."""
    return "".join(c for c in text if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff"
                                                        and c not in "\ufffe\uffff"))  # fmt: skip


def _at(point: Point) -> str:
    return f"{number(point[0])},{number(point[1])}"
