"""Mutants drawn at random: a δ, a printed side or a line of code that is worth another value is refused.

A sign is turned, a factor or a term is lost, arguments change places, a number is another one, a function
its neighbour. Which mutants are worth another value is said here by evaluating them, not by the verifier.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation, Phrase
from symbackprop.emit import compile_source, source
from symbackprop.emit.call_arguments import arguments, results
from symbackprop.errors import SymbackpropError
from symbackprop.formula.evaluation.value import evaluate as formula_value
from symbackprop.formula.tree import (
    Call, Formula, Hadamard, Kron, Minus, Number, Plus, Times, Transpose,
)  # fmt: skip
from symbackprop.formula.writing.walk import children, fold, inside, rebuilt
from symbackprop.graph.expr import NUMBER, Expr, const, rebuild, topological, with_args
from symbackprop.numeric.points import Point, evaluate
from symbackprop.page.outline import outline
from symbackprop.page.page import Equations, Page, Section
from symbackprop.verify import emitted_code
from symbackprop.verify.equality import verify_page
from symbackprop.verify.generic_points import point_for
from symbackprop.verify.page_values import Names, Scene
from symbackprop.verify.typed_partials import with_partials
from tests.random_graphs import random_graph
from tests.verify.test_wrong import damaged

DRAWN = 60
WORTH = 1e-7  # relative: what a mutant has to be off by
GRAPHS = (
    "X: n x d; y: n; W: d x m; v: m; b: m; H = tanh(X @ W + b); L = sum((H @ v - y)**2)/n",
    "x: d; W: d x d; h = sin(W @ x); p = softmax(W.T @ h); k: d; L = -sum(k*log(p)) + sum(1e-7*h**3)",
    "Q: n x d; K: n x d; V: n x k; A = softmax(Q @ K.T/3); L = sum((A @ V)**2)",
    "t: 1..T; x[t]: d; W: m x d; U: m x m; h[t] = tanh(W @ x[t] + U @ h[t-1]); L = sum(sum(h[t]**2), over=t)",
    "X: n x d; A: d x d; S = X.T @ X + A @ A.T; L = logdet(S) + trace(inverse(S) @ A)",
    *(random_graph(k, 4) for k in (3, 8, 11)),
)  # fmt: skip
DERIVED = [sb.derive(g) for g in GRAPHS]


def trial_points(d: Derivation) -> list[Point]:
    """The points a verification with seed 4 looks at."""
    found = [point_for(d, trial, 4, "complex") for trial in range(3)]
    assert not any(isinstance(p, str) for p in found)
    return [p for p in found if not isinstance(p, str)]


def other(a: object, b: object) -> bool:
    """Whether two values differ by more than rounding."""
    x, y = (np.asarray(v, complex) for v in (a, b))
    if x.shape != y.shape or not np.all(np.isfinite(x)):
        return True
    return bool(np.max(abs(x - y), initial=0) > WORTH * np.max(abs(y), initial=0))


# --- error signals ---------------------------------------------------------------------------------


def turned(e: Expr, rng: random.Random) -> Expr:
    """One node of an expression made wrong."""
    node = rng.choice([x for x in topological(e) if x.args] or [e])
    ways: list[Expr] = [-node, const(Fraction(2, 3)) * node]
    ways += [a for a in node.args if a.shape == node.shape]
    if len(node.args) == 2 and node.args[0].shape == node.args[1].shape:
        ways.append(with_args(node, node.args[::-1]))
    if node.rank == 2 and node.shape[0] == node.shape[1]:
        ways.append(node.T)
    ways += [with_args(node, tuple(const(2) * x if x is a else x for x in node.args))
             for a in node.args if a.op is NUMBER]  # fmt: skip
    new = rng.choice(ways)
    return rebuild(e, lambda x, args: new if x is node else with_args(x, args) if args != x.args else x)


def signals(rng: random.Random) -> Iterator[tuple[Derivation, str, Expr]]:
    """Derivations, one of whose δ's is worth something else."""
    points = {id(d): trial_points(d) for d in DERIVED}
    while True:
        d = rng.choice(DERIVED)
        name = rng.choice(list(d.backward.adjoints))
        value, now = d.backward.adjoints[name].value, int(name in d.graph.times)
        try:
            wrong = turned(value, rng)
            if wrong.shape == value.shape and any(
                other(*(evaluate(e, p, now) for e in (wrong, value))) for p in points[id(d)]
            ):
                yield d, name, wrong
        except SymbackpropError:
            continue


def test_a_signal_that_is_worth_something_else_is_refused() -> None:
    drawn = signals(random.Random(7))
    for _ in range(DRAWN):
        d, name, wrong = next(drawn)
        report = verify_page(damaged(d, name, lambda _, e=wrong: e), Page(()), seed=4)
        assert f"δ {name}" in {c.key for c in report.failures}, (d.graph, name, wrong)


# --- code ------------------------------------------------------------------------------------------

NEIGHBOURS = {"tanh": "sinh", "sin": "cos", "exp": "expm1", "log": "log1p", "sqrt": "cbrt", "sum": "mean"}
OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}


def misspelled(code: str, rng: random.Random) -> str:
    """Code with one thing in it spelled otherwise."""
    tree = ast.parse(code)
    defined = [f for f in tree.body if isinstance(f, ast.FunctionDef)]
    (function,) = (f for f in defined if f.name == "value_and_gradients")
    node = rng.choice(
        [x for x in ast.walk(function) if isinstance(x, ast.BinOp | ast.Attribute | ast.UnaryOp)]
    )
    if isinstance(node, ast.Attribute):
        node.attr = NEIGHBOURS.get(node.attr, node.attr)
    elif isinstance(node, ast.UnaryOp):
        node.op = ast.UAdd()
    elif rng.random() < 0.5 and type(node.op) in OPERATORS:
        node.op = OPERATORS[type(node.op)]()
    else:
        node.left, node.right = rng.choice([(node.right, node.left), (node.left, ast.Constant(1)),
                                            (ast.Constant(1), node.right)])  # fmt: skip
    return ast.unparse(ast.fix_missing_locations(tree))


def worth(code: str, d: Derivation, points: Sequence[Point]) -> list[list[object]]:
    """What code returns at every point; the word of an exception where it raises."""
    run, out = compile_source(code), []
    for p in points:
        try:
            with np.errstate(all="ignore"):
                out.append([np.asarray(v, float) for v in run(**arguments(d, p)).values()])
        except Exception:  # of whatever kind: it is no value
            out.append([float("nan") for _ in results(d, p)])
    return out


def test_code_that_returns_something_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rng, drawn = random.Random(11), 0
    while drawn < DRAWN:
        d = rng.choice(DERIVED)
        wrong, points = misspelled(source(d), rng), trial_points(d)
        pairs = zip(worth(wrong, d, points), worth(source(d), d, points), strict=True)
        if not any(other(a, b) for found, right in pairs for a, b in zip(found, right, strict=True)):
            continue
        drawn += 1
        monkeypatch.setattr(emitted_code, "source", lambda d, wrong=wrong: wrong)
        report = verify_page(d, Page(()), seed=4)
        assert any(c.verdict == "differs" for c in report.code_checked), (wrong, source(d))


# --- printed sides ---------------------------------------------------------------------------------


def slip(f: Formula, rng: random.Random) -> Formula:
    """A side with one slip in it."""
    place, node = rng.choice(list(enumerate(inside(f))))
    ways: list[Formula] = [Minus(node)]
    match node:
        case Plus() | Times() | Hadamard() | Kron():
            parts = node.terms if isinstance(node, Plus) else node.factors
            k = rng.randrange(len(parts))
            rest = (*parts[:k], *parts[k + 1 :])
            ways = [rest[0] if len(rest) == 1 else type(node)(rest), type(node)(parts[::-1])]
        case Minus() | Transpose():
            ways = [node.operand]
        case Call() if len(node.arguments) == 2:
            ways = [replace(node, arguments=node.arguments[::-1])]
        case Number():
            ways = [Number(node.value + 1)]
    new, seen = rng.choice(ways), -1
    first = list(inside(f))[:place].count(node)

    def combine(x: Formula, parts: list[Formula]) -> Formula:
        nonlocal seen
        if x != node:
            return rebuilt(x, parts)
        seen += 1
        return new if seen == first else x

    return fold(f, children, combine)


def changes(d: Derivation, eq: Equation, wrong: Formula, points: Sequence[Point]) -> bool:
    """Whether an equation with another last side is worth something else there, or has another size."""
    for p in points:
        scene = Scene(d, Names(d), p, 4)
        for plain, _ in scene.environments(eq):
            env = with_partials(scene, replace(eq, sides=(*eq.sides[:-1], wrong)), plain)
            try:
                a, b = formula_value(wrong, env), formula_value(eq.sides[-1], env)
            except SymbackpropError:
                return True
            if (a.shape != b.shape and a.ndim and b.ndim) or other(*np.broadcast_arrays(a, b)):
                return True
    return False


def test_a_side_that_is_worth_something_else_is_refused() -> None:
    rng, drawn = random.Random(13), 0
    stated = [[e for e in outline(d).equations if e.relation == "="] for d in DERIVED]
    points = [trial_points(d) for d in DERIVED]
    while drawn < DRAWN:
        k = rng.randrange(len(DERIVED))
        d, eq = DERIVED[k], rng.choice(stated[k])
        wrong = slip(eq.sides[-1], rng)
        if not changes(d, eq, wrong, points[k]):
            continue
        drawn += 1
        row = Equations((replace(eq, sides=(*eq.sides[:-1], wrong)),))
        report = verify_page(d, Page((Section("s", Phrase("section.forward"), (row,)),)), seed=4)
        assert eq.key in {c.key for c in report.failures}, (d.latex(eq.left), d.latex(wrong))
