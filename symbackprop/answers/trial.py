"""One line before its derivation, its signs read as people type them, at points of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from symbackprop.answers.bench import WHOLE, Bench
from symbackprop.answers.own import Definition, Layout, columns, open_sizes, own
from symbackprop.answers.target import Target
from symbackprop.answers.typed import Notation
from symbackprop.claims import Claim, Refused, equation
from symbackprop.derivation import Derivation
from symbackprop.errors import DeclarationError
from symbackprop.evaluation.paper import Paper
from symbackprop.fitting.choice import Reading
from symbackprop.fitting.readings import readings, valued
from symbackprop.lines import Court, Line, equal
from symbackprop.paths import with_partials
from symbackprop.places import Place, plain, shortest
from symbackprop.scope import Scene
from symbackprop.verify import POINTS, analytic, point_for
from symbackprop.write.walk import inside


@dataclass(frozen=True)
class Desk:
    """A derivation and the points its solutions are judged at."""

    d: Derivation
    notation: Notation = "auto"
    seed: int = 0

    @cached_property
    def bench(self) -> Bench:
        return Bench(Target(self.d, self.d.wrt[0], "gradient"), self.seed)

    @cached_property
    def scenes(self) -> tuple[Scene, ...]:
        """Generic points, larger sizes first. Errors: `DeclarationError` if there is none."""
        method = "complex" if analytic(self.d) else "central"
        found = [point_for(self.d, k, self.seed, method) for k in (1, 0, *range(2, POINTS))]
        points = [p for p in found if not isinstance(p, str)]
        if not points:
            raise DeclarationError(str(found[0]), where="check")
        return tuple(Scene(self.d, self.bench.names, p, self.seed) for p in points)


def judged(desk: Desk, text: str, claim: Claim, said: tuple[Definition, ...]) -> Line:
    """The verdict of the court; ∂L/∂x by a vector is a column as x is, or else a row."""
    by_vector = columns(desk.scenes[0], "gradient")
    rows = any(f in by_vector for side in claim.sides for f in inside(side))
    line = one_layout(desk, text, claim, said, "gradient")
    if line.verdict != "holds" and rows:
        other = one_layout(desk, text, claim, said, "numerator")
        return other if other.verdict == "holds" else line
    return line


def one_layout(
    desk: Desk, text: str, claim: Claim, said: tuple[Definition, ...], layout: Layout
) -> Line:
    """The verdict of the court in one layout."""
    names, seed = desk.bench.names, desk.seed
    try:
        return Trial(desk.d, names, claim, "", seed, None, desk, said, layout).line(text)
    except Refused as no:
        sides = claim.sides[no.sign - 1 : no.sign + 1]
        left, right = sides if len(sides) == 2 else (None, None)
        return Line(text, no.verdict, claim, no.sign, left, right,
                    inside=no.sizes, point=no.point, detail=no.detail)  # fmt: skip


@dataclass(frozen=True)
class Trial(Court):
    """A line before its derivation, at the points of a desk."""

    desk: Desk
    said: tuple[Definition, ...]
    layout: Layout

    @cached_property
    def anywhere(self) -> list[Place]:
        plans: dict[int, Reading] = {}
        return [p for s in self.desk.scenes for p in self.places(s, plans)]

    def places(self, scene: Scene, plans: dict[int, Reading]) -> Iterator[Place]:
        """Every step of time of one point."""
        sizes = {k: shortest(v, scene.point) for k, v in self.claim.free}
        eq = equation(self.claim, "line", "", sizes)
        named = tuple(sorted(scene.point.sizes.items()))
        said = ", ".join(f"{k} = {v}" for k, v in named) or "sizes as declared"
        mine = own(scene, self.said, self.layout)
        extra = {**columns(mine.scene, self.layout), **mine.new}
        for env, moment in mine.scene.environments(eq):
            full = with_partials(mine.scene, eq, env)
            full = replace(full, values={**full.values, **extra},
                           functions={**WHOLE, **full.functions})  # fmt: skip
            yield FittedPlace(self.claim, full, f"{said}{moment}; seed {self.seed}", named,
                              {}, open_sizes(scene), plans)  # fmt: skip


@dataclass(frozen=True)
class FittedPlace(Place):
    """A place where a sign may be any product that fits; of several readings one that makes the line hold."""

    open: dict[str, int] = field(default_factory=dict)
    plans: dict[int, Reading] = field(default_factory=dict)  # shared by all places of a line

    def read(self, n: int) -> Paper:
        side = self.claim.sides[n]
        if n in self.plans:
            return valued(side, self.env, self.open, self.plans[n])
        found = list(readings(side, self.env, self.open))
        best = 0
        if n and len(found) > 1:
            left = self.value(n - 1)
            fits = (k for k, (_, v) in enumerate(found) if alike(left, plain(v)))
            best = next(fits, 0)
        self.plans[n] = found[best][0]
        return found[best][1]


def alike(a: Paper, b: Paper) -> bool:
    """Whether two values are equal."""
    return a.size == b.size and equal("=", a, b)
