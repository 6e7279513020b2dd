"""Contraction: Σ_k f(k) δ(k, p) becomes f(p), and a δ between shifted indices is solved for one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from symbackprop.entries import (
    Affine, AtMost, Delta, Elem, Entries, Group, Index, Position, SizeOf, Term, all_names, at_atom,
    atom_indices, atom_positions, collect_factors, entries, free_indices, fresh, gather, multiply, position,
    position_indices, rebound, substitute, times,
)  # fmt: skip


def contract(e: Entries) -> Entries:
    """Σ_k f(k) δ(k, p) becomes f(p): every δ that binds an index of its own size is used up."""
    return gather(t for term in e.terms for t in [contract_term(term)] if t)


def contract_term(term: Term) -> Term | None:
    changed = True
    while changed:
        changed = False
        for n, (atom, _) in enumerate(term.factors):
            if isinstance(atom, AtMost) and (gap := gap_of(atom)) is not None:
                if gap < 0:
                    return None
                term = replace(term, factors=term.factors[:n] + term.factors[n + 1 :])
                changed = True
                break
            if not isinstance(atom, Delta):
                continue
            if atom.left == atom.right:
                term, changed = (replace(term, factors=term.factors[:n] + term.factors[n + 1 :]), True)
                break
            if constant_delta(atom) is False:
                return None
            pair = replaceable(atom, term)
            if pair:
                index, by = pair
                rest = term.factors[:n] + term.factors[n + 1 :]
                factors = tuple((at_atom(a, {index: by}), x) for a, x in rest)
                bound = tuple(b for b in term.bound if b != index)
                term, changed = Term(term.coefficient, collect_factors(factors), bound), True
                break
    used = {i for atom, _ in term.factors for i in atom_indices(atom)}
    idle = [b for b in term.bound if b not in used]
    # a sum over an index that no longer occurs counts its entries
    factors = term.factors + tuple((SizeOf(b.size), Fraction(1)) for b in idle)
    bound = tuple(b for b in term.bound if b in used)
    return absorb_sizes(Term(term.coefficient, collect_factors(factors), bound))


def absorb_sizes(term: Term) -> Term:
    """Numeric sizes go into the coefficient."""
    coefficient, rest = term.coefficient, []
    for atom, x in term.factors:
        n = atom.size.number if isinstance(atom, SizeOf) else None
        if n is not None and x.denominator == 1 and n > 0:
            coefficient *= Fraction(n) ** int(x)
        else:
            rest.append((atom, x))
    return Term(coefficient, tuple(rest), term.bound)


def gap_of(c: AtMost) -> int | None:
    """How far the left side of a condition stays below the right one, where no index decides."""
    if not (isinstance(c.left, Affine) and isinstance(c.right, Affine)):
        return None  # a position that is computed, such as an argmax
    return (c.right.offset - c.left.offset).number if c.left.terms == c.right.terms else None


def constant_delta(d: Delta) -> bool | None:
    """Truth of a δ between two constant positions; None where an index decides."""
    if isinstance(d.left, Elem) or isinstance(d.right, Elem) or d.left.terms or d.right.terms:
        return None
    gap = (d.left.offset - d.right.offset).number
    return None if gap is None else gap == 0


def replaceable(d: Delta, term: Term) -> tuple[Index, Position] | None:
    """(bound index, position that replaces it) where the other side stays inside the index's range."""
    for mine, other in ((d.left, d.right), (d.right, d.left)):
        index = mine.plain if isinstance(mine, Affine) else None
        if index is None or index not in term.bound or index in position_indices(other):
            continue  # δ(k, y_k) asks whether k is its own label
        if isinstance(other, Elem):  # a label is declared to lie in the range
            if stands_alone(index, term):
                return index, other
        elif not other.terms or (other.plain and other.plain.size == index.size):
            return index, other
    return None


def stands_alone(index: Index, term: Term) -> bool:
    """Whether an index is a whole position wherever it occurs: a label takes its place, but is not moved."""
    places = (p for atom, _ in term.factors for p in atom_positions(atom) if isinstance(p, Affine))
    return all(p.plain == index for p in places if index in position_indices(p))


def solve(e: Entries) -> Entries:
    """Σ_h g(h) δ(a, h + u - p) becomes g(a - u + p), where g is an entry and so is 0 outside its array."""
    return gather(solve_term(term) for term in e.terms)


def solve_term(term: Term) -> Term:
    for atom, _ in term.factors:
        found = solvable(atom, term) if isinstance(atom, Delta) else None
        if found:
            index, by = found
            rest = tuple(f for f in term.factors if f[0] != atom)
            factors = tuple((at_atom(a, {index: by}), x) for a, x in rest)
            bound = tuple(b for b in term.bound if b != index)
            return solve_term(Term(term.coefficient, collect_factors(factors), bound))
    return term


def solvable(d: Delta, term: Term) -> tuple[Index, Affine] | None:
    """A bound index of a δ between three or more indices, and the position it must have.

    Some entry must have the index alone as a position, so that it is 0 wherever the index leaves its range;
    no function, bracket, label or other δ may see it.
    """
    if not isinstance(d.left, Affine) or not isinstance(d.right, Affine):
        return None
    if len({*position_indices(d.left), *position_indices(d.right)}) < 3:
        return None
    gap: dict[Index, int] = {}
    for side, sign in ((d.left, 1), (d.right, -1)):
        for i, a in side.terms:
            gap[i] = gap.get(i, 0) + sign * a
    others = [(a, x) for a, x in term.factors if a != d]
    for b in term.bound:
        seen = [(a, x) for a, x in others if b in set(atom_indices(a))]
        entry = all(isinstance(a, Elem) and x > 0 and all(isinstance(p, Affine) for p in a.at)
                    for a, x in seen)  # fmt: skip
        plain = any(isinstance(a, Elem) and position(b) in a.at for a, _ in seen)
        if entry and plain and abs(gap.get(b, 0)) == 1:
            sign = -gap[b]
            rest = sorted((i for i in gap if i != b and gap[i]), key=lambda i: i in term.bound)
            terms = tuple((i, sign * gap[i]) for i in rest)
            return b, Affine(terms, (d.left.offset - d.right.offset) * sign)
    return None


def written_out(right: Entries, table: Mapping[Index, Position]) -> Entries:
    """What a tensor stands for, where its entry at some positions is asked for: its letters and theirs.

    An entry outside its array is 0, what it stands for need not be: exp(x) is 1 where x is 0. There the
    position stays bound to its axis by a δ, and so does a label where the letter is part of a position.
    """
    taken = all_names(right) | {i.name for p in table.values() for i in position_indices(p)}
    held: dict[Index, Index] = {}
    for index, p in table.items():
        if stays_bound(right, index, p):
            held[index] = fresh(index, taken | {i.name for i in held.values()})
    found = substitute(right, {**table, **{i: position(own) for i, own in held.items()}})
    found = multiply(found, *(entries(Delta(position(own), table[i])) for i, own in held.items()))
    return Entries(tuple(replace(t, bound=(*t.bound, *held.values())) for t in found.terms))


def stays_bound(e: Entries, index: Index, p: Position) -> bool:
    """Whether entries by an index need not be what they are to be where a position is put for it."""
    if isinstance(p, Elem):
        return not all(stands_alone(index, t) for t in e.terms)
    return may_leave(p, index) and not vanishes_outside(e, index)


def may_leave(p: Affine, index: Index) -> bool:
    """Whether a position of several indices reaches beyond the axis of one; a single one is declared."""
    if len(p.terms) < 2:
        return False
    low = sum(((i.size - 1) * a for i, a in p.terms if a < 0), p.offset)
    high = sum(((i.size - 1) * a for i, a in p.terms if a > 0), p.offset)
    return not all(s.least is not None and s.least >= 0 for s in (low, index.size - 1 - high))


def vanishes_outside(e: Entries, index: Index) -> bool:
    """Whether every term has an entry at an index as a factor, which is 0 where the index leaves its axis.

    A label is nothing at all there.
    """
    return not any(index in position_indices(p) for p in labels(e)) and all(
        any(isinstance(a, Elem) and x > 0 and position(index) in a.at for a, x in t.factors) for t in e.terms
    )


def labels(e: Entries) -> Iterator[Elem]:
    """The labels that stand as positions."""
    for t in e.terms:
        for atom, _ in t.factors:
            yield from (p for p in atom_positions(atom) if isinstance(p, Elem))


def rising(e: Entries) -> Entries:
    """Bound indices turned round, u to U - 1 - u, where an entry of several indices falls with them."""
    return gather(rising_term(term) for term in e.terms)


def rising_term(term: Term) -> Term:
    for b in term.bound:
        entries_at = [a.at for a, _ in term.factors if isinstance(a, Elem)]
        slopes = [dict(p.terms).get(b, 0) for at in entries_at for p in at
                  if isinstance(p, Affine) and len(p.terms) > 1]  # fmt: skip
        if sum(a < 0 for a in slopes) > sum(a > 0 for a in slopes):
            turned = Affine(((b, -1),), b.size - 1)
            factors = tuple((at_atom(a, {b: turned}), x) for a, x in term.factors)
            term = Term(term.coefficient, factors, term.bound)
    return term


def bind(right: Entries, left: tuple[Index, ...]) -> Entries:
    """Sum every term over the indices that do not stand on the left."""
    out = []
    for term in right.terms:
        free = free_indices(Entries((replace(term, bound=()),)))
        out.append(replace(term, bound=tuple(i for i in free if i not in left)))
    return Entries(tuple(out))


def multiplied_out(e: Entries) -> Entries:
    """Brackets with whole powers opened."""
    out: list[Term] = []
    for t in e.terms:
        made = [Term(t.coefficient, ())]
        for atom, x in t.factors:
            parts, count = (Term(Fraction(1), ((atom, x),)),), 1
            if isinstance(atom, Group) and x.denominator == 1 and x > 0:
                parts, count = rebound(atom.body, t.bound).terms, int(x)
            for _ in range(count):
                made = [times(s, u) for s in made for u in parts]
        out += [replace(m, bound=(*t.bound, *m.bound)) for m in made]
    return gather(out)
