"""Jacobians and Hessians of any named output: entries accumulated through the graph, raised where a matrix
says them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from symbackprop import notation as no
from symbackprop import tidy as td
from symbackprop.calculus import LocalStep
from symbackprop.convention import NoMatrix, symbol_formula
from symbackprop.onpaper import Writer, notate
from symbackprop.derivation import Derivation, as_graph, derive
from symbackprop.errors import DeclarationError
from symbackprop.expr import Expr, Symbol, leaf, substitute, symbols
from symbackprop.graph import Graph, known, make
from symbackprop.indexed import entries_formula
from symbackprop.accumulation import total_derivative, without_helpers
from symbackprop.kronecker_form import kronecker
from symbackprop.notation import Formula, Name
from symbackprop.page import Equation
from symbackprop.raising import raise_entries, raised_helpers
from symbackprop.reference import Array
from symbackprop.sizes import plain, Shape, Size
from symbackprop.squares import SYMMETRIC
from symbackprop.values import Point, backward_values, forward

GRADIENT = "gradient_"  # name of the node that holds the gradient while it is differentiated again
STEP = 1e-30  # complex step
READABLE = 40  # nodes of a Hessian entry that is still written down to the inputs


@dataclass(frozen=True)
class Derivative:
    """∂of/∂wrt: rows by output axes, columns by variable axes (numerator layout).

    `expr` is its matrix form where the axes of both make at most a matrix, else None; `step` its entries.
    """

    derivation: Derivation
    of: str
    wrt: str
    step: LocalStep
    expr: Expr | None
    layout: Literal["axes", "vec"] = "axes"

    def vec(self) -> Derivative:
        """∂vec(of)/∂vec(wrt) of a matrix by a matrix, in Kronecker products.

        Errors: `DeclarationError` where rows and columns do not come apart.
        """
        made = kronecker(self.step, {})
        if made is None:
            raise DeclarationError("the derivative is no sum of Kronecker products",
                                   where=repr(self), hint="Its entries are in latex().")  # fmt: skip
        return replace(self, expr=made, layout="vec")

    @property
    def shape(self) -> tuple[int | str, ...]:
        """Output axes, then variable axes."""
        return plain(self.extents)

    @property
    def extents(self) -> Shape:
        return tuple(i.size for i in (*self.step.at, *self.step.by))

    @property
    def formula(self) -> Formula:
        """The matrix, or the entry in indices."""
        c = self.derivation.convention
        if self.expr is not None:
            write = Writer(c)
            try:
                if self.expr.rank == 1:
                    return write.column(self.expr) if self.step.at else write.row(self.expr)
                return write.natural(self.expr)
            except NoMatrix:
                pass
        return entries_formula(self.step.result, self.base)

    @property
    def equation(self) -> Equation:
        """The derivative as a line of a page: a Jacobian as ∂of/∂wrt, a Hessian by its own letter."""
        d, second_order = self.derivation, self.of == GRADIENT
        x = d.graph.symbol[self.wrt].symbol
        of = d.graph.symbol[d.of].symbol
        assert x and of
        scope = f"hessian:{self.wrt}" if second_order else f"jacobian:{self.wrt}"
        free: tuple[tuple[str, Size], ...] = ()
        if self.layout == "vec":
            left = vec_slope(no.Nabla(of.tex, x.tex) if second_order else of.tex, x.tex)
            return Equation("derivative", left, (self.formula,), local=scope)
        left: Formula = hessian_name(d) if second_order else no.Partial(of.tex, x.tex)
        if self.expr is None:
            at = (*self.step.at, *self.step.by)
            free = tuple((i.name, i.size) for i in at)
            letters = tuple(Name(i.name) for i in at)
            k = len(self.step.at)
            left = no.At(left, letters) if isinstance(left, Name) else no.Partial(
                no.At(of.tex, letters[:k]) if k else of.tex, no.At(x.tex, letters[k:]))  # fmt: skip
        return Equation("derivative", left, (self.formula,), None, free, local=scope)

    def base(self, tensor: object, at: tuple[Formula, ...]) -> Formula:
        assert isinstance(tensor, Expr), "helpers are folded away or raised"
        c, s = self.derivation.convention, tensor.symbol
        f = symbol_formula(s, c) if s else notate(tensor, c)
        return no.At(f, at) if at else f

    def latex(self) -> str:
        return self.derivation.latex(self.formula)

    def verify(self, *, seed: int = 0) -> float:
        """The largest relative error over three points, the printed form read back.

        Errors: `VerificationError` where it does not hold.
        """
        from symbackprop.verify import verify_derivative

        return verify_derivative(self, seed=seed)

    def text(self) -> str:
        from symbackprop.write.text import text

        return text(self.formula)

    def __repr__(self) -> str:
        of = self.derivation.of
        said = f"∂²{of}/∂{self.wrt}²" if self.of == GRADIENT else f"∂{of}/∂{self.wrt}"
        return f"<{said} = {self.text()}>"


def jacobian(
    graph: Graph | Expr | str, of: str | None = None, wrt: str | None = None
) -> Derivative:
    """The Jacobian of any node by any input or node, in numerator layout.

    Errors: `DeclarationError` for unknown names, a recurrent graph, or a node that does not depend on `wrt`.
    """
    g = as_graph(graph)
    of = g.output if of is None else known(of, g.symbol, "of")
    if wrt is None:
        raise DeclarationError(
            "name one variable", where="jacobian", hint="jacobian(g, of='C', wrt='B')"
        )
    d = derive(cut(g, wrt), of=of, wrt=[wrt])
    return total(d, d.graph, of, wrt)


def cut(g: Graph, wrt: str) -> Graph:
    """The graph with a node turned into an input."""
    known(wrt, g.symbol, "wrt")
    if wrt not in g.definition:
        return g
    own = g.symbol[wrt].symbol
    assert own
    free = leaf(replace(own, definition=None))
    swap = {g.symbol[wrt]: free}
    symbol, definition = {wrt: free}, {}
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


def total(d: Derivation, g: Graph, of: str, wrt: str) -> Derivative:
    fold_result = "no" if of == GRADIENT else "yes"
    found = None
    if not g.time:
        found = total_derivative(g, of, wrt, d.convention.letters, fold_result=fold_result)
    if found is None:
        raise DeclarationError(f"no closed form of ∂{of}/∂{wrt}", where="jacobian",
                               hint="Recurrences and reshape have gradients; use derive().")  # fmt: skip
    step, helpers = found
    out = (*step.at, *step.by)
    matrix = raise_entries(step.result, out, raised_helpers(helpers)) if len(out) <= 2 else None
    plain_step = replace(step, result=without_helpers(step.result, helpers))
    return Derivative(d, of, wrt, plain_step, matrix)


def hessian(graph: Graph | Expr | str, of: str | None = None, wrt: str | None = None) -> Derivative:
    """The Hessian of a scalar node by one variable: the Jacobian of its gradient."""
    d = derive(graph, of, [wrt] if wrt else None)
    x = wrt or d.wrt[0]
    return second(d, x, x)


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
    g = with_gradient(d, x)
    return total(d, g, GRADIENT, y)


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


# --- on the page ---------------------------------------------------------------------------------


def vec_slope(of: Formula, wrt: Formula) -> no.Partial:
    """∂vec(of)/∂vec(wrt)."""
    return no.Partial(no.Call("vec", (of,)), no.Call("vec", (wrt,)))


def by_columns(full: Array) -> Array:
    """∂Y_ij/∂X_pq as a matrix: rows by vec(Y), columns by vec(X)."""
    m, n, p, q = full.shape
    return full.transpose(1, 0, 3, 2).reshape(m * n, p * q)


def hessian_name(d: Derivation) -> Name:
    of = d.convention.of
    return Name("H", of.sup, of.base)


def jacobian_values(d: Derivation, x: str, point: Point) -> Array:
    """∂of/∂x by complex step of the definitions, in numerator layout."""
    given = set(d.graph.inputs)
    inputs = {k: v for k, v in point.values.items() if k[0] in given}
    base = np.asarray(inputs[x, 0])
    columns = []
    for k in range(base.size):
        moved = base.astype(complex)
        moved.flat[k] += 1j * STEP
        here = forward(d.graph, Point(point.sizes, {**inputs, (x, 0): moved}, {}, point.length))
        columns.append(np.imag(here.values[d.of, 0]) / STEP)
    return np.stack(columns, -1).reshape((*np.shape(columns[0]), *base.shape))


def hessian_values(d: Derivation, names: tuple[str, ...], point: Point) -> Array:
    """The Hessian by complex step of the verified gradient: the oracle of the printed one."""
    given = set(d.graph.inputs)
    inputs = {k: v for k, v in point.values.items() if k[0] in given}
    seeds = {k: v for k, v in point.deltas.items() if k[0] == d.of}
    columns = []
    for y in names:
        base = np.asarray(inputs[y, 0])
        for k in range(base.size):
            moved = base.astype(complex)
            moved.flat[k] += 1j * STEP
            here = forward(
                d.graph, Point(point.sizes, {**inputs, (y, 0): moved}, seeds, point.length)
            )
            back = backward_values(d.backward, here)
            columns.append(
                np.concatenate([np.imag(np.ravel(back.deltas[x, 0])) / STEP for x in names])
            )
    full = np.stack(columns, -1)
    shape = np.shape(inputs[names[0], 0])
    return full.reshape((*shape, *shape)) if len(names) == 1 else full
