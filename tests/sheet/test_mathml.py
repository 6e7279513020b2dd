"""MathML as browsers set it well: characters, spaces, numbers, and what a symbol tells of itself."""

from __future__ import annotations

import re

import pytest

import symbackprop as sb
from symbackprop.sheet.formats import FORMATS
from symbackprop.sheet.formats.html_format import together
from symbackprop.sheet.exercise import Derived, Exercise
from symbackprop.sheet.mathml import mathml
from symbackprop.sheet.sheet import Sheet, write_sheet


@pytest.mark.parametrize(("tex", "shown"), [
    (r"\mathbf{1}", "<mn>𝟏</mn>"), (r"\mathbf{x}", "<mi>𝐱</mi>"), (r"\boldsymbol{\theta}", "<mi>𝜽</mi>"),
    (r"\boldsymbol\Gamma", "<mi>𝜞</mi>"), (r"\bm{W}", "<mi>𝑾</mi>"),
    (r"\Sigma", '<mi mathvariant="normal">Σ</mi>'),
    (r"\sigma", "<mi>σ</mi>"), (r"x^\top", '<mi mathvariant="normal">⊤</mi>'), ("0{,}5", "<mn>0,5</mn>"),
    ("f(1,2)", "<mn>1</mn><mo>,</mo><mn>2</mn>"), ("h''", "<mi>″</mi>"), ("x''_t", "″"),
    (r"\tanh x", '<mi>tanh</mi><mspace width="0.167em" /><mi>x</mi>'), (r"\tanh(x)", "<mi>tanh</mi><mo"),
    (r"2\log x", '<mn>2</mn><mspace width="0.167em" /><mi>log</mi>'),
    (r"a + \log x", "<mo>+</mo><mi>log</mi>"),
    (r"\operatorname{diag}(x)", "<mi>diag</mi><mo"),
    (r"\log\det A", '<mi>log</mi><mspace width="0.167em" />'),
    (r"\mathrm{loss}", '<mi mathvariant="normal">loss</mi>'), (r"W_{Ro}", "<mi>R</mi><mi>o</mi>"),
    (r"\operatorname*{argmax}_x", "<munder>"), ("x < 1", "<mo>&lt;</mo>"), (r"a \not= b", "≠"),
])  # fmt: skip
def test_signs(tex: str, shown: str) -> None:
    assert shown in mathml(tex, "line")
    assert "mathvariant" not in re.sub('mathvariant="normal"', "", mathml(tex))


MEANINGS = (("W^{(1)}", "parameter, 3×2"), ("x_{t}", "input, 2"), ("x", "input, 2"), ("R", "wrong"))


@pytest.mark.parametrize(("tex", "titles"), [
    ("W^{(1)} x_{t}", ["parameter, 3×2", "input, 2"]), (r"W^{(1)\top}", ["parameter, 3×2"]),
    ("x_{t-1}", ["input, 2"]),
    (r"\frac{x}{2}", ["input, 2"]), ("W^{(2)}", []), ("W", []), ("y_t", []), (r"x^\top", ["input, 2"]),
])  # fmt: skip
def test_a_symbol_tells_what_it_is(tex: str, titles: list[str]) -> None:
    assert re.findall('title="([^"]*)"', mathml(tex, meanings=MEANINGS)) == titles
    assert "title" not in mathml(tex)


def page(text: str, **options: object) -> str:
    s = Sheet("s", {"en": "T"}, (Exercise(answers=(Derived(text, **options),)),))  # type: ignore[arg-type]
    return write_sheet(FORMATS["html"], s, s.verify(), "en")


def test_a_page_folds_unfolds_and_tells_without_script() -> None:
    html = page("x: 3; W: 5 x 3; y: label 5; o = W @ x; z = softmax(o); L = -log(z[y])", of="L", wrt=("W",))
    assert html.count('<details class="section" open="">') == html.count("</details>") - html.count(
        '<details class="why">'
    )
    assert re.search(r'<details class="why"><summary>Why\?</summary><div><math', html)
    assert 'title="parameter, 5×3"' in html
    assert re.search(r'<tbody class="result">\n<tr><td class="left"><math.*</td></tr>\n</tbody>', html)
    assert "data:font/woff2" in html and "<script" not in html


def test_a_sign_stays_with_its_formula() -> None:
    x = mathml("x")
    assert together(f"so {x}, y") == f'so <span class="together">{x},</span> y'
    both = f'<span class="together">({x}</span> and <span class="together">{x})</span>'
    assert together(f"({x} and {x})") == both
    assert together(f"{x} {x}") == f"{x} {x}"


def test_the_steps_behind_a_line_are_evaluated() -> None:
    d = sb.derive("x: 3; W: 5 x 3; y: label 5; o = W @ x; z = softmax(o); L = -log(z[y])", of="L", wrt=["W"])
    steps = [eq for eq in d.page().contents.equations if eq.steps]
    assert steps and all(eq.every[0] is eq.left for eq in steps)
    assert d.verify().ok
