"""The rows of a block that may be families, and the block with others in their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from symbackprop.derivation.equation import Equation, Phrase
from symbackprop.formula.tree import Name
from symbackprop.page.families.row_parts import Row
from symbackprop.page.page import Block, Equations, Ledger, LedgerRow, Paragraph, Table

Rows: TypeAlias = list[Row]
Pair: TypeAlias = tuple[Callable[[Any], Rows], Callable[[Any, Rows], Block]]


def rows_of(b: Block) -> Rows:
    """The rows of a block."""
    return KINDS[type(b)][0](b) if type(b) in KINDS else []


def with_rows(b: Block, rows: Rows) -> Block:
    """The block with other rows."""
    return KINDS[type(b)][1](b, rows) if rows else b


def listed(p: Phrase) -> Phrase:
    """The list in a sentence; one with nothing in it where the sentence has none."""
    return next((v for _, v in p.values if isinstance(v, Phrase) and v.key == "list"), Phrase("list"))


def with_list(b: Paragraph, rows: Rows) -> Paragraph:
    """The sentence with another list in it."""
    parts = tuple((f"x{k}", part) for k, (part,) in enumerate(rows))
    old, new = listed(b.phrase), Phrase("list", parts)  # type: ignore[arg-type] -- parts of a list
    values = tuple((gap, new if v is old else v) for gap, v in b.phrase.values)
    return Paragraph(replace(b.phrase, values=values))


# how the rows of a kind of block are taken out, and put back
KINDS: Mapping[type, Pair] = {
    Equations: (lambda b: [(eq,) for eq in b.rows],
                lambda b, rows: replace(b, rows=tuple(eq for (eq,) in rows))),
    Ledger: (lambda b: [(r.forward, r.backward, r.why) for r in b.rows],
             lambda b, rows: replace(b, rows=tuple(LedgerRow(*row) for row in rows))),  # type: ignore
    Table: (lambda b: list(b.rows), lambda b, rows: replace(b, rows=tuple(rows))),
    Paragraph: (lambda b: [(v,) for _, v in listed(b.phrase).values], with_list),
}  # fmt: skip


def said_aliases(rows: Sequence[Row], told: set[Name]) -> list[Block]:
    """What a name stands for that only a generic row has; each is said once on a page."""
    found = dict(pair for row in rows for part in row if isinstance(part, Equation) for pair in aliases(part))
    new = {a: x for a, x in found.items() if a not in told}
    told |= new.keys()
    return [Paragraph(Phrase("family.alias", (("name", a), ("other", x)))) for a, x in new.items()]


def aliases(eq: Equation) -> tuple[tuple[Name, Name], ...]:
    """What an equation over a family calls by another name at some values."""
    return (*eq.over.aliases, *aliases(eq.over.members[0])) if eq.over else ()
