"""What a picture is made of, before and after it is placed. Lengths are points, y grows down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from symbackprop.picture.label import Label, Point

Direction: TypeAlias = Literal["right", "down"]
KINDS = ("input", "parameter", "node", "output", "constant")


@dataclass(frozen=True, slots=True)
class Vertex:
    """A named value; `shape_key` names what it does, so that equal layers can be recognised."""

    key: str
    label: Label
    size: Label
    kind: str
    shape_key: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """A use of `tail` in `head`; the label is the local derivative along it.

    `back` arrows are drawn twice, the value forward and the error signal back, in two colours.
    """

    tail: str
    head: str
    label: Label
    back: bool = False


@dataclass(frozen=True, slots=True)
class Repeat:
    """A run of isomorphic layers: the vertex keys of each copy, first copy first."""

    layers: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A directed acyclic graph with inscriptions."""

    vertices: tuple[Vertex, ...]
    arrows: tuple[Arrow, ...]
    repeats: tuple[Repeat, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle by its centre."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PlacedVertex:
    """A vertex as a box whose corners are rounded with `radius`."""

    vertex: Vertex
    box: Box
    radius: float


@dataclass(frozen=True, slots=True)
class PlacedArrow:
    """An arrow as two cubic splines, `before` and `after` its label.

    A spline is p0 c c p1 c c p2 ...; a straight piece has its controls on the line. Where `key` is
    not empty it stands in the picture, and the label itself stands in the legend.
    """

    arrow: Arrow
    before: tuple[Point, ...]
    after: tuple[Point, ...]
    box: Box
    key: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """Coordinates for a whole picture; a backend draws them `scale` times as large.

    `width` and `height` are the final size on paper, legend and scale included.
    """

    vertices: tuple[PlacedVertex, ...]
    arrows: tuple[PlacedArrow, ...]
    width: float
    height: float
    direction: Direction
    scale: float = 1.0
    legend: tuple[tuple[str, Label], ...] = ()
    legend_boxes: tuple[Box, ...] = ()  # one for each row of the legend: key, then label, from the left
