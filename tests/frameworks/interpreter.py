"""A graph run by somebody else's array library: op names to its functions, nothing of our definitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symbackprop.graph.expr import NUMBER, SIZE, SYMBOL, Expr, topological
from symbackprop.graph.graph import TIME_SUM, Graph
from symbackprop.numeric.points import Key, schedule
from symbackprop.sizes import Size

Array = Any  # of the other library
Table = Mapping[str, Callable[..., Array]]
Scalar = Callable[[list[Array]], Array]


@dataclass(frozen=True)
class System:
    """A library: functions by op name and by row of `whole`, arrays, their sum; gradients and
    Hessian-vector products of f([…]), gradients without a compiler as well."""

    table: Table
    whole: Table
    array: Callable[[object], Array]
    total: Callable[[Array], Array]
    gradients: Callable[[Scalar, list[Array]], list[Array]]
    op_by_op: Callable[[Scalar, list[Array]], list[Array]]
    products: Callable[[Scalar, list[Array], list[Array]], list[Array]]


def label_free(
    number: Callable[[object], Array], other: Callable[[object], Array]
) -> Callable[[object], Array]:
    """Integers stay integers: they are labels."""

    def array(x: object) -> Array:
        return other(x) if np.asarray(x).dtype.kind in "iu" else number(x)

    return array


@dataclass(frozen=True)
class Machine:
    """Functions by op name, `call(*arrays, **attributes)`; sizes are concrete, labels count from 0."""

    table: Table
    number: Callable[[float], Array]
    sizes: Mapping[str, int]
    length: int

    def run(self, g: Graph, inputs: Mapping[Key, Array]) -> dict[Key, Array]:
        """Every value of the graph."""
        values = dict(inputs)
        for name, t in schedule(g, self.length):
            start = not t and name in g.initial
            values[name, t] = self.of(g.initial[name] if start else g.definition[name], values, t)
        return values

    def of(self, root: Expr, values: Mapping[Key, Array], t: int) -> Array:
        if root.op is TIME_SUM:
            return sum(self.of(root.args[0], values, k) for k in range(1, self.length + 1))
        done: dict[Expr, Array] = {}
        hidden = {x for e in topological(root) if e.op is TIME_SUM for x in topological(*e.args)}
        outside = [e for e in topological(root) if e not in hidden or e.op is SYMBOL]
        for e in outside:
            done[e] = self.node(e, done, values, t)
        return done[root]

    def node(self, e: Expr, done: Mapping[Expr, Array], values: Mapping[Key, Array], t: int) -> Array:
        if e.op is SYMBOL:
            s = e.symbol
            assert s
            step = t + s.shift if s.time else (s.at.value(self.sizes) if s.at is not None else 0)
            return values.get((s.name, step))  # a symbol below a Σ over time may have no value here
        if e.op is NUMBER:
            assert e.number is not None
            return self.number(e.number.numerator / e.number.denominator)
        if e.op is SIZE:
            return self.number(float(e.attributes[0][1].value(self.sizes)))  # type: ignore[attr-defined]
        if e.op is TIME_SUM:
            return self.of(e, values, t)
        attributes = dict(e.op.defaults) | dict(e.attributes)
        bound = {k: self.bound(v) for k, v in attributes.items()}
        return self.table[e.op.name](*(done[a] for a in e.args), **bound)

    def bound(self, v: object) -> object:
        if isinstance(v, Size):
            return v.value(self.sizes)
        if isinstance(v, tuple):
            return tuple(self.bound(x) for x in v)
        return float(v) if hasattr(v, "numerator") and not isinstance(v, int) else v  # type: ignore[arg-type]
