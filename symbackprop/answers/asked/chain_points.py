"""Where a typed chain is evaluated: at generic points, and at the numbers somebody gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import count
from typing import TypeVar

import numpy as np

from symbackprop.answers.asked.equality_chain import Claim, Refused, equation
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.scopes import Scope
from symbackprop.entries.reference_values import SIDES, Array
from symbackprop.errors import FormulaError, LimitError, SizesError
from symbackprop.formula.evaluation.paper_arrays import Paper
from symbackprop.formula.evaluation.value import Environment, meaning
from symbackprop.formula.tree import Decimal, Formula, Name, Product, Sum
from symbackprop.formula.writing.walk import children, fold, inside, rebuilt
from symbackprop.graph.graph import Graph
from symbackprop.numeric.points import Point, forward
from symbackprop.page.given_numbers import trace_point
from symbackprop.sizes import Size, size
from symbackprop.verify.equality import POINTS, analytic
from symbackprop.verify.generic_points import point_for
from symbackprop.verify.precise_lines import half_units
from symbackprop.verify.page_values import PI, Names, Scene
from symbackprop.verify.rounding import Nearby, Trial, moved
from symbackprop.verify.typed_partials import with_partials


DECIMALS = 200  # rounded numbers of one side whose rounding is followed


@dataclass(frozen=True)
class Place:
    """One point and one time step: the value of every side there, and how far rounding may move it."""

    claim: Claim
    env: Environment
    said: str  # the sizes, the step and the seed
    sizes: tuple[tuple[str, int], ...]
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
        """The value of side n by the rules of the page."""
        return meaning(self.claim.sides[n], self.env)

    def slack(self, n: int) -> Array:
        """How far side n moves when each of its decimals moves by half a unit of its last digit."""
        side = self.claim.sides[n]
        count = sum(isinstance(f, Decimal) for f in inside(side))
        total = np.zeros(())
        for k in range(count if count <= DECIMALS else 0):
            moved = meaning(nudged(side, k), self.env)
            total = total + np.abs(plain(moved).array - self.value(n).array)
        return total


def plain(a: Paper) -> Paper:
    """A 1×1 matrix as the scalar it is."""
    return Paper(a.array.reshape(a.samples)) if a.rank and set(a.size) == {1} else a


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


def generic(d: Derivation, names: Names, claim: Claim, local: Scope, seed: int,
            at: Mapping[str, object] | None) -> list[Place]:  # fmt: skip
    """The places verification uses. Errors: `Refused` where no point can be had."""
    out: list[Place] = []
    reason = ""
    method = "complex" if analytic(d) else "central"
    for trial in (1, 0, *range(2, POINTS)):  # larger sizes first: they tell more
        found = point_for(d, trial, seed, method)
        if isinstance(found, str):
            reason = found
        else:
            out += places(claim, Scene(d, names, found, seed, at), local, f"seed {seed}")
    if not out:
        raise Refused("unreadable", 1, reason)
    return out


def given(d: Derivation, names: Names, claim: Claim, local: Scope, seed: int,
          at: Mapping[str, object]) -> list[Place]:  # fmt: skip
    """The one place with the numbers given. Errors: `SheetError` naming a missing or misfitting input."""
    return places(claim, Scene(d, names, trace_point(d, at), seed, at), local, "the numbers given")


def places(claim: Claim, scene: Scene, local: Scope, said: str) -> list[Place]:
    """Every time step of one point."""
    sizes = {k: shortest(v, scene.point) for k, v in claim.free}
    eq = equation(claim, "line", local, sizes)
    named = tuple(sorted(scene.point.sizes.items()))
    known = ", ".join(f"{k} = {v}" for k, v in named) or "sizes as declared"

    def at(s: Scene) -> list[Place]:
        found = ((with_partials(s, eq, env), moment) for env, moment in s.environments(eq))
        return [Place(claim, env, f"{known}{moment}; {said}", named) for env, moment in found]

    return with_neighbours(scene, at)


Here = TypeVar("Here", bound=Place)


def with_neighbours(scene: Scene, at: Callable[[Scene], list[Here]]) -> list[Here]:
    """The places of a point, each with those that stand for it at the points beside."""
    trial, rng = Trial(scene.d, scene.point, scene.seed), np.random.default_rng([scene.seed, 4242])
    noise = partial(moved, rng=rng)
    beside = cache(lambda p: at(replace(scene, point=p, noise=noise, scopes={})))
    nears = (Nearby(trial, lambda p, k=k: beside(p)[k]) for k in count())
    return [replace(place, near=near) for place, near in zip(at(scene), nears, strict=False)]


def shortest(axes: tuple[Size, ...], point: Point) -> Size:
    """How far a letter may run on every axis it indexes."""
    return size(min(s.value(point.sizes) for s in axes))


# --- points on all sides of the kinks of a graph: where max(0, s) is s at every point, s would


SEEDS = 12  # points tried beside the first ones
SPREADS = (0.3, 3.0, 0.1, 10.0)  # and how far from 0 others lie: max(0, 1 - |x|) is 0 far from it
NEARER = 3  # points tried at each distance
Sides = frozenset[tuple[int, int]]  # which call of a function with kinks, which side of them


def sides(g: Graph, p: Point) -> Sides:
    """The sides of the kinks a point lies on."""
    seen: list[frozenset[int]] = []
    start = {k: v for k, v in p.values.items() if k[0] in g.inputs or k[1] < 1 <= p.length}
    token = SIDES.set(seen)
    try:
        forward(g, Point(p.sizes, start, {}, p.length))
    finally:
        SIDES.reset(token)
    return frozenset((n, side) for n, each in enumerate(seen) for side in each)


def on_all_sides(
    g: Graph, points: Iterable[Point], more: Callable[[int, float], Point | str]
) -> list[Point]:  # fmt: skip
    """The points, and others that lie on sides none of them lies on."""
    out = list(points)
    known = frozenset[tuple[int, int]]().union(*(sides(g, p) for p in out))
    for seed, spread in tries():
        if both(known):
            break
        found = more(seed, spread)
        if isinstance(found, Point) and not (new := sides(g, found)) <= known:
            out.append(found)
            known |= new
    return out


def tries() -> Iterator[tuple[int, float]]:
    """Seeds, and how far from 0 their points lie."""
    yield from ((seed, 1.0) for seed in range(1, SEEDS + 1))
    yield from ((seed, spread) for spread in SPREADS for seed in range(1, NEARER + 1))


def both(known: Sides) -> bool:
    """Whether every call has been seen on more than one side."""
    return all(sum(n == c for n, _ in known) > 1 for c, _ in known)
