"""The places at which an answer is heard: the spots of a bench, with the answer's own names and letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from symbackprop.answers.asked.chain_points import plain
from symbackprop.answers.asked.equality_chain import Refused
from symbackprop.answers.asked.right_values import Bench, Spot, Steps
from symbackprop.answers.typed.clause_values import value
from symbackprop.answers.typed.free_letters import by_rows, implied
from symbackprop.answers.typed.left_sides import ASKED, standing
from symbackprop.answers.typed.typed_answer import Typed
from symbackprop.answers.verdicts.court import Court, Place
from symbackprop.dialects.disambiguation.choice import Fitting, Reading, Row
from symbackprop.dialects.disambiguation.numpy_rules import NUMPY_ROWS
from symbackprop.dialects.disambiguation.readings import PAPER_ROWS, Given
from symbackprop.entries.reference_values import Array
from symbackprop.errors import SymbackpropError
from symbackprop.formula.evaluation.paper_arrays import Paper
from symbackprop.formula.evaluation.value import Environment, Value
from symbackprop.formula.tree import Formula, Name
from symbackprop.sizes import ONE

STACKED = Name(r"\operatorname{vec}")  # what is asked for, of more than two axes, as rows and columns by vec


@dataclass(frozen=True)
class AnswerPlaces:
    """An answer at the spots of a bench."""

    bench: Bench
    typed: Typed

    @property
    def rows(self) -> Mapping[type, Row]:
        """The rules of its signs."""
        return NUMPY_ROWS if self.typed.code else PAPER_ROWS

    @cached_property
    def court(self) -> AnswerCourt:
        """All spots."""
        return AnswerCourt(tuple(map(self.place, self.bench.spots)), self)

    def place(self, spot: Spot) -> Place:
        """A spot as a place."""
        return replace(self.together((spot,)), shaped=lambda v: self.own(v, spot))

    def together(self, here: Steps) -> Place:
        """Some steps of one point at once: their values have the steps as an axis of samples."""
        spot = here[0]
        env = self.bench.environment(here, self.typed.free, self.typed.every if self.typed.sloped else ())
        if self.typed.around is not None:
            own = standing(self.bench.target, spot.own, self.typed.around, self.bench.seed)
            env = replace(env, values={**env.values, **own})
        right: dict[Formula, Paper] = {ASKED: spot.right, **({STACKED: spot.vec} if spot.vec else {})}
        return Place(spot.scene, env, spot.sizes, self.rows, self.given(spot), lambda v: v, right,
                     near=self.bench.beside(spot), again=self.place)  # fmt: skip

    def own(self, value: Paper, spot: Spot) -> Paper:
        """A value with its free letters as axes. Errors: `Refused` where they are not those asked for."""
        if not self.typed.free:
            return plain(unstacked(value, spot) if self.typed.said == "vec" else value)
        axes = self.bench.target.axes
        if len(letters := tuple(self.typed.free)) > len(axes):
            raise Refused("unreadable", 1, implied(letters, self.typed.order, len(axes)))
        sizes = tuple(a.value(spot.point.sizes) for a in axes)
        if (rows := by_rows(value, axes, sizes, self.typed.free, self.typed.order)) is not None:
            return plain(self.bench.target.paper(rows))
        free = [self.typed.free.get(x) for x in self.typed.order]
        wide = [a for a in axes if a != ONE]
        if value.rank or None in free or len(free) not in (len(axes), len(wide)):
            asked, has = len(axes), len(self.typed.order)
            raise Refused("unreadable", 1, f"{has} free indices where {asked} axes are asked for")
        extents = tuple(min(s.value(spot.point.sizes) for s in f or ()) for f in free)
        if value.samples not in ((), extents):
            raise Refused("unreadable", 1, "the free indices run too far")
        grid = np.broadcast_to(value.array, extents)
        if len(free) < len(axes):
            rest = iter(extents)
            grid = grid.reshape([1 if a == ONE else next(rest) for a in axes])
        return plain(self.bench.target.paper(grid))

    def given(self, spot: Spot) -> Given | None:
        """How the answer's own definitions are put into an environment, their signs read in the same run."""

        def put_in(env: Environment, run: Fitting) -> Environment:
            indices = self.steps(env)
            values = {f: settled(v, indices) for f, v in env.values.items()}
            for d in self.typed.locals:
                inner = replace(env, values=values, indices=indices)
                values[d.name] = value(d, inner, spot, run)
            return replace(env, values=values)

        return put_in if self.typed.locals else None

    def steps(self, env: Environment) -> Mapping[str, int | Array]:
        """The step of time alone: a definition has no other letters."""
        time = self.bench.target.d.graph.time
        step = env.indices.get(time.letter.base) if time else None
        return {} if time is None or step is None else {time.letter.base: int(np.max(step))}


def settled(value: Value, indices: Mapping[str, int | Array]) -> Value:
    """A value without the step that is asked for: the steps of a definition are others."""
    if not value.hidden:
        return value
    array = np.array(value.array)
    array[int(indices[value.hidden]) - value.time_offset] = np.nan
    return replace(value, array=array, hidden="")


@dataclass(frozen=True)
class AnswerCourt(Court):
    """The spots of a bench as places; those of one point are evaluated at once, or else one by one."""

    answer: AnswerPlaces

    def elsewhere(self, form: Formula, reading: Reading) -> Iterator[Paper]:
        """The values at all places but the first."""
        points, start = self.answer.bench.points, 0
        for here in points:
            left = list(zip(here, self.places[start:], strict=False))[not start :]
            start += len(here)
            yield from self.steps(form, reading, left)

    def steps(self, form: Formula, reading: Reading, here: list[tuple[Spot, Place]]) -> list[Paper]:
        """The values at some steps of one point."""
        typed = self.answer.typed
        if len(here) > 1 and form not in here[0][1].right and not typed.locals and typed.around is None:
            with suppress(SymbackpropError):
                found = self.answer.together(tuple(s for s, _ in here)).value(form, reading)
                return [p.shaped(step(found, k)) for k, (_, p) in enumerate(here)]
        return [p.value(form, reading) for _, p in here]


def step(value: Paper, k: int) -> Paper:
    """A value at one of many steps, which are its first axis of samples."""
    return replace(value, array=value.array[k]) if value.samples else value


def unstacked(value: Paper, spot: Spot) -> Paper:
    """The matrix whose columns stand one below the other in a vector."""
    shape = np.shape(spot.own)
    if len(shape) != 2 or value.rank != 2 or np.size(value.array) != np.prod(shape):
        return value
    return Paper(value.array.reshape(shape[::-1]).T, 2)
