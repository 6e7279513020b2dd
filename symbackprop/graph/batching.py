"""The graph of one sample for a batch of samples in rows: x becomes X, W x becomes X Wᵀ, the loss their mean.

Every op of a definition is made again with the samples as its leading axis. An op with batch axes takes
them as they are; the others are rows of `RULES`. What cannot be lifted is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symbackprop.errors import DeclarationError, ShapeError
from symbackprop.formula.tree import Name
from symbackprop.graph.batch_rules import RULES, Lifted, repeated, with_batch_axes
from symbackprop.graph.expr import (
    LEAVES, Expr, Symbol, apply, const, leaf, topological, with_args,
)  # fmt: skip
from symbackprop.graph.graph import Graph
from symbackprop.graph.remembered_calls import in_place_of
from symbackprop.sizes import Size
from symbackprop.vocabulary.kinds import DIVIDE, MEAN, SUM, SUM_LAST


def with_rows(g: Graph, over: set[str], n: Size, total: str) -> Graph:
    """The graph whose names in `over` have a leading axis; what a recurrence was comes before what it is."""
    taken = {e.symbol.tex for e in g.symbol.values() if e.symbol}
    known: dict[str, Lifted] = {}
    symbol: dict[str, Expr] = {}
    definition: dict[str, Expr] = {}
    steps = {name: bool(e.own.time) for name, e in g.symbol.items()}
    for name in sorted((*g.inputs, *g.definition), key=lambda x: not steps[x]):
        old, body = g.symbol[name], None
        if name in g.definition and not steps[name]:
            body = lifted(g.definition[name], known, n, name)
            if name == g.output and not old.shape and body.over:
                body = Lifted(joined(body.expr, n, total), (), False)
            definition[name] = body.expr
        made = replace(old.own, definition=body.expr if body else None)
        many = name in over if body is None else body.over
        if many:
            made = replace(made, shape=(n, *old.shape), tex=capital(made, taken))
        symbol[name] = leaf(made)
        known[name] = Lifted(symbol[name], old.shape, many)
    for name in g.definition:
        if name not in definition:
            definition[name] = lifted(g.definition[name], known, n, name).expr
    initial = {m: repeated(lifted(e, known, n, m), n) if known[m].over else e for m, e in g.initial.items()}
    return g.remade({m: symbol[m] for m in g.symbol}, {m: definition[m] for m in g.definition}, initial)


TOTALS = {"sum": SUM, "mean": MEAN}


def joined(losses: Expr, n: Size, total: str) -> Expr:
    """The losses of all samples as one number; a sum over entries is one with the sum over samples."""
    inner = losses
    while inner.op is SUM_LAST:
        inner = inner.args[0]
    if inner is losses:
        return apply(TOTALS[total], losses)
    whole = apply(SUM, inner)
    return whole if total == "sum" else apply(DIVIDE, whole, const(n))


def capital(s: Symbol, taken: set[Name]) -> Name:
    """The printed name of all samples: a capital, where it is free."""
    small = len(s.tex.base) == 1 and s.tex.base.islower()
    made = replace(s.tex, base=s.tex.base.upper()) if small else s.tex
    if made in taken:
        return s.tex
    taken.add(made)
    return made


def lifted(root: Expr, known: Mapping[str, Lifted], n: Size, where: str) -> Lifted:
    """A definition for all samples; a symbol keeps its step."""
    done: dict[Expr, Lifted] = {}
    for node in topological(root):
        s = node.symbol
        if s and s.name in known:
            found = known[s.name]
            whole = found.expr.own
            moved = replace(whole, time=s.time, shift=s.shift, at=s.at)
            done[node] = replace(found, expr=leaf(moved))
        elif node.op in LEAVES or not node.args:
            done[node] = Lifted(node, node.shape, False)
        else:
            args = tuple(done[a] for a in node.args)
            over = any(a.over for a in args)
            if not over:
                done[node] = Lifted(with_args(node, tuple(a.expr for a in args)), node.shape, False)
            else:
                done[node] = Lifted(by_rule(node, args, n, where), node.shape, True)
    return done[root]


def by_rule(node: Expr, args: tuple[Lifted, ...], n: Size, where: str) -> Expr:
    """One op for all samples. Errors: `DeclarationError` where it has no batch form."""
    try:
        made = RULES.get(node.op, with_batch_axes)(node, args, n)
    except ShapeError:
        made = None
    if made is None or made.shape != (n, *node.shape):
        raise DeclarationError(f"{node.op.name} has no batch form for these arguments", where=where,
                               hint="Write the graph with the axis of samples.")  # fmt: skip
    return in_place_of(node, made)
