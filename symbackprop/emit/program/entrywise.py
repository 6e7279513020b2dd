"""Entrywise nodes and views, simplified as they are made: what only moves entries goes outwards or away.

Arithmetic, diagonals, pieces and views simplify one another: they are one concept, and one file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import wraps
from typing import TypeAlias

from symbackprop.emit.program.array_kinds import (
    ADD, BROADCAST, DIAG, DIV, EXP, EXPAND, EYE, FULL, GET, MUL, NEG, NUMBER, ONTO, PLACE, POWER, RESHAPE,
    SELECT, SIGMOID, SLICE, SQRT, SUB, TRANSPOSE, Kind,
)  # fmt: skip
from symbackprop.emit.program.array_nodes import (
    ONE, ZERO, Node, broadcast_shape, get, lifted, node, number,
)  # fmt: skip
from symbackprop.sizes import Shape, Size

Range: TypeAlias = tuple[Size, ...]  # (start, stop) of an axis, or (position,) of one that goes


# --- arithmetic ---


def of_all_steps(f: Callable[..., Node]) -> Callable[..., Node]:
    """The same on whole series, where rows of known series meet values that do not move."""

    @wraps(f)
    def made(*args: Node) -> Node:
        if not lifted(*args):
            return f(*args)
        rank = max(a.rank for a in args)
        return get(f(*(series_beside(a, rank) for a in args)))

    return made


@of_all_steps
def add(a: Node, b: Node) -> Node:
    shape = broadcast_shape(a.shape, b.shape)
    for x, y in ((a, b), (b, a)):
        if constant(x) == 0 and y.shape == shape:
            return y
    if found := on_diagonal(a, b):
        return found
    for x, y in ((a, b), (b, a)):
        minus = negated(y)
        if minus is not None:
            return subtract(x, minus)
    if a.kind is b.kind is NUMBER:
        return number(a.at + b.at)
    if a.shape == b.shape and PLACE in (a.kind, b.kind):
        both = [placements(x) for x in (a, b)]
        if all(both):
            return pieces(a.shape, [p for parts in both for p in parts])
    return gathered(ADD, a, b) or entrywise(ADD, a, b)


@of_all_steps
def subtract(a: Node, b: Node) -> Node:
    shape = broadcast_shape(a.shape, b.shape)
    if constant(b) == 0 and a.shape == shape:
        return a
    if a is b:
        return full(Fraction(0), shape)
    if a.kind is b.kind is NUMBER:
        return number(a.at - b.at)
    if constant(a) == 0 and b.shape == shape:
        return negative(b)
    if found := on_diagonal(a, negative(b)) if {a.kind, b.kind} & set(DIAGONAL) else None:
        return found
    minus = negated(b)
    if minus is None and PLACE in (a.kind, b.kind) and placements(a) and placements(b):
        minus = negative(b)
    return add(a, minus) if minus is not None else entrywise(SUB, a, b)


@of_all_steps
def multiply(a: Node, b: Node) -> Node:
    shape = broadcast_shape(a.shape, b.shape)
    if a.kind is b.kind is NUMBER:
        return number(a.at * b.at)
    for x, y in ((a, b), (b, a)):
        known = constant(x)
        if known == 1 and y.shape == shape:
            return y
        if known == 0:
            return full(Fraction(0), shape)
        if known == -1 and y.shape == shape:
            return negative(y)
        if known is not None and x.rank:  # an array of one number is that number
            return multiply(number(known), broadcast(y, shape))
        minus = negated(x)
        if minus is not None and x.kind is NEG:
            return negative(multiply(minus, y))
    return scaled(a, b)


def scaled(a: Node, b: Node) -> Node:
    """A product with its numbers in front, gathered."""
    parts = [front(x, alone=not (a.rank and b.rank)) for x in (a, b)]
    numbers = [s for s, _ in parts if s is not None]
    rest = [x for _, x in parts if x is not None]
    if not rest:
        for x, y in ((a, b), (b, a)):
            if x.kind is NUMBER or (x.kind is DIV and constant(x.args[0]) is not None):
                return times(x, y)
    if not numbers or not rest:
        return gathered(MUL, a, b) or entrywise(MUL, a, b)
    inner = entrywise(MUL, *rest) if len(rest) == 2 else rest[0]
    factor = numbers[0] if len(numbers) == 1 else multiply(*numbers)
    return times(factor, inner)


def gathered(kind: Kind, a: Node, b: Node) -> Node | None:
    """A step's own value beside what is known before the loop, which is put together there."""
    make = {ADD: add, MUL: multiply}[kind]
    for x, y in ((a, b), (b, a)):
        if x.kind is kind and x.moving and not y.moving and y.rank:
            for own, known in (x.args, x.args[::-1]):
                if own.moving and not known.moving and known.rank:
                    return make(own, make(known, y))
    return None


def times(factor: Node, rest: Node) -> Node:
    """A number times an array."""
    known = constant(factor)
    if known == -1:
        return negative(rest)
    if known == 1:
        return rest
    if rest.kind is PLACE:
        return pieces(rest.shape, [(multiply(factor, x), r) for x, r in placements(rest)])
    if rest.kind in DIAGONAL:
        return of_each(rest, lambda x: multiply(factor, x))
    if factor.kind is DIV and known is None:  # (a/b) x is a x / b
        return divide(multiply(factor.args[0], rest), factor.args[1])
    if (
        known is not None
        and rest.kind is DIV
        and (constant(rest.args[0]) is not None or not rest.args[1].rank)
    ):
        return divide(multiply(factor, rest.args[0]), rest.args[1])
    return entrywise(MUL, factor, rest)


# --- diagonals ---


def diagonal(a: Node, first: int, second: int) -> Node:
    """Zeros with an array where two axes meet: `first`, which it has, and a new one at `second`."""
    shape = list(a.shape)
    shape.insert(second, a.shape[first - (first > second)])
    if constant(a) == 0:
        return full(Fraction(0), tuple(shape))
    if a.kind is FULL and a.rank == 1:
        return times(number(a.at), node(EYE, (), tuple(shape)))
    return node(DIAG, (a,), tuple(shape), (first, second))


def on_diagonal(a: Node, b: Node) -> Node | None:
    """The sum of two arrays of one shape, where one of them has a diagonal apart."""
    for x, y in ((a, b), (b, a)):
        if x.kind not in DIAGONAL or x.shape != y.shape:
            continue
        if scale := of_identity(y):
            y = node(DIAG, (broadcast(scale, y.shape[:1]),), y.shape, (0, 1))
        if x.kind is DIAG and y.kind not in DIAGONAL:
            return node(ONTO, (y, *x.args), x.shape, x.at)
        if x.kind is ONTO and y.kind not in DIAGONAL:
            return node(ONTO, (add(x.args[0], y), x.args[1]), x.shape, x.at)
        if x.at == y.at and x.kind is y.kind is DIAG:
            return diagonal(add(x.args[0], y.args[0]), *x.at)
        if x.at == y.at and x.kind is ONTO:
            base = x.args[0] if y.kind is DIAG else add(x.args[0], y.args[0])
            return node(ONTO, (base, add(x.args[1], y.args[-1])), x.shape, x.at)
    return None


def of_identity(a: Node) -> Node | None:
    """The number in front of an identity."""
    if a.kind is MUL and a.args[1].kind is EYE and not a.args[0].rank:
        return a.args[0]
    return number(1) if a.kind is EYE else None


def of_each(a: Node, f: Callable[[Node], Node]) -> Node:
    """What keeps zeros, of the parts of an array with a diagonal apart."""
    return node(a.kind, tuple(map(f, a.args)), a.shape, a.at)


def exponential_beside_one(a: Node) -> Node | None:
    """u of 1 + exp(u)."""
    if a.kind is ADD:
        for x, y in (a.args, a.args[::-1]):
            if constant(x) == 1 and y.kind is EXP:
                return y.args[0]
    return None


Pieces: TypeAlias = Sequence[tuple[Node, tuple[Range, ...]]]


def placements(a: Node) -> Pieces:
    """The arrays set into zeros, and where; a selector is the identity in a range of its rows."""
    if a.kind is PLACE:
        return tuple(zip(a.args, a.at, strict=True))
    if a.kind is SELECT:
        columns = a.shape[1]
        return ((node(EYE, (), (columns, columns)), ((a.at, a.at + columns), (ZERO, columns))),)
    if a.kind is TRANSPOSE and a.args[0].kind is SELECT:
        return tuple((x, ranges[::-1]) for x, ranges in placements(a.args[0]))
    if a.kind is MUL and not a.args[0].rank:
        return tuple((multiply(a.args[0], x), ranges) for x, ranges in placements(a.args[1]))
    return ()


def pieces(shape: Shape, parts: Pieces) -> Node:
    """Zeros with arrays added in; those at one place are added up before."""
    at: dict[tuple[Range, ...], Node] = {}
    for x, ranges in parts:
        at[ranges] = add(at[ranges], x) if ranges in at else x
    return node(PLACE, tuple(at.values()), shape, tuple(at))


def front(e: Node, *, alone: bool) -> tuple[Node | None, Node | None]:
    """The number in front of a value, and the value; (number, None) where it is one `alone`.

    What is computed stays in front of an array that is multiplied with another: the product may have a name.
    """
    if e.kind is NUMBER or (alone and not e.rank):
        return e, None
    if e.kind is MUL and (e.args[0].kind is NUMBER or (alone and e.rank and not e.args[0].rank)):
        return e.args[0], e.args[1]
    return None, e


@of_all_steps
def divide(a: Node, b: Node) -> Node:
    if constant(b) == 1 and broadcast_shape(a.shape, b.shape) == a.shape:
        return a
    if a.kind is b.kind is NUMBER and b.at:
        return number(a.at / b.at)
    if constant(a) == 0:
        return full(Fraction(0), broadcast_shape(a.shape, b.shape))
    if a.kind in DIAGONAL and not b.rank:
        return of_each(a, lambda x: divide(x, b))
    if constant(a) == 1 and (u := exponential_beside_one(b)):
        return entrywise(SIGMOID, negative(u))
    return entrywise(DIV, a, b)


@of_all_steps
def negative(a: Node) -> Node:
    if a.kind is NUMBER:
        return number(-a.at)
    minus = negated(a)
    if minus is not None:
        return minus
    if a.kind is SUB:
        return subtract(a.args[1], a.args[0])
    if a.kind is FULL:
        return full(-a.at, a.shape)
    if a.kind is PLACE:
        return pieces(a.shape, [(negative(x), r) for x, r in placements(a)])
    if a.kind in DIAGONAL:
        return of_each(a, negative)
    if a.kind is MUL and a.args[0].kind is NUMBER:
        return times(negative(a.args[0]), a.args[1])
    return divide(negative(a.args[0]), a.args[1]) if a.kind is DIV else entrywise(NEG, a)


def negated(a: Node) -> Node | None:
    """-a where a has a minus in front."""
    if a.kind is NEG:
        return a.args[0]
    if a.kind is NUMBER and a.at < 0:
        return number(-a.at)
    inside = a.kind in (DIV, BROADCAST, EXPAND) or (a.kind is MUL and a.args[0].kind is NUMBER)
    minus = negated(a.args[0]) if inside else None
    if minus is None:
        return None
    if a.kind is BROADCAST:
        return broadcast(minus, a.shape)
    if a.kind is EXPAND:
        return expand(minus, a.at)
    return divide(minus, a.args[1]) if a.kind is DIV else times(minus, a.args[1])


def power(a: Node, p: Fraction) -> Node:
    if a.kind is NUMBER and p.denominator == 1 and (a.at or p > 0):
        return number(a.at ** int(p))
    if p == 1:
        return a
    if p < 0 and (u := exponential_beside_one(a)):
        return power(entrywise(SIGMOID, negative(u)), -p)
    if p < 0:
        return divide(number(1), power(a, -p))
    if p == Fraction(1, 2):
        return entrywise(SQRT, a)
    return entrywise(POWER, a, at=p)


def constant(a: Node) -> Fraction | None:
    """The number that a value is everywhere, if it is."""
    return a.at if a.kind in (NUMBER, FULL) else None


def full(value: Fraction, shape: Shape) -> Node:
    return node(FULL, (), shape, value) if shape else number(value)


def entrywise(kind: Kind, *args: Node, at: Fraction | None = None) -> Node:
    """An entrywise primitive; all arguments moved alike are moved after it."""
    shape = broadcast_shape(*(a.shape for a in args))
    if lifted(*args):
        return get(entrywise(kind, *(series_beside(a, len(shape)) for a in args), at=at))
    plain = [unspread(a, args) for a in args]
    if broadcast_shape(*(a.shape for a in plain)) == shape:
        args = tuple(plain)
    moved = [a for a in args if a.rank]
    if moved and all(a.kind is TRANSPOSE and (a.at, a.rank) == (moved[0].at, moved[0].rank) for a in moved):
        inner = entrywise(kind, *(a.args[0] if a.rank else a for a in args), at=at)
        return transpose(inner, moved[0].at)
    if len(moved) == 1 and moved[0].kind in MOVES:
        inner = entrywise(kind, *(a.args[0] if a.rank else a for a in args), at=at)
        return MOVES[moved[0].kind](inner, moved[0].at)
    return node(kind, args, shape, at)


def unspread(a: Node, args: Sequence[Node]) -> Node:
    """An array before it was only made larger, which the primitive does by itself."""
    if a.kind is BROADCAST:
        return a.args[0]
    return number(a.at) if a.kind is FULL and len(args) > 1 else a


def series_beside(a: Node, rank: int) -> Node:
    """All rows of a series, or a value without steps, so that entries meet those of arrays of a rank."""
    if a.kind is not GET:
        return a
    series, missing = a.args[0], rank - a.rank
    return expand(series, tuple(range(1, 1 + missing))) if missing and rank else series


def all_steps(a: Node, steps: Size) -> Node:
    """The rows of a series, or a value that is the same at every step, once for each."""
    return a.args[0] if lifted(a) else broadcast(a, (steps, *a.shape))


def stacked(kind: Kind, args: Sequence[Node], shape: Shape) -> Node:
    """A primitive that takes a stack for its arrays, of all steps at once where they are known."""
    if lifted(*args):
        steps = next(a.args[0].shape[0] for a in args if lifted(a))
        return get(node(kind, tuple(all_steps(a, steps) for a in args), (steps, *shape)))
    return node(kind, tuple(args), shape)


# --- views ---


def transpose(a: Node, order: tuple[int, ...]) -> Node:
    if order == tuple(range(a.rank)):
        return a
    if lifted(a):
        return get(transpose(a.args[0], (0, *(k + 1 for k in order))))
    shape = tuple(a.shape[k] for k in order)
    if a.kind is TRANSPOSE:
        return transpose(a.args[0], tuple(a.at[k] for k in order))
    if a.kind is FULL:
        return full(a.at, shape)
    if a.kind is EYE:
        return node(EYE, (), shape)
    return node(TRANSPOSE, (a,), shape, order)


def swapped(a: Node) -> Node:
    """The last two axes exchanged."""
    return transpose(a, (*range(a.rank - 2), a.rank - 1, a.rank - 2)) if a.rank > 1 else a


def reshape(a: Node, shape: Shape) -> Node:
    if a.shape == shape:
        return a
    if lifted(a):
        return get(reshape(a.args[0], (a.args[0].shape[0], *shape)))
    if a.kind is RESHAPE:
        return reshape(a.args[0], shape)
    return full(a.at, shape) if a.kind is FULL else node(RESHAPE, (a,), shape, shape)


def expand(a: Node, axes: tuple[int, ...]) -> Node:
    """New axes of length 1 at these places of the result."""
    if not axes:
        return a
    if lifted(a):
        return get(expand(a.args[0], tuple(k + 1 for k in axes)))
    shape = list(a.shape)
    for k in axes:
        shape.insert(k, ONE)
    if a.kind is FULL or (not a.rank and a.kind is NUMBER):
        return full(a.at, tuple(shape))
    return node(EXPAND, (a,), tuple(shape), axes)


def squeeze(a: Node, axes: tuple[int, ...]) -> Node:
    """The array without some of its axes of length 1."""
    if a.kind is EXPAND and set(axes) <= set(a.at):
        left = [k for k in a.at if k not in axes]
        return expand(a.args[0], tuple(k - sum(x < k for x in axes) for k in left))
    return cut(a, tuple((ZERO,) if k in axes else (ZERO, s) for k, s in enumerate(a.shape)))


def broadcast(a: Node, shape: Shape) -> Node:
    """The array as large as a shape."""
    if a.shape == shape:
        return a
    known = constant(a)
    if known is not None:
        return full(known, shape)
    if lifted(a):
        series = series_beside(a, len(shape))
        return get(broadcast(series, (series.shape[0], *shape)))
    a = a.args[0] if a.kind is BROADCAST else a
    return node(BROADCAST, (a,), shape, shape)


def cut(a: Node, ranges: tuple[Range, ...]) -> Node:
    """Part of an array: a range, or a position, for each axis."""
    if all(r == (ZERO, s) for r, s in zip(ranges, a.shape, strict=True)):
        return a
    if lifted(a):
        series = a.args[0]
        return get(cut(series, ((ZERO, series.shape[0]), *ranges)))
    shape = tuple(r[1] - r[0] for r in ranges if len(r) == 2)
    if a.kind is FULL:
        return full(a.at, shape)
    if a.kind is SLICE and all(len(r) == 2 for r in a.at):
        inner = tuple(tuple(x + s[0] for x in r) for r, s in zip(ranges, a.at, strict=True))
        return node(SLICE, a.args, shape, inner)
    return node(SLICE, (a,), shape, ranges)


DIAGONAL = (DIAG, ONTO)
MOVES: dict[Kind, Callable[..., Node]] = {EXPAND: expand, RESHAPE: reshape, BROADCAST: broadcast}
