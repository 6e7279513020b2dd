"""A printed `=` is exactly true, a printed `≈` has digits that are right; positions count from 1."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.derivation.equation import Phrase
from symbackprop.derivation.scopes import TRACE
from symbackprop.entries.long_values import POLYGAMMA
from symbackprop.entries.reference_values import scalar_value
from symbackprop.entries.scalar_functions import SCALARS
from symbackprop.errors import SheetError
from symbackprop.formula.evaluation.rationals import NotRational
from symbackprop.formula.tree import ZERO, Decimal, Formula, Minus, Number
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.numeric.exact_values import PRIMITIVE
from symbackprop.numeric.precise_values import function, rational_value, whole_root
from symbackprop.page.page import Equations, Page, Section
from symbackprop.page.printed_values import decimal, rounded
from symbackprop.verify.equality import verify_page
from symbackprop.verify.precise_lines import half_units

SCALAR = "x: scalar; f = "


def lines(graph: str, at: dict[str, object]) -> dict[str, str]:
    """Every line of given numbers: its sign and its last side, from a page that verifies."""
    made = sb.Derived(graph, at=at)
    report = verify_page(made.derivation, made.page)
    report.demand()
    return {eq.key: f"{eq.relation} {latex(eq.sides[-1])}" for eq in made.page.equations if eq.local is TRACE}


@pytest.mark.parametrize(
    ("definition", "x", "value", "slope"),
    [
        ("1e-14*x", 1, "= 10^{-14}", "= 10^{-14}"),
        ("2.5e-20*x", 3, r"= 7.5 \cdot 10^{-20}", r"= 2.5 \cdot 10^{-20}"),
        ("sigmoid(x)", 40, r"\approx 1.000", r"\approx 4.248 \cdot 10^{-18}"),
        ("sigmoid(x)", -40, r"\approx 4.248 \cdot 10^{-18}", r"\approx 4.248 \cdot 10^{-18}"),
        ("sigmoid(x)", 0, "= 0.5", "= 0.25"),
        ("tanh(x)", 30, r"\approx 1.000", r"\approx 3.503 \cdot 10^{-26}"),
        ("tanh(x)", 0, "= 0", "= 1"),
        ("exp(x)", -50, r"\approx 1.929 \cdot 10^{-22}", r"\approx 1.929 \cdot 10^{-22}"),
        ("exp(x) - exp(x)", 3, "= 0", "= 0"),
        ("1 + exp(x)", -40, r"\approx 1.000", r"\approx 4.248 \cdot 10^{-18}"),
        ("(1 + x) - 1", 1e-17, "= 10^{-17}", "= 1"),
        ("x + 1e-13", 2, r"\approx 2.000", "= 1"),
        ("sqrt(x)", 2.25, "= 1.5", r"\approx 0.3333"),
        ("sqrt(x)", 2, r"\approx 1.414", r"\approx 0.3536"),
        ("x/3", 1, r"\approx 0.3333", r"\approx 0.3333"),
        ("x/3", 6, "= 2", r"\approx 0.3333"),
        ("softplus(x)", -40, r"\approx 4.248 \cdot 10^{-18}", r"\approx 4.248 \cdot 10^{-18}"),
        ("123456.7*x", 0.1, "= 12345.67", "= 123456.7"),
        ("x*sqrt(2)", 10000, r"\approx 14142.1", r"\approx 1.414"),
        ("x*sqrt(2)", 10**9, r"\approx 1.414 \cdot 10^{9}", r"\approx 1.414"),
        ("cos(x)", 3.141592653589793, r"\approx -1.000", r"\approx -2.385 \cdot 10^{-16}"),
        ("relu(x)", 0, "= 0", "= 0"),
        ("log(x)", 1, "= 0", "= 1"),
    ],
)
def test_equal_is_exact(definition: str, x: float, value: str, slope: str) -> None:
    found = lines(SCALAR + definition, {"x": x})
    said = [found["trace.f"], found["trace.delta.x"]]
    assert [s.replace("≈", r"\approx") for s in said] == [value, slope]


def test_an_identity_is_exact_whatever_exp_is() -> None:
    found = lines("x: 3; p = softmax(x); L = sum(p)", {"x": [0.5, 1, 2]})
    assert found["trace.L"] == "= 1"
    assert found["trace.p"].startswith("≈")


def false(definition: str, x: float, side: Formula, relation: str = "=") -> Page:
    """A page that says something else of f."""
    made = sb.Derived(SCALAR + definition, at={"x": x})
    eq = next(e for e in made.page.equations if e.key == "trace.f")
    wrong = replace(eq, sides=(side,), relation=relation)
    section = Section("trace", Phrase("section.graph"), (Equations((wrong,)),))
    return Page((section,), made.page.functions, made.page.at)


@pytest.mark.parametrize(
    ("definition", "x", "side", "relation"),
    [
        ("1e-14*x", 1, ZERO, "="),
        ("sigmoid(x)", 40, Number(Fraction(1)), "="),
        ("sigmoid(x)", -40, ZERO, "≈"),
        ("1e-14*x", 1, Decimal("0.00000000000001001"), "≈"),
        ("x*sqrt(2)", 1, Decimal("1.4142135623730951"), "="),
        ("log(x)", 2, Minus(Decimal("0.6931")), "≈"),
        ("log(x)", 2, Decimal("0.6932"), "≈"),
    ],
)
def test_a_near_miss_is_caught(definition: str, x: float, side: Formula, relation: str) -> None:
    made = sb.Derived(SCALAR + definition, at={"x": x})
    assert not verify_page(made.derivation, false(definition, x, side, relation)).ok


@pytest.mark.parametrize(
    ("graph", "at", "name", "position"),
    [
        ("x: 3; k = argmax(x); y = x[k]", {"x": [1, 3, 2]}, "k", "= 2"),
        ("x: 3; k = argmin(x); y = x[k]", {"x": [1, 3, 2]}, "k", "= 1"),
        ("x: 3; y = max(x)", {"x": [1, 3, 2]}, "k", "= 2"),
        ("x: 3; y = min(x)", {"x": [4, 3, 2]}, "k", "= 3"),
        ("x: 3; p = softmax(x); k = argmax(p); y = p[k]", {"x": [0, 1, 0.5]}, "k", "= 2"),
    ],
)
def test_positions_count_from_one(graph: str, at: dict[str, object], name: str, position: str) -> None:
    assert lines(graph, at)[f"trace.{name}"] == position


@pytest.mark.parametrize(
    ("graph", "at"),
    [
        ("X: 2 x 3; y = max(X, axis=1); L = sum(y**2)", {"X": [[1, 3, 2], [6, 5, 4]]}),
        ("X: 2 x 3; y = min(X, axis=0); L = sum(y**2)", {"X": [[1, 3, 2], [6, 5, 4]]}),
        ("x: 1 x 6; y = max_pool1d(x, size=2, stride=2); L = sum(y**2)", {"x": [[1, 3, 2, 5, 7, 6]]}),
        (
            "x: 1 x 4 x 4; y = max_pool2d(x, size=2, stride=2); L = sum(y**2)",
            {"x": [[[1, 3, 2, 5], [4, 6, 8, 7], [9, 12, 11, 13], [16, 10, 14, 15]]]},
        ),
        ("z: 3; y: label 3; L = -log(softmax(z)[y])", {"z": [1, 3, 2], "y": 2}),
        (
            "Z: 2 x 3; y: 2 label 3; L = cross_entropy(softmax(Z), y)",
            {"Z": [[1, 3, 2], [0, 1, 2]], "y": [2, 1]},
        ),
        ("z: 3; y: 3 onehot; L = -sum(y*log(softmax(z)))", {"z": [1, 3, 2], "y": [0, 1, 0]}),
    ],
)  # fmt: skip
def test_pages_with_positions_verify(graph: str, at: dict[str, object]) -> None:
    assert lines(graph, at)


def test_a_label_is_given_as_it_is_counted() -> None:
    graph = "z: 3; y: label 3; L = -log(softmax(z)[y])"
    made = sb.Derived(graph, at={"z": [0, 0, 0], "y": 3}, show=("numbers",))
    said = [latex(s) for eq in made.page.equations for s in eq.sides]
    assert said[-1] == "3"
    for wrong in (0, 4, 1.5):
        with pytest.raises(SheetError, match="label"):
            lines(graph, {"z": [0, 0, 0], "y": wrong})


@pytest.mark.parametrize(
    ("domain", "value"),
    [
        ("positive", [1, -1, 2]), ("positive", [1, 0, 2]),
        ("onehot", [0, 1, 1]), ("onehot", [0, 0.5, 0.5]),
        ("distribution", [0.5, 0.5, 0.5]), ("distribution", [1.5, -0.5, 0]),
    ],
)  # fmt: skip
def test_numbers_outside_their_domain_are_refused(domain: str, value: list[float]) -> None:
    with pytest.raises(SheetError, match=domain):
        lines(f"p: 3 {domain}; x: 3; L = sum(p*x)", {"p": value, "x": [1, 2, 3]})


def test_a_signal_nobody_gave_leaves_the_rest_exact() -> None:
    found = lines("x: 4; y = x / sum(x)", {"x": [0.1, 0.2, 0.3, 0.4]})
    assert found["trace.y"].startswith("=")
    assert found["trace.delta.x"].startswith("≈")


def test_any_function_has_no_numbers() -> None:
    with pytest.raises(SheetError, match="phi is any function"):
        lines("phi: function; x: scalar; f = x*phi(x)", {"x": 2})


def test_a_large_net_is_rounded_in_time() -> None:
    n = 300
    at = {"x": [0.1] * n, "W": [[0.01 * ((i * j) % 5) for i in range(n)] for j in range(n)]}
    found = lines(f"x: {n}; W: {n} x {n}; L = sum(tanh(W @ x)**2)", at)  # type: ignore[arg-type]
    assert found["trace.L"].startswith("≈")


def test_digits() -> None:
    third = Fraction(1, 3)
    assert decimal(third) is None
    assert decimal(Fraction(-1, 4)) == Minus(Decimal("0.25"))
    assert decimal(Fraction(10**15, 8)) == Number(Fraction(125 * 10**12))
    assert rounded(Fraction(99996, 100000), Fraction(99996, 100000)) == Decimal("1.000")
    assert rounded(Fraction(0), Fraction(0)) == ZERO
    assert rounded(Fraction(1, 10**90), Fraction(2, 10**90)) == Decimal("0.000000")
    assert latex(rounded(Fraction(99999, 10**10), Fraction(99999, 10**10))) == r"1.000 \cdot 10^{-5}"
    assert half_units(rounded(third, third)) == Decimal("0.00005000001")


@pytest.mark.parametrize(
    "name", sorted(n for n in SCALARS if not SCALARS[n].definition and n not in PRIMITIVE)
)
def test_precise_functions_are_those_of_floating_point(name: str) -> None:
    below = () if name in POLYGAMMA else (-2.5, -1.0, -0.3)  # where code has those of positive numbers alone
    for x in (*below, 0.25, 0.5, 1.0, 3.75, 11.0):
        with np.errstate(all="ignore"):
            known = float(scalar_value(name, 0, np.asarray(x)))
        if np.isfinite(known):
            assert float(function(name, Fraction(x))) == pytest.approx(known, rel=1e-13)
        else:
            with pytest.raises(NotRational):
                function(name, Fraction(x))


def test_an_ill_conditioned_system_is_right_to_its_digits() -> None:
    found = lines("x: 2; A: 2 x 2; y = solve(A, x)", {"A": [[1, 1], [1, 1.0000000001]], "x": [1, 2]})
    assert found["trace.y"] == r"= \begin{bmatrix} -9999999999 \\ 10000000000 \end{bmatrix}"


def test_rational_values() -> None:
    assert rational_value("sqrt", Fraction(9, 4)) == Fraction(3, 2)
    assert rational_value("power", Fraction(8, 27), Fraction(2, 3)) == Fraction(4, 9)
    assert rational_value("sqrt", Fraction(2)) is None
    assert rational_value("exp", Fraction(0)) == 1
    assert rational_value("exp", Fraction(1)) is None
    assert whole_root(10**30, 3) == 10**10
    assert whole_root(10**30 + 1, 3) is None
