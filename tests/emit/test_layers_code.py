"""Emitted functions and layers against loops, sizes distinct primes."""

from types import ModuleType

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.layers_code import Functions, Layer, functions, layers
from symbackprop.entries.reference_values import Array
from symbackprop.graph.functions import collect
from symbackprop.vocabulary import OPS
from tests.emitted_values import full_point, same
from tests.samples import sampled
from tests.vocabulary.test_vocabulary import LAST, cases

SIZES = {"image": (2, 3, 13, 11), "kernel": (7, 3, 5, 2)}


def loaded(code: str) -> ModuleType:
    module = ModuleType("emitted")
    exec(compile(code, "<emitted>", "exec"), module.__dict__)  # noqa: S102 - our own text
    return module


def graph(bias: str, options: str) -> str:
    shapes = [f"{n}: {' x '.join(map(str, s))}" for n, s in SIZES.items()]
    return f"{'; '.join(shapes)}; {bias and 'bias: 7;'} y = conv2d(image, kernel{bias}{options})"


def by_loops(image: Array, kernel: Array, y_bar: Array | None, stride: int, padding: int, dilation: int):  # noqa: ANN201
    """The sum over windows, and both gradients entry by entry."""
    p = padding
    wide = np.pad(image, ((0, 0), (0, 0), (p, p), (p, p)))
    reach = [dilation * (s - 1) for s in kernel.shape[2:]]
    high, across = ((s - r - 1) // stride + 1 for s, r in zip(wide.shape[2:], reach, strict=True))
    y = np.zeros((image.shape[0], kernel.shape[0], high, across))
    wide_bar, kernel_bar = np.zeros_like(wide), np.zeros_like(kernel)
    for n, k, h, w in np.ndindex(y.shape):
        for c, u, v in np.ndindex(kernel.shape[1:]):
            at = n, c, stride * h + dilation * u, stride * w + dilation * v
            y[n, k, h, w] += wide[at] * kernel[k, c, u, v]
            if y_bar is not None:
                wide_bar[at] += y_bar[n, k, h, w] * kernel[k, c, u, v]
                kernel_bar[k, c, u, v] += y_bar[n, k, h, w] * wide[at]
    inside = slice(p, wide.shape[2] - p), slice(p, wide.shape[3] - p)
    return y, wide_bar[:, :, inside[0], inside[1]], kernel_bar


@pytest.mark.parametrize(("stride", "padding", "dilation"), [
    (1, 0, 1), (1, 2, 1), (2, 0, 1), (3, 1, 1), (1, 0, 2), (2, 1, 2),
])  # fmt: skip
def test_functions_are_the_loops(stride: int, padding: int, dilation: int) -> None:
    options = f", stride={stride}, padding={padding}, dilation={dilation}"
    d = sb.derive(graph("", options))
    code = loaded(functions(d, forward="h_conv2d", backward="h_conv2d_grad"))
    rng = np.random.default_rng(5)
    image, kernel = (rng.normal(size=s) for s in SIZES.values())
    y, _, _ = by_loops(image, kernel, None, stride, padding, dilation)
    y_bar = rng.normal(size=y.shape)
    _, image_bar, kernel_bar = by_loops(image, kernel, y_bar, stride, padding, dilation)
    assert np.allclose(code.h_conv2d(image, kernel), y)
    found = code.h_conv2d_grad(image, kernel, y_bar)
    assert np.allclose(found[0], image_bar)
    assert np.allclose(found[1], kernel_bar)


def test_a_layer_is_its_functions() -> None:
    """Two derivations in one module keep their functions apart, also where names are the same."""
    plain, biased = sb.derive(graph("", "")), sb.derive(graph(", bias", ""))
    text = layers([Functions(plain, "conv2d", "conv2d_grad"), Layer(biased, "Conv2D", "image")])
    code = loaded(text)
    rng = np.random.default_rng(6)
    image, kernel = (rng.normal(size=s) for s in SIZES.values())
    layer = code.Conv2D(kernel, np.arange(7.0))
    y = layer.forward(image)
    assert np.allclose(y, code.conv2d(image, kernel) + np.arange(7.0)[:, None, None])
    y_bar = rng.normal(size=y.shape)
    image_bar, kernel_bar = code.conv2d_grad(image, kernel, y_bar)
    assert np.allclose(layer.backward(y_bar), image_bar)
    assert np.allclose(layer.kernel_bar, kernel_bar)
    assert np.allclose(layer.bias_bar, y_bar.sum((0, 2, 3)))


def test_symbolic_sizes_stay_open() -> None:
    d = sb.derive("image: n x c x h x w; kernel: k x c x p x q; y = conv2d(image, kernel)")
    code = loaded(functions(d, forward="f", backward="g"))
    rng = np.random.default_rng(7)
    image, kernel = (rng.normal(size=s) for s in SIZES.values())
    y, _, _ = by_loops(image, kernel, None, 1, 0, 1)
    assert np.allclose(code.f(image, kernel), y)
    _, image_bar, kernel_bar = by_loops(image, kernel, y, 1, 0, 1)
    found = code.g(image, kernel, y)
    assert np.allclose(found[0], image_bar)
    assert np.allclose(found[1], kernel_bar)


def test_backward_recomputes_only_what_it_uses() -> None:
    d = sb.derive("x: n x 3; W: 3 x 5; u = tanh(x @ W); y = u + 1")
    text = functions(d, forward="f", backward="g")
    assert "y = " not in text.partition("def g")[2].replace("u_bar = y_bar", "")
    code = loaded(text)
    x, w = np.ones((2, 3)), np.full((3, 5), 0.1)
    x_bar, w_bar = code.g(x, w, np.ones((2, 5)))
    slope = 1 - np.tanh(0.3) ** 2
    assert np.allclose(x_bar, 0.5 * slope)
    assert np.allclose(w_bar, 2 * slope)


def test_a_recurrence_is_no_layer() -> None:
    text = "t: 1..T; x[t]: 2; W: 2 x 2; h[t] = tanh(x[t] + W @ h[t-1]); l[t] = sum(h[t])"
    d = sb.derive(f"{text}; L = sum(l[t], over=t)")
    with pytest.raises(sb.SymbackpropError, match="no layer"):
        functions(d, forward="f", backward="g")
    with pytest.raises(sb.SymbackpropError, match="no variable"):
        layers([Layer(sb.derive("x: 3; y = x**2"), "Square", "z")])


def agrees(d: Derivation) -> None:
    """Both functions, and a layer for every variable, against values from the definitions."""
    p = full_point(d, 4)
    given = {n: p.values[n, 0] for n in d.graph.inputs}
    bar = [p.deltas[d.of, 0]] if d.backward.seed.symbol else []
    code = loaded(functions(d, forward="ahead", backward="back"))
    assert same(code.ahead(**given), p.values[d.of, 0])
    found = code.back(*given.values(), *bar)
    for n, v in zip(d.wrt, found if len(d.wrt) > 1 else (found,), strict=True):
        assert same(v, p.deltas[n, 0]), n
    for data in d.wrt:
        held = {n: v for n, v in given.items() if n != data}
        layer = loaded(layers([Layer(d, "Own", data)])).Own(**held)
        assert same(layer.forward(given[data]), p.values[d.of, 0])
        assert same(layer.backward(*bar), p.deltas[data, 0]), data
        for n in d.wrt:
            assert n == data or same(getattr(layer, f"{n}_bar"), p.deltas[n, 0]), n


KNOWN = [(o, n) for o in OPS if o not in LAST for n in range(len(cases(OPS[o])))]


@pytest.mark.parametrize(("name", "n"), sampled(KNOWN, 2))
def test_every_op_is_a_layer(name: str, n: int) -> None:
    """Alone, and below a function and a sum."""
    e = cases(OPS[name])[n]
    agrees(sb.derive(collect(z=e)))
    agrees(sb.derive(collect(L=sb.sum(sb.tanh(e)) if e.rank else sb.tanh(e))))


@pytest.mark.parametrize("text", [
    "x: n x d; g: d; b: d; y = layernorm(x, g, b); z = tanh(y)",
    "x: n; a: n; W: n x n; y = mse(W @ a, x)",
    "x: n; a: m; W: 3 x n; c = concat(x, a); y = concat(W @ x, c) * 2",
    "x: n x d; y: n label d; L = cross_entropy_logits(tanh(x), y)",
    "x: n x d; u: d; m = mean(x, axis=0); L = sum(u * rmsnorm(m))",
])  # fmt: skip
def test_layers_with_helpers_and_selectors(text: str) -> None:
    agrees(sb.derive(text))


@pytest.mark.parametrize("name", ["np", "_arrays", "_fits", "_labels", "lambda", "sum", "two words"])
def test_a_name_that_emitted_code_needs_is_refused(name: str) -> None:
    d = sb.derive("x: n; A: m x n; L = sum((A @ x)**2)")
    for emit in (
        lambda: layers([Layer(d, name, "x")]),
        lambda: functions(d, forward=name, backward="g"),
        lambda: functions(d, forward="f", backward=name),
    ):
        with pytest.raises(sb.SymbackpropError, match=r"name|emitted code"):
            emit()


def test_two_functions_have_two_names() -> None:
    d = sb.derive("x: n; L = sum(x**2)")
    with pytest.raises(sb.SymbackpropError, match="given twice"):
        functions(d, forward="f", backward="f")
    assert "def np_(" in functions(d, forward="np_", backward="f")


def test_an_array_does_not_take_the_place_of_what_python_asks() -> None:
    d = sb.derive("__class__: n; __dict__: m x n; L = sum((__dict__ @ __class__)**2)")
    net = loaded(layers([Layer(d, "Net", "__class__")])).Net(np.ones((2, 3)))
    assert net.forward(np.ones(3)) == 18
    assert np.array_equal(net.backward(), np.full(3, 12.0))


def test_layers_for_another_library_are_refused() -> None:
    d = sb.derive("x: n; A: m x n; y = A @ x")
    assert "class Net(torch.nn.Module)" in layers([Layer(d, "Net", "x")], "torch")
    for parts, target in (([Layer(d, "Net", "x")], "jax"), ([Functions(d, "f", "g")], "torch")):
        with pytest.raises(sb.SymbackpropError, match="layers are for numpy and torch"):
            layers(parts, target)
    with pytest.raises(sb.SymbackpropError, match="no variable"):
        layers([Layer(d, "Net", "z")], "torch")
