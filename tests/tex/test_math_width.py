"""Widths of formulas against what TeX itself measured of them, in points at 10.95."""

import pytest

from symbackprop.tex.math_width import math_width, text_width

MEASURED = [
    (r"\sum_{i=1}^{n} \sum_{j=1}^{k} \delta Z_{ij}\,\delta_{jq}", 68.1),
    (r"\frac{\partial L}{\partial r_{km}}", 26.4),
    (r"\left(\frac{\partial L}{\partial b_{2}}\right)^{\top}", 40.1),
    (r"\delta o \odot \sigma(r) \odot \bigl(1 + r \odot (1 - \sigma(r))\bigr)", 152.2),
    (r"W^{\top}_{13} (\delta x_{14} \odot (1 - x_{14} \odot x_{14}))", 133.1),
    (r"\operatorname{diag}(c)\,\delta Z", 48.8),
    (r"\frac{\partial Q_{ij}}{\partial \mathrm{Wq}_{pq}}", 35.0),
    (r"X \odot (c\,\mathbf{1}^{\top}_{d}) + \mathbf{1}_{n}\,r", 84.2),
    (r"\frac{1}{\sqrt{v + 1}} (c \odot g)", 68.3),
    (r"\frac{\partial s_{1,t}}{\partial h_{t-1}}", 29.6),
]  # fmt: skip


@pytest.mark.parametrize(("tex", "points"), MEASURED)
def test_a_formula_is_as_wide_as_tex_makes_it(tex: str, points: float) -> None:
    assert 0.93 <= 10.95 * math_width(tex) / points <= 1.1


def test_what_stands_side_by_side_adds_up_and_what_stands_above_does_not() -> None:
    assert math_width(r"x\,x") > 2 * math_width("x")
    assert math_width(r"\frac{x}{W\,x}") == math_width(r"\frac{W\,x}{x}") < math_width(r"x\,W\,x")
    assert math_width("x_{ij}^{2}") == math_width("x_{ij}") and math_width("") == 0.0
    assert text_width("mm") > text_width("ii")


@pytest.mark.parametrize("tex", ["x_", r"\frac{x}", r"\begin{bmatrix} a & b", "}", r"\left"])
def test_a_formula_that_does_not_end_has_some_width(tex: str) -> None:
    assert math_width(tex) >= 0.0
