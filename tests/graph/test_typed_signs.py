"""Greek letters, subscripts and signs as people type them; names in LaTeX by default."""

from __future__ import annotations

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.formula.printed_names import default_tex
from symbackprop.graph.typed_signs import read_name, read_signs

NAMES = {
    "α": r"\alpha", "Γ": r"\Gamma", "λ": r"\lambda", "lam": r"\lambda", "lambda_": r"\lambda",
    "θ_0": r"\theta_{0}", "x1": "x_{1}", "x_α": r"x_{\alpha}", "theta": r"\theta",
    "ŷ": r"\hat{y}", "x̄": r"\bar{x}", "ẋ": r"\dot{x}",
    "α̂": r"\hat{\alpha}", "loss": r"\mathrm{loss}", "f_": "f'", "delta": r"\mathrm{delta}",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_printed_names(name: str) -> None:
    assert default_tex(name) == NAMES[name]
    assert sb.spelled(default_tex(name))


READ = {
    "x₁₂": "x12", "xᵢ": "x_i", "x²": "x**2", "x⁻¹": "x**(-1)", "Aᵀ": "A.T", "a ⊙ b": "a * b",
    "a − b": "a - b", "a ≥ b": "a >= b", "W1₂": "W1_2",
}  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_signs(text: str) -> None:
    made, places = read_signs(text)
    assert made == READ[text]
    assert len(places) == len(made) + 1 and places == sorted(places) and places[-1] == len(text)


def test_a_name_is_one_name_however_it_is_typed() -> None:
    assert read_name("x₁") == read_name("x1") == "x1"
    assert read_name("ŷ") == read_name("y\u0302") == "ŷ"


GRAPHS = (
    "α: n; θ: n; x₁: n; L = sum(α*θ*x₁)",
    "A: n x n; x: n; L = xᵀ @ A @ x − 2",
    "λ: scalar; ŷ: n; y: n; L = λ*sum((ŷ − y)²)",
    "μ: n; Σ: n x n posdef; x: n; L = (x - μ) @ inverse(Σ) @ (x - μ)/2 + logdet(2*π*Σ)/2",
    "lam: scalar; lambda_: scalar; x: n; L = lam*sum(x²) + lambda_",
    "t: 1..T; ξ[t]: d; W: d x d; η[t] = tanh(W @ η[t-1] + ξ[t]); L = sum(η[T])",
)


@pytest.mark.parametrize("text", GRAPHS)
def test_graphs_hold(text: str) -> None:
    d = sb.derive(text)
    assert all(d[n].text() for n in d.wrt)
    report = d.verify(seed=5)
    assert report.ok, report.failures
    assert "def " in d.source("torch")


def test_variables_are_asked_for_as_they_are_typed() -> None:
    g = "x₁: n; θ: n; L = sum(x₁*θ)"
    d = sb.derive(g, wrt=["x₁", "θ"])
    assert d["x₁"].text() == d["x1"].text() == "θ"
    assert d["θ"].latex() == "x_{1}"
    assert d.compile()(x1=np.ones(2), θ=np.ones(2))["θ"].tolist() == [1, 1]
    assert sb.jacobian(g, "L", "x₁").text() == "θᵀ"
    assert sb.hessian(g, wrt=["x₁", "θ"])["x1", "θ"].text() == "Iₙ"
    assert sb.symbol("x₁", "n").own.name == "x1"


@pytest.mark.parametrize("answer", ["λ x₁ x + α", "lam x1 x + alpha", r"\lambda x_1 x + \alpha"])
def test_answers_name_them_too(answer: str) -> None:
    g = "lam: scalar; θ: n; x: n; α: n; x₁: scalar; L = lam*sum(θ*x)*x₁ + sum(α*θ)"
    assert sb.check(g, "θ", answer).verdict == "correct"
    assert sb.check(g, "x₁", "λ θ'x").verdict == "correct"
