"""HTML with inline SVG: MathML from our LaTeX, escaped text."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from latex2mathml.converter import convert

from symbackprop.sheet.line_breaks import Style
from symbackprop.sheet.templating import Format


@lru_cache(maxsize=20_000)
def html_math(tex: str) -> str:
    """Inline MathML."""
    return convert(tex)


@lru_cache(maxsize=20_000)
def html_line(tex: str) -> str:
    """MathML in a cell of its own: fractions and sums at full size, limits above and below."""
    return convert(tex, display="block").replace('display="block"', 'display="inline" displaystyle="true"', 1)


@lru_cache(maxsize=20_000)
def html_display(tex: str) -> str:
    """MathML set as a line of its own."""
    return convert(tex, display="block")


def html_style(language: str) -> Style:
    return Style(language, {}, "column", escape, html_math, lambda tex, room: tex)


FORMAT = Format("html", html_style, filters={"display": html_display, "line": html_line})
