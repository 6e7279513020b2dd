"""Where the range of an index is said: once before a block where its letter has one range there, else beside
each row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from symbackprop.formula.tree import IndexRange
from symbackprop.page.page import Phrase


def said_once(rows: Iterable[Sequence[IndexRange]]) -> tuple[IndexRange, ...]:
    """The ranges of letters that have one range in all rows, of those that stand in several rows."""
    found = [r for ranges in rows for r in ranges]
    kinds = {r.letter: {x for x in found if x.letter == r.letter} for r in found}
    return tuple(dict.fromkeys(r for r in found if len(kinds[r.letter]) == 1 and found.count(r) > 1))


def with_ranges(intro: Phrase | None, ranges: Sequence[IndexRange]) -> tuple[Phrase, ...]:
    """The sentences before a block: its own, and what its letters run over."""
    listed = Phrase("list", tuple((f"x{k}", r) for k, r in enumerate(ranges)))
    said = (Phrase("family.ranges", (("list", listed),)),) if ranges else ()
    return (*((intro,) if intro else ()), *said)
