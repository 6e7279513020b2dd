"""Arrays of rational numbers, or of numbers with many digits: what is exact stays exact, or is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symbackprop.errors import SymbackpropError

Array = NDArray[Any]
BITS = 50_000  # of one fraction: squares of squares have twice as many at every level


class NotRational(SymbackpropError):
    """A value that is no rational number, or takes too long to be found as one."""


def short(x: Any, times: int | float | Fraction = 1) -> Any:
    """The fraction itself. Errors: `NotRational` where it, multiplied so often, is too long.

    A number of many digits has the same length whatever it is multiplied with.
    """
    if (
        isinstance(x, Fraction)
        and (x.numerator.bit_length() + x.denominator.bit_length()) * abs(times) > BITS
    ):
        raise NotRational("too long")
    return x


def rational(a: Array) -> Array:
    """An array of whole numbers or fractions as fractions. Errors: `NotRational` for others and long ones."""
    a = np.asarray(a)
    given = a.ravel().tolist()
    if all(type(x) is Fraction for x in given):
        for x in given:
            short(x)
        return a
    flat = [whole(x) for x in given]
    out = np.empty(len(flat), dtype=object)
    out[:] = flat
    return out.reshape(a.shape)


def whole(x: Any) -> Any:
    """A number that is exact, or has many digits."""
    if isinstance(x, Fraction | int):
        return Fraction(x)
    if hasattr(x, "_mpf_"):
        return x
    if isinstance(x, float) and x.is_integer():
        return Fraction(int(x))
    raise NotRational("a rounded number")


def eliminated(a: Array, right: Array) -> tuple[Array, Fraction]:
    """Gauss and Jordan: a⁻¹ right, and the determinant. Errors: `NotRational` where a is singular."""
    n, det = len(a), Fraction(1)
    left = rational(a)
    ones = left.ravel()[:1] ** 0  # of the kind that is computed in
    work = np.concatenate([left, rational(right) * ones], axis=1)
    for k in range(n):
        pivot = max(range(k, n), key=lambda r: abs(work[r, k]))
        if work[pivot, k] == 0:
            raise NotRational("singular")
        if pivot != k:
            work[[k, pivot]] = work[[pivot, k]]
            det = -det
        det *= work[k, k]
        work[k] = work[k] * (1 / work[k, k])
        for r in range(n):
            if r != k and work[r, k] != 0:
                work[r] = work[r] - work[r, k] * work[k]
    return work[:, n:], det


def inverted(a: Array) -> Array:
    return eliminated(a, np.eye(len(a), dtype=int))[0]


def determined(a: Array) -> Array:
    out = np.empty((), dtype=object)
    try:
        out[()] = eliminated(a, np.eye(len(a), dtype=int))[1]
    except NotRational:
        out[()] = Fraction(0)
    return out


def solved(a: Array, b: Array) -> Array:
    return eliminated(a, b[:, None])[0][:, 0] if b.ndim == 1 else eliminated(a, b)[0]
