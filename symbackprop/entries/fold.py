"""One walk over entries for everything that has values in an algebra: floats, fractions, SymPy, code.

An algebra is a table of what a number, an entry, a function, a product and a sum are; a value stands over
axes, which its factors may lack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeAlias, TypeVar

from symbackprop.entries.entry_kinds import (
    AtMost, Atom, Delta, Elem, Entries, Fn, Group, Index, SizeOf, Term,
)  # fmt: skip
from symbackprop.entries.indices import atom_indices
from symbackprop.sizes import Size

V = TypeVar("V")
Axes: TypeAlias = tuple[Index, ...]
Over: TypeAlias = tuple[V, Axes]  # a value, and the axes it has


@dataclass(frozen=True, slots=True)
class Algebra(Generic[V]):
    """What entries are made of."""

    constant: Callable[[str], V]  # pi
    extent: Callable[[Size], V]  # a size as a number
    entry: Callable[[Elem], Over[V]]  # a tensor at positions
    holds: Callable[[Delta | AtMost], Over[V]]  # 1 where it is so, else 0
    power: Callable[[V, Fraction], V]
    function: Callable[[str, int, V], V]  # a derivative of a scalar function, entry by entry
    product: Callable[[Term, Iterable[Over[V]], Axes], Over[V]]  # summed over what a term binds
    total: Callable[[Sequence[Over[V]], Axes], V]


def fold(e: Entries, out: Axes, a: Algebra[V]) -> V:
    """The value of entries over the axes `out`."""
    return a.total([a.product(t, factors(t, a), out) for t in e.terms], out)


def factors(t: Term, a: Algebra[V]) -> Iterator[Over[V]]:
    """The powers of a term, each with the axes it has, as far as they are asked for."""
    for atom, x in t.factors:
        value, axes = factor(atom, a)
        yield (value if x == 1 else a.power(value, x)), axes


def factor(atom: Atom, a: Algebra[V]) -> Over[V]:
    match atom:
        case Elem(tensor="pi"):
            return a.constant("pi"), ()
        case Elem():
            return a.entry(atom)
        case Fn():
            axes = tuple(dict.fromkeys(atom_indices(atom)))
            return a.function(atom.function, atom.order, fold(atom.arg, axes, a)), axes
        case Group():
            axes = tuple(dict.fromkeys(atom_indices(atom)))
            return fold(atom.body, axes, a), axes
        case Delta() | AtMost():
            return a.holds(atom)
        case SizeOf():
            return a.extent(atom.size), ()
