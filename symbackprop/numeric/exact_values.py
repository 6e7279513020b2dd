"""Exact values of a graph in rational numbers, straight from the definitions: no rounding anywhere.

A function that leaves the rational numbers (exp, a square root) is an unknown: any fraction, the same one for
the same argument. What holds of the graph whatever exp is, holds then as well; the meter says that it was so.
What has no such value, and what would take too long, is refused by `NotRational`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from hashlib import blake2b
from math import prod
from typing import Any

import numpy as np

from symbackprop.backward.reverse_pass import Backward
from symbackprop.entries import Elem, Term
from symbackprop.entries.array_values import (
    Array, Sizes, Tensors, adjugate, array_algebra, lengths, result,
)  # fmt: skip
from symbackprop.entries.entry_equations import Instance
from symbackprop.entries.fold import Algebra, Axes, Over, fold
from symbackprop.entries.scalar_derivatives import derivative_entries
from symbackprop.entries.scalar_functions import expression, scalar_row
from symbackprop.formula.evaluation.rationals import (
    NotRational, determined, inverted, rational, short, solved,
)  # fmt: skip
from symbackprop.graph.expr import Expr
from symbackprop.numeric import points
from symbackprop.numeric.points import Point, backward_values, forward

WORK = 300_000  # factors multiplied at one point
PRIMITIVE = {
    "step": lambda x: Fraction(x > 0), "sign": lambda x: Fraction((x > 0) - (x < 0)),
    "floor": lambda x: Fraction(x.numerator // x.denominator), "held": lambda x: x,
}  # fmt: skip


def of_stack(one: Callable[..., Array]) -> Callable[..., Array]:
    """A function of every matrix of a stack."""

    def of(a: Array, *more: Array) -> Array:
        lead = np.shape(a)[:-2]
        found = [one(a[n], *(b[n] for b in more)) for n in np.ndindex(*lead)]
        return np.array(found, dtype=object).reshape(lead + np.shape(found[0]))

    return of


SQUARE = {
    "inverses": of_stack(inverted), "dets": of_stack(determined), "solves": of_stack(solved),
    "inverse": inverted, "det": determined, "solve": solved,
    "adjugate": lambda a: adjugate(lambda minor: determined(minor)[()], rational(a)),
}  # fmt: skip


class Meter:
    """Counts the work of one point, and remembers whether an unknown was met."""

    work = WORK
    square: Mapping[str, Callable[..., Array]] = SQUARE  # what is no sum of products

    def __init__(self) -> None:
        self.spent = 0
        self.unknowns = 0

    def kink(self, name: str, x: Fraction) -> None:
        """A function is asked for at its own kink."""
        raise NotRational("a kink")

    def constant(self, name: str) -> Fraction:
        """A number that is no fraction."""
        raise NotRational(name)

    def unknown(self, name: str, *at: Fraction) -> Fraction:
        """The value of an unknown at an argument: a fraction between 0 and 1."""
        self.unknowns += 1
        seed = blake2b(repr((name, at)).encode(), digest_size=8).digest()
        above, below = int.from_bytes(seed[:4]), int.from_bytes(seed[4:])
        return Fraction(1 + above % 99, 100 + below % 100)

    def spend(self, amount: int) -> None:
        self.spent += amount
        if self.spent > self.work:
            raise NotRational("too long")


# --- entries -------------------------------------------------------------------------------------


def placed(instance: Instance, operands: tuple[Array, ...], sizes: Sizes, m: Meter) -> Array:
    """The result of an op by its entry equations."""
    if instance.primitive:
        if instance.primitive not in m.square:
            raise NotRational(instance.primitive)
        return m.square[instance.primitive](*operands)
    return np.asarray(result(instance, operands, sizes, partial(fractions, m)), dtype=object)


def fractions(m: Meter, tensors: Tensors, sizes: Sizes) -> Algebra[Any]:
    """Entries in fractions: each product is paid for, and looked at as far as a factor that is 0."""
    plain = array_algebra(
        tensors, sizes, number=Fraction, constant=m.constant,
        power=lambda a, x: each(lambda base: raised(base, x, m), a),
        function=lambda name, order, a: each(lambda x: scalar_value(name, order, x, m), a),
    )  # fmt: skip

    def entry(atom: Elem) -> Over[Any]:
        found, axes = plain.entry(atom)
        return found if isinstance(found, Fraction) else rational(found), axes

    def product(t: Term, factors: Iterable[Over[Any]], out: Axes) -> Over[Any]:
        m.spend(prod(lengths((*out, *t.bound), sizes)) * (1 + len(t.factors)))
        return plain.product(t, until_zero(factors), out)

    def total(parts: Sequence[Over[Any]], out: Axes) -> Any:
        return each(short, plain.total(parts, out))

    return replace(plain, entry=entry, product=product, total=total)


def each(change: Callable[[Fraction], Fraction], a: Any) -> Any:
    """A function of every entry."""
    return np.frompyfunc(change, 1, 1)(a)


def until_zero(factors: Iterable[Over[Any]]) -> Iterator[Over[Any]]:
    """The factors of a product that need not be 0 everywhere without the others."""
    for value, axes in factors:
        yield value, axes
        if not any(np.ravel(value)):
            return


def raised(base: Fraction, x: Fraction, m: Meter) -> Fraction:
    """A power; a root of a positive number is an unknown."""
    n, rest = divmod(x, 1)
    if (rest and base <= 0) or (base == 0 and x < 0) or abs(x) > 1000:
        raise NotRational("a root or a pole")
    return short(base, n) ** int(n) * (m.unknown("power", base, rest) if rest else 1)


def scalar_value(name: str, order: int, x: Fraction, m: Meter) -> Fraction:
    """f^{(order)}(x) of a function that is rational piece by piece."""
    row = scalar_row(name)
    if not order and not row.definition:
        if name in PRIMITIVE:
            return PRIMITIVE[name](x)
        return 1 / m.unknown(name, -x) if name == "exp" and x < 0 else m.unknown(name, x)
    if order and name in PRIMITIVE:
        return Fraction(0)
    if any(Fraction(k) == x for k in row.kinks):
        m.kink(name, x)
    body = derivative_entries(name, order) if order else expression(row.definition)
    return fold(body, (), fractions(m, {"x": x}, {}))


# --- graphs --------------------------------------------------------------------------------------


def evaluate(e: Expr, at: Point, t: int, m: Meter) -> Array:
    """The value of an expression at a point, node by node from the definitions."""
    return points.evaluate(e, at, t, number=Fraction, run=partial(placed, m=m))


def filled(b: Backward, start: Point) -> tuple[Point, bool]:
    """The point with every node and every δ, exactly; and whether every one has its own value.

    A node that has no such value gets any fractions: what holds of the graph then holds for the formulas
    in the names of its nodes. Errors: `NotRational` where a δ is none.
    """
    m, g = Meter(), b.graph
    free: list[Expr] = []

    def work(e: Expr, at: Point, t: int = 0) -> Array:
        return evaluate(e, at, t, m)

    def node(e: Expr, at: Point, t: int = 0) -> Array:
        try:
            return work(e, at, t)
        except NotRational:
            free.append(e)
            shape = tuple(s.value(at.sizes) for s in e.shape)
            rng = np.random.default_rng([len(free), t + 1])
            return rational(rng.integers(1, 20, shape)) / rational(rng.integers(20, 40, shape))

    made = forward(g, start, work=node)
    point = backward_values(b, made, work=work)
    return point, not (free or m.unknowns)
