"""Ops put into each other, of one to four axes: what has a shape is derived, written and verified.

Nothing but an error of the family says that it has none.
"""

from __future__ import annotations

from random import Random

import pytest

import symbackprop as sb

SHAPES = {1: ("n", "5"), 2: ("n x d", "3 x 5"), 3: ("2 x 3 x 5",), 4: ("3 x 2 x 5 x 3",)}
OPS = (
    "tanh({x})", "{x}.T", "{x}.mT", "sum({x}, axis=0)", "sum({x}, axis=-1)", "mean({x}, axis=(0, 1))",
    "{x}*mean({x})", "sum({x}, axis=-1, keepdims=True)", "{x} - mean({x})", "max({x}, axis=0)",
    "max({x}, axis=-1)", "min({x})", "softmax({x})", "softmax({x}, axis=0)", "logsumexp({x})",
    "layernorm({x})", "rmsnorm({x})", "batchnorm({x})", "cumsum({x}, axis=0)",
    "normalize({x}, axis=-1)", "norm({x})", "norm({x}, axis=-1)", "frobenius({x})", "{x}[0]",
    "{x}[:, 0]", "concat({x}, {x})", "concat({x}, 2*{x}, axis=0)", "global_avg_pool({x})", "gram({x})",
    "{x} @ {x}.T", "{x} @ {x}.mT", "outer({x}, {x})", "diag({x})", "1/(1 + {x}**2)", "leaky_relu({x})",
    "instance_norm({x})", "argmax({x}, axis=-1)", "max_pool1d({x})", "avg_pool1d({x})",
    "upsample1d({x})", "permute({x}, (1, 0))", "permute({x}, (2, 0, 1))", "kron({x}, {x})", "vec({x})",
    "reshape({x}, -1)", "reshape({x}, 3, -1)", "reshape({x}, 1, -1)", "einsum('ij->ji', {x})",
    "einsum('i,i->', {x}, {x})", "einsum('ijk->kij', {x})", "{x} @ ones(5)", "trace({x} @ {x}.T)",
    "total_variation({x})", "windows1d({x})",
)  # fmt: skip


def outcome(text: str) -> str:
    """'holds', or 'refused' where the text has no graph or its output no derivative."""
    try:
        d = sb.derive(text)
    except sb.SymbackpropError:
        return "refused"
    for step in d:
        assert d[step.name].text() and d[step.name].latex()
    assert d.source() and d._repr_mimebundle_()
    report = d.verify()
    bad = [c for c in report.failures if "kink" not in c.reason]
    assert not bad, (text, bad[:3])
    return "holds"


@pytest.mark.parametrize("rank", SHAPES)
@pytest.mark.parametrize("part", range(3))
def test_two_ops(rank: int, part: int) -> None:
    """Every op inside another one; a third of them by chance, the seed is the part."""
    rng = Random(100 * rank + part)
    found = []
    for inner in rng.sample(OPS, len(OPS) // 3):
        x = inner.format(x="X")
        outer = rng.choice(OPS).format(x="H" if part == 1 else f"({x})")
        named = f"; H = {x}" if part == 1 else ""
        found.append(outcome(f"X: {rng.choice(SHAPES[rank])}{named}; L = sum(sin({outer}))"))
    assert found.count("holds") >= 2


WELL_TYPED = (  # each was an exception of Python, or one of ours that escaped
    "w: c; A: c x h x k; L = w @ global_avg_pool(A)",
    "X: n x d; L = sum(reshape(max(X, axis=1), n, 1)**2)",
    "A: 2 x 3 x 5; B: 2 x 3 x 7; L = sum(concat(A, B)**2)",
    "X: 3 x 2 x 5; L = sum(avg_pool1d(concat(X, X)))",
    "Q: 3 x 4; K: 5 x 4; V: 5 x 2; W: 2 x 2; L = sum(tanh(attention(Q, K, V @ W, heads=2)))",
    "X: 2 x 3 x 5 x 2; L = sum(sin(leaky_relu(global_avg_pool(X))))",
    "X: 2 x 3 x 5; h = exp(X); L = sum(tanh(softmax(h, axis=0)))",
    "X: 2 x 3 x 5; L = sum(sin(normalize(max(X, axis=0))))",
    "X: 3 x 5; L = sum(tanh(normalize(max_pool2d(X))))",
    "X: 2 x 3 x 5; L = sum(softmax(upsample1d(X))**2)",
    "X: 2 x 3 x 5; L = sum(log_softmax(X.mT)**2)",
    "X: 2 x 3 x 5; L = sum(norm(cumsum(X, axis=-1), axis=-1)**3)",
    "X: n x d; L = sum(sin(norm(sum(X, axis=-1, keepdims=True))))",
    "X: n x d; L = mse(sum(softmax(X, axis=0), axis=1), max(X, axis=1))",
    "A: n x d; L = logdet(A @ A.T)**2",
)  # fmt: skip


@pytest.mark.parametrize("text", WELL_TYPED)
def test_what_has_a_shape_holds(text: str) -> None:
    assert outcome(text) == "holds"


@pytest.mark.parametrize("sums", ["sigma", "ones"])
@pytest.mark.parametrize("vectors", ["row", "column"])
def test_in_every_notation(sums: str, vectors: str) -> None:
    c = sb.Convention(sums=sums, vectors=vectors)
    text = "X: n x d; W: d x k; u = softmax(sum(X @ W, axis=0)); L = sum(cumsum(u)**2)"
    d = sb.derive(f"{text} + sum(norm(X @ W, axis=1))", convention=c)
    assert all(d[s.name].text() for s in d)
    report = d.verify()
    assert report.ok, report.failures


def test_blocks_that_only_entries_say_are_refused() -> None:
    graph = "c: n; h = cumsum(c); L = sum(h**2)"
    assert sb.hessian(graph, wrt="c").text()
    with pytest.raises(sb.DeclarationError, match="no product of matrices says the block of c and c"):
        sb.hessian(graph, wrt=["c"]).text()
