"""Programs of array primitives: what is shared, what is never built, what a caller may rely on."""

from __future__ import annotations

import itertools
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.__main__ import parser
from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.call_arguments import arguments
from symbackprop.emit.targets import TARGETS
from symbackprop.numeric.points import backward_values, forward, generic_point, seeded
from tests.emit.odd_program_rows import ROWS
from tests.graphs import GRAPHS
from tests.random_graphs import EVERYTHING, random_graph

LARGE = 20_000  # an array of its square takes 3.2 GB
ROOM = 1_500_000_000


def point(d: Derivation, seed: int) -> dict[str, Any]:
    at = seeded(d.backward, generic_point(d.graph, 1, seed), seed)
    return arguments(d, backward_values(d.backward, forward(d.graph, at)))


@contextmanager
def little_memory() -> Iterator[None]:
    """At most so much more than what is used now."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as pages:
        now = int(pages.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + ROOM, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


QUADRATIC = {
    "slices": "x: n; L = sum(100*(x[1:] - x[:-1]**2)**2)",
    "pieces": "x: n; y: n; L = sum(concat(x, y)**3)",
    "rows": "X: n x 3; Y: 2 x 3; C = concat(X, Y, axis=0); L = sum(tanh(C))",
    "an entry": "x: n; L = x[0]**2 + sum(x)",
    "running sums": "x: n; L = sum(cumsum(x)**2)",
    "rows at labels": "E: n x 2; y: 3 label n; L = sum(embedding(E, y)**2)",
    "scores of labels": "Z: 2 x n; y: 2 label n; L = sum(cross_entropy_logits(Z, y))",
    "the largest": "x: n; L = max(x)**2",
    "a diagonal": "x: n; V: n x 2; L = sum((diag(x) @ V)**2)",
    "windows": "x: 1 x n; f: 2 x 1 x 3; L = sum(conv1d(x, f)**2)",
    "pooled": "x: 2*n; L = sum(max_pool1d(reshape(x, 1, 2*n))**2)",
    "averages": "x: 2*n; L = sum(avg_pool1d(reshape(x, 1, 2*n))**2)",
}


@pytest.mark.parametrize("name", QUADRATIC)
def test_nothing_quadratic_is_built(name: str) -> None:
    d = sb.derive(QUADRATIC[name])
    assert d.verify().ok
    f, rng = d.compile(), np.random.default_rng(3)
    shapes = {n: [s.value({"n": LARGE}) for s in d.graph.symbol[n].shape] for n in d.graph.inputs}
    given = {n: rng.normal(size=s) for n, s in shapes.items()}
    if "y" in given and d.graph.symbol["y"].symbol.labels:  # type: ignore[union-attr]
        given["y"] = rng.integers(0, LARGE, shapes["y"])
    with little_memory():
        found = f(**given)
    assert all(np.all(np.isfinite(v)) for v in found.values())


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("seed", range(2))
def test_odd_programs_are_verified(name: str, seed: int) -> None:
    report = sb.derive(ROWS[name]).verify(seed=seed)
    assert report.ok and report.code, report.failures


def test_a_quadratic_array_would_be_seen() -> None:
    f = sb.derive("x: n; L = sum(outer(tanh(x), x)**2 + outer(x, x))").compile()
    with little_memory(), pytest.raises(MemoryError):
        f(x=np.ones(LARGE))


@pytest.mark.parametrize("name", GRAPHS)
def test_arguments_stay_and_results_are_apart(name: str) -> None:
    """No argument is changed, no result shows the memory of an argument or of another result."""
    d = sb.derive(GRAPHS[name])
    f, at = d.compile(), {n: np.array(v) for n, v in point(d, 5).items()}
    before = {n: v.copy() for n, v in at.items()}
    found = f(**at)
    assert all(np.array_equal(at[n], before[n]) for n in at)
    arrays = [(n, v) for n, v in found.items() if isinstance(v, np.ndarray)]
    for n, v in arrays:
        assert v.flags.writeable, n
        assert not any(np.shares_memory(v, a) for a in at.values()), n
    for (n, v), (m, w) in itertools.combinations(arrays, 2):
        assert not np.shares_memory(v, w), (n, m)
    assert all(np.array_equal(f(**at)[n], v) for n, v in found.items())


@pytest.mark.parametrize("seed", range(12))
def test_random_graphs_keep_apart(seed: int) -> None:
    d = sb.derive(random_graph(seed, 6, EVERYTHING))
    at = {n: np.array(v) for n, v in point(d, seed).items()}
    found = {n: v for n, v in d.compile()(**at).items() if isinstance(v, np.ndarray)}
    for v, w in itertools.combinations((*found.values(), *at.values()), 2):
        assert not np.shares_memory(v, w) or any(v is a for a in at.values())


@pytest.mark.parametrize("name", GRAPHS)
def test_single_precision_stays(name: str) -> None:
    d = sb.derive(GRAPHS[name])
    at = point(d, 6)
    single = {n: v.astype(np.float32) if np.asarray(v).dtype.kind == "f" else v for n, v in at.items()}
    assert {np.asarray(v).dtype for v in d.compile()(**single).values()} == {np.dtype(np.float32)}


def test_order_keyword_or_mapping() -> None:
    f = sb.derive("X: n x d; w: d; L = sum((X @ w)**2)").compile()
    X, w = np.arange(6.0).reshape(2, 3), np.ones(3)
    want = f(X=X, w=w)["L"]
    assert f(X, w)["L"] == f(X, w=w)["L"] == f({"X": X, "w": w})["L"] == want
    for wrong, said in (
        (lambda: f(X), "w is missing, declared d"),
        (lambda: f(X, w, w), "3 arguments for 2"),
        (lambda: f(X, X=X, w=w), "X is given twice"),
        (lambda: f(X, w, v=w), "v is no input"),
    ):
        with pytest.raises(TypeError, match=said):
            wrong()


def test_equal_values_are_computed_once() -> None:
    """softmax and its slope share their exponentials; a head multiplies its matrix once."""
    text = "H: n x d; W: d x k; y: n label k; L = mean(cross_entropy_logits(H @ W, y))"
    code = sb.derive(text).source()
    work = code[code.index("def value_and_gradients") : code.index("def forward")]
    assert work.count("np.exp(") == work.count("H.dot(W)") == work.count("np.log(") == 1


def test_steps_that_wait_for_nothing_go_at_once() -> None:
    """Of a recurrence the loop holds what depends on the step before, nothing else."""
    text = """t: 1..T; x[t]: n x d; W: d x m; U: m x m; V: m x k; h0: n x m; h[0] = h0
    h[t] = tanh(x[t] @ W + h[t-1] @ U); o[t] = h[t] @ V; l[t] = sum(o[t]**2); L = sum(l[t], over=t)"""
    code = sb.derive(text).source()
    inside = [x for x in code.splitlines() if x.startswith("        ") and ".dot(" in x]
    assert not any("(W" in x or "(V" in x for x in inside) and any(".dot(U)" in x for x in inside)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", GRAPHS)
def test_every_target_is_python(target: str, name: str) -> None:
    compile(sb.derive(GRAPHS[name]).source(target), "<emitted>", "exec")


def test_an_unknown_target_is_refused() -> None:
    with pytest.raises(sb.SymbackpropError, match=r"no target `cobol`"):
        sb.derive("x: n; L = sum(x)").source("cobol")


def test_the_command_line_knows_every_target() -> None:
    assert all(parser().parse_args(["emit", "-", "--to", target]).to == target for target in TARGETS)
    with pytest.raises(SystemExit):
        parser().parse_args(["emit", "-", "--to", "cobol"])


@pytest.mark.parametrize("seed", range(3))
def test_states_whose_last_step_reads_another_at_its_last(seed: int) -> None:
    d = sb.derive(
        "t: 1..T; x[t]: d; A: d x d; U: d x d; s: d; e[0] = s; c[0] = s"
        "\nc[t] = tanh(A @ x[t] + U @ e[t-1]) + c[t-1]; e[t] = tanh(c[t]); L = sum(c[T]**2)"
    )
    assert d.verify(seed=seed).ok
