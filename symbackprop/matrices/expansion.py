"""Sums multiplied out, where something may cancel: (1 - y) p - y (1 - p) = p - y; and factored."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from fractions import Fraction

from symbackprop.graph.expr import Expr, topological, weight
from symbackprop.matrices import monomials as mo, tidy as td
from symbackprop.matrices.up_to_names import up_to_names
from symbackprop.vocabulary.kinds import ADD, POWER, SUBTRACT

TERMS = 64  # of a sum that is multiplied out


@up_to_names
def expanded(e: Expr) -> Expr:
    """Scalars and elementwise products multiplied out, (1 - y) p - y (1 - p) = p - y."""
    return td.remade(e, lambda old, args: distributed(td.node(old, args)))


def has_inverse(e: Expr) -> bool:
    """Whether something could cancel when the expression is multiplied out."""
    return any(n.op is POWER and mo.exponent(n) < 0 for n in topological(e))


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
    """The form with the fewest nodes, the first of equals."""
    return min(forms, key=weight)


def factored(e: Expr) -> Expr:
    """Elementwise factors that all terms of a sum carry, once: u ⊙ v - u ⊙ w = u ⊙ (v - w)."""
    terms = [mo.split(t) for t in td.summands(e)] if is_sum(e) else []
    if not e.rank or len(terms) < 2:
        return e
    common = [f for f in terms[0].arrays if all(f in m.arrays for m in terms)]
    if not common or any(len(m.arrays) == len(common) for m in terms):
        return e
    rest = [replace(m, arrays=tuple(f for f in m.arrays if f not in common)) for m in terms]
    inner = td.plus(*(mo.join(m, e.shape) for m in rest))
    front = mo.join(mo.Monomial(Fraction(1), (), tuple(common)), e.shape)
    return td.mul(*((front, inner) if terms[0].arrays[0] in common else (inner, front)))
