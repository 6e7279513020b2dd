"""What is right at small rational points, without rounding; exp and its like are unknowns there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, lru_cache

import numpy as np

from symbackprop.answers.asked.chain_points import plain
from symbackprop.answers.asked.right_values import Bench, Spot
from symbackprop.derivatives.total_derivatives import second
from symbackprop.entries.reference_values import Array
from symbackprop.entries.scalar_functions import SCALARS
from symbackprop.errors import DeclarationError
from symbackprop.formula.evaluation.paper_arrays import Paper
from symbackprop.formula.evaluation.rationals import NotRational, rational
from symbackprop.formula.evaluation.value import Environment
from symbackprop.formula.tree import Call, Formula
from symbackprop.formula.writing.walk import inside
from symbackprop.graph.expr import Symbol, symbols
from symbackprop.numeric.exact_values import Meter, evaluate, filled, placed, scalar_value
from symbackprop.numeric.feasible_sizes import roomy
from symbackprop.numeric.op_functions import LAYERS
from symbackprop.numeric.points import Key, Point, generic_point, seeded, size_names
from symbackprop.sizes import size
from symbackprop.verify.page_values import Scene
from symbackprop.vocabulary import OPS

SIZES = (2, 3, 2, 3, 4)  # small and not all equal
LENGTH = 3  # steps of a recurrence
STEP, SHORT = (Fraction(1, 10**400), 10**150)  # of a difference; the longest denominator it may stand for
TINY = Fraction(1, 10**6)  # of the largest entry


@dataclass(frozen=True, eq=False)
class Exact:
    """A spot in fractions; `whole` where every node of it has its own value, not just any."""

    spot: Spot
    whole: bool


@lru_cache(maxsize=32)
def exact_spots(b: Bench) -> tuple[Exact, ...]:
    """A point in fractions with what is right there; none where something is no rational number."""
    try:
        return tuple(spots(b))
    except NotRational:
        return ()


def spots(b: Bench) -> Iterator[Exact]:
    """The spots of one exact point. Errors: `NotRational`."""
    d = b.target.d
    start = inputs(b)
    if b.target.kind == "hessian":
        point, whole = filled(d.backward, seeded_with_one(b, start))
        own = hessian(b, start) if whole else derived_hessian(b, point)
        yield Exact(spot(b, point, 0, own), whole)
        return
    if b.target.kind == "jacobian":
        point, whole = filled(d.backward, unit(b, start, 0))
        yield Exact(spot(b, point, 0, b.target.shaped(jacobian(b, start))), whole)
        return
    seeds = seeded(d.backward, start, b.seed).deltas
    point, whole = filled(d.backward, replace(start, deltas={k: rational(v) for k, v in seeds.items()}))
    for t in range(1, point.length + 1) if b.target.recurrent else (0,):
        yield Exact(spot(b, point, t, b.target.at(point, t)), whole)


def spot(b: Bench, point: Point, t: int, own: Array) -> Spot:
    """One spot."""
    own = np.asarray(own, dtype=object)
    scene = Scene(b.target.d, b.names, point, b.seed)
    return Spot(scene, t, own, b.target.paper(own), exact=True, vec=b.target.vec(own))


def jacobian(b: Bench, start: Point) -> Array:
    """Row by row, each the pullback of a unit vector."""
    d, t = b.target.d, b.target
    shape = tuple(s.value(start.sizes) for s in d.graph.symbol[t.of].shape)
    count = int(np.prod(shape))
    rows = [filled(d.backward, unit(b, start, k))[0].deltas[t.wrt, 0] for k in range(count)]
    return np.stack([np.asarray(r, dtype=object) for r in rows]).reshape((*shape, *np.shape(rows[0])))


def hessian(b: Bench, start: Point) -> Array:
    """The gradient's difference over a tiny step, and the one short fraction that it is next to.

    Errors: `NotRational` where an unknown was met, or where no short fraction is near.
    """
    x = np.asarray(start.values[b.target.wrt, 0], dtype=object)

    def gradient(values: Array) -> Array:
        at = replace(start, values={**start.values, (b.target.wrt, 0): values})
        found, whole = filled(b.target.d.backward, seeded_with_one(b, at))
        if not whole:
            raise NotRational("a function of it has no exact value")
        return np.asarray(found.deltas[b.target.wrt, 0], dtype=object)

    here, columns = gradient(x), []
    for k in range(x.size):
        moved = x.copy()
        moved.flat[k] += STEP
        columns.append((gradient(moved) - here) / STEP)
    return np.vectorize(nearest, otypes=[object])(np.stack(columns, -1)).reshape((*x.shape, *x.shape))


def derived_hessian(b: Bench, point: Point) -> Array:
    """The Hessian by its derivation, in the graph's nodes. Errors: `NotRational` where it is no matrix."""
    try:
        found = second(b.target.d, b.target.wrt, b.target.wrt).expr
    except DeclarationError as error:
        raise NotRational(str(error)) from None
    if found is None or any(
        s.symbol and s.symbol.name not in b.target.d.graph.symbol for s in symbols(found)
    ):
        raise NotRational("it has no matrix form")
    return np.asarray(evaluate(found, point, 0, Meter()), dtype=object)


def nearest(a: Fraction) -> Fraction:
    """The short fraction a number is next to. Errors: `NotRational` where it is next to none."""
    found = Fraction(a).limit_denominator(SHORT)
    if abs(a - found) > STEP * SHORT:
        raise NotRational("no short fraction is near")
    return found


def seeded_with_one(b: Bench, start: Point) -> Point:
    """The point with 1 as the error signal of a number."""
    return replace(start, deltas={(b.target.d.of, 0): rational(np.asarray(1))})


def unit(b: Bench, start: Point, k: int) -> Point:
    """The point with the output's k-th unit vector as its error signal."""
    d = b.target.d
    shape = tuple(s.value(start.sizes) for s in d.graph.symbol[d.of].shape)
    one = np.zeros(int(np.prod(shape)), dtype=int)
    one[k] = 1
    return replace(start, deltas={(d.of, 0): rational(one.reshape(shape))})


def inputs(b: Bench) -> Point:
    """Inputs and initial states in small fractions. Errors: `NotRational` for a domain that has none."""
    g = b.target.d.graph
    sizes = {n: SIZES[k % len(SIZES)] for k, n in enumerate(size_names(g))}
    if g.time:
        sizes |= dict.fromkeys(g.time.length.names, LENGTH)
    drawn = generic_point(g, 0, b.seed, roomy(g, sizes))
    rng = np.random.default_rng([b.seed, 97])
    values: dict[Key, Array] = {}
    for (n, t), v in drawn.values.items():
        values[n, t] = fractions(g.symbol[n].symbol, v, rng)
    return Point(drawn.sizes, values, {}, drawn.length)


def fractions(s: Symbol | None, like: Array, rng: np.random.Generator) -> Array:
    """Small fractions in the shape and the domain of a value."""
    if s and s.labels:
        return like
    shape = np.shape(like)
    above = rng.integers(1, 12, shape) * rng.choice([-1, 1], shape)
    made = np.asarray(rational(above) / rational(rng.integers(2, 8, shape)), dtype=object)
    return rational(np.asarray(s.facts.into(made))) if s else made


def exact_environment(env: Environment) -> Environment:
    """The environment in fractions, its functions those that stay in them."""
    return replace(env, number=Fraction, functions={**env.functions, **FUNCTIONS})


def function(name: str, order: int) -> Callable[..., Array]:
    """A scalar function on fractions, entry by entry."""
    one = np.vectorize(lambda x: scalar_value(name, order, Fraction(x), Meter()), otypes=[object])
    return lambda x: np.asarray(one(x), dtype=object)


def layer(name: str) -> Callable[..., Array]:
    """A function of whole arrays on fractions, by its definition."""

    def run(x: Array) -> Array:
        a = rational(x)
        return placed(OPS[name].place((tuple(map(size, a.shape)),), ()), (a,), {}, Meter())

    return run


@cache
def guessed(name: str) -> bool:
    """Whether a function has unknowns for its values."""
    if name not in SCALARS:
        return name in LAYERS
    meter = Meter()
    with suppress(NotRational):
        scalar_value(name, 0, Fraction(1, 3), meter)
    return bool(meter.unknowns)


FUNCTIONS: Mapping[str | tuple[str, int], Callable[..., Array]] = {
    **{name: layer(name) for name in LAYERS},
    **{name: function(name, 0) for name in SCALARS},
    **{(name, order): function(name, order) for name in SCALARS for order in (1, 2)},
}


def differs(x: Exact, value: Paper, forms: Iterable[Formula], asked: Paper | None = None) -> bool:
    """Whether a value is not the right one, or not another; a bare 0 stands for zeros of any size.

    Where functions or nodes have any values, another formula may be right all the same: then only a tiny
    difference, which no other formula would make, is one.
    """
    given, right = beside(x, value, asked)
    calls = {f.function for form in forms for f in inside(form) if isinstance(f, Call)}
    whole = x.whole and not any(map(guessed, calls))
    if given.size != right.size:
        return whole and bool(largest(right.array) or largest(given.array))
    gap = largest(rational(given.array) - rational(right.array))
    return bool(gap) and (whole or gap < TINY * largest(right.array))


def agrees(x: Exact, value: Paper, asked: Paper | None = None) -> bool:
    """Whether a value is the right one to the last digit, whatever the functions in it are."""
    given, right = beside(x, value, asked)
    if given.size != right.size:
        return not (largest(given.array) or largest(right.array))
    return not largest(rational(given.array) - rational(right.array))


def beside(x: Exact, value: Paper, asked: Paper | None) -> tuple[Paper, Paper]:
    """A value, and the right one in the same form."""
    s, given = x.spot, plain(value)
    return given, plain(asked or (s.vec if s.vec and given.rank == 2 and s.right.rank > 2 else s.right))


def largest(a: Array) -> Fraction:
    """The largest entry by its absolute value."""
    return max((abs(x) for x in np.ravel(a).tolist()), default=Fraction(0))
