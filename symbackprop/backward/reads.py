"""Where every node is read: one `Read` for each occurrence in a definition, with its way of ops.

`x + relu(W @ x)` reads x twice, once past the layer and once through it; both are one use of x, whose
contribution to its δ is the sum of what the two send back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from symbackprop.entries.op import Op
from symbackprop.graph.expr import Expr
from symbackprop.graph.graph import TIME_SUM, Graph
from symbackprop.sizes import Size


@dataclass(frozen=True, slots=True)
class Read:
    """One occurrence of a node in the definition of `consumer`, h[0] for the initial state of h.

    `leaf` is the node as it stands there, at its own step; `way` are the ops above it, the whole definition
    first, each with the number of the argument that leads on.
    """

    consumer: str
    leaf: Expr
    way: tuple[tuple[Expr, int], ...]

    @property
    def name(self) -> str:
        return self.leaf.own.name

    @property
    def shift(self) -> int:
        """The use at time t reads the node at t + shift."""
        return self.leaf.own.shift

    @property
    def at(self) -> Size | None:
        """The fixed step that is read from outside time."""
        return self.leaf.own.at

    @property
    def ops(self) -> tuple[Op, ...]:
        return tuple(e.op for e, _ in self.way)

    @property
    def over_time(self) -> bool:
        """Whether the node is read at every step of a sum over time."""
        return TIME_SUM in self.ops


def reads_of(g: Graph) -> Mapping[str, tuple[Read, ...]]:
    """What every definition reads, from left to right; h[0] is what h starts from."""
    return {consumer: tuple(occurrences(consumer, root)) for consumer, root in g.roots.items()}


def readers_of(reads: Mapping[str, tuple[Read, ...]]) -> Mapping[str, tuple[Read, ...]]:
    """The same reads by what is read."""
    found: dict[str, list[Read]] = {}
    for read in (x for each in reads.values() for x in each):
        found.setdefault(read.name, []).append(read)
    return {name: tuple(each) for name, each in found.items()}


def occurrences(consumer: str, root: Expr) -> Iterator[Read]:
    """Every place where a symbol stands in a definition, from left to right.

    A definition in which every heavy node has a name is a small tree, so its places can be counted out.
    """
    stack: list[tuple[Expr, tuple[tuple[Expr, int], ...]]] = [(root, ())]
    while stack:
        e, way = stack.pop()
        if e.symbol:
            yield Read(consumer, e, way)
        stack += [(e.args[n], (*way, (e, n))) for n in reversed(range(len(e.args)))]
