"""The rules in the order they are tried: a plain formula as tokens."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from symbackprop.dialects.cases import cased
from symbackprop.dialects.plain.bracketed_matrices import comma, end, indexed, opened, parted
from symbackprop.dialects.plain.numpy_calls import array, attribute, is_numpy, method, new_axis
from symbackprop.dialects.plain.plain_scanner import Scan
from symbackprop.dialects.plain.plain_signs import (
    FRACTIONS, SIGNS, SUBS, SUPS, bracket, half, number, power, prime, root, sample, sign, space,
    subscript, transposed,
)  # fmt: skip
from symbackprop.dialects.plain.plain_words import word
from symbackprop.dialects.plain.printed_text import printed
from symbackprop.dialects.plain.typed_names import Spellings, Tokens
from symbackprop.formula.reading.tex_tokens import Source, checked

Rule = Callable[[Scan], bool]
RULES: tuple[tuple[Rule, Callable[[str], bool]], ...] = (  # each with the characters it may begin at
    (parted,     lambda c: c.isspace() or c in ",;&\\"),
    (space,      lambda c: c.isspace() or c.isalpha()),
    (half,       lambda c: c in FRACTIONS),
    (root,       lambda c: c == "√"),
    (transposed, lambda c: c in ".ᵀ⊤^⁻"),
    (method,     lambda c: c == "."),
    (attribute,  lambda c: c == "."),
    (prime,      lambda c: c in "'’′"),
    (sample,     lambda c: c in "^⁽"),
    (power,      lambda c: c in SUPS or c in "*.^"),
    (new_axis,   lambda c: c == "["),
    (array,      lambda c: c in "[ats"),
    (indexed,    lambda c: c in "[("),
    (comma,      lambda c: c == ","),
    (subscript,  lambda c: c in SUBS or c == "_"),
    (end,        lambda c: c == "e"),
    (opened,     lambda c: c in "[\\"),
    (printed,    lambda c: c.isalnum() or c in "…∂∇⟨"),
    (word,       lambda c: c.isalpha() or c in "∂∇∑∏"),
    (number,     lambda c: c.isalnum()),
    (sign,       lambda c: any(x.startswith(c) for x in SIGNS)),
    (bracket,    lambda c: c in "([{)]}"),
)  # fmt: skip


@lru_cache(maxsize=1024)
def rules_for(character: str) -> tuple[Rule, ...]:
    """The rules that may take what begins with a character."""
    return tuple(rule for rule, begins in RULES if begins(character))


def source(text: str, spelled: Spellings, times: frozenset[Tokens] = frozenset()) -> Source:
    """The tokens of a plain formula. Errors: `FormulaError` with the place, `LimitError`."""
    scan = Scan(text, spelled, times=times, numpy=is_numpy(text))
    scan.run(rules_for)
    return cased(checked(Source(text, tuple(scan.tokens), tuple(scan.places))))
