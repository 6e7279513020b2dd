"""Vectors and matrices on paper: a rank-1 expression has no orientation, the convention gives it one.

With column vectors `W @ x` is W x and `x @ W` is Wᵀx; with row vectors they are x Wᵀ and x W.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from fractions import Fraction

from symbackprop.formula import tree as no
from symbackprop.formula.composing import negated, size_formula, times
from symbackprop.formula.tree import Formula, Name
from symbackprop.graph.expr import SYMBOL, Expr, apply
from symbackprop.graph.graph import TIME_SUM
from symbackprop.matrices import monomials as mo
from symbackprop.matrices.square_products import symmetric
from symbackprop.notation.convention import NoMatrix
from symbackprop.notation.sum_formulas import Sums, ones_like
from symbackprop.sizes import Size, size
from symbackprop.vocabulary import OPS


@dataclass(frozen=True, slots=True)
class Vectors(Sums):
    """Orientation: `column` and `row` of a vector, `matrix` flipped or not."""

    @abstractmethod
    def symbol(self, e: Expr) -> Formula:
        """A symbol by its printed name."""

    @abstractmethod
    def call(self, e: Expr) -> Formula:
        """A function of its arguments."""

    @abstractmethod
    def elementwise(self, e: Expr, inner: Formula) -> Formula:
        """A scalar function applied to every entry."""

    @abstractmethod
    def over_time(self, e: Expr) -> Formula:
        """Σ over the time index."""

    def column(self, e: Expr) -> Formula:
        return self.vector(e, "column")

    def row(self, e: Expr) -> Formula:
        return self.vector(e, "row")

    def vector(self, e: Expr, side: str) -> Formula:
        """A rank-1 expression as a column or as a row."""
        e = multiplied(e)
        name = e.op.name
        if name == "matmul":
            a, b = e.args
            self.no_ones(a, b)
            if a.rank == 2:  # A b
                return times([self.matrix(a), self.column(b)] if side == "column"
                                  else [self.row(b), self.matrix(a, True)])  # fmt: skip
            return times([self.matrix(b, True), self.column(a)] if side == "column"
                              else [self.row(a), self.matrix(b)])  # fmt: skip
        if name == "sum_last":
            return self.row_sums(e.args[0], side)
        if name == "mean_last":
            share = no.Over(no.ONE, size_formula(e.args[0].shape[-1]))
            return times([share, self.row_sums(e.args[0], side)])
        if name == "constant" and e.attribute("value") == 1:
            ones = no.Ones(size_formula(e.shape[0]))
            return ones if side == "column" else no.Transpose(ones)
        if name == "constant" and e.attribute("value") == 0:
            n = size_formula(e.shape[0])
            return no.Zeros(n, no.ONE) if side == "column" else no.Zeros(no.ONE, n)
        if name in ("multiply", "negative") and one_array(
            e
        ):  # the scalar stands in front of the oriented vector
            return self.scaled(e, side)
        here = self.plain_vector(e)
        return here if side == self.c.vectors else no.Transpose(here)

    def scaled(self, e: Expr, side: str) -> Formula:
        """c v with c in front: -1/z_y e_yᵀ."""
        m = mo.split(e)
        ((core, _),) = m.arrays
        body = times([*self.in_front(m), self.vector(core, side)])
        return negated(body) if m.coefficient < 0 else body

    def row_sums(self, m: Expr, side: str) -> Formula:
        if m.rank != 2 or (self.c.sums == "sigma" and m.shape[1] != size(1)):
            raise NoMatrix("sum")
        if m.shape[1] == size(1):  # its only column
            return self.matrix(m, flip=side == "row")
        ones = no.Ones(size_formula(m.shape[1]))
        return times(
            [self.matrix(m), ones]
            if side == "column"
            else [no.Transpose(ones), self.matrix(m, True)]
        )

    def plain_vector(self, e: Expr) -> Formula:
        """A vector in the convention's own orientation."""
        name = e.op.name
        if e.op is SYMBOL:
            return self.symbol(e)
        if name in ("multiply", "divide", "negative", "power"):
            return self.product(e)
        if name in ("add", "subtract"):
            return self.sum(e)
        if name == "concat":
            parts = tuple(self.natural(a) for a in e.args)
            return no.Array(tuple((p,) for p in parts) if self.c.vectors == "column" else (parts,))
        if name == "onehot":
            return no.Unit(self.natural(e.args[0]))
        if name == "unit":
            return self.unit(e)
        if name == "slice":
            return self.cut(e)
        if e.op is TIME_SUM:
            return self.over_time(e)
        if name == "constant":
            value: Fraction = e.attribute("value")  # type: ignore[assignment]
            return times([no.number(value), self.natural(ones_like(e))])
        if name in ("pick", "einsum"):
            raise NoMatrix(name)
        return self.call(e)

    def unit(self, e: Expr) -> Formula:
        """A unit vector of a fixed position, written out in blocks."""
        n, at = e.shape[0], e.attribute("position")
        return blocks(at, size(1), n, self.c.vectors, self.c.identity)  # type: ignore[arg-type]

    def cut(self, e: Expr) -> Formula:
        """Rows and columns taken out, as products with selectors."""
        (x,) = e.args
        ranges: tuple[tuple[Size, ...], ...] = e.attribute("ranges")  # type: ignore[assignment]
        if x.rank > 2:
            raise NoMatrix("slice")
        picks = [selector_of(r, s, self.c.identity) for r, s in zip(ranges, x.shape, strict=True)]
        if x.rank == 1:
            (s,) = picks
            assert s is not None
            return times(
                [no.Transpose(s), self.column(x)]
                if self.c.vectors == "column"
                else [self.row(x), s]
            )
        # the only row or column of a matrix is the matrix
        left, right = (None if n == size(1) else s for s, n in zip(picks, x.shape, strict=True))
        single_row = len(ranges[0]) == 1
        parts: list[Formula] = []
        if e.rank == 1 and single_row == (self.c.vectors == "column"):  # the vector lies across
            parts += [no.Transpose(right)] if right is not None else []
            parts.append(self.matrix(x, True))
            parts += [left] if left is not None else []
        else:
            parts += [no.Transpose(left)] if left is not None else []
            parts.append(self.matrix(x))
            parts += [right] if right is not None else []
        return times(parts)

    def matrix(self, e: Expr, flip: bool = False) -> Formula:
        """A rank-2 expression, or its transpose."""
        e, flip = multiplied(e), flip and not symmetric(e)
        name = e.op.name
        if name == "transpose":
            return self.matrix(e.args[0], not flip)
        if name in ("multiply", "divide", "negative", "power"):
            return self.product(e, flip)
        if name in ("add", "subtract"):
            return self.sum(e, flip)
        if e.op is TIME_SUM:
            inner = self.matrix(e.args[0], flip)
            time = e.attributes[0][1]
            return no.Sum(Name(time.name), no.ONE, size_formula(time.length), inner)  # type: ignore[attr-defined]
        if e.op.scalar and len(e.args) == 1:
            inner = self.matrix(e.args[0], flip)
            if flip and isinstance(inner, no.Transpose):
                return no.Transpose(self.elementwise(e, inner.operand))
            return self.elementwise(e, inner)
        if (turned := self.turned_inside(e, flip)) is not None:
            return turned
        here = self.plain_matrix(e)
        return no.Transpose(here) if flip and name not in ("diag", "identity") else here

    def turned_inside(self, e: Expr, flip: bool) -> Formula | None:
        """An op that is transposed by its arguments, (A B)ᵀ = Bᵀ Aᵀ; None for others."""
        match e.op.name:
            case "matmul" if all(a.rank == 2 for a in e.args):
                self.no_ones(*e.args)
                return times([self.matrix(a, flip) for a in (e.args[::-1] if flip else e.args)])
            case "outer":
                u, v = e.args[::-1] if flip else e.args
                parts = [] if alone(u) and not alone(v) else [self.column(u)]
                return times([*parts, *([] if alone(v) and parts else [self.row(v)])])
            case "commutation":
                sides = [size_formula(e.attribute(k)) for k in ("rows", "columns")]  # type: ignore[arg-type]
                return no.Commutation(*(reversed(sides) if flip else sides))
            case "kron":
                return no.Kron(tuple(self.matrix(a, flip) for a in e.args))
            case "constant":
                return self.constant(e, flip)
            case "reshape" if e.args[0].rank == 1 and size(1) in e.shape:  # one column, or one row
                upright = (e.shape[1] == size(1)) != flip
                return self.column(e.args[0]) if upright else self.row(e.args[0])
        return None

    def constant(self, e: Expr, flip: bool) -> Formula:
        value: Fraction = e.attribute("value")  # type: ignore[assignment]
        n, k = e.shape[::-1] if flip else e.shape
        if value == 0:
            return no.Zeros(size_formula(n), size_formula(k))
        parts: list[Formula] = [] if value == 1 else [no.number(value)]
        if n != size(1) or k == size(1):
            parts.append(no.Ones(size_formula(n)))
        if k != size(1):
            parts.append(no.Transpose(no.Ones(size_formula(k))))
        return times(parts)

    def plain_matrix(self, e: Expr) -> Formula:
        name = e.op.name
        if e.op is SYMBOL:
            return self.symbol(e)
        if name == "identity":
            return no.Eye(size_formula(e.shape[0]), self.c.identity)
        if name == "diag":  # diag takes either orientation: the one without transposes
            v = e.args[0]
            inner = self.column(v) if v.op.name == "sum_last" else self.natural(v)
            return inner if v.shape == (size(1),) else no.Call("diag", (inner,))
        if name == "selector":
            return blocks(e.attribute("start"), e.shape[1], e.shape[0], "column", self.c.identity)  # type: ignore[arg-type]
        if name == "concat":
            parts = tuple(self.natural(a) for a in e.args)
            across = e.attribute("axis") in (-1, 1)
            return no.Array((parts,) if across else tuple((p,) for p in parts))
        if name == "onehot":
            return no.Unit(self.natural(e.args[0]))
        if name == "slice":
            return self.cut(e)
        if name == "inverse":
            return no.Power(self.matrix(e.args[0]), no.Minus(no.ONE))
        if name == "matrix_power":
            return self.repeated(e.args[0], int(str(e.attribute("k"))))
        if name in ("einsum", "pick", "tri", "matmul", "sum_last", "mean_last"):
            raise NoMatrix(name)
        return self.call(e)

    def repeated(self, base: Expr, k: int) -> Formula:
        """A^k; of a function the product, since sin^2(A) is a power of entries."""
        f = self.matrix(base)
        return times((f,) * k) if isinstance(f, no.Call) else no.Power(f, no.number(Fraction(k)))


def multiplied(e: Expr) -> Expr:
    """The solution of A x = b as A⁻¹ b."""
    if e.op.name != "solve":
        return e
    return apply(OPS["matmul"], apply(OPS["inverse"], e.args[0]), e.args[1])


def alone(e: Expr) -> bool:
    """The 1 of an axis of one entry, which is not written beside others."""
    return mo.is_ones(e) and e.shape == (size(1),)


def one_array(e: Expr) -> bool:
    """A scalar multiple of one vector; one entry times a vector of several is none."""
    m = mo.split(e)
    return len(m.arrays) == 1 and m.arrays[0][1] == 1 and m.arrays[0][0] is not e


def blocks(start: Size, width: Size, total: Size, side: str, identity: str) -> Formula:
    """[0; I; 0]: the columns start … start + width of an identity."""
    rest = total - start - width
    eye = no.ONE if width == size(1) else no.Eye(size_formula(width), identity)
    parts: list[Formula] = []
    if start != size(0):
        parts.append(no.Zeros(size_formula(start), size_formula(width)))
    parts.append(eye)
    if rest != size(0):
        parts.append(no.Zeros(size_formula(rest), size_formula(width)))
    column = no.Array(tuple((p,) for p in parts))
    return column if side == "column" else no.Transpose(column)


def selector_of(r: tuple[Size, ...], extent: Size, identity: str) -> Formula | None:
    """The selector of a range, or None for the whole axis."""
    if len(r) == 1:
        return blocks(r[0], size(1), extent, "column", identity)
    return None if r == (size(0), extent) else blocks(r[0], r[1] - r[0], extent, "column", identity)
