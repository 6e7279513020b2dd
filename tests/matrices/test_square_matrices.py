"""Square matrices: emitted code, pages, declared symmetry, and what must be refused."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Phrase
from symbackprop.entries.reference_values import adjugate as by_minors
from symbackprop.errors import DeclarationError, ShapeError, SheetError
from symbackprop.formula.evaluation.rationals import determined, rational
from symbackprop.graph import expr
from symbackprop.graph.graph_text import read
from symbackprop.matrices.square_products import symmetric
from symbackprop.matrices.tidy import tidy
from symbackprop.numeric.exact_values import SQUARE
from symbackprop.numeric.points import (
    Point, backward_values, bind_sizes, forward, generic_point, seeded,
)  # fmt: skip
from symbackprop.page.outline import outline
from symbackprop.verify.equality import verify_page
from tests.verify.test_wrong import damaged, refused

GAUSS = "S: n x n posdef; m: n; X: k x n; d = X - m; L = k*logdet(S)/2 + trace(solve(S, d.T @ d))/2"
CODE = {
    "A: n x n; b: n; x = solve(A, b); L = sum(x**2)": ["np.linalg.solve(A, b)", "np.linalg.solve(A.T, "],
    "A: n x n; B: n x m; L = sum((inverse(A) @ B)**2)": ["np.linalg.solve(A, B)"],
    "A: n x n; B: m x n; L = sum((B @ inverse(A))**2)": ["np.linalg.solve(A.T, B.T)"],
    "A: n x n posdef; L = logdet(A)": ["_logdet(A)", "np.linalg.inv(A)"],
    "A: n x n; L = log(abs(det(A)))": ["np.linalg.slogdet(A)[1]"],
    "A: n x k; B: m x m; Y = kron(A, B)": ["np.reshape("],
    "A: n x n; L = sum(matrix_power(A, -2))": ["np.linalg.inv(A)"],
}


def at_a_point(d: Derivation) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Inputs, and values and gradients by definition, at one generic point."""
    for seed in range(9):
        raw = generic_point(d.graph, 0, seed)
        p = backward_values(d.backward, forward(d.graph, seeded(d.backward, raw, seed)))
        if all(np.all(np.isfinite(v)) for v in (*p.values.values(), *p.deltas.values())):
            break
    given = {n: p.values[n, 0] for n in d.graph.inputs}
    if d.backward.seed.symbol:
        given[f"{d.of}_bar"] = p.deltas[d.of, 0]
    return given, {n: p.values[n, 0] for n in (d.of,)}, {n: p.deltas[n, 0] for n in d.wrt}


@pytest.mark.parametrize("text", [*CODE, GAUSS])
def test_code_is_stable_and_right(text: str) -> None:
    d = sb.derive(text)
    source = d.source("numpy")
    assert all(part in source for part in CODE.get(text, [])), source
    given, values, gradients = at_a_point(d)
    out = d.compile("numpy")(**given)
    for n, v in (values | gradients).items():
        assert np.allclose(out[n], v, rtol=1e-9, atol=1e-11), n


def test_log_of_a_large_determinant() -> None:
    """The product of the pivots overflows, its logarithm does not."""
    d = sb.derive("A: n x n posdef; L = logdet(A)")
    out = d.compile("numpy")(A=np.eye(400) * 10.0)
    assert np.isclose(out["L"], 400 * np.log(10))


@pytest.mark.parametrize("text", [*CODE, GAUSS])
@pytest.mark.parametrize("vectors", ["column", "row"])
def test_pages_verify_in_both_conventions(text: str, vectors: str) -> None:
    d = sb.derive(text, convention=sb.Convention(vectors=vectors))
    report = d.verify(seed=5)
    assert report.ok, report.failures


def test_the_gaussian_likelihood() -> None:
    d = sb.derive(GAUSS)
    assert d["S"].text() == "(k/2) S⁻¹ − (1/2) S⁻¹ dᵀ d S⁻¹"
    assert d["X"].text() == "d S⁻¹"


def test_the_equation_stands_on_the_page() -> None:
    d = sb.derive("X: n x n; Y = inverse(X)")
    lines = [f"{d.latex(e.left)} = {d.latex(e.sides[0])}" for e in outline(d).equations]
    assert r"\sum_{k=1}^{n} X_{ik}\,Y_{kj} = [i = j]" in lines
    assert r"\sum_{p=1}^{n} X_{ip}\,\frac{\partial Y_{pj}}{\partial X_{km}} = -Y_{mj}\,[i = k]" in lines


def test_symmetry_is_said_and_used() -> None:
    d = sb.derive("A: n x n symmetric; x: n; L = dot(x, A @ x)")
    said = [p for s in outline(d).sections for b in s.blocks if (p := getattr(b, "phrase", None))]
    assert any(isinstance(p, Phrase) and p.key == "gradients.symmetric" for p in said)
    assert d["x"].text() == "2 A x"
    plain = sb.derive("A: n x n; x: n; L = dot(x, A @ x)")
    assert plain["x"].text() == "(A + Aᵀ) x"


@pytest.mark.parametrize("domain", ["symmetric", "posdef"])
def test_points_are_symmetric(domain: str) -> None:
    g = read(f"A: n x n {domain}; L = sum(A)")
    for trial in range(3):
        a = generic_point(g, trial, 1).values["A", 0]
        assert np.array_equal(a, a.T)
        if domain == "posdef":
            assert np.min(np.linalg.eigvalsh(a)) > 0.1


def test_sizes_leave_full_rank() -> None:
    """XᵀX of a wide X has no inverse at any point."""
    for text in ("X: n x k; L = det(X.T @ X)", "X: k x n; G = X.T @ X; L = trace(inverse(G))"):
        g = read(text)
        for trial in range(3):
            s = bind_sizes(g, trial)
            assert (s["n"] >= s["k"]) if text.startswith("X: n") else (s["k"] >= s["n"])


def test_ranks_are_found_through_scalars_and_shared_nodes() -> None:
    text = "A: n x n; s: scalar; r: scalar; Y = inverse(A + s*r)"
    assert sb.derive(text).verify(seed=3).ok
    squared = "; ".join(f"B{k + 1} = B{k} @ B{k}" for k in range(60))
    g = read(f"X: n x k; B0 = X.T @ X; {squared}; L = det(B60)")
    assert bind_sizes(g, 0)["n"] >= bind_sizes(g, 0)["k"]


RULES = [
    ("A: n x n; B: n x n; Y = A @ inverse(A) @ B", "B"),
    ("A: n x n; Y = inverse(A.T)", "transpose(…)"),
    ("A: n x n; B: n x n; Y = inverse(A @ B) @ A", "inverse(B)"),
    ("A: n x n symmetric; Y = A.T", "A"),
    ("A: n x n; Y = inverse(2*inverse(A))", "multiply(1/2, A)"),
    ("A: n x n; Y = inverse(eye(n)) @ A", "A"),
    ("A: n x n; Y = trace(A.T)", "trace(A)"),
    ("A: n x n; Y = sum(eye(n) * A)", "trace(A)"),
    ("a: n; b: n; Y = trace(outer(a, b))", "matmul(a, b)"),
    ("A: n x n; Y = det(A.T) * det(inverse(A))", "1"),
]


@pytest.mark.parametrize(("text", "short"), RULES)
def test_rules_shorten_and_hold(text: str, short: str) -> None:
    g = read(text)
    e = tidy(g.definition["Y"])
    assert expr.describe(e) == short
    for trial in range(3):
        p = forward(sb.collect(Y=g.definition["Y"], Z=e), generic_point(g, trial, 3))
        assert np.allclose(p.values["Y", 0], p.values["Z", 0], rtol=1e-9)


def test_a_vector_inside_a_product_is_no_matrix() -> None:
    """(C v) B is a row times B, not C (v B)."""
    d = sb.derive("x: n; B: m x n; b: m; C: m x k; D: k x n; L = dot(B @ x + b, C @ (D @ x))", wrt=["x"])
    assert d.verify().ok


@pytest.mark.parametrize(
    "text",
    ["A: n x m posdef; L = sum(A)", "x: n symmetric; L = sum(x)", "A: n x n; L = sum(matrix_power(A, 0))"],
)
def test_what_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises((DeclarationError, ShapeError)):
        sb.derive(text)


@pytest.mark.parametrize(
    "text", ["A: n x m; L = det(A)", "A: n x m; Y = inverse(A)", "A: n x n; b: m; x = solve(A, b)"]
)
def test_sizes_are_refused(text: str) -> None:
    with pytest.raises(ShapeError):
        sb.derive(text)


def test_a_singular_matrix_has_no_page() -> None:
    """A matrix of rank one has no inverse anywhere: nothing is verified."""
    report = sb.derive("a: n; L = sum(inverse(outer(a, a)))").verify()
    assert not report.ok


SINGULAR = {
    "a determinant": "X: n x n; L = det(X)",
    "of a product": "A: n x n; X: n x n; L = det(A @ X)",
    "of a named product": "A: n x n; X: n x n; B = X @ A; L = det(B)*2",
    "squared, by name": "X: n x n; D = det(X); L = D**2 + trace(X)",
    "of a sum": "X: n x n; v: n; L = sin(det(X + outer(v, v)))",
    "between others": "X: n x n; A: n x n; L = det(X)*sum(X*A)",
}


@pytest.mark.parametrize("name", SINGULAR)
def test_gradients_of_determinants_are_finite_at_singular_matrices(name: str) -> None:
    """Values of δ's there, and emitted code, against central differences of the forward pass."""
    d = sb.derive(SINGULAR[name])
    rng = np.random.default_rng(5)
    at = {n: rng.normal(size=(3, 3) if n in "XA" else 3) for n in d.graph.inputs}
    at["X"][2] = at["X"][0] - 2 * at["X"][1]
    at = {n: np.zeros(3) if n == "v" else x for n, x in at.items()}
    start = Point({"n": 3}, {(n, 0): x for n, x in at.items()})
    found = backward_values(d.backward, forward(d.graph, start)).deltas
    emitted = d.compile("numpy")(**at)
    for n in d.wrt:
        want = np.zeros(at[n].shape)
        for k in np.ndindex(*at[n].shape):
            step = np.zeros(at[n].shape)
            step[k] = 1e-5
            ahead, behind = (
                forward(d.graph, Point({"n": 3}, {**start.values, (n, 0): at[n] + s * step})) for s in (1, -1)
            )
            want[k] = (ahead.values["L", 0] - behind.values["L", 0]) / 2e-5
        assert np.allclose(found[n, 0], want, rtol=1e-6, atol=1e-8), n
        assert np.allclose(emitted[n], want, rtol=1e-6, atol=1e-8), n


def test_an_inverse_alone_stays_without_a_value_there() -> None:
    d = sb.derive("X: n x n; L = trace(inverse(X))")
    start = Point({"n": 3}, {("X", 0): np.ones((3, 3))})
    assert not np.any(np.isfinite(backward_values(d.backward, forward(d.graph, start)).deltas["X", 0]))


def test_the_adjugate_is_what_it_is() -> None:
    """A adj(A) = det(A) I, of numbers, of fractions, and along a complex step."""
    rng, adjugate = np.random.default_rng(8), partial(by_minors, np.linalg.det)
    a = rng.integers(-4, 5, (4, 4))
    assert np.allclose(a @ adjugate(a.astype(float)), np.linalg.det(a) * np.eye(4))
    b = rational(a)
    assert np.all(b @ SQUARE["adjugate"](b) == determined(b)[()] * np.eye(4, dtype=int))
    e = rng.normal(size=(4, 4))
    slope = np.imag(adjugate(a + 1e-30j * e)) / 1e-30
    ahead, behind = adjugate(a + 1e-6 * e), adjugate(a - 1e-6 * e)
    assert np.allclose(slope, (ahead - behind) / 2e-6, rtol=1e-6)
    assert np.allclose(adjugate(np.array([[7.0]])), [[1.0]])


def test_a_trace_at_a_singular_matrix_is_refused() -> None:
    """det(X) X⁻ᵀ, which the page prints, has no value there."""
    given = sb.Derived(graph=SINGULAR["squared, by name"], at={"X": [[1.0, 2.0], [2.0, 4.0]]})
    assert not verify_page(given.derivation, given.page).ok


def test_lost_transposes_and_signs_are_caught() -> None:
    for text in ("X: n x n; L = log(abs(det(X)))", "X: n x n; a: n; b: n; L = dot(a, inverse(X) @ b)"):
        d = sb.derive(text)
        refused(damaged(d, "X", lambda e: e.T), "X")
        refused(damaged(d, "X", lambda e: -e), "X")


def test_given_numbers_are_what_is_declared() -> None:
    graph = "A: n x n posdef; x: n; L = dot(x, solve(A, x))"
    for a in ([[2.0, 1.0], [0.0, 2.0]], [[1.0, 2.0], [2.0, 1.0]]):
        given = sb.Derived(graph=graph, at={"A": a, "x": [1.0, 2.0]})
        with pytest.raises(SheetError, match="declared posdef"):
            verify_page(given.derivation, given.page)
    given = sb.Derived(graph=graph, at={"A": [[2.0, 1.0], [1.0, 2.0]], "x": [1.0, 2.0]})
    assert verify_page(given.derivation, given.page).ok


def test_symmetry_of_many_named_matrices_is_seen_once_each() -> None:
    """Every B_k is asked for twice by B_{k+1}, and two thousand of them stand on one another."""
    doubled = "".join(f"B{k + 1} = B{k} + B{k}; " for k in range(60))
    added = "".join(f"B{k + 1} = A + B{k}; " for k in range(60, 2000))
    text = f"A: n x n symmetric; x: n; B0 = A; {doubled}{added}y = B2000 @ x; L = sum(y**2)"
    assert sb.derive(text, wrt="x")["x"].text() == "2 B₂₀₀₀ y"
    assert sb.derive(text.replace(" symmetric", ""), wrt="x")["x"].text() == "2 B₂₀₀₀ᵀ y"


@pytest.mark.parametrize("text", ["v: k; A: d x k x k; y = v @ A", "A: d x n x k; v: k; y = A @ v"])
def test_a_matrix_made_from_a_stack_is_one_factor(text: str) -> None:
    made = sb.read(text).definition["y"]
    assert not symmetric(made)
    assert symmetric(made @ made.T)
    assert sb.derive(f"{text}; Q: {made.shape[1]} x h; L = sum(y @ Q)").verify().ok
