"""Index letters of entries: those that occur, those that are free, those nobody uses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from symbackprop.entries.entry_kinds import (
    ZERO, Affine, AtMost, Atom, Delta, Elem, Entries, Index, Position, inside,
)  # fmt: skip
from symbackprop.entries.index_letters import AXES, MORE_AXES


def position_indices(p: Position) -> Iterator[Index]:
    if isinstance(p, Affine):
        yield from (i for i, _ in p.terms)
    else:
        for q in p.at:
            yield from position_indices(q)


def atom_indices(atom: Atom) -> Iterator[Index]:
    """Free indices of an atom, in order of appearance, with repetitions."""
    match atom:
        case Elem():
            for p in atom.at:
                yield from position_indices(p)
        case Delta() | AtMost():
            yield from position_indices(atom.left)
            yield from position_indices(atom.right)
        case _:
            yield from free_indices(inside(atom) or ZERO)


def atom_positions(atom: Atom) -> Iterator[Position]:
    """Every position that stands in an atom, also inside functions, groups and labels."""
    match atom:
        case Elem():
            own = atom.at
        case Delta() | AtMost():
            own = (atom.left, atom.right)
        case _:
            for term in (inside(atom) or ZERO).terms:
                for a, _ in term.factors:
                    yield from atom_positions(a)
            return
    for p in own:
        yield p
        if isinstance(p, Elem):
            yield from atom_positions(p)


def free_indices(e: Entries) -> tuple[Index, ...]:
    """Free indices in order of first appearance."""
    found: dict[Index, None] = {}
    for term in e.terms:
        for atom, _ in term.factors:
            for i in atom_indices(atom):
                if i not in term.bound:
                    found.setdefault(i)
    return tuple(found)


def all_names(e: Entries) -> set[str]:
    """Every index letter that occurs, bound or free."""
    out: set[str] = set()
    for term in e.terms:
        out |= {i.name for i in term.bound}
        for atom, _ in term.factors:
            out |= {i.name for i in atom_indices(atom)}
            out |= all_names(inside(atom) or ZERO)
    return out


def elements(e: Entries) -> Iterator[Elem]:
    """Every entry, also inside functions, brackets and positions."""
    atoms = [a for t in e.terms for a, _ in t.factors]
    for a in atoms:
        match a:
            case Elem():
                yield from nested(a)
            case Delta() | AtMost():
                yield from (x for q in (a.left, a.right) for x in nested(q))
            case _:
                yield from elements(inside(a) or ZERO)


def nested(q: Position) -> Iterator[Elem]:
    if isinstance(q, Elem):
        yield q
        for inner in q.at:
            yield from nested(inner)


def fresh(index: Index, taken: set[str]) -> Index:
    """The index under a letter nobody uses."""
    letters = [*AXES, *MORE_AXES, *(f"k{n}" for n in range(1, 1000))]
    return replace(index, name=next(x for x in letters if x not in taken))
