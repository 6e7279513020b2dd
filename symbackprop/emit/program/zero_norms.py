"""The slope of a norm at 0, where it has none: what a gradient divides by a norm of 0 counts as 0.

A norm is the root of a sum of squares, however it was spelled. In the quotients of a backward pass a norm
that is 0 becomes ∞, so that they are 0 as they are in PyTorch; forward values are what they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from fractions import Fraction

from symbackprop.emit.program.array_kinds import (
    ADD, CONSTANT, CONTRACT, DIV, EXTENT, MUL, NEG, NUMBER, POWER, ROW, SERIES, SQRT, SUM, UNEQUAL, WHERE,
    Role,
)  # fmt: skip
from symbackprop.emit.program.array_nodes import Node, node, number, topological
from symbackprop.emit.program.entrywise import entrywise

INFINITE = node(CONSTANT, (), (), "inf")
HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Quotients:
    """The values of one form with its quotients made safe; `settled` are values of names, which stay."""

    settled: Set[Node]
    squares: Set[Node]  # of which the forward pass takes the root: the square of a norm is 0 with it
    rows: Mapping[str, Node]  # what loops make, by the name of its series
    made: dict[Node, Node] = field(default_factory=dict[Node, Node])

    def safe(self, root: Node) -> Node:
        """A value with ∞ for the norms it divides by where they are 0."""
        stack = [root]
        while stack:
            n = stack[-1]
            waiting = [a for a in self.parts(n) if a not in self.made] if n not in self.made else []
            stack += waiting
            if not waiting:
                self.made.setdefault(n, self.renewed(n))
                stack.pop()
        return self.made[root]

    def parts(self, n: Node) -> tuple[Node, ...]:
        return () if n in self.settled else n.args

    def renewed(self, n: Node) -> Node:
        """A value whose parts are renewed."""
        args = tuple(self.made[a] for a in self.parts(n)) or n.args
        if n.kind is DIV and n not in self.settled:
            args = (args[0], self.divisor(args[1]))
        return n if args == n.args else node(n.kind, args, n.shape, n.at)

    def divisor(self, b: Node) -> Node:
        """A divisor with ∞ for its norms that are 0, and for their squares."""
        if self.is_norm(b) or seen(b) in self.squares:
            return entrywise(WHERE, entrywise(UNEQUAL, b, number(0)), b, INFINITE)
        if b.kind in (MUL, DIV, NEG, POWER) or b.kind.role is Role.VIEW:
            args = tuple(self.divisor(a) for a in b.args)
            return b if args == b.args else node(b.kind, args, b.shape, b.at)
        return b

    def is_norm(self, n: Node) -> bool:
        n = seen(n)
        if n.kind in (SERIES, ROW):
            made = self.rows.get(n.at if n.kind is SERIES else n.at[0])
            return made is not None and made.kind not in (SERIES, ROW) and self.is_norm(made)
        return rooted(n) is not None


def roots_taken(values: Iterable[Node]) -> frozenset[Node]:
    """The sums of squares of which values are made by a root."""
    found = (rooted(n) for n in topological(values))
    return frozenset(s for s in found if s is not None)


def rooted(n: Node) -> Node | None:
    """The sum of squares that a value is a root of."""
    root = n.kind is SQRT or (n.kind is POWER and n.at % 1 == HALF)
    return seen(n.args[0]) if root and is_square(n.args[0]) else None


def seen(n: Node) -> Node:
    """What is looked at differently."""
    while n.kind.role is Role.VIEW:
        n = n.args[0]
    return n


def is_square(n: Node) -> bool:
    """Whether a value is a sum of squares, or a multiple of one."""
    n = seen(n)
    if n.kind is POWER:
        return n.at % 2 == 0
    if n.kind is CONTRACT:
        return n.args[0] is n.args[1] and n.at[0] == n.at[1]
    if n.kind is MUL:
        return n.args[0] is n.args[1] or all(is_square(a) or is_positive(a) for a in n.args)
    if n.kind is DIV:
        return is_square(n.args[0]) and is_positive(n.args[1])
    return (n.kind is SUM and is_square(n.args[0])) or (n.kind is ADD and all(map(is_square, n.args)))


def is_positive(n: Node) -> bool:
    return n.kind is EXTENT or (n.kind is NUMBER and n.at > 0)
