"""Values to many digits, straight from the definitions: for what floating point leaves open.

An array of such numbers is worked on in their precision, whatever their exponents: nothing underflows, and
1 - tanh(30)² has all its digits. Which precision it is says each number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import cache, partial
from math import prod
from typing import Any, TypeAlias

import mpmath  # comes with SymPy
import numpy as np

from symbackprop.entries.array_values import (
    Array, Number, Sizes, Tensors, adjugate, array_algebra, lengths, result,
)  # fmt: skip
from symbackprop.entries.entry_equations import Instance
from symbackprop.entries.entry_kinds import Term
from symbackprop.entries.fold import Algebra, Axes, Over, fold
from symbackprop.entries.scalar_derivatives import derivative_entries
from symbackprop.entries.scalar_functions import expression, scalar_row
from symbackprop.errors import SymbackpropError

Context: TypeAlias = Any  # of mpmath: numbers of one precision
SPARE = 20  # digits
FUNCTION = 30  # multiplications that a function takes as long as


class NoLongValue(SymbackpropError):
    """A value that is no real number, or takes too long."""


@cache
def context(digits: int) -> Context:
    """The numbers of so many digits."""
    made = mpmath.MPContext()
    made.dps = digits
    return made


def context_of(arrays: Iterable[object]) -> Context | None:
    """The precision of numbers with many digits among those of some arrays."""
    for a in map(np.asarray, arrays):
        if a.dtype.kind == "O":
            return next((x.context for x in a.flat if hasattr(x, "context")), None)
    return None


def numbers(c: Context) -> Number:
    """How a fraction becomes a number."""
    return lambda x: c.mpf(x.numerator) / x.denominator


def lengthened(a: Array, digits: int) -> Array:
    """Floating point numbers as they are, with room for more digits; positions stay what they are."""
    return a if a.dtype.kind == "i" else np.asarray(each(context(digits).mpf, a))


def each(change: Callable[[Any], Any], a: Any) -> Any:
    """A function of every entry."""
    return np.asarray(np.frompyfunc(change, 1, 1)(a), dtype=object)


# --- how much may be multiplied -------------------------------------------------------------------

LEFT: ContextVar[list[int] | None] = ContextVar("left", default=None)


@contextmanager
def limited(work: int) -> Iterator[None]:
    """Errors inside: `NoLongValue` once so many factors are multiplied."""
    token = LEFT.set([work])
    try:
        yield
    finally:
        LEFT.reset(token)


def spend(amount: int) -> None:
    if (left := LEFT.get()) is not None:
        left[0] -= amount
        if left[0] < 0:
            raise NoLongValue("too long")


# --- ops -------------------------------------------------------------------------------------------


def value(instance: Instance, operands: Sequence[Array], sizes: Sizes, c: Context) -> Array:
    """The result of an op. Errors: `NoLongValue`."""
    if instance.primitive and instance.primitive not in PRIMITIVES:
        raise NoLongValue(f"{instance.primitive} has no value to many digits")
    if instance.primitive:
        return PRIMITIVES[instance.primitive](c, *operands)
    return np.asarray(result(instance, operands, sizes, partial(arrays, c)), dtype=object)


def arrays(c: Context, tensors: Tensors, sizes: Sizes) -> Algebra[Any]:
    """Entries to many digits: each product is paid for."""
    plain = array_algebra(
        tensors, sizes, number=numbers(c), constant=lambda name: +getattr(c, name),
        power=lambda a, x: each(lambda base: finite(c, "power", base, x), a),
        function=partial(scalar_value, c),
    )  # fmt: skip

    def product(t: Term, factors: Iterable[Over[Any]], out: Axes) -> Over[Any]:
        spend(prod(lengths((*out, *t.bound), sizes)) * (1 + len(t.factors)))
        return plain.product(t, factors, out)

    return replace(plain, product=product)


def scalar_value(c: Context, name: str, order: int, x: Any) -> Array:
    """f^{(order)}(x), entry by entry; at a kink a step and a sign are 0, as everywhere else."""
    row, x = scalar_row(name), np.asarray(x, dtype=object)
    if order or row.definition:
        e = derivative_entries(name, order) if order else expression(row.definition)
        found = fold(e, (), arrays(c, {"x": x.ravel()}, {}))
        return np.array(np.broadcast_to(np.asarray(found, dtype=object), x.size)).reshape(x.shape)
    spend(FUNCTION * x.size)
    return each(STEPS.get(row.sympy) or partial(finite, c, row.sympy), x)


def finite(c: Context, name: str, *at: Any) -> Any:
    """The value of one of mpmath's functions. Errors: `NoLongValue` where it is no real number.

    Of a complex number, whose imaginary part is as small as its last digit, in twice as many of them.
    """
    complex_ = any(hasattr(a, "_mpc_") for a in at)
    inner = context(2 * c.dps + SPARE) if complex_ else c
    work = partial(inner.psi, POLYGAMMA.index(name)) if name in POLYGAMMA else getattr(inner, name, None)
    if work is None:
        raise NoLongValue(f"{name} has no value to many digits")
    try:
        found = c.convert(work(*map(inner.convert, at)))
    except (ValueError, ArithmeticError):
        raise NoLongValue("a pole") from None
    if not c.isfinite(found) or (hasattr(found, "_mpc_") and not complex_):
        raise NoLongValue("no real number")
    return +found


def imaginary(a: Array) -> Array:
    """The imaginary part of every entry."""
    return each(lambda x: x.imag, a) if a.dtype.kind == "O" else np.imag(a)


POLYGAMMA = ("digamma", "trigamma", "tetragamma", "pentagamma")  # derivatives of log Γ, by their order
STEPS = {
    "step": lambda x: int(x.real > 0), "sign": lambda x: int(x.real > 0) - int(x.real < 0),
    "floor": lambda x: mpmath.floor(x.real), "held": lambda x: x.real,
}  # fmt: skip


# --- what is no sum of products ---------------------------------------------------------------------


def best(sign: int, c: Context, x: Array) -> Array:
    """The position of the largest entry of the last axis, or of the smallest, the first of equal ones."""
    return np.asarray(np.argmax(each(lambda a: sign * a.real, x), axis=-1))


def solved(c: Context, a: Array, b: Array) -> Array:
    """x with a x = b. Errors: `NoLongValue` where a has no inverse."""
    spend(len(a) ** 3)
    try:
        found = c.inverse(c.matrix(a.tolist()))
    except ZeroDivisionError:
        raise NoLongValue("a matrix without inverse") from None
    return np.asarray(found.tolist(), dtype=object).reshape(a.shape) @ b


def inverted(c: Context, a: Array) -> Array:
    return solved(c, a, np.eye(len(a), dtype=int))


def determinant(c: Context, a: Array) -> Array:
    spend(len(a) ** 3)
    return np.asarray(c.det(c.matrix(a.tolist())), dtype=object)[()]


def of_stack(one: Callable[..., Array]) -> Callable[..., Array]:
    """A function of every matrix of a stack."""

    def of(c: Context, a: Array, *more: Array) -> Array:
        lead = a.shape[:-2]
        found = [one(c, a[n], *(b[n] for b in more)) for n in np.ndindex(*lead)]
        return np.array(found, dtype=object).reshape(lead + np.shape(found[0]))

    return of


PRIMITIVES = {
    "inverses": of_stack(inverted), "solves": of_stack(solved), "dets": of_stack(determinant),
    "argmax": partial(best, 1), "argmin": partial(best, -1), "inverse": inverted, "solve": solved,
    "det": determinant, "adjugate": lambda c, a: adjugate(partial(determinant, c), a),
}  # fmt: skip
