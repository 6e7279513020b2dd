"""Jacobians and Hessians by several variables: one matrix of blocks, matrices under vec."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement, permutations, product
from typing import Literal, overload

from symbackprop.derivation.derivation import Derivation, derive
from symbackprop.derivation.equation import Equation
from symbackprop.derivation.node_jacobians import laid_out
from symbackprop.derivation.scopes import Order, Second
from symbackprop.derivatives.derivative import Derivative, Layout, Product, Side
from symbackprop.derivatives.derivative_names import (
    hessian_name, jacobian_name, nabla_slope, vec_block_name, vec_name, vec_slope_name,
)  # fmt: skip
from symbackprop.derivatives.directional_products import along, directions_of
from symbackprop.derivatives.quantity import Quantity, over_declared
from symbackprop.derivatives.total_derivatives import cut, second, slope, written_down
from symbackprop.errors import DeclarationError
from symbackprop.formula import tree as no
from symbackprop.formula.tree import Formula
from symbackprop.graph.activity import relevant
from symbackprop.graph.expr import Expr
from symbackprop.graph.graph import Graph, known
from symbackprop.graph.graph_text import as_graph
from symbackprop.graph.typed_signs import read_name
from symbackprop.matrices import tidy as td
from symbackprop.notation.convention import Convention, NoMatrix
from symbackprop.sizes import ONE, count, plain, size

Names = list[str] | tuple[str, ...]


@overload
def jacobian(
    graph: Graph | Expr | str, of: str | None = None, wrt: str | None = None,
    *, convention: Convention | None = None,
) -> Derivative: ...  # fmt: skip
@overload
def jacobian(
    graph: Graph | Expr | str, of: str | Names | None = None, *, wrt: Names,
    convention: Convention | None = None,
) -> Blocks: ...  # fmt: skip
@overload
def jacobian(
    graph: Graph | Expr | str, of: Names, wrt: str, *, convention: Convention | None = None
) -> Blocks: ...
def jacobian(
    graph: Graph | Expr | str,
    of: str | Names | None = None,
    wrt: str | Names | None = None,
    *,
    convention: Convention | None = None,
) -> Derivative | Blocks:
    """The Jacobian of any node by any input or node, in the layout of the convention; in blocks by several.

    Its `shape` has the axes of the output first. Errors: `DeclarationError` for unknown names, a recurrent
    graph.
    """
    g = as_graph(graph)
    outputs = (g.output,) if of is None else named(of)
    for n in outputs:
        known(n, g.symbol, "of")
    wrt = wrt or (g.wrt if len(g.wrt) > 1 else "".join(g.wrt))
    if not wrt:
        raise DeclarationError("name one variable", where="jacobian", hint="jacobian(g, of='C', wrt='B')")
    names = named(wrt)
    if isinstance(wrt, str) and len(outputs) == 1:
        (x,), (y,) = names, outputs
        return slope(derive(cut(g, x), of=y, wrt=[x], convention=convention), y, x)
    return slopes(g, outputs, names, convention)


def named(given: str | Names) -> tuple[str, ...]:
    """One name or several, as the graph has them."""
    return tuple(map(read_name, (given,) if isinstance(given, str) else given))


def slopes(
    g: Graph, outputs: tuple[str, ...], names: tuple[str, ...], convention: Convention | None
) -> Blocks:
    """The Jacobian of several outputs by several variables."""
    check_free(g, names, "jacobian")
    for n in names:
        g = cut(g, n)
    of = max(outputs, key=lambda y: len(relevant(g, y).intersection(names)))
    d = derive(g, of, names, convention=convention)
    scope = Second(Order.JACOBIAN, names, outputs)
    found = {(y, x): replace(slope(d, y, x), scope=scope) for y, x in product(outputs, names)}
    return Blocks(d, jacobian_name(d, outputs), scope, "jacobian", outputs, names, found).shown()


@overload
def hessian(graph: Graph | Expr | str, of: str | None = None, wrt: str | None = None) -> Derivative: ...
@overload
def hessian(graph: Graph | Expr | str, of: str | None = None, *, wrt: Names) -> Blocks: ...
def hessian(
    graph: Graph | Expr | str, of: str | None = None, wrt: str | Names | None = None
) -> Derivative | Blocks:
    """The Hessian of a scalar node by a variable, the Jacobian of its gradient; in blocks by several.

    Errors: `DeclarationError` for an output that is not a scalar, or variables that depend on each other.
    """
    g = as_graph(graph)
    if wrt is None and len(g.wrt) > 1:
        wrt = g.wrt
    if wrt is None or isinstance(wrt, str):
        d = derive(g, of, [wrt] if wrt else None)
        return second(d, d.wrt[0], d.wrt[0])
    return blocks(derive(g, of, list(wrt)), named(wrt))


def blocks(d: Derivation, names: tuple[str, ...]) -> Blocks:
    """The Hessian by several variables; its symmetry leaves the blocks above the diagonal."""
    check_free(d.graph, names, "hessian")
    found = {(x, y): second(d, x, y) for x, y in combinations_with_replacement(names, 2)}
    scope = Second(Order.BLOCKS, names)
    return Blocks(d, hessian_name(d), scope, "hessian", names, names, found).shown()


def check_free(g: Graph, names: tuple[str, ...], where: str) -> None:
    """Errors: `DeclarationError` for variables that are unknown, the same, or depend on each other."""
    for n in names:
        known(n, g.symbol, "wrt")
    for x, y in permutations(names, 2):
        if y in relevant(g, x):
            raise DeclarationError(f"{x} depends on {y}: they do not vary by themselves", where=where,
                                   hint="Ask for one at a time.")  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Blocks(Quantity):
    """A matrix of blocks: `h["W", "b"]` is ∂(∂of/∂W)/∂b of a Hessian, `j["z", "b"]` is ∂z/∂b of a Jacobian.

    Where something in it is a matrix, `vec()` is the whole, in Kronecker products.
    """

    kind: Literal["jacobian", "hessian"]
    rows: tuple[str, ...]
    names: tuple[str, ...]
    blocks: Mapping[tuple[str, str], Derivative]  # of a Hessian those on the diagonal and above
    layout: Layout = "axes"

    def __getitem__(self, pair: tuple[str, str]) -> Derivative:
        """One block. Errors: `DeclarationError` for other names."""
        for n, own in zip(pair, (self.rows, self.names), strict=True):
            known(n, dict.fromkeys(own), self.kind)
        if pair in self.blocks:
            return self.blocks[pair]
        below = second(self.derivation, *pair)
        if self.layout == "axes":
            return below
        return below.vec() if self.layout == "vec" else below.vec().thinned()

    def rank(self, name: str) -> int:
        """The axes a name has in the layout."""
        own = self.derivation.graph.symbol[name].rank
        return own if self.layout == "axes" else min(own, 1)

    @property
    def shape(self) -> tuple[int | str, ...]:
        """Rows and columns of the whole matrix."""
        symbol = self.derivation.graph.symbol
        sides = ([count(symbol[n].shape) for n in side] for side in (self.rows, self.names))
        return plain(tuple(sum(side, size(0)) for side in sides))

    @property
    def matrices(self) -> tuple[str, ...]:
        """What has more than one axis, where these stand."""
        return tuple(n for n in dict.fromkeys((*self.rows, *self.names)) if self.rank(n) > 1)

    @property
    def whole(self) -> bool:
        """Whether one matrix holds all blocks: nothing is a matrix, and no block has only its entries."""
        return not self.matrices and all(b.expr is not None for b in self.blocks.values())

    def shown(self) -> Blocks:
        """On paper under vec, where its matrices are n x 1 and 1 x n: it only drops axes of one entry."""
        symbol = self.derivation.graph.symbol
        many = [n for n in self.matrices if sum(s != ONE for s in symbol[n].shape) > 1]
        if many or not self.matrices:
            return self
        made = self.vec()
        return replace(made, blocks={k: b.thinned() for k, b in made.blocks.items()}, layout="thin")

    def vec(self) -> Blocks:
        """The whole as one matrix, of a matrix its columns below one another.

        Errors: `DeclarationError` naming a block that is no sum of Kronecker products.
        """
        if not self.matrices and self.layout != "thin":
            return self
        made = {pair: self.under_vec(*pair) for pair in self.blocks}
        assert isinstance(self.left, no.Name)
        left = vec_name(self.left) if self.layout == "axes" else self.left
        return replace(self, left=left, blocks=made, layout="vec")

    def under_vec(self, x: str, y: str) -> Derivative:
        try:
            return self.blocks[x, y].vec()
        except DeclarationError as refusal:
            block = f"['{x}', '{y}']"
            raise DeclarationError(f"the block {block} is no sum of Kronecker products", where=self.kind,
                                   hint=f"Its entries are in {block}.latex(), its product with a direction "
                                   f"in {block}.jvp().") from refusal  # fmt: skip

    def jvp(self, directions: Mapping[str, str] | None = None) -> dict[str, Product]:
        """The whole times a direction in every variable: for each row, Σ of its blocks times theirs.

        `directions` names some of them, {"W": "V"}. Errors: `DeclarationError` for a name that is taken.
        """
        table = {x: {y: self.slope(x, y) for y in self.names} for x in self.rows}
        return self.products(table, directions or {}, "right")

    def vjp(self, directions: Mapping[str, str] | None = None) -> dict[str, Product]:
        """As `jvp`, the directions in the shapes of the rows, from the left: one product per variable."""
        table = {y: {x: self.slope(x, y) for x in self.rows} for y in self.names}
        return self.products(table, directions or {}, "left")

    def products(
        self, table: Mapping[str, Mapping[str, Derivative]], asked: Mapping[str, str], side: Side
    ) -> dict[str, Product]:
        for n in asked:
            known(n, dict.fromkeys(next(iter(table.values()))), self.kind)
        named: dict[str, str] = {}
        for each in table.values():
            named = named or directions_of(each, asked, side)
        return {n: along(each, named, self.scope, side) for n, each in table.items()}

    def slope(self, x: str, y: str) -> Derivative:
        """A block by its axes, under a name of its own also on the diagonal."""
        found = self.blocks.get((x, y)) if self.layout == "axes" else None
        if self.kind == "jacobian":
            return found or slope(self.derivation, x, y)
        return replace(found or second(self.derivation, x, y), left=nabla_slope(self.derivation, x, y))

    def verify(self, *, seed: int = 0) -> float:
        """As `Quantity.verify`, of the whole or block by block."""
        if self.whole:
            return super().verify(seed=seed)
        return max(b.verify(seed=seed) for b in self.blocks.values())

    def __repr__(self) -> str:
        if self.whole:
            return super().__repr__()
        return "\n".join(map(repr, self.blocks.values()))

    @property
    def equation(self) -> Equation:
        """The matrix of its blocks, under vec also by their names; below the diagonal stand transposes.

        Errors: `DeclarationError` for a matrix.
        """
        if self.matrices:
            x = self.matrices[0]
            raise DeclarationError(f"{x} is a matrix: no matrix holds all blocks", where=self.kind,
                                   hint="vec() of it does, with matrices under vec.")  # fmt: skip
        sides = [self.laid_out(self.cell)]
        if self.layout != "axes" or self.kind == "jacobian":
            sides.insert(0, self.laid_out(self.named))
        return Equation("blocks", self.left, tuple(sides), local=self.scope)

    def laid_out(self, cell: Callable[[str, str], Formula]) -> Formula:
        """The blocks in rows and columns; in the denominator layout the rows belong to the variables."""
        table = [[cell(x, y) for y in self.names] for x in self.rows]
        turned = self.derivation.convention.layout == "denominator"
        return no.Array(tuple(zip(*table, strict=True)) if turned else tuple(map(tuple, table)))

    def named(self, x: str, y: str) -> Formula:
        """A block by its name."""
        name = vec_slope_name if self.kind == "jacobian" else vec_block_name
        return name(self.derivation, x, y)

    def cell(self, x: str, y: str) -> Formula:
        """A block on paper. Errors: `DeclarationError` for one that only its entries say."""
        above = (x, y) in self.blocks
        b = self.blocks[x, y] if above else self.blocks[y, x]
        if b.expr is None:
            raise self.only_entries(x, y)
        numbers = not any(map(self.rank, (*self.rows, *self.names)))
        e = written_down(self.derivation, b.expr) if numbers else over_declared(self.derivation, b.expr)
        if not above and e.rank == 2:
            e = td.tr(e)
        try:
            return laid_out(e, self.rank(x), self.rank(y), self.derivation.convention)
        except NoMatrix:
            raise self.only_entries(x, y) from None

    def only_entries(self, x: str, y: str) -> DeclarationError:
        """Why there is no matrix of all blocks."""
        return DeclarationError(f"no product of matrices says the block of {x} and {y}", where=self.kind,
                                hint="Its entries are in  …[x, y].latex()  of the derivative with these two "
                                "names.")  # fmt: skip
