"""HTML with inline SVG: MathML from our LaTeX, escaped text, and the font of its formulas in the file."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from html import escape

from symbackprop.catalogue import phrase
from symbackprop.formula.tree import Formula
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.sheet.line_breaks import Style
from symbackprop.sheet.mathml import Meanings, mathml
from symbackprop.sheet.templating import Format, shipped


def html_style(language: str) -> Style:
    via = rf"\text{{{phrase('sheet.through', language)}}}\;"

    def written(f: Formula, functions: Mapping[str, str], point: str) -> str:
        """A formula in LaTeX without macros of ours."""
        return latex(f, functions, point).replace(r"\sbvia", via)

    return Style(language, {}, "column", escape, mathml, lambda tex, room: tex, write=written)


ONE = r"<math[^>]*>(?:(?!</math>).)*</math>"
POINTED = re.compile(rf"\(?{ONE}[.,;:!?)]+|\({ONE}", re.DOTALL)


def together(page: str) -> str:
    """The page, in which no line parts a formula from the sign behind it or the bracket before it."""
    return POINTED.sub(lambda m: f'<span class="together">{m[0]}</span>', page)


def display(tex: str, meanings: Meanings = ()) -> str:
    """A formula set as a line of its own."""
    return mathml(tex, "block", meanings)


def line(tex: str, meanings: Meanings = ()) -> str:
    """A formula in a cell: fractions and sums at full size, limits above and below."""
    return mathml(tex, "line", meanings)


@cache
def font_face() -> str:
    """STIX Two Math, in the file itself, so that one file looks the same everywhere and offline."""
    font = b64encode((shipped() / "fonts" / "STIXTwoMath.woff2").read_bytes()).decode("ascii")
    return (
        '@font-face { font-family: "STIX Two Math"; '
        f'src: local("STIX Two Math"), url(data:font/woff2;base64,{font}) format("woff2"); }}'
    )


FORMAT = Format("html", html_style, filters={"display": display, "line": line},
                preamble=lambda packages, language, text: font_face(), finish=together)  # fmt: skip
