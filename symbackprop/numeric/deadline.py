"""A deadline for long computations: what computes asks now and then whether there is time left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from time import monotonic

from symbackprop.errors import SymbackpropError

UNTIL: ContextVar[float] = ContextVar("until", default=inf)


class OutOfTime(SymbackpropError):
    """The deadline has passed."""


def in_time() -> None:
    """Errors: `OutOfTime` where a deadline has passed."""
    if UNTIL.get() < monotonic():
        raise OutOfTime("the deadline has passed")


@contextmanager
def deadline(seconds: float | None) -> Iterator[None]:
    """A deadline for what is computed inside; None for none. An earlier one around it stays."""
    token = UNTIL.set(min(UNTIL.get(), inf if seconds is None else monotonic() + seconds))
    try:
        yield
    finally:
        UNTIL.reset(token)
