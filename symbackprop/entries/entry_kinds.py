"""The closed kinds of the index language: positions, atoms, terms, sums of terms."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from symbackprop.sizes import ONE, Shape, Size, size

ZERO_SIZE = size(0)


@dataclass(frozen=True, slots=True)
class Index:
    """An index letter running from 0 to its size."""

    name: str
    size: Size

    def __hash__(self) -> int:  # asked for at every walk; letters rarely stand for two sizes
        return hash(self.name)


@dataclass(frozen=True, slots=True)
class Affine:
    """A position: integer combination of indices plus an offset."""

    terms: tuple[tuple[Index, int], ...]
    offset: Size = ZERO_SIZE

    @property
    def plain(self) -> Index | None:
        """The index, where the position is nothing but that index."""
        ok = len(self.terms) == 1 and self.terms[0][1] == 1 and not self.offset.terms
        return self.terms[0][0] if ok else None


@dataclass(frozen=True, slots=True)
class Elem:
    """One entry of a tensor; the tensor is a placeholder name or a node."""

    tensor: Hashable
    at: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class RowMajor:
    """The tensor whose entries are flat positions: row by row, i·sizes[1] + j is where i, j stand."""

    sizes: Shape


def flat(*indices: Index) -> Position:
    """The flat position of some indices; axes of one entry do not count."""
    kept = [i for i in indices if i.size != ONE]
    if len(kept) < 2:
        return position(kept[0]) if kept else position(0)
    return Elem(RowMajor(tuple(i.size for i in kept)), tuple(position(i) for i in kept))


@dataclass(frozen=True, slots=True)
class Fn:
    """The `order`-th derivative of a scalar function, of one argument."""

    function: str
    arg: Entries
    order: int = 0


@dataclass(frozen=True, slots=True)
class Delta:
    """Kronecker δ of two positions."""

    left: Position
    right: Position


@dataclass(frozen=True, slots=True)
class AtMost:
    """1 where the left position is at most the right one, else 0: a condition on indices."""

    left: Affine
    right: Affine


@dataclass(frozen=True, slots=True)
class Group:
    """A sum that stands in brackets as a factor."""

    body: Entries


@dataclass(frozen=True, slots=True)
class SizeOf:
    """A size used as a number."""

    size: Size


Position: TypeAlias = Affine | Elem  # an `Elem` as position is an integer label
Atom: TypeAlias = Elem | Fn | Delta | AtMost | Group | SizeOf
Factor: TypeAlias = tuple[Atom, Fraction]


@dataclass(frozen=True, slots=True)
class Term:
    """coefficient · Π atom^exponent, summed over the bound indices."""

    coefficient: Fraction
    factors: tuple[Factor, ...]
    bound: tuple[Index, ...] = ()


@dataclass(frozen=True, slots=True)
class Entries:
    """A sum of terms; no terms is zero."""

    terms: tuple[Term, ...]


def inside(atom: Atom) -> Entries | None:
    """What stands in a function, or in brackets."""
    return atom.arg if isinstance(atom, Fn) else atom.body if isinstance(atom, Group) else None


def with_inside(atom: Atom, change: Callable[[Entries], Entries]) -> Atom:
    """The atom with something else in its function or brackets."""
    if isinstance(atom, Fn):
        return Fn(atom.function, change(atom.arg), atom.order)
    return Group(change(atom.body)) if isinstance(atom, Group) else atom


ZERO = Entries(())
Substitution: TypeAlias = Mapping[Index, Position]


def position(at: Index | int | Size) -> Affine:
    """The position of an index, or a constant one."""
    return Affine(((at, 1),)) if isinstance(at, Index) else Affine((), size(at))


def number(value: Fraction | int) -> Entries:
    return Entries((Term(Fraction(value), ()),)) if value else ZERO


def entries(atom: Atom, exponent: Fraction | int = 1) -> Entries:
    """A single factor as entries."""
    return Entries((Term(Fraction(1), ((atom, Fraction(exponent)),)),))


def elem(tensor: Hashable, *indices: Index) -> Entries:
    return entries(Elem(tensor, tuple(position(i) for i in indices)))
