"""What a solution says of names: the values its own lines give them, and what follows from those."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

import numpy as np

from symbackprop.answers.asked.chain_points import plain
from symbackprop.answers.asked.equality_chain import Claim
from symbackprop.answers.asked.right_values import WHOLE, open_sizes
from symbackprop.answers.solution.line_derivatives import Paths
from symbackprop.answers.typed import clause_values as definitions
from symbackprop.derivation.derivation import Derivation, signal
from symbackprop.derivation.meanings import bare
from symbackprop.derivatives.derivative_values import derivative_values
from symbackprop.derivation.equation import Equation
from symbackprop.dialects.disambiguation.choice import Fitting, Key as Sign
from symbackprop.dialects.disambiguation.numpy_rules import NUMPY_ROWS
from symbackprop.dialects.disambiguation.readings import PAPER_ROWS
from symbackprop.entries.reference_values import Array
from symbackprop.errors import FormulaError, SymbackpropError
from symbackprop.formula.evaluation.paper_arrays import Paper
from symbackprop.formula.evaluation.value import Environment, Value, meaning
from symbackprop.formula.printed_names import is_signal
from symbackprop.formula.tree import ZERO, At, Formula, Nabla, Name, Partial
from symbackprop.formula.writing.walk import inside
from symbackprop.numeric.local_values import oriented
from symbackprop.numeric.complex_step import jacobian_values
from symbackprop.numeric.points import Key, Point, backward_values, forward
from symbackprop.verify.page_values import Scene
from symbackprop.verify.typed_partials import COLUMNS, with_partials

Plans = dict[int, dict[Sign, str]]  # what the signs of a line mean
Layout = Literal["gradient", "numerator"]
Shift: TypeAlias = Callable[[Scene, str, Array, tuple["Definition", ...]], Scene]


@dataclass(frozen=True)
class Definition:
    """A line `name = body` of a solution: its number, whether it is about every step of time; what it
    defines, where its name is new.
    """

    name: Formula
    body: Formula
    line: int
    recurrent: bool = False
    new: definitions.Definition | None = None
    code: bool = False  # typed as NumPy


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


def defined_by(
    d: Derivation, claim: Claim, line: int, code: bool = False
) -> tuple[Definition, ...]:  # fmt: skip
    """What a line says of the name on its left; nothing where that is an entry or no name."""
    left = claim.sides[0]
    now = (d.graph.time.letter,) if d.graph.time else ()
    steps = left.indices if isinstance(left, At) else ()
    whole = not claim.free and isinstance(bare(left), Name | Nabla | Partial)
    if not whole or steps != (now if claim.recurrent else ()):
        return ()
    return (Definition(bare(left), claim.sides[-1], line, claim.recurrent, code=code),)


@dataclass(frozen=True)
class Own:
    """A point as a solution has it: its own values in place of ours, and those of the names it made."""

    scene: Scene
    new: Mapping[Formula, Value] = field(default_factory=dict)
    held: Mapping[Key, Array] = field(default_factory=dict)  # its own δ's


def own(
    scene: Scene, given: Iterable[Definition], layout: Layout, plans: Plans | None = None
) -> Own:  # fmt: skip
    """The point of a solution after some of its lines, each evaluated with those before it.

    `plans` keep what the signs of a line mean at the first point for all others.
    """
    out, kept = Own(scene), {} if plans is None else plans
    for made in given:
        rows = NUMPY_ROWS if made.code else PAPER_ROWS
        run = Fitting(rows, open_sizes(scene), dict(kept.get(id(made.body), {})))
        try:
            out = named(out, made, layout, run) if made.new else valued(out, made, layout, run)
        except SymbackpropError:
            continue  # a line without a value of this size defines nothing
        kept.setdefault(id(made.body), run.plan)
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
    return [
        replace(env, values={**env.values, **extra}, functions={**WHOLE, **env.functions}) for env in found
    ]


def worth(made: Definition, env: Environment, run: Fitting) -> Paper:
    """The value of a definition."""
    return plain(meaning(made.body, env, run.value))


def named(at: Own, made: Definition, layout: Layout, run: Fitting) -> Own:
    """A name of the solution's own."""
    assert made.new
    ground = definitions.Ground(at.scene.point, open_sizes(at.scene))
    found = definitions.value(made.new, environments(at, made, layout)[0], ground, run)
    return replace(at, new={**at.new, made.name: found})


def valued(at: Own, made: Definition, layout: Layout, run: Fitting) -> Own:
    """A name of ours with the solution's value; a recursion is run as often as there are steps."""
    name, called = names_of(at.scene.d, made.name)
    if not name:
        raise FormulaError("it is no node, and no δ of one", where="line")  # ∂L/∂r by a name of its own
    node, delta = name.removeprefix("δ"), len(called) > 1
    for _ in range(max(at.scene.point.length, 1) if made.recurrent else 1):
        found: dict[Key, Array] = {}
        for t, env in enumerate(environments(at, made, layout), int(made.recurrent)):
            point = at.scene.point
            old = (point.deltas if delta else point.values)[node, t]
            found[node, t] = fitted(worth(made, env, run), np.asarray(old))
        at = with_deltas(at, found) if delta else with_values(at, found)
    return at


def fitted(paper: Paper, old: Array) -> Array:
    """A value on the axes of ours. Errors: `FormulaError` where it has another size."""
    a = paper.array
    if a.size != old.size:
        raise FormulaError("it has another size", where="line")
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


# --- what follows from its own names ----------------------------------------------------------------


def own_slopes(
    scene: Scene, claim: Claim, said: Iterable[Definition], layout: Layout, paths: Paths
) -> dict[Formula, Value]:
    """∂e/∂x of names a solution made, through their definitions and the graph."""
    d, known = scene.d, {x.name: x for x in said if x.new}
    own_ones = ((n, e.symbol) for n, e in d.graph.symbol.items())
    nodes: dict[Formula, str] = {s.tex: n for n, s in own_ones if s and not s.labels}
    out: dict[Formula, Value] = {}
    for p, _ in claim.partials:
        if p.of in known and p.wrt in nodes and not d.graph.time:
            some = tuple(x for x in known.values() if x.line <= known[p.of].line)
            used = {f for x in some for f in inside(x.body)}
            shift = held if paths == "definition" and p.wrt in used else moved
            if found := own_slope(scene, known[p.of], nodes[p.wrt], some, layout, shift):
                out[p] = found
        if p.wrt in known and nodes.get(p.of) == d.of and not d.graph.time:
            some = tuple(x for x in known.values() if x.line <= known[p.wrt].line)
            if (found := slope_by_own(scene, known[p.wrt], some, layout)) is not None:
                out[p] = found
    return out


def slope_by_own(
    scene: Scene, by: Definition, said: tuple[Definition, ...], layout: Layout
) -> Value | None:  # fmt: skip
    """∂L/∂r by a name r of the solution's own: ∂L/∂u of a node u that r has entry by entry, over ∂r/∂u.

    None where there is no such node, or where two of them do not agree: L depends on them in other ways.
    """
    d, values = scene.d, list[Array]()
    for n, e in d.graph.symbol.items():
        used = e.symbol and not e.symbol.labels and e.symbol.tex in inside(by.body)
        slope = own_slope(scene, by, n, said, layout, held) if used else None
        if slope is None or slope.array.size != np.size(scene.point.values[n, 0]) ** 2:
            continue
        local = slope.array.reshape(np.size(scene.point.values[n, 0]), -1)
        rate = np.diagonal(local)
        if np.all(rate) and np.array_equal(local, np.diag(rate)):
            whole = np.ravel(derivative_values(d.graph, d.of, n, scene.point))
            values.append(whole / rate)
    if not values or any(not np.allclose(v, values[0]) for v in values):
        return None
    shape = np.shape(own(scene, said, layout).new[by.name].array)
    made = flat(values[0].reshape(shape))
    return Value(made, made.ndim == 1) if layout == "gradient" else oriented(made, 0, made.ndim, d.convention)


def flat(a: Array) -> Array:
    """A column or a row as a vector."""
    return np.ravel(a) if a.ndim == 2 and 1 in a.shape else a


def own_slope(
    scene: Scene, of: Definition, by: str, said: tuple[Definition, ...], layout: Layout, shift: Shift
) -> Value | None:  # fmt: skip
    """The derivative of one name by a node; None where it cannot be had by steps."""
    base = np.asarray(scene.point.values[by, 0])
    if base.size > COLUMNS or any(map(differentiates, said)):
        return None

    def nudged(step: Array) -> Array:
        return flat(np.asarray(own(shift(scene, by, step, said), said, layout).new[of.name].array))

    full = jacobian_values(base, nudged)
    return oriented(full, full.ndim - base.ndim, base.ndim, scene.d.convention)


def differentiates(x: Definition) -> bool:
    """Whether a definition uses a derivative: it cannot be differentiated by steps."""
    slopes = any(isinstance(f, Nabla | Partial) for f in inside(x.body))
    return slopes or any(is_signal(f) for f in inside(x.body) if isinstance(f, Name))


def held(scene: Scene, by: str, step: Array, said: tuple[Definition, ...]) -> Scene:
    """The point where one node is nudged and no other."""
    point = scene.point
    there = {**point.values, (by, 0): np.asarray(point.values[by, 0]) + step}
    return Scene(scene.d, scene.names, replace(point, values=there), scene.seed)


def moved(scene: Scene, by: str, step: Array, said: tuple[Definition, ...]) -> Scene:
    """The point where a node is nudged, with all that follows from it and that the lines use."""
    g, point = scene.d.graph, scene.point
    start = Point(point.sizes, {k: v for k, v in point.values.items() if k[0] in g.inputs}, {}, 0)
    used = {f for x in said for f in inside(x.body)}
    tex = {n: e.symbol.tex for n, e in g.symbol.items() if e.symbol}
    first, *_ = g.definition
    *_, last = (first, *(n for n in g.definition if n == by or tex[n] in used))
    there = forward(g, start, {(by, 0): step}, only=last)
    return Scene(scene.d, scene.names, there, scene.seed)
