"""Largest entries and pooling: against loops, with ties, and on paper."""

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.entries.reference_values import KINKS, TIE, first_largest
from symbackprop.graph import functions as fn


def run(text: str, **values: object) -> dict[str, np.ndarray]:
    return sb.derive(text).compile("numpy")(**values)


def test_the_first_of_equal_entries_takes_the_derivative() -> None:
    out = run("x: 5; L = max(x)**2", x=[1.0, 3.0, 2.0, 3.0, 3.0])
    assert out["L"] == 9
    assert out["x"].tolist() == [0, 6, 0, 0, 0]


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_max_is_numpys(axis: int) -> None:
    x = np.random.default_rng(1).normal(size=(3, 5, 2))
    y_bar = np.random.default_rng(2).normal(size=x.max(axis).shape)
    out = run(f"x: 3 x 5 x 2; y = max(x, axis={axis})", x=x, y_bar=y_bar)
    assert np.array_equal(out["y"], x.max(axis))
    first = x == x.max(axis, keepdims=True)
    assert np.allclose(out["x"], first * np.expand_dims(y_bar, axis))


@pytest.mark.parametrize(("size", "stride"), [(2, None), (3, None), (3, 2), (2, 3), (1, 1)])
def test_max_pooling_by_loops(size: int, stride: int | None) -> None:
    step = stride or size
    rng = np.random.default_rng(3)
    x = rng.normal(size=(2, 3, 11, 7))
    said = f", stride={stride}" if stride else ""
    d = sb.derive(f"x: 2 x 3 x 11 x 7; y = max_pool2d(x, size={size}{said})")
    y_bar = rng.normal(size=[s.value({}) for s in d.graph["y"].shape])
    out = d.compile("numpy")(x=x, y_bar=y_bar)
    x_bar = np.zeros_like(x)
    for n, c, h, w in np.ndindex(y_bar.shape):
        window = x[n, c, step * h : step * h + size, step * w : step * w + size]
        assert out["y"][n, c, h, w] == window.max()
        u, v = np.unravel_index(window.argmax(), window.shape)
        x_bar[n, c, step * h + u, step * w + v] += y_bar[n, c, h, w]
    assert np.allclose(out["x"], x_bar)


@pytest.mark.parametrize("text", [
    "x: n x m; W: m x k; L = sum(max(x @ W, axis=1)**2)",
    "x: 2 x 3 x 5; W: 5 x 7; y = max(tanh(x @ W), axis=-1)",
    "x: n x 1 x 6 x 6; f: 3 x 1 x 3 x 3; y = max_pool2d(relu(conv2d(x, f)))",
    "x: n x k; m = argmax(x, axis=-1); y = onehot(m) * x",
    "x: 2 x 3 x 7 x 7; y = avg_pool2d(x, size=3)",
])  # fmt: skip
def test_every_printed_side_holds(text: str) -> None:
    report = sb.derive(text).verify(seed=5)
    assert report.ok, report.failures


def test_pooling_windows_lie_side_by_side_unless_told() -> None:
    x = fn.symbol("x", 2, 6, 6)
    assert [str(s) for s in fn.FUNCTIONS["avg_pool2d"](x, size=3).shape] == ["2", "2", "2"]
    assert [str(s) for s in fn.FUNCTIONS["max_pool2d"](x, stride=1).shape] == ["2", "5", "5"]


def test_a_computed_label_prints_as_an_index() -> None:
    d = sb.derive("x: 5; m = argmax(x); L = x[m]**2")
    assert d["x"].text() == "2 xₘ eₘ"
    with pytest.raises(sb.DeclarationError, match="label"):
        sb.derive("x: 5; m = argmax(x); L = x[m]**2", wrt=["m"])


def test_jacobian_and_hessian_of_the_largest() -> None:
    graph = sb.read("x: 5; L = max(x)**2")
    assert sb.jacobian(graph, of="L", wrt="x").verify() < 1e-10
    assert sb.hessian(graph, of="L", wrt="x").verify() < 1e-10
    rows = sb.read("x: 5 x 3; y = max(x, axis=1)")
    assert sb.jacobian(rows, of="y", wrt="x").verify() < 1e-10


def test_near_ties_are_kinks_and_equal_zeros_are_not() -> None:
    def distance(*x: float) -> float:
        noted: list[float] = []
        token = KINKS.set(noted)
        first_largest(np.array([x]))
        KINKS.reset(token)
        return min(noted)

    assert distance(1.0, 0.5) == 0.5
    assert distance(1.0, 1.0 - 1e-12) < 1e-11
    assert distance(0.0, 0.0, -1.0) == TIE


@pytest.mark.parametrize(
    ("without", "named"),
    [
        ("max_pool1d(X, 3)", "max_pool1d(X, size=3)"),
        ("max_pool1d(X, 3, 2)", "max_pool1d(X, size=3, stride=2)"),
        ("avg_pool1d(X, 3, 1, 1)", "avg_pool1d(X, size=3, stride=1, padding=1)"),
        ("max_pool2d(X, 2)", "max_pool2d(X, size=2)"),
    ],
)
def test_options_may_stand_without_their_names(without: str, named: str) -> None:
    first, second = (sb.read(f"X: n x 2 x 4 x 9; y = {e}").definition["y"] for e in (without, named))
    assert first is second


@pytest.mark.parametrize("size", ["s", "n", "2.5", "0", "-2"])
def test_a_window_has_a_number_of_entries(size: str) -> None:
    with pytest.raises(sb.SymbackpropError, match="number"):
        sb.read(f"X: n x 2 x 9; s: scalar; y = max_pool1d(X, {size})")


def test_a_diagonal_of_one_by_one_entry() -> None:
    """Windows that leave one entry make a matrix of one by one on the page: its diagonal is that entry."""
    d = sb.derive(
        "x: d x n; q = avg_pool1d(x, size=2, stride=1); L = sum(sin(softmax(q, axis=0))) + sum(cos(q))"
    )
    report = d.verify(seed=70_040)
    assert {"n": 2} in [{"n": dict(s)["n"]} for s in report.sizes] and report.ok, report.failures
