"""det(A) A⁻¹ as the adjugate of A, which is finite where A has no inverse."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache, partial, reduce
from itertools import chain
from typing import TypeAlias

from symbackprop.entries.entry_equations import Instance
from symbackprop.entries.op import Op, degrees
from symbackprop.graph.expr import NUMBER, Expr, apply, rebuild, with_args
from symbackprop.graph.graph import Graph
from symbackprop.matrices.square_products import factors as matrices
from symbackprop.sizes import Shape
from symbackprop.vocabulary.kinds import ADD, DET, INVERSE, MATMUL, MULTIPLY, POWER, SOLVE, SUBTRACT


def _square(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
    return Instance((("a", ()),), (), shapes[0], primitive="adjugate")


Named: TypeAlias = tuple[tuple[Expr, Expr], ...]  # a node, and the determinant it is defined as
ADJUGATE = Op("adjugate", build=_square)
LINEAR = frozenset({1})  # once in every term


def named_determinants(g: Graph) -> Named:
    """The nodes of a graph that are determinants."""
    return tuple(
        (g.symbol[n], e)
        for n, e in g.definition.items()
        if e.op is DET and n not in g.initial and n not in g.times
    )


@lru_cache(maxsize=4096)
def without_inverse(root: Expr, named: Named) -> Expr:
    """The same values, every det(A) that multiplies an A⁻¹ joined with it."""
    made = dict(named)

    def change(e: Expr, args: tuple[Expr, ...]) -> Expr:
        new = e if args == e.args else with_args(e, args)
        return joined(new, made) if new.op is MULTIPLY else new

    return rebuild(root, change)


def joined(e: Expr, made: Mapping[Expr, Expr]) -> Expr:
    """One product with a determinant among its factors."""
    each = factors(e)
    for k, s in enumerate(each):
        for a, left in determinants(s, made):
            for n, x in enumerate(each):
                held = adjoined(x, a) if n != k else None
                if held is not None:
                    rest = [f for m, f in enumerate(each) if m not in (k, n)]
                    return reduce(partial(apply, MULTIPLY), [*rest, *left, held])
    return e


def factors(e: Expr) -> list[Expr]:
    """The factors of nested products."""
    return [*chain(*map(factors, e.args))] if e.op is MULTIPLY else [e]


def determinants(s: Expr, made: Mapping[Expr, Expr]) -> list[tuple[Expr, list[Expr]]]:
    """Each A whose determinant divides a scalar, and what is left; a named node is what it is defined as."""
    if s.op is POWER:
        p = Fraction(str(s.attribute("p")))
        fewer = [apply(s.op, s.args[0], p=p - 1)]
        whole = p.denominator == 1 and p > 1
        return [(a, left + fewer) for a, left in determinants(s.args[0], made)] if whole else []
    whole = made.get(s, s)
    if whole.op is not DET:
        return []
    (matrix,) = whole.args
    each = matrices(matrix)
    if len(each) == 1 or any(a.shape != matrix.shape for a in each):
        return [(matrix, [])]
    dets = [apply(whole.op, a) for a in each]
    return [(matrix, []), *((a, dets[:k] + dets[k + 1 :]) for k, a in enumerate(each))]


@lru_cache(maxsize=4096)
def adjoined(e: Expr, a: Expr) -> Expr | None:
    """det(a) e, where e is linear in a⁻¹; None where it is not seen to be."""
    if e.op is INVERSE and e.args[0] is a:
        return apply(ADJUGATE, a)
    if e.op is SOLVE and e.args[0] is a:
        return apply(MATMUL, apply(ADJUGATE, a), e.args[1])
    if e.op in (ADD, SUBTRACT):
        both = [adjoined(x, a) for x in e.args]
        kept = tuple(x for x in both if x is not None)
        return with_args(e, kept) if len(kept) == len(both) else None
    shapes = tuple(x.shape for x in e.args)
    for k, x in enumerate(e.args if e.op.variants or e.op.build else ()):
        linear = x.op is not NUMBER and degrees(e.op, shapes, e.attributes, k) == LINEAR
        held = adjoined(x, a) if linear else None
        if held is not None:
            return with_args(e, (*e.args[:k], held, *e.args[k + 1 :]))
    return None
