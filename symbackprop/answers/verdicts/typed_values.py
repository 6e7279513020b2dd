"""The values of a typed answer at the spots of a bench, under a reading: the one place they are computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from symbackprop.answers.asked.chain_points import plain
from symbackprop.answers.asked.equality_chain import Refused
from symbackprop.answers.asked.right_values import Bench, Spot, Steps
from symbackprop.answers.typed.clause_values import value
from symbackprop.answers.typed.free_letters import by_rows, implied
from symbackprop.answers.typed.left_sides import standing
from symbackprop.answers.typed.typed_answer import Typed
from symbackprop.dialects.disambiguation.choice import Fitting, Reading, Row
from symbackprop.dialects.disambiguation.numpy_rules import NUMPY_ROWS
from symbackprop.dialects.disambiguation.readings import PAPER_ROWS, Given, readings, valued
from symbackprop.entries.reference_values import Array
from symbackprop.errors import SymbackpropError
from symbackprop.formula.evaluation.paper_arrays import Paper
from symbackprop.formula.evaluation.value import Environment
from symbackprop.formula.tree import Formula
from symbackprop.sizes import size

SINGLE = size(1)


@dataclass(frozen=True)
class TypedValues:
    """An answer at the spots of a bench."""

    bench: Bench
    typed: Typed

    @property
    def rows(self) -> Mapping[type, Row]:
        """The rules of its signs."""
        return NUMPY_ROWS if self.typed.code else PAPER_ROWS

    def readings(self, form: Formula) -> Iterator[tuple[Reading, Paper]]:
        """Every reading of a form, with its value at the first spot. Errors: `SizesError`."""
        first = self.bench.spots[0]
        env, given = self.environment((first,)), self.given(first)
        return readings(form, env, first.sizes, given, self.rows)

    def everywhere(self, form: Formula, reading: Reading, first: Paper) -> tuple[Paper, ...]:
        """The value at every spot under a reading; at the first one it is known."""
        out = [self.own(first, self.bench.spots[0])]
        for here in self.bench.points:
            left = here[1:] if here is self.bench.points[0] else here
            out += self.together(form, reading, left)
        return tuple(out)

    def together(self, form: Formula, reading: Reading, here: Steps) -> list[Paper]:
        """The values at some steps of one point: all at once, or else one by one."""
        if len(here) > 1 and not self.typed.locals and self.typed.around is None:
            with suppress(SymbackpropError):
                found = self.valued(form, reading, here)
                return [self.own(step(found, k), s) for k, s in enumerate(here)]
        return [self.at(form, reading, s) for s in here]

    def at(self, form: Formula, reading: Reading, spot: Spot) -> Paper:
        """The value at a spot under a reading."""
        return self.own(self.valued(form, reading, (spot,)), spot)

    def valued(self, form: Formula, reading: Reading, here: Steps) -> Paper:
        """What a form comes to."""
        given = self.given(here[0])
        return valued(form, self.environment(here), here[0].sizes, reading, given, self.rows)

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
        wide = [a for a in axes if a != SINGLE]
        if value.rank or None in free or len(free) not in (len(axes), len(wide)):
            asked, has = len(axes), len(self.typed.order)
            raise Refused("unreadable", 1, f"{has} free indices where {asked} axes are asked for")
        extents = tuple(min(s.value(spot.point.sizes) for s in f or ()) for f in free)
        if value.samples not in ((), extents):
            raise Refused("unreadable", 1, "the free indices run too far")
        grid = np.broadcast_to(value.array, extents)
        if len(free) < len(axes):
            rest = iter(extents)
            grid = grid.reshape([1 if a == SINGLE else next(rest) for a in axes])
        return plain(self.bench.target.paper(grid))

    def environment(self, here: Steps) -> Environment:
        """The bench's, with the value of what is asked for where a side uses it."""
        typed = self.typed
        env = self.bench.environment(here, typed.free, typed.every if typed.sloped else ())
        if typed.around is None:
            return env
        own = standing(self.bench.target, here[0].own, typed.around, self.bench.seed)
        return replace(env, values={**env.values, **own})

    def given(self, spot: Spot) -> Given | None:
        """How the answer's own definitions are put into an environment, their signs read in the same run."""

        def put_in(env: Environment, run: Fitting) -> Environment:
            values = dict(env.values)
            for d in self.typed.locals:
                inner = replace(env, values=values, indices=self.steps(env))
                values[d.name] = value(d, inner, spot, run)
            return replace(env, values=values)

        return put_in if self.typed.locals else None

    def steps(self, env: Environment) -> Mapping[str, int | Array]:
        """The step of time alone: a definition has no other letters."""
        time = self.bench.target.d.graph.time
        step = env.indices.get(time.letter.base) if time else None
        return {} if time is None or step is None else {time.letter.base: int(np.max(step))}


def step(value: Paper, k: int) -> Paper:
    """A value at one of many steps, which are its first axis of samples."""
    return replace(value, array=value.array[k]) if value.samples else value


def unstacked(value: Paper, spot: Spot) -> Paper:
    """The matrix whose columns stand one below the other in a vector."""
    shape = np.shape(spot.own)
    if len(shape) != 2 or value.rank != 2 or np.size(value.array) != np.prod(shape):
        return value
    return Paper(value.array.reshape(shape[::-1]).T, 2)
