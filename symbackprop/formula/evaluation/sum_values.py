"""Σ and Π over an index letter, many terms at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from symbackprop.errors import LimitError
from symbackprop.formula.evaluation import paper_arrays as paper
from symbackprop.formula.evaluation.environment import Scope, integer
from symbackprop.formula.evaluation.paper_arrays import Numbers, Paper
from symbackprop.formula.evaluation.value_arithmetic import added
from symbackprop.formula.indexed_names import terms_of
from symbackprop.formula.tree import Product, Sum, SumOver
from symbackprop.formula.writing.text_writer import text

LARGEST_RANGE = 100_000  # terms of one sum
_AT_ONCE = 1 << 20  # numbers of a sum held together
_NESTED = 30  # sums inside sums: each is an axis of samples
_FIRST = 16  # terms evaluated first, to learn how large one is


def big(node: Sum | Product, scope: Scope) -> Paper:
    """Σ or Π, many terms at a time: the bound letter gets a new leading axis of samples."""
    joined: Paper | None = None
    for terms in _terms(node, scope):
        if isinstance(node, Sum):
            part = replace(terms, array=terms.array.sum(axis=0))
            joined = added(joined, part) if joined else part
        else:
            part = _multiplied(terms)
            joined = paper.product(joined, part) if joined else part
    return joined or paper.scalar(np.float64(isinstance(node, Product)))


def over(node: SumOver, scope: Scope) -> Paper:
    """Σ over the values of an index that stands inside names: its terms one by one."""
    return scope.of(terms_of(node))


def _terms(node: Sum | Product, scope: Scope) -> Iterator[Paper]:
    """The terms, some at a time, along a leading axis; those outside the bounds are 0 (or 1)."""
    if scope.depth >= _NESTED:
        raise LimitError(f"more than {_NESTED} sums inside sums", where="formula")
    low, high = integer(node.low, scope), integer(node.high, scope)
    start, stop = int(low.min()), int(high.max()) + 1
    if stop - start > LARGEST_RANGE:
        raise LimitError(f"more than {LARGEST_RANGE} terms in one sum", where=text(node.index))
    chunk = _FIRST
    while start < stop:
        k = np.arange(start, min(start + chunk, stop)).reshape((-1,) + (1,) * scope.depth)
        within = (k >= low) & (k <= high) if low.ndim or high.ndim else None
        active = _both(scope.active, within)
        inner = replace(scope, letters={**scope.letters, node.index: k}, depth=scope.depth + 1, active=active)
        body = inner.of(node.body)
        yield _spread(body, k, within, isinstance(node, Product))
        start += chunk
        chunk = max(1, _AT_ONCE * len(k) // max(body.array.size, 1))


def _both(a: Numbers | None, b: Numbers | None) -> Numbers | None:
    if a is None or b is None:
        return b if a is None else a
    return np.logical_and(a, b)


def _spread(body: Paper, k: Numbers, within: Numbers | None, times: bool) -> Paper:
    """The body with the bound letter's axis in front, neutral outside the bounds."""
    own = k.ndim - len(body.samples)
    array = body.array.reshape((1,) * own + body.array.shape)
    array = np.broadcast_to(array, (len(k), *array.shape[1:]))
    if within is not None:
        neutral = np.eye(body.size[0]) if times and body.rank else np.float64(times)
        array = np.where(within[(...,) + (None,) * body.rank], array, neutral)
    return Paper(array, body.rank, body.along)


def _multiplied(terms: Paper) -> Paper:
    """The product from the lowest index on the left to the highest on the right."""
    if not terms.rank:
        return replace(terms, array=terms.array.prod(axis=0))
    result = replace(terms, array=terms.array[0])
    for one in terms.array[1:]:
        result = paper.product(result, replace(terms, array=one))
    return result
