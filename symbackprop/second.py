"""Jacobians and Hessians of any named output: entries accumulated through the graph, raised where a matrix
says them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement, permutations
from typing import overload

from symbackprop import expanding as ex
from symbackprop import notation as no
from symbackprop import tidy as td
from symbackprop.activity import relevant
from symbackprop.accumulation import total_derivative, without_helpers
from symbackprop.calculus import LocalStep
from symbackprop.convention import Convention
from symbackprop.derivation import Derivation, as_graph, derive, unfolded
from symbackprop.derivative import Derivative, Quantity, matrix_of
from symbackprop.derivative_names import block_name, hessian_name, slope_name, tex_of, vec_slope
from symbackprop.entries import Entries, Index
from symbackprop.errors import DeclarationError
from symbackprop.expr import Expr, Symbol, leaf, substitute, symbols, weight
from symbackprop.graph import Graph, known, make
from symbackprop.jacobians import laid_out
from symbackprop.letters import ordered, reletter
from symbackprop.notation import Formula, Name
from symbackprop.page import Equation
from symbackprop.raising import raised_helpers
from symbackprop.sizes import plain, size
from symbackprop.squares import SYMMETRIC

GRADIENT = "gradient_"  # name of the node that holds the gradient while it is differentiated again
READABLE = 40  # nodes of a Hessian entry that is still written down to the inputs


# --- Jacobians -----------------------------------------------------------------------------------


def jacobian(
    graph: Graph | Expr | str,
    of: str | None = None,
    wrt: str | None = None,
    *,
    convention: Convention | None = None,
) -> Derivative:
    """The Jacobian of any node by any input or node, in the layout of the convention.

    Its `shape` has the axes of the output first. Errors: `DeclarationError` for unknown names, a recurrent
    graph, or a node that does not depend on `wrt`.
    """
    g = as_graph(graph)
    of = g.output if of is None else known(of, g.symbol, "of")
    if wrt is None:
        raise DeclarationError(
            "name one variable", where="jacobian", hint="jacobian(g, of='C', wrt='B')"
        )
    d = derive(cut(g, wrt), of=of, wrt=[wrt], convention=convention)
    left = slope_name(d, wrt)
    made = accumulated(d, d.graph, of, wrt)
    under = vec_slope(left.of, left.wrt)
    return Derivative(d, left, f"jacobian:{wrt}", made.step, made.expr, of, wrt, made.folded, under,
                      made.tensors)  # fmt: skip


def cut(g: Graph, wrt: str) -> Graph:
    """The graph with a node turned into an input."""
    known(wrt, g.symbol, "wrt")
    if wrt not in g.definition:
        return g
    own = g.symbol[wrt].symbol
    assert own
    free_leaf = leaf(replace(own, definition=None))
    swap = {g.symbol[wrt]: free_leaf}
    symbol, definition = {wrt: free_leaf}, {}
    for n in g.inputs:
        symbol[n] = g.symbol[n]
    for n, e in g.definition.items():
        if n != wrt:
            definition[n] = substitute(e, swap)
            s = g.symbol[n].symbol
            assert s
            symbol[n] = leaf(replace(s, definition=None if s.time else definition[n]))
            swap[g.symbol[n]] = symbol[n]
    return make(symbol, definition, g.time, g.initial)


@dataclass(frozen=True, slots=True)
class Accumulated:
    """∂of/∂wrt: its entries, the same over helpers, what the helpers stand for, and the matrix."""

    step: LocalStep
    folded: Entries
    tensors: Mapping[Hashable, Expr]
    expr: Expr | None


def accumulated(d: Derivation, g: Graph, of: str, wrt: str) -> Accumulated:
    """∂of/∂wrt forwards through a graph. Errors: `DeclarationError` where there is no closed form."""
    fold_result = "no" if of == GRADIENT else "yes"
    found = None
    if not g.time:
        found = total_derivative(g, of, wrt, d.convention.letters, fold_result=fold_result)
    if found is None:
        raise DeclarationError(f"no closed form of ∂{of}/∂{wrt}", where="jacobian",
                               hint="Recurrences and reshape have gradients; use derive().")  # fmt: skip
    helpers = found[1]
    step = in_order(found[0], d.convention.letters)
    tensors = raised_helpers(helpers)
    plain_step = replace(step, result=without_helpers(step.result, helpers))
    return Accumulated(plain_step, step.result, tensors, matrix_of(step.result, step, tensors))


def in_order(step: LocalStep, pool: str) -> LocalStep:
    """The letters of the rows before those of the columns."""
    names = ordered([i.name for i in (*step.at, *step.by)], pool)
    at, by = (tuple(Index(names[i.name], i.size) for i in own) for own in (step.at, step.by))
    return LocalStep(step.tensor, at, by, reletter(step.raw, names), reletter(step.result, names))


# --- Hessians ------------------------------------------------------------------------------------


@overload
def hessian(
    graph: Graph | Expr | str, of: str | None = None, wrt: str | None = None
) -> Derivative: ...
@overload
def hessian(
    graph: Graph | Expr | str, of: str | None = None, *, wrt: list[str] | tuple[str, ...]
) -> Blocks: ...
def hessian(
    graph: Graph | Expr | str,
    of: str | None = None,
    wrt: str | list[str] | tuple[str, ...] | None = None,
) -> Derivative | Blocks:
    """The Hessian of a scalar node by a variable, the Jacobian of its gradient; in blocks by several.

    Errors: `DeclarationError` for an output that is not a scalar, or variables that depend on each other.
    """
    if wrt is None or isinstance(wrt, str):
        d = derive(graph, of, [wrt] if wrt else None)
        x = wrt or d.wrt[0]
        return second(d, x, x)
    return blocks(derive(graph, of, list(wrt)), tuple(wrt))


def blocks(d: Derivation, names: tuple[str, ...]) -> Blocks:
    """The Hessian by several variables; its symmetry leaves the blocks above the diagonal."""
    for x, y in permutations(names, 2):
        if y in relevant(d.graph, x):
            raise DeclarationError(f"{x} depends on {y}: they do not vary by themselves", where="hessian",
                                   hint="Ask for one at a time.")  # fmt: skip
    found = {(x, y): second(d, x, y) for x, y in combinations_with_replacement(names, 2)}
    return Blocks(d, hessian_name(d), f"blocks:{','.join(names)}", names, found)


def second(d: Derivation, x: str, y: str) -> Derivative:
    """∂(∂of/∂x)/∂y. Errors: `DeclarationError` for an output that is not a scalar."""
    if d.graph.symbol[d.of].shape:
        raise DeclarationError(
            f"{d.of} is not a scalar", where="hessian", hint="Name a scalar with of=."
        )
    own = d.graph.symbol[y].symbol
    if own and own.domain in SYMMETRIC:  # the gradient has used Aᵀ = A, which a single entry breaks
        raise DeclarationError(f"{y} is declared {own.domain}", where="hessian",
                               hint=f"Declare {y} without it: entries are varied one by one.")  # fmt: skip
    made = accumulated(d, with_gradient(d, x), GRADIENT, y)
    under = vec_slope(no.Nabla(d.convention.of, tex_of(d, x)), tex_of(d, y))
    return Derivative(d, block_name(d, x, y), f"hessian:{x},{y}", made.step, made.expr, x, y,
                      made.folded, under, made.tensors)  # fmt: skip


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
    return make({**g.symbol, GRADIENT: node}, {**g.definition, GRADIENT: full}, g.time, g.initial)


def written_down(d: Derivation, e: Expr) -> Expr:
    """A number over the inputs, where that stays readable."""
    below = tuple(d.graph.definition)
    for _ in below:
        new = td.tidy(unfolded(d, e, below))
        if new is e or weight(new) > READABLE:
            break
        e = new
    return ex.shortest(e, ex.expanded(e))


@dataclass(frozen=True, eq=False, repr=False)
class Blocks(Quantity):
    """The Hessian by several variables: `h["W", "b"]` is ∂(∂of/∂W)/∂b.

    By numbers and vectors alone it is one matrix of blocks; a block by a matrix stands by itself.
    """

    names: tuple[str, ...]
    blocks: Mapping[tuple[str, str], Derivative]

    def __getitem__(self, pair: tuple[str, str]) -> Derivative:
        """∂(∂of/∂x)/∂y. Errors: `DeclarationError` for other names."""
        for n in pair:
            known(n, dict.fromkeys(self.names), "the Hessian")
        if pair in self.blocks:
            return self.blocks[pair]
        return second(self.derivation, *pair)

    @property
    def shape(self) -> tuple[int | str, ...]:
        """Rows and columns of the whole matrix."""
        total = size(0)
        for n in self.names:
            count = size(1)
            for s in self.derivation.graph.symbol[n].shape:
                count = count * s
            total = total + count
        return plain((total, total))

    @property
    def matrices(self) -> tuple[str, ...]:
        """The variables of more than one axis."""
        return tuple(n for n in self.names if self.derivation.graph.symbol[n].rank > 1)

    def verify(self, *, seed: int = 0) -> float:
        """As `Quantity.verify`, of the whole or block by block."""
        if not self.matrices:
            return super().verify(seed=seed)
        return max(b.verify(seed=seed) for b in self.blocks.values())

    def __repr__(self) -> str:
        if not self.matrices:
            return super().__repr__()
        return "\n".join(map(repr, self.blocks.values()))

    @property
    def equation(self) -> Equation:
        """H = [blocks]; those below the diagonal are the transposes of those above it.

        Errors: `DeclarationError` for a variable that is a matrix.
        """
        if self.matrices:
            x = self.matrices[0]
            raise DeclarationError(f"{x} is a matrix: no matrix holds all blocks", where="hessian",
                                   hint=f"h['{x}', '{x}'] is a block; it has .vec() and .jvp().")  # fmt: skip
        rows = tuple(tuple(self.cell(x, y) for y in self.names) for x in self.names)
        return Equation("hessian", self.left, (no.Array(rows),), local=self.scope)

    def cell(self, x: str, y: str) -> Formula:
        above = (x, y) in self.blocks
        b = self.blocks[x, y] if above else self.blocks[y, x]
        assert b.expr is not None, "numbers and vectors make a matrix"
        g = self.derivation.graph
        numbers = not any(g.symbol[n].rank for n in self.names)
        e = written_down(self.derivation, b.expr) if numbers else b.expr
        rank = [g.symbol[n].rank for n in (x, y)]
        if not above and e.rank == 2:
            e = td.tr(e)
        return laid_out(e, rank[0], rank[1], replace(b.convention, layout="gradient"))
