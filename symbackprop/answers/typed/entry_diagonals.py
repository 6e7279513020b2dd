"""diag(y_i (1 - y_i)) is diag(y ⊙ (1 - y)): people write a diagonal matrix by one of its entries."""

from __future__ import annotations

from collections.abc import Collection

from symbackprop.formula.composing import one_or
from symbackprop.formula.tree import (
    At, Call, Formula, HPower, Hadamard, Name, Oslash, Over, Power, Product, Sum, Times,
)  # fmt: skip
from symbackprop.formula.writing.walk import children, fold, inside, rebuilt


def with_diagonals(f: Formula, letters: Collection[str]) -> Formula:
    """A formula whose diag(…) of an entry is of the vector; a letter that a sum binds is a number there."""
    bound = {n.index for n in inside(f) if isinstance(n, Sum | Product)}

    def combine(node: Formula, parts: list[Formula]) -> Formula:
        made = rebuilt(node, parts)
        if not isinstance(made, Call) or made.function != "diag" or len(made.arguments) != 1:
            return made
        entries = [n for n in inside(made.arguments[0]) if isinstance(n, At)]
        below = {x for n in entries for x in n.indices}
        (letter,) = below if len(below) == 1 else (None,)
        if not isinstance(letter, Name) or letter.base not in letters or letter in bound:
            return made
        return Call(made.function, (whole(made.arguments[0], letter),))

    return fold(f, children, combine)


def whole(f: Formula, letter: Name) -> Formula:
    """An entry's formula as that of all entries."""

    def runs(node: Formula) -> bool:
        return letter in inside(node)

    def combine(node: Formula, parts: list[Formula]) -> Formula:
        made = rebuilt(node, parts)
        if isinstance(node, At) and node.indices == (letter,):
            return node.base
        if not runs(node):
            return made
        if isinstance(made, Times) and isinstance(node, Times):
            numbers = [p for p, n in zip(made.factors, node.factors, strict=True) if not runs(n)]
            vectors = [p for p, n in zip(made.factors, node.factors, strict=True) if runs(n)]
            return one_or(Times, [*numbers, one_or(Hadamard, vectors)])
        if isinstance(made, Power):
            return HPower(made.base, made.exponent)
        if isinstance(made, Over) and isinstance(node, Over) and runs(node.denominator):
            return Oslash(made.numerator, made.denominator)
        return made

    return fold(f, children, combine)
