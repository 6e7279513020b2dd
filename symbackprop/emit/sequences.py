"""How an emitted function opens: arrays, sizes from shapes, room for the time steps."""

from __future__ import annotations

from collections.abc import Mapping

from symbackprop.derivation import Derivation
from symbackprop.emit.literals import safe, shape_code, size_code
from symbackprop.errors import SymbackpropError
from symbackprop.expr import symbols, topological
from symbackprop.graph import Graph
from symbackprop.sizes import Shape


def states(g: Graph) -> dict[str, list[str]]:
    """Names of the values before the first step, h_0, h_m1, …, of everything that needs some."""
    first: dict[str, int] = {}
    for e in g.definition.values():
        for x in topological(e):
            s = x.symbol
            if s and s.time and s.shift < 0 and (s.name not in g.initial or s.shift < -1):
                first[s.name] = min(first.get(s.name, 0), s.shift)
    return {n: [f"{safe(n)}_{'m' * bool(k)}{k}" for k in range(-low) if k or n not in g.initial]
            for n, low in first.items()}  # fmt: skip


def reach(d: Derivation) -> int:
    """How many steps beyond the last one a recurrence of the backward pass looks."""
    forms = [a.value for a in d.backward.adjoints.values()]
    shifts = [x.symbol.shift for e in forms for x in topological(e) if x.symbol and x.symbol.time]
    return max(1, *shifts) if shifts else 1


def opening(d: Derivation, states: Mapping[str, list[str]]) -> list[str]:
    """Arrays, sizes from shapes, room for the time steps."""
    g, time = d.graph, d.graph.time
    out, bound = [], set[str]()
    for n in g.inputs:
        s = g.symbol[n].symbol
        assert s
        dtype = "" if s.labels else ", float"
        out.append(f"{safe(n)} = np.asarray({safe(n)}{dtype})")
        shape = ((time.length,) if s.time and time else ()) + s.shape
        for axis, size in enumerate(shape):
            name = (
                size.terms[0][0][0] if len(size.terms) == 1 and len(size.terms[0][0]) == 1 else ""
            )
            if name and size.terms[0][1] == 1 and name not in bound:
                bound.add(name)
                out.append(f"{name} = {safe(n)}.shape[{axis}]")
    missing = [n for n in g.sizes if n not in bound]
    for n in missing:
        known = next((x for x in g.inputs for z in shape_of(g, x) if n in z.names), "")
        moment = time.name if time else "t"
        way = f"It occurs in {known}; declare an axis of size {n}." if known else (
            f"No input has one entry per step; add one, such as  x[{moment}]: d")  # fmt: skip
        what = f"size {n} does not follow from the inputs"
        raise SymbackpropError(what, where="emit", hint=way)
    if time:
        for n in g.inputs:
            s = g.symbol[n].symbol
            if s and s.time:
                start, before = early(n, states)
                room = "" if not before else f", None{before}"
                out.append(f"{safe(n)} = [{start}, *{safe(n)}{room}]  # steps count from 1")
        for n in g.definition:
            s = g.symbol[n].symbol
            if s and s.time:
                start, before = early(n, states)
                beyond = ", ".join([f"np.zeros({shape_code(s.shape)})"] * reach(d))
                out.append(
                    f"{safe(n)} = [{start}] + [None] * {size_code(time.length)} + [{beyond}{before}]"
                )
    return out


def early(name: str, states: Mapping[str, list[str]]) -> tuple[str, str]:
    """What stands at step 0 of a list, and at its end, where steps -1, -2, … are found."""
    given = states.get(name, [])
    start = [x for x in given if x.endswith("_0")]
    return (start or ["None"])[0], "".join(f", {x}" for x in reversed(given) if x not in start)


def shape_of(g: Graph, name: str) -> Shape:
    s = g.symbol[name].symbol
    return s.shape if s else ()


def wanted(d: Derivation) -> frozenset[str]:
    """The names whose δ's the results are made from."""
    found, stack = set[str](), [n for n in d.wrt if n in d.backward.adjoints]
    while stack:
        name = stack.pop()
        if name in found or name not in d.backward.adjoints:
            continue
        found.add(name)
        a = d.backward.adjoints[name]
        forms = [f for f in (a.value, a.first, a.last) if f is not None]
        stack += [
            s.symbol.name for f in forms for s in symbols(f) if s.symbol and s.symbol.cotangent
        ]
    return frozenset(found)
