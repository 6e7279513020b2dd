"""The graph backwards: one δ per named node, as a sum over its uses; time steps included.

A named node is an atom: δ_B is written with δ_C, never with everything below it, so the derivation is
linear in the graph. Griewank & Walther, Evaluating Derivatives (2008), section 3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace

from symbackprop.backward.adjoints import Adjoint, Use
from symbackprop.backward.helper_nodes import Helpers
from symbackprop.backward.local_derivatives import NO_NAMES, pullback
from symbackprop.backward.preparation import Prepared
from symbackprop.backward.reads import Read
from symbackprop.backward.shorter_forms import shorter
from symbackprop.graph.expr import Expr, const, pinned, shifted
from symbackprop.graph.functions import zeros
from symbackprop.graph.graph import TIME_SUM, Graph, time_sum
from symbackprop.matrices import tidy as td
from symbackprop.sizes import size


@dataclass(frozen=True, slots=True)
class Backward:
    """All δ's of a derivation, consumers first, and the prepared graph they belong to."""

    prepared: Prepared
    seed: Expr  # the cotangent of `of`: 1 for a scalar, a symbol otherwise
    adjoints: Mapping[str, Adjoint]

    @property
    def graph(self) -> Graph:
        return self.prepared.graph

    @property
    def of(self) -> str:
        return self.prepared.of

    @property
    def wrt(self) -> tuple[str, ...]:
        return self.prepared.wrt

    @property
    def signals(self) -> Mapping[str, Expr]:
        return self.prepared.signals

    @property
    def helpers(self) -> Helpers:
        return self.prepared.helpers

    def on(self, g: Graph) -> Backward:
        """The same δ's, read over other definitions."""
        return replace(self, prepared=replace(self.prepared, graph=g))

    @property
    def abbreviations(self) -> frozenset[str]:
        """The names of helpers."""
        found = [e.symbol for known in self.helpers.values() for e in known.values()]
        return frozenset(s.name for s in found if s)


# op node, argument, its name, its cotangent, the names of its helpers
Pull = Callable[[Expr, int, Expr, Expr, Mapping[Hashable, Expr]], Expr]


def backward(p: Prepared, *, pull: Pull = pullback) -> Backward:
    """Reverse mode over the named nodes between variables and output; `pull` is the rule of one op."""
    g = p.graph
    seed = const(1) if not g.symbol[p.of].shape and p.of not in g.times else p.signals[p.of]
    uses: dict[str, list[Use]] = {n: [] for n in p.order}
    adjoints: dict[str, Adjoint] = {}
    for name in p.order:
        if name not in p.reach or name not in g.definition:
            continue
        own = seed if name == p.of and seed.number == 1 else p.signals[name]
        found = swept(p, name, own, pull)
        if name in g.initial:
            found += swept(p, f"{name}[0]", pinned(own, size(0)), pull)
        for target, use in found:
            uses[target].append(use)
    for name in p.order:
        if name == p.of or not (uses[name] or name in p.wrt):
            continue  # of a variable that nothing reads the sum is 0
        if not g.symbol[name].shape:  # scalars: paths in the order of the graph
            uses[name].reverse()
        adjoints[name] = adjoint(p, name, tuple(uses[name]))
    return Backward(p, seed, shorter(g, adjoints))


def adjoint(p: Prepared, name: str, uses: tuple[Use, ...]) -> Adjoint:
    """The sum over the uses; at the last step and at step 0 only those that reach it."""
    g = p.graph
    inside = [u for u in uses if u.at is None]
    total = added(g, name, [u.value for u in inside])
    last = first = None
    if name in g.times:
        assert g.time
        end = g.time.length
        if len(inside) < len(uses):  # what comes from beyond the last step is 0
            here = [pinned(u.value, end) for u in inside if not u.shift]
            last = added(g, name, [*here, *(u.value for u in uses if u.at == end)])
        if any(r.name in p.active for r in p.reads.get(f"{name}[0]", ())):
            early = [pinned(u.value, size(0)) for u in inside if u.shift]
            first = added(g, name, [*early, *(u.value for u in uses if u.at == size(0))])
    return Adjoint(name, p.signals[name], uses, (total,), last, first)


def added(g: Graph, name: str, terms: list[Expr]) -> Expr:
    """The sum of the terms, 0 of the node's shape where there is none."""
    return td.plus(*terms) if terms else zeros(*g.symbol[name].shape)


def swept(p: Prepared, root: str, own: Expr, pull: Pull) -> list[tuple[str, Use]]:
    """One reverse sweep over a definition, or an initial state: what it sends back to each symbol in it.

    What arrives through Σ_t and what arrives beside it are two signals, of which one is summed.
    """
    nodes, moving = p.graph.inside[root], p.moving(root)
    cotangent: dict[tuple[Expr, bool], Expr] = {(nodes[-1], False): own}
    out: list[tuple[str, Use]] = []
    for e in reversed(nodes):
        for summed in (False, True):
            arrived = cotangent.get((e, summed))
            if arrived is None or not moving[e]:
                continue
            if e.symbol:
                reads = tuple(x for x in p.reads[root] if x.leaf is e and x.over_time == summed)
                out.append((e.symbol.name, use_of(p, arrived, reads)))
                continue
            for n, a in enumerate(e.args):
                if moving[a]:
                    part = sent(p, root, e, n, arrived, pull)
                    at = (a, summed or e.op is TIME_SUM)
                    cotangent[at] = td.plus(cotangent[at], part) if at in cotangent else part
    return out


def sent(p: Prepared, root: str, e: Expr, n: int, cotangent: Expr, pull: Pull) -> Expr:
    """What one op of a definition sends back to one argument."""
    output = p.graph.symbol[root] if e is p.graph.definition.get(root) else e
    return pull(e, n, output, cotangent, p.helpers.get(e, NO_NAMES))


def term(p: Prepared, read: Read, own: Expr, pull: Pull = pullback) -> Expr:
    """What one read sends back of the cotangent `own` of its consumer; a use is the sum of these."""
    value = own
    for e, n in read.way:
        value = sent(p, read.consumer, e, n, value, pull)
    return use_of(p, value, (read,)).value


def use_of(p: Prepared, value: Expr, reads: tuple[Read, ...]) -> Use:
    """A contribution moved to the node's own time, or summed over time for a constant."""
    g, read = p.graph, reads[0]
    s = read.leaf.own
    if s.time and s.at is None:
        return Use(read.consumer, s.shift, shifted(value, -s.shift), reads=reads)
    if g.time and (read.consumer in g.times or read.over_time):
        value = time_sum(value, g.time)
    return Use(read.consumer, 0, value, s.at, reads)
