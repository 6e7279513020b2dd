"""Every δ is held relative to its own size, in linear time; rounding is told from a difference."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation
from symbackprop.derivation.report import Tally
from symbackprop.formula.tree import Formula, Times, number
from symbackprop.graph.expr import const
from symbackprop.matrices import tidy as td
from symbackprop.page.outline import outline
from symbackprop.page.page import Page
from symbackprop.verify import truth
from symbackprop.verify.equality import verify_page
from symbackprop.verify.generic_points import point_for
from symbackprop.verify.rounding import Trial, moved, scattered
from tests.changed_pages import with_equation
from tests.samples import sampled, slow
from tests.verify.test_wrong import damaged

CHAIN = "x: 3; z: 3; a0 = tanh(x)\n" + "\n".join(f"a{i + 1} = tanh(a{i})" for i in range(59))


def failed(d: Derivation, seed: int = 3) -> set[str]:
    """The δ's that are not true."""
    return {c.key for c in verify_page(d, Page(()), seed=seed).failures}


@pytest.mark.parametrize("size", ["1", "1e-7", "1e-12"])
@pytest.mark.parametrize("factor", [-1, 1.0001, "1.000000001"])
def test_one_wrong_signal_among_many_is_seen_however_small_it_is(size: str, factor: float) -> None:
    d = sb.derive(f"{CHAIN}\nL = sum(a59) + {size}*sum(sin(z))", wrt=["x", "z"])
    assert len(d.backward.adjoints) > 60
    assert failed(d) == set()
    assert failed(damaged(d, "z", lambda e: td.mul(const(factor), e))) == {"δ z"}
    assert failed(damaged(d, "a30", lambda e: td.mul(const(factor), e))) == {"δ a30"}


def test_a_wrong_derivative_of_a_function_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """sin′ = −cos, in a graph of sixty other δ's a million times as large."""
    text = f"{CHAIN}\nL = sum(a59) + 1e-7*sum(sin(z))"
    d = sb.derive(text, wrt=["x", "z"])
    assert "cos" in d["z"].text()
    assert failed(damaged(d, "z", lambda e: -e)) == {"δ z"}


def test_a_reader_without_a_signal_is_named() -> None:
    d = sb.derive("x: 3; h = tanh(x); k = h*h; L = sum(k) + sum(h)")
    rest = {n: a for n, a in d.backward.adjoints.items() if n != "k"}
    lost = replace(d, backward=replace(d.backward, adjoints=rest))
    (found,) = (c for c in verify_page(lost, Page(())).failures if c.key == "δ h")
    assert "k reads h" in found.reason


def evaluations(count: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Definitions evaluated to hold every δ of a chain at one point."""
    d = sb.derive("x0: 3\n" + "\n".join(f"x{i + 1} = tanh(x{i})" for i in range(count)), wrt=["x0"])
    point = point_for(d, 0, 1, "complex")
    assert not isinstance(point, str)
    seen, real = [0], truth.evaluate

    def counted(*args: object) -> object:
        seen[0] += 1
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(truth, "evaluate", counted)
    tallies = {n: Tally(n) for n in d.backward.adjoints}
    truth.check_truths(Trial(d, point, 1), tallies)
    assert all(not t.failed for t in tallies.values())
    return seen[0]


def test_the_work_is_linear_in_the_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    assert evaluations(40, monkeypatch) <= 2.1 * evaluations(20, monkeypatch)


# --- rounding ------------------------------------------------------------------------------------

ROUNDS = [
    "X: n x m; B: n x n; L = trace(inverse(X.T @ X) @ X.T @ B @ X)",
    "z: d; w: d; L = dot(w, softmax(z/0.01))",
    "x: d; L = sum(x*(3*x - x*3))",
    "X: n x d; A: d x d; L = logdet(X.T @ X + A @ A.T)",
    "P: n x 1; Y: n x 1; Q: 1 x 1; R: 1 x 1; L = mse(P, Y) + mse(Q, R)",
    "X: n x d; C = X - mean(X, axis=0); S = C.T @ C/n; L = logdet(S)",
    "X: n x d; S = X.T @ X/n; L = logdet(S) + trace(inverse(S))",
    "Q: n x d; K: n x d; V: n x k; A = softmax(40*Q @ K.T); L = sum((A @ V)**2)",
]


@pytest.mark.parametrize("text", ROUNDS)
@pytest.mark.parametrize("seed", sampled(range(3), 3))
def test_rounding_is_no_difference(text: str, seed: int) -> None:
    report = sb.derive(text).verify(seed=seed)
    assert report.ok, report.failures


def times(factor: Formula, e: Equation) -> Equation:
    """The equation with its last side multiplied."""
    return replace(e, sides=(Times((factor, e.sides[-1])),))


@pytest.mark.parametrize("size", ["1", "1e-16", "1e-30"])
def test_a_wrong_side_is_seen_at_every_size(size: str) -> None:
    d = sb.derive(f"x: d; L = {size}*sum(sin(x))")
    page = outline(d)
    assert verify_page(d, page).ok
    for factor in (number(2), number(-1)):
        wrong = with_equation(page, "gradient.x", partial(times, factor))
        assert {c.key for c in verify_page(d, wrong).failures} == {"gradient.x"}


@pytest.mark.parametrize("seed", range(20))
def test_what_scatters_about_0_is_rounding(seed: int) -> None:
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=8) * 1e-15
    assert scattered(list(noise))
    assert not scattered(list(noise + 1e-13))
    assert not scattered([*noise[:-1], float("nan")])
    assert not scattered([1e-17] * 8), "what never changes is no rounding of inputs"


def test_neighbours_keep_what_is_declared() -> None:
    d = sb.derive("x: d; y: d onehot; A: d x d symmetric; L = sum(x*y) + x @ A @ x")
    p = point_for(d, 0, 5, "complex")
    assert not isinstance(p, str)
    near = Trial(d, p, 5).neighbours
    assert len(near) >= 5
    for q in near:
        assert np.array_equal(q.values["y", 0], p.values["y", 0])
        assert np.array_equal(q.values["A", 0], q.values["A", 0].T)
        gap = np.abs(q.values["x", 0] / p.values["x", 0] - 1)
        assert np.max(gap) < 1e-13
    assert any(np.any(q.values["x", 0] != p.values["x", 0]) for q in near)
    assert not np.array_equal(moved(np.ones((3, 3)), np.random.default_rng(1)), np.ones((3, 3)))


def deep(depth: int, function: str) -> str:
    """A net of some depth that ends in the logarithm of a probability, which may be 1e-40."""
    layers = "\n".join(
        f"W{k}: m x m; b{k}: m; h{k + 1} = {function}(W{k} @ h{k} + b{k})" for k in range(depth)
    )
    return f"h0: m; y: scalar label 5; V: 5 x m\n{layers}\np = softmax(V @ h{depth}); L = -log(p[y])"


@pytest.mark.parametrize(
    ("depth", "function"), [(3, "relu"), (12, "relu"), slow((40, "relu")), (8, "gelu"), slow((20, "tanh"))]
)
def test_deep_nets_are_verified(depth: int, function: str) -> None:
    report = sb.derive(deep(depth, function)).verify(seed=1)
    assert report.ok, report.failures


def test_probabilities_smaller_than_a_step_of_1e_minus_30() -> None:
    d = sb.derive("z: 3; p = softmax(150*z); L = -sum(log(p))")
    assert d.verify(seed=2).ok
    assert "δ p" in failed(damaged(d, "p", lambda e: td.mul(const(1.001), e)))


# --- underflow, and what is 0 at a point ---------------------------------------------------------------

LONG = "x: 3; h0 = tanh(x)\n" + "\n".join(f"h{k + 1} = tanh(h{k}) * x" for k in range(400))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"{LONG}\nL = sum(h400)", "h200"),
        ("x: scalar; y = exp(-1000 - x**2); L = x + y", "y"),
        ("x: d; y = exp(-900 - x); L = sum(x) + sum(y*y)", "x"),
        ("x: d; w: d; s = dot(w, x) - 9; h = relu(s); L = h**2 + sum(x)", "s"),
        ("x: scalar; h = relu(x - 4); L = 3*h", "x"),
    ],
)
def test_what_underflows_or_is_off_at_a_point_is_held_elsewhere(text: str, name: str) -> None:
    d = sb.derive(text)
    assert failed(d) == set()
    changed = failed(damaged(d, name, lambda e: td.mul(const(-1), e)))
    assert f"δ {name}" in changed


def test_what_is_0_everywhere_is_0() -> None:
    assert failed(sb.derive("x: d; L = sum(relu(-x**2 - 1)) + sum(x)")) == set()


SATURATED = [
    "x: d; W: m x d; a = 30*W @ x; L = sum(tanh(a)**2)",
    "x: d; W: m x d; a = 200*W @ x; L = sum(sigmoid(a))",
    "x: d; a = 30*x; L = sum((1 - tanh(a)**2)*x)",
    "t: 1..T; m[t]: scalar; x[t]: d; W: d x d; h[t] = m[t]*tanh(W @ h[t-1] + x[t]) + (1 - m[t])*h[t-1]"
    "; l[t] = sum(h[t]**2); L = sum(l[t], over=t)",
]


@pytest.mark.parametrize("text", SATURATED)
@pytest.mark.parametrize("seed", range(3))
def test_digits_lost_inside_an_expression_are_rounding(text: str, seed: int) -> None:
    """1 - y² of a y near 1 has lost digits that no value of a node shows."""
    assert sb.derive(text).verify(seed=seed).ok


@pytest.mark.parametrize("text", SATURATED)
@pytest.mark.parametrize("factor", [-1, 2, "1.001"])
def test_a_wrong_signal_of_a_saturated_node_is_no_rounding(text: str, factor: object) -> None:
    d = sb.derive(text)
    (name,) = (n for n in d.backward.adjoints if n in ("a", "z"))
    assert f"δ {name}" in failed(damaged(d, name, lambda e: td.mul(const(factor), e)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "X: k x d x 1; y = onehot(argmax(X))*X; L = sum(sin(y))",
        "X: k x d; y = tanh(X); z = onehot(argmax(reshape(y**3, k*d))); L = sum(z) + sum(y**2)",
    ],
)
def test_what_only_an_integer_reads_needs_no_signal(text: str) -> None:
    assert sb.derive(text).verify().ok


@pytest.mark.parametrize("shift", [5, 10, 15, 18])
def test_what_is_left_of_a_saturated_slope_is_held(shift: int) -> None:
    """Near miss: as long as one entry has digits, a wrong sign is no rounding."""
    d = sb.derive(f"x: d; L = sum(tanh({shift} + x))")
    assert failed(d) == set()
    assert failed(damaged(d, "x", lambda e: -e)) == {"δ x"}
