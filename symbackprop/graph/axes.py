"""Axes by number: an axis moved to the end and back, axes in another order."""

from __future__ import annotations

from symbackprop.errors import DeclarationError, ShapeError
from symbackprop.graph.expr import Expr, Operand, apply, as_expr, describe
from symbackprop.sizes import shape_text
from symbackprop.vocabulary import OPS


def normal_axis(axis: object, x: Expr, where: str) -> int:
    if isinstance(axis, bool) or not isinstance(axis, int):
        raise DeclarationError(f"axis must be a whole number, not {axis!r}", where=where)
    if not -x.rank <= axis < x.rank:
        raise ShapeError(
            f"{describe(x)} is {shape_text(x.shape)} and has no axis {axis}", where=where
        )
    return axis % x.rank


def to_last(x: Expr, axis: int) -> Expr:
    """The axis moved to the end, the order of the others kept."""
    if axis == x.rank - 1:
        return x
    if axis == x.rank - 2:
        return apply(OPS["transpose"], x)
    order = [k for k in range(x.rank) if k != axis] + [axis]
    return permute(x, order)


def from_last(x: Expr, axis: int) -> Expr:
    if axis == x.rank - 1:
        return x
    if axis == x.rank - 2:
        return apply(OPS["transpose"], x)
    order = list(range(x.rank - 1))
    order.insert(axis, x.rank - 1)
    return permute(x, order)


def permute(x: Operand, order: list[int] | tuple[int, ...]) -> Expr:
    """Axes in another order."""
    x = as_expr(x)
    if not isinstance(order, list | tuple):
        raise DeclarationError("takes the new order of the axes", where="permute",
                               hint="Write  permute(x, (2, 0, 1))")  # fmt: skip
    letters = "abcdefgh"[: x.rank]
    order = tuple(normal_axis(k, x, "permute") for k in order)
    if sorted(order) != list(range(x.rank)):
        raise DeclarationError(f"{order} does not order {x.rank} axes", where="permute")
    return apply(OPS["einsum"], x, spec=f"{letters}->{''.join(letters[k] for k in order)}")
