"""Vectors and matrices written out: `[1, 2, 3]`, `[[0, m], [n, 0]]`, `block([[A, B], [C, D]])`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from symbackprop.errors import DeclarationError, ShapeError, within
from symbackprop.graph.axis_functions import concat, ones, reshape
from symbackprop.graph.expr import Expr, apply, as_expr, describe
from symbackprop.sizes import ONE, Size, shape_text, size
from symbackprop.vocabulary.kinds import TABLE

CELLS = 4096  # of a matrix that is written out
Rows = Sequence[object]  # of expressions, numbers, or such lists again


def written_array(rows: Rows) -> Expr:
    """The array of a list, or of a list of rows, of numbers and scalars; arrays in a list are stacked.

    Errors: `DeclarationError` for rows of different lengths, or arrays of different sizes.
    """
    lengths = shape_of(rows)
    cells = [as_expr(c) for c in flattened(rows)]
    within(len(cells), CELLS, "entries written out")
    if any(c.rank for c in cells):
        return stacked(rows, 0) if len(lengths) == 1 else refuse_arrays(cells)
    given = list(dict.fromkeys(c for c in cells if c.number is None))
    # a place as a name: the number 0 is equal to the place 0
    known = tuple(c.number if c.number is not None else f"x{given.index(c)}" for c in cells)
    return apply(TABLE, *given, cells=known, shape=tuple(map(size, lengths)))


def shape_of(rows: Rows) -> tuple[int, ...]:
    """The lengths of nested lists. Errors: `DeclarationError` where they differ."""
    if not rows:
        raise DeclarationError("an array written out has entries", where="[ ]")
    inner = {shape_of(cast("Rows", r)) if isinstance(r, list | tuple) else () for r in rows}
    if len(inner) > 1:
        raise DeclarationError("the rows of a matrix are of one length", where="[ ]",
                               hint="Write  [[2, 1], [1, 20]]  row by row.")  # fmt: skip
    return (len(rows), *inner.pop())


def flattened(rows: Rows) -> list[object]:
    """The entries, row by row."""
    return [c for r in rows for c in (flattened(cast("Rows", r)) if isinstance(r, list | tuple) else [r])]


def refuse_arrays(cells: list[Expr]) -> Expr:
    """Errors: `DeclarationError` for arrays in the rows of a matrix."""
    array = next(c for c in cells if c.rank)
    raise DeclarationError(
        f"{describe(array)} is {shape_text(array.shape)}; the entries of a matrix are scalars", where="[ ]",
        hint="Blocks make a matrix in  block([[A, B], [C, D]]),  rows in  stack(x, y).",
    )  # fmt: skip


def stacked(parts: Rows, axis: int) -> Expr:
    """Arrays of one shape, one after the other along a new axis. Errors: `ShapeError` for others."""
    arrays = [as_expr(x) for x in parts]
    first = arrays[0]
    other = next((a for a in arrays if a.shape != first.shape), None)
    if other is not None:
        sizes = (f"{describe(a)} is {shape_text(a.shape)}" for a in (first, other))
        hint = "Arrays of one shape are stacked; others stand side by side in a concat."
        raise ShapeError(", but ".join(sizes), where="stack", hint=hint)
    if not -first.rank - 1 <= axis <= first.rank:
        raise ShapeError(f"{describe(first)} is {shape_text(first.shape)}; no axis {axis} can be new",
                         where="stack")  # fmt: skip
    axis %= first.rank + 1
    if not first.rank:
        return written_array(arrays)
    lines = [reshape(a, *a.shape[:axis], ONE, *a.shape[axis:]) for a in arrays]
    return concat(*lines, axis=axis) if len(lines) > 1 else lines[0]


def block(rows: Rows) -> Expr:
    """The matrix of blocks, `block([[A, B], [C, D]])`; a number fills a block of the size that is left.

    Errors: `DeclarationError` for what is no list of rows, `ShapeError` for blocks that do not fit.
    """
    if not isinstance(rows, list | tuple) or not all(isinstance(r, list | tuple) for r in rows):
        raise DeclarationError("takes rows of blocks", where="block", hint="Write  block([[A, B], [C, D]])")
    shape_of([list(cast("Rows", r)) for r in rows])
    lines = [[as_expr(b) for b in cast("Rows", r)] for r in rows]
    if bad := next((b for line in lines for b in line if b.rank not in (0, 2)), None):
        raise ShapeError(f"{describe(bad)} is {shape_text(bad.shape)}; blocks are matrices", where="block")
    heights = [next((b.shape[0] for b in line if b.rank), ONE) for line in lines]
    widths = [next((b.shape[1] for b in column if b.rank), ONE) for column in zip(*lines, strict=True)]
    whole = [concat(*(filled(b, h, w) for b, w in zip(line, widths, strict=True)), axis=1)
             for line, h in zip(lines, heights, strict=True)]  # fmt: skip
    return concat(*whole, axis=0) if len(whole) > 1 else whole[0]


def filled(b: Expr, rows: Size, columns: Size) -> Expr:
    """A block, or a matrix that repeats a number."""
    return b if b.rank else b * ones(rows, columns)
