"""What Jacobians and matrices of second order are held against: complex steps of the definitions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product
from zlib import crc32

import numpy as np

from symbackprop.derivation.derivation import Derivation, derive
from symbackprop.derivation.scopes import Order, Second
from symbackprop.derivatives.derivative_names import (
    block_name, curvature_name, hessian_name, jacobian_name, nabla_slope, slope_name,
    vec_block_name, vec_name, vec_slope_name,
)  # fmt: skip
from symbackprop.derivatives.independent_samples import covariances, gradient, total_of
from symbackprop.derivatives.total_derivatives import cut
from symbackprop.entries.reference_values import Array
from symbackprop.formula.evaluation.value import Value
from symbackprop.formula.composing import size_name
from symbackprop.formula.tree import Formula, Name
from symbackprop.graph.graph import Graph
from symbackprop.notation.convention import Convention
from symbackprop.numeric.complex_step import jacobian_values
from symbackprop.numeric.local_values import oriented
from symbackprop.numeric.points import Point, backward_values, forward


def derivative_values(g: Graph, of: str, wrt: str, point: Point) -> Array:
    """∂of/∂wrt of any two nodes by complex step of the whole graph: the axes of `of`, then those of `wrt`."""
    base = np.asarray(point.values[wrt, 0])
    given = {k: v for k, v in point.values.items() if k[0] in g.inputs}
    start = Point(point.sizes, given, {}, point.length)
    return jacobian_values(base, lambda v: forward(g, start, {(wrt, 0): v}, only=of).values[of, 0])


def hessian_values(d: Derivation, names: tuple[str, ...], point: Point) -> Array:
    """The Hessian by complex step of the verified gradient: by one variable its axes twice, else a matrix."""
    if len(names) == 1:
        return block_values(d, names[0], names[0], point)
    return np.block([
        [by_columns(block_values(d, x, y, point), d.graph.symbol[x].rank) for y in names] for x in names
    ])  # fmt: skip


def block_values(d: Derivation, x: str, y: str, point: Point) -> Array:
    """∂(∂of/∂x)/∂y: the axes of x, then those of y."""
    given = set(d.graph.inputs)
    inputs = {k: v for k, v in point.values.items() if k[0] in given}
    seeds = {k: v for k, v in point.deltas.items() if k[0] == d.of}
    base = np.asarray(point.values[y, 0])
    start = Point(point.sizes, inputs, seeds, point.length)

    def gradient(step: Array) -> Array:
        there = forward(d.graph, start, {(y, 0): step})
        return np.asarray(backward_values(d.backward, there).deltas[x, 0])

    return jacobian_values(base, gradient)


def by_columns(full: Array, rows: int) -> Array:
    """The first axes as rows, the others as columns, each by vec: the first index runs fastest."""
    shape = full.shape[:rows], full.shape[rows:]
    return full.reshape(tuple(math.prod(s) for s in shape), order="F")


# --- by scope --------------------------------------------------------------------------------------

Found = dict[Formula, Value]


def jacobian_scope(d: Derivation, s: Second, point: Point) -> Found:
    """∂y/∂x of every output by every variable, and the whole."""
    outputs, wrt = outputs_of(d, s), s.names
    full = {(y, x): derivative_values(d.graph, y, x, point) for y in outputs for x in wrt}
    rank = {n: d.graph.symbol[n].rank for n in (*outputs, *wrt)}
    out: Found = {}
    for (y, x), own in full.items():
        out[slope_name(d, y, x)] = oriented(own, rank[y], rank[x], d.convention)
        out |= columnwise(vec_slope_name(d, y, x), own, rank[y], d.convention)
    whole = np.block([[by_columns(full[y, x], rank[y]) for x in wrt] for y in outputs])
    return out | in_blocks(d, jacobian_name(d, outputs), (*outputs, *wrt), whole)


def outputs_of(d: Derivation, s: Second) -> tuple[str, ...]:
    """The outputs of a Jacobian."""
    return s.outputs or (d.of,)


def in_blocks(d: Derivation, name: Name, names: tuple[str, ...], whole: Array) -> Found:
    """A matrix of blocks, under vec where something in it is a matrix."""
    flat = any(d.graph.symbol[n].rank > 1 for n in names)
    if flat and whole.ndim > 2:
        whole = by_columns(whole, whole.ndim // 2)
    turned = d.convention.layout == "denominator"
    return {vec_name(name) if flat else name: Value(whole, turned=turned)}


def hessian_scope(d: Derivation, s: Second, point: Point) -> Found:
    x, y = s.names
    full = block_values(d, x, y, point)
    ranks = [d.graph.symbol[n].rank for n in s.names]
    out: Found = {block_name(d, x, y): oriented(full, ranks[0], ranks[1], d.convention)}
    return {**out, **columnwise(vec_block_name(d, x, y), full, ranks[0], d.convention)}


def columnwise(name: Formula, full: Array, rows: int, c: Convention) -> Found:
    """A derivative with its matrices under vec."""
    columns = full.ndim - rows
    if max(rows, columns) > 2:
        return {}
    flat = by_columns(full, rows)
    own = flat.reshape([n for n, axes in zip(flat.shape, (rows, columns), strict=True) if axes])
    return {name: oriented(own, min(rows, 1), min(columns, 1), c)}


def blocks_scope(d: Derivation, s: Second, point: Point) -> Found:
    """∂∇_x/∂y of every two variables, and the whole."""
    out: Found = {}
    for x, y in product(s.names, s.names):
        full, rank = block_values(d, x, y, point), d.graph.symbol[x].rank
        out[nabla_slope(d, x, y)] = oriented(full, rank, full.ndim - rank, d.convention)
        out |= columnwise(vec_block_name(d, x, y), full, rank, d.convention)
    return out | in_blocks(d, hessian_name(d), s.names, hessian_values(d, s.names, point))


def gauss_newton_scope(d: Derivation, s: Second, point: Point) -> Found:
    """JᵀHJ, both by complex step."""
    x, z = s.names
    j = derivative_values(d.graph, z, x, point)
    h = block_values(derive(cut(d.graph, z), d.of, [z]), z, z, point)
    k = d.graph.symbol[z].rank
    half = np.tensordot(h, j, k)  # axes of z, then those of x
    left = np.tensordot(np.moveaxis(j, range(k), range(-k, 0)), half, k) if k else np.multiply.outer(j, half)
    return in_both(curvature_name(d, "G"), left)


def fisher_scope(d: Derivation, s: Second, point: Point) -> Found:
    """Σ p(c) ∇ℓ(c) ∇ℓ(c)ᵀ, class by class; of several samples, sample by sample."""
    x, label, given = s.names
    chances = np.asarray(point.values[given, 0])
    y = d.graph.symbol[label]
    onehot = y.symbol is not None and y.symbol.domain == "onehot"
    if y.rank > onehot:
        spread, _ = covariances(d, x, label, given, point)
        share = len(chances) if total_of(d, x, label, given, point) == "mean" else 1
        return in_both(curvature_name(d, "F"), share * spread)
    weights = chances if chances.ndim else np.asarray([1 - chances, chances])
    total: Array = np.asarray(0.0)
    for c, weight in enumerate(weights):
        drawn = np.eye(len(weights))[c] if onehot else np.asarray(c)
        slope = gradient(d, x, replace(point, values={**point.values, (label, 0): drawn}))
        total = total + weight * np.multiply.outer(slope, slope)
    return in_both(curvature_name(d, "F"), total)


def in_both(name: Name, full: Array) -> Found:
    """A matrix of second order by its axes, and by columns where its variable is a matrix."""
    out: Found = {name: Value(full)}
    return {**out, vec_name(name): Value(by_columns(full, 2))} if full.ndim == 4 else out


SECOND: Mapping[Order, Callable[[Derivation, Second, Point], Found]] = {
    Order.JACOBIAN: jacobian_scope,
    Order.HESSIAN: hessian_scope,
    Order.BLOCKS: blocks_scope,
    Order.GAUSS_NEWTON: gauss_newton_scope,
    Order.FISHER: fisher_scope,
}


def second_names(d: Derivation, s: Second) -> tuple[Name, ...]:
    """The names a scope adds to those of the page."""
    own = [curvature_name(d, x) for x in "HGF"]
    if s.order is Order.JACOBIAN:
        own.append(jacobian_name(d, outputs_of(d, s)))
    return (*own, *map(vec_name, own), *(size_name(v) for v, _ in s.along))


def second_values(d: Derivation, s: Second, point: Point, seed: int) -> Found:
    """The values a scope adds: the matrix by definition, and directions that are never special."""
    out = SECOND[s.order](d, s, point)
    rng = np.random.default_rng([seed, crc32(str(s).encode())])
    for name, like in s.along:
        shape = tuple(n.value(point.sizes) for n in d.graph.symbol[like].shape)
        out[size_name(name)] = Value(rng.uniform(0.5, 2, shape), len(shape) == 1)
    return out
