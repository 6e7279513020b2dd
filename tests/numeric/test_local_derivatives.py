"""Local derivatives by complex step: what does not move is computed once, every entry is the right one."""

from __future__ import annotations

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.derivation import local_names
from symbackprop.formula.tree import Partial
from symbackprop.numeric import points
from symbackprop.numeric.local_values import local_values
from symbackprop.verify.generic_points import point_for
from symbackprop.verify.page_values import Names, Scene


def derivative(text: str, wrt: str) -> np.ndarray:
    """∂y/∂wrt of the node y at a point, all entries."""
    d = sb.derive(text)
    p = point_for(d, 0, 2, "complex")
    assert not isinstance(p, str)
    scope = local_names.of(d, local_names.Local("y", wrt))
    found = local_values(d, p, Scene(d, Names(d), p, 2).values, scope)
    value = found[Partial(scope.printed(scope.node), scope.tex)].array
    at = np.ix_(*map(np.arange, value.shape))
    return np.asarray(value[at])


@pytest.mark.parametrize("wrt", ["X", "W", "b"])
def test_entries_of_a_layer(wrt: str) -> None:
    text = "X: 3 x 2; W: 2 x 5; b: 5; y = X @ W + b; L = sum(y**2)"
    found = derivative(text, wrt)
    d = sb.derive(text)
    p = point_for(d, 0, 2, "complex")
    assert not isinstance(p, str)
    X, W, eye = p.values["X", 0], p.values["W", 0], np.eye
    right = {"X": np.einsum("im,qj->ijmq", eye(3), W), "W": np.einsum("im,jq->ijmq", X, eye(5)),
             "b": np.einsum("i,jm->ijm", np.ones(3), eye(5))}  # fmt: skip
    np.testing.assert_allclose(found, right[wrt], rtol=1e-14, atol=1e-14)


def test_a_number_as_variable() -> None:
    assert derivative("x: 3 x 2 x 2; s: scalar; y = x + s; L = sum(y)", "s").shape == (3, 2, 2)


def test_what_does_not_move_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, real = list[str](), points.value

    def counted(instance: object, *more: object) -> object:
        seen.append(str(getattr(instance, "inputs", "")))
        return real(instance, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(points, "value", counted)
    monkeypatch.setattr(points.node_values, "__kwdefaults__", {"number": float, "run": counted})
    d = sb.derive("X: 3 x 2; W: 2 x 7; b: 7; y = X @ W + b; L = sum(y**2)")
    p = point_for(d, 0, 2, "complex")
    assert not isinstance(p, str)
    scope = local_names.of(d, local_names.Local("y", "b"))
    found = local_values(d, p, Scene(d, Names(d), p, 2).values, scope)
    before = len(seen)
    np.asarray(found[Partial(scope.printed(scope.node), scope.tex)].array[np.ix_(*map(range, (3, 7, 7)))])
    assert len(seen) - before <= 7, "one sum for each column, no product"
