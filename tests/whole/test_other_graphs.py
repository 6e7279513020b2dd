"""Other graphs than the worked ones: derived, every printed side verified, emitted, second order."""

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.derivation.derivation import Derivation
from symbackprop.numeric.points import Point, backward_values, forward, generic_point, seeded
from tests.graphs import GRAPHS
from tests.samples import sampled

CONVENTIONS = {
    "columns": sb.Convention(),
    "rows, bar, ones": sb.Convention(vectors="row", signal="bar", sums="ones"),
    "partial, numerator": sb.Convention(signal="partial", layout="numerator"),
    "denominator, sigma": sb.Convention(layout="denominator", sums="sigma"),
}


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("name", sampled(GRAPHS, 2))
def test_every_printed_side_and_every_gradient_holds(name: str, convention: str) -> None:
    report = sb.derive(GRAPHS[name], convention=CONVENTIONS[convention]).verify(seed=11)
    assert report.ok, report.failures
    assert report.max_rel_error < 1e-6
    assert report.points >= 3


def inputs_of(d: Derivation, p: Point, full: Point) -> dict[str, np.ndarray]:
    """A point as the arguments of emitted code: sequences stacked, initial states beside them."""
    out = {}
    for n in d.graph.inputs:
        s = d.graph.symbol[n].symbol
        assert s
        steps = range(1, p.length + 1) if s.time else ()
        out[n] = np.stack([p.values[n, t] for t in steps]) if s.time else p.values[n, 0]
    out |= {f"{n}_0": v for (n, t), v in p.values.items() if n in d.graph.definition and t == 0}
    if d.backward.seed.symbol:
        out[f"{d.of}_bar"] = full.deltas[d.of, 0]
    return out


@pytest.mark.parametrize("name", [n for n in GRAPHS if n != "two steps back"])
def test_emitted_code_agrees_with_the_derivation(name: str) -> None:
    d = sb.derive(GRAPHS[name])
    for trial in range(2):
        p = seeded(d.backward, generic_point(d.graph, trial, 5), 5)
        full = backward_values(d.backward, forward(d.graph, p))
        got = d.compile("numpy")(**inputs_of(d, p, full))
        for n in d.wrt:
            s = d.graph.symbol[n].symbol
            assert s
            steps = [full.deltas[n, t] for t in range(1, p.length + 1) if s.time]
            want = np.stack(steps) if s.time else full.deltas[n, 0]
            assert np.max(np.abs(got[n] - want)) <= 1e-11 * max(1.0, float(np.max(np.abs(want))))


@pytest.mark.parametrize(
    ("text", "wrt", "said"),
    [
        ("A: n x d; x: d; b: n; f = sum((A @ x - b)**2)", "x", "2 Aᵀ A"),
        ("x: n; A: n x n; f = x @ A @ x", "x", "Aᵀ + A"),
        ("X: n x d; w: d; y: n; u = X @ w; f = sum(softplus(u)) - y @ u", "w",
         "Xᵀ diag(σ(u) ⊙ (1 − σ(u))) X"),
        ("X: n x d; w: d; y: n; p = sigmoid(X @ w); f = -mean(y*log(p) + (1-y)*log(1-p))", "w",
         "(1/n) Xᵀ diag(p ⊙ (1 − p)) X"),
    ],
)  # fmt: skip
def test_hessians_in_the_form_one_would_write(text: str, wrt: str, said: str) -> None:
    h = sb.hessian(text, wrt=wrt)
    assert h.verify() < 1e-10
    assert sorted(h.text().split(" + ")) == sorted(said.split(" + "))


def test_jacobians() -> None:
    j = sb.jacobian("x: d; p = softmax(x)", wrt="x")
    assert j.text() == "diag(p) − p pᵀ"
    assert j.verify() < 1e-10
    relu = sb.jacobian("B: n x d; C = relu(B)", of="C", wrt="B")
    assert len(relu.shape) == 4
    assert relu.verify() < 1e-10
    with pytest.raises(sb.DeclarationError, match="no symbol"):
        sb.jacobian("x: d; y = tanh(x)", wrt="z")


def test_known_forms() -> None:
    d = sb.derive(GRAPHS["one-hot"])
    assert d["z"].text() == "p − y"
    d = sb.derive(GRAPHS["logistic"], wrt=["w"])
    assert d["w"].text() == "(1/n) Xᵀ (p − y)"
    d = sb.derive("x: d; W: m x d; b: m; y: m; L = sum((W @ x + b - y)**2)", wrt=["W"])
    assert d["W"].text() == "2 (W x + b − y) xᵀ"


def test_operators_build_the_same_graph_as_text() -> None:
    x, W = sb.symbol("x", "d"), sb.symbol("W", "m", "d")
    h = sb.named("h", sb.tanh(W @ x))
    built = sb.derive(sb.collect(L=sb.sum(h * h)), wrt=["W"])
    read = sb.derive("x: d; W: m x d; h = tanh(W @ x); L = sum(h * h)", wrt=["W"])
    assert built["W"].latex() == read["W"].latex()


@pytest.mark.parametrize("count", [2000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_long_chains(count: int) -> None:
    text = "x0: d\n" + "\n".join(f"x{i + 1} = tanh(x{i})" for i in range(count))
    d = sb.derive(f"{text}\nL = sum(x{count})", wrt=["x0"])
    assert len(list(d)) == count + 1
    e = sb.symbol("x", "d")
    for _ in range(count):
        e = sb.sin(e)
    assert sb.derive(sb.sum(e)).verify(trials=3).ok


def test_refused_variables_say_why() -> None:
    with pytest.raises(sb.DeclarationError, match="integer label"):
        sb.derive(GRAPHS["one label"], wrt=["y"])
    report = sb.derive("x: d; L = sum(log(x))").verify()
    assert not report.ok
    assert "positive" in report.failures[0].reason
    assert {c.verdict for c in report.failures} == {"not checkable"}


def test_same_graph_same_bytes() -> None:
    import subprocess
    import sys

    code = (
        "import symbackprop as sb; from tests.graphs import GRAPHS; "
        "print([d[n].latex() for d in map(sb.derive, GRAPHS.values()) for n in d.wrt])"
    )
    said = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                       env={"PYTHONHASHSEED": seed, "PYTHONPATH": ".", "PATH": ""}).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(said) == 1
