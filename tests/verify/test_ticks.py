"""What a tick stands for, one condition at a time: each test fails where its condition is not asked for."""

from dataclasses import replace
from math import sin

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.report import Checked, Report
from symbackprop.entries.reference_values import KINKS, TIE, first_largest, scalar_value
from symbackprop.errors import FormulaError
from symbackprop.formula.evaluation.value import Environment, Value, evaluate
from symbackprop.formula.tree import (
    END, At, Decimal, Formula, Name, Plus, Product, Span, Transpose, Unit, number,
)  # fmt: skip
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.graph.expr import apply
from symbackprop.numeric.points import bind_sizes, generic_point, seeded
from symbackprop.page.outline import outline
from symbackprop.page.page import Options, Page
from symbackprop.verify import equality as verify, family_lines, truth
from symbackprop.verify.equality import POINTS, verify_page
from symbackprop.verify.generic_points import point_for
from symbackprop.verify.truth import Slopes
from symbackprop.vocabulary import OPS
from tests.changed_pages import with_equation

NET = "X: n x d; y: n x 1; W: d x m; V: m x 1; H = tanh(X @ W); E = H @ V; L = sum((E - y)**2)/n"


def with_sides(page: Page, key: str, *sides: Formula) -> Page:
    """The page with other right sides of one equation."""

    return with_equation(page, key, lambda e: replace(e, sides=sides))


def reason(d: Derivation, page: Page, key: str) -> str:
    (found,) = (c for c in verify_page(d, page, seed=2).equalities if c.key == key)
    assert found.verdict == "differs"
    return found.reason


def test_both_sides_have_one_size() -> None:
    d = sb.derive(NET)
    page = outline(d)
    (right,) = {e.sides[-1] for e in page.equations if e.key == "gradient.W"}
    assert "sizes differ" in reason(d, with_sides(page, "gradient.W", Transpose(right)), "gradient.W")


def test_what_is_printed_comes_back_as_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Text that reads as an equal but other formula is no print of this one."""
    d = sb.derive("x: d; a: d; L = dot(x, a + x)")

    def turned(f: Formula, functions: object = None, point: str = ".") -> str:
        return latex(Plus(f.terms[::-1]) if isinstance(f, Plus) else f, d.functions)

    assert verify_page(d, outline(d)).ok
    monkeypatch.setattr(family_lines, "latex", turned)
    reasons = [c.reason for c in verify_page(d, outline(d)).failures]
    assert any("reads back as something else" in r for r in reasons)


def test_a_tick_needs_all_its_points(monkeypatch: pytest.MonkeyPatch) -> None:
    def once(d: Derivation, trial: int, *more: object) -> object:
        return "no point" if trial else point_for(d, trial, 0, "complex")

    monkeypatch.setattr(verify, "point_for", once)
    report = verify_page(sb.derive("x: d; L = sum(x**2)"), outline(sb.derive("x: d; L = sum(x**2)")))
    assert not report.ok
    assert {(c.verdict, c.reason) for c in report.failures} == {("not checkable", "no point")}


def test_a_digit_rounded_the_wrong_way_is_wrong() -> None:
    d = sb.derive("x: scalar; y: scalar; f = sin(x)*y")
    page = outline(d, Options(at={"x": 1, "y": 2}))
    (printed,) = {e.sides[-1] for e in page.equations if e.key == "trace.f"}
    assert isinstance(printed, Decimal)
    places = len(printed.digits.partition(".")[2])
    unit, value = 10.0**-places, 2 * sin(1)
    other = float(printed.digits) + (unit if float(printed.digits) < value else -unit)
    assert 0.5 * unit < abs(other - value) < unit
    reason(d, with_sides(page, "trace.f", Decimal(f"{other:.{places}f}")), "trace.f")


def test_a_signal_that_is_no_number_is_not_true() -> None:
    d = sb.derive("x: d; L = sum(x**2)")
    a = d.backward.adjoints["x"]
    lost = apply(OPS["log"], -(a.value**2))
    b = replace(d.backward, adjoints={**d.backward.adjoints, "x": replace(a, forms=(lost,))})
    bad = replace(d, backward=b)
    failed = {c.key: c.verdict for c in verify_page(bad, Page(())).failures}
    assert failed == {"δ x": "differs", "code x": "differs"}


def test_the_largest_error_is_that_of_equalities_and_truths() -> None:
    rows = tuple(Checked(k, "agrees", POINTS, e) for k, e in (("a", 1e-12), ("b", 1e-8)))
    assert Report(rows[:1], rows[1:], (), POINTS, 0, (), "complex").max_rel_error == 1e-8
    assert Report(rows[1:], rows[:1], (), POINTS, 0, (), "complex").max_rel_error == 1e-8


def test_one_trial_in_three_is_square_and_the_others_are_not() -> None:
    g = sb.read("X: n x d; W: d x m; L = sum(X @ W)")
    counts = [len(set(bind_sizes(g, trial).values())) for trial in range(3)]
    assert counts == [3, 3, 1]


def test_the_signal_of_an_array_is_never_1() -> None:
    d = sb.derive("x: d; y = tanh(x)")
    for seed in range(5):
        (delta,) = seeded(d.backward, generic_point(d.graph, 0, seed), seed).deltas.values()
        assert np.all(np.abs(delta) > 1.1)


@pytest.mark.parametrize("witness", ["complex", "central"])
def test_both_witnesses_know_a_slope(witness: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Σ sin(x)³ along v, by hand."""
    monkeypatch.setattr(truth, "analytic", lambda e: witness == "complex")
    d = sb.derive("x: d; L = sum(sin(x)**3)")
    point = point_for(d, 0, 3, "complex")
    assert not isinstance(point, str)
    x = point.values["x", 0]
    v = np.linspace(-1, 1, x.size)
    found, size = Slopes(d, point).along(("x", 0), v)
    parts = 3 * np.sin(x) ** 2 * np.cos(x) * v
    assert abs(found - np.sum(parts)) < 1e-9
    assert abs(size - abs(np.sum(parts))) < 1e-9


# --- ties and kinks of the definitions ---------------------------------------------------------------


def test_definitions_take_the_left_slope_and_the_first_of_equals() -> None:
    at = np.array([-1.0, 0.0, 1.0])
    assert scalar_value("relu", 1, at).tolist() == [0, 0, 1]
    assert scalar_value("step", 0, at).tolist() == [0, 0, 1]
    assert first_largest(np.array([1.0, 2.0, 2.0])) == 1


def test_near_ties_are_noted_and_equal_entries_are_told_from_them() -> None:
    watched: list[float] = []
    token = KINKS.set(watched)
    try:
        first_largest(np.array([2.0, 2.0 + 1e-11]))
        first_largest(np.array([2.0, 2.0]))
    finally:
        KINKS.reset(token)
    assert watched[0] < 1e-10
    assert watched[1] == TIE


@pytest.mark.parametrize("answer", ["0", "1"])
def test_an_answer_that_is_right_on_one_side_of_a_kink_only_is_wrong(answer: str) -> None:
    """With few numbers all first points may lie on one side: then others are looked for."""
    verdicts = [sb.check("s: scalar; L = relu(s)", "s", answer, seed=k).verdict for k in range(6)]
    assert set(verdicts) == {"wrong"}


# --- values ------------------------------------------------------------------------------------------

RNG = np.random.default_rng(5)
STEPS = RNG.normal(size=(3, 2, 2))  # matrices that do not commute
A, T = Name("A"), Name("t")


def test_a_product_over_steps_stands_from_left_to_right() -> None:
    env = Environment({A: Value(STEPS, time_axes=1)})
    made = evaluate(Product(T, number(1), number(3), At(A, (T,))), env)
    np.testing.assert_allclose(made, STEPS[0] @ STEPS[1] @ STEPS[2], rtol=1e-12)


@pytest.mark.parametrize("span", [Span(number(1), number(4)), Span(number(0), END)])
def test_a_slice_beyond_its_axis_is_refused(span: Span) -> None:
    env = Environment({A: Value(RNG.normal(size=(3, 2)))})
    assert evaluate(At(A, (Span(number(2), END),)), env).shape == (2, 2)
    with pytest.raises(FormulaError, match="is outside 1:3"):
        evaluate(At(A, (span,)), env)


def test_a_label_beyond_its_classes_is_refused() -> None:
    y = Name("y")
    assert evaluate(Unit(y), Environment({y: Value(np.array(3), classes=3)})).tolist() == [[0], [0], [1]]
    for label in (0, 4):
        with pytest.raises(FormulaError, match="outside 1 … 3"):
            evaluate(Unit(y), Environment({y: Value(np.array(label), classes=3)}))


@pytest.mark.parametrize("wrong", ["2/n X'(X w - y) = 1/n X' r", "1/n X' r = 2/n X'(X w - y)"])
def test_every_form_of_an_answer_has_to_be_right(wrong: str) -> None:
    graph = "X: n x d; w: d; y: n; r = X @ w - y; L = dot(r, r)/n"
    assert sb.check(graph, "w", "dL/dw = 2/n X'(X w - y) = 2/n X' r").verdict == "correct"
    assert sb.check(graph, "w", f"dL/dw = {wrong}").mistake == "factor"
