"""HTML with inline SVG: MathML from our LaTeX, escaped text."""

from __future__ import annotations

from functools import partial
from html import escape

from symbackprop.sheet.mathml import mathml
from symbackprop.sheet.line_breaks import Style
from symbackprop.sheet.templating import Format


def html_style(language: str) -> Style:
    return Style(language, {}, "column", escape, mathml, lambda tex, room: tex)


FORMAT = Format("html", html_style, filters={"display": partial(mathml, display="block"),
                                             "line": partial(mathml, display="line")})  # fmt: skip
