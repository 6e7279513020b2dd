"""Sums that are 0 by definition: of c = x - mean(x), and of c times what the sum does not meet.

Nothing is stated here: a sum is 0 where the definitions, put in and contracted, leave no term.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TypeAlias

from symbackprop import entries as en
from symbackprop.entries import Affine, Elem, Entries, Index, Position, Term
from symbackprop.entries.contraction import contract
from symbackprop.entries.entry_equations import Definition

ZeroSums: TypeAlias = Mapping[Hashable, frozenset[int]]  # tensor: the axes over which its sum is 0


def without_zeros(e: Entries, definitions: tuple[Definition, ...]) -> Entries:
    """The entries without the terms that a sum makes 0."""
    zeros = zero_sums(definitions)
    return Entries(tuple(t for t in e.terms if not gone(t, zeros, t.bound))) if zeros else e


def gone(term: Term, zeros: ZeroSums, over: tuple[Index, ...]) -> frozenset[Index]:
    """The summed indices that make a term 0: an entry of a tensor has them to itself."""
    for n, (atom, x) in enumerate(term.factors):
        if not isinstance(atom, Elem) or x != 1 or atom.tensor not in zeros:
            continue
        spots = [p.plain if isinstance(p, Affine) else None for p in atom.at]
        own = frozenset(i for k in zeros[atom.tensor] for i in [spots[k]] if i in over)
        others = [i for m, (b, _) in enumerate(term.factors) if m != n for i in en.atom_indices(b)]
        others += [i for k, p in enumerate(atom.at) if k not in zeros[atom.tensor]
                   for i in en.position_indices(p)]  # fmt: skip
        if len(own) == len(zeros[atom.tensor]) and own.isdisjoint(others):
            return own
    return frozenset()


@lru_cache(maxsize=4096)
def zero_sums(definitions: tuple[Definition, ...]) -> ZeroSums:
    """The tensors with a sum that is 0 whatever the arguments are."""
    known: dict[Hashable, Definition] = {}
    out: dict[Hashable, frozenset[int]] = {}
    for d in definitions:
        for over in (*inherited(d, out), *lost_to_means(d, known)):
            if over:
                out[d.tensor] = frozenset(d.at.index(i) for i in over)
                break
        known[d.tensor] = d
    return out


def inherited(d: Definition, zeros: ZeroSums) -> Iterator[frozenset[Index]]:
    """Σ c/s is 0 where Σ c is, over axes that s does not have."""
    if len(d.right.terms) == 1 and not d.right.terms[0].bound:
        yield gone(d.right.terms[0], zeros, d.at)


def lost_to_means(d: Definition, known: Mapping[Hashable, Definition]) -> Iterator[frozenset[Index]]:
    """Axes of d that one of its helpers does not have and over which its sum leaves no term."""
    for t in d.right.terms:
        for atom, _ in t.factors:
            if not isinstance(atom, Elem) or atom.tensor not in known:
                continue
            seen = set(en.atom_indices(atom))
            over = tuple(i for i in d.at if i not in seen)
            if over and not total(d, over, known).terms:
                yield frozenset(over)


def total(d: Definition, over: tuple[Index, ...], known: Mapping[Hashable, Definition]) -> Entries:
    """Σ of a definition over some of its axes, its helpers written out."""

    def meaning(a: Elem) -> Entries | None:
        if a.tensor not in known:
            return None
        h = known[a.tensor]
        sub: dict[Index, Position] = dict(zip(h.at, a.at, strict=True))
        return en.substitute(h.right, sub)

    whole = en.inline(d.right, meaning)
    apart = (en.rebind(t, {i.name for i in over}) for t in whole.terms)
    return contract(Entries(tuple(replace(t, bound=(*t.bound, *over)) for t in apart)))
