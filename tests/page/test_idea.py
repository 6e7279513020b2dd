"""The idea of a page: each sentence is said where it holds, not on the graph beside it, and is true."""

from __future__ import annotations

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.catalogue import LANGUAGES, phrase
from symbackprop.numeric.points import Point
from symbackprop.page.idea_section import ideas
from symbackprop.page.outline import outline
from symbackprop.page.page import Options
from symbackprop.verify.generic_points import point_for

RNN = "t: 1..T; x[t]: d; W: m x d; U: m x m; h[t] = tanh(W@x[t] + U@h[t-1])"
# sentence, a graph where it is said, a graph beside it where it is not
ROWS = [
    (
        "readers_only",
        "x: d; h = tanh(x); p = exp(h); q = sin(h); L = p@q",
        "x: d; h = tanh(x); p = exp(h); L = sum(p)",
    ),
    (
        "readers",
        "x: d; h = tanh(x); k = exp(h); p = k*h; q = sin(k); L = p@q",
        "x: d; h = tanh(x); p = exp(h); q = sin(h); L = p@q",
    ),
    (
        "residual",
        "x: d; W: d x d; y = x + relu(W@x); L = sum(y**2)",
        "x: d; W: d x d; y = x*relu(W@x); L = sum(y**2)",
    ),
    (
        "residual",
        "X: n x d; W: d x d; F = relu(X@W); Y = X + F; L = sum(Y**2)",
        "X: n x d; Z: n x d; W: d x d; F = relu(Z@W); Y = X + F; L = sum(Y**2)",
    ),
    (
        "residual",
        "X: n x d; W: d x d; F = relu(X@W); Y = X - F; L = sum(Y**2)",
        "X: n x d; W: d x d; F = relu(X@W); Y = F - X; L = sum(Y**2)",
    ),
    (
        "residual",
        "x: d; W: d x d; y = x + W@x; L = sum(y**2)",
        "x: d; W: d x d; y = 2*x + W@x; L = sum(y**2)",
    ),
    (
        "one_path",
        "x: d; W: m x d; h = tanh(W@x); L = sum(h**2)",
        "x: d; W: d x d; h = tanh(W@x); L = sum(h*x)",
    ),
    ("one_path", "x: d; h = tanh(x); L = sum(h**2)", "x: d; h = tanh(x); L = sum(h*exp(h))"),
    ("paths", "x: d; a = tanh(x); b = exp(x); L = a@b", "x: d; z: d; a = tanh(x); b = exp(z); L = a@b"),
    (
        "softmax_log",
        "o: n; y: label n; p = softmax(o); L = -log(p[y])",
        "o: n; y: label n; p = softmax(o); L = -p[y]",
    ),
    (
        "softmax_log",
        "o: n; y: label n; L = cross_entropy(softmax(o), y)",
        "o: n; y: label n; p = softmax(o); L = -log(p[y] + 1)",
    ),
    (
        "softmax_log",
        "S: n x k; y: n label k; P = softmax(S); L = mean(cross_entropy(P, y))",
        "S: n x k; y: n label k; P = softmax(S); L = mean(cross_entropy(P, y)) + sum(P**2)",
    ),
    (
        "sigmoid_log",
        "x: d; w: d; z = w@x; p = sigmoid(z); L = -log(p)",
        "x: d; w: d; z = w@x; p = sigmoid(z); L = (p - 1)**2",
    ),
    (
        "sigmoid_log",
        "X: n x d; w: d; y: n; p = sigmoid(X@w); L = -mean(y*log(p) + (1 - y)*log(1 - p))",
        "X: n x d; w: d; y: n; p = sigmoid(X@w); L = -mean(y*log(p) + (1 - y)*p)",
    ),
    (
        "maxpool",
        "x: c x 6 x 10; p = max_pool2d(x); L = sum(p**2)",
        "x: c x 6 x 10; p = avg_pool2d(x); L = sum(p**2)",
    ),
    (
        "avgpool",
        "x: c x 6 x 10; p = avg_pool2d(x); L = sum(p**2)",
        "x: c x 6 x 10; p = max_pool2d(x); L = sum(p**2)",
    ),
    (
        "filter",
        "x: c x 7 x 5; F: k x c x 3 x 2; y = conv2d(x, F); L = sum(y**2)",
        "x: c x 7 x 5; F: k x c x 3 x 2 positive; y = avg_pool2d(x); L = sum(y**2)*sum(F)",
    ),
    ("norm_vector", "x: d; v: d; y = layernorm(x); L = y@v", "x: d; v: d; y = rmsnorm(x); L = y@v"),
    (
        "norm_rows",
        "x: n x d; v: d; y = layernorm(x); L = sum(y@v)",
        "x: n x d; v: d; y = rmsnorm(x); L = sum(y@v)",
    ),
    (
        "norm_features",
        "x: n x d; v: d; y = batchnorm(x); L = sum(tanh(y)@v)",
        "x: n x d; v: d; y = layernorm(x); L = sum(tanh(y)@v)",
    ),
    (
        "norm_images",
        "x: n x c x 3 x 5; y = instance_norm(x); L = sum(tanh(y))",
        "x: n x c x 3 x 5; y = batchnorm(x); L = sum(tanh(y))",
    ),
    (
        "norm_scaled",
        "x: n x d; v: d; y = rmsnorm(x, eps=0); L = sum(y@v)",
        "x: n x d; v: d; y = rmsnorm(x); L = sum(y@v)",
    ),
    (
        "softmax_rows",
        "S: n x k; V: n x k; P = softmax(S); L = sum(P*V)",
        "S: n x k; V: n x k; P = exp(S); L = sum(P*V)",
    ),
    (
        "softmax_vector",
        "s: k; v: k; p = softmax(s); L = p@v",
        "s: k; y: label k; p = softmax(s); L = -log(p[y])",
    ),
    (
        "embedding",
        "E: v x d; t: n label v; w: d; H = embedding(E, t); L = sum(tanh(H@w))",
        "E: v x d; t: n label v; w: d; H = embedding(E, t); L = sum(tanh(H@w)) + sum(E**2)",
    ),
    ("time", f"{RNN}; L = sum(h[T]**2)", f"{RNN}; L = sum(h[T]**2) + sum(W**2)"),
    (
        "tied",
        "x: d; W: m x d; V: k x m; z = W@x; h = tanh(z); y = W.T@h; L = sum(tanh(y))",
        "x: d; W: m x d; V: d x m; z = W@x; h = tanh(z); y = V@h; L = sum(tanh(y))",
    ),
]


def keys(text: str) -> set[str]:
    d = sb.derive(text)
    return {p.key.removeprefix("idea.") for p in ideas(d, d.layers)}


@pytest.mark.parametrize(("key", "graph", "beside"), ROWS)
def test_a_sentence_is_said_where_it_holds_and_not_beside(key: str, graph: str, beside: str) -> None:
    assert key in keys(graph)
    assert key not in keys(beside)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_opens_with_its_idea(language: str) -> None:
    d = sb.derive(ROWS[0][1])
    title = phrase("section.idea", language)
    assert d.page(language).text().lstrip().startswith(title)


def test_no_page_opens_with_more_than_four_sentences() -> None:
    for _, graph, beside in ROWS:
        for text in (graph, beside):
            d = sb.derive(text)
            assert len(ideas(d, d.layers)) <= 4


# --- what the sentences claim, in numbers -------------------------------------------------------------------


def delta(text: str, name: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A value and its δ at a generic point; only one thing reads the name."""
    d = sb.derive(text)
    found = point_for(d, 0, seed, "complex", None)
    assert isinstance(found, Point)
    return np.asarray(found.values[name, 0]), np.asarray(found.deltas[name, 0])


GRAPHS = {(key, g): g for key, g, _ in ROWS}
# sentence, axes over which what comes back adds up to 0
SUMS = {"norm_vector": (0,), "norm_rows": (1,), "norm_features": (0,), "norm_images": (2, 3),
        "softmax_rows": (1,), "softmax_vector": (0,)}  # fmt: skip


@pytest.mark.parametrize("key", sorted(SUMS))
@pytest.mark.parametrize("seed", [3, 11])
def test_what_is_said_to_add_up_to_0_does(key: str, seed: int) -> None:
    for own, graph in GRAPHS:
        if own == key:
            name = graph.split(":")[0]
            _, back = delta(graph, name, seed)
            assert np.max(np.abs(back.sum(axis=SUMS[key]))) < 1e-10 < np.max(np.abs(back))


def test_what_is_said_to_be_orthogonal_is() -> None:
    with_eps = "x: n x d; v: d; y = rmsnorm(x, eps=0.1); L = sum(y@v)"
    for graph, holds in ((next(g for k, g, _ in ROWS if k == "norm_scaled"), True), (with_eps, False)):
        x, back = delta(graph, "x", 5)
        assert bool(np.max(np.abs((x * back).sum(axis=1))) < 1e-10) is holds


@pytest.mark.parametrize(("sections", "told"), [(("idea", "ledger"), False), (("idea", "gradients"), True)])
def test_gradients_are_spoken_of_where_they_stand(sections: tuple[str, ...], told: bool) -> None:
    d = sb.derive("t: 1..T; x[t]: d; W: m x d; h[t] = tanh(W @ x[t] + h[t-1]); L = sum(h[T]**2)")
    found = [s for s in outline(d, Options(sections)).sections if s.key == "idea"]
    assert ("idea.time" in repr(found)) == told
