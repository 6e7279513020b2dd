r"""The Matrix Cookbook (Petersen & Pedersen, 15 November 2012), chapter 2: every formula our ops can state.

A row is: number of the equation, graph, variable, gradient as the book has it. What is derived must equal it
at generic points (`judge`), and the derivation must verify against the complex step. Scalars are named L.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

import symbackprop as sb
from symbackprop.answers.verdicts.line_verdict import judge
from symbackprop.errors import DeclarationError, VerificationError
from symbackprop.graph.expr import Expr, apply, const, substitute, topological
from symbackprop.graph.functions import eye

SQUARE = "A: n x n; B: n x n; C: n x n; X: n x n; a: n; b: n;"
TALL = "A: k x k; C: n x n; B: n x n; X: n x k;"
FIT = "x: n; A: n x k; s: k; W: n x n symmetric; L = dot(x - A @ s, W @ (x - A @ s))"
PAIR = "x: n; s: n; W: n x n symmetric; L = dot(x - s, W @ (x - s))"

GRADIENTS = [
    # determinants
    (49, f"{SQUARE} L = det(X)", "X", r"\det(X) (X^{-1})^\top"),
    (51, f"{SQUARE} L = det(A @ X @ B)", "X", r"\det(A X B) (X^{-1})^\top"),
    (52, f"{SQUARE} L = det(X.T @ A @ X)", "X", r"2 \det(X^\top A X) X^{-\top}"),
    (53, "A: n x n symmetric; X: n x k; L = det(X.T @ A @ X)", "X",
     r"2 \det(X^\top A X) A X (X^\top A X)^{-1}"),
    (54, "A: n x n; X: n x k; L = det(X.T @ A @ X)", "X",
     r"\det(X^\top A X) (A X (X^\top A X)^{-1} + A^\top X (X^\top A^\top X)^{-1})"),
    (55, "X: n x k; L = log(det(X.T @ X))", "X", r"2 ((X^\top X)^{-1} X^\top)^\top"),
    (57, f"{SQUARE} L = log(abs(det(X)))", "X", r"(X^{-1})^\top"),
    (58, f"{SQUARE} L = det(matrix_power(X, k=3))", "X", r"3 \det(X^3) X^{-\top}"),
    # inverses
    (61, f"{SQUARE} L = dot(a, inverse(X) @ b)", "X", r"-X^{-\top} a b^\top X^{-\top}"),
    (62, f"{SQUARE} L = det(inverse(X))", "X", r"-\det(X^{-1}) (X^{-1})^\top"),
    (63, f"{SQUARE} L = trace(A @ inverse(X) @ B)", "X", r"-(X^{-1} B A X^{-1})^\top"),
    (64, f"{SQUARE} L = trace(inverse(X + A))", "X", r"-((X + A)^{-1} (X + A)^{-1})^\top"),
    # first order
    (69, "x: n; a: n; L = dot(x, a)", "x", "a"),
    (70, "a: n; X: n x m; b: m; L = dot(a, X @ b)", "X", r"a b^\top"),
    (71, "a: m; X: n x m; b: n; L = dot(a, X.T @ b)", "X", r"b a^\top"),
    (72, f"{SQUARE} L = dot(a, X @ a)", "X", r"a a^\top"),
    (72, f"{SQUARE} L = dot(a, X.T @ a)", "X", r"a a^\top"),
    # second order
    (76, "X: n x m; L = sum(X)**2", "X",
     r"2 (\sum_{i=1}^{n} \sum_{j=1}^{m} X_{ij}) \mathbf{1}_n \mathbf{1}_m^\top"),
    (77, "X: n x m; b: m; c: m; L = dot(X @ b, X @ c)", "X", r"X (b c^\top + c b^\top)"),
    (78, "x: n; B: m x n; b: m; C: m x k; D: k x n; e: k; L = dot(B @ x + b, C @ (D @ x + e))", "x",
     r"B^\top C (D x + e) + D^\top C^\top (B x + b)"),
    (81, "x: n; B: n x n; L = dot(x, B @ x)", "x", r"(B + B^\top) x"),
    (82, "X: n x m; D: n x n; b: m; c: m; L = dot(X @ b, D @ (X @ c))", "X",
     r"D^\top X b c^\top + D X c b^\top"),
    (83, "X: n x m; D: n x n; b: m; c: n; L = dot(X @ b + c, D @ (X @ b + c))", "X",
     r"(D + D^\top) (X b + c) b^\top"),
    (84, FIT, "s", r"-2 A^\top W (x - A s)"),
    (85, PAIR, "x", "2 W (x - s)"),
    (86, PAIR, "s", "-2 W (x - s)"),
    (87, FIT, "x", "2 W (x - A s)"),
    (88, FIT, "A", r"-2 W (x - A s) s^\top"),
    (91, f"{SQUARE} L = dot(a, matrix_power(X, k=3) @ b)", "X",
     r"a b^\top (X^2)^\top + X^\top a b^\top X^\top + (X^2)^\top a b^\top"),
    (92, f"{SQUARE} L = sum((matrix_power(X, k=2) @ b)**2)", "X",
     r"2 (X^2 b b^\top X^\top + X^\top X^2 b b^\top)"),
    (97, "A: n x n; x: n; b: n; L = dot(x, A @ x) + dot(b, x)", "x", r"(A + A^\top) x + b"),
    # traces
    (99, f"{SQUARE} L = trace(X)", "X", "I_n"),
    (100, "X: n x m; A: m x n; L = trace(X @ A)", "X", r"A^\top"),
    (101, "A: k x n; X: n x m; B: m x k; L = trace(A @ X @ B)", "X", r"A^\top B^\top"),
    (102, "A: k x m; X: n x m; B: n x k; L = trace(A @ X.T @ B)", "X", "B A"),
    (103, "X: n x m; A: n x m; L = trace(X.T @ A)", "X", "A"),
    (104, "X: n x m; A: n x m; L = trace(A @ X.T)", "X", "A"),
    (105, "A: m x m; X: n x n; L = trace(kron(A, X))", "X", r"\operatorname{tr}(A) I_n"),
    (106, f"{SQUARE} L = trace(matrix_power(X, k=2))", "X", r"2 X^\top"),
    (107, f"{SQUARE} L = trace(matrix_power(X, k=2) @ B)", "X", r"(X B + B X)^\top"),
    (108, f"{TALL} L = trace(X.T @ B @ X)", "X", r"B X + B^\top X"),
    (109, f"{TALL} L = trace(B @ X @ X.T)", "X", r"B X + B^\top X"),
    (110, f"{TALL} L = trace(X @ X.T @ B)", "X", r"B X + B^\top X"),
    (111, f"{TALL} L = trace(X @ A @ X.T)", "X", r"X A^\top + X A"),
    (112, f"{TALL} L = trace(A @ X.T @ X)", "X", r"X A^\top + X A"),
    (113, f"{TALL} L = trace(X.T @ X @ A)", "X", r"X A^\top + X A"),
    (114, "A: k x n; X: n x k; B: k x n; D: k x k; L = trace(A @ X @ B @ X)", "X",
     r"A^\top X^\top B^\top + B^\top X^\top A^\top"),
    (115, f"{TALL} L = trace(X.T @ X)", "X", "2 X"),
    (116, "X: n x k; C: n x n; B: k x m; L = trace(B.T @ X.T @ C @ X @ B)", "X",
     r"C^\top X B B^\top + C X B B^\top"),
    (117, f"{TALL} L = trace(X.T @ B @ X @ A)", "X", r"B X A + B^\top X A^\top"),
    (118, "A: m x n; X: n x k; B: k x k; C: n x m; L = trace(A @ X @ B @ X.T @ C)", "X",
     r"A^\top C^\top X B^\top + C A X B"),
    (119, "A: m x n; X: n x k; B: k x p; C: m x p; L = trace((A @ X @ B + C) @ (A @ X @ B + C).T)", "X",
     r"2 A^\top (A X B + C) B^\top"),
    (120, "X: n x n; L = trace(kron(X, X))", "X", r"2 \operatorname{tr}(X) I_n"),
    (121, f"{SQUARE} L = trace(matrix_power(X, k=4))", "X", r"4 (X^{3})^\top"),
    (122, f"{SQUARE} L = trace(A @ matrix_power(X, k=3))", "X",
     r"(A X^2 + X A X + X^2 A)^\top"),
    (123, "X: n x k; C: n x n; B: k x m; L = trace(B.T @ X.T @ C @ X @ X.T @ C @ X @ B)", "X",
     r"C X X^\top C X B B^\top + C^\top X B B^\top X^\top C^\top X + C X B B^\top X^\top C X"
     r" + C^\top X X^\top C^\top X B B^\top"),
    (124, f"{SQUARE} L = trace(A @ inverse(X) @ B)", "X", r"-X^{-\top} A^\top B^\top X^{-\top}"),
    (125, "X: n x k; C: n x n symmetric; A: k x k; L = trace(inverse(X.T @ C @ X) @ A)", "X",
     r"-(C X (X^\top C X)^{-1}) (A + A^\top) (X^\top C X)^{-1}"),
    (126, "X: 5 x 3; C: 5 x 5 symmetric; B: 5 x 5 symmetric;"  # square X: the gradient is 0
     "L = trace(inverse(X.T @ C @ X) @ (X.T @ B @ X))", "X",
     r"-2 C X (X^\top C X)^{-1} X^\top B X (X^\top C X)^{-1} + 2 B X (X^\top C X)^{-1}"),
    (127, "X: n x k; C: n x n symmetric; B: n x n symmetric; A: k x k symmetric;"
     "L = trace(inverse(A + X.T @ C @ X) @ (X.T @ B @ X))", "X",
     r"-2 C X (A + X^\top C X)^{-1} X^\top B X (A + X^\top C X)^{-1} + 2 B X (A + X^\top C X)^{-1}"),
    # norms
    (129, "x: n; a: n; L = frobenius(x - a)", "x", r"\frac{x - a}{\|x - a\|_2}"),
    (131, "x: n; L = frobenius(x)**2", "x", "2 x"),
    (132, "X: n x m; L = frobenius(X)**2", "X", "2 X"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "text", "wrt", "book"), GRADIENTS, ids=[f"{n}-{k}" for k, (n, *_) in enumerate(GRADIENTS)]
)
def test_the_derived_gradient_is_the_books(number: int, text: str, wrt: str, book: str) -> None:
    d = sb.derive(text, of="L", wrt=[wrt])
    line = judge(d, rf"\nabla_{{{wrt}}} L = {book}")
    assert line.verdict == "holds", (number, line.verdict, line.detail, line.values, d[wrt].latex())
    report = d.verify()
    assert report.ok, (number, report.failures)


SECOND = [
    (98, "A: n x n; x: n; b: n; L = dot(x, A @ x) + dot(b, x)", "x", r"A + A^{\top}"),
    (98, "A: n x n symmetric; x: n; L = dot(x, A @ x)", "x", r"2 A"),
    (130, "x: n; a: n; L = frobenius(x - a)", "x",
     r"\frac{1}{L}\,I_{n} - \frac{1}{L^{3}} (x - a)\,(x - a)^{\top}"),
    (0, "A: m x n; x: n; b: m; L = frobenius(A @ x - b)**2", "x", r"2 A^{\top}\,A"),
    (0, "X: n x d; y: n; w: d; p = sigmoid(X @ w); L = -sum(y*log(p) + (1 - y)*log(1 - p))", "w",
     r"X^{\top}\,\operatorname{diag}(p \odot (1 - p))\,X"),
    (0, "x: n; p = softmax(x); L = logsumexp(x)", "x",
     r"\operatorname{diag}(p) - p\,p^{\top}"),
    (0, "S: n x n posdef; x: n; L = dot(x, solve(S, x))", "x", "2 S^{-1}"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "text", "wrt", "book"), SECOND)
def test_hessians_are_matrices(number: int, text: str, wrt: str, book: str) -> None:
    h = sb.hessian(text, of="L", wrt=wrt)
    assert h.expr is not None
    assert h.latex() == book
    assert h.verify() < 1e-10


def test_the_inverse_entry_by_entry() -> None:
    """Equation 60: ∂(X⁻¹)_kl / ∂X_ij = -(X⁻¹)_ki (X⁻¹)_jl, and the Hessian of log det."""
    j = sb.jacobian("X: n x n; Y = inverse(X)", of="Y", wrt="X")
    assert j.verify() < 1e-10
    h = sb.hessian("X: n x n; L = log(det(X))", of="L", wrt="X")
    assert j.latex() == r"-(X^{-1})_{ik}\,(X^{-1})_{mj}"
    assert h.latex() == r"-(X^{-1})_{jk}\,(X^{-1})_{mi}"
    assert h.verify() < 1e-10


KRONECKER = [
    ("A: m x n; X: n x k; L = frobenius(A @ X)**2", r"2 (I_{k} \otimes (A^{\top}\,A))"),
    ("A: m x n; X: n x k; B: k x p; L = frobenius(A @ X @ B)**2",
     r"2 ((B\,B^{\top}) \otimes (A^{\top}\,A))"),
    ("X: n x k; B: n x n; C: k x k; L = trace(X.T @ B @ X @ C)",
     r"C \otimes B^{\top} + C^{\top} \otimes B"),
    ("A: m x n; X: n x k; B: k x p; Y = A @ X @ B", r"B^{\top} \otimes A"),
    ("X: n x n; Y = inverse(X)", r"-X^{-\top} \otimes X^{-1}"),
    ("X: n x n; Y = X @ X", r"X^{\top} \otimes I_{n} + I_{n} \otimes X"),
    ("X: m x k; Y = X.T", r"\mathbf{K}_{m,k}"),
    ("X: m x k; Y = X @ X.T", r"X \otimes I_{m} + (I_{m} \otimes X)\,\mathbf{K}_{m,k}"),
    ("X: n x n; L = logdet(X)", r"-(X^{-1} \otimes X^{-\top})\,\mathbf{K}_{n,n}"),
    ("X: n x n; L = trace(X @ X @ X)",
     r"3 (I_{n} \otimes X^{\top})\,\mathbf{K}_{n,n} + 3 (X \otimes I_{n})\,\mathbf{K}_{n,n}"),
    ("X: m x k; L = sum(X**3)", r"6 \operatorname{diag}(\operatorname{vec}(X))"),
    ("A: m x n; X: n x k; B: k x p; Y = tanh(A @ X @ B)",
     r"\operatorname{diag}(\operatorname{vec}(1 - Y \odot Y))\,(B^{\top} \otimes A)"),
    ("X: n x m; W: m x k; P = X @ W; L = sum(sin(P))",
     r"-(I_{k} \otimes X^{\top})\,\operatorname{diag}\bigl(\operatorname{vec}(\sin(P))\bigr)\,"
     r"(I_{k} \otimes X)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "book"), KRONECKER)
def test_matrices_by_matrices_are_kronecker_products(text: str, book: str) -> None:
    matrix = "Y = " in text
    x = "W" if " W:" in text else "X"
    h = sb.jacobian(text, of="Y", wrt=x) if matrix else sb.hessian(text, of="L", wrt=x)
    assert h.vec().latex() == book
    assert h.vec().verify() < 1e-10


def test_swapped_kronecker_factors_are_caught() -> None:
    h = sb.jacobian("A: n x n; X: n x n; B: n x n; Y = A @ X @ B", of="Y", wrt="X").vec()
    assert h.expr is not None
    wrong = replace(h, expr=apply(h.expr.op, *reversed(h.expr.args)))
    with pytest.raises(VerificationError):
        wrong.verify()


def test_what_is_no_kronecker_product_is_refused() -> None:
    with pytest.raises(DeclarationError, match="no sum of Kronecker"):
        sb.hessian("X: n x m; L = sum(logsumexp(X @ ones(m, m) + X))", of="L", wrt="X").vec()


def test_a_lost_commutation_is_caught() -> None:
    h = sb.jacobian("X: n x n; Y = X @ X.T", of="Y", wrt="X").vec()
    assert h.expr is not None
    wrong = replace(h, expr=rebuilt(h.expr))
    with pytest.raises(VerificationError):
        wrong.verify()


def rebuilt(e: Expr) -> Expr:
    """The expression without its commutation matrices."""
    found = next(n for n in topological(e) if n.op.name == "commutation")
    return substitute(e, {found: eye(const(found.shape[0]))})


def test_symmetry_is_not_used_twice() -> None:
    with pytest.raises(DeclarationError, match="declared symmetric"):
        sb.hessian("A: n x n symmetric; x: n; L = sum((A @ x)**2)", of="L", wrt="A")


def test_a_wrong_row_is_caught() -> None:
    d = sb.derive(f"{SQUARE} L = det(X)", wrt=["X"])
    assert judge(d, r"\nabla_{X} L = \det(X) X^{-1}").verdict == "transposed"
    assert judge(d, r"\nabla_{X} L = \det(X)^2 X^{-\top}").verdict == "false"
