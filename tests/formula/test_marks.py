"""Marks of names: written by each language in its own way, read back as the same name."""

from __future__ import annotations

from itertools import product

import pytest

import symbackprop as sb
from symbackprop.formula.printed_names import is_signal, spelled
from symbackprop.formula.reading.latex_reader import NameTable, read_formula
from symbackprop.formula.tree import Mark, Name
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.formula.writing.text_writer import text

LETTERS = (Name("x"), Name("x", sub="1"), Name(r"\alpha", "(2)"), Name(r"\mathrm{loss}"))
MARKED = [n.under(*m) for n in LETTERS for k in (1, 2) for m in product(Mark, repeat=k)]


@pytest.mark.parametrize("name", LETTERS, ids=latex)
def test_every_marked_name_is_read_back(name: Name) -> None:
    table = NameTable.of([*LETTERS, *MARKED])
    own = [n for n in MARKED if n.base == name.base]
    for n in own:
        assert read_formula(latex(n), table) == n
    assert len({latex(n) for n in own}) == len({text(n) for n in own}) == len(own)


def test_a_mark_is_data_and_comes_off_again() -> None:
    bar = Name("x", sub="1").under(Mark.BAR)
    assert (latex(bar), text(bar)) == (r"\bar{x}_{1}", "x̄₁")
    assert bar.under(Mark.DELTA).unmarked == bar != bar.unmarked
    assert text(bar.under(Mark.DELTA)) == "δx̄₁"


@pytest.mark.parametrize(("typed", "signal"), [(r"\delta x_1", True), (r"\delta", True), (r"\deltax", False),
                                           (r"\Delta x", False), ("d", False)])  # fmt: skip
def test_a_typed_delta_is_the_same_mark(typed: str, signal: bool) -> None:
    try:
        assert is_signal(spelled(typed)) is signal
    except sb.DeclarationError:
        assert not signal
    assert spelled(r"\delta x_1") == spelled("x_1").under(Mark.DELTA)


def test_a_variable_may_be_printed_as_an_error_signal_of_another() -> None:
    d = sb.derive(r"x: 3 as \delta y; L = sum(x**3)")
    assert d.verify().ok
    with pytest.raises(sb.DeclarationError, match="error signal of `y`"):
        sb.derive(r"x: 3 as \delta y; y = x**2; L = sum(y)")
