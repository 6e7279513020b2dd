"""Sizes a graph can have: XᵀX has an inverse where X has enough rows, no axis is empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, permutations

from symbackprop.errors import VALUES, within
from symbackprop.graph.expr import Expr, topological
from symbackprop.graph.graph import Graph
from symbackprop.sizes import Size, count
from symbackprop.vocabulary.kinds import (
    ADD, DET, DIVIDE, INVERSE, MATMUL, MULTIPLY, NEGATIVE, OUTER, SLICE, SOLVE, SUBTRACT,
    TRANSPOSE,
)  # fmt: skip

PRIMES = (3, 5, 2, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
TRIED = 720  # orders of the sizes


def invertible(g: Graph, sizes: dict[str, int]) -> dict[str, int]:
    """The same sizes, given to other names where a matrix could not have full rank."""
    squares = [e.args[0] for d in g.definition.values() for e in topological(d)
               if e.op in (INVERSE, SOLVE, DET)]  # fmt: skip
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
        for e in topological(definition):
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
    """Sizes made larger until no axis, such as n - k + 1, is empty and no slice starts before its axis."""
    extents = list(dict.fromkeys(lengths(g)))
    for _ in range(len(PRIMES) * len(sizes)):
        tight = next((s for s in extents if s.value(sizes) < 1), None)
        if tight is None:
            break
        grown = next((m[0] for m, a in tight.terms if a > 0 and len(m) == 1), None)
        if grown is None:
            break
        larger = [p for p in PRIMES if p > sizes[grown] and p not in sizes.values()]
        sizes[grown] = larger[0] if larger else sizes[grown] + 1
    return sizes


def check_room(g: Graph, sizes: Mapping[str, int]) -> None:
    """Errors: `LimitError` for an array of a graph that is too large to be given values."""
    for name, e in g.symbol.items():
        definition = g.definition.get(name)
        for node in (e, *(topological(definition) if definition is not None else ())):
            where = name if node is e else f"in {name}"
            within(count(node.shape).value(sizes), VALUES, "entries of one array of values", where)


def lengths(g: Graph) -> Iterator[Size]:
    """Whatever must be at least 1: every axis, and the positions, counted from both ends, of a slice."""
    for e in g.symbol.values():
        yield from e.shape
    for e in g.definition.values():
        for node in topological(e):
            yield from node.shape
            ranges: tuple[tuple[Size, ...], ...] = ()
            if node.op is SLICE:
                ranges = node.attribute("ranges")  # type: ignore[assignment]
            for (start, *stop), extent in zip(
                ranges, node.args[0].shape if ranges else (), strict=True
            ):
                yield start + 1
                yield from (extent - s + 1 for s in stop)
