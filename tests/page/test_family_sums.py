"""Sums over the names of a family, families in the ledger, in tables and in lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from symbackprop import Derivation, derive
from symbackprop.derivation.equation import Equation
from symbackprop.formula.reading.latex_reader import NameTable, read_formula
from symbackprop.formula.tree import At, Formula, Name, Plus, Sum, SumOver
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.formula.writing.text_writer import text
from symbackprop.formula.writing.walk import children, fold, inside, rebuilt
from symbackprop.page.outline import outline
from symbackprop.page.page import Equations, Ledger, Options, Page, Section
from symbackprop.verify.equality import verify_page
from tests.page.test_families import LSTM, blocks, heads, layers, number, said


def sums(d: Derivation, *sections: str) -> list[str]:
    page = outline(d, Options(sections))
    found = (f for eq in page.lines for side in eq.sides for f in inside(side))
    return list(dict.fromkeys(text(f) for f in found if isinstance(f, SumOver)))


def test_the_terms_of_a_sum_that_are_one_are_written_once() -> None:
    assert sums(derive(LSTM), "delta") == ["Σ[g ∈ {f, i, o, u}] U_g δgₜ₊₁′"]
    assert sums(derive(heads(5)), "forward") == ["Σ[h=1…5] Hₕ Oₕ"]
    assert sums(derive(heads(3)), "ledger", "gradients")[1] == "Σ[M ∈ {Q, K, V}] Σ[h=1…3] δMₕ Wₕᴹᵀ"


def test_two_terms_and_bare_letters_stay() -> None:
    assert not sums(derive(heads(2)), "forward", "delta")
    assert not sums(derive("a: n; b: n; c: n; y = tanh(a + b + c); L = sum(y)"), "forward")


def test_numbers_that_leave_one_out_are_not_summed() -> None:
    d = derive("x1: n; x2: n; x4: n; w1: n; w2: n; w4: n; y = x1*w1 + x2*w2 + x4*w4; L = sum(tanh(y))")
    assert not sums(d, "forward")


def damaged(d: Derivation, change: Callable[[SumOver], Formula], section: str = "delta") -> bool:
    """Whether a page whose sums over names were changed still holds."""

    def other(f: Formula, below: list[Formula]) -> Formula:
        made = rebuilt(f, below)
        return change(made) if isinstance(made, SumOver) else made

    def row(eq: Equation) -> Equation:
        return replace(eq, sides=tuple(fold(s, children, other) for s in eq.sides))

    lines = [eq for eq in outline(d, Options((section,))).lines if not eq.over]
    page = Page((Section(section, None, (Equations(tuple(map(row, lines))),)),))
    return verify_page(d, page, seed=7).ok


def test_a_sum_over_the_wrong_names_is_caught() -> None:
    d = derive(LSTM)
    assert damaged(d, lambda s: s)
    assert not damaged(d, lambda s: replace(s, values=s.values[:-1]))
    assert not damaged(d, lambda s: replace(s, values=(*s.values[:-1], s.values[0])))
    assert not damaged(d, lambda s: replace(s, values=(*s.values[:-1], Name("z"))))
    assert not damaged(d, lambda s: Plus((s, s)))


@pytest.mark.parametrize("n", [7, 8, 11])
def test_names_beside_an_index_that_is_moved(n: int) -> None:
    """Σ δs_h s_{h-1} e_{h+1}: each name at its own numbers."""
    d = derive(f"x: {n}; z = cumprod(x); L = sum(cos(z))")
    assert sums(d, "gradients") and damaged(d, lambda s: s, "gradients")
    assert not damaged(d, lambda s: replace(s, values=s.values[:-1]), "gradients")
    assert d.verify(seed=n).ok


@pytest.mark.parametrize("net", [layers, blocks, heads], ids=["layers", "blocks", "heads"])
def test_a_ledger_of_three_or_of_six(net: Callable[[int], str]) -> None:
    rows = {}
    for n in (3, 6):
        (ledger,) = (b for s in outline(derive(net(n)), Options(("ledger",))).sections
                     for b in s.blocks if isinstance(b, Ledger))  # fmt: skip
        rows[n] = len([r for r in ledger.rows if r.forward and r.forward.over])
        assert len(ledger.rows) <= rows[n] + 8
    assert rows[3] == rows[6] > 1


def test_gates_stand_once_beside_their_error_signals() -> None:
    (ledger,) = (b for s in outline(derive(LSTM), Options(("ledger",))).sections
                 for b in s.blocks if isinstance(b, Ledger))  # fmt: skip
    first = next(k for k, r in enumerate(ledger.rows) if r.forward and said(r.forward).startswith("gₜ = σ"))
    gates = ledger.rows[first : first + 3]
    assert [r.forward is None for r in gates] == [False, True, True]
    assert [text(r.backward.left) for r in gates if isinstance(r.backward, Equation)] == ["δfₜ", "δiₜ", "δoₜ"]


def test_a_family_counts_once_on_the_page_and_each_member_in_the_report() -> None:
    d = derive(layers(6))
    page = outline(d)
    assert len(page.lines) < len(page.equations)
    assert verify_page(d, page, seed=2).equations == len(page.equations)


# --- derivations, reasons, gradients, lists ---------------------------------------------------------


def nameless(n: int, letter: str) -> str:
    """Layers whose pre-activations have no names."""
    first = "x: d; y: d\n" + "".join(f"W{k}: d x d; b{k}: d\n" for k in range(1, n + 1))
    rows = (
        f"{letter}{k} = relu(W{k} @ {f'{letter}{k - 1}' if k > 1 else 'x'} + b{k})" for k in range(1, n + 1)
    )
    return first + "\n".join(rows) + f"\nL = sum(({letter}{n} - y)**2)"


@pytest.mark.parametrize("letter", ["h", "z", "s"])
def test_nameless_nodes_have_the_number_of_their_layer(letter: str) -> None:
    found = outline(derive(nameless(4, letter)), Options(("forward",))).lines
    assert [len(eq.leaves) for eq in found] == [4, 4, 1], list(map(said, found))


def test_an_index_has_one_letter_on_the_whole_page() -> None:
    page = outline(derive(layers(5)))
    assert {r.letter.base for eq in page.lines for r in eq.ranges} == {r"\ell"}


@pytest.mark.parametrize("section", ["local", "why", "gradients"])
def test_every_section_costs_six_layers_the_length_of_three(section: str) -> None:
    few, many = (outline(derive(layers(n)), Options((section,))) for n in (3, 6))
    assert len(few.lines) == len(many.lines)
    assert verify_page(derive(layers(6)), many, seed=1).ok
    for block in (b for s in many.sections for b in s.blocks if isinstance(b, Equations)):
        assert all(not eq.over or len(eq.leaves) == 6 for eq in block.rows if section == "gradients")


def test_a_list_of_names_says_its_range() -> None:
    assert "W_ℓ (ℓ = 1, …, 5)" in derive(layers(5)).page(show=("symbols", "forward")).text()
    assert "W₁, W₂ (d×d)" in derive(layers(2)).page(show=("symbols", "forward")).text()


def test_german_pages_say_ranges_too() -> None:
    shown = derive(layers(5)).page("de").text()
    assert "z₀ ist x." in shown and "ℓ = 1, …, 5" in shown
    html = derive(LSTM).page("de").html()
    assert "∈" in html or "&#x02208;" in html


def sized(n: int) -> str:
    """Layers with a size of their own each."""
    first = f"h0: n0; y: n{n}\n" + "".join(f"W{k}: n{k} x n{k - 1}; b{k}: n{k}\n" for k in range(1, n + 1))
    rows = (f"h{k} = tanh(W{k} @ h{k - 1} + b{k})" for k in range(1, n + 1))
    return first + "\n".join(rows) + f"\nL = sum((h{n} - y)**2)"


def test_sizes_have_the_index_too() -> None:
    d = derive(sized(4))
    shown = {text(eq.left): eq.sizes for eq in outline(d, Options(("forward", "gradients"))).lines}
    assert [text(f) for f in shown["z_ℓ"] or ()] == ["n_ℓ"]
    assert [text(f) for f in shown["∇_(W_ℓ) L"] or ()] == ["n_ℓ", "n_(ℓ-1)"]
    said = d.page(show=("symbols", "forward")).text().replace("\n", " ")
    assert "W_ℓ (n_ℓ×n_(ℓ-1)) (ℓ = 1, …, 4), b_ℓ (n_ℓ×1) (ℓ = 1, …, 4)" in said
    assert verify_page(d, outline(d), seed=4).ok


def test_sizes_without_a_pattern_are_not_said() -> None:
    d = derive(sized(4).replace("n3", "m"))
    found = {text(eq.left): eq for eq in outline(d, Options(("forward",))).lines}
    assert found["z_ℓ"].over and found["z_ℓ"].sizes is None


def test_a_sum_of_entries_over_numbers_is_no_sum_over_names() -> None:
    names = [Name("T", sub=str(k)) for k in (1, 2, 3)] + [Name("Y")]
    table = NameTable.of(names, indices="ijp")
    entries = Sum(Name("p"), number(1), number(3), At(Name("T", sub="2"), (Name("i"), Name("p"))))
    assert read_formula(latex(entries), table) == entries
    assert read_formula(r"\sum_{p=1}^{3} T_{p}", table) == Plus(tuple(names[:3]))
