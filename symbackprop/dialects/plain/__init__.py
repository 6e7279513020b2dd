"""Plain text as people type it, `2/n * X^T (X w - y)`, as tokens of the one reader of formulas."""

from symbackprop.dialects.plain.typed_names import Spellings, Tokens, bases, group, named, spellings
from symbackprop.dialects.plain.plain_rules import source
from symbackprop.dialects.latex.typed_latex import typeset

__all__ = ["Spellings", "Tokens", "bases", "group", "named", "source", "spellings", "typeset"]
