"""Points at which a derivation is held: generic, away from kinks, regular."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import inf

import numpy as np

from symbackprop.derivation.derivation import Derivation
from symbackprop.entries.reference_values import CONDITIONS, KINKS, TIE, Array
from symbackprop.graph.domains import HELPFUL, domain_of
from symbackprop.graph.expr import leaf, substitute
from symbackprop.graph.graph import Graph
from symbackprop.numeric.points import (
    Key, Point, Work, backward_values, bind_sizes, evaluate, forward, generic_point, schedule, seeded,
)  # fmt: skip

KINK = {"complex": 1e-9, "central": 1e-3}  # distance kept from kinks
REGULAR = 1e8  # the largest condition number of a matrix that is inverted at a point
ATTEMPTS = 40  # points tried before a check is given up
SPREADS = (3.0, 3.0, 3.0, 3.0, 10.0, 10.0, 1.0, 1.0, 0.3, 0.1, 0.03,  # where to look for what is 0
           25.0, 25.0, *(60.0,) * 4, *(150.0,) * 4, 400.0, 400.0, 1500.0, 6000.0)  # fmt: skip


def point_for(
    d: Derivation, trial: int, seed: int, method: str, length: int | None = None,
    given: Mapping[str, int] | None = None, spread: float = 1.0,
) -> Point | str:  # fmt: skip
    """A generic point with all values and δ's, away from kinks; or the reason why there is none."""
    reason, turn = "", 0
    for attempt in range(ATTEMPTS):
        sizes = dict(given) if given else bind_sizes(d.graph, trial, length, turn)
        raw = generic_point(d.graph, trial, seed + 7919 * attempt, sizes, spread)
        point, kink, condition = watched(d.graph, seeded(d.backward, raw, seed))
        finite = all(np.all(np.isfinite(v)) for v in point.values.values())
        if condition > REGULAR:
            reason, turn = "a matrix has no inverse at any point tried", turn + 1
        elif not finite:
            reason = NOWHERE
        elif kink < KINK[method]:
            reason = "every point tried lies on a kink"
        else:
            return backward_values(d.backward, point)
    return reason if reason != NOWHERE else f"not finite at generic points: {helpful_words(d, method)}"


NOWHERE = "not finite"
CHANCES = 5  # a determinant is positive at one point by chance


def helpful_words(d: Derivation, method: str) -> str:
    """Which domain word, declared of one input or of all, gives a point: tried, not guessed."""
    open_ones = [n for n in d.graph.inputs if d.graph.symbol[n].own.domain == "real"]
    rooms = [*((n,) for n in open_ones), *([tuple(open_ones)] if len(open_ones) > 1 else [])]
    square = {n for n in open_ones if (s := d.graph.symbol[n].shape)[1:] and s[0] == s[1]}
    for word in HELPFUL:
        for names in rooms:
            if domain_of(word).of == "square" and not square.issuperset(names):
                continue
            if finite_with(d.graph, names, word):
                return f"declare {', '.join(names)} `{word}`"
    return "no domain word helps: shift an input, as in  x = 1 + u  with a positive u"


def finite_with(g: Graph, names: Sequence[str], word: str) -> bool:
    """Whether a graph has finite values at points where some inputs are of another domain."""
    swap = {g.symbol[n]: leaf(replace(g.symbol[n].own, domain=word)) for n in names}
    symbol = {n: swap.get(e, e) for n, e in g.symbol.items()}
    definition = {n: substitute(e, swap) for n, e in g.definition.items()}
    other = g.remade(symbol, definition, {n: substitute(e, swap) for n, e in g.initial.items()})
    sizes = bind_sizes(other, 0)
    points = (watched(other, generic_point(other, 0, seed, sizes))[0] for seed in range(CHANCES))
    return all(np.all(np.isfinite(v)) for p in points for v in p.values.values())


def alive(d: Derivation, points: Sequence[Point], seed: int, method: str) -> Iterator[Point]:
    """Points, nearer to 0 or farther, where something is not 0 that is 0 at all points so far.

    A ReLU may be off at them by chance; what is 0 everywhere is 0.
    """
    dead = frozenset.intersection(*map(zeros, points)) if points else frozenset()
    for p in elsewhere(d, seed, method) if dead else ():
        if not dead <= zeros(p):
            dead &= zeros(p)
            yield p
        if not dead:
            return


def elsewhere(d: Derivation, seed: int, method: str) -> Iterator[Point]:
    """Points nearer to 0 and farther, where what saturates at others may not."""
    found = (point_for(d, 0, seed + n, method, spread=x) for n, x in enumerate(SPREADS))
    return (p for p in found if not isinstance(p, str))


def watched(g: Graph, start: Point) -> tuple[Point, float, float]:
    """The forward pass, its least distance to a kink, and the largest condition number of a matrix, or 0."""
    kinks: list[float] = []
    conditions: list[float] = []
    tokens = KINKS.set(kinks), CONDITIONS.set(conditions)
    try:
        point = forward(g, start)
    finally:
        KINKS.reset(tokens[0])
        CONDITIONS.reset(tokens[1])
    # at a generic point a distance of 0 belongs to equal branches: maximum(x, x) has no kink
    return point, min((k or TIE for k in kinks), default=inf), max(conditions, default=0.0)


def again(d: Derivation, p: Point, change: Callable[[Key, Array], Array], work: Work = evaluate) -> Point:
    """The forward and backward pass from changed inputs, and a changed δ of the output."""
    made = set(schedule(d.graph, p.length))
    values = {k: change(k, x) for k, x in p.values.items() if k not in made}
    seeds = {k: change(k, x) for k, x in p.deltas.items() if k[0] == d.of}
    start = Point(p.sizes, values, seeds, p.length)
    return backward_values(d.backward, forward(d.graph, start, work=work), work=work)


def zeros(p: Point) -> frozenset[tuple[str, bool]]:
    """The values, and the δ's, that are 0 in all their entries at all steps."""
    found: dict[tuple[str, bool], bool] = {}
    for signal, table in ((False, p.values), (True, p.deltas)):
        for (name, _), x in table.items():
            if x.size and x.dtype.kind == "f":
                found[name, signal] = found.get((name, signal), True) and not np.any(x)
    return frozenset(k for k, none in found.items() if none)
