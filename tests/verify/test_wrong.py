"""Every check must fail when it should: damage a true derivation, and see that it is noticed."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation, Phrase
from symbackprop.errors import VerificationError
from symbackprop.formula.tree import (
    Call, Decimal, HPower, Hadamard, Minus, Name, Number, Plus, Power, Times,
)  # fmt: skip
from symbackprop.formula.writing import latex_writer as latex_module
from symbackprop.graph.expr import Expr, const, shifted
from symbackprop.matrices import tidy as td
from symbackprop.page.outline import outline
from symbackprop.page.page import Equations, Options, Page, Section
from symbackprop.sheet.exercise import Derived, Exercise
from symbackprop.sheet.sheet import Sheet, write_html, write_tex
from symbackprop.verify.comparison import EQUAL, TRUE, relative
from symbackprop.verify.equality import verify_page
from tests.changed_pages import with_equation

NET = """
    X: n x d; y: n x 1; W: d x m; b: m; V: m x 1
    H = tanh(X @ W + b); E = H @ V; L = sum((E - y)**2)/n
"""
SQUARE = "x: d; W: d x d; h = tanh(W @ x); k = tanh(W @ h); L = sum(k**2)"
RNN = """
    t: 1..T; x[t]: d; W: m x d; U: m x m; b: m
    a[t] = W @ x[t] + U @ h[t-1] + b; h[t] = tanh(a[t]); l[t] = sum(h[t]**2); L = sum(l[t], over=t)
"""


def damaged(d: Derivation, name: str, change: Callable[[Expr], Expr]) -> Derivation:
    """The derivation with one error signal replaced, as a wrong rule would have derived it."""
    adjoints = dict(d.backward.adjoints)
    a = adjoints[name]
    adjoints[name] = replace(a, forms=(change(a.value),))
    return replace(d, backward=replace(d.backward, adjoints=adjoints))


def refused(d: Derivation, name: str) -> None:
    """Not ok, and the message names the signal, both values, the seed and the sizes."""
    report = verify_page(d, outline(d, Options(sections=("delta", "gradients"))), seed=3)
    assert not report.ok
    reasons = {c.key: c.reason for c in report.failures}
    assert f"δ {name}" in reasons
    assert "derived" in reasons[f"δ {name}"]
    assert "by definition" in reasons[f"δ {name}"]
    with pytest.raises(VerificationError, match="seed 3"):
        report.demand()


def test_the_undamaged_ones_hold() -> None:
    for text in (NET, SQUARE, RNN):
        assert sb.derive(text).verify(seed=3).ok


@pytest.mark.parametrize("factor", ["2", "-1", "2.001/2", "1.0001"])
def test_wrong_factor(factor: str) -> None:
    top, _, low = factor.partition("/")
    value = const(float(top) / float(low or 1))
    refused(damaged(sb.derive(NET), "W", lambda e: td.mul(value, e)), "W")


def test_a_tiny_gradient_is_not_taken_for_rounding() -> None:
    tiny = sb.derive("x: d; L = sum(sin(x))/10**10")
    assert tiny.verify(seed=3).ok
    refused(damaged(tiny, "x", lambda e: td.mul(const(2), e)), "x")


def test_swapped_transpose_with_square_sizes() -> None:
    refused(damaged(sb.derive(SQUARE), "h", lambda e: td.tidy(swap_matrix(e))), "h")


def swap_matrix(e: Expr) -> Expr:
    """v W for W v: the transpose that square sizes hide."""
    terms = []
    for t in td.summands(e):
        a, b = t.args if t.op.name == "matmul" else (t, t)
        terms.append(td.mm(b, a) if t.op.name == "matmul" else t)
    return td.plus(*terms)


def test_transposed_gradient() -> None:
    refused(damaged(sb.derive(SQUARE), "W", td.tr), "W")


def test_lost_bias_and_lost_batch_sum() -> None:
    d = sb.derive(NET)
    refused(damaged(d, "b", lambda e: td.mul(const(0), e)), "b")


def test_missing_path() -> None:
    d = sb.derive(SQUARE)
    assert len(d.backward.adjoints["W"].uses) == 2
    refused(damaged(d, "W", lambda e: d.backward.adjoints["W"].uses[0].value), "W")


def test_wrong_time_index() -> None:
    d = sb.derive(RNN)
    first, *rest = td.summands(d.backward.adjoints["h"].value)
    refused(damaged(d, "h", lambda e: td.plus(first, *(shifted(t, 1) for t in rest))), "h")


# --- what is printed -----------------------------------------------------------------------------


def equation_fails(d: Derivation, page: Page, key: str) -> str:
    report = verify_page(d, page, seed=5)
    (found,) = (c for c in report.equalities if c.key == key)
    assert found.verdict == "differs"
    return found.reason


def test_wrong_right_side_names_entry_and_both_values() -> None:
    d = sb.derive(NET)
    page = outline(d)
    double = Number(Fraction(2))
    page = with_equation(page, "gradient.W", lambda e: replace(e, sides=(Times((double, e.sides[-1])),)))
    reason = equation_fails(d, page, "gradient.W")
    for word in ("is", "but", "entry", "seed 5", "sizes"):
        assert word in reason


def test_dropped_index_term_and_lost_sum() -> None:
    d = sb.derive("x: d; p = softmax(x); L = sum(p**2)")
    page = outline(d)
    key = next(e.key for e in page.equations if e.key.endswith(".matrix") and e.key.startswith("p"))

    def first_term(e: Equation) -> Equation:
        (side,) = e.sides
        assert isinstance(side, Plus)
        return replace(e, sides=(side.terms[0],))

    equation_fails(d, with_equation(page, key, first_term), key)


def test_wrong_rounded_digit() -> None:
    d = sb.derive("x: scalar; y: scalar; f = sin(x)*y")
    page = outline(d, Options(at={"x": 1, "y": 2}))
    assert verify_page(d, page).ok
    found = next(e for e in page.equations if e.key == "trace.f")
    number = found.sides[-1]
    assert isinstance(number, Decimal)
    off = Decimal(number.digits[:-1] + str((int(number.digits[-1]) + 1) % 10))
    wrong = with_equation(page, "trace.f", lambda e: replace(e, sides=(*e.sides[:-1], off)))
    equation_fails(d, wrong, "trace.f")


def test_an_equality_is_not_an_approximation() -> None:
    d = sb.derive("x: scalar; y: scalar; f = sin(x)*y")
    page = outline(d, Options(at={"x": 1, "y": 2}))
    equation_fails(d, with_equation(page, "trace.f", lambda e: replace(e, relation="=")), "trace.f")


@pytest.mark.parametrize("kind", [Hadamard, Plus, HPower])
def test_wrong_brackets_in_the_writer(kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the brackets of one kind the text no longer comes back, and the page is refused."""
    language = latex_module.language()
    rows = dict(language.rows)
    rows[kind] = replace(rows[kind], level=99)
    broken = replace(language, rows=rows)
    monkeypatch.setattr(latex_module, "language", lambda functions=None: broken)
    monkeypatch.setattr(latex_module, "LATEX", broken)
    d = sb.derive("x: d; W: m x d; h = tanh(W @ x)**3; z = (h + 1)*(h - 2)*h; L = sum(z**2)")
    text = d.latex(d["W"].formula)
    assert text != sb.derive(d.graph)["W"].text()
    report = d.verify(seed=1)
    assert report.ok is (kind is HPower), kind


def test_a_page_without_equations_is_not_verified() -> None:
    d = sb.derive(NET)
    assert not verify_page(d, Page(())).ok


def test_too_few_points_is_not_a_tick() -> None:
    d = sb.derive("x: d; L = sum(log(-x**2))")
    report = d.verify()
    assert not report.ok
    assert {c.verdict for c in report.failures} == {"not checkable"}


def test_a_kink_at_every_point_is_not_checkable() -> None:
    report = sb.derive("x: d; L = sum(relu(x/10**12))").verify()
    assert not report.ok
    assert "kink" in report.failures[0].reason
    assert sb.derive("x: d; L = sum(relu(x - x))").verify().ok, "it is 0 on either side"


def test_comparison_of_numbers() -> None:
    one = np.ones((2, 3))
    assert relative(one, one * (1 + 1e-12))[0] < EQUAL
    assert relative(one, one * (1 + 1e-9))[0] > EQUAL
    assert relative(np.full(2, np.nan), np.full(2, np.nan))[0] == np.inf
    assert relative(np.full(2, np.inf), np.full(2, np.inf))[0] == np.inf
    assert relative(np.zeros(2), np.zeros(2))[0] == 0
    assert relative(np.zeros(2), np.full(2, 1e-12))[0] == 1
    assert relative(np.zeros(2), np.full(2, 1e-16))[0] == 1, "whether it is rounding is asked elsewhere"
    assert TRUE < 1e-5


def test_sheets_refuse_what_is_not_verified() -> None:
    answer = Derived("x: d; L = sum(x**2)")
    sheet = Sheet("s", {"en": "a", "de": "b"}, (Exercise(answers=(answer,)),))
    page = with_equation(answer.page, "gradient.x", lambda e: replace(e, sides=(Minus(e.sides[0]),)))
    report = verify_page(answer.derivation, page)
    for write in (write_tex, write_html):
        with pytest.raises(VerificationError, match=r"gradient\.x"):
            write(sheet, report, "en")


BOUNDED = "x: d; a = sum(x); s = sum(x**2); L = a**2"


def bound(power: int, sides: int) -> Page:
    """L (= a²) ≤ d^power s: true for power 1 (Cauchy and Schwarz), false for power 0 somewhere."""
    root = Call("sum", (Name("x"),))
    size = Number(Fraction(1)) if not power else Name("d")
    middle = (Power(root, Number(Fraction(2))),) * sides
    right = Times((size, Name("s")))
    eq = Equation("bound", Name("L"), (*middle, right), relation="≤")
    return Page((Section("s", Phrase("section.forward"), (Equations((eq,)),)),))


def test_a_bound_that_is_too_small() -> None:
    d = sb.derive(BOUNDED)
    assert verify_page(d, bound(1, 0)).ok
    assert verify_page(d, bound(1, 1)).ok
    trials = [verify_page(d, bound(0, k), seed=s) for s in range(8) for k in (0, 1)]
    assert any("is" in f.reason and "seed" in f.reason for r in trials for f in r.failures)


def test_only_the_last_side_is_a_bound() -> None:
    d = sb.derive(BOUNDED)
    eq = bound(1, 0).equations[0]
    page = bound(1, 0)
    grown = Plus((Name("L"), Number(Fraction(1))))
    three = with_equation(page, "bound", lambda e: replace(e, sides=(grown, *eq.sides)))
    equation_fails(d, three, "bound")
    back = with_equation(page, "bound", lambda e: replace(e, left=grown, sides=(Name("L"),)))
    equation_fails(d, back, "bound")
