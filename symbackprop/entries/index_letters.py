"""Index letters exchanged: the same entries under other letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from symbackprop import entries as en
from symbackprop.entries import Atom, Entries, Fn, Group, Index, Position, Term


def in_letters(e: Entries, pool: str) -> Entries:
    """Bound letters outside the pool (names of the graph, say) exchanged for unused ones of it."""
    used, free = en.all_names(e), {i.name for i in en.free_indices(e)}
    spare = iter([c for c in pool if c not in used] + [f"i{n}" for n in range(1, 100)])
    names = {n: next(spare) for n in sorted(used - free) if n not in pool}
    return reletter(e, names) if names else e


def ordered(names: Sequence[str], pool: str) -> dict[str, str]:
    """The same letters in the order of the pool: i before j; letters of several characters last."""
    return dict(zip(names, sorted(names, key=lambda n: (len(n), pool.find(n))), strict=True))


def reletter(e: Entries, names: Mapping[str, str]) -> Entries:
    """Index letters renamed everywhere, bound ones too; letters that change places pass through others."""
    names = {a: b for a, b in names.items() if a != b}
    if not names.keys().isdisjoint(names.values()):
        away = {a: f"\0{a}" for a in names}
        return reletter(reletter(e, away), {away[a]: b for a, b in names.items()})
    out = []
    for t in e.terms:
        own = {i for atom, _ in t.factors for i in en.atom_indices(atom)} | set(t.bound)
        sub: dict[Index, Position] = {
            i: en.position(Index(names[i.name], i.size)) for i in own if i.name in names
        }
        inner = tuple((nested_letters(a, names), x) for a, x in t.factors)
        out.append(en.rename_bound(Term(t.coefficient, inner, t.bound), sub))
    return Entries(tuple(out))


def nested_letters(atom: Atom, names: Mapping[str, str]) -> Atom:
    """Letters bound inside a function or a group renamed."""
    match atom:
        case Fn():
            return replace(atom, arg=reletter(atom.arg, names))
        case Group():
            return Group(reletter(atom.body, names))
    return atom
