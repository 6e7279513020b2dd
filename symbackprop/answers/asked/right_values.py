"""The points an answer is evaluated at, with what is right there: made once for any number of answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import islice

import numpy as np

from symbackprop.answers.asked.chain_points import on_all_sides
from symbackprop.answers.asked.equality_chain import letters_of
from symbackprop.answers.asked.target import Target
from symbackprop.derivation.derivation import Derivation, signal
from symbackprop.derivation.meanings import bare
from symbackprop.derivation.equation import Equation
from symbackprop.derivation.scopes import CHAIN, PAGE
from symbackprop.dialects.plain.typed_names import Spellings
from symbackprop.entries.reference_values import Array
from symbackprop.entries.scalar_functions import SCALARS
from symbackprop.errors import DeclarationError, LimitError
from symbackprop.formula.evaluation.paper_arrays import Paper
from symbackprop.formula.evaluation.value import Environment, Value
from symbackprop.formula.reading.name_table import NameTable
from symbackprop.formula.tree import Formula, Nabla, Name, Partial
from symbackprop.graph.expr import topological
from symbackprop.graph.graph import sliding
from symbackprop.numeric.op_functions import LAYERS, along_last
from symbackprop.numeric.points import Point, roomy, size_names
from symbackprop.sizes import Size
from symbackprop.verify.equality import POINTS, analytic
from symbackprop.verify.generic_points import point_for
from symbackprop.verify.page_values import Names, Scene
from symbackprop.verify.rounding import Nearby, Trial, moved
from symbackprop.verify.typed_partials import with_partials

DELTA = Name(r"\delta")
TRIALS = (1, 0, *range(2, POINTS))  # larger sizes first: they decide what a sign means
ENTRIES = 50_000  # of an answer in indices
FAR = (0.1, 0.01, 1e-3, 10.0, 100.0)  # how far from 0 a point is looked for at which a derivative is not 0


@dataclass(frozen=True, eq=False)
class Spot:
    """One point at one step of time, and what is right there."""

    scene: Scene
    t: int
    own: Array  # the right value on its own axes
    right: Paper  # the same on paper

    exact: bool = False  # in fractions
    vec: Paper | None = None
    # of more than two axes: rows by vec of one side, columns by vec of the other

    @property
    def point(self) -> Point:
        return self.scene.point

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Every size an open 1 or I may have."""
        return open_sizes(self.scene)


Steps = tuple[Spot, ...]  # one or more steps of one point


@dataclass(frozen=True, eq=False)
class Bench:
    """A target before its points."""

    target: Target
    seed: int = 0
    tables: dict[tuple[object, ...], NameTable] = field(default_factory=dict)
    spelled: dict[tuple[object, ...], Spellings] = field(default_factory=dict)
    plain_environments: dict[Steps, Environment] = field(default_factory=dict)
    nearby: dict[tuple[int, int], Nearby[Spot]] = field(default_factory=dict)

    @cached_property
    def names(self) -> Names:
        return Names(self.target.d)

    @cached_property
    def table(self) -> NameTable:
        """Names, sizes, error signals, and every other small letter as an index."""
        plain = self.names.plain
        # of two functions with one sign the graph's own is meant: it stands last
        known = dict.fromkeys((*SCALARS, *LAYERS, *used_layers(self.target.d), *plain.functions))
        spelled = {n: plain.functions.get(n, r"\operatorname{" + n.replace("_", r"\_") + "}") for n in known}
        names = (*plain.names, *((DELTA,) if self.short else ()), *self.target.curvature)
        return letters_of(self.names, replace(plain, names=names, functions=spelled))

    @property
    def short(self) -> Formula | None:
        """The signal a bare δ_{t+1} stands for in a recursion."""
        if not self.target.recurrent or self.target.kind != "gradient":
            return None
        return bare(signal(self.target.d, self.target.wrt))

    @cached_property
    def points(self) -> tuple[Steps, ...]:
        """Generic points, every step of a recurrent target. Errors: `DeclarationError` if there is none."""
        d = self.target.d
        method = "complex" if analytic(d) else "central"
        drawn = [point_for(d, k, self.seed, method, given=small_sizes(d, k)) for k in TRIALS]
        points = [p for p in drawn if isinstance(p, Point)]
        if not points:
            raise DeclarationError(str(drawn[0]), where="check")
        again = partial(point_for, d, 0, method=method, given=small_sizes(d, 0))
        points = on_all_sides(d.graph, points, lambda k, far: again(seed=self.seed + k, spread=far))
        found = [tuple(self.at(p)) for p in points]
        if not any(map(tells, found)):
            tried = (again(seed=self.seed + k, spread=far) for far in FAR for k in (0, 1))
            more = (tuple(self.at(p)) for p in tried if isinstance(p, Point))
            found += islice(filter(tells, more), 1)
        return tuple(found)

    @cached_property
    def silent(self) -> bool:
        """Whether the right value is 0 at every spot."""
        return not any(np.any(s.own) for s in self.spots)

    @cached_property
    def spots(self) -> Steps:
        """All steps of all points."""
        return tuple(s for p in self.points for s in p)

    def at(self, point: Point) -> Iterator[Spot]:
        """The spots of one point."""
        scene = Scene(self.target.d, self.names, point, self.seed)
        steps = range(1, point.length + 1) if self.target.recurrent else (0,)
        return (self.spot(scene, t) for t in steps)

    def spot(self, scene: Scene, t: int) -> Spot:
        """What is right at one step of a point."""
        own = self.target.at(scene.point, t)
        return Spot(scene, t, own, self.target.paper(own), vec=self.target.vec(own))

    def beside(self, spot: Spot) -> Nearby[Spot]:
        """The same step at points beside."""
        key = id(spot.point), spot.t
        if key not in self.nearby:
            trial, rng = (
                Trial(self.target.d, spot.point, self.seed),
                np.random.default_rng([self.seed, 4242]),
            )
            noise = partial(moved, rng=rng)
            self.nearby[key] = Nearby(
                trial, lambda p: self.spot(replace(spot.scene, point=p, noise=noise, scopes={}), spot.t)
            )
        return self.nearby[key]

    def environment(
        self, here: Steps, free: Mapping[str, tuple[Size, ...]], slopes: tuple[Formula, ...] = ()
    ) -> Environment:
        """What an answer is evaluated in: names, functions, positions of its free letters, slopes.

        `slopes` are formulas with partial derivatives in them. Each letter is an axis of samples; so are
        the steps of one point where there are many.
        """
        if slopes:
            env = self.named(here, slopes)
        elif here in self.plain_environments:
            env = self.plain_environments[here]
        else:
            env = self.plain_environments[here] = self.named(here, ())
        return replace(env, indices=positions(free, here)) if free or here[0].t else env

    def named(self, here: Steps, slopes: tuple[Formula, ...]) -> Environment:
        """Values and functions, without any letter."""
        scene, exact = here[0].scene, here[0].exact
        chain = self.target.kind == "gradient" and not self.target.d.graph.time and not exact
        eq = Equation("answer", self.target.left, slopes)
        env = scene.environment(replace(eq, local=CHAIN if chain and slopes else PAGE), 0)
        if slopes and not exact:
            env = with_partials(scene, eq, env)
        values = {**self.slopes(env.values), **env.values}
        outside = "zero" if env.outside == "zero" else "shifted"
        return replace(env, values=self.without_itself(values, here[0]),
                       functions={**WHOLE, **env.functions}, outside=outside)  # fmt: skip

    def slopes(self, values: Mapping[Formula, Value]) -> dict[Formula, Value]:
        """∂L/∂x of every node that has none on our pages: what ∇ is."""
        return {Partial(f.of, f.wrt): v for f, v in values.items() if isinstance(f, Nabla)}

    def without_itself(self, values: Mapping[Formula, Value], spot: Spot) -> Mapping[Formula, Value]:
        """The values without the one that is asked for: it is not an answer to itself."""
        changed: dict[Formula, Value] = {}
        time = self.target.d.graph.time
        for f in self.target.itself & set(values):
            old = values[f]
            if not old.time_axes:
                nothing = np.full(np.shape(old.array), np.nan, object if spot.exact else float)
                changed[f] = replace(old, array=nothing)
            elif time and spot.t:
                changed[f] = replace(old, hidden=time.letter.base)
        if self.short:
            changed[DELTA] = changed.get(self.short, values[self.short])
        return {**values, **changed} if changed else values


def tells(here: Steps) -> bool:
    """Whether what is right at a point is more than 0: functions saturate, and powers underflow."""
    return any(np.any(s.own) for s in here)


def lines_bench(d: Derivation, seed: int) -> Bench:
    """What lines are read with, and their points: no one of the gradients is asked for."""
    return Bench(Target(d, d.wrt[0], "value"), seed)


def open_sizes(scene: Scene) -> dict[str, int]:
    """Every size an open 1 or I may have: those with a name, and numbers among the shapes."""
    shapes = [s for e in scene.d.graph.symbol.values() for s in e.shape]
    return dict(scene.point.sizes) | {str(s): s.value(scene.point.sizes) for s in shapes}


def positions(free: Mapping[str, tuple[Size, ...]], here: Steps) -> dict[str, Array]:
    """The steps, and all positions of the free letters, each on its own axis. Errors: `LimitError`."""
    sizes, time = here[0].point.sizes, here[0].scene.d.graph.time
    runs = {k: np.arange(1, 1 + min(s.value(sizes) for s in v)) for k, v in free.items()}
    if np.prod([r.size for r in runs.values()], dtype=float) > ENTRIES:
        raise LimitError(f"more than {ENTRIES} entries", where="answer")
    if time and here[0].t:
        steps = np.array([s.t for s in here])
        runs = {time.letter.base: steps if len(here) > 1 else steps[0]} | runs
    grid = iter(np.ix_(*(r for r in runs.values() if r.ndim)))
    return {k: next(grid) if r.ndim else r for k, r in runs.items()}


def small_sizes(d: Derivation, trial: int) -> dict[str, int] | None:
    """Of windows that slide small sizes, all different: their sums run over products of many of them."""
    names = size_names(d.graph)
    if trial == 2 or d.graph.time or not sliding(d.graph):
        return None  # as everywhere: distinct primes, and one square point
    down = [len(names) + 1 - k for k in range(len(names))]
    pairs = [down[k : k + 2][:: -1 if trial else 1] for k in range(0, len(down), 2)]
    return roomy(d.graph, dict(zip(names, (k for pair in pairs for k in pair), strict=True)))


def used_layers(d: Derivation) -> Iterator[str]:
    """Functions of whole arrays in the graph, as our pages call them."""
    for e in topological(*d.graph.definition.values()):
        if e.op.variants and not e.op.scalar and not e.attributes:
            yield e.op.name


WHOLE: Mapping[str | tuple[str, int], Callable[..., Array]] = {
    **{name: along_last(name) for name in LAYERS},
    "colsum": lambda x: np.sum(x, axis=-2),
    "rowsum": lambda x: np.sum(x, axis=-1),
}
