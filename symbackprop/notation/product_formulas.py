"""Sums and products on paper: one fraction in front, ⊙ and ⊘ between arrays, copies spelled out with 1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import partial
from typing import TypeGuard

from symbackprop.formula import tree as no
from symbackprop.formula.composing import factors, negated, one_or, size_formula, times
from symbackprop.formula.tree import Formula
from symbackprop.graph import functions as fn
from symbackprop.graph.expr import SIZE, Expr
from symbackprop.matrices import monomials as mo
from symbackprop.notation.convention import NoMatrix
from symbackprop.notation.entry_formulas import plain_first, powered
from symbackprop.notation.paper_writer import Indices, Writer, trailing
from symbackprop.sizes import ONE, count, Shape, Size
from symbackprop.vocabulary.kinds import (
    ADD, DIAG, DIVIDE, MATMUL, MEAN, MEAN_LAST, MULTIPLY, NEGATIVE, POWER, SUBTRACT, SUM,
    SUM_LAST,
)  # fmt: skip

# --- sums of terms -----------------------------------------------------------------------------------


broadcast_terms = partial(mo.signed_terms, opened=frozenset({ADD, SUBTRACT}))


def sum_of(w: Writer, e: Expr, turned: bool = False) -> Formula:
    return signed((sign, term(w, x, e.shape, turned)) for sign, x in broadcast_terms(e))


def sum_entry(w: Writer, e: Expr, at: Indices) -> Formula:
    return signed((s, w.entry(x, trailing(at, x, e.shape))) for s, x in broadcast_terms(e))


def signed(terms: Iterable[tuple[int, Formula]]) -> Formula:
    """The sum of signed terms."""
    return one_or(no.Plus, plain_first([negated(f) if s < 0 else f for s, f in terms]))


def term(w: Writer, e: Expr, shape: Shape, turned: bool) -> Formula:
    """A summand, spread over the shape of the sum where it is smaller."""
    if e.rank == 0 or e.shape == shape:
        return w.oriented(e, turned)
    if len(shape) > 2:
        raise NoMatrix("broadcast")
    return spread(w, e, shape, turned)


def spread(w: Writer, e: Expr, shape: Shape, turned: bool) -> Formula:
    """A vector or a thin matrix copied along the other axis: 1_n b, or b 1_kᵀ."""
    if len(shape) == 1:  # the only entry of a vector, n times
        ones, only = no.Ones(size_formula(shape[0])), w.natural(e)
        return times([ones, only] if w.c.vectors == "column" else [only, no.Transpose(ones)])
    n, k = (no.Ones(size_formula(s)) for s in shape)
    if set(e.shape) == {ONE} and ONE not in shape:
        a, b = (k, n) if turned else (n, k)
        return times([a, w.natural(e), no.Transpose(b)])
    if e.rank == 1 or e.shape[0] != shape[0]:
        one_row = w.array(e, turned != (e.rank == 1))
        return times([one_row, no.Transpose(n)] if turned else [n, one_row])
    return times([k, w.array(e, True)] if turned else [w.array(e), no.Transpose(k)])


# --- products, entry by entry ------------------------------------------------------------------------


def product_turned(w: Writer, e: Expr, turned: bool) -> Formula | None:
    if e.rank == 2:
        return product(w, e, turned)
    scaled = (e.op is MULTIPLY or e.op is NEGATIVE) and one_array(e)
    return in_line(w, mo.split(e), turned) if scaled else None


def in_line(w: Writer, m: mo.Monomial, turned: bool) -> Formula:
    """c v with c in front of the oriented vector: -1/z_y e_yᵀ."""
    ((core, _),) = m.arrays
    body = times([*in_front(w, m), w.array(core, turned)])
    return negated(body) if m.coefficient < 0 else body


def one_array(e: Expr) -> bool:
    """A scalar multiple of one vector; one entry times a vector of several is none."""
    m = mo.split(e)
    return len(m.arrays) == 1 and m.arrays[0][1] == 1 and m.arrays[0][0] is not e


def product(w: Writer, e: Expr, turned: bool = False) -> Formula:
    """Number and scalars as one fraction in front, arrays joined by ⊙ (⊘ for negative powers)."""
    two = e.op is MULTIPLY or e.op is DIVIDE
    if two and any(a.shape not in ((), e.shape) for a in e.args):
        return broadcast_product(w, e, turned)
    m = mo.split(e)
    parts = in_front(w, m)
    arrays = hadamard(w, m.arrays, turned)
    if arrays is not None and arrays != no.ONE:
        parts.append(arrays)
    elif parts:
        last = parts[-1]  # brackets kept it together among other factors
        parts[-1] = last.factors[0] if grouping(last) else last
    body = times(parts) if parts else no.ONE
    return negated(body) if m.coefficient < 0 else body


def of_stacks(w: Writer, e: Expr) -> Formula:
    """A product entry by entry of arrays that all have its axes. Errors: `NoMatrix` where one has fewer."""
    if any(a.shape not in ((), e.shape) for a in e.args):
        raise NoMatrix("broadcast")
    return product(w, e)


def product_entry(w: Writer, e: Expr, at: Indices) -> Formula:
    if e.op is POWER:
        return powered(w.entry(e.args[0], at), mo.exponent(e))
    if e.op is NEGATIVE:
        return negated(w.entry(e.args[0], at))
    a, b = (w.entry(x, trailing(at, x, e.shape)) for x in e.args)
    return no.Over(a, b) if e.op is DIVIDE else times([a, b])


def in_front(w: Writer, m: mo.Monomial) -> list[Formula]:
    """The size of the number, and the scalars: one fraction, then what stands beside it."""
    over = [powered(grouped(w, s), x) for s, x in m.scalars if x > 0]
    under = [powered(w.natural(s), -x) for s, x in m.scalars if x < 0]
    size_of = abs(m.coefficient)
    digits: list[Formula] = [f for f in (w.number(size_of),) if isinstance(f, no.Decimal)]
    p, q = (1, 1) if digits else size_of.as_integer_ratio()
    over = [*digits, *over]
    low: list[Formula] = ([no.Number(Fraction(q))] if q != 1 else []) + under
    if not low:
        return ([no.Number(Fraction(p))] if p != 1 else []) + over
    if not under and not isinstance(small := no.number(size_of), no.Number):
        return [small, *over]
    plain = all(s.op is SIZE for s, x in m.scalars if x < 0)  # xᵀy / (xᵀx) stays one fraction
    beside = [f for f in over if whole(f) and (plain or not grouping(f))]  # 1/n Σ, not Σ/n
    over = [f for f in over if f not in beside]
    top = ([no.Number(Fraction(p))] if p != 1 or not over else []) + over
    return [no.Over(times(top), times(low)), *beside]


def grouped(w: Writer, s: Expr) -> Formula:
    """A scalar product keeps its brackets: (yᵀȳ) y."""
    f = w.natural(s)
    return no.Times((f,)) if s.op in (MATMUL, SUM, SUM_LAST) and isinstance(f, no.Times) else f


def hadamard(w: Writer, arrays: Sequence[tuple[Expr, Fraction]], turned: bool) -> Formula | None:
    if not arrays:
        return None
    over = opened(hpower(w.oriented(a, turned), x) for a, x in arrays if x > 0)
    under = opened(hpower(w.oriented(a, turned), -x) for a, x in arrays if x < 0)
    if not over:
        over = [w.oriented(fn.constant(1, *arrays[0][0].shape), turned)]
    upright = [f.operand for f in (*over, *under) if isinstance(f, no.Transpose)]
    if len(upright) == len(over) + len(under) > 1:  # (A ⊙ B)ᵀ, not Aᵀ ⊙ Bᵀ
        return no.Transpose(joined(upright[: len(over)], upright[len(over) :]))
    return joined(over, under)


def broadcast_product(w: Writer, e: Expr, turned: bool) -> Formula:
    """Arrays spread over the shape of the product, a scalar below them as a fraction."""
    if e.rank > 2:
        raise NoMatrix("broadcast")
    a, b = (w.oriented(x, turned) if x.shape in ((), e.shape) else spread(w, x, e.shape, turned)
            for x in e.args)  # fmt: skip
    if e.op is DIVIDE:
        return no.Oslash(a, b) if e.args[1].rank else no.Over(a, b)
    return no.Hadamard((a, b))


def hpower(base: Formula, x: Fraction) -> Formula:
    """Every entry to a power."""
    if x == 2 and isinstance(base, no.Name | no.At):
        return no.Hadamard((base, base))
    if x in (1, Fraction(1, 2)):
        return powered(base, x)
    if isinstance(base, no.Transpose):
        return no.Transpose(hpower(base.operand, x))
    # tanh²(x), as everyone writes it
    return (no.Power if isinstance(base, no.Call) else no.HPower)(base, no.number(x))


def joined(over: Sequence[Formula], under: Sequence[Formula]) -> Formula:
    """u ⊙ v ⊘ (a ⊙ b)."""
    top = one_or(no.Hadamard, opened(over))
    return no.Oslash(top, one_or(no.Hadamard, opened(under))) if under else top


WHOLE = ("trace", "det", "frobenius", "euclidean")  # of a matrix


def whole(f: Formula) -> bool:
    """What stands beside a fraction: 1/n Σ, 1/2 eᵀe, 1/2 tr(A), n/2 log(det(A))."""
    match f:
        case no.Power():
            return whole(f.base)
        case no.Call():
            return f.function in WHOLE or any(map(whole, f.arguments))
    return isinstance(f, no.Sum) or grouping(f)


def grouping(f: Formula) -> TypeGuard[no.Times]:
    """A product in brackets of its own."""
    return isinstance(f, no.Times) and len(f.factors) == 1


def opened(parts: Iterable[Formula]) -> list[Formula]:
    """Factors of ⊙, nested ones opened."""
    return [f for p in parts for f in (p.factors if isinstance(p, no.Hadamard) else (p,))]


# --- products of matrices ----------------------------------------------------------------------------


def scalar_product(w: Writer, e: Expr) -> Formula:
    a, b = e.args
    if w.c.sums == "sigma" and (mo.is_ones(a) or mo.is_ones(b)):
        return summed(w, b if mo.is_ones(a) else a)
    return no.Times((*factors(w.array(a, True)), *factors(w.array(b))))


def matrix_product(w: Writer, e: Expr, turned: bool) -> Formula | None:
    """A B, A b, and aᵀ B, each or its transpose. Errors: `NoMatrix` for a sum that is written with Σ."""
    a, b = e.args
    if max(a.rank, b.rank) > 2:
        return None
    if w.c.sums == "sigma" and a.shape[-1] != ONE and (mo.is_ones(a) or mo.is_ones(b)):
        raise NoMatrix("sum")
    flip = turned != (a.rank == 1)  # as a row is how aᵀ B stands upright
    parts = [(a, flip != (a.rank == 1)), (b, flip)]
    return times([w.array(x, t) for x, t in (reversed(parts) if flip else parts)])


def product_of_entries(w: Writer, e: Expr, at: Indices) -> Formula | None:
    """One entry of diag(v) A; None for other products."""
    if e.rank != 2 or [x.op for x in e.args].count(DIAG) != 1:
        return None
    scaled = zip(e.args, at, strict=True)
    return times([w.entry(x.args[0], (i,)) if x.op is DIAG else w.entry(x, at) for x, i in scaled])


def outer(w: Writer, e: Expr, turned: bool) -> Formula:
    """u vᵀ; the 1 of an axis of one entry is not written beside others."""
    u, v = reversed(e.args) if turned else e.args
    alone_u, alone_v = (mo.is_ones(x) and x.shape == (ONE,) for x in (u, v))
    if alone_u and not alone_v:
        return w.array(v, True)
    return times([w.array(u)] if alone_v else [w.array(u), w.array(v, True)])


# --- sums over axes ----------------------------------------------------------------------------------


def share(w: Writer, e: Expr, f: Formula) -> Formula:
    """A sum by the number of its terms, where a mean is meant."""
    if e.op not in (MEAN, MEAN_LAST):
        return f
    over = count(e.args[0].shape[e.rank :])
    if over == ONE:
        return f
    return times([no.Over(no.ONE, size_formula(over)), f])


def total(w: Writer, e: Expr) -> Formula:
    return share(w, e, summed(w, e.args[0]))


def row_sums(w: Writer, e: Expr, turned: bool) -> Formula:
    """A 1, or 1ᵀ Aᵀ; the only column of a matrix is its sum."""
    (m,) = e.args
    only: Size = m.shape[-1]
    if m.rank != 2 or (w.c.sums == "sigma" and only != ONE):
        raise NoMatrix("sum")
    parts = [w.array(m, turned)]
    if only != ONE:
        ones = no.Ones(size_formula(only))
        parts = [no.Transpose(ones), *parts] if turned else [*parts, ones]
    return share(w, e, times(parts))


def summed(w: Writer, x: Expr) -> Formula:
    """1ᵀ x where the convention has it and x is a vector or a matrix; else Σ."""
    if w.c.sums == "ones" and x.rank <= 2 and set(x.shape) != {ONE}:
        try:
            return between_ones(w, x)
        except NoMatrix:
            pass
    return w.sigma(x)


def between_ones(w: Writer, x: Expr) -> Formula:
    """1ᵀ x, 1ᵀ A 1; an axis of one entry needs no ones."""
    ends = [[] if s == ONE else [no.Ones(size_formula(s))] for s in x.shape]
    left, right = ends[0], ends[1] if x.rank == 2 else []
    return times([*map(no.Transpose, left), *factors(w.array(x)), *right])


def raised(w: Writer, e: Expr) -> Formula:
    """x^y of numbers, of every entry of x to one power; entries to powers of their own stand one by one."""
    base, exponent = e.args
    if exponent.rank or (e.rank and base.rank != e.rank):
        raise NoMatrix(e.op.name)
    power = no.HPower if e.rank else no.Power
    return power(w.natural(base), w.natural(exponent))


def raised_entry(w: Writer, e: Expr, at: Indices) -> Formula:
    base, exponent = (w.entry(a, trailing(at, a, e.shape)) for a in e.args)
    return no.Power(base, exponent)
