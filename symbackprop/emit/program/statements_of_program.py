"""A program: named values in order, loops over time, and what is returned."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from symbackprop.emit.program.array_kinds import ROW, SERIES
from symbackprop.emit.program.array_nodes import Node
from symbackprop.sizes import Shape, Size


@dataclass(frozen=True, slots=True)
class Assign:
    """A value that has a name in the graph."""

    name: str
    node: Node


@dataclass(frozen=True, slots=True)
class Buffer:
    """The rows of a name that a loop makes: some before the first step, one per step, zeros after."""

    name: str
    shape: Shape  # of a row
    before: tuple[Node, ...]
    after: int
    labels: bool = False  # whether the rows are whole numbers


@dataclass(frozen=True, slots=True)
class Loop:
    """Steps one by one; every step makes a row of each buffer."""

    backward: bool
    length: Size
    buffers: tuple[Buffer, ...]
    body: tuple[Assign, ...]

    @property
    def outside(self) -> tuple[Node, ...]:
        return tuple(n for b in self.buffers for n in b.before)

    def made(self, name: str) -> tuple[Node, ...]:
        """What a buffer is filled with."""
        return next(
            (*b.before, a.node) for a, b in zip(self.body, self.buffers, strict=True) if b.name == name
        )

    def only(self, names: Container[str]) -> Loop:
        """The loop with some of its buffers; what others would hold is a value within a step."""
        kept = [(a, b) for a, b in zip(self.body, self.buffers, strict=True) if b.name in names]
        return replace(self, buffers=tuple(b for _, b in kept), body=tuple(a for a, _ in kept))


Statement: TypeAlias = Assign | Loop


@dataclass(frozen=True, slots=True)
class Program:
    """Statements in an order in which they can run, and results by name."""

    statements: tuple[Statement, ...]
    results: Mapping[str, Node]

    def live(self) -> Program:
        """The statements that the results need, and the buffers that are read beyond their own step."""
        loops = {b.name: s for s in self.statements if isinstance(s, Loop) for b in s.buffers}
        seen, read = set[Node](), set[str]()
        stack = list(self.results.values())
        while stack:
            n = stack.pop()
            if n in seen:
                continue
            seen.add(n)
            stack += n.args
            if n.kind in (SERIES, ROW):
                name: str = n.at if n.kind is SERIES else n.at[0]
                read.add(name)
                stack += loops[name].made(name)
        kept = (s.only(read) if isinstance(s, Loop) else s for s in self.statements)
        live = [s for s in kept if (s.buffers if isinstance(s, Loop) else s.node in seen)]
        return Program(tuple(soon(live, self.results)), self.results)


def soon(statements: list[Statement], results: Mapping[str, Node]) -> list[Statement]:
    """Results that nothing else reads as soon as they can be made: what they are made from is free then."""
    at: dict[Node | str, int] = {}
    order = []
    wanted = set(results.values())
    for k, s in enumerate(statements):
        if isinstance(s, Loop):
            at |= {b.name: k for b in s.buffers}
            order.append((k, k))
        else:
            ready = max((at[x] for x in sources(s.node, at)), default=k)
            order.append((ready if s.node in wanted else k, k))
            at.setdefault(s.node, k)
    return [statements[k] for _, k in sorted(order)]


def sources(root: Node, at: Container[Node | str]) -> Iterator[Node | str]:
    """The named values and buffers that a value is made from."""
    seen, stack = set[Node](), list(root.args)
    while stack:
        n = stack.pop()
        if n in at:
            yield n
        elif n.kind is SERIES and n.at in at:
            yield n.at
        elif n not in seen:
            seen.add(n)
            stack += n.args
