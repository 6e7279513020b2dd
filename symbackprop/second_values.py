"""What Jacobians and matrices of second order are held against: complex steps of the definitions.

A scope of a page names them: `jacobian:x`, `hessian:x,y`, `blocks:x,y,z`, `gauss_newton:x,z`, `fisher:x,y,p`;
`;v@x` adds a direction v in the shape of x.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from zlib import crc32

import numpy as np

from symbackprop.derivation import Derivation, derive
from symbackprop.derivative_names import (
    block_name,
    curvature_name,
    hessian_name,
    slope_name,
    tex_of,
    vec_name,
    vec_slope,
)
from symbackprop.expr import default_tex, spelled
from symbackprop.graph import Graph
from symbackprop.local_values import oriented
from symbackprop.meaning import Value
from symbackprop.notation import Formula, Nabla, Name
from symbackprop.reference import Array
from symbackprop.second import cut
from symbackprop.values import Point, backward_values, forward

STEP = 1e-30  # complex step


def derivative_values(g: Graph, of: str, wrt: str, point: Point) -> Array:
    """∂of/∂wrt of any two nodes by complex step of the whole graph: the axes of `of`, then those of `wrt`."""
    base = np.asarray(point.values[wrt, 0])
    given = {k: v for k, v in point.values.items() if k[0] in g.inputs}
    start = Point(point.sizes, given, {}, point.length)
    columns = []
    for k in range(base.size):
        step = np.zeros(base.shape, complex)
        step.flat[k] = 1j * STEP
        moved = forward(g, start, {(wrt, 0): step}, only=of)
        columns.append(np.imag(moved.values[of, 0]) / STEP)
    return np.stack(columns, -1).reshape((*np.shape(columns[0]), *base.shape))


def hessian_values(d: Derivation, names: tuple[str, ...], point: Point) -> Array:
    """The Hessian by complex step of the verified gradient: by one variable its axes twice, else a matrix."""
    if len(names) == 1:
        return block_values(d, names[0], names[0], point)
    size = {n: int(np.size(point.values[n, 0])) for n in names}
    return np.block([
        [block_values(d, x, y, point).reshape(size[x], size[y]) for y in names] for x in names
    ])  # fmt: skip


def block_values(d: Derivation, x: str, y: str, point: Point) -> Array:
    """∂(∂of/∂x)/∂y: the axes of x, then those of y."""
    given = set(d.graph.inputs)
    inputs = {k: v for k, v in point.values.items() if k[0] in given}
    seeds = {k: v for k, v in point.deltas.items() if k[0] == d.of}
    base = np.asarray(point.values[y, 0])
    start = Point(point.sizes, inputs, seeds, point.length)
    columns = []
    for k in range(base.size):
        step = np.zeros(base.shape, complex)
        step.flat[k] = 1j * STEP
        back = backward_values(d.backward, forward(d.graph, start, {(y, 0): step}))
        columns.append(np.imag(np.asarray(back.deltas[x, 0])) / STEP)
    return np.stack(columns, -1).reshape((*np.shape(columns[0]), *base.shape))


def by_columns(full: Array) -> Array:
    """∂Y_ij/∂X_pq as a matrix: rows by vec(Y), columns by vec(X)."""
    m, n, p, q = full.shape
    return full.transpose(1, 0, 3, 2).reshape(m * n, p * q)


# --- by scope --------------------------------------------------------------------------------------

Found = dict[Formula, Value]


def jacobian_scope(d: Derivation, names: tuple[str, ...], point: Point) -> Found:
    (x,) = names
    full = derivative_values(d.graph, d.of, x, point)
    left, rank = slope_name(d, x), d.graph.symbol[x].rank
    out: Found = {left: oriented(full, full.ndim - rank, rank, d.convention)}
    if full.ndim == 4 and rank == 2:
        flat = oriented(by_columns(full), 1, 1, d.convention)
        out[vec_slope(left.of, left.wrt)] = flat
    return out


def hessian_scope(d: Derivation, names: tuple[str, ...], point: Point) -> Found:
    x, y = names
    full = block_values(d, x, y, point)
    ranks = [d.graph.symbol[n].rank for n in names]
    out: Found = {block_name(d, x, y): oriented(full, ranks[0], ranks[1], d.convention)}
    if ranks == [2, 2]:
        nabla = Nabla(d.convention.of, tex_of(d, x))
        out[vec_slope(nabla, tex_of(d, y))] = Value(by_columns(full))
    return out


def blocks_scope(d: Derivation, names: tuple[str, ...], point: Point) -> Found:
    return {hessian_name(d): Value(hessian_values(d, names, point))}


def gauss_newton_scope(d: Derivation, names: tuple[str, ...], point: Point) -> Found:
    """JᵀHJ, both by complex step."""
    x, z = names
    j = derivative_values(d.graph, z, x, point)
    h = block_values(derive(cut(d.graph, z), d.of, [z]), z, z, point)
    k = d.graph.symbol[z].rank
    half = np.tensordot(h, j, k)  # axes of z, then those of x
    left = (
        np.tensordot(np.moveaxis(j, range(k), range(-k, 0)), half, k)
        if k
        else np.multiply.outer(j, half)
    )
    return in_both(curvature_name(d, "G"), left)


def fisher_scope(d: Derivation, names: tuple[str, ...], point: Point) -> Found:
    """Σ p(c) ∇ℓ(c) ∇ℓ(c)ᵀ, class by class."""
    x, label, given = names
    chances = np.asarray(point.values[given, 0])
    weights = chances if chances.ndim else np.asarray([1 - chances, chances])
    onehot = d.graph.symbol[label].rank == 1
    total: Array = np.asarray(0.0)
    for c, weight in enumerate(weights):
        inputs = {k: v for k, v in point.values.items() if k[0] in d.graph.inputs}
        inputs[label, 0] = np.eye(len(weights))[c] if onehot else np.asarray(c)
        here = forward(d.graph, Point(point.sizes, inputs, {}, point.length))
        slope = np.asarray(backward_values(d.backward, here).deltas[x, 0])
        total = total + weight * np.multiply.outer(slope, slope)
    return in_both(curvature_name(d, "F"), total)


def in_both(name: Name, full: Array) -> Found:
    """A matrix of second order by its axes, and by columns where its variable is a matrix."""
    out: Found = {name: Value(full)}
    return {**out, vec_name(name): Value(by_columns(full))} if full.ndim == 4 else out


SECOND: Mapping[str, Callable[[Derivation, tuple[str, ...], Point], Found]] = {
    "jacobian": jacobian_scope,
    "hessian": hessian_scope,
    "blocks": blocks_scope,
    "gauss_newton": gauss_newton_scope,
    "fisher": fisher_scope,
}


def second_order(scope: str) -> bool:
    """Whether a scope of a page is one of these."""
    return scope.partition(":")[0] in SECOND


def parts(scope: str) -> tuple[str, tuple[str, ...], tuple[str, str]]:
    """Kind, names, and the direction with the symbol whose shape it has (or two empty strings)."""
    whole, _, direction = scope.partition(";")
    kind, _, names = whole.partition(":")
    name, _, like = direction.partition("@")
    return kind, tuple(names.split(",")), (name, like)


def second_names(d: Derivation, scope: str) -> tuple[Name, ...]:
    """The names a scope adds to those of the page."""
    _, _, (direction, _) = parts(scope)
    own = [curvature_name(d, x) for x in "HGF"]
    return (*own, *map(vec_name, own), *((spelled(default_tex(direction)),) if direction else ()))


def second_values(d: Derivation, scope: str, point: Point, seed: int) -> Found:
    """The values a scope adds: the matrix by definition, and a direction that is never special."""
    kind, names, (direction, like) = parts(scope)
    out = SECOND[kind](d, names, point)
    if direction:
        shape = tuple(s.value(point.sizes) for s in d.graph.symbol[like].shape)
        rng = np.random.default_rng([seed, crc32(scope.encode())])
        out[spelled(default_tex(direction))] = Value(rng.uniform(0.5, 2, shape), len(shape) == 1)
    return out
