"""Functions of square matrices that are made of others."""

from __future__ import annotations

from symbackprop.errors import DeclarationError
from symbackprop.graph.expr import Expr, Operand, apply, as_expr
from symbackprop.vocabulary import OPS


def logdet(a: Operand) -> Expr:
    """log det A: of a matrix whose determinant is positive, such as one declared posdef."""
    return apply(OPS["log"], apply(OPS["det"], a))


def matrix_power(a: Operand, k: Operand) -> Expr:
    """A A … A, k factors; of the inverse for negative k."""
    times = as_expr(k).number
    if times is None or times.denominator != 1 or not times:
        raise DeclarationError("k is a whole number, not 0", where="matrix_power")
    base = as_expr(a) if times > 0 else apply(OPS["inverse"], a)
    return base if abs(times) == 1 else apply(OPS["matrix_power"], base, k=abs(int(times)))
