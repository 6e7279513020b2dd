"""Plain text as people type it, `2/n * X^T (X w - y)`, as tokens of the one reader of formulas."""

from symbackprop.plain.spell import named, spellings
from symbackprop.plain.tokens import source

__all__ = ["named", "source", "spellings"]
