"""Entries at other places: reversed, moved round, padded, repeated, stacked, in triangles, crosswise."""

from __future__ import annotations

from typing import cast

from symbackprop.errors import DeclarationError, ShapeError
from symbackprop.graph.axis_functions import (
    Function, as_size, concat, normal_axis, ones, reshape, tri, zeros,
)  # fmt: skip
from symbackprop.graph.expr import Expr, Operand, apply, as_expr, const, describe
from symbackprop.graph.written_arrays import block, stacked
from symbackprop.sizes import ONE, Size, shape_text, size
from symbackprop.vocabulary.kinds import KRON, OUTER


def at_axis(x: Expr, axis: int, *keys: object) -> Expr:
    """Entries along one axis, all of the others."""
    return x[(slice(None),) * axis + keys]


def flip(x: Operand, axis: int | None = None) -> Expr:
    """The entries in reverse order along an axis, along every axis without one, as in NumPy."""
    x = as_expr(x)
    for a in range(x.rank) if axis is None else [normal_axis(axis, x, "flip")]:
        x = at_axis(x, a, slice(None, None, -1))
    return x


def roll(x: Operand, shift: Operand, axis: int | None = None) -> Expr:
    """The entries moved by `shift` places along an axis, the last ones in front; without one in one row."""
    x, by = as_expr(x), as_size(shift)
    if axis is None and x.rank != 1:
        return reshape(roll(reshape(x, -1), shift, 0), *x.shape)
    a = normal_axis(0 if axis is None else axis, x, "roll")
    n = x.shape[a]
    if by.number is not None:
        by = size(by.number % n.number) if n.number else by if by.number >= 0 else n + by.number
    if by == size(0) or by == n:
        return x
    return concat(at_axis(x, a, slice(n - by, None)), at_axis(x, a, slice(None, n - by)), axis=a)


def pad(x: Operand, *widths: object) -> Expr:
    """Zeros around an array: `pad(x, 1)` on all sides, `pad(x, (1, 2))` in front and behind.

    Pairs go with axes, `pad(X, (0, 0), (1, 1))`. Errors: `DeclarationError` for other pairs.
    """
    x = as_expr(x)
    first = widths[0] if len(widths) == 1 and isinstance(widths[0], tuple | list) else widths
    given = cast("list[object]", list(first))
    single = not given or not all(isinstance(p, tuple | list) for p in given)
    pairs = [given * (1 if len(given) == 2 else 2)] if single else given
    if len(pairs) == 1:
        pairs = pairs * x.rank
    if len(pairs) != x.rank or any(len(cast("list[object]", p)) != 2 for p in pairs):
        hint = "Write  pad(x, 1),  pad(x, (1, 2))  or  pad(X, (0, 0), (1, 1))"
        raise DeclarationError("takes widths in front and behind, for each axis", where="pad", hint=hint)
    for axis, pair in enumerate(pairs):
        front, behind = (as_size(w) for w in cast("list[Operand]", pair))
        sides = [
            zeros(*x.shape[:axis], w, *x.shape[axis + 1 :]) if w != size(0) else None for w in (front, behind)
        ]
        parts = [p for p in (sides[0], x, sides[1]) if p is not None]
        x = concat(*parts, axis=axis) if len(parts) > 1 else x
    return x


def tile(x: Operand, *times: object) -> Expr:
    """Copies side by side, as in NumPy: `tile(x, 3)`; `tile(X, 2, 3)` two below, three beside each other."""
    x = as_expr(x)
    flat = [t for g in times for t in (g if isinstance(g, tuple | list) else (g,))]
    many = [as_size(cast("Operand", t)) for t in flat]
    if not many:
        raise DeclarationError("takes how often", where="tile", hint="Write  tile(x, 3)  or  tile(X, 2, 3)")
    missing = len(many) - x.rank
    x = reshape(x, *(ONE,) * missing, *x.shape) if missing > 0 else x
    many = [*(ONE,) * -missing, *many]
    if x.rank == 2:
        return apply(KRON, ones(*many), x) if any(n != ONE for n in many) else x
    for axis, n in enumerate(many):
        x = copies(x, axis, n, inner=False)
    return x


def repeat(x: Operand, times: Operand, axis: int | None = None) -> Expr:
    """Every entry several times, one after the other; without an axis of all in one row, as in NumPy."""
    x, n = as_expr(x), as_size(times)
    if axis is None and x.rank != 1:
        x, axis = reshape(x, -1), 0
    at = normal_axis(0 if axis is None else axis, x, "repeat")
    if x.rank == 2 and n != ONE:
        return apply(KRON, x, ones(*(ONE, n) if at else (n, ONE)))
    return copies(x, at, n, inner=True)


def copies(x: Expr, axis: int, times: Size, *, inner: bool) -> Expr:
    """Copies along an axis: of the whole, or of every entry."""
    if times == ONE:
        return x
    if not inner and times.number is not None:
        return concat(*[x] * times.number, axis=axis)
    if x.rank == 1:
        many = apply(OUTER, *((x, ones(times)) if inner else (ones(times), x)))
    else:
        place = axis + inner
        wide = reshape(x, *x.shape[:place], ONE, *x.shape[place:])
        many = wide * ones(*(ONE,) * place, times, *(ONE,) * (x.rank - place))
    return reshape(many, *x.shape[:axis], x.shape[axis] * times, *x.shape[axis + 1 :])


def stack(*parts: Operand | list[Operand], axis: int = 0) -> Expr:
    """Arrays of one shape along a new axis: `stack(x, y)` has the rows x and y."""
    given = parts[0] if len(parts) == 1 and isinstance(parts[0], list | tuple) else parts
    if not given:
        raise DeclarationError("takes arrays", where="stack", hint="Write  stack(x, y)")
    return stacked(cast("list[object]", given), axis)


def triangle(x: Operand, k: Operand, name: str) -> Expr:
    """The entries up to the k-th diagonal, zeros behind it."""
    x = as_expr(x)
    if x.rank < 2:
        raise ShapeError(f"{describe(x)} is {shape_text(x.shape)}, not a matrix", where=name)
    return tri(*x.shape[-2:], as_size(k))  # type: ignore[arg-type]


def tril(x: Operand, k: Operand = 0) -> Expr:
    """The lower triangle: entries up to the k-th diagonal, 0 elsewhere."""
    return as_expr(x) * triangle(x, k, "tril")


def triu(x: Operand, k: Operand = 0) -> Expr:
    """The upper triangle: entries from the k-th diagonal on, 0 elsewhere."""
    return as_expr(x) * (1 - triangle(x, as_expr(k) - 1, "triu"))


def block_diag(*blocks: Operand) -> Expr:
    """Matrices along a diagonal, zeros elsewhere."""
    given = [as_expr(b) for b in blocks]
    if not given or any(b.rank != 2 for b in given):
        raise ShapeError("takes matrices", where="block_diag", hint="Write  block_diag(A, B)")
    return block([[b if i == j else zeros(row.shape[0], b.shape[1]) for j, b in enumerate(given)]
                  for i, row in enumerate(given)])  # fmt: skip


def cross(x: Operand, y: Operand) -> Expr:
    """x × y of vectors of three entries, along the last axis."""
    x, y = as_expr(x), as_expr(y)
    for e in (x, y):
        if not e.rank or e.shape[-1] != size(3):
            raise ShapeError(
                f"{describe(e)} is {shape_text(e.shape)}; three entries are needed", where="cross"
            )
    turn, back = [[1, 2, 0], [2, 0, 1]]
    a, b = (x[..., turn], x[..., back]), (y[..., back], y[..., turn])
    return a[0] * b[0] - a[1] * b[1]


def linspace(start: Operand, stop: Operand, n: Operand = 50) -> Expr:
    """n numbers from start to stop, equally far apart."""
    count = as_size(n)
    if count.number is None or count.number < 2:
        raise DeclarationError("n is a number from 2 on", where="linspace")
    parts = [const(k) / (count.number - 1) for k in range(count.number)]
    weights = stacked(parts, 0)
    return as_expr(start) * (1 - weights) + as_expr(stop) * weights


REARRANGING: dict[str, Function] = {
    "flip": flip, "roll": roll, "pad": pad, "tile": tile, "repeat": repeat, "stack": stack, "tril": tril,
    "triu": triu, "block": block, "block_diag": block_diag, "cross": cross, "linspace": linspace,
}  # fmt: skip
