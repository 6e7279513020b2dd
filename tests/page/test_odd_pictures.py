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


def test_symbols_of_one_kind_stand_together() -> None:
    """Each meaning once, each size once behind its names; nodes only where no other part has their sizes."""
    text = "x: d; y: label m; W: m x d; V: m x d; b: m; c: scalar; z = (W + V) @ x + c*b; L = -z[y]"
    d = sb.derive(text, wrt=("W", "V", "b", "c"))
    lines = [
        d.page("en", show=parts).text().split("\n\n")[0]
        for parts in (("symbols", "ledger"), ("symbols", "gradients"))
    ]
    first, second = (" ".join(x.split()) for x in lines)
    assert first == ("x (d×1): given; y: integer label, one of m classes, counted from 1; "
                     "W, V (m×d), b (m×1), c: variable.")  # fmt: skip
    assert second.startswith(first[:-1]) and "z (m×1): intermediate value" in second


def test_a_sheet_without_an_equation_is_refused_in_words() -> None:
    """Names and sizes alone are nothing that could be evaluated: the message says which part would be."""
    said = {"en": "One", "de": "Eins"}
    answer = sb.Derived("x: d; L = sum(x**2)", wrt=("x",), show=("symbols",))
    one = sb.Exercise(task=sb.Words(en="Derive.", de="Leiten Sie ab."), answers=(answer,), points=1)
    sheet = sb.Sheet(
        name="one", title=said, header={"course": "c", "number": "1", "due": said}, exercises=(one,)
    )
    with pytest.raises(sb.VerificationError, match="no equation is printed"):
        write_tex(sheet, sheet.verify(), "en")
