"""What a notebook is given: text, LaTeX, HTML, and the graph as SVG."""

from xml.etree import ElementTree

import symbackprop as sb

NET = "x: d; W: m x d; h = tanh(W @ x); L = sum(h**2)"


def test_derivation_bundle() -> None:
    bundle = sb.derive(NET)._repr_mimebundle_()
    assert "∇" in bundle["text/plain"]
    assert "<math" in bundle["text/html"]
    assert bundle["text/latex"].startswith(r"\begin{gather*}")


def test_graph_bundle_draws_the_graph() -> None:
    bundle = sb.read(NET)._repr_mimebundle_()
    assert ElementTree.fromstring(bundle["image/svg+xml"]).tag.endswith("svg")
    assert "h = tanh(W x)" in bundle["text/plain"]


def test_expression_bundle() -> None:
    x = sb.symbol("x", "d")
    bundle = sb.softmax(x)._repr_mimebundle_()
    assert bundle["text/latex"] == r"$\operatorname{softmax}(x)$"
    assert "softmax" in repr(sb.softmax(x))
    assert sb.derive(NET)["W"]._repr_latex_().startswith("$")
