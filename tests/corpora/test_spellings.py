"""Spellings that have one meaning: broadcasts in clauses, samples, columns, Π, counting from 0, matrices."""

import pytest

import symbackprop as sb
from tests.corpora import more_spelling_rows as more
from tests.corpora.spelling_rows import GRAPHS, ROWS


EVERY = [(GRAPHS[g], *row) for g, *row in ROWS] + [(more.GRAPHS[g], *row) for g, *row in more.ROWS]


@pytest.mark.parametrize(("graph", "wrt", "answer", "verdict"), EVERY)
def test_a_spelling_has_its_meaning(graph: str, wrt: str, answer: str, verdict: str) -> None:
    found = sb.check(graph, wrt, answer)
    right = (verdict,) if verdict != "wrong" else ("wrong", "transposed")
    assert found.verdict in right, (found.verdict, found.sentence(), found.detail)
