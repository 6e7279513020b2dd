"""One line before its derivation, its signs read as people type them, at points of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from symbackprop.answers.asked.chain_points import (
    Place,
    on_all_sides,
    plain,
    shortest,
    with_neighbours,
)
from symbackprop.answers.asked.equality_chain import Claim, Refused, equation
from symbackprop.answers.asked.right_values import TRIALS, WHOLE, Bench, small_sizes
from symbackprop.answers.asked.target import Target
from symbackprop.answers.solution.line_derivatives import Sense, at_step, senses, slopes
from symbackprop.answers.solution.solution_names import (
    Definition, Plans, columns, open_sizes, own, own_slopes,
)  # fmt: skip
from symbackprop.answers.typed.typed_answer import Notation, notations
from symbackprop.answers.verdicts.agreement import same
from symbackprop.answers.verdicts.line_verdict import Court, Line
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.scopes import BEFORE, PAGE
from symbackprop.dialects.disambiguation.choice import Reading, Row
from symbackprop.dialects.disambiguation.numpy_rules import NUMPY_ROWS
from symbackprop.dialects.disambiguation.readings import PAPER_ROWS, readings, valued
from symbackprop.dialects.plain import NUMPY
from symbackprop.errors import DeclarationError, SymbackpropError
from symbackprop.formula.evaluation.paper_arrays import Paper
from symbackprop.formula.writing.walk import inside
from symbackprop.page.given_numbers import trace_point
from symbackprop.verify.equality import analytic
from symbackprop.verify.generic_points import point_for
from symbackprop.verify.page_values import Scene
from symbackprop.verify.typed_partials import with_partials


@dataclass(frozen=True)
class Desk:
    """A derivation and the points its solutions are judged at."""

    d: Derivation
    notation: Notation = "auto"
    seed: int = 0
    at: Mapping[str, object] | None = None  # numbers of the inputs, for lines in numbers

    def code(self, text: str) -> bool:
        """Whether a line is NumPy."""
        return notations(text, self.notation)[0] == "plain" and bool(NUMPY.search(text))

    @cached_property
    def bench(self) -> Bench:
        """What lines are read with: no one of the gradients is asked for."""
        return Bench(Target(self.d, self.d.wrt[0], "value"), self.seed)

    @cached_property
    def given(self) -> Scene:
        """The numbers given."""
        assert self.at is not None
        return Scene(self.d, self.bench.names, trace_point(self.d, self.at), self.seed)

    @cached_property
    def scenes(self) -> tuple[Scene, ...]:
        """Generic points, larger sizes first. Errors: `DeclarationError` if there is none."""
        method = "complex" if analytic(self.d) else "central"
        found = [
            point_for(self.d, k, self.seed, method, given=small_sizes(self.d, k)) for k in TRIALS
        ]
        points = [p for p in found if not isinstance(p, str)]
        if not points:
            raise DeclarationError(str(found[0]), where="check")
        again = partial(point_for, self.d, 0, method=method, given=small_sizes(self.d, 0))
        points = on_all_sides(
            self.d.graph, points, lambda k, far: again(seed=self.seed + k, spread=far)
        )
        return tuple(Scene(self.d, self.bench.names, p, self.seed) for p in points)


def judged(
    desk: Desk, text: str, claim: Claim, said: tuple[Definition, ...], *, before: bool = False
) -> Line:
    """The verdict of the court, in the first sense that makes the line hold; `before` the last step only."""
    by_vector = columns(desk.scenes[0], "gradient")
    rows = any(f in by_vector for side in claim.sides for f in inside(side))
    first: Line | None = None
    made = {x.name for x in said if x.new}
    for sense in senses(desk.d, claim, rows, made, before):
        line = in_sense(desk, text, claim, said, sense)
        if line.verdict == "holds":
            return line
        if first is None or (sense.second and first.verdict == "sizes"):
            first = line
    assert first
    return first


def in_sense(
    desk: Desk, text: str, claim: Claim, said: tuple[Definition, ...], sense: Sense
) -> Line:
    """The verdict of the court in one sense."""
    names, seed = desk.bench.names, desk.seed
    try:
        rows = NUMPY_ROWS if desk.code(text) else PAPER_ROWS
        return Trial(desk.d, names, claim, PAGE, seed, desk.at, desk, said, sense, rows).line(text)
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
    sense: Sense
    rows: Mapping[type, Row]
    known: Plans = field(default_factory=dict)

    @cached_property
    def anywhere(self) -> list[Place]:
        return self.at_scenes(self.desk.scenes)

    @cached_property
    def here(self) -> list[Place]:
        return self.at_scenes((self.desk.given,))

    def at_scenes(self, scenes: tuple[Scene, ...]) -> list[Place]:
        """Every step of time of some points, signs with one meaning at all of them."""
        plans: dict[int, Reading] = {}
        found = [
            p for s in scenes for p in with_neighbours(s, lambda x: list(self.places(x, plans)))
        ]
        if not found:
            raise Refused("unreadable", 1, "no step of the recurrence has it")
        return found

    def places(self, scene: Scene, plans: dict[int, Reading]) -> Iterator[Place]:
        """Every step of time of one point."""
        sizes = {k: shortest(v, scene.point) for k, v in self.claim.free}
        eq = equation(self.claim, "line", BEFORE if self.sense.before else PAGE, sizes)
        eq = replace(eq, recurrent=eq.recurrent or self.sense.timeless)
        named = tuple(sorted(scene.point.sizes.items()))
        said = ", ".join(f"{k} = {v}" for k, v in named) or "sizes as declared"
        layout = self.sense.layout
        mine = own(scene, self.said, layout, self.known)
        own_names = {**columns(mine.scene, layout), **mine.new,
                     **own_slopes(mine.scene, self.claim, self.said, layout, self.sense.paths)}  # fmt: skip
        for t, (env, moment) in enumerate(mine.scene.environments(eq), 1):
            full = with_partials(mine.scene, eq, env)
            found = slopes(mine.scene, self.claim, full, self.sense)
            if found is None:
                continue
            now = at_step(mine.scene, t) if self.sense.timeless else {}
            full = replace(full, values={**full.values, **own_names, **found, **now},
                           functions={**WHOLE, **full.functions})  # fmt: skip
            yield FittedPlace(self.claim, full, f"{said}{moment}; seed {self.seed}", named,
                              None, {}, open_sizes(scene), plans, self.rows)  # fmt: skip


@dataclass(frozen=True)
class FittedPlace(Place):
    """A place where a sign may be any product that fits; of several readings one that makes the line hold."""

    open: dict[str, int] = field(default_factory=dict)
    plans: dict[int, Reading] = field(default_factory=dict)  # shared by all places of a line
    rows: Mapping[type, Row] = field(default_factory=lambda: PAPER_ROWS)

    def read(self, n: int) -> Paper:
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
