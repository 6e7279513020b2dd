"""Slices, units and one-hot rows in emitted code: no n x n array, and the values of the matrices."""

from __future__ import annotations

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.graph.expr import apply
from symbackprop.graph.functions import selector
from symbackprop.sizes import size
from symbackprop.vocabulary.kinds import MATMUL

HUGE = 200_003  # an n x n array of it has 320 GB
GRAPHS = {
    "Rosenbrock": "x: n; L = sum(100*(x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2)",
    "concat of vectors": "x: n; y: m; c: n+m; L = sum((c*concat(x, y))**2)",
    "rows": "X: n x 3; Y: 2 x 3; C = concat(X, Y, axis=0); L = sum(tanh(C))",
    "max": "x: n; L = max(x)**2",
    "label": "x: n; y: scalar label n; L = cross_entropy_logits(x, y)",
    "entry": "x: n; L = x[0]**2 + sum(x)",
}


@pytest.mark.parametrize("name", GRAPHS)
def test_nothing_quadratic_is_built(name: str) -> None:
    d = sb.derive(GRAPHS[name])
    assert d.verify().ok
    rng = np.random.default_rng(5)
    shapes = {n: [s.value({"n": HUGE, "m": 7}) for s in d.graph.symbol[n].shape] for n in d.graph.inputs}
    given = {n: rng.normal(size=s) for n, s in shapes.items()}
    given |= {n: 11 for n in given if d.graph.symbol[n].symbol.labels}  # type: ignore[union-attr]
    found = d.compile()(**given)
    assert all(np.shape(found[n]) == tuple(shapes[n]) for n in d.wrt)


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
