"""What an emitted module says of itself when it is run, and its passes apart."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.emit import compile_source
from symbackprop.emit.code_names import parameters
from tests.emit.odd_program_rows import ROWS
from tests.emit.test_programs import point
from tests.graphs import GRAPHS
from tests.random_graphs import EVERYTHING, random_graph

NET = "X: n x d; W: d x m; b: m; y: n label m; L = mean(cross_entropy_logits(tanh(X @ W) + b, y))"
DOMAINS = """p: n x d distribution; q: n x d onehot; S: d x d symmetric; A: d x d posdef; r: d positive
L = sum(q * log(p)) + trace(S @ S) + logdet(A) + sum(sqrt(r))"""
# graph, and what is put in the place of what: each a mistake that the module's own test must see
WRONG = [
    (NET, "'W': ", "'W': 1.001 * "),
    ("x: n; L = sum(x**4)", "4 * x**3", "4.001 * x**3"),
    ("X: n x d; w: d; y = tanh(X @ w)", "y_bar * (1 - y**2)", "y_bar * (1 + y**2)"),
    ("x: n; L = sum(exp(x))", "'x': x_bar", "'x': x_bar * 1.0001"),
    ("x: n; L = sum(exp(x))", "L_bar * ", "1.0001 * L_bar * "),
]


def own_test(text: str, target: str = "numpy") -> Any:
    return compile_source(sb.derive(text).source(target), target, name="_test")


@pytest.mark.parametrize("target", ["numpy", "array-api"])
@pytest.mark.parametrize("name", [*GRAPHS, *ROWS])
def test_every_module_holds_its_own_test(name: str, target: str, capsys: pytest.CaptureFixture[str]) -> None:
    with np.errstate(all="ignore"):
        own_test((GRAPHS | ROWS)[name], target)()
    assert capsys.readouterr().out.startswith("ok ")


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(k, marks=pytest.mark.slow) for k in range(3, 10))]
)
def test_modules_of_random_graphs(seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    with np.errstate(all="ignore"):
        own_test(random_graph(seed, 6, EVERYTHING))(seed)
    assert capsys.readouterr().out.count("\n") == 1


def test_facts_of_inputs_hold_where_they_are_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    own_test(DOMAINS)()
    assert capsys.readouterr().out.startswith("ok L: 5 gradients")


@pytest.mark.parametrize(("text", "right", "wrong"), WRONG)
def test_a_mistake_is_seen(text: str, right: str, wrong: str) -> None:
    code = sb.derive(text).source()
    damaged = code.replace(right, wrong)
    assert damaged != code
    with pytest.raises(SystemExit) as said:
        compile_source(damaged, name="_test")()
    assert "central differences" in str(said.value) or "apart" in str(said.value)


def test_run_as_a_program(tmp_path: Path) -> None:
    """One line and status 0; where it is wrong, status 1 and what differs."""
    path, code = tmp_path / "net.py", sb.derive(NET).source()
    for text, status, said in (
        (code, 0, "ok L: 3 gradients"),
        (code.replace("'W': ", "'W': 2 * "), 1, "the gradient"),
    ):
        path.write_text(text)
        done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=False)
        assert done.returncode == status and (done.stdout + done.stderr).startswith(said)


@pytest.mark.parametrize("name", GRAPHS)
def test_passes_apart_are_the_joint_function(name: str) -> None:
    d = sb.derive(GRAPHS[name])
    f, at = d.compile(), point(d, 7)
    want = f(at)
    bar = [at.pop(n) for n in [parameters(d).seed] if n]
    value, saved = f.forward(**at)
    got = {d.of: value, **f.backward(saved, *bar)}
    assert got.keys() == want.keys()
    assert all(np.allclose(got[n], v, rtol=1e-9, atol=1e-12) for n, v in want.items())
    if not bar:
        tripled = f.backward(saved, 3.0)
        assert all(np.allclose(tripled[n], 3 * got[n]) for n in tripled)


def test_what_backward_is_given_is_asked() -> None:
    f = sb.derive("X: n x d; w: d; y = tanh(X @ w)").compile()
    value, saved = f.forward(np.ones((2, 3), np.float32), np.ones(3, np.float32))
    assert value.dtype == f.backward(saved, np.ones(2))["w"].dtype == np.float32
    for wrong in (np.ones(3), np.ones((2, 1)), np.ones(2) * 1j):
        with pytest.raises(ValueError, match=r"y_bar is declared n"):
            f.backward(saved, wrong)
    with pytest.raises(TypeError):
        f.backward(saved)


@pytest.mark.parametrize("text", [
    "s: n x k; y: n label k; z = cross_entropy(softmax(s), y)",
    "s: n x k; e = exp(s); p = e/sum(e, axis=1, keepdims=True); y: n label k; z = cross_entropy(p, y)",
])  # fmt: skip
def test_calls_whose_parts_become_one_function(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert sb.derive(text).verify().code
    own_test(text)()
    assert capsys.readouterr().out.startswith("ok z")
