"""Common factors of entries in front of a bracket: Σ_k x_k u_k - Σ_k x_k v_k = Σ_k x_k (u_k - v_k)."""

from __future__ import annotations

from fractions import Fraction

from symbackprop import entries as en
from symbackprop.entries import Delta, Entries, Factor, Group, Index, Term


def gathered(e: Entries) -> Entries:
    """Terms that differ in what depends on one index at most, as one term with a bracket."""
    out: list[Term] = []
    for new in e.terms:
        for n, old in enumerate(out):
            both = joined(old, new)
            if both:
                out[n] = both
                break
        else:
            out.append(new)
    return Entries(tuple(t for t in out if t.coefficient))


def joined(old: Term, new: Term) -> Term | None:
    """The sum of two terms as one, where their differences stand in a bracket over one index."""
    new = renamed(new, old.bound)
    if old.bound != new.bound:
        return None
    shared = tuple(f for f in old.factors if f in new.factors)
    rest = [without(t, shared) for t in (old, new)]
    over = {i for t in rest for atom, _ in t.factors for i in en.atom_indices(atom)}
    if not shared or len(over) > 1 or any(isinstance(a, Delta) for t in rest for a, _ in t.factors):
        return None
    opened = [x for t in rest for x in bodies(t)]
    body = en.gather(opened)
    factors = (*shared, (Group(body), Fraction(1)))
    return Term(Fraction(bool(body.terms)), factors, old.bound)


def renamed(t: Term, bound: tuple[Index, ...]) -> Term:
    """A term under the bound letters of another, where their sizes say which is which."""
    sizes = [i.size for i in bound]
    if len(t.bound) != len(bound) or len(set(sizes)) < len(sizes) or set(sizes) != {i.size for i in t.bound}:
        return t
    own = {i.size: i for i in t.bound}
    apart = en.rebind(t, avoid={i.name for i in bound})
    apart_by = {i.size: i for i in apart.bound} or own
    moved = en.rename_bound(apart, {apart_by[i.size]: en.position(i) for i in bound})
    return Term(moved.coefficient, moved.factors, bound)


def without(t: Term, shared: tuple[Factor, ...]) -> Term:
    """A term without some of its factors; the bound letters belong to those."""
    return Term(t.coefficient, tuple(f for f in t.factors if f not in shared))


def bodies(t: Term) -> tuple[Term, ...]:
    """The terms of a bracket that stands alone, else the term itself."""
    if len(t.factors) == 1 and t.coefficient == 1:
        ((atom, x),) = t.factors
        if isinstance(atom, Group) and x == 1:
            return atom.body.terms
    return (t,)
