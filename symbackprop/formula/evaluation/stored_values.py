"""Stored values: whole, at a time step, or one entry; and symbols such as ∂y/∂x."""

from __future__ import annotations

import numpy as np

from symbackprop.formula.evaluation import paper_arrays as paper, slices
from symbackprop.formula.evaluation.environment import Scope, Value, integer, known, misfit
from symbackprop.formula.evaluation.paper_arrays import Misfit, Numbers, Paper
from symbackprop.formula.tree import Braced, At, Formula, Nabla, Name, Number, Partial, Sized, Span
from symbackprop.formula.writing.text_writer import text


def name(node: Name, scope: Scope) -> Paper:
    """A bound or free letter, else a stored value."""
    if node in scope.letters:
        return paper.scalar(scope.letters[node])
    return _stored(node, known(node, scope), (), scope)


def _stored(node: Formula, value: Value, indices: tuple[Formula, ...], scope: Scope) -> Paper:
    """A stored value at its time steps, or one of its entries."""
    times, env = value.time_axes, scope.env
    if len(indices) == times:
        array = value.array
        if times:
            array = _seen(value, _positions(node, value, indices, scope), scope)
        if value.vector and value.rank == 2:
            whole = Paper(array, 2, -2 if array.shape[-1] == 1 else -1)
        else:
            whole = paper.oriented(array, value.rank, env.vectors)
        return paper.transpose(whole) if value.turned else whole
    left = value.array.ndim - len(indices)
    if value.rank > 2 and left in (1, 2) and len(indices) > times:  # a matrix of a stack
        return paper.oriented(_seen(value, _positions(node, value, indices, scope), scope), left, env.vectors)
    thin = value.rank == 2 and 1 in value.array.shape[times:]
    if len(indices) == times + 1 and thin:
        matrix = Paper(_seen(value, _positions(node, value, indices[:times], scope), scope), 2)
        spot = _position(node, indices[-1], max(matrix.size), env.base, scope)
        return paper.entry(matrix, [spot])
    if len(indices) != value.array.ndim:
        some = f"{times} for time, {value.array.ndim} for an entry" if times else value.array.ndim
        raise misfit(node, f"takes {some} indices, not {len(indices)}")
    if env.outside == "refused":
        return paper.scalar(_seen(value, _positions(node, value, indices, scope), scope))
    # a step and a number are meant to be inside; so is a letter by itself, where no windows slide
    inside = Number if env.outside == "zero" else Number | Name
    firsts = [value.time_offset] * times + [env.base] * value.rank
    each = enumerate(zip(indices, value.array.shape, firsts, strict=True))
    spots = tuple(
        _position(node, index, extent, first, scope)
        if k < times or isinstance(index, inside)
        else integer(index, scope) - first
        for k, (index, extent, first) in each
    )
    return paper.scalar(_or_zero(value, spots, scope))


def _seen(value: Value, spots: tuple[Numbers, ...], scope: Scope) -> Numbers:
    """What is stored at positions; nan at a step that is hidden."""
    found = value.array[spots]
    if not value.hidden:
        return found
    own = np.asarray(spots[0] == scope.env.indices[value.hidden] - value.time_offset)
    if not own.any():
        return found
    return np.where(own[(...,) + (None,) * (1 + value.rank - len(spots))], np.nan, found)


def _or_zero(value: Value, spots: tuple[Numbers, ...], scope: Scope) -> Numbers:
    """Entries at positions; outside the array they are 0."""
    inside: Numbers | bool = True
    for spot, n in zip(spots, value.array.shape, strict=True):
        inside = inside & ((spot >= 0) & (spot < n))
    held = tuple(_held(s, n) for s, n in zip(spots, value.array.shape, strict=True))
    return np.where(inside, _seen(value, held, scope), 0.0)


def _held(spot: Numbers, n: int) -> Numbers:
    """A position moved into its axis."""
    return np.minimum(np.maximum(spot, 0), max(n - 1, 0))


def _positions(
    node: Formula, value: Value, indices: tuple[Formula, ...], scope: Scope
) -> tuple[Numbers, ...]:
    firsts = [value.time_offset] * value.time_axes + [scope.env.base] * value.rank
    each = zip(indices, value.array.shape, firsts, strict=False)
    return tuple(_position(node, index, size, first, scope) for index, size, first in each)


def _position(node: Formula, index: Formula, size: int, first: int, scope: Scope) -> Numbers:
    """The position of an index counted from 0, inside its axis wherever the sample counts."""
    spot = integer(index, scope) - first
    if not spot.size or (spot.min() >= 0 and spot.max() < size):
        return spot
    wrong = (spot < 0) | (spot >= size)
    wrong = wrong if scope.active is None else wrong & scope.active
    if np.any(wrong):
        bad = np.broadcast_to(spot, wrong.shape)[wrong].flat[0] + first
        last = size + first - 1
        shown = text(index) if isinstance(index, Number) else f"{text(index)} = {bad}"
        raise misfit(node, f"the index {shown} is outside {first} … {last}")
    return _held(spot, size)


def at(node: At, scope: Scope) -> Paper:
    """A time step, or an entry."""
    base, indices = node.base, node.indices
    while isinstance(base, Sized | Braced):
        base = base.operand
    if any(isinstance(i, Span) for i in indices):
        return slices.part(*sliced(base, indices, scope), scope)
    if isinstance(base, Name) or base in scope.env.values:
        return _stored(node, known(base, scope), indices, scope)
    whole = scope.of(base)
    sizes = whole.size if len(indices) == whole.rank else (max(whole.size, default=0),)
    first = scope.env.base
    spots = [_position(node, i, n, first, scope) for i, n in zip(indices, sizes, strict=False)]
    if len(spots) != len(indices):
        raise Misfit(f"{len(indices)} indices on {whole.shown()}")
    return paper.entry(whole, spots)


def sliced(base: Formula, indices: tuple[Formula, ...], scope: Scope) -> tuple[Paper, tuple[Formula, ...]]:
    """What a slice is taken of, at its time step, and the indices of the slice."""
    value = scope.env.values.get(base)
    if value is None:
        return scope.of(base), indices
    steps = value.time_axes
    return _stored(base, value, indices[:steps], scope), indices[steps:]


def symbol(node: Partial | Nabla, scope: Scope) -> Paper:
    """∂y/∂x is looked up as it stands, then without indices: ∂y_i/∂x_j is an entry of ∂y/∂x."""
    of, wrt = node.of, node.wrt
    indices = tuple(i for side in (of, wrt) if isinstance(side, At) for i in side.indices)
    value = scope.env.values.get(node)
    if value is not None:
        return _stored(node, value, indices[: value.time_axes], scope)
    bare = [side.base if isinstance(side, At) else side for side in (of, wrt)]
    return _stored(node, known(type(node)(*bare), scope), indices, scope)
