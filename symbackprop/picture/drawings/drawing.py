"""Small drawings made of lines, circles, rectangles and type. Lengths are points, y grows down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from symbackprop.picture.label import Label, Point

Dash: TypeAlias = Literal["solid", "dashed", "dotted", "dash-dot"]
Tip: TypeAlias = Literal["none", "end"]
Anchor: TypeAlias = Literal["start", "middle", "end"]

DASHES: dict[Dash, tuple[float, ...]] = {  # lengths on, off, on, off
    "solid":    (),
    "dashed":   (4.0, 2.2),
    "dotted":   (1.0, 1.8),
    "dash-dot": (5.0, 1.8, 1.0, 1.8),
}  # fmt: skip
RISE = 0.32  # the baseline stands this many em below the middle of a line of type


@dataclass(frozen=True, slots=True)
class Line:
    """Straight pieces through the points; `tone` is the share of ink, from 0 to 1."""

    points: tuple[Point, ...]
    width: float = 0.5
    dash: Dash = "solid"
    arrow: Tip = "none"
    tone: float = 1.0


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle by its centre; a `fill` or `tone` of 0 leaves the inside or the outline out."""

    x: float
    y: float
    radius: float
    fill: float = 0.0
    tone: float = 1.0
    dash: Dash = "solid"


@dataclass(frozen=True, slots=True)
class Rect:
    """An upright rectangle by its upper left corner; `fill` and `tone` as in a circle."""

    x: float
    y: float
    width: float
    height: float
    fill: float = 0.0
    tone: float = 1.0


@dataclass(frozen=True, slots=True)
class Text:
    """One line of type; x is where it is anchored, y its middle."""

    x: float
    y: float
    label: Label
    size: float
    anchor: Anchor = "middle"


Shape: TypeAlias = Line | Circle | Rect | Text


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes in a frame from (0, 0) to (width, height), and the same in words."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    told: str


def number(value: float, decimals: int = 2) -> str:
    """A coordinate, at most so many decimals.

    >>> number(2.0), number(-0.001), number(1.256)
    ('2', '0', '1.26')
    """
    text = f"{value:.{decimals}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
