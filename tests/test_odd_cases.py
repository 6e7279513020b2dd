"""Graphs somebody will write: thin axes, functions in odd places, names that clash."""

from __future__ import annotations

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.vocabulary import OPS
from tests.test_derive import emitted_agrees

HOLDS = {
    "two functions of one spelling": "X: n x d; Y: n x d; z = cosine(X, Y); L = sum(sin(z))",
    "the square of a function of a matrix is no square of entries":
        "P: d x d; Q = matrix_power(sin(P), 3); L = sum(Q)",
    "a matrix power of rows of softmax": "P: d x d; L = sum(sin(matrix_power(softmax(P), 2)))",
    "a function with helpers under an equation": "P: d x d; L = det(softmax(P))",
    "one entry beside a vector": "q: 1 x d; p: m; s = norm(q); L = sum(sin(s - p*p))",
    "one entry times a vector": "X: 1 x m; s = logsumexp(X); p: d; L = sum(sin(2*s*p/(1 + p**2)))",
    "windows of a vector": "x: n; q = max_pool1d(x, size=2, stride=1); L = sum(sin(q))",
    "one entry beside a matrix": "q: 1 x 1; p: m x k; L = sum(sin(q*p))",
    "one entry of a vector beside a matrix": "q: 1 x d; p: m x k; L = sum(sin(norm(q) - p*p)) + sum(norm(q)*p)",
    "one entry in a transposed sum": "q: 1 x 1; p: m x k; r: k x m; L = sum(sin((q - p).T @ r.T))",
    "the last three entries": "x: n; L = sum(x[-3:]**2)",
    "a slice of a slice": "X: n x d; Y = X[:, -4:]; L = sum(Y[:-2]**2)",
    "a root of a power": "x: n positive; L = sum(x**(-1/2)) + sum(x**(2 - 1/3))",
    "axes in another order": "x: a x b x c; y = permute(x, (2, 0, -2)); L = sum(tanh(y)**2)",
    "softsign has no kink where |x| has one":
        "Z: d x m; y: d label m; S = scatter(Z, y); L = sum(softsign(S) + S)",
}  # fmt: skip


@pytest.mark.parametrize("what", HOLDS)
def test_holds(what: str) -> None:
    d = sb.derive(HOLDS[what])
    report = d.verify(seed=3)
    assert report.ok, report.failures
    emitted_agrees(d, seed=3)


@pytest.mark.parametrize("what", [w for w in HOLDS if w.startswith("one entry")])
def test_holds_in_rows(what: str) -> None:
    d = sb.derive(HOLDS[what], convention=sb.Convention(vectors="row"))
    report = d.verify(seed=3)
    assert report.ok, report.failures


REFUSED = {
    "W1: h x d; x: d; h = tanh(W1 @ x); L = sum(h**2)": "`h`: is the name of a size and of a symbol",
    "x: x; L = sum(x**2)": "`x`: is the name of a size and of a symbol",
    "x: n; p: scalar; L = sum(x**p)": r"exp\(b\*log\(a\)\)",
    "x: n; L = sum(x**(1/0))": "`1 / 0` is not a number",
    "x: a x b x c; y = permute(x, (2, 0, 0)); L = sum(y)": "does not order 3 axes",
    "x: a x b x c; y = permute(x, 2); L = sum(y)": r"permute\(x, \(2, 0, 1\)\)",
    "x: a x b x c; y = permute(x, (2, 0.5, 1)); L = sum(y)": "`0.5` is not a whole number",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(sb.DeclarationError, match=REFUSED[text]):
        sb.derive(text)


def test_a_size_and_a_node_of_one_name_are_refused_from_python_as_well() -> None:
    x, W = sb.symbol("x", "d"), sb.symbol("W", "h", "d")
    with pytest.raises(sb.DeclarationError, match="name of a size and of a symbol"):
        sb.collect(L=sb.sum(sb.named("h", sb.tanh(W @ x))))


def test_every_function_is_spelled_in_its_own_way() -> None:
    """What one reads as another is no page; a name with an underscore is no word."""
    said = [op.tex for op in OPS.values() if op.tex]
    assert len(said) == len(set(said))
    text = "X: n x n; Y = masked_softmax(X, tri(n, n)); L = sum(Y**2)"
    assert r"\_" not in sb.derive(text)["X"].latex()


def test_options_may_be_fractions() -> None:
    d = sb.derive("x: 3; L = sum(layernorm(x, eps=1/2)**2)")
    assert np.isfinite(d.compile()(x=np.ones(3))["x"]).all()
