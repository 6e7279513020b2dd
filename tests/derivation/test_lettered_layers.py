"""What textbooks have a letter for is named where it stands more than once: y ⊙ p − (yᵀ p) p."""

from __future__ import annotations

import pytest

import symbackprop as sb

GRADIENTS = [
    ("x: n; y: n; L = sum(softmax(x)*y)", "x", "y ⊙ p − (yᵀ p) p  with p = softmax(x)"),
    ("x: n; y: n; L = sum(softmax(x)*y)", "y", "softmax(x)"),
    ("A: m x n; x: n; y: m; L = y @ softmax(A @ x)", "x", "Aᵀ (y ⊙ p − (yᵀ p) p)  with p = softmax(A x)"),
    ("x: n; y: n; p: n; L = p @ softmax(x*y)", "x",
     "(p ⊙ q − (pᵀ q) q) ⊙ y  with q = softmax(x ⊙ y)"),
    ("x: n; y: n onehot; L = cross_entropy(softmax(x), y)", "x", "softmax(x) − y"),
]  # fmt: skip


@pytest.mark.parametrize(("graph", "by", "said"), GRADIENTS)
def test_gradients(graph: str, by: str, said: str) -> None:
    d = sb.derive(graph)
    assert d[by].text() == said
    assert d.verify().ok
    assert sb.check(graph, by, d[by].text()).verdict == "correct"


def test_hessians_too() -> None:
    h = sb.hessian("A: m x n; x: n; y: m; L = y @ softmax(A @ x)", wrt="A")
    assert h.text().count("softmax") == 1 and h.text().endswith("with p = softmax(A x)")
