"""Recurrences solved over the steps, and what their gradients cannot exceed."""

from __future__ import annotations

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation, Phrase, symbol_of
from symbackprop.page.page import Block, Equations, Options
from symbackprop.page.section_row import SectionRow
from symbackprop.page.recurrences.recurrence_solutions import bounds, closed_forms


def closed_section(d: Derivation, o: Options) -> list[Block]:
    """Recurrences over the steps, solved."""
    rows = closed_forms(d)
    return [Equations(rows, Phrase("closed.intro"))] if rows else []


def bound_section(d: Derivation, o: Options) -> list[Block]:
    """What the gradients by the variables cannot exceed, where their slopes are bounded."""
    rows = [
        Equation(f"bound.{n}", left, (right,), recurrent=bool(symbol_of(d, n).time), relation="≤",
                 boxed=True)
        for n, (left, right) in bounds(d).items()
    ]  # fmt: skip
    return [Equations(tuple(rows), Phrase("bound.intro"))] if rows else []


SECTIONS = (SectionRow("closed", 90, closed_section), SectionRow("bound", 130, bound_section))
