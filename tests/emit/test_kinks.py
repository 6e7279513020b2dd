"""What holds at kinks and ties is declared once, in emitted code and on the page alike."""

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.page.forward_section import conventions

# graph, variable, value, its gradient there, what the page says
AT = [
    ("x: d; L = sum(relu(x))", [0.0, 1.0], [0, 1], "relu"),
    ("x: d; L = sum(abs(x))", [0.0, -1.0], [0, -1], "relu"),
    ("x: d; L = sum(clip(x, 0, 1))", [0.0, 0.5, 1.0], [0, 1, 1], "relu"),
    ("x: d; L = sum(hardtanh(x))", [-1.0, 0.0, 1.0], [0, 1, 1], "kink"),
    ("x: d; L = max(x)", [2.0, 2.0, 1.0], [1, 0, 0], "ties"),
    ("x: d; L = min(x)", [3.0, 2.0, 2.0], [0, 1, 0], "ties"),
    ("x: d; y = x*1; L = sum(maximum(x, y) + 0*y)", [1.0, 2.0], [1, 1], "ties"),
    ("x: d; L = sum(minimum(x, ones(d)))", [1.0, 2.0], [1, 0], "ties"),
]


@pytest.mark.parametrize(("text", "value", "slope", "said"), AT)
def test_at_a_kink(text: str, value: list[float], slope: list[float], said: str) -> None:
    d = sb.derive(text, wrt=["x"])
    assert d.compile("numpy")(x=np.array(value))["x"].tolist() == slope
    assert f"convention.{said}" in {p.key for p in conventions(d)}


@pytest.mark.parametrize(
    "graph", ["x: d; L = norm(x)", "x: d; y: d; L = cosine(x, y)", "A: n x d; L = frobenius(A)"]
)
def test_norms_are_taken_of_something(graph: str) -> None:
    assert "convention.norm" in {p.key for p in conventions(sb.derive(graph))}
    assert "convention.norm" not in {p.key for p in conventions(sb.derive("x: d; L = sum(x**2)"))}


def test_the_functions_with_a_kink_are_named() -> None:
    (said,) = [p for p in conventions(sb.derive("v: d; L = sum(abs(v))")) if p.key == "convention.relu"]
    assert [latex(f) for _, f in said.values[0][1].values] == [r"\left|q\right|"]


def test_a_smooth_graph_says_nothing_of_kinks() -> None:
    said = {p.key for p in conventions(sb.derive("x: d; L = sum(tanh(x))"))}
    assert not said & {"convention.relu", "convention.kink", "convention.ties"}


def test_bounds_of_a_clip_are_numbers() -> None:
    with pytest.raises(sb.DeclarationError, match="a bound is a number"):
        sb.derive("x: d; a: scalar; L = sum(clip(x, 0, a))")
