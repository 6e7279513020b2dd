"""A line is an equation that holds or not; of what its signs may mean, a sensible reading counts."""

from collections import Counter

import pytest

import symbackprop as sb
from tests.corpora.reading_rows import GRAPHS, ROWS
from tests.samples import sampled

ANSWERS = [
    (GRAPHS[g], w, kind, answer, verdict)
    for (g, w, kind), said in ROWS.items()
    for verdict, answers in said.items()
    for answer in answers
]
REFUSED = ("wrong", "transposed", "unreadable")
ALLOWED = {"wrong": REFUSED[:2], "refused": REFUSED}


@pytest.mark.parametrize(("graph", "wrt", "kind", "answer", "verdict"), sampled(ANSWERS, 29))
def test_an_answer_has_its_verdict(graph: str, wrt: str, kind: str, answer: str, verdict: str) -> None:
    found = sb.check(graph, wrt, answer, kind=kind)  # type: ignore[arg-type]
    assert found.verdict in ALLOWED.get(verdict, (verdict,)), (found.sentence(), found.detail)
    assert verdict != "unreadable" or found.detail


def test_every_kind_has_right_answers_and_near_misses() -> None:
    assert len(ANSWERS) > 2400
    assert len(GRAPHS) >= 80
    counted = Counter(verdict for *_, verdict in ANSWERS)
    assert min(counted["correct"], counted["wrong"]) > 600 and counted["unreadable"] > 60
    refused = {g for (g, *_), said in ROWS.items() if {"wrong", "refused", "unreadable"} & set(said)}
    assert refused == {g for g, *_ in ROWS}
