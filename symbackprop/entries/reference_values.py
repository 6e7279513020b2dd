"""Values straight from the definitions: the oracle every spelling and every derivation is held against."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from symbackprop.entries import long_values, matrix_values
from symbackprop.entries.array_values import (
    Array as Array, Arrays, Sizes as Sizes, Tensors, adjugate, array_algebra, result, rounded,
)  # fmt: skip
from symbackprop.entries.entry_equations import Instance
from symbackprop.entries.fold import Algebra, fold
from symbackprop.entries.scalar_derivatives import derivative_entries
from symbackprop.entries.scalar_functions import expression, scalar_row
from symbackprop.errors import DeclarationError


def value(instance: Instance, operands: tuple[Array, ...], sizes: Sizes) -> Array:
    """The result of an op on arrays, by its entry equations.

    Complex operands are allowed (complex step); functions with a kink decide by the real part. Where a
    helper such as exp(10000) overflows, the equations are evaluated again with more room for exponents.
    Numbers of many digits are worked on in their precision.
    """
    if (many := long_values.context_of(operands)) is not None:
        return long_values.value(instance, operands, sizes, many)
    if instance.primitive:
        return PRIMITIVES[instance.primitive](*operands)
    with np.errstate(all="ignore"):
        found = result(instance, operands, sizes, floats)
        if np.all(np.isfinite(found)) or not all(np.all(np.isfinite(a)) for a in operands):
            return found
        wide = tuple(np.asarray(a, np.result_type(a, np.longdouble)) for a in operands)
        return result(instance, wide, sizes, floats).astype(found.dtype)


def arithmetic(given: Iterable[object]) -> Arrays:
    """What some arrays are worked on in."""
    many = long_values.context_of(given)
    return floats if many is None else partial(long_values.arrays, many)


def floats(tensors: Tensors, sizes: Sizes) -> Algebra[Any]:
    """Entries in floating point, real or complex."""
    return array_algebra(tensors, sizes, number=rounded, constant=lambda name: getattr(np, name),
                         power=raised, function=scalar_value)  # fmt: skip


def raised(a: Array, x: Fraction) -> Array:
    if x.denominator == 1 and np.issubdtype(np.asarray(a).dtype, np.integer):
        a = np.asarray(a, float)
    with np.errstate(all="ignore"):
        return a ** (int(x) if x.denominator == 1 else float(x))


# --- functions of whole arrays -------------------------------------------------------------------


# distance noted for an exact tie: too near for differences, no hindrance to a complex step
TIE = 1e-6


def first_largest(x: Array) -> Array:
    """The position of the largest real part of the last axis, the first of equal ones; near ties are kinks.

    At a generic point equal values belong to equal functions, such as two zeros of ReLU: which of them is
    followed makes no difference, and a complex step leaves the real parts equal.
    """
    x = np.real(x)
    watch = KINKS.get()
    if watch is not None and x.size and x.shape[-1] > 1:
        ordered = np.sort(x, axis=-1)
        gap = ordered[..., -1] - ordered[..., -2]
        watch.append(float(np.min(np.where(gap == 0, TIE, gap))))
    return np.argmax(x, axis=-1)


def inverted(a: Array) -> Array:
    """The matrix inverse; not a number where there is none."""
    note_condition(a)
    try:
        return np.linalg.inv(a)
    except np.linalg.LinAlgError:
        return np.full(a.shape, np.nan)


def solved(a: Array, b: Array) -> Array:
    """x with a x = b, for one right side or several."""
    if not np.all(np.isfinite(inverted(a))):
        return np.full(b.shape, np.nan)
    return np.linalg.solve(a, b[:, None])[:, 0] if b.ndim == 1 else np.linalg.solve(a, b)


def determinant(a: Array) -> Array:
    note_condition(a)
    return np.linalg.det(a)


def factor(a: Array) -> Array:
    note_condition(a)
    return matrix_values.cholesky(a)


def spectrum(a: Array) -> Array:
    """Eigenvalues, near ties of which are kinks: there they change places."""
    found = matrix_values.eigvalsh(a) if np.all(np.isfinite(a)) else np.full(len(a), np.nan)
    watch = KINKS.get()
    if watch is not None and len(found) > 1:
        watch.append(float(np.min(np.diff(np.real(found)))))
    return found


def of_stack(one: Callable[..., Array]) -> Callable[..., Array]:
    """A function of matrices, of every matrix of stacks."""

    def of(*given: Array) -> Array:
        lead = np.broadcast_shapes(*(a.shape[:-2] for a in given))
        each = [np.broadcast_to(a, (*lead, *a.shape[-2:])) for a in given]
        found = [one(*(a[at] for a in each)) for at in np.ndindex(*lead)]
        return np.reshape(found, (*lead, *np.shape(found[0])))

    return of


def note_condition(a: Array) -> None:
    """Note how near to singular a matrix is, where somebody watches."""
    watch = CONDITIONS.get()
    if watch is not None and a.size and np.all(np.isfinite(a)):
        watch.append(float(np.max(np.linalg.cond(np.real(a)))))


PRIMITIVES = {
    "argmax": first_largest,
    "argmin": lambda x: first_largest(-x),
    "inverse": inverted,
    "solve": solved,
    "det": determinant,
    "inverses": inverted,
    "solves": lambda a, b: inverted(a) @ b,
    "dets": determinant,
    "adjugate": partial(adjugate, np.linalg.det),
    "cholesky": of_stack(factor),
    "eigvalsh": of_stack(spectrum),
    "expm": of_stack(matrix_values.expm),
    "eigenvectors": of_stack(matrix_values.eigenvectors),
    "expm_along": of_stack(matrix_values.expm_along),
    "lower_half": matrix_values.lower_half,
}


# --- scalar functions ----------------------------------------------------------------------------

# distances of arguments to kinks, collected while a list is set
KINKS: ContextVar[list[float] | None] = ContextVar("kinks", default=None)
# condition numbers of matrices that are inverted or have a determinant, collected while a list is set
CONDITIONS: ContextVar[list[float] | None] = ContextVar("conditions", default=None)
# on which sides of its kinks each call of a function has its arguments, collected while a list is set
SIDES: ContextVar[list[frozenset[int]] | None] = ContextVar("sides", default=None)


def scalar_value(name: str, order: int, x: Array) -> Array:
    """f^{(order)}(x), entry by entry."""
    x = np.asarray(x)  # of an argument without entries, as in relu(x - x), a number is given
    if (many := long_values.context_of((x,))) is not None:
        return long_values.scalar_value(many, name, order, x)
    row = scalar_row(name)
    watch = KINKS.get()
    if watch is not None and row.kinks and x.size:
        watch.append(min(float(np.min(np.abs(np.real(x) - k))) for k in row.kinks))
    if (seen := SIDES.get()) is not None and row.kinks:
        seen.append(frozenset(np.searchsorted(sorted(row.kinks), np.ravel(np.real(x))).tolist()))
    if order:
        return expression_value(name, order, x)
    if row.definition:  # its kinks are its own: x/(1 + |x|) has none where |x| has one
        token = KINKS.set(None)
        try:
            return expression_value(name, order, x)
        finally:
            KINKS.reset(token)
    with np.errstate(all="ignore"):  # a value outside the domain is nan, and is reported as such
        return primitive(row.sympy)(x)


def expression_value(name: str, order: int, x: Array) -> Array:
    """A scalar function by its expression, at every entry; stable sums are left to NumPy's inf rules."""
    e = derivative_entries(name, order) if order else expression(scalar_row(name).definition)
    with np.errstate(all="ignore"):
        found = fold(e, (), floats({"x": x.ravel()}, {}))
        return np.broadcast_to(found, x.size).reshape(x.shape)


def primitive(name: str):  # noqa: ANN201 - a NumPy ufunc or a Python function of one array
    """The NumPy function of a primitive scalar."""
    if name in ("loggamma", *long_values.POLYGAMMA):
        return by_digits(name)
    special = {"step": step, "sign": sign, "erf": erf, "floor": floor, "held": np.real}
    inverse = "arc" + name[1:]  # SymPy's asin is NumPy's arcsin
    found = special.get(name) or getattr(np, name, None) or getattr(np, inverse, None)
    if found is None:
        raise DeclarationError(f"scalar `{name}` has neither a definition nor a NumPy function")
    return found


def by_digits(name: str) -> Callable[[Array], Array]:
    """A function of positive numbers by its values to many digits, of a complex number too."""
    many = long_values.context(DIGITS)

    def one(x: complex) -> complex:
        if not x.real > 0:
            return complex(np.nan)
        return complex(long_values.finite(many, name, many.mpc(complex(x))))

    def of(x: Array) -> Array:
        found = np.vectorize(one, otypes=[complex])(x)
        return found if np.iscomplexobj(x) else found.real

    return of


DIGITS = 30


def step(x: Array) -> Array:
    """1 where the real part is positive; at 0 it is 0, as frameworks choose."""
    return (np.real(x) > 0).astype(float)


def sign(x: Array) -> Array:
    return np.sign(np.real(x))


def floor(x: Array) -> Array:
    return np.floor(np.real(x))


def erf(x: Array) -> Array:
    """The error function; off the real axis by its series and its continued fraction, not by its slope."""
    value = np.vectorize(math.erf, otypes=[float])(np.real(x))
    if not np.iscomplexobj(x):
        return value
    near = np.abs(np.real(x)) < NEAR
    series = erf_series(np.where(near, x, 0))
    far = erf_fraction(np.where(near, NEAR, x))
    return value + 1j * np.imag(np.where(near, series, far))


NEAR, TERMS = 2.0, 120  # where the series is left, and terms of both


def erf_series(z: Array) -> Array:
    """(2/√π) Σ (-1)^n z^{2n+1}/(n! (2n+1)): Abramowitz & Stegun 7.1.5."""
    power, total = z, z
    for n in range(1, TERMS):
        power = -power * z * z / n
        total = total + power / (2 * n + 1)
    return total * 2 / math.sqrt(math.pi)


def erf_fraction(z: Array) -> Array:
    """1 - exp(-z²)/√π · 1/(z + (1/2)/(z + 1/(z + (3/2)/(z + …)))), odd in z: Abramowitz & Stegun 7.1.14."""
    side = np.where(np.real(z) < 0, -1.0, 1.0)
    w = side * z
    tail = w
    for n in range(TERMS, 0, -1):
        tail = w + (n / 2) / tail
    return side * (1 - np.exp(-w * w) / (math.sqrt(math.pi) * tail))
