"""Numbers that stand for long labels, and the rows below a picture that say what they stand for."""

from __future__ import annotations

from dataclasses import replace
from unicodedata import numeric

from symbackprop.picture.graphs.graph_picture import Box, Placed
from symbackprop.picture.label import Label
from symbackprop.picture.text_width import EDGE, measure

MARGIN = 2.0  # white around the picture
KEY = 11.0  # diameter of a circled number


def circled(n: int) -> str:
    """n in a circle, as far as Unicode has them, which is 50."""
    if n <= 20:
        return chr(0x245F + n)
    return chr(0x323C + n) if n <= 35 else chr(0x328D + n) if n <= 50 else f"({n})"


def number_in(key: str) -> int:
    """The number a circle holds."""
    return int(numeric(key))


def with_legend(placed: Placed, keys: dict[Label, str], max_width: float) -> Placed:
    """The picture with what its numbers stand for in rows below it."""
    x, y, row, wide = MARGIN, placed.height + 8.0, 0.0, placed.width
    boxes: list[Box] = []
    for label in keys:
        width, height = measure(label, EDGE)
        width, height = width + KEY + 14.0, max(height + 3.0, KEY + 2.0)
        if boxes and x + width > max(placed.width, max_width) - MARGIN:
            x, y, row = MARGIN, y + row, 0.0
        boxes.append(Box(x + width / 2, y + height / 2, width, height))
        x, row = x + width + 8.0, max(row, height)
        wide = max(wide, x - 8.0 + MARGIN)
    if not boxes:
        return placed
    legend = tuple((key, label) for label, key in keys.items())
    return replace(placed, legend=legend, legend_boxes=tuple(boxes), width=wide, height=y + row + MARGIN)
