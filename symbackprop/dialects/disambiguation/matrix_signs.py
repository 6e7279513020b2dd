"""Matrices as people type them: [X, 1] with a column of ones, and rows whose cells stand side by side."""

from __future__ import annotations

from symbackprop.formula.evaluation import paper_arrays as paper
from symbackprop.formula.evaluation.paper_arrays import Misfit, Paper
from symbackprop.formula.evaluation.environment import Scope
from symbackprop.dialects.disambiguation.choice import Fitting
from symbackprop.dialects.disambiguation.product_signs import column
from symbackprop.formula.tree import ONE, Array, Formula, Times

Cells = tuple[tuple[Formula, ...], ...]


def array(fit: Fitting, node: Array, scope: Scope) -> Paper:
    """A matrix written out; `[a b; c d]` may be products in a column, or four cells."""

    def made(rows: Cells) -> Paper:
        return paper.blocks([cells(row, scope) for row in rows])

    if node.listed and len(node.rows) == 1:  # a row of MATLAB, and a vector of NumPy
        options = [("row", lambda: made(node.rows)), ("list", lambda: listed(node.rows[0], scope))]
        return fit.choose((id(node), 1), options)
    apart = tuple(side_by_side(row) for row in node.rows)
    if apart == node.rows or len({len(row) for row in apart}) > 1:
        return made(node.rows)
    options = [("products", lambda: made(node.rows)), ("cells", lambda: made(apart))]
    return fit.choose((id(node), 0), options)


def listed(row: tuple[Formula, ...], scope: Scope) -> Paper:
    """Numbers one below the other. Errors: `Misfit` where one of them is none."""
    values = [scope.of(f) for f in row]
    if any(v.rank for v in values):
        raise Misfit("a list holds numbers")
    return paper.blocks([[v] for v in values])


def side_by_side(row: tuple[Formula, ...]) -> tuple[Formula, ...]:
    """The factors of a lone cell that stand beside each other."""
    only = row[0] if len(row) == 1 else None
    return only.factors if isinstance(only, Times) and not any(only.signs) else row


def cells(row: tuple[Formula, ...], scope: Scope) -> list[Paper]:
    """The values of a row; a bare 1 beside a matrix is a column of ones as high as it."""
    known = [None if f == ONE and len(row) > 1 else scope.of(f) for f in row]
    heights = [v.size[0] for v in known if v is not None and v.rank == 2]
    return [v or (column(heights[0]) if heights else scope.of(ONE)) for v in known]
