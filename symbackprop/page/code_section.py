"""The derivation as code a person would write, where that is short."""

from __future__ import annotations

from symbackprop.derivation.derivation import Derivation, signal
from symbackprop.derivation.equation import Phrase
from symbackprop.emit.plain_code import plain_code
from symbackprop.errors import SymbackpropError
from symbackprop.page.page import Block, Listing, Options, Paragraph
from symbackprop.page.section_row import SectionRow

LINES, COLUMNS = 24, 88  # of code that is read on a page


def code_section(d: Derivation, o: Options) -> list[Block]:
    """Both passes in NumPy, with what its names are on the page."""
    try:
        code = plain_code(d)
    except SymbackpropError:  # functions without a definition
        return []
    rows = code.text.splitlines() if code else []
    if code is None or len(rows) > LINES or max(map(len, rows)) > COLUMNS:
        return []
    said = [
        n for n in d.backward.adjoints if n in code.bars and any(f"{code.bars[n]} =" in row for row in rows)
    ]
    intro = Phrase("code.intro")
    if said:
        intro = Phrase("code.named", (("code", code.bars[said[0]]), ("delta", signal(d, said[0]))))
    return [Paragraph(intro), Listing(code.text, derived=True)]


SECTIONS = (SectionRow("code", 125, code_section, of_large=False),)
