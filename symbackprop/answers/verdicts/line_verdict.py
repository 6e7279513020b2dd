r"""Whether a typed line holds: a chain of equalities in LaTeX, in the names of a derivation.

Every side is read, evaluated at the points verification uses, and compared sign by sign. Nothing typed is
run. A rounded side is held against the last exact side before it, so that rounding does not add up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import chain, count
from typing import TypeAlias

import numpy as np

from symbackprop.answers.asked.equality_chain import (
    Claim, Refused, Verdict, equation, letters_of, read_claim, shown,
)  # fmt: skip
from symbackprop.answers.asked.right_values import Bench, lines_bench, open_sizes
from symbackprop.answers.verdicts.agreement import Outcome, aligned
from symbackprop.answers.verdicts.court import Court, Place, Side
from symbackprop.answers.verdicts.printed_digits import in_names, rounded, slack
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation
from symbackprop.derivation.scopes import PAGE, TRACE, Scope, scope
from symbackprop.dialects.disambiguation.choice import Row
from symbackprop.entries.reference_values import Array
from symbackprop.errors import FormulaError, LimitError, SizesError
from symbackprop.formula.evaluation.paper_arrays import Paper
from symbackprop.formula.evaluation.value import Environment
from symbackprop.formula.tree import Formula, Minus, Number
from symbackprop.page.given_numbers import trace_point
from symbackprop.numeric.points import Point
from symbackprop.sizes import Size, size
from symbackprop.verify.comparison import EQUAL
from symbackprop.verify.page_values import Names, Scene
from symbackprop.verify.rounding import Nearby, Trial, moved
from symbackprop.verify.typed_partials import with_partials

STRICT: Mapping[type, Row] = {}  # every sign means what it means on our pages
Pair: TypeAlias = "tuple[Side, Side, list[Outcome], Callable[[int], Array]]"
HOLDING: frozenset[Outcome] = frozenset({"equal", "rounded"})


@dataclass(frozen=True, slots=True)
class Line:
    """The verdict on one line: the first sign that fails (from 1), what stands beside it, and why.

    `values` are both sides at the first `entry` that tells them apart, for free `letters`.
    `exact` says that the left value is not the one beside the sign but the exact one behind a rounding.
    `inside` are the sizes of two operands that do not fit within one side, `point` the sizes of the graph.
    `detail` is 'rounded' where a decimal is right to its digits only.
    """

    text: str
    verdict: Verdict
    claim: Claim | None = None
    sign: int = 0
    left: Formula | None = None
    right: Formula | None = None
    letters: tuple[tuple[str, int], ...] = ()
    entry: tuple[int, ...] = ()
    values: tuple[str, str] | None = None
    sizes: tuple[tuple[int, ...], ...] = ()
    exact: bool = False
    inside: tuple[tuple[int, ...], ...] = ()
    point: tuple[tuple[str, int], ...] = ()
    detail: str = ""

    @property
    def where(self) -> str:
        """'i=1, j=2', '(2, 1)'."""
        entry = [f"({', '.join(map(str, self.entry))})"] if self.entry else []
        return ", ".join([*(f"{k}={v}" for k, v in self.letters), *entry])


def judge(
    d: Derivation,
    text: str,
    *,
    at: Mapping[str, object] | None = None,
    local: Scope | str = PAGE,
    free: tuple[tuple[str, Size], ...] = (),
    seed: int = 0,
) -> Line:
    """Whether a line holds.

    Sides in names are compared at generic points; decimals and bare numbers at the numbers `at`, if given.
    """
    names = Names(d)
    local = scope(d.graph, local)
    table = letters_of(names, names.table(local))
    claim = None
    try:
        claim = read_claim(d, table, text, local, {k: (s,) for k, s in free})
        return LineCourt(lines_bench(d, seed), claim, at, local).line(text)
    except Refused as no:
        return refusal(text, claim, no)


def stated(
    d: Derivation,
    text: str,
    *,
    key: str,
    at: Mapping[str, object] | None = None,
    local: Scope | str = PAGE,
    free: tuple[tuple[str, Size], ...] = (),
) -> Equation:
    """The equation of a page a text stands for; `≈` and `≤` may stand before the last side only.

    With numbers `at` it is about them.
    Errors: `FormulaError` where it cannot be read.
    """
    names = Names(d)
    local = scope(d.graph, local)
    table = names.table(local)
    try:
        claim = read_claim(d, table, text, local, {k: (s,) for k, s in free})
    except Refused as no:
        raise FormulaError(no.detail, where=key) from None
    if any(s != "=" for s in claim.signs[:-1]) or claim.signs[-1] == "≥":
        hint = "Write the smaller side on the left." if "≥" in claim.signs else ""
        raise FormulaError("≈ and ≤ stand before the last side only", where=key, hint=hint)
    if torn := next((k for k, v in claim.free if len(v) > 1), None):
        raise FormulaError(f"the index {torn!r} runs over axes of different sizes", where=key)
    if at is not None and local is PAGE:
        local = TRACE
    return equation(claim, key, local, {k: v[0] for k, v in claim.free})


def refusal(text: str, claim: Claim | None, no: Refused) -> Line:
    """The verdict on a line that is not judged further."""
    beside = claim.sides[no.sign - 1 : no.sign + 1] if claim else ()
    left, right = beside if len(beside) == 2 else (None, None)
    return Line(
        text, no.verdict, claim, no.sign, left, right, inside=no.sizes, point=no.point, detail=no.detail
    )  # fmt: skip


@dataclass(frozen=True)
class LineCourt:
    """A chain before its derivation: at the points of a bench, and at the numbers `at`."""

    bench: Bench
    claim: Claim
    at: Mapping[str, object] | None
    local: Scope = PAGE
    rows: Mapping[type, Row] = field(default_factory=lambda: STRICT)

    @cached_property
    def anywhere(self) -> Heard:
        """Generic points, larger sizes first: they tell more."""
        scenes = (replace(here[0].scene, at=self.at) for here in self.bench.points)
        return self.heard(scenes, f"seed {self.bench.seed}")

    @cached_property
    def here(self) -> Heard:
        """The numbers given."""
        assert self.at is not None
        d = self.bench.target.d
        scene = Scene(d, self.bench.names, trace_point(d, self.at), self.bench.seed, self.at)
        return self.heard((scene,), "the numbers given")

    def heard(self, scenes: Iterable[Scene], said: str) -> Heard:
        """The chain at every step of time of some points."""
        found = [p for s in scenes for p in with_neighbours(s, lambda x: list(self.steps(x, said)))]
        if not found:
            raise Refused("unreadable", 1, "no step of the recurrence has it")
        return Heard(tuple(found), self.claim)

    def steps(self, scene: Scene, said: str) -> Iterator[Place]:
        """Every step of time of one point."""
        sizes = {k: shortest(v, scene.point) for k, v in self.claim.free}
        known = ", ".join(f"{k} = {v}" for k, v in extents(scene)) or "sizes as declared"
        for env, moment in self.environments(scene, equation(self.claim, "line", self.local, sizes)):
            yield Place(scene, env, open_sizes(scene), self.rows, said=f"{known}{moment}; {said}")

    def environments(self, scene: Scene, eq: Equation) -> Iterator[tuple[Environment, str]]:
        """What a line is evaluated in at each of its steps, and how the step is called."""
        return ((with_partials(scene, eq, env), moment) for env, moment in scene.environments(eq))

    def line(self, text: str) -> Line:
        """The first sign that fails, or that all hold."""
        details: list[str] = []
        for n in range(1, len(self.claim.sides)):
            found = self.check(n)
            if found.verdict != "holds":
                left, right = self.claim.sides[n - 1 : n + 1]
                exact = self.reference(n) != n - 1
                return replace(found, text=text, sign=n, left=left, right=right, exact=exact)
            details.append(found.detail)
        return Line(text, "holds", self.claim, detail=next(filter(None, details), ""))

    def check(self, n: int) -> Line:
        """The sign before side n."""
        k = self.reference(n)
        numbers = self.at is not None and any(map(self.numeric, (k, n)))
        found = (self.here if numbers else self.anywhere).sign(k, n, self.loose)
        if found.verdict != "false" or self.at is None or numbers:
            return found
        there = self.here.sign(k, n, self.loose)
        if there.verdict == "holds":
            return replace(found, detail=f"holds at the numbers given only; {found.detail}")
        return there

    def numeric(self, n: int) -> bool:
        """A side with decimals in it, or with nothing but numbers."""
        side = self.claim.sides[n]
        return rounded(side) or not in_names(side)

    def loose(self, n: int) -> bool:
        """A side whose decimals are roundings; at generic points a factor 0.5 is exact."""
        side = self.claim.sides[n]
        return rounded(side) and (self.at is not None or not in_names(side))

    def reference(self, n: int) -> int:
        """The side that side n is held against: the last one before it that is not rounded."""
        k = n - 1
        while k > 0 and self.loose(k) and self.claim.signs[k - 1] in "=≈":
            k -= 1
        return n - 1 if self.loose(k) else k


@dataclass(frozen=True)
class Heard(Court):
    """A chain at some places; each side is read in the first way that makes a sign beside it hold."""

    claim: Claim
    known: dict[int, Side] = field(default_factory=dict[int, Side])  # sides whose reading is settled

    def sign(self, k: int, n: int, loose: Callable[[int], bool]) -> Line:
        """The verdict on the sign before side n, held against side k; told at the place that decides it."""
        left, right, outcomes, slack = self.settled(k, n, loose)
        each = [(o, at) for at, o in enumerate(outcomes) if o != "nowhere"]
        if not each:
            said = f"not finite at any point ({self.places[0].said})"
            return Line("", "unreadable", self.claim, detail=said)
        kinds = {o for o, _ in each}
        if kinds <= HOLDING:
            return Line("", "holds", self.claim, detail="rounded" if "rounded" in kinds else "")
        worst: Verdict = "transposed" if kinds <= {"equal", "transposed"} else "false"
        worst = "sizes" if "sizes" in kinds else worst
        at = next(at for o, at in each if o not in HOLDING)
        place, pair = self.places[at], (left.values[at], right.values[at])
        made = Line("", worst, self.claim, point=extents(place.scene), detail=place.said)
        if worst == "false":
            return telling(made, place, *pair, slack(at))
        said = " and ".join(f"{shown(x.form)} is {x.values[at].shown()}" for x in (left, right))
        return replace(made, sizes=tuple(v.size for v in pair), detail=f"{said} ({place.said})")

    def settled(self, k: int, n: int, loose: Callable[[int], bool]) -> Pair:
        """Both sides in the first readings with which the sign holds, else in the first of all."""
        pairs = (self.pair(a, b, k, n, loose) for a in self.read(k) for b in self.read(n))
        first = next(pairs)
        made = next((x for x in chain((first,), pairs) if {*x[2]} <= HOLDING), first)
        self.known.update({k: made[0], n: made[1]})
        return made

    def pair(self, left: Side, right: Side, k: int, n: int, loose: Callable[[int], bool]) -> Pair:
        """Two sides, how they stand to each other at each place, and what rounding allows there."""

        def both(at: int) -> Array:
            return self.slack(left, k, at, loose) + self.slack(right, n, at, loose)

        return left, right, self.outcomes(left, right, self.claim.signs[n - 1], both), both

    def read(self, n: int) -> Iterator[Side]:
        """The readings of side n. Errors: `Refused` where its sizes do not fit, or it has no value."""
        if n in self.known:
            yield self.known[n]
            return
        found = False
        try:
            for side in self.sides(self.claim.sides[n]):
                found = True
                yield side
        except SizesError as error:
            if not found:
                place = self.places[0]
                said = f"{error} ({place.said})"
                raise Refused("sizes", max(n, 1), said, error.sizes, extents(place.scene)) from None
        except (FormulaError, LimitError) as error:
            raise Refused("unreadable", max(n, 1), str(error)) from None

    def slack(self, side: Side, n: int, at: int, loose: Callable[[int], bool]) -> Array:
        """What rounding allows: half a unit of every printed digit; an integer after ≈ has one too."""
        if loose(n):
            return slack(side.form, side.values[at], self.places[at].env)
        bare = side.form.operand if isinstance(side.form, Minus) else side.form
        whole = n and self.claim.signs[n - 1] == "≈" and isinstance(bare, Number)
        return np.asarray(0.5000001 if whole else 0.0)


def telling(line: Line, place: Place, left: Paper, right: Paper, slack: Array) -> Line:
    """A line with the free letters and the first entry that tell both sides apart, and their values there."""
    a, b = aligned(left, right)
    gap = np.abs(a - b)
    scale = max(np.max(np.abs(a), initial=0), np.max(np.abs(b), initial=0))
    apart = ~(gap <= EQUAL * scale + slack)
    spot: tuple[int, ...] = tuple(np.argwhere(apart)[0].tolist()) if np.any(apart) else (0,) * a.ndim
    depth = len(np.broadcast_shapes(left.samples, right.samples))
    letters = [(x, int(np.asarray(v).flat[spot[0]])) for x, v in place.env.indices.items() if depth]
    found = digits(float(a[spot].real), float(b[spot].real))
    entry = tuple(x + 1 for x in spot[depth:])
    return replace(line, letters=tuple(letters), entry=entry, values=found)


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


def extents(scene: Scene) -> tuple[tuple[str, int], ...]:
    """The sizes of a point, in order."""
    return tuple(sorted(scene.point.sizes.items()))


def shortest(axes: tuple[Size, ...], point: Point) -> Size:
    """How far a letter may run on every axis it indexes."""
    return size(min(s.value(point.sizes) for s in axes))


def digits(x: float, y: float) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to see that they differ: 12, and -1.000 if rounded."""
    short = [(f"{x:.{count}g}", f"{y:.{count}g}", count) for count in (4, 6, 9, 17)]
    a, b, count = next((s for s in short if s[0] != s[1]), short[-1])
    a, b = (s if float(s) == v else f"{v:#.{count}g}" for s, v in ((a, x), (b, y)))
    return a, b
