"""The rules in the order they are tried: a plain formula as tokens."""

from __future__ import annotations

from symbackprop.plain.cases import cased
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
from symbackprop.plain.matrices import opened, parted
from symbackprop.plain.python import method
from symbackprop.plain.printed import printed
from symbackprop.plain.scan import Scan
from symbackprop.plain.slicing import comma, end, indexed
from symbackprop.plain.spell import Spellings, Tokens
from symbackprop.plain.words import word
from symbackprop.reading.tokens import Source, checked

RULES = (
    parted,
    space,
    transposed,
    method,
    prime,
    power,
    indexed,
    comma,
    subscript,
    end,
    opened,
    printed,
    word,
    number,
    sign,
    bracket,
)


def source(text: str, spelled: Spellings, times: frozenset[Tokens] = frozenset()) -> Source:
    """The tokens of a plain formula. Errors: `FormulaError` with the place, `LimitError`."""
    scan = Scan(text, spelled, times=times)
    scan.run(RULES)
    return cased(checked(Source(text, tuple(scan.tokens), tuple(scan.places))))
