"""Nodes of a program: array primitives on arguments, with a shape. Equal nodes are one object."""

from __future__ import annotations

import weakref
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from threading import Lock
from typing import Any, TypeAlias

from symbackprop.emit.program.array_kinds import EXTENT, GET, NUMBER, ROW, Kind
from symbackprop.sizes import Shape, Size, size

ONE = size(1)
ZERO = size(0)
TYPICAL = 64  # what a size without a number is taken for where two ways to compute are compared


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Node:
    """A value; `at` says which of its kind, as `array_kinds.py` lists."""

    kind: Kind
    args: tuple[Node, ...]
    shape: Shape
    at: Any
    moving: bool  # whether it has a value of its own at every step of a loop, and of no series

    @property
    def rank(self) -> int:
        return len(self.shape)

    def __repr__(self) -> str:
        said = "" if self.at is None else f"[{self.at}]"
        return f"{self.kind.name}{said}({', '.join(a.kind.name for a in self.args)}): {self.shape}"


Key: TypeAlias = tuple[Kind, tuple[Node, ...], Hashable, Shape]
_table: weakref.WeakValueDictionary[Key, Node] = weakref.WeakValueDictionary()
_making = Lock()


def node(kind: Kind, args: tuple[Node, ...], shape: Shape, at: Hashable = None) -> Node:
    """The one node that is this."""
    key = (kind, args, at, shape)
    found = _table.get(key)
    if found is not None:
        return found
    made = Node(kind, args, shape, at, kind is ROW or any(a.moving or a.kind is GET for a in args))
    with _making:
        return _table.setdefault(key, made)


def number(value: Fraction | int) -> Node:
    return node(NUMBER, (), (), Fraction(value))


def extent(s: Size) -> Node:
    """A size as a number."""
    return number(s.number) if s.number is not None else node(EXTENT, (), (), s)


def topological(roots: Iterable[Node]) -> list[Node]:
    """Every node below some, arguments first."""
    order: dict[Node, None] = {}
    stack = list(reversed(list(roots)))
    while stack:
        n = stack[-1]
        waiting = [a for a in reversed(n.args) if a not in order] if n not in order else ()
        if waiting:
            stack += waiting
        else:
            order[n] = None
            stack.pop()
    return list(order)


def lifted(*args: Node) -> bool:
    """Whether arguments are rows of known series and values that do not move: then all steps go at once."""
    return any(a.kind is GET for a in args) and not any(a.moving for a in args)


def get(series: Node) -> Node:
    """The row of this step."""
    return node(GET, (series,), series.shape[1:])


def typical(s: Size) -> int:
    return s.value(dict.fromkeys(s.names, TYPICAL))


def volume(shape: Shape) -> int:
    """About how many entries there are."""
    total = 1
    for s in shape:
        total *= max(1, typical(s))
    return total


def broadcast_shape(*shapes: Shape) -> Shape:
    """The shape of entrywise results, as in NumPy."""
    first = shapes[0]
    if all(s == first or not s for s in shapes):
        return first or max(shapes, key=len)
    rank = max(map(len, shapes))
    rows = [(ONE,) * (rank - len(s)) + s for s in shapes]
    return tuple(next((s for s in column if s != ONE), ONE) for column in zip(*rows, strict=True))
