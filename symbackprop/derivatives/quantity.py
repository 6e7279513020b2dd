"""What has a line of its own on a page: a name, the entries or the matrix it is equal to, a verification."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass

from symbackprop import doors
from symbackprop.backward.anonymous_nodes import repeats
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.unfolding import unfolded
from symbackprop.derivation.equation import Equation
from symbackprop.derivation.scopes import Second
from symbackprop.entries import Index, elements
from symbackprop.entries.differentiation import LocalStep
from symbackprop.formula import tree as no
from symbackprop.formula.printed_names import PI
from symbackprop.formula.tree import Formula
from symbackprop.formula.writing.text_writer import text
from symbackprop.graph.expr import Expr, substitute, symbols, weight
from symbackprop.graph.pickling import Pickled
from symbackprop.matrices import tidy as td
from symbackprop.notation.convention import symbol_formula
from symbackprop.notation.entry_formulas import entries_formula
from symbackprop.notation.expression_formulas import notate, notated
from symbackprop.sizes import Shape, plain


READABLE = 100  # nodes of a matrix that is still written without names given along the way


@dataclass(frozen=True, eq=False, repr=False)
class Quantity(Pickled, ABC):
    """What has a line of its own on a page: `left` on paper, held against the values of `scope`."""

    derivation: Derivation
    left: Formula
    scope: Second

    @property
    def formula(self) -> Formula:
        """The right side."""
        return self.equation.sides[-1]

    @property
    @abstractmethod
    def equation(self) -> Equation:
        """Its line on a page."""

    def latex(self) -> str:
        """LaTeX, with what every name means that the declaration does not have."""
        return self.derivation.standing_alone(self.formula).latex

    def text(self) -> str:
        """Plain text, with what every name means that the declaration does not have."""
        return self.derivation.standing_alone(self.formula).text

    def verify(self, *, seed: int = 0) -> float:
        """The largest relative error over three points, the printed form read back.

        Errors: `VerificationError` where it does not hold.
        """
        return doors.through("verify quantity", self, seed=seed)

    def source(self, target: str = "numpy") -> str:
        """Code for 'numpy', 'array-api', 'torch' or 'jax': a function for the whole, and `product` and
        `pullback`, its products with a direction from the right and the left, which never make the whole.

        Errors: `SymbackpropError` for an unknown target.

            sb.hessian("x: d; L = sum(x**4)").source("jax")
        """
        return doors.through("source", self, target)

    def compile(self, target: str = "numpy", *, function: str | None = None):  # noqa: ANN201 - of the inputs
        """The first function of the code, or one by its name: of the inputs in order, by keyword or a dict.

        It returns an array with the axes of `shape`, for several blocks a dict by the names they belong to.
        """
        return doors.through("compile quantity", self, target, function)

    def __repr__(self) -> str:
        return f"<{text(self.equation.left)} = {self.text()}>"

    def _repr_latex_(self) -> str:
        return f"${self.derivation.latex(self.equation.left)} = {self.latex()}$"


@dataclass(frozen=True, eq=False, repr=False)
class Raised(Quantity):
    """Entries, `at` the rows and `by` the columns, and their matrix form where a matrix says them."""

    step: LocalStep
    expr: Expr | None

    @property
    def axes(self) -> tuple[Index, ...]:
        return (*self.step.at, *self.step.by)

    @property
    def extents(self) -> Shape:
        return tuple(i.size for i in self.axes)

    @property
    def shape(self) -> tuple[int | str, ...]:
        """The axes of its rows, then those of its columns."""
        return plain(self.extents)

    @property
    def entry(self) -> Formula:
        return entries_formula(self.step.result, self.base, numbers=self.derivation.convention.numbers)

    def base(self, tensor: Hashable, at: tuple[Formula, ...]) -> Formula:
        if tensor == "pi":
            return PI
        assert isinstance(tensor, Expr), "helpers are folded away or raised"
        c = self.derivation.convention
        own = self.derivation.graph.definition.get(tensor.own.name) if tensor.symbol else None
        many = sum(a.tensor is tensor for a in elements(self.step.result)) > 1
        e = tensor if many and own is not None and repeats(own) else over_declared(self.derivation, tensor)
        f = symbol_formula(e.symbol, c) if e.symbol else notate(e, c)
        return no.At(f, at) if at else f


def over_declared(d: Derivation, e: Expr) -> Expr:
    """An expression without the names a derivation gave by itself, where that stays readable."""
    constants = {d.graph.definition[c]: d.graph.symbol[c] for c in d.constants}
    e = substitute(e, constants) if constants else e
    own = {s.symbol.name for s in symbols(e) if s.symbol}
    if own.isdisjoint(d.backward.prepared.named):
        return e
    new = td.tidy(unfolded(d.backward, e, d.backward.prepared.named))
    if new is e or weight(new) > READABLE or notated(new, d.convention) is None:
        return e
    return over_declared(d, new)
