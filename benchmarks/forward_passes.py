"""The forward passes of the workloads in the words of a library, for those that differentiate by themselves.

`m` is such a library: a namespace of the functions of `peers.py`. What a library lacks it is not measured on.
"""

from __future__ import annotations

from typing import Any, TypeAlias

Array: TypeAlias = Any
M: TypeAlias = Any


def rosenbrock(m: M, x: Array) -> Array:
    return m.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def mlp(m: M, x: Array, Y: Array, W1: Array, b1: Array, W2: Array, b2: Array, W3: Array, b3: Array) -> Array:
    h = m.tanh(m.tanh(x @ W1 + b1) @ W2 + b2)
    return -m.sum(Y * m.log_softmax(h @ W3 + b3)) / x.shape[0]


def concat_mse(m: M, x: Array, y: Array, W: Array, t: Array) -> Array:
    return m.sum((m.concat((x, y), 1) @ W - t) ** 2) / (t.shape[0] * t.shape[1])


def lstm(m: M, x: Array, y: Array, c_0: Array, **w: Array) -> Array:
    c, total = c_0, 0.0
    for t in range(x.shape[0]):
        f = m.sigmoid(x[t] @ w["Wf"] + c @ w["WRf"] + w["bf"])
        i = m.sigmoid(x[t] @ w["Wi"] + c @ w["WRi"] + w["bi"])
        o = m.sigmoid(x[t] @ w["Wo"] + c @ w["WRo"] + w["bo"])
        c = f * c + i * m.tanh(x[t] @ w["Wc"] + w["bc"])
        # the peephole of the output gate looks at the state before
        total = total + m.sum((m.tanh(o * c) - y[t]) ** 2) / 2
    return total


def deep(m: M, x: Array, **w: Array) -> Array:
    for k in range(1, len(w) + 1):
        x = m.tanh(x @ w[f"W{k}"])
    return m.sum(x**2)


def attention(m: M, X: Array, Wq: Array, Wk: Array, Wv: Array) -> Array:
    P = m.softmax(X @ Wq @ (X @ Wk).T / Wq.shape[1] ** 0.5)
    return m.sum(m.layernorm(P @ (X @ Wv)) ** 2)


def conv(m: M, x: Array, f: Array) -> Array:
    return m.sum(m.relu(m.conv2d(x, f, 1)) ** 2)


def strided(m: M, x: Array, f: Array) -> Array:
    return m.sum(m.relu(m.conv2d(x, f, 2)) ** 2)


def cumsum(m: M, x: Array) -> Array:
    return m.sum(m.cumsum(x) ** 2)


def head(m: M, E: Array, y: Array, W: Array, t: Array) -> Array:
    return m.picked_loss(m.rows(E, y) @ W, t)


def labels(m: M, H: Array, W: Array, t: Array) -> Array:
    return m.picked_loss(H @ W, t)


def gelu_mlp(m: M, x: Array, W1: Array, b1: Array, W2: Array) -> Array:
    return m.sum((m.gelu(x @ W1 + b1) @ W2) ** 2)


def max_pool(m: M, x: Array) -> Array:
    return m.sum(m.max_pool2d(x) ** 2)


def avg_pool(m: M, x: Array) -> Array:
    return m.sum(m.avg_pool2d(x) ** 2)


def digits(m: M, x: Array, f: Array, W: Array, b: Array, t: Array) -> Array:
    c = m.max_pool2d(m.relu(m.conv2d(x, f, 1)))
    return m.picked_loss(c.reshape(x.shape[0], -1) @ W + b, t)


def block(m: M, X: Array, Wq: Array, Wk: Array, Wv: Array, W1: Array, W2: Array) -> Array:
    P = m.softmax(X @ Wq @ (X @ Wk).T / Wq.shape[1] ** 0.5)
    A = m.layernorm(X + P @ (X @ Wv))
    return m.sum(m.layernorm(A + m.relu(A @ W1) @ W2) ** 2)
