"""Factors, eigenvalues, singular values, exponentials of matrices: values, gradients, what is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.entries import matrix_values as values
from tests.samples import sampled

DECLARED = "A: n x n; S: m x m symmetric; P: d x d posdef; X: k x d; b: n; u: m; B: d x d; w: d; "
ROWS = (
    "L = sum(expm(A))",
    "L = b @ expm(A) @ b",
    "L = trace(expm(A) @ A)",
    "L = sum(expm(A/2 - A.T)**2)",
    "y = expm(A) @ b; L = sum(tanh(y))",
    "L = u @ eigvalsh(S)",
    "L = max(eigvalsh(S))",
    "L = sum(eigvalsh(A)**2)",
    "L = sum(log(eigvalsh(X.T @ X + eye(d))))",
    "L = sum(cholesky(P) @ w)",
    "L = sum(cholesky(P)*B)",
    "L = sum(log(diagonal(cholesky(P))))",
    "L = sum((inverse(cholesky(X.T @ X + P)) @ w)**2)",
    "L = nuclear_norm(X)",
    "L = spectral_norm(X)**2",
    "L = sum(svdvals(X)**3)",
    "Y = expm(A)",
    "C = cholesky(P)",
)


@pytest.mark.parametrize("text", sampled(ROWS, 2))
def test_gradients_hold_and_are_read_back(text: str) -> None:
    d = sb.derive(DECLARED + text)
    report = d.verify()
    assert report.ok, report.failures
    for name in d.wrt:
        for said in (d[name].text(), d[name].latex()):
            assert sb.check(d.graph, of=d.of, wrt=name, answer=said).ok, said


@pytest.mark.parametrize(("name", "answer", "right"), [
    ("L = trace(expm(A))", "expm(A).T", True),
    ("L = trace(expm(A))", "expm(A)", False),
    ("L = u @ eigvalsh(S)", "eigenvectors(S) diag(u) eigenvectors(S)^T", True),
    ("L = u @ eigvalsh(S)", "eigenvectors(S)^T diag(u) eigenvectors(S)", False),
    ("L = nuclear_norm(X)", r"X \operatorname{expm}(X^\top X)", False),
])  # fmt: skip
def test_answers(name: str, answer: str, right: bool) -> None:
    wrt = "A" if "(A)" in name else "S" if "(S)" in name else "X"
    assert sb.check(DECLARED + name, wrt=wrt, answer=answer).ok is right


def differences(f: Callable[[np.ndarray], np.ndarray], a: np.ndarray, along: np.ndarray) -> np.ndarray:
    h = 1e-6
    return (f(a + h * along) - f(a - h * along)) / (2 * h)


@pytest.mark.parametrize("seed", range(3))
def test_values_solve_their_equations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, along = rng.normal(size=(2, 5, 5))
    p = a @ a.T + np.eye(5)
    c = values.cholesky(p)
    assert np.allclose(c @ c.T, p) and np.all(np.triu(c, 1) == 0)
    v = values.eigenvectors(p)
    assert np.allclose(p @ v, v * values.eigvalsh(p)) and np.allclose(v.T @ v, np.eye(5))
    assert np.allclose(values.expm(a) @ values.expm(-a), np.eye(5))
    assert np.allclose(values.expm_along(a, along), differences(values.expm, a, along), atol=1e-6)
    for f in (values.cholesky, values.eigvalsh, values.expm):
        step = np.imag(f(p + 1e-30j * along)) / 1e-30
        assert np.allclose(step, differences(f, p, along), rtol=1e-6, atol=1e-4), f


def test_no_factor_of_what_is_not_positive_definite() -> None:
    assert np.all(np.isnan(values.cholesky(-np.eye(3))))


@pytest.mark.parametrize(("text", "said"), [
    ("Y = expm(X)", "square"), ("Y = eigvalsh(b)", "not a matrix"), ("Y = cholesky(X)", "square"),
    ("Y = nuclear_norm(b)", "not a matrix"), ("Y = expm(A, A)", "takes 1"),
])  # fmt: skip
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(sb.SymbackpropError, match=said):
        sb.read(DECLARED + text)


def test_no_jacobian_is_given_for_them() -> None:
    with pytest.raises(sb.SymbackpropError, match="no closed form"):
        sb.jacobian(DECLARED + "Y = expm(A)", of="Y", wrt="A")
    with pytest.raises(sb.SymbackpropError, match="no closed form"):
        sb.hessian(DECLARED + "L = sum(eigvalsh(A)**3)", of="L", wrt="A")
