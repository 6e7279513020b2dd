"""Values written over what nobody reads any more: the same numbers, and nothing of a caller's is touched."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.call_arguments import arguments
from symbackprop.emit.code_names import parameters
from symbackprop.emit.emitted_module import Module
from symbackprop.emit.numpy_code import NUMPY
from symbackprop.emit.program import owned_buffers
from symbackprop.emit.program.array_kinds import INPUT
from symbackprop.emit.program.array_nodes import Node
from symbackprop.emit.targets import compile_source
from symbackprop.numeric.points import backward_values, forward, generic_point, seeded
from tests.emit.odd_program_rows import ROWS
from tests.graphs import GRAPHS
from tests.random_graphs import EVERYTHING, random_graph

REUSED = {
    "a layer": "x: n x d; W: d x m; b: m; L = sum(tanh(x @ W + b)**2)",
    "a view of what is read later": "x: n x d; H = x * x; L = sum(exp(H[1:]) * H[:-1]) + sum(tanh(H))",
    "a view with a name": "x: n x m; R = reshape(x * x, n*m); L = sum(tanh(R)**2) + sum(exp(x * x))",
    "beside its transpose": "X: n x n; S = X @ X; T = S + S.T; L = sum(tanh(S - 2*T.T))",
    "twice in one line": "x: n x d; W: d x d; h = x @ W; L = sum(h * (1 - h**2) * exp(h))",
    "again in a later step": "A: n x n; B: n x n; V: n x n; P = softmax(A @ B); L = sum((P @ V)**2)",
    "a result on the way": "x: n x d; W: d x d; L = tanh(x @ W)",
    "larger than an argument": "x: n; A: n x n; L = sum(exp(A @ x + A * 2) * (A @ x))",
    "behind labels": "y: n label k; W: k x d; V: d x d; z = onehot(y, k) @ W; L = sum(tanh(z @ V) - z)",
    "in a loop": "t: 1..T; x[t]: n x d; U: d x d\n"
    "h[t] = tanh(x[t] @ U + h[t-1]); L = sum(h[T]**2) + sum(U @ U)",
}  # fmt: skip


def given(d: Derivation, seed: int) -> dict[str, Any]:
    at = seeded(d.backward, generic_point(d.graph, 1, seed), seed)
    found = arguments(d, backward_values(d.backward, forward(d.graph, at)))
    return {n: np.array(v) for n, v in found.items()}


def both(d: Derivation, seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The results of code that writes over arrays, twice, and of code that makes each anew."""
    at = given(d, seed)
    for v in at.values():
        v.flags.writeable = False
    f = d.compile()
    first = f(**at)
    again = f(**at)
    m = Module(d, replace(NUMPY, written=None))
    apart = compile_source(m.text(m.joint()))(**at)
    assert all(np.array_equal(again[n], v, equal_nan=True) for n, v in first.items())
    return first, apart


def assert_equal(d: Derivation, seed: int) -> None:
    first, apart = both(d, seed)
    assert all(np.array_equal(apart[n], v, equal_nan=True) for n, v in first.items()), d.source()


@pytest.mark.parametrize("name", [*REUSED, *GRAPHS, *ROWS])
def test_values_written_over_others_are_the_same(name: str) -> None:
    assert_equal(sb.derive((REUSED | ROWS | GRAPHS)[name]), 7)


@pytest.mark.parametrize("name", [*REUSED, *GRAPHS])
def test_what_is_kept_for_the_backward_pass_stays(name: str) -> None:
    """`backward` may run twice on what `forward` kept, and gives what both passes in one give."""
    d = sb.derive((REUSED | GRAPHS)[name])
    at, f = given(d, 8), d.compile()
    want = f(**at)
    bar = parameters(d).seed
    seed = (at.pop(bar),) if bar else ()
    _, saved = f.forward(**at)
    before = [np.array(x) for x in saved]
    for gradients in (f.backward(saved, *seed), f.backward(saved, *seed)):
        assert all(np.allclose(v, want[n], rtol=1e-9, atol=1e-11) for n, v in gradients.items())
    assert all(np.array_equal(x, y) for x, y in zip(saved, before, strict=True))


@pytest.mark.parametrize(
    "seed", [*range(10), *(pytest.param(k, marks=pytest.mark.slow) for k in range(10, 60))]
)
def test_random_graphs_are_the_same(seed: int) -> None:
    assert_equal(sb.derive(random_graph(seed, 8, EVERYTHING)), seed)


def test_a_layer_uses_one_array() -> None:
    code = sb.derive(REUSED["a layer"]).source()
    assert re.search(r"(\w+) = x.dot\(W\)\n +\1 \+= b\n +\w+ = np.tanh\(\1, out=\1\)", code)


def test_a_label_takes_one_off_its_own_entry() -> None:
    d = sb.derive("H: n x d; W: d x k; y: n label k; L = mean(cross_entropy_logits(H @ W, y))")
    work = d.source().partition("def forward")[0]
    assert "[np.arange(n), y] -= 1" in work and "np.arange(k)" not in work
    assert d.verify().ok


def test_the_slope_of_a_convolution_lays_out_no_windows_of_its_own() -> None:
    work = sb.derive(ROWS["back to the signal"]).source().partition("def forward")[0]
    assert work.count("_windows(") == 2 and work.count("_fold(") == 2


def test_an_argument_that_is_written_over_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    d = sb.derive("x: n x d; y: n x d; s = x + y; L = sum(s * y)")
    monkeypatch.setattr(owned_buffers.Buffers, "steps", over_an_argument)
    with pytest.raises(ValueError, match="read-only"):
        both(d, 7)


def over_an_argument(self: owned_buffers.Buffers, n: Node) -> tuple[owned_buffers.Step, ...]:
    found = [a for a in n.args if a.kind is INPUT and a.shape == n.shape]
    return tuple(owned_buffers.Step(n, a) for a in found[:1] if n.kind in owned_buffers.WRITTEN)


def test_an_array_that_is_still_read_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owned_buffers.Buffers, "takes", too_early)
    first, apart = both(sb.derive("x: n x d; H = x * x; G = tanh(H); L = sum(G * H)"), 7)
    assert not all(np.array_equal(apart[n], v) for n, v in first.items())


def too_early(self: owned_buffers.Buffers, n: Node, made: Node, a: Node) -> bool:
    return a in self.uses.variables and a.shape == made.shape


def test_a_step_that_reads_what_is_gone_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owned_buffers.Buffers, "read_again", lambda *given: False)
    first, apart = both(sb.derive(REUSED["again in a later step"]), 7)
    assert not all(np.array_equal(apart[n], v) for n, v in first.items())
