"""∂y/∂x of any two nodes an equation names, by complex step: the values its formulas are held against."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from symbackprop.derivation import local_names
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.meanings import bare
from symbackprop.derivation.equation import Equation
from symbackprop.derivation.scopes import TRACE, Local
from symbackprop.derivatives.derivative_values import derivative_values
from symbackprop.entries.reference_values import Array
from symbackprop.formula.evaluation.value import Environment, Value
from symbackprop.formula.tree import At, Formula, Name, Partial
from symbackprop.formula.writing.walk import inside
from symbackprop.graph.graph import ancestors, used_names
from symbackprop.matrices.lowering import instance_of
from symbackprop.numeric.local_values import local_values, oriented
from symbackprop.sizes import ONE
from symbackprop.verify.page_values import Scene

COLUMNS = 400  # entries a node is differentiated by through all paths


def with_partials(scene: Scene, eq: Equation, env: Environment) -> Environment:
    """The environment with a value for every ∂y/∂x of the equation that the page does not know by itself."""
    missing = [(p, n) for p, n in partials(eq.every) if p not in env.values]
    here = scene.there if eq.local is TRACE else scene
    extra = {p: v for p, n in missing if (v := partial(here, p, n)) is not None}
    return replace(env, values={**extra, **env.values}) if extra else env


def partials(sides: tuple[Formula, ...]) -> tuple[tuple[Partial, int], ...]:
    """Every ∂y/∂x without its indices, with the most indices it carries."""
    found: dict[Partial, int] = {}
    for node in (f for side in sides for f in inside(side)):
        outer = len(node.indices) if isinstance(node, At) else 0
        f = node.base if isinstance(node, At) else node
        if isinstance(f, Partial):
            each = (f.of, f.wrt)
            own = sum(len(x.indices) for x in each if isinstance(x, At))
            key = Partial(*(bare(x) for x in each))
            found[key] = max(found.get(key, 0), own + outer)
    return tuple(found.items())


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
    used = used_names(g.definition[of]) if of in g.definition else ()
    only = by in used and not any(by in ancestors(g, n) for n in used if n != by)
    direct = by in used and (of != d.of or (only and bool(node.shape)))
    if direct and instance_of(node, g.definition[of], d.convention.letters) is not None:
        scope = local_names.of(d, Local(*pair))
        value = local_values(d, scene.point, scene.values, scope)[p]
    elif (full := through_all_paths(scene, of, by)) is not None:
        value = oriented(full, node.rank, wrt.rank, d.convention)
    else:
        return None
    rows, columns = ([s for s in e.shape if s != ONE] for e in (node, wrt))
    whole = node.rank + wrt.rank
    short = len(rows) + len(columns)
    if of == d.of or count == whole or short == whole or (short > 2 and count != short):
        return value
    extents = [s.value(scene.point.sizes) for s in (*rows, *columns)]
    return oriented(np.asarray(value.array).reshape(extents), len(rows), len(columns), d.convention)


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
    return derivative_values(g, of, wrt, scene.point)


def named(d: Derivation, p: Partial) -> tuple[str, str] | None:
    """The symbols of the graph a ∂y/∂x is about."""
    tex = {e.symbol.tex: n for n, e in d.graph.symbol.items() if e.symbol}
    of, wrt = (tex.get(f) if isinstance(f, Name) else None for f in (p.of, p.wrt))
    return (of, wrt) if of and wrt else None
