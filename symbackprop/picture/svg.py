"""A placed picture as one self-contained SVG element, in the text colour of the page around it."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from html import escape

from symbackprop.picture.legend import number_in
from symbackprop.picture.measure import EDGE, NODE, SCRIPT, SIZE, spans
from symbackprop.picture.model import Label, Placed, PlacedArrow, PlacedVertex, Point

FONTS = "'Latin Modern Roman','STIX Two Text','Times New Roman',Times,'STIX Two Math',serif"
LOOKS = {
    "input": 'fill="none" stroke="currentColor"',
    "parameter": 'fill="#888" fill-opacity="0.2" stroke="currentColor" stroke-opacity="0.6"',
    "node": 'fill="none" stroke="currentColor"',
    "output": 'fill="none" stroke="currentColor" stroke-width="1.3"',
    "constant": 'fill="none" stroke="currentColor" stroke-opacity="0.6" stroke-dasharray="1.5 1.5"',
    "ellipsis": 'fill="none"',
}


def svg(placed: Placed, *, title: str = "Computation graph") -> str:
    """The picture with a title and a description: every vertex, then every arrow in words."""
    body = [*map(_vertex, placed.vertices), *map(_arrow, placed.arrows)]
    for (key, label), box in zip(placed.legend, placed.legend_boxes, strict=True):
        left = box.x - box.width / 2
        body.append(_key(key, (left + 5.5, box.y)))
        body.append(_text(label, (left + 14, box.y), EDGE, anchor="start"))
    told = escape(_told(placed))
    name = "g" + sha256("".join([title, told, *body]).encode("utf-8", "replace")).hexdigest()[:12]
    width, height = placed.width, placed.height
    view = f"0 0 {_number(width / placed.scale)} {_number(height / placed.scale)}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{name}t {name}d"'
        f' viewBox="{view}" width="{_number(width)}pt" height="{_number(height)}pt"'
        f' style="max-width:100%" font-family="{FONTS}" stroke-width="0.5">'
    )
    titles = f'<title id="{name}t">{escape(_clean(title))}</title><desc id="{name}d">{told}</desc>'
    return "\n".join([head, titles, *body, "</svg>", ""])


def _told(placed: Placed) -> str:
    """The graph in words, for those who cannot see it."""
    names = {v.vertex.key: v.vertex.label.text for v in placed.vertices}
    parts = [
        f"{v.vertex.label.text} ({v.vertex.size.text})"
        if v.vertex.size.text
        else v.vertex.label.text
        for v in placed.vertices
    ]
    parts += [
        f"{names[a.arrow.tail]} → {names[a.arrow.head]}: {a.arrow.label.text}"
        for a in placed.arrows
    ]
    return _clean("; ".join(parts))


def _vertex(placed: PlacedVertex) -> str:
    vertex, box = placed.vertex, placed.box
    frame = (
        f'<rect x="{_number(box.x - box.width / 2)}" y="{_number(box.y - box.height / 2)}"'
        f' width="{_number(box.width)}" height="{_number(box.height)}"'
        f' rx="{_number(placed.radius)}" {LOOKS[vertex.kind]}/>'
    )
    if not vertex.size.text:
        return frame + _text(vertex.label, (box.x, box.y), NODE)
    name = _text(vertex.label, (box.x, box.y - SIZE * 0.7), NODE)
    return frame + name + _text(vertex.size, (box.x, box.y + NODE * 0.7), SIZE)


def _arrow(placed: PlacedArrow) -> str:
    """The line with a gap where its label stands, and the tip."""
    data = f"{_line(placed.before)} {_line(placed.after)}"
    line = f'<path d="{data}" fill="none" stroke="currentColor"/>'
    tip = _tip(placed.after)
    at = placed.box.x, placed.box.y
    tag = _key(placed.key, at) if placed.key else _text(placed.arrow.label, at, EDGE)
    return line + tip + tag


def _tip(points: Sequence[Point]) -> str:
    """A barbed tip; the flow runs along one of the axes where an arrow ends."""
    x, y = points[-1]
    long, wide, barb = 5.0, 1.7, 3.8
    if points[-2][1] == y:
        corners = (x, y), (x - long, y - wide), (x - barb, y), (x - long, y + wide)
    else:
        corners = (x, y), (x - wide, y - long), (x, y - barb), (x + wide, y - long)
    return f'<path d="M{" L".join(map(_at, corners))} Z" fill="currentColor"/>'


def _key(key: str, at: Point) -> str:
    """A number in a circle, drawn, since few fonts have the sign; beyond 50 in parentheses."""
    if len(key) > 1:
        return _text(Label("", key), at, SIZE)
    where = f'cx="{_number(at[0])}" cy="{_number(at[1])}"'
    circle = f'<circle {where} r="5" fill="none" stroke="currentColor"/>'
    return circle + _text(Label("", str(number_in(key))), at, SIZE)


def _text(label: Label, at: Point, size: float, *, anchor: str = "middle") -> str:
    """One line of text around a point, scripts raised or lowered, lone letters italic."""
    if not label.text:
        return ""
    level, runs = 0, list[str]()
    for span in spans(_clean(label.text)):
        shift = -0.35 * size * (span.level - level)
        style = f' dy="{_number(shift)}"' if span.level != level else ""
        style += f' font-size="{_number(size * SCRIPT)}"' if span.level else ""
        style += ' font-style="italic"' if span.italic else ""
        runs.append(f"<tspan{style}>{escape(span.text)}</tspan>" if style else escape(span.text))
        level = span.level
    where = f'x="{_number(at[0])}" y="{_number(at[1] + 0.32 * size)}"'
    return (
        f'<text {where} font-size="{_number(size)}" text-anchor="{anchor}" fill="currentColor">'
        f"{''.join(runs)}</text>"
    )


def _clean(text: str) -> str:
    """The text without what XML cannot hold at all."""
    return "".join(c for c in text if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff"
                                                        and c not in "\ufffe\uffff"))  # fmt: skip


def _line(points: Sequence[Point]) -> str:
    """A spline as path data; one point alone is no line."""
    if len(points) < 2:
        return ""
    curves = (points[i : i + 3] for i in range(1, len(points) - 2, 3))
    return f"M{_at(points[0])} " + " ".join("C" + " ".join(map(_at, c)) for c in curves)


def _at(point: Point) -> str:
    return f"{_number(point[0])},{_number(point[1])}"


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
