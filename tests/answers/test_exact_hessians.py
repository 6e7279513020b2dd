"""Hessians are judged in fractions: a digit behind the last one of floating point is a mistake."""

from __future__ import annotations

import pytest

import symbackprop as sb

SQUARES = "A: m x n; x: n; b: m; r = A@x - b; L = sum(r**2)"
QUARTIC = "x: n; L = sum(x**2)**2 + 1/sum(x**2)"
LOGISTIC = "X: n x d; w: d; y: n; p = sigmoid(X@w); L = -sum(y*log(p) + (1 - y)*log(1 - p))"
SOFTMAX = "z: n; y: n onehot; p = softmax(z); L = -sum(y*log(p))"
MATRIX = "W: m x k; x: k; y: m; L = sum((W@x - y)**2)"
HINGE = "x: n; m: n; L = sum(relu(m*x)**2)"

RIGHT = [
    (SQUARES, "x", "{} 2 A^T A"),
    (SQUARES, "x", r"{} \frac{{4}}{{2}} A^\top A"),
    (QUARTIC, "x", "4 (x'x) I + {} 8 x x' - 2 I/(x'x)^2 + 8 x x'/(x'x)^3"),
    (LOGISTIC, "w", "{} X' diag(p.*(1 - p)) X"),
    (SOFTMAX, "z", "diag(p) - {} p p'"),
    (MATRIX, "W", "{} 2 kron(x x', I)"),
    (MATRIX, "W", "{} 2 (x x') kron I"),
    (HINGE, "x", "{} 2 diag(m.^2 .* 1[m.*x > 0])"),
]


@pytest.mark.parametrize(("graph", "wrt", "answer"), RIGHT)
def test_a_tiny_factor_is_wrong(graph: str, wrt: str, answer: str) -> None:
    assert sb.check(graph, wrt, answer.format("1"), kind="hessian").ok
    for factor in ("1.0000000000001", "0.9999999999999"):
        found = sb.check(graph, wrt, answer.format(factor), kind="hessian")
        assert (found.verdict, found.mistake) == ("wrong", "nearly"), factor
    assert not sb.check(graph, wrt, answer.format("3"), kind="hessian").ok
