"""Second derivatives on the page."""

from __future__ import annotations

from dataclasses import replace

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation, Phrase, name_of
from symbackprop.derivatives.derivative import Derivative
from symbackprop.derivatives.derivative_blocks import blocks
from symbackprop.derivatives.total_derivatives import GRADIENT, second, slope, with_gradient
from symbackprop.errors import DeclarationError
from symbackprop.graph.expr import symbols
from symbackprop.graph.graph import ancestors
from symbackprop.notation.expression_formulas import notated
from symbackprop.page.page import Block, Equations, Options
from symbackprop.page.section_row import SectionRow


def hessian_section(d: Derivation, o: Options) -> list[Block]:
    """Numbers and vectors together as one matrix of blocks; a matrix by itself."""
    if not o.hessian or d.graph.time:
        return []
    names = tuple(n for n in o.hessian if n in d.backward.adjoints)
    joint = tuple(n for n in names if d.graph.symbol[n].rank <= 1)
    rows: list[Equation] = []
    if len(joint) > 1 or (joint and not d.graph.symbol[joint[0]].rank):
        rows.append(replace(blocks(d, joint).equation, key="hessian"))
        names = tuple(n for n in names if n not in joint)
    for x in names:
        h = second(d, x, x)
        rows += [replace(e, key=f"hessian.{x}{n or ''}") for n, e in enumerate(equations(h))]
    told = moving(d, names[0]) if len(rows) == len(names) == 1 else None
    return [told, Equations(tuple(rows), Phrase("hessian.once"))] if told else [
        Equations(tuple(rows), Phrase("hessian.intro"))]  # fmt: skip


def moving(d: Derivation, x: str) -> Equations | None:
    """The derivatives of the nodes that move the gradient by a vector; None where it has another form.

    What is left to see is a product: the gradient by the node, times the node by the variable.
    """
    gradient = with_gradient(d, x).definition[GRADIENT]
    form = notated(gradient, d.convention)
    names = [n for n in dict.fromkeys(s.own.name for s in symbols(gradient)) if x in ancestors(d.graph, n)]
    if form is None or not names or d.graph.symbol[x].rank != 1:
        return None
    nodes = [n for n in names if n != x]
    if any(d.graph.symbol[n].rank > 1 for n in nodes) or not nodes:
        return None
    rows = tuple(replace(slope(d, n, x).equation, key=f"hessian.{x}.{n}") for n in nodes)
    said = Phrase("list", tuple((f"x{k}", name_of(d, n)) for k, n in enumerate(nodes)))
    values = (("form", form), ("list", said), ("x", name_of(d, x)))
    return Equations(
        rows, Phrase("hessian.moves_too" if x in names else "hessian.moves", values), listed=True
    )


def equations(h: Derivative) -> list[Equation]:
    """The matrix with its size; entries, and where they come apart the Kronecker form."""
    rows = [replace(h.equation, shape=h.extents)]
    if h.expr is None and len(h.axes) == 4:
        try:
            rows.append(h.vec().equation)
        except DeclarationError:
            return rows
    return rows


SECTIONS = (SectionRow("hessian", 120, hessian_section),)
