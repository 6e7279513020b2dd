"""The sum of centred values is 0, because a sum is linear; of what is nearly centred it is not."""

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.graph.expr import Expr
from symbackprop.matrices import tidy as td
from symbackprop.matrices.monomials import is_zero

# graph, and whether the sum of all entries, of each row, of each column of its last node is 0
CENTRED = [
    ("x: n; y = x - mean(x)", "all"),
    ("x: n; y = 3*(mean(x) - x)", "all"),
    ("x: n; m = mean(x); y = x - m", "all"),
    ("x: 5; y = x - sum(x)/5", "all"),
    ("x: n; z: n; y = x + z - mean(z) - mean(x)", "all"),
    ("x: n; z: n; y = x - mean(x) + z - mean(z)", "all"),
    ("X: n x d; y = X - mean(X)", "all"),
    ("X: n x d; y = X - mean(X, axis=0)", "all columns"),
    ("X: n x d; y = X - mean(X, axis=0, keepdims=True)", "all columns"),
    ("X: n x d; y = X - mean(X, axis=1, keepdims=True)", "all rows"),
    ("X: n x d; y = X.T - mean(X, axis=1)", "all columns"),
    ("X: n x d; y = (X.T - mean(X, axis=1)).T", "all rows"),
    ("X: n x d; m = mean(X, axis=0); y = X - m", "all columns"),
    # near misses
    ("x: n; w: n; y = x - w @ x", ""),
    ("x: n; z: n; y = x - mean(z)", ""),
    ("x: n; y = x - sum(x)", ""),
    ("x: 5; y = x - sum(x)/4", ""),
    ("x: n; y = x + mean(x)", ""),
    ("x: n; y = (x - mean(x))**2", ""),
    ("x: n; w: n; y = w*(x - mean(x))", ""),
    ("X: n x n; y = X - mean(X, axis=1)", "all"),  # columns less the means of rows: only the whole is 0
    ("X: n x d; y = X - 2*mean(X, axis=0)", ""),
]


def definition(text: str) -> Expr:
    g = sb.read(text)
    return g.definition[g.output]


@pytest.mark.parametrize(("text", "along"), CENTRED)
def test_sums_that_are_0_are_found(text: str, along: str) -> None:
    y = td.tidy(definition(text))
    assert is_zero(td.total(y)) == ("all" in along)
    if y.rank == 2:
        assert is_zero(td.rows(y)) == ("rows" in along)
        assert is_zero(td.rows(td.tr(y))) == ("columns" in along)


@pytest.mark.parametrize(("text", "along"), CENTRED)
def test_what_is_found_is_so(text: str, along: str) -> None:
    values = sb.derive(text).compile("numpy")
    rng = np.random.default_rng(3)
    shape = (5, 5) if "n x n" in text else (5, 7) if "X" in text else (5,)
    inputs = {name: rng.normal(size=shape) for name in sb.read(text).inputs}
    y = values(**inputs, y_bar=np.ones(values_shape(text, shape)))["y"]
    found = [np.allclose(y.sum(axis), 0) for axis in ((None, 1, 0) if y.ndim == 2 else (None,))]
    assert found == [word in along for word in ("all", "rows", "columns")[: len(found)]]


def values_shape(text: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape[::-1] if "y = X.T" in text else shape


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x: n; L = sum((x - mean(x))**2)", "2 (x − (1/n) Σ[i = 1…n] xᵢ)"),
        ("x: n; c = x - mean(x); L = sum(c**2)", "2 c"),
        ("X: n x d; L = sum((X - mean(X, axis=0))**2)", "2 (X − 𝟏ₙ (1/n) 𝟏ₙᵀ X)"),
        ("X: n x d; L = sum((X - mean(X, axis=1, keepdims=True))**2)", "2 (X − (1/d) X 𝟏_d 𝟏_dᵀ)"),
    ],
)
def test_the_gradient_of_a_variance_has_one_term(text: str, said: str) -> None:
    d = sb.derive(text)
    assert d.verify().ok
    assert d[d.wrt[0]].text() == said


def test_a_weighted_mean_keeps_its_term() -> None:
    d = sb.derive("x: n; w: n; L = sum((x - w @ x)**2)")
    assert d.verify().ok
    assert "Σ" in d["x"].text()
