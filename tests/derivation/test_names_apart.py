"""Names a derivation makes are none of the user's: graphs with symbols called like our own favourites."""

import random
import re

import pytest

import symbackprop as sb
from symbackprop.formula.printed_names import default_tex, spelled
from tests.emitted_values import emitted_differs
from tests.random_graphs import EVERYTHING, random_graph

FAVOURITES = "S S1 u1 p s r H q M1 dW dx np t k n e I x_bar".split()
MORE = (
    "S_1 P P1 Q R Z Sigma u v w a M T N m d z c y h W b i j v1 u_1 x x_0 y_bar sum range float erf view fold"
).split()
NAME = re.compile(r"\b(p\d+|q\d+|y[ndm][ndm]|[ndm]|L)\b")

# selectors, helpers, anonymous nodes, masks: what derivations name by themselves
MAKERS = [
    "p0: 2; p1: 2; p2: 4 x 2; q0 = concat(p0, p1); q1 = tanh(p2); L = sum((q1.T @ q0)**2)",
    "p0: 2; p1: 2; p2: 4 x 2; q0 = concat(p0, p1); L = sum(q0**2) + sum(p2)",
    "p0: n; p1: m; p2: n+m x d; q0 = concat(p0, p1); q1 = concat(q0, p1); L = sum((q0 @ p2)**2) + sum(q1)",
    "p0: n x d; p1: d; p2: d; q0 = layernorm(p0, p1, p2); L = sum(tanh(q0))",
    "p0: n x d; p1: d x d; q0 = softmax(p0 @ p1); L = sum(q0 * tanh(p0 @ p1 + q0))",
    "p0: n x d; p1: n x d; q0 = attention(p0, p1, p1, tri(n, n)); L = sum(q0**2)",
    "p0: n x d; p1: d x m; p2: m; q0 = sigmoid(tanh(p0 @ p1 + p2) * 2 + 1); L = sum(exp(-q0))",
    "p0: n x n; p1: n; q0 = inverse(p0 + eye(n)); L = sum((q0 @ p1)**2)",
    "p0: n; p1: n; p2: n x n; q0 = p0 + p1; q1 = p2 @ q0 + q0; L = logsumexp(q1)",
    "p0: n x d; p1: n label d; q0 = batchnorm(p0); L = cross_entropy_logits(q0, p1)",
    "p0: n x d; q0 = normalize(p0); L = sum(cumsum(q0)**2)",
    "p0: scalar; p1: n; q0 = sigmoid(p0 * p1); L = mean(q0**2) - p0",
]  # fmt: skip


def renamed(text: str, seed: int, pool: list[str]) -> str:
    """The graph with every symbol and size under a name of the pool."""
    rng = random.Random(seed)
    found = list(dict.fromkeys(NAME.findall(text)))
    chosen = dict(zip(found, rng.sample(pool, len(found)), strict=True))
    return NAME.sub(lambda m: chosen[m[0]], text)


def holds(text: str, seed: int) -> None:
    """derive works, inputs stay, names differ on paper, code and page are right."""
    g = sb.read(text)
    d = sb.derive(g)
    assert d.graph.inputs == g.inputs, text
    printed = [e.symbol.tex for e in d.graph.symbol.values() if e.symbol]
    assert len(set(printed)) == len(printed), text
    letters = {n.base for n in printed} | {spelled(default_tex(n)).base for n in g.sizes}
    assert not letters & set(d.convention.letters), text
    for trial in range(2):
        assert not emitted_differs(d, seed, trial), text
    report = d.verify(seed=seed)
    assert report.ok, (text, report.failures)


@pytest.mark.parametrize("seed", range(24))
def test_graphs_called_like_our_favourites(seed: int) -> None:
    holds(renamed(MAKERS[seed % len(MAKERS)], seed, FAVOURITES), seed)


@pytest.mark.parametrize("seed", range(24))
def test_graphs_called_like_anything(seed: int) -> None:
    holds(renamed(MAKERS[seed % len(MAKERS)], seed, MORE), seed)


@pytest.mark.parametrize("seed", range(16))
def test_random_graphs_called_like_our_favourites(seed: int) -> None:
    text = random_graph(seed, 3 + seed % 5, EVERYTHING)
    pool = FAVOURITES + [x for x in MORE if x not in ("S_1", "u_1", "M")]
    holds(renamed(text, seed, pool), seed)
