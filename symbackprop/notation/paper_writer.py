"""One walk over an expression: each kind by its row, what a row leaves out by the fall-backs here.

A vector has no orientation of its own: as a column it stands upright, as a row turned, like a matrix and
its transpose. What no matrix says (rank 3 and more) raises `NoMatrix`, and prints in indices instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

from symbackprop.entries import Entries, Index, Position, position, rename_bound
from symbackprop.entries.entry_equations import Template
from symbackprop.entries.op import Op, slides
from symbackprop.formula import tree as no
from symbackprop.formula.composing import decimal, size_formula
from symbackprop.formula.tree import Formula, Name
from symbackprop.graph.expr import Expr
from symbackprop.matrices.square_products import symmetric
from symbackprop.notation.convention import Convention, NoMatrix, function_key
from symbackprop.notation.entry_formulas import entries_formula, function_formula
from symbackprop.sizes import ONE, Shape

Indices: TypeAlias = tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """How a kind stands on paper: as a scalar, as a vector or matrix, as an entry.

    `array` writes it upright, a vector as the convention has it; `turned` writes either orientation by
    itself, (A B)ᵀ = Bᵀ Aᵀ, or None where only a ⊤ behind `array` does. `entry` may give None too: then
    the whole gets its indices. Where a row says nothing a kind is a function of its arguments; `stack` says
    so of three axes and more for kinds that have no name of their own.
    """

    scalar: Callable[[Writer, Expr], Formula] | None = None
    array: Callable[[Writer, Expr], Formula] | None = None
    turned: Callable[[Writer, Expr, bool], Formula | None] | None = None
    entry: Callable[[Writer, Expr, Indices], Formula | None] | None = None
    stack: Callable[[Writer, Expr], Formula] | None = None


def refused(w: Writer, e: Expr) -> Formula:
    """Errors: `NoMatrix`."""
    raise NoMatrix(e.op.name)


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes one expression under a convention by the rows of its kinds."""

    c: Convention
    rows: Mapping[Op, Row]
    used: tuple[str, ...] = ()  # index letters already bound outside

    def row(self, e: Expr) -> Row:
        return FUNCTION if e.op.scalar else self.rows.get(e.op, Row())

    def natural(self, e: Expr) -> Formula:
        """A scalar, a vector as the convention has it, a matrix; higher ranks raise `NoMatrix`."""
        row = self.row(e)
        if e.rank in (1, 2):
            return self.array(e, self.lies(e))
        if e.rank:
            acts = call if e.op.called or (e.op.variants and not defined_at_once(e)) else refused
            return (row.stack or acts)(self, e)
        if row.scalar is None and defined_at_once(e):
            return self.defined(e, ())
        return (row.scalar or call)(self, e)

    def number(self, x: Fraction) -> Formula:
        """A number as a fraction, or as a decimal."""
        digits = decimal(abs(x), self.c.numbers)
        return (no.Minus(digits) if x < 0 else digits) if digits else no.number(x)

    def lies(self, e: Expr) -> bool:
        """Whether it stands turned by nature: a vector where vectors are rows."""
        return e.rank == 1 and self.c.vectors == "row"

    def array(self, e: Expr, turned: bool = False) -> Formula:
        """A matrix or its transpose, a vector as a column or as a row."""
        row, turned = self.row(e), turned and not symmetric(e)
        if row.turned is not None and (f := row.turned(self, e, turned)) is not None:
            return f
        here = (row.array or call)(self, e)
        return here if turned == self.lies(e) else no.Transpose(here)

    def oriented(self, e: Expr, turned: bool) -> Formula:
        """As `natural`; a matrix may be turned."""
        return self.array(e, turned) if e.rank == 2 else self.natural(e)

    def entry(self, e: Expr, at: Indices) -> Formula:
        """One entry, indices pushed through everything that acts entry by entry."""
        row = self.row(e)
        if at and row.entry is not None and (f := row.entry(self, e, at)) is not None:
            return f
        return self.defined(e, at) if at and defined_at_once(e) else self.indexed(e, at)

    def indexed(self, e: Expr, at: Indices) -> Formula:
        """One entry of what stands as a whole, f(X)_ij; where nothing does, by the op's definition."""
        try:
            whole = self.natural(e)
        except NoMatrix as unsaid:
            try:
                return self.defined(e, at)
            except NoMatrix:
                if self.c.sums != "sigma":
                    raise unsaid from None
            # a function of an array of sums, for which there is no Σ: they stand as products with ones
            whole = replace(self, c=replace(self.c, sums="ones")).natural(e)
        return no.At(whole, at) if at else whole

    def defined(self, e: Expr, at: Indices) -> Formula:
        """One entry by the op's own definition, Σ over the contracted axes."""
        instance = e.op.place(tuple(a.shape for a in e.args), e.attributes)
        if len(instance.definitions) != 1 or e.op.renumbers:
            raise NoMatrix(e.op.name)
        d = instance.result
        bound = list(dict.fromkeys(i for t in d.right.terms for i in t.bound))
        letters = dict(zip(bound, self.fresh(len(bound)), strict=True))
        sub: dict[Index, Position] = {i: position(Index(x, i.size)) for i, x in letters.items()}
        names: dict[str, Formula] = {f"\0{i.name}": f for i, f in zip(d.at, at, strict=True)}
        sub |= {i: position(Index(f"\0{i.name}", i.size)) for i in d.at}
        right = Entries(tuple(rename_bound(t, sub) for t in d.right.terms))
        inner = replace(self, used=(*self.used, *letters.values()))
        args = dict(zip((n for n, _ in instance.inputs), e.args, strict=True))

        def base(tensor: object, where: Indices) -> Formula:
            return inner.entry(args[str(tensor)], where)

        return entries_formula(right, base, names, self.c.numbers)

    def sigma(self, x: Expr) -> Formula:
        """Σ_i x_i with the index pushed to the entries."""
        letters = iter(self.fresh(x.rank))
        at = tuple(no.ONE if s == ONE else Name(next(letters)) for s in x.shape)
        used = tuple(i.base for i in at if isinstance(i, Name))
        body = replace(self, used=(*self.used, *used)).entry(x, at)
        for i, extent in zip(reversed(at), reversed(x.shape), strict=True):
            if isinstance(i, Name):
                body = no.Sum(i, no.ONE, size_formula(extent), body)
        return body

    def fresh(self, n: int) -> tuple[str, ...]:
        return tuple(k for k in self.c.letters if k not in self.used)[:n]


def call(w: Writer, e: Expr) -> Formula:
    """A function of its arguments."""
    if slides(e.op):
        raise NoMatrix(e.op.name)
    if e.op.scalar:
        return elementwise(e, w.natural(e.args[0]))
    return no.Call(function_key(e), tuple(map(w.natural, e.args)))


def elementwise(e: Expr, inner: Formula) -> Formula:
    """A scalar function applied to every entry."""
    assert e.op.scalar
    return function_formula(e.op.scalar.name, inner, e.op.order)


def elementwise_turned(w: Writer, e: Expr, turned: bool) -> Formula | None:
    """f(Aᵀ), or f(A)ᵀ where A is named."""
    if e.rank != 2:
        return None
    inner = w.array(e.args[0], turned)
    if turned and isinstance(inner, no.Transpose):
        return no.Transpose(elementwise(e, inner.operand))
    return elementwise(e, inner)


FUNCTION = Row(
    turned=elementwise_turned, entry=lambda w, e, at: elementwise(e, w.entry(e.args[0], at)), stack=call
)  # a scalar function, of every entry


def defined_at_once(e: Expr) -> bool:
    """An op without a name of its own on paper: its one equation is written instead."""
    lines = e.op.variants[0].equations if e.op.variants else ()
    return sum(isinstance(t, Template) for t in lines) == 1 and not e.op.tex and not e.op.scalar


def trailing(at: Indices, x: Expr, shape: Shape) -> Indices:
    """The indices of a broadcast operand: the last ones, 1 where its axis has size 1."""
    if not x.rank:
        return ()
    own = at[len(at) - x.rank :]
    wide = shape[len(shape) - x.rank :]
    return tuple(no.ONE if s == ONE and w != ONE else i
                 for i, s, w in zip(own, x.shape, wide, strict=True))  # fmt: skip
