"""Numbers as a language has them: with a comma in German, in every format; both forms read back."""

from __future__ import annotations

import re
from random import Random

import pytest

from symbackprop.catalogue.prose import Words
from symbackprop.formula import tree as no
from symbackprop.formula.reading.latex_reader import read_formula
from symbackprop.formula.reading.name_table import NameTable
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.formula.writing.text_writer import text
from symbackprop.picture.drawings.drawing import Drawing, Text
from symbackprop.picture.label import Label
from symbackprop.sheet.exercise import Derived, Exercise, drawn, said
from symbackprop.sheet.formats import FORMATS
from symbackprop.sheet.sheet import Sheet, write_sheet

NET = "x: 2; w: 2; L = sum(x * w) * 0.375"
AT = {"x": [0.25, 1.5], "w": [2.5, -0.75]}
DRAWING = Drawing(90, 20, (Text(45, 10, Label("1.25", "1.25"), 8),), "a number, 1.25")
SHEET = Sheet("s", {"en": "T", "de": "T"}, (Exercise(
    answers=(Derived(NET, at=AT, show=("numbers", "trace")), said(Words(en="so $0.125$", de="also $0.125$")),
             drawn(DRAWING, {"en": "D", "de": "D"})),
),))  # fmt: skip


@pytest.mark.parametrize(("to", "point"), [("tex", "{,}"), ("html", ","), ("txt", ",")])
def test_german_has_a_comma(to: str, point: str) -> None:
    report = SHEET.verify()
    de, en = (write_sheet(FORMATS[to], SHEET, report, x) for x in ("de", "en"))
    numbers = ("0.5625", "0.125", "2.5") + (() if to == "txt" else ("1.25",))
    for number in numbers:
        assert number in en and number.replace(".", point) not in en
        assert number.replace(".", point) in de
    formulas = re.findall(r"<math.*?</math>|\\\[.*?\\\]|\\begin\{align\*\}.*?\\end|\$[^$]*\$", de, re.S)
    assert not [f for f in formulas if re.search(r"\d\.\d", re.sub('"[^"]*"', "", f))]


@pytest.mark.parametrize("seed", range(20))
def test_both_forms_read_back(seed: int) -> None:
    rng = Random(seed)
    digits = f"{rng.randrange(100)}.{rng.randrange(1, 10 ** rng.randrange(1, 7))}"
    f = no.Plus((no.Decimal(digits), no.Power(no.Decimal("1.5"), no.number(2))))
    table = NameTable()
    for point in ".,":
        assert read_formula(latex(f, point=point), table) == f
    assert text(f, ",") == text(f).replace(".", ",")


def test_a_comma_without_braces_still_parts_a_list() -> None:
    table = NameTable.of([no.Name("x")])
    found = read_formula("x_{1,5}", table)
    assert isinstance(found, no.At) and len(found.indices) == 2
