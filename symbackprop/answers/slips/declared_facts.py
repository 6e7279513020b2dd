"""Why an answer is right: whether it would be without what is declared of the inputs, fact by fact."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from symbackprop.answers.asked.right_values import Bench
from symbackprop.answers.asked.target import Target, target
from symbackprop.answers.typed.typed_answer import Typed
from symbackprop.answers.verdicts.formula_verdict import Judge
from symbackprop.errors import SymbackpropError
from symbackprop.graph.expr import leaf, substitute, symbols
from symbackprop.graph.graph import Graph


def facts(b: Bench, typed: Typed) -> tuple[tuple[str, str], ...]:
    """(name, domain) of every declared fact without which the answer is not right."""
    return tuple((n, domain) for n, domain in declared(b.target.d.graph) if needed(b, n, typed))


def declared(g: Graph) -> tuple[tuple[str, str], ...]:
    """The facts declared of the inputs."""
    symbols = ((n, g.symbol[n].symbol) for n in g.inputs)
    return tuple((n, s.domain) for n, s in symbols if s and s.domain not in ("real", "label"))


def needed(b: Bench, name: str, typed: Typed) -> bool:
    """Whether the answer is wrong once a fact is not declared; a graph without values says nothing."""
    try:
        other = without(b, name)
        if other is None:
            return False
        return not Judge(other, typed).holds()
    except SymbackpropError:
        return False


@lru_cache(maxsize=64)
def without(b: Bench, name: str) -> Bench | None:
    """The bench of the graph that does not declare the fact; None where it has no points."""
    t = b.target
    g = relaxed(t.d.graph, name)
    made: Target = target(g, t.of, t.wrt, t.kind)
    other = Bench(made, b.seed)
    try:
        other.spots  # noqa: B018 -- made here, so that a graph without points is found out once
    except SymbackpropError:
        return None
    return other


def relaxed(g: Graph, name: str) -> Graph:
    """The graph with an input of any value."""
    every = {x for e in (*g.definition.values(), *g.initial.values()) for x in symbols(e)}
    own = {x: x.symbol for x in (*every, g.symbol[name]) if x.symbol and x.symbol.name == name}
    swap = {x: leaf(replace(s, domain="real")) for x, s in own.items()}
    symbol = {n: swap.get(g.symbol[n], g.symbol[n]) for n in g.inputs}
    definition = {}
    for n, e in g.definition.items():
        definition[n] = substitute(e, swap)
        s = g.symbol[n].symbol
        assert s
        symbol[n] = leaf(replace(s, definition=None if s.time else definition[n]))
        swap[g.symbol[n]] = symbol[n]
    return g.remade(symbol, definition, {n: substitute(e, swap) for n, e in g.initial.items()})
