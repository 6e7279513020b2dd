"""The graph backwards: one δ per named node, as a sum over its uses; time steps included.

A named node is an atom: δ_B is written with δ_C, never with everything below it, so the derivation is
linear in the graph. Griewank & Walther, Evaluating Derivatives (2008), section 3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace

from symbackprop.backward.helper_nodes import Helpers, declared_values
from symbackprop.backward.local_derivatives import NO_NAMES, pullback
from symbackprop.backward.preparation import Prepared
from symbackprop.backward.reads import Read
from symbackprop.graph.expr import (
    Expr, const, pinned, shifted, substitute, symbols, weight,
)  # fmt: skip
from symbackprop.graph.functions import zeros
from symbackprop.graph.graph import TIME_SUM, Graph, time_sum
from symbackprop.matrices import expansion as ex, tidy as td
from symbackprop.matrices.window_sums import sayable
from symbackprop.sizes import Size, size


@dataclass(frozen=True, slots=True)
class Use:
    """What one use of a node contributes to its δ: the consumer, and one expression for all its reads."""

    consumer: str
    shift: int  # the use at time t reads the node at t + shift
    value: Expr
    at: Size | None = None  # the fixed step that is read from outside time
    reads: tuple[Read, ...] = ()


@dataclass(frozen=True, slots=True)
class Adjoint:
    """δ of one name: ∂of/∂name, contributions by use, and their tidied sum (in other δ's).

    `forms` are the equal ways to write the sum, the first as the chain rule gives it, the last the shortest;
    with `last` they hold before the last step.
    """

    name: str
    symbol: Expr
    uses: tuple[Use, ...]
    forms: tuple[Expr, ...]
    last: Expr | None = None  # the sum at the last step, where that is used outside time
    first: Expr | None = None  # the sum at step 0, where the initial state is defined

    @property
    def value(self) -> Expr:
        return self.forms[-1]


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
    return Backward(p, seed, finished(g, shorter(g, adjoints)))


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


# --- shorter forms -------------------------------------------------------------------------------


STEP_WEIGHT = 40  # nodes of an intermediate form that is still worth a line
LONG = 400  # nodes of a sum over so many uses that no line holds it, whatever cancels


def shorter(g: Graph, adjoints: dict[str, Adjoint]) -> dict[str, Adjoint]:
    """Each δ also with the incoming δ's put in, where that cancels: z ⊙ δz - (zᵀδz) z = z - e_y."""
    out: dict[str, Adjoint] = {}
    by_symbol = {a.symbol: a for a in adjoints.values() if a.last is None}
    for name, a in adjoints.items():
        long = weight(a.value) > LONG
        inner = [s for s in symbols(a.value) if s in by_symbol and not long]
        values = {s: out.get(by_symbol[s].name, by_symbol[s]).value for s in inner}
        put_in = td.tidy(substitute(a.value, values)) if values else a.value
        short = ex.shortest(put_in, *(cancelled(g, put_in) if ex.has_inverse(put_in) else ()))
        forms = a.forms
        if weight(short) < weight(a.value) and sayable(short):
            steps = (put_in,) if put_in is not short and weight(put_in) <= STEP_WEIGHT else ()
            forms = (*forms, *steps, short)
        out[name] = replace(a, forms=forms)
        if a.last is None:
            by_symbol[a.symbol] = out[name]
    return out


def cancelled(g: Graph, e: Expr) -> Iterator[Expr]:
    """The expression multiplied out, also with the nodes it names written out."""
    yield ex.expanded(e)
    nodes = [s for s in symbols(e) if s.symbol and s is g.symbol.get(s.symbol.name)]
    known = {s: g.definition[s.symbol.name] for s in nodes if s.symbol and s.symbol.name in g.definition}
    if known:
        yield (written := td.tidy(substitute(e, known)))
        yield ex.expanded(written)


def finished(g: Graph, adjoints: dict[str, Adjoint]) -> dict[str, Adjoint]:
    """Each δ with the values of declared nodes under their names, P for softmax(S), and factored."""
    names = declared_values(g)

    def named(e: Expr) -> Expr:
        return substitute(e, names) if names else e

    def last_form(e: Expr | None) -> Expr | None:
        return ex.factored(named(e)) if e else None

    return {
        name: replace(
            a,
            uses=tuple(replace(u, value=named(u.value)) for u in a.uses),
            forms=tuple(dict.fromkeys(ex.factored(named(f)) for f in a.forms)),
            last=last_form(a.last),
            first=last_form(a.first),
        )
        for name, a in adjoints.items()
    }
