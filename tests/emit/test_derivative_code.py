"""Jacobians and matrices of second order as code: values, products, extremes, memory, damages."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.__main__ import main
from symbackprop.derivation.scopes import Order
from symbackprop.derivatives.derivative_values import block_values, by_columns, derivative_values
from symbackprop.emit.call_arguments import stacked
from symbackprop.entries.reference_values import Array
from symbackprop.numeric.points import Point, forward, generic_point, seeded
from symbackprop.verify.second_order_code import check_second_order_code, entries_value
from tests.emit.test_programs import LARGE, little_memory
from tests.graphs import GRAPHS
from tests.random_graphs import EVERYTHING, random_graph
from tests.samples import sampled

CLOSE = 1e-8
HEAVY = ("deep", "transformer", "residual")
KINDS: dict[str, Callable[..., sb.Derivative]] = {"hessian": sb.hessian, "jacobian": sb.jacobian}


def module(q: Any) -> Any:
    made = ModuleType("emitted")
    exec(compile(q.source(), "<emitted>", "exec"), made.__dict__)  # noqa: S102 - our own text
    return made


def point(q: Any, seed: int) -> Point:
    d = q.derivation
    return forward(d.graph, seeded(d.backward, generic_point(d.graph, 1, seed), seed))


def arguments(q: Any, at: Point, made: Any) -> dict[str, Array]:
    """What the first function of a module is given."""
    g = q.derivation.graph
    return {n: stacked(g, n, at.values, at.length) for n, *_ in made._INPUTS}


def by_definition(q: sb.Derivative, at: Point) -> Array:
    """The complex step of the graph, or of its gradient."""
    if q.scope.order is Order.JACOBIAN:
        return derivative_values(q.derivation.graph, q.rows, q.columns, at)
    return block_values(q.derivation, q.rows, q.columns, at)


def check(q: sb.Derivative, want: Array, seed: int) -> None:
    """The whole and its products."""
    made, rng, rows = module(q), np.random.default_rng(seed), len(q.step.at)
    given = arguments(q, point(q, seed), made)
    size = max(float(np.max(np.abs(want), initial=0)), 1e-9)
    with np.errstate(all="ignore"):
        found = getattr(made, q.scope.order.value)(**given)
        assert found.shape == want.shape and np.max(np.abs(found - want), initial=0) <= CLOSE * size
        v, u = rng.normal(size=want.shape[rows:]), rng.normal(size=want.shape[:rows])
        along = made.product(*given.values(), v)
        right = np.tensordot(want, v, v.ndim)
        assert np.shape(along) == right.shape and np.max(np.abs(along - right), initial=0) <= CLOSE * size
        if hasattr(made, "pullback"):
            left, back = np.tensordot(u, want, u.ndim), made.pullback(*given.values(), u)
            assert np.shape(back) == left.shape and np.max(np.abs(back - left), initial=0) <= CLOSE * size


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", sampled([n for n in GRAPHS if n not in HEAVY], 2))
def test_code_is_the_derivative_by_definition(name: str, kind: str) -> None:
    """By every input; recurrences and reshapes have no closed form, and are refused before."""
    g = sb.read(GRAPHS[name])
    real = [x for x in g.inputs if not g.symbol[x].own.labels]
    for x in real[:3] if not g.time else ():
        try:
            q = KINDS[kind](g, wrt=x)
        except sb.DeclarationError:
            continue
        check(q, by_definition(q, point(q, 3)), 3)


@pytest.mark.parametrize(
    "seed", [*range(4), *(pytest.param(k, marks=pytest.mark.slow) for k in range(4, 12))]
)
def test_random_graphs(seed: int) -> None:
    g = sb.read(random_graph(seed, 4, EVERYTHING))
    for kind in KINDS.values():
        try:
            q = kind(g, wrt=g.inputs[0])
        except sb.DeclarationError:
            continue
        check_second_order_code(q, seed=seed)


CURVED = "X: n x d; W: d x k; y: n label k; Z = X @ W; P = softmax(Z); L = mean(cross_entropy_logits(Z, y))"
TWO = "X: n x d; W: d x m; V: m x k; T: n x k; H = tanh(X @ W); E = H @ V - T; L = sum(E**2)"
CURVATURE = {
    "Gauss-Newton": lambda: sb.gauss_newton(TWO, wrt="W", through="E"),
    "Gauss-Newton of classes": lambda: sb.gauss_newton(CURVED, wrt="W", through="Z"),
    "Gauss-Newton under vec": lambda: sb.gauss_newton(TWO, wrt="V", through="E").vec(),
    "Fisher": lambda: sb.fisher(CURVED, wrt="W", label="y", given="P"),
    "Fisher of bits": lambda: sb.fisher(
        "X: n x d; w: d; y: n; p = sigmoid(X @ w); L = -sum(y*log(p) + (1 - y)*log(1 - p))",
        wrt="w", label="y", given="p"),
}  # fmt: skip


@pytest.mark.parametrize("name", CURVATURE)
@pytest.mark.parametrize("seed", range(2))
def test_curvature_is_that_of_its_entries(name: str, seed: int) -> None:
    q = CURVATURE[name]()
    made, at = module(q), point(q, seed)
    given, want = arguments(q, at, made), entries_value(q, at)
    found = getattr(made, q.scope.order.value)(**given)
    assert np.allclose(found.reshape(want.shape, order="F") if q.layout == "vec" else found, want, rtol=1e-9)
    v = np.random.default_rng(seed).normal(size=want.shape[2 if want.ndim == 4 else 1 :])
    assert np.allclose(made.product(*given.values(), v), np.tensordot(want, v, v.ndim), rtol=1e-8)


def test_axes_of_one_entry_stay_in_code_unless_vec_is_asked_for() -> None:
    for q in (sb.hessian(GRAPHS["thin"], wrt="c"), sb.hessian(GRAPHS["thin"], wrt=["c", "r"])):
        made, flat, at = module(q), module(q.vec()), point(q, 5)
        given = arguments(q, at, made)
        found, under = made.hessian(**given), flat.hessian(**given)
        if isinstance(q, sb.Derivative):
            found, under = {("c", "c"): found}, {("c", "c"): under}
        for (x, y), block in found.items():
            want = block_values(q.derivation, x, y, at)
            assert block.shape == want.shape and np.allclose(block, want, rtol=1e-9)
            assert np.allclose(under[x, y], by_columns(want, 2), rtol=1e-9)
        assert q.text() == q.vec().text()


def test_blocks_come_by_their_names() -> None:
    text = "X: n x d; W: d x k; b: k; y: n label k; L = mean(cross_entropy_logits(X @ W + b, y))"
    h = sb.hessian(text, wrt=["W", "b"])
    made, at = module(h), point(h, 2)
    given = arguments(h, at, made)
    found = made.hessian(**given)
    assert set(found) == {("W", "W"), ("W", "b"), ("b", "W"), ("b", "b")}
    for (x, y), block in found.items():
        assert np.allclose(block, block_values(h.derivation, x, y, at), rtol=1e-9)
    v = {n: np.random.default_rng(5).normal(size=given[n].shape) for n in "Wb"}
    moved = made.product(*given.values(), v["W"], v["b"])
    for x in "Wb":
        want = sum(np.tensordot(found[x, y], v[y], v[y].ndim) for y in "Wb")
        assert np.allclose(moved[x], want, rtol=1e-9)
    columns = [[by_columns(found[x, y], given[x].ndim) for y in "Wb"] for x in "Wb"]
    assert np.allclose(made.matrix(**given), np.block(columns))
    assert np.allclose(made.matrix(**given), made.matrix(**given).T)
    j = sb.jacobian("x: d; W: m x d; b: m; h = tanh(W @ x + b)", of="h", wrt=["W", "b"])
    whole = j.compile()(x=np.ones(3), W=np.ones((2, 3)), b=np.ones(2))
    assert whole["h", "b"].shape == (2, 2) and whole["h", "W"].shape == (2, 2, 3)


FACTORED = {
    "least squares": ("A: m x k; X: k x l; B: m x l; L = sum((A @ X - B)**2)", "X"),
    "one softmax": ("x: d; W: k x d; y: scalar label k; L = -log(softmax(W @ x)[y])", "W"),
    "factorisation": ("U: m x k; V: n x k; A: m x n; L = sum((U @ V.T - A)**2)", "V"),
    "two terms": ("A: m x k; X: k x l; B: m x l; L = sum((A @ X - B)**2) + sum(X**2)", "X"),
}


@pytest.mark.parametrize("name", FACTORED)
def test_factors_are_not_multiplied_out(name: str) -> None:
    text, wrt = FACTORED[name]
    q = sb.hessian(text, wrt=wrt).vec()
    made = module(q)
    given = arguments(q, point(q, 4), made)
    pairs = [[np.eye(x) if isinstance(x, int) else x for x in p] for p in made.factors(**given)]
    assert np.allclose(sum(np.kron(g, f) for g, f in pairs), made.hessian(**given), rtol=1e-9)
    body = q.source().partition("def factors")[2].partition("\ndef ")[0]
    assert "kron" not in body.partition('"""')[2].partition('"""')[2] and "_onto(np.zeros" not in body


CLASSES = {
    "logits": "L = mean(cross_entropy_logits(Z, y))",
    "a named softmax": "P = softmax(Z); L = -mean(log(P[y]))",
    "log softmax": "P = log_softmax(Z); L = -mean(P[y])",
    "by its sum": "L = mean(log(sum(exp(Z), axis=1)))",
    "logsumexp": "L = mean(logsumexp(Z))",
}
BITS = {
    "log(1 + exp)": "L = sum(log(1 + exp(-y*z)))",
    "softplus": "L = sum(softplus(-y*z))",
    "log1p": "L = sum(log1p(exp(-y*z)))",
    "log sigmoid": "L = -sum(log(sigmoid(y*z)))",
    "chances": "p = sigmoid(z); L = -sum(y*log(p) + (1 - y)*log(1 - p))",
    "log cosh": "L = sum(log(cosh(z - y)))",
}


def extreme(text: str, wrt: str, given: dict[str, Array], size: int) -> None:
    q, made = sb.hessian(text, wrt=wrt), module(sb.hessian(text, wrt=wrt))
    with np.errstate(over="ignore", under="ignore"):
        h = made.hessian(**given)
        v = np.random.default_rng(size).normal(size=given[wrt].shape)
        moved = made.product(*given.values(), v)
    assert np.all(np.isfinite(h)) and np.all(np.isfinite(moved)), q
    assert np.allclose(np.tensordot(h, v, v.ndim), moved, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("size", [0, 1, 1000])
@pytest.mark.parametrize("name", CLASSES)
def test_logits_of_a_thousand_have_hessians(name: str, size: int) -> None:
    rng = np.random.default_rng(7)
    given: dict[str, Array] = {"X": rng.normal(size=(5, 3)), "W": size * rng.normal(size=(3, 2))}
    labels = "y: n label k; " if "y" in CLASSES[name].replace("axis", "") else ""
    if labels:
        given["y"] = rng.integers(0, 2, 5)
    extreme(f"X: n x d; W: d x k; {labels}Z = X @ W; {CLASSES[name]}", "W", given, size)


@pytest.mark.parametrize("size", [0, 1, 1000])
@pytest.mark.parametrize("name", BITS)
def test_margins_of_a_thousand_have_hessians(name: str, size: int) -> None:
    rng = np.random.default_rng(8)
    given = {
        "X": rng.normal(size=(7, 3)),
        "w": size * rng.normal(size=3),
        "y": np.array([1.0, 0, 1, 1, 0, 0, 1]),
    }
    extreme(f"X: n x d; w: d; y: n; z = X @ w; {BITS[name]}", "w", given, size)


STRUCTURED = {
    "a diagonal": "x: n; L = sum(exp(sin(x)) + x**4)",
    "a band": "x: n; L = sum(100*(x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2)",
    "running sums": "x: n; L = sum(cumsum(x)**4)",
    "low rank": "x: n; a: n; L = (a @ x)**4 + logsumexp(x)",
    "an entry at a label": "x: n; y: scalar label n; L = x[y]**3 + sum(x**2)",
}


@pytest.mark.parametrize("name", STRUCTURED)
def test_products_never_make_the_matrix(name: str) -> None:
    q = sb.hessian(STRUCTURED[name], wrt="x")
    f, rng = q.compile(function="product"), np.random.default_rng(9)
    given = {"x": rng.uniform(0, 0.01, LARGE), "a": rng.normal(size=LARGE), "y": np.array(7)}
    own = {n: v for n, v in given.items() if n in q.derivation.graph.inputs}
    with little_memory():
        assert np.all(np.isfinite(f(*own.values(), np.ones(LARGE))))
        if name == "a diagonal":
            with pytest.raises(MemoryError):
                q.compile()(**own)


NET = "X: n x d; W: d x m; V: m x k; y: n label k; H = tanh(X @ W); P = softmax(H @ V); L = -sum(log(P[y]))"
LARGE_CURVATURE = {
    "Gauss-Newton": lambda: sb.gauss_newton(TWO, wrt="W", through="E"),
    "Fisher": lambda: sb.fisher(NET, wrt="W", label="y", given="P"),
    "Hessian": lambda: sb.hessian(NET, wrt="W"),
}


@pytest.mark.parametrize("name", LARGE_CURVATURE)
def test_products_of_curvature_never_make_the_matrix(name: str) -> None:
    """The matrix of 20,000 parameters has as many rows and columns."""
    q, rng = LARGE_CURVATURE[name](), np.random.default_rng(2)
    sizes = {"n": 31, "d": 200, "m": 100, "k": 3}
    g = q.derivation.graph
    given = {n: rng.normal(size=[s.value(sizes) for s in g.symbol[n].shape]) / 10 for n in g.inputs}
    given = {n: rng.integers(0, 3, 31) if g.symbol[n].own.labels else v for n, v in given.items()}
    with little_memory():
        assert np.all(np.isfinite(q.compile(function="product")(*given.values(), np.ones((200, 100)))))


def test_a_symmetric_product_is_one() -> None:
    """Xᵀ diag(s) X as gᵀ g, exactly symmetric; what may be negative is not drawn a root of."""
    text = "X: n x d; w: d; z = X @ w; L = sum({})"
    rng = np.random.default_rng(3)
    given = {"X": rng.normal(size=(31, 5)), "w": rng.normal(size=5)}
    h = sb.hessian(text.format("softplus(z)"), wrt="w").compile()(**given)
    assert np.array_equal(h, h.T)
    code = sb.hessian(text.format("sin(z)"), wrt="w").source()
    assert "sqrt" not in code and "np.diag" not in code


def test_arguments_and_precision_are_those_of_every_module() -> None:
    q = sb.hessian("X: n x d; w: d; y: n; L = sum((X @ w - y)**4)", wrt="w")
    f, p = q.compile(), q.jvp("u").compile()
    X, w, y = np.arange(6.0).reshape(2, 3), np.ones(3), np.ones(2)
    assert np.array_equal(f(X, w, y), f({"X": X, "w": w, "y": y})) and np.array_equal(
        f(X, w, y=y), f(X, w, y)
    )
    assert np.allclose(p(X, w, y, u=w), f(X, w, y) @ w)
    single = f(*(a.astype(np.float32) for a in (X, w, y)))
    assert single.dtype == np.float32
    with pytest.raises(TypeError, match="y is missing, declared n"):
        f(X, w)
    with pytest.raises(ValueError, match="u is declared d"):
        p(X, w, y, np.ones(2))
    with pytest.raises(sb.SymbackpropError, match="no function `factors`"):
        q.compile(function="factors")
    linear = sb.jacobian("A: m x n; x: n; y = A @ x", wrt="x").compile()
    A = np.arange(6.0).reshape(2, 3)
    assert not np.shares_memory(linear(A, np.ones(3)), A)


def test_names_of_a_graph_hide_nothing() -> None:
    """Symbols called like the functions, like δ's, like directions."""
    text = "product: n; hessian: n; s: scalar; u_bar: n; L = s*sum(product**3*hessian) + u_bar @ product**2"
    q = sb.hessian(text, wrt="product")
    assert q.verify() < 1e-9
    check(q, by_definition(q, point(q, 1)), 1)
    check(sb.jacobian(text, wrt="s"), by_definition(sb.jacobian(text, wrt="s"), point(q, 1)), 1)


NUMBER = re.compile(r"(?<=[ (*+-])([2-9])(?=[ )*])|(?<= )([+-])(?= )|(\.T)|(np\.sqrt)")
OTHER = {"+": "-", "-": "+", ".T": ".T.copy() * 2", "np.sqrt": "2 * np.sqrt"}
DAMAGED = {
    "a band": STRUCTURED["a band"],
    "a net": "x: n; W: m x n; v: m; L = v @ tanh(W @ x) - 3*sum(x**3)",
    "weights": "X: m x n; x: n; L = sum((2*X @ x)**3) - 5*sum(sin(X @ x))",
}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_code_is_seen(name: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sign, a number or a transpose of the body, drawn, is another one."""
    q = sb.hessian(DAMAGED[name], wrt="x")
    code = q.source()
    start, end = code.index("_fits("), code.index("_INPUTS =")
    places = [m for m in NUMBER.finditer(code, start, end) if "range" not in code[m.start() - 9 : m.end()]]
    m = random.Random(seed).choice(places)
    other = {"+": "-", "-": "+", ".T": ".T.copy() * 2", "np.sqrt": "2 * np.sqrt"}.get(m[0]) or str(
        int(m[0]) + 1
    )
    wrong = code[: m.start()] + other + code[m.end() :]
    check_second_order_code(q, seed=seed)
    monkeypatch.setattr("symbackprop.verify.second_order_code.source", lambda j: wrong)
    with pytest.raises(sb.VerificationError, match=r"the code of|its code raises"):
        check_second_order_code(q, seed=seed)


def test_the_command_line_writes_it(capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    file = tmp_path / "graph.txt"
    file.write_text("X: n x d; w: d; b: scalar; z = X @ w + b; L = sum(softplus(z))")
    said = {
        ("hessian", "--wrt", "w"): ("def hessian", "def product"),
        ("hessian", "--wrt", "w,b"): ("('w', 'b')",),
        ("jacobian", "--wrt", "w", "--of", "z", "--to", "jax"): ("def jacobian", "def pullback", "jnp."),
        ("gauss-newton", "--wrt", "w", "--through", "z"): ("def gauss_newton",),
    }
    for options, words in said.items():
        assert main(["emit", str(file), "--as", *options]) == 0
        code = capsys.readouterr().out
        assert all(w in code for w in words), options
        compile(code, "<emitted>", "exec")
    assert main(["emit", str(file), "--as", "fisher", "--wrt", "w"]) == 2
    assert "needs --label" in capsys.readouterr().err
