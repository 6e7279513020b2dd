"""The Hessian on the page."""

from __future__ import annotations

from symbackprop import expanding as ex
from symbackprop import notation as no
from symbackprop import tidy as td
from symbackprop.accumulation import total_derivative
from symbackprop.derivation import Derivation, unfolded
from symbackprop.expr import weight
from symbackprop.notation import Formula, Name
from symbackprop.onpaper import Writer
from symbackprop.options import Options
from symbackprop.page import Block, Equation, Equations, Phrase
from symbackprop.raising import raise_entries, raised_helpers
from symbackprop.second import GRADIENT, READABLE, hessian_name, second, with_gradient


def hessian_section(d: Derivation, o: Options) -> list[Block]:
    """Scalars together as one matrix; a vector or a matrix by itself."""
    if not o.hessian or d.graph.time:
        return []
    names = tuple(n for n in o.hessian if n in d.backward.adjoints)
    rank = {d.graph.symbol[n].rank for n in names}
    if rank == {0}:
        rows = tuple(tuple(scalar_entry(d, x, y) for y in names) for x in names)
        eq = Equation(
            "hessian", hessian_name(d), (no.Array(rows),), local=f"hessian:{','.join(names)}"
        )
        return [Equations((eq,), Phrase("hessian.intro"))]
    out = []
    for x in names:
        h = second(d, x, x)
        left: Formula = hessian_name(d)
        free = ()
        if h.expr is None:
            at = (*h.step.at, *h.step.by)
            left, free = (
                no.At(left, tuple(Name(i.name) for i in at)),
                tuple((i.name, i.size) for i in at),
            )
        out.append(
            Equation(f"hessian.{x}", left, (h.formula,), h.extents, free, local=f"hessian:{x}")
        )
    return [Equations(tuple(out), Phrase("hessian.intro"))]


def scalar_entry(d: Derivation, x: str, y: str) -> Formula:
    """∂²of/∂x∂y, written down to the inputs where it stays readable."""
    g = with_gradient(d, x)
    found = total_derivative(g, GRADIENT, y, d.convention.letters, fold_result="no")
    if found is None:
        return no.ZERO
    step, helpers = found
    e = raise_entries(step.result, (), raised_helpers(helpers))
    assert e is not None, "a scalar is always raised"
    below = tuple(d.graph.definition)
    for _ in below:
        new = td.tidy(unfolded(d, e, below))
        if new is e or weight(new) > READABLE:
            break
        e = new
    return Writer(d.convention).natural(ex.shortest(e, ex.expanded(e)))
