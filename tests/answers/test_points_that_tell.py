"""Where floating point says nothing no answer passes: zeros, tiny values, equal branches; deep graphs end."""

from __future__ import annotations

import pytest

import symbackprop as sb
from tests.corpora.test_typed_answers import nested
from tests.limits import within_a_second

GAUSS = "x: n; L = sum(exp(-1000*x**2))"
STEEP = "x: n; L = sum(tanh(1000*x))"
GONE = "x: scalar; L = exp(-1e6*(1 + x**2))"
FLAT = "x: scalar; L = tanh(1e9*(1 + x**2))"
DEAD = "x: scalar; L = relu(-1 - x**2)"
TINY = "x: scalar; L = 1e-20*exp(x)"
CENTRED = "x: n; L = sum(x - mean(x))"

VERDICTS = [
    (GAUSS, "-2000 x .* exp(-1000 x.^2)", "correct"),  # 0 at every point around 1
    (GAUSS, "5 exp(-1000 x.^2)", "wrong"),
    (GAUSS, "0", "wrong"),
    (STEEP, "1000 (1 - tanh(1000 x).^2)", "correct"),
    (STEEP, "500 (1 - tanh(1000 x).^2)", "wrong"),
    (GONE, "-2e6 x exp(-1e6 (1 + x^2))", "correct"),  # 0 at every point there is: fractions decide
    (GONE, "3 exp(-1e6 (1 + x^2))", "unreadable"),
    (GONE, "0", "unreadable"),
    (GONE, "1 + x", "wrong"),
    (FLAT, "2e9 x (1 - tanh(1e9 (1 + x^2))^2)", "correct"),
    (FLAT, "1e9 x (1 - tanh(1e9 (1 + x^2))^2)", "unreadable"),
    (DEAD, "0", "correct"),
    (DEAD, "0 x", "correct"),
    (DEAD, "exp(-1e6 (1 + x^2))", "unreadable"),
    ("x: n; y: n; L = sum(y) + 0*sum(exp(x))", "0", "correct"),
    (TINY, "1e-20 exp(x)", "correct"),
    (TINY, "2e-20 exp(x)", "wrong"),
    (TINY, "0", "wrong"),
    ("x: scalar; L = exp(x) + 1e-20", "exp(x) + 1e-30", "wrong"),
    ("x: n; L = sum(softmax(x))", "0", "correct"),  # rounding leaves 1e-17
    ("x: n; L = sum(softmax(x))", "1e-12 x", "wrong"),
    (CENTRED, "0", "correct"),
    (CENTRED, "1e-12 x", "wrong"),
]  # fmt: skip


@pytest.mark.parametrize(("graph", "answer", "verdict"), VERDICTS)
def test_an_answer_is_judged_where_its_values_tell(graph: str, answer: str, verdict: str) -> None:
    found = sb.check(graph, "x", answer)
    assert found.verdict == verdict, (found.sentence(), found.detail)


@pytest.mark.parametrize("scale", ["1e-30", "1e-17", "1e-3", "1e3", "1e17"])
@pytest.mark.parametrize("f", ["exp(x)", "tanh(x)", "x**3", "sigmoid(x)*x"])
def test_a_factor_is_seen_at_every_scale(scale: str, f: str) -> None:
    slope = {"exp(x)": "exp(x)", "tanh(x)": "(1 - tanh(x)^2)", "x**3": "3 x^2",
             "sigmoid(x)*x": "(sigmoid(x) + x sigmoid(x) (1 - sigmoid(x)))"}[f]  # fmt: skip
    graph = f"x: scalar; L = {scale}*{f}"
    assert sb.check(graph, "x", f"{scale} {slope}").ok
    assert sb.check(graph, "x", f"{scale} * 1.000001 {slope}").verdict == "wrong"


BRANCHES = [
    ("x: n; L = sum(maximum(x, x))", "ones(n)", "3 ones(n)"),
    ("x: n; L = sum(maximum(x**2, x*x))", "2x", "x"),
    ("x: n; L = sum(minimum(x, x)**2)", "2x", "4x"),
    ("x: n; L = sum(abs(x - x) + x**2)", "2x", "2x + sign(x)"),
    ("x: n; L = sum(relu(relu(x)))", "[x > 0]", "[x < 0]"),
    ("x: n; L = sum(maximum(3*x, x + 2*x))", "3 ones(n)", "2 ones(n)"),
]


@pytest.mark.parametrize(("graph", "right", "wrong"), BRANCHES)
def test_branches_that_are_equal_have_no_kink(graph: str, right: str, wrong: str) -> None:
    assert sb.check(graph, "x", right).ok
    assert sb.check(graph, "x", wrong).verdict == "wrong"
    assert sb.derive(graph, wrt=["x"]).verify().ok


def test_a_wrong_answer_about_a_deep_graph_is_wrong_soon() -> None:
    graph = f"x: n; h = {nested('tanh({})', 30)}; L = sum(h)"
    with within_a_second(10):
        assert sb.check(graph, "x", "3 h").verdict == "wrong"
