"""Whether a comparison holds: in floating point, and to many digits where that leaves it open.

It is left open where two values differ, which may be their rounding, and where both are 0: 1 - tanh(30)² is,
and so is its negative. A hundred digits decide; what is 0 to all of them is asked to a thousand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from symbackprop.derivation.report import Tally
from symbackprop.entries.long_values import limited
from symbackprop.entries.reference_values import Array
from symbackprop.errors import SymbackpropError
from symbackprop.numeric.deadline import OutOfTime
from symbackprop.verify.comparison import CLEAR, Real
from symbackprop.verify.rounding import WORK, Nearby, Seen

FEW, MANY = sorted(WORK)
NOTHING = {FEW: 60, MANY: 900}  # digits after which a value is 0, counted from the largest of a point
ALIKE = 1e-30  # relative: what is equal is so to many digits
SURE = 1e-6  # the most by which a number whose digits are known differs, of itself, from one with more

Two: TypeAlias = tuple[Array, Array]


@dataclass(frozen=True)
class Compared:
    """Two values that are to be equal, with many digits."""

    left: Array
    right: Array

    @property
    def gap(self) -> Any:
        return largest(self.left - self.right)

    @property
    def size(self) -> Any:
        return max(largest(self.left), largest(self.right))

    def equal(self, tolerance: float) -> bool:
        """Whether they agree, and are not 0."""
        return bool(self.size and self.gap <= tolerance * self.size)

    def known(self, other: Compared) -> bool:
        """Whether the same with more digits has these."""
        pairs = ((self.left, other.left), (self.right, other.right))
        return all(largest(a - b) <= SURE * largest(b) for a, b in pairs)


def largest(a: Array) -> Any:
    """The largest entry by its absolute value."""
    return max(map(abs, np.ravel(a).tolist()), default=0)


def hold(
    near: Nearby[Seen], tally: Tally, error: float, tolerance: float, *, size: Real,
    pair: Callable[[Seen], Two], gap: Callable[[Seen], Real], told: Callable[[], str],
) -> None:  # fmt: skip
    """One comparison of a pair, the larger of a `size`; nan is no agreement.

    Where many digits cannot be had, rounding alone explains a `gap` that scatters about 0.
    """
    if error <= CLEAR and not near.asked:
        tally.agree(error, told=bool(size))
        return
    found = decided(near, pair)
    if found or (found is None and not near.asked and error <= tolerance):
        tally.agree(error if error <= tolerance else 0.0)
    elif found is None and near.asked:
        tally.say(f"0 at every point tried, and there are no digits that show more; {near.trial.place}")
    elif found is None and near.rounds(gap, tolerance * near.trial.largest):
        tally.agree(0.0, told=False)
    else:
        tally.fail(told(), error)


def decided(near: Nearby[Seen], pair: Callable[[Seen], Two], tolerance: float = ALIKE) -> bool | None:
    """Whether two values are equal; None where many digits of them cannot be had."""
    scale = near.trial.largest or 1.0
    few = compared(near, FEW, pair)
    if few is None or few.equal(tolerance):
        return few and True
    if few.gap > nothing(FEW, few.gap) * scale:
        return False
    many = compared(near, MANY, pair)
    if many is None or many.equal(tolerance):
        return True
    return not many.gap or (many.gap <= nothing(MANY, many.gap) * scale and not few.known(many))


def nothing(digits: int, like: Any) -> Any:
    """What is 0 beside 1."""
    return like.context.mpf(10) ** -NOTHING[digits] if hasattr(like, "context") else 0


def compared(near: Nearby[Seen], digits: int, pair: Callable[[Seen], Two]) -> Compared | None:
    """Two values with so many digits; None where they have none, or that takes too long."""
    seen = near.digits(digits)
    if seen is None:
        return None
    try:
        with limited(WORK[digits]):
            left, right = pair(seen)
    except OutOfTime:
        raise
    except (SymbackpropError, ArithmeticError):
        return None
    return Compared(np.asarray(left), np.asarray(right))
