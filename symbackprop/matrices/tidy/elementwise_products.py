"""Elementwise products and powers: scalars in front, exponents added, entries that unit vectors leave."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import partial, reduce
from math import isqrt

from symbackprop.graph import functions as fn
from symbackprop.graph.expr import NUMBER, Expr, apply, const, with_args
from symbackprop.matrices.tidy import function_identities as identities, product_folding as folds
from symbackprop.matrices.monomials import Monomial, is_ones, join, raised, split
from symbackprop.matrices.tidy.constructors import diag, mm, mul, power
from symbackprop.vocabulary.kinds import (
    DIAG, MATMUL, MULTIPLY, ONEHOT, OUTER, PICK, POWER, SLICE, SQRT, UNIT,
)  # fmt: skip


def product(*factors: Expr) -> Expr:
    """The product, elementwise for arrays of one shape, scalars in front."""
    shape = max((f.shape for f in factors), key=len, default=())
    if any(f.shape not in ((), shape) for f in factors):
        return reduce(partial(apply, MULTIPLY), factors)
    coefficient, scalars, arrays = Fraction(1), {}, {}
    for f in factors:
        m = split(f)
        coefficient *= m.coefficient
        for pool, found in ((scalars, m.scalars), (arrays, m.arrays)):
            for a, x in found:
                pool[a] = pool.get(a, Fraction(0)) + x
    again = folds.softmax(scalars, arrays)
    coefficient *= folds.roots(scalars)
    identities.squared_norms(scalars)
    for pool in (scalars, arrays):
        identities.quotients(pool)
        identities.chances(pool)
        folds.sign(pool)
        folds.logistic(pool)
        folds.rectified(pool)
    pick_rows(arrays)
    picked = pick_onehot(arrays) or pick_dyad(arrays)
    for s in picked:
        scalars[s] = scalars.get(s, Fraction(0)) + 1
    kept = tuple((a, x) for a, x in arrays.items() if x)
    if shape and not kept:
        kept = ((fn.constant(1, *shape), Fraction(1)),)
    scalar_factors = tuple((s, x) for s, x in scalars.items() if x)
    opened = [s for s, x in scalar_factors if s.op is NUMBER and x.denominator == 1]
    assert not opened, "numbers belong into the coefficient"
    made = join(Monomial(coefficient, scalar_factors, kept), shape)
    return mul(made, *again) if again else made


def pick_onehot(arrays: folds.Powers) -> list[Expr]:
    """z ⊙ e_y = z_y e_y for vectors: the entries the unit vector leaves, removed from `arrays`."""
    units = [a for a in arrays if a.op in (ONEHOT, UNIT) and a.rank == 1]
    if not units or len(arrays) == 1:
        return []
    unit, out = units[0], []
    for a in [a for a in arrays if a is not unit]:
        entry = entry_at(a, unit)
        out.append(raised(entry, arrays.pop(a)))
    arrays[unit] = Fraction(1)
    return out


def pick_dyad(arrays: folds.Powers) -> list[Expr]:
    """Z ⊙ e_i e_jᵀ = Z_ij e_i e_jᵀ: the entry the unit vectors leave, removed from `arrays`."""
    dyads = [a for a, x in arrays.items() if x == 1 and a.op is OUTER and all(v.op is UNIT for v in a.args)]
    if not dyads or len(arrays) == 1:
        return []
    at = tuple((v.attribute("position"),) for v in dyads[0].args)
    others = [a for a in arrays if a is not dyads[0]]
    powers = [(a, arrays.pop(a)) for a in others]
    return [raised(apply(SLICE, a, ranges=at), x) for a, x in powers if not is_ones(a)]


def pick_rows(arrays: folds.Powers) -> None:
    """Z ⊙ E_Y = diag(z_Y) E_Y, row by row: the entries the unit vectors leave, in front of them."""
    found = [(a, s) for a, x in arrays.items() if x == 1 and (s := scaled_units(a))]
    if not found or len(arrays) == 1:
        return
    whole, (front, units) = found[0]
    others = [raised(entry_at(a, units), x) for a, x in arrays.items() if a is not whole]
    made = mm(diag(mul(*front, *others)), units)
    arrays.clear()
    arrays[made] = Fraction(1)


def scaled_units(a: Expr) -> tuple[tuple[Expr, ...], Expr] | None:
    """(v, E_Y) of diag(v) E_Y, or of E_Y alone."""
    if a.op is ONEHOT and a.rank == 2:
        return (), a
    if a.op is MATMUL and a.args[0].op is DIAG and a.rank == 2:
        inner = scaled_units(a.args[1])
        return (a.args[0].args, inner[1]) if inner and not inner[0] else None
    return None


def entry_at(a: Expr, unit: Expr) -> Expr:
    """The entry of a vector that a unit vector names."""
    if unit.op is ONEHOT:
        return picked(a, unit.args[0])
    return apply(SLICE, a, ranges=((unit.attribute("position"),),))


def picked(a: Expr, label: Expr) -> Expr:
    """The labelled entry: of a function of entries the function of that entry, scalars in front."""
    front, bare = scalars_out(a)
    of_entry = bare.op.scalar is not None
    inner = with_args(bare, (picked(bare.args[0], label),)) if of_entry else apply(PICK, bare, label)
    return in_front([front], inner)


def scalars_out(e: Expr) -> tuple[Monomial, Expr]:
    """The scalar part (as a monomial without arrays) and the bare array."""
    m = split(e)
    bare = join(Monomial(Fraction(1), (), m.arrays), e.shape)
    return Monomial(m.coefficient, m.scalars, ()), bare


def in_front(parts: Iterable[Monomial], core: Expr) -> Expr:
    scalars = [join(p, ()) for p in parts if p.scalars or p.coefficient != 1]
    return mul(*scalars, core) if scalars else core


def raised_to(e: Expr, x: Fraction) -> Expr:
    m = split(e)
    inner = not m.arrays and x.denominator != 1
    if inner or (x.denominator != 1 and m.coefficient < 0):
        return apply(POWER, e, p=x)
    root = m.coefficient**x if x.denominator == 1 else None
    if root is None:
        if m.coefficient != 1 or any(k.denominator != 1 or abs(k) != 1 for _, k in m.scalars + m.arrays):
            return apply(POWER, e, p=x)
        root = Fraction(1)
    raised = [{f: k * x for f, k in pool} for pool in (m.scalars, m.arrays)]
    for pool in raised:
        folds.logistic(pool)
    root = Fraction(root) * folds.roots(raised[0])
    kept = (tuple((f, k) for f, k in pool.items() if k) for pool in raised)
    return join(Monomial(root, *kept), e.shape)


def rooted(e: Expr) -> Expr:
    """√4 is 2."""
    x = e.number
    if x is None or x < 0:
        return apply(SQRT, e)
    root = Fraction(isqrt(x.numerator), isqrt(x.denominator))
    return const(root) if root**2 == x else apply(SQRT, e)


def quotient(a: Expr, b: Expr) -> Expr:
    return mul(a, power(b, Fraction(-1)))
