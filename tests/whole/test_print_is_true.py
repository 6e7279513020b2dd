"""What print(d) says is evaluated line by line, as a page is, and a damaged line is seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

import symbackprop as sb
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation, Phrase
from symbackprop.derivation.meanings import Meaning
from symbackprop.formula.tree import At, Nabla, Partial, Times, number
from symbackprop.page.page import Equations, Page, Section
from symbackprop.verify.equality import verify_page
from tests.graphs import GRAPHS
from tests.random_graphs import EVERYTHING, random_graph


def as_page(d: Derivation, lines: tuple[Meaning, ...]) -> Page:
    rows = []
    for k, m in enumerate(lines):
        shape = d.graph.symbol[m.name].shape
        inner = m.left.wrt if isinstance(m.left, Partial) else m.left
        letters = d.convention.letters[: len(shape)]
        free = tuple(zip(letters, shape, strict=True)) if isinstance(inner, At) else ()
        # in text ∂L/∂W has the shape of W; on a page that is the gradient, and the Jacobian of a vector a row
        whole = isinstance(m.left, Partial) and not free
        left = Nabla(m.left.of, m.left.wrt) if whole else m.left  # type: ignore[union-attr]
        rows.append(Equation(f"{k}", left, (m.right,), shape, free))
    return Page((Section("print", Phrase("section.gradients"), (Equations(tuple(rows)),)),))


def held(d: Derivation, lines: tuple[Meaning, ...]) -> set[str]:
    return {c.key for c in verify_page(d, as_page(d, lines)).equalities if c.verdict == "agrees"}


STILL = [n for n in GRAPHS if not sb.read(GRAPHS[n]).time]


@pytest.mark.parametrize("graph", STILL)
def test_every_line_of_a_graph_holds(graph: str) -> None:
    d = sb.derive(GRAPHS[graph])
    assert {str(k) for k in range(len(d.lines))} <= held(d, d.lines)


@pytest.mark.parametrize("seed", range(40))
def test_every_line_of_a_random_graph_holds(seed: int) -> None:
    d = sb.derive(random_graph(seed + 900, 3 + seed % 6, EVERYTHING))
    if not d.graph.time:
        assert {str(k) for k in range(len(d.lines))} <= held(d, d.lines)


def test_a_line_that_is_false_is_seen() -> None:
    d = sb.derive(GRAPHS["residual"])
    for k, m in enumerate(d.lines):
        wrong = replace(m, right=Times((number(2), m.right)))
        assert str(k) not in held(d, (*d.lines[:k], wrong, *d.lines[k + 1 :])), m
