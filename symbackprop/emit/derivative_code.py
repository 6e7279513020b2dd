"""Jacobians, Hessians and other matrices of second order as code, their products with directions beside them.

A module holds a function for the whole, named by its kind, `product` for J v or H v, and `pullback` for uᵀ J:
these two never make the matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, partial
from typing import TypeAlias

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.scopes import Order
from symbackprop.derivatives.asked_products import Asked, asked
from symbackprop.derivatives.derivative import Derivative, Product, Side
from symbackprop.derivatives.derivative_blocks import Blocks
from symbackprop.derivatives.matrix_free import Along, product, with_directions
from symbackprop.derivatives.quantity import Quantity
from symbackprop.emit.code_names import CodeNames, code_names, parameters
from symbackprop.emit.emitted_module import Module
from symbackprop.emit.literals import OWN, bare, opening, size_code
from symbackprop.emit.program.array_nodes import Node
from symbackprop.emit.program.code_writer import Target
from symbackprop.emit.program.entrywise import expand, full, reshape
from symbackprop.emit.program.lowering_graphs import Lowering
from symbackprop.emit.program.lowering_ops import joined
from symbackprop.emit.steady_graph import steady
from symbackprop.entries import Entries
from symbackprop.entries.contraction import contract, multiplied_out
from symbackprop.graph.fresh_names import Room
from symbackprop.graph.graph import ancestors
from symbackprop.matrices.kronecker_factors import Factor, factors
from symbackprop.sizes import count

WORDS: Mapping[Order, str] = {
    Order.JACOBIAN: "jacobian", Order.HESSIAN: "hessian", Order.BLOCKS: "hessian",
    Order.GAUSS_NEWTON: "gauss_newton", Order.FISHER: "fisher",
}  # fmt: skip
TITLES: Mapping[Order, str] = {
    Order.JACOBIAN: "Jacobian", Order.HESSIAN: "Hessian", Order.BLOCKS: "Hessian",
    Order.GAUSS_NEWTON: "Gauss-Newton matrix", Order.FISHER: "Fisher information",
}  # fmt: skip
FACTORS, MATRIX = "factors", "matrix"
TERMS = 64  # of a sum that is still multiplied out
Pairs: TypeAlias = tuple[tuple[Factor, Factor], ...]
SIDES: Mapping[Side, str] = {"right": "product", "left": "pullback"}
Asking: TypeAlias = Derivative | Blocks | Product
Results: TypeAlias = Mapping[tuple[str, ...], Node]  # by the key in the dict returned; () is returned alone


def value_code(said: Mapping[str, str]) -> str:
    """One result alone, several as a dict."""
    return said.get("") or f"{{{', '.join(f'{k}: {code}' for k, code in said.items())}}}"


@dataclass(frozen=True)
class Function:
    """A function of a module, how its results are made, and what its δ's are called where they mean more."""

    name: str
    said: str
    derivation: Derivation
    results: Callable[[Lowering], Results]
    meant: Mapping[str, str] = field(default_factory=dict[str, str])
    value: Callable[[Mapping[str, str]], str] = value_code  # of the codes of the results

    @cached_property
    def names(self) -> CodeNames:
        return code_names(self.derivation, self.meant)


def source(q: Quantity, target: Target) -> str:
    """The module of a derivative, of several in blocks, or of a product with a direction."""
    made = list(functions(q))
    room = Room.code((*function_names(q), *(n for f in made for n in f.names.room.typed)), OWN)
    module: Module | None = None
    body = list[str]()
    for f in made:
        module = Module(f.derivation, target, module, names=f.names)
        module.room = room
        body += ["\n\n", *function_lines(f, module)]
    assert module, "a quantity has a function"
    said = f"{', '.join(function_names(q))} of {', '.join(outputs(q))}"
    head = opening(said, target.imports, q.derivation.graph)
    return "".join([head, *body, *(f"\n\n{x}" for x in module.below())])


def function_lines(f: Function, m: Module) -> list[str]:
    found = {key(k): n for k, n in f.results(m.lowering).items()}
    work, said = m.written(m.lowering.program_of(found))
    value = f.value(said)
    given = ", ".join(parameters(m.d).inputs.values())
    lines = m.opened([*work, f"return {value}"], seeded=False, by_name=True)
    said = f'    """{f.said}\n\n    Inputs, in order, by keyword or as a dict: {given}.\n    """\n'
    return [f"def {f.name}(*given, **named):\n", said, *lines]


def function_names(q: Quantity) -> tuple[str, ...]:
    """What the functions of a module are called, the whole first."""
    if isinstance(q, Product):
        return (SIDES[q.side],)
    own = (WORDS[q.scope.order], *(SIDES[side] for side in sides(q)), *[MATRIX] * isinstance(q, Blocks))
    return own if kronecker(q) is None else (*own, FACTORS)


def key(names: tuple[str, ...]) -> str:
    """The code of a key."""
    return repr(names if len(names) > 1 else "".join(names)) if names else ""


# --- what a module holds ---------------------------------------------------------------------------


def functions(q: Quantity) -> Iterator[Function]:
    """The functions of a quantity, the whole first."""
    if isinstance(q, Derivative | Blocks):
        yield Function(WORDS[q.scope.order], whole_said(q), needed(q), partial(whole, q))
        yield from (directed(q, asked(q, side)) for side in sides(q))
        if isinstance(q, Blocks):
            said = f"All blocks as one matrix, of a matrix its columns below one another: {shape_said(q)}."
            yield Function(MATRIX, said, needed(q), partial(one_matrix, q))
        if (pairs := kronecker(q)) is not None:
            yield factored(q, pairs)
    elif isinstance(q, Product):
        yield directed(q, asked(q, q.side))


def sides(q: Quantity) -> tuple[Side, ...]:
    """Where directions may stand, which is the same where a matrix is symmetric."""
    block = isinstance(q, Derivative) and q.rows != q.columns
    return ("right", "left") if block or q.scope.order is Order.JACOBIAN else ("right",)


def outputs(q: Quantity) -> tuple[str, ...]:
    return q.scope.outputs or (q.derivation.of,)


def needed(q: Quantity) -> Derivation:
    """The derivation without inputs that the outputs do not read: those of a node that became an input."""
    d = q.derivation
    gone = {*d.graph.inputs}.difference(*(ancestors(d.graph, y) for y in (*outputs(q), *d.wrt)))
    if not gone:
        return d
    symbol = {n: e for n, e in d.graph.symbol.items() if gone.isdisjoint(ancestors(d.graph, n))}
    kept = {n: e for n, e in d.graph.definition.items() if n in symbol}
    return replace(d, backward=d.backward.on(d.graph.remade(symbol, kept)))


# --- the whole -------------------------------------------------------------------------------------


def whole(q: Derivative | Blocks, low: Lowering) -> Results:
    """The derivative, or its blocks by the names they belong to."""
    if isinstance(q, Derivative):
        return {(): by_layout(q, low)}
    return {(x, y): by_layout(q[x, y], low) for x in q.rows for y in q.names}


def by_layout(q: Derivative, low: Lowering) -> Node:
    """The axes of the rows, then those of the columns; under vec one of each, the first axis the fastest."""
    at, by = q.step.at, q.step.by
    if q.layout != "vec":
        return low.entries(q.folded, (*at, *by), q.tensors)
    made = low.entries(q.folded, (*at[::-1], *by[::-1]), q.tensors)
    return reshape(made, tuple(count(tuple(i.size for i in side)) for side in (at, by) if side))


def one_matrix(q: Blocks, low: Lowering) -> Results:
    """The rows of blocks below one another."""
    rows = [joined([under_vec(q[x, y], low) for y in q.names], 1) for x in q.rows]
    return {(): joined(rows, 0)}


def under_vec(q: Derivative, low: Lowering) -> Node:
    """A block as a matrix, the first axis of rows and of columns the fastest."""
    at, by = q.step.at, q.step.by
    made = low.entries(q.folded, (*at[::-1], *by[::-1]), q.tensors)
    return reshape(made, tuple(count(tuple(i.size for i in side)) for side in (at, by)))


def shape_said(q: Derivative | Blocks) -> str:
    return " x ".join(map(str, q.shape)) or "scalar"


def whole_said(q: Derivative | Blocks) -> str:
    return f"{TITLES[q.scope.order]} of {', '.join(outputs(q))}: {shape_said(q)}."


# --- Kronecker factors -----------------------------------------------------------------------------


def kronecker(q: Quantity) -> Pairs | None:
    """The factors of a matrix under vec, where every term has some."""
    if isinstance(q, Derivative) and q.layout == "vec":
        return factors(replace(q.step, result=q.folded))
    return None


def factored(q: Quantity, pairs: Pairs) -> Function:
    """All pairs of factors; an identity is said by its size alone."""
    assert isinstance(q, Derivative), "blocks come apart one by one"
    each = [x for p in pairs for x in p]

    def made(low: Lowering) -> Results:
        return {
            (str(n),): column_or_row(low.entries(x.entries, x.letters, q.tensors), x)
            for n, x in enumerate(each)
            if not x.identity
        }

    def value(said: Mapping[str, str]) -> str:
        codes = [
            bare(size_code(x.identity)) if x.identity else said[key((str(n),))] for n, x in enumerate(each)
        ]
        return f"[{', '.join(f'({g}, {f})' for g, f in zip(codes[::2], codes[1::2], strict=True))}]"

    said = f"{TITLES[q.scope.order]} of {', '.join(outputs(q))} under vec, the sum of all G kron F: " \
           "pairs G, F, a whole number for an identity."  # fmt: skip
    return Function(FACTORS, said, needed(q), made, value=value)


def column_or_row(x: Node, f: Factor) -> Node:
    """A matrix with an axis for the rows and one for the columns."""
    rows, columns = f.cell
    return x if rows and columns else expand(x, (1,) if rows else (0,))


# --- products --------------------------------------------------------------------------------------


def directed(q: Asking, a: Asked) -> Function:
    """A product with directions."""
    d = needed(q)
    found = product(replace(a, derivation=steady(d)))
    keys = {x: (x,) if isinstance(q, Blocks) else () for x in a.kept}
    made = partial(products, q, a, found, keys)
    if not found:
        return Function(SIDES[a.side], product_said(a), with_directions(d, a.directions), made)
    return Function(SIDES[a.side], product_said(a), found.derivation, made, found.meant)


def products(
    q: Asking, a: Asked, found: Along | None, keys: Mapping[str, tuple[str, ...]], low: Lowering
) -> Results:
    """From a derivation of the derivation; where there is none, from entries."""
    if found:
        return {keys[x]: low.known[n, True] for x, n in found.gradient.items()}
    if isinstance(q, Derivative):
        q = (q.jvp if a.side == "right" else q.vjp)(*a.directions.values())
    if isinstance(q, Product):
        e = term_by_term(q.folded) if a.scope.order is Order.FISHER else q.folded
        return {(): low.entries(e, q.axes, q.tensors)}
    return {own: full(Fraction(0), low.g.symbol[x].shape) for x, own in keys.items()}


def term_by_term(e: Entries) -> Entries:
    """The same sum without brackets: of products with a direction, where that meets the rest first."""
    opened = contract(multiplied_out(e))
    return opened if len(opened.terms) <= TERMS else e


def product_said(a: Asked) -> str:
    given = ", ".join(f"{v} in the shape of {x}" for x, v in a.directions.items())
    return f"{TITLES[a.scope.order]} times a direction from the {a.side}, {given}."
