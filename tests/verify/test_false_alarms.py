"""Right derivations that a check once called wrong: of each kind some graphs, and what is printed of them."""

from __future__ import annotations

import pytest

import symbackprop as sb

SLICES = [  # entries of a concatenation: an identity moved beyond the end of what it is taken from
    "x: d; t: d; s = concat(x, t)[1:d+1]; L = sum(s**2)",
    "x: d; t: d; s = concat(x, t)[2:d+2]; L = sum(s**3)",
    "x: d; t: n; s = concat(x, t)[1:n+1]; L = sum(s**2)",
    "x: 5; t: 2; s = concat(x, t)[3:6]; L = sum(s**2)",
    "x: d; t: d; u: d; s = concat(x, t, u)[d-1:2*d]; L = s @ s",
]
THIN = [  # graph, variable, what its Hessian is: axes of one entry take no letter
    ("x: n x 1; A: n x n; f = x.T @ A @ x", "x", "A + Aᵀ"),
    ("x: 1 x n; A: n x n; f = x @ A @ x.T", "x", "A + Aᵀ"),
    ("X: n x d; w: d x 1; y: n x 1; f = sum((X @ w - y)**2)", "w", "2 Xᵀ X"),
    ("w: d x 1; f = sum(w**4)", "w", "12 diag(w ⊙ w)"),
    ("x: n x 1; y: n x 1; f = sum(softmax(x)*y)", "x", None),  # 0 in more digits than numbers have
]
ONES = [  # sums of one term, and diag(δ) 1 1ᵀ = δ 1ᵀ
    ("x: n; L = sum(x - diag(x) @ ones(n))", "x", "0_(n×1)"),
    ("X: n x m; y: n; L = sum(y @ X) - sum(diag(y) @ X)", "X", "0_(n×m)"),
    ("X: n x m; L = sum(diag(X @ ones(m)) @ X)", "X", "2 X 𝟏ₘ 𝟏ₘᵀ"),
    ("A: n x n; u: n; v: n; L = sum(diagonal(outer(u, v) @ A))", "u", "Aᵀ v"),
    ("X: n x 1; L = sum(var(X, axis=1))", "X", "0_(n×1)"),
    ("X: 1 x d; w: d; y: 1; L = mean((X @ w - y)**2)", "w", "2 Xᵀ (X w − y)"),
]


@pytest.mark.parametrize("graph", SLICES)
def test_slices_of_concatenations(graph: str) -> None:
    assert sb.derive(graph).verify().ok
    j = sb.jacobian(graph, of="s", wrt="x")
    assert j.verify() < 1e-10


@pytest.mark.parametrize(("graph", "by", "said"), THIN)
def test_hessians_by_columns(graph: str, by: str, said: str | None) -> None:
    h, whole = sb.hessian(graph, wrt=by), sb.hessian(graph, wrt=[by])
    assert said is None or (h.text(), whole.text()) == (said, f"[{said}]")
    assert max(h.verify(), h.vec().verify(), whole.verify()) < 1e-10


def test_one_matrix_as_one_block() -> None:
    assert sb.hessian("X: n x m; A: n x n; f = trace(X.T @ A @ X)", wrt=["X"]).vec().verify() < 1e-10


@pytest.mark.parametrize(("graph", "by", "said"), ONES)
def test_ones(graph: str, by: str, said: str) -> None:
    d = sb.derive(graph)
    assert d[by].text() == said
    assert d.verify().ok


def test_a_number_by_one_is_not_written() -> None:
    d = sb.derive(ONES[-1][0])
    assert "/1" not in repr(d)
