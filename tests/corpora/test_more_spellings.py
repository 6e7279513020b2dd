"""What people bring from NumPy and PyTorch, and what a reader would simplify: values, verified one by one."""

from __future__ import annotations

import pytest

import symbackprop as sb
from symbackprop.catalogue.error_sentences import explained

WRITE = [  # what is typed, and all of how it is written here, calls inside calls too
    ("L = np.sum(np.square(x - y))", "sum(square(x - y))"),
    ("L = x.pow(2).sum()", "sum(pow(x, 2))"),
    ("L = X.mean(axis=0).sum()", "sum(mean(X, axis=0))"),
    ("L = torch.sum(torch.relu(x))", "sum(relu(x))"),
    ("L = F.relu(x).sum()", "sum(relu(x))"),
    ("L = np.linalg.norm(X, 'fro')", "norm(X)"),
    ("L = torch.logsumexp(X, dim=1).sum()", "sum(logsumexp(X, axis=1))"),
    ("L = np.mean(np.abs(x - y))", "mean(abs(x - y))"),
    ("L = np.einsum('ij,j->', X, w)", "einsum('ij,j->', X, w)"),
    ("L = x @ np.linalg.inv(A) @ x", "inverse(A)"),
    ("L = np.exp(np.log(np.maximum(x, 1))).sum()", "sum(exp(log(maximum(x, 1))))"),
    ("L = x' A x", "x.T @ A @ x"),
    ("L = 2 x' y", "2*x.T @ y"),
]
DECLARED = "x: n; y: n; w: d; X: n x d; A: n x n\n"
SIMPLER = [  # graph, variable, gradient
    ("x: n; L = var(x)", "x", "(2/n) (x − (1/n) Σ[i = 1…n] xᵢ)"),
    ("x: n; L = sum((x - mean(x))**2)/n", "x", "(2/n) (x − (1/n) Σ[i = 1…n] xᵢ)"),
    ("X: n x d; L = sum(X/sum(X, axis=1, keepdims=True))", "X", "0_(n×d)"),
    ("X: n x m; s = sum(X, axis=1); L = sum(X / s[:, None])", "X", "0_(n×m)"),
    ("x: n; s = sum(x); y = x/s; L = sum(y)", "x", "0_(n×1)"),
    ("z: n; m = max(z); e = exp(z - m); s = sum(e); p = e/s; L = sum(p)", "z", "0_(n×1)"),
    ("x: n; L = sum(exp(x - max(x))/sum(exp(x - max(x))))", "x", "0_(n×1)"),
    ("x: n; m = mean(x); c = x - m; L = sum(c)", "x", "0_(n×1)"),
    ("x: n; a = x**2; L = sum(a) - x @ x", "x", "0_(n×1)"),
    ("A: n x n; B = A.T; L = trace(A) - trace(B)", "A", "0_(n×n)"),
    ("u: n; v: m; L = sum(outer(u, v))", "u", "(Σ[i = 1…m] vᵢ) 𝟏ₙ"),
    ("x: n; L = sum(abs(x)**2)", "x", "2 x"),
    ("x: scalar; L = abs(x)**2", "x", "2 x"),
    ("x: n; L = sum(abs(x)**3)", "x", "3 (|x| ⊙ x)"),
    ("x: n positive; L = sum(exp(log(x)))", "x", "𝟏ₙ"),
    ("A: n x n posdef; B: n x n posdef; L = trace(A @ inverse(B)) - logdet(A) + logdet(B)", "A", "B⁻¹ − A⁻¹"),
    ("X: n x d; w: n; L = sum(X * w[:, None])", "w", "X 𝟏_d"),
    ("x: n; L = norm(x, 1)", "x", "sign(x)"),
    ("x: n; L = norm(x, ord=2)", "x", "(1/L) x"),
    ("x: n; L = norm(x, 3)", "x", "(1/(Σ[i = 1…n] |xᵢ|³)^(2/3)) (|x| ⊙ x)"),
    ("X: n x d; L = sum(norm(X, 1, axis=1))", "X", "sign(X)"),
]
ALARMS = [  # right, whatever is near 0 or cancels in them
    "x: n; L = max(x) - min(x)",
    "X: n x d; L = sum(cumprod(exp(X), axis=1))",
    "z: n; L = sum(log(1 + exp(-abs(z))) + maximum(z, 0))",
    "z: n x k; L = mean(logsumexp(z, axis=1) - max(z, axis=1))",
    "x: n; L = sum(sigmoid(x) + sigmoid(-x))",
    "X: n x d; L = logdet(X.T @ X/n + eye(d))",
    "x: n; k: scalar; L = sum(abs(x)**k)",
]


@pytest.mark.parametrize(("text", "code"), WRITE)
def test_what_is_written_here(text: str, code: str) -> None:
    with pytest.raises(sb.DeclarationError) as caught:
        sb.read(DECLARED + text)
    assert caught.value.hint == f"Write  {code}"
    assert f"Schreiben Sie  {code}" in explained(caught.value, "de")


@pytest.mark.parametrize(("graph", "by", "said"), SIMPLER)
def test_as_a_reader_would(graph: str, by: str, said: str) -> None:
    d = sb.derive(graph, wrt=[by])
    assert d[by].text() == said
    assert d.verify().ok


@pytest.mark.parametrize("graph", ALARMS)
def test_no_alarm(graph: str) -> None:
    assert sb.derive(graph).verify().ok


def test_an_order_of_a_matrix_is_refused_with_both_meanings() -> None:
    with pytest.raises(sb.DeclarationError, match=r"NumPy(?s:.)*PyTorch(?s:.)*sum\(abs\(X\)\)"):
        sb.read("X: n x d; L = norm(X, 1)")
    with pytest.raises(sb.DeclarationError, match=r"max\(abs\(x\)\)"):
        sb.read("x: n; L = norm(x, 0)")
