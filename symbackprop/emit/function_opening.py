"""How an emitted function opens: arrays, sizes from shapes, room for the time steps."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping, Sequence

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.code_names import CodeNames
from symbackprop.emit.literals import safe, shape_code, size_code
from symbackprop.emit.size_equations import solved
from symbackprop.errors import SymbackpropError
from symbackprop.graph.expr import Symbol, symbols
from symbackprop.graph.graph import Graph, Time
from symbackprop.sizes import Shape, Size


def reach(d: Derivation) -> int:
    """How many steps beyond the last one a recurrence of the backward pass looks."""
    return max([1, *(s.shift for s in moving(d))])


def ahead(d: Derivation) -> dict[str, int]:
    """How many steps beyond the last one the backward pass looks for the value of a name."""
    far: dict[str, int] = {}
    for s in moving(d):
        if s.shift > 0 and not s.cotangent:
            far[s.name] = max(far.get(s.name, 0), s.shift)
    return far


def moving(d: Derivation) -> list[Symbol]:
    """What the backward pass reads at a step of its own."""
    found = symbols(*(a.value for a in d.backward.adjoints.values()))
    return [e.symbol for e in found if e.symbol and e.symbol.time]


def opening(
    d: Derivation, names: CodeNames, body: Sequence[str],
    ask: Callable[[Collection[str]], list[str]] = lambda known: [],
) -> list[str]:  # fmt: skip
    """Arrays, sizes from shapes, what is asked of them, room for the time steps; `body` is what follows.

    Errors: `SymbackpropError` for a size that the code needs and no input says.
    """
    g = d.graph
    out, axes, bound = [], list[tuple[str, Size]](), set[str]()
    for n in g.inputs:
        s = g.symbol[n].symbol
        assert s
        out.append(f"{safe(n)} = np.asarray({safe(n)}{'' if s.labels else ', float'})")
        shape = ((g.time.length,) if s.time and g.time else ()) + s.shape
        for axis, size in enumerate(shape):
            axes.append((f"{safe(n)}.shape[{axis}]", size))
            name = str(size)
            if name in g.sizes and name not in bound:
                bound.add(name)
                out.append(f"{safe(name)} = {safe(n)}.shape[{axis}]")
    left = [n for n in g.sizes if n not in bound]
    found = solved(axes, left) if left else ()
    lists = room(d, g.time, names) if g.time else []
    needed = loaded(*(f"    {x}\n" for x in lists), *body) if len(found) < len(left) else frozenset()
    for missing in left:
        if missing not in dict(found) and safe(missing) in needed:
            raise unsaid(g, missing)
    asked = ask(bound | set(dict(found)))
    return [*out, *(f"{safe(n)} = {code}" for n, code in found), *asked, *lists]


def loaded(*lines: str) -> frozenset[str]:
    """The names that lines of a function read."""
    tree = ast.parse("".join(["def f():\n", *lines]))
    found = (n for n in ast.walk(tree) if isinstance(n, ast.Name))
    return frozenset(n.id for n in found if isinstance(n.ctx, ast.Load))


def unsaid(g: Graph, size: str) -> SymbackpropError:
    """The error for a size that no axis of an input has."""
    known = next((x for x in g.inputs for z in shape_of(g, x) if size in z.names), "")
    moment = g.time.name if g.time else "t"
    way = f"It occurs in {known}; declare an axis of size {size}." if known else (
        f"No input has one entry per step; add one, such as  x[{moment}]: d")  # fmt: skip
    what = f"size {size} does not follow from the inputs"
    return SymbackpropError(what, where="emit", hint=way)


def room(d: Derivation, time: Time, names: CodeNames) -> list[str]:
    """Lists with an entry per time step, those before the first step and after the last among them.

    What is sent back from beyond the last step is 0, whatever the values there; they are those of the last
    step, so that u[T+1] may stand below a bar as u[T] may.
    """
    out, far = [], ahead(d)
    for n in (*d.graph.inputs, *d.graph.definition):
        e = d.graph.symbol[n]
        if not e.symbol or not e.symbol.time:
            continue
        start, before = early(names.starts(n))
        if n in d.graph.definition:
            beyond = ", ".join([f"np.zeros({shape_code(e.shape)})"] * reach(d))
            steps = f"[None] * {size_code(time.length)} + [{beyond}{before}]"
            out.append(f"{safe(n)} = [{start}] + {steps}")
        else:
            after = f", {safe(n)}[-1]" * far.get(n, 0)
            after += ", None" * (reach(d) - far.get(n, 0)) + before if before else ""
            out.append(f"{safe(n)} = [{start}, *{safe(n)}{after}]  # steps count from 1")
    return out


def early(given: Mapping[int, str]) -> tuple[str, str]:
    """What stands at step 0 of a list, and at its end, where steps -1, -2, … are found."""
    back = [f", {given[t]}" for t in sorted(given) if t < 0]
    return given.get(0, "None"), "".join(back)


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
        stack += [s.symbol.name for f in forms for s in symbols(f) if s.symbol and s.symbol.cotangent]
    return frozenset(found)
