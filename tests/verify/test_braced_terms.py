"""Braced terms: each is held against what the reads under its brace send back; what is wrong is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

import symbackprop as sb
from symbackprop.derivation.equation import Equation
from symbackprop.formula.tree import Braced, Formula, Minus, Name, Plus, Times, number
from symbackprop.formula.writing.text_writer import text
from symbackprop.formula.writing.walk import inside
from symbackprop.page.outline import outline
from symbackprop.page.page import Options, Page
from symbackprop.verify.equality import verify_page
from tests.changed_pages import with_equation
from tests.graphs import GRAPHS
from tests.random_graphs import random_graph
from tests.samples import sampled

RESIDUAL = "x: d; W: d x d; r = x + tanh(W @ x); q = r + tanh(W @ r); L = sum(q**3)"
STEPS = """t: 1..T; x[t]: m; U: m x m; h[t] = tanh(x[t] + U @ h[t-1]); y[t] = h[t]*x[t]
    l[t] = sum(y[t]**3 + h[t]**2); L = sum(l[t], over=t)"""
START = """t: 1..T; x[t]: m; a: m; h[0] = tanh(a); h[t] = tanh(x[t] + h[t-1]*a)
    L = sum(sum(h[t]**3 + h[t]), over=t)"""
STACK = "x: b x n x d; W: d x k; z = x @ W; L = sum(exp(z)*z) + sum(einsum('bik,bjk->bij', z, z))"
RANDOM = {f"random {seed}": random_graph(seed, 7) for seed in range(8)}
EVERY = {**GRAPHS, **RANDOM, "residuals": RESIDUAL, "steps": STEPS, "start": START, "stack": STACK}


def page_of(d: sb.Derivation) -> Page:
    return outline(d, Options(("terms",)))


@pytest.mark.parametrize("name", sampled(EVERY, 5))
def test_every_braced_term_is_what_its_reader_sends_back(name: str) -> None:
    d = sb.derive(EVERY[name])
    page = page_of(d)
    report = verify_page(d, page, seed=5)
    assert not report.failures
    for eq in page.equations:
        (side, *_) = eq.sides
        found = [f for f in inside(side) if isinstance(f, Braced)]
        assert len(found) == len(eq.through) > 1
        assert {r.name for t in eq.through for r in t.reads} == {eq.key.removeprefix("terms.")}


def fails(graph: str, key: str, change: Callable[[list[Formula]], list[Formula]]) -> str:
    """Why a page with other terms does not hold."""
    d = sb.derive(graph)
    page = page_of(d)
    assert verify_page(d, page, seed=5).ok

    def other(eq: Equation) -> Equation:
        assert isinstance(eq.sides[0], Plus)
        return replace(eq, sides=(Plus(tuple(change(list(eq.sides[0].terms)))), *eq.sides[1:]))

    (found,) = (c for c in verify_page(d, with_equation(page, key, other), seed=5).failures if c.key == key)
    return found.reason


def braces_swapped(terms: list[Formula]) -> list[Formula]:
    """Each term under the brace of another."""
    a, b, *rest = terms
    assert isinstance(a, Braced) and isinstance(b, Braced)
    return [replace(a, operand=b.operand), replace(b, operand=a.operand), *rest]


def names_swapped(terms: list[Formula]) -> list[Formula]:
    a, b, *rest = terms
    assert isinstance(a, Braced) and isinstance(b, Braced)
    return [replace(a, through=b.through), replace(b, through=a.through), *rest]


def weighed(terms: list[Formula]) -> list[Formula]:
    """Twice the first term, and the first taken off the second: the sum is the same."""
    a, b, *rest = terms
    assert isinstance(a, Braced) and isinstance(b, Braced)
    two = replace(a, operand=Times((number(2), a.operand)))
    return [two, replace(b, operand=Plus((b.operand, Minus(a.operand)))), *rest]


GRAPHS_TRIED = [(RESIDUAL, "terms.r"), (RESIDUAL, "terms.x"), (STEPS, "terms.h"), (GRAPHS["gru"], "terms.h"),
                (GRAPHS["two paths"], "terms.h")]  # fmt: skip


@pytest.mark.parametrize(("graph", "key"), GRAPHS_TRIED)
def test_terms_under_each_others_braces_are_found(graph: str, key: str) -> None:
    assert "by definition" in fails(graph, key, braces_swapped)


@pytest.mark.parametrize(("graph", "key"), GRAPHS_TRIED)
def test_parts_of_one_term_in_another_are_found(graph: str, key: str) -> None:
    assert "by definition" in fails(graph, key, weighed)


@pytest.mark.parametrize(("graph", "key"), [*GRAPHS_TRIED[:1], *GRAPHS_TRIED[3:]])
def test_names_under_the_wrong_braces_are_found(graph: str, key: str) -> None:
    assert "by definition" in fails(graph, key, names_swapped)


def test_a_brace_that_stands_for_nothing_is_found() -> None:
    said = fails(RESIDUAL, "terms.r", lambda terms: [*terms, Braced(number(0), Name("q"))])
    assert "braced terms" in said
    assert "braced terms" in fails(
        RESIDUAL, "terms.r", lambda terms: [t.operand for t in terms if isinstance(t, Braced)]
    )


def test_terms_of_one_definition_are_told_apart() -> None:
    """A residual: past the layer, and through it."""
    (row,) = (eq for eq in page_of(sb.derive(RESIDUAL)).equations if eq.key == "terms.r")
    assert [text(f.through) for f in inside(row.sides[0]) if isinstance(f, Braced)] != []
    assert text(row.sides[0]) == "δq⟨via q⟩ + Wᵀ (δq ⊙ (1 − tanh(W r)²))⟨via tanh(W r)⟩"


def test_later_steps_come_after_the_own_one() -> None:
    (row,) = (eq for eq in page_of(sb.derive(STEPS)).equations if eq.key == "terms.h")
    named = [text(f.through) for f in row.sides[0].terms if isinstance(f, Braced)]  # type: ignore[union-attr]
    assert named[-1].endswith("ₜ₊₁") and not any("₊" in n for n in named[:-1])


@pytest.mark.parametrize(("language", "word"), [("en", "through"), ("de", "über")])
def test_the_word_under_a_brace_is_of_the_language(language: str, word: str) -> None:
    page = sb.derive(RESIDUAL).page(language, show=("ledger", "terms"))
    assert f"⟨{word} q⟩" in page.text() and f"<mtext>{word}</mtext>" in page.html()
    assert r"\sbvia{q}" in page.latex() and "sbvia" not in page.html()


@pytest.mark.parametrize("show", [("ledger",), ("ledger", "terms")])
def test_a_ledger_points_to_terms_only_where_they_stand(show: tuple[str, ...]) -> None:
    said = sb.derive(RESIDUAL).page(show=show).text()
    assert ("terms, below" in said) == ("terms" in show)
