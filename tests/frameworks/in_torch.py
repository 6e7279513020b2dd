"""Our op names in PyTorch, on the CPU, in float64."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from tests.frameworks.interpreter import Scalar, System, Table, label_free
from tests.frameworks.torch_layers import LAYERS, WHOLE


def number(x: object) -> Any:
    return torch.as_tensor(x, dtype=torch.float64)


def power(x: Any, p: float) -> Any:
    return x ** (int(p) if p == int(p) else p)


def ranged(x: Any, ranges: tuple[tuple[int, ...], ...]) -> Any:
    return x[tuple(r[0] if len(r) == 1 else slice(*r) for r in ranges)]


def picked(x: Any, label: Any) -> Any:
    return torch.gather(x, -1, torch.as_tensor(label).long()[..., None])[..., 0]


def selected(rows: int, columns: int, start: int) -> Any:
    return torch.eye(rows + columns + start, dtype=torch.float64)[:rows, start : start + columns]


def commuted(rows: int, columns: int) -> Any:
    """The rows of an identity, counted by columns, counted by rows."""
    n = rows * columns
    return torch.eye(n, dtype=torch.float64).reshape(columns, rows, n).swapaxes(0, 1).reshape(n, n)


TABLE: Table = {
    "add": torch.add, "subtract": torch.sub, "multiply": torch.mul, "divide": torch.div,
    "negative": torch.neg, "power": power, "matmul": torch.matmul,
    "transpose": lambda a: a.mT, "permute": lambda a, axes: a.permute(*axes),
    "outer": torch.outer, "trace": torch.trace, "diag": torch.diag, "diagonal": torch.diagonal,
    "sum": torch.sum, "sum_last": lambda x: x.sum(-1), "mean": torch.mean, "mean_last": lambda x: x.mean(-1),
    "exp": torch.exp, "log": torch.log, "sin": torch.sin, "cos": torch.cos, "tan": torch.tan,
    "tanh": torch.tanh, "sinh": torch.sinh, "cosh": torch.cosh, "arctan": torch.arctan, "sqrt": torch.sqrt,
    "erf": torch.erf, "step": lambda x: (x > 0).double() + 0 * x, "sign": torch.sign,
    "abs": torch.abs, "relu": F.relu, "sigmoid": torch.sigmoid,
    "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)), "softsign": F.softsign,
    "gelu": F.gelu, "silu": F.silu, "square": torch.square, "reciprocal": torch.reciprocal, "elu": F.elu,
    "leaky_relu": lambda x, slope: F.leaky_relu(x, slope),
    "softmax": lambda x: torch.softmax(x, -1), "logsumexp": lambda x: torch.logsumexp(x, -1),
    "log_softmax": lambda x: torch.log_softmax(x, -1),
    "cross_entropy": lambda p, t: -(t * torch.log(p)).sum(-1),
    "concat": lambda *x, axis: torch.cat(x, axis), "slice": ranged, "selector": selected,
    "commutation": commuted,
    "constant": lambda shape, value: torch.full(shape, float(value), dtype=torch.float64),
    "identity": lambda n: torch.eye(n, dtype=torch.float64),
    "unit": lambda n, position: torch.eye(n, dtype=torch.float64)[position],
    "onehot": lambda y, n: F.one_hot(torch.as_tensor(y).long(), n).double(),
    "pick": picked, "argmax": lambda x: torch.argmax(x, -1),
    "reshape": lambda x, shape: torch.reshape(x, shape), "einsum": lambda *x, spec: torch.einsum(spec, *x),
    **LAYERS,
}  # fmt: skip


def slopes(value: Any, free: list[Any], **options: bool) -> list[Any]:
    if not value.requires_grad:
        return [torch.zeros_like(x) for x in free]
    found = torch.autograd.grad(value, free, allow_unused=True, **options)
    return [torch.zeros_like(x) if g is None else g for g, x in zip(found, free, strict=True)]


def gradients(f: Scalar, at: list[Any]) -> list[Any]:
    free = [x.clone().requires_grad_() for x in at]
    return slopes(f(free), free)


def products(f: Scalar, at: list[Any], along: list[Any]) -> list[Any]:
    free = [x.clone().requires_grad_() for x in at]
    first = slopes(f(free), free, create_graph=True)
    slope = sum(torch.sum(g * v) for g, v in zip(first, along, strict=True))
    return [g.numpy(force=True) for g in slopes(slope, free)]


SYSTEM = System(TABLE, WHOLE, label_free(number, torch.as_tensor), torch.sum, gradients, gradients,
                products)  # fmt: skip
