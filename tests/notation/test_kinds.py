"""How kinds stand on paper: turned is the transpose, an entry is one of the whole, both have the value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.entries.op import Op
from symbackprop.formula.evaluation.value import Environment, Value, meaning
from symbackprop.formula.tree import Formula, Name
from symbackprop.notation.convention import CHOICES, NoMatrix
from symbackprop.notation.expression_formulas import ROWS, writer
from symbackprop.notation.paper_writer import Row
from symbackprop.notation.product_formulas import matrix_product
from symbackprop.numeric.points import evaluate, generic_point
from symbackprop.vocabulary import OPS
from symbackprop.vocabulary.kinds import MATMUL, TRANSPOSE

DECLARED = "A: 3 x 5; B: 5 x 3; S: 3 x 3 symmetric; P: 3 x 3 posdef; u: 3; v: 5; w: 3; s: scalar; y: label 5"
ARRAYS = (
    "A @ v", "u @ A", "A @ B", "A.T", "(A @ B).T", "A.T @ u", "outer(u, v)", "u + w", "u - w",
    "A - B.T", "s*u", "-u", "u/s", "u*w", "u**2", "A*B.T", "A/B.T", "A*v", "v*A", "A + v", "s*A",
    "A**2", "-A", "tanh(u)", "tanh(A)", "tanh(A.T)", "exp(A @ v)", "diag(u)", "diag(u) @ A",
    "sum(A, axis=-1)", "mean(A, axis=-1)", "sum(A, axis=0)", "inverse(P)", "solve(P, u)", "solve(P, A)",
    "matrix_power(P, 2)", "S", "P @ S", "concat(u, v)", "concat(A, A)", "u[0:2]", "A[0:2]", "A[:, 1]",
    "A[1]", "A[0:2, 1:4]", "ones(3)", "zeros(3)", "ones(3, 5)", "zeros(3, 5)", "2*ones(3, 5)", "eye(3)",
    "onehot(y)", "reshape(u, 3, 1)", "reshape(u, 1, 3)", "kron(P, S)", "step(u)", "relu(A)",
)  # fmt: skip


def environment(g: sb.Graph, values: dict[str, np.ndarray], vectors: str) -> Environment:
    """The values of a graph as they stand on paper, where a label counts from 1."""
    shown: dict[Formula, Value] = {}
    for n, x in values.items():
        s = g.symbol[n].symbol
        assert s
        shown[s.tex] = Value(x + 1, classes=5) if s.labels else Value(x)
    return Environment(shown, {"relu": lambda x: np.maximum(x, 0)}, vectors=vectors)


def wrong(text: str, vectors: str, sums: str, rows: Mapping[Op, Row] = ROWS) -> str:
    """What of an array is written wrongly: upright, turned, entry; empty where all have its value."""
    g = sb.read(f"{DECLARED}; Y = {text}; L = sum(Y)")
    e, point = g.definition["Y"], generic_point(g, 0, 7)
    env = environment(g, {n: x for (n, _), x in point.values.items()}, vectors)
    value = evaluate(e, point)
    column = value if value.ndim == 2 else value[:, None]
    letters = "pq"[: e.rank]
    grid = dict(zip(letters, np.indices(value.shape).reshape(e.rank, -1) + 1, strict=True))
    w = replace(writer(sb.Convention(vectors=vectors, sums=sums), tuple(letters)), rows=rows)
    ways = (
        ("upright", lambda: w.array(e), column),
        ("turned", lambda: w.array(e, True), column.T),
        ("entry", lambda: w.entry(e, tuple(map(Name, letters))), value.ravel()),
    )
    for name, write, expected in ways:
        try:
            found = meaning(write(), replace(env, indices=grid if name == "entry" else {})).array
        except NoMatrix:
            refusing = ("kron",) if name == "entry" else ("sum", "mean") if sums == "sigma" else ()
            assert any(x in text for x in refusing)
            continue
        # an entry that is the same everywhere is one number
        fits = found.shape == expected.shape or (name == "entry" and not found.ndim)
        if not fits or not np.allclose(found, expected, rtol=1e-12):
            return name
    return ""


@pytest.mark.parametrize("sums", CHOICES["sums"])
@pytest.mark.parametrize("vectors", CHOICES["vectors"])
@pytest.mark.parametrize("text", ARRAYS)
def test_turned_and_entries_are_of_the_whole(text: str, vectors: str, sums: str) -> None:
    assert wrong(text, vectors, sums) == ""


@pytest.mark.parametrize("vectors", CHOICES["vectors"])
def test_a_lost_transpose_is_seen(vectors: str) -> None:
    upright = replace(ROWS[MATMUL], turned=lambda w, e, turned: matrix_product(w, e, False))
    first = replace(ROWS[TRANSPOSE], entry=lambda w, e, at: w.entry(e.args[0], at))
    for text, name in (("A @ B", "turned"), ("A @ v", "turned"), ("S @ P", "turned")):
        assert wrong(text, vectors, "shape", {**ROWS, MATMUL: upright}) == name
    assert wrong("(P @ S).T", vectors, "shape", {**ROWS, TRANSPOSE: first}) == "entry"


def test_every_kind_of_the_table_is_one() -> None:
    leaves = {"symbol", "number", "size", "time_sum"}
    assert {op.name for op in ROWS} - set(OPS) == leaves
    assert all(OPS[op.name] is op for op in ROWS if op.name not in leaves)
