"""What emitted code is measured on: a graph, arguments, the same by hand in NumPy, and its forward pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

import symbackprop as sb
from benchmarks import forward_passes as ahead

LONG = (2, 100_000)
Array: TypeAlias = NDArray[Any]
Arrays: TypeAlias = Mapping[str, Any]
Results: TypeAlias = dict[str, Any]


def gradients(text: str, wrt: tuple[str, ...]) -> sb.Derivation:
    return sb.derive(text, wrt=list(wrt))


def second(text: str, wrt: tuple[str, ...]) -> sb.Derivative:
    return sb.hessian(text, wrt=wrt[0])


@dataclass(frozen=True)
class Workload:
    """A graph with arguments; `by_hand` gives the output and the gradients by name, `forward` the output.

    `products` are the sizes of the matrix products that both passes need. Of a derivative of second order
    `by_hand` gives what a function of its code does.
    """

    name: str
    text: str
    wrt: tuple[str, ...]
    given: Arrays
    by_hand: Callable[..., Any] | None
    forward: Callable[..., Any] | None
    products: tuple[tuple[int, int, int], ...] = ()
    layers: int = 1  # that a forward pass in Python lays out one by one
    asked: Callable[[str, tuple[str, ...]], sb.Derivation | sb.Derivative] = gradients
    function: str | None = None  # of the code of a derivative, where it is not the first


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def rosenbrock(x: Array) -> Results:
    u, v = x[1:] - x[:-1] ** 2, 1 - x[:-1]
    g = np.zeros_like(x)
    g[:-1] = -400 * x[:-1] * u - 2 * v
    g[1:] += 200 * u
    return {"L": np.sum(100 * u**2 + v**2), "x": g}


def mlp(x: Array, Y: Array, W1: Array, b1: Array, W2: Array, b2: Array, W3: Array, b3: Array) -> Results:
    h1 = np.tanh(x @ W1 + b1)
    h2 = np.tanh(h1 @ W2 + b2)
    z = h2 @ W3 + b3
    z = z - z.max(axis=1, keepdims=True)
    e = np.exp(z)
    s = e.sum(axis=1, keepdims=True)
    dz = (e / s - Y) / len(x)
    d2 = (dz @ W3.T) * (1 - h2**2)
    d1 = (d2 @ W2.T) * (1 - h1**2)
    return {"L": -np.sum(Y * (z - np.log(s))) / len(x), "W3": h2.T @ dz, "b3": dz.sum(axis=0),
            "W2": h1.T @ d2, "b2": d2.sum(axis=0), "W1": x.T @ d1, "b1": d1.sum(axis=0)}  # fmt: skip


def concat_mse(x: Array, y: Array, W: Array, t: Array) -> Results:
    c = np.concatenate((x, y), axis=1)
    r = c @ W - t
    dr = 2 * r / r.size
    dc = dr @ W.T
    return {"L": np.mean(r**2), "x": dc[:, : x.shape[1]], "y": dc[:, x.shape[1] :], "W": c.T @ dr}


def lstm(x: Array, y: Array, c_0: Array, **w: Array) -> Results:
    steps, n, m = y.shape
    c, f, i, o, g, h = (np.empty((steps + 1, n, m)) for _ in range(6))
    c[0] = c_0
    for t in range(1, steps + 1):
        f[t] = sigmoid(x[t - 1] @ w["Wf"] + c[t - 1] @ w["WRf"] + w["bf"])
        i[t] = sigmoid(x[t - 1] @ w["Wi"] + c[t - 1] @ w["WRi"] + w["bi"])
        o[t] = sigmoid(x[t - 1] @ w["Wo"] + c[t - 1] @ w["WRo"] + w["bo"])
        g[t] = np.tanh(x[t - 1] @ w["Wc"] + w["bc"])
        c[t] = f[t] * c[t - 1] + i[t] * g[t]
        h[t] = np.tanh(o[t] * c[t])
    grad = {k: np.zeros_like(v) for k, v in w.items()}
    dc = np.zeros((n, m))
    for t in range(steps, 0, -1):
        dh = (h[t] - y[t - 1]) * (1 - h[t] ** 2)
        dc = dc + dh * o[t]
        before = dc * f[t]
        slopes = {"f": dc * c[t - 1] * f[t] * (1 - f[t]), "i": dc * g[t] * i[t] * (1 - i[t]),
                  "o": dh * c[t] * o[t] * (1 - o[t])}  # fmt: skip
        for k, d in slopes.items():
            grad["W" + k] += x[t - 1].T @ d
            grad["WR" + k] += c[t - 1].T @ d
            grad["b" + k] += d.sum(axis=0)
            before = before + d @ w["WR" + k].T
        d = dc * i[t] * (1 - g[t] ** 2)
        grad["Wc"] += x[t - 1].T @ d
        grad["bc"] += d.sum(axis=0)
        dc = before
    return {"L": 0.5 * np.sum((h[1:] - y) ** 2), **grad}


def deep(layers: int, x: Array, **w: Array) -> Results:
    h = [x]
    for k in range(1, layers + 1):
        h.append(np.tanh(h[-1] @ w[f"W{k}"]))
    out: Results = {"L": np.sum(h[-1] ** 2)}
    d = 2 * h[-1]
    for k in range(layers, 0, -1):
        d = d * (1 - h[k] ** 2)
        out[f"W{k}"] = h[k - 1].T @ d
        d = d @ w[f"W{k}"].T
    return out


def attention(X: Array, Wq: Array, Wk: Array, Wv: Array) -> Results:
    q, k, v = X @ Wq, X @ Wk, X @ Wv
    root = np.sqrt(q.shape[1])
    s = q @ k.T / root
    e = np.exp(s - s.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    a = p @ v
    centred = a - a.mean(axis=1, keepdims=True)
    dev = np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)
    o = centred / dev
    do = 2 * o
    da = (do - do.mean(axis=1, keepdims=True) - o * (do * o).mean(axis=1, keepdims=True)) / dev
    dp = da @ v.T
    ds = p * (dp - (dp * p).sum(axis=1, keepdims=True)) / root
    dq, dk, dv = ds @ k, ds.T @ q, p.T @ da
    return {"L": np.sum(o**2), "Wq": X.T @ dq, "Wk": X.T @ dk, "Wv": X.T @ dv}


def conv(x: Array, f: Array) -> Results:
    """Windows of a view and einsum, the filters turned by hand for the slope in x."""
    view = np.lib.stride_tricks.sliding_window_view
    win = view(x, f.shape[2:], axis=(2, 3))
    y = np.einsum("nchwuv,kcuv->nkhw", win, f, optimize=True)
    dy = 2 * np.maximum(y, 0)
    a, b = f.shape[2] - 1, f.shape[3] - 1
    pad = view(np.pad(dy, ((0, 0), (0, 0), (a, a), (b, b))), f.shape[2:], axis=(2, 3))
    dx = np.einsum("nkhwuv,kcuv->nchw", pad, f[:, :, ::-1, ::-1], optimize=True)
    return {
        "L": np.sum(np.maximum(y, 0) ** 2),
        "f": np.einsum("nkhw,nchwuv->kcuv", dy, win, optimize=True),
        "x": dx,
    }


def cumsum(x: Array) -> Results:
    c = np.cumsum(x)
    return {"L": c @ c, "x": 2 * np.cumsum(c[::-1])[::-1]}


def embedding(E: Array, y: Array, W: Array, t: Array) -> Results:
    rows = E[y]
    z = rows @ W
    z = z - z.max(axis=1, keepdims=True)
    e = np.exp(z)
    s = e.sum(axis=1, keepdims=True)
    dz = e / s
    dz[np.arange(len(t)), t] -= 1
    dz /= len(t)
    dE = np.zeros_like(E)
    np.add.at(dE, y, dz @ W.T)
    return {"L": np.mean(np.log(s[:, 0]) - z[np.arange(len(t)), t]), "W": rows.T @ dz, "E": dE}


def logistic_slope(X: Array, w: Array) -> Array:
    p = sigmoid(X @ w)
    return p * (1 - p) / len(X)


def logistic_hessian(X: Array, w: Array, y: Array) -> Array:
    return (X.T * logistic_slope(X, w)) @ X


def logistic_product(X: Array, w: Array, y: Array, v: Array) -> Array:
    return X.T @ (logistic_slope(X, w) * (X @ v))


def chances(z: Array) -> Array:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_hessian(X: Array, W: Array, y: Array) -> Array:
    """One product for -p pᵀ of all samples, the diagonal blocks added class by class."""
    (n, d), k = X.shape, W.shape[1]
    p = chances(X @ W)
    G = (X[:, :, None] * p[:, None]).reshape(n, d * k)
    H = (G.T @ G).reshape(d, k, d, k)
    H *= -1 / n
    for j in range(k):
        H[:, j, :, j] += X.T @ (X * p[:, j : j + 1]) / n
    return H


def softmax_product(X: Array, W: Array, y: Array, V: Array) -> Array:
    p = chances(X @ W)
    z = X @ V * p
    return X.T @ (z - p * z.sum(axis=1, keepdims=True)) / len(X)


def factorisation_hessian(U: Array, V: Array, A: Array) -> Array:
    (m, k), at = U.shape, np.arange(len(U))
    H = np.zeros((m, k, m, k))
    H[at, :, at] = 2 * (V.T @ V)
    return H


def factorisation_core(U: Array, V: Array, A: Array) -> list[tuple[Array, int]]:
    return [(2 * (V.T @ V), len(U))]


LOGISTIC = "X: n x d; w: d; y: n; z = X @ w; L = mean(softplus(z) - y*z)"
CLASSES = "X: n x d; W: d x k; y: n label k; L = mean(cross_entropy_logits(X @ W, y))"
FACTORS = "U: m x k; V: n x k; A: m x n; L = sum((U @ V.T - A)**2)"
MLP = """x: n x d; W1: d x h; b1: h; W2: h x h; b2: h; W3: h x k; b3: k; Y: n x k onehot
h1 = tanh(x @ W1 + b1); h2 = tanh(h1 @ W2 + b2); z = h2 @ W3 + b3
L = mean(-sum(Y * log_softmax(z), axis=1))"""
LSTM = """t: 1..T; x[t]: n x d; y[t]: n x m
Wf: d x m; WRf: m x m; bf: m; Wi: d x m; WRi: m x m; bi: m; Wo: d x m; WRo: m x m; bo: m; Wc: d x m; bc: m
f[t] = sigmoid(x[t] @ Wf + c[t-1] @ WRf + bf); i[t] = sigmoid(x[t] @ Wi + c[t-1] @ WRi + bi)
o[t] = sigmoid(x[t] @ Wo + c[t-1] @ WRo + bo); g[t] = tanh(x[t] @ Wc + bc)
c[t] = f[t]*c[t-1] + i[t]*g[t]; h[t] = tanh(o[t]*c[t])
l[t] = sum((h[t] - y[t])**2)/2; L = sum(l[t], over=t)"""
DIGITS = """x: n x 1 x 28 x 28; f: 8 x 1 x 5 x 5; W: 1152 x 10; b: 10; t: n label 10
C = max_pool2d(relu(conv2d(x, f))); Z = reshape(C, n, 1152) @ W + b; L = mean(cross_entropy_logits(Z, t))"""
BLOCK = """X: n x d; Wq: d x d; Wk: d x d; Wv: d x d; W1: d x h; W2: h x d
A = layernorm(X + attention(X @ Wq, X @ Wk, X @ Wv)); O = layernorm(A + relu(A @ W1) @ W2); L = sum(O**2)"""
GATES = ("Wf", "WRf", "bf", "Wi", "WRi", "bi", "Wo", "WRo", "bo", "Wc", "bc")
ATTENTION = """X: n x e; Wq: e x d; Wk: e x d; Wv: e x d; Q = X @ Wq; K = X @ Wk; V = X @ Wv
P = softmax(Q @ K.T / sqrt(d)); O = layernorm(P @ V); L = sum(O**2)"""
HEAD = """E: v x d; y: n label v; W: d x k; t: n label k
L = mean(cross_entropy_logits(embedding(E, y) @ W, t))"""


def random(seed: int, **shapes: tuple[int, ...]) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    return {n: rng.normal(size=s) / np.sqrt(s[0] if len(s) > 1 else 1) for n, s in shapes.items()}


def mlp_of(n: int) -> Workload:
    at = random(n, x=(n, 784), W1=(784, 256), b1=(256,), W2=(256, 256), b2=(256,), W3=(256, 10), b3=(10,))
    at["Y"] = np.eye(10)[np.random.default_rng(3).integers(0, 10, n)]
    layers = ((784, 256), (256, 256), (256, 10))
    products = tuple(p for d, m in layers for p in ((n, d, m), (d, n, m), (n, m, d)))
    wrt = ("W1", "b1", "W2", "b2", "W3", "b3")
    return Workload(f"MLP, batch {n}", MLP, wrt, at, mlp, ahead.mlp, (*products[:2], *products[3:]))


def lstm_of(steps: int) -> Workload:
    n, d, m = 16, 32, 64
    shapes = {k: (m, m) if k[1] == "R" else (d, m) if k[0] == "W" else (m,) for k in GATES}
    at = random(steps, x=(steps, n, d), y=(steps, n, m), c_0=(n, m), **shapes)
    inputs = ((steps * n, d, 4 * m), (d, steps * n, 4 * m), (m, steps * n, 3 * m))
    products = (*inputs, *((n, m, 3 * m), (n, 3 * m, m)) * steps)
    return Workload(f"peephole LSTM, T = {steps}", LSTM, GATES, at, lstm, ahead.lstm, products, steps)


def deep_of(layers: int) -> Workload:
    lines = ["x: n x d", *(f"W{k}: d x d" for k in range(1, layers + 1)), "h0 = x"]
    lines += [f"h{k} = tanh(h{k - 1} @ W{k})" for k in range(1, layers + 1)]
    n, d = 16, 32
    at = random(layers, x=(n, d), **{f"W{k}": (d, d) for k in range(1, layers + 1)})
    text = "\n".join([*lines, f"L = sum(h{layers}**2)"])
    names = tuple(f"W{k}" for k in range(1, layers + 1))
    products = ((n, d, d), (d, n, d), (n, d, d)) * layers
    return Workload(
        f"depth {layers}", text, names, at, partial(deep, layers), ahead.deep, products[:-1], layers
    )


def first_rows() -> Iterator[Workload]:
    """Those with code by hand beside them."""
    rosen = "x: n; L = sum(100*(x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2)"
    for n in LONG:
        at = random(n, x=(n,))
        yield Workload(f"Rosenbrock, n = {n:,}", rosen, ("x",), at, rosenbrock, ahead.rosenbrock)
    yield from map(mlp_of, (1, 64, 1024))
    joint = "x: n x d; y: n x e; W: d+e x m; t: n x m; L = mse(concat(x, y) @ W, t)"
    at = random(5, x=(891, 7), y=(891, 13), W=(20, 11), t=(891, 11))
    sizes = ((891, 20, 11), (20, 891, 11), (891, 11, 20))
    yield Workload("concat-MSE, n = 891", joint, ("x", "y", "W"), at, concat_mse, ahead.concat_mse, sizes)
    yield from map(lstm_of, (8, 32, 128))
    yield from map(deep_of, (4, 64, 256, 1024))
    at = random(7, X=(128, 64), Wq=(64, 64), Wk=(64, 64), Wv=(64, 64))
    names, sizes = ("Wq", "Wk", "Wv"), ((128, 64, 64),) * 3 + ((64, 128, 64),) * 3
    sizes += ((128, 64, 128),) * 2 + ((128, 128, 64),) * 4
    yield Workload("attention with layernorm", ATTENTION, names, at, attention, ahead.attention, sizes)
    text = "x: n x c x h x w; f: k x c x 5 x 5; L = sum(relu(conv2d(x, f))**2)"
    at = random(8, x=(32, 1, 28, 28), f=(8, 1, 5, 5))
    places = 32 * 24 * 24
    sizes = ((8, 25, places), (8, places, 25), (25, 8, places))
    yield Workload("conv2d, 32x1x28x28, 8x1x5x5", text, ("x", "f"), at, conv, ahead.conv, sizes)


def further_rows() -> Iterator[Workload]:
    """Those that are measured against PyTorch."""
    rng = np.random.default_rng(11)
    text = "x: n; L = sum(cumsum(x)**2)"
    yield Workload("cumsum, n = 100,000", text, ("x",), random(9, x=LONG[1:]), cumsum, ahead.cumsum)
    words = {"y": rng.integers(0, 20_000, 256), "t": rng.integers(0, 50, 256)}
    at = random(10, E=(20_000, 64), W=(64, 50)) | words
    yield Workload("embedding, 20,000 rows", HEAD, ("E", "W"), at, embedding, ahead.head)
    text = "H: n x d; W: d x k; t: n label k; L = mean(cross_entropy_logits(H @ W, t))"
    at = random(12, H=(64, 64), W=(64, 5000)) | {"t": rng.integers(0, 5000, 64)}
    yield Workload("softmax head, 5,000 labels", text, ("H", "W"), at, None, ahead.labels)
    text = "x: n x 3 x 33 x 33; f: k x 3 x 3 x 3; L = sum(relu(conv2d(x, f, stride=2))**2)"
    at = random(13, x=(16, 3, 33, 33), f=(8, 3, 3, 3))
    yield Workload("strided conv", text, ("x", "f"), at, None, ahead.strided)
    text = "x: n x d; W1: d x h; b1: h; W2: h x k; L = sum((gelu(x @ W1 + b1) @ W2)**2)"
    at = random(14, x=(64, 128), W1=(128, 256), b1=(256,), W2=(256, 32))
    yield Workload("gelu MLP", text, ("W1", "b1", "W2"), at, None, ahead.gelu_mlp)
    for name, forward in (("max", ahead.max_pool), ("avg", ahead.avg_pool)):
        text = f"x: n x c x 28 x 28; L = sum({name}_pool2d(x)**2)"
        yield Workload(f"{name}-pool", text, ("x",), random(15, x=(16, 8, 28, 28)), None, forward)
    at = random(16, x=(32, 1, 28, 28), f=(8, 1, 5, 5), W=(1152, 10), b=(10,)) | {"t": rng.integers(0, 10, 32)}
    yield Workload("digits CNN", DIGITS, ("f", "W", "b"), at, None, ahead.digits)
    at = random(17, X=(64, 48), Wq=(48, 48), Wk=(48, 48), Wv=(48, 48), W1=(48, 192), W2=(192, 48))
    yield Workload("transformer block", BLOCK, ("Wq", "Wk", "Wv", "W1", "W2"), at, None, ahead.block)


def second_order() -> tuple[Workload, ...]:
    rng = np.random.default_rng(12)
    bits = random(13, X=(2000, 100), w=(100,)) | {"y": rng.integers(0, 2, 2000).astype(float)}
    labels = random(14, X=(1000, 20), W=(20, 10)) | {"y": rng.integers(0, 10, 1000)}
    many = random(15, X=(1000, 200), W=(200, 50)) | {"y": rng.integers(0, 50, 1000)}
    parts = random(16, U=(100, 20), V=(2000, 20), A=(100, 2000))

    def core(text: str, wrt: tuple[str, ...]) -> sb.Derivative:
        return second(text, wrt).vec()

    return (
        Workload("Hessian, logistic", LOGISTIC, ("w",), bits, logistic_hessian, None, asked=second),
        Workload("Hessian, logistic, times v", LOGISTIC, ("w",), bits | random(17, v=(100,)),
                 logistic_product, None, asked=second, function="product"),
        Workload("Hessian, softmax-CE", CLASSES, ("W",), labels, softmax_hessian, None, asked=second),
        Workload("Hessian, softmax-CE, times V", CLASSES, ("W",), many | random(18, V=(200, 50)),
                 softmax_product, None, asked=second, function="product"),
        Workload("Hessian, factorisation", FACTORS, ("U",), parts, factorisation_hessian, None, asked=second),
        Workload("Hessian, factorisation, core", FACTORS, ("U",), parts, factorisation_core, None,
                 asked=core, function="factors"),
    )  # fmt: skip


def all_of() -> tuple[Workload, ...]:
    return (*first_rows(), *further_rows(), *second_order())
