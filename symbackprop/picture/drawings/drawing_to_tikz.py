"""A drawing as a `tikzpicture`: core TikZ and mixes of black, nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from symbackprop.picture.drawings.drawing import (
    DASHES, RISE, Circle, Dash, Drawing, Line, Rect, Shape, Text, number,
)  # fmt: skip
from symbackprop.picture.label import Point

ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}
ROW = 8  # points of a line in one row of the output


def drawing_tikz(d: Drawing) -> str:
    """TeX of the drawing, at its final size; the labels stand in math mode."""
    lines = [
        r"\begin{tikzpicture}[x=1pt,y=1pt,line width=0.5pt,line join=round,>=stealth,inner sep=0pt]",
        rf"\useasboundingbox (0,0) rectangle {_at((d.width, d.height))};",
        *map(_shape, d.shapes),
    ]
    return "\n".join([*lines, r"\end{tikzpicture}", ""])


def _shape(shape: Shape) -> str:
    match shape:
        case Line():
            return _line(shape)
        case Circle(x, y, radius):
            look = _look(shape.fill, shape.tone, shape.dash)
            return rf"\path[{look}] {_at((x, y))} circle[radius={number(radius)}pt];"
        case Rect(x, y, width, height):
            look = _look(shape.fill, shape.tone, "solid")
            return rf"\path[{look}] {_at((x, y))} rectangle {_at((x + width, y + height))};"
        case Text():
            return _text(shape)


def _line(line: Line) -> str:
    tip = ",->" if line.arrow == "end" else ""
    look = f"draw={_ink(line.tone)},line width={number(line.width)}pt{_dash(line.dash)}{tip}"
    return rf"\path[{look}] {_path(line.points)};"


def _path(points: Sequence[Point]) -> str:
    """Straight pieces, a few on each row."""
    rows = (points[i : i + ROW] for i in range(0, len(points), ROW))
    return "\n  -- ".join(" -- ".join(map(_at, row)) for row in rows)


def _look(fill: float, tone: float, dash: Dash) -> str:
    """What is drawn of a closed shape."""
    inside = f",fill={_ink(fill)}" if fill else ""
    outline = f",draw={_ink(tone)}{_dash(dash)}" if tone else ""
    return (inside + outline).removeprefix(",")


def _dash(dash: Dash) -> str:
    lengths = DASHES[dash]
    words = (f"{'off' if i % 2 else 'on'} {number(v)}pt" for i, v in enumerate(lengths))
    return f",dash pattern={' '.join(words)}" if lengths else ""


def _ink(tone: float) -> str:
    return "black" if tone == 1 else f"black!{number(100 * tone)}"


def _text(text: Text) -> str:
    """The baseline stands where the SVG has it."""
    size, tex = text.size, text.label.tex
    if not tex:
        return "%"
    type_ = rf"\fontsize{{{size:g}}}{{{size + 1:g}}}\selectfont${tex}$"
    at = _at((text.x, text.y + RISE * size))
    return rf"\node[anchor={ANCHORS[text.anchor]}] at {at} {{{type_}}};"


def _at(point: Point) -> str:
    """TikZ counts upwards."""
    return f"({number(point[0])},{number(-point[1])})"
