"""A derivative of a matrix by a matrix as one matrix: ∂vec(Y)/∂vec(X) as a sum of Kronecker products.

vec stands columns below one another, so entries f(i, p) g(j, q) of ∂Y_ij/∂X_pq are G ⊗ F.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

from symbackprop import tidy as td
from symbackprop.calculus import LocalStep
from symbackprop.entries import Entries, Factor, Index, Term, atom_indices
from symbackprop.expr import Expr, apply, const
from symbackprop.raising import Tensors, raise_entries
from symbackprop.vocabulary import OPS

Pair: TypeAlias = tuple[
    Expr, Expr, Expr
]  # a number, the matrix over the rows, that over the columns
Group: TypeAlias = tuple[set[Index], list[Factor]]  # factors and every index in them


def kronecker(step: LocalStep, tensors: Tensors) -> Expr | None:
    """Σ G ⊗ F, where every term is a product of one matrix over the rows and one over the columns."""
    if len(step.at) != 2 or len(step.by) != 2:
        return None
    rows, columns = ((a, b) for a, b in zip(step.at, step.by, strict=True))
    found: list[Pair] = []
    for t in step.result.terms:
        parts = separated(t, set(rows), set(columns))
        if parts is None:
            return None
        scalar, left, right = (
            raise_entries(Entries((p,)), out, tensors)
            for p, out in zip(parts, ((), rows, columns), strict=True)
        )
        if scalar is None or left is None or right is None:
            return None
        found.append((scalar, left, right))
    terms = []
    for scalar, left, right in with_common_factors(found):
        (p, f), (q, g) = td.scalars_out(left), td.scalars_out(right)
        terms.append(td.mul(scalar, td.in_front([p, q], apply(OPS["kron"], g, f))))
    return td.plus(*terms) if terms else None


def with_common_factors(pairs: list[Pair]) -> list[Pair]:
    """G ⊗ F + G ⊗ E = G ⊗ (F + E), and the same on the left."""
    out: list[Pair] = []
    for scalar, left, right in pairs:
        for n, (number, f, g) in enumerate(out):
            if g is right:
                whole = td.plus(td.mul(number, f), td.mul(scalar, left))
                out[n] = (const(1), whole, g)
                break
            if f is left:
                out[n] = (const(1), f, td.plus(td.mul(number, g), td.mul(scalar, right)))
                break
        else:
            out.append((scalar, left, right))
    return out


def separated(t: Term, rows: set[Index], columns: set[Index]) -> tuple[Term, Term, Term] | None:
    """A term as number and scalars, factors over the rows, factors over the columns."""
    groups: list[Group] = []
    for factor in t.factors:
        own, together = set(atom_indices(factor[0])), [factor]
        for seen, found in list(groups):
            if seen & own or any(seen & side and own & side for side in (rows, columns)):
                groups.remove((seen, found))
                own, together = own | seen, [*found, *together]
        groups.append((own, together))
    if any(seen & rows and seen & columns for seen, _ in groups):
        return None
    left = gathered([g for g in groups if g[0] & rows], t.bound)
    right = gathered([g for g in groups if g[0] & columns], t.bound)
    rest = gathered([g for g in groups if not g[0] & (rows | columns)], t.bound)
    return replace(rest, coefficient=t.coefficient), left, right


def gathered(groups: list[Group], bound: tuple[Index, ...]) -> Term:
    """The factors of some groups as one term with the indices it is summed over."""
    used = {i for seen, _ in groups for i in seen}
    factors = tuple(f for _, each in groups for f in each)
    return Term(Fraction(1), factors, tuple(i for i in bound if i in used))
