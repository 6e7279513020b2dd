"""Functions spelled with exponentials: their code is as finite as that of the function by its name."""

from __future__ import annotations

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.emit import steady_graph
from symbackprop.emit.steady_graph import steady

SPELLED = {  # a spelling of several nodes or one, and the function by its name
    "softmax": ("w @ (exp(x)/sum(exp(x)))", "w @ softmax(x)"),
    "softmax, times an inverse": ("w @ (exp(x)*sum(exp(x))**-1)", "w @ softmax(x)"),
    "softmax of three nodes": ("q = exp(x); s = sum(q); p = q/s; L = w @ p", "w @ softmax(x)"),
    "softmax of four nodes": ("z = x - max(x); q = exp(z); s = sum(q); p = q/s; L = w @ p", "w @ softmax(x)"),
    "softmax of a node": ("z = 2*x; q = exp(z); p = q/sum(q); L = p @ p", "softmax(2*x) @ softmax(2*x)"),
    "log of softmax": ("q = exp(x); s = sum(q); L = w @ log(q/s)", "w @ log_softmax(x)"),
    "logsumexp": ("q = exp(x); s = sum(q); L = log(s)", "logsumexp(x)"),
    "sigmoid": ("w @ (1/(1 + exp(-x)))", "w @ sigmoid(x)"),
    "sigmoid, the other way": ("w @ (exp(x)/(1 + exp(x)))", "w @ sigmoid(x)"),
    "sigmoid, times an inverse": ("w @ (exp(x)*(1 + exp(x))**-1)", "w @ sigmoid(x)"),
    "sigmoid of nodes": ("q = exp(-x); u = 1 + q; p = 1/u; L = w @ p", "w @ sigmoid(x)"),
    "softplus": ("w @ log(1 + exp(x))", "w @ softplus(x)"),
    "softplus of nodes": ("q = exp(x); u = 1 + q; L = w @ log(u)", "w @ softplus(x)"),
    "log of a sigmoid": ("w @ log(1/(1 + exp(-x)))", "w @ log(sigmoid(x))"),
}
POINTS = [[1000.0, -1000.0, 3.0], [-800.0, 0.5, 790.0], [0.1, -0.7, 1.3]]


def graph(body: str) -> str:
    return "w: n; x: n; " + (body if "L = " in body else f"L = {body}")


@pytest.mark.parametrize("name", SPELLED)
@pytest.mark.parametrize("x", POINTS)
def test_a_spelling_is_as_finite_as_the_function(name: str, x: list[float]) -> None:
    mine, known = (sb.derive(graph(body)) for body in SPELLED[name])
    wrt = [n for n in mine.wrt if n in known.wrt]
    given = {"x": np.array(x), "w": np.array([0.5, -2.0, 1.5])}
    given = {n: v for n, v in given.items() if n in mine.graph.inputs}
    with np.errstate(all="raise", under="ignore"):
        found, wanted = mine.compile()(**given), known.compile()(**given)
    for key in ("L", *wrt):
        np.testing.assert_allclose(found[key], wanted[key], rtol=1e-9, atol=1e-12, err_msg=key)


@pytest.mark.parametrize("body", ["tanh(x) @ w", "q = exp(x); L = w @ q", "w @ (x/sum(x*x))"])
def test_what_does_not_overflow_in_parts_stays(body: str) -> None:
    d = sb.derive(graph(body))
    assert steady(d) is d


def test_what_is_asked_for_between_is_kept() -> None:
    """By q itself, L is no function of x: its gradient by q goes through s."""
    d = sb.derive(graph("q = exp(x); s = sum(q); p = q/s; L = w @ p"), wrt=["q"])
    assert steady(d).wrt == ("q",) and d.verify().ok


def test_without_it_the_code_overflows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steady_graph, "recognised", lambda e, known: e)
    d = sb.derive(graph(SPELLED["softmax of three nodes"][0]))
    with np.errstate(all="ignore"):
        assert np.isnan(d.compile()(w=np.ones(3), x=np.array(POINTS[0]))["x"]).any()
