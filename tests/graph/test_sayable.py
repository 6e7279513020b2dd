"""What a graph can say: spellings made of other ops, at ranks 1 and 2, held against finite differences.

Every one is derived, printed, verified, spelled for NumPy; its value is what NumPy makes of the same text.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.numeric.points import forward, generic_point

STEP = 1e-6
# the text, and NumPy's value of it from x and y
OF_X: dict[str, Callable[..., Any]] = {
    "pi*x + e": lambda x: np.pi * x + np.e,
    "e**x": np.exp,
    "2**x": lambda x: 2**x,
    "x[::-1]": lambda x: x[::-1],
    "x[..., ::-1]": lambda x: x[..., ::-1],
    "x[4::-2]": lambda x: x[4::-2],
    "x[1:5:2]": lambda x: x[1:5:2],
    "x[[1, 3]]": lambda x: x[[1, 3]],
    "x[[3, 0, 1]]": lambda x: x[[3, 0, 1]],
    "x[None]": lambda x: x[None],
    "where(x > 0, x**2, sin(x))": lambda x: np.where(x > 0, x**2, np.sin(x)),
    "where((x > -1) & (x < 1), x, 0)": lambda x: np.where((x > -1) & (x < 1), x, 0),
    "where(-1 < x < 1, x, 0)": lambda x: np.where((x > -1) & (x < 1), x, 0),
    "where((x > 1) | (x <= -1), x, 3)": lambda x: np.where((x > 1) | (x <= -1), x, 3),
    "where(not x >= 0, x**2, x)": lambda x: np.where(x < 0, x**2, x),
    "(x >= 0)*x": lambda x: (x >= 0) * x,
    "(x == 0)*x + (x != 0)*x**2": lambda x: (x != 0) * x**2,
    "var(x)": np.var,
    "var(x, ddof=1)": lambda x: np.var(x, ddof=1),
    "std(x, axis=-1)": lambda x: np.std(x, axis=-1),
    "x/std(x, axis=0, keepdims=True)": lambda x: x / np.std(x, axis=0, keepdims=True),
    "prod(x, axis=0)": lambda x: np.prod(x, axis=0),
    "cumprod(x, axis=-1)": lambda x: np.cumprod(x, axis=-1),
    "prod(exp(x/9))": lambda x: np.prod(np.exp(x / 9)),
    "exp2(x)": np.exp2,
    "arcsinh(x)": np.arcsinh,
    "arctanh(tanh(x)/2)": lambda x: np.arctanh(np.tanh(x) / 2),
    "arcsin(tanh(x)/2)": lambda x: np.arcsin(np.tanh(x) / 2),
    "arccos(tanh(x)/2)": lambda x: np.arccos(np.tanh(x) / 2),
    "arccosh(2 + x**2)": lambda x: np.arccosh(2 + x**2),
    "log2(1 + x**2)": lambda x: np.log2(1 + x**2),
    "log10(1 + x**2)": lambda x: np.log10(1 + x**2),
    "x*floor(3*x)": lambda x: x * np.floor(3 * x),
    "x*ceil(3*x)": lambda x: x * np.ceil(3 * x),
    "x % 0.7": lambda x: x % 0.7,
    "max(x, axis=0, keepdims=True)*x": lambda x: x.max(axis=0, keepdims=True) * x,
    "x - logsumexp(x, axis=0, keepdims=True)": lambda x: x - np.log(np.sum(np.exp(x), 0, keepdims=True)),
    "x/norm(x, axis=-1, keepdims=True)": lambda x: x / np.linalg.norm(x, axis=-1, keepdims=True),
    "flip(x)": np.flip,
    "flip(x, axis=0)": lambda x: np.flip(x, 0),
    "roll(x, 2, axis=0)": lambda x: np.roll(x, 2, 0),
    "roll(x, -1)": lambda x: np.roll(x, -1),
    "pad(x, 1)": lambda x: np.pad(x, 1),
    "pad(x, (1, 2))": lambda x: np.pad(x, (1, 2)),
    "tile(x, 3)": lambda x: np.tile(x, 3),
    "tile(x, 2, 3)": lambda x: np.tile(x, (2, 3)),
    "repeat(x, 2)": lambda x: np.repeat(x, 2),
    "repeat(x, 2, axis=-1)": lambda x: np.repeat(x, 2, axis=-1),
    "gammaln(1/5 + x**2)": lambda x: np.vectorize(math.lgamma)(0.2 + x**2),
    "prelu(x, 0.2)": lambda x: np.where(x > 0, x, 0.2 * x),
}
OF_TWO: dict[str, Callable[..., Any]] = {
    "hypot(x, y)": np.hypot,
    "logaddexp(x, y)": np.logaddexp,
    "logaddexp2(x, y)": np.logaddexp2,
    "arctan2(x, y)": np.arctan2,
    "maximum(x, y, x*y)": lambda x, y: np.maximum(np.maximum(x, y), x * y),
    "minimum(x, y, x*y, 1)": lambda x, y: np.minimum(np.minimum(np.minimum(x, y), x * y), 1),
    "(1 + x**2)**y": lambda x, y: (1 + x**2) ** y,
    "x % (1 + y**2)": lambda x, y: x % (1 + y**2),
    "stack(x, y)": lambda x, y: np.stack((x, y)),
    "stack(x, y, axis=-1)": lambda x, y: np.stack((x, y), -1),
    "[x, y]": lambda x, y: np.array([x, y]),
    "x[..., None] - y[..., None, :]": lambda x, y: x[..., None] - y[..., None, :],
    "where(x > y, x, y**2)": lambda x, y: np.where(x > y, x, y**2),
}
OF_MATRICES: dict[str, Callable[..., Any]] = {
    "x[:, ::-1]": lambda x: x[:, ::-1],
    "x[::-2, [0, 2]]": lambda x: x[::-2, [0, 2]],
    "x[1, [2, 0]]": lambda x: x[1, [2, 0]],
    "x[:, None]": lambda x: x[:, None],
    "tril(x)": np.tril,
    "triu(x, 1)": lambda x: np.triu(x, 1),
    "repeat(x, 3, axis=0)": lambda x: np.repeat(x, 3, 0),
    "roll(x, 1)": lambda x: np.roll(x, 1),
    "pad(x, (1, 0), (0, 2))": lambda x: np.pad(x, ((1, 0), (0, 2))),
    "block([[x, 2*x], [0, x]])": lambda x: np.block([[x, 2 * x], [0 * x, x]]),
    "block_diag(x, x.T)": lambda x: np.block([[x, np.zeros((7, 7))], [np.zeros((3, 3)), x.T]]),
    "var(x, axis=0, ddof=1)": lambda x: np.var(x, axis=0, ddof=1),
    "pinv(x)": np.linalg.pinv,
    "max(x, axis=(0, 1))": np.max,
    "x @ [[2, 1], [1, 20], [0, 3]]": lambda x: x @ np.array([[2, 1], [1, 20], [0, 3]]),
    "x*[1, 1/2, -3]": lambda x: x * np.array([1, 0.5, -3]),
    "cross(x, flip(x, axis=0))": lambda x: np.cross(x, x[::-1]),
    "matrix_power(x.T @ x, 0) + x.T @ x": lambda x: np.eye(3) + x.T @ x,
    "logabsdet(x.T @ x - 2*eye(3))": lambda x: np.linalg.slogdet(x.T @ x - 2 * np.eye(3))[1],
}
CASES = [
    *((f"x: {shape}", text, fn) for text, fn in OF_X.items() for shape in ("7", "7 x 3")),
    *((f"x: {s}; y: {s}", text, fn) for text, fn in OF_TWO.items() for s in ("5", "5 x 3")),
    *(("x: 7 x 3", text, fn) for text, fn in OF_MATRICES.items()),
]


@pytest.mark.parametrize(("declared", "text", "numpy"), CASES, ids=[f"{d}: {t}" for d, t, _ in CASES])
def test_means_what_numpy_means(declared: str, text: str, numpy: Callable[..., Any]) -> None:
    """Value and gradient at a point; the printed sides are read back."""
    d = sb.derive(f"{declared}; z = {text}; L = sum(cos(z))", of="L")
    assert all(d[n].text() and d[n].latex() for n in d.wrt)
    p = forward(d.graph, generic_point(d.graph, 0, 3))
    given = {n: p.values[n, 0] for n in d.graph.inputs}
    value = numpy(*given.values())
    assert p.values["z", 0].shape == np.shape(value)
    assert np.allclose(p.values["z", 0], value, atol=1e-12)
    out = d.compile("numpy")(**given)
    for n, x in given.items():
        slope = differences(lambda v, n=n: float(np.sum(np.cos(numpy(*{**given, n: v}.values())))), x)
        assert np.allclose(out[n], slope, atol=2e-7, rtol=1e-6), n
    report = d.verify(seed=2)
    assert report.ok, report.failures


def differences(f: Callable[[Any], float], x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Central differences."""
    out = np.zeros_like(x)
    for at in np.ndindex(*x.shape):
        h = np.zeros_like(x)
        h[at] = STEP
        out[at] = (f(x + h) - f(x - h)) / (2 * STEP)
    return out


@pytest.mark.parametrize(
    "text",
    [
        "x: n; Y = x[::-1]",
        "x: 2*n; Y = x[1::2]",
        "x: n x 3*m; Y = x[:, ::3]",
        "x: n; Y = flip(x)",
        "x: n; Y = roll(x, 1)",
        "x: n; Y = pad(x, 2)",
        "x: n; Y = prod(x)",
        "x: n positive; Y = cumprod(x)",
        "x: n x m positive; Y = prod(x, axis=0)",
        "x: n; y: n x k; Y = tile(x, k) + reshape(y, -1)",
        "x: n x m; Y = tile(x, 2, 3)",
        "x: n x n; m: scalar; Y = matrix_power(x, 0)*m",
        "m: scalar; n: scalar; M = [[0, m], [n, 0]]; Y = matrix_power(M, 3)",
        "x: 2 x 3 x 5; Y = x[:, ::-1]",
        "x: 5 x 7 x 4; Y = x[3, 2:, [1, 3]]",
        "x: 2 x 3 x 5; Y = x - max(x, axis=1, keepdims=True)",
        "x: 2 x 3 x 5; Y = x - mean(x, axis=(0, 1), keepdims=True)",
        "x: 2 x 3 x 5; Y = repeat(x, 2, axis=1)",
        "x: n positive; k: scalar; Y = x**k + x**n",
        "x: n x m; Y = stop_gradient(x)*x",
        "x: scalar; y: scalar; Y = linspace(x, y, 5)",
        "pi: scalar; e: n; Y = pi*e",
        "x: n + k; w: k; Y = windows1d(x, size=k, stride=1) @ w",
    ],
)
def test_sizes_by_name_and_stacks(text: str) -> None:
    d = sb.derive(text)
    report = d.verify(seed=1)
    assert report.ok, report.failures
    assert "def " in d.source("torch") and "def " in d.source("jax")


def test_a_list_apart_from_a_position_stands_in_front() -> None:
    """As in NumPy, where `x[3, 2:, [1, 3]]` is 2 x 5 and not 5 x 2."""
    x = sb.symbol("x", 5, 7, 4)
    own, given = np.zeros((5, 7, 4)), (3, slice(2, None), [1, 3])
    assert tuple(s.number for s in x[given].shape) == own[given].shape == (2, 5)
    near = (slice(2), 3, [1, 0, 2])
    assert tuple(s.number for s in x[near].shape) == own[near].shape == (2, 3)


REFUSED = {
    "x: n; Y = x[::2]": "Declare the axis as a number, or as 2\\*k",
    "x: n x m; Y = prod(x, axis=1)": "positive",
    "x: n; Y = cumprod(x)": "positive",
    "x: n x m; Y = cumprod(x)": "axis=-1",
    "x: 5; Y = x[[1, 7]]": "does not lie",
    "X: 5 x 5; Y = X[[0, 1], [1, 0]]": r"X\[\[0, 2\]\]\[:, \[1, 3\]\]",
    "x: n; Y = [[1, 2], [3]]*x": "of one length",
    "A: n x n; Y = [[A, A], [A, A]]": r"block\(\[\[A, B\]",
    "x: n; y: m; Y = stack(x, y)": "one shape",
    "x: n; Y = maximum(x)": r"max\(x\)",
    "x: n; y: scalar label 3; Y = x*(y > 1)": "onehot",
    "x: n; Y = not x": "Conditions are comparisons",
    "x: n; Y = x[::0]": "not 0",
    "x: 4; Y = cross(x, x)": "three entries",
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(sb.SymbackpropError, match=REFUSED[text]):
        sb.derive(text)
