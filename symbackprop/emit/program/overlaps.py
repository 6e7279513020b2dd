"""Sums over windows that overlap, as folds: each entry is added to one place, and no window is laid out."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from symbackprop.entries import Affine, Elem, Index, Term, position_indices
from symbackprop.sizes import Size


@dataclass(frozen=True, slots=True)
class Pair:
    """Axes h < count and v of an array whose entries are added up at c = step·h + v + shift."""

    first: int
    second: int
    step: int
    shift: Size
    count: Size
    made: Index


@dataclass(frozen=True, slots=True)
class Fold:
    """An array with pairs of axes to fold, and the bound indices that are used up."""

    tensor: Hashable
    axes: tuple[Index | None, ...]  # the index of each plain axis
    pairs: tuple[Pair, ...]
    gone: tuple[Index, ...]


def folds(t: Term) -> Fold | None:
    """A lone x[.., r(e), .., c + s·e + b, ..] summed over e, where r(e) meets every entry of its axis once.

    With h = r(e) each entry of x is added to one place, c = v - s·e - b: no window is laid out.
    """
    if len(t.factors) != 1 or t.factors[0][1] != 1 or not isinstance(t.factors[0][0], Elem):
        return None
    at = t.factors[0][0].at
    pairs = [p for e in t.bound for p in [pair_of(e, at)] if p]
    used = {k for p in pairs for k in (p.first, p.second)}
    plain = [p.plain if isinstance(p, Affine) else None for p in at]
    rest = [k for k in range(len(at)) if k not in used]
    if not pairs or len(used) < 2 * len(pairs) or any(plain[k] is None for k in rest):
        return None
    gone = {i for k in used for i in position_indices(at[k])} - {p.made for p in pairs}
    return Fold(t.factors[0][0].tensor, tuple(plain), tuple(pairs), tuple(gone))


def pair_of(e: Index, at: tuple[object, ...]) -> Pair | None:
    """The two positions that hold a bound index, if they are ±e and c + s·e."""
    held = [(k, p) for k, p in enumerate(at) if isinstance(p, Affine) and e in dict(p.terms)]
    if len(held) != 2 or {len(p.terms) for _, p in held} != {1, 2}:
        return None
    (first, r), (second, q) = sorted(held, key=lambda f: len(f[1].terms))
    sign = dict(r.terms)[e]
    whole = r.plain is not None or (sign == -1 and r.offset == e.size - 1)
    ((made, slope),) = [(i, a) for i, a in q.terms if i != e]
    if not whole or slope != 1:
        return None
    step = -dict(q.terms)[e] * sign
    return Pair(first, second, step, r.offset * -step - q.offset, e.size, made)
