"""What makes judging fast changes no verdict: steps at once, small stand-ins, sums with a slip in them."""

from __future__ import annotations


import numpy as np
import pytest

import symbackprop as sb
from symbackprop.answers.checking import bench
from symbackprop.answers.slips.wrong_derivation import full
from symbackprop.answers.slips.wrong_rules import derailed, rule, slips
from symbackprop.answers.typed.typed_answer import read
from symbackprop.answers.verdicts.formula_verdict import Judge
from symbackprop.backward.preparation import prepare
from symbackprop.backward.reverse_pass import backward
from symbackprop.dialects.disambiguation.readings import readings
from symbackprop.errors import SymbackpropError
from symbackprop.numeric.points import backward_values
from tests.answers.answer_rows import ANSWER_GRAPHS as GRAPHS

RNN = GRAPHS["rnn"]
RIGHT = "2 h_t + U^T (δ_{t+1} * (1 - h_{t+1}^2))"
TOGETHER = [
    ("h", RIGHT), ("h", "2 h_t + δ_t"), ("h", "2 h_t + sum_{k=t}^T U^T δa_k"),
    ("h", "2 h_{t,i} + sum_j U_ji δa_{t+1,j}"), ("a", "diag(1 - h_t .^ 2) (2 h_t + U' δ_{t+1})"),
    ("x", "W' δa_t / ||δa_t||"), ("x", "W' softmax(δa_t)"), ("x", "W^T δa_t + t"),
    ("a", "[δa_{t+1}, h_t] [1; t]"), ("a", "kron(1, h_t)"),
]  # fmt: skip


@pytest.mark.parametrize(("wrt", "answer"), TOGETHER)
def test_steps_at_once_are_the_steps_one_by_one(wrt: str, answer: str) -> None:
    b = bench(RNN, None, wrt)
    judge = Judge(b, read(b, answer))
    form, first = judge.typed.forms[0], b.spots[:1]
    reading, _ = next(readings(form, judge.place(first[0]).env, first[0].sizes))
    for here in b.points:
        places = [judge.place(s) for s in here]
        at_once = judge.court.steps(form, reading, list(zip(here, places, strict=True)))
        alone = [p.value(form, reading) for p in places]
        for x, y in zip(at_once, alone, strict=True):
            np.testing.assert_allclose(x.array, y.array, rtol=1e-12)
            assert x.size == y.size


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5, "T"])
def test_an_answer_that_is_wrong_at_one_step_is_wrong(step: object) -> None:
    assert sb.check(RNN, "h", RIGHT).ok
    assert sb.check(RNN, "h", f"{RIGHT} + 1[t = {step}] h_t").verdict == "wrong"


def test_a_step_is_no_answer_to_itself() -> None:
    for answer in ("δ_t", "dL/dh_t", r"\delta h_t", "sum_{k=t}^t δ_k", "sum_{k=1}^T 1[k = t] δh_k"):
        assert not sb.check(RNN, "h", answer).ok, answer
    assert not sb.check(RNN, "a", "δ_t + δ_{t+1} - δ_{t+1}").ok


def test_what_depends_on_the_step_in_its_size_is_evaluated_step_by_step() -> None:
    right = r"2 h_t + U^\top \delta a_{t+1}"
    assert sb.check(RNN, "h", rf"{right} + (\mathbf{{1}}_t^T \mathbf{{1}}_t - t) h_t").ok
    assert not sb.check(RNN, "h", rf"{right} + \mathbf{{1}}_t^T \mathbf{{1}}_t h_t").ok


SLIPPING = [(RNN, "x"), (RNN, "U"), (GRAPHS["square"], "W"), (GRAPHS["residual"], "x"),
            (GRAPHS["network"], "V"),
            ("z: k; w: k; p = softmax(z); q = p * w; s = sum(q); L = s**2 + sum(p**2)", "z")]  # fmt: skip


@pytest.mark.parametrize(("graph", "wrt"), SLIPPING)
def test_a_slip_in_the_right_derivation_is_a_derivation_with_that_slip(graph: str, wrt: str) -> None:
    b = bench(graph, None, wrt)
    d = b.target.d
    compared = 0
    for s in slips(d.backward):
        try:
            whole = backward(prepare(d.graph, d.of, [wrt]), pull=rule((s,)))
        except (SymbackpropError, AssertionError, ValueError):
            continue
        part = derailed(d.backward, wrt, (s,))
        for spot in b.spots:
            expected = full(whole, spot.point).deltas[wrt, spot.t]
            found = backward_values(part, spot.point).deltas[wrt, spot.t]
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
            compared += not np.allclose(expected, spot.own)
    assert compared > 3


BATCH = "b: 16; X: 256 x 16; L = sum((X + b)**2)/2"
COMPUTED = [
    "2^8 b", "4*8*8 b", "256 b", r"\operatorname{tr}(I_{2^8}) b", r"b \sum_{i=1}^{2^8} 1", "k b with k = 2^8",
    r"\exp(8 \log 2) b", "b (5 - 3)^8", r"\mathbf 1_{2^8}^T \mathbf 1_{2^8} b",
]  # fmt: skip


@pytest.mark.parametrize("term", COMPUTED)
def test_a_computed_number_may_be_a_size(term: str) -> None:
    assert sb.check(BATCH, "b", rf"X^T \mathbf{{1}} + {term}").verdict == "correct"
    assert sb.check(BATCH, "b", rf"X^T \mathbf{{1}}_{{2^8}} + {term}").verdict == "correct"
    assert sb.check(BATCH, "b", rf"X^T \mathbf{{1}} - {term}").verdict == "wrong"


def test_sizes_that_fit_nowhere_are_wrong_at_large_sizes_too() -> None:
    for answer in ("X b", r"X^T \mathbf{1}_{2^7}", r"X^T \mathbf{1} + 2^7 b", "X^T X"):
        assert sb.check(BATCH, "b", answer).verdict == "wrong", answer
