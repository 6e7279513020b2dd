"""Our op names in JAX."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from tests.frameworks.interpreter import Scalar, System, Table
from tests.frameworks.jax_layers import LAYERS, WHOLE

jax.config.update("jax_enable_x64", True)


def power(x: Any, p: float) -> Any:
    return x ** (int(p) if p == int(p) else p)


def ranged(x: Any, ranges: tuple[tuple[int, ...], ...]) -> Any:
    return x[tuple(r[0] if len(r) == 1 else slice(*r) for r in ranges)]


def selected(rows: int, columns: int, start: int) -> Any:
    return jnp.eye(rows, columns, k=-start)


def commuted(rows: int, columns: int) -> Any:
    """The rows of an identity, counted by columns, counted by rows."""
    n = rows * columns
    return jnp.eye(n).reshape(columns, rows, n).swapaxes(0, 1).reshape(n, n)


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
    "commutation": commuted,
    "constant": lambda shape, value: jnp.full(shape, float(value)), "identity": lambda n: jnp.eye(n),
    "unit": lambda n, position: jnp.eye(n)[position], "onehot": lambda y, n: jax.nn.one_hot(y, n),
    "argmax": lambda x: jnp.argmax(x, -1),
    "reshape": lambda x, shape: jnp.reshape(x, shape), "einsum": lambda *x, spec: jnp.einsum(spec, *x),
    **LAYERS,
}  # fmt: skip


# compiled as a whole: op by op takes seven times as long


def gradients(f: Scalar, at: list[Any]) -> list[Any]:
    return jax.jit(jax.grad(f))(at)


def op_by_op(f: Scalar, at: list[Any]) -> list[Any]:
    with jax.disable_jit():
        return jax.grad(f)(at)


def products(f: Scalar, at: list[Any], along: list[Any]) -> list[Any]:
    return jax.jit(lambda x, v: jax.jvp(jax.grad(f), (x,), (v,))[1])(at, along)


SYSTEM = System(TABLE, WHOLE, jnp.asarray, jnp.sum, gradients, op_by_op, products)
