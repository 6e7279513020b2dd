"""Pages with one thing changed, for tests of what must then be found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from symbackprop.derivation.equation import Equation
from symbackprop.page.page import Block, Equations, Ledger, LedgerRow, Page

Change = Callable[[Equation], Equation]


def with_equations(page: Page, change: Change) -> Page:
    """The page with every equation on it changed."""
    sections = (replace(s, blocks=tuple(block(b, change) for b in s.blocks)) for s in page.sections)
    return replace(page, sections=tuple(sections))


def with_equation(page: Page, key: str, change: Change) -> Page:
    """The page with the equations of one key changed."""
    return with_equations(page, lambda eq: change(eq) if eq.key == key else eq)


def block(b: Block, change: Change) -> Block:
    match b:
        case Equations():
            return replace(b, rows=tuple(map(change, b.rows)))
        case Ledger():
            return replace(b, rows=tuple(ledger_row(r, change) for r in b.rows))
    return b


def ledger_row(r: LedgerRow, change: Change) -> LedgerRow:
    forward = change(r.forward) if r.forward else None
    backward = change(r.backward) if isinstance(r.backward, Equation) else r.backward
    return replace(r, forward=forward, backward=backward)
