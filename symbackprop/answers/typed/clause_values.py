"""The values of an answer's own names: as a whole, entry by entry, or step by step through time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from symbackprop.answers.asked.right_values import Spot
from symbackprop.dialects.disambiguation.choice import Fitting
from symbackprop.dialects.disambiguation.readings import readings
from symbackprop.entries.reference_values import Array
from symbackprop.errors import FormulaError, SizesError
from symbackprop.formula.evaluation.paper_arrays import Paper
from symbackprop.formula.evaluation.value import Environment, Value, evaluate, meaning
from symbackprop.formula.tree import ONE, At, Formula, Name, Plus
from symbackprop.formula.writing.walk import inside
from symbackprop.numeric.points import Point
from symbackprop.sizes import Size


@dataclass(frozen=True)
class Definition:
    """E = …, E_{ij} = …, δ_t = … with its start δ_{T+1} = 0."""

    name: Name
    body: Formula
    letters: tuple[str, ...] = ()
    time: str = ""  # the index of time, where it is one of the letters
    free: Mapping[str, tuple[Size, ...]] = field(default_factory=dict)
    starts: tuple[tuple[Formula, Formula], ...] = ()  # at which step, and what it is there


@dataclass(frozen=True)
class Ground:
    """A point, and every size an open 1 or I may have there."""

    point: Point
    sizes: Mapping[str, int]


def value(d: Definition, env: Environment, spot: Spot | Ground, run: Fitting | None = None) -> Value:
    """The value of a definition, its signs read as a run has them. Errors: `FormulaError`."""
    if d.time:
        return steps(d, env, spot, run)
    if not d.letters:
        made = usual(d.body, env, spot, run)
        if made.samples:
            raise FormulaError("a definition has free indices", where="answer")
        return Value(made.array, made.along is not None)
    extents = tuple(min(s.value(spot.point.sizes) for s in d.free[x]) for x in d.letters)
    grid = np.meshgrid(*(np.arange(1, n + 1) for n in extents), indexing="ij")
    indices = {x: g.ravel() for x, g in zip(d.letters, grid, strict=True)}
    made = usual(d.body, replace(env, indices=indices), spot, run)
    if made.rank:
        raise FormulaError("an entry is no number", where="answer")
    return Value(np.broadcast_to(made.array, grid[0].size).reshape(extents), len(extents) == 1)


def usual(
    body: Formula, env: Environment, spot: Spot | Ground, run: Fitting | None = None
) -> Paper:  # fmt: skip
    """The reading a run has of a formula, or else the usual one."""
    return meaning(body, env, run.value) if run else next(readings(body, env, spot.sizes))[1]


def steps(d: Definition, env: Environment, spot: Spot | Ground, run: Fitting | None = None) -> Value:
    """All steps of a recursion, in the order it asks for; what is not said to start it is 0."""
    length = spot.point.length
    later = At(d.name, (Plus((Name(d.time), ONE)),))
    order = range(length, 0, -1) if any(x == later for x in inside(d.body)) else range(1, length + 1)
    known = {int(evaluate(at, env)): usual(f, env, spot, run) for at, f in d.starts}
    refusal: SizesError | None = None
    for shape, vector in shapes(known, spot):
        if any(a.array.size not in (1, int(np.prod(shape))) for a in known.values()):
            continue
        held = np.zeros((length + 2, *shape))
        for k, a in known.items():
            if 0 <= k <= length + 1:
                held[k] = a.array.reshape(shape if a.array.size > 1 else ())
        mark = run.mark() if run else None
        try:
            if filled(d, env, spot, held, [k for k in order if k not in known], vector, run):
                return Value(held, vector, 1, 0)
        except SizesError as error:
            refusal = refusal or error
        if run and mark:
            run.back(mark)
    raise refusal or FormulaError("the steps of a definition differ in size", where="answer")


def filled(
    d: Definition, env: Environment, spot: Spot | Ground, held: Array, order: list[int], vector: bool,
    run: Fitting | None,
) -> bool:  # fmt: skip
    """Whether every step has the size tried; `held` takes their values."""
    values = {**env.values, d.name: Value(held, vector, 1, 0)}
    for k in order:
        here = replace(env, values=values, indices={**env.indices, d.time: k})
        made = usual(d.body, here, spot, run)
        if made.array.size != held[0].size:
            return False
        held[k] = made.array.reshape(held[0].shape)
    return True


def shapes(known: Mapping[int, Paper], spot: Spot | Ground) -> Iterator[tuple[tuple[int, ...], bool]]:
    """Sizes a step may have: those of the starts, and those of the graph's own steps."""
    tried: set[tuple[int, ...]] = set()
    own = [np.shape(v) for (_, t), v in spot.point.values.items() if t == 1]
    given = [a.array.reshape(-1).shape if a.along is not None else a.array.shape for a in known.values()]
    for shape in (*(s for s in given if s), *own):
        if shape not in tried:
            tried.add(shape)
            yield shape, len(shape) == 1
