"""The functions a page calls, as functions of arrays: every op by its definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from symbackprop.entries.entry_equations import Instance
from symbackprop.entries.reference_values import Array, Sizes, scalar_value, value
from symbackprop.graph.expr import Expr
from symbackprop.sizes import Size, size
from symbackprop.vocabulary import OPS
from symbackprop.vocabulary.kinds import LOGSUMEXP, LOG_SOFTMAX, SOFTMAX

Work: TypeAlias = Callable[[Instance, tuple[Array, ...], Sizes], Array]  # an op on arrays
# of whole arrays: the words for them, whatever the graph calls
LAYERS = tuple(kind.name for kind in (SOFTMAX, LOG_SOFTMAX, LOGSUMEXP))


def scalars_into(
    out: dict[str | tuple[str, int], Callable[..., Array]], name: str,
    work: Callable[[str, int, Array], Array] = scalar_value,
) -> None:  # fmt: skip
    def at(order: int) -> Callable[..., Array]:
        return lambda x: work(name, order, np.asarray(x))

    out[name] = at(0)
    for k in (1, 2):
        out[name, k] = at(k)


def applied(e: Expr, sizes: Mapping[str, int], work: Work = value) -> Callable[..., Array]:
    """The op of a node on arrays of any size, by its definition; sizes among its attributes are bound."""
    attributes = tuple((k, bound(v, sizes)) for k, v in e.attributes)

    up = 1 if e.op.domain == "label" else 0  # labels count from 1 on paper

    def run(*arrays: Array) -> Array:
        shapes = tuple(tuple(size(n) for n in np.shape(a)) for a in arrays)
        instance = e.op.place(shapes, attributes)
        labels = dict(instance.labels)
        counted = tuple(positions(a) - 1 if name in labels else a
                        for (name, _), a in zip(instance.inputs, arrays, strict=True))  # fmt: skip
        return work(instance, counted, sizes) + up

    return run


def positions(a: Array) -> Array:
    """Whole numbers as integers."""
    a = np.real(a)
    return np.rint(a.astype(float) if a.dtype == object else a).astype(int)


def bound(v: object, sizes: Mapping[str, int]) -> object:
    if isinstance(v, Size):
        return size(v.value(sizes))
    return tuple(bound(x, sizes) for x in v) if isinstance(v, tuple) else v


def along_last(name: str, work: Work = value) -> Callable[..., Array]:
    """An op of the vocabulary on arrays of any size, by its definition."""
    op = OPS[name]

    def run(x: Array) -> Array:
        return work(op.place((tuple(size(n) for n in np.shape(x)),), ()), (x,), {})

    return run
