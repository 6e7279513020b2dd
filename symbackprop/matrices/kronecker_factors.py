"""The factors of a derivative that is a sum of Kronecker products, as entries that nobody multiplies out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from symbackprop import entries as en
from symbackprop.entries import Delta, Entries, Index, Term
from symbackprop.entries.contraction import contract, multiplied_out
from symbackprop.entries.differentiation import LocalStep
from symbackprop.entries.separation import Cell, separated
from symbackprop.matrices.kronecker_form import Split, splits
from symbackprop.sizes import Size


@dataclass(frozen=True, slots=True)
class Factor:
    """Entries over the letters of rows and columns; a vector is a column or a row."""

    entries: Entries
    cell: Cell

    @property
    def letters(self) -> tuple[Index, ...]:
        return tuple(i for i in self.cell if i)

    @property
    def identity(self) -> Size | None:
        """Its size, where the factor is an identity."""
        i, j = self.cell
        if i and j and self.entries == en.entries(Delta(en.position(i), en.position(j))):
            return i.size
        return None


def factors(step: LocalStep) -> tuple[tuple[Factor, Factor], ...] | None:
    """G and F of every term G ⊗ F, those with a common factor as one; None where one does not come apart."""
    ways = [s for s in splits(step) if s.kind == "kron"]
    out: list[tuple[Factor, Factor]] = []
    for t in step.result.terms:
        found = next((p for way in ways if (p := pair(t, way))), None)
        several = [found] if found else opened(t, ways)
        if several is None:
            return None
        for new in several:
            out = added(out, new)
    return tuple(out)


def opened(t: Term, ways: list[Split]) -> list[tuple[Factor, Factor]] | None:
    """The pairs of a term whose brackets are multiplied out."""
    terms = contract(multiplied_out(Entries((t,)))).terms
    found = [next((p for way in ways if (p := pair(x, way))), None) for x in terms]
    pairs = [p for p in found if p]
    return pairs if len(pairs) == len(found) else None


def pair(t: Term, way: Split) -> tuple[Factor, Factor] | None:
    """G and F of one term, its number in F, or in G where F is an identity."""
    parts = separated(t, *map(set, way.letters))
    if parts is None:
        return None
    number, left, right = (Entries((p,)) for p in parts)
    f, g = Factor(left, way.left), Factor(right, way.right)
    if f.identity:
        return replace(g, entries=en.multiply(number, right)), f
    return g, replace(f, entries=en.multiply(number, left))


def added(known: list[tuple[Factor, Factor]], new: tuple[Factor, Factor]) -> list[tuple[Factor, Factor]]:
    """The pairs with one more, put together with one that has the same factor on either side."""
    for n, old in enumerate(known):
        for side in (0, 1):
            if old[side] == new[side] and old[1 - side].cell == new[1 - side].cell:
                whole = en.add(old[1 - side].entries, new[1 - side].entries)
                both = [*old]
                both[1 - side] = replace(old[1 - side], entries=whole)
                return [*known[:n], (both[0], both[1]), *known[n + 1 :]]
    return [*known, new]
