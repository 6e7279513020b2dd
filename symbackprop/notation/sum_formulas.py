"""Sums and products on paper: one fraction in front, ⊙ and ⊘ between arrays, copies spelled out with 1."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeGuard

from symbackprop.formula import tree as no
from symbackprop.formula.composing import negated, one_or, size_formula, times
from symbackprop.formula.tree import Formula
from symbackprop.graph import functions as fn
from symbackprop.graph.expr import SIZE, Expr
from symbackprop.matrices import monomials as mo
from symbackprop.notation.convention import Convention, NoMatrix
from symbackprop.sizes import Shape, size


@dataclass(frozen=True, slots=True)
class Sums(ABC):
    """What is written alike for scalars, vectors and matrices."""

    c: Convention
    used: tuple[str, ...] = ()  # index letters already bound outside

    @abstractmethod
    def natural(self, e: Expr) -> Formula:
        """A scalar, a vector as the convention has it, a matrix."""

    @abstractmethod
    def column(self, e: Expr) -> Formula:
        """A vector as a column."""

    @abstractmethod
    def row(self, e: Expr) -> Formula:
        """A vector as a row."""

    @abstractmethod
    def matrix(self, e: Expr, flip: bool = False) -> Formula:
        """A matrix, or its transpose."""

    def sum(self, e: Expr, flip: bool = False) -> Formula:
        terms = []
        for term in broadcast_terms(e):
            body = self.term(term[1], e.shape, flip)
            terms.append(negated(body) if term[0] < 0 else body)
        return one_or(no.Plus, no_sign_first(terms))

    def no_ones(self, a: Expr, b: Expr) -> None:
        """Errors: `NoMatrix` for a product that is a sum over an axis, where such are written with Σ."""
        if self.c.sums == "sigma" and a.shape[-1] != size(1) and (mo.is_ones(a) or mo.is_ones(b)):
            raise NoMatrix("sum")

    def term(self, e: Expr, shape: Shape, flip: bool) -> Formula:
        """A summand, spread over the shape of the sum where it is smaller."""
        if e.rank == 0 or e.shape == shape:
            return self.oriented(e, flip)
        if len(shape) > 2:
            raise NoMatrix("broadcast")
        return self.spread(e, shape, flip)

    def oriented(self, e: Expr, flip: bool) -> Formula:
        return self.matrix(e, flip) if e.rank == 2 else self.natural(e)

    def spread(self, e: Expr, shape: Shape, flip: bool = False) -> Formula:
        """A vector or a thin matrix copied along the other axis: 1_n b, or b 1_kᵀ."""
        if len(shape) == 1:  # the only entry of a vector, n times
            ones, only = no.Ones(size_formula(shape[0])), self.natural(e)
            return times([ones, only] if self.c.vectors == "column" else [only, no.Transpose(ones)])
        n, k = (no.Ones(size_formula(s)) for s in shape)
        if set(e.shape) == {size(1)} and size(1) not in shape:
            a, b = (k, n) if flip else (n, k)
            parts = [a, self.natural(e), no.Transpose(b)]
        elif e.rank == 1:
            parts = [self.column(e), no.Transpose(n)] if flip else [n, self.row(e)]
        elif e.shape[0] == shape[0]:
            parts = [k, self.matrix(e, True)] if flip else [self.matrix(e), no.Transpose(k)]
        else:
            parts = [self.matrix(e, True), no.Transpose(n)] if flip else [n, self.matrix(e)]
        return times(parts)

    def product(self, e: Expr, flip: bool = False) -> Formula:
        """Number and scalars as one fraction in front, arrays joined by ⊙ (⊘ for negative powers)."""
        if e.op.name in ("multiply", "divide") and any(
            a.shape not in ((), e.shape) for a in e.args
        ):
            return self.broadcast_product(e, flip)
        m = mo.split(e)
        parts = self.in_front(m)
        arrays = self.hadamard(m.arrays, flip)
        if arrays is not None and arrays != no.ONE:
            parts.append(arrays)
        elif parts:
            parts[-1] = ungrouped(parts[-1])
        body = times(parts) if parts else no.ONE
        return negated(body) if m.coefficient < 0 else body

    def in_front(self, m: mo.Monomial) -> list[Formula]:
        """The size of the number, and the scalars: one fraction, then what stands beside it."""
        over = [self.powered(self.grouped(s), x) for s, x in m.scalars if x > 0]
        under = [self.powered(self.natural(s), -x) for s, x in m.scalars if x < 0]
        p, q = abs(m.coefficient.numerator), m.coefficient.denominator
        low = ([no.Number(Fraction(q))] if q != 1 else []) + under
        if not low:
            return ([no.Number(Fraction(p))] if p != 1 else []) + over
        if not under and not isinstance(small := no.number(abs(m.coefficient)), no.Number):
            return [small, *over]
        plain = all(s.op is SIZE for s, x in m.scalars if x < 0)  # xᵀy / (xᵀx) stays one fraction
        beside = [f for f in over if whole(f) and (plain or not grouping(f))]  # 1/n Σ, not Σ/n
        over = [f for f in over if f not in beside]
        top = ([no.Number(Fraction(p))] if p != 1 or not over else []) + over
        return [no.Over(times(top), times(low)), *beside]

    def grouped(self, s: Expr) -> Formula:
        """A scalar product keeps its brackets: (yᵀȳ) y."""
        f = self.natural(s)
        return no.Times((f,)) if s.op.name in SCALAR_PRODUCTS and isinstance(f, no.Times) else f

    def hadamard(self, arrays: Sequence[tuple[Expr, Fraction]], flip: bool) -> Formula | None:
        if not arrays:
            return None
        over = opened(self.hpower(self.oriented(a, flip), x) for a, x in arrays if x > 0)
        under = opened(self.hpower(self.oriented(a, flip), -x) for a, x in arrays if x < 0)
        if not over:
            over = [self.oriented(ones_like(arrays[0][0]), flip)]
        upright = [f.operand for f in (*over, *under) if isinstance(f, no.Transpose)]
        if len(upright) == len(over) + len(under) > 1:  # (A ⊙ B)ᵀ, not Aᵀ ⊙ Bᵀ
            return no.Transpose(joined(upright[: len(over)], upright[len(over) :]))
        return joined(over, under)

    def broadcast_product(self, e: Expr, flip: bool) -> Formula:
        """M diag(v) for a product with a vector along the last axis, diag(u) M along the first."""
        if e.rank > 2:
            raise NoMatrix("broadcast")
        parts: list[Formula] = []
        for n, a in enumerate(e.args):
            inverse = e.op.name == "divide" and n == 1
            whole = (
                self.oriented(a, flip)
                if a.shape in ((), e.shape)
                else self.spread(a, e.shape, flip)
            )
            if inverse and a.rank == 0:
                parts[0] = no.Over(parts[0], whole)
            elif inverse:
                parts[0] = no.Oslash(parts[0], whole)
            else:
                parts.append(whole)
        return one_or(no.Hadamard, parts)

    def powered(self, base: Formula, x: Fraction) -> Formula:
        if x == Fraction(1, 2):
            return no.Call("sqrt", (base,))
        return base if x == 1 else no.Power(base, no.number(x))

    def hpower(self, base: Formula, x: Fraction) -> Formula:
        if x == Fraction(1, 2):
            return no.Call("sqrt", (base,))
        if x == 2 and isinstance(base, no.Name | no.At):
            return no.Hadamard((base, base))
        if x == 1:
            return base
        if isinstance(base, no.Transpose):
            return no.Transpose(self.hpower(base.operand, x))
        # tanh²(x), as everyone writes it
        return (no.Power if isinstance(base, no.Call) else no.HPower)(base, no.number(x))


SCALAR_PRODUCTS = ("matmul", "sum", "sum_last")


def joined(over: Sequence[Formula], under: Sequence[Formula]) -> Formula:
    """u ⊙ v ⊘ (a ⊙ b)."""
    top = one_or(no.Hadamard, opened(over))
    return no.Oslash(top, one_or(no.Hadamard, opened(under))) if under else top


def no_sign_first(terms: list[Formula]) -> list[Formula]:
    """The first term without a minus in front: b - a, not -a + b."""
    first = next((k for k, t in enumerate(terms) if not isinstance(t, no.Minus)), 0)
    return [terms[first], *terms[:first], *terms[first + 1 :]]


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


def ungrouped(f: Formula) -> Formula:
    """A product without the brackets that keep it together among other factors."""
    return f.factors[0] if grouping(f) else f


def opened(parts: Iterable[Formula]) -> list[Formula]:
    """Factors of ⊙, nested ones opened."""
    return [f for p in parts for f in (p.factors if isinstance(p, no.Hadamard) else (p,))]


def ones_like(e: Expr) -> Expr:
    return fn.constant(1, *e.shape)


def broadcast_terms(e: Expr) -> list[tuple[int, Expr]]:
    """Signed terms of a nested sum, whatever their shapes."""
    out: list[tuple[int, Expr]] = []
    stack = [(1, e)]
    while stack:
        sign, node = stack.pop()
        if node.op.name in ("add", "subtract"):
            second = -sign if node.op.name == "subtract" else sign
            stack += [(second, node.args[1]), (sign, node.args[0])]
        else:
            out.append((sign, node))
    return out
