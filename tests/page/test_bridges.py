"""The lines that equals signs hide: printed where something cancels, evaluated, and not printed elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

import symbackprop as sb
from symbackprop.derivation import whole_layers
from symbackprop.derivation.report import Report
from symbackprop.errors import VerificationError
from symbackprop.formula.writing.text_writer import text
from symbackprop.graph.expr import Expr
from symbackprop.formula.tree import number
from symbackprop.page.fact_bridges import fact_bridge
from symbackprop.page.outline import outline
from symbackprop.page.page import Equations, Options, Page, Section
from symbackprop.verify.equality import verify_page
from tests.samples import sampled

SOFTMAX = "o: n; y: label n; p = softmax(o); L = -log(p[y])"
BCE = "X: n x d; w: d; y: n; z = X@w; p = sigmoid(z); L = -mean(y*log(p) + (1 - y)*log(1 - p))"


def bridges(graph: str, vectors: str = "column") -> dict[str, list[str]]:
    d = sb.derive(graph, convention=sb.Convention(vectors=vectors))
    assert d.page(show=("ledger", "bridges")).report.ok
    made = outline(d, Options(("bridges",))).equations
    return {eq.key.removeprefix("bridge."): [text(s) for s in eq.sides] for eq in made}


@pytest.mark.parametrize(
    ("vectors", "first"),
    [("column", "−(1/p_y) (diag(p) − p pᵀ) e_y"), ("row", "−(1/p_y) e_y (diag(p) − pᵀ p)")],
)
def test_the_step_in_which_the_factor_cancels_is_printed(vectors: str, first: str) -> None:
    assert bridges(SOFTMAX, vectors)["o"] == [first, "−(1/p_y) (p_y e_y − p_y p)", "p − e_y"]


@pytest.mark.parametrize("loss", ["mean(cross_entropy(P, y))", "sum(cross_entropy(P, y))"])
@pytest.mark.parametrize("vectors", ["column", "row"])
def test_rows_of_scores_cancel_row_by_row(loss: str, vectors: str) -> None:
    product, short = bridges(f"S: n x k; y: n label k; P = softmax(S); L = {loss}", vectors)["S"]
    assert product.endswith("P_(i,yᵢ) ([yᵢ = j] − Pᵢⱼ)") and short.endswith(
        "Pᵢⱼ − [yᵢ = j]" + ")" * ("mean" in loss)
    )


def test_sigmoid_under_a_logarithm() -> None:
    assert bridges("w: d; x: d; z = w@x; p = sigmoid(z); L = -log(p)")["z"] == [
        "−(1/p) p (1 − p)",
        "−(1 − p)",
    ]
    (product, short) = bridges(BCE)["z"]
    assert product.endswith("⊙ p ⊙ (1 − p)") and short == "(1/n) (p − y)"


@pytest.mark.parametrize("graph", [
    SOFTMAX.replace("-log(p[y])", "-p[y]"), SOFTMAX.replace("-log(p[y])", "-log(p[y] + 1)"),
    SOFTMAX.replace("-log(p[y])", "-log(p[y]) + sum(p**2)"), BCE.replace("log(1 - p)", "(1 - p)"),
    "x: n x d; y = exp(x); L = sum(y**2)",
])  # fmt: skip
def test_where_nothing_cancels_there_is_no_bridge(graph: str) -> None:
    assert not bridges(graph)


NORMS = [
    f"{shape}{gain}; y = {norm}({args}, eps={eps}); L = sum(tanh(y))"
    for norm, shape in (("layernorm", "x: d"), ("layernorm", "x: n x d"), ("rmsnorm", "x: d"),
                        ("rmsnorm", "x: n x d"), ("batchnorm", "x: n x d"))
    for gain, args in (("", "x"), ("; g: d; b: d", "x, g, b"))
    for eps in ("0", "0.1")
    if not (gain and (norm, shape) == ("rmsnorm", "x: d"))  # the engine names nothing for its normal value
]  # fmt: skip


@pytest.mark.parametrize("graph", sampled(NORMS, 5))
@pytest.mark.parametrize("vectors", ["column", "row"])
def test_a_normalisation_has_its_terms_for_every_eps(graph: str, vectors: str) -> None:
    d = sb.derive(graph, convention=sb.Convention(vectors=vectors))
    assert list(d.layers.contributions("x")) == ["y"] and d.verify().ok
    assert len(bridges(graph, vectors)["x"]) == 2


@pytest.mark.parametrize("graph", [NORMS[0], NORMS[4]])
def test_terms_that_are_not_true_are_caught(graph: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = whole_layers.sent_back

    def wrong(*given: object) -> Expr | None:
        found = right(*given)  # type: ignore[arg-type]
        return None if found is None else found * 2

    monkeypatch.setattr(whole_layers, "sent_back", wrong)
    with pytest.raises(VerificationError):
        sb.derive(graph).page(show=("gradients",)).html()


FACTS = {
    "z: k; p: k distribution; q = softmax(z); L = -sum(p*log(q))":
        ("z", "Σ[i = 1…k] pᵢ", "1", "(Σ[i = 1…k] pᵢ) q − p", "q − p"),
    "z: k; y: k onehot; q = softmax(z); L = -sum(y*log(q))":
        ("z", "Σ[i = 1…k] yᵢ", "1", "(Σ[i = 1…k] yᵢ) q − y", "q − y"),
    "P: n x k distribution; Z: n x k; Q = softmax(Z); L = -sum(P*log(Q))":
        ("Z", "P 𝟏ₖ", "𝟏ₙ", "diag(P 𝟏ₖ) Q − P", "Q − P"),
    "x: n; g: n; m = mean(x); r = x - m; v = mean(r**2); s = sqrt(v); y = r/s; L = g @ y":
        ("m", "Σ[i = 1…n] rᵢ", "0", "−(1/s) Σ[i = 1…n] δyᵢ − ((2 δv)/n) Σ[i = 1…n] rᵢ",
         "−(1/s) Σ[i = 1…n] gᵢ"),
}  # fmt: skip


@pytest.mark.parametrize("graph", FACTS)
def test_the_fact_about_a_sum_is_a_line(graph: str) -> None:
    name, total, value, before, end = FACTS[graph]
    d = sb.derive(graph)
    made = fact_bridge(d, name)
    assert made is not None and made.intro is not None
    fact, chain = made.rows
    assert (text(fact.left), [text(s) for s in fact.sides]) == (total, [value])
    assert [text(s) for s in chain.sides[-2:]] == [before, end]
    assert made.intro.key.startswith("bridge.zero" if value == "0" else "bridge.one")
    assert report(d, made).ok
    spoiled = replace(made, rows=(replace(fact, sides=(number(3),)), chain))
    assert not report(d, spoiled).ok
    assert not report(d, replace(made, rows=(fact, replace(chain, sides=(*chain.sides, fact.left))))).ok


@pytest.mark.parametrize("graph", [
    "z: k; p: k; q = softmax(z); L = -sum(p*log(q))",  # p adds up to anything
    "x: n; g: n; c: scalar; r = x - c; v = mean(r**2); s = sqrt(v); y = r/s; L = g @ y",
    "A: n x n symmetric; x: n; L = x @ A @ x",
])  # fmt: skip
def test_without_the_fact_there_is_no_line(graph: str) -> None:
    d = sb.derive(graph)
    assert not any(fact_bridge(d, n) for n in d.backward.adjoints)


def test_a_hessian_says_through_what_the_gradient_depends() -> None:
    for graph, wrt, key, rows in (
        (BCE, "w", "hessian.moves", {"p": "diag(p ⊙ (1 − p)) X"}),
        ("X: n x d; y: n; w: d; r = X @ w - y; L = (r @ r + w @ w)/2", "w", "hessian.moves_too", {"r": "X"}),
        ("z: n; y: label n; L = cross_entropy_logits(z, y)", "z", "hessian.intro", {}),
    ):
        d = sb.derive(graph)
        (section,) = outline(d, Options(("hessian",), hessian=(wrt,))).sections
        first = section.blocks[0]
        assert isinstance(first, Equations) and first.intro is not None and first.intro.key == key
        found = {r.key.split(".")[-1]: text(r.sides[-1]) for r in first.rows}
        assert not rows or found == rows
        assert all(report(d, b).ok for b in section.blocks if isinstance(b, Equations))


def report(d: sb.Derivation, made: Equations) -> Report:
    return verify_page(d, Page((Section("bridges", None, (made,)),)))
