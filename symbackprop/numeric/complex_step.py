"""Derivatives by complex steps (Squire & Trapp, SIAM Review 40, 1998), relative to where they start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symbackprop.entries.long_values import context_of, imaginary
from symbackprop.entries.reference_values import Array

STEP = 1e-30  # relative to the entry that is moved: 1e-41 moved by 1e-30 is no small step


def unit(base: Array) -> Any:
    """The length of a step from 1: its square is nothing in the numbers of an array."""
    many = context_of((base,))
    return STEP if many is None else many.mpf(10) ** -many.dps


def nudge(base: Array, k: int) -> tuple[Array, Any]:
    """A step of one entry (row-major position k), and its length."""
    length = unit(base) * (abs(base.flat[k]) or 1.0)
    step = np.zeros(base.shape, np.result_type(base, float))
    step.flat[k] = length
    return step, length


def slopes(values: Callable[[Array], Sequence[Array]], step: Array, length: Any) -> list[Array]:
    """The derivatives of what `values` makes of a step, along it: of a step as long as 1."""
    return [imaginary(np.asarray(v)) / length for v in values(step * 1j)]


def column(base: Array, k: int, value: Callable[[Array], Array]) -> Array:
    """The derivative by one entry of what `value` makes of a step away from the base."""
    step, length = nudge(base, k)
    return slopes(lambda s: [value(s)], step, length)[0]


def jacobian_values(base: Array, value: Callable[[Array], Array]) -> Array:
    """The derivative by every entry: the axes of the value, then those of the base."""
    columns = [column(base, k, value) for k in range(base.size)]
    return np.stack(columns, -1).reshape((*np.shape(columns[0]), *base.shape))
