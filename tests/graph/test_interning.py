"""Equal expressions are one object, whichever thread makes them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from fractions import Fraction
from threading import Barrier

import pytest

from symbackprop.graph import expr
from symbackprop.graph.expr import NUMBER, Expr, intern

THREADS, EACH = 8, 400


@contextmanager
def switching() -> Iterator[None]:
    """Threads that take turns after every few instructions."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-7)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


class Slow(tuple[object, ...]):
    """Attributes whose hash lets other threads run in the middle of a look-up."""

    __slots__ = ()

    def __hash__(self) -> int:
        turn = sum(range(50))
        return hash((turn, *self))


def made(base: int) -> list[list[Expr]]:
    """The same numbers made by all threads at once."""
    start = Barrier(THREADS)

    def work(_: int) -> list[Expr]:
        start.wait()
        return [intern(NUMBER, (), Slow((("value", Fraction(base + n, 7919)),)), ())  # type: ignore[arg-type]
                for n in range(EACH)]  # fmt: skip

    with switching(), ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, range(THREADS)))


def one_each(rows: list[list[Expr]]) -> bool:
    return all(len(set(map(id, same))) == 1 for same in zip(*rows, strict=True))


def test_equal_expressions_of_many_threads_are_one() -> None:
    assert all(one_each(made(10**6 + k * EACH)) for k in range(5))


def test_without_the_lock_they_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same look-up and the same storing, nothing between them: threads make twins."""

    def unlocked(op: object, args: object, attributes: object, shape: object) -> Expr:
        key = (op, args, attributes)
        found = expr._table.get(key)
        if found is None:
            found = object.__new__(Expr)
            found.op, found.args, found.attributes, found.shape = op, args, attributes, shape  # type: ignore[assignment]
            expr._table[key] = found
        return found

    monkeypatch.setitem(globals(), "intern", unlocked)
    assert not all(one_each(made(10**8 + k * EACH)) for k in range(20))
