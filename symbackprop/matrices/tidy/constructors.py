"""Constructors of tidied forms by the names of their ops, and doors to them: they build with each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from symbackprop.graph.expr import Expr

Constructor: TypeAlias = Callable[..., Expr]
RULES: dict[str, Constructor] = {}  # filled where all of them are known


def door(name: str) -> Constructor:
    """The constructor that stands in the table when it is called."""
    return lambda *args: RULES[name](*args)


plus, mul, mm, outer = door("add"), door("multiply"), door("matmul"), door("outer")
power, inverse = door("power"), door("inverse")
tr, total, rows, diag = door("transpose"), door("sum"), door("sum_last"), door("diag")
diagonal, trace = door("diagonal"), door("trace")
