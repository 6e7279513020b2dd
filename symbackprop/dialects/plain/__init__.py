"""Plain text as people type it, `2/n * X^T (X w - y)`, enters; tokens of the one reader of formulas leave.

Read `plain_rules.py` first: the rules in the order they are tried; `plain_scanner.py` walks the text.
"""

from symbackprop.dialects.latex.typed_latex import typeset
from symbackprop.dialects.plain.numpy_calls import is_numpy
from symbackprop.dialects.plain.plain_rules import source
from symbackprop.dialects.plain.typed_names import Spellings, Tokens, bases, group, named, spellings, ways

__all__ = [
    "Spellings", "Tokens", "bases", "group", "is_numpy", "named", "source", "spellings", "typeset", "ways",
]  # fmt: skip
