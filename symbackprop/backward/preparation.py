"""What the reverse pass asks of a graph, asked once: reach, motion, and names for what had none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from symbackprop.backward.anonymous_nodes import name_large_nodes
from symbackprop.backward.helper_nodes import Helpers, name_helpers
from symbackprop.graph.activity import active_names, check_variables, default_variables, relevant
from symbackprop.graph.graph import Graph, known


@dataclass(frozen=True, slots=True)
class Prepared:
    """A graph in which every δ has a name, and what its output and variables make of it.

    `reach` are the names that move the output, `active` those that a variable moves; `named` are the nodes
    that had no name in the declaration, `helpers` the names of what pullbacks need of an op.
    """

    graph: Graph
    of: str
    wrt: tuple[str, ...]
    reach: frozenset[str]
    active: frozenset[str]
    named: tuple[str, ...]
    helpers: Helpers

    @property
    def order(self) -> tuple[str, ...]:
        """The names that carry a δ, consumers first."""
        every = (*self.graph.inputs, *self.graph.definition)
        return tuple(n for n in reversed(every) if n in self.active)


def prepare(g: Graph, of: str | None = None, wrt: Iterable[str] | None = None) -> Prepared:
    """The graph prepared for the δ's between `wrt` (every real input by default) and `of` (the last node).

    Errors: `DeclarationError` for an unknown name, an integer label as variable, or a variable that `of`
    does not depend on.
    """
    of = g.output if of is None else known(of, g.symbol, "of")
    names = tuple(wrt) if wrt is not None else default_variables(g, of)
    check_variables(g, of, names)
    whole = name_large_nodes(g, active_names(g, names))
    active = frozenset(active_names(whole, names))
    final, helpers = name_helpers(whole, relevant(whole, of), active)
    named = tuple(n for n in whole.definition if n not in g.symbol)
    return Prepared(final, of, names, frozenset(relevant(final, of)), active, named, helpers)
