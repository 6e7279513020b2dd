"""Numbers for a graph: generic points by declared domain, forward values, δ values, all from definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from symbackprop.backward.reverse_pass import Adjoint, Backward
from symbackprop.entries.array_values import Array, Number, Sizes, rounded
from symbackprop.entries.entry_equations import Instance
from symbackprop.entries.long_values import Context, context_of, numbers
from symbackprop.entries.reference_values import value
from symbackprop.errors import DeclarationError
from symbackprop.graph.expr import NUMBER, SIZE, SYMBOL, Expr, Symbol, symbols, topological
from symbackprop.graph.graph import TIME_SUM, Graph
from symbackprop.matrices.adjugate import named_determinants, without_inverse
from symbackprop.numeric.deadline import in_time
from symbackprop.numeric.feasible_sizes import PRIMES, check_room, invertible, roomy
from symbackprop.sizes import Size

Key: TypeAlias = tuple[str, int]  # name, time step (0 outside time)
Run: TypeAlias = Callable[[Instance, tuple[Array, ...], Sizes], Array]  # an op on arrays


@dataclass(frozen=True, slots=True)
class Point:
    """Sizes and values of one trial. `deltas` are cotangents; steps before 1 are initial states."""

    sizes: Mapping[str, int]
    values: dict[Key, Array]
    deltas: dict[Key, Array] = field(default_factory=dict)
    length: int = 0

    @property
    def many(self) -> Context | None:
        """The precision of its values, where they have many digits."""
        numbers = (v for v in map(np.asarray, self.values.values()) if v.dtype.kind != "i")
        return context_of(islice(numbers, 1))

    @property
    def number(self) -> Number:
        """What a number becomes beside its values: it is of their kind."""
        return rounded if (many := self.many) is None else numbers(many)

    def key(self, s: Symbol, t: int) -> Key:
        """Where the value of a symbol at step t stands."""
        return s.name, t + s.shift if s.time else 0 if s.at is None else s.at.value(self.sizes)

    def look(self, s: Symbol, t: int) -> Array:
        """The value of a symbol at step t; beyond the end a recurrence contributes nothing: δ is 0 there,
        and values are those of the last step, so that 0 / u[T+1] is 0.
        """
        key, table = self.key(s, t), self.deltas if s.cotangent else self.values
        if key not in table:
            if key[1] > self.length:
                last = None if s.cotangent else table.get((s.name, self.length))
                return np.zeros(tuple(x.value(self.sizes) for x in s.shape)) if last is None else last
            raise DeclarationError(
                f"no value for {s.name}" + (f" at step {key[1]}" if s.time or key[1] else "")
            )
        return table[key]


@lru_cache(maxsize=100_000)
def order_of(e: Expr) -> tuple[Expr, ...]:
    return topological(e)


def evaluate(e: Expr, at: Point, t: int = 0, *, number: Number | None = None, run: Run = value) -> Array:
    """The value of an expression at a point, node by node from the definitions.

    `number` makes the numbers it is to be computed in, by default those of the point, `run` an op on them.
    """
    if e.op is SYMBOL:
        return np.asarray(at.look(e.own, t))
    return node_values(e, at, t, number=number, run=run)[e]


def node_values(
    e: Expr, at: Point, t: int = 0, known: Mapping[Expr, Array] = MappingProxyType({}), *,
    number: Number | None = None, run: Run = value,
) -> dict[Expr, Array]:  # fmt: skip
    """The values of an expression and of all it is made from; those that are known stay."""
    in_time()
    done, number = dict(known), number or at.number
    below = frozenset[Expr]() if not at.length else inside_sums(e)
    for node in order_of(e):
        if node in done or (node in below and node is not e):
            continue
        if node.op is SYMBOL:
            done[node] = at.look(node.own, t)
        elif node.op is NUMBER:
            done[node] = np.asarray(number(node.number or Fraction(0)))
        elif node.op is SIZE:
            done[node] = np.asarray(number(extent(node).value(at.sizes)))
        elif node.op is TIME_SUM:
            steps = (evaluate(node.args[0], at, k, number=number, run=run) for k in range(1, at.length + 1))
            done[node] = np.asarray(sum(steps, start=number(0)))
        else:
            shapes = tuple(a.shape for a in node.args)
            operands = tuple(done[a] for a in node.args)
            done[node] = run(node.op.place(shapes, node.attributes), operands, at.sizes)
    return done


def extent(e: Expr) -> Size:
    return e.attributes[0][1]  # type: ignore[return-value]


@lru_cache(maxsize=100_000)
def inside_sums(e: Expr) -> frozenset[Expr]:
    """Nodes that only occur below a Σ over time: they have no value at a single step outside it."""
    outside: set[Expr] = set()
    stack = [e]
    while stack:
        node = stack.pop()
        if node not in outside:
            outside.add(node)
            stack += [] if node.op is TIME_SUM else list(node.args)
    return frozenset(topological(e)) - outside


def read_at(e: Expr, at: Point, t: int) -> Iterator[Key]:
    """The values an expression looks at when it is evaluated at a step: below a Σ over time at every one."""
    apart = inside_sums(e) if at.length else frozenset[Expr]()
    summed = {s for n in order_of(e) if n.op is TIME_SUM for s in order_of(n.args[0])}
    for n in order_of(e):
        steps = (*(() if n in apart else (t,)), *(range(1, at.length + 1) if n in summed else ()))
        if n.symbol:
            yield from {at.key(n.symbol, step) for step in steps} & at.values.keys()


# --- forward and backward ------------------------------------------------------------------------


Group: TypeAlias = tuple[tuple[str, ...], bool]  # names, and whether they are found step by step


def forward_groups(g: Graph) -> tuple[Group, ...]:
    """The definitions in the order they can be evaluated: before the recurrence, inside it, after it.

    A step that needs a mean over all steps, say, is inside another pass over them.
    """
    if not g.time:
        return ((tuple(g.definition), False),)
    return passes(list(g.definition), frozenset(g.definition.keys() & g.times.keys()),
                  {n: names & g.definition.keys() for n, names in g.reads.items()}, set())  # fmt: skip


def passes(
    left: list[str], inside: frozenset[str], needed: Mapping[str, frozenset[str]], done: set[str]
) -> tuple[Group, ...]:
    """Names in groups outside and inside time by turns, each as large as what is done allows."""
    out: list[Group] = []
    while left:
        for recurrent in (False, True):
            own = [n for n in left if (n in inside) is recurrent]
            ready = stage(own, done, needed)
            out += [(ready, recurrent)] if ready else []
            done = done | set(ready)
        rest = [n for n in left if n not in done]
        assert len(rest) < len(left), "a name waits for itself"
        left = rest
    return tuple(out)


def stage(names: list[str], done: set[str], needed: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """The names that need only one another, and what is done."""
    kept = dict.fromkeys(names)
    while blocked := {n for n in kept if not all(m in kept or m in done for m in needed[n])}:
        kept = {n: None for n in kept if n not in blocked}
    return tuple(kept)


def late_names(g: Graph) -> frozenset[str]:
    """Names outside time that are made from what is inside."""
    groups = forward_groups(g)
    first = next((k for k, (_, recurrent) in enumerate(groups) if recurrent), len(groups))
    return frozenset(n for names, recurrent in groups[first:] if not recurrent for n in names)


def schedule(g: Graph, length: int) -> Iterator[Key]:
    """Definitions in the order they can be evaluated."""
    for names, recurrent in forward_groups(g):
        yield from ((n, 0) for n in names if not recurrent or n in g.initial)
        for t in range(1, length + 1) if recurrent else ():
            yield from ((n, t) for n in names)


def definition_at(g: Graph, key: Key) -> Expr:
    """What makes a value: the definition of its node, or what a recurrence starts from."""
    name, t = key
    return g.initial[name] if not t and name in g.initial else g.definition[name]


Work: TypeAlias = Callable[[Expr, Point, int], Array]  # an expression at a point and a step
Held: TypeAlias = Mapping[Key, Array] | None  # δ's that are given


def forward(g: Graph, at: Point, nudge: Mapping[Key, Array] | None = None, only: str = "",
            work: Work = evaluate) -> Point:  # fmt: skip
    """The point with every node's value; `nudge` is added to single values as they are made."""
    nudge = nudge or {}
    values = {k: np.asarray(v + nudge[k]) if k in nudge else v for k, v in at.values.items()}
    out = Point(at.sizes, values, at.deltas, at.length)
    for name, t in schedule(g, at.length):
        v = work(definition_at(g, (name, t)), out, t)
        values[name, t] = np.asarray(v + nudge[name, t]) if (name, t) in nudge else v
        if name == only and not at.length:
            break
    return out


def backward_values(b: Backward, at: Point, work: Work = evaluate, held: Held = None) -> Point:
    """The point with every δ evaluated from its printed form but those held, last step first; beyond T 0.

    det(A) A⁻¹ is the adjugate of A, so that what is finite at a singular matrix is.
    """
    held = held or {}
    named = named_determinants(b.graph)
    deltas = {**at.deltas, **held}
    out = Point(at.sizes, at.values, deltas, at.length)
    for group, recurrent in backward_groups(b):
        for t in range(at.length, -1, -1) if recurrent else (0,):
            for n in (n for n in group if (n, t) not in held):
                form = at_step(b.adjoints[n], t, at.length) if recurrent else b.adjoints[n].value
                if form is not None:
                    deltas[n, t] = work(without_inverse(form, named), out, t)
    return out


def backward_groups(b: Backward) -> tuple[Group, ...]:
    """The δ's in the order they can be found: those after the recurrence, its own, those before it.

    Where a δ inside waits for one before, as that of an input for that of its mean over time, there is
    another pass over the steps.
    """
    if not b.graph.time:
        return ((tuple(b.adjoints), False),)
    needed, late = waits(b), late_names(b.graph)
    first = stage([n for n in b.adjoints if n in late], set(), needed)
    left = [n for n in b.adjoints if n not in first]
    inside = frozenset(n for n in left if n in b.graph.times)
    start = stage([n for n in left if n in inside], set(first), needed)
    rest = passes([n for n in left if n not in start], inside, needed, {*first, *start})
    return tuple(g for g in ((first, False), (start, True), *rest) if g[0])


def waits(b: Backward) -> Mapping[str, frozenset[str]]:
    """The δ's that each δ is made from."""
    forms = {n: [f for f in (a.value, a.first, a.last) if f] for n, a in b.adjoints.items()}
    found = {n: [s.symbol for s in symbols(*fs) if s.symbol] for n, fs in forms.items()}
    return {n: frozenset(s.name for s in own if s.cotangent and s.name in forms)
            for n, own in found.items()}  # fmt: skip


def at_step(a: Adjoint, t: int, length: int) -> Expr | None:
    """What a recurrent δ is at a step: its recurrence, or its own sum at the ends."""
    if not t:
        return a.first
    return a.last if t == length and a.last is not None else a.value


# --- generic points ------------------------------------------------------------------------------


def size_names(g: Graph) -> tuple[str, ...]:
    """Size names to be bound, the length of time apart."""
    length = next(iter(g.time.length.names)) if g.time else ""
    return tuple(n for n in g.sizes if n != length)


LENGTHS = (3, 5, 2)  # steps of a recurrence, by trial
SQUARE = 4  # every size in the trial that hides a transpose on purpose


def bind_sizes(g: Graph, trial: int, length: int | None = None, turn: int = 0) -> dict[str, int]:
    """Distinct primes, other ones in each trial; the third trial makes everything square.

    A later `turn` gives the primes to other names, where no matrix of the first has an inverse.
    """
    fixed = {s.number for e in g.symbol.values() for s in e.shape if s.number}
    length = LENGTHS[trial % 3] if length is None else length
    if g.time:
        fixed.add(length)
    pool = [p for p in PRIMES if p not in fixed] or list(PRIMES)
    names = size_names(g)
    pool = pool[trial % len(pool) :] + pool[: trial % len(pool)]
    if turn:
        pool = [int(p) for p in np.random.default_rng([trial, turn]).permutation(pool[: len(names) + 3])]
    square = trial == 2 and not turn
    sizes = {n: SQUARE if square else pool[k % len(pool)] for k, n in enumerate(names)}
    if g.time:
        sizes[next(iter(g.time.length.names))] = length
    return roomy(g, invertible(g, sizes))


def generic(s: Symbol, sizes: Mapping[str, int], rng: np.random.Generator, spread: float = 1.0) -> Array:
    """A value of the symbol's domain, entries away from 0 and 1, large matrices scaled down.

    `spread` says how far from 0, where the domain has no size of its own.
    """
    shape = tuple(x.value(sizes) for x in s.shape)
    if s.domain == "label":
        assert s.labels
        return rng.integers(0, s.labels.value(sizes), shape)
    size = np.where(rng.random(shape) < 0.5, rng.uniform(0.2, 0.8, shape), rng.uniform(1.2, 1.8, shape))
    signed = spread * size * rng.choice([-1.0, 1.0], shape)
    wide = max(shape, default=1) if len(shape) > 1 else 1
    return np.asarray(s.facts.into(signed / np.sqrt(max(1.0, wide / 4))), float)


def generic_point(
    g: Graph, trial: int, seed: int, sizes: Mapping[str, int] | None = None, spread: float = 1.0
) -> Point:
    """Inputs and initial states of one trial."""
    rng = np.random.default_rng([seed, trial])
    bound = dict(sizes) if sizes is not None else bind_sizes(g, trial)
    check_room(g, bound)
    length = g.time.length.value(bound) if g.time else 0
    values: dict[Key, Array] = {}
    for n in g.inputs:
        s = g.symbol[n].own
        for t in range(1, length + 1) if s.time else (0,):
            values[n, t] = generic(s, bound, rng, spread)
    for e in g.definition.values():
        for node in topological(e):
            s = node.symbol
            if s and s.time and s.shift < 0:
                for t in range(1 + s.shift, 0 if s.name in g.initial else 1):
                    values.setdefault((s.name, t), generic(s, bound, rng, spread))
    return Point(bound, values, {}, length)


def seeded(b: Backward, at: Point, seed: int) -> Point:
    """The point with a cotangent for the output: 1 for a scalar, generic otherwise (never 1)."""
    rng = np.random.default_rng([seed, 7919])
    deltas: dict[Key, Array] = {}
    e = b.graph.symbol[b.of]
    shape = tuple(x.value(at.sizes) for x in e.shape)
    for t in range(1, at.length + 1) if b.of in b.graph.times else (0,):
        deltas[b.of, t] = (
            np.asarray(1.0)
            if b.seed.number == 1
            else rng.uniform(1.2, 1.9, shape) * rng.choice([-1.0, 1.0], shape)
        )
    return Point(at.sizes, at.values, deltas, at.length)
