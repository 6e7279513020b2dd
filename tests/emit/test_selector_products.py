"""Slices, units and one-hot rows in emitted code: no n x n array, and the values of the matrices."""

from __future__ import annotations

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.graph.expr import apply
from symbackprop.graph.functions import selector
from symbackprop.sizes import size
from symbackprop.vocabulary.kinds import MATMUL


@pytest.mark.parametrize("seed", range(20))
def test_random_pieces_have_the_values_of_matrices(seed: int) -> None:
    """Pieces of a vector and of the rows and columns of a matrix, put together again."""
    rng = np.random.default_rng(seed)
    a, b = sorted(int(k) for k in rng.integers(0, 8, 2))
    c, e = sorted(int(k) for k in rng.integers(0, 6, 2))
    d = sb.derive(
        f"X: 11 x 7; W: 7 x 5; Y: {11 - c} x 3; x: 11; P = X[{a}:{b + 2}, {c}:{e + 1}]\n"
        f"Q = concat(X[{c}:, :] @ W, Y); z = concat(x[{a}:{b + 1}], x[:{b + 3}])\n"
        "L = sum(P**3) + sum(sin(Q)) + sum(z**2)"
    )
    assert d.verify(seed=seed).ok


def test_a_selector_times_a_stack_is_a_product_of_matrices() -> None:
    """The first axis of a stack is none that a selector takes from."""
    S, X = selector(size("n") + 2, size("n"), size(1)), sb.symbol("X", "b", "n", "d")
    d = sb.derive(sb.collect(L=sb.sum(apply(MATMUL, S, X) ** 2)), wrt="X")
    assert d.verify().ok
    x = np.random.default_rng(3).normal(size=(2, 5, 3))
    found = d.compile()(X=x)
    assert np.isclose(found["L"], np.sum(x**2))
    assert np.allclose(found["X"], 2 * x)
