"""Unification: whether entries are a pattern at other positions, and which index stands where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from symbackprop import entries as en
from symbackprop.entries import (
    Affine, AtMost, Atom, Delta, Elem, Entries, Fn, Group, Index, Position, SizeOf, Term,
)  # fmt: skip
from symbackprop.entries.entry_kinds import with_inside


def unify_atom(pattern: Atom, target: Atom, mapping: dict[Index, Position]) -> bool:
    """Whether the target is the pattern at other positions; `mapping` collects them."""
    match pattern, target:
        case Elem(), Elem():
            return pattern.tensor == target.tensor and unify_all(pattern.at, target.at, mapping)
        case Fn(), Fn():
            same = (pattern.function, pattern.order) == (target.function, target.order)
            return same and unify_entries(pattern.arg, target.arg, mapping)
        case Group(), Group():
            return unify_entries(pattern.body, target.body, mapping)
        case SizeOf(), SizeOf():
            return pattern == target
        case (Delta(), Delta()) | (AtMost(), AtMost()):
            sides = (pattern.left, pattern.right), (target.left, target.right)
            return unify_all(*sides, mapping)
    return False


def unify_all(ps: tuple[Position, ...], ts: tuple[Position, ...], mapping: dict[Index, Position]) -> bool:
    return len(ps) == len(ts) and all(unify_position(p, t, mapping) for p, t in zip(ps, ts, strict=True))


def unify_position(p: Position, t: Position, mapping: dict[Index, Position]) -> bool:
    if isinstance(p, Elem):
        return isinstance(t, Elem) and unify_atom(p, t, mapping)
    if p.plain:
        return mapping.setdefault(p.plain, t) == t
    return isinstance(t, Affine) and en.at_position(p, mapping) == t


def unify_entries(p: Entries, t: Entries, mapping: dict[Index, Position]) -> bool:
    if len(p.terms) != len(t.terms):
        return False
    for a, b in zip(p.terms, t.terms, strict=True):
        if (a.coefficient, len(a.factors), len(a.bound)) != (b.coefficient, len(b.factors), len(b.bound)):
            return False
        if any(x.size != y.size for x, y in zip(a.bound, b.bound, strict=True)):
            return False
        for (f, x), (g, y) in zip(a.factors, b.factors, strict=True):
            if x != y or not unify_atom(f, g, mapping):
                return False
    return True


# --- index letters exchanged: the same entries under other letters --------------------------------


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
        inner = tuple((with_inside(a, partial(reletter, names=names)), x) for a, x in t.factors)
        out.append(en.rename_bound(Term(t.coefficient, inner, t.bound), sub))
    return Entries(tuple(out))
