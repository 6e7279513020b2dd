"""Plain text, as a terminal shows it: formulas in Unicode, words wrapped."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

from symbackprop.catalogue import phrase
from symbackprop.formula.tree import Formula
from symbackprop.formula.writing.text_writer import text
from symbackprop.formula.writing.typed_text import typed_text
from symbackprop.sheet.line_breaks import WIDTH, Style
from symbackprop.sheet.templating import Format

COLUMNS = 92
SIGNS = {"=": "=", "≈": "≈", "≤": "≤", "≥": "≥", "×": "×", "·": "·", "-": "−", "→": "  →  ", " ": " ",
         "[": "", ";": "\n  ", "]": ""}  # fmt: skip


def txt_style(language: str) -> Style:
    via = f"⟨{phrase('sheet.through', language)} "

    def written(f: Formula, functions: Mapping[str, str], point: str) -> str:
        """A formula in Unicode, where a function is called by its own name."""
        return text(f, point).replace("⟨via ", via)

    return Style(language, {}, "column", str, str, lambda line, room: line, write=written, signs=SIGNS,
                 from_tex=typed_text, breadth=breadth)  # fmt: skip


def breadth(written: str) -> float:
    """How much of a line some characters take, in the points other formats count in."""
    return len(written) * WIDTH / COLUMNS


def wrapped(words: str) -> str:
    """A paragraph on lines that fit."""
    return fill(words, COLUMNS, break_long_words=False, break_on_hyphens=False)


FORMAT = Format("txt", txt_style, filters={"wrapped": wrapped})
