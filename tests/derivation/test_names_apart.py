"""Names a derivation makes are none of the user's: graphs with symbols called like our own favourites."""

import random
import re

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.formula.printed_names import default_tex, spelled
from symbackprop.graph.fresh_names import Room
from tests.emitted_values import emitted_differs
from tests.random_graphs import EVERYTHING, random_graph

FAVOURITES = list[str]("S S1 z z1 K p s r H q M1 dW dx np t k n e I x_bar".split())
MORE = list[str](
    "S_1 P P1 Q R Z Sigma u u1 v w a M T N m d c y h W b i j v1 u_1 x x_0 y_bar".split()
    + "sum range float erf view fold".split()
)
NAME = re.compile(r"\b(p\d+|q\d+|y[ndm][ndm]|[ndm]|L)\b")

# selectors, helpers, anonymous nodes, masks: what derivations name by themselves
MAKERS = [
    "p0: 2; p1: 2; p2: 4 x 2; q0 = concat(p0, p1); q1 = tanh(p2); L = sum((q1.T @ q0)**2)",
    "p0: 2; p1: 2; p2: 4 x 2; q0 = concat(p0, p1); L = sum(q0**2) + sum(p2)",
    "p0: n; p1: m; p2: n+m x d; q0 = concat(p0, p1); q1 = concat(q0, p1); L = sum((q0 @ p2)**2) + sum(q1)",
    "p0: n x d; p1: d; p2: d; q0 = layernorm(p0, p1, p2); L = sum(tanh(q0))",
    "p0: n x d; p1: d x d; q0 = softmax(p0 @ p1); L = sum(q0 * tanh(p0 @ p1 + q0))",
    "p0: n x d; p1: n x d; q0 = attention(p0, p1, p1, tri(n, n)); L = sum(q0**2)",
    "p0: n x d; p1: d x m; p2: m; q0 = sigmoid(tanh(p0 @ p1 + p2) * 2 + 1); L = sum(exp(-q0))",
    "p0: n x n; p1: n; q0 = inverse(p0 + eye(n)); L = sum((q0 @ p1)**2)",
    "p0: n; p1: n; p2: n x n; q0 = p0 + p1; q1 = p2 @ q0 + q0; L = logsumexp(q1)",
    "p0: n x d; p1: n label d; q0 = batchnorm(p0); L = cross_entropy_logits(q0, p1)",
    "p0: n x d; q0 = normalize(p0); L = sum(cumsum(q0, axis=-1)**2)",
    "p0: scalar; p1: n; q0 = sigmoid(p0 * p1); L = mean(q0**2) - p0",
]  # fmt: skip


def renamed(text: str, seed: int, pool: list[str]) -> str:
    """The graph with every symbol and size under a name of the pool."""
    rng = random.Random(seed)
    found = list(dict.fromkeys(NAME.findall(text)))
    chosen = dict(zip(found, rng.sample(pool, len(found)), strict=True))
    return NAME.sub(lambda m: chosen[m[0]], text)


def holds(text: str, seed: int) -> None:
    """derive works, inputs stay, names differ on paper, code and page are right."""
    g = sb.read(text)
    d = sb.derive(g)
    assert d.graph.inputs == g.inputs, text
    printed = [e.symbol.tex for e in d.graph.symbol.values() if e.symbol]
    assert len(set(printed)) == len(printed), text
    letters = {n.base for n in printed} | {spelled(default_tex(n)).base for n in g.sizes}
    assert not letters & set(d.convention.letters), text
    for trial in range(2):
        assert not emitted_differs(d, seed, trial), text
    report = d.verify(seed=seed)
    assert report.ok, (text, report.failures)


@pytest.mark.parametrize("seed", range(24))
def test_graphs_called_like_our_favourites(seed: int) -> None:
    holds(renamed(MAKERS[seed % len(MAKERS)], seed, FAVOURITES), seed)


@pytest.mark.parametrize("seed", range(24))
def test_graphs_called_like_anything(seed: int) -> None:
    holds(renamed(MAKERS[seed % len(MAKERS)], seed, MORE), seed)


@pytest.mark.parametrize("seed", range(16))
def test_random_graphs_called_like_our_favourites(seed: int) -> None:
    text = random_graph(seed, 3 + seed % 5, EVERYTHING)
    pool = [*FAVOURITES, *(x for x in MORE if x not in ("S_1", "u_1", "M"))]
    holds(renamed(text, seed, pool), seed)


def test_selectors_leave_declared_names_alone() -> None:
    """S1 and S2 are the user's: two selectors are P1 and P2, and the loss is the loss."""
    d = sb.derive("x: 2; y: 2; A: 4 x 2; c = concat(x, y); S1 = tanh(A); h = S1.T @ c; L = sum(h**2)")
    x, y, A = np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.arange(8.0).reshape(4, 2) / 8
    want = np.sum((np.tanh(A).T @ np.concatenate([x, y])) ** 2)
    assert np.isclose(d.compile()(x=x, y=y, A=A)["L"], want)
    assert d.constants == ("P1", "P2")


@pytest.mark.parametrize(("text", "made"), [
    ("x: 2; y: 2; c = concat(x, y); L = sum(c**2)", ("S1", "S2")),
    ("x: 2; y: 2; S2: 3; c = concat(x, y); L = sum(c**2) + sum(S2)", ("P1", "P2")),
    ("x: 2; y: 2; S_1: 3; c = concat(x, y); L = sum(c**2) + sum(S_1)", ("P1", "P2")),
    ("x: 2; y: 2; a: 3 as S_2; c = concat(x, y); L = sum(c**2) + sum(a)", ("P1", "P2")),
    ("x: 2; y: 2; S3: 3; c = concat(x, y); L = sum(c**2) + sum(S3)", ("S1", "S2")),
    ("x: S; y: S; c = concat(x, y); L = sum(c**2)", ("P1", "P2")),
    ("x: 2; y: 2; S1: function; c = concat(x, y); L = sum(S1(c)**2)", ("P1", "P2")),
])  # fmt: skip
def test_names_of_selectors(text: str, made: tuple[str, ...]) -> None:
    assert sb.derive(text).constants == made


def room(text: str) -> Room:
    return Room.of(sb.read(text))


def test_a_room_hands_out_every_name_once() -> None:
    r = room("u: n; v1: n; r: m; f: function; L = sum(f(u))*sum(v1)*sum(r)")
    assert [r.numbered("uvw") for _ in range(3)] == ["v2", "v3", "v4"]  # u_1 is an entry of u
    assert [r.like(x) for x in ("s", "s", "L", "n", "f", "v")] == ["s", "s1", "L_n1", "n_n1", "f_n1", "v5"]
    assert r.like("r") == "r_n1"  # r_1 is an entry of r
    assert r.several(["u", "Z"], 2) == ["Z1", "Z2"]


@pytest.mark.parametrize("text", [
    "h: function; x: n; L = sum(h(x))",
    "h: function; x: n x m; y: n; L = sum(h(x.T @ y)*h(x[0]))",
    "i: function; j: function; x: n x m; L = sum(i(x)*j(x))",
    "e: function; x: n x m; y = softmax(x); L = sum(e(y))",
    "m: function; s: function as r; x: n x d; g: d; y = layernorm(x, g); L = sum(m(y)*s(x))",
    "S: function; x: 2; y: 2; A: 4 x 2; c = concat(x, y); L = sum(S(A.T @ c))",
    "u: function; A: n x n; x: n; L = sum(u(tanh(A @ x + x*x)*2))",
    "t: 1..T; h: function; x[t]: n; a: n; s[t] = h(x[t] + a*s[t-1]); L = sum(sum(s[t]), over=t)",
])  # fmt: skip
def test_declared_functions_under_any_letter(text: str) -> None:
    report = sb.derive(text).verify()
    assert report.ok, report.failures


@pytest.mark.parametrize("text", [
    "I: n x n; x: n; L = sum(inverse(I + eye(n)) @ x)",
    "I: n x n; L = sum((I + eye(n))**2)",
    "I: n; J: 2; c = concat(I, J); L = sum(c**2)",
    "I: n x m; y = I[1:]; L = sum(y**2)",
    "I: n; x: n; y = I + x; z = tanh(y)",
    "A: n x n; I = inverse(A + eye(n)); L = sum(I**2)",
    "x: n; I: I_n; y = x + x; L = sum(y**2)*sum(I)",
])  # fmt: skip
def test_a_symbol_called_like_the_identity(text: str) -> None:
    d = sb.derive(text)
    assert d.convention.identity == r"\mathbf{I}"
    report = d.verify()
    assert report.ok, report.failures


def test_the_identity_keeps_its_letter_where_nobody_has_it() -> None:
    d = sb.derive("A: n x n; x: n; L = sum(inverse(A + eye(n)) @ x)")
    assert "I_{n}" in d["A"].latex()
    assert r"\mathbf{I}_{n}" in sb.derive("I: n x n; x: n; L = sum(inverse(I + eye(n)) @ x)")["I"].latex()


@pytest.mark.parametrize("text", [
    "x: n; x1: scalar; L = x[0]*x1**2",
    "S: 3 x 4; S1: 4; L = sum((S[0]*S1)**2)",
    "S: 3 x 4; S1 = S[0]; L = sum(tanh(S1)) + S[0,1]",
    "c: 1 x b; S1: 1 x m; S = c - mean(c, axis=1); L = sum(sin(S)) + sum(S1**2)",
    "t: 1..T; S: n; a[t]: n; S1[t] = S1[t-1]*a[t]*S[0]; L = sum(sum(S1[t]), over=t)",
])  # fmt: skip
def test_a_numbered_name_beside_entries(text: str) -> None:
    """x_1 is the first entry of x, so x1 prints x^{(1)}."""
    report = sb.derive(text).verify()
    assert report.ok, report.failures


def test_a_numbered_name_alone_keeps_its_number() -> None:
    d = sb.derive("x: n; x1: scalar; L = sum(x)*x1**2")
    assert d["x"].latex().startswith("x^{2}_{1}")


REFUSED = {
    "d: n as n; L = sum(d**2)/n": "`d`: is printed like the size `n`",
    "x: n1 x n_1; L = sum(x**2)": "`n_1`: is printed like the size `n1`",
    "t: 1..T; a: n as t; x[t]: n; L = sum(sum(x[t]*a), over=t)": "`a`: is printed like the time index `t`",
    "n: function; x: n; L = sum(n(x))": "`n`: is printed like the size `n`",
    "pi: n; L = sum(gelu(pi))": "`pi`: is printed like the number π",
    "x: n; a: n as \\delta x; L = sum(a*x)": "`a`: is printed like the error signal of `x`",
    "I: n; a: n as \\mathbf{I}; L = sum(a*I)": "`a`: is printed like the identity",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_a_reader_would_mix_up_is_refused(text: str) -> None:
    with pytest.raises(sb.DeclarationError, match=re.escape(REFUSED[text])):
        sb.derive(text)


ALLOWED = [
    "pi: n; L = sum(tanh(pi))",
    "a: n as \\bar x; x: n; L = sum(a*x)",
    "a: n as \\mathbf{I}; A: n x n; L = sum(inverse(A + eye(n)) @ a)",
    "n_: n; L = sum(n_**2)",
]


@pytest.mark.parametrize("text", ALLOWED)
def test_what_nobody_mixes_up_is_not(text: str) -> None:
    assert sb.derive(text).verify().ok


def test_a_bar_is_an_error_signal_where_bars_are() -> None:
    bars = sb.Convention(signal="bar")
    with pytest.raises(sb.DeclarationError, match="`a`: is printed like the error signal of `x`"):
        sb.derive("x: n; a: n as \\bar x; L = sum(a*x)", convention=bars)
    assert sb.derive("x: n; x_bar: n; L = sum(x_bar*x)", convention=bars).verify().ok


def test_answers_with_a_symbol_i() -> None:
    text = "I: n x n; x: n; L = sum((I @ x)**2)"
    assert sb.check(text, "x", "2 I^T I x").ok
    assert not sb.check(text, "x", "2 I I^T x").ok


def test_more_letters_than_the_alphabet_has() -> None:
    """Twenty names of one letter leave others for the indices."""
    names = list("abcdefghijkmpqrstuvwxyz")
    text = "; ".join(f"{c}: N x M" for c in names) + "; L = sum(sin(" + " * ".join(names) + "))"
    d = sb.derive(text, wrt=["a", "z"])
    assert d.verify().ok
