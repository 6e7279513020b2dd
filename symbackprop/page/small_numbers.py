"""Small numbers for a graph that has none: sizes of 2, weights of one half, inputs 1 and -1.

They are chosen by what a symbol is, so that a reader can follow them by hand; of those that are tried the
first that tell something are taken: no derivative is 0 or nearly so. A difference quotient goes with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, pairwise, product

import numpy as np

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import symbol_of
from symbackprop.entries.reference_values import Array
from symbackprop.errors import ShapeError, SheetError
from symbackprop.graph.size_conditions import check_sizes
from symbackprop.numeric.points import Point, backward_values, forward
from symbackprop.page.given_numbers import given_point
from symbackprop.page.roles import Roles
from symbackprop.vocabulary.kinds import ADD

SMALL = "small"  # what a sheet writes in the place of numbers
TRIED, MOST = (2, 3, 1, 4), 24  # sizes, and how many of their combinations
CYCLES = ((1, -1), (1, -1, 2), (1, 2, -1))
SEEN = 1e-2  # a derivative that can be seen
LARGEST = 8  # rows or columns that one can follow
STEP = 1e-6  # to both sides, for a difference quotient
SURE = 1e-5  # of a quotient: what one side, and rounding, may put it off by
ROUNDINGS = 4.0  # of a value in its last place
WEIGHED = ("parameter", "variable")


def small_numbers(d: Derivation) -> dict[str, object]:
    """Numbers for every input. Errors: `SheetError` where a size is too large, or none tell anything."""
    for sizes, cycle in product(small_sizes(d), CYCLES):
        found = numbers(d, sizes, cycle)
        if telling(d, found):
            return found
    raise SheetError("no small numbers tell anything", where="at", hint="Give the numbers yourself.")


def numbers(d: Derivation, sizes: Mapping[str, int], cycle: Sequence[int]) -> dict[str, object]:
    """One choice: what is no weight runs through a cycle of numbers."""
    roles = Roles(d)
    out: dict[str, object] = {}
    for n in d.graph.inputs:
        s = symbol_of(d, n)
        shape = tuple(x.value(sizes) for x in s.shape)
        if max(shape, default=1) > LARGEST:
            raise SheetError(f"{n} is too large for small numbers", where="at", hint="Give smaller sizes.")
        if s.labels:
            made = 1 + np.arange(int(np.prod(shape))).reshape(shape) % s.labels.value(sizes)
        else:
            made = s.facts.into(start(d, roles, n, shape, cycle))
        out[n] = made.tolist()
    return out


def telling(d: Derivation, at: Mapping[str, object]) -> bool:
    """Whether every derivative that is asked for has an entry that can be seen."""
    p = backward_values(d.backward, forward(d.graph, given_point(d, at)))
    found = [np.max(np.abs(p.deltas[n, 0]), initial=0) for n in d.wrt if (n, 0) in p.deltas]
    return all(np.isfinite(x) and x > SEEN for x in found)


def small_sizes(d: Derivation) -> list[dict[str, int]]:
    """Values for the names of sizes that the graph can have, 2 where it can be."""
    names, out = sorted(d.graph.sizes), list[dict[str, int]]()
    for found in islice(product(TRIED, repeat=len(names)), MOST):
        sizes = dict(zip(names, found, strict=True))
        try:
            check_sizes(d.graph, sizes)
        except ShapeError:
            continue
        out.append(sizes)
    return out


def start(d: Derivation, roles: Roles, name: str, shape: tuple[int, ...], cycle: Sequence[int]) -> Array:
    """The cycle for data, half of it for weights, turned round in every other row; 0 for a bias."""
    data = np.resize(np.asarray(cycle, float), shape)
    if roles.of(name) not in WEIGHED:
        return data
    reads = d.backward.prepared.readers.get(name, ())
    added = all(r.way and r.way[-1][0].op is ADD for r in reads)
    if roles.of(name) == "parameter" and reads and added:
        return np.zeros(shape)
    rows = (-1.0) ** np.arange(shape[0]) if len(shape) > 1 else np.asarray([1.0])
    return data * rows.reshape(-1, *[1] * (len(shape) - 1)) / 2 if shape else data / 2


def quotient(d: Derivation, at: Mapping[str, object]) -> tuple[str, tuple[int, ...], float] | None:
    """A variable, one entry of it, and the difference quotient by it; None where none is worth printing.

    An entry will do whose derivative is not 0, at no kink, and whose quotient rounding leaves its digits.
    """
    if d.graph.symbol[d.of].shape or d.backward.seed.symbol:
        return None
    p = backward_values(d.backward, forward(d.graph, given_point(d, at)))
    for n, where in entries(d, p):
        if abs(p.deltas[n, 0][where]) > SEEN:
            ends = [moved(d, at, n, where, step) for step in (STEP, 0.0, -STEP)]
            ahead, behind = ((a - b) / STEP for a, b in pairwise(ends))
            if abs(ahead - behind) + noise(p) < SURE * abs(ahead + behind):
                return n, where, float((ends[0] - ends[2]) / (2 * STEP))
    return None


def noise(p: Point) -> float:
    """What rounding of the largest value on the way may add to a quotient."""
    largest = max(float(np.max(np.abs(v), initial=0.0)) for v in p.values.values())
    return ROUNDINGS * float(np.finfo(float).eps) * largest / STEP


def entries(d: Derivation, p: Point) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The entries of the variables, parameters first."""
    roles = Roles(d)
    for n in sorted((n for n in d.wrt if n in d.graph.inputs), key=lambda n: roles.of(n) not in WEIGHED):
        yield from ((n, where) for where in np.ndindex(p.values[n, 0].shape) if (n, 0) in p.deltas)


def moved(d: Derivation, at: Mapping[str, object], name: str, where: tuple[int, ...], step: float) -> float:
    """The output where one entry is moved."""
    p = given_point(d, at)
    value = p.values[name, 0].astype(float)
    value[where] += step
    there = forward(d.graph, replace(p, values={**p.values, (name, 0): value}))
    return float(there.values[d.of, 0])
