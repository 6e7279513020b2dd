"""Derivatives of a node's whole definition in entries, and accumulated forwards through the graph."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Literal

from symbackprop import entries as en
from symbackprop.entries import Elem, Entries, Index
from symbackprop.entries.contraction import contract, solve, written_out
from symbackprop.entries.differentiation import LocalStep, derivative, fold
from symbackprop.entries.entry_equations import Definition, Implicit, Instance
from symbackprop.entries.implicit_equations import INVERSE as INVERTED
from symbackprop.entries.op import jacobian
from symbackprop.entries.scalar_functions import prime
from symbackprop.entries.unification import in_letters
from symbackprop.graph.expr import LEAVES, Expr, apply, topological
from symbackprop.graph.graph import TIME_SUM, Graph
from symbackprop.matrices.lowering import (
    Lowered, instance_of, letters, lower, moved, retensored, summed,
)  # fmt: skip
from symbackprop.vocabulary.kinds import INVERSE, INVERSES


def node_derivative(
    name: Expr, definition: Expr, wrt: Expr, pool: str
) -> tuple[Instance, tuple[LocalStep, ...]] | None:
    """∂name[at]/∂wrt[by], helper by helper; the last step is the node's Jacobian in entries."""
    instance = instance_of(name, definition, pool)
    if instance is None:
        return None
    taken = {x for d in instance.definitions for x in en.all_names(d.right)}
    taken |= {i.name for d in instance.definitions for i in d.at}
    by = letters(wrt.shape, taken, pool)
    known: dict[Hashable, LocalStep] = dict(implicit_steps(definition, wrt, by, {}, pool))
    steps = []
    own: dict[Hashable, Hashable] = {definition: name} if definition in known else {}
    for n, d in enumerate(instance.definitions):
        later = instance.definitions[n + 1 :]
        if later and all(a.tensor != d.tensor for x in later for a in en.elements(x.right)):
            continue  # only a name that results are written with
        raw = en.unshadowed(derivative(d.right, wrt, by, known, prime), (*d.at, *by))
        raw = retensored(raw, own)
        result = fold(solve(contract(raw)), instance.definitions[: n + 1])
        step = LocalStep(d.tensor, d.at, by, in_letters(raw, pool), in_letters(result, pool))
        known[d.tensor] = step
        steps.append(step)
    return instance, tuple(steps)


def implicit_steps(
    definition: Expr, wrt: Expr, by: tuple[Index, ...], known: Mapping[Hashable, LocalStep], pool: str
) -> dict[Hashable, LocalStep]:
    """∂node/∂wrt of every node defined by an equation, through its arguments."""
    found: dict[Hashable, LocalStep] = dict(known)
    for node in topological(definition):
        f = equation_of(node)
        if f is None:
            continue
        at = tuple(Index(f"o{n}", s) for n, s in enumerate(node.shape))
        parts = []
        for n, a in enumerate(node.args):
            inner = expression_derivative(a, wrt, by, found, pool)
            if inner.right.terms:
                parts.append(chained(node, f, n, at, inner))
        total = en.add(*parts)
        if total.terms:
            found[node] = LocalStep(f.result, at, by, total, total)
    return {k: v for k, v in found.items() if k not in known}


def equation_of(node: Expr) -> Implicit | None:
    """The equation a node's op is defined by, where it has one instead of entries."""
    if node.op in LEAVES or node.op is TIME_SUM:
        return None
    return node.op.place(tuple(a.shape for a in node.args), node.attributes).implicit


def expression_derivative(
    e: Expr, wrt: Expr, by: tuple[Index, ...], known: Mapping[Hashable, LocalStep], pool: str
) -> Lowered:
    """∂e[at]/∂wrt[by] of an argument; its own letters are kept apart from `by`."""
    low = lower(e, pool)
    assert low is not None, "what stands below a lowered node is lowered"
    apart = tuple(Index(f"w{n}", i.size) for n, i in enumerate(by))
    local = dict(known)
    for h in low.helpers:
        raw = contract(derivative(h.right, wrt, apart, local, prime))
        local[h.tensor] = LocalStep(str(h.tensor), h.at, apart, raw, raw)
    result = contract(derivative(low.right, wrt, apart, local, prime))
    at = tuple(Index(f"q{n}", i.size) for n, i in enumerate(low.at))
    return Lowered(at, moved(result, (*low.at, *apart), (*at, *by)))


def chained(node: Expr, f: Implicit, n: int, at: tuple[Index, ...], inner: Lowered) -> Entries:
    """Σ ∂node[at]/∂argument ∂argument/∂wrt, over the node itself and inverses of its arguments."""
    shapes = tuple(a.shape for a in node.args)
    step = jacobian(node.op, shapes, node.attributes, n)[-1]
    names: dict[Hashable, Hashable] = {f.result: node}
    instance = node.op.place(shapes, node.attributes)
    for (name, _), a in zip(instance.inputs, node.args, strict=True):
        if a.rank > 1 and a.shape[-1] == a.shape[-2]:
            names[INVERTED + name] = apply(INVERSE if a.rank == 2 else INVERSES, a)
    middle = tuple(Index(f"m{k}", i.size) for k, i in enumerate(step.by))
    outer = moved(retensored(step.result, names), (*step.at, *step.by), (*at, *middle))
    return summed(en.multiply(outer, moved(inner.right, inner.at, middle)), middle)


def total_derivative(
    g: Graph, of: str, wrt: str, pool: str, *, fold_result: Literal["yes", "no"] = "yes"
) -> tuple[LocalStep, tuple[Definition, ...]] | None:
    """∂of/∂wrt in entries, accumulated forwards through every named node, and the helpers left in it.

    None where a node between them has no entries.
    """
    helpers: list[Definition] = []
    known: dict[Hashable, LocalStep] = {}
    x = g.symbol[wrt]
    by = letters(x.shape, set(), pool)
    pool = "".join(c for c in pool if c not in {i.name for i in by})
    for name, e in g.definition.items():
        if e.op.domain == "label":  # constant almost everywhere
            continue
        instance = instance_of(g.symbol[name], e, pool, "yes")
        if instance is None:
            return None
        known |= implicit_steps(e, x, by, known, pool)
        instance = helpers_apart(instance, name)
        helpers += instance.definitions[:-1]
        for n, d in enumerate(instance.definitions):
            raw = en.unshadowed(derivative(d.right, x, by, known, prime), (*d.at, *by))
            if raw.terms:
                last = name == of and n == len(instance.definitions) - 1
                # the result itself is named only where it is a node of the graph
                own = instance.definitions[: n + (0 if last and fold_result == "no" else 1)]
                result = fold(solve(contract(raw)), own)
                result = in_letters(result, pool)
                known[d.tensor] = LocalStep(d.tensor, d.at, by, raw, result)
            else:
                known.pop(d.tensor, None)
        if name == of:
            break
    out = letters(g.symbol[of].shape, {i.name for i in by}, pool)
    zero = LocalStep(of, out, by, en.ZERO, en.ZERO)
    return known.get(g.symbol[of], zero), tuple(helpers)


def helpers_apart(instance: Instance, node: str) -> Instance:
    """The helpers of a node under names no other node's helpers have."""
    names: dict[Hashable, str] = {d.tensor: f"{node}.{d.tensor}" for d in instance.definitions[:-1]}
    if not names:
        return instance
    out = [Definition(names.get(d.tensor, d.tensor), d.at, retensored(d.right, names))
           for d in instance.definitions]  # fmt: skip
    return replace(instance, definitions=tuple(out))


def without_helpers(e: Entries, helpers: tuple[Definition, ...]) -> Entries:
    """Helpers written out by their definitions."""
    for h in reversed(helpers):

        def meaning(a: Elem, h: Definition = h) -> Entries | None:
            if a.tensor != h.tensor:
                return None
            return contract(written_out(h.right, dict(zip(h.at, a.at, strict=True))))

        e = contract(en.inline(e, meaning))
    return e
