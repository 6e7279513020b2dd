"""Code means what NumPy computes: the same values and axes, and nothing where NumPy refuses."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from symbackprop.answers.checking import bench
from symbackprop.answers.typed.typed_answer import read
from symbackprop.answers.verdicts.formula_verdict import Judge
from symbackprop.errors import SymbackpropError
from symbackprop.formula.evaluation.paper_arrays import Paper

Values = Mapping[str, np.ndarray]
GRAPHS = [
    "X: n x n; A: n x n; w: n; y: n; c: scalar; z = X @ w; L = sum(z*z) + sum(y) + c*sum(A)",
    "X: n x d; A: d x n; w: d; y: n; c: scalar; z = X @ w; L = sum(z*z) + sum(y) + c*sum(A)",
]


@dataclass(frozen=True)
class Code:
    """A text, and what NumPy makes of it; an exception where it refuses."""

    text: str
    work: Callable[[Values], Any]


LEAVES = (
    *(Code(n, lambda v, n=n: v[n]) for n in "XAwycX"),
    *(Code(f"{n}.T", lambda v, n=n: v[n].T) for n in "XA"),
    Code("w[:,None]", lambda v: v["w"][:, None]),
    Code("y[None,:]", lambda v: v["y"][None, :]),
)
ONE: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("np.sum({}, axis=0)", lambda a: np.sum(a, axis=0)),
    ("np.sum({}, axis=1)", lambda a: np.sum(a, axis=1)),
    ("np.sum({}, axis=-1)", lambda a: np.sum(a, axis=-1)),
    ("np.sum({}, axis=1, keepdims=True)", lambda a: np.sum(a, axis=1, keepdims=True)),
    ("np.mean({}, axis=0)", lambda a: np.mean(a, axis=0)),
    ("np.sum({})", np.sum),
    ("np.tanh({})", np.tanh),
    ("({}).T", lambda a: a.T),
    ("({})**2", lambda a: a**2),
)
TWO: tuple[tuple[str, Callable[[Any, Any], Any]], ...] = (
    ("({} * {})", lambda a, b: a * b),
    ("({} * {})", lambda a, b: a * b),
    ("({} @ {})", lambda a, b: a @ b),
    ("({} @ {})", lambda a, b: a @ b),
    ("({} + {})", lambda a, b: a + b),
    ("({} - {})", lambda a, b: a - b),
    ("np.dot({}, {})", np.dot),
    ("np.multiply({}, {})", np.multiply),
)


def code(rng: random.Random, depth: int) -> Code:
    """A random formula."""
    if not depth:
        return rng.choice(LEAVES)
    a = code(rng, depth - 1)
    if rng.random() < 0.4:
        text, one = rng.choice(ONE)
        return Code(text.format(a.text), lambda v: number(one(a.work(v))))
    text, two = rng.choice(TWO)
    b = code(rng, depth - 1)
    return Code(text.format(a.text, b.text), lambda v: number(two(a.work(v), b.work(v))))


def number(a: Any) -> Any:
    """An array of one entry as the number it is to us."""
    return np.reshape(a, ()) if np.size(a) == 1 else a


def same(found: Paper, right: np.ndarray) -> bool:
    """Whether a value has the numbers and the axes NumPy gives it."""
    axes = 0 if found.array.size == 1 else 1 if found.along is not None else 2
    sized = found.size == right.shape if axes == 2 else found.array.size == right.size
    return axes == right.ndim and sized and np.allclose(found.array.astype(float).ravel(), right.ravel())


@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("seed", range(3))
def test_code_means_what_numpy_computes(graph: str, seed: int) -> None:
    rng, b = random.Random(seed), bench(graph, None, "X")
    values = {n: np.asarray(v) for (n, _), v in b.spots[0].point.values.items()}
    refused = equal = 0
    for _ in range(120):
        made = code(rng, rng.choice([1, 2, 2, 3]))
        text = made.text
        if "np." not in text and "@" not in text:
            continue
        try:
            right = np.asarray(made.work(values))
        except (ValueError, TypeError):  # sizes that do not fit, an axis that is not there
            right = None
        try:
            judge = Judge(b, read(b, text))
            found = [v for _, v in judge.place(b.spots[0]).readings(judge.typed.forms[0])]
        except SymbackpropError:
            refused += right is None
            continue  # what is not read is no wrong verdict
        assert right is not None and len(found) == 1, text
        assert same(found[0], right), (text, found[0].size, right.shape)
        equal += 1
    assert min(equal, refused) > 10
