"""Code with a loop over the offsets of a window, against the code that is asked for its arguments."""

from collections.abc import Mapping

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.emit import Functions, Layer, layers
from symbackprop.emit.code_names import code_names
from symbackprop.emit.plain_code import plain_code
from symbackprop.emit.window_loops import window_loops
from symbackprop.entries.reference_values import Array
from symbackprop.errors import SymbackpropError
from tests.emit.test_layers_code import loaded

GRAPHS = {
    "X: n x c x h x w; K: k x c x u x v; Y = conv2d(X, K)":
        {"n": 2, "c": 3, "h": 7, "w": 11, "k": 5, "u": 2, "v": 3},
    "x: c x h x w; K: k x c x u x v; b: k; y = conv2d(x, K, b)":
        {"c": 3, "h": 7, "w": 5, "k": 2, "u": 3, "v": 2},
    "x: c x 13; f: k x c x 3; y = conv1d(x, f, stride=5)": {"c": 3, "k": 2},
    "x: c x 11; f: k x c x 3; y = conv1d(x, f, dilation=3)": {"c": 2, "k": 5},
    "x: c x 11 x 9; f: k x c x 3 x 2; y = conv2d(x, f, stride=2)": {"c": 2, "k": 3},
    "x: g x c x 7; f: g x k x c x 3; y = group_conv1d(x, f)": {"g": 2, "c": 3, "k": 5},
    "x: n x m; y = avg_pool2d(x, size=3, stride=1)": {"n": 5, "m": 7},
    "x: 2 x 9 x 11; y = avg_pool2d(x, size=3, stride=2)": {},
    "x: 3 x 7; y = avg_pool1d(x, size=2)": {},
}  # fmt: skip


def drawn(d: sb.Derivation, sizes: Mapping[str, int], seed: int) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    shapes = {n: d.graph.symbol[n].shape for n in (*d.graph.inputs, d.of)}
    bars = code_names(d).bars
    return {bars[n] if n == d.of else n: rng.normal(size=[x.value(dict(sizes)) for x in s])
            for n, s in shapes.items()}  # fmt: skip


@pytest.mark.parametrize("text", GRAPHS)
def test_slices_in_a_loop_give_what_windows_give(text: str) -> None:
    d = sb.derive(text)
    at = drawn(d, GRAPHS[text], 3)
    want = d.compile("numpy")(**at)
    module = loaded(layers([Functions(d, "ahead", "back")], style="plain"))
    inputs = {n: at[n] for n in d.graph.inputs}
    assert np.allclose(module.ahead(**inputs), want[d.of], rtol=1e-12)
    found = module.back(**at)
    for n, x in zip(d.wrt, found if len(d.wrt) > 1 else (found,), strict=True):
        assert np.allclose(x, want[n], rtol=1e-11), n
        assert not np.allclose(2 * x, want[n])


@pytest.mark.parametrize("text", GRAPHS)
def test_gradients_are_added_up(text: str) -> None:
    """Written over where windows overlap, they are wrong."""
    d = sb.derive(text)
    made = window_loops(d, code_names(d))
    assert made is not None
    assert any("+=" in x for x in made.back)
    assert all(len(x) <= 100 for x in (*made.counted, *made.ahead, *made.back))


def test_overwriting_is_wrong_where_windows_overlap() -> None:
    d = sb.derive("x: n x m; y = avg_pool2d(x, size=2, stride=1)")
    at = drawn(d, {"n": 5, "m": 3}, 5)
    code = layers([Functions(d, "ahead", "back")], style="plain")
    want = d.compile("numpy")(**at)["x"]
    spoiled = code.replace("columns] += y_bar", "columns] = y_bar")
    assert spoiled != code
    assert np.allclose(loaded(code).back(**at), want)
    assert not np.allclose(loaded(spoiled).back(**at), want)


@pytest.mark.parametrize("text", [
    "x: 2 x 9 x 9; f: 3 x 2 x 2 x 2; y = conv2d(x, f, padding=1)",  # it reads beyond the image
    "x: n; W: m x n; y = W @ x",
    "x: n x m; y = max_pool2d(x, size=2, stride=1)",
    "window: n x m; y = tanh(avg_pool2d(window, size=2, stride=1))",
    "rows: 5; y = avg_pool2d(outer(rows, rows), size=2)",
])  # fmt: skip
def test_what_is_no_loop_over_a_window(text: str) -> None:
    d = sb.derive(text)
    assert window_loops(d, code_names(d)) is None


def test_names_that_are_taken() -> None:
    d = sb.derive("window: n x c x h x w; K: k x c x u x v; r = conv2d(window, K)")
    at = drawn(d, {"n": 2, "c": 3, "h": 5, "w": 7, "k": 2, "u": 3, "v": 2}, 7)
    module = loaded(layers([Functions(d, "ahead", "back")], style="plain"))
    want = d.compile("numpy")(**at)
    for n, x in zip(d.wrt, module.back(**at), strict=True):
        assert np.allclose(x, want[n])


@pytest.mark.parametrize("text", [
    "x: n; W: m x n; b: m; y = tanh(W @ x + b)",
    "x: c x h x w; W: k x c x u x v; b: k; y = conv2d(x, W, b)",
])  # fmt: skip
def test_a_plain_layer(text: str) -> None:
    d = sb.derive(text)
    at = drawn(d, {"n": 3, "m": 5, "c": 2, "h": 7, "w": 5, "k": 3, "u": 2, "v": 3}, 11)
    layer = loaded(layers([Layer(d, "Own", "x")], style="plain")).Own(at["W"], at["b"])
    want = d.compile("numpy")(**at)
    assert np.allclose(layer.forward(at["x"]), want["y"])
    assert np.allclose(layer.backward(at["y_bar"]), want["x"])
    assert np.allclose(layer.W_bar, want["W"]) and np.allclose(layer.b_bar, want["b"])


def test_a_page_has_the_loop() -> None:
    code = plain_code(sb.derive("X: n x c x h x w; K: k x c x u x v; Y = conv2d(X, K)"))
    assert code is not None and "np.ndindex(u, v)" in code.text
    d = sb.derive("X: n x c x h x w; K: k x c x u x v; Y = conv2d(X, K)")
    assert d.verify().ok


def test_what_needs_more_is_refused() -> None:
    d = sb.derive("x: 2 x 9 x 9; f: 3 x 2 x 2 x 2; y = conv2d(x, f, padding=1)")
    with pytest.raises(SymbackpropError, match="few lines"):
        layers([Functions(d, "ahead", "back")], style="plain")
