"""The tidied form of an expression does not depend on the order in which the rows are applied."""

import inspect
import random
from collections import deque
from collections.abc import Callable

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.graph import functions as fn
from symbackprop.graph.expr import Expr, apply, const, substitute, topological
from symbackprop.matrices import tidy as td
from symbackprop.numeric.points import Point, evaluate
from symbackprop.vocabulary import OPS
from symbackprop.vocabulary.kinds import ADD, MATMUL

N, M = 3, 5
SHAPES: dict[str, tuple[int, ...]] = {
    "A": (N, M), "B": (N, M), "C": (M, N), "P": (N, N), "Q": (M, M), "u": (N,), "v": (N,), "x": (M,),
    "y": (M,), "a": (), "b": (),
}  # fmt: skip
SYMBOL = {n: sb.symbol(n, *s, domain="positive") for n, s in SHAPES.items()}
Grow = Callable[..., Expr]


def op(name: str, *args: Expr) -> Expr:
    return apply(OPS[name], *args)


def logistic(e: Expr, rng: random.Random) -> Expr:
    """Part of what is written with exp(e) and 1 + exp(e)."""
    power = op("exp", op("negative", e) if rng.random() < 0.5 else e)
    whole = op("divide", power if rng.random() < 0.5 else const(1), op("add", const(1), power))
    return op("multiply", whole, power) if rng.random() < 0.3 else whole


# how a node of a shape can be made: g grows an argument, o is a size to sum over
SAME: list[Callable[[Grow, tuple[int, ...], int, random.Random], Expr]] = [
    lambda g, s, o, r: op("add", g(s), g(s)),
    lambda g, s, o, r: op("subtract", g(s), g(s)),
    lambda g, s, o, r: op("multiply", g(s), g(s)),
    lambda g, s, o, r: op("multiply", const(r.choice((2, 3, -1))), g(s)),
    lambda g, s, o, r: op("multiply", g(()), g(s)),
    lambda g, s, o, r: op("negative", g(s)),
    lambda g, s, o, r: op("divide", g(s), SYMBOL[r.choice("ab")]),
]
BY_RANK: dict[int, list[Callable[[Grow, tuple[int, ...], int, random.Random], Expr]]] = {
    0: [
        lambda g, s, o, r: op("add", g(s), g(s)),
        lambda g, s, o, r: op("multiply", g(s), g(s)),
        lambda g, s, o, r: op("divide", g(s), SYMBOL[r.choice("ab")]),
        lambda g, s, o, r: op("matmul", g((o,)), g((o,))),
        lambda g, s, o, r: op("sum", g(r.choice([(N,), (M,), (N, M)]))),
        lambda g, s, o, r: op("mean", g(r.choice([(N,), (M,), (N, M)]))),
        lambda g, s, o, r: logistic(grown(r, s, 0), r),
    ],
    1: [
        *SAME,
        lambda g, s, o, r: op("matmul", g((*s, o)), g((o,))),
        lambda g, s, o, r: op("matmul", g((o,)), g((o, *s))),
        lambda g, s, o, r: op("sum_last", g((*s, o))),
        lambda g, s, o, r: op("mean_last", g((*s, o))),
        lambda g, s, o, r: logistic(grown(r, s, 0), r),
    ],
    2: [
        *SAME,
        lambda g, s, o, r: op("matmul", g((s[0], o)), g((o, s[1]))),
        lambda g, s, o, r: op("matmul", g((s[0], o)), g((o, s[1]))),
        lambda g, s, o, r: op("transpose", g(s[::-1])),
        lambda g, s, o, r: op("outer", g(s[:1]), g(s[1:])),
        lambda g, s, o, r: op("diag", g(s[:1])) if s[0] == s[1] else g(s),
        lambda g, s, o, r: fn.eye(const(s[0])) if s[0] == s[1] else g(s),
    ],
}


def grown(rng: random.Random, shape: tuple[int, ...], depth: int) -> Expr:
    """A random expression of a shape."""
    leaves = [SYMBOL[n] for n, s in SHAPES.items() if s == shape]
    if shape and rng.random() < 0.05:
        return fn.constant(1, *shape)
    if depth == 0 or rng.random() < 0.1:
        return rng.choice(leaves)
    make = rng.choice(BY_RANK[len(shape)])
    return make(lambda s: grown(rng, s, depth - 1), shape, rng.choice((N, M)), rng)


def value(e: Expr) -> np.ndarray:
    rng = np.random.default_rng(3)
    return evaluate(e, Point({}, {(n, 0): rng.uniform(0.5, 2, s) for n, s in SHAPES.items()}))


def in_any_order(e: Expr, rng: random.Random, count: int) -> Expr:
    """The rows applied to random parts of the expression first."""
    for _ in range(count):
        part = rng.choice(topological(e))
        e = substitute(e, {part: td.tidy(part)})
    return td.tidy(e)


@pytest.mark.parametrize("first", range(0, 1500, 100))
def test_rows_in_any_order_give_one_form(first: int) -> None:
    for seed in range(first, first + 100):
        rng = random.Random(seed)
        e = grown(rng, rng.choice([(), (N,), (N, M), (N, N)]), rng.randint(2, 5))
        made = td.tidy(e)
        assert np.allclose(value(made), value(e), rtol=1e-9), seed
        assert td.tidy(made) is made, seed
        assert in_any_order(e, rng, 6) is made, seed


def test_another_order_of_rows_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that only looks at the outermost node makes the form depend on the order."""
    plus = td.RULES[ADD]

    def lazy(a: Expr, b: Expr) -> Expr:
        return op("add", b, a) if a.op is MATMUL else plus(a, b)

    monkeypatch.setitem(td.RULES, ADD, lazy)
    monkeypatch.setattr(td, "tidy", inspect.unwrap(td.tidy))  # which remembers what other rows made
    with pytest.raises(AssertionError):
        deque(map(test_rows_in_any_order_give_one_form, range(0, 1500, 100)))


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda A, B, u, a: A / a - B / a, "(1/a) (A − B)"),
        (lambda A, B, u, a: A / a + B * 2 - B / a, "(1/a) (A − B) + 2 B"),
        (lambda A, B, u, a: (A - A) * 3 + B, "B"),
        (lambda A, B, u, a: u @ op("outer", u, A @ SYMBOL["x"]), "(uᵀ u) A x"),
        (lambda A, B, u, a: op("sum", (u - u) * 3), "0"),
    ],
)  # fmt: skip
def test_forms(made: Callable[..., Expr], said: str) -> None:
    from symbackprop.notation.convention import Convention
    from symbackprop.notation.expression_formulas import notate
    from symbackprop.formula.writing.text_writer import text

    e = made(*(SYMBOL[n] for n in ("A", "B", "u", "a")))
    assert text(notate(td.tidy(e), Convention())) == said


def test_a_sum_that_broadcasts_stays_one_term() -> None:
    """It is not opened again and again."""
    e = op("multiply", SYMBOL["a"], op("add", SYMBOL["A"], SYMBOL["x"]))
    assert len(td.summands(e)) == 1
    assert np.allclose(value(td.tidy(e)), value(e))
