"""Fisher information of independent samples: against every combination of labels, and what is refused."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

import symbackprop as sb
from symbackprop import entries as en
from symbackprop.derivation.derivation import derive
from symbackprop.derivatives import independent_samples as independent
from symbackprop.derivatives.derivative import Derivative
from symbackprop.entries import Entries
from symbackprop.entries.contraction import multiplied_out
from symbackprop.entries.fold import fold
from symbackprop.entries.reference_values import Array, floats
from symbackprop.graph.expr import Expr
from symbackprop.numeric.points import Point, backward_values, forward, generic_point

ONE = "x: d; W: k x d; b: k; y: scalar label k; z = W @ x + b; p = softmax(z); L = -log(p[y])"
BITS = "X: n x d; w: d; b: scalar; y: n; p = sigmoid(X @ w + b);"

# graph, variable, label, probabilities, how it prints
CASES = {
    "sum of one-hot rows": (
        "X: n x d; W: d x k; b: k; Y: n x k onehot; P = softmax(X @ W + b); L = -sum(Y*log(P))",
        "b", "Y", "P", "diag(Pᵀ 𝟏ₙ) − Pᵀ P"),
    "mean over one-hot rows, by the weights": (
        "X: n x d; W: d x k; Y: n x k onehot; P = softmax(X @ W); L = -sum(Y*log(P))/n", "W", "Y", "P", None),
    "mean over labels": (sb.batch(ONE, ("x", "y")), "b", "y", "p", "(1/n) (diag(Pᵀ 𝟏ₙ) − Pᵀ P)"),
    "labels, by the weights": (sb.batch(ONE, ("x", "y"), total="sum"), "W", "y", "p", None),
    "bits": (f"{BITS} L = -sum(y*log(p) + (1 - y)*log(1 - p))", "w", "y", "p", "Xᵀ diag(p ⊙ (1 − p)) X"),
    "mean over bits": (
        "X: n x d; w: d; y: n; z = X @ w; p = sigmoid(z); L = mean(bce_logits(z, y))",
        "w", "y", "p", "(1/n) Xᵀ diag(p ⊙ (1 − p)) X"),
    "mean behind a layer": (
        "X: n x d; W: d x m; v: m; y: n; H = tanh(X @ W); p = sigmoid(H @ v)\n"
        "L = -mean(y*log(p) + (1 - y)*log(1 - p))", "W", "y", "p", None),
}  # fmt: skip


def made(name: str) -> Derivative:
    text, wrt, label, given, _ = CASES[name]
    return sb.fisher(text, wrt=wrt, label=label, given=given)


@pytest.mark.parametrize("name", CASES)
def test_it_is_verified_and_seen_to_fail(name: str) -> None:
    f, said = made(name), CASES[name][4]
    assert said is None or f.text() == said
    assert f.verify(seed=2) < 1e-10
    step = replace(f.step, result=en.scale(f.step.result, 2))
    wrong = replace(f, step=step, expr=None)
    with pytest.raises(sb.VerificationError, match="differs"):
        wrong.verify(seed=2)


@pytest.mark.parametrize("name", CASES)
def test_every_combination_of_labels(name: str) -> None:
    """Σ over all labels of their probability times the outer product of the gradient, for three samples."""
    text, wrt, label, given, _ = CASES[name]
    f = made(name)
    sizes = {s: {"n": 3, "d": 2, "k": 3, "m": 2}[s] for s in f.derivation.graph.sizes}
    point = forward(f.derivation.graph, generic_point(f.derivation.graph, 0, 4, sizes))
    tensors = {e: point.values[n, 0] for n, e in f.derivation.graph.symbol.items() if (n, 0) in point.values}
    here = fold(f.step.result, f.axes, floats({**tensors}, point.sizes))
    share = 3 if "mean" in name else 1
    assert np.allclose(
        here, share * enumerated(derive(text, wrt=[wrt]), wrt, label, given, point), rtol=1e-10
    )


def enumerated(d: sb.Derivation, wrt: str, label: str, given: str, point: Point) -> Array:
    chances = np.asarray(point.values[given, 0])
    chances = chances if chances.ndim == 2 else np.stack([1 - chances, chances], -1)
    total: Array = np.asarray(0.0)
    for labels in product(range(chances.shape[1]), repeat=len(chances)):
        drawn = np.array(labels)
        onehot = np.ndim(point.values[label, 0]) == 2
        inputs = {k: v for k, v in point.values.items() if k[0] in d.graph.inputs}
        inputs[label, 0] = np.eye(chances.shape[1])[drawn] if onehot else drawn
        moved = forward(d.graph, Point(point.sizes, inputs, {}, 0))
        slope = np.asarray(backward_values(d.backward, moved).deltas[wrt, 0])
        chance = np.prod(chances[np.arange(len(drawn)), drawn])
        total = total + chance * np.multiply.outer(slope, slope)
    return total


def test_a_lost_mean_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second moment of what holds a label is no covariance."""

    def moment(left: Entries, right: Entries, y: Expr, p: Expr, m: en.Index) -> Entries:
        c = en.Index("c0", p.shape[1])
        a, b = (independent.with_label(e, y, m, en.position(c)) for e in (left, right))
        return independent.summed(independent.product(en.elem(p, m, c), a, b), (m, c))

    monkeypatch.setattr(independent, "of_classes", moment)
    with pytest.raises(sb.VerificationError, match="differs"):
        made("mean over labels").verify()


REFUSED = {
    "does not have mean 0": f"{BITS} L = -sum(y*log(p) + (1 - y)*log(1 - p)) + sum(w**2)",
    "neither the sum nor the mean": f"{BITS} L = -sum(y*log(p) + (1 - y)*log(1 - p))/2",
    "different samples stand in one term": f"{BITS} L = sum(y*log(p) + (1 - y)*log(1 - p))**2",
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_is_no_likelihood_of_independent_samples_is_refused(said: str) -> None:
    with pytest.raises(sb.DeclarationError, match=f"{said}|neither the sum"):
        sb.fisher(REFUSED[said], wrt="w", label="y", given="p")


def test_brackets_keep_their_bound_letters() -> None:
    """Σ_k f(k) (g(k) + h(k)) opened: the k of the bracket is the k of the sum."""
    k = en.Index("k", sb.read("x: n; L = sum(x)").symbol["x"].shape[0])
    bracket = en.entries(en.Group(en.add(en.elem("g", k), en.elem("h", k))))
    e = en.Entries(tuple(replace(t, bound=(k,)) for t in en.multiply(en.elem("f", k), bracket).terms))
    opened = multiplied_out(e)
    assert [t.bound for t in opened.terms] == [(k,), (k,)]
    assert not en.free_indices(opened)
