"""Derivatives the lines of a solution name: of one step by another, of names it made itself, second ones.

Of a node's definition where that uses the symbol, or through all paths: people write ∂y/∂x for both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from symbackprop.answers.asked.equality_chain import Claim
from symbackprop.derivation import local_names
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.meanings import bare
from symbackprop.derivation.scopes import Local, Order, Second
from symbackprop.derivatives.derivative_names import curvature_name, hessian_name
from symbackprop.derivatives.derivative_values import derivative_values, second_values
from symbackprop.entries.reference_values import Array
from symbackprop.errors import FormulaError
from symbackprop.formula.composing import size_name
from symbackprop.formula.evaluation.value import Environment, Value, evaluate
from symbackprop.formula.tree import At, Call, Formula, Nabla, Name, Partial, Product, Sum
from symbackprop.formula.writing.walk import children, fold, inside, rebuilt
from symbackprop.graph.expr import symbols
from symbackprop.graph.graph import ancestors, used_names
from symbackprop.matrices.lowering import instance_of
from symbackprop.numeric.local_values import local_values, oriented
from symbackprop.numeric.complex_step import jacobian_values
from symbackprop.numeric.points import Key, Point, evaluate as at_point, forward
from symbackprop.verify.page_values import Scene
from symbackprop.verify.typed_partials import COLUMNS, named, partials

Paths = Literal["own", "all", "definition"]


@dataclass(frozen=True)
class Sense:
    """How ∂ and H are meant: rows or columns, one definition or all paths, by which variables.

    `definition`: also the derivative of the output, or of a name the solution made, is that of its
    definition alone.
    `timeless`: names of a recurrence stand without their step, for any one. `before`: for all steps but
    the last.
    """

    layout: Literal["gradient", "numerator"] = "gradient"
    paths: Paths = "own"
    second: Second | None = None
    timeless: bool = False
    before: bool = False


def senses(
    d: Derivation, claim: Claim, rows: bool, made: Collection[Formula] = (), before: bool = False
) -> Iterator[Sense]:
    """Everything a line may mean, the usual first; `rows` where ∂L/∂x by a vector stands in it.

    `made` are the names the solution gave to something itself.
    """
    every = claim.partials
    layouts = ("gradient", "numerator") if rows else ("gradient",)
    two = any(both_ways(d, p) for p, _ in every) or (d.graph.time and every)
    ways: list[Paths] = ["own"]
    if two:
        ways.append("all")
    if any(apart(d, p) or p.of in made for p, _ in every):
        ways.append("definition")
    timeless = stepless(d, claim)
    for paths in ways:
        for layout in layouts:
            for second in scopes(d, claim):
                yield Sense(layout, paths, second, timeless, before)


def both_ways(d: Derivation, p: Partial) -> bool:
    """Whether a definition uses a symbol itself and through other nodes as well."""
    pair, g = named(d, p), d.graph
    if pair is None or pair[0] not in g.definition:
        return False
    used = used_names(g.definition[pair[0]])
    return pair[1] in used and any(pair[1] in ancestors(g, n) for n in used if n != pair[1])


def apart(d: Derivation, p: Partial) -> bool:
    """Whether the definition of the output uses a symbol that other nodes use as well."""
    pair = named(d, p)
    return pair is not None and pair[0] == d.of and both_ways(d, p) and not d.graph.time


def stepless(d: Derivation, claim: Claim) -> bool:
    """Whether the names of a recurrence stand without a step: no index of theirs but letters of entries."""
    if d.graph.time is None or claim.recurrent:
        return False
    own: dict[Formula, int] = {
        e.symbol.tex: e.rank for e in d.graph.symbol.values() if e.symbol and e.symbol.time
    }
    every = [x for side in claim.sides for x in inside(side)]
    letters = {Name(x) for x, _ in claim.free}
    letters |= {x.index for x in every if isinstance(x, Sum | Product)} - {d.graph.time.letter}
    entries = [x for x in every if isinstance(x, At) and x.base in own]
    stepped = any(len(x.indices) > own.get(x.base, 0) or set(x.indices) - letters for x in entries)
    return not stepped and any(x in own for x in every)


# --- second derivatives ---------------------------------------------------------------------------


def second_named(d: Derivation, claim: Claim) -> bool:
    """Whether a line names a Hessian."""
    every = [x for side in claim.sides for x in inside(side)]
    slopes = (bare(x.of) for x in every if isinstance(x, Partial))
    return hessian_name(d) in every or any(isinstance(f, Nabla | Call) for f in slopes)


def scopes(d: Derivation, claim: Claim) -> list[Second | None]:
    """By which variables a Hessian may be: each by itself, numbers and vectors together, each pair."""
    if not second_named(d, claim) or d.graph.symbol[d.of].shape or d.graph.time:
        return [None]
    flat = [x for x in d.wrt if d.graph.symbol[x].rank <= 1]
    together = [Second(Order.BLOCKS, tuple(flat))] if len(flat) > 1 else []
    each = [Second(Order.HESSIAN, (x, x)) for x in d.wrt]
    pairs = [Second(Order.HESSIAN, (x, y)) for x in d.wrt for y in d.wrt if x != y]
    return [*each, *together, *pairs]


def curvatures(d: Derivation) -> tuple[Name, ...]:
    """The name a Hessian has on our pages, where no symbol has it."""
    taken = {e.symbol.tex for e in d.graph.symbol.values() if e.symbol}
    found = curvature_name(d, "H")
    return () if found in taken or d.graph.symbol[d.of].shape or d.graph.time else (found,)


# --- values ---------------------------------------------------------------------------------------


def slopes(
    scene: Scene, claim: Claim, env: Environment, sense: Sense
) -> dict[Formula, Value] | None:  # fmt: skip
    """Values of the derivatives that the page has none for; None where a step is none of the recurrence."""
    out: dict[Formula, Value] = {}
    if sense.second:
        out |= second_values(scene.d, sense.second, scene.point, scene.seed)
    if scene.d.graph.time:
        for p in {f for side in claim.sides for f in inside(side) if isinstance(f, Partial)}:
            name = Partial(bare(p.of), bare(p.wrt))
            if name in env.values or (ends := moments(scene, p, env, sense)) is None:
                continue
            if not all(k in scene.point.values for k in ends):
                return None
            full = step_by_step(scene, *ends, sense.paths)
            rows, columns = (scene.d.graph.symbol[n].rank for n, _ in ends)
            out[name if sense.timeless else p] = oriented(full, rows, columns, scene.d.convention)
    elif sense.paths != "own":
        asked, find = (both_ways, whole) if sense.paths == "all" else (apart, by_definition)
        known = {p: find(scene, p) for p, _ in partials(claim.sides) if asked(scene.d, p)}
        out |= {p: v for p, v in known.items() if v is not None}
    return out


def by_definition(scene: Scene, p: Partial) -> Value | None:
    """The derivative of a node's definition alone."""
    pair, d = named(scene.d, p), scene.d
    if (
        pair is None
        or instance_of(d.graph.symbol[pair[0]], d.graph.definition[pair[0]], d.convention.letters) is None
    ):
        return None
    return local_values(d, scene.point, scene.values, local_names.of(d, Local(*pair)))[p]


def whole(scene: Scene, p: Partial) -> Value | None:
    """∂y/∂x through all paths."""
    pair, d = named(scene.d, p), scene.d
    if pair is None or np.size(scene.point.values[pair[1], 0]) > COLUMNS:
        return None
    rows, columns = (d.graph.symbol[n].rank for n in pair)
    return oriented(derivative_values(d.graph, *pair, scene.point), rows, columns, d.convention)


def moments(scene: Scene, p: Partial, env: Environment, sense: Sense) -> tuple[Key, Key] | None:
    """The nodes of ∂y_t/∂x_{t-1} and the steps they stand at; None where they have none."""
    pair, g = named(scene.d, Partial(bare(p.of), bare(p.wrt))), scene.d.graph
    if pair is None or any(s and s.labels for s in (g.symbol[n].symbol for n in pair)):
        return None
    ends = (bare(p.of), bare(p.wrt)) if sense.timeless else (p.of, p.wrt)
    t, s = (moment(scene, n, f, env) for n, f in zip(pair, ends, strict=True))
    return None if t is None or s is None else ((pair[0], t), (pair[1], s))


def moment(scene: Scene, name: str, f: Formula, env: Environment) -> int | None:
    """The step a symbol stands at; 0 outside time; None where it has no step."""
    s = scene.d.graph.symbol[name].symbol
    assert s
    if not s.time:
        return 0
    if isinstance(f, At) and len(f.indices) == 1:
        return int(np.max(np.asarray(evaluate(f.indices[0], env))))
    step = env.indices.get(size_name(s.time).base)
    return None if step is None else int(np.max(np.asarray(step)))


def step_by_step(scene: Scene, of: Key, by: Key, paths: Paths) -> Array:
    """The derivative of one node at a step by another at its step, the axes of both in order."""
    g, point = scene.d.graph, scene.point
    direct = paths == "own" and any(
        (s.symbol.name, of[1] + s.symbol.shift if s.symbol.time else 0) == by
        for s in symbols(g.definition[of[0]]) if s.symbol
    )  # fmt: skip
    base = np.asarray(point.values[by])
    if base.size > COLUMNS:
        raise FormulaError("it has too many entries to be differentiated by", where=by[0])
    start = {k: v for k, v in point.values.items() if k[0] in g.inputs or k[1] <= 0 < point.length}

    def moved(step: Array) -> Array:
        if direct:
            there = {**point.values, by: base + step}
            return at_point(g.definition[of[0]], Point(point.sizes, there, {}, point.length), of[1])
        return forward(g, Point(point.sizes, start, {}, point.length), {by: step}).values[of]

    return jacobian_values(base, moved)


def at_step(scene: Scene, t: int) -> Mapping[Formula, Value]:
    """Every name of a recurrence as it is at one step."""
    out: dict[Formula, Value] = {}
    for f, v in scene.values.items():
        k = t - v.time_offset
        if v.time_axes and 0 <= k < len(v.array):
            out[f] = Value(v.array[k], v.vector, classes=v.classes)
    return out


def steps_first(f: Formula, time: str) -> Formula:
    """∂y_{t,i}/∂x_{s,j} as an entry of ∂y_t/∂x_s: the first index of a name in time is its step."""
    if not time:
        return f

    def combine(node: Formula, parts: list[Formula]) -> Formula:
        made = rebuilt(node, parts)
        if not isinstance(made, Partial):
            return made
        own = [x.indices if isinstance(x, At) else () for x in (made.of, made.wrt)]
        if not any(len(x) > 1 for x in own):
            return made
        heads = [At(bare(x), i[:1]) for x, i in zip((made.of, made.wrt), own, strict=True)]
        return At(Partial(*heads), (*own[0][1:], *own[1][1:]))

    return fold(f, children, combine)
