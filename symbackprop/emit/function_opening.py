"""How an emitted function opens: arrays, sizes from shapes, room for the time steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.literals import safe, shape_code, size_code
from symbackprop.errors import SymbackpropError
from symbackprop.graph.expr import symbols, topological
from symbackprop.graph.graph import Graph, Time
from symbackprop.sizes import Shape, Size


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


def opening(
    d: Derivation, states: Mapping[str, list[str]], checks: Sequence[str] = ()
) -> list[str]:
    """Arrays, sizes from shapes, what is checked of them, room for the time steps.

    Errors: `SymbackpropError` for a size that no input says.
    """
    g = d.graph
    out, bound = [], set[str]()
    for n in g.inputs:
        s = g.symbol[n].symbol
        assert s
        out.append(f"{safe(n)} = np.asarray({safe(n)}{'' if s.labels else ', float'})")
        shape = ((g.time.length,) if s.time and g.time else ()) + s.shape
        for axis, size in enumerate(shape):
            name = str(size)
            if name in g.sizes and name not in bound:
                bound.add(name)
                out.append(f"{name} = {safe(n)}.shape[{axis}]")
    out += [line for n in g.sizes if n not in bound for line in solved(g, n, bound)]
    if missing := next((n for n in g.sizes if n not in bound), ""):
        raise unsaid(g, missing)
    return [*out, *checks, *(room(d, g.time, states) if g.time else [])]


def solved(g: Graph, size: str, bound: set[str]) -> list[str]:
    """A size that stands in a sum, n from an axis of n + 2 entries; nothing where no axis says it."""
    for name in g.inputs:
        s = g.symbol[name].symbol
        for axis, extent in enumerate(s.shape if s else ()):
            (factor, *more) = [a for m, a in extent.terms if size in m] or [0]
            rest = extent - Size((((size,), factor),)) if factor else extent
            if not factor or more or size in rest.names or not rest.names <= bound:
                continue
            bound.add(size)
            at = axis + bool(s and s.time)
            return [f"{size} = ({safe(name)}.shape[{at}] - {size_code(rest)}) // {factor}"]
    return []


def unsaid(g: Graph, size: str) -> SymbackpropError:
    """The error for a size that no axis of an input has."""
    known = next((x for x in g.inputs for z in shape_of(g, x) if size in z.names), "")
    moment = g.time.name if g.time else "t"
    way = f"It occurs in {known}; declare an axis of size {size}." if known else (
        f"No input has one entry per step; add one, such as  x[{moment}]: d")  # fmt: skip
    what = f"size {size} does not follow from the inputs"
    return SymbackpropError(what, where="emit", hint=way)


def room(d: Derivation, time: Time, states: Mapping[str, list[str]]) -> list[str]:
    """Lists with an entry per time step, those before the first step and after the last among them."""
    out = []
    for n in (*d.graph.inputs, *d.graph.definition):
        e = d.graph.symbol[n]
        if not e.symbol or not e.symbol.time:
            continue
        start, before = early(n, states)
        if n in d.graph.definition:
            beyond = ", ".join([f"np.zeros({shape_code(e.shape)})"] * reach(d))
            steps = f"[None] * {size_code(time.length)} + [{beyond}{before}]"
            out.append(f"{safe(n)} = [{start}] + {steps}")
        else:
            after = f", None{before}" if before else ""
            out.append(f"{safe(n)} = [{start}, *{safe(n)}{after}]  # steps count from 1")
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
