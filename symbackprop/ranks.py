"""Sizes at which what is inverted can be inverted: XᵀX needs as many rows of X as columns."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice, permutations

from symbackprop.expr import Expr, topological
from symbackprop.graph import Graph

TRIED = 720  # orders of the sizes


def invertible(g: Graph, sizes: dict[str, int]) -> dict[str, int]:
    """The same sizes, given to other names where a matrix could not have full rank."""
    squares = [e.args[0] for d in g.definition.values() for e in topological(d)
               if e.op.name in ("inverse", "solve", "det")]  # fmt: skip
    squares = [e for e in squares if e.shape[0].names]
    names = tuple(sizes)
    for order in islice(permutations(sizes.values()), TRIED) if squares else ():
        given = dict(zip(names, order, strict=True))
        if all(rank(e, given) >= e.shape[0].value(given) for e in squares):
            return given
    return sizes


def rank(e: Expr, sizes: Mapping[str, int]) -> int:
    """The largest rank a matrix can have, from the sizes of its factors."""
    most = min((s.value(sizes) for s in e.shape), default=1)
    name = e.op.name
    if e.symbol and e.symbol.definition is not None:
        return min(most, rank(e.symbol.definition, sizes))
    if name == "outer":
        return min(most, 1)
    if name in ("matmul", "transpose", "negative"):
        return min(most, *(rank(a, sizes) for a in e.args))
    if name in ("add", "subtract"):
        return min(most, sum(rank(a, sizes) for a in e.args))
    if name in ("multiply", "divide") and any(not a.rank for a in e.args):
        return min(most, *(rank(a, sizes) for a in e.args if a.rank))
    return most
