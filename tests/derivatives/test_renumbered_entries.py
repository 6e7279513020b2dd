"""Jacobians and Hessians through reshape, vec, kron, stack and their kin: δ between flat positions."""

from __future__ import annotations

import numpy as np
import pytest

import symbackprop as sb

JACOBIANS = {
    "A: n x m; Y = reshape(A, n*m)": "[i = (j − 1) m + k]",
    "A: n x m; Y = vec(A)": "[i = (p − 1) n + j]",
    "A: n*m; Y = reshape(A, n, m)": "[(i − 1) m + j = k]",
    "A: n x m; Y = reshape(A, m, n)[0]": "[i = (j − 1) m + k]",
    "A: n x m; Y = reshape(A, m*n)[1:]": "",
    "A: 2 x 3; Y = reshape(A, 6)[1]": "[2 = (i − 1) · 3 + j]",
    "A: n x m; B: p x q; Y = kron(A, B)": "",
    "A: n; b: n; Y = stack(A, b)": "",
    "A: n; Y = A[:, None] - A[None, :]": "[i = k] − [j = k]",
    "A: n; Y = repeat(A, 3)": "",
    "A: n x m; Y = repeat(A, 3, axis=1)": "",
    "A: n x m; Y = tile(A, 2, 3)": "",
    "A: 2 x 3 x 5; Y = reshape(A, 6, 5)": "",
    "A: 2 x 3; Y = reshape(reshape(A, 6), 3, 2)": "[(i − 1) · 2 + j = (k − 1) · 3 + m]",
    "A: n x m; Y = max(A, axis=1, keepdims=True)": "",
    "A: 2 x 3 x 5; Y = A - mean(A, axis=1, keepdims=True)": "",
    "A: n*m; W: m x k; Y = sin(reshape(A, n, m) @ W)": "",
}


@pytest.mark.parametrize("text", JACOBIANS)
def test_jacobians_hold(text: str) -> None:
    j = sb.jacobian(text, "Y", "A")
    form = JACOBIANS[text]
    assert not form or j.text() == form
    assert j.verify(seed=3) < 1e-9


@pytest.mark.parametrize(
    "text",
    [
        "A: n x m; w: n*m; L = sum(sin(reshape(A, n*m))*w)",
        "A: n x m; B: 2 x 3; L = sum(kron(A, B)**3)",
        "A: n*m; B: m x k; L = sum((reshape(A, n, m) @ B)**2)",
        "A: n; L = sum(sin(A[:, None] - A[None, :])**2)",
    ],
)
def test_hessians_hold(text: str) -> None:
    assert sb.hessian(text, wrt="A").verify(seed=3) < 1e-9


def test_code_counts_flat_positions() -> None:
    made = sb.jacobian("A: n x m; Y = vec(A)", "Y", "A").compile()(A=np.zeros((2, 3)))
    slopes = next(iter(made.values())) if isinstance(made, dict) else made
    want = np.zeros((6, 2, 3))
    for i in range(2):
        for j in range(3):
            want[2 * j + i, i, j] = 1
    assert np.array_equal(slopes, want)
