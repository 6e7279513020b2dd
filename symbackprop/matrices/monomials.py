"""A product as coefficient · scalar powers · elementwise powers: what like terms and factors are known by."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial, reduce

from symbackprop.entries.op import Op
from symbackprop.graph import functions as fn
from symbackprop.graph.expr import NUMBER, SIZE, Expr, apply, const
from symbackprop.sizes import Size
from symbackprop.vocabulary.kinds import (
    ADD, CONSTANT, DIVIDE, MEAN, MEAN_LAST, MULTIPLY, NEGATIVE, POWER, SUBTRACT, SUM,
    SUM_LAST, TRANSPOSE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Monomial:
    """coefficient · Π scalars^x · Π⊙ arrays^x; no arrays means a scalar."""

    coefficient: Fraction
    scalars: tuple[tuple[Expr, Fraction], ...]
    arrays: tuple[tuple[Expr, Fraction], ...]


MEANS = {MEAN: SUM, MEAN_LAST: SUM_LAST}  # a mean is its sum by the number of entries


@lru_cache(maxsize=20_000)
def split(e: Expr) -> Monomial:
    """An expression as a monomial, looking through products, quotients, powers, signs, means."""
    coefficient, scalars, arrays = Fraction(1), {}, {}
    stack: list[tuple[Expr, Fraction]] = [(e, Fraction(1))]
    while stack:
        node, x = stack.pop()
        full = all(a.rank in (0, node.rank) for a in node.args)
        same = full and all(a.shape in ((), node.shape) for a in node.args)
        if node.op is NUMBER:
            value = node.number
            assert value is not None
            if x.denominator == 1 and (value or x > 0):
                coefficient *= value ** int(x)
            else:
                scalars[node] = scalars.get(node, Fraction(0)) + x
        elif node.op is CONSTANT and (node.attribute("value") or x > 0) and x.denominator == 1:
            coefficient *= Fraction(str(node.attribute("value"))) ** int(x)
        elif node.op is NEGATIVE and x.denominator == 1:
            coefficient *= Fraction(-1) ** int(x)
            stack.append((node.args[0], x))
        elif node.op is MULTIPLY and same and x.denominator == 1:
            stack += [(node.args[1], x), (node.args[0], x)]
        elif node.op is DIVIDE and same and x.denominator == 1:
            stack += [(node.args[1], -x), (node.args[0], x)]
        elif node.op is POWER and x.denominator == 1:
            stack.append((node.args[0], x * exponent(node)))
        elif node.op in MEANS and x.denominator == 1:
            (of,) = node.args
            stack.append((apply(SUM if of.rank == 1 else MEANS[node.op], of), x))  # a vector has one axis
            stack += [(const(n), -x) for n in of.shape[node.rank :]]
        else:
            pool = scalars if node.rank == 0 else arrays
            pool[node] = pool.get(node, Fraction(0)) + x
    kept = tuple((a, x) for a, x in arrays.items() if x)
    if e.rank and not kept:
        kept = ((fn.constant(1, *e.shape), Fraction(1)),)
    return Monomial(coefficient, tuple((s, x) for s, x in scalars.items() if x), kept)


def exponent(node: Expr) -> Fraction:
    return Fraction(str(node.attribute("p")))


def join(m: Monomial, shape: tuple[Size, ...]) -> Expr:
    """The expression of a monomial: number, sizes, other scalars, arrays."""
    if not m.coefficient:
        return fn.constant(0, *shape)
    arrays = [(a, x) for a, x in m.arrays if not is_ones(a)]
    if m.arrays and not arrays:
        arrays = [(m.arrays[0][0], Fraction(1))]
    scalars = sorted(m.scalars, key=lambda f: place_of_scalar(f[0]))
    parts = [raised(s, x) for s, x in scalars]
    array = product([raised(a, x) for a, x in arrays])
    if m.coefficient != 1 or not (parts or array):
        parts.insert(0, const(m.coefficient))
    scalar = product(parts)
    if scalar is None or array is None:
        found = scalar or array
        assert found is not None
        return found
    return apply(MULTIPLY, scalar, array)


def place_of_scalar(s: Expr) -> int:
    """Sizes, then symbols and functions, then sums."""
    return 0 if s.op is SIZE else 2 if s.op in (ADD, SUBTRACT) else 1


def product(factors: Sequence[Expr]) -> Expr | None:
    return reduce(partial(apply, MULTIPLY), factors) if factors else None


def raised(e: Expr, x: Fraction) -> Expr:
    return e if x == 1 else apply(POWER, e, p=x)


def is_ones(e: Expr) -> bool:
    return e.op is CONSTANT and e.attribute("value") == 1


def is_one(e: Expr) -> bool:
    return e.number == 1 or is_ones(e)


def is_zero(e: Expr) -> bool:
    return e.number == 0 or (e.op is CONSTANT and e.attribute("value") == 0)


# --- the terms of a sum ------------------------------------------------------------------------------


SIGNED = frozenset({ADD, SUBTRACT, NEGATIVE})


def signed_terms(e: Expr, opened: frozenset[Op] = SIGNED) -> list[tuple[int, Expr]]:
    """Signed terms of a nested sum, left to right, whatever their shapes."""
    out, stack = list[tuple[int, Expr]](), [(1, e)]
    while stack:
        sign, node = stack.pop()
        if node.op not in opened:
            out.append((sign, node))
            continue
        *before, last = node.args
        stack.append((sign if node.op is ADD else -sign, last))
        stack += [(sign, a) for a in before]
    return out


def plain_first(terms: list[tuple[Fraction, Monomial]]) -> list[tuple[Fraction, Monomial]]:
    """A + Aᵀ, not Aᵀ + A."""
    out = list(terms)
    for n, (c, m) in enumerate(terms):
        if not lone(m, TRANSPOSE):
            continue
        plain = m.arrays[0][0].args[0]
        for k in range(n + 1, len(out)):
            d, other = out[k]
            if c == d and other.scalars == m.scalars and other.arrays == ((plain, Fraction(1)),):
                out[n], out[k] = out[k], out[n]
                break
    return out


def lone(m: Monomial, kind: Op) -> bool:
    """Whether the only array, to the power 1, is of a kind."""
    return len(m.arrays) == 1 and m.arrays[0][1] == 1 and m.arrays[0][0].op is kind


def by_scalars(terms: list[tuple[Fraction, Monomial]]) -> list[list[tuple[Fraction, Monomial]]]:
    """The terms of a sum of arrays that carry the same symbolic scalar, together."""
    found: dict[Hashable, list[tuple[Fraction, Monomial]]] = {}
    for n, (c, m) in enumerate(terms):
        shared = bool(m.scalars and m.arrays)
        key = (frozenset(m.scalars), abs(c)) if shared else n
        found.setdefault(key, []).append((c, m))
    return list(found.values())
