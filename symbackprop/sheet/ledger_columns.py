"""The ledger in columns: both passes side by side; a row that is too wide for that stands on two lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from symbackprop.formula.tree import Formula, IndexRange
from symbackprop.page import page as pg
from symbackprop.sheet.line_breaks import (
    POINTS, SMALL, WIDTH, Context, Style, noted, rows, said_width, steps, width,
)  # fmt: skip
from symbackprop.sheet.said_ranges import said_once, with_ranges

GAPS = 42.0  # between all columns of a row together, in points, and what widths may be off by
HEADS = (pg.Phrase("ledger.forward"), pg.Phrase("ledger.backward"))
REASON = 78.0  # of a reason in two lines, in points; the templates have it too
INDENT = 36.0  # of the second line of a wide row, in points; the templates have it too
SIGN = 1.35 * POINTS  # an equality sign with its space

Half: TypeAlias = pg.Equation | pg.Phrase | None
Cells: TypeAlias = tuple[str, str, str, str, str, str]  # left, right, size; left, right, reason


def ledger(b: pg.Ledger, style: Style) -> Context:
    """The rows of a ledger in cells; the words of a pass without an equation stand for its right side."""
    once = said_once(r.ranges for r in b.rows)
    cells = [cells_of(r, style, once) for r in b.rows]
    columns = [rooms(r, style, once) for r in b.rows]
    narrow = bool(too_wide(columns, WIDTH - GAPS)) and style.breadth is None
    if narrow:  # long reasons go on to a second line before a row does
        columns = [(*c[:-1], min(c[-1], REASON)) for c in columns]
    wide = too_wide(columns, WIDTH - GAPS)
    heads = {p.key.removeprefix("ledger."): style.say(p) for p in HEADS}
    beside = [c for k, c in enumerate(cells) if k not in wide]
    return {
        "kind": "ledger", "why": style.say(pg.Phrase("sheet.why")), "heads": heads,
        "narrow": narrow,
        "intro": " ".join(map(style.say, with_ranges(b.intro, once))),
        "rows": [row(r, cells[k], k in wide, style) for k, r in enumerate(b.rows)],
        "pad": [max(map(len, column)) for column in zip(*beside, strict=True)],
    }  # fmt: skip


def row(r: pg.LedgerRow, cells: Cells, wide: bool, style: Style) -> Context:
    """A row in cells, and where it is wide both equations in lines of their own."""
    reason = INDENT + (said_width(r.why, style) + POINTS if r.why else 0.0)
    return {
        "keys": [eq.key for eq in r.equations], "cells": cells, "wide": wide,
        "words": cells[4] if isinstance(r.backward, pg.Phrase) else "",
        "forward": broken(r.forward, style) if wide else [],
        "backward": broken(r.backward, style, reason) if wide else [],
        "steps": steps(r.backward, style) if isinstance(r.backward, pg.Equation) else [],
    }  # fmt: skip


def cells_of(r: pg.LedgerRow, style: Style, once: Sequence[IndexRange]) -> Cells:
    size = noted([x for x in r.ranges if x not in once], shape_of(r) or None, style)
    return (*sides(r.forward, style), size, *sides(r.backward, style), style.say(r.why) if r.why else "")


def sides(half: Half, style: Style) -> tuple[str, str]:
    """What stands left of the column of signs, and the sign with all that follows."""
    if half is None or isinstance(half, pg.Phrase):
        return "", style.say(half) if half else ""
    sign = style.signs[half.relation]
    return style.formula(half.left), " ".join(f"{sign} {style.formula(f)}" for f in half.sides)


def shape_of(r: pg.LedgerRow) -> tuple[Formula, ...] | None:
    """The size of a node; of a number none is said."""
    return r.forward.sizes if r.forward else None


def broken(half: Half, style: Style, beside: float = 0.0) -> list[Context]:
    """An equation on as many lines as it needs beside a reason; its size has a place of its own."""
    if not isinstance(half, pg.Equation):
        return []
    return [{**line, "size": ""} for line in rows(half, style, beside=beside)]


def rooms(r: pg.LedgerRow, style: Style, once: Sequence[IndexRange]) -> tuple[float, ...]:
    """How wide each column would have to be."""
    size = size_width(shape, style) if (shape := shape_of(r)) else 0.0
    size += sum(SMALL * width(x, style) + POINTS / 2 for x in r.ranges if x not in once)
    why = said_width(r.why, style) if r.why else 0.0
    return (*room(r.forward, style), size, *room(r.backward, style), why)


def room(half: Half, style: Style) -> tuple[float, float]:
    if half is None or isinstance(half, pg.Phrase):
        return 0.0, said_width(half, style, scale=1.0) if half else 0.0
    return width(half.left, style), sum(width(f, style) + SIGN for f in half.sides)


def size_width(shape: Sequence[Formula], style: Style) -> float:
    """A size in small letters; a vector's has a 1."""
    parts = [width(s, style) for s in shape]
    return SMALL * (sum(parts) + SIGN * max(len(parts) - 1, 1) + (POINTS / 2 if len(parts) == 1 else 0))


def too_wide(columns: Sequence[tuple[float, ...]], space: float) -> frozenset[int]:
    """The rows without which the others fit: those that widen the columns most go first.

    Before them go the rows with one pass alone, which take no second line.
    """
    kept = dict(enumerate(columns))
    single = {k for k, c in kept.items() if not (any(c[:2]) and any(c[3:5]))}

    def whole(without: int = -1) -> float:
        rest = [c for k, c in kept.items() if k != without]
        return sum(map(max, zip(*rest, strict=True)))

    while kept and whole() > space:
        helping = [k for k in kept if k in single and whole(k) < whole()]
        del kept[min(helping or kept, key=whole)]
    return frozenset(range(len(columns))) - kept.keys()
