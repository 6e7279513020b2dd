"""Formulas mean what NumPy says they mean: on paper, in time, and in indices."""

from __future__ import annotations

import numpy as np
import pytest

from symbackprop.errors import FormulaError, LimitError
from symbackprop.formula.evaluation.value import Environment, Value, evaluate
from symbackprop.formula.reading.latex_reader import NameTable, read_formula
from symbackprop.formula.tree import At, Formula, Minus, Name, Partial, Plus, number

T, N, M = 5, 3, 2  # steps, entries, inputs
_rng = np.random.default_rng(11)
C = _rng.normal(size=(T + 2, N))  # c_0 … c_{T+1}
X = _rng.normal(size=(T, M))  # x_1 … x_T
W = _rng.normal(size=(N, M))
A = _rng.normal(size=(N, N))
Y = _rng.normal(size=N)
J = _rng.normal(size=(N, M))
STEPS, ROWS, COLUMNS = np.array([1, 3, 5]), np.array([1, 2, 3]), np.array([2, 1, 2])


def softmax(a: np.ndarray) -> np.ndarray:
    return np.exp(a) / np.exp(a).sum(-1, keepdims=True)


VALUES: dict[Formula, Value] = {
    Name("c"): Value(C, vector=True, time_axes=1, time_offset=0),
    Name("x"): Value(X, vector=True, time_axes=1),
    Name("W"): Value(W),
    Name("A"): Value(A),
    Name("y"): Value(Y, vector=True),
    Name("n"): Value(np.asarray(N)),
    Name("m"): Value(np.asarray(M)),
    Name("T"): Value(np.asarray(T)),
    Name("l"): Value(np.asarray(2), classes=7),
    Name("r"): Value(np.array([2, 7, 1, 1, 5]), vector=True, classes=7),
    Partial(Name("y"), Name("x")): Value(J),
}
FUNCTIONS = {
    "softmax": softmax,
    "logsumexp": lambda a: np.log(np.exp(a).sum(-1)),
    ("tanh", 1): lambda a: 1 - np.tanh(a) ** 2,
}
TABLE = NameTable.of([k for k in VALUES if isinstance(k, Name)], indices="tij")
PLAIN = Environment(VALUES, FUNCTIONS)
INDEXED = Environment(VALUES, FUNCTIONS, {"t": STEPS, "i": ROWS, "j": COLUMNS})
ROW = Environment(VALUES, FUNCTIONS, {"t": STEPS}, vectors="row")


def value(typed: str, env: Environment = PLAIN) -> np.ndarray:
    return evaluate(read_formula(typed, TABLE), env)


P = softmax(Y)
ON_PAPER = [
    (r"y", Y[:, None]),
    (r"A y - 2\mathbf{1}_{n}", (A @ Y - 2)[:, None]),
    (r"y^\top A y", Y @ A @ Y),
    (r"y y^\top", np.outer(Y, Y)),
    (r"1 - y \odot y", (1 - Y * Y)[:, None]),
    (r"\tanh^2(y) + \tanh'(y)", np.ones((N, 1))),
    (r"\operatorname{softmax}(A y)", softmax(A @ Y)[:, None]),
    (r"\operatorname{softmax}(y^\top)", P[None]),
    (r"\operatorname{softmax}(W)", softmax(W)),
    (r"\operatorname{logsumexp}(y)", np.log(np.exp(Y).sum())),
    (
        r"\operatorname{diag}(\operatorname{softmax}(y))"
        r" - \operatorname{softmax}(y)\,\operatorname{softmax}(y)^\top",
        np.diag(P) - np.outer(P, P),
    ),
    (r"\operatorname{diagonal}(A)", np.diag(A)[:, None]),
    (r"\operatorname{tr}(A^\top A)", (A * A).sum()),
    (r"\frac{2}{n} W^\top A", 2 / N * W.T @ A),
    (r"A \oslash (1 + A \odot A)", A / (1 + A * A)),
    (r"\mathbf{1}(A > 0) \odot A", np.maximum(A, 0)),
    (r"\mathbf{e}_{l}", np.eye(7)[:, [1]]),
    (r"\mathbf{e}_{r}", np.eye(7)[[1, 6, 0, 0, 4]]),
    (r"\begin{bmatrix} A & y \\ y^\top & 1 \end{bmatrix}", np.block([[A, Y[:, None]], [Y, 1]])),
    (r"\prod_{k=1}^{3} A", A @ A @ A),
    (r"\prod_{k=1}^{n} y_k", Y.prod()),
    (r"\sum_{s=1}^{T} c_{s-1} x_{s}^\top", C[:T].T @ X),
    (r"\sum_{k=1}^{0} y_k", 0.0),
    (r"(A A)_{2,3}", (A @ A)[1, 2]),
    (r"|y|", np.abs(Y)[:, None]),
    (r"\lfloor 2 A \rfloor", np.floor(2 * A)),
    (r"\lfloor (20 + 2 \cdot 3 - 3) / 2 \rfloor + 1", 12),
    (r"\lfloor -\frac{n}{2} \rfloor", -2),
    (r"\lfloor 10 \cdot (0.1 + 0.1 + 0.1) \rfloor - \lfloor (0.3 - 0.2) \cdot 10 \rfloor", 2),
    (r"I_{n} A + 0_{n\times n}", A),
]


@pytest.mark.parametrize(("typed", "expected"), ON_PAPER)
def test_on_paper(typed: str, expected: np.ndarray) -> None:
    found = value(typed)
    assert found.shape == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


IN_INDICES = [
    (r"c_{t-1}", C[STEPS - 1][..., None]),
    (r"c_{t+1,i}", C[STEPS + 1, ROWS - 1]),
    (r"\operatorname{logsumexp}(W x_t)", np.log(np.exp(X[STEPS - 1] @ W.T).sum(-1))),
    (r"\sum_{k=1}^{m} W_{ik} x_{t,k}", (X[STEPS - 1] @ W.T)[[0, 1, 2], ROWS - 1]),
    (r"\sum_{s=1}^{t} c_{s-1}", np.stack([C[:t].sum(0) for t in STEPS])[..., None]),
    (r"\frac{\partial y_i}{\partial x_j}", J[ROWS - 1, COLUMNS - 1]),
    (r"\left(\frac{\partial y}{\partial x}\right)_{ij}", J[ROWS - 1, COLUMNS - 1]),
    (r"\delta_{ij}", (ROWS == COLUMNS) * 1.0),
    (r"A_{i,1}", A[ROWS - 1, 0]),
    (
        r"\sum_{s=1}^{t} \sum_{k=1}^{s} x_{s-k+1,j} \delta_{ik}",
        [sum(X[s - i, j - 1] for s in range(i, t + 1))
         for t, i, j in zip(STEPS, ROWS, COLUMNS, strict=True)],
    ),
    (r"\prod_{k=1}^{t} A", np.stack([np.linalg.matrix_power(A, t) for t in STEPS])),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "expected"), IN_INDICES)
def test_in_indices(typed: str, expected: np.ndarray) -> None:
    np.testing.assert_allclose(value(typed, INDEXED), expected, rtol=1e-12, atol=1e-14)


def test_rows_are_rows() -> None:
    np.testing.assert_allclose(value(r"x_t W^\top", ROW)[:, 0], X[STEPS - 1] @ W.T)
    np.testing.assert_allclose(value(r"\operatorname{softmax}(y A)", ROW), softmax(Y @ A)[None])


def test_a_long_sum_of_matrices_stays_small() -> None:
    many = Value(_rng.normal(size=(3000, 20)), vector=True, time_axes=1)
    env = Environment({Name("q"): many})
    formula = read_formula(r"\sum_{s=1}^{3000} q_s q_s^\top", NameTable.of([Name("q")]))
    np.testing.assert_allclose(evaluate(formula, env), many.array.T @ many.array, rtol=1e-10)


def test_symbols_may_carry_their_own_time() -> None:
    c, t = Name("c"), Name("t")
    step = Partial(At(c, (t,)), At(c, (Plus((t, Minus(number(1)))),)))
    jacobians = _rng.normal(size=(T, N, N))
    env = Environment({step: Value(jacobians, time_axes=1)}, indices={"t": STEPS})
    np.testing.assert_array_equal(evaluate(step, env), jacobians[STEPS - 1])


def test_a_complex_step_passes_through() -> None:
    step = 1e-30
    env = Environment({Name("y"): Value(Y + 1j * step, vector=True)}, FUNCTIONS)
    table = NameTable.of([Name("y")])
    found = evaluate(read_formula(r"|y| \odot \tanh(y)", table), env)
    slope = np.imag(found)[:, 0] / step
    expected = np.sign(Y) * np.tanh(Y) + np.abs(Y) * (1 - np.tanh(Y) ** 2)
    np.testing.assert_allclose(slope, expected, rtol=1e-12)


REFUSED = [
    (r"W y", "W y: the sizes do not fit: 3×2 and 3×1"),
    (r"y \odot W", "3×1 and 3×2"),
    (r"y + y^\top", "3×1 and 1×3"),
    (r"A + y", "3×3 and 3×1"),
    (r"c_{t+3}", "= 8 is outside 0 … 6"),
    (r"y_{4}", "the index 4 is outside 1 … 3"),
    (r"A_{2}", "takes 2 indices, not 1"),
    (r"y^2", r"x^{\odot 2}"),
    (r"\frac{1}{y}", "not a scalar"),
    (r"\operatorname{softmx}(y)", "Did you mean softmax"),
    (r"\operatorname{tr}(W)", "not square"),
    (r"\mathbf{e}_{n}", "classes"),
    (r"y_{\frac{1}{2}}", "not an integer"),
    (r"\begin{bmatrix} A & y \\ 1 & 1 \end{bmatrix}", "sizes do not fit"),
]


@pytest.mark.parametrize(("typed", "says"), REFUSED)
def test_what_does_not_fit_is_named(typed: str, says: str) -> None:
    with pytest.raises(FormulaError) as caught:
        value(typed, INDEXED)
    assert says in str(caught.value)


def test_an_unknown_name_has_no_value() -> None:
    with pytest.raises(FormulaError, match="Did you mean"):
        evaluate(Name("W", "(1)"), PLAIN)


@pytest.mark.parametrize("typed", [r"\sum_{k=1}^{9999 n \cdot 99} k", r"I_{99 \cdot 9999}"])
def test_sizes_have_limits(typed: str) -> None:
    with pytest.raises(LimitError):
        value(typed)
