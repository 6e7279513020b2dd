"""Terms of entries taken apart into factors over given letters."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

from symbackprop.entries import Factor, Index, Term, atom_indices

# what the rows and the columns of a factor run over
Cell: TypeAlias = tuple[Index | None, Index | None]
Linked: TypeAlias = tuple[set[Index], list[Factor]]  # factors and every index in them


def separated(t: Term, left: set[Index], right: set[Index]) -> tuple[Term, Term, Term] | None:
    """A term as number and scalars, factors over some letters, factors over the others."""
    groups: list[Linked] = []
    for factor in t.factors:
        own, together = set(atom_indices(factor[0])), [factor]
        for seen, found in list(groups):
            if seen & own or any(seen & side and own & side for side in (left, right)):
                groups.remove((seen, found))
                own, together = own | seen, [*found, *together]
        groups.append((own, together))
    if any(seen & left and seen & right for seen, _ in groups):
        return None
    first = gathered([g for g in groups if g[0] & left], t.bound)
    second = gathered([g for g in groups if g[0] & right], t.bound)
    rest = gathered([g for g in groups if not g[0] & (left | right)], t.bound)
    return replace(rest, coefficient=t.coefficient), first, second


def cut_at(t: Term, cut: tuple[Index, Index], sides: tuple[Cell, ...]) -> tuple[Term, ...] | None:
    """The factors over each of the sides and those over the cut alone, where all of them come apart."""
    bound = tuple(k for k in t.bound if k not in cut)
    rest: list[list[Linked]] = [[] for _ in sides]
    middle: list[Linked] = []
    for seen, factors in linked(t, set(cut)):
        ends = {k for k in seen if k not in bound}
        at = next((n for n, side in enumerate(sides) if ends <= set(side)), None)
        if ends <= set(cut):
            middle.append((seen, factors))
        elif at is None:
            return None
        else:
            rest[at].append((seen, factors))
    if not any(set(cut) <= seen for seen, _ in middle):
        return None
    scale = replace(gathered(middle, bound), coefficient=t.coefficient)
    return (*(gathered(each, bound) for each in rest), scale)


def linked(t: Term, cut: set[Index]) -> list[Linked]:
    """Factors grouped by the indices they share, those at which the term is cut apart."""
    groups: list[Linked] = []
    for factor in t.factors:
        own, together = set(atom_indices(factor[0])), [factor]
        for seen, found in list(groups):
            if (seen & own) - cut:
                groups.remove((seen, found))
                own, together = own | seen, [*found, *together]
        groups.append((own, together))
    return groups


def gathered(groups: list[Linked], bound: tuple[Index, ...]) -> Term:
    """The factors of some groups as one term with the indices it is summed over."""
    used = {i for seen, _ in groups for i in seen}
    factors = tuple(f for _, each in groups for f in each)
    return Term(Fraction(1), factors, tuple(i for i in bound if i in used))
