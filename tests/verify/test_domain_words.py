"""Domain words: where an input lies, by declaration; and which word would help where none is said."""

from __future__ import annotations

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.numeric.points import bind_sizes, generic_point

HOLDS = {
    "positive": lambda v: np.all(v > 0),
    "unit": lambda v: np.all((v > 0) & (v < 1)),
    "nonzero": lambda v: np.all(v != 0),
}


@pytest.mark.parametrize("word", HOLDS)
@pytest.mark.parametrize("shape", ["scalar", "n", "n x m"])
@pytest.mark.parametrize("seed", range(3))
def test_generic_values_are_in_the_domain(word: str, shape: str, seed: int) -> None:
    g = sb.read(f"x: {shape} {word}; L = sum(x**2)" if shape != "scalar" else f"x: scalar {word}; L = x**2")
    for trial in range(3):
        point = generic_point(g, trial, seed, bind_sizes(g, trial))
        assert HOLDS[word](point.values["x", 0])


@pytest.mark.parametrize("text", [
    "p: n unit; y: n; L = -sum(y*log(p) + (1 - y)*log(1 - p))",
    "p: n x m unit; L = sum(log(p/(1 - p)))",
    "x: n nonzero; L = sum(1/x)",
    "x: scalar nonzero; y: n; L = sum(y/x)",
    "p: n unit; L = sum(sqrt(1 - p**2))",
])  # fmt: skip
def test_what_a_word_makes_sayable_is_verified_and_compiled(text: str) -> None:
    d = sb.derive(text)
    assert d.verify().ok
    scope: dict[str, object] = {"__name__": "__main__"}
    exec(d.source(), scope)  # noqa: S102 - our own code; it tests itself, and exits where it fails


@pytest.mark.parametrize(("text", "said"), [
    ("x: n; L = sum(log(x))", "declare x `positive`"),
    ("x: n; y: n; L = sum(log(x)*y)", "declare x `positive`"),
    ("x: n; y: n; L = sum(log(x) + sqrt(y))", "declare x, y `positive`"),
    ("x: n; L = sum(log(x/(1 - x)))", "declare x `unit`"),
    ("x: n; L = sum(sqrt(x - 9))", "shift an input"),
])  # fmt: skip
def test_the_word_that_would_help_is_named(text: str, said: str) -> None:
    report = sb.derive(text).verify()
    assert not report.ok and said in str(report)
    assert len(str(report).splitlines()) == 2  # one reason, once


@pytest.mark.parametrize(("text", "by", "answer", "right"), [
    ("p: n unit; y: n; L = -sum(y*log(p) + (1 - y)*log(1 - p))", "p", "(p - y)/(p*(1 - p))", True),
    ("p: n unit; y: n; L = -sum(y*log(p) + (1 - y)*log(1 - p))", "p", "(p - y)/(p*(1 + p))", False),
    ("x: n nonzero; L = sum(log(abs(x)))", "x", "1/x", True),
    ("x: n nonzero; L = sum(log(abs(x)))", "x", "1/abs(x)", False),
])  # fmt: skip
def test_answers_over_a_domain(text: str, by: str, answer: str, right: bool) -> None:
    assert sb.check(text, by, answer).ok is right


@pytest.mark.parametrize("numbers", [[0.2, 1.5], [0.0, 0.5], [-0.1, 0.5]])
def test_numbers_outside_a_domain_are_refused(numbers: list[float]) -> None:
    with pytest.raises(sb.SheetError, match="declared unit"):
        _ = sb.Derived("x: 2 unit; L = sum(x*x)", at={"x": numbers}).page
