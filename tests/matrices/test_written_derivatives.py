"""Derivatives of functions without a name are written out; Hessians by entries where they are small."""

import pytest

import symbackprop as sb

GRADIENTS = [
    ("erf", "(2/sqrt(π)) exp(−x ⊙ x)"),
    ("gelu", "(1/2) (1 + erf((1/sqrt(2)) x)) + (1/sqrt(2 π)) (x ⊙ exp(−(1/2) (x ⊙ x)))"),
    ("elu", "exp(x − ReLU(x))"),
    ("hard_swish", "hard_sigmoid(x) + (1/6) (x ⊙ (𝟏(x + 3 > 0) − 𝟏(x − 3 > 0)))"),
]


@pytest.mark.parametrize(("function", "said"), GRADIENTS)
def test_functions(function: str, said: str) -> None:
    d = sb.derive(f"x: n; L = sum({function}(x))")
    assert d["x"].text() == said
    assert d.verify(seed=2).ok


def test_a_declared_function_keeps_its_dash() -> None:
    assert sb.derive("f: function; x: n; L = sum(f(x))")["x"].text() == "f′(x)"


HESSIANS = [
    ("x: 2; L = 100*(x[1]-x[0]**2)**2 + (1-x[0])**2",
     "[2 + 1200 x₁² − 400 x₂, −400 x₁; −400 x₁, 200]"),
    ("x: 3; L = x[0]*x[1]*x[2]", "[0, x₃, x₂; x₃, 0, x₁; x₂, x₁, 0]"),
    ("x: n; w: n; L = w @ gelu(x)",
     "diag(w ⊙ ((2/sqrt(2 π)) exp(−(1/2) (x ⊙ x)) − (1/sqrt(2 π)) (x ⊙ x ⊙ exp(−(1/2) (x ⊙ x)))))"),
    ("x: n; L = logsumexp(x)", "diag(softmax(x)) − softmax(x) softmax(x)ᵀ"),
    ("x: n; L = sum(softmax(x))", "0_(n×n)"),
]  # fmt: skip


@pytest.mark.parametrize(("graph", "said"), HESSIANS)
def test_hessians(graph: str, said: str) -> None:
    h = sb.hessian(graph, wrt="x")
    assert h.text().partition("  with")[0] == said
    h.verify()
