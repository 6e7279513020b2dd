"""Closed forms as data: number · Π base^exponent · Π_{j=low}^{high} body_j, and how they stand on paper.

Exponents and bounds are polynomials in sizes and in the time index, so c^{k-t} c^{t-1} is c^{k-1}.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symbackprop.formula import tree as no
from symbackprop.formula.composing import one_or, size_formula, times
from symbackprop.formula.tree import Formula, Name
from symbackprop.graph.expr import SIZE, Expr, const, leaf, pinned, shifted, substitute, symbols
from symbackprop.graph.graph import TIME_SUM, Time
from symbackprop.matrices import monomials as mo
from symbackprop.notation.convention import Convention
from symbackprop.notation.entry_formulas import plain_first
from symbackprop.notation.expression_formulas import writer
from symbackprop.notation.product_formulas import grouped, hpower
from symbackprop.sizes import ONE, Shape, size, Size


@dataclass(frozen=True, slots=True)
class Run:
    """Π of a body over the steps from low to high; the body stands at its own step."""

    body: Expr
    low: Size
    high: Size


@dataclass(frozen=True, slots=True)
class Closed:
    """A product, entry by entry for arrays; `summed` puts Σ over all steps in front.

    `apart` is the product before equal bases are gathered; `way` are the sums of equal terms it was counted
    from.
    """

    shape: Shape
    number: Fraction = Fraction(1)
    powers: tuple[tuple[Expr, Size], ...] = ()
    runs: tuple[Run, ...] = ()
    summed: bool = False
    apart: Closed | None = None
    way: tuple[Closed, ...] = ()


def atom(e: Expr, exponent: Size = ONE) -> Closed:
    return Closed(e.shape, Fraction(1), ((e, exponent),))


def monomial(e: Expr) -> Closed:
    """An expression as a product; powers that are no whole numbers stay inside their base."""
    m = mo.split(e)
    whole = [(b, size(int(x))) for b, x in (*m.scalars, *m.arrays) if x.denominator == 1]
    roots = [(mo.raised(b, x), ONE) for b, x in (*m.scalars, *m.arrays) if x.denominator != 1]
    return Closed(e.shape, m.coefficient, tuple(merged([*whole, *roots])))


def merged(powers: Iterable[tuple[Expr, Size]]) -> list[tuple[Expr, Size]]:
    """Equal bases once, their exponents added; copies of ones only where nothing else stands."""
    total: dict[Expr, Size] = {}
    for base, x in powers:
        total[base] = total.get(base, size(0)) + x
    kept = [(b, x) for b, x in total.items() if x != size(0)]
    full = [(b, x) for b, x in kept if not mo.is_ones(b)]
    return full if any(b.rank for b, _ in full) else kept


def multiplied(*parts: Closed) -> Closed:
    """The product; scalars spread over arrays."""
    number = Fraction(1)
    for p in parts:
        number *= p.number
    shape = max((p.shape for p in parts), key=len)
    powers = merged(f for p in parts for f in p.powers)
    for k, (base, x) in enumerate(powers):  # -1/2 (-1/2)^{k-1} is (-1/2)^k
        if base.number == number != 1:
            powers[k], number = (base, x + 1), Fraction(1)
    return Closed(
        shape, number, tuple(powers), tuple(r for p in parts for r in p.runs), apart=apart(parts, shape)
    )


def apart(parts: Sequence[Closed], shape: Shape) -> Closed:
    """The product as its factors came."""
    each = [p.apart or p for p in parts]
    number = Fraction(1)
    for p in each:
        number *= p.number
    powers = tuple(f for p in each for f in p.powers if not mo.is_ones(f[0]) and f[1] != size(0))
    return Closed(shape, number, powers, tuple(r for p in each for r in p.runs))


# --- time ----------------------------------------------------------------------------------------


def moved(c: Closed, time: Time, steps: int) -> Closed:
    """The closed form so many steps later."""
    later = size(time.name) + steps
    return changed(c, time, later, lambda e: shifted(e, steps))


def fixed(c: Closed, time: Time, at: Size) -> Closed:
    """The closed form at one step."""
    return changed(c, time, at, lambda e: pinned(e, at))


def changed(c: Closed, time: Time, by: Size, base: Callable[[Expr], Expr]) -> Closed:
    """The closed form with another step for t, in bases, exponents and bounds."""
    powers = tuple((base(b), x.substitute(time.name, by)) for b, x in c.powers)
    runs = tuple(
        Run(r.body, r.low.substitute(time.name, by), r.high.substitute(time.name, by)) for r in c.runs
    )
    inner = changed(c.apart, time, by, base) if c.apart else None
    return replace(c, powers=powers, runs=runs, apart=inner)


def varies(e: Expr) -> bool:
    """Whether an expression has another value at another step."""
    stack = [e]
    while stack:
        node = stack.pop()
        if node.symbol and node.symbol.time:
            return True
        stack += [] if node.op is TIME_SUM else node.args
    return False


def depends(c: Closed, time: Time) -> bool:
    """Whether a closed form has another value at another step."""
    sizes = [*(x for _, x in c.powers), *(s for r in c.runs for s in (r.low, r.high))]
    return any(time.name in s.names for s in sizes) or any(varies(b) for b, _ in c.powers)


def over_steps(step: Expr, low: Size, high: Size) -> Closed:
    """Π_{j=low}^{high} step_j: what is the same at every step becomes a power."""
    m, count = monomial(step), high - low + 1
    same = [(b, x * count) for b, x in m.powers if not varies(b)]
    if m.number != 1:
        same.insert(0, (const(m.number), count))
    other = tuple((b, Fraction(x.number or 0)) for b, x in m.powers if varies(b))
    if not other:
        return Closed(step.shape, Fraction(1), tuple(same))
    scalars, arrays = (tuple(f for f in other if bool(f[0].rank) == r) for r in (False, True))
    shape = step.shape if arrays else ()
    body = mo.join(mo.Monomial(Fraction(1), scalars, arrays), shape)
    return Closed(step.shape, Fraction(1), tuple(same), (Run(body, low, high),))


def summed(c: Closed, time: Time) -> Closed:
    """Σ over all steps; equal terms are counted."""
    if depends(c, time):
        return replace(c, summed=True)
    way = tuple(replace(x, summed=True, apart=None) for x in (c.apart or c, c))
    return replace(multiplied(Closed((), powers=((const(time.length), ONE),)), c), way=way)


# --- on paper ------------------------------------------------------------------------------------


def steps_formula(s: Size) -> Formula:
    """n - i, not -i + n."""
    f = size_formula(s)
    if not isinstance(f, no.Plus):
        return f
    return no.Plus(tuple(plain_first(f.terms)))


@dataclass(frozen=True, slots=True)
class ClosedWriter:
    """Writes closed forms under a convention; with index letters, one entry of them."""

    c: Convention
    time: Time
    at: tuple[str, ...] = ()

    def formula(self, c: Closed) -> Formula:
        """Number, sizes and powers in front, then the products, the other scalars, the arrays."""
        counts = [self.powered(b, x) for b, x in c.powers if b.op is SIZE]
        scalar = [f for f in c.powers if self.single(f[0]) and f[0].op is not SIZE]
        front = [self.powered(b, x) for b, x in scalar if x.number is None]
        back = [self.powered(b, x) for b, x in scalar if (x.number or 0) > 0]
        under = [self.powered(b, x * -1) for b, x in scalar if (x.number or 0) < 0]
        arrays = [self.hpowered(b, x) for b, x in c.powers if not self.single(b)]
        runs = [self.run(r) for r in c.runs]
        top = [no.number(c.number), *counts, *front, *runs, *back]
        lead = [no.Over(times(top), times(under))] if under else top
        tail = [one_or(no.Hadamard, arrays)] if arrays else []
        body = times([*lead, *tail])
        if not c.summed:
            return body
        return no.Sum(self.time.letter, no.ONE, size_formula(self.time.length), body)

    def single(self, base: Expr) -> bool:
        """Whether a base is written as a number: a scalar, or one entry."""
        return not base.rank or bool(self.at)

    def written(self, base: Expr) -> Formula:
        w = writer(self.c, self.at)
        if self.at and base.rank:
            return w.entry(base, tuple(Name(x) for x in self.at))
        return grouped(w, base) if not base.rank else w.natural(base)

    def powered(self, base: Expr, x: Size) -> Formula:
        f = self.written(base)
        return f if x == ONE else no.Power(f, steps_formula(x))

    def hpowered(self, base: Expr, x: Size) -> Formula:
        f = self.written(base)
        if x.number is not None:
            return hpower(f, Fraction(x.number))
        return no.HPower(f, steps_formula(x))

    def run(self, r: Run) -> Formula:
        letter = next(x for x in self.c.letters if x not in self.at)
        swap = {s: leaf(replace(s.symbol, time=letter)) for s in symbols(r.body)
                if s.symbol and s.symbol.time}  # fmt: skip
        inner = substitute(r.body, swap)
        w = writer(self.c, (*self.at, letter))
        f = w.entry(inner, tuple(Name(x) for x in self.at)) if inner.rank else grouped(w, inner)
        return no.Product(Name(letter), steps_formula(r.low), steps_formula(r.high), f)
