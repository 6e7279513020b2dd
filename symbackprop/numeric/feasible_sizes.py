"""Sizes a graph can have: XᵀX has an inverse where X has enough rows, no axis is empty."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice, permutations
from math import inf

from symbackprop.errors import VALUES, ShapeError, within
from symbackprop.graph.expr import Expr, topological
from symbackprop.graph.graph import Graph
from symbackprop.graph.size_conditions import check_sizes, conditions
from symbackprop.sizes import Size, count
from symbackprop.vocabulary.kinds import (
    ADD, CHOLESKY, DET, DIVIDE, EIGVALSH, INVERSE, MATMUL, MULTIPLY, NEGATIVE, OUTER, SOLVE,
    SUBTRACT, TRANSPOSE,
)  # fmt: skip

PRIMES = (3, 5, 2, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
TRIED = 720  # orders of the sizes


def invertible(g: Graph, sizes: dict[str, int]) -> dict[str, int]:
    """The same sizes, given to other names where a matrix could not have full rank."""
    squares = [e.args[0] for e in g.every
               if e.op in (INVERSE, SOLVE, DET, CHOLESKY, EIGVALSH)]  # fmt: skip
    squares = [e for e in squares if e.shape[0].names]
    names = tuple(sizes)
    for order in islice(permutations(sizes.values()), TRIED) if squares else ():
        given = dict(zip(names, order, strict=True))
        most = ranks(g, given)
        if all(most[e] >= e.shape[0].value(given) for e in squares):
            return given
    return sizes


def ranks(g: Graph, sizes: Mapping[str, int]) -> dict[Expr, int]:
    """The largest rank every matrix of a graph can have, from the sizes of its factors."""
    found: dict[Expr, int] = {}
    for name, definition in g.definition.items():
        for e in g.inside[name]:
            found.setdefault(e, rank(e, [found[a] for a in e.args], sizes))
        found[g.symbol[name]] = found[definition]
    return found


def rank(e: Expr, inner: list[int], sizes: Mapping[str, int]) -> int:
    """The largest rank a matrix can have, given that of its operands."""
    most = min((s.value(sizes) for s in e.shape), default=1)
    if e.op is OUTER:
        return min(most, 1)
    if e.op in (MATMUL, TRANSPOSE, NEGATIVE):
        return min(most, *inner)
    if e.op in (ADD, SUBTRACT):
        return min(most, sum(inner))
    if e.op is MULTIPLY or (e.op is DIVIDE and not e.args[1].rank):
        wide = [r for r, a in zip(inner, e.args, strict=True) if a.rank]
        return min(most, *wide) if len(wide) == 1 else most  # a matrix scaled
    return most


def roomy(g: Graph, sizes: dict[str, int]) -> dict[str, int]:
    """Sizes changed until all that must hold of them does: no axis, such as n - k + 1, is empty.

    Errors: `ShapeError` where none are found, as for n >= k beside k >= n + 1.
    """
    asked = conditions(g)
    for _ in range(len(PRIMES) * len(sizes)):
        tight = next((c.gap for c in asked if c.gap.value(sizes) < 0), None)
        if tight is None:
            return sizes
        name, least, most = moved(tight, sizes)
        fitting = (p for p in PRIMES if least <= p <= most and p not in sizes.values())
        sizes[name] = next(fitting, max(least, 1))
    if any(c.gap.value(sizes) < 0 for c in asked):
        said = " and ".join(map(str, asked))
        raise ShapeError(f"no sizes are found with {said}", where=asked[0].node)
    return sizes


def moved(gap: Size, sizes: Mapping[str, int]) -> tuple[str, int, float]:
    """A size, and from where to where it leaves room where there is less than none, the others kept."""
    sign, name = next((s, m[0]) for s in (1, -1) for m, a in gap.terms if m and a * s > 0)
    value = gap.value(sizes)
    step = gap.value({**sizes, name: sizes[name] + sign}) - value
    reach = -(value // max(step, 1))
    return (name, sizes[name] + reach, inf) if sign > 0 else (name, 1, sizes[name] - reach)


def check_room(g: Graph, sizes: Mapping[str, int]) -> None:
    """Errors: `ShapeError` for sizes a graph cannot have, `LimitError` for an array too large for values."""
    check_sizes(g, sizes)
    for name, e in g.symbol.items():
        definition = g.definition.get(name)
        for node in (e, *(topological(definition) if definition is not None else ())):
            where = name if node is e else f"in {name}"
            within(count(node.shape).value(sizes), VALUES, "entries of one array of values", where)
