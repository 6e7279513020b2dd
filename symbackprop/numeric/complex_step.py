"""Derivatives by complex steps (Squire & Trapp, SIAM Review 40, 1998), relative to where they start."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from symbackprop.entries.reference_values import Array

STEP = 1e-30  # relative to the entry that is moved: 1e-41 moved by 1e-30 is no small step


def nudge(base: Array, k: int) -> tuple[Array, float]:
    """A complex step of one entry (row-major position k), and its length."""
    length = STEP * (abs(float(base.flat[k])) or 1.0)
    step = np.zeros(base.shape, complex)
    step.flat[k] = 1j * length
    return step, length


def column(base: Array, k: int, value: Callable[[Array], Array]) -> Array:
    """The derivative by one entry of what `value` makes of a step away from the base."""
    step, length = nudge(base, k)
    return np.imag(np.asarray(value(step))) / length


def jacobian_values(base: Array, value: Callable[[Array], Array]) -> Array:
    """The derivative by every entry: the axes of the value, then those of the base."""
    columns = [column(base, k, value) for k in range(base.size)]
    return np.stack(columns, -1).reshape((*np.shape(columns[0]), *base.shape))
