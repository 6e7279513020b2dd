"""Domain words: where an input lies, by declaration; and which word would help where none is said."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.catalogue import phrase
from symbackprop.graph.domains import ROWS, domain_of, fact_sentence
from symbackprop.numeric.points import bind_sizes, generic_point

WORDS = [*ROWS, "in (0, 2)", "in (-1, 1)", "in (1, inf)", "in (-inf, -0.5)", "in (-inf, inf)"]
SHAPES = {"entries": "n x m", "rows": "n x m", "square": "n x n"}


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("seed", range(3))
def test_generic_values_are_in_the_domain(word: str, seed: int) -> None:
    row = domain_of(word)
    g = sb.read(f"x: {SHAPES[row.of]} {'' if word == 'real' else word}; L = sum(x**2)")
    for trial in range(3):
        for spread in (1.0, 25.0):
            value = generic_point(g, trial, seed, bind_sizes(g, trial), spread).values["x", 0]
            assert row.fits(value) and np.all(np.isfinite(value))


@pytest.mark.parametrize("word", WORDS)
def test_fractions_are_in_the_domain_and_stay_fractions(word: str) -> None:
    row, rng = domain_of(word), np.random.default_rng(5)
    x = np.vectorize(lambda a, b: Fraction(int(a), int(b)))(rng.choice([-3, -2, 1, 2], (3, 3)),
                                                            rng.integers(2, 7, (3, 3)))  # fmt: skip
    made = np.asarray(row.into(x), dtype=object)
    assert all(isinstance(v, int | Fraction) for v in made.flat)
    assert row.fits(made.astype(float))


@pytest.mark.parametrize("word", [w for w in WORDS if domain_of(w).whole])
def test_whole_numbers_stay_whole(word: str) -> None:
    made = np.asarray(domain_of(word).into(np.array([[2.0, -3.0, 1.0], [1.0, -1.0, 2.0], [-2.0, 1.0, -3.0]])))
    assert np.all(made == np.rint(made)) and domain_of(word).fits(made)


@pytest.mark.parametrize("word", WORDS)
def test_every_word_has_its_sentence(word: str) -> None:
    key, gaps = fact_sentence(word)
    for language in ("en", "de") if word != "real" else ():
        assert "X" in phrase(key, language, name="X", **gaps)


@pytest.mark.parametrize(("word", "numbers"), [
    ("posdiag", np.diag([1.0, -1.0])), ("posdet", np.diag([1.0, -1.0])), ("in (0, 2)", np.array([0.5, 2.5])),
    ("in (1, inf)", np.array([0.5])), ("posdef", -np.eye(2)), ("symmetric", np.array([[1.0, 2], [0, 1]])),
    ("onehot", np.array([1.0, 1.0])), ("distribution", np.array([0.5, 0.6])), ("nonzero", np.zeros(2)),
])  # fmt: skip
def test_other_numbers_do_not_fit(word: str, numbers: np.ndarray) -> None:
    assert not domain_of(word).fits(numbers)


@pytest.mark.parametrize("said", ["in (1, 0)", "in (a, b)", "in (0, 0)"])
def test_no_interval(said: str) -> None:
    with pytest.raises(sb.DeclarationError, match="no interval"):
        sb.read(f"x: n {said}; L = sum(x)")


@pytest.mark.parametrize("text", [
    "p: n unit; y: n; L = -sum(y*log(p) + (1 - y)*log(1 - p))",
    "p: n x m unit; L = sum(log(p/(1 - p)))",
    "x: n nonzero; L = sum(1/x)",
    "x: scalar nonzero; y: n; L = sum(y/x)",
    "p: n unit; L = sum(sqrt(1 - p**2))",
    "x: d in (-1, 1); L = sum(arctanh(x))",
    "x: d as \\xi in (1, inf); L = sum(arccosh(x)*log(log(x)))",
    "x: d in (0, 2); L = sum(log(2 - x)*sqrt(x))",
    "A: n x n posdet; L = log(det(A))",
    "A: n x n posdiag; L = sum(log(diagonal(A)))",
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
    ("x: n; L = sum(arccosh(x))", "declare x `in (1, inf)`"),
    ("A: n x n; L = sum(log(diagonal(A)))", "declare A `posdiag`"),
    ("A: m x m; L = sum(sqrt(A))", "declare A `positive`"),
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
