r"""Whether a typed line holds: a chain of equalities in LaTeX, in the names of a derivation.

Every side is read, evaluated at the points verification uses, and compared sign by sign. Nothing typed is
run. A rounded side is held against the last exact side before it, so that rounding does not add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from symbackprop.answers.asked.equality_chain import (
    Claim, Refused, Verdict, equation, letters_of, read_claim, shown,
)  # fmt: skip
from symbackprop.answers.asked.right_values import Bench, lines_bench, open_sizes
from symbackprop.answers.verdicts.agreement import Beside, Outcome, aligned, outcome
from symbackprop.answers.verdicts.chain_places import Place, in_names, shortest, with_neighbours
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation
from symbackprop.derivation.scopes import PAGE, TRACE, Scope, scope
from symbackprop.dialects.disambiguation.choice import Reading, Row
from symbackprop.entries.reference_values import Array
from symbackprop.errors import FormulaError
from symbackprop.formula.evaluation.value import Environment
from symbackprop.formula.tree import ZERO, Decimal, Formula, Minus, Number
from symbackprop.formula.writing.walk import inside
from symbackprop.page.given_numbers import trace_point
from symbackprop.sizes import Size
from symbackprop.verify.comparison import EQUAL
from symbackprop.verify.page_values import Names, Scene
from symbackprop.verify.typed_partials import with_partials

STRICT: Mapping[type, Row] = {}  # every sign means what it means on our pages


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
        return Court(lines_bench(d, seed), claim, at, local).line(text)
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
class Court:
    """A chain before its derivation: at the points of a bench, and at the numbers `at`."""

    bench: Bench
    claim: Claim
    at: Mapping[str, object] | None
    local: Scope = PAGE
    rows: Mapping[type, Row] = field(default_factory=lambda: STRICT)

    @cached_property
    def anywhere(self) -> list[Place]:
        """Generic points, larger sizes first: they tell more."""
        scenes = (replace(here[0].scene, at=self.at) for here in self.bench.points)
        return self.places(scenes, f"seed {self.bench.seed}")

    @cached_property
    def here(self) -> list[Place]:
        """The numbers given."""
        assert self.at is not None
        d = self.bench.target.d
        scene = Scene(d, self.bench.names, trace_point(d, self.at), self.bench.seed, self.at)
        return self.places((scene,), "the numbers given")

    def places(self, scenes: Iterable[Scene], said: str) -> list[Place]:
        """Every step of time of some points, signs with one meaning at all of them."""
        plans: dict[int, Reading] = {}
        found = [p for s in scenes for p in with_neighbours(s, lambda x: list(self.steps(x, said, plans)))]
        if not found:
            raise Refused("unreadable", 1, "no step of the recurrence has it")
        return found

    def steps(self, scene: Scene, said: str, plans: dict[int, Reading]) -> Iterator[Place]:
        """Every step of time of one point."""
        sizes = {k: shortest(v, scene.point) for k, v in self.claim.free}
        named = tuple(sorted(scene.point.sizes.items()))
        known = ", ".join(f"{k} = {v}" for k, v in named) or "sizes as declared"
        for env, moment in self.environments(scene, equation(self.claim, "line", self.local, sizes)):
            yield Place(self.claim, env, f"{known}{moment}; {said}", named,
                        open_sizes(scene), self.rows, plans)  # fmt: skip

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
        numbers = self.at is not None and any(map(self.numeric, (self.reference(n), n)))
        found = self.summed_up(n, self.here if numbers else self.anywhere)
        if found.verdict != "false" or self.at is None or numbers:
            return found
        there = self.summed_up(n, self.here)
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

    def summed_up(self, n: int, places: list[Place]) -> Line:
        """The verdict over all places, told at the first place that decides it."""
        outcomes = [(self.outcome(p, n), p) for p in places]
        outcomes = [(o, p) for o, p in outcomes if o != "nowhere"]
        if not outcomes:
            return Line("", "unreadable", self.claim, detail=f"not finite at any point ({places[0].said})")
        kinds = {o for o, _ in outcomes}
        if kinds <= {"equal", "rounded"}:
            return Line("", "holds", self.claim, detail="rounded" if "rounded" in kinds else "")
        worst: Verdict = "transposed" if kinds <= {"equal", "transposed"} else "false"
        worst = "sizes" if "sizes" in kinds else worst
        at = next(p for o, p in outcomes if o not in ("equal", "rounded"))
        if worst == "false":
            return replace(self.telling(at, n), point=at.sizes, detail=at.said)
        sides = (self.reference(n), n)
        said = " and ".join(f"{shown(self.claim.sides[k])} is {at.value(k).shown()}" for k in sides)
        sizes = tuple(at.value(k).size for k in sides)
        return Line("", worst, self.claim, sizes=sizes, point=at.sizes, detail=f"{said} ({at.said})")

    def outcome(self, place: Place, n: int) -> Outcome:
        """The sign before side n at one place."""
        k = self.reference(n)
        near = place.near
        return outcome(
            place.value(k), place.value(n), sign=self.claim.signs[n - 1], zero=self.zero(k, n),
            slack=self.slack(place, k) + self.slack(place, n),
            beside=Beside(near, lambda p: (p.value(k), p.value(n))) if near else None,
        )  # fmt: skip

    def zero(self, *sides: int) -> bool:
        """A bare 0 stands for an array of zeros."""
        return any(self.claim.sides[k] == ZERO for k in sides)

    def slack(self, place: Place, n: int) -> Array:
        """What rounding allows: half a unit of every printed digit; an integer after ≈ has one too."""
        if self.loose(n):
            return place.slack(n)
        side = self.claim.sides[n]
        side = side.operand if isinstance(side, Minus) else side
        whole = n and self.claim.signs[n - 1] == "≈" and isinstance(side, Number)
        return np.asarray(0.5000001 if whole else 0.0)

    def telling(self, place: Place, n: int) -> Line:
        """The free letters and the first entry that tell both sides apart, and their values there."""
        k = self.reference(n)
        a, b = aligned(place.value(k), place.value(n))
        gap = np.abs(a - b)
        scale = max(np.max(np.abs(a), initial=0), np.max(np.abs(b), initial=0))
        apart = ~(gap <= EQUAL * scale + self.slack(place, k) + self.slack(place, n))
        spot: tuple[int, ...] = tuple(np.argwhere(apart)[0].tolist()) if np.any(apart) else (0,) * a.ndim
        depth = len(np.broadcast_shapes(place.value(k).samples, place.value(n).samples))
        letters = [(x, int(np.asarray(v).flat[spot[0]])) for x, v in place.env.indices.items() if depth]
        found = digits(float(a[spot].real), float(b[spot].real))
        entry = tuple(x + 1 for x in spot[depth:])
        return Line("", "false", self.claim, letters=tuple(letters), entry=entry, values=found)


def rounded(side: Formula) -> bool:
    """Whether a decimal stands in a side."""
    return any(isinstance(f, Decimal) for f in inside(side))


def digits(x: float, y: float) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to see that they differ: 12, and -1.000 if rounded."""
    short = [(f"{x:.{count}g}", f"{y:.{count}g}", count) for count in (4, 6, 9, 17)]
    a, b, count = next((s for s in short if s[0] != s[1]), short[-1])
    a, b = (s if float(s) == v else f"{v:#.{count}g}" for s, v in ((a, x), (b, y)))
    return a, b
