"""An answer that is code means what NumPy computes."""

import pytest

import symbackprop as sb
from tests.corpora.numpy_answer_rows import GRAPHS, ROWS


@pytest.mark.parametrize(("graph", "wrt", "answer", "verdict"), ROWS)
def test_code_is_judged_by_the_rules_of_numpy(graph: str, wrt: str, answer: str, verdict: str) -> None:
    found = sb.check(GRAPHS[graph], wrt, answer)
    right = (verdict,) if verdict != "wrong" else ("wrong", "transposed")
    assert found.verdict in right, (found.verdict, found.sentence(), found.detail)
