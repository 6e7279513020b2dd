"""The rules in the order they are tried: a plain formula as tokens."""

from __future__ import annotations

from symbackprop.plain.marks import (
    bracket,
    number,
    power,
    prime,
    sign,
    space,
    subscript,
    transposed,
)
from symbackprop.plain.scan import Scan
from symbackprop.plain.spell import Spellings
from symbackprop.plain.words import word
from symbackprop.reading.tokens import Source, checked

RULES = (space, transposed, prime, power, subscript, word, number, sign, bracket)


def source(text: str, spelled: Spellings) -> Source:
    """The tokens of a plain formula. Errors: `FormulaError` with the place, `LimitError`."""
    scan = Scan(text, spelled)
    scan.run(RULES)
    return checked(Source(text, tuple(scan.tokens), tuple(scan.places)))
