"""The worked pages of standard derivations: what a textbook reader looks for, and that it could fail."""

from __future__ import annotations

import importlib
import random
from dataclasses import replace

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.derivation.equation import Equation
from symbackprop.errors import SheetError
from symbackprop.formula.writing.text_writer import text
from symbackprop.graph.expr import Expr
from symbackprop.graph.functions import collect
from symbackprop.matrices import expansion as expanding
from symbackprop.numeric.points import Point, forward
from symbackprop.page.page import Page
from symbackprop.sheet.exercise import Derived, Stated
from symbackprop.sheet.sheet import Sheet, write_tex
from symbackprop.verify.equality import verify_page

# page, gradient or δ, the last form a reader finds
FORMS = [
    ("layernorm", "terms.c", "(1/s) δx̂⟨via x̂⟩ + ((2 δv)/d) c⟨via v⟩"),
    ("layernorm", "gradient.x", "δc + (δμ/d) 𝟏_d"),
    ("batchnorm", "gradient.g", "(δY ⊙ X̂)ᵀ 𝟏ₙ"),
    ("batchnorm", "delta.s", "−((δX̂ ⊙ C)ᵀ 𝟏ₙ) ⊘ (s ⊙ s)"),
    ("attention", "delta.S", "δA ⊙ A − diag((δA ⊙ A) 𝟏ₘ) A"),
    ("attention", "gradient.Q", "(1/sqrt(d)) δS K"),
    ("attention", "gradient.V", "Aᵀ δO"),
    ("transformer", "terms.N", "Σ[P ∈ {Q, K, V}] δP W_Pᵀ⟨via P⟩"),
    ("transformer", "gradient.Wo", "Oᵀ δH"),
    ("gru", "terms.z", "−δhₜ ⊙ hₜ₋₁⟨via (1 − zₜ) ⊙ hₜ₋₁⟩ + δhₜ ⊙ h̃ₜ⟨via zₜ ⊙ h̃ₜ⟩"),
    (
        "gru",
        "terms.h",
        "δyₜ⟨via yₜ⟩ + δhₜ₊₁ ⊙ (1 − zₜ₊₁)⟨via hₜ₊₁⟩ + δqₜ₊₁ ⊙ rₜ₊₁⟨via qₜ₊₁⟩ "
        "+ Uᵣᵀ δaₜ₊₁ʳ⟨via aₜ₊₁ʳ⟩ + U_zᵀ δaₜ₊₁ᶻ⟨via aₜ₊₁ᶻ⟩",
    ),
    ("gru", "gradient.Uh", "Σ[t = 1…T] δaₜʰ qₜᵀ"),
    ("infonce", "delta.S", "(1/n) (P − Iₙ)"),
    ("infonce", "gradient.U", "(1/(n τ)) (P − Iₙ) V"),
    ("infonce", "gradient.tau", "−(1/(n τ²)) Σ[i = 1…n] Σ[j = 1…n] (Pᵢⱼ − [i = j]) Gᵢⱼ"),
    ("logistic_regression", "gradient.w", "Xᵀ (p − y)"),
    ("logistic_regression", "hessian.w", "Xᵀ diag(p ⊙ (1 − p)) X"),
    ("softmax_regression", "gradient.W", "Xᵀ (P − Y)"),
    ("softmax_regression", "hessian.z", "diag(p) − p pᵀ"),
    ("gaussian", "forward.L", "−(n ℓ)/2 − (1/2) tr(Λ A)"),
    ("gaussian", "gradient.mu", "Λ Cᵀ 𝟏ₙ"),
    ("gaussian", "gradient.S", "(1/2) Λ A Λ − (n/2) Λ"),
    ("matrix_factorisation", "gradient.U", "λ U + (E ⊙ M) V"),
    ("matrix_factorisation", "gradient.V", "λ V + (E ⊙ M)ᵀ U"),
    ("matrix_factorisation", "hessian.u", "λ Iₖ + Vᵀ diag(w ⊙ w) V"),
    ("vae", "terms.s", "−(δK/2) 𝟏ₘ⟨via K⟩ + (1/2) (δσ ⊙ σ)⟨via σ⟩"),
    ("vae", "gradient.Wm", "δμ hᵀ"),
]
NAMES = tuple(dict.fromkeys(name for name, _, _ in FORMS))
# page, stated line, a mistake in it
MISTAKES = [
    ("layernorm", "MEANS", r"\hat x \hat x^\top \delta \hat x\right)", r"\hat x \hat x^\top \delta y\right)"),
    ("batchnorm", "THREE_TERMS", r"\frac{\gamma}{n s}", r"\frac{\gamma}{s}"),
    ("batchnorm", "BATCH_TERMS", r"\frac{1}{n} \left(n", r"\frac{1}{n} \left(2"),
    ("attention", "ROWS", r"(\delta A \odot A)", r"(\delta A \odot \delta A)"),
    ("transformer", "NORMALISED", r"\delta H = \delta Y +", r"\delta H ="),
    ("infonce", "LOSS", r"-\frac{1}{n \tau}", r"\frac{1}{n \tau}"),
    ("logistic_regression", "IRLS", "H^{-1} (H w - ", "H^{-1} (H w + "),
    ("logistic_regression", "STEP", r"= \begin{bmatrix} 0 \\ 2", r"= \begin{bmatrix} 0 \\ 1"),
    ("logistic_regression", "CONVEX", "p_i (1 - p_i)", "p_i"),
    ("softmax_regression", "CONVEX", r"- \mu^2", r"+ \mu^2"),
    ("gaussian", "ZEROS", "(A - n ", "(A + n "),
    ("gaussian", "ESTIMATE", r"= \frac{1}{n} X^\top X", r"= X^\top X"),
    ("matrix_factorisation", "MASK", r"E \odot M = E", r"M \odot M = E"),
    ("matrix_factorisation", "ALS", r"\lambda I_k", "I_k"),
    ("vae", "CLOSED", r"\odot \sigma \odot \delta z", r"\odot \delta z"),
]  # fmt: skip


def sheet(name: str) -> Sheet:
    return importlib.import_module(f"worked.{name}").SHEET


def pages(name: str) -> list[Page]:
    return [c.page for _, c in sheet(name).checks]


def sides(name: str, key: str) -> list[Equation]:
    return [e for p in pages(name) for e in p.equations if e.key == key]


@pytest.mark.parametrize(("name", "key", "form"), FORMS)
def test_a_page_says_what_a_textbook_says(name: str, key: str, form: str) -> None:
    assert form in [text(e.sides[-1]) for e in sides(name, key)]


@pytest.mark.parametrize("name", NAMES)
def test_every_equation_of_a_page_is_verified(name: str) -> None:
    report = sheet(name).verify(seed=17)
    assert report.ok, report.failures
    assert report.checked == report.equations


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_set_in_both_languages(name: str) -> None:
    s = sheet(name)
    report = s.verify()
    en, de = (write_tex(s, report, x, "solution") for x in ("en", "de"))
    assert s.title["en"] != s.title["de"]
    assert r"\textbf{Solution.}" in en and r"\textbf{Lösung.}" in de
    assert r"\sbresult{" in en


@pytest.mark.parametrize(("name", "stated", "right", "wrong"), MISTAKES)
def test_a_mistake_in_a_stated_line_is_found(name: str, stated: str, right: str, wrong: str) -> None:
    own = getattr(importlib.import_module(f"worked.{name}"), stated)
    assert isinstance(own, Stated)
    assert any(right in line for line in own.lines)
    lines = tuple(line.replace(right, wrong) for line in own.lines)
    (check,) = replace(own, lines=lines).checks
    report = verify_page(check.derivation, check.page)
    assert not report.ok
    assert {f.verdict for f in report.failures} == {"differs"}


# --- the forms behind them -----------------------------------------------------------------------


def test_the_value_of_a_declared_node_goes_by_its_name() -> None:
    d = sb.derive("S: n x k; P = softmax(S); L = sum(logsumexp(S))")
    assert d["S"].text() == "P"
    assert d.verify().ok
    out = d.compile("numpy")(S=np.zeros((2, 5)))
    assert np.allclose(out["S"], 0.2)
    assert sb.derive("x: d; a = x**2; L = sum(x**3)")["x"].text() == "3 (x ⊙ x)"
    d = sb.derive("t: 1..T; x[t]: d; p[t] = sigmoid(x[t]); y[t] = softplus(x[t])", of="y")
    assert d["x"].text() == "δyₜ ⊙ pₜ"
    assert d.verify().ok


def random_sum(rng: random.Random, shape: tuple[str, ...]) -> Expr:
    """Terms that share some elementwise factors, under random scalars."""
    pool = [sb.symbol(x, *shape) for x in "uvwz"]
    common = rng.sample(pool, rng.randint(0, 2))
    total: Expr | None = None
    for n in range(rng.randint(2, 4)):
        term: Expr = sb.symbol(f"a{n}") if rng.random() < 0.5 else rng.choice(pool)
        for f in rng.sample([*common, rng.choice(pool)], len(common) + 1):
            term = term * f
        total = term if total is None else total + term if rng.random() < 0.5 else total - term
    assert total is not None
    return total


@pytest.mark.parametrize("seed", range(60))
def test_factoring_keeps_the_value(seed: int) -> None:
    rng = random.Random(seed)
    shape = rng.choice([("n",), ("n", "m")])
    e = random_sum(rng, shape)
    f = expanding.factored(e)
    assert expanding.factored(f) is f
    g = collect(y=e, f=f)
    values = np.random.default_rng(seed)
    sizes = {"n": 3, "m": 5}
    point = {(n, 0): values.normal(size=tuple(s.value(sizes) for s in g.symbol[n].shape)) for n in g.inputs}
    found = forward(g, Point(sizes, point, {}, 0)).values
    assert np.allclose(found["y", 0], found["f", 0], rtol=1e-12, atol=1e-12)


def test_common_factors_stand_once() -> None:
    d = sb.derive("u: n; v: n; w: n; y = u*v - u*w", wrt=["u"])
    assert d["u"].text() == "δy ⊙ (v − w)"
    assert sb.derive("u: n; v: n; y = u*v + u", wrt=["u"])["u"].text() == "δy + δy ⊙ v"


@pytest.mark.parametrize(("graph", "wrt", "form"), [
    ("A: n x m; B: n x m; V: m x k; L = sum((A*B) @ V)", "V", "(A ⊙ B)ᵀ 𝟏ₙ 𝟏ₖᵀ"),
    ("A: n x m; x: m; y = (A**2).T @ ones(n)", "A", "2 (A ⊙ (𝟏ₙ δyᵀ))"),
])  # fmt: skip
def test_transposes_stand_outside(graph: str, wrt: str, form: str) -> None:
    d = sb.derive(graph, wrt=[wrt])
    assert d[wrt].text() == form
    assert d.verify().ok


@pytest.mark.parametrize(("graph", "form"), [
    ("e: n; L = e @ e/2", "(1/2) eᵀ e"),
    ("x: n; y: n; L = (x @ y)/(x @ x)", "(xᵀ y)/(xᵀ x)"),
    ("A: n x n posdef; L = logdet(A)/2", "(1/2) log(det(A))"),
    ("A: n x n; L = trace(A)/n", "(1/n) tr(A)"),
    ("A: n x m; L = frobenius(A)**2/2", "(1/2) ‖A‖_F²"),
    ("x: scalar; L = sin(x)/2", "sin(x)/2"),
])  # fmt: skip
def test_a_whole_stands_beside_its_fraction(graph: str, form: str) -> None:
    d = sb.derive(graph)
    assert text(d.formula(d.graph.definition["L"])) == form
    assert d.verify().ok


def test_a_sign_that_all_terms_share_stands_in_front() -> None:
    d = sb.derive("X: n x d; Y = X + layernorm(X)")
    assert " − (1/d) (((δY 𝟏_d) ⊘ s) 𝟏_dᵀ + diag(" in d["X"].text()
    assert d.verify().ok


def test_helpers_of_three_equal_ops_have_three_names() -> None:
    d = sb.derive("U: n x k; V: m x k; W: k; L = frobenius(U)**2 + frobenius(V)**2 + norm(W)")
    assert d.verify().ok
    both = sb.derive(
        "U: n x k; V: m x k; W: k x p; L = frobenius(U)**2 + (frobenius(V)**2 + frobenius(W)**2)"
    )
    assert both.verify().ok


def test_a_sheet_chooses_whose_jacobians_are_derived() -> None:
    d = Derived("x: d; y = tanh(x); z = sum(y**2)", show=("local",), local=("y",))
    assert {e.key.partition("|")[0] for e in d.page.equations} == {"y"}
    with pytest.raises(SheetError, match="no symbol `q`"):
        replace(d, local=("q",)).page.equations  # noqa: B018


def local_rows(graph: str, *nodes: str) -> dict[str, tuple[str, list[str]]]:
    """Left side -> last form and size, of the local Jacobians of some nodes; every line is verified."""
    d = Derived(graph, show=("local",), local=nodes)
    (check,) = d.checks
    assert verify_page(check.derivation, check.page).ok
    rows = d.page.equations
    return {text(e.left): (text(e.sides[-1]), [str(x) for x in e.shape or ()]) for e in rows}


def test_a_jacobian_without_a_matrix_form_has_its_size() -> None:
    rows = local_rows("E: n x m; f = sum(E**2)", "f")
    assert rows["∂f/∂Eₖₚ"] == ("2 Eₖₚ", ["n", "m"])
    rows = local_rows("c: n; v = sum(c**2)", "v")
    assert rows["∂v/∂cⱼ"][1] == [] and rows["∂v/∂c"] == ("2 cᵀ", ["1", "n"])


def test_no_name_in_a_definition_is_an_index_of_it() -> None:
    rows = local_rows("S: n x n; L = sum(logsumexp(S) - diagonal(S))", "L")
    assert rows["∂L/∂S_(mq)"] == ("p_(mq) − [m = q]", ["n", "n"])


def test_an_inverse_with_a_name_is_written_by_it() -> None:
    rows = local_rows("S: d x d; P = inverse(S); D = det(S); L = trace(P) + D", "D")
    assert rows["∂D/∂Sᵢⱼ"] == ("Pⱼᵢ D", ["d", "d"])


def test_what_repeats_is_not_written_out() -> None:
    keys = {
        e.key: e
        for e in Derived(
            "Q: n x d; K: m x d; V: m x p; S = Q @ K.T; A = softmax(S); O = A @ V"
        ).page.equations
    }
    assert [text(s) for s in keys["gradient.Q"].sides] == ["δS K"]
    assert [text(s) for s in keys["gradient.K"].sides] == ["δSᵀ Q"]
