"""The rows of a block that may be families, and the block with others in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, TypeAlias

from symbackprop.derivation.equation import Equation, Phrase
from symbackprop.formula.tree import Name
from symbackprop.page.families.row_parts import Row
from symbackprop.page.page import Block, Equations, Ledger, LedgerRow, Paragraph, Table

Rows: TypeAlias = list[Row]
Level: TypeAlias = Literal["inner", "outer"]
Pair: TypeAlias = tuple[Callable[[Any], list[Rows]], Callable[[Any, list[Rows]], Block]]


def groups_of(b: Block) -> list[Rows]:
    """The rows of a block; of a sentence every list in it."""
    return KINDS[type(b)][0](b) if type(b) in KINDS else []


def with_groups(b: Block, groups: Sequence[Rows]) -> Block:
    """The block with other rows."""
    return KINDS[type(b)][1](b, list(groups)) if groups else b


def lists(p: Phrase, level: Level = "inner") -> list[Phrase]:
    """The lists in a sentence that have none in them, or the outer ones that have."""
    below = [v for _, v in p.values if isinstance(v, Phrase)]
    nested = any(lists(v) for v in below)
    if p.key == "list" and nested == (level == "outer"):
        return [p]
    return [found for v in below for found in lists(v, level)]


def with_lists(p: Phrase, made: Iterator[Rows], level: Level = "inner") -> Phrase:
    """The sentence with other lists in it."""
    own = lists(p, level)
    if own == [p]:
        parts = tuple((f"x{k}", part) for k, (part,) in enumerate(next(made)))
        return Phrase("list", parts)  # type: ignore[arg-type] -- parts of a list
    if not own:
        return p
    values = ((gap, with_lists(v, made, level) if isinstance(v, Phrase) else v) for gap, v in p.values)
    return replace(p, values=tuple(values))


def items(p: Phrase) -> Rows:
    """The rows of a list."""
    return [(v,) for _, v in p.values]


# how the rows of a kind of block are taken out, and put back
KINDS: Mapping[type, Pair] = {
    Equations: (lambda b: [[(eq,) for eq in b.rows]],
                lambda b, groups: replace(b, rows=tuple(eq for (eq,) in groups[0]))),
    Ledger: (lambda b: [[(r.forward, r.backward, r.why) for r in b.rows]],
             lambda b, groups: replace(b, rows=tuple(LedgerRow(*row) for row in groups[0]))),  # type: ignore
    Table: (lambda b: [list(b.rows)], lambda b, groups: replace(b, rows=tuple(groups[0]))),
    Paragraph: (lambda b: list(map(items, lists(b.phrase))),
                lambda b, groups: Paragraph(with_lists(b.phrase, iter(groups)))),
}  # fmt: skip


def said_aliases(rows: Sequence[Row], told: set[Name]) -> list[Block]:
    """What a name stands for that only a generic row has; each is said once on a page."""
    found = dict(pair for row in rows for part in row if isinstance(part, Equation) for pair in aliases(part))
    new = {a: x for a, x in found.items() if a not in told}
    told.update(new)
    return [Paragraph(Phrase("family.alias", (("name", a), ("other", x)))) for a, x in new.items()]


def aliases(eq: Equation) -> tuple[tuple[Name, Name], ...]:
    """What an equation over a family calls by another name at some values."""
    return (*eq.over.aliases, *aliases(eq.over.members[0])) if eq.over else ()
