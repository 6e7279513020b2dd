"""A derivative as something to show: name, entries and matrix on paper; its products with a direction."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from symbackprop import entries as en
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation
from symbackprop.derivation.node_jacobians import free, laid_out
from symbackprop.derivatives.derivative_names import entry_of
from symbackprop.derivation.scopes import Order
from symbackprop.derivatives.quantity import Raised, over_declared
from symbackprop.entries import Entries, Index
from symbackprop.entries.common_factors import gathered
from symbackprop.entries.differentiation import LocalStep
from symbackprop.entries.unification import in_letters
from symbackprop.errors import DeclarationError
from symbackprop.formula import tree as no
from symbackprop.formula.printed_names import default_tex, spelled
from symbackprop.formula.tree import Formula
from symbackprop.graph.activity import unmoved
from symbackprop.graph.expr import Expr, Symbol, leaf, weight
from symbackprop.matrices import tidy as td
from symbackprop.matrices.arrays_by_entries import written_by_entries
from symbackprop.matrices.kronecker_form import kronecker
from symbackprop.matrices.lowering import summed
from symbackprop.matrices.raising import raise_entries
from symbackprop.notation.convention import Convention, NoMatrix
from symbackprop.notation.entry_formulas import letters_of, sum_over
from symbackprop.notation.expression_formulas import writer
from symbackprop.sizes import ONE

# matrices as they are, or their columns below one another; or that on paper alone, axes of one entry dropped
Layout = Literal["axes", "vec", "thin"]
Side = Literal["left", "right"]  # where a direction stands
Reading = Literal["whole", "entries"]  # of a product's left side: J v, or Σ over its entries
DIRECTIONS = {0: ("v", "u", "s"), 1: ("v", "u", "z"), 2: ("V", "U", "Z")}


@dataclass(frozen=True, eq=False, repr=False)
class Derivative(Raised):
    """∂y/∂x, a Hessian, or another matrix of second order; `rows` and `columns` name what these belong to.

    `folded` are its entries over helpers, and `tensors` what these stand for; `under_vec` is its name on
    paper when it stands as one matrix under the columns of its variables.
    """

    rows: str
    columns: str
    folded: Entries
    under_vec: Formula
    tensors: Mapping[Hashable, Expr] = field(default_factory=dict[Hashable, Expr])
    layout: Layout = "axes"

    @property
    def reason(self) -> str:
        """Why it is 0, where nothing leads from a variable to what is differentiated; else empty."""
        d = self.derivation
        pairs = [(self.rows, self.columns)]
        if self.scope.order is not Order.JACOBIAN:
            pairs = [(d.of, n) for n in dict.fromkeys((self.columns, self.rows))]
        return next(filter(None, (unmoved(d.graph, *pair) for pair in pairs)), "")

    def __repr__(self) -> str:
        why = f"  ({self.reason})" if self.reason else ""
        return f"{super().__repr__()}{why}"

    @property
    def matrix(self) -> Formula | None:
        """The matrix on paper."""
        if self.expr is None:
            return None
        rows, columns = len(self.step.at), len(self.step.by)
        if self.layout != "axes":
            rows, columns = (min(len(wide(x)), 1) for x in (self.step.at, self.step.by))
        try:
            return laid_out(over_declared(self.derivation, self.expr), rows, columns, self.convention)
        except NoMatrix:
            return None

    @property
    def convention(self) -> Convention:
        """A matrix of second order has rows and columns by its definition, whatever the layout."""
        c = self.derivation.convention
        slope = isinstance(self.left, no.Partial)
        return c if slope else replace(c, layout="gradient")

    @property
    def equation(self) -> Equation:
        """The derivative as a line of a page, in entries where no matrix says it."""
        found = self.matrix
        if found is not None:
            left = self.left if self.layout == "axes" else self.under_vec
            return Equation("derivative", left, (found,), local=self.scope)
        left = entry_of(self.left, self.step)
        return Equation("derivative", left, (self.entry,), None, free(self.axes), local=self.scope)

    def vec(self) -> Derivative:
        """∂vec(y)/∂vec(x), where y, x or both are matrices, in Kronecker products.

        Errors: `DeclarationError` where rows and columns do not come apart.
        """
        if self.layout == "vec" or max(len(self.step.at), len(self.step.by)) < 2:
            return self
        if self.layout == "thin":
            return replace(self, layout="vec")
        made = kronecker(replace(self.step, result=self.folded), self.tensors)
        if made is None:
            raise DeclarationError("the derivative is no sum of Kronecker products",
                                   where=repr(self), hint="Its entries are in latex().")  # fmt: skip
        return replace(self, expr=made, layout="vec")

    def thinned(self) -> Derivative:
        """What stands under vec does so on paper alone: code has the axes of one entry."""
        return replace(self, layout="thin") if self.layout == "vec" else self

    def jvp(self, direction: str | None = None) -> Product:
        """J v: its product with a direction in the shape of the variable; of a Hessian, H v.

        Errors: `DeclarationError` for a direction that has the name of a symbol.
        """
        return product(self, direction, "right")

    def vjp(self, direction: str | None = None) -> Product:
        """uᵀ J: its product with a direction in the shape of the output; of a Hessian, uᵀ H."""
        return product(self, direction, "left")


@dataclass(frozen=True, eq=False, repr=False)
class Product(Raised):
    """A derivative times a direction: what remains has the shape of `kept`, the other side.

    `folded` are its entries over helpers, and `tensors` what these stand for.
    """

    side: Side
    reading: Reading
    kept: str
    folded: Entries
    tensors: Mapping[Hashable, Expr]

    @property
    def matrix(self) -> Formula | None:
        if self.expr is None:
            return None
        write, e = writer(self.derivation.convention), over_declared(self.derivation, self.expr)
        try:
            if e.rank == 1 and self.reading == "whole":
                return write.array(e, self.side != "right")
            return write.natural(e)
        except NoMatrix:
            return None

    @property
    def formula(self) -> Formula:
        return self.entry if self.matrix is None else self.matrix

    @property
    def equation(self) -> Equation:
        """J v = …; by entries where no product of matrices says the left side."""
        if self.reading == "whole" and self.matrix is not None:
            return Equation("product", self.left, (self.matrix,), local=self.scope)
        at = letters_of(self.axes)
        entry = self.matrix if self.matrix is None or not at else no.At(self.matrix, at)
        sides = (self.entry if entry is None else entry,)
        return Equation("product", self.left, sides, None, free(self.axes), local=self.scope)


def wide(axes: Iterable[Index]) -> tuple[Index, ...]:
    """The axes of more than one entry."""
    return tuple(i for i in axes if i.size != ONE)


def thin(step: LocalStep) -> bool:
    """Whether vec of rows and columns only drops axes of one entry, as of n x 1 matrices."""
    sides = step.at, step.by
    return sum(map(len, sides)) > 2 and max(map(len, sides)) > 1 and max(len(wide(s)) for s in sides) < 2


def matrix_of(e: Entries, step: LocalStep, tensors: Mapping[Hashable, Expr]) -> Expr | None:
    """The matrix a step's entries make, where its axes are at most two; the shorter with factors in front.

    What is thin makes one as well, without its axes of one entry.
    """
    out = (*step.at, *step.by)
    if len(out) > 2:
        if not thin(step):
            return None
        out = wide(out)
    found = [raise_entries(x, out, tensors) for x in (e, gathered(e))]
    return min((written_by_entries(m) for m in found if m is not None), key=weight, default=None)


# --- products with a direction -------------------------------------------------------------------


def product(j: Derivative, direction: str | None, side: Side, reading: Reading | None = None) -> Product:
    """A derivative contracted with a direction, from its entries; `reading` is chosen where it is None."""
    step = j.step
    gone, kept = (step.by, step.at) if side == "right" else (step.at, step.by)
    like, other = (j.columns, j.rows) if side == "right" else (j.rows, j.columns)
    name = direction_name(j, direction, len(gone))
    v = leaf(Symbol(name, tuple(i.size for i in gone), spelled(default_tex(name))))
    d = unlettered(j.derivation, name)

    def along(e: Entries) -> Entries:
        made = summed(en.multiply(e, en.elem(v, *gone)), gone)
        return in_letters(made, d.convention.letters)

    result, folded = along(step.result), along(j.folded)
    made = LocalStep(step.tensor, kept, (), result, result)
    expr = matrix_of(folded, made, j.tensors)
    if expr is None and j.expr is not None and len(step.at) == len(step.by) == 1:
        expr = td.mm(j.expr, v) if side == "right" else td.mm(v, j.expr)
    rank = (len(step.at), len(step.by))
    short = expr is not None and (max(rank) <= 1 or (not gone and sum(rank) <= 2))
    reading = reading or ("whole" if short else "entries")
    left = whole_product(j, v, side) if reading == "whole" else summed_product(j, v, gone)
    scope = replace(j.scope, along=((name, like),))
    return Product(d, left, scope, made, expr, side, reading, other, folded, j.tensors)


def unlettered(d: Derivation, *names: str) -> Derivation:
    """The derivation without these names among its index letters: what names a direction is no index."""
    spare = "".join(x for x in d.convention.letters if x not in names)
    return replace(d, convention=replace(d.convention, letters=spare))


def direction_name(j: Derivative, asked: str | None, rank: int, others: Iterable[str] = ()) -> str:
    """A name for a direction that no symbol, size, index or other direction of the derivative has."""
    g = j.derivation.graph
    taken = {*g.symbol, *g.sizes, *(i.name for i in j.axes), *en.all_names(j.step.result), *others}
    if asked is None:
        letters = DIRECTIONS[min(rank, 2)]
        numbered = (f"{x}{n}" for n in itertools.count(1) for x in letters)
        return next(x for x in itertools.chain(letters, numbered) if x not in taken)
    if asked in taken or not (asked.isidentifier() and asked.isascii()):
        raise DeclarationError(f"`{asked}` cannot name a direction", where="jvp",
                               hint="Choose a name that is no symbol, size or index letter.")  # fmt: skip
    return asked


def whole_product(j: Derivative, v: Expr, side: str) -> Formula:
    """J v or uᵀ J as a product of matrices, J under its own layout."""
    write = writer(j.derivation.convention)
    turned = j.convention.turned(len(j.step.at), len(j.step.by))
    whole = no.Transpose(j.left) if turned else j.left
    if not v.rank:
        return no.Times((whole, write.natural(v)))
    return no.Times((whole, write.array(v)) if side == "right" else (write.array(v, True), whole))


def summed_product(j: Derivative, v: Expr, gone: tuple[Index, ...]) -> Formula:
    """Σ over the entries of J and of the direction."""
    factor = no.At(v.own.tex, letters_of(gone)) if gone else v.own.tex
    return sum_over(gone, no.Times((entry_of(j.left, j.step), factor)))
