"""Chains of matrices in the cheapest order: the same values, never more multiplications."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.emit.matrix_chains import cost_of, in_cheapest_order
from symbackprop.graph.expr import Expr, apply
from symbackprop.numeric.points import Point, evaluate
from symbackprop.vocabulary.kinds import MATMUL, OUTER, TRANSPOSE


def drawn(rng: random.Random, numbers: np.random.Generator) -> tuple[Expr, Point]:
    """A product of some matrices, vectors at its ends perhaps, multiplied in a drawn order."""
    sizes = [rng.choice([2, 3, 5, 7, 11]) for _ in range(rng.randint(4, 6))]
    values, parts = {}, list[Expr]()

    def symbol(k: int, *shape: int) -> Expr:
        values[f"A{k}", 0] = numbers.normal(size=shape)
        return sb.symbol(f"A{k}", *shape)

    for k, (m, n) in enumerate(pairwise(sizes)):
        if rng.random() < 0.25:
            parts.append(apply(TRANSPOSE, symbol(k, n, m)))
        elif rng.random() < 0.2:
            parts.append(apply(OUTER, symbol(k, m), symbol(k + 100, n)))
        else:
            parts.append(symbol(k, m, n))
    if rng.random() < 0.5:
        parts.append(symbol(50, sizes[-1]))
    if rng.random() < 0.3:
        parts.insert(0, symbol(60, sizes[0]))
    while len(parts) > 1:
        k = rng.randrange(len(parts) - 1)
        if parts[k].rank == 1 and parts[k + 1].rank == 1 and len(parts) > 2:
            k = 0 if parts[0].rank > 1 or parts[1].rank > 1 else len(parts) - 2
        parts[k : k + 2] = [apply(MATMUL, parts[k], parts[k + 1])]
    return parts[0], Point({}, values, {}, 1)


@pytest.mark.parametrize(
    "seed", [*range(15), *(pytest.param(k, marks=pytest.mark.slow) for k in range(15, 80))]
)
def test_values_stay_and_nothing_costs_more(seed: int) -> None:
    e, at = drawn(random.Random(seed), np.random.default_rng(seed))
    found = in_cheapest_order(e)
    assert np.allclose(evaluate(found, at), evaluate(e, at), rtol=1e-10, atol=1e-10)
    assert cost_of(found) <= cost_of(e)


TOLD = {  # a graph, what its code says, what it does not say
    "a vector first": ("A: m x n; B: n x k; x: k; L = sum((A @ B @ x)**2)", "B.dot(x)", "A.dot(B)"),
    "a row first": ("A: m x n; B: n x k; x: m; L = sum((x @ (A @ B))**2)", "A.T.dot(x)", "A.dot(B)"),
    "declared sizes": ("A: 99 x 2; B: 2 x 99; C: 99 x 3; L = sum((A @ B @ C)**2)", "B.dot(C)", "A.dot(B)"),
    "as written": ("A: m x n; B: n x k; C: k x l; L = sum((A @ B @ C)**2)", "A.dot(B)", "B.dot(C)"),
    "a name stays": (
        "A: m x n; B: n x k; x: k; M = A @ B; L = sum((M @ x)**2)*sum(M)",
        "M.dot(x)",
        "B.dot(x)",
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_code_multiplies_in_that_order(name: str) -> None:
    text, said, other = TOLD[name]
    d = sb.derive(text)
    assert said in d.source() and other not in d.source()
    assert d.verify().ok
