"""Generic points: away from what hides a mistake, and a function of their seed."""

from __future__ import annotations

import numpy as np

from symbackprop.graph import functions as fn
from symbackprop.graph.functions import collect
from symbackprop.numeric.points import Point, generic_point


def test_points_are_generic() -> None:
    """Away from 0 and 1, distinct primes, squares once, seeds matter."""
    g = collect(z=fn.symbol("a", "n", "m") @ fn.symbol("b", "m"))
    sizes = [generic_point(g, t, 0).sizes for t in range(3)]
    assert len(set(sizes[0].values())) == 2
    assert len(set(sizes[2].values())) == 1
    p = generic_point(g, 0, 0)
    assert isinstance(p, Point)
    assert not np.any(np.isin(p.values["a", 0], (0.0, 1.0)))
    assert np.any(generic_point(g, 0, 1).values["a", 0] != p.values["a", 0])
