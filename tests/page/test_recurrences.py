"""Symbolic depth: last states, initial states, and recurrences solved for every number of steps."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from symbackprop import derive, read
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation, Phrase
from symbackprop.entries.scalar_derivatives import largest_slope
from symbackprop.errors import DeclarationError, ShapeError, SymbackpropError
from symbackprop.formula.evaluation.value import evaluate
from symbackprop.formula.reading.latex_reader import read_formula
from symbackprop.formula.tree import (
    ONE as NO_ONE, Formula, HPower, Hadamard, Minus, Number, Plus, Power, Product, Sum, Times, number,
)  # fmt: skip
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.formula.writing.text_writer import text
from symbackprop.formula.writing.walk import inside
from symbackprop.page.outline import outline
from symbackprop.page.page import Equations, Page, Section
from symbackprop.page.recurrences.recurrence_solutions import bounds, closed_forms
from symbackprop.verify.equality import verify_page
from symbackprop.verify.generic_points import point_for
from symbackprop.verify.page_values import Names, Scene

CHAIN = "i: 1..n; x: scalar; w[i]: scalar; h[0] = x; h[i] = {f}(w[i]*h[i-1]); y = h[n]"
DIAGONAL = "t: 1..k; h: 3; u: 3; s[0] = h; s[t] = u*s[t-1]; f = sum(s[k]**2)/2"
CLOSED = {
    "sigmoid": CHAIN.format(f="sigmoid"),
    # with a bias: after a state of 0 the next argument would lie on the kink
    "relu": "i: 1..n; x: scalar; w[i]: scalar; b[i]: scalar; h[0] = x; h[i] = relu(w[i]*h[i-1] + b[i])\n"
    "y = h[n]",
    "tanh": CHAIN.format(f="tanh"),
    "softplus": CHAIN.format(f="softplus"),
    "any function": "phi: function as \\varphi; " + CHAIN.format(f="phi"),
    "shared weight": "i: 1..n; x: scalar; w: scalar; h[0] = x; h[i] = tanh(w*h[i-1]); y = h[n]",
    "named sums": "i: 1..n; x: scalar; w[i]: scalar; b[i]: scalar; h[0] = x; z[i] = w[i]*h[i-1] + b[i]\n"
    "h[i] = sigmoid(z[i]); L = h[n]**2",
    "diagonal": DIAGONAL,
    "diagonal, any output": "t: 1..k; h: 3; u: 3; s[0] = h; s[t] = u*s[t-1]; y = s[k]",
    "powers of a number": "t: 1..k; a: scalar; s[0] = 1 + a; s[t] = -a*s[t-1]/2; y = s[k]**3",
    "a sum to a power": "t: 1..k; a: scalar; c: scalar; s[t] = (a + c)*s[t-1]; y = s[k]**3",
    "residual": "t: 1..k; x: m; v[t]: m; s[0] = x; s[t] = sigmoid(v[t]*s[t-1]) + s[t-1]; y = sum(s[k])",
    "vectors": "t: 1..k; x: m; v: m; s[0] = x; s[t] = tanh(v*s[t-1]); y = s[k]",
}  # fmt: skip
STATES = {
    "cell": "t: 1..T; x[t]: d; W: m x d; U: m x m; b: m; z: m; v: m; h[0] = tanh(z)*2\n"
    "h[t] = tanh(W @ x[t] + U @ h[t-1] + b); l[t] = sum(h[t]**2)\n"
    "L = sum(l[t], over=t)/T + v @ h[T] + sum(h[0])",
    "two steps back": "t: 1..T; x[t]: m; a: m; z: m; h[0] = z; h[t] = tanh(x[t] + a*h[t-1]*h[t-2])\n"
    "L = sum(sum(h[t]), over=t) + sum(h[T]**3) + sum(x[T]**2)",
    "only the last": "t: 1..T; x[t]: m; s[t] = x[t]**2; L = sum(s[T]**2)",
    "a product with the last": "t: 1..T; x[t]: m; a: m; h[t] = tanh(a*h[t-1] + x[t])\n"
    "l[t] = h[t] @ x[t]; L = sum(l[t], over=t)*sum(h[T])",
}  # fmt: skip
# neither linear with one signal, nor homogeneous, nor one step back
OPEN = {
    "inhomogeneous": "t: 1..k; x: m; v: m; s[0] = x; s[t] = tanh(v*s[t-1]); l[t] = sum(s[t]**2)\n"
    "y = sum(s[k]) + sum(l[t], over=t)",
    "two steps": "t: 1..k; x: m; v: m; s[0] = x; s[t] = tanh(v*s[t-1]*s[t-2]); y = sum(s[k])",
    "matrix": "t: 1..k; x: m; W: m x m; s[0] = x; s[t] = tanh(W @ s[t-1]); y = sum(s[k])",
    "coupled": "t: 1..k; x: scalar; a: scalar; s[0] = x; r[0] = x; s[t] = sin(a*r[t-1] + s[t-1])\n"
    "r[t] = cos(s[t-1]); y = s[k] + r[k]",
    "no last state": "t: 1..k; x: m; s[0] = x; s[t] = sin(s[t-1]); y = sum(sum(s[t]), over=t)",
}  # fmt: skip


def one(eq: Equation) -> Page:
    return Page((Section("closed", Phrase("section.closed"), (Equations((eq,)),)),))


@pytest.mark.parametrize("name", CLOSED)
def test_closed_forms_hold_at_every_depth(name: str) -> None:
    d = derive(CLOSED[name])
    report = d.verify(lengths=range(1, 9))
    assert report.ok, report.failures
    found = {r.key for r in closed_forms(d)}
    assert {f"closed.gradient.{n}" for n in d.wrt} <= found


@pytest.mark.parametrize("name", STATES)
def test_states_outside_time(name: str) -> None:
    report = derive(STATES[name]).verify(lengths=(1, 2, 3, 5))
    assert report.ok, report.failures


@pytest.mark.parametrize("name", [*STATES, "sigmoid", "diagonal"])
def test_emitted_code_has_the_gradients(name: str) -> None:
    if name == "two steps back":
        pytest.skip("code takes one initial value for each state")
    d = derive((STATES | CLOSED)[name])
    rng = np.random.default_rng(5)
    sizes = {"d": 3, "m": 5, "T": 4, "n": 4, "k": 4}
    time = d.graph.time
    assert time
    values = {}
    for n in d.graph.inputs:
        s = d.graph.symbol[n].symbol
        assert s
        steps = (time.length,) if s.time else ()
        values[n] = rng.normal(size=tuple(x.value(sizes) for x in (*steps, *s.shape)))
    if name == "a product with the last":
        values["h_0"] = rng.normal(size=5)
    given = {"k": 4} if name == "diagonal" else {}
    if given:
        pytest.skip("the number of steps does not follow from the inputs")
    f = d.compile()
    for n in d.wrt:
        v, step = rng.normal(size=np.shape(values[n])), 1e-6
        up, down = (f(**{**values, n: values[n] + h * v})[d.of] for h in (step, -step))
        assert np.sum(f(**values)[n] * v) == pytest.approx((up - down) / (2 * step), rel=1e-6)


def test_the_product_over_the_layers() -> None:
    d = derive(CLOSED["sigmoid"])
    (row,) = (r for r in closed_forms(d) if r.key == "closed.gradient.w")
    assert [latex(f, d.functions) for f in (row.left, row.sides[0])] == [
        r"\frac{\partial y}{\partial w_{i}}",
        r"\left(\prod_{j=i + 1}^{n} \sigma'(w_{j}\,h_{j-1})\,w_{j}\right)\,\sigma'(w_{i}\,h_{i-1})\,h_{i-1}",
    ]
    assert row.recurrent and row.boxed


def test_equal_terms_are_counted() -> None:
    d = derive(DIAGONAL)
    (row,) = (r for r in closed_forms(d) if r.key == "closed.gradient.u")
    assert [latex(f, d.functions) for f in row.sides] == [
        r"\sum_{t=1}^{k} (\delta s_{t} \odot s_{t-1})",
        r"\sum_{t=1}^{k} (u^{\odot (k - t)} \odot \delta s_{k} \odot u^{\odot (t - 1)} \odot h)",
        r"\sum_{t=1}^{k} (u^{\odot (k - 1)} \odot \delta s_{k} \odot h)",
        r"k (u^{\odot (k - 1)} \odot \delta s_{k} \odot h)",
    ]
    assert verify_page(d, one(row)).ok
    wrong = replace(row, sides=(*row.sides[:-1], row.sides[-2].body))  # type: ignore[union-attr]
    assert not verify_page(d, one(wrong)).ok


def test_equal_terms_are_told_apart_from_others() -> None:
    """No summand depends on t where the sentence says so; it stands above the counted ones alone."""
    for name, said in CLOSED.items():
        d = derive(said)
        blocks = [b for s in outline(d).sections if s.key == "closed" for b in s.blocks]
        for b in blocks:
            assert isinstance(b, Equations) and b.intro is not None
            counted = b.intro.key == "closed.equal"
            for r in b.rows:
                kinds = [any(isinstance(x, Sum) for x in inside(f)) for f in r.sides]
                assert (kinds[0] and not kinds[-1]) == counted, name


UNROLLED = {
    "t: 1..T; r[t]: scalar; g: scalar as \\gamma; R[0] = 0; R[t] = r[t] + g*R[t-1]; L = R[T]":
        r"\sum_{i=1}^{t} \gamma^{t - i}\,r_{i}",
    "t: 1..T; x[t]: d; b: scalar; h[t] = (1-b)*h[t-1] + b*x[t]; L = sum(h[T]**2)":
        r"(1 - b)^{t}\,h_{0} + \sum_{i=1}^{t} (1 - b)^{t - i}\,b\,x_{i}",
    "t: 1..T; u: d; b: d; x[t]: d; a: d; s[0] = a; s[t] = u*s[t-1] + x[t] + b; L = sum(s[T])":
        r"u^{\odot t} \odot a + \sum_{i=1}^{t} (u^{\odot (t - i)} \odot (x_{i} + b))",
    "t: 1..T; x[t]: d; s[t] = s[t-1] + x[t]; L = sum(s[T]**2)": r"s_{0} + \sum_{i=1}^{t} x_{i}",
}  # fmt: skip
ROLLED = (
    "t: 1..T; x[t]: scalar; w[t]: scalar; s[t] = w[t]*s[t-1] + x[t]; L = s[T]",  # w varies
    "t: 1..T; x[t]: scalar; w: scalar; s[t] = w*s[t-1]**2 + x[t]; L = s[T]",
    "t: 1..T; x[t]: scalar; w: scalar; s[t] = w*s[t-1] + x[t]*s[t-1]**2; L = s[T]",
    "t: 1..T; x[t]: d; W: d x d; s[t] = W @ s[t-1] + x[t]; L = sum(s[T])",
)


@pytest.mark.parametrize("graph", UNROLLED)
def test_a_linear_recurrence_with_inputs_is_a_geometric_sum(graph: str) -> None:
    d = derive(graph)
    first = closed_forms(d)[0]
    assert latex(first.sides[0], d.functions) == UNROLLED[graph] and first.recurrent
    assert verify_page(d, one(first)).ok
    total = next(x for x in inside(first.sides[0]) if isinstance(x, Sum))
    assert isinstance(total, Sum)
    late = replace(total, low=number(2))
    wrong = late if first.sides[0] is total else Plus((*first.sides[0].terms[:-1], late))  # type: ignore[union-attr]
    assert not verify_page(d, one(replace(first, sides=(wrong,)))).ok


@pytest.mark.parametrize("graph", ROLLED)
def test_other_recurrences_are_not_unrolled(graph: str) -> None:
    assert not [r for r in closed_forms(derive(graph)) if r.key == "closed.s"]


def test_there_is_no_bound_without_a_slope() -> None:
    assert bounds(derive(next(iter(UNROLLED)))) == {}


@pytest.mark.parametrize("n", range(1, 9))
def test_against_the_chain_by_hand(n: int) -> None:
    """∂h_n/∂w_i of the printed product, evaluated here, against the complex step."""
    rng = np.random.default_rng(n)
    w, x = rng.normal(size=n + 1), 0.7

    def states(w: np.ndarray) -> list[complex]:
        h: list[complex] = [x]
        for i in range(1, n + 1):
            h.append(1 / (1 + np.exp(-w[i] * h[-1])))
        return h

    h = states(w)
    slope: list[complex] = [0.0] + [h[i] * (1 - h[i]) for i in range(1, n + 1)]
    for i in range(1, n + 1):
        derived = np.prod([slope[j] * w[j] for j in range(i + 1, n + 1)]) * slope[i] * h[i - 1]
        e = np.eye(n + 1)[i] * 1e-30j
        assert derived == pytest.approx(states(w + e)[n].imag / 1e-30, rel=1e-12)


def test_any_function_keeps_its_name() -> None:
    d = derive(CLOSED["any function"])
    (row,) = (r for r in closed_forms(d) if r.key == "closed.delta.h")
    said = [latex(f, d.functions) for f in row.sides]
    assert said == [r"\prod_{j=i + 1}^{n} \varphi'(w_{j}\,h_{j-1})\,w_{j}"]
    alone = derive("phi: function as \\varphi; x: d; h = phi(x); L = sum(h**2)")
    page = outline(alone)
    assert verify_page(alone, page).ok
    shown = [latex(f, alone.functions) for eq in page.equations for f in (eq.left, *eq.sides)]
    assert any("varphi" in f for f in shown) and not any("cos" in f or "sin" in f for f in shown)
    with pytest.raises(SymbackpropError, match="no definition"):
        d.source()
    with pytest.raises(DeclarationError, match="already"):
        read("tanh: function; x: d; L = sum(tanh(x))")


def values_of(d: Derivation, f: Formula, length: int, seed: int) -> list[float]:
    """A formula at every step of one generic point."""
    point = point_for(d, 0, seed, "central", length)
    assert not isinstance(point, str)
    scene = Scene(d, Names(d), point, seed)
    printed = read_formula(latex(f, d.functions), scene.names.plain)
    row = Equation("bound", printed, (printed,), recurrent=True)
    return [float(evaluate(printed, env)) for env, _ in scene.environments(row)]


BOUNDS = {"sigmoid": Fraction(1, 4), "tanh": 1, "relu": 1, "sin": 1, "arctan": 1, "softplus": 1,
          "exp": None, "tan": None, "log": None, "square": None}  # fmt: skip


@pytest.mark.parametrize("name", BOUNDS)
def test_largest_slopes(name: str) -> None:
    assert largest_slope(name) == BOUNDS[name]


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "named sums", "shared weight"])
def test_gradients_stay_below_their_bound(name: str) -> None:
    d = derive(CLOSED[name])
    wrt = "w"
    found = bounds(d)[wrt]
    for n in range(1, 9):
        small, large = (np.array(values_of(d, f, n, seed=n)) for f in found)
        assert np.all(small <= large * (1 + 1e-12))


def test_the_bound_of_the_logistic_chain() -> None:
    d = derive(CLOSED["sigmoid"])
    found = bounds(d)["w"]
    assert text(found[0]) == "|∂y/∂wᵢ|"
    assert latex(found[1], d.functions) == (
        r"\left(\frac{1}{4}\right)^{n - i + 1}\,\left(\prod_{j=i + 1}^{n} \left|w_{j}\right|\right)"
        r"\,\left|h_{i-1}\right|"
    )
    assert "w" not in bounds(derive(CHAIN.format(f="sinh")))
    assert "w" not in bounds(derive(CLOSED["any function"]))
    assert "u" not in bounds(derive(CLOSED["diagonal"]))
    assert "x" not in bounds(derive(OPEN["no last state"]))


@pytest.mark.parametrize("name", OPEN)
def test_no_closed_form_rather_than_a_wrong_one(name: str) -> None:
    d = derive(OPEN[name])
    assert closed_forms(d) == ()
    assert "closed" not in {s.key for s in outline(d).sections}
    assert d.verify().ok


def wrong(f: Formula) -> Formula:
    """The formula with products one step longer and symbolic exponents one larger."""
    match f:
        case Product():
            low = f.low.terms[0] if isinstance(f.low, Plus) else f.low
            return replace(f, low=low)
        case Power() | HPower() if not isinstance(f.exponent, Number):
            return replace(f, exponent=Plus((f.exponent, NO_ONE)))
        case Times() | Hadamard():
            return type(f)(tuple(wrong(x) for x in f.factors))
        case Minus():
            return Minus(wrong(f.operand))
    return f


@pytest.mark.parametrize(("name", "key"), [
    ("sigmoid", "closed.delta.h"), ("sigmoid", "closed.gradient.w"), ("diagonal, any output", "closed.s"),
    ("powers of a number", "closed.delta.s"),
])  # fmt: skip
def test_a_step_too_many_is_refused(name: str, key: str) -> None:
    d = derive(CLOSED[name])
    (row,) = (r for r in closed_forms(d) if r.key == key)
    assert verify_page(d, one(row), lengths=range(2, 9)).ok
    side = row.sides[0]
    bad = replace(row, sides=(wrong(side),))
    assert bad.sides != row.sides
    assert verify_page(d, one(bad), lengths=range(2, 9)).equalities[0].verdict == "differs"


def test_a_lost_boundary_is_caught() -> None:
    """δh_n = 1 is used: with another boundary the recurrence no longer gives the gradient."""
    d = derive(CLOSED["sigmoid"])
    a = d.backward.adjoints["h"]
    assert a.last is not None
    adjoints = {**d.backward.adjoints, "h": replace(a, last=a.last * 2)}
    assert not replace(d, backward=replace(d.backward, adjoints=adjoints)).verify().ok


@pytest.mark.parametrize(("text", "said"), [
    ("t: 1..T; x[t]: d; h[t] = tanh(x[t])*x[T]; L = sum(h[T])", "no step"),
    ("t: 1..T; x[t]: d; h[t] = tanh(x[t]); L = sum(h[0])", "no step"),
    ("t: 1..T; x[t]: d; h[t] = tanh(x[t]); L = sum(h[2])", "no step"),
    ("t: 1..T; x[t]: d; h[t] = tanh(x[t] + h[t-1]); h[0] = ones(d); L = sum(h[T])", "start"),
    ("x: d; h[0] = x; L = sum(x)", "start"),
    ("t: 1..T; x: d; h[0] = x; L = sum(x)", "no recurrence"),
    ("t: 1..T; x[t]: d; s[t] = 2*x[t]; c = s[T]; h[0] = c; h[t] = 2*h[t-1]; L = sum(h[T])", "another"),
])  # fmt: skip
def test_states_that_cannot_be(text: str, said: str) -> None:
    with pytest.raises((DeclarationError, ShapeError), match=said):
        read(text)
