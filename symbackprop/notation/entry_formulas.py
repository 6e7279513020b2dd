"""Entries to formulas: δ_ij, Σ_k, fractions; positions counted from 1 as on paper."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from symbackprop.entries import (
    AtMost, Atom, Delta, Elem, Entries, Fn, Group, Index, Position, RowMajor, SizeOf, Term, at_atom,
    position,
)  # fmt: skip
from symbackprop.entries.scalar_functions import scalar_row
from symbackprop.formula import tree as no
from symbackprop.formula.composing import decimal, fraction, negated, one_or, size_formula, times
from symbackprop.formula.tree import Formula, Name
from symbackprop.sizes import ONE, size

Base = Callable[[Hashable, tuple[Formula, ...]], Formula]  # an entry of a tensor, or a scalar
Names = Mapping[str, Formula]
TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">="}  # -x > 0 is x < 0
NO_NAMES: Names = MappingProxyType({})


def entries_formula(e: Entries, base: Base, names: Names = NO_NAMES, numbers: str = "fractions") -> Formula:
    """The sum, a positive term first where there is one; `names` put formulas for index letters.

    `numbers` are those of a `Convention`.
    """
    terms = [term_formula(t, base, names, numbers) for t in e.terms]
    return one_or(no.Plus, plain_first(terms)) if terms else no.ZERO


def plain_first(terms: Sequence[Formula]) -> list[Formula]:
    """The first term without a minus in front: b - a, not -a + b."""
    first = next((k for k, t in enumerate(terms) if not isinstance(t, no.Minus)), 0)
    return [terms[first], *terms[:first], *terms[first + 1 :]]


def term_formula(term: Term, base: Base, names: Names, numbers: str) -> Formula:
    ones = tuple(i for i in term.bound if i.size == ONE)
    if ones:  # an axis of one entry needs no Σ
        at_first: dict[Index, Position] = {i: position(0) for i in ones}
        factors = tuple((at_atom(a, at_first), x) for a, x in term.factors)
        term = Term(term.coefficient, factors, tuple(i for i in term.bound if i not in ones))
    over: list[Formula] = []
    under: list[Formula] = []
    tail: list[Formula] = []  # δ last, as it is written
    for atom, x in term.factors:
        f = atom_formula(atom, base, names, numbers)
        if isinstance(atom, Delta | AtMost):
            tail.append(f)
        elif x > 0:
            over.append(powered(f, x))
        else:
            under.append(powered(f, -x))
    c = abs(term.coefficient)
    digits = decimal(c, numbers)
    if under:
        first: list[Formula] = [digits] if digits else [no.Number(Fraction(c.numerator))]
        top = (first if first != [no.ONE] or not over else []) + over
        low = ([no.Number(Fraction(c.denominator))] if c.denominator != 1 and not digits else []) + under
        parts: list[Formula] = [no.Over(times(top), times(low)), *tail]
    else:
        parts = ([digits or fraction(c)] if c != 1 or not (over or tail) else []) + over + tail
    body = sum_over(term.bound, times(parts))
    return negated(body) if term.coefficient < 0 else body


def sum_over(indices: tuple[Index, ...], body: Formula) -> Formula:
    """Σ over indices, the first of them outside."""
    for i in reversed(indices):
        body = no.Sum(Name(i.name), no.ONE, size_formula(i.size), body)
    return body


def powered(f: Formula, x: Fraction) -> Formula:
    if x == Fraction(1, 2):
        return no.Call("sqrt", (f,))
    return f if x == 1 else no.Power(f, no.number(x))


def atom_formula(atom: Atom, base: Base, names: Names, numbers: str) -> Formula:
    match atom:
        case Elem():
            return base(atom.tensor, tuple(place(p, base, names) for p in atom.at))
        case SizeOf():
            return size_formula(atom.size)
        case AtMost():
            left, right = (place(p, base, names) for p in (atom.left, atom.right))
            return no.Indicator(left, "<=", right)
        case Delta():
            return no.KroneckerDelta(place(atom.left, base, names), place(atom.right, base, names))
        case Group():
            return entries_formula(atom.body, base, names, numbers)
        case Fn():
            return function_formula(
                atom.function, entries_formula(atom.arg, base, names, numbers), atom.order
            )


def function_formula(name: str, inner: Formula, order: int) -> Formula:
    """f(x), or what stands for it: 1(x > 0)."""
    relation = scalar_row(name).relation
    if relation and not order:
        if isinstance(inner, no.Minus) and relation in TURNED:
            return no.Indicator(inner.operand, TURNED[relation], no.ZERO)
        return no.Indicator(inner, relation, no.ZERO)
    return no.Call(name, (inner,), order)


def place(p: Position, base: Base, names: Names) -> Formula:
    """An index counted from 1: `i`, `i + m`, a fixed position, a label."""
    if isinstance(p, Elem) and isinstance(p.tensor, RowMajor):
        return flat_place(p, p.tensor, base, names)
    if isinstance(p, Elem):
        return base(p.tensor, tuple(place(q, base, names) for q in p.at))
    parts: list[Formula] = []
    gap = p.offset + 1  # positions count from 0, indices on paper from 1: i₀ = i - 1
    for i, a in sorted(p.terms, key=lambda t: t[1] < 0):
        gap = gap - a
        term: Formula = names.get(i.name, Name(i.name))
        parts.append(term if a == 1 else times([no.number(a), term]))
    if gap != size(0) or not parts:
        rest = size_formula(gap)
        parts += rest.terms if isinstance(rest, no.Plus) else [rest]
    return one_or(no.Plus, sorted(parts, key=lambda f: isinstance(f, no.Minus)))


def flat_place(p: Elem, flat: RowMajor, base: Base, names: Names) -> Formula:
    """A flat position counted from 1, row by row: (i - 1) m + j."""
    out: list[Formula] = []
    width = ONE
    for s, q in reversed(list(zip(flat.sizes, p.at, strict=True))):
        here = place(q, base, names)
        if width == ONE:
            out.append(here)
        elif here != no.ONE:
            out.insert(0, times([no.Plus((here, no.Minus(no.ONE))), size_formula(width)]))
        width = width * s
    return one_or(no.Plus, out)


def letters_of(at: tuple[Index, ...]) -> tuple[Formula, ...]:
    return tuple(Name(i.name) for i in at)
