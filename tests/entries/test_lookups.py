"""Entries that are only numbered anew are looked up: the same values as the sum over all of them has."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.entries.array_values import Lookup
from symbackprop.entries.long_values import lengthened
from symbackprop.entries.reference_values import Array
from symbackprop.numeric.points import Point, backward_values, forward, generic_point, seeded

GRAPHS = [
    "x: n x m; y = reshape(x, m, n); L = sum(y**3)",
    "x: n x m x k; y = reshape(x, n*m, k); z = reshape(y, n, m*k); L = sum(sin(z))",
    "x: n x 4*m; y = reshape(x, n, 2, 2*m); z = reshape(x*x, 4*n*m); L = sum(y**2) + sum(z)",
    "A: n x m; B: k x n; y = kron(A, B); L = sum(sin(y))",
    "A: n x m; y = vec(A); z = vec(A.T); L = sum(y*sin(z))",
    "X: n x k x 4; Y = max_pool2d(reshape(X, n, k, 2, 2), 2); L = sum(Y**2)",
    "x: n x n; y = reshape(x, n*n); L = sum(reshape(y*y, n, n) @ x)",
]


def values(text: str, change: Callable[[Array], Array]) -> Point:
    d = sb.derive(text)
    start = seeded(d.backward, generic_point(d.graph, 0, 3), 3)
    given = {k: change(v) for k, v in start.values.items()}
    return backward_values(d.backward, forward(d.graph, Point(start.sizes, given, start.deltas, 0)))


@pytest.mark.parametrize("text", GRAPHS)
@pytest.mark.parametrize("change", [lambda x: x, lambda x: x + 1e-3j, lambda x: lengthened(x, 40)])
def test_looked_up_is_summed_over(
    text: str, change: Callable[[Array], Array], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = values(text, change)
    monkeypatch.setattr(Lookup, "fits", lambda *_: False)
    whole = values(text, change)
    for a, b in ((quick.values, whole.values), (quick.deltas, whole.deltas)):
        assert a.keys() == b.keys()
        for key in a:
            assert np.shape(a[key]) == np.shape(b[key])
            assert np.all(np.abs(a[key] - b[key]) <= 1e-13 * np.max(np.abs(b[key]), initial=0))
