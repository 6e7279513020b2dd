"""The letters of textbooks for what a graph leaves nameless: p a softmax, r a residual, z in a function."""

from __future__ import annotations

from symbackprop.graph.expr import Expr
from symbackprop.vocabulary.kinds import ADD, NEGATIVE, SUBTRACT

DIFFERENCE, BENT, ACTIVATION = "rd", "zsq", "ha"
NUMBER, VECTOR, MATRIX, TENSOR = "scqa", "vwqab", "MKQGEF", "TUVG"  # in the order of rank


def letters_for(e: Expr, *, bent: bool) -> str:
    """The letters an expression may have, the best one first; those of a matrix are capitals."""
    if e.op.letters:
        chosen = e.op.letters
    elif is_difference(e):
        chosen = DIFFERENCE
    elif bent:
        chosen = BENT
    elif e.op.scalar:
        chosen = ACTIVATION
    else:
        return (NUMBER, VECTOR, MATRIX, TENSOR)[min(e.rank, 3)]
    return chosen.upper() if e.rank > 1 else chosen


def is_difference(e: Expr) -> bool:
    """Whether an expression is a - b."""
    return e.op is SUBTRACT or (e.op is ADD and len(e.args) == 2 and any(a.op is NEGATIVE for a in e.args))
