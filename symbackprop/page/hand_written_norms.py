"""Norms that a graph spells by hand, sqrt(sum(x**2)): what holds of a norm at 0 holds of them."""

from __future__ import annotations

from fractions import Fraction

from symbackprop.graph.expr import NUMBER, SIZE, Expr
from symbackprop.graph.graph import Graph
from symbackprop.vocabulary.kinds import (
    ADD, DIVIDE, MATMUL, MEAN, MEAN_LAST, MULTIPLY, POWER, SQRT, SUM, SUM_LAST, TRACE, TRANSPOSE,
)  # fmt: skip

HALF = Fraction(1, 2)
SUMS = (SUM, SUM_LAST, MEAN, MEAN_LAST)


def norms_by_hand(g: Graph) -> set[str]:
    """The key of the sentence about norms, where a root of a sum of squares is taken."""
    return {"norm"} if any(is_root(e) and is_square(e.args[0], g) for e in g.every) else set()


def is_root(e: Expr) -> bool:
    return e.op is SQRT or (e.op is POWER and Fraction(str(e.attribute("p"))) % 1 == HALF)


def is_square(e: Expr, g: Graph) -> bool:
    """Whether a value is a sum of squares, or a multiple of one, also under a name."""
    own = e.symbol
    if own and not own.cotangent and own.name in g.definition:
        return is_square(g.definition[own.name], g)
    if e.op is POWER:
        return Fraction(str(e.attribute("p"))) % 2 == 0
    if e.op in SUMS or e.op is TRANSPOSE:
        return is_square(e.args[0], g)
    if e.op is ADD:
        return all(is_square(a, g) for a in e.args)
    if e.op is DIVIDE:
        return is_square(e.args[0], g) and is_positive(e.args[1])
    if e.op is MULTIPLY:
        return e.args[0] is e.args[1] or all(is_square(a, g) or is_positive(a) for a in e.args)
    if e.op is TRACE:
        inner = e.args[0]
        return inner.op is MATMUL and any(a.op is TRANSPOSE and a.args[0] is b for a, b in
                                          (inner.args, inner.args[::-1]))  # fmt: skip
    return e.op is MATMUL and e.args[0] is e.args[1] and e.args[0].rank == 1


def is_positive(e: Expr) -> bool:
    return e.op is SIZE or (e.op is NUMBER and e.number is not None and e.number > 0)
