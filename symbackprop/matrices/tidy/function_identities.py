"""What functions of one argument say together: sinh/cosh, σ(x) and σ(-x), exp and log, xᵀ x and ‖x‖."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symbackprop.entries.op import Op
from symbackprop.graph import functions as fn
from symbackprop.graph.expr import Expr, apply, const
from symbackprop.matrices.monomials import Monomial, is_one, join, split
from symbackprop.matrices.tidy.constructors import power
from symbackprop.matrices.tidy.product_folding import Powers, exponential_beside_one
from symbackprop.sizes import Shape
from symbackprop.vocabulary.kinds import COS, COSH, EXP, LOG, MATMUL, NORM, SIGMOID, SIN, SINH, TAN, TANH

Total = dict[tuple[object, object], tuple[Fraction, Monomial]]  # terms by what is alike, their coefficients
QUOTIENTS: tuple[tuple[Op, Op, Op], ...] = ((SINH, COSH, TANH), (SIN, COS, TAN))


def opposite(v: Expr) -> Expr:
    m = split(v)
    return join(replace(m, coefficient=-m.coefficient), v.shape)


def exponential(a: Expr) -> Expr:
    """exp(k log a) = a^k for a number k, and exp(log a) = a."""
    m = split(a)
    pool = m.arrays or m.scalars
    alone = len(pool) == 1 and pool[0][1] == 1 and not (m.arrays and m.scalars)
    if alone and pool[0][0].op is LOG:
        return power(pool[0][0].args[0], m.coefficient)
    return apply(EXP, a)


def logarithm(a: Expr) -> Expr:
    """log exp a = a."""
    return a.args[0] if a.op is EXP else apply(LOG, a)


# --- in a product --------------------------------------------------------------------------------


def quotients(pool: Powers) -> None:
    """sinh(x)/cosh(x) is tanh(x), sin(x)/cos(x) is tan(x), and the other way round."""
    for over, under, made in QUOTIENTS:
        for a in [a for a in pool if a.op is over]:
            below = apply(under, a.args[0])
            x, y = pool[a], pool.get(below, Fraction(0))
            if x * y < 0:
                times = min(abs(x), abs(y)) * (1 if x > 0 else -1)
                whole = apply(made, a.args[0])
                for e, by in ((a, -times), (below, times), (whole, times)):
                    pool[e] = pool.get(e, Fraction(0)) + by


def squared_norms(scalars: Powers) -> None:
    """xᵀ x is ‖x‖², where ‖x‖ stands in the product too."""
    for e in [e for e in scalars if e.op is MATMUL and e.args[0] is e.args[1] and e.args[0].rank == 1]:
        size_of = apply(NORM, e.args[0])
        if scalars.get(size_of):
            scalars[size_of] += 2 * scalars.pop(e)


def chances(pool: Powers) -> None:
    """(1 + exp(-x)) σ(x) is 1, and σ(x) σ(-x) is σ(x) (1 - σ(x))."""
    for a in [a for a, x in pool.items() if x > 0]:
        e = exponential_beside_one(a)
        s = apply(SIGMOID, opposite(e.args[0])) if e is not None else a
        if s is not a and pool.get(s, Fraction(0)) > 0:
            both = min(pool[a], pool[s])
            pool[a] -= both
            pool[s] -= both
    for s in [s for s, x in pool.items() if s.op is SIGMOID and x > 0]:
        other = apply(SIGMOID, opposite(s.args[0]))
        if split(s.args[0]).coefficient < 0 and pool.get(other, Fraction(0)) > 0:
            rest = const(1) - other
            pool[rest] = pool.get(rest, Fraction(0)) + pool.pop(s)


# --- in a sum ------------------------------------------------------------------------------------


def complements(total: Total, shape: Shape) -> None:
    """σ(x) + σ(-x) is 1, and 1 - σ(-x) is σ(x): in the place of the terms."""
    for key, (c, m) in list(total.items()):
        if not c or (s := lone_chance(m)) is None:
            continue
        other = split(apply(SIGMOID, opposite(s.args[0])))
        there = (frozenset(other.scalars), frozenset(other.arrays))
        ones = next((k for k, (k_c, o) in total.items() if k_c == -c and is_one(join(o, shape))), None)
        if total.get(there, (Fraction(0), other))[0] == c and there != key:
            whole = split(fn.constant(1, *s.shape) if s.rank else const(1))
            at = (frozenset(whole.scalars), frozenset(whole.arrays))
            del total[key], total[there]
            total[at] = (total.get(at, (Fraction(0), whole))[0] + c, whole)
        elif ones is not None and split(s.args[0]).coefficient < 0:
            del total[key], total[ones]
            total[there] = (total.get(there, (Fraction(0), other))[0] - c, other)


def lone_chance(m: Monomial) -> Expr | None:
    """σ(v) of a term that is nothing but it, by a number."""
    pool = m.arrays or m.scalars
    alone = len(pool) == 1 and pool[0][1] == 1 and not (m.arrays and m.scalars)
    return pool[0][0] if alone and pool[0][0].op is SIGMOID else None
