"""What does not move the output has the derivative 0, with the reason."""

from __future__ import annotations

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.sheet.sheet import write_html

GRADIENTS = {  # the graph, the variable, the form, the reason
    "a matrix": ("x: n; A: n x m; L = sum(x**2)", "A", "0_(n×m)", "L does not depend on A"),
    "a vector": ("A: n x n; x: n; L = trace(A)", "x", "0_(n×1)", "L does not depend on x"),
    "a number": ("x: n; s: scalar; Y = 2*x", "s", "0", "Y does not depend on s"),
    "a size": ("x: n; s: scalar; L = n + 0*s", "x", "0_(n×1)", "L does not depend on x"),
    "positions": ("x: n x m; Y = argmax(x, axis=1)", "x", "0_(n×m)", "Y knows x only through positions"),
    "a stack": ("x: n; A: 2 x 3 x 5; L = sum(x)", "A", "0", "L does not depend on A"),
    "0 in front": ("X: k x k; B: k x k; L = sum(X + 0*B)", "B", "0_(k×k)", "its terms add up to 0"),
    "steps": (
        "t: 1..T; x[t]: d; W: d x d; V: d x d; h[t] = tanh(W @ h[t-1] + x[t]); L = sum(h[T])",
        "V",
        "0_(d×d)",
        "L does not depend on V",
    ),
}


@pytest.mark.parametrize("what", GRADIENTS)
def test_gradients(what: str) -> None:
    graph, wrt, form, reason = GRADIENTS[what]
    d = sb.derive(graph, wrt=[wrt])
    assert d[wrt].text() == form
    assert d[wrt].reason.startswith(reason) and bool(d[wrt].reason) == bool(reason)
    assert reason in str(d)
    report = d.verify()
    assert report.ok, report.failures


def test_beside_others() -> None:
    d = sb.derive("x: n; A: n x m; L = sum(x**2)", wrt=["A", "x"])
    assert d["x"].text() == "2 x" and not d["x"].reason
    out = d.compile()(x=np.arange(3.0), A=np.ones((3, 5)))
    assert out["A"].shape == (3, 5) and not out["A"].any()


def test_jacobians() -> None:
    j = sb.jacobian("x: n; y: m; z = sin(x)", of="z", wrt="y")
    assert j.text() == "0_(n×m)" and j.reason == "z does not depend on y" and j.verify() == 0
    both = sb.jacobian("x: n; y: m; z = sin(x); w = cos(y)", of=["z", "w"], wrt=["x", "y"])
    assert both["z", "y"].reason == "z does not depend on y" and not both["w", "y"].reason
    assert "0_(n×m)" in both.text() and both.verify() < 1e-9
    assert sb.jacobian("A: k x k; x: k; s: scalar; Y = A @ x", "Y", "s").text() == "0_(k×1)"


def test_hessians() -> None:
    h = sb.hessian("x: n; y: m; L = sum(sin(x))", wrt="y")
    assert h.text() == "0_(m×m)" and h.reason == "L does not depend on y"
    blocks = sb.hessian("x: n; y: m; L = sum(sin(x))", wrt=["x", "y"])
    assert blocks["x", "y"].text() == "0_(n×m)" and blocks.verify() < 1e-9
    assert sb.hessian("x: n; c: n; L = c @ x", wrt="x").text() == "0_(n×n)"


@pytest.mark.parametrize(("language", "said"), [("en", "the derivative is 0"), ("de", "Die Ableitung ist 0")])
def test_a_page_says_why(language: str, said: str) -> None:
    d = sb.derive("x: n; A: n x m; L = sum(x**2)", wrt=["A", "x"])
    assert said in page_text(d, language)


CANCELS = [("en", "cancel for every value"), ("de", "heben sich für jeden Wert auf")]


@pytest.mark.parametrize(("language", "said"), CANCELS)
def test_a_page_says_what_cancels(language: str, said: str) -> None:
    assert said in page_text(sb.derive("x: n; L = sum(softmax(x))"), language)
    assert said not in page_text(sb.derive("x: n; L = sum(x**2)"), language)


def page_text(d: sb.Derivation, language: str) -> str:
    """A page as HTML, spaces alike."""
    sheet = sb.Sheet(
        name="zeros",
        title={"en": "Zeros", "de": "Nullen"},
        exercises=(sb.Exercise(answers=(sb.Derived(d.graph, of=d.of, wrt=d.wrt),)),),
    )
    return " ".join(write_html(sheet, sheet.verify(), language).split())
