"""How far two arrays are apart, relative to the larger; tolerances have names and stand here."""

from __future__ import annotations

from math import inf
from typing import Any, TypeAlias

import numpy as np

from symbackprop.entries.reference_values import Array

Real: TypeAlias = "float | np.floating[Any]"  # no float: exponents may be wide

EQUAL = 1e-10  # relative to the largest entry of the left side
CLEAR = 1e-12  # the same: beyond it a difference is asked about, where there are more digits
TRUE = 1e-6  # of a derivative, relative to its largest entry
ROUNDING = 1e-14  # what is left of sums of numbers around 1, absolute


def relative(a: Array, b: Array) -> tuple[float, tuple[int, ...]]:
    """Largest difference relative to the largest entry, and where; nan and inf never agree."""
    if not a.size:
        return 0.0, ()
    with np.errstate(invalid="ignore", over="ignore"):
        gap = np.abs(numeric(a) - numeric(b))
    at = int(np.argmax(gap))
    most = gap.flat[at]
    if not np.isfinite(most):
        at = int(np.argmin(np.isfinite(gap)))
        return inf, tuple(int(k) for k in np.unravel_index(at, gap.shape))
    where = tuple(int(k) for k in np.unravel_index(at, gap.shape))
    return (float(most / max(largest(a), largest(b))) if most else 0.0), where


def largest(a: Array) -> Real:
    """The largest entry by its absolute value."""
    return max(a.max(), -a.min()) if a.dtype.kind == "f" else np.abs(a).max()


def numeric(a: Array) -> Array:
    """Numbers that can be subtracted: what is neither float nor complex becomes complex."""
    return a if a.dtype.kind in "fc" else np.asarray(a, complex)
