"""Ops as array primitives: a row per closed kind, else the fast spelling of the op, else its definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from symbackprop.emit.program import array_kinds as to
from symbackprop.emit.program.array_nodes import Node, extent, get, lifted, node, number
from symbackprop.emit.program.by_definition import by_definition, entries_node
from symbackprop.emit.program.contractions import contract, matmul, total
from symbackprop.emit.program.entrywise import (
    Range, add, all_steps, cut, divide, entrywise, expand, full, multiply, negative, power, reshape, squeeze,
    stacked, subtract, swapped, transpose,
)  # fmt: skip
from symbackprop.emit.program.fast_spellings import pick, spelled
from symbackprop.entries.op import Op
from symbackprop.entries.scalar_derivatives import derivative_entries
from symbackprop.entries.scalar_functions import expression, scalar_row
from symbackprop.graph.expr import NUMBER, SIZE, Expr
from symbackprop.matrices.adjugate import ADJUGATE
from symbackprop.matrices.square_products import symmetric
from symbackprop.sizes import count, size
from symbackprop.vocabulary import kinds as k
from symbackprop.vocabulary.linear import minimum

Lowered = Callable[..., Node]  # of an expression, and the nodes of its arguments


def lower(e: Expr, args: Sequence[Node]) -> Node:
    """The node of an op on nodes."""
    row = ROWS.get(e.op)
    if row:
        return row(e, *args)
    if e.op.scalar:
        return scalar(e.op.scalar.name, e.op.order, args[0])
    instance = e.op.place(tuple(a.shape for a in e.args), e.attributes)
    if e.op.fast:
        options = {n: number(Fraction(str(v))) for n, v in (*e.op.defaults, *e.attributes)}
        return spelled(e.op.fast, dict(zip((n for n, _ in instance.inputs), args, strict=True)) | options)
    return by_definition(instance, args, scalar)


def scalar(name: str, order: int, x: Node) -> Node:
    """A scalar function, or a derivative of one, of every entry."""
    kind, row = to.SCALAR_KINDS.get(name), scalar_row(name)
    if not order and kind:
        return entrywise(kind, x)
    if not order and row.fast:
        return spelled(row.fast, {"x": x})
    e = derivative_entries(name, order) if order else expression(row.definition)
    return entries_node(e, (), {"x": x}, scalar)


def slices(e: Expr, x: Node) -> Node:
    ranges: tuple[Range, ...] = option(e, "ranges")
    return cut(x, ranges)


def concat(e: Expr, *args: Node) -> Node:
    return joined(args, int(option(e, "axis")) % e.rank)


def joined(args: Sequence[Node], axis: int) -> Node:
    """Arrays one behind the other along an axis."""
    if lifted(*args):
        steps = next(a.args[0].shape[0] for a in args if lifted(a))
        return get(joined([all_steps(a, steps) for a in args], axis + 1))
    total_size = size(0)
    for a in args:
        total_size = total_size + a.shape[axis]
    shape = (*args[0].shape[:axis], total_size, *args[0].shape[axis + 1 :])
    return node(to.CONCAT, tuple(args), shape, axis)


def whole(kind: to.Kind) -> Lowered:
    """A primitive of whole arrays; of all steps at once where they are known."""

    def make(e: Expr, *args: Node) -> Node:
        return stacked(kind, args, e.shape)

    return make


def of_symmetric(kind: to.Kind) -> Lowered:
    """A primitive of a matrix that is symmetric, or made so: libraries read one triangle."""

    def make(e: Expr, x: Node) -> Node:
        even = x if symmetric(e.args[0]) else divide(add(x, swapped(x)), full(Fraction(2), ()))
        return stacked(kind, (even,), e.shape)

    return make


def lower_half(e: Expr, x: Node) -> Node:
    """The lower triangle, with half of the diagonal."""
    below = add(node(to.TRI, (), e.shape, size(0)), node(to.TRI, (), e.shape, size(-1)))
    return divide(entrywise(to.MUL, x, below), full(Fraction(2), ()))


def exponential_along(e: Expr, a: Node, b: Node) -> Node:
    """The corner of exp [[a, b], [0, a]]."""
    n = e.shape[0]
    rows = joined([a, b], 1), joined([full(Fraction(0), e.shape), a], 1)
    blocks = joined(rows, 0)
    whole_one = stacked(to.EXPM, (blocks,), blocks.shape)
    return node(to.SLICE, (whole_one,), e.shape, ((size(0), n), (n, n + n)))


def logarithm(e: Expr, x: Node) -> Node:
    """log det A and log |det A| without the product of its pivots, which may overflow."""
    if x.kind is to.DET:
        return stacked(to.LOGDET, x.args, x.shape)
    if x.kind is to.ABS and x.args[0].kind is to.DET:
        return stacked(to.LOGABSDET, x.args[0].args, x.shape)
    return entrywise(to.LOG, x)


def product(e: Expr, a: Node, b: Node) -> Node:
    """A product; A⁻¹ b and x A⁻¹ are solved for."""
    if max(a.rank, b.rank) <= 2:
        if matrix := inverted(a):
            return solve(matrix, b)
        if matrix := inverted(b):
            return swapped(solve(swapped(matrix), swapped(a)))
    return matmul(a, b)


def inverted(x: Node) -> Node | None:
    """The matrix that a value is the inverse of."""
    if x.kind is to.TRANSPOSE and x.args[0].kind is to.INVERSE:
        return swapped(x.args[0].args[0])
    return x.args[0] if x.kind is to.INVERSE else None


def solve(a: Node, b: Node) -> Node:
    """A⁻¹ b, of all steps at once where they are known."""
    if lifted(a, b) and b.rank == 1:  # libraries take a stack of vectors for a matrix
        return squeeze(solve(a, expand(b, (1,))), (1,))
    return stacked(to.SOLVE, (a, b), b.shape)


def written_out(e: Expr, *args: Node) -> Node:
    """A matrix of numbers, and the scalars put where they stand."""
    cells: tuple[Fraction | str, ...] = option(e, "cells")
    numbers = tuple(c if isinstance(c, Fraction) else Fraction(0) for c in cells)
    plain_part = [node(to.TABLE, (), e.shape, numbers)] if any(numbers) else []
    spots = [(n, int(c[1:])) for n, c in enumerate(cells) if not isinstance(c, Fraction)]
    if not spots:
        return node(to.TABLE, (), e.shape, numbers)
    places = tuple(tuple((size(p),) for p in place_of(n, e)) for n, _ in spots)
    scalars = node(to.PLACE, tuple(args[c] for _, c in spots), e.shape, places)
    return add(scalars, *plain_part) if plain_part else scalars


def place_of(flat: int, e: Expr) -> tuple[int, ...]:
    """Where an entry stands, counted row by row."""
    place: list[int] = []
    for s in reversed(e.shape):
        flat, at = divmod(flat, s.number or 1)
        place.insert(0, at)
    return tuple(place)


def onehot(e: Expr, labels: Node) -> Node:
    return stacked(to.ONEHOT, (labels,), e.shape)


def einsum(e: Expr, *args: Node) -> Node:
    groups, _, out = str(e.attribute("spec")).replace(" ", "").partition("->")
    return contract(tuple(zip(args, map(tuple, groups.split(",")), strict=True)), tuple(out))


def kron(e: Expr, a: Node, b: Node) -> Node:
    return reshape(contract(((a, ("i", "j")), (b, ("k", "l"))), ("i", "k", "j", "l")), e.shape)


def commutation(e: Expr) -> Node:
    """The permutation of vec(A) into vec(Aᵀ): the identity with its rows counted the other way."""
    rows, columns = (size(option(e, x)) for x in ("rows", "columns"))
    blocks = reshape(node(to.EYE, (), e.shape), (columns, rows, e.shape[1]))
    return reshape(transpose(blocks, (1, 0, 2)), e.shape)


def column_blocks(e: Expr, x: Node) -> Node:
    """The columns in blocks, the axis of blocks in front."""
    parts, n, width = e.shape
    return transpose(reshape(x, (n, parts, width)), (1, 0, 2))


def matrix_power(e: Expr, x: Node) -> Node:
    """By squaring."""
    left, square, made = int(option(e, "k")), x, None
    while left:
        if left % 2:
            made = square if made is None else matmul(made, square)
        left //= 2
        square = matmul(square, square) if left else square
    assert made
    return made


def outer(e: Expr, x: Node, y: Node) -> Node:
    return contract(((x, ("i",)), (y, ("j",))), ("i", "j"))


def option(e: Expr, key: str) -> Any:
    """An option of an op, of the kind that its row says."""
    return e.attribute(key)


ROWS: Mapping[Op, Lowered] = {
    NUMBER: lambda e: number(e.number),
    SIZE: lambda e: extent(e.attributes[0][1]),
    k.ADD: lambda e, x, y: add(x, y),
    k.SUBTRACT: lambda e, x, y: subtract(x, y),
    k.MULTIPLY: lambda e, x, y: multiply(x, y),
    k.DIVIDE: lambda e, x, y: divide(x, y),
    k.NEGATIVE: lambda e, x: negative(x),
    k.POWER: lambda e, x: power(x, Fraction(option(e, "p"))),
    k.MATMUL: product,
    k.TRANSPOSE: lambda e, x: swapped(x),
    k.OUTER: outer,
    k.MAXIMUM: lambda e, x, y: entrywise(to.MAXIMUM, x, y),
    minimum: lambda e, x, y: entrywise(to.MINIMUM, x, y),
    k.SUM: lambda e, x: total(x),
    k.SUM_LAST: lambda e, x: total(x, (x.rank - 1,)),
    k.MEAN: lambda e, x: divide(total(x), extent(count(x.shape))),
    k.MEAN_LAST: lambda e, x: divide(total(x, (x.rank - 1,)), extent(x.shape[-1])),
    k.TRACE: lambda e, x: contract(((x, ("i", "i")),), ()),
    k.DIAG: lambda e, v: contract(((v, ("i",)), (node(to.EYE, (), e.shape), ("i", "j"))), ("i", "j")),
    k.DIAGONAL: lambda e, x: contract(((x, ("i", "i")),), ("i",)),
    k.CONSTANT: lambda e: full(Fraction(option(e, "value")), e.shape),
    k.IDENTITY: lambda e: node(to.EYE, (), e.shape),
    k.SELECTOR: lambda e: node(to.SELECT, (), e.shape, size(option(e, "start"))),
    k.TRI: lambda e: node(to.TRI, (), e.shape, size(option(e, "offset"))),
    k.TABLE: written_out,
    k.UNIT: lambda e: node(to.UNITVECTOR, (), e.shape, size(option(e, "position"))),
    k.ONEHOT: onehot,
    k.PICK: lambda e, x, labels: pick(x, labels),
    k.SLICE: slices,
    k.CONCAT: concat,
    k.RESHAPE: lambda e, x: reshape(x, e.shape),
    k.EINSUM: einsum,
    k.ARGMAX: whole(to.ARGMAX),
    k.ARGMIN: whole(to.ARGMIN),
    k.INVERSE: whole(to.INVERSE),
    k.SOLVE: lambda e, a, b: solve(a, b),
    k.DET: whole(to.DET),
    k.INVERSES: whole(to.INVERSE),
    k.SOLVES: whole(to.SOLVE),
    k.DETS: whole(to.DET),
    k.CHOLESKY: of_symmetric(to.CHOLESKY),
    k.EIGVALSH: of_symmetric(to.EIGVALSH),
    k.EIGENVECTORS: of_symmetric(to.EIGENVECTORS),
    k.LOWER_HALF: lower_half,
    k.EXPM: whole(to.EXPM),
    k.EXPM_ALONG: exponential_along,
    k.LOG: logarithm,
    k.KRON: kron,
    k.VEC: lambda e, x: reshape(swapped(x), e.shape),
    k.COLUMN_BLOCKS: column_blocks,
    k.SIDE_BY_SIDE: lambda e, x: reshape(transpose(x, (1, 0, 2)), e.shape),
    k.COMMUTATION: commutation,
    k.MATRIX_POWER: matrix_power,
    ADJUGATE: whole(to.ADJUGATE),
}
