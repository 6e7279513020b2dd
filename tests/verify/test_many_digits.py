"""What floating point leaves open many digits decide: no rounding is a difference, no 0 an agreement."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.emit import source
from symbackprop.entries.reference_values import scalar_value
from symbackprop.entries.scalar_functions import SCALARS
from symbackprop.numeric.complex_step import column
from symbackprop.entries.long_values import NoLongValue, lengthened, limited
from symbackprop.formula.tree import Minus, number
from symbackprop.graph.expr import const
from symbackprop.matrices import tidy as td
from symbackprop.page.outline import outline
from symbackprop.page.page import Page
from symbackprop.verify import emitted_code
from symbackprop.verify.equality import verify_page
from symbackprop.verify.generic_points import again, point_for
from symbackprop.verify.rounding import Trial
from tests.random_graphs import random_graph
from tests.verify.test_truth import failed, times
from tests.changed_pages import with_equation
from tests.verify.test_wrong import damaged
from tests.samples import sampled

RIGHT = [
    *(f"x: n; z = concat(x, zeros(2)); L = sum({f})" for f in ("z**3", "z**5", "sin(z)**3", "z**2")),
    *(
        f"X: {shape}; Y = X - mean(X, axis={axis}, keepdims=True); L = sum(Y{power})"
        for shape, axis in (("k", 0), ("k x m", 0), ("k x m", 1))
        for power in ("", "**3")
    ),
    *(
        f"x: d; L = sum({f})"
        for f in (
            "softplus(-400*x)**2", "log(sigmoid(900*x))", "exp(-500*x**2)**3", "sigmoid(-600*x)**2",
            "log(softplus(-900*x))", "tanh(300*x)*exp(-700*x**2)", "log(1 + exp(-1000*x**2))**2",
        )
    ),
    "A: n x k; B: n x m; y = concat(A, B, axis=1); P = log_softmax(y.T @ y, axis=1); L = logsumexp(P)",
    "x: d; L = sum(softmax(x))",
    "x: d; L = sum(exp(log(x**2)) - x**2)",
    "X: n x d; b: d; H = X + b; M = H - mean(H, axis=0); L = sum(M**2)",
    "x: d; L = exp(-100000 - sum(x**2))",
    "x: d; L = sum(softmax(x/0.001)**2)",
    "x: d; L = sum(log_softmax(500*x))",
    "x: d; p = sigmoid(80*x); L = -sum(p*log(p) + (1-p)*log(1-p))",
    "x: d; L = 1e-200*sum(1e-150*x**3)",
    "x: d; u = x/norm(x); L = dot(u, u)",
    "x: d; L = sum(x)**2 - sum(outer(x, x))",
    "X: n x m; L = logdet(X.T @ X) - 2*logdet(X.T @ X)/2",
    "Q: n x n; q = inverse(Q) @ Q; L = sum(q**2)",
    "X: n x d; H = layernorm(X); L = sum(H) + sum(H**2)",
]  # fmt: skip


@pytest.mark.parametrize("text", sampled(RIGHT, 2))
def test_rounding_and_underflow_are_no_difference(text: str) -> None:
    for seed in (0, 1, 10479):
        report = sb.derive(text).verify(seed=seed)
        assert report.ok, report.failures


SATURATED = [
    f"x: d; L = sum({f})"
    for c in (20, 33, 60, 400)
    for f in (f"tanh({c} + x)", f"sigmoid({c} - x)", f"tanh(x - {c})**3", f"x*tanh({c} + x)**2")
] + ["x: d; L = sum(exp(-100000 - x**2))", "x: d; L = sum(erf(9 + x))", "x: d; L = sum(tanh(1000 + x))"]


def gradients(text: str, factor: object) -> set[str]:
    """The δ's that are refused where that of x is damaged."""
    d = sb.derive(text)
    return failed(damaged(d, "x", lambda e: td.mul(const(factor), e)))  # type: ignore[arg-type]


@pytest.mark.parametrize("text", SATURATED)
def test_a_wrong_slope_is_seen_where_floating_point_has_none_of_its_digits(text: str) -> None:
    assert sb.derive(text).verify().ok
    for factor in (-1, 2, "1.001"):
        assert "δ x" in gradients(text, factor)


@pytest.mark.parametrize("c", [20, 33, 60, 400])
def test_a_wrong_line_is_seen_there(c: int) -> None:
    d = sb.derive(f"x: d; L = sum(tanh({c} + x))")
    page = outline(d)
    for change in (partial(times, number(2)), partial(times, Minus(number(1)))):
        wrong = with_equation(page, "gradient.x", change)
        assert "gradient.x" in {c.key for c in verify_page(d, wrong).failures}


@pytest.mark.parametrize("c", [20, 33, 60])
def test_wrong_code_is_seen_or_not_checkable_there(c: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slope the code has no digits of proves nothing: another point does, or there is no verdict."""
    d = sb.derive(f"x: d; L = sum(tanh({c} + x))")
    right = source(d)
    monkeypatch.setattr(emitted_code, "source", lambda d: right.replace("'x': x_bar", "'x': -x_bar"))
    for seed in range(4):
        (found,) = (c for c in verify_page(d, Page(()), seed=seed).code_checked if c.key == "code x")
        assert found.verdict in ("differs", "not checkable")


def test_code_without_a_digit_anywhere_is_not_checkable() -> None:
    d = sb.derive("x: d; L = sum(tanh(100 + x/1000))")
    (found,) = (c for c in d.verify().code_checked if c.key == "code x")
    assert found.verdict == "not checkable" and "digits" in found.reason


@pytest.mark.parametrize("factor", ["1.0000000001", "0.9999999999", "1.00000000001"])
@pytest.mark.parametrize(
    "text", ["x: d; W: d x d; h = tanh(W @ x); L = sum(h**2)", "x: d; L = 1e-40*sum(sin(x))"]
)
def test_a_factor_near_1_is_seen_everywhere(text: str, factor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    d = sb.derive(text)
    assert "δ x" in gradients(text, factor)
    page = outline(d)
    wrong = with_equation(page, "gradient.x", partial(times, number(Fraction(factor))))
    assert "gradient.x" in {c.key for c in verify_page(d, wrong).failures}
    right = source(d)
    monkeypatch.setattr(emitted_code, "source", lambda d: right.replace("'x': x_bar", f"'x': x_bar*{factor}"))
    assert "code x" in {c.key for c in verify_page(d, Page(())).failures}


# --- the numbers themselves ------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
def test_values_of_random_graphs_have_these_first_digits(seed: int) -> None:
    d = sb.derive(random_graph(seed, 5))
    p = point_for(d, 0, seed, "complex")
    assert not isinstance(p, str)
    q = again(d, p, lambda k, x: lengthened(x, 50))
    for table, other in ((p.values, q.values), (p.deltas, q.deltas)):
        for key, x in table.items():
            np.testing.assert_allclose(other[key].astype(float), x, rtol=1e-10, atol=1e-12)


REAL = {"log": 0.7, "sqrt": 0.7, "rsqrt": 0.7, "log1p": 0.7, "reciprocal": 0.7}


@pytest.mark.parametrize("digits", [50, 400])
@pytest.mark.parametrize("name", [n for n in SCALARS if n != "pentagamma"])  # which has no slope here
def test_a_complex_step_of_a_function_has_these_digits(name: str, digits: int) -> None:
    """∂f(x)³ by a step, against 3 f(x)² times f' in the same numbers."""
    for at in (REAL.get(name, -8.25), 0.3125, 1.75, 17.5):
        with np.errstate(all="ignore"):
            if not np.isfinite(scalar_value(name, 0, np.asarray(at))):
                continue  # no function there: arcsin(17.5), log2(-8.25)
        x = lengthened(np.asarray([at]), digits)

        def cubed(step: np.ndarray, x: np.ndarray = x) -> np.ndarray:
            return scalar_value(name, 0, x + step) ** 2 * scalar_value(name, 0, x + step)

        found = column(x, 0, cubed)[0]
        y, slope = (scalar_value(name, k, x)[0] for k in (0, 1))
        assert (
            abs(found - 3 * y**2 * slope)
            <= abs(found) * 1e-10 + abs(y) ** 3 * found.context.mpf(10) ** -digits
        )


def trial(text: str) -> Trial:
    d = sb.derive(text)
    p = point_for(d, 0, 0, "complex")
    assert not isinstance(p, str)
    return Trial(d, p, 0)


def test_what_has_no_value_to_many_digits_has_none() -> None:
    assert trial("x: d; L = sum(x**2)").digits(100) is not None
    with limited(3), pytest.raises(NoLongValue):
        again(*(lambda t: (t.d, t.point))(trial("x: d; L = sum(x**2)")), lambda k, x: lengthened(x, 50))
    assert trial("X: 97 x 101; Y: 101 x 103; L = sum(tanh(X @ Y))").digits(100) is None


def test_inputs_keep_their_domain() -> None:
    t = trial(
        "p: n distribution; y: n onehot; l: scalar label n; z: n; L = sum(p*log(softmax(z))) + z[l] + y @ z"
    )
    many = t.digits(100)
    assert many is not None
    assert abs(many.values["p", 0].sum() - 1) < 1e-90
    assert many.values["l", 0].dtype.kind == "i"
    assert abs(float(many.values["p", 0][0]) - t.point.values["p", 0][0]) < 1e-15
