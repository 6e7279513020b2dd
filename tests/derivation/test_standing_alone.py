"""Results outside a page: every name they use is declared, or said behind them."""

from __future__ import annotations

import pytest

import symbackprop as sb
from symbackprop.derivation.derivation import Derivation, clauses, signal
from symbackprop.formula.tree import Formula, Name
from symbackprop.formula.writing.walk import inside
from tests.graphs import GRAPHS


def unsaid(d: Derivation, name: str) -> set[Formula]:
    """Names of the derivation in a printed gradient that neither the declaration nor a clause has."""
    given = {*d.backward.prepared.named, *d.backward.abbreviations, *d.constants}
    declared = {e.symbol.tex for n, e in d.graph.symbol.items() if e.symbol and n not in given}
    every = {e.symbol.tex for e in d.graph.symbol.values() if e.symbol}
    every |= {f for n in d.backward.adjoints for f in inside(signal(d, n)) if isinstance(f, Name) and f.marks}
    said = clauses(d, d[name].formula, name)
    met = {f for x in (d[name].formula, *(c.right for c in said)) for f in inside(x)}
    own = set(inside(signal(d, name)))
    return (met & every) - declared - {f for c in said for f in inside(c.left)} - own


@pytest.mark.parametrize("graph", GRAPHS)
def test_every_name_is_declared_or_said(graph: str) -> None:
    d = sb.derive(GRAPHS[graph])
    for name in d.wrt:
        if name in d.backward.adjoints:
            assert not unsaid(d, name), d[name].text()


def test_a_name_that_is_not_said_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    d = sb.derive("A: m x n; x: n; b: m; f = logsumexp(A @ x + b)", wrt="A")
    assert not unsaid(d, "A")
    monkeypatch.setattr("tests.derivation.test_standing_alone.clauses", lambda *_: ())
    assert unsaid(d, "A") == {Name("p")}


@pytest.mark.parametrize(("text", "wrt", "said"), [
    ("A: m x n; x: n; b: m; f = logsumexp(A @ x + b)", "A", "p xᵀ  with p = softmax(A x + b)"),
    ("x: n; L = max(x)", "x", "eₖ  with k = argmax(x)"),
    ("x: n; L = sum(x**2)", "x", "2 x"),
])  # fmt: skip
def test_what_is_said(text: str, wrt: str, said: str) -> None:
    assert sb.derive(text, wrt=wrt)[wrt].text() == said


def test_what_flows_back_is_no_derivative() -> None:
    """Of an output that is no number, X^T δZ is no ∂Z/∂W."""
    assert repr(sb.derive("X: n x d; W: d x k; Z = X @ W")["W"]) == "<δW = Xᵀ δZ>"
    assert repr(sb.derive("x: n; L = sum(x**2)")["x"]) == "<∂L/∂x = 2 x>"


def test_a_derivation_prints_as_one_writes_it() -> None:
    d = sb.derive("x: d; W: m x d; z = W @ x; L = sum(z**2)")
    assert str(d).splitlines() == [
        "z = W x", "L = Σ[i = 1…m] zᵢ²", "∂L/∂x = 2 Wᵀ z", "∂L/∂W = 2 z xᵀ",
    ]  # fmt: skip
    assert str(d.verify()).startswith("verified: ")


def test_a_derivation_with_signals_says_each_of_them_once() -> None:
    """What is used is defined before it, and no gradient repeats it."""
    d = sb.derive("A: m x n; b: m; Y = inverse(A.T @ A) @ A.T @ b", wrt="A")
    assert str(d).splitlines() == [
        "Y = (Aᵀ A)⁻¹ Aᵀ b", "M = Aᵀ A", "δM = −(Aᵀ A)⁻¹ δY bᵀ A (Aᵀ A)⁻¹",
        "δA = b δYᵀ M⁻¹ + A (δM + δMᵀ)",
    ]  # fmt: skip


def test_steps_verdicts_and_reports_are_said_in_words() -> None:
    d = sb.derive("x: d; W: m x d; y: m; z = W @ x; L = sum((z - y)**2)", wrt="W")
    assert [repr(s) for s in d] == ["<δz = 2 (z − y)>", "<δW = 2 (z − y) xᵀ>"]
    assert [s.final for s in d] == [False, True]
    assert repr(sb.check(d, "W", "2 (z - y) x'")).startswith("<correct")
    assert repr(d.verify()).startswith("<verified: ")


def test_gradients_are_said_over_signals_that_others_need() -> None:
    """Where δz has a line, the gradient by the weight is δz xᵀ, not once more all that δz is."""
    said = str(sb.derive(GRAPHS["residual"])).splitlines()
    assert [x for x in said if x.startswith("∂L/∂")] == [
        "∂L/∂x = δr + W₁ᵀ δz", "∂L/∂W₁ = δz xᵀ", "∂L/∂b₁ = δz", "∂L/∂W₂ = δr hᵀ", "∂L/∂b₂ = δr",
        "∂L/∂y = −(2/d) v",
    ]  # fmt: skip
    assert all(any(x.startswith(f"δ{n} = ") for x in said) for n in "rz")
