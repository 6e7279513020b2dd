"""Layers that are made of other ops: plain functions on expressions."""

from __future__ import annotations

from symbackprop.builders import Function, reshape
from symbackprop.expr import Expr, Operand, apply
from symbackprop.picking import largest
from symbackprop.vocabulary import OPS


def max_pool2d(x: Operand, size: int = 2, stride: int | None = None) -> Expr:
    """The largest entry of each window; windows lie side by side unless a stride is given."""
    u = apply(OPS["windows2d"], x, size=size, stride=stride or size)
    *outer, a, b = u.shape
    return largest(reshape(u, *outer, a * b), axis=-1)


def average_pool(name: str) -> Function:
    """The mean of each window; windows lie side by side unless a stride is given."""

    def function(x: Operand, size: int = 2, stride: int | None = None, padding: int = 0) -> Expr:
        return apply(OPS[name], x, size=size, stride=stride or size, padding=padding)

    function.__name__, function.__doc__ = name, average_pool.__doc__
    return function


COMPOSITIONS: dict[str, Function] = {
    "max_pool2d": max_pool2d, **{name: average_pool(name) for name in ("avg_pool1d", "avg_pool2d")},
}  # fmt: skip
