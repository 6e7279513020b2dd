"""Sums, products and powers of entries; tensors replaced by what they stand for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from symbackprop.entries.entry_kinds import (
    ZERO, Atom, Delta, Elem, Entries, Fn, Group, Index, Term, entries, number,
)  # fmt: skip
from symbackprop.entries.indices import all_names, free_indices
from symbackprop.entries.normal_form import gather, rebind, rebound


def add(*summands: Entries) -> Entries:
    return gather(term for e in summands for term in e.terms)


def scale(e: Entries, by: Fraction | int) -> Entries:
    if not by:
        return ZERO
    return Entries(tuple(replace(t, coefficient=t.coefficient * by) for t in e.terms))


def has_delta(e: Entries) -> bool:
    return any(isinstance(a, Delta) for t in e.terms for a, _ in t.factors)


def single(e: Entries) -> Entries:
    """The entries as one term: a sum becomes a bracketed factor."""
    return e if len(e.terms) <= 1 else entries(Group(e))


def multiply(*operands: Entries) -> Entries:
    """The product; sums with δ are multiplied out, other sums stay in brackets."""
    out = number(1)
    for e in operands:
        b = e if has_delta(e) else single(e)
        a = out if has_delta(out) else single(out)
        out = gather(times(s, t) for s in a.terms for t in b.terms)
    return out


def times(s: Term, t: Term) -> Term:
    """The product of two terms, bound letters kept apart."""
    t = rebind(t, avoid=all_names(Entries((s,))))
    own = Entries((t,))
    s = rebind(s, avoid={i.name for i in free_indices(own)}, beside=all_names(own))
    return Term(s.coefficient * t.coefficient, s.factors + t.factors, s.bound + t.bound)


def power(e: Entries, exponent: Fraction | int) -> Entries:
    """A power; a product of powers without sum is taken factor by factor."""
    exponent = Fraction(exponent)
    if exponent == 1:
        return e
    if exponent == 0:
        return number(1)
    if len(e.terms) == 1 and not e.terms[0].bound:
        term = e.terms[0]
        if exponent.denominator == 1:
            c = term.coefficient**exponent.numerator
            return gather([Term(Fraction(c), tuple((a, x * exponent) for a, x in term.factors))])
        if term.coefficient == 1 and len(term.factors) == 1 and term.factors[0][1] == 1:
            return Entries((Term(Fraction(1), ((term.factors[0][0], exponent),)),))
    return entries(Group(e), exponent)


def map_atoms(e: Entries, change: Callable[[Atom], Atom]) -> Entries:
    """Every atom of the top level replaced, powers kept."""
    return gather(replace(t, factors=tuple((change(a), x) for a, x in t.factors)) for t in e.terms)


def inline(e: Entries, meaning: Callable[[Elem], Entries | None], outer: tuple[Index, ...] = ()) -> Entries:
    """Tensors replaced by what they stand for, everywhere, also inside functions and groups.

    What is put in binds no letter that is bound around it, by its own term or by one further out (`outer`).
    """
    out = []
    for term in e.terms:
        product = Entries((Term(term.coefficient, ()),))
        around = (*outer, *term.bound)
        for atom, exponent in term.factors:
            match atom:
                case Elem():
                    found = meaning(atom)
                    piece = inlined_power(found, exponent) if found else entries(atom, exponent)
                case Fn():
                    piece = entries(replace(atom, arg=inline(atom.arg, meaning, around)), exponent)
                case Group():
                    piece = power(single(inline(atom.body, meaning, around)), exponent)
                case _:
                    piece = entries(atom, exponent)
            product = multiply(product, rebound(piece, around))
        out += [replace(t, bound=term.bound + t.bound) for t in product.terms]
    return gather(out)


def inlined_power(e: Entries, exponent: Fraction) -> Entries:
    """A power of inlined entries: a sum over indices is bracketed before it is raised."""
    return e if exponent == 1 else power(single(e) if len(e.terms) != 1 else e, exponent)
