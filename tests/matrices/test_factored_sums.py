"""Common factors in front: A B - A C = A (B - C) has the value of the sum."""

from __future__ import annotations

import random
from functools import reduce

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.graph.expr import Expr
from symbackprop.matrices import tidy as td
from symbackprop.matrices.expansion import factored
from symbackprop.numeric.points import Point, evaluate

N, M, K = 3, 5, 2
A, B, C = (sb.symbol(n, N, M) for n in "ABC")
P, Q, R = (sb.symbol(n, M, K) for n in "PQR")
U, V, W = (sb.symbol(n, N, K) for n in "UVW")
s, r = sb.symbol("s"), sb.symbol("r")
EVERY = (A, B, C, P, Q, R, U, V, W, s, r)


def term(rng: random.Random) -> Expr:
    """A product of matrices of one shape, entry by entry scaled, a number in front."""
    made = rng.choice((A, B, C)) @ rng.choice((P, Q, R))
    made = rng.choice((made, made, rng.choice((U, V, W)) * rng.choice((U, V, W)), rng.choice((U, V, W))))
    return rng.choice((1, 2, -3, s, r, s * r)) * made


def point(seed: int) -> Point:
    rng = np.random.default_rng(seed)
    return Point({}, {(e.own.name, 0): rng.normal(size=tuple(x.number or 0 for x in e.shape)) for e in EVERY})


@pytest.mark.parametrize("seed", range(40))
def test_a_sum_keeps_its_value(seed: int) -> None:
    rng = random.Random(seed)
    e = td.tidy(reduce(lambda a, b: a + b, (term(rng) for _ in range(rng.randint(2, 5)))))
    short, at = factored(e), point(seed)
    assert np.allclose(evaluate(short, at), evaluate(e, at), rtol=0, atol=1e-12)


def test_factors_are_found_in_front_and_behind() -> None:
    assert factored(td.tidy(A @ P - A @ Q)) is td.tidy(A @ (P - Q))
    assert factored(td.tidy(s * (A @ P) - s * (B @ P))) is td.tidy(s * ((A - B) @ P))
    assert factored(td.tidy(U * V - U * W)) is td.tidy(U * (V - W))


def test_what_shares_nothing_stays() -> None:
    e = td.tidy(A @ P + B @ Q)
    assert factored(e) is e
