"""The tables of a graph that grows: names for nodes that have none, each defined before it is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from symbackprop.formula.composing import size_name
from symbackprop.formula.tree import Name
from symbackprop.graph.expr import Expr, defined, symbols
from symbackprop.graph.fresh_names import Room
from symbackprop.graph.graph import Graph


@dataclass(slots=True)
class Naming:
    """Symbols and definitions in order, and the room that new names are drawn in."""

    room: Room
    symbol: dict[str, Expr]
    definition: dict[str, Expr] = field(default_factory=dict)
    made: dict[str, Expr] = field(default_factory=dict)  # what got a name here

    @classmethod
    def of(cls, g: Graph) -> Self:
        """The inputs of a graph; its nodes follow one by one."""
        return cls(Room.of(g), {n: g.symbol[n] for n in g.inputs})

    def keep(self, g: Graph, name: str, definition: Expr) -> None:
        """A node of the graph, now defined like this."""
        self.symbol[name], self.definition[name] = g.symbol[name], definition

    def give(self, name: str, e: Expr, time: str = "", tex: Name | None = None) -> Expr:
        """The symbol of a new node; inside time where what it is made from is."""
        made = defined(name, e, tex or size_name(name), time or time_in(e))
        self.symbol[name], self.definition[name], self.made[name] = made, e, made
        return made


def time_in(e: Expr) -> str:
    """The time index of the first recurrent symbol in an expression, or nothing."""
    return next((s.symbol.time for s in symbols(e) if s.symbol and s.symbol.time), "")
