"""Our gradients, first and second, against those of a library."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

import symbackprop as sb
from symbackprop.backward.reverse_pass import Backward
from symbackprop.derivation.derivation import Derivation
from symbackprop.entries.reference_values import KINKS, Array
from symbackprop.formula.tree import Name
from symbackprop.graph.activity import relevant
from symbackprop.graph.expr import Expr, Symbol, leaf, substitute
from symbackprop.graph.graph import Graph, make
from symbackprop.numeric.points import (
    Key, Point, backward_values, forward, generic_point, seeded,
)  # fmt: skip
from symbackprop.verify.comparison import ROUNDING
from tests.frameworks.interpreter import Machine, System

CLOSE = 1e-9  # relative to the largest entry
STEP = 1e-30  # complex step
NUDGE = 1e-6  # of a difference quotient, to one side
Values = Mapping[Key, Any]
Forward = Callable[[Values], Values]


def objective(b: Backward, at: Point) -> complex:
    """⟨δof, of⟩: the scalar whose derivative every δ is."""
    ends = [k for k in at.deltas if k[0] == b.of and k in at.values]
    return sum((complex(np.sum(at.deltas[k] * at.values[k])) for k in ends), 0j)


def apart(a: object, b: object) -> float:
    """The largest difference, relative to the largest entry; a 0 as sums round it is 0."""
    x, y = np.asarray(a, float), np.asarray(b, float)
    assert x.shape == y.shape, (x.shape, y.shape)
    scale = max(np.max(np.abs(x), initial=0), np.max(np.abs(y), initial=0))
    gap = float(np.max(np.abs(x - y), initial=0))
    assert np.isfinite(gap), gap
    return gap / scale if gap > ROUNDING else 0.0


def given(d: Derivation, seed: int, trial: int = 0) -> Point:
    """Inputs, states before the first step, and cotangents of an output that is no scalar."""
    return seeded(d.backward, generic_point(d.graph, trial, seed), seed)


# --- the library's side --------------------------------------------------------------------------


def interpreted(system: System, d: Derivation, p: Point) -> Forward:
    """Every op of the graph by the library's function of that name."""
    machine = Machine(system.table, system.array, p.sizes, p.length)
    return lambda values: machine.run(d.graph, values)


def outright(system: System, d: Derivation, name: str) -> Forward:
    """The output by one function of the library."""
    return lambda values: {(d.of, 0): system.whole[name](*(values[n, 0] for n in d.graph.inputs))}


def outcome(system: System, d: Derivation, p: Point, run: Forward) -> tuple[Any, dict[Key, Any]]:
    """⟨δof, of⟩ as a function of the variables' values, and these values."""
    arrays = {k: system.array(v) for k, v in p.values.items()}
    free = {k: v for k, v in arrays.items() if k[0] in d.wrt}

    def f(rows: list[Any]) -> Any:
        out = run({**arrays, **dict(zip(free, rows, strict=True))})
        ends = {k: v for k, v in p.deltas.items() if k[0] == d.of} or {(d.of, 0): 1.0}
        return sum(system.total(system.array(w) * out[k]) for k, w in ends.items())

    return f, free


# --- first order ---------------------------------------------------------------------------------


def compare(system: System, d: Derivation, seed: int, trial: int = 0, whole: str = "") -> None:
    """Every gradient of a derivation and of its emitted code."""
    p = given(d, seed, trial)
    run = outright(system, d, whole) if whole else interpreted(system, d, p)
    f, free = outcome(system, d, p, run)
    full = backward_values(d.backward, forward(d.graph, p))
    value = float(np.real(objective(d.backward, full)))
    assert apart(value, f(list(free.values()))) < CLOSE, "the output itself"
    ours = {k: full.deltas.get(k, np.zeros(np.shape(p.values[k]))) for k in free}
    agreed = {}
    for key, g in zip(free, uncontested(system, f, free, ours), strict=True):
        close = apart(ours[key], g) < CLOSE
        assert close or tied_and_smooth(d, p, key, ours[key]), key
        agreed[key] = g if close else ours[key]
    compare_code(d, full, agreed)


def uncontested(system: System, f: Any, free: Values, ours: Values) -> list[Array]:
    """The library's gradients; what its compiler alone gets otherwise is told and counts for nothing.

    One compiled gradient of 2,000 was 5 % off, where the same library op by op and difference quotients
    to both sides gave our value.
    """
    at = list(free.values())
    true = system.gradients(f, at)
    if all(apart(ours[k], g) < CLOSE for k, g in zip(free, true, strict=True)):
        return true
    plain = system.op_by_op(f, at)
    if any(apart(g, h) >= CLOSE for g, h in zip(true, plain, strict=True)):
        warnings.warn("compiled and op by op, the library's gradients differ", stacklevel=3)
    return plain


def on_a_tie(d: Derivation, p: Point) -> bool:
    """Whether a point lies on a kink, where systems may choose different slopes."""
    watched: list[float] = []
    token = KINKS.set(watched)
    try:
        forward(d.graph, p)
    finally:
        KINKS.reset(token)
    return bool(watched) and min(watched) < CLOSE


def tied_and_smooth(d: Derivation, p: Point, key: Key, ours: Array) -> bool:
    """Whether a point lies on a tie, where a library may halve what flows back, and ours is the slope there.

    min(s, t) with s = t everywhere has a slope that no choice of the larger one changes; differences to
    either side tell it.
    """
    v = np.random.default_rng(7).normal(size=np.shape(ours))

    def value(h: float) -> float:
        moved = {k: x + h * v if k == key else x for k, x in p.values.items()}
        return float(np.real(objective(d.backward, forward(d.graph, replace(p, values=moved)))))

    sides = [(value(h) - value(0.0)) / h for h in (NUDGE, -NUDGE)]
    return on_a_tie(d, p) and all(apart(np.sum(ours * v), side) < 100 * NUDGE for side in sides)


def compare_code(d: Derivation, p: Point, true: Values) -> None:
    """The emitted code's gradients at a point that has values and δ's."""
    try:
        run = d.compile("numpy")
    except sb.SymbackpropError:
        return  # a number of steps no input tells
    bars = stacked(d, p.deltas, (d.of,)) if d.backward.seed.symbol else {}
    names = {f"{n}_bar": v for n, v in bars.items()}
    early = {
        f"{n}_{'m' * (t < 0)}{abs(t)}": v
        for (n, t), v in p.values.items()
        if t < 0 or (not t and timed(d, n) and n not in d.graph.initial)
    }
    steps = {k: v for k, v in p.values.items() if k[1] > 0 or not timed(d, k[0])}
    got = run(**stacked(d, steps, d.graph.inputs), **names, **early)
    wanted = stacked(d, true, d.wrt)
    for n in d.wrt:
        assert apart(got[n], wanted[n]) < CLOSE, n


def timed(d: Derivation, name: str) -> bool:
    s = d.graph.symbol[name].symbol
    return bool(s and s.time)


def stacked(d: Derivation, values: Values, names: object) -> dict[str, Array]:
    """Arrays by name; those of a sequence along a first axis of steps."""
    out = {}
    for n in names:  # type: ignore[attr-defined]
        s = d.graph.symbol[n].symbol
        steps = sorted(t for m, t in values if m == n)
        parts = [np.asarray(values[n, t]) for t in steps]
        out[n] = np.stack(parts) if s and s.time else parts[0]
    return out


# --- second order --------------------------------------------------------------------------------


def compare_twice(system: System, d: Derivation, seed: int, whole: str = "") -> None:
    """The Hessian times a vector: the gradient derived again; of a recurrence, by complex step."""
    d = sb.derive(d.graph, of=d.of, wrt=[n for n in d.wrt if unbound(d, n)])
    if d.graph.time:
        p = given(d, seed)
        along = directions(d, p, seed)
        ours = stepped(d, p, along)
    else:
        g = slope_graph(d)
        p = generic_point(g, 0, seed)
        along = {(n, 0): p.values[vector(n), 0] for n in d.wrt}
        ours = derived_again(g, [n for n in d.wrt if n in relevant(g, SLOPE)], p)
        p = Point(p.sizes, p.values, {(d.of, 0): p.values.get((vector(d.of), 0), np.ones(()))})
    run = outright(system, d, whole) if whole else interpreted(system, d, p)
    f, free = outcome(system, d, p, run)
    rows = [system.array(along[k]) for k in free]
    for key, true in zip(free, system.products(f, list(free.values()), rows), strict=True):
        assert apart(ours.get(key, np.zeros(np.shape(true))), true) < CLOSE, key


def unbound(d: Derivation, name: str) -> bool:
    """No facts hold of its entries: one-hot, say, a gradient uses Σy = 1 and says nothing off it."""
    s = d.graph.symbol[name].symbol
    return bool(s and s.domain in ("real", "positive"))


def derived_again(g: Graph, wrt: list[str], p: Point) -> dict[Key, Array]:
    """The gradients of the slope by what it depends on; a linear function has none."""
    if not wrt:
        return {}
    again = sb.derive(g, of=SLOPE, wrt=wrt)
    return backward_values(again.backward, forward(again.graph, p)).deltas


def directions(d: Derivation, p: Point, seed: int) -> dict[Key, Array]:
    rng = np.random.default_rng(seed)
    return {k: rng.normal(size=np.shape(v)) for k, v in p.values.items() if k[0] in d.wrt}


def stepped(d: Derivation, p: Point, along: Values) -> dict[Key, Array]:
    """The derivative of every gradient along the directions."""
    moved = {k: v + 1j * STEP * along[k] if k in along else v for k, v in p.values.items()}
    full = forward(d.graph, Point(p.sizes, moved, p.deltas, p.length))
    deltas = backward_values(d.backward, full).deltas
    return {k: np.imag(deltas[k]) / STEP for k in along if k in deltas}


SLOPE = "slope_"


def vector(name: str) -> str:
    return f"along_{name}"


def slope_graph(d: Derivation) -> Graph:
    """The graph with its backward pass as nodes, up to slope = Σ ⟨∂of/∂x, v_x⟩."""
    g = d.backward.graph
    symbol, definition = dict(g.symbol), dict(g.definition)
    swap: dict[Expr, Expr] = {}

    def free(name: str, shape: Any) -> Expr:
        symbol[name] = leaf(Symbol(name, shape, Name(name)))
        return symbol[name]

    def node(name: str, value: Expr) -> Expr:
        symbol[name] = leaf(Symbol(name, value.shape, Name(name), definition=value))
        definition[name] = value
        return symbol[name]

    if d.backward.seed.symbol:
        swap[d.backward.seed] = free(vector(d.of), d.backward.seed.shape)
    for name, a in d.backward.adjoints.items():
        swap[a.symbol] = node(f"back_{name}", substitute(a.value, swap))
    terms = [sb.sum(symbol[f"back_{n}"] * free(vector(n), g.symbol[n].shape)) for n in d.wrt]
    node(SLOPE, sum(terms[1:], terms[0]))
    return make(symbol, definition)
