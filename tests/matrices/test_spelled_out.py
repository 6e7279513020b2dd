"""Softmax and logistic losses as people spell them out: the textbook's gradient, code without overflow."""

from __future__ import annotations

import numpy as np
import pytest

import symbackprop as sb

FAR = np.array([1e4, -1e4, 3.0, 800.0])  # logits
BITS = np.array([0.0, 1.0, 1.0, 0.5])
ONE = np.array([0.0, 1.0, 0.0, 0.0])
SOFTMAX = np.array([1.0, 0.0, 0.0, 0.0])
SIGMOID = np.array([1.0, 0.0, 1 / (1 + np.exp(-3.0)), 1.0])
LABEL = "z: n; y: scalar label n; "
ONEHOT = "z: n; y: n onehot; "
REAL = "z: n; y: n; "
BCE = "L = -mean(y*log({0}) + (1 - y)*log(1 - {0}))"

QUARTER = (SIGMOID - BITS) / 4

# graph, y, what ∂L/∂z says, its value at the logits, L
ROWS = [
    (REAL + f"p = sigmoid(z); {BCE.format('p')}", BITS, "(1/n) (p − y)", QUARTER, 5100.0121),
    (REAL + f"p = 1/(1 + exp(-z)); {BCE.format('p')}", BITS, "(1/n) (p − y)", QUARTER, 5100.0121),
    (REAL + f"{BCE.format('sigmoid(z)')}", BITS, "(1/n) (σ(z) − y)", QUARTER, 5100.0121),
    (REAL + f"{BCE.format('1/(1 + exp(-z))')}", BITS, "(1/n) (σ(z) − y)", QUARTER, 5100.0121),
    (REAL + "L = sum(log(1 + exp(z)) - y*z)", BITS, "σ(z) − y", SIGMOID - BITS, 20400.0486),
    (LABEL + "L = -log(softmax(z)[y])", 1, "softmax(z) − e_y", SOFTMAX - ONE, 20000.0),
    (LABEL + "L = -log(exp(z[y])/sum(exp(z)))", 1, "softmax(z) − e_y", SOFTMAX - ONE, 20000.0),
    (LABEL + "L = log(sum(exp(z))) - z[y]", 1, "softmax(z) − e_y", SOFTMAX - ONE, 20000.0),
    (LABEL + "p = exp(z)/sum(exp(z)); L = -log(p[y])", 1, "p − e_y", SOFTMAX - ONE, 20000.0),
    (ONEHOT + "p = exp(z)/sum(exp(z)); L = -sum(y*log(p))", ONE, "p − y", SOFTMAX - ONE, 20000.0),
    (ONEHOT + "L = -sum(y*log(softmax(z)))", ONE, "softmax(z) − y", SOFTMAX - ONE, 20000.0),
]  # fmt: skip


@pytest.mark.parametrize(("graph", "y", "said", "slope", "loss"), ROWS)
def test_a_loss_spelled_out(graph: str, y: object, said: str, slope: np.ndarray, loss: float) -> None:
    d = sb.derive(graph)
    assert d["z"].text() == said
    report = d.verify(seed=4)
    assert report.ok, report.failures
    with np.errstate(over="ignore"):  # exp(10000) may stand in a value nobody uses
        out = d.compile("numpy")(z=FAR, y=y)
    assert out["L"] == pytest.approx(loss, rel=1e-6)
    assert np.allclose(out["z"], slope, rtol=1e-12, atol=1e-15)


def test_rows_of_a_batch() -> None:
    d = sb.derive("Z: n x k; y: n label k; P = softmax(Z); L = -mean(log(P[y]))")
    assert d["Z"].text() == "(1/n) (P − e_y)"
    out = d.compile("numpy")(Z=np.stack([FAR, FAR]), y=np.array([1, 2]))
    assert out["L"] == pytest.approx((20000 + 9997) / 2)
    assert np.allclose(out["Z"], [[0.5, -0.5, 0, 0], [0.5, 0, -0.5, 0]])


def test_a_sign_in_front_of_a_product_binds_as_on_paper() -> None:
    d = sb.derive(f"X: n x d; w: d; y: n; p = 1/(1 + exp(-X @ w)); {BCE.format('p')}")
    assert d["w"].text() == "(1/n) Xᵀ (p − y)"
    assert d.verify().ok


@pytest.mark.parametrize(
    ("graph", "absent"),
    [
        ("z: n; u: n; L = sum((exp(z)/sum(exp(u)))**2)", "softmax"),
        ("z: n; L = sum((exp(z)/(2 + exp(z)))**2)", "σ"),
        ("z: n; u: n; L = sum((exp(z)/(1 + exp(u)))**2)", "σ(z)"),
    ],
)
def test_nothing_else_is_taken_for_one(graph: str, absent: str) -> None:
    d = sb.derive(graph, wrt="z")
    assert absent not in d["z"].text()
    assert d.verify().ok


@pytest.mark.parametrize(
    ("graph", "said"),
    [
        ("x: n; L = sum(maximum(0, x)**2)", "2 ReLU(x)"),
        ("x: n; L = sum(maximum(x, 0)**3)", "3 ReLU(x)²"),
        ("x: n; L = sum(minimum(x, 0))", "𝟏(x < 0)"),
        ("x: n; y: n; L = sum(maximum(0, 1 - y*x)**2)", "−2 (ReLU(1 − y ⊙ x) ⊙ y)"),
        ("x: n; h = relu(x); L = sum(h**2)/2", "h"),
        ("x: n; y: n; L = sum(relu(x)*relu(y))", "ReLU(y) ⊙ 𝟏(x > 0)"),
    ],
)
def test_hinges(graph: str, said: str) -> None:
    d = sb.derive(graph)
    assert d["x"].text() == said
    assert d.verify(seed=1).ok
