"""Decimals that were typed stay decimals; what is divided stays a fraction; long fractions are digits."""

from fractions import Fraction

import pytest

import symbackprop as sb
from symbackprop.formula.composing import decimal


@pytest.mark.parametrize("seed", range(50))
def test_digits_are_the_number(seed: int) -> None:
    x = Fraction(seed * seed * 37 + 1, 10 ** (seed % 9) * 2 ** (seed % 5))
    for numbers in ("fractions", "decimals"):
        digits = decimal(x, numbers)
        assert digits is None or Fraction(digits.digits) == x


def test_what_has_none() -> None:
    assert [decimal(Fraction(1, q), "decimals") for q in (1, 2, 3, 4, 7, 8, 15, 100000)] == [None] * 8
    assert decimal(Fraction(1, 10), "fractions") is None


@pytest.mark.parametrize(("graph", "said"), [
    ("x: n; L = sum(0.044715*x**3)", "0.134145 (x ⊙ x)"),
    ("x: n; L = sum(0.1*x**2 + 0.25*x)", "(1/4) 𝟏ₙ + 0.2 x"),
    ("x: n; L = sum(x**2)/10", "(1/5) x"),
    ("x: 10; L = mean(x**2)", "(1/5) x"),
    ("x: 10; L = mean(x)", "(1/10) 𝟏₁₀"),
    ("x: n; L = mean(0.3*x)", "(0.3/n) 𝟏ₙ"),
    ("x: n; L = -sum(0.3989422804*exp(x))", "−0.3989422804 exp(x)"),
    ("x: n; L = sum(leaky_relu(x))", "0.01 𝟏ₙ + 0.99 𝟏(x > 0)"),
    ("x: n; L = sum(selu(x))",
     "1.0507009873554805 𝟏(x > 0) + 1.7580993408473766 (exp(x − ReLU(x)) ⊙ (1 − 𝟏(x > 0)))"),
    ("x: n; L = sum(0.00001*x)", "10⁻⁵ 𝟏ₙ"),
    ("x: 2; L = 0.7*x[0] + 0.2*x[1]", "[0.7; 0.2]"),
])  # fmt: skip
def test_gradients(graph: str, said: str) -> None:
    d = sb.derive(graph)
    assert d["x"].text() == said
    report = d.verify(seed=4)
    assert report.ok, report.failures
