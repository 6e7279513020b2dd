"""Renumbered entries: what keeps its shape is itself; traces and sums of Kronecker products fall apart."""

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.graph.expr import apply
from symbackprop.matrices import tidy as td
from symbackprop.matrices.monomials import is_ones
from symbackprop.numeric.points import Point, evaluate
from symbackprop.sizes import size
from symbackprop.vocabulary.kinds import EINSUM, IDENTITY, KRON, RESHAPE

A, B, x = sb.symbol("A", 2, 3), sb.symbol("B", 5, 7), sb.symbol("x", 6)
FOUR = tuple(map(size, (2, 5, 3, 7)))


def test_shapes() -> None:
    flat = td.reshaped(A, (size(6),))
    assert td.reshaped(flat, A.shape) is A
    assert td.reshaped(2 * A, (size(6),)) is td.mul(2 * A[0, 0] / A[0, 0], flat)
    assert is_ones(td.reshaped(sb.graph.functions.ones(2, 3), (size(6),)))
    assert sb.read("x: n; y = reshape(x, n); L = sum(y)").definition["y"].op is not RESHAPE


@pytest.mark.parametrize(("e", "shape"), [
    (apply(KRON, A, B), (2, 5, 3, 7)), (apply(IDENTITY, n=size(6)), (2, 3, 2, 3)),
    (apply(IDENTITY, n=size(6)), (3, 2, 3, 2)),
])  # fmt: skip
def test_kronecker_products_fall_apart(e: sb.Expr, shape: tuple[int, ...]) -> None:
    made = td.reshaped(e, tuple(map(size, shape)))
    assert made.op is EINSUM
    rng = np.random.default_rng(2)
    at = Point({}, {("A", 0): rng.normal(size=(2, 3)), ("B", 0): rng.normal(size=(5, 7))})
    assert np.allclose(evaluate(made, at), evaluate(e, at).reshape(shape))


@pytest.mark.parametrize("shape", [(5, 2, 3, 7), (2, 5, 7, 3)])
def test_other_sizes_do_not(shape: tuple[int, ...]) -> None:
    assert td.reshaped(apply(KRON, A, B), tuple(map(size, shape))).op is RESHAPE


@pytest.mark.parametrize(("graph", "wrt", "said"), [
    ("X: n x n; A: m x m; L = trace(kron(A, X))", "X", "tr(A) Iₙ"),
    ("X: n x n; A: m x m; L = trace(kron(X, A))", "X", "tr(A) Iₙ"),
    ("X: n x n; A: m x m; L = 3*trace(kron(A, X))", "A", "3 tr(X) Iₘ"),
    ("X: n x n; A: m x m; C: m x m; D: n x n; L = trace(kron(A, X) @ kron(C, D))", "X", "tr(C A) Dᵀ"),
    ("X: n x d; A: m x k; L = sum(kron(X, A))", "X", "(Σ[i = 1…m] Σ[j = 1…k] Aᵢⱼ) 𝟏ₙ 𝟏_dᵀ"),
    ("x: d; W: n x d; L = sqrt(4)*sum(W @ x)/sqrt(9)", "x", "(2/3) Wᵀ 𝟏ₙ"),
    ("x: d; W: n x d; L = sqrt(8)*sum(W @ x)", "x", "sqrt(8) Wᵀ 𝟏ₙ"),
    ("x: n; L = sum(x)*sqrt(2)*sqrt(2)", "x", "2 𝟏ₙ"),
    ("x: n; L = sum((x/sqrt(2))**2)", "x", "x"),
])  # fmt: skip
def test_gradients(graph: str, wrt: str, said: str) -> None:
    d = sb.derive(graph, wrt=wrt)
    assert d[wrt].text() == said
    assert d.verify(seed=3).ok
