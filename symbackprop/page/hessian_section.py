"""Second derivatives on the page."""

from __future__ import annotations

from dataclasses import replace

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation, Phrase
from symbackprop.derivatives.derivative import Derivative
from symbackprop.derivatives.derivative_blocks import blocks
from symbackprop.derivatives.total_derivatives import second
from symbackprop.errors import DeclarationError
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
    return [Equations(tuple(rows), Phrase("hessian.intro"))]


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
