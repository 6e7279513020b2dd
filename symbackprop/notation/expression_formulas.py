"""Expressions to formulas under a sheet's convention: the whole, or one entry with its indices.

What no matrix says (rank 3 and more) raises `NoMatrix`, and the equation prints in indices instead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from symbackprop.entries import Entries, Index, Position, position, rename_bound
from symbackprop.entries.entry_equations import Template
from symbackprop.entries.op import slides
from symbackprop.formula import tree as no
from symbackprop.formula.composing import factors, negated, one_or, size_formula, times
from symbackprop.formula.tree import Formula, Name
from symbackprop.graph.expr import NUMBER, SIZE, SYMBOL, Expr
from symbackprop.graph.graph import TIME_SUM
from symbackprop.graph.renumbering_ops import RENUMBERING
from symbackprop.matrices import monomials as mo
from symbackprop.notation import entry_formulas as indexed
from symbackprop.notation.convention import Convention, NoMatrix, function_key, symbol_formula
from symbackprop.notation.sum_formulas import broadcast_terms, no_sign_first
from symbackprop.notation.vector_formulas import Vectors
from symbackprop.sizes import Shape, count, size


@dataclass(frozen=True, slots=True)
class Writer(Vectors):
    """Writes one expression; `column`/`row` orient a vector, `matrix` a matrix (flipped or not)."""

    def natural(self, e: Expr) -> Formula:
        """A scalar, a vector as the convention has it, a matrix; higher ranks raise `NoMatrix`."""
        if e.rank == 1:
            return self.column(e) if self.c.vectors == "column" else self.row(e)
        if e.rank == 2:
            return self.matrix(e)
        if e.op is SYMBOL:
            return self.symbol(e)
        if e.rank > 2:
            return self.high(e)
        return self.scalar(e)

    def symbol(self, e: Expr) -> Formula:
        s = e.symbol
        assert s
        return symbol_formula(s, self.c)

    def high(self, e: Expr) -> Formula:
        """Rank 3 and more: functions entry by entry only."""
        whole = bool(e.op.variants) and not defined_at_once(e)
        if e.op.scalar or whole or e.op.name in ("reshape", "argmax", "argmin"):
            return self.call(e)
        raise NoMatrix(e.op.name)

    def scalar(self, e: Expr) -> Formula:
        name = e.op.name
        if e.op is SYMBOL:
            return self.symbol(e)
        if e.op is NUMBER:
            assert e.number is not None
            return no.number(e.number)
        if e.op is SIZE:
            return size_formula(e.attributes[0][1])  # type: ignore[arg-type]
        if name in ("multiply", "divide", "negative", "power"):
            return self.product(e)
        if name in ("add", "subtract"):
            return self.sum(e)
        if name == "matmul":
            a, b = e.args
            if self.c.sums == "sigma" and (mo.is_ones(a) or mo.is_ones(b)):
                return self.summed(b if mo.is_ones(a) else a)
            return no.Times((*factors(self.row(a)), *factors(self.column(b))))
        if name in ("sum", "mean", "sum_last", "mean_last"):
            return self.total(e)
        if name == "pick" or (name == "slice" and e.args[0].op is SYMBOL):
            return self.entry(e, ())
        if name in ("slice", "einsum"):
            return self.entry_sum(e, ())
        if e.op is TIME_SUM:
            return self.over_time(e)
        if defined_at_once(e):
            return self.entry_sum(e, ())
        return self.call(e)

    def total(self, e: Expr) -> Formula:
        (x,) = e.args
        if "mean" in e.op.name:
            share = no.Over(no.ONE, size_formula(count(x.shape)))
            return times([share, self.summed(x)])
        return self.summed(x)

    def summed(self, x: Expr) -> Formula:
        """1ᵀ x where the convention has it and x is a vector or a matrix; else Σ."""
        if self.c.sums == "ones" and x.rank <= 2 and set(x.shape) != {size(1)}:
            try:
                return self.between_ones(x)
            except NoMatrix:
                pass
        return self.sigma(x)

    def between_ones(self, x: Expr) -> Formula:
        """1ᵀ x, 1ᵀ A 1; an axis of one entry needs no ones."""
        ends = [no.Ones(size_formula(s)) for s in x.shape if s != size(1)]
        if x.rank == 1:
            return times([no.Transpose(ends[0]), *factors(self.column(x))])
        left = [no.Transpose(ends[0])] if x.shape[0] != size(1) else []
        right = [ends[-1]] if x.shape[1] != size(1) else []
        return times([*left, *factors(self.matrix(x)), *right])

    def sigma(self, x: Expr) -> Formula:
        """Σ_i x_i with the index pushed to the entries."""
        letters = iter(self.fresh(x.rank))
        at = tuple(no.ONE if s == size(1) else Name(next(letters)) for s in x.shape)
        used = tuple(i.base for i in at if isinstance(i, Name))
        body = Writer(self.c, (*self.used, *used)).entry(x, at)
        for i, extent in zip(reversed(at), reversed(x.shape), strict=True):
            if isinstance(i, Name):
                body = no.Sum(i, no.ONE, size_formula(extent), body)
        return body

    def fresh(self, n: int) -> tuple[str, ...]:
        free = [k for k in self.c.letters if k not in self.used]
        return tuple(free[:n])

    def over_time(self, e: Expr) -> Formula:
        time = e.attributes[0][1]
        return no.Sum(Name(time.name), no.ONE, size_formula(time.length), self.natural(e.args[0]))  # type: ignore[attr-defined]

    def elementwise(self, e: Expr, inner: Formula) -> Formula:
        assert e.op.scalar
        base = e.op.scalar.name
        order = len(e.op.name) - len(base)
        if base == "step" and not order:
            return no.Indicator(inner, ">", no.ZERO)
        return no.Call(base, (inner,), order)

    def call(self, e: Expr) -> Formula:
        if e.op.scalar:
            return self.elementwise(e, self.natural(e.args[0]))
        if slides(e.op) or e.op.name in ("einsum", "slice", "concat"):
            raise NoMatrix(e.op.name)
        if e.op.name in ("frobenius", "norm") and e.args[0].rank == 1:
            return no.Call("euclidean", (self.natural(e.args[0]),))
        return no.Call(function_key(e), tuple(self.natural(a) for a in e.args))

    def entry(self, e: Expr, at: tuple[Formula, ...]) -> Formula:
        """One entry, indices pushed through everything that acts entry by entry."""
        name = e.op.name
        if e.rank == 0 and not at and name not in ("pick", "slice"):
            return self.whole_or_defined(e, at)
        if e.op is SYMBOL:
            base = self.symbol(e)
            if isinstance(base, no.At):
                return no.At(base.base, (*base.indices, *at))
            return no.At(base, at) if at else base
        if name in ("multiply", "divide", "negative", "power"):
            return self.entry_product(e, at)
        if name in ("add", "subtract"):
            terms = [(s, self.entry(x, trailing(at, x, e.shape))) for s, x in broadcast_terms(e)]
            return one_or(no.Plus, no_sign_first([negated(f) if s < 0 else f for s, f in terms]))
        if e.op.scalar:
            return self.elementwise(e, self.entry(e.args[0], at))
        if (moved := self.entry_moved(e, at)) is not None:
            return moved
        return self.entry_sum(e, at) if summed_up(e) else self.whole_or_defined(e, at)

    def whole_or_defined(self, e: Expr, at: tuple[Formula, ...]) -> Formula:
        """One entry of what stands as a whole, f(X)_ij; where nothing does, by the op's definition."""
        try:
            whole = self.natural(e)
        except NoMatrix as unsaid:
            try:
                return self.entry_sum(e, at)
            except NoMatrix:
                if self.c.sums != "sigma":
                    raise unsaid from None
            # a function of an array of sums, for which there is no Σ: they stand as products with ones
            whole = Writer(replace(self.c, sums="ones"), self.used).natural(e)
        return no.At(whole, at) if at else whole

    def entry_moved(self, e: Expr, at: tuple[Formula, ...]) -> Formula | None:
        """One entry where it is one of an argument, or a constant; None for other ops."""
        match e.op.name:
            case "pick":
                label = self.entry(e.args[1], at) if at else self.natural(e.args[1])
                return self.entry(e.args[0], (*at, label))
            case "transpose":
                return self.entry(e.args[0], (*at[:-2], at[-1], at[-2]))
            case "reshape" if (kept := thinned(e)) is not None:
                return self.entry(e.args[0], tuple(no.ONE if k is None else at[k] for k in kept))
            case "constant":
                return no.number(e.attribute("value"))  # type: ignore[arg-type]
            case "identity":
                return no.KroneckerDelta(*at)
            case "onehot" if e.rank > 2:
                return no.KroneckerDelta(at[-1], self.entry(e.args[0], at[:-1]))
            case "matmul" if e.rank == 2 and [x.op.name for x in e.args].count("diag") == 1:
                scaled = ((x, i) for x, i in zip(e.args, at, strict=True))
                return times([self.entry(x.args[0], (i,)) if x.op.name == "diag" else self.entry(x, at)
                              for x, i in scaled])  # fmt: skip
        return None

    def entry_product(self, e: Expr, at: tuple[Formula, ...]) -> Formula:
        if e.op.name == "power":
            inner = self.entry(e.args[0], at)
            return self.powered(inner, mo.exponent(e))
        if e.op.name == "negative":
            return negated(self.entry(e.args[0], at))
        a, b = (self.entry(x, trailing(at, x, e.shape)) for x in e.args)
        return no.Over(a, b) if e.op.name == "divide" else times([a, b])

    def entry_sum(self, e: Expr, at: tuple[Formula, ...]) -> Formula:
        """One entry by the op's own definition, Σ over the contracted axes."""
        instance = e.op.place(tuple(a.shape for a in e.args), e.attributes)
        if len(instance.definitions) != 1 or e.op in RENUMBERING:
            raise NoMatrix(e.op.name)
        d = instance.result
        bound = list(dict.fromkeys(i for t in d.right.terms for i in t.bound))
        letters = dict(zip(bound, self.fresh(len(bound)), strict=True))
        sub: dict[Index, Position] = {i: position(Index(x, i.size)) for i, x in letters.items()}
        names: dict[str, Formula] = {f"\0{i.name}": f for i, f in zip(d.at, at, strict=True)}
        sub |= {i: position(Index(f"\0{i.name}", i.size)) for i in d.at}
        right = Entries(tuple(rename_bound(t, sub) for t in d.right.terms))
        inner = Writer(self.c, (*self.used, *letters.values()))
        args = dict(zip((n for n, _ in instance.inputs), e.args, strict=True))

        def base(tensor: object, where: tuple[Formula, ...]) -> Formula:
            return inner.entry(args[str(tensor)], where)

        return indexed.entries_formula(right, base, names)


SUMMED = frozenset("matmul einsum contraction sum_last mean_last slice outer tri".split())


def thinned(e: Expr) -> tuple[int | None, ...] | None:
    """For each axis of the argument the axis of a reshape that it became, None for an axis of one entry;
    None where entries are renumbered."""
    (x,) = e.args
    wide = [k for k, s in enumerate(e.shape) if s != size(1)]
    if [e.shape[k] for k in wide] != [s for s in x.shape if s != size(1)] or e.rank > 2:
        return None
    found = iter(wide)
    return tuple(None if s == size(1) else next(found) for s in x.shape)


def summed_up(e: Expr) -> bool:
    """Whether an entry is written by the op's definition."""
    return e.op.name in SUMMED or defined_at_once(e)


def defined_at_once(e: Expr) -> bool:
    """An op without a name of its own on paper: its one equation is written instead."""
    lines = e.op.variants[0].equations if e.op.variants else ()
    return sum(isinstance(t, Template) for t in lines) == 1 and not e.op.tex and not e.op.scalar


def trailing(at: tuple[Formula, ...], x: Expr, shape: Shape) -> tuple[Formula, ...]:
    """The indices of a broadcast operand: the last ones, 1 where its axis has size 1."""
    if not x.rank:
        return ()
    own = at[len(at) - x.rank :]
    wide = shape[len(shape) - x.rank :]
    return tuple(no.ONE if s == size(1) and w != size(1) else i
                 for i, s, w in zip(own, x.shape, wide, strict=True))  # fmt: skip


def notate(e: Expr, c: Convention) -> Formula:
    """The formula of an expression. Raises `NoMatrix` where only indices say it."""
    return Writer(c).natural(e)


def notate_entry(e: Expr, at: tuple[str, ...], c: Convention) -> Formula:
    """The formula of one entry."""
    return Writer(c, at).entry(e, tuple(Name(k) for k in at))
