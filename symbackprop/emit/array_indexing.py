"""Slices, new axes and shapes as they stand in square brackets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from symbackprop.emit.literals import bare, size_code
from symbackprop.sizes import Shape, Size, size

Ranges: TypeAlias = Sequence[tuple[Size, ...]]
ZERO = size(0)


def ranges_code(ranges: Ranges, shape: Shape, rest: str = "") -> str:
    """`1:, 2` for ranges and positions of an array of a shape; what is whole at the end is left out.

    `rest` is what stands in its place.
    """
    parts = [range_code(r, s) for r, s in zip(ranges, shape, strict=True)]
    return shortened(parts, rest) or "()"


def shortened(parts: list[str], rest: str) -> str:
    """The parts of an index up to the last that says something."""
    whole = len(parts)
    while len(parts) > 1 and parts[-1] == ":":
        parts.pop()
    return ", ".join([*parts, *([rest] if rest and len(parts) < whole else [])])


def range_code(r: tuple[Size, ...], s: Size) -> str:
    if len(r) == 1:
        return bare(size_code(r[0]))
    start = "" if r[0] == ZERO else bare(size_code(r[0]))
    end = s - r[1]
    if end == ZERO:
        return f"{start}:"
    left = end.number
    return (
        f"{start}:-{left}"
        if left is not None and left > 0 and s.number is None
        else f"{start}:{bare(size_code(r[1]))}"
    )


def new_axes(rank: int, axes: Sequence[int], rest: str = "") -> str:
    """`:, None` for new axes at places of a result."""
    return shortened(["None" if k in axes else ":" for k in range(rank)], rest)
