"""Graphs whose picture says what no δ of the derivation says: what is reshaped, what only a label knows."""

from __future__ import annotations

import pytest

import symbackprop as sb
from symbackprop.sheet.sheet import write_tex

TEXTS = {
    "an input that nobody asks for, reshaped": (
        "x: 2 x 6; W: 3 x 4; z = reshape(x, 3, 4); L = sum(tanh(W*z))",
        "W",
    ),
    "a node that only a label knows": ("x: n x d; p = softmax(x); a = argmax(x); L = sum(p**2)", "x"),
    "reshaped on a path that ends": ("x: 2 x 6; W: 12; z = reshape(tanh(x), 12); L = sum(sin(W*z))", "W"),
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_sheet_of_it_is_written(name: str, language: str) -> None:
    text, wrt = TEXTS[name]
    words = sb.Words(en="Derive.", de="Leiten Sie ab.")
    one = sb.Exercise(task=words, answers=(sb.Derived(text, wrt=(wrt,)),), points=1)
    said = {"en": "One", "de": "Eins"}
    header = {"course": "c", "number": "1", "due": said}
    sheet = sb.Sheet(name="one", title=said, header=header, exercises=(one,))
    report = sheet.verify()
    assert report.ok
    assert r"\begin{tikzpicture}" in write_tex(sheet, report, language)
