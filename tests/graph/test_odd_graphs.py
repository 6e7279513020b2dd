"""Graphs somebody will write: thin axes, functions in odd places, names that clash."""

from __future__ import annotations

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.graph.functions import FUNCTIONS
from symbackprop.numeric.points import Point, evaluate
from symbackprop.page.outline import outline
from symbackprop.vocabulary import OPS
from tests.derivation.test_derivations import emitted_agrees

HOLDS = {
    "two functions of one spelling": "X: n x d; Y: n x d; z = cosine(X, Y); L = sum(sin(z))",
    "the square of a function of a matrix is no square of entries":
        "P: d x d; Q = matrix_power(sin(P), 3); L = sum(Q)",
    "a matrix power of rows of softmax": "P: d x d; L = sum(sin(matrix_power(softmax(P), 2)))",
    "a function with helpers under an equation": "P: d x d; L = det(softmax(P))",
    "one entry beside a vector": "q: 1 x d; p: m; s = norm(q, axis=-1); L = sum(sin(s - p*p))",
    "one entry times a vector": "X: 1 x m; s = logsumexp(X); p: d; L = sum(sin(2*s*p/(1 + p**2)))",
    "windows of a vector": "x: n; q = max_pool1d(x, size=2, stride=1); L = sum(sin(q))",
    "one entry beside a matrix": "q: 1 x 1; p: m x k; L = sum(sin(q*p))",
    "one entry of a vector beside a matrix":
        "q: 1 x d; p: m x k; L = sum(sin(norm(q, axis=-1) - p*p)) + sum(norm(q, axis=-1)*p)",
    "one entry in a transposed sum": "q: 1 x 1; p: m x k; r: k x m; L = sum(sin((q - p).T @ r.T))",
    "a column and a row of the same entries": "x: n; L = sum(reshape(x, n, 1) @ reshape(x, 1, n))",
    "the last three entries": "x: n; L = sum(x[-3:]**2)",
    "slices of as many entries as numbers say": "x: n; L = sum(x[0:1]*x[1:2]) + sum(x[0:2]*x[1:3])",
    "a slice of a slice": "X: n x d; Y = X[:, -4:]; L = sum(Y[:-2]**2)",
    "a root of a power": "x: n positive; L = sum(x**(-1/2)) + sum(x**(2 - 1/3))",
    "axes in another order": "x: a x b x c; y = permute(x, (2, 0, -2)); L = sum(tanh(y)**2)",
    "a variable of the loss and of what it is made from": "a: scalar; x: n; L = sum(tanh(a*x + x))*a",
    "a number used everywhere": "x: scalar; h = sin(x); k = h*x; L = k*x*h; M = sin(L)*x",
    "a window is met outside its array": "X: 1 x 6; K: 1 x 1 x 3; L = sum(conv1d(X, K)**2)",
    "functions as variables": "gelu: n; silu: n; L = sum(gelu(gelu)*silu(silu))",
    "layers as variables": "layernorm: n; L = sum(layernorm(layernorm)**3)",
    "a determinant of what helps": "adjugate: d x d; L = det(adjugate)",
    "every letter of an unnamed node is taken":
        "u: n; v: n; w: n; a: n; q: n; r: n; L = sum(softmax((u*v + w)*(a*q + r))*sin((u*v + w)*(a*q + r)))",
    "every letter of a mask is taken":
        "M: n x n; N: n x n; T: n x n; L = sum(masked_softmax(M @ N @ T, tri(n, n))**2)",
    "every letter of a selector is taken":
        "S: n; P: n; Q: n; R: n; Z: n; L = sum(concat(S*P, Q*R)**2) + sum(Z*S)",
    "an unnamed node beside a symbol printed u_1":
        "u_1: n; x: n; L = sum((u_1*x + x)**3)*sum((u_1*x + x)**2)",
    "sums and means that keep their axis":
        "X: n x d; C = X - mean(X, axis=0, keepdims=True); N = C/sqrt(1 + sum(C**2, axis=1, keepdims=True))\n"
        "L = sum((N @ N.T)**3)",
    "a kept axis of a vector": "x: d; L = sum((x - mean(x, axis=0, keepdims=True))**3)",
    "softmax of a batch spelled out":
        "Z: n x k; y: n label k; P = exp(Z)/sum(exp(Z), axis=1, keepdims=True); L = -mean(log(P[y]))",
    "softsign has no kink where |x| has one":
        "Z: d x m; y: d label m; S = scatter(Z, y); L = sum(softsign(S) + S)",
}  # fmt: skip


@pytest.mark.parametrize("what", HOLDS)
def test_holds(what: str) -> None:
    d = sb.derive(HOLDS[what])
    report = d.verify(seed=3)
    assert report.ok, report.failures
    emitted_agrees(d, seed=3)


@pytest.mark.parametrize("name", ["sum", "mean", "max", "logsumexp", "norm", "var"])
def test_axes_that_cannot_be_kept(name: str) -> None:
    with pytest.raises(sb.SymbackpropError, match="has no axis 2"):
        sb.derive(f"X: n x d; L = sum({name}(X, axis=2, keepdims=True))")


START = "t: 1..T; x[t]: m; {0}: m; U: m x m; h[0] = {0}; h[t] = tanh(U @ h[t-1] + x[t]); L = sum(h[T]**2)"


@pytest.mark.parametrize("name", ["h0", "h_0", "a"])
def test_a_start_is_told_from_the_state_before_the_first_step(name: str) -> None:
    d = sb.derive(START.format(name))
    assert d.verify(seed=2).ok
    assert d.graph.symbol[name].symbol
    printed = d.latex(d.formula(d.graph.symbol[name]))
    assert printed == ("a" if name == "a" else "h^{(0)}")


NLL = "M: n x d; V: n x d positive; X: n x d; L = gaussian_nll({0}, M, V)"


def test_helpers_keep_their_letter_and_vanish_where_they_are_zero() -> None:
    apart = sb.derive(NLL.format("X"))
    assert "r" not in apart.convention.letters  # r_ij = x_ij - m_ij, so no index is called r
    assert "R_{ij}" in latex_of(apart)  # the node that the error signals use
    assert "R_{ij}" not in latex_of(sb.derive(NLL.format("M")))


def test_a_helper_is_not_called_as_the_entries_of_a_matrix() -> None:
    said = latex_of(sb.derive("E: n x d; P = softmax(E); L = sum(P**2)"))
    assert r"\tilde{e}_{ij} \exp(E_{ij})" in said


def test_a_helper_that_a_declared_node_is_the_same_as_goes_by_its_name() -> None:
    loss = "S: n x n; P = softmax(S); L = mean(logsumexp(S) - diagonal(S))"
    d = sb.derive(loss)
    assert d.verify(seed=5).ok
    assert r"\frac{P_{pq}}{n}" in latex_of(d) or r"\frac{P_{mq}}{n}" in latex_of(d)
    both = sb.derive("x: d; p = softmax(x); L = logsumexp(x) + p @ x")  # p held fixed, the helper not
    assert both.verify(seed=5).ok
    assert r"\tilde{p}" in latex_of(both)


@pytest.mark.parametrize("graph", [
    "x: d; y = layernorm(x); z = layernorm(x*y); L = sum(z**3)",
    "x: d; c: d; y = normalize(x) + normalize(c*x); L = c @ y",  # two helpers of one name
])  # fmt: skip
def test_jacobians_are_written_with_the_helpers_that_are_nodes(graph: str) -> None:
    d = sb.derive(graph)
    assert d.verify(seed=4).ok
    said = latex_of(d)
    assert (r"\frac{1}{s}\,I_{d} - \frac{1}{d\,s}" in said) == ("layernorm" in graph)


def latex_of(d: sb.Derivation) -> str:
    return " ".join(d.latex(s) for e in outline(d).equations for s in (e.left, *e.sides))


def test_another_symbol_printed_like_a_step() -> None:
    """Where its letter was chosen, it is refused; else it prints h^{(2)}."""
    with pytest.raises(sb.DeclarationError, match="is printed like step 2 of `h`"):
        sb.derive(START.format("a").replace("L = ", "b: m as h_2; L = b @ b + "))
    d = sb.derive(START.format("a").replace("L = ", "h2: m; L = h2 @ h2 + "))
    assert r"h^{(2)}" in latex_of(d)
    assert d.verify().ok


@pytest.mark.parametrize("what", [w for w in HOLDS if w.startswith("one entry")])
def test_holds_in_rows(what: str) -> None:
    d = sb.derive(HOLDS[what], convention=sb.Convention(vectors="row"))
    report = d.verify(seed=3)
    assert report.ok, report.failures


REFUSED = {
    "W1: h x d; x: d; h = tanh(W1 @ x); L = sum(h**2)": "`h`: is the name of a size and of a symbol",
    "x: x; L = sum(x**2)": "`x`: is the name of a size and of a symbol",
    "a: n as x_1; b: n as x_{1}; L = sum(a*b**2)": "`b`: is printed like `a`",
    "x: n as z; y: n as z; L = sum(x*y**2)": "`y`: is printed like `x`",
    "sigma: n; L = sum(sigmoid(sigma)*sigma)": "`sigma`: is printed like the function sigmoid",
    "sigma: n; x: n; L = sum(sigma**2*softplus(x))": "`sigma`: is printed like the function sigmoid",
    "x: n as \\cos; y: n; L = sum(cos(y)*x)": "`x`: is printed like the function cos",
    "delta: scalar as \\delta; x: n; L = sum(tanh(delta*x))": "`delta`: is printed like the δ",
    "phi: function as \\sigma; x: n; L = sum(phi(x)*sigmoid(x))": "phi: function as z",
    "lambda: n; L = sum(lambda**2)": "`lambda` is a word of Python",
    "x: n; L = sum(x**(1/0))": "`1 / 0` divides by 0",
    "x: n; y = contraction(x); L = sum(y)": "no symbol `contraction`",
    "x: n; y = unit(x); L = sum(y)": "no symbol `unit`",
    "x: n; y = commutation(x); L = sum(y)": "no symbol `commutation`",
    "x: a x b x c; y = permute(x, (2, 0, 0)); L = sum(y)": "does not order 3 axes",
    "x: a x b x c; y = permute(x, 2); L = sum(y)": r"permute\(x, \(2, 0, 1\)\)",
    "x: a x b x c; y = permute(x, (2, 0.5, 1)); L = sum(y)": "`0.5` is not a whole number",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(sb.DeclarationError, match=REFUSED[text]):
        sb.derive(text)


def test_a_size_and_a_node_of_one_name_are_refused_from_python_as_well() -> None:
    x, W = sb.symbol("x", "d"), sb.symbol("W", "h", "d")
    with pytest.raises(sb.DeclarationError, match="name of a size and of a symbol"):
        sb.collect(L=sb.sum(sb.named("h", sb.tanh(W @ x))))


def test_every_function_is_spelled_in_its_own_way() -> None:
    """What one reads as another is no page; a name with an underscore is no word."""
    said = [op.tex for op in OPS.values() if op.tex]
    assert len(said) == len(set(said))
    text = "X: n x n; Y = masked_softmax(X, tri(n, n)); L = sum(Y**2)"
    assert r"\_" not in sb.derive(text)["X"].latex()


def test_a_declared_function_is_spelled_as_the_graph_at_hand_says() -> None:
    for tex in (r"\varphi", r"\psi", r"\varphi"):
        d = sb.derive(f"phi: function as {tex}; x: n; L = sum(phi(x)*sigmoid(x))")
        assert tex in d["x"].latex()
        assert d.verify(seed=3).ok


def test_another_graph_does_not_change_how_a_declared_function_prints() -> None:
    text = "phi: function as {}; x: n; y = phi(x); L = sum(y**2)"
    first = sb.derive(text.format(r"\varphi"), wrt="x")
    sb.derive(text.format(r"\psi"), wrt="x")
    h = sb.hessian(first.graph, wrt="x")
    assert r"\varphi''" in h.latex()
    assert r"\psi" not in h.latex() + first["x"].latex()
    assert h.verify() < 1e-10


def test_a_function_is_known_to_the_graph_that_declares_it_alone() -> None:
    sb.read("foo: function; x: d; y = foo(x); L = sum(y)")
    other = "x: d; y = tanh(x); L = sum(y)"
    assert sb.check(other, "x", "foo(x)").verdict == "unreadable"
    assert sb.check("foo: function; x: d; y = foo(x); L = sum(y**2)/2", "x", "foo(x) .* foo'(x)").ok


def test_an_error_signal_has_a_name_of_its_own_in_code() -> None:
    a, b = np.array([0.3, -0.7]), np.array([0.5, 0.2])
    got = sb.derive("x_bar: n; x: n; L = sum(tanh(x_bar*x))").compile()(x_bar=a, x=b)
    assert np.allclose(got["x"], a / np.cosh(a * b) ** 2)
    assert np.allclose(got["x_bar"], b / np.cosh(a * b) ** 2)


SINGULAR = [
    "A: d x d; L = det(A)",
    "A: d x d; y = det(A); L = sin(y)",
    "A: d x d; L = sin(det(A)) + det(A)**3",
    "A: d x d; B: d x d; y = det(A @ B); L = y**2 + y",
    "A: d x d; B: d x d; L = det(B @ B.T + A)*trace(A) - det(2*A)",
]


@pytest.mark.parametrize("text", SINGULAR)
@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_the_gradient_of_a_determinant_is_finite_where_no_inverse_is(text: str, rank: int) -> None:
    f, rng = sb.derive(text).compile(), np.random.default_rng(rank)
    A, B = rng.normal(size=(3, rank)) @ rng.normal(size=(rank, 3)), rng.normal(size=(3, 3))
    more = {"B": B} if "B:" in text else {}
    E = rng.normal(size=(3, 3))
    with np.errstate(all="raise", under="ignore"):
        got = f(A=A, **more)["A"]
        up, down = (f(A=A + h * E, **more)["L"] for h in (1e-5, -1e-5))
    assert np.isclose(np.sum(got * E), (up - down) / 2e-5, rtol=1e-6, atol=1e-8)


FAR = np.array([1e4, -1e4, 3.0])
FAR_OUT = {
    "x: n; y: n; p = softmax(x); L = -sum(y*log(p))": 20000.0,
    "x: n; y: n; L = cross_entropy(softmax(x), y)": 20000.0,
    "x: n; y: n; L = -sum(y*log_softmax(x))": 20000.0,
    "x: n; y: n; L = logsumexp(x) + 0*sum(y)": 10000.0,
    "x: n; y: n; L = -sum(y*log(sigmoid(x)))": 10000.0,
    "x: n; y: n; L = 3*bce_logits(x, y)": 20000 + np.log1p(np.exp(3.0)),
}


@pytest.mark.parametrize("text", FAR_OUT)
def test_logits_far_out(text: str) -> None:
    d = sb.derive(text)
    y = np.array([0.0, 1.0, 0.0])
    got = d.compile()(x=FAR, y=y)
    assert np.isclose(got["L"], FAR_OUT[text], rtol=1e-12)
    assert np.isfinite(got["x"]).all()


@pytest.mark.parametrize("f", ["softmax", "log_softmax", "logsumexp", "sigmoid", "softplus"])
def test_definitions_far_out_are_evaluated_with_room_for_exponents(f: str) -> None:
    got = evaluate(FUNCTIONS[f](sb.symbol("x", 3)), Point({}, {("x", 0): FAR}, {}))
    want = {
        "softmax": [1, 0, 0],
        "log_softmax": [0, -20000, -9997],
        "logsumexp": 10000,
        "sigmoid": [1, 0, 1 / (1 + np.exp(-3.0))],
        "softplus": [10000, 0, np.log1p(np.exp(3.0))],
    }
    assert np.allclose(got, want[f], rtol=1e-12, atol=1e-300)


def test_options_may_be_fractions() -> None:
    d = sb.derive("x: 3; L = sum(layernorm(x, eps=1/2)**2)")
    assert np.isfinite(d.compile()(x=np.ones(3))["x"]).all()
