"""Emitted code beside the values of its derivation, computed from the definitions at a generic point."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.code_names import parameters
from symbackprop.entries.reference_values import Array
from symbackprop.numeric.points import Point, backward_values, forward, generic_point, seeded


def full_point(d: Derivation, seed: int, trial: int = 0) -> Point:
    """Every value and every δ of a derivation at a generic point."""
    start = seeded(d.backward, generic_point(d.graph, trial, seed), seed)
    return backward_values(d.backward, forward(d.graph, start))


def emitted_differs(d: Derivation, seed: int, trial: int = 0) -> list[str]:
    """Where the values of `d.compile("numpy")` are not those of the derivation; nothing where all are."""
    p = full_point(d, seed, trial)
    got = d.compile("numpy")(**arguments(d, p))
    bars = {n: stacked(d, n, p.deltas, p) for n in d.wrt if n in d.backward.adjoints}
    want = {d.of: stacked(d, d.of, p.values, p), **bars}
    return [f"{n}: {got[n]} is not {v}" for n, v in want.items() if not same(got[n], v)]


def arguments(d: Derivation, p: Point) -> dict[str, Array]:
    """What the emitted function takes: inputs, values before the first step, the output's error signal."""
    given = parameters(d)
    found = {code: stacked(d, n, p.values, p) for n, code in given.inputs.items()}
    found |= {code: p.values[at] for at, code in given.early.items()}
    return found | ({given.seed: stacked(d, d.of, p.deltas, p)} if given.seed else {})


def stacked(d: Derivation, name: str, table: Mapping[tuple[str, int], Array], p: Point) -> Array:
    """A value, or its values at all steps in one array."""
    s = d.graph.symbol[name].symbol
    assert s
    if not s.time:
        return np.asarray(table[name, 0])
    return np.stack([np.asarray(table[name, t]) for t in range(1, p.length + 1)])


def same(a: Array, b: Array) -> bool:
    return np.shape(a) == np.shape(b) and bool(np.allclose(a, b, rtol=1e-9, atol=1e-11))
