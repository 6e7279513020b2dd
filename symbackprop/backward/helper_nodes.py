"""Helpers of an op that its pullback needs, such as the deviation of a normalisation, as named nodes.

They carry no error signal: nothing between the variables and the output is written with them, they only
keep the pullback from repeating a definition of the op.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Set
from types import MappingProxyType
from typing import TypeAlias

from symbackprop.backward.local_derivatives import of_node
from symbackprop.backward.naming import Naming, time_in
from symbackprop.backward.textbook_letters import letters_for
from symbackprop.entries import Entries, elements
from symbackprop.entries.entry_equations import Template
from symbackprop.entries.op import Op
from symbackprop.formula.tree import Mark, Name
from symbackprop.graph.expr import LEAVES, Expr, symbols, weight
from symbackprop.graph.fresh_names import Room
from symbackprop.graph.graph import TIME_SUM, Graph
from symbackprop.matrices import tidy as td
from symbackprop.matrices.raising import raise_entries
from symbackprop.vocabulary.kinds import DIVIDE, MULTIPLY

Helpers: TypeAlias = Mapping[Expr, Mapping[Hashable, Expr]]  # by node, then by the helper's own name
NONE: Helpers = MappingProxyType({})
NORMAL = "h"  # in the equations of a normalisation its value before gain and bias
SHORT = 4  # nodes of an expression that needs no name


def name_helpers(g: Graph, reach: Set[str], active: Set[str]) -> tuple[Graph, Helpers]:
    """The graph with a node for every helper that a pullback would otherwise write out."""
    found: dict[Expr, Mapping[Hashable, Expr]] = {}
    naming = Naming.of(g)
    for name, e in g.definition.items():
        for node in g.inside[name] if name in reach else ():
            needed = helpers_needed(node, active) if node not in found else frozenset()
            if needed:
                found[node] = named_apart(node, needed, naming)
        naming.keep(g, name, e)
    if not found:
        return g, NONE
    made = g.remade(naming.symbol, naming.definition)  # in which p1 may print otherwise, beside entries of p
    named = {name: made.symbol[name] for name in naming.made}
    return made, {node: {role: named[e.symbol.name] for role, e in own.items() if e.symbol}
                  for node, own in found.items()}  # fmt: skip


def helper_names(op: Op) -> set[Hashable]:
    """What the equations of an op name between arguments and result."""
    lines = (q for v in op.variants for q in v.equations[:-1])
    return {q.left.tensor for q in lines if isinstance(q, Template)}


def helpers_needed(node: Expr, active: Set[str]) -> frozenset[Hashable]:
    """The helpers in the pullbacks of a node by the arguments that move."""
    if node.op in LEAVES or node.op is TIME_SUM or not node.op.variants or node.op.scalar:
        return frozenset()
    moving = [n for n, a in enumerate(node.args)
              if any(s.symbol and s.symbol.name in active for s in symbols(a))]  # fmt: skip
    own = node.op.place(tuple(a.shape for a in node.args), node.attributes).definitions[:-1]
    if not moving or not own:
        return frozenset()
    met = {t for n in moving for t in tensors(of_node(node, n).pullback)}
    return frozenset(d.tensor for d in own if d.tensor in met)


def tensors(e: Entries) -> set[Hashable]:
    """Every tensor in an index expression, also inside functions, brackets and positions."""
    return {a.tensor for a in elements(e)}


def named_apart(node: Expr, needed: Set[Hashable], naming: Naming) -> dict[Hashable, Expr]:
    """The helpers of a node, those that are needed and long under fresh names."""
    instance = node.op.place(tuple(a.shape for a in node.args), node.attributes)
    known: dict[Hashable, Expr] = {name: a for (name, _), a in zip(instance.inputs, node.args, strict=True)}
    out: dict[Hashable, Expr] = {}
    for d in instance.definitions[:-1]:
        e = raise_entries(d.right, d.at, known)
        if e is None:
            continue
        known[d.tensor] = e
        if d.tensor in needed and weight(e) > SHORT:
            base = str(d.tensor)
            if base == NORMAL and (hat := hatted(naming.room, node.args[0])):
                typed, tex = hat
                known[d.tensor] = out[d.tensor] = naming.give(typed, e, time_in(node), tex)
                continue
            name = naming.room.like(base.upper() if e.rank == 2 else base, *letters_for(e, bent=False))
            known[d.tensor] = out[d.tensor] = naming.give(name, e, time_in(node))
    return out


def hatted(room: Room, x: Expr) -> tuple[str, Name] | None:
    """How the normalised value of a node is typed and printed, x̂; None for what has no name or marks of its
    own, and where somebody has it."""
    tex = x.symbol.tex.under(Mark.HAT) if x.symbol and not x.own.tex.marks else None
    if tex is None or len(tex.base) > 1 or tex in room.printed:
        return None
    room.printed.add(tex)
    return room.like("".join(filter(str.isalnum, x.own.name)) + "hat"), tex


def declared_values(g: Graph, over_inputs: Mapping[Expr, Expr]) -> dict[Expr, Expr]:
    """Layers and scalar functions that have a name in the graph: softmax(S) is P where P = softmax(S)."""
    return {
        form: g.symbol[name]
        for name, e in g.definition.items()
        for form in spelled(e, over_inputs.get(g.symbol[name], e))
        if form.op.variants and not form.op.arithmetic  # 3 x² is not said better by a name
    }


def spelled(e: Expr, over_inputs: Expr) -> tuple[Expr, ...]:
    """A value, and what it is: σ(z) may be written 1 / (1 + exp(-z)), softmax(z) as a quotient of nodes."""
    quotient = e.op is DIVIDE or e.op is MULTIPLY
    return (e, td.tidy(e), td.tidy(over_inputs)) if quotient else (e, td.tidy(e))
