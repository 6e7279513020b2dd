"""The graph as a picture: values forward, error signals back, a recurrence over three steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Phrase, one_of, symbol_of
from symbackprop.derivation.node_jacobians import edges
from symbackprop.formula import tree as no
from symbackprop.formula.tree import Formula
from symbackprop.formula.writing.walk import children, fold, rebuilt
from symbackprop.notation.convention import symbol_formula
from symbackprop.page.layer_sentences import kept_layers
from symbackprop.page.opening_section import size_cells
from symbackprop.page.page import Arrow, Block, Figure, Options, Vertex
from symbackprop.page.roles import Roles
from symbackprop.page.section_row import SectionRow

KINDS = {"output": "output", "parameter": "parameter",
         **dict.fromkeys(("node", "state", "position", "selector", "unit"), "node")}  # fmt: skip
STEPS = (-1, 0, 1)  # of a recurrence, from the step that is written
WIDE = 16  # vertices of three steps; of more the outer steps have only what the middle one meets
PARAMETERS = 3  # more of them crowd a picture: it shows what flows between the other values

Edge = tuple[str, str, Formula | None]


def graph_section(d: Derivation, o: Options) -> list[Block]:
    """The picture of what was asked for, with a caption that says what stands on its arrows."""
    roles = Roles(d)
    names = chosen(d, o, roles)
    found = edges(d, names)
    if not found:
        return []
    arrows = list(unrolled(d, found)) if d.graph.time else [arrow(d, e) for e in found]
    whole = len({k for a in arrows for k in (a.tail, a.head)}) <= WIDE or not d.graph.time
    arrows = arrows if whole else [a for a in arrows if 0 in (stepped(a.tail)[1], stepped(a.head)[1])]
    used = dict.fromkeys(k for a in arrows for k in (a.tail, a.head))
    keys = sorted(used, key=lambda k: (stepped(k)[1], names.index(stepped(k)[0])))
    vertices = tuple(vertex(d, roles, key) for key in keys)
    return [Figure(vertices, tuple(arrows), captions(d, o, roles, arrows, whole))]


def chosen(d: Derivation, o: Options, roles: Roles) -> tuple[str, ...]:
    """What is drawn: what a sheet names, else all values, parameters where these are few."""
    if o.show:
        return o.show
    apart = d.undrawn | kept_layers(d, o).hidden
    every = [n for n in d.graph.symbol if n not in apart]
    return tuple(n for n in every if n not in left_out(d, o, roles))


def left_out(d: Derivation, o: Options, roles: Roles) -> frozenset[str]:
    """Parameters that would crowd the picture."""
    if o.show:
        return frozenset()
    found = [n for n in d.graph.inputs if roles.of(n) == "parameter"]
    return frozenset(found if d.graph.time or len(found) > PARAMETERS else ())


# --- steps of a recurrence ------------------------------------------------------------------------


def at_step(name: str, step: int) -> str:
    """A vertex: a name, at a step beside the one that is written."""
    return f"{name}@{step}" if step else name


def stepped(key: str) -> tuple[str, int]:
    """The name of a vertex, and its step."""
    name, _, step = key.partition("@")
    return name, int(step or 0)


def unrolled(d: Derivation, found: Iterable[Edge]) -> Iterable[Arrow]:
    """Every arrow at three steps, those that come from before or lead beyond left out.

    Labels stand where the middle step is met: further ones would say the same.
    """
    for tail, head, label in found:
        name, shift = stepped(tail)
        timeless = not symbol_of(d, head).time
        for step in STEPS:
            start = step if timeless else step + shift
            if start not in STEPS or (not symbol_of(d, name).time and step):
                continue
            end = 0 if timeless else step
            shown = label if (start == 0 or end == 0) and not (timeless and step) else None
            moved = moved_in_time(shown, d, step) if shown is not None and not timeless else shown
            yield arrow(
                d, (at_step(name, start if symbol_of(d, name).time else 0), at_step(head, end), moved)
            )


def moved_in_time(f: Formula, d: Derivation, by: int) -> Formula:
    """A formula as many steps later."""
    assert d.graph.time
    letter = d.graph.time.letter

    def change(node: Formula, below: list[Formula]) -> Formula:
        if not isinstance(node, no.At):
            return rebuilt(node, below)
        moved = tuple(later(i, letter, by) for i in node.indices)
        return no.At(below[0], moved)

    return fold(f, children, change) if by else f


def later(index: Formula, letter: no.Name, by: int) -> Formula:
    """t, t - 1 or t + 1, so many steps later."""
    offset = offset_of(index, letter)
    if offset is None:
        return index
    step = no.Number(Fraction(abs(offset + by)))
    return no.Plus((letter, step if offset + by > 0 else no.Minus(step))) if offset + by else letter


def offset_of(index: Formula, letter: no.Name) -> int | None:
    match index:
        case no.Name() if index == letter:
            return 0
        case no.Plus((first, no.Number(value))) if first == letter:
            return int(value)
        case no.Plus((first, no.Minus(no.Number(value)))) if first == letter:
            return -int(value)
    return None


# --- vertices, arrows, caption --------------------------------------------------------------------


def vertex(d: Derivation, roles: Roles, key: str) -> Vertex:
    name, step = stepped(key)
    s = symbol_of(d, name)
    kind = KINDS.get(roles.of(name), "input")
    op = d.graph.definition[name].op.name if name in d.graph.definition else kind
    printed = symbol_formula(replace(s, shift=step), d.convention) if step else one_of(d, name)
    size = size_cells(d, s.shape[1:] if s.tex.stack else s.shape)
    return Vertex(key, printed, size, kind, f"{op}{s.shape}")


def arrow(d: Derivation, edge: Edge) -> Arrow:
    """A use; something comes back along it where the tail has an error signal."""
    tail, head, label = edge
    back = stepped(tail)[0] in d.backward.adjoints
    return Arrow(tail, head, label if back else None, back)


def captions(
    d: Derivation, o: Options, roles: Roles, arrows: Iterable[Arrow], whole: bool
) -> tuple[Phrase, ...]:
    """What is true of this picture; of the outer steps it is not always the `whole`."""
    said = [Phrase("graph.colours")]
    kinds = {"graph.jacobian" if is_jacobian(d, a) else "graph.contribution" for a in arrows if a.label}
    if kinds:
        said.append(Phrase(kinds.pop() if len(kinds) == 1 else "graph.both"))
    if d.graph.time:
        key = "graph.unrolled" if whole else "graph.around"
        said.append(Phrase(key, (("t", d.graph.time.letter),)))
    if left_out(d, o, roles):
        said.append(Phrase("graph.parameters"))
    return tuple(said)


def is_jacobian(d: Derivation, a: Arrow) -> bool:
    """Whether the label is a Jacobian, which there is between numbers and vectors, or a contribution."""
    return all(len(symbol_of(d, stepped(k)[0]).shape) <= 1 for k in (a.tail, a.head))


SECTIONS = (SectionRow("graph", 40, graph_section, of_large=False),)
