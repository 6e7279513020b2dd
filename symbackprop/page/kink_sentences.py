"""What the derivative of a function is taken to be at its kinks: read off its row, never off its name."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import cache

import numpy as np

from symbackprop.derivation.equation import Phrase
from symbackprop.entries.reference_values import scalar_value
from symbackprop.entries.scalar_functions import scalar_row
from symbackprop.formula import tree as no
from symbackprop.formula.tree import Formula, Name

BESIDE, ALIKE = 1e-7, 1e-5  # a step to both sides of a kink; slopes that are the same
DIGITS = 10**6  # of the denominator of a slope that is printed as a fraction
Said = tuple[str, tuple[Fraction, ...]]  # the key of a sentence, and its numbers


def kink_phrases(functions: Iterable[str], v: Name) -> list[Phrase]:
    """One sentence for all functions of which the same holds."""
    groups: dict[Said, list[str]] = {}
    for f in functions:
        for said in at_kinks(f):
            groups.setdefault(said, []).append(f)
    return [phrase(said, names, v) for said, names in groups.items()]


def phrase(said: Said, functions: list[str], v: Name) -> Phrase:
    key, numbers = said
    listed = tuple((f"x{n}", no.Call(f, (v,))) for n, f in enumerate(functions))
    values: tuple[tuple[str, Formula], ...] = tuple(
        (name, no.number(x)) for name, x in zip(("x", "value"), numbers, strict=False)
    )
    return Phrase(f"convention.{key}", (("list", Phrase("list", listed)), *values))


@cache
def at_kinks(function: str) -> tuple[Said, ...]:
    """The sentences of one function; none where its slope does not jump."""
    found = {k: slopes(function, k) for k in scalar_row(function).kinks}
    jumps = {k: s for k, s in found.items() if not (alike(s[0], s[1]) and alike(s[1], s[2]))}
    if not jumps:
        return ()
    if [(k, alike(here, 0)) for k, (_, here, _) in jumps.items()] == [(0, True)]:
        return (("relu", ()),)
    if all(alike(left, here) for left, here, _ in jumps.values()):
        return (("kink", ()),)
    if all(alike(here, right) for _, here, right in jumps.values()):
        return (("kink_right", ()),)
    return tuple(
        ("kink_value", (Fraction(k), Fraction(here).limit_denominator(DIGITS)))
        for k, (_, here, _) in jumps.items()
    )


def slopes(function: str, at: float) -> tuple[float, float, float]:
    """The slope on the left, at a place by the rule of the function, and on the right."""
    left, here, right = scalar_value(function, 1, np.array([at - BESIDE, at, at + BESIDE]))
    return float(left), float(here), float(right)


def alike(a: float, b: float) -> bool:
    return abs(a - b) <= ALIKE * max(1.0, abs(a), abs(b))
