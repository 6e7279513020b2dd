"""One court for all that is typed: two sides and a sign, at places, under every reading of their signs.

An answer before what is asked for, a clause about a known name, a line of a solution are heard alike: a side
is evaluated at every place in one reading, and the sign holds where its outcome at all of them says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from symbackprop.answers.asked.chain_points import plain
from symbackprop.answers.verdicts.agreement import Beside, Outcome, outcome
from symbackprop.dialects.disambiguation.choice import Reading, Row
from symbackprop.dialects.disambiguation.readings import Given, readings, valued
from symbackprop.entries.reference_values import Array
from symbackprop.errors import SizesError
from symbackprop.formula.evaluation.paper_arrays import Paper
from symbackprop.formula.evaluation.value import Environment
from symbackprop.formula.tree import ZERO, Formula, Name
from symbackprop.verify.page_values import Scene
from symbackprop.verify.rounding import Nearby


@dataclass(frozen=True, eq=False)
class Place:
    """A point at a step of time: what formulas are evaluated in, and what is known to be right there."""

    scene: Scene
    env: Environment
    sizes: Mapping[str, int]  # sizes an open 1 or I may have
    rows: Mapping[type, Row]  # the rules of signs with more than one meaning
    given: Given | None = None  # definitions of the text's own
    shaped: Callable[[Paper], Paper] = plain  # a value in the form in which it is held against another
    right: Mapping[Formula, Paper] = field(default_factory=dict)  # what is asked for, by its names
    said: str = ""  # the sizes, the step and the seed
    near: Nearby[Any] | None = None  # the same at points beside this one,
    again: Callable[[Any], Place] = lambda place: place  # and the place made of what is seen there

    def readings(self, f: Formula) -> Iterator[tuple[Reading, Paper]]:
        """Every reading of a formula, with its value. Errors: `SizesError` where none fits."""
        if isinstance(f, Name) and f in self.right:
            yield Reading({}), plain(self.right[f])
            return
        for reading, value in readings(f, self.env, self.sizes, self.given, self.rows):
            yield reading, self.shaped(value)

    def value(self, f: Formula, reading: Reading) -> Paper:
        """The value of a formula under a reading. Errors: `SizesError`."""
        if isinstance(f, Name) and f in self.right:
            return plain(self.right[f])
        return self.shaped(valued(f, self.env, self.sizes, reading, self.given, self.rows))


@dataclass(frozen=True)
class Side:
    """A formula in one reading, with its value at every place."""

    form: Formula
    reading: Reading
    values: tuple[Paper, ...]

    def at(self, place: Place) -> Paper:
        return place.value(self.form, self.reading)


def no_slack(_: int) -> float:
    """Of exact sides."""
    return 0.0


@dataclass(frozen=True)
class Court:
    """Places at which sides are heard, the first of which decides what may be meant."""

    places: tuple[Place, ...]

    def sides(self, form: Formula) -> Iterator[Side]:
        """A formula in each of its readings. Errors: `SizesError`."""
        for reading, first in self.places[0].readings(form):
            yield Side(form, reading, (first, *self.elsewhere(form, reading)))

    def elsewhere(self, form: Formula, reading: Reading) -> Iterator[Paper]:
        """The values at all places but the first."""
        return (p.value(form, reading) for p in self.places[1:])

    def outcomes(
        self, left: Side, right: Side, sign: str = "=", slack: Callable[[int], Array | float] = no_slack
    ) -> list[Outcome]:
        """How the sides stand to each other at each place."""
        zero = ZERO in (left.form, right.form)
        return [
            outcome(left.values[k], right.values[k], sign=sign, zero=zero, slack=slack(k),
                    beside=beside(p, left, right))
            for k, p in enumerate(self.places)
        ]  # fmt: skip

    def holds(self, left: Formula, right: Formula) -> bool:
        """Whether two formulas are equal at all places in some reading; not where their sizes fit in none."""
        try:
            pairs = ((a, b) for a in self.sides(left) for b in self.sides(right))
            return any(set(self.outcomes(a, b)) == {"equal"} for a, b in pairs)
        except SizesError:
            return False


def beside(place: Place, left: Side, right: Side) -> Beside[Any] | None:
    """Two sides once more, at the points beside a place."""
    if place.near is None:
        return None

    def pair(seen: object) -> tuple[Paper, Paper]:
        there = place.again(seen)
        return left.at(there), right.at(there)

    return Beside(place.near, pair)
