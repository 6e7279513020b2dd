"""The code of a Jacobian or of a matrix of second order beside its entries, its products beside the whole."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Any

import numpy as np

from symbackprop import entries as en
from symbackprop.derivatives.derivative import Derivative
from symbackprop.derivatives.derivative_blocks import Blocks
from symbackprop.derivatives.quantity import Quantity
from symbackprop.emit import compile_source, source
from symbackprop.emit.call_arguments import stacked
from symbackprop.emit.derivative_code import SIDES, WORDS, needed, sides
from symbackprop.entries.fold import fold
from symbackprop.entries.reference_values import Array, floats
from symbackprop.errors import SymbackpropError, VerificationError
from symbackprop.graph.expr import Expr
from symbackprop.numeric.points import Point, evaluate, forward, generic_point, seeded

OFF = 1e-7  # relative to the largest entry; wrong is what is off at every point
POINTS = 3


def check_second_order_code(q: Quantity, *, seed: int) -> None:
    """Every function of the code at some points. Errors: `VerificationError` for one that is wrong at all."""
    each = q.blocks.values() if isinstance(q, Blocks) else [q] if isinstance(q, Derivative) else []
    for j in each:
        try:
            code = source(j)
        except SymbackpropError:  # a function without a definition has no code
            return
        try:
            gaps = [compared(j, code, point) for point in points(j, seed)]
        except Exception as error:  # the code is what is tested: whatever it raises is its failure
            said = f"its code raises {type(error).__name__}: {error}"
            raise VerificationError(said, where=repr(j), hint=f"The seed is {seed}.") from error
        for name in gaps[0]:
            if all(g[name] > OFF for g in gaps):
                raise VerificationError(f"the code of {name} gives something else than the entries",
                                        where=repr(j), hint=f"The seed is {seed}.")  # fmt: skip


def points(j: Derivative, seed: int) -> Iterator[Point]:
    d = j.derivation
    for k in range(POINTS):
        yield forward(d.graph, seeded(d.backward, generic_point(d.graph, k + 1, seed), seed))


def compared(j: Derivative, code: str, at: Point) -> dict[str, float]:
    """How far every function is from what the entries say."""
    given = {n: stacked(j.derivation.graph, n, at.values, at.length) for n in needed(j).graph.inputs}
    want, rng = entries_value(j, at), np.random.default_rng(len(code))

    def run(name: str, *more: Array) -> Array:
        f: Callable[..., Any] = compile_source(code, name=name)
        with np.errstate(all="ignore"):
            return np.asarray(f(*given.values(), *more))

    rows = len(j.step.at)
    whole = WORDS[j.scope.order]
    out = {whole: off(want, by_axes(j, run(whole), want), cancelled(j, at))}
    for side in sides(j):
        axes = want.shape[rows:] if side == "right" else want.shape[:rows]
        v = rng.uniform(0.5, 2, axes)
        right = np.tensordot(want, v, len(axes)) if side == "right" else np.tensordot(v, want, len(axes))
        out[SIDES[side]] = off(right, run(SIDES[side], v), float(np.max(np.abs(want), initial=0)))
    return out


def by_axes(j: Derivative, found: Array, want: Array) -> Array:
    """A matrix under vec by the axes of its rows and columns."""
    if j.layout != "vec" or found.size != want.size:
        return found
    return found.reshape(want.shape, order="F")


def cancelled(j: Derivative, at: Point) -> float:
    """The largest term of an entry, of which a sum near 0 keeps no more digits than it is rounded to."""
    each = (entries_value(j, at, en.Entries((t,))) for t in j.step.result.terms)
    return max((float(np.max(np.abs(x), initial=0)) for x in each), default=0.0)


def entries_value(j: Derivative, at: Point, e: en.Entries | None = None) -> Array:
    """The entries of a derivative at a point, or some of their terms."""
    e = j.step.result if e is None else e
    met = {a.tensor for a in en.elements(e)}
    tensors: dict[Hashable, Array] = {x: np.asarray(evaluate(x, at)) for x in met if isinstance(x, Expr)}
    with np.errstate(all="ignore"):
        found = fold(e, j.axes, floats(tensors, at.sizes))
    return np.broadcast_to(found, tuple(i.size.value(at.sizes) for i in j.axes))


def off(want: Array, got: Array, size: float = 0.0) -> float:
    """The largest difference, relative to the largest entry; nothing is known where these are not finite."""
    if got.shape != want.shape:
        return np.inf
    if not (np.all(np.isfinite(want)) and np.isfinite(size)):
        return 0.0
    gap = float(np.max(np.abs(got - want), initial=0))
    return gap / max(float(np.max(np.abs(want), initial=0)), size, np.finfo(float).tiny) if gap else 0.0
