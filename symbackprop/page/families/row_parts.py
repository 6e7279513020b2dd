"""What stands in a row of a page: equations, formulas, sentences with formulas in their gaps, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import TypeAlias

from symbackprop.derivation.equation import Equation, Phrase
from symbackprop.derivation.scopes import Common
from symbackprop.formula.tree import Formula

Part: TypeAlias = Equation | Phrase | Formula | str | int | None
Row: TypeAlias = tuple[Part, ...]


def formulas(part: Part) -> tuple[Formula, ...]:
    """The formulas of a part, in order."""
    match part:
        case Equation():
            return (part.left, *part.sides)
        case Phrase():
            return tuple(f for _, v in part.values for f in formulas(v))
        case str() | int() | None:
            return ()
    return (part,)


def likeness(part: Part) -> Hashable:
    """What rows of one family agree in, beside the formulas."""
    match part:
        case Equation():
            free = tuple(letter for letter, _ in part.free)
            scope = part.local if isinstance(part.local, Common) else type(part.local)
            return (part.relation, len(part.sides), free, part.recurrent, part.boxed, scope,
                    part.shape is None, part.ranges)  # fmt: skip
        case Phrase():
            return ("phrase", part.key, tuple((gap, likeness(v)) for gap, v in part.values))
        case str() | int() | None:
            return ("said", part)
    return ("formula",)


def with_formulas(part: Part, made: Sequence[Formula]) -> Part:
    """A part with other formulas in the places of its own; steps are those of each member."""
    match part:
        case Equation():
            return replace(part, left=made[0], sides=tuple(made[1:]), steps=())
        case Phrase():
            values, at = [], 0
            for gap, v in part.values:
                n = len(formulas(v))
                values.append((gap, with_formulas(v, made[at : at + n])))
                at += n
            return replace(part, values=tuple(values))
        case str() | int() | None:
            return part
    return made[0]


def changed(part: Part, change: Callable[[Formula], Formula]) -> Part:
    """A part with every formula changed, that of its family too."""
    made = with_formulas(part, [change(f) for f in formulas(part)])
    if not isinstance(made, Equation) or made.over is None:
        return made
    over = made.over
    size = tuple(change(f) for f in over.size)
    aliases = tuple((change(a), b) for a, b in over.aliases)
    letter = change(over.range.letter)
    return replace(made, over=replace(
        over, range=replace(over.range, letter=letter), size=size, aliases=aliases))  # fmt: skip
