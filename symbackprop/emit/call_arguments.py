"""A point as the arguments of emitted code, and its results as code returns them: steps along axis 0."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.code_names import parameters
from symbackprop.entries.reference_values import Array
from symbackprop.graph.graph import Graph
from symbackprop.numeric.points import Key, Point


def arguments(d: Derivation, at: Point) -> dict[str, Array]:
    """Inputs, values before the first step, and the δ of an output that is no number, by parameter name."""
    g, given = d.graph, parameters(d)
    out = {code: stacked(g, n, at.values, at.length) for n, code in given.inputs.items()}
    out |= {code: np.asarray(at.values[key]) for key, code in given.early.items()}
    if given.seed:
        out[given.seed] = stacked(g, d.of, at.deltas, at.length)
    return out


def results(d: Derivation, at: Point) -> dict[str, Array]:
    """The output and every gradient at a point, by name."""
    found = {d.of: stacked(d.graph, d.of, at.values, at.length)}
    wrt = (n for n in d.wrt if n in d.backward.adjoints)
    return found | {n: stacked(d.graph, n, at.deltas, at.length) for n in wrt}


def stacked(g: Graph, name: str, table: Mapping[Key, Array], length: int) -> Array:
    """The value of a name, or its values at all steps."""
    s = g.symbol[name].symbol
    if s and s.time:
        return np.stack([np.asarray(table[name, t]) for t in range(1, length + 1)])
    return np.asarray(table[name, 0])
