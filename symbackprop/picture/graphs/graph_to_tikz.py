r"""A placed picture as a `tikzpicture`: core TikZ, \fontsize for type, nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from symbackprop.picture.drawings.drawing import number
from symbackprop.picture.graphs.graph_picture import Box, Placed, PlacedArrow, PlacedVertex
from symbackprop.picture.graphs.edge_routes import strands
from symbackprop.picture.graphs.legend import number_in
from symbackprop.picture.label import Label, Point
from symbackprop.picture.text_width import EDGE, NODE, SCRIPT, SIZE

FORWARD, BACKWARD = "{rgb,255:red,40;green,80;blue,160}", "{rgb,255:red,176;green,40;blue,35}"
WAYS = {"plain": "", "forward": f"line width=0.75pt,color={FORWARD}",
        "backward": f"line width=0.75pt,color={BACKWARD}"}  # fmt: skip
SMALLER = rf"\renewcommand\defaultscriptratio{{{SCRIPT}}}\renewcommand\defaultscriptscriptratio{{{SCRIPT}}}%"
LOOKS = {
    "input": "draw",
    "parameter": "draw=black!55,fill=black!9",
    "node": "draw",
    "output": "draw,line width=1.3pt",
    "constant": "draw=black!55,dash pattern=on 1.5pt off 1.5pt",
    "ellipsis": "",
}


def tikz(placed: Placed) -> str:
    """TeX of the picture, at its final size; the labels stand in math mode."""
    scale = f",scale={number(placed.scale, 3)},transform shape" if placed.scale != 1 else ""
    frame = placed.width / placed.scale, placed.height / placed.scale  # before scaling
    lines = [
        SMALLER,
        rf"\begin{{tikzpicture}}[x=1pt,y=1pt,line width=0.5pt,>=stealth,inner sep=0pt{scale}]",
        rf"\useasboundingbox (0,0) rectangle {_at(frame)};",
        *(_vertex(v, placed.scale) for v in placed.vertices),
        *(_arrow(a, placed) for a in placed.arrows),
    ]
    for (key, label), box in zip(placed.legend, placed.legend_boxes, strict=True):
        left = box.x - box.width / 2
        lines.append(_key(key, (left + 5.5, box.y)))
        lines.append(rf"\node[anchor=west] at {_at((left + 14, box.y))} {{{_type(label, EDGE)}}};")
    return "\n".join([*lines, r"\end{tikzpicture}", ""])


def _vertex(placed: PlacedVertex, scale: float) -> str:
    """The outline, the name in it, the size below the name."""
    vertex, box = placed.vertex, placed.box
    soft = scale * min(placed.radius, min(box.width, box.height) / 2 - 0.01)  # TikZ scales no corners
    look = LOOKS[vertex.kind] + f",rounded corners={number(soft, 3)}pt"
    outline = rf"\path[{look.lstrip(',')}] {_corners(box)};"
    name = _type(vertex.label, NODE)
    if vertex.size.tex:
        name = rf"\shortstack{{{name}\\[1pt]{_type(vertex.size, SIZE)}}}"
    return rf"{outline} \node at {_at((box.x, box.y))} {{{name}}};"


def _corners(box: Box) -> str:
    left, right = box.x - box.width / 2, box.x + box.width / 2
    return f"{_at((left, box.y - box.height / 2))} rectangle {_at((right, box.y + box.height / 2))}"


def _arrow(placed: PlacedArrow, whole: Placed) -> str:
    """Its strands: lines up to the label, lines on from it, one of them with the tip; the label on white."""
    lines: list[str] = []
    for strand in strands(placed, whole):
        look = WAYS[strand.way]
        for points in strand.lines[:-1]:
            lines.append(rf"\draw[{look}] {_line(points)};" if look else rf"\draw {_line(points)};")
        lines.append(rf"\draw[{','.join(filter(None, ('->', look)))}] {_line(strand.lines[-1])};")
    middle = (placed.box.x, placed.box.y)
    if placed.key:
        lines.append(_key(placed.key, middle))
    elif placed.arrow.label.tex:
        text = _type(placed.arrow.label, EDGE)
        look = "fill=white,inner sep=1pt" + (f",text={BACKWARD}" if placed.arrow.back else "")
        lines.append(rf"\node[{look}] at {_at(middle)} {{{text}}};")
    return " ".join(lines)


def _key(key: str, at: Point) -> str:
    """A number in a circle; larger ones, which no circle holds, in parentheses."""
    if len(key) > 1:
        return rf"\node[fill=white] at {_at(at)} {{\fontsize{{7.5}}{{8}}\selectfont {key}}};"
    return (
        rf"\draw[fill=white,line width=0.3pt] {_at(at)} circle[radius=5pt]"
        rf" node {{\fontsize{{7.5}}{{8}}\selectfont {number_in(key)}}};"
    )


def _type(label: Label, size: float) -> str:
    return rf"\fontsize{{{size:g}}}{{{size + 1:g}}}\selectfont${label.tex}\mathstrut$"


def _line(points: Sequence[Point]) -> str:
    """A spline as a TikZ path; straight pieces are written `--`."""
    out = [_at(points[0])]
    for i in range(1, len(points) - 2, 3):
        a, b, end = points[i : i + 3]
        straight = any(len({p[axis] for p in points[i - 1 : i + 3]}) == 1 for axis in (0, 1))
        curve = "--" if straight else f".. controls {_at(a)} and {_at(b)} .."
        out.append(f"{curve} {_at(end)}")
    return " ".join(out)


def _at(point: Point) -> str:
    """TikZ counts upwards."""
    return f"({number(point[0], 3)},{number(-point[1], 3)})"
