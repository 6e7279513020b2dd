"""A clause about what the derivation knows, `r = X w - y`, `δh_{T+1} = 0`: a claim, not a definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from symbackprop.answers.asked.equality_chain import Shapes, with_letters
from symbackprop.answers.asked.right_values import Bench
from symbackprop.answers.typed.clause_values import Definition
from symbackprop.answers.typed.free_letters import Free, bounded, firm, of_sizes, own_shapes, placed
from symbackprop.answers.typed.index_bases import Counting
from symbackprop.answers.typed.where_clauses import Steps
from symbackprop.derivation.meanings import bare
from symbackprop.derivation.scopes import PAGE
from symbackprop.formula.reading.name_table import NameTable
from symbackprop.formula.tree import At, Formula, Name


@dataclass(frozen=True)
class Restated:
    """A known name, with its step and letters as typed, and what is said of it."""

    left: Formula
    right: Formula
    steps: Steps = "all"  # which it is said of
    recurrent: bool = False  # whether the step is a letter
    free: Free = field(default_factory=dict)


def over_axes(
    bench: Bench, table: NameTable, own: Sequence[Definition], claims: Sequence[Restated]
) -> tuple[Restated, ...]:  # fmt: skip
    """Claims whose letters have axes. Errors: `Refused` where an axis cannot be seen."""
    if not claims:
        return ()
    d = bench.target.d
    time = d.graph.time.letter.base if d.graph.time else ""
    shapes = placed(own, Shapes(d, own_shapes(bench), table.free, time), table)[1]
    return tuple(lettered(bench, table, shapes, c) for c in claims)


def lettered(bench: Bench, table: NameTable, shapes: Shapes, claim: Restated) -> Restated:
    """A claim with the axes of its letters."""
    sides, indices = ((claim.left, claim.right), claim.left.indices if isinstance(claim.left, At) else ())
    stepped = Counting(shapes.d, frozenset()).steps(bare(claim.left))
    if order := tuple(x.base for x in indices[stepped:] if isinstance(x, Name)):
        sides, _ = of_sizes(bench, table, sides, order)
    sides = tuple(bounded(f, shapes) for f in sides)
    found = with_letters(shapes.d, table, PAGE, {}, sides, (), own=shapes.own)
    free = {**dict(found.free), **firm(shapes, sides, dict(found.free))}
    return replace(
        claim, left=sides[0], right=sides[1], recurrent=found.recurrent, free=free
    )  # fmt: skip
