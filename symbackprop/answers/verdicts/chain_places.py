"""A chain at one point and step: the value of every side, its signs read in the way that makes it hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count

import numpy as np

from symbackprop.answers.asked.chain_points import plain
from symbackprop.answers.asked.equality_chain import Claim, Refused
from symbackprop.answers.verdicts.agreement import same
from symbackprop.dialects.disambiguation.choice import Reading, Row
from symbackprop.dialects.disambiguation.readings import readings, valued
from symbackprop.entries.reference_values import Array
from symbackprop.errors import FormulaError, LimitError, SizesError, SymbackpropError
from symbackprop.formula.evaluation.paper_arrays import Paper
from symbackprop.formula.evaluation.value import Environment, meaning
from symbackprop.formula.tree import Decimal, Formula, Name, Product, Sum
from symbackprop.formula.writing.walk import children, fold, inside, rebuilt
from symbackprop.numeric.points import Point
from symbackprop.sizes import Size, size
from symbackprop.verify.page_values import PI, Scene
from symbackprop.verify.precise_lines import half_units
from symbackprop.verify.rounding import Nearby, Trial, moved

DECIMALS = 200  # rounded numbers of one side whose rounding is followed


@dataclass(frozen=True)
class Place:
    """One point and one time step; `rows` are the rules of signs with more than one meaning."""

    claim: Claim
    env: Environment
    said: str  # the sizes, the step and the seed
    sizes: tuple[tuple[str, int], ...]
    open: Mapping[str, int]  # sizes an open 1 or I may have
    rows: Mapping[type, Row]
    plans: dict[int, Reading]  # what the signs of a side mean: shared by all places of a line
    near: Nearby[Place] | None = None  # the same at points beside this one
    known: dict[int, Paper] = field(default_factory=dict)

    def value(self, n: int) -> Paper:
        """Side n. Errors: `Refused` where its sizes do not fit, or something in it has no value."""
        if n not in self.known:
            try:
                self.known[n] = plain(self.read(n))
            except SizesError as error:
                said = f"{error} ({self.said})"
                raise Refused("sizes", max(n, 1), said, error.sizes, self.sizes) from None
            except (FormulaError, LimitError) as error:
                raise Refused("unreadable", max(n, 1), str(error)) from None
        return self.known[n]

    def read(self, n: int) -> Paper:
        """The value of side n under the reading all places share."""
        if n not in self.plans:
            self.plans[n] = self.chosen(n, self.readings(n))
        return valued(self.claim.sides[n], self.env, self.open, self.plans[n], rows=self.rows)

    def readings(self, n: int) -> list[tuple[Reading, Paper]]:
        return list(readings(self.claim.sides[n], self.env, self.open, rows=self.rows))

    def chosen(self, n: int, found: list[tuple[Reading, Paper]]) -> Reading:
        """The first reading that equals the side beside it: the one before; of the first side the next."""
        if len(found) > 1:
            beside = [self.value(n - 1)] if n else self.next_to_first()
            fits = (r for r, v in found if any(same(b, plain(v)) for b in beside))
            return next(fits, found[0][0])
        return found[0][0]

    def next_to_first(self) -> list[Paper]:
        """All that the second side may be; nothing where it has no value."""
        try:
            return [plain(v) for _, v in self.readings(1)]
        except (SymbackpropError, Refused):
            return []

    def slack(self, n: int) -> Array:
        """How far side n moves when each of its decimals moves by half a unit of its last digit."""
        side = self.claim.sides[n]
        count = sum(isinstance(f, Decimal) for f in inside(side))
        total = np.zeros(())
        for k in range(count if count <= DECIMALS else 0):
            moved = meaning(nudged(side, k), self.env)
            total = total + np.abs(plain(moved).array - self.value(n).array)
        return total


def with_neighbours(scene: Scene, at: Callable[[Scene], list[Place]]) -> list[Place]:
    """The places of a point, each with those that stand for it at the points beside."""
    trial, rng = Trial(scene.d, scene.point, scene.seed), np.random.default_rng([scene.seed, 4242])
    noise = partial(moved, rng=rng)
    made: dict[int, list[Place]] = {}

    def beside(p: Point) -> list[Place]:
        if id(p) not in made:  # the trial keeps its points
            made[id(p)] = at(replace(scene, point=p, noise=noise, scopes={}))
        return made[id(p)]

    nears = (Nearby(trial, lambda p, k=k: beside(p)[k]) for k in count())
    return [replace(place, near=near) for place, near in zip(at(scene), nears, strict=False)]


def nudged(side: Formula, k: int) -> Formula:
    """The side with its decimal number k moved by half a unit of its last printed digit."""
    seen = -1

    def combine(node: Formula, parts: list[Formula]) -> Formula:
        nonlocal seen
        if not isinstance(node, Decimal):
            return rebuilt(node, parts)
        seen += 1
        half = half_units(node)
        assert isinstance(half, Decimal)
        return Decimal(repr(float(node.digits) + float(half.digits))) if seen == k else node

    return fold(side, children, combine)


def in_names(f: Formula) -> bool:
    """Whether a side says anything but numbers."""
    bound = {n.index for n in inside(f) if isinstance(n, Sum | Product)}
    return any(isinstance(n, Name) and n != PI and n not in bound for n in inside(f))


def shortest(axes: tuple[Size, ...], point: Point) -> Size:
    """How far a letter may run on every axis it indexes."""
    return size(min(s.value(point.sizes) for s in axes))
