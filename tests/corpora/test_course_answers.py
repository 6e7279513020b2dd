"""Answers over graphs of a course: right ones are read, mistakes are named, near misses are refused."""

from __future__ import annotations

import pytest

import symbackprop as sb
from symbackprop.answers.verdicts.verdict import Verdict
from tests.corpora.course_answer_rows import GRAPHS, MISTAKEN, REFUSED, RIGHT
from tests.samples import sampled

Row = tuple[str, str, str, str]


def flat(table: dict[tuple[str, ...], tuple[str, ...]]) -> list[Row]:
    """One row for each answer: graph, variable, kind, answer."""
    return [(g, w, kind[0] if kind else "auto", a) for (g, w, *kind), each in table.items() for a in each]


def found(graph: str, wrt: str, kind: str, answer: str) -> Verdict:
    return sb.check(GRAPHS[graph], wrt, answer, kind=kind)  # type: ignore[arg-type]


@pytest.mark.parametrize(("graph", "wrt", "kind", "answer"), sampled(flat(RIGHT), 11))
def test_what_is_right_is_read(graph: str, wrt: str, kind: str, answer: str) -> None:
    v = found(graph, wrt, kind, answer)
    assert v.verdict == "correct", (v.sentence(), v.detail)


@pytest.mark.parametrize(("graph", "wrt", "kind", "answer"), flat(REFUSED))
def test_a_near_miss_is_refused(graph: str, wrt: str, kind: str, answer: str) -> None:
    assert found(graph, wrt, kind, answer).verdict in ("wrong", "transposed")


@pytest.mark.parametrize(("graph", "wrt", "kind", "answer", "mistake"), sampled(MISTAKEN, 8))
def test_a_mistake_has_its_name(graph: str, wrt: str, kind: str, answer: str, mistake: str) -> None:
    v = found(graph, wrt, kind, answer)
    assert (v.ok, v.mistake) == (False, mistake), v.sentence()


@pytest.mark.parametrize(("graph", "wrt", "kind", "answer"), sampled(flat(RIGHT), 47))
def test_three_times_what_is_right_is_refused(graph: str, wrt: str, kind: str, answer: str) -> None:
    if not any(sign in answer for sign in ("=", ",", "with", "where", "mit", "if", "cases")):
        assert not found(graph, wrt, kind, f"3 ({answer})").ok


MACHINE = ("gradient_", "_[", "M (", "u1 ", "S₁", "()")


@pytest.mark.parametrize(("graph", "wrt", "kind", "answer", "mistake"), sampled(MISTAKEN, 23))
def test_sentences_say_names_of_the_graph_only(
    graph: str, wrt: str, kind: str, answer: str, mistake: str
) -> None:
    v = found(graph, wrt, kind, answer)
    said = " ".join(v.sentence(language) for language in ("en", "de"))
    assert "{" not in said and not any(word in said for word in MACHINE)


def test_every_mistake_is_listed_with_both_sentences() -> None:
    assert {"sign", "factor", "upstream", "exponent", "exchanged", "last", "path_sign"} <= set(sb.mistakes)
    assert all(set(said) == {"en", "de"} and said["en"] != said["de"] for said in sb.mistakes.values())
    assert {key for *_, m in MISTAKEN for key in m.split("+")} <= set(sb.mistakes)


def test_no_page_word_is_named_where_a_path_is_missing() -> None:
    """Our page calls XᵀX by a letter of its own; who checks an answer has not seen it."""
    v = found("gram", "X", "auto", "1/2 X X'X + 2 lam X")
    assert v.mistake == "path" and "Xᵀ X" in v.sentence() and "M (" not in v.sentence()


@pytest.mark.parametrize("name", ["gammaln", "digamma", "trigamma"])
def test_a_function_by_its_digits_is_judged(name: str) -> None:
    graph = f"x: n positive; c: n; L = sum(c*{name}(x))"
    assert sb.check(graph, "c", f"{name}(x)").ok and not sb.check(graph, "c", f"{name}(2 x)").ok
