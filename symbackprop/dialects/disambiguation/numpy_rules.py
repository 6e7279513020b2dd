"""What signs mean in NumPy: `*` is entry by entry and spreads over the last axes, `@` is the product.

A vector of one axis, whose value lies `along` an axis on paper, stands beside a matrix as a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial, reduce

import numpy as np

from symbackprop.dialects.disambiguation.choice import Fitting, Row
from symbackprop.dialects.disambiguation.readings import PAPER_ROWS, listed
from symbackprop.dialects.disambiguation.typed_functions import REDUCTIONS, call, lying, whole
from symbackprop.formula.evaluation import paper_arrays as paper
from symbackprop.formula.evaluation.environment import Scope
from symbackprop.formula.evaluation.paper_arrays import Misfit, Numbers, Paper
from symbackprop.formula.evaluation.value import strict
from symbackprop.formula.tree import (
    OPEN, Array, At, Call, HPower, Hadamard, Ones, Over, Plus, Span, Times, Transpose,
)  # fmt: skip

Two = Callable[..., Numbers]


def flat(a: Paper) -> bool:
    """Whether a value has one axis."""
    return a.along is not None


def row(a: Paper) -> Paper:
    """A vector of one axis as the row it is beside a matrix."""
    return replace(a if a.size[0] == 1 else paper.transpose(a), along=None) if flat(a) else a


def vector(a: Paper) -> Paper:
    """A row or a column as a vector of one axis."""
    return replace(lying(a, 1), along=-2)


def spread(work: Two, a: Paper, b: Paper) -> Paper:
    """Entry by entry, axes of one entry repeated. Errors: `Misfit` where NumPy has none."""
    if not (a.rank == b.rank == 2) or (flat(a) and flat(b)):
        return paper.entrywise(work, a, b)
    x, y = row(a), row(b)
    if any(1 not in (m, n) and m != n for m, n in zip(x.size, y.size, strict=True)):
        raise Misfit(f"{a.shown()} and {b.shown()}", a.size, b.size)
    return Paper(work(x.array, y.array), 2)


def matmul(a: Paper, b: Paper) -> Paper:
    """a @ b: a vector lies in front of a matrix, and stands behind it; of two vectors the inner product."""
    if not (a.rank and b.rank):
        raise Misfit(f"{a.shown()} @ {b.shown()}", a.size, b.size)
    if a.rank != 2 or b.rank != 2:
        return paper.product(a, b)
    if flat(a) and flat(b):
        return paper.total(paper.entrywise(np.multiply, a, b))
    if flat(a):
        made = paper.product(row(a), b)
    elif flat(b):
        made = paper.product(a, paper.transpose(row(b)))
    else:
        return paper.product(a, b)
    return vector(made) if made.rank else made


def times(_: Fitting, node: Times, scope: Scope) -> Paper:
    """Factors from the left; those without a sign between them are one."""
    signs = node.signs or ("",) * len(node.factors)
    runs: list[tuple[str, Paper]] = []
    for k, f in enumerate(node.factors):
        value = scope.of(f)
        if runs and signs[k] in ("", "/"):
            runs[-1] = (runs[-1][0], paper.product(runs[-1][1], value))
        else:
            runs.append((signs[k], value))
    made = runs[0][1]
    for sign, value in runs[1:]:
        made = spread(np.multiply, made, value) if sign == "*" else matmul(made, value)
    return made


def plus(_: Fitting, node: Plus, scope: Scope) -> Paper:
    """a + b, spread."""
    made = scope.of(node.terms[0])
    for term in node.terms[1:]:
        made = spread(np.add, made, scope.of(term))
    return made


def hadamard(_: Fitting, node: Hadamard, scope: Scope) -> Paper:
    """a ⊙ b, spread."""
    return reduce(partial(spread, np.multiply), map(scope.of, node.factors))


def over(_: Fitting, node: Over, scope: Scope) -> Paper:
    """a / b, spread."""
    return spread(np.divide, scope.of(node.numerator), scope.of(node.denominator))


def power(_: Fitting, node: HPower, scope: Scope) -> Paper:
    """a ** b, spread."""
    base, exponent = scope.of(node.base), scope.of(node.exponent)
    return spread(np.power, base, exponent) if exponent.rank else paper.power(base, exponent)


def transpose(_: Fitting, node: Transpose, scope: Scope) -> Paper:
    """a.T; a vector of one axis is its own. The 𝟏ᵀ of np.ones((n, m)), 𝟏 𝟏ᵀ here, is a row."""
    a = scope.of(node.operand)
    return a if flat(a) and not isinstance(node.operand, Ones) else strict(node, scope)


def at(_: Fitting, node: At, scope: Scope) -> Paper:
    """Entries, rows and slices; an index that is no slice takes its axis away."""
    base = scope.env.values.get(node.base)
    steps = base.time_axes if base is not None else 0
    own = node.indices[steps:]
    rank = base.rank if base is not None else 2
    if rank == 2 and len(own) == 1 and not isinstance(own[0], Span):
        return vector(strict(At(node.base, (*node.indices, EVERY)), scope))
    made = strict(node, scope)
    if rank == 2 and all(isinstance(x, Span) for x in own):
        return replace(made, along=None)
    thin = made.rank == 2 and 1 in made.size and any(not isinstance(x, Span) for x in own)
    return vector(made) if thin else made


def array(fit: Fitting, node: Array, scope: Scope) -> Paper:
    """[a, b] of numbers is a vector of one axis; rows of rows are a matrix, blocks stand side by side."""
    if node.listed and len(node.rows) == 1:
        with suppress(Misfit):
            return listed(node.rows[0], scope)
    return PAPER_ROWS[Array](fit, node, scope)


def called(fit: Fitting, node: Call, scope: Scope) -> Paper:
    """A function; those of two arrays spread, sums along the one axis of a vector are of all."""
    each = [scope.of(a) for a in node.arguments]
    if node.function in SPREAD and len(each) == 2:
        return spread(SPREAD[node.function], *each)
    if node.function in ("dot", "matmul") and len(each) == 2:
        numbers = node.function == "dot" and not all(a.rank for a in each)
        return spread(np.multiply, *each) if numbers else matmul(*each)
    if len(each) == 1 and node.function in ALONG and flat(each[0]):
        return whole(REDUCTIONS[ALONG[node.function]], each[0])
    if len(each) == 1 and wanting(node.function, each[0]):
        raise Misfit(f"{each[0].shown()} has no such axis", each[0].size)
    return call(fit, node, scope)


def wanting(function: str, a: Paper) -> bool:
    """Whether an array has not the axis a function asks for: a vector has no rows, a column no diagonal."""
    if function == "diag":
        return not flat(a) and 1 in (a.size or (1,))
    return function in KEPT and (flat(a) or not a.rank)


EVERY = Span(OPEN, OPEN)
KEPT = frozenset(
    side + n + kept for side in ("row", "last", "col") for n in REDUCTIONS for kept in ("", "kept")
)
ALONG = {side + n: n for side in ("last", "col") for n in REDUCTIONS}
SPREAD: Mapping[str, Two] = {
    "multiply": np.multiply, "divide": np.divide, "max": np.maximum, "min": np.minimum,
}  # fmt: skip
NUMPY_ROWS: Mapping[type, Row] = {
    **PAPER_ROWS, Times: times, Plus: plus, Hadamard: hadamard, Over: over, HPower: power,
    Transpose: transpose, At: at, Array: array, Call: called,
}  # fmt: skip
