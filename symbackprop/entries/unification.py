"""Unification: whether entries are a pattern at other positions, and which index stands where."""

from __future__ import annotations

from symbackprop import entries as en
from symbackprop.entries import (
    Affine, AtMost, Atom, Delta, Elem, Entries, Fn, Group, Index, Position, SizeOf,
)  # fmt: skip


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


def unify_all(
    ps: tuple[Position, ...], ts: tuple[Position, ...], mapping: dict[Index, Position]
) -> bool:
    return len(ps) == len(ts) and all(
        unify_position(p, t, mapping) for p, t in zip(ps, ts, strict=True)
    )


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
        if (a.coefficient, len(a.factors), len(a.bound)) != (
            b.coefficient,
            len(b.factors),
            len(b.bound),
        ):
            return False
        if any(x.size != y.size for x, y in zip(a.bound, b.bound, strict=True)):
            return False
        for (f, x), (g, y) in zip(a.factors, b.factors, strict=True):
            if x != y or not unify_atom(f, g, mapping):
                return False
    return True
