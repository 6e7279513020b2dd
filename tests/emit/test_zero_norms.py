"""Where a norm is 0 its slope is taken to be 0, as the page says; poles and other roots stay."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.argument_checks import arguments
from symbackprop.emit.code_names import code_names
from symbackprop.numeric.points import bind_sizes
from symbackprop.page.forward_section import conventions

T = "t: 1..T; "
NORMS = [
    "x: n; L = norm(x)",
    "x: n; z: n; L = cosine(x, z)",
    "x: n; z: n; t: scalar; L = cosine_embedding(x, z, t)",
    "X: n x d; L = sum(normalize(X)**3)",
    "x: n; y: n; L = norm(x - y)",
    "X: n x d; L = sum(row_norms(X))",
    "A: n x d; L = frobenius(A)",
    "x: n; y: n; L = sum(hypot(x, y))",
    "x: n; L = sqrt(sum(x**2))",
    "x: n; L = sqrt(x @ x)",
    "x: n; L = sqrt(mean(x**2))",
    "x: n; s = sum(x**2); r = sqrt(s); L = r*3 + s",
    "x: n; u = x**2; s = sum(u); L = sqrt(s)/3",
    "x: n; L = sum(x**2)**0.5",
    "x: n; L = (sum(x**2)/n)**1.5",
    "x: n; y: n; L = sum(sqrt(x**2 + y**2))",
    "X: n x d; L = sum(sqrt(sum(X**2, axis=0)))",
    "x: n; r = norm(x); L = tanh(r)*r**2",
    "x: n; y = norm(x)*x",
    "x: n; L = norm(norm(x)*x)",
    T + "x[t]: n; h[t] = h[t-1] + x[t]; l[t] = norm(h[t]); L = sum(l[t], over=t)",
    T + "x[t]: n; W: n x n; h[t] = normalize(W @ h[t-1] + x[t]); L = sum(h[T])",
    T + "x[t]: n; W: n x n; r[t] = norm(W @ h[t-1] + x[t]); h[t] = (W @ h[t-1] + x[t])*r[t]; L = sum(h[T])",
]


def zeros(d: Derivation) -> dict[str, Any]:
    sizes = bind_sizes(d.graph, 0)
    rows = arguments(d, code_names(d), seeded=d.backward.seed.symbol is not None)
    return {n: np.zeros([s.value(sizes) for s in shape]) for n, _, shape in rows}


def said(d: Derivation) -> set[str]:
    return {p.key.removeprefix("convention.") for p in conventions(d)}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("text", NORMS)
def test_slopes_are_zero_at_zero(text: str) -> None:
    """Finite, without a warning, in the joint function and where the passes are apart; the page says why."""
    d = sb.derive(text)
    f, at = d.compile(), zeros(d)
    bar = [at[n] for n in at if n.endswith("_bar")]
    value, saved = f.forward({n: v for n, v in at.items() if not (bar and n.endswith("_bar"))})
    for found in (f(at), {d.of: value, **f.backward(saved, *bar)}):
        assert all(np.all(np.isfinite(v)) for v in found.values()), found
    assert "norm" in said(d)


def test_the_slope_of_a_norm_is_zero() -> None:
    found = sb.derive("x: n; y: n; L = norm(x - y) + sum(y)").compile()(x=np.ones(3), y=np.ones(3))
    assert found["x"].tolist() == [0, 0, 0] and found["y"].tolist() == [1, 1, 1]


def test_one_row_of_zeros_leaves_the_others() -> None:
    f = sb.derive("X: n x d; L = sum(row_norms(X))").compile()
    X = np.array([[3.0, 4.0], [0.0, 0.0]])
    assert np.allclose(f(X)["X"], [[0.6, 0.8], [0, 0]])
    y = sb.derive("X: n x d; y = normalize(X)").compile().forward(X)[0]
    assert np.allclose(y, [[0.6, 0.8], [0, 0]])


@pytest.mark.parametrize("text", ["x: n; L = sum(1/x)", "x: n; L = sqrt(sum(x))", "x: n; L = 1/sum(x**2)"])
def test_poles_and_other_roots_stay(text: str) -> None:
    """What is no norm is not made finite, and nothing is said of it."""
    d = sb.derive(text)
    with np.errstate(all="ignore"):
        found = d.compile()(x=np.zeros(3))
    assert not all(np.all(np.isfinite(v)) for v in found.values())
    assert "norm" not in said(d)


def test_a_value_divided_by_a_norm_of_zero_stays_infinite() -> None:
    with np.errstate(divide="ignore"):
        assert sb.derive("x: n; L = 1/norm(x)").compile()(x=np.zeros(3))["L"] == np.inf


def test_directions_are_told() -> None:
    assert "direction" in said(sb.derive("x: n; z: n; L = cosine(x, z)"))
    assert "direction" not in said(sb.derive("x: n; L = norm(x)"))
