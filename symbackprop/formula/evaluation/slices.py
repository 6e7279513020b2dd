"""Parts of arrays: a_{1:3}, A_{:,j}, and a row or column of a matrix by one index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from symbackprop.formula.evaluation.environment import Scope, integer
from symbackprop.formula.evaluation.paper_arrays import Misfit, Numbers, Paper
from symbackprop.formula.tree import END, OPEN, Formula, Span

Place = slice | Numbers  # of one axis, counted from 0


def part(whole: Paper, indices: Sequence[Formula], scope: Scope) -> Paper:
    """What a list of indices and spans takes of an array; a single index keeps its axis."""
    axes = axes_of(whole, len(indices))
    out = whole
    for axis, index in zip(axes, indices, strict=True):
        out = taken(out, axis, place(index, whole.size[axis], scope))
    return replace(out, along=lying(whole, out))


def axes_of(whole: Paper, count: int) -> tuple[int, ...]:
    """The axes so many indices are for: one index is for the long axis of a vector, or the rows."""
    if whole.rank != 2 or count not in (1, 2):
        raise Misfit(f"{count} indices on {whole.shown()}")
    if count == 2:
        return (0, 1)
    return (1,) if whole.size[0] == 1 else (0,)


def place(index: Formula, n: int, scope: Scope) -> Place:
    """The positions of one index on an axis of n."""
    inner = replace(scope, letters={**scope.letters, END: np.asarray(n)})
    if not isinstance(index, Span):
        return inside(integer(index, inner) - scope.env.base, n, scope)
    low = 0 if index.low == OPEN else whole_number(index.low, inner) - scope.env.base
    high = n if index.high == OPEN else whole_number(index.high, inner) - scope.env.base + 1
    if low < 0 or high > n or low > high:
        raise Misfit(f"{low + scope.env.base}:{high + scope.env.base - 1} is outside 1:{n}")
    return slice(low, high)


def whole_number(bound: Formula, scope: Scope) -> int:
    """An end of a span."""
    found = integer(bound, scope)
    if found.ndim:
        raise Misfit("the end of a slice is no single number")
    return int(found)


def inside(spot: Numbers, n: int, scope: Scope) -> Numbers:
    """A position that lies on its axis wherever the sample counts."""
    wrong = (spot < 0) | (spot >= n)
    if np.any(wrong if scope.active is None else wrong & scope.active):
        raise Misfit(f"an index is outside 1:{n}")
    return np.clip(spot, 0, max(n - 1, 0))


def taken(a: Paper, axis: int, where: Place) -> Paper:
    """The part of one axis; at positions that depend on the sample, sample by sample."""
    if isinstance(where, slice):
        cut = (..., where, slice(None)) if axis == 0 else (..., where)
        return replace(a, array=a.array[cut])
    samples = np.broadcast_shapes(a.samples, where.shape)
    flat = np.broadcast_to(a.array, samples + a.size).reshape((-1, *a.size))
    spots = np.broadcast_to(where, samples).reshape(-1)
    rows = np.arange(len(flat))
    made = flat[rows, spots, :][:, None, :] if axis == 0 else flat[rows, :, spots][:, :, None]
    return replace(a, array=made.reshape((*samples, *made.shape[1:])))


def lying(whole: Paper, made: Paper) -> int | None:
    """A part of a vector lies as it does; a row or column of a matrix is one."""
    if whole.along is not None:
        return whole.along
    return -1 if made.size[0] == 1 else -2 if made.size[1] == 1 else None
