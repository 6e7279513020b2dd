"""Expressions to formulas under a sheet's convention: column or row vectors, names of error signals.

A rank-1 expression has no orientation; paper gives it one. With column vectors `W @ x` is W x and
`x @ W` is Wᵀx; with row vectors they are x Wᵀ and x W. What no matrix says (rank 3 and more) raises
`NoMatrix`, and the equation prints in indices instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symbackprop import indexed
from symbackprop import notation as no
from symbackprop import tidy as td
from symbackprop.compose import factors, negated, one_or, size_formula, times
from symbackprop.entries import Entries, Index, Position, position, rename_bound
from symbackprop.errors import SheetError
from symbackprop.expr import NUMBER, SIZE, SYMBOL, Expr, Symbol
from symbackprop.graph import TIME_SUM
from symbackprop.notation import Formula, Name
from symbackprop.sizes import Shape, Size, size

LETTERS = "ijklmpqrabcdsuvw"


class NoMatrix(Exception):
    """The expression has no matrix form; it prints in indices."""


@dataclass(frozen=True, slots=True)
class Convention:
    """Notation as data. `vectors`: 'column' | 'row'; `signal`: 'delta' | 'bar' | 'partial'.

    `signals` gives single error signals their own printed name, ((node, LaTeX), …);
    `letters` are the index letters no symbol of the graph uses; `of` is the name of the output.
    """

    vectors: str = "column"
    signal: str = "delta"
    signals: tuple[tuple[str, Name], ...] = ()
    of: Name = field(default_factory=lambda: Name("L"))
    letters: str = LETTERS

    def __post_init__(self) -> None:
        if self.vectors not in ("column", "row"):
            raise SheetError(
                f"vectors are 'column' or 'row', not {self.vectors!r}", where="convention"
            )
        if self.signal not in ("delta", "bar", "partial"):
            raise SheetError(
                f"signal is 'delta', 'bar' or 'partial', not {self.signal!r}", where="convention"
            )


# --- names and sizes -----------------------------------------------------------------------------


def time_index(s: Symbol) -> Formula:
    t = Name(s.time)
    if not s.shift:
        return t
    step = no.Number(Fraction(abs(s.shift)))
    return no.Plus((t, step if s.shift > 0 else no.Minus(step)))


def timed(name: Formula, s: Symbol) -> Formula:
    return no.At(name, (time_index(s),)) if s.time else name


def symbol_formula(s: Symbol, c: Convention) -> Formula:
    """A symbol, or an error signal in the sheet's notation, at its time."""
    if not s.cotangent:
        return timed(s.tex, s)
    own = dict(c.signals).get(s.name)
    if own:
        return timed(own, s)
    plain = Name(s.tex.base.removeprefix(r"\delta "), s.tex.sup, s.tex.sub)
    if c.signal == "bar":
        return timed(Name(rf"\bar{{{plain.base}}}", plain.sup, plain.sub), s)
    if c.signal == "partial":
        return no.Partial(c.of, timed(plain, s))
    return timed(s.tex, s)


def function_key(e: Expr) -> str:
    """The name a function is called by: the op, with every attribute that is not the default."""
    return e.op.name + "".join(f"[{k}={attribute_text(v)}]" for k, v in e.attributes)


def attribute_text(v: object) -> str:
    return "×".join(str(x) for x in v) if isinstance(v, tuple) else str(v)


# --- matrices ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes one expression; `column`/`row` orient a vector, `matrix` a matrix (flipped or not)."""

    c: Convention
    used: tuple[str, ...] = ()  # index letters already bound outside

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
        if e.op.scalar or (
            len(e.args) == 1 and e.op.variants and e.op.variants[0].arguments[0].batch
        ):
            return self.call(e)
        raise NoMatrix(e.op.name)

    # scalars

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
            return no.Times((*factors(self.row(a)), *factors(self.column(b))))
        if name in ("sum", "mean", "sum_last", "mean_last"):
            return self.total(e)
        if name == "pick" or (name == "slice" and e.args[0].op is SYMBOL):
            return self.entry(e, ())
        if e.op is TIME_SUM:
            return self.over_time(e)
        if e.op.variants and not e.op.tex and not e.op.scalar:
            return self.entry_sum(e, ())
        return self.call(e)

    def total(self, e: Expr) -> Formula:
        (x,) = e.args
        if "mean" in e.op.name:
            count = size(1)
            for s in x.shape:
                count = count * s
            return times([no.Over(no.ONE, size_formula(count)), self.summed(x)])
        return self.summed(x)

    def summed(self, x: Expr) -> Formula:
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

    # sums and products of any rank

    def sum(self, e: Expr, flip: bool = False) -> Formula:
        terms = []
        for term in broadcast_terms(e):
            body = self.term(term[1], e.shape, flip)
            terms.append(negated(body) if term[0] < 0 else body)
        first = next((k for k, t in enumerate(terms) if not isinstance(t, no.Minus)), 0)
        terms.insert(0, terms.pop(first))
        return one_or(no.Plus, terms)

    def term(self, e: Expr, shape: Shape, flip: bool) -> Formula:
        """A summand, spread over the shape of the sum where it is smaller."""
        if e.rank == 0 or e.shape == shape:
            return self.oriented(e, flip)
        if len(shape) > 2:
            raise NoMatrix("broadcast")
        return self.spread(e, shape, flip)

    def oriented(self, e: Expr, flip: bool) -> Formula:
        return self.matrix(e, flip) if e.rank == 2 else self.natural(e)

    def spread(self, e: Expr, shape: Shape, flip: bool = False) -> Formula:
        """A vector or a thin matrix copied along the other axis: 1_n b, or b 1_kᵀ."""
        n, k = (no.Ones(size_formula(s)) for s in shape)
        if e.rank == 1:
            parts = [self.column(e), no.Transpose(n)] if flip else [n, self.row(e)]
        elif e.shape[0] == shape[0]:
            parts = [k, self.matrix(e, True)] if flip else [self.matrix(e), no.Transpose(k)]
        else:
            parts = [self.matrix(e, True), no.Transpose(n)] if flip else [n, self.matrix(e)]
        return times(parts)

    def product(self, e: Expr, flip: bool = False) -> Formula:
        """Number and scalars as one fraction in front, arrays joined by ⊙ (⊘ for negative powers)."""
        if e.op.name in ("multiply", "divide") and any(
            a.shape not in ((), e.shape) for a in e.args
        ):
            return self.broadcast_product(e, flip)
        m = td.split(e)
        over = [self.powered(self.grouped(s), x) for s, x in m.scalars if x > 0]
        under = [self.powered(self.natural(s), -x) for s, x in m.scalars if x < 0]
        p, q = abs(m.coefficient.numerator), m.coefficient.denominator
        low = ([no.Number(Fraction(q))] if q != 1 else []) + under
        parts: list[Formula] = []
        if low:
            beside = [f for f in over if isinstance(f, no.Sum)]  # 1/n Σ, not Σ/n
            over = [f for f in over if f not in beside]
            top = ([no.Number(Fraction(p))] if p != 1 or not over else []) + over
            parts += [no.Over(times(top), times(low)), *beside]
        else:
            parts += ([no.Number(Fraction(p))] if p != 1 else []) + over
        arrays = self.hadamard(m.arrays, flip)
        if arrays is not None and arrays != no.ONE:
            parts.append(arrays)
        body = times(parts) if parts else no.Number(Fraction(p))
        return negated(body) if m.coefficient < 0 else body

    def grouped(self, s: Expr) -> Formula:
        """A scalar product keeps its brackets: (yᵀȳ) y."""
        return no.Times((self.natural(s),)) if s.op.name == "matmul" else self.natural(s)

    def hadamard(self, arrays: Sequence[tuple[Expr, Fraction]], flip: bool) -> Formula | None:
        if not arrays:
            return None
        over = opened(self.hpower(self.oriented(a, flip), x) for a, x in arrays if x > 0)
        under = opened(self.hpower(self.oriented(a, flip), -x) for a, x in arrays if x < 0)
        if not over:
            over = [self.oriented(ones_like(arrays[0][0]), flip)]
        top = one_or(no.Hadamard, over)
        return no.Oslash(top, one_or(no.Hadamard, under)) if under else top

    def broadcast_product(self, e: Expr, flip: bool) -> Formula:
        """M diag(v) for a product with a vector along the last axis, diag(u) M along the first."""
        if e.rank != 2:
            raise NoMatrix("broadcast")
        parts: list[Formula] = []
        for n, a in enumerate(e.args):
            inverse = e.op.name == "divide" and n == 1
            whole = (
                self.oriented(a, flip)
                if a.shape in ((), e.shape)
                else self.spread(a, e.shape, flip)
            )
            if inverse and a.rank == 0:
                parts[0] = no.Over(parts[0], whole)
            elif inverse:
                parts[0] = no.Oslash(parts[0], whole)
            else:
                parts.append(whole)
        return one_or(no.Hadamard, parts)

    def powered(self, base: Formula, x: Fraction) -> Formula:
        if x == Fraction(1, 2):
            return no.Call("sqrt", (base,))
        return base if x == 1 else no.Power(base, no.number(x))

    def hpower(self, base: Formula, x: Fraction) -> Formula:
        if x == Fraction(1, 2):
            return no.Call("sqrt", (base,))
        if x == 2 and isinstance(base, no.Name | no.At):
            return no.Hadamard((base, base))
        if x == 1:
            return base
        # tanh²(x), as everyone writes it
        return (no.Power if isinstance(base, no.Call) else no.HPower)(base, no.number(x))

    # vectors

    def column(self, e: Expr) -> Formula:
        return self.vector(e, "column")

    def row(self, e: Expr) -> Formula:
        return self.vector(e, "row")

    def vector(self, e: Expr, side: str) -> Formula:
        """A rank-1 expression as a column or as a row."""
        name = e.op.name
        if name == "matmul":
            a, b = e.args
            if a.rank == 2:  # A b
                return self.chain([self.matrix(a), self.column(b)] if side == "column"
                                  else [self.row(b), self.matrix(a, True)])  # fmt: skip
            return self.chain([self.matrix(b, True), self.column(a)] if side == "column"
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
        m = td.split(e)
        ((core, _),) = m.arrays
        front = td.join(td.Monomial(abs(m.coefficient), m.scalars, ()), ())
        body = times(
            [*([] if front.number == 1 else [self.grouped(front)]), self.vector(core, side)]
        )
        return negated(body) if m.coefficient < 0 else body

    def chain(self, parts: list[Formula]) -> Formula:
        return times(parts)

    def row_sums(self, m: Expr, side: str) -> Formula:
        if m.rank != 2:
            raise NoMatrix("sum")
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
        if name in ("pick", "einsum", "constant", "diagonal") and name != "diagonal":
            if name == "constant":
                value: Fraction = e.attribute("value")  # type: ignore[assignment]
                return times([no.number(value), self.natural(ones_like(e))])
            raise NoMatrix(name)
        return self.call(e)

    def unit(self, e: Expr) -> Formula:
        """A unit vector of a fixed position, written out in blocks."""
        n, at = e.shape[0], e.attribute("position")
        return blocks(at, size(1), n, self.c.vectors)  # type: ignore[arg-type]

    def cut(self, e: Expr) -> Formula:
        """Rows and columns taken out, as products with selectors."""
        (x,) = e.args
        ranges: tuple[tuple[Size, ...], ...] = e.attribute("ranges")  # type: ignore[assignment]
        if x.rank > 2:
            raise NoMatrix("slice")
        picks = [selector_of(r, s) for r, s in zip(ranges, x.shape, strict=True)]
        if x.rank == 1:
            (s,) = picks
            assert s is not None
            return times(
                [no.Transpose(s), self.column(x)]
                if self.c.vectors == "column"
                else [self.row(x), s]
            )
        left, right = picks
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

    # matrices

    def matrix(self, e: Expr, flip: bool = False) -> Formula:
        """A rank-2 expression, or its transpose."""
        name = e.op.name
        if name == "transpose":
            return self.matrix(e.args[0], not flip)
        if name == "matmul" and all(a.rank == 2 for a in e.args):
            a, b = e.args
            return times(
                [self.matrix(b, True), self.matrix(a, True)]
                if flip
                else [self.matrix(a), self.matrix(b)]
            )
        if name == "outer":
            u, v = e.args[::-1] if flip else e.args
            return times([self.column(u), self.row(v)])
        if name in ("multiply", "divide", "negative", "power"):
            return self.product(e, flip)
        if name in ("add", "subtract"):
            return self.sum(e, flip)
        if name in ("diag", "identity"):
            return self.plain_matrix(e)
        if e.op is TIME_SUM:
            inner = self.matrix(e.args[0], flip)
            time = e.attributes[0][1]
            return no.Sum(Name(time.name), no.ONE, size_formula(time.length), inner)  # type: ignore[attr-defined]
        if name == "constant":
            return self.constant(e, flip)
        if e.op.scalar and len(e.args) == 1:
            return self.elementwise(e, self.matrix(e.args[0], flip))
        here = self.plain_matrix(e)
        return no.Transpose(here) if flip else here

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
            return no.Eye(size_formula(e.shape[0]))
        if name == "diag":  # diag takes either orientation: the one without transposes
            v = e.args[0]
            return no.Call(
                "diag", (self.column(v) if v.op.name == "sum_last" else self.natural(v),)
            )
        if name == "selector":
            return blocks(e.attribute("start"), e.shape[1], e.shape[0], "column")  # type: ignore[arg-type]
        if name == "concat":
            parts = tuple(self.natural(a) for a in e.args)
            across = e.attribute("axis") in (-1, 1)
            return no.Array((parts,) if across else tuple((p,) for p in parts))
        if name == "onehot":
            return no.Unit(self.natural(e.args[0]))
        if name == "slice":
            return self.cut(e)
        if name in ("einsum", "pick", "matmul", "sum_last", "mean_last"):
            raise NoMatrix(name)
        return self.call(e)

    # functions

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
        if e.op.name in ("einsum", "slice", "concat"):
            raise NoMatrix(e.op.name)
        return no.Call(function_key(e), tuple(self.natural(a) for a in e.args))

    # --- entries ---

    def entry(self, e: Expr, at: tuple[Formula, ...]) -> Formula:
        """One entry, indices pushed through everything that acts entry by entry."""
        name = e.op.name
        if e.rank == 0 and not at and name not in ("pick", "slice"):
            return self.natural(e)
        if e.op is SYMBOL:
            s = e.symbol
            assert s
            base = symbol_formula(s, self.c)
            if isinstance(base, no.At):
                return no.At(base.base, (*base.indices, *at))
            return no.At(base, at) if at else base
        if name in ("multiply", "divide", "negative", "power"):
            return self.entry_product(e, at)
        if name in ("add", "subtract"):
            terms = [(s, self.entry(x, trailing(at, x, e.shape))) for s, x in broadcast_terms(e)]
            return one_or(no.Plus, [negated(f) if s < 0 else f for s, f in terms])
        if e.op.scalar:
            return self.elementwise(e, self.entry(e.args[0], at))
        if name == "pick":
            label = self.entry(e.args[1], at) if at else self.natural(e.args[1])
            return self.entry(e.args[0], (*at, label))
        if name == "transpose":
            return self.entry(e.args[0], (*at[:-2], at[-1], at[-2]))
        if name == "constant":
            return no.number(e.attribute("value"))  # type: ignore[arg-type]
        if name == "identity":
            return no.KroneckerDelta(*at)
        if name in ("matmul", "einsum", "sum_last", "mean_last", "slice", "outer"):
            return self.entry_sum(e, at)
        if e.op.variants and len(e.op.variants[0].equations) == 1 and not e.op.tex:
            return self.entry_sum(e, at)
        return no.At(self.natural(e), at)

    def entry_product(self, e: Expr, at: tuple[Formula, ...]) -> Formula:
        if e.op.name == "power":
            inner = self.entry(e.args[0], at)
            return self.powered(inner, td.exponent(e))
        if e.op.name == "negative":
            return negated(self.entry(e.args[0], at))
        a, b = (self.entry(x, trailing(at, x, e.shape)) for x in e.args)
        return no.Over(a, b) if e.op.name == "divide" else times([a, b])

    def entry_sum(self, e: Expr, at: tuple[Formula, ...]) -> Formula:
        """One entry by the op's own definition, Σ over the contracted axes."""
        instance = e.op.place(tuple(a.shape for a in e.args), e.attributes)
        if len(instance.definitions) != 1:
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


def trailing(at: tuple[Formula, ...], x: Expr, shape: Shape) -> tuple[Formula, ...]:
    """The indices of a broadcast operand: the last ones, 1 where its axis has size 1."""
    if not x.rank:
        return ()
    own = at[len(at) - x.rank :]
    wide = shape[len(shape) - x.rank :]
    return tuple(no.ONE if s == size(1) and w != size(1) else i
                 for i, s, w in zip(own, x.shape, wide, strict=True))  # fmt: skip


def opened(parts: Iterable[Formula]) -> list[Formula]:
    """Factors of ⊙, nested ones opened."""
    return [f for p in parts for f in (p.factors if isinstance(p, no.Hadamard) else (p,))]


def ones_like(e: Expr) -> Expr:
    from symbackprop import functions as fn

    return fn.constant(1, *e.shape)


def one_array(e: Expr) -> bool:
    """A scalar multiple of one vector."""
    m = td.split(e)
    return len(m.arrays) == 1 and m.arrays[0][1] == 1


def broadcast_terms(e: Expr) -> list[tuple[int, Expr]]:
    """Signed terms of a nested sum, whatever their shapes."""
    out: list[tuple[int, Expr]] = []
    stack = [(1, e)]
    while stack:
        sign, node = stack.pop()
        if node.op.name in ("add", "subtract"):
            second = -sign if node.op.name == "subtract" else sign
            stack += [(second, node.args[1]), (sign, node.args[0])]
        else:
            out.append((sign, node))
    return out


def blocks(start: Size, width: Size, total: Size, side: str) -> Formula:
    """[0; I; 0]: the columns start … start + width of an identity."""
    rest = total - start - width
    eye = no.ONE if width == size(1) else no.Eye(size_formula(width))
    parts: list[Formula] = []
    if start != size(0):
        parts.append(no.Zeros(size_formula(start), size_formula(width)))
    parts.append(eye)
    if rest != size(0):
        parts.append(no.Zeros(size_formula(rest), size_formula(width)))
    column = no.Array(tuple((p,) for p in parts))
    return column if side == "column" else no.Transpose(column)


def selector_of(r: tuple[Size, ...], extent: Size) -> Formula | None:
    """The selector of a range, or None for the whole axis."""
    if len(r) == 1:
        return blocks(r[0], size(1), extent, "column")
    return None if r == (size(0), extent) else blocks(r[0], r[1] - r[0], extent, "column")


def notate(e: Expr, c: Convention) -> Formula:
    """The formula of an expression. Raises `NoMatrix` where only indices say it."""
    return Writer(c).natural(e)


def notate_entry(e: Expr, at: tuple[str, ...], c: Convention) -> Formula:
    """The formula of one entry."""
    return Writer(c, at).entry(e, tuple(Name(k) for k in at))
