"""Kinds of notation and of mistakes: right answers are right, near misses are not, mistakes have names."""

from itertools import chain

import pytest

import symbackprop as sb
from tests.corpora.written_rows import GRAPHS, MISTAKEN, RIGHT, UNREADABLE, WRONG

ROWS = [
    (GRAPHS[g], w, kind[0] if kind else "auto", answer, verdict)
    for table, verdict in ((RIGHT, "correct"), (WRONG, "wrong"), (UNREADABLE, "unreadable"))
    for (g, w, *kind), each in table.items()
    for answer in each
]


@pytest.mark.parametrize(("graph", "wrt", "kind", "answer", "verdict"), ROWS)
def test_what_is_written_has_its_verdict(graph: str, wrt: str, kind: str, answer: str, verdict: str) -> None:
    found = sb.check(graph, wrt, answer, kind=kind)  # type: ignore[arg-type]
    allowed = ("wrong", "transposed") if verdict == "wrong" else (verdict,)
    assert found.verdict in allowed, (found.sentence(), found.detail)


@pytest.mark.parametrize(("graph", "wrt", "kind", "answer", "mistake"), MISTAKEN)
def test_a_mistake_in_any_derivative_has_its_name(
    graph: str, wrt: str, kind: str, answer: str, mistake: str
) -> None:
    found = sb.check(GRAPHS[graph], wrt, answer, kind=kind)  # type: ignore[arg-type]
    assert (found.ok, found.mistake) == (False, mistake), found.sentence()


def test_every_kind_has_near_misses() -> None:
    refused = {g for g, *_ in chain(WRONG, UNREADABLE)} | {g for g, *_ in MISTAKEN}
    assert len({g for g, *_ in RIGHT} & refused) > 30


ASIDE = [("2 w (column vector d x 1)", True), (r"2 w \in \mathbb{R}^d", True), ("2 w  # gradient", True),
         ("2 w with ⊙ the elementwise product", True), ("2 w (row 3)", False), ("2 w", False)]  # fmt: skip


@pytest.mark.parametrize(("answer", "aside"), ASIDE)
def test_a_remark_is_set_aside_and_said(answer: str, aside: bool) -> None:
    found = sb.check("w: d; L = sum(w**2)", "w", answer)
    assert bool(found.aside) == aside
    assert found.ok == (aside or answer == "2 w")
    assert all(r in found.sentence(language) for r in found.aside for language in ("en", "de"))
