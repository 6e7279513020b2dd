"""An emitted function refuses arrays that are not what was declared, in one sentence; what is, passes."""

from __future__ import annotations

import numpy as np
import pytest

import symbackprop as sb

GRAPH = """x: n; W: m x n; t: scalar; y: m label k; S: m x k
L = sum((W @ x)**2)*t + sum(cross_entropy_logits(S, y))"""
FITTING = {"x": np.ones(3), "W": np.ones((2, 3)), "t": 2.0, "y": [0, 4], "S": np.ones((2, 5))}
REFUSED = {
    "a column for a vector": ("x", np.ones((3, 1)), r"x is declared n, given .* \(3, 1\)"),
    "a row for a vector": ("x", np.ones((1, 3)), r"x is declared n, given .* \(1, 3\)"),
    "a number for a vector": ("x", 3.0, r"x is declared n, given .* \(\)"),
    "another size": ("x", np.ones(4), r"W is declared m x n, .*\(2, 4\), given .* \(2, 3\)"),
    "a transpose": ("W", np.ones((3, 2)), r"W is declared m x n, .*\(3, 3\), given .* \(3, 2\)"),
    "an axis too many": ("W", np.ones((2, 3, 1)), r"W is declared m x n, given .* \(2, 3, 1\)"),
    "a vector for a number": ("t", np.ones(1), r"t is declared scalar, given .* \(1,\)"),
    "no classes": ("S", np.ones((2, 0)), r"S is declared m x k"),
    "complex numbers": ("x", np.ones(3) * 1j, r"x is declared n and real, given dtype complex128; take x"),
    "a complex scalar": ("t", 1 + 0j, r"t is declared scalar and real, given dtype complex128"),
    "complex single": ("W", np.ones((2, 3), "F"), r"W is declared m x n and real, .* complex64"),
    "objects": ("x", np.ones(3, object), r"x is declared n and real, given dtype object"),
    "None among numbers": ("x", [1.0, None, 2.0], r"x is declared n and real, given dtype object"),
    "texts": ("x", ["1", "2", "3"], r"x is declared n and real, given dtype <U1"),
    "days": ("x", np.ones(3, "M8[D]"), r"x is declared n and real, given dtype datetime64"),
    "complex labels": ("y", [0j, 1], r"y is declared m and real, given dtype complex128"),
    "half a label": ("y", [0, 2.5], r"y holds labels, whole numbers from 0 to 4, given \[0\.  2\.5\]"),
    "a negative label": ("y", [0, -1], r"y holds labels, whole numbers from 0 to 4"),
    "a label beyond the classes": ("y", [0, 5], r"y holds labels, whole numbers from 0 to 4"),
    "truth for a label": ("y", [True, False], r"y holds labels"),
    "one label for many": ("y", 3, r"y is declared m, given .* \(\)"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    name, given, said = REFUSED[case]
    f = sb.derive(GRAPH).compile()
    with pytest.raises(ValueError, match=said):
        f(**{**FITTING, name: given})


def test_what_is_declared_passes() -> None:
    f = sb.derive(GRAPH).compile()
    found = f(**FITTING)
    assert found["x"].shape == (3,) and found["W"].shape == (2, 3)
    lists = f(**{**FITTING, "x": [1, 1, 1], "W": [[1] * 3, [1] * 3]})
    assert lists["L"] == found["L"]
    for kind in ("b", "u1", "i4", "f2", "f4", "g", "?"):
        assert np.isclose(f(**{**FITTING, "x": np.ones(3, kind)})["L"], found["L"], rtol=1e-15), kind


RECURRENCE = """t: 1..T; x[t]: d; W: m x d; U: m x m
h[t] = tanh(W @ x[t] + U @ h[t-1]); l[t] = sum(h[t]**2); L = sum(l[t], over=t)"""


def test_steps_are_the_first_axis() -> None:
    f = sb.derive(RECURRENCE).compile()
    given = {"x": np.ones((5, 3)), "W": np.ones((2, 3)), "U": np.ones((2, 2)), "h_0": np.zeros(2)}
    assert f(**given)["x"].shape == (5, 3)
    with pytest.raises(ValueError, match="x is declared T x d"):
        f(**{**given, "x": np.ones(3)})
    with pytest.raises(ValueError, match=r"h_0 is declared m, given .* \(2, 1\)"):
        f(**{**given, "h_0": np.zeros((2, 1))})


def test_a_size_inside_a_sum_follows_from_the_axis() -> None:
    f = sb.derive("x: 2*n + 2; L = sum(x[1:]**2)*n").compile()
    assert f(x=np.ones(6))["L"] == 10
    with pytest.raises(ValueError, match=r"x is declared 2\*n \+ 2, .*\(6,\), given .*\(7,\)"):
        f(x=np.ones(7))


def test_an_error_signal_has_the_shape_of_its_node() -> None:
    f = sb.derive("x: n; y = tanh(x)").compile()
    assert f(x=np.ones(3), y_bar=np.ones(3))["x"].shape == (3,)
    with pytest.raises(ValueError, match="y_bar is declared n"):
        f(x=np.ones(3), y_bar=np.ones((3, 1)))
    with pytest.raises(ValueError, match="y_bar is declared n and real, given dtype complex128"):
        f(x=np.ones(3), y_bar=np.ones(3) * (1 + 1e-20j))
