"""A matrix as shaded cells with their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, isfinite, log10

from symbackprop.errors import SheetError
from symbackprop.picture.drawings.drawing import Drawing, Rect, Text
from symbackprop.picture.label import Label
from symbackprop.picture.text_width import measure

DARKEST = 0.4  # the share of ink at which type is still read, black on white or white on black
TYPE = 8.0
EDGE = 1.0


def heat(values: Sequence[Sequence[float]], *, cell: float = 22.0) -> Drawing:
    """The matrix, white where it is least; cells are as wide as the longest number needs."""
    rows = _checked(values, cell)
    digits = _decimals(rows)
    labels = [[_numeral(v, digits) for v in row] for row in rows]
    wide = max(cell, max(measure(one, TYPE)[0] for row in labels for one in row) + 5)
    tones = _tones(rows)
    shapes = [
        shape
        for i, row in enumerate(labels)
        for j, label in enumerate(row)
        for shape in (
            Rect(EDGE + j * wide, EDGE + i * cell, wide, cell, tones[i][j], 0.5),
            Text(EDGE + (j + 0.5) * wide, EDGE + (i + 0.5) * cell, label, TYPE),
        )
    ]
    size = len(rows[0]) * wide + 2 * EDGE, len(rows) * cell + 2 * EDGE
    return Drawing(*size, tuple(shapes), _told(labels))


def _checked(values: Sequence[Sequence[float]], cell: float) -> list[list[float]]:
    """The rows, as long as each other, of finite numbers."""
    if not 12 <= cell <= 200:
        raise SheetError(f"a cell of {cell:g} points", where="heat", hint="Take 12 to 200.")
    rows = [[float(v) for v in row] for row in values]
    if not rows or not rows[0]:
        raise SheetError("the matrix has no entries", where="heat")
    for i, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise SheetError(f"row {i} has {len(row)} entries but row 1 has {len(rows[0])}",
                             where="heat")  # fmt: skip
        for j, v in enumerate(row, 1):
            if not isfinite(v):
                raise SheetError(f"entry ({i}, {j}) is {v}, which has no shade", where="heat")
    return rows


def _tones(rows: list[list[float]]) -> list[list[float]]:
    """From 0 at the least entry to the darkest at the greatest; a constant matrix is white."""
    least, most = min(map(min, rows)), max(map(max, rows))
    span = most / 2 - least / 2  # halves, since the whole may overflow
    return [[round(DARKEST * (v / 2 - least / 2) / span, 3) if span else 0.0 for v in row]
            for row in rows]  # fmt: skip


def _decimals(rows: list[list[float]]) -> int:
    """How many digits after the point show three of the largest entry below 10^5."""
    most = max((abs(v) for row in rows for v in row if 0 < abs(v) < 1e5), default=1.0)
    if all(v == int(v) for row in rows for v in row):
        return 0
    return min(max(2 - floor(log10(most)), 0), 4)


def _numeral(value: float, decimals: int) -> Label:
    """The number to some decimals; with a power of ten where these do not show it.

    >>> _numeral(-3.0, 1).text, _numeral(0.12345, 3).tex, _numeral(1.5e-7, 3).text
    ('−3.0', '0.123', '1.5·10^{−7}')
    """
    shown = f"{value:.{decimals}f}" if value else "0"
    fixed = not value or (abs(value) < 1e5 and float(shown) != 0)
    digits, _, power = (shown if fixed else f"{value:.1e}").partition("e")
    text = digits.replace("-", "−")
    if not power:
        return Label(digits, text)
    k = str(int(power))
    return Label(rf"{digits}\cdot10^{{{k}}}", f"{text}·10^{{{k.replace('-', '−')}}}")


def _told(labels: list[list[Label]]) -> str:
    """The matrix, row by row."""
    rows = ("; ".join(", ".join(one.text for one in row) for row in labels)).join("[]")
    return f"Matrix of {len(labels)}×{len(labels[0])} numbers, greater ones darker: {rows}"
