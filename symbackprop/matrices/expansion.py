"""Sums multiplied out, where something may cancel: (1 - y) p - y (1 - p) = p - y; and factored."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

from symbackprop.graph import functions as fn
from symbackprop.graph.expr import LEAVES, SIZE, Expr, symbols, topological, weight
from symbackprop.matrices import monomials as mo, square_products as sq, tidy as td
from symbackprop.matrices.up_to_names import up_to_names
from symbackprop.vocabulary.kinds import (
    ADD, DIAG, DIAGONAL, MATMUL, MULTIPLY, OUTER, POWER, SUBTRACT, SUM, SUM_LAST, TRACE, TRANSPOSE,
)  # fmt: skip

TERMS = 64  # of a sum that is multiplied out
LINEAR = frozenset({MATMUL, OUTER, SUM, SUM_LAST, TRANSPOSE, DIAG, DIAGONAL, TRACE})

Ends: TypeAlias = Callable[[Expr], tuple[Expr, Expr | None]]  # a factor at the end of a product, and the rest


@up_to_names
def expanded(e: Expr) -> Expr:
    """Products and linear ops multiplied out, (1 - y) p - y (1 - p) = p - y, aᵀ(b - c) = aᵀb - aᵀc."""
    return td.remade(e, lambda old, args: distributed(term_by_term(td.node(old, args))))


def may_cancel(e: Expr) -> bool:
    """Whether something could cancel when it is multiplied out: a quotient, or sums within sums."""
    nodes = topological(e)
    if any(n.op is POWER and mo.exponent(n) < 0 and n.args[0].op is not SIZE for n in nodes):
        return True
    return is_sum(e) and any(is_sum(a) for n in nodes if n.op in LINEAR for a in n.args)


def term_by_term(e: Expr) -> Expr:
    """A linear op of a sum as the sum of what it makes of the terms."""
    if e.op not in LINEAR:
        return e
    for n, a in enumerate(e.args):
        terms = td.summands(a) if is_sum(a) else []
        if 1 < len(terms) <= TERMS:
            whole = [t if t.rank else td.mul(t, fn.constant(1, *a.shape)) for t in terms]
            parts = (td.node(e, (*e.args[:n], t, *e.args[n + 1 :])) for t in whole)
            return td.plus(*map(term_by_term, parts))
    return e


def distributed(e: Expr) -> Expr:
    """A sum of monomials: every factor that is a sum is spread over the others."""
    done: list[Expr] = []
    waiting = deque(td.summands(e))
    while waiting:
        term = waiting.popleft()
        m = mo.split(term)
        found = next((f for f, x in (*m.scalars, *m.arrays) if x == 1 and is_sum(f)), None)
        if found is None:
            done.append(term)
            continue
        if len(waiting) + len(done) > TERMS:
            return e
        rest = mo.Monomial(m.coefficient, without(m.scalars, found), without(m.arrays, found))
        front = mo.join(rest, e.shape if rest.arrays else ())
        waiting.extendleft(reversed([td.mul(front, s) for s in td.summands(found)]))
    return td.plus(*done) if done and all(d.shape in ((), e.shape) for d in done) else e


def is_sum(e: Expr) -> bool:
    return e.op in (ADD, SUBTRACT) and td.broadcast_free(e)


def without(factors: tuple[tuple[Expr, Fraction], ...], e: Expr) -> tuple[tuple[Expr, Fraction], ...]:
    return tuple((f, x) for f, x in factors if f is not e)


def shortest(*forms: Expr) -> Expr:
    """The form with the fewest nodes, of equals one without error signals, the first."""
    return min(forms, key=lambda e: (weight(e), any(s.own.cotangent for s in symbols(e))))


def factored(e: Expr) -> Expr:
    """Factors that terms of a sum carry, once: u ⊙ v - u ⊙ w = u ⊙ (v - w), A B - A C = A (B - C)."""
    m = mo.split(e)
    if e.op is MULTIPLY and len(m.arrays) == 1 and m.arrays[0][1] == 1 and is_sum(m.arrays[0][0]):
        return td.mul(mo.join(replace(m, arrays=()), ()), factored(m.arrays[0][0]))  # 1/n (u - v)
    e = gathered(e, sq.first, lambda a, rest: td.mm(a, rest))
    e = gathered(e, behind, lambda a, rest: td.mm(rest, a))
    terms = [mo.split(t) for t in td.summands(e)] if is_sum(e) else []
    if not e.rank or len(terms) < 2:
        return e
    common = [f for f in terms[0].arrays if all(f in m.arrays for m in terms)]
    if not common or any(len(m.arrays) == len(common) for m in terms):
        return e
    rest = [replace(m, arrays=tuple(f for f in m.arrays if f not in common)) for m in terms]
    inner = td.plus(*(mo.join(m, e.shape) for m in rest))
    front = mo.join(mo.Monomial(Fraction(1), (), tuple(common)), e.shape)
    first = terms[0].arrays[0] in common or all(f.op in LEAVES for f, _ in common)
    return td.mul(*((front, inner) if first else (inner, front)))


def behind(p: Expr) -> tuple[Expr, Expr | None]:
    """The last factor of a product, and what stands before it."""
    rest, factor = sq.last(p)
    return factor, rest


def gathered(e: Expr, end: Ends, product: Callable[[Expr, Expr], Expr]) -> Expr:
    """The terms of a sum that are products with one factor at an end, as one product with a sum."""
    terms = td.summands(e) if is_sum(e) and e.rank else []
    found: dict[tuple[Expr, bool], list[Expr]] = {}  # by the factor, or a term that is taken as it is
    for t in terms:
        m = mo.split(t)
        factor, rest = end(m.arrays[0][0]) if mo.lone(m, MATMUL) else (t, None)
        if rest is not None and factor.rank == 2:
            scalar = mo.join(replace(m, arrays=()), ())
            found.setdefault((factor, True), []).append(td.mul(scalar, rest))
        else:
            found.setdefault((t, False), []).append(t)  # the same term may stand twice
    if len(found) == len(terms):
        return e
    each = (product(a, factored(td.plus(*rests))) if split else td.plus(*rests)
            for (a, split), rests in found.items())  # fmt: skip
    return td.plus(*each)
