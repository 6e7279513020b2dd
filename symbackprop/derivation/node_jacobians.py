"""Jacobians of one node on paper, and what the edges of the graph carry."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace

from symbackprop.backward.accumulation import node_derivative
from symbackprop.backward.local_derivatives import pullback
from symbackprop.backward.reverse_pass import swept
from symbackprop.derivation import local_names
from symbackprop.derivation.derivation import Derivation
from symbackprop.entries import Index
from symbackprop.formula import tree as no
from symbackprop.formula.composing import one_or, size_formula, times
from symbackprop.formula.tree import Formula
from symbackprop.graph.expr import Expr, shifted, substitute, symbols
from symbackprop.graph.graph import TIME_SUM, reached
from symbackprop.matrices import tidy as td
from symbackprop.matrices.raising import raise_entries, raised_helpers
from symbackprop.notation.convention import Convention, NoMatrix, symbol_formula
from symbackprop.notation.entry_formulas import Base, letters_of
from symbackprop.notation.expression_formulas import notate, writer
from symbackprop.sizes import ONE, Size


def rank(d: Derivation, name: str) -> int:
    return d.graph.symbol[name].rank


def jacobian_expr(d: Derivation, node: str, wrt: Expr) -> Expr | None:
    """∂node/∂wrt as a scalar, a vector (one of them is a scalar) or a matrix; None for higher ranks.

    `wrt` is a symbol of the node's definition, at its own time step.
    """
    if rank(d, node) > 1 or wrt.rank > 1:
        return None
    g = d.graph
    found = node_derivative(g.symbol[node], g.definition[node], wrt, d.convention.letters)
    if found is None:
        return None
    instance, steps = found
    step = steps[-1]
    named = local_names.shared(d, node)
    known = raised_helpers([h for h in instance.definitions[:-1] if h.tensor not in named], named)
    return raise_entries(step.result, (*step.at, *step.by), known)


def jacobian_formula(d: Derivation, node: str, wrt: Expr) -> Formula | None:
    """As the layout has it: rows belong to the node and columns to the variable, or the other way round."""
    e = jacobian_expr(d, node, wrt)
    try:
        return None if e is None else laid_out(e, rank(d, node), wrt.rank, d.convention)
    except NoMatrix:
        return None


def laid_out(e: Expr, rows: int, columns: int, c: Convention) -> Formula:
    """A derivative, its rows belonging to the function, in the layout. Errors: `NoMatrix`."""
    write, turned = writer(c), c.turned(rows, columns)
    if e.rank == 1:
        return write.array(e, (rows == 0) != turned)
    return write.natural(td.tr(e) if turned and e.rank == 2 else e)


def jacobian_size(d: Derivation, node: str, wrt: str) -> tuple[Formula, Formula]:
    def extent(name: str) -> Formula:
        shape = d.graph.symbol[name].shape
        return size_formula(shape[0]) if shape else no.ONE

    rows, columns = d.convention.chained((extent(node), extent(wrt)))
    return rows, columns


def jacobian_shape(d: Derivation, node: str, wrt: str) -> tuple[Size, Size]:
    a, b = d.graph.symbol[node].shape, d.graph.symbol[wrt].shape
    rows, columns = d.convention.chained((a[0] if a else ONE, b[0] if b else ONE))
    return rows, columns


def edges(d: Derivation, drawn: tuple[str, ...]) -> list[tuple[str, str, Formula | None]]:
    """(tail, head, local derivative) between drawn nodes; hidden ones are multiplied through."""
    found: dict[tuple[str, str], list[Formula | None]] = {}
    for head in drawn:
        if head in d.graph.definition and head not in d.undrawn:
            for tail, label in into(d, head, set(drawn)):
                found.setdefault((tail, head), []).append(label)
    out = []
    for (tail, head), labels in found.items():
        known = [f for f in labels if f is not None]
        out.append((tail, head, one_or(no.Plus, known) if known else None))
    return out


def into(d: Derivation, head: str, drawn: set[str]) -> Iterator[tuple[str, Formula | None]]:
    """Drawn tails that reach a head through hidden nodes only; an earlier time step is a tail of its own."""
    stack: list[tuple[str, tuple[Formula, ...]]] = [(head, ())]
    while stack:
        node, front = stack.pop()
        direct = use_labels(d, node) if node == head else {}
        for leaf in symbols(drawn_definition(d, node, drawn)):
            s = leaf.symbol
            if s is None or s.name in d.undrawn:
                continue
            tail = f"{s.name}@{s.shift}" if s.shift else s.name
            j = jacobian_formula(d, node, leaf) if not s.labels else None
            if s.name in drawn:
                if j is not None:
                    factors = [f for f in (*front, j) if not isinstance(f, no.Eye)]
                    yield tail, times(d.convention.chained(factors or [j]))
                else:
                    yield tail, direct.get(tail) if node == head else None
            elif s.name in d.graph.definition and j is not None:
                stack.append((s.name, (*front, j)))


def drawn_definition(d: Derivation, node: str, drawn: set[str]) -> Expr:
    """The definition of a node; a layer reads its arguments where nothing inside it is drawn."""
    layer = d.layers.layers.get(node) or d.layers.normalisations.get(node)
    return d.layers.definition(node) if layer and not drawn & {*layer.hidden} else d.graph.definition[node]


def layer_labels(d: Derivation, head: str) -> dict[str, Formula]:
    """What a whole layer sends back to each of its arguments."""
    norm, layer = d.layers.normalisations.get(head), d.layers.layers.get(head)
    if norm:
        return {norm.x.own.name: d.formula(norm.sent_back(d.layers.arriving(head)))}
    roles = d.layers.answered(layer) if layer else ()
    return (
        {layer.arguments[r].own.name: d.formula(d.layers.contribution(layer, r)) for r in roles}
        if layer
        else {}
    )


def use_labels(d: Derivation, head: str) -> dict[str, Formula]:
    """What each use of a symbol in a definition sends back, at the time step of the head."""
    g = d.graph
    if head not in reached({d.of}, g.moved_by):  # only a computed label knows it: nothing comes back
        return {}
    out: dict[str, list[Formula]] = {}
    numbers = frozenset(n for n, e in g.symbol.items() if e.classes is None)
    every = replace(d.backward.prepared, active=numbers)
    one = head == d.of and d.backward.seed.number == 1
    own = d.backward.seed if one else d.backward.signals[head]
    named = {g.definition[c]: g.symbol[c] for c in d.constants}
    for name, use in swept(every, head, own, pullback):
        value = use.value.args[0] if use.value.op is TIME_SUM else use.value
        label = d.formula(shifted(substitute(value, named), use.shift))
        out.setdefault(f"{name}@{use.shift}" if use.shift else name, []).append(label)
    return {**{tail: one_or(no.Plus, labels) for tail, labels in out.items()}, **layer_labels(d, head)}


def signature(d: Derivation, node: str, wrt: str) -> Hashable:
    """Equal for definitions that differ only in names and sizes."""
    keys: dict[Expr, Hashable] = {}
    for e in d.graph.inside[node]:
        s = e.symbol
        if s:
            keys[e] = (s.name == wrt, e.rank, bool(s.labels))
        else:
            keys[e] = (e.op.name, tuple(keys[a] for a in e.args), e.op.scalar and e.op.name)
    return keys[d.graph.definition[node]]


def indexed(name: Formula, at: tuple[Index, ...]) -> Formula:
    return no.At(name, letters_of(at)) if at else name


def free(*groups: tuple[Index, ...]) -> tuple[tuple[str, Size], ...]:
    return tuple((i.name, i.size) for g in groups for i in g)


def entry_base(d: Derivation, scope: local_names.LocalNames) -> Base:
    """Entries of the definition's symbols and helpers, as they print in its scope, declared nodes by name."""
    named = {e: d.graph.symbol[n] for n, e in d.graph.definition.items()}

    def base(tensor: Hashable, at: tuple[Formula, ...]) -> Formula:
        tensor = named.get(tensor, tensor) if isinstance(tensor, Expr) else tensor
        if isinstance(tensor, Expr) and tensor.symbol:
            f = symbol_formula(tensor.symbol, d.convention)
            if isinstance(f, no.At):
                return no.At(f.base, (*f.indices, *at))
        elif isinstance(tensor, Expr):  # the solution of an equation
            f = notate(tensor, d.convention)
        else:
            f = scope.printed(tensor)
        return no.At(f, at) if at else f

    return base
