"""What a symbol is called: from its declaration, from what one differentiates by, never against its use."""

from __future__ import annotations

import re

import pytest

import symbackprop as sb
from symbackprop.catalogue import LANGUAGES, phrase
from symbackprop.page.outline import outline
from symbackprop.page.page import Figure, Options
from symbackprop.page.roles import Roles
from symbackprop.sheet.sheet import write_html

LEAST = "X: n x d; w: d; y: n; L = sum((X @ w - y)**2)"
RIDGE = "X: n x d; w: d; y: n; lam: scalar; L = sum((X @ w - y)**2) + lam*sum(w**2)"
ATTENTION = (
    "X: n x d; WQ: d x k; WK: d x k; WV: d x k; Q = X @ WQ; K = X @ WK; V = X @ WV; "
    "A = softmax(Q @ K.T); O = A @ V; L = sum(O**2)"
)
HEADS = "Q: n x d; K: m x d; V: m x k; A = softmax(Q @ K.T); O = A @ V; L = sum(O**2)"
NET = (
    "x: 7; y: label 3; W1: 5 x 7; b1: 5; W2: 3 x 5; b2: 3; h = relu(W1 @ x + b1); p = softmax(W2 @ h + b2); "
    "L = -log(p[y])"
)
ROWS = (
    "X: n x d; Y: n x k; W1: d x m; b1: m; W2: m x k; b2: k; H = tanh(X @ W1 + b1); O = H @ W2 + b2; "
    "L = sum((O - Y)**2)"
)
BIASED = "X: n x 3; y: n x 1; W: 4 x 1; A = concat(X, ones(n, 1)); L = sum((A @ W - y)**2)"
CELL = "t: 1..T; x[t]: d; W: n x d; U: n x n; b: n; h[t] = tanh(W @ x[t] + U @ h[t-1] + b); {}"
END = "L = sum(sum(h[t]**2), over=t)"
CONV = "x: c x h x w; K: k x c x 3 x 3; b: k; y = conv2d(x, K, b, padding=1); L = sum(y**2)"
NORM = "x: d; g: d; b: d; m = mean(x); y = g*(x - m) + b; L = sum(y**2)"
GRAPHS = "A: n x n; X: n x d; W: d x k; V: k x c; H = relu(A @ X @ W); Z = A @ H @ V; L = sum(Z**2)"
AFFINE = "x: d; W: m x d; b: m; y: m; L = sum((W @ x + b - y)**2)"


def of(graph: str, *wrt: str) -> dict[str, str]:
    d = sb.derive(graph, wrt=wrt or None)
    roles = Roles(d)
    return {n: roles.of(n) for n in d.graph.inputs}


def said(
    parameter: str = "", input: str = "", variable: str = "", given: str = "", **more: str
) -> dict[str, str]:
    words = {"parameter": parameter, "input": input, "variable": variable, "given": given, **more}
    return {n: role for role, names in words.items() for n in names.split()}


@pytest.mark.parametrize(
    ("graph", "wrt", "roles"),
    [
        (LEAST, "w", said("w", "X", target="y")),
        (LEAST, "", said(variable="X w", target="y")),
        (RIDGE, "w", said("w", "X", given="lam", target="y")),
        (RIDGE, "", said("w", "X", given="lam", target="y")),
        (RIDGE.replace("sum(w**2)", "sum(X**2)*sum(w**2)"), "", said(variable="X w lam", target="y")),
        (LEAST.replace("X @ w", "sigmoid(X @ w)"), "w", said("w", "X", target="y")),
        (BIASED, "W", said("W", "X", target="y")),
        (ATTENTION, "WQ WK WV", said("WQ WK WV", "X")),
        (ATTENTION, "", said(variable="X WQ WK WV")),
        (ATTENTION, "X", said(variable="X", given="WQ WK WV")),
        (HEADS, "", said(variable="Q K V")),
        (NET, "", said("W1 b1 W2 b2", "x", label="y")),
        (NET, "W1 b1 W2 b2", said("W1 b1 W2 b2", "x", label="y")),
        (NET, "x", said("W1 b1 W2 b2", "x", label="y")),
        (ROWS, "", said("W1 b1 W2 b2", "X", target="Y")),
        (ROWS, "W1 b1 W2 b2", said("W1 b1 W2 b2", "X", target="Y")),
        (AFFINE, "W b", said("W b", "x", target="y")),
        (AFFINE, "", said(variable="W b x", target="y")),
        (AFFINE, "x", said(variable="x", given="W b", target="y")),
        (CELL.format(END), "", said("W U b", sequence="x")),
        (CONV, "", said("K b", "x")),
        (CONV, "x", said("", "x", given="K b")),
        ("x: c x 5 x 7; K: k x c x 3 x 3; y: label 3; W: 3 x 15*k; b: 3; h = relu(conv2d(x, K)); "
         "o = W @ reshape(h, 15*k) + b; L = -log(softmax(o)[y])", "", said("K W b", "x", label="y")),
        ("x: c x 5 x 7; z: 4; W: 3 x 4; h = avg_pool2d(x); L = sum(h) + sum((W @ z)**2)", "",
         said(variable="x z W")),
        (NORM, "g b", said("g b", given="x")),
        (NORM, "", said(variable="x g b")),
        (GRAPHS, "", said(variable="A X W V")),
        (GRAPHS, "W V", said("V", variable="W", given="A X")),
        ("z: k; y: k onehot; L = -sum(y*log(softmax(z)))", "z", said(variable="z", onehot="y")),
        ("p: k distribution; z: k; L = -sum(p*log(softmax(z)))", "z", said(variable="z", distribution="p")),
        ("x: n; mu: scalar; L = sum((x - mu)**2)", "mu", said(variable="mu", given="x")),
        ("U: n x k; V: m x k; M: n x m; L = sum((U @ V.T - M)**2)", "U V", said(variable="U V", target="M")),
        ("U: n x k; V: m x k; M: n x m; lam: positive; "
         "L = sum((U @ V.T - M)**2) + lam*(sum(U**2) + sum(V**2))", "U V",
         said(variable="U V", given="lam", target="M")),
        ("U: n x k; V: m x k; M: n x m; lam: positive; "
         "L = sum((M - U @ V.T)**2) + lam*sum(U**2) + lam*sum(V**2)", "U V",
         said("U V", given="lam", target="M")),
        ("X: n x d; w: d; b: scalar; y: n; z = X @ w + b; p = sigmoid(z); "
         "L = -sum(y*log(p) + (1 - y)*log(1 - p))/n", "w b", said("w b", "X", target="y")),
        ("X: n x d; w: d; A: n; p = sigmoid(X @ w); L = -sum(A*log(p))", "w", said("w", "X", given="A")),
        ("X: n x d; C: k x d; Z: n x k onehot; L = sum((X - Z @ C)**2)", "C",
         said(variable="C", given="X", onehot="Z")),
        ("x: n; mu: scalar; v: positive; L = sum(log(2*pi*v) + (x - mu)**2/v)/2", "mu v",
         said(variable="mu v", given="x")),
        ("S: n x k; M: n x k; V: k x d; A = masked_softmax(S, M); L = sum((A @ V)**2)", "S V",
         said(variable="S V", mask="M")),
        ("S: n x k; M: n x k; A = masked_softmax(S, M); L = sum(A*M)", "S", said(variable="S", given="M")),

        ("x: 4; b: 4; W: 3 x 4; y: 3; L = sum((W @ (x + b) - y)**2)", "", said(variable="x b W", target="y")),
        ("A: n x n; b: n; x: n; L = x @ A @ x / 2 - b @ x", "x", said(variable="x", given="A b")),
    ],
)  # fmt: skip
def test_roles(graph: str, wrt: str, roles: dict[str, str]) -> None:
    assert of(graph, *wrt.split()) == roles


def test_a_declared_role_is_said_and_used() -> None:
    ridge = "X: n x d input; w: d parameter; y: n target; lam: positive given; L = sum((X @ w - y)**2) + lam"
    assert of(ridge) == said("w", "X", given="lam", target="y")
    assert of("A: n x d; v: d parameter; L = sum(tanh(A @ v))") == said("v", "A")
    assert of("x: d state; m: d mask; L = sum(x*m)") == said(state="x", mask="m")


@pytest.mark.parametrize(
    ("typed", "size"),
    [("n x input", "input"), ("mask", "mask"), ("n x state", "state"), ("n x d + given", "given")],
)
def test_a_word_that_can_be_a_size_is_one(typed: str, size: str) -> None:
    g = sb.read(f"x: {typed}; L = sum(x**2)")
    assert size in g.sizes and not g.symbol["x"].own.role


def test_python_declares_roles_too() -> None:
    w = sb.symbol("w", "d", role="parameter")
    assert w.own.role == "parameter"
    with pytest.raises(sb.DeclarationError, match="weight"):
        sb.symbol("w", "d", role="weight")


def test_what_the_next_step_reads_is_a_state() -> None:
    d = sb.derive(CELL.format("y[t] = tanh(h[t]); L = sum(sum(y[t]**2), over=t)"))
    assert [Roles(d).of(n) for n in ("h", "y")] == ["state", "node"]


def test_a_position_that_was_found_is_no_label() -> None:
    d = sb.derive("x: 4; k = argmax(x); y = x[k]")
    assert Roles(d).of("k") == "position"
    for language in LANGUAGES:
        words = phrase("meaning.position", language, str, n="4")
        assert "abel" not in words
        assert "lass" not in words


@pytest.mark.parametrize(("graph", "labels"), [
    ("x: 3; y = max(x); L = y**2", False), ("x: 3; k = argmin(x); y = x[k]", False),
    ("z: 3; y: label 3; L = -log(softmax(z)[y])", True),
])  # fmt: skip
def test_only_a_page_with_labels_speaks_of_labels(graph: str, labels: bool) -> None:
    sheet = sb.Sheet("one", {"en": "One", "de": "Eins"}, (sb.Exercise(None, (sb.Derived(graph),)),))
    report = sheet.verify()
    for language in LANGUAGES:
        assert ("abel" in body(write_html(sheet, report, language))) == labels  # type: ignore[arg-type]


def body(html: str) -> str:
    """The page without its head and its pictures."""
    return re.sub(r"<svg.*?</svg>", "", html.partition("<body>")[2], flags=re.S)


def test_the_picture_says_the_same() -> None:
    d = sb.derive(LEAST, wrt=["w"])
    (figure,) = (
        b for s in outline(d, Options(("graph",))).sections for b in s.blocks if isinstance(b, Figure)
    )
    kinds = {v.key: v.kind for v in figure.vertices}
    assert kinds["w"] == "parameter"
    assert kinds["X"] == kinds["y"] == "input"


@pytest.mark.parametrize("role", ["variable", "given", "position", "distribution", "target", "mask", "state"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_role_has_words(role: str, language: str) -> None:
    assert phrase(f"meaning.{role}", language, str, **({"n": "3"} if role == "position" else {}))


LOOKED_UP = ("E: v x d; i: n label v; W: d x k; b: k; y: n label k; x = embedding(E, i); z = x @ W + b; "
             "L = mean(cross_entropy_logits(z, y))")  # fmt: skip
IMAGES = ("x: n x c x h x w; K: k x c x 3 x 3; g: k; b: k; u = conv2d(x, K, padding=1); "
          "v = batchnorm(u, g, b); L = sum(relu(v)**2)")  # fmt: skip


@pytest.mark.parametrize(("graph", "wrt", "roles"), [
    (LOOKED_UP, "", said("E W b", index="i", label="y")),
    (LOOKED_UP, "E", said("E", given="W b", index="i", label="y")),
    (LOOKED_UP, "W", said(variable="W", given="E b", index="i", label="y")),
    (IMAGES, "", said("K g b", "x")),
    (IMAGES, "x", said("", "x", given="K g b")),
    ("X: n x d; g: d; Y = rmsnorm(X, g); L = sum(Y**3)", "g", said("g", given="X")),
    ("x: n x 4 x 5; g: 4; b: 4; y = group_norm(x, g, b, groups=2); L = sum(y**3)", "",
     said("g b", variable="x")),
    ("E: k x d; W: d x k; i: n label k; L = mean(cross_entropy_logits(embedding(E, i) @ W, i))", "",
     said("E W", label="i")),
])  # fmt: skip
def test_tables_gains_and_rows(graph: str, wrt: str, roles: dict[str, str]) -> None:
    """A table is learned where it is differentiated by; a label that is a class as well stays a label."""
    assert of(graph, *wrt.split()) == roles


def test_what_a_net_stands_beside_is_no_weight_of_it() -> None:
    """The axis that weights sum may be that of a value which is only added."""
    block = (
        "X: n x d; Wo: k x d; O: n x k; W1: d x m; b1: m; W2: m x d; b2: d; H = X + O @ Wo; "
        "Y = H + relu(layernorm(H) @ W1 + b1) @ W2 + b2; L = sum(Y**2)"
    )
    assert not {"X", "O"} & Roles(sb.derive(block)).parameters
