"""Scalar functions: textbook forms of f' are claims, derived derivatives agree with differences."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import sympy

from symbackprop.entries.reference_values import scalar_value
from symbackprop.entries.scalar_functions import SCALARS, Scalar, expression, scalar_row
from symbackprop.entries.sympy_scalars import POLYGAMMA, X, derivative, to_sympy
from symbackprop.vocabulary import OPS

assert OPS  # the vocabulary declares the rows


@pytest.mark.parametrize("name", [n for n, row in SCALARS.items() if row.prime])
def test_stated_derivatives_are_sympys(name: str) -> None:
    """A textbook form is a claim: held against SymPy's derivative of the definition."""
    assert claim_error(SCALARS[name]) < 1e-12


POINTS = {"positive": [0.3, 0.7, 1.4, 1.9], "unit": [-0.8, -0.3, 0.4, 0.7], "above": [1.2, 1.7, 2.4, 3.9],
          "real": [-1.7, -0.6, 0.4, 1.3]}  # fmt: skip


def claim_error(row: Scalar) -> float:
    x = np.array(POINTS[row.domain])
    y = scalar_value(row.name, 0, x)
    claim = to_sympy(expression(row.prime)).subs(sympy.Symbol("y", real=True), sympy.Symbol("out"))
    given = sympy.lambdify((X, sympy.Symbol("out")), claim, modules=[OWN, "numpy"])(x, y)
    true = sympy.lambdify(X, derivative(row.name, 1), modules=[OWN, "numpy"])(x)
    return float(np.max(np.abs(np.asarray(given) - true) + np.zeros_like(x)))


OWN = {
    "step": lambda x: (x > 0).astype(float), "sign": np.sign,
    "erf": lambda x: scalar_value("erf", 0, np.asarray(x)), "held": lambda x: x,
    "polygamma": lambda n, x: scalar_value(POLYGAMMA[n], 0, np.asarray(x)),
}  # fmt: skip


def test_a_wrong_claim_is_caught() -> None:
    row = scalar_row("tanh")
    wrong = Scalar(row.name, prime="1 - y", sympy=row.sympy)
    assert claim_error(wrong) > 0.1


# what is held fixed has a slope by declaration; the last of the family of log gamma has none here
WITHOUT = {"stop_gradient": (1, 2), "tetragamma": (2,), "pentagamma": (1, 2)}


@pytest.mark.parametrize(("name", "order"), [
    (name, k) for name, k in product(SCALARS, (1, 2)) if k not in WITHOUT.get(name, ())
])  # fmt: skip
def test_derived_derivatives_by_differences(name: str, order: int) -> None:
    row = SCALARS[name]
    x = np.array([-1.3, 0.4, 0.9] if row.domain == "real" else POINTS[row.domain][:3])
    h = 1e-4
    slope = (scalar_value(name, order - 1, x + h) - scalar_value(name, order - 1, x - h)) / (2 * h)
    assert np.allclose(scalar_value(name, order, x), slope, rtol=1e-6, atol=1e-6)
