"""Blocks of columns on paper: a matrix as the matrices of a stack side by side, [H^{(1)} H^{(2)}]."""

from __future__ import annotations

from symbackprop.formula import tree as no
from symbackprop.formula.composing import size_formula
from symbackprop.formula.tree import Formula
from symbackprop.graph.expr import Expr
from symbackprop.matrices.stacks import of_stack
from symbackprop.notation.convention import NoMatrix
from symbackprop.notation.paper_writer import Indices, Writer
from symbackprop.sizes import size

MOST = 12  # blocks that are written side by side


def blocks_beside(w: Writer, e: Expr) -> Formula:
    """The matrices of a stack side by side. Errors: `NoMatrix` where they are not counted, or too many."""
    (x,) = e.args
    parts = x.shape[0].number
    if parts is None or parts > MOST:
        raise NoMatrix(e.op.name)
    return no.Array((tuple(w.natural(one_of(x, k + 1)) for k in range(parts)),))


def one_of(x: Expr, place: int) -> Expr:
    """A matrix of a stack by its position, counted from 1. Errors: `NoMatrix` where none is said."""
    found = of_stack(x, size(place))
    if found is None:
        raise NoMatrix(x.op.name)
    return found


def block_entry(w: Writer, e: Expr, at: Indices) -> Formula:
    """An entry of a block of columns, where it stands in the whole matrix."""
    block, row, column = at
    before = no.Times((no.Plus((block, no.Minus(no.ONE))), size_formula(e.shape[2])))
    return w.entry(e.args[0], (row, no.Plus((before, column))))
