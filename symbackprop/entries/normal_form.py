"""The normal form: like terms added, zeros dropped; positions put for indices, bound letters kept apart."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace
from fractions import Fraction

from symbackprop.entries.entry_kinds import (
    Affine, AtMost, Atom, Delta, Elem, Entries, Factor, Index, Position, Substitution, Term,
    position, with_inside,
)  # fmt: skip
from symbackprop.entries.indices import all_names, atom_indices, fresh, position_indices


def gather(terms: Iterable[Term]) -> Entries:
    """A sum in normal form: like terms added, zeros dropped, trivial groups opened."""
    total: dict[Hashable, Term] = {}
    for term in terms:
        term = replace(term, factors=collect_factors(term.factors))
        key = term_key(term)
        if key in total:
            term = replace(total[key], coefficient=total[key].coefficient + term.coefficient)
        total[key] = term
    return Entries(tuple(t for t in total.values() if t.coefficient))


def collect_factors(factors: Iterable[Factor]) -> tuple[Factor, ...]:
    """Powers of equal atoms added; first appearance keeps its place."""
    powers: dict[Atom, Fraction] = {}
    for atom, exponent in factors:
        powers[atom] = powers.get(atom, Fraction(0)) + exponent
    return tuple((a, x) for a, x in powers.items() if x)


def term_key(term: Term) -> Hashable:
    """Equal for terms that differ only in order of factors and letters of bound indices.

    An index that is summed over but stands nowhere counts its entries: Σ_ij a_i is not Σ_i a_i.
    """
    order: dict[Index, Position] = {}
    for atom, _ in sorted(term.factors, key=lambda f: (type(f[0]).__name__, repr(f[1]))):
        for i in atom_indices(atom):
            if i in term.bound and i not in order:
                order[i] = position(Index(f"#{len(order)}", i.size))
    factors = frozenset((at_atom(a, order), x) for a, x in term.factors)
    letters = frozenset((i.name, i.size) for p in order.values() for i in position_indices(p))
    return factors, letters, tuple(sorted(str(b.size) for b in term.bound if b not in order))


def substitute(e: Entries, sub: Substitution) -> Entries:
    """Rename or shift free indices; bound indices step aside where a letter would be captured."""
    if not sub:
        return e
    incoming = {i.name for p in sub.values() for i in position_indices(p)}
    out = []
    for term in e.terms:
        term = rebind(term, avoid=incoming)
        out.append(rename_bound(term, {i: p for i, p in sub.items() if i not in term.bound}))
    return gather(out)


def at_atom(atom: Atom, sub: Substitution) -> Atom:
    match atom:
        case Elem():
            return Elem(atom.tensor, tuple(at_position(p, sub) for p in atom.at))
        case Delta() | AtMost():
            left, right = (at_position(p, sub) for p in (atom.left, atom.right))
            return replace(atom, left=left, right=right)  # type: ignore[arg-type]
    return with_inside(atom, lambda e: substitute(e, sub))


def at_position(p: Position, sub: Substitution) -> Position:
    """Put positions for indices inside a position."""
    if isinstance(p, Elem):
        return Elem(p.tensor, tuple(at_position(q, sub) for q in p.at))
    if p.plain and p.plain in sub:
        return sub[p.plain]
    coefficients: dict[Index, int] = {}
    offset = p.offset
    for i, a in p.terms:
        q = sub.get(i, position(i))
        assert isinstance(q, Affine), "a label cannot be shifted"
        offset = offset + q.offset * a
        for k, b in q.terms:
            coefficients[k] = coefficients.get(k, 0) + a * b
    return Affine(tuple((i, a) for i, a in coefficients.items() if a), offset)


def rebind(term: Term, avoid: set[str], beside: Iterable[str] = ()) -> Term:
    """The term with its bound letters outside `avoid`; new ones are not among those `beside` it either."""
    taken = {*avoid, *beside, *all_names(Entries((term,)))}
    rename: dict[Index, Position] = {}
    for b in term.bound:
        if b.name in avoid:
            new = fresh(b, taken)
            taken.add(new.name)
            rename[b] = position(new)
    return rename_bound(term, rename) if rename else term


def rename_bound(term: Term, sub: Substitution) -> Term:
    """Positions put into every atom; bound indices follow where they are renamed."""
    bound = []
    for b in term.bound:
        p = sub.get(b)
        bound.append(p.plain if isinstance(p, Affine) and p.plain else b)
    factors = tuple((at_atom(atom, sub), x) for atom, x in term.factors)
    return Term(term.coefficient, factors, tuple(bound))


def unshadowed(e: Entries, at: Iterable[Index]) -> Entries:
    """The terms with bound letters other than those of the axes `at`, which a term need not mention.

    In y_i = x_i - Σ_i x_i the sum runs over a letter of its own, in brackets too.
    """
    return Entries(tuple(unshadowed_term(t, {i.name for i in at}) for t in e.terms))


def unshadowed_term(term: Term, outer: set[str]) -> Term:
    term = rebind(term, avoid=outer)
    names = outer | {i.name for i in term.bound}

    def own(e: Entries) -> Entries:
        return Entries(tuple(unshadowed_term(t, names) for t in e.terms))

    factors = tuple((with_inside(a, own), x) for a, x in term.factors)
    return term if factors == term.factors else replace(term, factors=factors)


def rebound(e: Entries, outer: tuple[Index, ...]) -> Entries:
    """Bound letters of a piece kept apart from the letters already bound outside."""
    names = {i.name for i in outer}
    return Entries(tuple(rebind(t, avoid=names) for t in e.terms))
