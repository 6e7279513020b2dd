"""What adds to 1 by definition, and what a constant along the last axis leaves: found, and true."""

import random

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.graph.expr import Expr, apply, const, topological
from symbackprop.matrices import tidy as td
from symbackprop.matrices.tidy.normalised_values import normalises
from symbackprop.numeric.points import Point, evaluate
from symbackprop.vocabulary import OPS
from symbackprop.vocabulary.kinds import (
    ADD, EXP, LOG_SOFTMAX, LOGSUMEXP, PICK, SOFTMAX, SUBTRACT,
)  # fmt: skip

N, K = 3, 5
ADDING = ("softmax", "masked_softmax")


@pytest.mark.parametrize("name", sorted(OPS))
def test_exactly_these_ops_add_to_one(name: str) -> None:
    op = OPS[name]
    assert normalises(op) == (name in ADDING)
    if normalises(op):
        args = [sb.symbol(f"x{k}", N, K) for k in range(len(op.variants[0].arguments))]
        rng = np.random.default_rng(2)
        at = Point({}, {(f"x{k}", 0): rng.uniform(0.5, 2, (N, K)) for k in range(len(args))})
        e = apply(op, *args)
        assert np.allclose(evaluate(e, at).sum(-1), 1, rtol=1e-12)
        assert td.rows(e) is td.rows(apply(SOFTMAX, args[0]))
        assert td.total(e).number == N


x, z, Z, a, b = sb.symbol("x", K), sb.symbol("z", K), sb.symbol("Z", N, K), sb.symbol("a"), sb.symbol("b")
m, y = sb.symbol("m", N, 1), sb.symbol("y", labels=K)


def shift(e: Expr, rng: random.Random) -> Expr:
    """Some constant along the last axis put to an expression."""
    own = [a, a * b, const(3), apply(PICK, z, y)] + ([m, m * a] if e.rank == 2 else [])
    c = rng.choice(own)
    return apply(rng.choice((ADD, SUBTRACT)), e, c) if rng.random() < 0.7 else apply(ADD, c, e)


def point(seed: int) -> Point:
    rng = np.random.default_rng(seed)
    shapes = {"x": (K,), "z": (K,), "Z": (N, K), "a": (), "b": (), "m": (N, 1)}
    values = {(n, 0): rng.normal(size=s) for n, s in shapes.items()}
    return Point({}, {**values, ("y", 0): np.asarray(2)})


@pytest.mark.parametrize(
    "seed", [*range(8), *(pytest.param(k, marks=pytest.mark.slow) for k in range(8, 40))]
)
def test_constants_are_left_out(seed: int) -> None:
    rng = random.Random(seed)
    bare = rng.choice((x, Z, x - z, z * x))
    moved = bare
    for _ in range(rng.randint(1, 3)):
        moved = shift(moved, rng)
    for op in (SOFTMAX, LOG_SOFTMAX, LOGSUMEXP):
        e, at = apply(op, moved), point(seed)
        assert np.allclose(evaluate(td.tidy(e), at), evaluate(e, at), rtol=1e-10), op.name
    found = td.tidy(apply(SOFTMAX, moved))
    assert found is apply(SOFTMAX, td.tidy(bare))
    if bare.rank == 1:
        spelled = apply(EXP, moved) / td.total(apply(EXP, moved))
        assert td.tidy(spelled) is found


def test_what_is_not_constant_stays() -> None:
    for e in (x + z, Z + x, x * a, Z + Z * m):
        assert td.tidy(apply(SOFTMAX, e)).args[0] is td.tidy(e)
    assert td.tidy(apply(LOGSUMEXP, x * a + b)).op is ADD


# a graph, a variable, what its gradient says
SAID = [
    ("x: n; L = sum(softmax(x))", "x", "0"),
    ("Z: n x k; P = softmax(Z); L = sum(P @ ones(k))", "Z", "0"),
    ("Z: n x k; L = mean(sum(softmax(Z), axis=1))", "Z", "0"),
    ("z: n; m: n; L = sum(masked_softmax(z, m))", "z", "0"),
    ("z: n; r: n; p = softmax(z); L = p @ (r - p @ r)", "z", "0"),
    ("z: n; a: scalar; p = softmax(z); L = a*sum(p) + sum(p*z)", "z", "p + p ⊙ z − (zᵀ p) p"),
    ("z: n; p = softmax(z); L = -sum(p*log(p))", "z", "(log(p)ᵀ p) p − p ⊙ log(p)"),
    ("x: n; z: n; s = exp(z-max(z)); L = x @ (s/sum(s))", "z", "x ⊙ softmax(z) − (xᵀ softmax(z)) softmax(z)"),
    ("z: n; y: n; s = exp(z-max(z)); p = s/sum(s); L = -sum(y*log(p))", "z", "(Σ[i = 1…n] yᵢ) p − y"),
    ("z: n; y: n onehot; s = exp(z-max(z)); p = s/sum(s); L = -sum(y*log(p))", "z", "p − y"),
    ("z: n; m = max(z); L = m + log(sum(exp(z - m)))", "z", "softmax(z)"),
    ("w: n; y: n; z: n; h = sigmoid(z); L = -sum(w*(y*log(h)+(1-y)*log(1-h)))", "z", "w ⊙ (h − y)"),
    ("X: n x d; t: d; y: n; mu = exp(X @ t); L = sum(mu - y*log(mu))", "t", "Xᵀ (μ − y)"),
    ("t: n; y: n; L = sum(exp(t) - y*log(exp(t)))", "t", "exp(t) − y"),
]  # fmt: skip


@pytest.mark.parametrize(("graph", "wrt", "said"), SAID)
def test_gradients(graph: str, wrt: str, said: str) -> None:
    d = sb.derive(graph, wrt=wrt)
    assert d[wrt].text().partition("  with")[0].partition("_(")[0] == said
    assert d.verify(seed=5).ok


def test_another_normalisation_is_not_taken_for_one() -> None:
    """Other weights above than below."""
    for e in (apply(EXP, x) / td.total(apply(EXP, z)), apply(EXP, x - a) / td.total(apply(EXP, x))):
        assert SOFTMAX not in {n.op for n in topological(td.tidy(e))}


@pytest.mark.parametrize("graph", [
    "x: n; L = sum(softmax(x))", "x: n; L = sum(x - mean(x))", "x: n; L = (x @ x)/sum(x**2)",
    "x: n; a: n; L = sum((a - (a - x) - x)**2)", "X: n x d; L = trace(inverse(X.T @ X) @ X.T @ X)",
])  # fmt: skip
def test_a_gradient_of_0_has_a_reason(graph: str) -> None:
    d = sb.derive(graph, wrt=graph[0])
    assert d[graph[0]].reason == f"its terms add up to 0 for every {graph[0]}"
    assert d[graph[0]].reason in repr(d)


def test_another_gradient_has_none() -> None:
    assert sb.derive("x: n; L = sum(x)")["x"].reason == ""
