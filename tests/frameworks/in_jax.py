"""Our op names in JAX."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from tests.frameworks.interpreter import System, Table

jax.config.update("jax_enable_x64", True)


def power(x: Any, p: float) -> Any:
    return x ** (int(p) if p == int(p) else p)


def ranged(x: Any, ranges: tuple[tuple[int, ...], ...]) -> Any:
    return x[tuple(r[0] if len(r) == 1 else slice(*r) for r in ranges)]


def picked(x: Any, label: Any) -> Any:
    return jnp.take_along_axis(x, jnp.asarray(label)[..., None], -1)[..., 0]


def convolved(rank: int) -> Any:
    def conv(x: Any, f: Any, *bias: Any, **attributes: float) -> Any:
        s, p, a = (int(attributes[k]) for k in ("stride", "padding", "dilation"))
        batch, image = x.shape[: -rank - 1], x.shape[-rank - 1 :]
        y = jax.lax.conv_general_dilated(
            x.reshape(-1, *image), f, (s,) * rank, [(p, p)] * rank, rhs_dilation=(a,) * rank
        )
        y = y + bias[0].reshape(-1, *(1,) * rank) if bias else y
        return y.reshape(*batch, *y.shape[1:])

    return conv


def pooled(rank: int) -> Any:
    def pool(x: Any, size: float, stride: float, padding: float) -> Any:
        window = (1,) * (x.ndim - rank) + (int(size),) * rank
        steps = (1,) * (x.ndim - rank) + (int(stride),) * rank
        pads = [(0, 0)] * (x.ndim - rank) + [(int(padding),) * 2] * rank
        total = jax.lax.reduce_window(x, 0.0, jax.lax.add, window, steps, pads)
        return total / int(size) ** rank

    return pool


def windows(x: Any, size: float, stride: float) -> Any:
    u, s = int(size), int(stride)
    rows = jnp.arange(0, x.shape[-2] - u + 1, s)[:, None] + jnp.arange(u)
    columns = jnp.arange(0, x.shape[-1] - u + 1, s)[:, None] + jnp.arange(u)
    return x[..., rows[:, None, :, None], columns[None, :, None, :]]


def selected(rows: int, columns: int, start: int) -> Any:
    return jnp.eye(rows, columns, k=-start)


TABLE: Table = {
    "add": jnp.add, "subtract": jnp.subtract, "multiply": jnp.multiply, "divide": jnp.divide,
    "negative": jnp.negative, "power": power, "matmul": jnp.matmul,
    "transpose": lambda a: jnp.swapaxes(a, -1, -2), "permute": jnp.transpose,
    "outer": jnp.outer, "trace": jnp.trace, "diag": jnp.diag, "diagonal": jnp.diagonal,
    "sum": jnp.sum, "sum_last": lambda x: jnp.sum(x, -1), "mean": jnp.mean,
    "mean_last": lambda x: jnp.mean(x, -1),
    "exp": jnp.exp, "log": jnp.log, "sin": jnp.sin, "cos": jnp.cos, "tan": jnp.tan, "tanh": jnp.tanh,
    "sinh": jnp.sinh, "cosh": jnp.cosh, "arctan": jnp.arctan, "sqrt": jnp.sqrt, "erf": jax.lax.erf,
    "step": lambda x: jnp.where(x > 0, 1.0, 0.0), "sign": jnp.sign, "abs": jnp.abs, "relu": jax.nn.relu,
    "sigmoid": jax.nn.sigmoid, "softplus": jax.nn.softplus, "softsign": jax.nn.soft_sign,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False), "silu": jax.nn.silu, "square": jnp.square,
    "reciprocal": jnp.reciprocal, "elu": jax.nn.elu,
    "leaky_relu": lambda x, slope: jax.nn.leaky_relu(x, slope),
    "softmax": jax.nn.softmax, "logsumexp": lambda x: jax.nn.logsumexp(x, -1),
    "log_softmax": jax.nn.log_softmax,
    "mse": lambda x, t: jnp.mean((x - t) ** 2),
    "cross_entropy": lambda p, t: -jnp.sum(t * jnp.log(p), -1),
    "concat": lambda *x, axis: jnp.concatenate(x, axis), "slice": ranged, "selector": selected,
    "constant": lambda shape, value: jnp.full(shape, float(value)), "identity": lambda n: jnp.eye(n),
    "unit": lambda n, position: jnp.eye(n)[position], "onehot": lambda y, n: jax.nn.one_hot(y, n),
    "pick": picked, "argmax": lambda x: jnp.argmax(x, -1),
    "reshape": lambda x, shape: jnp.reshape(x, shape), "einsum": lambda *x, spec: jnp.einsum(spec, *x),
    "conv1d": convolved(1), "conv2d": convolved(2), "avg_pool1d": pooled(1), "avg_pool2d": pooled(2),
    "windows2d": windows,
}  # fmt: skip

SYSTEM = System(
    TABLE, jnp.asarray, jnp.sum, lambda f, at: jax.grad(f)(at), lambda f, x: jax.hessian(f)(x)
)
