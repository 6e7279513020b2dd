"""Heads of attention on a page: one matrix of a stack for all of them, blocks of columns, no reshape."""

from __future__ import annotations

from dataclasses import replace

import pytest

import symbackprop as sb
from symbackprop.formula.reading.latex_reader import NameTable, read_formula
from symbackprop.formula.tree import At, Formula, Mark, Name, Number, Plus, Times, Transpose, number
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.formula.writing.text_writer import text
from symbackprop.page.outline import outline
from symbackprop.page.page import Equations, Page, Section
from symbackprop.page.page import Phrase
from symbackprop.verify.equality import verify_page

HEADS = [
    ("Q: 3 x 2*k; K: 5 x 2*k; V: 5 x 2*m; O = attention(Q, K, V, heads=2); L = sum(O**3)", "QKV", 2),
    ("X: n x d; A: d x 6; B: d x 6; C: d x 9; H = attention(X @ A, X @ B, X @ C, heads=3); L = sum(H**2)",
     "QKV", 3),
    ("Q: n x 8; K: n x 8; V: n x 8; O = attention(Q, K, V, tri(n), heads=4); Y = layernorm(O)", "QKV", 4),
    ("X: n x 4; O = attention(X, X, X, heads=2); L = sum(O**3)", "X", 2),
]  # fmt: skip


@pytest.mark.parametrize(("graph", "letters", "heads"), HEADS)
@pytest.mark.parametrize("vectors", ["column", "row"])
def test_heads_are_one_line_for_all(graph: str, letters: str, heads: int, vectors: str) -> None:
    d = sb.derive(graph, convention=sb.Convention(vectors=vectors))
    assert d.verify(seed=4).ok
    page, printed = d.page().text(), str(d)
    for said in (page, printed):
        assert "reshape" not in said and "einsum" not in said and "T₁" not in said
        for x in letters:
            assert f"[{', '.join(f'{x}{k}' for k in ('⁽¹⁾', '⁽²⁾', '⁽³⁾', '⁽⁴⁾')[:heads])}] = " in said
    first, second = (letters * 2)[0], (letters * 2)[1]
    assert f"{first}⁽ⁱ⁾ {second}⁽ⁱ⁾ᵀ" in page and "A⁽ⁱ⁾ = " in page
    assert "head i takes the i-th block" in page


@pytest.mark.parametrize("graph", [
    "X: b x n x d; W: d x k; Y: b x n x k; R = X @ W - Y; L = sum(R**2)",
    "S: b x n x m; V: b x m x k; A = softmax(S); O = A @ V; L = sum(O**3)",
    "X: b x n x d; W: d x k; V: d x k; A = softmax((X @ W) @ (X @ V).mT); O = A @ X; L = sum(O**2)",
    "A: b x n x m; B: b x n x m; C: b x n x m; D = A*B - C; E = tanh(D) @ A.mT; L = sum(E**2)",
])  # fmt: skip
@pytest.mark.parametrize("vectors", ["column", "row"])
def test_batches_are_written_for_one_sample(graph: str, vectors: str) -> None:
    d = sb.derive(graph, convention=sb.Convention(vectors=vectors))
    report = d.verify(seed=2)
    assert report.ok, report
    stacked = [eq for eq in outline(d).equations if eq.stacked]
    assert stacked and all(eq.shape and len(eq.shape) == 2 and len(eq.ranges) == 1 for eq in stacked)


def test_a_wrong_matrix_of_a_stack_is_caught() -> None:
    """Transposes, another matrix of the stack, a lost factor."""
    d = sb.derive("A: 3 x n x m; B: 3 x k x m; C = A @ B.mT; L = sum(C**3)")
    row = next(eq for eq in outline(d).equations if eq.key == "forward.C")
    a, b, i = Name("A"), Name("B"), Name("i")
    right: Formula = Times((At(a, (i,)), Transpose(At(b, (i,)))))
    assert row.sides == (right,)
    wrong: list[Formula] = [
        Times((At(a, (number(1),)), Transpose(At(b, (i,))))),
        Times((At(b, (i,)), Transpose(At(a, (i,))))),
        Plus((right, right)),
    ]
    for side in (right, *wrong):
        block = Equations((replace(row, sides=(side,)),))
        page = Page((Section("forward", Phrase("section.forward"), (block,)),))
        assert verify_page(d, page).ok is (side is right)


def test_names_of_stacks_are_read_back() -> None:
    q, w, m = Name("Q", stack=True), Name("W", sub="1", stack=True), Name("Q")
    i, j, k = map(Name, "ijk")
    table = NameTable.of((q, w, m, q.under(Mark.DELTA), Name("W", sup="(1)")), indices="ijk")
    one = Number(number(1).value)  # type: ignore[union-attr]
    entries = (At(q, (i, j, k)), At(m, (j, k)), At(w, (one, j, k)))
    wholes = (q, m, At(q, (i,)), At(w, (i,)), At(q.under(Mark.DELTA), (one,)))
    for f in (*entries, *wholes, *map(Transpose, wholes)):
        assert read_formula(latex(f), table) == f, latex(f)
    assert (text(At(q, (i,))), latex(At(q, (i, j, k)))) == ("Q⁽ⁱ⁾", "Q^{(i)}_{jk}")


def test_a_stack_shares_no_name_with_a_declared_matrix() -> None:
    """Q^{(1)} is a matrix of its own here, so the heads of Q are called otherwise."""
    d = sb.derive("Q: n x 4; P: n x 4 as Q^{(1)}; O = attention(Q, P, P, heads=2); L = sum(O**2)")
    names = [e.own.tex for e in d.graph.symbol.values()]
    assert Name("Q", stack=True) not in names and Name("Q", sub="1", stack=True) in names
    assert d.verify().ok


def test_code_of_heads_agrees_on_batches() -> None:
    """The graph for many samples gives each one what the graph for one does."""
    g = sb.read("Q: 3 x 4; K: 5 x 4; V: 5 x 4; O = attention(Q, K, V, heads=2); L = sum(O**2)")
    assert sb.derive(sb.batch(g, ("Q", "K", "V"))).verify().ok
