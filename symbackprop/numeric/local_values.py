"""Values inside one definition: its helpers, and its partial derivatives by complex step."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from math import prod

import numpy as np

from symbackprop.backward.accumulation import equation_of
from symbackprop.derivation import local_names
from symbackprop.derivation.derivation import Derivation
from symbackprop.entries.array_values import defined
from symbackprop.entries.entry_equations import Instance
from symbackprop.entries.reference_values import Array, arithmetic
from symbackprop.formula.evaluation.value import Value
from symbackprop.formula.tree import Formula, Partial
from symbackprop.graph.expr import Expr, topological
from symbackprop.matrices.lowering import instance_of
from symbackprop.notation.convention import Convention
from symbackprop.numeric.feasible_sizes import PRIMES
from symbackprop.numeric.complex_step import nudge, slopes
from symbackprop.numeric.points import Point, evaluate, node_values


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
            out[e.symbol.tex] = Value(tensors[e], e.rank == 1) if not e.symbol.labels else known[e.symbol.tex]
    given = solved(scope.definition, tensors, point)
    values = defined(instance, given, point.sizes, arithmetic(given.values()))
    if now:
        out[scope.printed(scope.node)] = Value(np.asarray(values[scope.node]), scope.node.rank == 1)
    for h in instance.definitions[:-1]:
        out[scope.helper(str(h.tensor))] = Value(np.asarray(values[h.tensor]), len(h.at) == 1)
    moved = Moved(scope, instance, point, tensors)
    for h in instance.definitions:
        jac = Jacobian(moved, h.tensor, np.shape(values[h.tensor]))
        out[Partial(scope.printed(h.tensor), scope.tex)] = (
            oriented(np.asarray(jac), len(h.at), scope.wrt.rank, d.convention)
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


class Moved:
    """The tensors of a definition where one entry of a variable takes a complex step."""

    def __init__(
        self, scope: local_names.LocalNames, instance: Instance, point: Point, tensors: Mapping[Expr, Array]
    ) -> None:
        self.scope, self.instance, self.point, self.tensors = scope, instance, point, tensors
        self.base = np.asarray(tensors[scope.wrt])
        e = scope.definition
        values = node_values(e, at_symbols(tensors, point))
        moving = {scope.wrt}
        for n in topological(e):
            moving |= {n} if not moving.isdisjoint(n.args) else set()
        self.still = {n: v for n, v in values.items() if n not in moving}
        self.columns: dict[int, Mapping[Hashable, Array]] = {}

    def column(self, k: int) -> Mapping[Hashable, Array]:
        """The derivative of every tensor by one entry of the variable (row-major position k)."""
        if k not in self.columns:
            found = slopes(self.moved, *nudge(self.base, k))
            made = (h.tensor for h in self.instance.definitions)
            self.columns[k] = dict(zip(made, found, strict=True))
        return self.columns[k]

    def moved(self, step: Array) -> list[Array]:
        """Every tensor where the variable is moved."""
        moved = {**self.tensors, self.scope.wrt: np.asarray(self.base + step)}
        e, (*others, last) = self.scope.definition, self.instance.definitions
        helpers = replace(self.instance, definitions=tuple(others))
        whole = node_values(e, at_symbols(moved, self.point), 0, self.still)
        made = {n: whole[n] for n in topological(e) if equation_of(n)}
        found = defined(helpers, {**moved, **made}, self.point.sizes, arithmetic(moved.values()))
        found[last.tensor] = whole[e]
        return [found[h.tensor] for h in self.instance.definitions]


class Jacobian:
    """∂tensor/∂wrt by complex step from the definitions, column by column, only where it is asked for."""

    def __init__(self, moved: Moved, tensor: Hashable, rows: tuple[int, ...]) -> None:
        self.moved, self.tensor, self.inner = moved, tensor, moved.base.shape
        self.shape = (*rows, *self.inner)
        self.ndim, self.size = len(self.shape), prod(self.shape)
        self.dtype = np.result_type(moved.base, float)

    @property
    def small(self) -> bool:
        """Few enough entries to be held whole, and no matrix with a large literal size."""
        large = len(self.inner) > 1 and max(self.inner) > PRIMES[-1]
        return not large and self.moved.base.size <= 1500 and self.size <= 2_000_000

    def column(self, k: int) -> Array:
        """The derivative by one entry of the variable (row-major position k)."""
        return self.moved.column(k)[self.tensor]

    def __array__(self, *_: object, **__: object) -> Array:
        """All of it."""
        columns = [self.column(k) for k in range(self.moved.base.size)]
        return np.stack(columns, -1).reshape(self.shape)

    def __getitem__(self, at: tuple[Array, ...]) -> Array:
        out = self.ndim - len(self.inner)
        inner = np.broadcast_arrays(*at[out:])
        place = np.asarray(np.ravel_multi_index(tuple(inner), self.inner) if inner else 0)
        needed, where = np.unique(place, return_inverse=True)
        columns = np.stack([self.column(int(k)) for k in needed], -1)
        return columns[(*at[:out], where.reshape(place.shape))]
