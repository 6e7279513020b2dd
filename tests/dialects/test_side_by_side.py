"""Factors side by side: the product of matrices where there is one, entry by entry where sizes are equal."""

from __future__ import annotations

import pytest

import symbackprop as sb

GATE = "x: n; g: n; L = sum(g*sigmoid(x))"
MATRIX = "X: n x d; G: n x d; L = sum(G*sigmoid(X))"
LAYER = "x: n; W: m x n; a: m; z = W @ x; h = sigmoid(z); L = sum(a*h)"
POWERS = "x: n; y: n; L = sum(x*y*y*x)"
RIGHT = [
    (GATE, "x", "g σ(x)(1-σ(x))"), (GATE, "x", "g σ(x) (1 - σ(x))"),
    (GATE, "x", r"g\,\sigma(x)(1-\sigma(x))"),
    (GATE, "x", "-g σ(x)(σ(x)-1)"), (GATE, "x", "g (σ(x) - σ(x)^2)"), (GATE, "x", "g σ(x) - g σ(x)^2"),
    (GATE, "x", "(1-σ(x)) σ(x) g"), (GATE, "x", r"\frac{g e^{-x}}{(1+e^{-x})^2}"),
    (GATE, "x", "g s (1-s) with s = σ(x)"), (GATE, "x", "dL/dx = g s - g s s where s = σ(x)"),
    (MATRIX, "X", "G σ(X)(1-σ(X))"), (MATRIX, "X", "G (σ(X) - σ(X)^2)"), (MATRIX, "X", "-G σ(X) (σ(X) - 1)"),
    (LAYER, "x", "W' a h (1-h)"), (LAYER, "x", "W' (a h (1-h))"), (LAYER, "W", "a h (1-h) x'"),
    (LAYER, "W", r"a \sigma(Wx)(1-\sigma(Wx)) x^\top"), (LAYER, "z", "a h - a h h"),
    (POWERS, "x", "2 x y y"), (POWERS, "x", "2 y x y"), (POWERS, "x", "x y^2 + y x y"),
]  # fmt: skip
WRONG = [
    (GATE, "x", "g σ(x)"), (GATE, "x", "g σ(x)(1+σ(x))"), (GATE, "x", "g σ(x) x"), (MATRIX, "X", "G σ(X)"),
    (MATRIX, "X", "G σ(X)(1-σ(X)) + 1"), (LAYER, "x", "W' a h"), (LAYER, "W", "x a' h (1-h)"),
    (LAYER, "x", "W a h (1-h)"), (POWERS, "x", "2 x y y x"), (POWERS, "x", "2 x y"),
]  # fmt: skip


@pytest.mark.parametrize(("graph", "wrt", "answer"), RIGHT)
def test_a_formula_that_means_the_right_thing_is_right_and_says_how_it_was_read(
    graph: str, wrt: str, answer: str
) -> None:
    found = sb.check(graph, wrt, answer)
    assert found.ok, (found.sentence(), found.detail)
    assert "⊙" in found.reading and "⊙" in found.sentence("de")


@pytest.mark.parametrize(("graph", "wrt", "answer"), WRONG)
def test_one_that_does_not_is_wrong(graph: str, wrt: str, answer: str) -> None:
    assert sb.check(graph, wrt, answer).verdict == "wrong"


def test_where_a_product_of_matrices_fits_it_is_meant() -> None:
    square = "X: n x n; G: n x n; L = sum(G*X*X)/2"
    assert sb.check(square, "X", "G .* X").ok
    assert sb.check(square, "X", "G X").verdict == "wrong"
    outer = "x: n; y: n; A: n x n; L = x @ A @ y"
    assert sb.check(outer, "A", "x y'").reading == ()


def test_a_product_that_fits_nowhere_is_shown_where_entries_do_not_help() -> None:
    found = sb.check("X: n x d; w: d; y: n; L = sum((X@w - y)**2)", "w", "X X")
    assert found.mistake == "inside"
