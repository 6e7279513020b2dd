"""What every loss takes and gives: the table of the reference, and a sentence on pages."""

from __future__ import annotations

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.catalogue import phrase
from symbackprop.entries.op import Op
from symbackprop.graph.function_help import example
from symbackprop.interfaces.reference_command import COMPOSED, given, reference
from symbackprop.numeric.points import evaluate, forward, generic_point
from symbackprop.vocabulary import losses

LOSSES = [op for op in vars(losses).values() if isinstance(op, Op) and op.name != "reparameterise"]
NOTED = {
    "X: n x d; W: d x k; y: n label k; L = mean(nll(X @ W, y))": "log_probabilities",
    "X: n x k; y: n label k; L = mean(focal(log_softmax(X), y))": "log_probabilities",
    "X: n x k; y: n label k; L = mean(cross_entropy_logits(softmax(X), y))": "scores",
    "x: n; t: n; L = bce_logits(sigmoid(x), t)": "scores",
    "X: n x k; y: n label k; L = mean(label_smoothing(X, y))": "scores",
    "p: n x k distribution; q: n x k distribution; L = mean(kl(p, q))": "probabilities",
}


@pytest.mark.parametrize("op", LOSSES, ids=lambda op: op.name)
def test_every_loss_says_what_it_takes(op: Op) -> None:
    assert op.takes and f"| `{op.name}` | {op.takes} |" in reference()


@pytest.mark.parametrize("op", [op for op in LOSSES if "all entries" in given(op)], ids=lambda op: op.name)
def test_a_mean_stays_and_a_sum_doubles_with_twice_the_samples(op: Op) -> None:
    names = [p.tensor for p in op.variants[0].arguments]
    words = {"gaussian_nll": " positive"}.get(op.name, "")
    text = "; ".join(f"{n}: len{words}" for n in names) + f"; L = {op.name}({', '.join(names)})"
    g = sb.read(text)
    one = forward(g, generic_point(g, 0, 3, {"len": 5}))
    values = {k: np.concatenate([v, v]) for k, v in one.values.items() if k[0] != "L"}
    two = forward(g, type(one)({"len": 10}, values, {}, 0))
    by = float(evaluate(g["L"], two) / evaluate(g["L"], one))
    assert by == pytest.approx(2 if "sum" in given(op) else 1)


@pytest.mark.parametrize("name", COMPOSED)
def test_losses_of_several_ops_are_in_the_table(name: str) -> None:
    assert f"| `{name}` | " in reference() and sb.read(example(name, None)).output == "L"


@pytest.mark.parametrize("graph", NOTED)
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_page_says_what_its_loss_takes(graph: str, language: str) -> None:
    said = phrase(f"convention.{NOTED[graph]}", language)
    assert said in " ".join(sb.derive(graph).page(language).text().split())


def test_cross_entropy_refuses_scores() -> None:
    with pytest.raises(sb.DeclarationError, match="not known to be probabilities"):
        sb.read("x: n x k; y: n label k; L = mean(cross_entropy(x, y))")
