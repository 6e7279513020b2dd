"""Names inside the derivation of one definition: helpers that collide with the graph's names step aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, count, takewhile

from symbackprop.backward.helper_nodes import helper_names
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.scopes import Local
from symbackprop.formula.printed_names import ACCENTS, PI, default_tex, letter, spelled
from symbackprop.formula.tree import Name
from symbackprop.graph.expr import Expr, leaf, substitute, symbols
from symbackprop.graph.fresh_names import Room
from symbackprop.graph.graph import used_names
from symbackprop.matrices.lowering import instance_of
from symbackprop.matrices.raising import raised_helpers


@dataclass(frozen=True, eq=False, slots=True)
class LocalNames:
    """A node, one variable of its definition, and printed names of its helpers."""

    node: Expr
    definition: Expr
    wrt: Expr
    helpers: tuple[tuple[str, Name], ...]
    letters: str

    @property
    def names(self) -> tuple[Name, ...]:
        return tuple(n for _, n in self.helpers)

    @property
    def tex(self) -> Name:
        return self.wrt.own.tex

    def helper(self, tensor: str) -> Name:
        return dict(self.helpers)[tensor]

    def printed(self, tensor: Hashable) -> Name:
        """The name of a helper, the node, or a symbol of the definition."""
        if isinstance(tensor, Expr):
            return tensor.own.tex
        return PI if tensor == "pi" else self.helper(str(tensor))


def of(d: Derivation, scope: Local) -> LocalNames:
    """The names in the scope of a node."""
    g, node, wrt = d.graph, scope.node, scope.wrt
    return build(
        timeless(g.symbol[node]),
        timeless(g.definition[node]),
        timeless(g.symbol[wrt]),
        d.convention.letters,
        frozenset({*Room.of(g).printed, *(n for e in g.symbol.values() for n in spellings(e))}),
        tuple((str(t), e.symbol.tex) for t, e in shared(d, node).items() if e.symbol),
    )


def shared(d: Derivation, node: str) -> dict[Hashable, Expr]:
    """Helpers of a definition that are nodes: R for r_ij = x_ij - m_ij, which a pullback uses, or
    P for the softmax inside logsumexp(S), where P = softmax(S) is declared.

    Where two ops of the definition have a helper of the same name, neither is among the first kind.
    """
    parts = d.graph.inside[node]
    said = Counter(h for part in parts for h in helper_names(part.op))
    every = (x for part in parts for x in d.backward.helpers.get(part, {}).items())
    used = {t: e for t, e in every if e.symbol and not e.symbol.time and said[t] == 1}
    return {**declared(d, node), **used} if said else used


def declared(d: Derivation, node: str) -> dict[Hashable, Expr]:
    """Helpers of a definition that an earlier node is the same as, none that the definition uses itself:
    what is held fixed where another varies needs a name of its own.
    """
    g = d.graph
    found = instance_of(g.symbol[node], g.definition[node], d.convention.letters)
    if g.time or found is None:
        return {}
    own = used_names(g.definition[node])
    earlier = takewhile(lambda n: n != node, g.definition)
    nodes = {g.definition[n]: g.symbol[n] for n in earlier if n not in own}
    helpers = raised_helpers(found.definitions[:-1])
    return {t: nodes[e] for t, e in helpers.items() if e in nodes}


def spellings(e: Expr) -> tuple[Name, ...]:
    """A symbol's name; that of a matrix P also as its entries are often called, p_ij."""
    own = e.own.tex
    entry = own.base.lower()
    return (own, replace(own, base=entry)) if e.rank > 1 and len(entry) == 1 else (own,)


def marked(name: Name) -> Iterator[Name]:
    """The name under a tilde, a hat, …, and under several of them."""
    for n in count(1):
        for mark in ACCENTS:
            yield name.under(*[mark] * n)


@lru_cache(maxsize=4096)
def timeless(e: Expr) -> Expr:
    """The expression at one moment: time indices dropped."""
    swap = {}
    for s in symbols(e):
        own = s.symbol
        if own and own.time:
            swap[s] = leaf(replace(own, time="", shift=0))
    return substitute(e, swap)


@lru_cache(maxsize=4096)
def build(
    node: Expr,
    definition: Expr,
    wrt: Expr,
    letters: str,
    taken: frozenset[Name],
    given: tuple[tuple[str, Name], ...],
) -> LocalNames:
    instance = instance_of(node, definition, letters)
    assert instance, "a local derivation needs entries"
    used = {letter(n) for n in taken}
    helpers = []
    for h in instance.definitions[:-1]:
        own = spelled(default_tex(str(h.tensor)))
        name = dict(given).get(str(h.tensor)) or next(
            n for n in chain([own], marked(own)) if letter(n) not in used
        )
        helpers.append((str(h.tensor), name))
    return LocalNames(node, definition, wrt, tuple(helpers), letters)
