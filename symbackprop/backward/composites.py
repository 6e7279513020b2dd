"""Layers kept whole: which nodes belong to one call of a function, and the role each of them plays.

`max_pool2d(h)` is windows, a reshape, a position and the entry there; a normalisation is one op whose helpers
have names. The graph is taken apart for the derivation, a page may put it together again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from symbackprop.backward.helper_nodes import Helpers
from symbackprop.backward.reads import Read, readers_of
from symbackprop.graph.calls import Way
from symbackprop.graph.expr import LEAVES, Expr
from symbackprop.graph.graph import TIME_SUM, Graph


@dataclass(frozen=True, slots=True)
class Composite:
    """One call: its value, its arguments and what stands between them, by role.

    `owner` is the name whose definition has the call in it, `value` the expression there; an inner node is a
    symbol where the preparation gave it a name. `names` are those names that nothing but this call reads.
    """

    function: str
    owner: str
    value: Expr
    arguments: Mapping[str, Expr]
    inner: Mapping[str, Expr]
    names: tuple[str, ...]


def composites_of(
    g: Graph, named: tuple[str, ...], reads: Mapping[str, tuple[Read, ...]], helpers: Helpers
) -> tuple[Composite, ...]:
    """The calls in a prepared graph, whose `named` nodes had no name in the declaration."""
    every = readers_of(reads)
    readers = {n: every.get(n, ()) for n in named}
    return tuple(
        made
        for owner in g.definition
        for node in g.inside[owner]
        for made in (by_call(g, owner, node, readers), by_equations(owner, node, helpers))
        if made is not None
    )


def by_call(g: Graph, owner: str, node: Expr, readers: Mapping[str, Sequence[Read]]) -> Composite | None:
    """The function of several ops whose value a node is."""
    if node.call is None:
        return None
    arguments, inner = (
        {role: at_way(g, node, way) for role, way in roles}
        for roles in (node.call.arguments, node.call.inner)
    )
    names = dict.fromkeys(between(g, node, set(arguments.values()), readers.keys()))
    while True:
        own = {n for n in names if all(r.consumer in names or is_below(r, owner, node) for r in readers[n])}
        if len(own) == len(names):
            return Composite(node.call.function, owner, node, arguments, inner, tuple(names))
        names = {n: None for n in names if n in own}


def is_below(read: Read, owner: str, node: Expr) -> bool:
    """Whether a name is read inside a node of its owner's definition."""
    return read.consumer == owner and any(e is node for e, _ in read.way)


def by_equations(owner: str, node: Expr, helpers: Helpers) -> Composite | None:
    """The op of several equations that a node is, with the helpers that have names."""
    if node.op in LEAVES or node.op is TIME_SUM or not node.op.variants:
        return None
    instance = node.op.place(tuple(a.shape for a in node.args), node.attributes)
    if len(instance.definitions) < 2:
        return None
    arguments = {name: a for (name, _), a in zip(instance.inputs, node.args, strict=True)}
    inner = {str(role): e for role, e in helpers.get(node, {}).items()}
    names = tuple(e.symbol.name for e in inner.values() if e.symbol)
    return Composite(node.op.name, owner, node, arguments, inner, names)


def at_way(g: Graph, root: Expr, way: Way) -> Expr:
    """What stands at the end of a way, which goes on inside a definition where a part got a name."""
    e = root
    for n in way:
        e = (g.definition[e.symbol.name] if e.symbol else e).args[n]
    return e


def between(g: Graph, root: Expr, ends: Set[Expr], anonymous: Set[str]) -> Iterator[str]:
    """The anonymous names from a value down to the arguments of its call."""
    stack = list(reversed(root.args))
    while stack:
        e = stack.pop()
        if e in ends:
            continue
        if e.symbol and e.symbol.name in anonymous:
            yield e.symbol.name
            e = g.definition[e.symbol.name]
        stack += reversed(e.args)
