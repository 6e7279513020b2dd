"""Values inside one definition: its helpers, and its partial derivatives by complex step."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np

from symbackprop.backward.accumulation import equation_of
from symbackprop.derivation import local_names
from symbackprop.derivation.derivation import Derivation
from symbackprop.entries.array_values import defined
from symbackprop.entries.entry_equations import Instance
from symbackprop.entries.reference_values import Array, floats
from symbackprop.formula.evaluation.value import Value
from symbackprop.formula.tree import Formula, Partial
from symbackprop.graph.expr import Expr, topological
from symbackprop.matrices.lowering import instance_of
from symbackprop.notation.convention import Convention
from symbackprop.numeric.complex_step import column
from symbackprop.numeric.points import Point, evaluate


def local_values(
    d: Derivation, point: Point, known: Mapping[Formula, Value], scope: local_names.LocalNames
) -> dict[Formula, Value]:
    """Helpers and partial derivatives of one definition by one symbol."""
    out = {}
    instance = instance_of(scope.node, scope.definition, d.convention.letters)
    assert instance
    now = 1 if point.length else 0  # a recurrent definition is looked at in its first step
    tensors = {}
    for e in topological(scope.definition):
        if e.symbol:
            moment = now if (e.symbol.name, now) in point.values else 0
            tensors[e] = point.values[e.symbol.name, moment]
            out[e.symbol.tex] = (
                Value(tensors[e], e.rank == 1) if not e.symbol.labels else known[e.symbol.tex]
            )
    values = run_definitions(instance, solved(scope.definition, tensors, point), point)
    if now:
        out[scope.printed(scope.node)] = Value(values[scope.node], scope.node.rank == 1)
    for h in instance.definitions[:-1]:
        out[scope.helper(str(h.tensor))] = Value(values[h.tensor], len(h.at) == 1)
    for h in instance.definitions:
        jac = Jacobian(scope, h.tensor, point, tensors)
        name = scope.printed(h.tensor)
        out[Partial(name, scope.tex)] = (
            oriented(jac.full(), len(h.at), scope.wrt.rank, d.convention)
            if jac.small
            else Value(jac, False)  # type: ignore[arg-type]
        )
    return out


def oriented(full: Array, rows: int, columns: int, c: Convention) -> Value:
    """An array of derivatives as it stands on paper.

    By a vector a number's is a row, by a number a vector's a column, unless the layout turns them.
    """
    turned = c.turned(rows, columns)
    if (rows, columns) == (0, 1):
        return Value(full[None, :], True, turned=turned)
    if (rows, columns) == (1, 0):
        return Value(full[:, None], True, turned=turned)
    return Value(full, turned=turned)


def at_symbols(tensors: Mapping[Expr, Array], point: Point) -> Point:
    """The point at which symbols, without their time, have these values."""
    values = {(e.symbol.name, 0): v for e, v in tensors.items() if e.symbol}
    return Point(point.sizes, values, {}, 0)


def solved(definition: Expr, tensors: Mapping[Expr, Array], point: Point) -> dict[Hashable, Array]:
    """The tensors, and the nodes of a definition that are solutions of an equation."""
    made = [e for e in topological(definition) if equation_of(e)]
    return {**tensors, **{e: evaluate(e, at_symbols(tensors, point)) for e in made}}


def run_definitions(
    instance: Instance, tensors: Mapping[Hashable, Array], point: Point
) -> dict[Hashable, Array]:
    return defined(instance, tensors, point.sizes, floats)


class Jacobian:
    """∂tensor/∂wrt by complex step from the definitions, column by column, only where it is asked for."""

    def __init__(
        self, scope: local_names.LocalNames, tensor: Hashable, point: Point, tensors: Mapping
    ) -> None:
        self.scope, self.tensor, self.point, self.tensors = scope, tensor, point, tensors
        base = np.asarray(tensors[scope.wrt])
        self.inner = base.shape
        self.columns: dict[int, Array] = {}
        self.shape = (*np.shape(self.column(0)), *self.inner)
        self.ndim = len(self.shape)
        self.dtype = np.dtype(float)

    @property
    def small(self) -> bool:
        """Few enough entries to be held whole."""
        return (
            int(np.prod(self.inner, dtype=int)) <= 1500
            and int(np.prod(self.shape, dtype=int)) <= 2_000_000
        )

    def column(self, k: int) -> Array:
        """The derivative by one entry of the variable (row-major position k)."""
        if k not in self.columns:
            base = np.asarray(self.tensors[self.scope.wrt])
            self.columns[k] = column(base, k, lambda step: self.value(base + step))
        return self.columns[k]

    def value(self, x: Array) -> Array:
        """The tensor where the variable is x."""
        moved = {**self.tensors, self.scope.wrt: x}
        if self.tensor is self.scope.node:
            return evaluate(self.scope.definition, at_symbols(moved, self.point))
        instance = instance_of(self.scope.node, self.scope.definition, self.scope.letters)
        assert instance
        moved = solved(self.scope.definition, moved, self.point)
        return run_definitions(instance, moved, self.point)[self.tensor]

    def full(self) -> Array:
        count = int(np.prod(self.inner, dtype=int))
        rows = self.shape[: self.ndim - len(self.inner)]
        return np.stack([self.column(k) for k in range(count)], -1).reshape((*rows, *self.inner))

    def __getitem__(self, at: tuple[Array, ...]) -> Array:
        out = self.ndim - len(self.inner)
        at = np.broadcast_arrays(*at)
        flat = np.ravel_multi_index(at[out:], self.inner).ravel()
        rows = [a.ravel() for a in at[:out]]
        picked = np.empty(flat.shape)
        order = np.argsort(flat, kind="stable")
        for part in np.split(order, np.flatnonzero(np.diff(flat[order])) + 1):
            if part.size:  # all entries in one column at once
                picked[part] = self.column(int(flat[part[0]]))[tuple(r[part] for r in rows)]
        return picked.reshape(at[0].shape)
