"""Lines of a solution: names it makes, derivatives it names, steps of a recurrence, numbers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

import symbackprop as sb
from symbackprop.answers.many.checking_many import Task, judge_all
from symbackprop.answers.solution.solution import solution
from symbackprop.derivation.derivation import Derivation
from tests.corpora.test_typed_answers import HOSTILE
from tests.limits import within_a_second

RNN = """t: 1..T; W: d x d; h0: d; y: d; h[0] = h0; h[t] = tanh(W @ h[t-1])
L = sum((h[T]-y)**2)"""
SOFTMAX = "z: n; y: n onehot; p = softmax(z); L = -sum(y*log(p))"
RIDGE = "X: n x d; w: d; y: n; r = X@w - y; L = sum(r**2)/2 + sum(w**2)/2"
PATHS = "x: scalar; s = exp(x/2); K = (s**2 - x)/2; L = K**2"
BACK = r"\delta h_t = W^\top (\delta h_{t+1} \odot (1 - h_{t+1}^2))"

LEAST = "X: n x d; theta: d; y: n; h = X @ theta; J = sum((h - y)**2)/(2*n)"
LAYERS = "x: d; t: k; W: m x d; V: k x m; z = W @ x; a = tanh(z); o = V @ a; L = sum((o - t)**2)/2"
MARGINS = "X: n x d; w: d; y: n; m = y*(X @ w); L = sum(relu(1 - m))/n"

LINES = [
    (LEAST, ["r = h − y", "dr/dθ = X", "dJ/dr = r/n", "dJ/dθ = X' r/n"], "defined holds holds holds"),
    (LEAST, [r"r = X\theta - y", r"\frac{\partial r}{\partial \theta} = X",
             r"\frac{\partial J}{\partial r} = \frac1n r"], "defined holds holds"),
    (LEAST, ["r = y - h", "dr/dθ = -X", "dJ/dr = r/n"], "defined holds holds"),
    (LEAST, ["r = h − y", "dr/dθ = -X", "dJ/dr = 2 r/n"], "defined false false"),
    (LAYERS, ["e = o - t", "dL/de = e", "de/da = V", "dL/da = V'e"], "defined holds holds holds"),
    (LAYERS, ["e = o - t", "dL/de = 2 e", "de/da = V'"], "defined false transposed"),
    (MARGINS, ["q = 1 - m", "dL/dq = (q > 0)/n", "dq/dw = -diag(y) X"], "defined holds holds"),
    (MARGINS, ["q = 1 - m", "dL/dq = (q < 0)/n"], "defined false"),
    (RNN, ["δh_T = 2 (h_T - y)", "δh_t = W' (δh_{t+1} .* (1 - h_{t+1}.^2))"], "holds holds"),
    (RNN, ["δh_t = W' (δh_{t+1} .* (1 - h_{t+1}.^2))", "δh_T = 2 (h_T - y)"], "holds holds"),  # read upwards
    (RNN, ["δh_t = W (δh_{t+1} .* (1 - h_{t+1}.^2))", "δh_T = 2 (h_T - y)"], "false holds"),
    (RNN, ["δh_t = W' (δh_{t+1} .* (1 - h_{t+1}.^2))", "h_T = tanh(W h_{T-1})"], "false holds"),  # of another
    (RNN, ["δh_t = W' (δh_{t+1} .* (1 - h_{t+1}.^2))"], "false"),  # it is not so at T
    (RNN, ["δh_t = W' (δh_{t+1} .* (1 - h_{t+1}.^2)) for t < T"], "holds"),
    (RNN, ["δh_t = W (δh_{t+1} .* (1 - h_{t+1}.^2)) for t < T"], "false"),
    (RNN, [BACK + r" \quad \text{für } t = T-1, \dots, 1"], "holds"),
    (RNN, [BACK + r", \quad 1 \le t \le T"], "false"),
    (RNN, [r"a_t = W h_{t-1}", r"h_t = \tanh(a_t)", r"h_t = \tanh(2 a_t)"], "defined holds false"),
    (RNN, [r"\frac{\partial h_t}{\partial h_{t-1}} = diag(1 - h_t^2) W"], "holds"),
    (RNN, ["∂h_t/∂h_{t-1} = diag(1 - h_t^2) W", "∂h[t]/∂h[t-1] = W diag(1 - h[t]^2)"], "holds false"),
    (RNN, ["dh_t/dh_{t-2} = diag(1-h_t^2) W diag(1-h_{t-1}^2) W"], "holds"),
    (RNN, ["dh_t/dh_{t-2} = W diag(1-h_t^2) W diag(1-h_{t-1}^2)"], "false"),
    (RNN, [r"\frac{\partial h_{t,i}}{\partial h_{t-1,j}} = (1 - h_{t,i}^2) W_{ij}"], "holds"),
    (RNN, [r"\frac{\partial h_{t,i}}{\partial h_{t-1,j}} = (1 - h_{t,i}^2) W_{ji}"], "false"),
    (SOFTMAX, [r"e_i = \exp(z_i)", r"s = \sum_j e_j", r"p_i = \frac{e_i}{s}"], "defined defined holds"),
    (SOFTMAX, [r"e_i = \exp(z_i)", r"s = \sum_j e_j", r"p_i = \frac{s}{e_i}"], "defined defined false"),
    (SOFTMAX, [r"s = \sum_j \exp(z_j)", r"\frac{\partial s}{\partial z_j} = \exp(z_j)"], "defined holds"),
    (SOFTMAX, [r"s = \sum_j \exp(z_j)", r"\frac{\partial s}{\partial z_j} = s"], "defined false"),
    (SOFTMAX, ["q = p'y", "dq/dz = p.*y - q p"], "defined holds"),  # by the chain rule, through p
    (SOFTMAX, ["q = p'y = 2 p'y"], "false"),
    (SOFTMAX, [r"H_L = \operatorname{diag}(p) - p p^\top", r"H_L = \operatorname{diag}(p)"], "holds false"),
    (RIDGE, ["err = X w - y", "r = err", "∇_w L = X' err + w", "dL/dw = X'err"], "defined holds holds false"),
    (RIDGE, [r"H_L = X^\top X + I_d", r"H_L = X^\top X"], "holds false"),
    (PATHS, ["δs = δK s⟨via K⟩", "δs = δK s ⟨über K⟩", "δs = 2 δK s⟨through K⟩"], "holds holds false"),
    (PATHS, ["δs = δK s⟨s K⟩", "δs = δK ⟨viaduct K⟩ s"], "unreadable unreadable"),  # no words of a brace
    (PATHS, ["dK/dx = -1/2", "dK/dx = (s^2 - 1)/2", "dK/dx = s^2/2"], "holds holds false"),  # ∂ and d
    # a name of the solution's own, where x is in e itself and in what stands beside it
    (PATHS, ["e = s^2 - x", "∂e/∂x = -1", "∂e/∂x = s^2 - 1", "∂e/∂x = 1"], "defined holds holds false"),
]  # fmt: skip


@pytest.mark.parametrize(("graph", "lines", "verdicts"), LINES, ids=[r[1][-1] for r in LINES])
def test_lines_of_a_solution(graph: str, lines: list[str], verdicts: str) -> None:
    found = solution(sb.derive(graph), lines)
    assert " ".join(t.verdict for t in found) == verdicts, [t.line.detail for t in found]


def test_lines_in_numbers() -> None:
    d = sb.derive("x: scalar; y = x**2; L = sin(y)")
    lines = ["y = 4", r"\frac{\partial L}{\partial x} \approx -2.615", "y = 5"]
    assert [t.verdict for t in solution(d, lines, at={"x": 2})] == ["holds", "holds", "false"]
    assert solution(d, lines)[0].verdict == "false"


# --- hostile lines ----------------------------------------------------------------------------------

MORE = ("\n" * 5000 + "r", "," * 4000, "1/" * 3000 + "r", "a" * 9000, "r " + "for t < T " * 800, "∂" * 3000,
        "∂r/" * 2000, "∇_(" * 1000, "⌊" * 2000, "r" * 200_000, "[" + "1 2\n" * 2000 + "]",
        "⟨1×1⟩" * 1500)  # fmt: skip
RIDGES = sb.derive(RIDGE, wrt=["w"])
STEPS = sb.derive(RNN, wrt=["W"])


@pytest.mark.parametrize("text", [*HOSTILE[::3], *MORE], ids=lambda t: t[:12])
@pytest.mark.parametrize("d", [RIDGES, STEPS], ids=["ridge", "rnn"])
def test_hostile_lines_get_a_verdict_soon(d: Derivation, text: str) -> None:
    solution(d, ["L = L"])
    for line in (f"{text} = L", f"L = 2 {text}"):
        with within_a_second():
            found = solution(d, [line])
        assert found[0].verdict not in ("holds", "follows")


def test_hostile_rows_do_no_harm() -> None:
    task = Task(RIDGE, "w", None)
    rows = [{"answer": text} for text in (*HOSTILE[::8], *MORE)] + [{"answer": "X'r + w"}]
    with ThreadPoolExecutor(1) as pool:
        found = judge_all(task, rows, pool)
    assert [r["verdict"] for r in found][-1] == "correct"
    assert all(r["verdict"] != "correct" for r in found[:-1])


def test_what_takes_longer_than_a_second_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((0.0, 1.5))
    monkeypatch.setattr("time.process_time", lambda: next(clock))
    with pytest.raises(AssertionError), within_a_second():
        pass
