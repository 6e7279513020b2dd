"""Ops for all samples at once: a row for each op that does not take the samples as a leading axis alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from symbackprop.entries.op import Op
from symbackprop.errors import ShapeError
from symbackprop.graph import functions as fn
from symbackprop.graph.expr import Expr, apply, const
from symbackprop.graph.graph import TIME_SUM, time_sum
from symbackprop.sizes import ONE, size, Size
from symbackprop.vocabulary.kinds import (
    COLUMN_BLOCKS, CONCAT, CONSTANT, DET, DETS, DIAG, INVERSE, INVERSES, MATMUL, MEAN_LAST, MSE, MULTIPLY,
    OUTER, POWER, RESHAPE, SIDE_BY_SIDE, SLICE, SOLVE, SUBTRACT, SUM_LAST, TRACE, TRANSPOSE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lifted:
    """An expression for all samples, and the shape one of them has; `over` where it differs by sample."""

    expr: Expr
    own: tuple[Size, ...]
    over: bool

    @property
    def rank(self) -> int:
        return len(self.own)


Rule = Callable[[Expr, tuple[Lifted, ...], Size], Expr]


def with_batch_axes(node: Expr, args: tuple[Lifted, ...], n: Size) -> Expr:
    """An op that takes leading axes; what broadcasts entrywise is first brought to one rank.

    An op that makes one number of everything has the op for each row in its own.
    """
    if node.op.each:
        return every_axis(node.op.each, args[0])
    entrywise = bool(node.op.scalar) or (
        bool(node.op.variants) and all(not p.core for p in node.op.variants[0].arguments)
    )
    rank = max(a.rank for a in args) if entrywise else 0
    return apply(node.op, *(raised(a, rank, n) for a in args), **dict(node.attributes))


def raised(a: Lifted, rank: int, n: Size) -> Expr:
    """An argument with axes of size 1 between the samples and its own axes."""
    missing = rank - a.rank
    return reshaped(a.expr, (n, *[ONE] * missing, *a.own)) if a.over and missing > 0 else a.expr


def reshaped(e: Expr, shape: tuple[Size, ...]) -> Expr:
    return e if e.shape == shape else apply(RESHAPE, e, shape=shape)


def repeated(a: Lifted, n: Size) -> Expr:
    """An argument in every row of the batch."""
    if a.over:
        return a.expr
    if a.expr.op is CONSTANT:
        return fn.constant(a.expr.attribute("value"), const(n), *map(const, a.own))  # type: ignore[arg-type]
    ones = fn.ones(const(n), *[1] * a.rank)
    return apply(MULTIPLY, ones, a.expr)


def product(node: Expr, args: tuple[Lifted, ...], n: Size) -> Expr:
    """x W and W x become X W and X Wᵀ; xᵀy of two samples is a row sum."""
    a, b = args
    match (a.rank, a.over, b.rank, b.over):
        case (1, True, 1, True):
            return apply(SUM_LAST, apply(MULTIPLY, a.expr, b.expr))
        case (2, False, 1, True):
            return apply(MATMUL, b.expr, apply(TRANSPOSE, a.expr))
        case (1, False, 1, True):
            return apply(MATMUL, b.expr, a.expr)
        case (2, True, 1, True):
            return fn.einsum("nik,nk->ni", a.expr, b.expr)
        case (1, True, 2, True):
            return fn.einsum("nk,nkj->nj", a.expr, b.expr)
        case (1, False, 2, True):
            return fn.einsum("k,nkj->nj", a.expr, b.expr)
    return apply(MATMUL, a.expr, b.expr)


def outer(node: Expr, args: tuple[Lifted, ...], n: Size) -> Expr:
    a, b = args
    left = reshaped(a.expr, (*((n,) if a.over else ()), *a.own, ONE))
    right = raised(b, 2, n)
    return apply(MULTIPLY, left, right)


def every_axis(last: Op, a: Lifted) -> Expr:
    """What is said of everything of one sample: along one axis after the other."""
    e = a.expr
    for _ in a.own:
        e = apply(last, e)
    return e


def mean_square(node: Expr, args: tuple[Lifted, ...], n: Size) -> Expr:
    gap = apply(SUBTRACT, *(raised(a, max(x.rank for x in args), n) for a in args))
    square = apply(POWER, gap, p=2)
    return every_axis(MEAN_LAST, Lifted(square, square.shape[1:], True))


def side_by_side(node: Expr, args: tuple[Lifted, ...], n: Size) -> Expr:
    axis = node.attribute("axis")
    assert isinstance(axis, int)
    return apply(node.op, *(repeated(a, n) for a in args), axis=axis if axis < 0 else axis + 1)


def sliced(node: Expr, args: tuple[Lifted, ...], n: Size) -> Expr:
    ranges = ((size(0), n), *node.attribute("ranges"))  # type: ignore[misc]
    return apply(node.op, args[0].expr, ranges=ranges)


def solution(node: Expr, args: tuple[Lifted, ...], n: Size) -> Expr:
    """A⁻¹ x of many x and one A, in rows; of many A and many x one for each."""
    a, b = args
    if a.over and b.over:
        return fn.FUNCTIONS["solve"](a.expr, b.expr)
    if a.over or b.rank != 1:
        raise ShapeError("one matrix for all samples, one right side for each", where="batch")
    columns = apply(SOLVE, a.expr, apply(TRANSPOSE, b.expr))
    return apply(TRANSPOSE, columns)


def diagonal(node: Expr, args: tuple[Lifted, ...], n: Size) -> Expr:
    (a,) = args
    return apply(MULTIPLY, reshaped(a.expr, (n, *a.own, ONE)), fn.eye(const(a.own[0])))


def blocks(node: Expr, args: tuple[Lifted, ...], n: Size) -> Expr:
    parts, rows, width = node.shape
    return fn.permute(reshaped(args[0].expr, (n, rows, parts, width)), (0, 2, 1, 3))


RULES: Mapping[Op, Rule] = {
    MATMUL:   product,
    OUTER:    outer,
    MSE:      mean_square,
    CONCAT:   side_by_side,
    SLICE:    sliced,
    RESHAPE:  lambda node, args, n: reshaped(args[0].expr, (n, *node.shape)),
    COLUMN_BLOCKS: blocks,
    SIDE_BY_SIDE: lambda node, args, n: reshaped(fn.permute(args[0].expr, (0, 2, 1, 3)), (n, *node.shape)),
    DIAG:     diagonal,
    TRACE:    lambda node, args, n: fn.einsum("nii->n", args[0].expr),
    SOLVE:    solution,
    INVERSE:  lambda node, args, n: apply(INVERSES, args[0].expr),
    DET:      lambda node, args, n: apply(DETS, args[0].expr),
    TIME_SUM: lambda node, args, n: time_sum(args[0].expr, node.attributes[0][1]),  # type: ignore[arg-type]
}  # fmt: skip
