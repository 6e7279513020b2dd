"""Where a typed chain is evaluated: at generic points, and at the numbers somebody gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from symbackprop import local_names
from symbackprop.claims import ONE, Claim, Refused, equation, inside
from symbackprop.derivation import Derivation
from symbackprop.errors import FormulaError, LimitError, SizesError
from symbackprop.evaluation.paper import Paper
from symbackprop.graph import used_names
from symbackprop.lowering import instance_of
from symbackprop.meaning import Environment, Value, meaning
from symbackprop.notation import Decimal, Formula, Name, Partial, Product, Sum
from symbackprop.reference import Array
from symbackprop.scope import PI, STEP, Names, Scene, local_values, oriented
from symbackprop.sizes import Size, size
from symbackprop.tracing import trace_point
from symbackprop.values import Point, forward
from symbackprop.verify import POINTS, analytic, half_units, point_for
from symbackprop.write.walk import children, fold, rebuilt

DECIMALS = 200  # rounded numbers of one side whose rounding is followed
COLUMNS = 400  # entries a node is differentiated by through all paths


@dataclass(frozen=True)
class Place:
    """One point and one time step: the value of every side there, and how far rounding may move it."""

    claim: Claim
    env: Environment
    said: str  # the sizes, the step and the seed
    known: dict[int, Paper] = field(default_factory=dict)

    def value(self, n: int) -> Paper:
        """Side n. Errors: `Refused` where its sizes do not fit, or something in it has no value."""
        if n not in self.known:
            try:
                self.known[n] = plain(meaning(self.claim.sides[n], self.env))
            except SizesError as error:
                raise Refused("sizes", max(n, 1), f"{error} ({self.said})") from None
            except (FormulaError, LimitError) as error:
                raise Refused("unreadable", max(n, 1), str(error)) from None
        return self.known[n]

    def slack(self, n: int) -> Array:
        """How far side n moves when each of its decimals moves by half a unit of its last digit."""
        side = self.claim.sides[n]
        count = sum(isinstance(f, Decimal) for f in inside(side))
        total = np.zeros(())
        for k in range(count if count <= DECIMALS else 0):
            moved = meaning(nudged(side, k), self.env)
            total = total + np.abs(plain(moved).array - self.value(n).array)
        return total


def plain(a: Paper) -> Paper:
    """A 1×1 matrix as the scalar it is."""
    return Paper(a.array.reshape(a.samples)) if a.rank and set(a.size) == {1} else a


def nudged(side: Formula, k: int) -> Formula:
    """The side with its decimal number k moved by half a unit of its last printed digit."""
    seen = -1

    def combine(node: Formula, parts: list[Formula]) -> Formula:
        nonlocal seen
        if not isinstance(node, Decimal):
            return rebuilt(node, parts)
        seen += 1
        half = half_units(node)
        assert isinstance(half, Decimal)
        return Decimal(repr(float(node.digits) + float(half.digits))) if seen == k else node

    return fold(side, children, combine)


def in_names(f: Formula) -> bool:
    """Whether a side says anything but numbers."""
    bound = {n.index for n in inside(f) if isinstance(n, Sum | Product)}
    return any(isinstance(n, Name) and n != PI and n not in bound for n in inside(f))


def generic(d: Derivation, names: Names, claim: Claim, local: str, seed: int,
            at: Mapping[str, object] | None) -> list[Place]:  # fmt: skip
    """The places verification uses. Errors: `Refused` where no point can be had."""
    out: list[Place] = []
    reason = ""
    method = "complex" if analytic(d) else "central"
    for trial in range(POINTS):
        found = point_for(d, trial, seed, method)
        if isinstance(found, str):
            reason = found
        else:
            out += places(claim, Scene(d, names, found, seed, at), local, f"seed {seed}")
    if not out:
        raise Refused("unreadable", 1, reason)
    return out


def given(d: Derivation, names: Names, claim: Claim, local: str, seed: int,
          at: Mapping[str, object]) -> list[Place]:  # fmt: skip
    """The one place with the numbers given. Errors: `SheetError` naming a missing or misfitting input."""
    return places(claim, Scene(d, names, trace_point(d, at), seed, at), local, "the numbers given")


def places(claim: Claim, scene: Scene, local: str, said: str) -> list[Place]:
    """Every time step of one point."""
    sizes = {k: shortest(v, scene.point) for k, v in claim.free}
    eq = equation(claim, "line", local, sizes)
    extra = {p: v for p, n in claim.partials if (v := partial(scene, p, n)) is not None}
    known = ", ".join(f"{k} = {v}" for k, v in sorted(scene.point.sizes.items()))
    out = []
    for env, moment in scene.environments(eq):
        full = replace(env, values={**extra, **env.values})
        out.append(Place(claim, full, f"{known or 'sizes as declared'}{moment}; {said}"))
    return out


def shortest(axes: tuple[Size, ...], point: Point) -> Size:
    """How far a letter may run on every axis it indexes."""
    return size(min(s.value(point.sizes) for s in axes))


def partial(scene: Scene, p: Partial, count: int) -> Value | None:
    """∂node/∂symbol: of the node's own definition where that uses the symbol, else through all paths.

    Axes of size 1 are dropped unless `count` indices name them all. None where the page knows it already
    (a gradient), or where the node does not depend on the symbol.
    """
    d, g = scene.d, scene.d.graph
    pair = named(d, p)
    if p in scene.values or pair is None or g.time:
        return None
    (of, by), (node, wrt) = pair, (g.symbol[n] for n in pair)
    if any(e.symbol and e.symbol.labels for e in (node, wrt)):
        return None
    direct = of != d.of and of in g.definition and by in used_names(g.definition[of])
    if direct and instance_of(node, g.definition[of], d.convention.letters) is not None:
        value = local_values(scene, local_names.of(d, local_names.key(*pair)))[p]
    elif (full := through_all_paths(scene, of, by)) is not None:
        value = oriented(full, node.rank, wrt.rank)
    else:
        return None
    rows, columns = ([s for s in e.shape if s != ONE] for e in (node, wrt))
    whole = node.rank + wrt.rank
    if of == d.of or count == whole or len(rows) + len(columns) == whole:
        return value
    extents = [s.value(scene.point.sizes) for s in (*rows, *columns)]
    return oriented(np.asarray(value.array).reshape(extents), len(rows), len(columns))


def through_all_paths(scene: Scene, of: str, wrt: str) -> Array | None:
    """The derivative of one node by another by complex step of the whole graph, axes of both in order."""
    g = scene.d.graph
    reached, stack = {of}, [of]
    while stack:
        n = stack.pop()
        below = used_names(g.definition[n]) if n in g.definition else ()
        stack += [m for m in below if m not in reached]
        reached.update(below)
    base = np.asarray(scene.point.values[wrt, 0])
    if wrt not in reached or of == wrt or base.size > COLUMNS:
        return None
    given = {k: v for k, v in scene.point.values.items() if k[0] in g.inputs}
    start = Point(scene.point.sizes, given, {}, 0)
    columns = []
    for k in range(base.size):
        step = np.zeros(base.shape, complex)
        step.flat[k] = 1j * STEP
        moved = forward(g, start, {(wrt, 0): step}, only=of)
        columns.append(np.imag(moved.values[of, 0]) / STEP)
    return np.stack(columns, -1).reshape((*np.shape(columns[0]), *base.shape))


def named(d: Derivation, p: Partial) -> tuple[str, str] | None:
    """The symbols of the graph a ∂y/∂x is about."""
    tex = {e.symbol.tex: n for n, e in d.graph.symbol.items() if e.symbol}
    of, wrt = (tex.get(f) if isinstance(f, Name) else None for f in (p.of, p.wrt))
    return (of, wrt) if of and wrt else None
