"""Products of matrices and vectors, transposes, sums over axes, diagonals, traces, inverses, determinants."""

from __future__ import annotations

from fractions import Fraction

from symbackprop.graph import functions as fn
from symbackprop.graph.expr import Expr, apply, const
from symbackprop.matrices import square_products as sq
from symbackprop.matrices.tidy import product_folding as folds
from symbackprop.matrices.monomials import is_ones, is_zero, join, split
from symbackprop.matrices.tidy.centred_sums import of_centred
from symbackprop.matrices.tidy.constructors import (
    diag, inverse, mm, mul, outer, power, rows, softmax, total, tr,
)  # fmt: skip
from symbackprop.matrices.tidy.elementwise_products import entry_at, in_front, scalars_out
from symbackprop.sizes import ONE
from symbackprop.vocabulary.kinds import (
    DET, DIAG, EXP, IDENTITY, MATMUL, ONEHOT, OUTER, RESHAPE, UNIT,
)  # fmt: skip


def contracted(a: Expr, b: Expr) -> Expr:
    """The matrix product (also with vectors)."""
    if is_zero(a) or is_zero(b):
        return fn.constant(0, *apply(MATMUL, a, b).shape)
    (p, a), (q, b) = scalars_out(a), scalars_out(b)
    made = simpler_product(a, b) or across(a, b) or apply(MATMUL, a, b)
    return in_front([p, q], made)


def across(a: Expr, b: Expr) -> Expr | None:
    """Neighbours in a longer product: (X A) (A⁻¹ Y) = X Y."""
    if (rest := sq.undone(a, b)) is not None:
        left, right = rest
        if left is None or right is None:
            return left or right or fn.eye(const(a.shape[0]))
        return mm(left, right)
    (before, x), (y, after) = sq.last(a), sq.first(b)
    made = sq.neighbours(x, y) or of_ones(x, y) or of_centred(x, y)
    if made is None:
        return None
    left = made if before is None else mm(before, made)
    return left if after is None else mm(left, after)


def of_ones(a: Expr, b: Expr) -> Expr | None:
    """1 1ᵀ 1 = n 1."""
    shape = (*a.shape[:-1], *b.shape[1:])
    ones = is_ones(a) and is_ones(b) and shape
    return mul(const(a.shape[-1]), fn.constant(1, *shape)) if ones else None


def simpler_product(a: Expr, b: Expr) -> Expr | None:
    """The first row that knows the two factors."""
    known = (with_identity, with_diagonal, of_vectors, of_centred, with_ones, with_dyad, symmetric_first)
    return next((made for row in known if (made := row(a, b)) is not None), None)


def with_identity(a: Expr, b: Expr) -> Expr | None:
    """I A = A, A I = A."""
    if a.op is IDENTITY or (a.op is DIAG and is_ones(a.args[0])):
        return b
    whole = b.op is IDENTITY or (b.op is DIAG and is_ones(b.args[0]))
    return a if whole else None


def with_diagonal(a: Expr, b: Expr) -> Expr | None:
    """diag(u) v = u ⊙ v, diag(u) 1 1ᵀ = u 1ᵀ, diag(u) diag(v) = diag(u ⊙ v), exp(Z) by its row sums."""
    kinds = (a.op, b.op)
    if kinds == (DIAG, EXP) and a.args[0] is power(rows(b), Fraction(-1)):
        return softmax(b.args[0])
    if a.op is DIAG and b.rank == 1:
        return mul(a.args[0], b)
    if b.op is DIAG and a.rank == 1:
        return mul(a, b.args[0])
    if a.op is DIAG and is_ones(b):
        return outer(a.args[0], fn.constant(1, const(b.shape[1])))
    if b.op is DIAG and is_ones(a):
        return outer(fn.constant(1, const(a.shape[0])), b.args[0])
    return diag(mul(a.args[0], b.args[0])) if kinds == (DIAG, DIAG) else None


def of_vectors(a: Expr, b: Expr) -> Expr | None:
    """e_yᵀ z = z_y, 1ᵀ z = Σ z, (y ⊘ p)ᵀ p = Σ y."""
    if not a.rank == b.rank == 1:
        return None
    for unit, other in ((a, b), (b, a)):
        if unit.op in (ONEHOT, UNIT):
            return total(other) if is_ones(other) else entry_at(other, unit)
    if is_ones(a) or is_ones(b):
        return total(b if is_ones(a) else a)
    both = [f for x in (a, b) for f in split(x).arrays]
    pairs = ((f, x, g, y) for n, (f, x) in enumerate(both) for g, y in both[:n])
    gone = any(folds.cancels(f, g) and x == -y for f, x, g, y in pairs)
    return total(mul(a, b)) if gone else None


def with_ones(a: Expr, b: Expr) -> Expr | None:
    """A 1 and 1ᵀ B are sums over an axis, 1 1ᵀ v is (Σ v) 1."""
    for ones, v, n in ((a, b, 0), (b, a, 1)):
        if is_ones(ones) and ones.rank == 2 and v.rank == 1 and not is_ones(v):
            return mul(total(v), fn.constant(1, const(ones.shape[n])))
    if a.rank == b.rank == 2 and not (is_ones(a) and is_ones(b)):
        one = fn.constant(1, const(1))
        if is_ones(b) and b.shape[1] == ONE:
            return outer(rows(a), one)
        if is_ones(a) and a.shape[0] == ONE:
            return outer(one, rows(tr(b)))
    if is_ones(b) and b.rank < a.rank:
        return rows(a)
    return rows(tr(b)) if is_ones(a) and a.rank < b.rank else None


def with_dyad(a: Expr, b: Expr) -> Expr | None:
    """(u vᵀ) w = (vᵀ w) u; (u vᵀ) 1 1ᵀ = u (vᵀ 1 1ᵀ)."""
    if a.op is OUTER and (b.rank == 1 or is_ones(b)):
        made = mm(a.args[1], b)
        return outer(a.args[0], made) if b.rank > 1 else mul(made, a.args[0])
    if b.op is OUTER and (a.rank == 1 or is_ones(a)):
        made = mm(a, b.args[0])
        return outer(made, b.args[1]) if a.rank > 1 else mul(made, b.args[1])
    return None


def symmetric_first(a: Expr, b: Expr) -> Expr | None:
    """vᵀ S as S v."""
    return mm(b, a) if a.rank == 1 and sq.symmetric(b) else None


def inverted(a: Expr) -> Expr:
    """The factors of a product inverted one by one, where they are square; transposes outside."""
    front, a = scalars_out(a)
    base, x, flipped = sq.powered(a)
    if base.op is MATMUL and base.args[0].shape == base.shape and x == 1:
        made = mm(*(inverse(tr(f) if flipped else f) for f in reversed(base.args)))
    elif base.op in (IDENTITY, DIAG):
        made = base if base.op is IDENTITY else diag(power(base.args[0], Fraction(-x)))
    else:
        made = sq.raised(base, -x)
        made = tr(made) if flipped else made
    return mul(power(join(front, ()), Fraction(-1)), made)


def determinant(a: Expr) -> Expr:
    """det Aᵀ = det A, det A⁻¹ = 1 / det A."""
    base, x, _ = sq.powered(a)
    return power(apply(DET, base), Fraction(x))


def dyad(u: Expr, v: Expr) -> Expr:
    (p, u), (q, v) = scalars_out(u), scalars_out(v)
    for one, other, flat in ((v, u, (*u.shape, ONE)), (u, v, (ONE, *v.shape))):
        if is_ones(one) and one.shape == (ONE,) and other.op is RESHAPE and other.args[0].shape == flat:
            return in_front([p, q], other.args[0])  # an n x 1 matrix as a vector, and back
    whole = is_ones(u) and is_ones(v)
    made = fn.constant(1, const(u.shape[0]), const(v.shape[0])) if whole else apply(OUTER, u, v)
    return in_front([p, q], made)
