"""Plain text as people type it, `2/n * X^T (X w - y)`, as tokens of the one reader of formulas."""

from symbackprop.plain.spell import Spellings, Tokens, bases, group, named, spellings
from symbackprop.plain.tokens import source
from symbackprop.plain.typeset import typeset

__all__ = ["Spellings", "Tokens", "bases", "group", "named", "source", "spellings", "typeset"]
