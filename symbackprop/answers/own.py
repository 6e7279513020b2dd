"""What a solution says of names: the values its own lines give them, and what follows from those."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from symbackprop.claims import Claim
from symbackprop.derivation import Derivation, bare, signal
from symbackprop.errors import SymbackpropError
from symbackprop.evaluation.paper import Paper
from symbackprop.fitting.readings import readings
from symbackprop.meaning import Environment, Value
from symbackprop.notation import ZERO, At, Formula, Nabla, Name, Partial
from symbackprop.page import Equation
from symbackprop.paths import with_partials
from symbackprop.places import plain
from symbackprop.reference import Array
from symbackprop.scope import Scene
from symbackprop.values import Key, Point, backward_values

Layout = Literal["gradient", "numerator"]


@dataclass(frozen=True)
class Definition:
    """A line `name = body` of a solution: its number, whether it is about every step of time, whether
    its name is new.
    """

    name: Formula
    body: Formula
    line: int
    recurrent: bool = False
    new: bool = False


def names_of(d: Derivation, f: Formula) -> tuple[str, frozenset[Formula]]:
    """The node or δ a formula is, as it is shown, and all it may be called; else only itself."""
    for n in (*d.backward.adjoints, d.of):
        s = d.graph.symbol[n].symbol
        assert s
        delta = bare(signal(d, n))
        called = {delta, Nabla(d.convention.of, s.tex), Partial(d.convention.of, s.tex)}
        if f in called:
            return f"δ{n}", frozenset(called)
    for n, e in d.graph.symbol.items():
        if e.symbol and e.symbol.tex == f:
            return n, frozenset({f})
    return "", frozenset({f})


def defined_by(d: Derivation, claim: Claim, line: int) -> tuple[Definition, ...]:
    """What a line says of the name on its left; nothing where that is an entry or no name."""
    left = claim.sides[0]
    now = (Name(d.graph.time.name),) if d.graph.time else ()
    steps = left.indices if isinstance(left, At) else ()
    whole = not claim.free and isinstance(bare(left), Name | Nabla | Partial)
    if not whole or steps != (now if claim.recurrent else ()):
        return ()
    return (Definition(bare(left), claim.sides[-1], line, claim.recurrent),)


def open_sizes(scene: Scene) -> dict[str, int]:
    """Every size an open 1 or I may have."""
    shapes = [s for e in scene.d.graph.symbol.values() for s in e.shape]
    sizes = scene.point.sizes
    return dict(sizes) | {str(s): s.value(sizes) for s in shapes}


@dataclass(frozen=True)
class Own:
    """A point as a solution has it: its own values in place of ours, and those of the names it made."""

    scene: Scene
    new: Mapping[Formula, Value] = field(default_factory=dict)
    held: Mapping[Key, Array] = field(default_factory=dict)  # its own δ's


def own(scene: Scene, given: Iterable[Definition], layout: Layout) -> Own:
    """The point of a solution after some of its lines, each evaluated with those before it."""
    out = Own(scene)
    for made in given:
        try:
            out = named(out, made, layout) if made.new else valued(out, made, layout)
        except (SymbackpropError, ValueError):
            continue  # a line without a value of this size defines nothing
    return out


def columns(scene: Scene, layout: Layout) -> dict[Formula, Value]:
    """∂L/∂x by every vector as a column, where somebody writes gradients; else as the page has it."""
    d, out = scene.d, {}
    if layout == "numerator" or d.graph.symbol[d.of].shape:
        return out
    for n in d.backward.adjoints:
        s, delta = d.graph.symbol[n].symbol, bare(signal(d, n))
        if s and len(s.shape) == 1 and delta in scene.values:
            out[Partial(d.convention.of, s.tex)] = scene.values[delta]
    return out


def environments(at: Own, made: Definition, layout: Layout) -> list[Environment]:
    """What a definition is evaluated in, at every step it is about."""
    eq = Equation("own", ZERO, (made.body,), recurrent=made.recurrent)
    extra = {**columns(at.scene, layout), **at.new}
    found = (with_partials(at.scene, eq, env) for env, _ in at.scene.environments(eq))
    return [replace(env, values={**env.values, **extra}) for env in found]


def worth(at: Own, made: Definition, env: Environment) -> Paper:
    """The value of a definition."""
    return plain(next(readings(made.body, env, open_sizes(at.scene)))[1])


def named(at: Own, made: Definition, layout: Layout) -> Own:
    """A name of the solution's own."""
    paper = worth(at, made, environments(at, made, layout)[0])
    return replace(at, new={**at.new, made.name: Value(paper.array, paper.along is not None)})


def valued(at: Own, made: Definition, layout: Layout) -> Own:
    """A name of ours with the solution's value; a recursion is run as often as there are steps."""
    name, called = names_of(at.scene.d, made.name)
    node, delta = name.removeprefix("δ"), len(called) > 1
    for _ in range(max(at.scene.point.length, 1) if made.recurrent else 1):
        found: dict[Key, Array] = {}
        for t, env in enumerate(environments(at, made, layout), int(made.recurrent)):
            point = at.scene.point
            old = (point.deltas if delta else point.values)[node, t]
            found[node, t] = fitted(worth(at, made, env), np.asarray(old))
        at = with_deltas(at, found) if delta else with_values(at, found)
    return at


def fitted(paper: Paper, old: Array) -> Array:
    """A value on the axes of ours. Errors: `ValueError` where it has another size."""
    a = paper.array
    if old.ndim == 2 and a.shape == old.shape[::-1] != old.shape:
        return a.T
    return a.reshape(old.shape)


def with_deltas(at: Own, found: Mapping[Key, Array]) -> Own:
    """The point with some δ's held, and those that follow from them by the chain rule."""
    d, point = at.scene.d, at.scene.point
    held = {**at.held, **found}
    chain = {n: replace(a, forms=a.forms[:1]) for n, a in d.backward.adjoints.items()}
    seeds = {k: v for k, v in point.deltas.items() if k[0] == d.of}
    start = Point(point.sizes, point.values, seeds, point.length)
    moved = backward_values(replace(d.backward, adjoints=chain), start, held=held)
    return replace(at, scene=Scene(d, at.scene.names, moved, at.scene.seed), held=held)


def with_values(at: Own, found: Mapping[Key, Array]) -> Own:
    """The point with other values of a node."""
    point = at.scene.point
    moved = Point(point.sizes, {**point.values, **found}, point.deltas, point.length)
    return replace(at, scene=Scene(at.scene.d, at.scene.names, moved, at.scene.seed))
