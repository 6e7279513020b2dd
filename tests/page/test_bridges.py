"""The lines that equals signs hide: printed where something cancels, evaluated, and not printed elsewhere."""

from __future__ import annotations

import pytest

import symbackprop as sb
from symbackprop.derivation import whole_layers
from symbackprop.errors import VerificationError
from symbackprop.formula.writing.text_writer import text
from symbackprop.graph.expr import Expr
from symbackprop.page.outline import outline
from symbackprop.page.page import Options
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


@pytest.mark.parametrize("graph", sampled(NORMS, 3))
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
