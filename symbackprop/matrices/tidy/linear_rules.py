"""Transposes, sums, diagonals and traces: what each makes of an argument of a kind, a row for each pair."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from symbackprop.entries.op import Op
from symbackprop.graph import functions as fn
from symbackprop.graph.expr import SYMBOL, Expr, apply, const
from symbackprop.matrices import square_products as sq
from symbackprop.matrices.monomials import is_ones, is_zero
from symbackprop.matrices.tidy.centred_sums import vanishes
from symbackprop.matrices.tidy.constructors import (
    RULES, diagonal, mm, mul, outer, rows, total, tr, trace,
)  # fmt: skip
from symbackprop.matrices.tidy.elementwise_products import in_front, scalars_out
from symbackprop.matrices.tidy.like_terms import broadcast_free
from symbackprop.matrices.tidy.normalised_values import normalises, one, ones_counted
from symbackprop.sizes import count
from symbackprop.vocabulary.kinds import (
    ADD, CONSTANT, DIAG, DIAGONAL, IDENTITY, KRON, MATMUL, MULTIPLY, ONEHOT, OUTER, POWER, SUBTRACT, SUM,
    SUM_LAST, TRACE, TRANSPOSE, UNIT,
)  # fmt: skip

Rewrite = Callable[[Expr], Expr | None]


def turned_product(a: Expr) -> Expr | None:
    """(A B)ᵀ = Bᵀ Aᵀ."""
    return mm(*map(tr, reversed(a.args))) if all(x.rank == 2 for x in a.args) else None


def turned_terms(a: Expr) -> Expr | None:
    """(A + B)ᵀ = Aᵀ + Bᵀ, (A ⊙ B)ᵀ = Aᵀ ⊙ Bᵀ."""
    if not broadcast_free(a) or a.rank != 2:
        return None
    return RULES[a.op](*(tr(x) if x.rank else x for x in a.args))


def of_products(a: Expr) -> Expr | None:
    """Σ u ⊙ v = uᵀ v, Σ A ⊙ I = tr A, Σ A ⊙ Bᵀ = tr A B, Σ Aᵀ ⊙ Bᵀ = Σ A ⊙ B."""
    if all(x.rank == 1 for x in a.args):
        return mm(*a.args)
    if masked := sq.on_the_diagonal(a):
        return trace(masked)
    turned = [x.op is TRANSPOSE for x in a.args]
    if a.rank != 2 or not any(turned) or any(x.shape != a.shape for x in a.args):
        return None
    if all(turned):
        return total(apply(MULTIPLY, *(x.args[0] for x in a.args)))
    first, second = (x.args[0] if t else x for x, t in zip(a.args, turned, strict=True))
    return trace(mm(second, first) if turned[0] else mm(first, second))


def of_repeated(a: Expr) -> Expr | None:
    """Σ 1 1ᵀ B is so many Σ B."""
    found = (n for n in (0, 1) if a.rank == 2 and is_ones(a.args[n]))
    return next((mul(const(a.shape[n]), total(a.args[1 - n])) for n in found), None)


def rows_of_product(a: Expr) -> Expr | None:
    """diag(u) A 1 = u ⊙ A 1, A 1 1ᵀ 1 = n A 1."""
    first, second = a.args
    if first.op is DIAG:
        return mul(first.args[0], rows(second))
    return mul(const(a.shape[1]), rows(first)) if a.rank == 2 and is_ones(second) else None


def centred_total(a: Expr) -> Expr | None:
    return const(0) if vanishes(a, *reversed(range(a.rank))) else None


def centred_rows(a: Expr) -> Expr | None:
    return fn.constant(0, *a.shape[:-1]) if vanishes(a, a.rank - 1) else None


def square(a: Expr) -> Expr | None:
    """Σ x² = xᵀ x."""
    return mm(a.args[0], a.args[0]) if a.rank == 1 and a.attribute("p") == 2 else None


def traces(a: Expr) -> Expr | None:
    """tr(A ⊗ B) = tr(A) tr(B) of square matrices."""
    return mul(*map(trace, a.args)) if all(x.shape[0] == x.shape[1] for x in a.args) else None


def diagonal_of_product(a: Expr) -> Expr | None:
    """diagonal(u vᵀ B) = u ⊙ Bᵀ v, diagonal(A u vᵀ) = A u ⊙ v."""
    first, second = a.args
    if (dyad := of_dyad(first)) is not None:
        return mul(dyad[0], mm(tr(second), dyad[1]))
    if (dyad := of_dyad(second)) is not None:
        return mul(mm(first, dyad[0]), dyad[1])
    return None


def of_dyad(a: Expr) -> tuple[Expr, Expr] | None:
    """u and v of u vᵀ."""
    if a.op is OUTER:
        return a.args[0], a.args[1]
    ones = a.rank == 2 and is_ones(a)
    return (fn.constant(1, const(a.shape[0])), fn.constant(1, const(a.shape[1]))) if ones else None


# an op and the kind of its argument: what they make together, where it is something simpler
PAIRS: Mapping[tuple[Op, Op], Rewrite] = {
    (TRANSPOSE, TRANSPOSE): lambda a: a.args[0],
    (TRANSPOSE, MATMUL):    turned_product,
    (TRANSPOSE, ADD):       turned_terms,
    (TRANSPOSE, MULTIPLY):  turned_terms,
    (TRANSPOSE, OUTER):     lambda a: outer(*reversed(a.args)),
    (TRANSPOSE, KRON):      lambda a: apply(KRON, *map(tr, a.args)),
    (TRANSPOSE, CONSTANT):  lambda a: fn.constant(a.attribute("value"), *reversed(a.shape)),  # type: ignore[arg-type]
    (SUM, CONSTANT):        lambda a: const(count(a.shape)),
    (SUM, ONEHOT):          ones_counted,
    (SUM, IDENTITY):        lambda a: const(a.shape[0]),
    (SUM, UNIT):            lambda a: const(1),
    (SUM, SYMBOL):          lambda a: ones_counted(a) or centred_total(a),
    (SUM, MULTIPLY):        of_products,
    (SUM, POWER):           square,
    (SUM, DIAGONAL):        lambda a: trace(a.args[0]),
    (SUM, SUM_LAST):        lambda a: total(a.args[0]),
    (SUM, TRANSPOSE):       lambda a: total(a.args[0]),
    (SUM, MATMUL):          of_repeated,
    (SUM, ADD):             centred_total,
    (SUM, SUBTRACT):        centred_total,
    (SUM, DIAG):            lambda a: total(a.args[0]),
    (SUM_LAST, CONSTANT):   lambda a: mul(const(a.shape[-1]), fn.constant(1, *a.shape[:-1])),
    (SUM_LAST, IDENTITY):   lambda a: fn.constant(1, const(a.shape[0])),
    (SUM_LAST, ONEHOT):     one,
    (SUM_LAST, SYMBOL):     lambda a: one(a) or centred_rows(a),
    (SUM_LAST, MULTIPLY):   lambda a: diagonal(x) if (x := sq.on_the_diagonal(a)) else None,
    (SUM_LAST, OUTER):      lambda a: mul(total(a.args[1]), a.args[0]),
    (SUM_LAST, TRANSPOSE):  lambda a: rows(tr(a.args[0])) if a.args[0].op is OUTER else centred_rows(a),
    (SUM_LAST, MATMUL):     rows_of_product,
    (SUM_LAST, ADD):        centred_rows,
    (SUM_LAST, SUBTRACT):   centred_rows,
    (DIAG, CONSTANT):       lambda a: fn.eye(const(a.shape[0])),
    (SUM_LAST, DIAG):       lambda a: a.args[0],
    (DIAGONAL, CONSTANT):   lambda a: fn.constant(1, const(a.shape[0])),
    (DIAGONAL, OUTER):      lambda a: mul(*a.args),
    (DIAGONAL, DIAG):       lambda a: a.args[0],
    (DIAGONAL, TRANSPOSE):  lambda a: diagonal(a.args[0]),
    (DIAGONAL, MATMUL):     diagonal_of_product,
    (DIAGONAL, IDENTITY):   lambda a: fn.constant(1, const(a.shape[0])),
    (TRACE, IDENTITY):      lambda a: const(a.shape[0]),
    (TRACE, OUTER):         lambda a: mm(*a.args),
    (TRACE, KRON):          traces,
    (TRACE, TRANSPOSE):     lambda a: trace(a.args[0]),
}  # fmt: skip


# of an op whose entries add to 1 along the last axis
NORMALISED: Mapping[Op, Rewrite] = {SUM: ones_counted, SUM_LAST: one}


def linear(kind: Op) -> Callable[[Expr], Expr]:
    """A constructor of a linear op of one argument: scalars move in front of it."""

    def build(e: Expr) -> Expr:
        if kind is SUM_LAST and e.rank == 1:
            return total(e)
        if is_zero(e):
            return fn.constant(0, *apply(kind, e).shape)
        front, bare = scalars_out(e)
        if kind is TRANSPOSE and sq.symmetric(bare):
            return in_front([front], bare)
        rule = PAIRS.get((kind, bare.op)) or (NORMALISED.get(kind) if normalises(bare.op) else None)
        return in_front([front], (rule and rule(bare)) or apply(kind, bare))

    return build
