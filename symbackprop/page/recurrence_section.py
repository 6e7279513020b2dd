"""Recurrences solved over the steps, and what their gradients cannot exceed."""

from __future__ import annotations

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation, Phrase, symbol_of
from symbackprop.formula.composing import size_formula
from symbackprop.formula.tree import Formula, Sum
from symbackprop.formula.writing.walk import inside
from symbackprop.page.page import Block, Equations, Options
from symbackprop.page.section_row import SectionRow
from symbackprop.page.recurrences.recurrence_solutions import bounds, closed_forms


def closed_section(d: Derivation, o: Options) -> list[Block]:
    """Recurrences over the steps, solved."""
    rows = closed_forms(d)
    assert d.graph.time or not rows
    counted = tuple(r for r in rows if summed(r.sides[0]) and not summed(r.sides[-1]))
    first = tuple(r for r in rows if r not in counted)
    blocks: list[Block] = [Equations(first, Phrase("closed.intro"))] if first else []
    if counted and d.graph.time:
        time = d.graph.time
        values = (("t", time.letter), ("n", size_formula(time.length)))
        blocks.append(Equations(counted, Phrase("closed.equal", values)))
    return blocks


def summed(f: Formula) -> bool:
    """Whether a sum stands in a formula."""
    return any(isinstance(x, Sum) for x in inside(f))


def bound_section(d: Derivation, o: Options) -> list[Block]:
    """What the gradients by the variables cannot exceed, where their slopes are bounded."""
    rows = [
        Equation(f"bound.{n}", left, (right,), recurrent=bool(symbol_of(d, n).time), relation="≤",
                 boxed=not o.usual)
        for n, (left, right) in bounds(d).items()
    ]  # fmt: skip
    return [Equations(tuple(rows), Phrase("bound.intro"))] if rows else []


SECTIONS = (SectionRow("closed", 90, closed_section), SectionRow("bound", 130, bound_section))
