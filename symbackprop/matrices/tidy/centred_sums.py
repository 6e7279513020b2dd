"""Sums that are 0 because a sum is linear: Σ (x - mean x) = Σ x - n mean x, also along one axis."""

from __future__ import annotations

from functools import lru_cache

from symbackprop.graph import functions as fn
from symbackprop.graph.expr import Expr, const, substitute, symbols, weight
from symbackprop.matrices.monomials import is_ones, is_zero, signed_terms
from symbackprop.matrices.tidy.constructors import mul, plus, rows, total, tr
from symbackprop.matrices.tidy.like_terms import scaled
from symbackprop.matrices.up_to_names import UNFOLDED
from symbackprop.sizes import Shape
from symbackprop.vocabulary.kinds import TRANSPOSE

TERMS = 6  # of a sum that is taken apart
HEAVY = 80  # names are looked through while the expression stays light


@lru_cache(maxsize=20_000)
def vanishes(e: Expr, *axes: int) -> bool:
    """Whether the sum over some axes of a vector or a matrix is 0 for every value of what stands in it."""
    if not 0 < e.rank <= 2:
        return False
    if e.op is TRANSPOSE:
        return vanishes(e.args[0], *sorted((1 - axis for axis in axes), reverse=True))
    for _ in range(UNFOLDED):
        terms = signed_terms(e)
        if 1 < len(terms) <= TERMS and is_zero(plus(*(added_up(s, t, e.shape, axes) for s, t in terms))):
            return True
        made = {s: s.symbol.definition for s in symbols(e) if s.symbol and s.symbol.definition}
        if not made or weight(e) > HEAVY:
            return False
        e = substitute(e, made)
    return False


def added_up(sign: int, t: Expr, shape: Shape, axes: tuple[int, ...]) -> Expr:
    """The sum of a term that is spread over a shape, over axes from the last one on."""
    for axis in axes:
        t = along(t, shape, axis)
        shape = shape[:axis] + shape[axis + 1 :]
    return scaled(sign, t)


def along(t: Expr, shape: Shape, axis: int) -> Expr:
    """The sum of a term that is spread over a shape, along one axis."""
    own = t.rank - len(shape) + axis
    rest = shape[:axis] + shape[axis + 1 :]
    repeated = own < 0 or t.shape[own] != shape[axis]
    if own >= 0:
        t = total(t) if t.rank == 1 else rows(t if own else tr(t))
    made = mul(const(shape[axis]), t) if repeated else t
    if made.shape == rest:
        return made
    return mul(total(made) if made.rank else made, fn.constant(1, *map(const, rest)))


def of_centred(a: Expr, b: Expr) -> Expr | None:
    """1 1ᵀ B and A 1 1ᵀ, where the sums along the axis that meets the ones are 0."""
    gone = (is_ones(a) and b.rank == 2 and vanishes(b, 0)) or (is_ones(b) and vanishes(a, a.rank - 1))
    return fn.constant(0, *map(const, (*a.shape[:-1], *b.shape[1:]))) if gone else None
