"""Values that add to 1, and functions that a constant added along the last axis leaves, or only moves."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, reduce

from symbackprop.entries import Elem
from symbackprop.entries.op import Op, placed
from symbackprop.graph import functions as fn
from symbackprop.graph.expr import Expr, apply, const
from symbackprop.matrices.monomials import Monomial, is_ones, join, signed_terms, split
from symbackprop.matrices.tidy.constructors import mul, plus
from symbackprop.sizes import ONE, count, size
from symbackprop.vocabulary.kinds import (
    ADD, LOG_SOFTMAX, LOGSUMEXP, ONEHOT, OUTER, SOFTMAX, SUBTRACT,
)  # fmt: skip


@cache
def normalises(op: Op) -> bool:
    """Whether the definition of an op ends in y_i = w_i / s with s = Σ_k w_k: its entries add to 1."""
    if not op.variants or op.scalar or len(op.variants[0].equations) < 2:
        return False
    rows = [(size(3),) * len(p.core) or (size(3),) for p in op.variants[0].arguments]
    known = {str(d.tensor): d for d in placed(op, tuple(rows), op.defaults).definitions}
    terms = placed(op, tuple(rows), op.defaults).result.right.terms
    factors = terms[0].factors if len(terms) == 1 and terms[0].coefficient == 1 else ()
    if [x for _, x in factors] != [1, -1] or terms[0].bound:
        return False
    over, under = (a for a, _ in factors)
    if not (isinstance(over, Elem) and isinstance(under, Elem) and str(under.tensor) in known):
        return False
    parts = known[str(under.tensor)].right.terms
    whole = [(a.tensor, len(a.at), x) for t in parts for a, x in t.factors if isinstance(a, Elem)]
    bound = sum(len(t.bound) for t in parts)
    return len(parts) == 1 and bound == 1 and whole == [(over.tensor, 1, 1)] and len(over.at) == 1


def adds_to_one(e: Expr) -> bool:
    """Whether the entries along the last axis add to 1: declared so, one-hot, or normalised by definition."""
    s = e.symbol
    if s is None:
        return e.op is ONEHOT or normalises(e.op)
    made = s.definition
    return s.facts.summing or (made is not None and made.op is not ONEHOT and adds_to_one(made))


def one(e: Expr) -> Expr | None:
    """The sum along the last axis of what adds to 1 there."""
    return fn.constant(1, *e.shape[:-1]) if e.rank and adds_to_one(e) else None


def ones_counted(e: Expr) -> Expr | None:
    """The sum over all entries of rows that add to 1 each: how many rows there are."""
    return const(count(e.shape[:-1])) if e.rank and adds_to_one(e) else None


def levelled(e: Expr) -> bool:
    """Whether a term is the same all along the last axis of what it is added to."""
    return all(
        is_ones(a) or (a.op is OUTER and is_ones(a.args[1])) or (a.rank > 1 and a.shape[-1] == ONE)
        for a, _ in split(e).arrays
    )


def apart(e: Expr) -> tuple[Expr, Expr] | None:
    """(x, c) of x + c with c constant along the last axis, x in the shape of the sum; None without a c."""
    terms = signed_terms(e) if e.rank and e.shape[-1] != ONE else []
    kept, gone = ([(s, t) for s, t in terms if levelled(t) == level] for level in (False, True))
    if not gone or e.shape not in [t.shape for _, t in kept]:
        return None
    return added(kept), added([(s, only_entry(t) if e.rank == 1 else t) for s, t in gone])


def added(terms: Sequence[tuple[int, Expr]]) -> Expr:
    """The sum of signed terms."""
    (sign, first), *more = terms
    begun = mul(const(sign), first)
    return reduce(lambda e, t: apply(ADD if t[0] > 0 else SUBTRACT, e, t[1]), more, begun)


def only_entry(e: Expr) -> Expr:
    """c of c 1."""
    m = split(e)
    return join(Monomial(m.coefficient, m.scalars, ()), ())


def shifted_softmax(x: Expr) -> Expr:
    """softmax(x + c 1) = softmax(x)."""
    found = apart(x)
    return apply(SOFTMAX, found[0] if found else x)


def shifted_log_softmax(x: Expr) -> Expr:
    """log_softmax(x + c 1) = log_softmax(x)."""
    found = apart(x)
    return apply(LOG_SOFTMAX, found[0] if found else x)


def shifted_logsumexp(x: Expr) -> Expr:
    """logsumexp(x + c 1) = logsumexp(x) + c, for a vector."""
    found = apart(x) if x.rank == 1 else None
    return plus(apply(LOGSUMEXP, found[0]), found[1]) if found else apply(LOGSUMEXP, x)
