"""The two sides of an `=` on paper: whole, of stacks matrix by matrix, else entry by entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from symbackprop.formula.tree import Array, At, Formula, Name, number
from symbackprop.graph.expr import Expr
from symbackprop.matrices.stacks import STACK
from symbackprop.notation.convention import Convention, NoMatrix
from symbackprop.notation.expression_formulas import notate, notate_entry, notate_matrix
from symbackprop.notation.stack_formulas import MOST
from symbackprop.sizes import Shape, Size
from symbackprop.vocabulary.kinds import COLUMN_BLOCKS, CONSTANT


class Line(NamedTuple):
    """What stands on both sides of an `=`, the shape that is said beside it, and the letters it holds for."""

    left: Formula
    sides: list[Formula]
    shape: Shape
    free: tuple[tuple[str, Size], ...] = ()


def whole_line(left: Formula, sides: Sequence[Expr], c: Convention) -> Line:
    """Errors: `NoMatrix`."""
    return Line(left, [notate(e, c) for e in sides], sides[0].shape)


def blocks_line(left: Formula, sides: Sequence[Expr], c: Convention) -> Line:
    """[Q^{(1)} Q^{(2)}] = Q, of blocks of columns. Errors: `NoMatrix`."""
    parts = sides[0].shape[0].number if sides[0].rank == STACK else None
    cut = all(e.op is COLUMN_BLOCKS for e in sides)
    if not cut or not parts or parts > MOST or not isinstance(left, Name):
        raise NoMatrix("column_blocks")
    cells = tuple(At(left, (number(k + 1),)) for k in range(parts))
    wholes = [e.args[0] for e in sides]
    return Line(Array((cells,)), [notate(x, c) for x in wholes], wholes[0].shape)


def stack_line(left: Formula, sides: Sequence[Expr], c: Convention) -> Line:
    """One matrix of a stack by the others. Errors: `NoMatrix`."""
    letter, extent = c.letters[0], sides[0].shape[0] if sides[0].rank == STACK else None
    if extent is None or not isinstance(left, Name) or any(e.op is CONSTANT for e in sides):
        raise NoMatrix("stack")  # of one number everywhere an entry says more
    made = [notate_matrix(e, letter, c) for e in sides]
    return Line(At(left, (Name(letter),)), made, sides[0].shape[1:], ((letter, extent),))


def entries_line(left: Formula, sides: Sequence[Expr], c: Convention) -> Line:
    """One entry, whatever stands there."""
    letters = tuple(c.letters[: sides[0].rank])
    base, steps = (left.base, left.indices) if isinstance(left, At) else (left, ())
    entry = At(base, (*steps, *map(Name, letters)))
    free = tuple(zip(letters, sides[0].shape, strict=True))
    return Line(entry, [notate_entry(e, letters, c) for e in sides], sides[0].shape, free)


def line(left: Formula, sides: Sequence[Expr], c: Convention) -> Line:
    """left = sides by the first way that says all sides; of the stacks that heads are, matrix by matrix."""
    ways = [whole_line, blocks_line, stack_line]
    for write in reversed(ways) if isinstance(left, Name) and left.stack else ways:
        try:
            return write(left, sides, c)
        except NoMatrix:
            continue
    return entries_line(left, sides, c)
