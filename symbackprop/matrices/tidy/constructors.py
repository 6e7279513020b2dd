"""Constructors of tidied forms by the kinds, and doors to them: they build with each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from symbackprop.entries.op import Op
from symbackprop.graph.expr import Expr
from symbackprop.vocabulary.kinds import (
    ADD, DIAG, DIAGONAL, INVERSE, MATMUL, MULTIPLY, OUTER, POWER, SOFTMAX, SUM, SUM_LAST, TRACE,
    TRANSPOSE,
)  # fmt: skip

Constructor: TypeAlias = Callable[..., Expr]
RULES: dict[Op, Constructor] = {}  # filled where all of them are known


def door(kind: Op) -> Constructor:
    """The constructor that stands in the table when it is called."""
    return lambda *args: RULES[kind](*args)


plus, mul, mm, outer = door(ADD), door(MULTIPLY), door(MATMUL), door(OUTER)
power, inverse = door(POWER), door(INVERSE)
tr, total, rows, diag = door(TRANSPOSE), door(SUM), door(SUM_LAST), door(DIAG)
diagonal, trace, softmax = door(DIAGONAL), door(TRACE), door(SOFTMAX)
