"""A fully connected network, neuron by neuron."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot

from symbackprop.errors import SheetError
from symbackprop.picture.drawings.drawing import Circle, Drawing, Line, Shape, Text
from symbackprop.picture.label import Label
from symbackprop.picture.text_width import measure

MANY, FIRST = 10, 5  # a layer of more neurons shows the first few, dots and the last
TYPE, NAME = 8.0, 10.0
RADIUS, SPACE, EDGE = 11.0, 9.0, 1.0  # of the smallest neuron, between neurons, around all
PAGE = 430.0  # gaps shrink to keep this width while they can
NARROW, WIDE = 44.0, 110.0


@dataclass(frozen=True, slots=True)
class Layer:
    """The neurons of a layer, top to bottom, and the one that is always the bias."""

    labels: tuple[Label, ...]
    bias: Label | None = None


@dataclass(frozen=True, slots=True)
class Neuron:
    """A circle in a column, or the dots for those left out, which have no label."""

    x: float
    y: float
    label: Label | None
    kind: str


def scheme(layers: Sequence[Layer], names: Sequence[Label]) -> Drawing:
    """Columns of neurons, each joined to all of the next; the matrices' names above the gaps."""
    _check(layers, names)
    radius = _radius(layers)
    columns, height = _placed(layers, names, radius)
    gaps = list(zip(pairwise(columns), names, strict=True))
    shapes: list[Shape] = []
    for (left, right), _ in gaps:
        shapes += _joined(left, right, radius)
    for column in columns:
        shapes += [shape for n in column for shape in _neuron(n, radius)]
    for (left, right), name in gaps:
        shapes.append(Text((left[0].x + right[0].x) / 2, _head(names) / 2, name, NAME))
    return Drawing(columns[-1][0].x + radius + EDGE, height, tuple(shapes), _told(layers, names))


def _check(layers: Sequence[Layer], names: Sequence[Label]) -> None:
    """There are neurons in every layer, a name for every gap, and nothing that leads nowhere."""
    if not layers:
        raise SheetError("there is no layer to draw", where="scheme")
    for i, layer in enumerate(layers, 1):
        if not layer.labels:
            raise SheetError(f"layer {i} has no neurons", where="scheme")
    if len(names) != len(layers) - 1:
        raise SheetError(f"{len(layers)} layers have {len(layers) - 1} matrices between them, but"
                         f" {len(names)} names are given", where="scheme")  # fmt: skip
    if layers[-1].bias:
        raise SheetError("the bias of the last layer leads nowhere", where="scheme",
                         hint="Give the last layer no bias.")  # fmt: skip


def _radius(layers: Sequence[Layer]) -> float:
    """Every neuron holds its label."""
    labels = [n for layer in layers for n in (*layer.labels, layer.bias) if n]
    corners = (hypot(*measure(label, TYPE)) for label in labels)
    return max(RADIUS, max(corners) / 2 + 4)


def _placed(
    layers: Sequence[Layer], names: Sequence[Label], radius: float
) -> tuple[list[list[Neuron]], float]:
    """The columns, middles at one height, and the height of the drawing."""
    pitch = 2 * radius + SPACE
    slots = [_slots(layer) for layer in layers]
    tall = max(map(len, slots)) * pitch - SPACE
    middle = _head(names) + tall / 2 + EDGE
    columns, x = list[list[Neuron]](), radius + EDGE
    for i, column in enumerate(slots):
        top = middle - (len(column) - 1) * pitch / 2
        columns.append([Neuron(x, top + k * pitch, *slot) for k, slot in enumerate(column)])
        x += 2 * radius + (_gap(names[i], tall, len(layers), radius) if i < len(names) else 0.0)
    return columns, _head(names) + tall + 2 * EDGE


def _slots(layer: Layer) -> list[tuple[Label | None, str]]:
    """What stands in a column, top to bottom."""
    labels, many = layer.labels, len(layer.labels) > MANY
    shown = [(n, "neuron") for n in (labels[:FIRST] if many else labels)]
    rest = [(None, "dots"), (labels[-1], "neuron")] if many else []
    return [*shown, *rest, *([(layer.bias, "bias")] if layer.bias else [])]


def _gap(name: Label, tall: float, count: int, radius: float) -> float:
    """Room between two columns: more beside tall ones, less where there are many."""
    share = (PAGE - 2 * radius * count) / (count - 1)
    return max(NARROW, measure(name, NAME)[0] + 8, min(0.45 * tall, WIDE, share))


def _head(names: Sequence[Label]) -> float:
    """Height of the row of names."""
    return max((measure(n, NAME)[1] + 4 for n in names), default=0.0)


def _joined(left: Sequence[Neuron], right: Sequence[Neuron], radius: float) -> list[Shape]:
    """A line from every neuron to every one of the next layer but its bias."""
    return [_between(a, b, radius) for a in left for b in right if a.kind != "dots" and b.kind == "neuron"]


def _between(a: Neuron, b: Neuron, radius: float) -> Line:
    """The line from circle to circle, along that of the middles."""
    across, down = b.x - a.x, b.y - a.y
    dx, dy = (radius * part / hypot(across, down) for part in (across, down))
    return Line(((a.x + dx, a.y + dy), (b.x - dx, b.y - dy)), width=0.4, tone=0.55)


def _neuron(n: Neuron, radius: float) -> list[Shape]:
    if n.label is None:
        return [Circle(n.x, n.y + step, 1.0, 1.0, 0.0) for step in (-5.0, 0.0, 5.0)]
    dash = "dashed" if n.kind == "bias" else "solid"
    return [Circle(n.x, n.y, radius, dash=dash), Text(n.x, n.y, n.label, TYPE)]


def _told(layers: Sequence[Layer], names: Sequence[Label]) -> str:
    """The layers, then what joins them."""
    told = []
    for i, layer in enumerate(layers, 1):
        bias = f" and the bias {layer.bias.text}" if layer.bias else ""
        told.append(f"layer {i}: {_listed(layer.labels)}{bias}")
    for i, name in enumerate(names, 1):
        told.append(f"each neuron of layer {i} is joined to all of layer {i + 1}: {name.text}")
    return "; ".join(told)


def _listed(labels: Sequence[Label]) -> str:
    """The labels, those left out of the drawing as dots."""
    shown = [n.text for n in labels]
    return ", ".join([*shown[:FIRST], "…", shown[-1]] if len(shown) > MANY else shown)
