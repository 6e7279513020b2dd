"""σ(x) and σ(-x), sinh and cosh, exp and log, xᵀ x and ‖x‖: gradients as a teacher writes them, verified."""

from __future__ import annotations

import pytest

import symbackprop as sb

DECLARED = "x: n; y: n; a: n positive; A: n x n; s: scalar; "
SHORT = {
    ("sum(sigmoid(x) + sigmoid(-x))", "x"): "0_(n×1)",
    ("sum(softplus(x) - softplus(-x))", "x"): "𝟏ₙ",
    ("sum(logaddexp(x, 0*x))", "x"): "σ(x)",
    ("sum(log(1/(1+exp(-x))))", "x"): "1 − σ(x)",
    ("sigmoid(s) + sigmoid(-s)", "s"): "0",
    ("sum(log(cosh(x)))", "x"): "tanh(x)",
    ("sum(sinh(x)/cosh(x))", "x"): "𝟏ₙ − tanh(x)²",
    ("sum(sin(x)/cos(x) - tan(x))", "x"): "0_(n×1)",
    ("-sum(log(cos(x)))", "x"): "tan(x)",
    ("sum(cosh(x)**2 - sinh(x)**2)", "x"): "0_(n×1)",
    ("x @ x/norm(x)**2", "x"): "0_(n×1)",
    ("norm(x/norm(x))", "x"): "0_(n×1)",
    ("sum((x/norm(x))**2)", "x"): "0_(n×1)",
    ("sum(exp(2*log(a)))", "a"): "2 a",
    ("sum(exp(-log(a)))", "a"): "−𝟏ₙ ⊘ (a ⊙ a)",
    ("sum(a*log(exp(x)))", "a"): "x",
    ("sum((x + y)**2 - (x - y)**2)", "x"): "4 y",
    ("sum((3*x - y)**2 - 9*(x - y)**2)", "x"): "12 y",
    ("sum(A @ inverse(A) @ x)", "x"): "𝟏ₙ",
}


@pytest.mark.parametrize(("value", "wrt"), SHORT)
def test_gradients_are_short_and_hold(value: str, wrt: str) -> None:
    d = sb.derive(f"{DECLARED}L = {value}", wrt=[wrt])
    assert d[wrt].text() == SHORT[value, wrt]
    assert d.verify().ok


# almost the same: other arguments, other factors
OPEN = {
    ("sum(sigmoid(x) + sigmoid(-y))", "x"): "σ(x) ⊙ (1 − σ(x))",
    ("sum(softplus(x) + softplus(-y))", "y"): "−σ(−y)",
    ("x @ y/norm(x)**2", "x"): "(1/‖x‖₂²) y − ((2 (xᵀ y))/‖x‖₂⁴) x",
    ("sum(sinh(x)/cosh(y))", "x"): "cosh(x) ⊘ cosh(y)",
    ("sum((x + y)**2)", "x"): "2 (x + y)",
    ("sum(exp(x + log(a)))", "x"): "exp(x + log(a))",
}


@pytest.mark.parametrize(("value", "wrt"), OPEN)
def test_what_is_almost_so_stays(value: str, wrt: str) -> None:
    d = sb.derive(f"{DECLARED}L = {value}", wrt=[wrt])
    assert d[wrt].text() == OPEN[value, wrt]
    assert d.verify().ok
