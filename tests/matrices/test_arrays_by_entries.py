"""Small arrays of unit vectors stand by their entries, others by e_k; both have the value they had."""

import random

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.graph import functions as fn
from symbackprop.graph.expr import Expr, apply, const
from symbackprop.graph.written_arrays import written_array
from symbackprop.matrices.arrays_by_entries import entry, written_by_entries
from symbackprop.numeric.points import Point, evaluate
from symbackprop.sizes import size
from symbackprop.vocabulary.kinds import (
    ADD, CONCAT, DIAG, IDENTITY, MATMUL, MULTIPLY, OUTER, SUM_LAST, TABLE, TANH, TRANSPOSE, UNIT,
)  # fmt: skip

N = 3
x, y, A = sb.symbol("x", N), sb.symbol("y", N), sb.symbol("A", N, N)
u, v, a = sb.symbol("u", 2), sb.symbol("v", 1), sb.symbol("a")


def unit(k: int) -> Expr:
    return apply(UNIT, n=size(N), position=size(k))


def vector(rng: random.Random, depth: int) -> Expr:
    """A random vector made of names, unit vectors, selectors and blocks."""
    if not depth:
        return rng.choice((x, y, unit(rng.randrange(N)), a * unit(rng.randrange(N)), fn.constant(1, N)))
    s = fn.selector(size(N), size(2), size(rng.randrange(2)))
    return rng.choice((
        lambda: apply(ADD, vector(rng, depth - 1), vector(rng, depth - 1)),
        lambda: apply(MULTIPLY, vector(rng, depth - 1), vector(rng, depth - 1)),
        lambda: apply(TANH, vector(rng, depth - 1)), lambda: a * vector(rng, depth - 1),
        lambda: apply(MATMUL, s, u), lambda: apply(SUM_LAST, s), lambda: apply(CONCAT, u, v, axis=0),
    ))()  # fmt: skip


def matrix(rng: random.Random) -> Expr:
    return rng.choice((
        lambda: apply(OUTER, vector(rng, 0), vector(rng, 0)), lambda: apply(DIAG, vector(rng, 1)),
        lambda: apply(IDENTITY, n=size(N)), lambda: apply(TRANSPOSE, apply(OUTER, x, unit(1))), lambda: A,
    ))()  # fmt: skip


def value(e: Expr) -> np.ndarray:
    rng = np.random.default_rng(4)
    shapes = {"x": (N,), "y": (N,), "A": (N, N), "u": (2,), "v": (1,), "a": ()}
    return evaluate(e, Point({}, {(n, 0): rng.normal(size=s) for n, s in shapes.items()}))


@pytest.mark.parametrize("seed", range(60))
def test_entries_are_of_the_whole(seed: int) -> None:
    rng = random.Random(seed)
    e = vector(rng, 3) if seed % 2 else apply(ADD, matrix(rng), a * matrix(rng))
    whole = value(e)
    for at in np.ndindex(whole.shape):
        found = entry(e, at)
        assert found is not None
        assert np.allclose(value(found), whole[at])
    assert np.allclose(value(written_by_entries(e)), whole)


def test_what_is_longer_by_entries_stays() -> None:
    for e in (x, x * y, 2 * x + unit(0), a * unit(1), apply(MATMUL, A, unit(0)) + unit(1)):
        assert written_by_entries(e) is e
    assert written_by_entries(a * unit(1) + const(2) * unit(0)).op is TABLE


def test_the_number_0_is_no_place() -> None:
    """[[1, a], [0, 2]] is not its own transpose, and [a, 0] not [a, a]."""
    d = sb.derive("a: scalar; x: 2; L = [[1, a], [0, 2]] @ x @ x")
    assert "[1, 0; a, 2]" in d["x"].text()
    assert d.verify().ok
    assert written_array([a, 0]) is not written_array([a, a])


@pytest.mark.parametrize(("graph", "wrt", "said"), [
    ("x: 2; L = 100*(x[1]-x[0]**2)**2 + (1-x[0])**2", "x",
     "[−2 (1 − x₁) − 400 x₁ (x₂ − x₁²); 200 (x₂ − x₁²)]"),
    ("x: 3; L = x[0]**2 + 3*x[2]", "x", "[2 x₁; 0; 3]"),
    ("x: 3; y: 3; L = sum((x*y)[0:2])", "x", "[y₁; y₂; 0]"),
    ("X: 2 x 2; L = X[0,0]*X[1,1] - X[0,1]*X[1,0]", "X", "[X_(2,2), −X_(2,1); −X_(1,2), X_(1,1)]"),
    ("x: n + 1; L = x[0]**2", "x", "2 x₁ e₁  with e₁ = [1; 0_(n×1)]"),
    ("X: n x d; B: n x d; L = (X*B)[0,0]", "X",
     "B_(1,1) e₁ f₁ᵀ  with e₁ = [1; 0_(n-1×1)], f₁ = [1; 0_(d-1×1)]"),
    ("e: 5; x: 5; L = exp(x[1])*sum(e)", "x", "(Σ[i = 1…5] eᵢ) exp(x₂) f₂  with f₂ = [0; 1; 0_(3×1)]"),
    ("x: n + 2; L = sum(x[1:n]**2)", "x", "2 S Sᵀ x  with S = [0_(1×n-1); Iₙ₋₁; 0_(2×n-1)]"),
    ("x: n; E: n x 3; L = sum((x - reshape(E @ ones(3), n))**2)", "x", "2 (x − E 𝟏₃)"),
    ("x: m x 1; y: m; L = sum((reshape(x, m) - y)**2)", "y", "−2 (x − y)"),
])  # fmt: skip
def test_gradients(graph: str, wrt: str, said: str) -> None:
    d = sb.derive(graph)
    assert d[wrt].text() == said
    assert d.verify(seed=6).ok
