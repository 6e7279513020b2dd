"""Entries as NumPy arrays over their axes, whatever the numbers in them are."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from symbackprop.entries.entry_equations import Instance
from symbackprop.entries.entry_kinds import Affine, AtMost, Delta, Elem, Index, Position, RowMajor, Term
from symbackprop.entries.fold import Algebra, Axes, Over, fold
from symbackprop.entries.indices import atom_indices, position_indices

Array: TypeAlias = NDArray[Any]
Sizes: TypeAlias = Mapping[str, int]
Tensors: TypeAlias = Mapping[Hashable, Any]
Number: TypeAlias = Callable[[Fraction | int], Any]  # one number of the kind that is computed in
Arrays: TypeAlias = Callable[[Tensors, Sizes], Algebra[Any]]

LARGE = 300_000  # products to be added up, from which on it pays to look for a matrix product


def result(instance: Instance, operands: Sequence[Array], sizes: Sizes, arrays: Arrays) -> Array:
    """What an op makes of its operands, by its entry equations."""
    names = (name for name, _ in instance.inputs)
    known: dict[Hashable, Array] = dict(zip(names, map(np.asarray, operands), strict=True))
    return defined(instance, known, sizes, arrays)[instance.result.tensor]


def defined(instance: Instance, known: Tensors, sizes: Sizes, arrays: Arrays) -> dict[Hashable, Array]:
    """The tensors that are known and every one that entry equations define."""
    tensors = dict(known)
    own = arrays(tensors, sizes)
    with np.errstate(all="ignore"):  # what is not finite is held as such
        for d in instance.definitions:
            tensors[d.tensor] = fold(d.right, d.at, own)
    return tensors


def rounded(x: Fraction | int) -> float:
    """The nearest number of floating point; beyond the largest it is infinite."""
    try:
        return float(x)
    except OverflowError:
        return math.inf if x > 0 else -math.inf


def array_algebra(
    tensors: Tensors, sizes: Sizes, *, number: Number,
    constant: Callable[[str], Any], power: Callable[[Any, Fraction], Any],
    function: Callable[[str, int, Any], Any],
) -> Algebra[Any]:  # fmt: skip
    """Arrays over axes; of what kind their numbers are is said by four functions.

    A tensor without positions may hold anything, an array of arguments too.
    """
    return Algebra(
        constant, lambda s: number(s.value(sizes)),
        partial(entry, tensors, sizes, number), partial(holding, tensors, sizes, number),
        power, function, partial(product, sizes, number), partial(total, sizes, number),
    )  # fmt: skip


def entry(tensors: Tensors, sizes: Sizes, number: Number, atom: Elem) -> Over[Any]:
    """A tensor at positions; at plain indices, each once, the array itself."""
    array, plain = tensors[atom.tensor], plain_axes(atom)
    if plain is not None and (not plain or array.shape == lengths(plain, sizes)):
        return array, plain
    own = axes_of(atom)
    at = [positions(p, own, tensors, sizes) for p in atom.at]
    return np.broadcast_to(read(array, at, number(0)), lengths(own, sizes)), own


def holding(tensors: Tensors, sizes: Sizes, number: Number, atom: Delta | AtMost) -> Over[Any]:
    """A condition on positions as 1 and 0; one that numbers indices anew as where they stand."""
    own = axes_of(atom)

    def dense() -> Array:
        left, right = (positions(p, own, tensors, sizes) for p in (atom.left, atom.right))
        so = left == right if isinstance(atom, Delta) else left <= right
        return np.where(np.broadcast_to(so, lengths(own, sizes)), number(1), number(0))

    sides = ((atom.left, atom.right), (atom.right, atom.left)) if isinstance(atom, Delta) else ()
    ways = (lookup(side, other, own, tensors, sizes) for side, other in sides)
    found = tuple(w for w in ways if w)
    return (Renumbered(found, dense) if found else dense()), own


def lookup(side: Position, other: Position, own: Axes, tensors: Tensors, sizes: Sizes) -> Lookup | None:
    """δ(flat position of some indices, a position over the others), where it is one."""
    inner = flat_axes(side, other)
    rest = tuple(i for i in own if i not in (inner or ()))
    if not inner or set(rest) != set(position_indices(other)):
        return None
    return Lookup(inner, rest, positions(other, rest, tensors, sizes))


def flat_axes(side: Position, other: Position) -> Axes | None:
    """The indices whose flat position one side of a δ is; a lone index is its own where the other is flat."""
    if isinstance(side, Elem):
        return plain_axes(side) if isinstance(side.tensor, RowMajor) else None
    flat = isinstance(other, Elem) and isinstance(other.tensor, RowMajor)
    return (side.plain,) if flat and side.plain else None


@dataclass(frozen=True, eq=False)
class Lookup:
    """Where some indices stand: a flat position over other ones."""

    inner: Axes
    rest: Axes
    at: Array

    def fits(self, bound: Axes, sizes: Sizes) -> bool:
        """Whether a sum over its indices only looks them up."""
        count = math.prod(lengths(self.inner, sizes))
        return set(self.inner) <= set(bound) and bool(np.all((self.at >= 0) & (self.at < count)))

    def read(self, array: Array, own: Axes, sizes: Sizes) -> Over[Array]:
        """An array at its indices, over the others."""
        if not set(own) & set(self.inner):
            return array, own
        left = tuple(i for i in own if i not in (*self.inner, *self.rest))
        every = (*self.rest, *left)
        lines = {i: np.arange(i.size.value(sizes)).reshape([-1 if j == i else 1 for j in every])
                 for i in every}  # fmt: skip
        spots = np.unravel_index(self.at, lengths(self.inner, sizes))
        for i, spot in zip(self.inner, spots, strict=True):
            lines[i] = spot.reshape(spot.shape + (1,) * len(left))
        return np.broadcast_to(array[tuple(lines[i] for i in own)], lengths(every, sizes)), every


@dataclass(frozen=True, eq=False)
class Renumbered:
    """Such a δ, one way or both, and as 1 and 0."""

    ways: tuple[Lookup, ...]
    dense: Callable[[], Array]


def looked_up(parts: list[Over[Any]], bound: Axes, sizes: Sizes) -> tuple[list[Over[Any]], Axes]:
    """The factors of a sum, indices that are only numbered anew looked up; and the indices that are left."""
    for k, (r, _) in enumerate(parts):
        way = next((w for w in r.ways if w.fits(bound, sizes)), None) if isinstance(r, Renumbered) else None
        if way:
            others = [(x.dense() if isinstance(x, Renumbered) and set(own) & set(way.inner) else x, own)
                      for n, (x, own) in enumerate(parts) if n != k]  # fmt: skip
            read = [(x, own) if isinstance(x, Renumbered) else way.read(x, own, sizes) for x, own in others]
            return looked_up(read, tuple(i for i in bound if i not in way.inner), sizes)
    return [(x.dense() if isinstance(x, Renumbered) else x, own) for x, own in parts], bound


def product(sizes: Sizes, number: Number, t: Term, factors: Iterable[Over[Any]], out: Axes) -> Over[Any]:
    """A term summed over its bound indices; one that no factor has counts its entries."""
    value, operands, seen = number(1), [], set[Index]()
    parts, bound = looked_up(list(factors), t.bound, sizes)
    every = (*out, *bound)
    for array, own in parts:
        if own:
            operands += [array, [every.index(i) for i in own]]
            seen.update(own)
        else:
            value = np.multiply(value, array)  # NumPy's: a number of many digits knows no arrays
    value = number(t.coefficient) * value
    for i in bound:
        if i not in seen:
            value = value * i.size.value(sizes)
    if not operands:
        return value, ()
    kept = tuple([i for i in out if i in seen])
    labels = [every.index(i) for i in kept]
    if operands[1:] == [labels]:
        return np.multiply(value, operands[0]), kept
    large = math.prod(i.size.value(sizes) for i in seen) > LARGE
    return np.multiply(value, np.einsum(*operands, labels, optimize=large)), kept


def total(sizes: Sizes, number: Number, parts: Sequence[Over[Any]], out: Axes) -> Any:
    """The sum of the terms over all axes."""
    found = number(0)
    for value, own in parts:
        found = np.add(found, along(value, own, out))
    if not out or any(own == out for _, own in parts):
        return found
    return np.array(np.broadcast_to(found, lengths(out, sizes)))


def adjugate(det: Callable[[Array], Array], a: Array) -> Array:
    """det(a) a⁻¹ by the minors, also where a is singular."""
    out = np.empty_like(a)
    for i, j in np.ndindex(*a.shape):
        minor = np.delete(np.delete(a, i, 0), j, 1)
        out[j, i] = (-1) ** (i + j) * (det(minor) if minor.size else 1)
    return out


def along(a: Any, own: Axes, out: Axes) -> Any:
    """An array with an axis of one entry for each axis it does not have."""
    return a if len(own) in (0, len(out)) else a[tuple(slice(None) if i in own else None for i in out)]


def plain_axes(atom: Elem) -> Axes | None:
    """The axes of an entry at plain indices, each once: of the array itself."""
    own = [p.plain for p in atom.at if isinstance(p, Affine)]
    return tuple(own) if len({*own, None}) == len(atom.at) + 1 else None  # type: ignore[arg-type]


def axes_of(atom: Elem | Delta | AtMost) -> Axes:
    return tuple(dict.fromkeys(atom_indices(atom)))


def lengths(axes: Axes, sizes: Sizes) -> tuple[int, ...]:
    return tuple([i.size.value(sizes) for i in axes])


def positions(p: Position, own: Axes, tensors: Tensors, sizes: Sizes) -> Array:
    """A position as an integer array over axes."""
    if isinstance(p, Elem):
        at = [positions(q, own, tensors, sizes) for q in p.at]
        if not isinstance(p.tensor, RowMajor):
            return np.asarray(tensors[p.tensor][tuple(at)]).astype(int)
        flat = np.zeros((1,) * len(own), int)
        for s, place in zip(p.tensor.sizes, at, strict=True):
            flat = flat * s.value(sizes) + place
        return flat
    total = np.full((1,) * len(own), p.offset.value(sizes))
    for i, a in p.terms:
        line = np.arange(i.size.value(sizes))
        total = total + a * line.reshape([-1 if j == i else 1 for j in own])
    return total


def read(array: Array, at: Sequence[Array], zero: Any) -> Array:
    """Entries at integer positions; outside the array they are 0."""
    inside = [(p >= 0) & (p < n) for p, n in zip(at, array.shape, strict=True)]
    if all(np.all(x) for x in inside):
        return array[tuple(at)]
    if not array.size:
        return np.full(np.broadcast_shapes(*(p.shape for p in at)), zero)
    clipped = tuple(np.clip(p, 0, n - 1) for p, n in zip(at, array.shape, strict=True))
    within = inside[0]
    for x in inside[1:]:
        within = within & x
    return np.where(within, array[clipped], zero)
