"""Jacobians and Hessians of any named output: entries accumulated through the graph, raised where a matrix
says them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

from symbackprop.backward.accumulation import total_derivative, without_helpers
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.unfolding import unfolded
from symbackprop.derivation.scopes import Order, Second
from symbackprop.derivatives.derivative import Derivative, Layout, matrix_of, thin, wide
from symbackprop.derivatives.derivative_names import (
    block_name, slope_name, vec_block_name, vec_slope_name,
)  # fmt: skip
from symbackprop import entries as en
from symbackprop.entries import Entries, Index
from symbackprop.entries.contraction import contract
from symbackprop.entries.differentiation import LocalStep
from symbackprop.entries.unification import ordered, reletter
from symbackprop.errors import DeclarationError
from symbackprop.formula.tree import Name
from symbackprop.graph.expr import Expr, Symbol, leaf, substitute, symbols, weight
from symbackprop.graph.graph import Graph, known
from symbackprop.matrices import expansion as ex, tidy as td
from symbackprop.matrices.raising import raised_helpers

GRADIENT = "gradient_"  # name of the node that holds the gradient while it is differentiated again
READABLE = 40  # nodes of a Hessian entry that is still written down to the inputs


# --- Jacobians -----------------------------------------------------------------------------------


def slope(d: Derivation, of: str, wrt: str) -> Derivative:
    """∂of/∂wrt of two nodes of a derivation's graph, in the layout of its convention."""
    made = accumulated(d, d.graph, of, wrt)
    scope = Second(Order.JACOBIAN, (wrt,), (of,))
    return Derivative(d, slope_name(d, of, wrt), scope, made.step, made.expr, of, wrt, made.folded,
                      vec_slope_name(d, of, wrt), made.tensors, made.layout)  # fmt: skip


def cut(g: Graph, wrt: str) -> Graph:
    """The graph with a node turned into an input."""
    known(wrt, g.symbol, "wrt")
    if wrt not in g.definition:
        return g
    own = g.symbol[wrt].own
    free_leaf = leaf(replace(own, definition=None))
    swap = {g.symbol[wrt]: free_leaf}
    symbol, definition = {wrt: free_leaf}, {}
    for n in g.inputs:
        symbol[n] = g.symbol[n]
    for n, e in g.definition.items():
        if n != wrt:
            definition[n] = substitute(e, swap)
            s = g.symbol[n].own
            symbol[n] = leaf(replace(s, definition=None if s.time else definition[n]))
            swap[g.symbol[n]] = symbol[n]
    return g.remade(symbol, definition)


@dataclass(frozen=True, slots=True)
class Accumulated:
    """∂of/∂wrt: its entries, the same over helpers, what the helpers stand for, and the matrix."""

    step: LocalStep
    folded: Entries
    tensors: Mapping[Hashable, Expr]
    expr: Expr | None

    @property
    def layout(self) -> Layout:
        """On paper a matrix stands under vec where that only drops axes of one entry."""
        return "thin" if self.expr is not None and thin(self.step) else "axes"


def accumulated(d: Derivation, g: Graph, of: str, wrt: str) -> Accumulated:
    """∂of/∂wrt forwards through a graph. Errors: `DeclarationError` where there is no closed form."""
    fold_result = "no" if of == GRADIENT else "yes"
    found = None
    if not g.time:
        found = total_derivative(g, of, wrt, d.convention.letters, fold_result=fold_result)
    if found is None:
        raise DeclarationError(f"no closed form of ∂{of}/∂{wrt}", where="jacobian",
                               hint="Recurrences have gradients; use derive().")  # fmt: skip
    helpers = found[1]
    step = first_entries(in_order(found[0], d.convention.letters))
    tensors = raised_helpers(helpers)
    plain = en.unshadowed(without_helpers(step.result, helpers), (*step.at, *step.by))
    plain_step = replace(step, result=plain)
    return Accumulated(plain_step, step.result, tensors, matrix_of(step.result, step, tensors))


def first_entries(step: LocalStep) -> LocalStep:
    """The entries without the letters of axes that have one entry: it is the first."""
    axes = (*step.at, *step.by)
    first = {i: en.position(0) for i in axes if i not in wide(axes)}
    raw, result = (contract(en.substitute(e, first)) if first else e for e in (step.raw, step.result))
    return replace(step, raw=raw, result=result)


def in_order(step: LocalStep, pool: str) -> LocalStep:
    """The letters of the rows before those of the columns."""
    names = ordered([i.name for i in (*step.at, *step.by)], pool)
    at, by = (tuple(Index(names[i.name], i.size) for i in own) for own in (step.at, step.by))
    return LocalStep(step.tensor, at, by, reletter(step.raw, names), reletter(step.result, names))


# --- Hessians ------------------------------------------------------------------------------------


def second(d: Derivation, x: str, y: str) -> Derivative:
    """∂(∂of/∂x)/∂y. Errors: `DeclarationError` for an output that is not a scalar."""
    if d.graph.symbol[d.of].shape:
        raise DeclarationError(f"{d.of} is not a scalar", where="hessian", hint="Name a scalar with of=.")
    own = d.graph.symbol[y].symbol
    if own and own.facts.symmetric:  # the gradient has used Aᵀ = A, which a single entry breaks
        raise DeclarationError(f"{y} is declared {own.domain}", where="hessian",
                               hint=f"Declare {y} without it: entries are varied one by one.")  # fmt: skip
    made = accumulated(d, with_gradient(d, x), GRADIENT, y)
    return Derivative(d, block_name(d, x, y), Second(Order.HESSIAN, (x, y)), made.step, made.expr, x, y,
                      made.folded, vec_block_name(d, x, y), made.tensors, made.layout)  # fmt: skip


def with_gradient(d: Derivation, x: str) -> Graph:
    """The graph with the gradient by x as its last node, error signals put in."""
    g = d.graph
    full = d.backward.adjoints[x].value
    for _ in range(len(d.backward.adjoints) + 1):
        inner = {s: d.backward.adjoints[s.symbol.name].value for s in symbols(full)
                 if s.symbol and s.symbol.cotangent}  # fmt: skip
        if not inner:
            break
        full = td.tidy(substitute(full, inner))
    node = leaf(Symbol(GRADIENT, full.shape, Name("G"), definition=full))
    return g.remade({**g.symbol, GRADIENT: node}, {**g.definition, GRADIENT: full})


def written_down(d: Derivation, e: Expr) -> Expr:
    """A number over the inputs, where that stays readable."""
    below = tuple(d.graph.definition)
    for _ in below:
        new = td.tidy(unfolded(d.backward, e, below))
        if new is e or weight(new) > READABLE:
            break
        e = new
    return ex.shortest(e, ex.expanded(e))
