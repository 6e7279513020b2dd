"""The values of an answer's own names: as a whole, entry by entry, or step by step through time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from symbackprop.answers.asked.right_values import Spot
from symbackprop.dialects.disambiguation.choice import Fitting
from symbackprop.dialects.disambiguation.product_signs import column
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
    return entries(d, env, spot, run)


def entries(d: Definition, env: Environment, spot: Spot | Ground, run: Fitting | None) -> Value:
    """The values of E_{ij} = …; of D_{ii} = … a diagonal, of x_i = … a matrix where x_i is a vector."""
    extents = {x: extent(d, x, spot, run) for x in d.letters}
    grid = np.meshgrid(*(np.arange(1, n + 1) for n in extents.values()), indexing="ij")
    indices = {x: g.ravel() for x, g in zip(extents, grid, strict=True)}
    made = usual(d.body, replace(env, indices=indices), spot, run)
    if made.rank and not (made.rank == 2 and 1 in made.size and len(d.letters) == 1):
        raise FormulaError("an entry is no number", where="answer")
    row = (max(made.size),) if made.rank else ()
    out = np.zeros((*(extents[x] for x in d.letters), *row), made.array.dtype)
    out[tuple(indices[x] - 1 for x in d.letters)] = made.array.reshape((*made.samples, *row))
    return Value(out, out.ndim == 1)


def extent(d: Definition, letter: str, spot: Spot | Ground, run: Fitting | None) -> int:
    """How far a letter runs; in D_ii = 1 as far as fits. Errors: `FormulaError` where that cannot be seen."""
    if d.free[letter]:
        return min(s.value(spot.point.sizes) for s in d.free[letter])
    if run is None:
        raise FormulaError(f"how far {letter} runs cannot be seen", where="answer")
    return run.open_size((id(d), 0), column).size[0]


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
    tried = shapes(known, spot)
    if d.name not in inside(d.body):  # no recursion: a step is as large as it comes out
        first = usual(d.body, replace(env, indices={**env.indices, d.time: order[0]}), spot, run)
        tried = iter([(own_shape(first), first.along is not None)])
    for shape, vector in tried:
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


def own_shape(a: Paper) -> tuple[int, ...]:
    """The own axes of a value: a vector has one."""
    return a.array.reshape(-1).shape if a.along is not None else a.array.shape


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
    given = map(own_shape, known.values())
    for shape in (*(s for s in given if s), *own):
        if shape not in tried:
            tried.add(shape)
            yield shape, len(shape) == 1
