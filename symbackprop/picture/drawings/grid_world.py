"""A grid of cells with an agent and the way it walked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

from symbackprop.errors import SheetError
from symbackprop.picture.drawings.drawing import Circle, Drawing, Line, Rect, Shape, Text
from symbackprop.picture.label import Label, Point
from symbackprop.picture.text_width import measure

Cell: TypeAlias = tuple[int, int]  # row, column, counted from 0

KINDS = {".": "empty", "o": "path", "A": "agent"}
SIDE, EDGE = 30.0, 1.0
DOT, AGENT = 3.2, 6.5  # radii
TYPE = 7.0
ASIDE, CLEAR = 3.5, 8.0  # how far an arrow runs beside the middles, and from them to its ends
INSET = 2.0  # from the side of a cell to a number in its corner
TIP = 3.5  # half the width of an arrow's tip, with white


def maze(rows: Sequence[str], *, steps: Sequence[Cell] = ()) -> Drawing:
    """The cells with what they hold; arrows along the steps, in corners when a cell was reached."""
    _check(rows, steps)
    visits = _visits(steps)
    side = max([SIDE, *(2 * (INSET + _widest(v) + TIP + ASIDE) for v in visits.values())])
    shapes: list[Shape] = [Rect(EDGE, EDGE, side * len(rows[0]), side * len(rows), tone=1.0)]
    shapes += _lines(len(rows), len(rows[0]), side)
    for i, row in enumerate(rows):
        for j, kind in enumerate(row):
            shapes += _content(kind, _middle((i, j), side))
    walked = dict.fromkeys((a, b) for a, b in pairwise(steps) if a != b)
    shapes += [_arrow(_middle(a, side), _middle(b, side)) for a, b in walked]
    for cell, parts in visits.items():
        shapes += _corners(parts, _middle(cell, side), side / 2)
    size = side * len(rows[0]) + 2 * EDGE, side * len(rows) + 2 * EDGE
    return Drawing(*size, tuple(shapes), _told(rows, steps))


def _check(rows: Sequence[str], steps: Sequence[Cell]) -> None:
    """The rows are as long as each other; the steps go from neighbour to neighbour inside."""
    if not rows or not rows[0]:
        raise SheetError("the maze has no cells", where="maze")
    for i, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise SheetError(f"row {i} has {len(row)} cells but row 0 has {len(rows[0])}",
                             where="maze")  # fmt: skip
        for j, kind in enumerate(row):
            if kind not in KINDS:
                raise SheetError(f"cell ({i}, {j}) is {kind!r}", where="maze",
                                 hint="A cell is '.' empty, 'o' path or 'A' agent.")  # fmt: skip
    for k, (i, j) in enumerate(steps):
        if not (0 <= i < len(rows) and 0 <= j < len(rows[0])):
            raise SheetError(f"step {k} is at ({i}, {j}), outside of {len(rows)}×{len(rows[0])}"
                             " cells counted from 0", where="maze")  # fmt: skip
    for k, (a, b) in enumerate(pairwise(steps), 1):
        if abs(a[0] - b[0]) + abs(a[1] - b[1]) > 1:
            raise SheetError(f"step {k} goes from {a} to {b}, which are no neighbours",
                             where="maze")  # fmt: skip


def _visits(steps: Sequence[Cell]) -> dict[Cell, list[str]]:
    """When each cell was reached, over at most four corners."""
    times: dict[Cell, list[str]] = {}
    for k, cell in enumerate(steps):
        times.setdefault(cell, []).append(str(k))
    return {cell: _quarters(found) for cell, found in times.items()}


def _quarters(words: list[str]) -> list[str]:
    each = -(-len(words) // 4)
    return [", ".join(words[i : i + each]) for i in range(0, len(words), each)]


def _widest(words: list[str]) -> float:
    return max(measure(_plain(word), TYPE)[0] for word in words)


def _plain(word: str) -> Label:
    return Label(word.replace(", ", "{,}"), word.replace(", ", ","))


def _middle(cell: Cell, side: float) -> Point:
    return EDGE + (cell[1] + 0.5) * side, EDGE + (cell[0] + 0.5) * side


def _lines(high: int, wide: int, side: float) -> list[Shape]:
    """Light lines between the cells."""
    down, across = EDGE + high * side, EDGE + wide * side
    return [
        *(Line(((EDGE, y), (across, y)), width=0.4, tone=0.3)
          for y in (EDGE + i * side for i in range(1, high))),
        *(Line(((x, EDGE), (x, down)), width=0.4, tone=0.3)
          for x in (EDGE + j * side for j in range(1, wide))),
    ]  # fmt: skip


def _content(kind: str, middle: Point) -> list[Shape]:
    """A dot, an open circle or nothing."""
    match KINDS[kind]:
        case "path":
            return [Circle(*middle, DOT, 1.0, 0.0)]
        case "agent":
            return [Circle(*middle, AGENT)]
        case _:
            return []


def _arrow(start: Point, end: Point) -> Line:
    """From cell to cell on the right hand of who walks, so that the way back is another line."""
    long = abs(end[0] - start[0]) + abs(end[1] - start[1])
    dx, dy = (end[0] - start[0]) / long, (end[1] - start[1]) / long
    side = -ASIDE * dy, ASIDE * dx
    begin = start[0] + CLEAR * dx + side[0], start[1] + CLEAR * dy + side[1]
    stop = end[0] - CLEAR * dx + side[0], end[1] - CLEAR * dy + side[1]
    return Line((begin, stop), width=0.7, arrow="end")


def _corners(parts: list[str], middle: Point, half: float) -> list[Shape]:
    """The numbers, in reading order over the corners of a cell."""
    x, y = middle
    inset, rise = half - INSET, half - 5
    where = ((-1, -1), (1, -1), (-1, 1), (1, 1))
    return [
        Text(x + sx * inset, y + sy * rise, _plain(part), TYPE, "start" if sx < 0 else "end")
        for part, (sx, sy) in zip(parts, where, strict=False)
    ]


def _told(rows: Sequence[str], steps: Sequence[Cell]) -> str:
    """The cells row by row, then the way."""
    cells = (f"row {i}: " + ", ".join(KINDS[k] for k in row) for i, row in enumerate(rows))
    told = [f"Grid of {len(rows)}×{len(rows[0])} cells", *cells]
    way = " → ".join(f"({i}, {j})" for i, j in steps)
    return "; ".join([*told, f"walked, as (row, column): {way}"] if way else told)
