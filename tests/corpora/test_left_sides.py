r"""The left side of an answer is part of it: what stands around the derivative counts, nothing is dropped."""

import pytest

import symbackprop as sb
from tests.corpora.left_side_rows import GRAPHS, HESSIANS, ROWS

SQUARES = "X: n x d; f = sum(X**2)"
LEAST = "X: n x d; w: d; y: n; L = sum((X @ w - y)**2)/n"
VECTOR = "x: n; y: n; L = sum(x**2) + sum(y*x)"
SOFTMAX = "z: k; p = softmax(z)"
RNN = (
    "t: 1..T; x[t]: d; W: m x d; U: m x m; s[t] = tanh(W @ x[t] + U @ s[t-1]); l[t] = sum(s[t]**2)\n"
    "L = sum(l[t], over=t)"
)

HOLD = [
    (SQUARES, "X", "2 df/dX = 4 X"),
    (SQUARES, "X", "-df/dX = -2 X"),
    (SQUARES, "X", "(df/dX)' = 2 X'"),
    (SQUARES, "X", r"\left(\frac{\partial f}{\partial X}\right)^\top = 2 X^\top"),
    (SQUARES, "X", "df/dX + 1 = 2X + 1"),
    (SQUARES, "X", "df/dX - 2 X = 0"),
    (SQUARES, "X", "0 = 2X - df/dX"),
    (SQUARES, "X", "4 X = 2 df/dX = 3X + X"),
    (SQUARES, "X", "df/dX / 2 = X"),
    (SQUARES, "X", "2 df/dX_ij = 4 X_ij"),
    (SQUARES, "X", r"\frac12 \frac{\partial f}{\partial X_{ij}} = X_{ij}"),
    (SQUARES, "X", "2 df/dX = df/dX + 2X"),
    (SQUARES, "X", "exp(df/dX) = exp(2X)"),
    (SQUARES, "X", "df/dX: 2X"),
    (SQUARES, "X", "df/dX = X + X = 2X"),
    (SQUARES, "X", "vec(df/dX) = 2 vec(X)"),
    (SQUARES, "X", "-∇f(X) = -2X"),
    (SQUARES, "X", "2 X where Z = X and q = 2"),
    (LEAST, "w", r"\frac n2 \frac{∂L}{∂w} = X^T(Xw-y)"),
    (LEAST, "w", "n dL/dw = 2 X'(Xw-y)"),
    (LEAST, "w", r"\frac{\partial J(w)}{\partial w} = \frac2n X^\top (Xw-y)"),
    (LEAST, "w", "L_w = 2/n X'(Xw-y)"),
    (LEAST, "w", r"\frac{d}{dw} L(w) = \frac2n X^\top (Xw-y)"),
    (LEAST, "w", r"\partial_w L = \frac2n X^\top (Xw-y)"),
    (LEAST, "w", "dL(w)/dw = 2/n X'(Xw-y)"),
    (LEAST, "w", "2/n X' r where r = Xw - y"),
    (LEAST, "w", "(n/2) ∇_w L = X'(Xw-y)"),
    (LEAST, "w", "-dL/dw_j = 2/n sum_i X_ij (y_i - sum_k X_ik w_k)"),
    (VECTOR, "x", "2 dL/dx = 4x + 2y"),
    (VECTOR, "x", "(dL/dx)' = 2x' + y'"),
    (VECTOR, "x", "dL/dx - y = 2x"),
    (SOFTMAX, "z", "2 dp_i/dz_j = 2 p_i (δ_ij - p_j)"),
    (SOFTMAX, "z", "dp/dz + p p' = diag(p)"),
    (RNN, "s", "2 δ_t = 4 s_t + 2 U'(δ_{t+1} .* (1 - s_{t+1}.^2))"),
    (RNN, "W", "sum_t (δs_t .* (1-s_t.^2)) x_t' where s_0 = 0"),
]
DO_NOT = [
    (SQUARES, "X", "-df/dX = 2 X"),
    (SQUARES, "X", "(df/dX)' = 2 X"),
    (SQUARES, "X", "2 df/dX = 2 X"),
    (SQUARES, "X", r"\frac{\partial f}{\partial X} + 1 = 2X"),
    (SQUARES, "X", "df/dX / 2 = 2X"),
    (SQUARES, "X", "df/dX - 2X = 1"),
    (SQUARES, "X", "df/dX * df/dX = 2X"),
    (SQUARES, "X", "2 df/dX_ij = 2 X_ij"),
    (SQUARES, "X", "2 df/dX = 4.0000000000001 X"),
    (SQUARES, "X", "2 df/dX = 4X = 5X"),
    (SQUARES, "X", "df/dX: 3X"),
    (SQUARES, "X", "f = 2 X"),
    (SQUARES, "X", "X = 2 X"),
    (SQUARES, "X", "dX = 3X, dX = 2X"),
    (LEAST, "w", r"\frac n3 \frac{∂L}{∂w} = X^T(Xw-y)"),
    (LEAST, "w", "n dL/dw = X'(Xw-y)"),
    (
        LEAST,
        "w",
        r"\frac{\partial L}{\partial w_j} + \frac2n\sum_i X_{ij}(Xw)_i = -\frac2n \sum_i X_{ij} y_i",
    ),
    (LEAST, "w", "-∇L = 2/n X'(Xw-y)"),
    (LEAST, "w", "X dL/dw = 2/n X'(Xw-y)"),
    (VECTOR, "x", "(dL/dx)' = 2x + y"),
    (VECTOR, "x", "dL/dx + y = 2x + y"),
    (SOFTMAX, "z", "-dp/dz = diag(p) - p p'"),
    (RNN, "s", "2 δ_t = 2 s_t + U'(δ_{t+1} .* (1 - s_{t+1}.^2))"),
]
UNREADABLE = [
    (SQUARES, "X", "∂f/∂Y = 2 X"),
    (SQUARES, "X", "5 X, f(X) = 2 X"),
    (SQUARES, "X", "5 X where X = 2/5 X"),
    (SQUARES, "X", "it is definitely not the case that dL/dX = 2 X"),
    (SQUARES, "X", "not df/dX = 2X"),
    (SQUARES, "X", "no: 2 X"),
    (SQUARES, "X", "never: df/dX = 2 X"),
    (SQUARES, "X", "∂f/∂Y: 2 X"),
    (SQUARES, "X", "q = 2 X"),
    (SQUARES, "X", "df/dX = df/dX"),
    (SQUARES, "X", "0 df/dX = 0 X"),
    (SQUARES, "X", "df/dX - df/dX = 0"),
    (SQUARES, "X", "sum(df/dX) = 2 sum(X)"),
    (SQUARES, "X", "df/dX_11 = 2 X_11"),
    (SQUARES, "X", "df/dX ≠ 2 X"),
    (SQUARES, "X", r"\frac{\partial f}{\partial X} \neq 2X"),
    (SQUARES, "X", "∇f(Y) = 2X"),
    (SQUARES, "X", "2 X where X = 3 X"),
    (SQUARES, "X", "2 X with n = 5"),
    (SQUARES, "X", "2 X with f = 3"),
    (SQUARES, "X", "u with u = 3X, u = 2X"),
    (SQUARES, "X", "2 X, h(X) = 3"),
    (SQUARES, "X", "2 X with q = foo"),
    (LEAST, "w", "dL/dX = 2/n X'(Xw-y)"),
    (LEAST, "w", "dL/dw(y) = 2/n X'(Xw-y)"),
    (LEAST, "w", r"\neg \frac{\partial L}{\partial w} = \frac2n X^\top (Xw-y)"),
    (LEAST, "w", "2/n X'(Xw-y) with y = 2y"),
    (RNN, "W", "sum_t (δs_t .* (1-s_t.^2)) x_t' where s_0 = x_1"),
]


@pytest.mark.parametrize(("graph", "wrt", "answer"), HOLD)
def test_a_line_that_holds_is_right(graph: str, wrt: str, answer: str) -> None:
    found = sb.check(graph, wrt, answer)
    assert found.ok, (found.verdict, found.detail)


@pytest.mark.parametrize(("graph", "wrt", "answer"), DO_NOT)
def test_a_line_that_does_not_hold_is_wrong(graph: str, wrt: str, answer: str) -> None:
    found = sb.check(graph, wrt, answer)
    assert found.verdict in ("wrong", "transposed"), (found.verdict, found.detail)


@pytest.mark.parametrize(("graph", "wrt", "answer"), UNREADABLE)
def test_what_cannot_be_read_or_says_too_little_is_no_answer(graph: str, wrt: str, answer: str) -> None:
    found = sb.check(graph, wrt, answer)
    assert found.verdict == "unreadable" and found.detail, found.sentence()


def test_the_counterexample_of_an_equation_has_both_of_its_sides() -> None:
    found = sb.check("x: scalar; f = x**2", "x", "3 df/dx = 2 x").counterexample
    assert found is not None and found.right == 3 * 2 * dict(found.inputs)["x"]  # type: ignore[operator]
    assert found.given == 2 * dict(found.inputs)["x"]  # type: ignore[operator]


@pytest.mark.parametrize(("graph", "wrt", "answer", "verdict"), ROWS)
def test_a_left_side_is_read_whole(graph: str, wrt: str, answer: str, verdict: str) -> None:
    found = sb.check(GRAPHS[graph], wrt, answer)
    right = (verdict,) if verdict != "wrong" else ("wrong", "transposed")
    assert found.verdict in right, (found.verdict, found.sentence(), found.detail)


@pytest.mark.parametrize(("graph", "wrt", "answer", "verdict"), HESSIANS)
def test_a_second_derivative_is_called_as_people_call_it(
    graph: str, wrt: str, answer: str, verdict: str
) -> None:
    found = sb.check(GRAPHS[graph], wrt, answer, kind="hessian")
    assert found.verdict == verdict, (found.sentence(), found.detail)


def test_an_undeclared_function_is_named_with_the_output() -> None:
    found = sb.check(SQUARES, "X", "dg/dX = 2 X")
    assert "g is not declared" in found.detail and "∂f/∂X" in found.detail


def test_a_letter_of_an_output_with_a_script_is_another_function() -> None:
    assert sb.check(GRAPHS["sums"], "x", "dL1/dx = 3 x.^2", of="L1").ok
    assert sb.check(GRAPHS["sums"], "x", "dL/dx = 3 x.^2", of="L1").verdict == "unreadable"


FALSE_CLAUSES = [  # a right answer and a clause about a δ: whether that is false, and which δ's are its own
    ("2 X' r, δh = 5 h", "wrong", ()), ("2 X' r, δh = 2 r", "correct", ()),
    ("X' δh, δh = 2 r", "correct", ()),
    ("2 X' r where dh = r", "wrong", ()), (r"2 X^\top r, \quad \delta h = r", "wrong", ()),
    ("2 X' δh with δh = r", "correct", ("δh",)), (r"2 X^\top \delta h, \delta h = r", "correct", ("δh",)),
    ("2 X' δh with δh = r, δr = 7 r", "wrong", ()), ("X' δh with δh = 2 δr, δr = r", "correct", ("δh", "δr")),
    ("X' δ with δ = 2 r", "correct", ()), ("2 X' r, q = 5", "correct", ()),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "verdict", "own"), FALSE_CLAUSES)
def test_what_a_clause_says_of_a_signal_is_true_or_used(
    answer: str, verdict: str, own: tuple[str, ...]
) -> None:
    found = sb.check("X: n x d; w: d; y: n; h = X @ w; r = h - y; L = sum(r**2)", "w", answer)
    assert (found.verdict, tuple(sorted(found.own))) == (verdict, own), found.sentence()
    assert found.mistake == ("clause" if verdict == "wrong" else "")
    for name in own:
        assert name in found.sentence("en") and name in found.sentence("de")
