"""Which values of a program get a variable: those used twice, and what would make a line too long to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping
from functools import cached_property

from symbackprop.emit.program.array_kinds import (
    BROADCAST, CONSTANT, DIAG, EXTENT, FOLD, GET, INPUT, NUMBER, ONTO, PLACE, RESHAPE, ROW, SCATTER, SERIES,
    WINDOWS, Role,
)  # fmt: skip
from symbackprop.emit.program.array_nodes import Node, topological
from symbackprop.emit.program.statements_of_program import Loop, Program

SHORT = (INPUT, NUMBER, CONSTANT, EXTENT, ROW, SERIES)  # written in place wherever they are used
MADE = (PLACE, SCATTER)  # filled in a statement of their own
COPIES = (RESHAPE, WINDOWS, BROADCAST)  # views that may cost as much as their entries
LONG = 8  # operations in one expression
HEAVY = (WINDOWS, FOLD)  # long to say; those of several axes are said at once


class Uses:
    """How often every value of a program is read."""

    def __init__(self, p: Program) -> None:
        self.program = p
        self.named: dict[Node, str] = {}
        for s in p.statements:
            for a in s.body if isinstance(s, Loop) else (s,):
                self.named.setdefault(a.node, a.name)

    @cached_property
    def roots(self) -> tuple[Node, ...]:
        loops = [s for s in self.program.statements if isinstance(s, Loop)]
        made = [n for s in loops for n in (*s.outside, *(a.node for a in s.body))]
        return (*self.program.results.values(), *made)

    @cached_property
    def order(self) -> tuple[Node, ...]:
        return tuple(topological(self.roots))

    @cached_property
    def reads(self) -> Mapping[Node, int]:
        """By node; what only looks at entries again reads as often as it is read."""
        found = Counter(self.roots)
        for n in reversed(self.order):
            often = found[n] if glance(n) and n not in self.named else 1
            for a in n.args:
                found[a] += often
        return found

    @cached_property
    def variables(self) -> frozenset[Node]:
        """What is assigned before it is used."""
        weight: dict[Node, int] = {}
        out = set[Node]()
        inner = {a for n in self.order if n.kind in HEAVY for a in n.args if a.kind is n.kind}
        bases = {n.args[0] for n in self.order if n.kind is ONTO}  # added to in place
        for n in self.order:
            own = 1 + sum(weight[a] for a in n.args) - glance(n)
            twice = self.reads[n] > 1 and not glance(n) and n not in self.set_in
            asked = n in self.named or n.kind in MADE or twice or own > LONG or n in self.hoisted
            asked |= (n.kind in HEAVY and n not in inner) or n in bases
            if asked and n.kind not in SHORT:
                out.add(n)
            weight[n] = 0 if n in out or n.kind in SHORT else own
        return frozenset(out)

    @cached_property
    def set_in(self) -> frozenset[Node]:
        """Diagonals that are only added to other arrays, which takes no array for the zeros beside them."""
        elsewhere = {a for n in self.order if n.kind is not PLACE for a in n.args}
        return frozenset(
            n for n in self.order if n.kind is DIAG and n not in elsewhere and n not in self.roots
        )

    @cached_property
    def hoisted(self) -> frozenset[Node]:
        """What a loop reads and does not change: it is made before the loop."""
        inside, out = set[Node](), set[Node]()
        for n in reversed(self.order):
            if not (n.moving or n.kind is GET or n in inside):
                continue
            for a in n.args:
                stays = a.moving or a.kind is GET
                if not stays and n.kind is not GET and glance(a):
                    inside.add(a)
                elif not stays:
                    out.add(a)
        return frozenset(out)

    def missing(self, root: Node, done: Container[Node]) -> list[Node]:
        """The variables at and below a value that are not there yet, in order."""
        order: dict[Node, None] = {}
        seen = set[Node]()
        stack = [(root, False)]
        while stack:
            n, ready = stack.pop()
            if ready:
                order[n] = None
            elif n not in seen and n not in done:
                seen.add(n)
                stack += [(n, True)] * (n in self.variables)
                stack += [(a, False) for a in reversed(n.args)]
        return list(order)

    def read_by(self, n: Node) -> list[Node]:
        """The variables in the expression of a value."""
        found, stack = list[Node](), list(n.args)
        while stack:
            a = stack.pop()
            if a in self.variables:
                found.append(a)
            else:
                stack += a.args
        return found


def glance(n: Node) -> bool:
    """Whether a value is another one looked at differently, at no cost."""
    return n.kind.role is Role.LEAF or (n.kind.role is Role.VIEW and n.kind not in COPIES)
