"""Values of what is given by sizes, labels, indices: 1_n, I_n, e_y, δ_{ij}; matrices as such."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from symbackprop.errors import ENTRIES, LimitError, within
from symbackprop.formula.evaluation import paper_arrays as paper
from symbackprop.formula.evaluation.environment import Scope, error, integer, known
from symbackprop.formula.evaluation.paper_arrays import Numbers, Paper
from symbackprop.formula.tree import (
    At, Commutation, Eye, Formula, Indicator, KroneckerDelta, Name, Ones, Unit, Zeros,
)  # fmt: skip
from symbackprop.formula.writing.text_writer import text

LARGEST_SIZE = 10_000  # of an identity or of ones

_RELATIONS: dict[str, Callable[[Any, Any], Numbers]] = {
    "<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal,
    "=": np.equal, "!=": np.not_equal,
}  # fmt: skip


def indicator(node: Indicator, scope: Scope) -> Paper:
    """1 where the relation holds; real parts are compared."""
    relation = _RELATIONS[node.relation]
    left, right = scope.of(node.left), scope.of(node.right)
    return paper.entrywise(lambda a, b: relation(np.real(a), np.real(b)) * 1.0, left, right)


def _size(node: Formula, scope: Scope) -> int:
    size = integer(node, scope)
    if size.ndim or not 0 <= size <= LARGEST_SIZE:
        raise LimitError(f"a size must be one number from 0 to {LARGEST_SIZE}", where=text(node))
    return int(size)


def ones(node: Ones, scope: Scope) -> Paper:
    """The column of n ones."""
    return paper.oriented(np.ones(_size(node.size, scope)), 1, "column")


def eye(node: Eye, scope: Scope) -> Paper:
    """The identity."""
    n = _size(node.size, scope)
    within(n * n, ENTRIES, "entries of an array", text(node.size))
    return Paper(np.eye(n), 2)


def zeros(node: Zeros, scope: Scope) -> Paper:
    """Zeros."""
    rows, columns = _size(node.rows, scope), _size(node.columns, scope)
    within(rows * columns, ENTRIES, "entries of an array", text(node.rows))
    return Paper(np.zeros((rows, columns)), 2)


def commutation(node: Commutation, scope: Scope) -> Paper:
    """The permutation of vec(A) into vec(Aᵀ)."""
    rows, columns = _size(node.rows, scope), _size(node.columns, scope)
    within((rows * columns) ** 2, ENTRIES, "entries of an array", text(node.rows))
    place = np.arange(rows * columns).reshape(rows, columns, order="F")
    return Paper(np.eye(rows * columns)[place.ravel()], 2)


def unit(node: Unit, scope: Scope) -> Paper:
    """The unit vector of a label, one row per label where there are many."""
    base = node.label.base if isinstance(node.label, At) else node.label
    classes = known(base, scope).classes if isinstance(base, Name) else 0
    if not classes:
        raise error(node, "how many classes the label has is not known")
    label = scope.of(node.label)
    flat = replace(label, array=paper.along_last(label), rank=1) if label.rank else label
    spot = np.rint(np.asarray(np.real(flat.array), float)).astype(np.int64) - scope.env.base
    if np.any((spot < 0) | (spot >= classes)):
        raise error(node, f"a label is outside {scope.env.base} … {classes + scope.env.base - 1}")
    return paper.oriented(np.eye(classes)[spot], flat.rank + 1, scope.env.vectors)


def delta(node: KroneckerDelta, scope: Scope) -> Paper:
    """1 where both indices agree."""
    return paper.scalar((integer(node.left, scope) == integer(node.right, scope)) * 1.0)
