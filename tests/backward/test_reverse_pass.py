"""The graph backwards: one δ per node as a sum over its uses, linear in the graph, without recursion."""

from __future__ import annotations

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.backward.preparation import prepare
from symbackprop.backward.reverse_pass import Backward, backward
from symbackprop.graph.graph_text import read
from symbackprop.numeric.points import backward_values, forward, generic_point, seeded


@pytest.mark.parametrize("count", [3000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_a_long_chain_needs_no_recursion(count: int) -> None:
    text = "x0: d\n" + "\n".join(f"x{i + 1} = tanh(x{i})" for i in range(count))
    d = sb.derive(f"{text}\nL = sum(x{count})", wrt=["x0"])
    assert len(d.backward.adjoints) == count + 1
    assert d["x0"].text().startswith("δx₁ ⊙ (1 − x₁ ⊙ x₁)")


SHARED = "x: 3; W: 3 x 3; h = tanh(W @ x); u = h + W @ h; L = sum(u*h)"


def at_a_point(b: Backward, seed: int) -> dict[str, np.ndarray]:
    """Every δ at a generic point, each from its own sum over the uses of its node."""
    p = forward(b.graph, seeded(b, generic_point(b.graph, 0, seed), seed))
    return {n: x for (n, _), x in backward_values(b, p).deltas.items()}


@pytest.mark.parametrize("seed", range(3))
def test_a_node_has_one_term_for_each_use(seed: int) -> None:
    b = backward(prepare(read(SHARED), "L", ("x", "W")))
    assert [u.consumer for u in b.adjoints["h"].uses] == ["L", "u"]
    assert {u.consumer for u in b.adjoints["W"].uses} == {"u", "h"}
    found = at_a_point(b, seed)
    p = forward(b.graph, generic_point(b.graph, 0, seed)).values
    h, u, W = p["h", 0], p["u", 0], p["W", 0]
    np.testing.assert_allclose(found["u"], h, rtol=1e-12)
    np.testing.assert_allclose(found["h"], u + h + W.T @ h, rtol=1e-12)
    inner = found["h"] * (1 - h * h)
    np.testing.assert_allclose(found["W"], np.outer(h, h) + np.outer(inner, p["x", 0]), rtol=1e-12)
    assert not np.allclose(found["h"], u + W.T @ h)  # a use that is forgotten would be seen


def test_a_graph_is_walked_once_however_many_paths_it_has() -> None:
    """2**60 paths over 61 nodes."""
    text = "x0: d\n" + "\n".join(f"x{i + 1} = x{i} * tanh(x{i})" for i in range(60))
    d = sb.derive(f"{text}\nL = sum(x60)", wrt=["x0"])
    assert len(d.backward.adjoints) == 61


BESIDE = [
    "X: 3; y = onehot(argmax(X**2))*X; L = sum(X**2)",
    "A: d x k x m; y = logsumexp(A, axis=1); L = sum(A**2)",
    "A: n x k x d; x: n; y = rmsnorm(A, axis=0); L = sum(x**2)",
    "A: n x c x l; B: c; y = B @ instance_norm(A); L = sum(B**2)",
]


@pytest.mark.parametrize("text", BESIDE)
def test_nodes_beside_the_output_are_written_as_those_before_it(text: str) -> None:
    d = sb.derive(text)
    assert "y" in str(d)
    assert d.verify().ok


def test_only_what_needs_a_name_beside_the_output_gets_one() -> None:
    """Near miss: a vector may stand in a function."""
    assert sb.derive("x: n; y = logsumexp(2*x); L = sum(x**2)").backward.prepared.named == ()
