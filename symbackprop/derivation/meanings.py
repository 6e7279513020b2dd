"""What the names in a result mean: the clauses behind it when it stands outside a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from symbackprop.formula.composing import size_formula
from symbackprop.formula.tree import ZERO, At, Formula, Number, Plus
from symbackprop.formula.writing.walk import inside
from symbackprop.graph.graph import Time


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name means, or its δ where `signal`: at every step, before the last one, or after it."""

    name: str
    signal: bool
    left: Formula
    right: Formula
    steps: Literal["", "<", ">"] = ""


@dataclass(frozen=True, slots=True)
class Alone:
    """A result that stands alone: its formula and the clauses that say its names, written."""

    latex: str
    text: str


def beyond(time: Time | None, signals: Mapping[Formula, str], said: Sequence[Formula]) -> Iterator[Meaning]:
    """Error signals that are met at later steps, and are 0 after the last one."""
    if time is None:
        return
    far: dict[Formula, Fraction] = {}
    for node in (x for f in said for x in inside(f) if isinstance(x, At) and x.base in signals):
        step = node.indices[0]
        if isinstance(step, Plus) and step.terms[0] == time.letter:
            later = step.terms[1]
            if isinstance(later, Number):
                far[node.base] = max(far.get(node.base, later.value), later.value)
    for base, later in far.items():
        if later == 1:
            yield Meaning(signals[base], True, At(base, (size_formula(time.length + 1),)), ZERO)
        else:
            yield Meaning(signals[base], True, At(base, (time.letter,)), ZERO, ">")


def bare(f: Formula) -> Formula:
    """A symbol without its time step."""
    return f.base if isinstance(f, At) else f
