"""The derivations a mistake can be made in, and what each comes to with another one in its place.

A gradient is derived once. A Jacobian is the pullback of every unit vector. A Hessian is derived twice: the
slip is in the gradient, or in what differentiates that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from symbackprop.answers.asked.right_values import Bench
from symbackprop.answers.asked.target import Target
from symbackprop.answers.slips.remembered_values import Remembered
from symbackprop.answers.slips.wrong_derivation import full, once_per_point
from symbackprop.backward.preparation import prepare
from symbackprop.backward.reverse_pass import Backward, backward
from symbackprop.derivatives.total_derivatives import with_gradient
from symbackprop.entries.reference_values import Array
from symbackprop.errors import SymbackpropError
from symbackprop.numeric.complex_step import jacobian_values
from symbackprop.numeric.points import Point, backward_values, forward


@dataclass(frozen=True)
class Way:
    """A derivation, and what is asked for with a wrong one in its place."""

    right: Backward
    value: Callable[[Backward, Point], Array]


@lru_cache(maxsize=64)
def ways(b: Bench) -> tuple[Way, ...]:
    """The derivations of a target."""
    right, wrt = b.target.d.backward, b.target.wrt
    if b.target.kind == "gradient":
        return (Way(right, lambda wrong, p: np.asarray(backward_values(wrong, p).deltas[wrt, 0])),)
    if b.target.kind == "jacobian":
        return (Way(right, pullbacks(b.target, right)),)
    return (*twice(b.target), Way(right, differentiated(b.target)))


def twice(target: Target) -> tuple[Way, ...]:
    """The gradient's own derivation; none where it is not derived."""
    try:
        graph = with_gradient(target.d, target.wrt)
        right = backward(prepare(graph, graph.output, [target.wrt]))
    except SymbackpropError:
        return ()
    return (Way(right, pullbacks(replace(target, alone=False), right)),)


def pullbacks(target: Target, right: Backward) -> Callable[[Backward, Point], Array]:
    """The rows of a Jacobian: the pullback of every unit vector, what stays right of it as it is."""
    of, wrt = right.of, target.wrt
    shape = right.graph.symbol[of].shape

    def started(p: Point) -> tuple[Point, ...]:
        extents = tuple(s.value(p.sizes) for s in shape)
        count = int(np.prod(extents))
        units = (np.eye(count)[k].reshape(extents) for k in range(count))
        return tuple(full(right, replace(p, deltas={(of, 0): u})) for u in units)

    each, memo = once_per_point(started), Remembered()

    def value(wrong: Backward, p: Point) -> Array:
        rows = [np.asarray(backward_values(wrong, u, memo.work).deltas[wrt, 0]) for u in each(p)]
        extents = tuple(s.value(p.sizes) for s in shape)
        return target.shaped(np.stack(rows).reshape((*extents, *rows[0].shape)))

    return value


def differentiated(target: Target) -> Callable[[Backward, Point], Array]:
    """A wrong gradient, differentiated rightly."""
    d, wrt = target.d, target.wrt

    def value(wrong: Backward, p: Point) -> Array:
        inputs = {k: v for k, v in p.values.items() if k[0] in d.graph.inputs}
        seeds = {k: v for k, v in p.deltas.items() if k[0] == d.of}
        start = Point(p.sizes, inputs, seeds, p.length)

        def gradient(step: Array) -> Array:
            there = backward_values(d.backward, forward(d.graph, start, {(wrt, 0): step}))
            return np.asarray(backward_values(wrong, there).deltas[wrt, 0])

        return jacobian_values(np.asarray(p.values[wrt, 0]), gradient)

    return value
