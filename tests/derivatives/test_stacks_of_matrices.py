"""Inverse, determinant and solution of every matrix of a stack, by the equations they satisfy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symbackprop as sb

ROWS: dict[str, Callable[[Any, Any], Any]] = {
    "inverse(A)": lambda a, b: np.linalg.inv(a),
    "det(A)": lambda a, b: np.linalg.det(a),
    "logabsdet(A)": lambda a, b: np.linalg.slogdet(a)[1],
    "logdet(A @ A.mT)": lambda a, b: np.log(np.linalg.det(a @ a.swapaxes(1, 2))),
    "solve(A, B)": lambda a, b: np.linalg.solve(a, b),
    "solve(A, B[:, :, 0])": lambda a, b: np.linalg.solve(a, b[:, :, :1])[:, :, 0],
    "inverse(A) @ B": lambda a, b: np.linalg.inv(a) @ b,
}


@pytest.mark.parametrize("text", ROWS)
def test_gradients_are_differences(text: str) -> None:
    d = sb.derive(f"A: 5 x 3 x 3; B: 5 x 3 x 2; Y = {text}; L = sum(sin(Y)) + sum(B)", wrt=["A", "B"])
    rng = np.random.default_rng(7)
    a, b = rng.normal(size=(5, 3, 3)), rng.normal(size=(5, 3, 2))
    out = d.compile()(A=a, B=b)
    again = d.compile("array-api")(A=a, B=b)

    def loss(x: Any, y: Any) -> float:
        return float(np.sum(np.sin(ROWS[text](x, y))) + np.sum(y))

    for n, x in (("A", a), ("B", b)):
        assert np.allclose(out[n], again[n])
        at = tuple(rng.integers(0, s) for s in x.shape)
        h = np.zeros_like(x)
        h[at] = 1e-6
        ends = [loss(a + s * h, b) if n == "A" else loss(a, b + s * h) for s in (1, -1)]
        assert np.isclose(out[n][at], (ends[0] - ends[1]) / 2e-6, rtol=1e-5, atol=1e-6)
    assert d.verify(seed=4).ok


@pytest.mark.parametrize("shape", ["b x n x n", "2 x b x n x n", "b x 3 x 3"])
@pytest.mark.parametrize("text", ["inverse(A)", "det(A)", "solve(A, A.mT @ A)"])
def test_stacks_of_any_size(shape: str, text: str) -> None:
    d = sb.derive(f"A: {shape}; Y = {text}")
    report = d.verify(seed=2)
    assert report.ok, report.failures
    assert "linalg" in d.source("torch") and "linalg" in d.source("jax")


def test_second_order() -> None:
    assert sb.jacobian("A: b x 3 x 3; Y = inverse(A)", "Y", "A").verify() < 1e-9
    assert sb.jacobian("A: b x 3 x 3; Y = det(A)", "Y", "A").verify() < 1e-9
    assert sb.hessian("A: b x 3 x 3; L = sum(logdet(A))", wrt="A").verify() < 1e-9


def test_samples_with_matrices_of_their_own() -> None:
    one = "A: d x d; x: d; L = x @ solve(A, x) + logabsdet(A) + trace(inverse(A))"
    d = sb.derive(sb.batch(one, ("A", "x")))
    report = d.verify(seed=1)
    assert report.ok, report.failures


def test_stacks_that_do_not_fit() -> None:
    with pytest.raises(sb.ShapeError, match="cannot broadcast"):
        sb.read("A: b x 3 x 3; B: c x 3 x 2; Y = solve(A, B)")
    with pytest.raises(sb.ShapeError, match="different axes in front"):
        sb.read("A: b x 3 x 3; B: 1 x 3 x 2; Y = solve(A, B)")
    with pytest.raises(sb.ShapeError, match="axis k"):
        sb.read("A: b x 3 x 2; Y = inverse(A)")
