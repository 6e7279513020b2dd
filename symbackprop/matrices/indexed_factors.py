"""Factors as expressions with lettered axes: entries, shifted entries, δ and conditions as matrices."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeAlias

from symbackprop.entries import Affine, AtMost, Delta, Elem, Index
from symbackprop.graph import functions as fn
from symbackprop.graph.expr import Expr, apply, const
from symbackprop.sizes import ONE, size, Size
from symbackprop.vocabulary.kinds import ONEHOT, PI, PICK, SLICE, UNIT

Tensors: TypeAlias = Mapping[Hashable, Expr]
Item: TypeAlias = tuple[Expr, tuple[Index, ...]]


def element(atom: Elem, tensors: Tensors) -> Item | None:
    """x[i, j]; shifted or fixed positions become slices, a label as last position a pick."""
    if atom.tensor == "pi":
        return apply(PI), ()
    tensor = tensors.get(atom.tensor, atom.tensor)
    if not isinstance(tensor, Expr):
        return None
    if atom.at and isinstance(atom.at[-1], Elem) and all(isinstance(p, Affine) for p in atom.at[:-1]):
        label = element(atom.at[-1], tensors)
        lead = tuple(p.plain for p in atom.at[:-1] if isinstance(p, Affine))
        if label is None or label[1] != lead:
            return None
        return apply(PICK, tensor, label[0]), label[1]
    axes, ranges = [], []
    for p in atom.at:
        if not isinstance(p, Affine) or len(p.terms) > 1 or (p.terms and p.terms[0][1] != 1):
            return None
        ranges.append((p.offset, p.offset + p.terms[0][0].size) if p.terms else (p.offset,))
        axes += [i for i, _ in p.terms]
    whole = all(len(r) == 2 and r == (size(0), s) for r, s in zip(ranges, tensor.shape, strict=True))
    return (tensor if whole else apply(SLICE, tensor, ranges=tuple(ranges))), tuple(axes)


def delta(atom: Delta, tensors: Tensors) -> Item | None:
    """δ as a matrix: identity, selector, unit vector, one-hot, or a renumbering."""
    sides = (atom.left, atom.right)
    for mine, other in (sides, sides[::-1]):
        k = mine.plain if isinstance(mine, Affine) else None
        if k is None:
            continue
        if isinstance(other, Elem):
            label = element(other, tensors)
            return None if label is None else (
                apply(ONEHOT, label[0], n=k.size), (*label[1], k))  # fmt: skip
        if not other.terms:
            only = k.size == ONE  # the unit vector of an axis of one entry
            made = fn.constant(1, const(1)) if only else apply(UNIT, n=k.size, position=other.offset)
            return made, (k,)
    for mine, other in (sides, sides[::-1]):
        if not isinstance(mine, Affine) or not isinstance(other, Affine) or not mine.plain:
            continue
        if other.terms and smaller(atom, mine.plain.size, other.terms[0][0].size):
            continue  # a selector has at least as many rows as columns
        if len(other.terms) == 1 and other.terms[0][1] == 1:
            i = other.terms[0][0]
            if i.size == mine.plain.size and other.offset == size(0):
                return fn.eye(const(i.size)), (mine.plain, i)
            return fn.selector(mine.plain.size, i.size, other.offset), (mine.plain, i)
    return None


def triangle(atom: AtMost) -> Item | None:
    """1(j <= i + k) as a matrix with ones below its k-th diagonal."""
    j, i = (p.terms[0] if len(p.terms) == 1 else None for p in (atom.left, atom.right))
    if not i or not j or (i[1], j[1]) != (1, 1):
        return None
    return fn.tri(i[0].size, j[0].size, atom.right.offset - atom.left.offset), (i[0], j[0])


def smaller(atom: Delta, a: Size, b: Size) -> bool:
    """a < b, for a the size of a lone index; where sizes do not say, the axis that is read is the right one.

    The derivative of y_i = x_i for m entries of n is δ(i, j), with j on the axis of x: m <= n.
    """
    for gap, decided in ((b - a, True), (a - b, False)):
        if gap.least is not None and gap.least >= 0:
            return decided and a != b
    signs = {c > 0 for _, c in (b - a).terms}
    right = atom.right.plain if isinstance(atom.right, Affine) else None
    return signs == {True} or (len(signs) > 1 and right is not None and right.size != a)
