"""Sums: like terms collected, common factors in front, A v + Aᵀ v as (A + Aᵀ) v."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from typing import TypeAlias

from symbackprop.graph import functions as fn
from symbackprop.graph.expr import Expr, apply
from symbackprop.matrices import square_products as sq
from symbackprop.matrices.monomials import (
    Monomial, by_scalars, is_zero, join, lone, plain_first, split,
)  # fmt: skip
from symbackprop.matrices.tidy.function_identities import Total, complements
from symbackprop.matrices.tidy.constructors import mm, mul, plus, tr
from symbackprop.sizes import Size
from symbackprop.vocabulary.kinds import ADD, MATMUL, MULTIPLY, NEGATIVE, SUBTRACT


def collected(*terms: Expr) -> Expr:
    """The sum with like terms collected; terms keep the order of their first appearance."""
    shape = max((t.shape for t in terms), key=len)
    each = [x for e in terms for x in summands(e)]
    total = alike(each)
    if (opened := [x for e in each for x in multiplied_out(e)]) != each:
        other = alike(opened)
        if terms_of(other) < sum(len(multiplied_out(join(m, shape))) for c, m in total.values() if c):
            total = other
    complements(total, shape)
    out: Expr | None = None
    found = [(c, m) for c, m in total.values() if c]
    groups = by_scalars(found)
    if len(groups) == 1 and len(found) > 1:
        return with_common(groups[0], shape)
    gathered = [
        (m.coefficient, m) if len(g) > 1 else g[0] for g in groups for m in (split(with_common(g, shape)),)
    ]
    for coefficient, m in plain_first(paired(gathered)):
        if coefficient:
            own = shape if m.arrays else ()
            e = join(Monomial(coefficient, m.scalars, m.arrays), own)
            out = e if out is None else apply(ADD, out, e)
    if out is None:
        return fn.constant(0, *shape)
    return out if out.shape == shape else apply(MULTIPLY, out, fn.constant(1, *shape))


def alike(terms: list[Expr]) -> Total:
    """Terms by what they are but for their coefficients, which are added."""
    total: Total = {}
    for t in terms:
        m = split(t)
        key = (frozenset(m.scalars), frozenset(m.arrays))
        seen = total.get(key, (Fraction(0), m))
        total[key] = (seen[0] + m.coefficient, seen[1])
    return total


def terms_of(total: Total) -> int:
    return sum(1 for c, _ in total.values() if c)


def multiplied_out(e: Expr) -> list[Expr]:
    """2 (x + y) as 2 x and 2 y; any other term as it is."""
    m = split(e)
    pool = m.arrays or m.scalars
    if len(pool) != 1 or (m.arrays and m.scalars) or pool[0][1] != 1:
        return [e]
    inner = pool[0][0]
    opens = inner.op in (ADD, SUBTRACT) and inner.shape == e.shape and broadcast_free(inner)
    return [scaled(m.coefficient, t) for t in summands(inner)] if opens else [e]


def paired(terms: list[tuple[Fraction, Monomial]]) -> list[tuple[Fraction, Monomial]]:
    """A v + Aᵀ v as (A + Aᵀ) v, also with the common factor in front."""
    terms, known, begun = list(terms), dict[Expr, tuple[Ends, Ends]](), 0
    while len(terms) > 1 and (found := first_pair(terms, begun, known)) is not None:
        begun, n, both = found
        c, m = terms.pop(n)
        made = Monomial(c, m.scalars, ((both, Fraction(1)),))
        terms[begun] = (c, made)
        alike = [k for k, (_, o) in enumerate(terms) if (o.scalars, o.arrays) == (made.scalars, made.arrays)]
        if len(alike) > 1:  # (A + Aᵀ) v stood there already
            begun, again = alike
            terms[begun] = (terms[begun][0] + terms.pop(again)[0], made)
    return terms


Ends: TypeAlias = tuple[tuple[str, Expr, Expr], ...]  # a matrix, and the factor on its other side


def first_pair(
    terms: list[tuple[Fraction, Monomial]], begun: int, known: dict[Expr, tuple[Ends, Ends]]
) -> tuple[int, int, Expr] | None:
    """Two terms that are one matrix and its transpose times the same, the later one from `begun` on."""
    seen: dict[Hashable, int] = {}
    for n, (c, m) in enumerate(terms):
        if not lone(m, MATMUL) or not c:
            continue
        e = m.arrays[0][0]
        if e not in known:
            known[e] = ends(e)
        own, turned = known[e]
        near = [seen[key] for end in own if (key := (c, m.scalars, end)) in seen]
        if near and n >= begun:
            both = with_transpose(terms[min(near)][1].arrays[0][0], e)
            if both is not None:
                return min(near), n, both
        for end in turned:
            seen.setdefault((c, m.scalars, end), n)
    return None


def ends(e: Expr) -> tuple[Ends, Ends]:
    """A product taken apart in front and behind, and with the matrix transposed: what its partner has."""
    p, v = in_columns(*sq.last(e))
    w, q = sq.first(e)
    parts = [("last", p, v)] if p is not None else []
    parts += [("first", q, w)] if q is not None and q.rank == 2 else []
    return tuple(parts), tuple((end, tr(a), b) for end, a, b in parts)


def with_transpose(a: Expr, b: Expr) -> Expr | None:
    """The sum of two products, where they are one matrix and its transpose times the same."""
    (p, v), (q, w) = (in_columns(*sq.last(x)) for x in (a, b))
    if p is not None and q is not None and v is w and q is tr(p):
        return mm(plus(p, q), v)
    (v, p), (w, q) = sq.first(a), sq.first(b)
    if p is not None and q is not None and v is w and p.rank == 2 and q is tr(p):
        return mm(v, plus(p, q))
    return None


def in_columns(p: Expr | None, v: Expr) -> tuple[Expr | None, Expr]:
    """v A as Aᵀ v for a vector v."""
    return (tr(v), p) if p is not None and p.rank == 1 and v.rank == 2 else (p, v)


def with_common(terms: list[tuple[Fraction, Monomial]], shape: tuple[Size, ...]) -> Expr:
    """1/n P - 1/n Y = 1/n (P - Y), and -1/n P - 1/n Y = -1/n (P + Y)."""
    (c, first), rest = terms[0], [m for _, m in terms]
    if len(terms) == 1:
        return join(Monomial(c, first.scalars, first.arrays), shape if first.arrays else ())
    front = -abs(c) if all(k < 0 for k, _ in terms) else abs(c)
    bare = (join(Monomial(k / front, (), m.arrays), shape) for (k, _), m in zip(terms, rest, strict=True))
    return mul(join(Monomial(front, first.scalars, ()), ()), plus(*bare))


def summands(e: Expr) -> list[Expr]:
    """The terms of nested sums, differences and signs, left to right."""
    out: list[Expr] = []
    stack = [(e, 1)]
    while stack:
        node, sign = stack.pop()
        if node.op in (ADD, SUBTRACT) and broadcast_free(node):
            second = -sign if node.op is SUBTRACT else sign
            stack += [(node.args[1], second), (node.args[0], sign)]
        elif node.op is NEGATIVE:
            stack.append((node.args[0], -sign))
        elif opened := distributed(node):
            stack += [(e, sign) for e in reversed(opened)]
        elif not is_zero(node):
            out.append(node if sign == 1 else scaled(-1, node))
    return out


def distributed(e: Expr) -> list[Expr]:
    """1/n (P - Y) as its terms, which `by_scalars` puts together again with others that carry 1/n."""
    if e.op is not MULTIPLY or not e.rank:
        return []
    m = split(e)
    if len(m.arrays) != 1 or not m.scalars:
        return []
    ((inner, x),) = m.arrays
    parts = [split(t) for t in summands(inner)] if inner.op is ADD and x == 1 else []
    if len(parts) < 2 or any(abs(p.coefficient) != 1 or p.scalars for p in parts):
        return []  # a sum that broadcasts is one term
    return [join(Monomial(m.coefficient * p.coefficient, m.scalars, p.arrays), e.shape) for p in parts]


def broadcast_free(node: Expr) -> bool:
    """Whether both terms have the shape of the sum, or are scalars."""
    return all(a.shape in ((), node.shape) for a in node.args)


def scaled(by: Fraction | int, e: Expr) -> Expr:
    m = split(e)
    return join(Monomial(m.coefficient * by, m.scalars, m.arrays), e.shape)
