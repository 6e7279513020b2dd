"""LaTeX for any engine: text escaped, formulas between dollar signs."""

from __future__ import annotations

from symbackprop.sheet.line_breaks import Style
from symbackprop.sheet.templating import Format
from symbackprop.tex.escape import escape
from symbackprop.tex.preamble import preamble


def smaller(tex: str, room: float) -> str:
    """A line scaled down to a width in points; one that fits stays as it is."""
    return rf"\sbfit{{{room:.0f}pt}}{{{tex}}}"


def tex_style(language: str) -> Style:
    return Style(language, {}, "column", escape, lambda tex: f"${tex}$", smaller)


MARKS = {
    "keep_trailing_newline": True,
    "block_start_string": "<%", "block_end_string": "%>",
    "variable_start_string": "<<", "variable_end_string": ">>",
    "comment_start_string": "<#", "comment_end_string": "#>",
}  # fmt: skip
FORMAT = Format("tex", tex_style, MARKS, preamble=preamble)
