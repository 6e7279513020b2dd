"""Jacobians and Hessians times a direction, in blocks; Gauss-Newton and Fisher matrices.

Each is verified, and each verification is seen to fail.
"""

from dataclasses import replace

import numpy as np
import pytest

import symbackprop as sb
from symbackprop import entries as en
from symbackprop.derivatives.quantity import Quantity
from symbackprop.graph.expr import apply
from symbackprop.sheet.sheet import write_tex
from symbackprop.vocabulary import OPS

LEAST = "A: m x k; X: k x l; B: m x l; E = A @ X - B; L = sum(E**2)"
LOGISTIC = (
    "X: n x d; w: d; b: scalar; y: n; z = X @ w + b; p = sigmoid(z)\nL = -mean(y*log(p) + (1 - y)*log(1 - p))"
)
SOFTMAX = "x: d; W: k x d; y: scalar label k; z = W @ x; p = softmax(z); L = -log(p[y])"
ONEHOT = "x: d; W: k x d; b: k; y: k onehot; z = W @ x + b; p = softmax(z); L = -sum(y*log(p))"
LAYER = "x: d; W: m x d; h = tanh(W @ x)"
BERNOULLI = "x: d; w: d; y: scalar; p = sigmoid(w @ x); L = -y*log(p) - (1 - y)*log(1 - p)"

# quantity, what it prints
SAID = {
    "J v": (lambda: sb.jacobian(LAYER, wrt="x").jvp(), "(1 − h ⊙ h) ⊙ (W v)"),
    "J by a matrix times V": (lambda: sb.jacobian(LAYER, wrt="W").jvp(), "(1 − h ⊙ h) ⊙ (V x)"),
    "u J": (lambda: sb.jacobian(LAYER, wrt="x").vjp("u"), "((1 − h ⊙ h) ⊙ u)ᵀ W"),
    "u J by a matrix": (lambda: sb.jacobian(LAYER, wrt="W").vjp("u"), "((1 − h ⊙ h) ⊙ u) xᵀ"),
    "H V": (lambda: sb.hessian(LEAST, wrt="X").jvp(), "2 Aᵀ A V"),
    "H v of a logistic regression": (
        lambda: sb.hessian(LOGISTIC, wrt="w").jvp(),
        "(1/n) Xᵀ (p ⊙ (1 − p) ⊙ (X v))",
    ),
    "H V of a softmax regression": (
        lambda: sb.hessian(SOFTMAX, wrt="W").jvp(),
        "(p ⊙ (V x)) xᵀ − (xᵀ Vᵀ p) p xᵀ",
    ),
    "vec H": (lambda: sb.hessian(SOFTMAX, wrt="W").vec(), "(x xᵀ) ⊗ (diag(p) − p pᵀ)"),
    "a block": (
        lambda: sb.hessian(LOGISTIC, wrt=["w", "b"])["w", "b"],
        "(1/n) Xᵀ (p ⊙ (1 − p))",
    ),
    "the block below": (
        lambda: sb.hessian(LOGISTIC, wrt=["w", "b"])["b", "w"],
        "(1/n) (p ⊙ (1 − p))ᵀ X",
    ),
    "Rosenbrock": (
        lambda: sb.hessian(
            "x: scalar; y: scalar; f = (1 - x)**2 + 100*(y - x**2)**2", wrt=["x", "y"]
        ),
        "[1200 x² − 400 y + 2, −400 x; −400 x, 200]",
    ),
    "blocks": (
        lambda: sb.hessian("x: d; a: d; c: scalar; L = sum(x**2) + sum(a**3)*c", wrt=["x", "a", "c"]),
        "[2 I_d, 0_(d×d), 0_(d×1); 0_(d×d), 6 c diag(a), 3 (a ⊙ a); 0_(1×d), (3 (a ⊙ a))ᵀ, 0]",
    ),
    "H by a node": (lambda: sb.hessian(SOFTMAX, wrt="z"), "diag(p) − p pᵀ"),
    "Gauss-Newton of a softmax": (
        lambda: sb.gauss_newton(ONEHOT, wrt="b", through="z"),
        "diag(p) − p pᵀ",
    ),
    "Gauss-Newton of least squares": (
        lambda: sb.gauss_newton(LEAST, wrt="X", through="E").vec(),
        "2 (Iₗ ⊗ (Aᵀ A))",
    ),
    "Gauss-Newton of a curved model": (
        lambda: sb.gauss_newton("X: n x d; w: d; y: n; r = tanh(X @ w) - y; L = sum(r**2)/2",
                                wrt="w", through="r"),
        "Xᵀ diag((1 − tanh(X w)²)²) X",
    ),
    "one bracket between the same factors": (
        lambda: sb.hessian("A: m x n; x: n; b: m; L = sum(log(cosh(A @ x - b)))", wrt="x"),
        "Aᵀ diag(1 − tanh(A x − b)²) A",
    ),
    "a common scalar": (
        lambda: sb.hessian("x: d; w: d; v: scalar; y: scalar; h = tanh(w @ x); e = v*h - y; L = e**2/2",
                           wrt=["w", "v"])["w", "v"],
        "(1 − h²) (v h + e) x",
    ),
    "Gauss-Newton through a number": (
        lambda: sb.gauss_newton("x: d; w: d; q = sin(x @ w); L = exp(q)", wrt="w", through="q"),
        "cos(xᵀ w)² L x xᵀ",
    ),
    "Fisher of a label": (
        lambda: sb.fisher(SOFTMAX, wrt="W", label="y", given="p").vec(),
        "(x xᵀ) ⊗ (diag(p) − p pᵀ)",
    ),
    "Fisher of one-hot": (
        lambda: sb.fisher(ONEHOT, wrt="b", label="y", given="p"),
        "diag(p) − p pᵀ",
    ),
    "Fisher of a bit": (
        lambda: sb.fisher(BERNOULLI, wrt="w", label="y", given="p"),
        "p (1 − p) x xᵀ",
    ),
    "Fisher along a direction": (
        lambda: sb.fisher(ONEHOT, wrt="W", label="y", given="p").jvp(),
        "(p ⊙ (V x)) xᵀ − (xᵀ Vᵀ p) p xᵀ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_each_quantity_in_the_form_one_would_write(name: str) -> None:
    made, said = SAID[name]
    q = made()
    assert q.text() == said
    assert q.verify(seed=5) < 1e-10


@pytest.mark.parametrize("name", SAID)
def test_each_quantity_is_caught_when_it_is_wrong(name: str) -> None:
    """Twice the matrix, or one block of it, does not pass."""
    q: Quantity = SAID[name][0]()
    if isinstance(q, sb.Derivative) or hasattr(q, "expr"):
        wrong = replace(q, expr=apply(OPS["multiply"], 2, q.expr))
    else:
        x = q.names[0]
        block = q.blocks[x, x]
        twice = replace(block, expr=apply(OPS["multiply"], 2, block.expr))
        wrong = replace(q, blocks={**q.blocks, (x, x): twice})
    with pytest.raises(sb.VerificationError, match="differs"):
        wrong.verify(seed=5)


CONVENTIONS = [
    sb.Convention(layout=layout, vectors=vectors)
    for layout in ("gradient", "numerator", "denominator")
    for vectors in ("column", "row")
]


@pytest.mark.parametrize("convention", CONVENTIONS, ids=lambda c: f"{c.layout}, {c.vectors}")
@pytest.mark.parametrize(
    ("text", "wrt"),
    [
        (LAYER, "x"), (LAYER, "W"), ("s: scalar; A: m x d; y = tanh(A*s)", "s"),
        ("s: scalar; a: m; y = tanh(a*s)", "s"), ("s: scalar; a: m; y = sum(exp(a*s))", "a"),
        ("A: m x d; y = sum(A**2)", "A"), ("s: scalar; y = exp(s)", "s"),
        ("A: m x d; X: d x k; Y = exp(A @ X)", "X"), ("x: b x c x d; s: scalar; y = x*s**2", "s"),
    ],
)  # fmt: skip
def test_products_hold_in_every_convention(text: str, wrt: str, convention: sb.Convention) -> None:
    j = sb.jacobian(text, wrt=wrt, convention=convention)
    assert max(j.verify(), j.jvp().verify(), j.vjp().verify()) < 1e-10


@pytest.mark.parametrize("wrt", ["X", "A"])
def test_a_product_is_what_the_entries_say(wrt: str) -> None:
    """Against a difference of emitted gradients: no formula of ours on the other side."""
    rng = np.random.default_rng(7)
    at = {n: rng.normal(size=s) for n, s in {"A": (3, 5), "X": (5, 2), "B": (3, 2)}.items()}
    v = rng.normal(size=at[wrt].shape)
    f = sb.derive(LEAST, wrt=[wrt]).compile("numpy")
    step = 1e-5
    ahead, behind = (f(**{**at, wrt: at[wrt] + s*v})[wrt] for s in (step, -step))  # fmt: skip
    slope = (ahead - behind) / (2 * step)
    entries = sb.hessian(LEAST, wrt=wrt)
    names = {"X": lambda: 2*at["A"].T @ at["A"] @ v, "A": lambda: 2*v @ at["X"] @ at["X"].T}  # fmt: skip
    assert entries.jvp().text() == {"X": "2 Aᵀ A V", "A": "2 V X Xᵀ"}[wrt]
    assert np.allclose(slope, names[wrt](), rtol=1e-6)


def test_what_cannot_be_asked_says_why() -> None:
    with pytest.raises(sb.DeclarationError, match="not only through z"):
        sb.gauss_newton("x: d; w: d; z = x @ w; L = exp(z) + sum(w)", wrt="w", through="z")
    with pytest.raises(sb.DeclarationError, match="no probabilities"):
        sb.fisher(ONEHOT, wrt="b", label="y", given="z")
    with pytest.raises(sb.DeclarationError, match="Y is no label"):
        sb.fisher("X: n x d; W: d x k; Y: m x k onehot; P = softmax(X @ W); L = -sum(log(P)) - sum(Y)",
                  wrt="W", label="Y", given="P")  # fmt: skip
    with pytest.raises(sb.DeclarationError, match="depends on y"):
        sb.fisher("w: k; y: k onehot; p = softmax(w*y); L = -sum(y*log(p))", wrt="w", label="y", given="p")
    with pytest.raises(sb.DeclarationError, match="X is a matrix"):
        sb.hessian(LEAST, wrt=["X", "A"]).latex()
    with pytest.raises(sb.DeclarationError, match="z depends on b"):
        sb.hessian("x: d; W: k x d; b: k; z = W @ x + b; L = sum(exp(z))", wrt=["z", "b"])
    for taken in ("x", "d", "i", "sin(x)"):
        with pytest.raises(sb.DeclarationError, match="cannot name a direction"):
            sb.jacobian(LAYER, wrt="x").jvp(taken)


def test_blocks_by_matrices_stand_by_themselves() -> None:
    h = sb.hessian(ONEHOT, wrt=["W", "b"])
    assert h.verify() < 1e-10
    assert h["b", "b"].text() == "diag(p) − p pᵀ"
    assert h["W", "W"].vec().text() == "(x xᵀ) ⊗ (diag(p) − p pᵀ)"
    assert h["W", "b"].jvp().text() == "(p ⊙ v) xᵀ − (pᵀ v) p xᵀ"
    assert h["W", "b"].jvp().verify() < 1e-10
    assert h["b", "W"].jvp().verify() < 1e-10
    assert h.shape == ("d*k + k", "d*k + k")
    assert len(repr(h).splitlines()) == 3
    block = h["W", "b"]
    step = replace(block.step, result=en.scale(block.step.result, 2))
    wrong = replace(h, blocks={**h.blocks, ("W", "b"): replace(block, step=step)})
    with pytest.raises(sb.VerificationError, match="differs"):
        wrong.verify()


def test_a_sheet_shows_them() -> None:
    h = sb.hessian(LOGISTIC, wrt=["w", "b"])
    sheet = sb.Sheet(
        name="curvature",
        title={"en": "Curvature", "de": "Krümmung"},
        exercises=(sb.Exercise(answers=(sb.Quantities((h, h["w", "w"].jvp())),)),),
    )
    assert sheet.verify().ok
    assert r"\operatorname{diag}" in write_tex(sheet, sheet.verify(), "en")


def test_a_condition_on_a_computed_position_is_no_error() -> None:
    """cumsum and a maximum meet in one sum: whether argmax lies below an index is known at no size."""
    text = "X: n x k x n; A: n x k x n; y = cumsum(X, axis=0); m = max(y, axis=0); z = minimum(y, A)"
    for loss in ("sum(sin(z))", "sum(m**2)"):
        assert sb.hessian(f"{text}; L = {loss}", of="L", wrt="X").verify() < 1e-8
