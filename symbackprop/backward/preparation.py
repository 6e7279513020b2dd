"""What the reverse pass and its pages ask of a graph, asked once.

Reach, motion, names for what had none, the reads of every node, and the layers that are kept whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from symbackprop.backward.anonymous_nodes import name_large_nodes
from symbackprop.backward.composites import Composite, composites_of
from symbackprop.backward.helper_nodes import Helpers, name_helpers
from symbackprop.backward.reads import Read, readers_of, reads_of
from symbackprop.formula.tree import Mark
from symbackprop.graph.activity import active_names, check_variables, default_variables, relevant
from symbackprop.graph.expr import Expr, Symbol, apply, defined, leaf, symbols
from symbackprop.graph.graph import Graph, known
from symbackprop.graph.typed_signs import read_name
from symbackprop.sizes import ONE
from symbackprop.vocabulary.kinds import SUM, TRACE


@dataclass(frozen=True)
class Prepared:
    """A graph in which every δ has a name, and what its output and variables make of it.

    `reach` are the names that move the output, `active` those that a variable moves; `named` are the nodes
    that had no name in the declaration, `helpers` the names of what pullbacks need of an op. `reads` are what
    each definition reads, h[0] for the initial state of h; `composites` are the calls of functions that are
    made of several ops or equations.
    """

    graph: Graph
    of: str
    wrt: tuple[str, ...]
    reach: frozenset[str]
    active: frozenset[str]
    named: tuple[str, ...]
    helpers: Helpers
    reads: Mapping[str, tuple[Read, ...]]
    composites: tuple[Composite, ...]

    @property
    def order(self) -> tuple[str, ...]:
        """The names that carry a δ, consumers first."""
        every = (*self.graph.inputs, *self.graph.definition)
        return tuple(n for n in reversed(every) if n in self.active)

    @cached_property
    def signals(self) -> Mapping[str, Expr]:
        """The symbol δname of every name."""
        own = {n: e.symbol for n, e in self.graph.symbol.items() if e.symbol}
        return {
            n: leaf(Symbol(n, s.shape, s.tex.under(Mark.DELTA), cotangent=True, time=s.time))
            for n, s in own.items()
        }

    def moving(self, root: str) -> Mapping[Expr, bool]:
        """Which nodes of a definition depend on a variable, other than by a label."""
        found: dict[Expr, bool] = {}
        for e in self.graph.inside[root]:
            below = (e.symbol.name in self.active) if e.symbol else any(found[a] for a in e.args)
            found[e] = e.classes is None and below
        return found

    @cached_property
    def readers(self) -> Mapping[str, tuple[Read, ...]]:
        """The places where each name is read, in the order of the definitions."""
        found = readers_of(self.reads)
        return {n: found.get(n, ()) for n in self.graph.symbol}


def prepare(g: Graph, of: str | None = None, wrt: Iterable[str] | None = None) -> Prepared:
    """The graph prepared for the δ's between `wrt` (every real input by default) and `of` (the last node).

    Errors: `DeclarationError` for an unknown name, or an integer label as variable.
    """
    of = g.output if of is None else known(read_name(of), g.symbol, "of")
    names = tuple(map(read_name, wrt)) if wrt is not None else default_variables(g, of)
    check_variables(g, of, names)
    g = with_number(g, of)
    whole = name_large_nodes(g, active_names(g, names))
    active = frozenset(active_names(whole, names))
    final, helpers = name_helpers(whole, relevant(whole, of), active)
    named = tuple(n for n in whole.definition if n not in g.symbol)
    reads, reach = reads_of(whole), frozenset(relevant(final, of))
    layers = composites_of(final, named, reads, helpers)
    return Prepared(final, of, names, reach, active, named, helpers, reads, layers)


def with_number(g: Graph, of: str) -> Graph:
    """The graph with a 1 x 1 output as the number it holds, the trace of a matrix, where nothing reads it."""
    own, definition = g.symbol[of], g.definition.get(of)
    read = any(of in {s.own.name for s in symbols(e)} for e in (*g.definition.values(), *g.initial.values()))
    if definition is None or read or not own.shape or own.own.time or any(n != ONE for n in own.shape):
        return g
    number = apply(TRACE if own.rank == 2 else SUM, definition)
    symbol = {**g.symbol, of: defined(of, number, own.own.tex, "")}
    return g.remade(symbol, {**g.definition, of: number})
