"""Answers over models of their own: the verdict, the mistake, and a counterexample that is one."""

from __future__ import annotations

import numpy as np
import pytest

import symbackprop as sb
from tests.corpora.new_answer_rows import MODELS, NEW

CORRECT = [(g, w, a) for g, w, a, verdict, _ in NEW if verdict == "correct"]


@pytest.mark.parametrize(("model", "wrt", "answer", "verdict", "mistake"), NEW)
def test_verdict_and_mistake(model: str, wrt: str, answer: str, verdict: str, mistake: str | None) -> None:
    found = sb.check(MODELS[model], wrt, answer)
    assert found.verdict == verdict, (found.sentence(), found.detail)
    assert mistake is None or found.mistake == mistake, found.sentence()
    assert all(found.sentence(language).endswith(".") for language in ("en", "de"))
    if (c := found.counterexample) and found.mistake != "sizes":
        assert all(abs(x) <= 9 for _, v in c.inputs for x in np.ravel(np.asarray(v, float)))
        given, right = (np.asarray(v, float) for v in (c.given, c.right))
        assert (
            given.size != right.size
            or not np.array_equal(given.ravel(), right.ravel())
            or (found.verdict == "transposed" and given.shape != right.shape)
        )


@pytest.mark.parametrize(("model", "wrt", "answer"), CORRECT)
def test_the_same_answer_damaged_is_not_right(model: str, wrt: str, answer: str) -> None:
    cut = next(
        (k for word in ("with", "where", ", \\quad", ", δ") if (k := answer.find(word)) > 0), len(answer)
    )
    body, rest = answer[:cut], answer[cut:]
    left, sign, right = (
        body.rpartition("= ") if not body.lstrip().startswith(("sum", "\\sum")) else ("", "", body)
    )
    if any(x in right for x in ("[i=j]", "|r|", "m<1")):
        left, sign, right = "", "", body
    assert not sb.check(MODELS[model], wrt, f"{left}{sign}3 ({right}) {rest}").ok


def test_a_kink_is_met_on_both_sides() -> None:
    """At one point or another 1 - m is negative: there the square is no longer 0 by itself."""
    graph = MODELS["margin"]
    for seed in range(6):
        assert not sb.check(graph, "w", "-2 y (1 - m) x", seed=seed).ok
        assert sb.check(graph, "w", "-2 y relu(1 - m) x", seed=seed).ok
