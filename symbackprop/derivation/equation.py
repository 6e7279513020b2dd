"""What is said in a line: an equality between formulas, or a sentence of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from symbackprop.formula.tree import Formula
from symbackprop.sizes import Shape, Size


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence of the catalogue, by key, with what stands in its gaps."""

    key: str
    values: tuple[tuple[str, Formula | Phrase | str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class Equation:
    """left = side = side …: every side is evaluated against the left before it is printed.

    `relation` is the last sign: '=' (equal to 1e-10), '≈' (the last side is rounded: equal within its
    digits) or '≤' (in every entry).
    `shape` is printed beside it where given. `free` are the free index letters with the sizes
    they run over; `recurrent` equations hold at every time step.
    `local` names the node whose local scope (helpers, ∂y/∂x) the equation uses.
    """

    key: str
    left: Formula
    sides: tuple[Formula, ...]
    shape: Shape | None = None
    free: tuple[tuple[str, Size], ...] = ()
    recurrent: bool = False
    local: str = ""
    relation: str = "="
    boxed: bool = False
