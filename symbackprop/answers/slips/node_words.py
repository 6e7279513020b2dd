"""How a sentence calls a node: by its name, or what it is where only our page gave it one."""

from __future__ import annotations

from symbackprop.backward.reverse_pass import Backward
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.unfolding import unfolded
from symbackprop.derivatives.total_derivatives import GRADIENT
from symbackprop.errors import SymbackpropError
from symbackprop.formula.writing.text_writer import text
from symbackprop.graph.expr import Expr
from symbackprop.matrices.tidy import tidy


def word(d: Derivation, right: Backward, name: str) -> str:
    """What a reader knows a node of a derivation as; of a gradient that is derived again, ∂L/∂w."""
    if name == GRADIENT:
        return f"∂{d.of}/∂{d.wrt[0]}"
    g = right.graph
    if name not in {*right.prepared.named, *right.abbreviations} or name not in g.definition:
        return name
    return words_of(d, right, g.definition[name]) or name


def words_of(d: Derivation, right: Backward, e: Expr) -> str:
    """An expression over the names that were declared; '' where there is no formula for it."""
    try:
        return text(d.formula(tidy(unfolded(right, e, right.prepared.named))))
    except SymbackpropError:
        return ""
