"""How two values stand to each other at a place: whether they agree, but for rounding or a transpose.

A difference is relative to the larger value. One that is tiny beside all values of the graph may be what
rounding leaves: it is, if it scatters about 0 where every value is moved by some units in its last place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import numpy as np

from symbackprop.entries.reference_values import Array
from symbackprop.formula.evaluation.paper_arrays import Paper, transpose
from symbackprop.verify.comparison import EQUAL, Real, relative
from symbackprop.verify.equality import raised
from symbackprop.verify.rounding import Nearby

Outcome = Literal["equal", "rounded", "transposed", "sizes", "differs", "nowhere"]
Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Beside(Generic[Seen]):
    """Two values once more, at the points beside one."""

    near: Nearby[Seen]
    pair: Callable[[Seen], tuple[Paper, Paper]]

    def rounds(self, where: tuple[int, ...]) -> bool:
        """Whether the difference at an entry is what rounding leaves."""

        def gap(s: Seen) -> Real:
            a, b = aligned(*self.pair(s))
            return np.real(a[where] - b[where])

        return self.near.rounds(gap, EQUAL * self.near.trial.largest)


def outcome(
    a: Paper, b: Paper, *, sign: str = "=", slack: Array | float = 0.0, zero: bool = False,
    beside: Beside[Any] | None = None,
) -> Outcome:  # fmt: skip
    """How b stands to a; `zero` says that one of them is a bare 0, which stands for zeros of any size.

    `slack` is what printed digits may be off by.
    """
    turned = a.rank == b.rank == 2 and a.size == b.size[::-1]
    if a.size != b.size and not zero:
        return "transposed" if turned and equal("=", transpose(a), b) else "sizes"
    if not (np.all(np.isfinite(a.array)) or np.all(np.isfinite(b.array))):
        return "nowhere"
    error, where = apart(sign, a, b)
    if error <= EQUAL:
        return "equal"
    x, y = aligned(a, b)
    if sign in "=≈" and np.any(slack) and np.all(np.abs(x - y) <= slack):
        return "rounded"
    if beside and sign in "=≈" and beside.rounds(where):
        return "equal"
    return "transposed" if turned and equal("=", transpose(a), b) else "differs"


def aligned(a: Paper, b: Paper) -> tuple[Array, Array]:
    """Two values over the same samples and entries."""
    rank = max(a.rank, b.rank)
    x, y = a.lifted(rank), b.lifted(rank)
    if x.shape != y.shape:
        x, y = np.broadcast_arrays(x, y)
    return x, y


def apart(sign: str, a: Paper, b: Paper) -> tuple[float, tuple[int, ...]]:
    """By how much a sign fails, and at which entry most."""
    x, y = aligned(a, b)
    if sign == "≤":
        x = raised(x, y)
    if sign == "≥":
        y = raised(y, x)
    return relative(x, y)


def equal(sign: str, a: Paper, b: Paper) -> bool:
    """Whether a sign holds to the tolerance of verification."""
    return apart(sign, a, b)[0] <= EQUAL


def same(a: Paper, b: Paper) -> bool:
    """Whether two values are equal and of one size."""
    return a.size == b.size and equal("=", a, b)
