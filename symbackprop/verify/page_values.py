"""What a printed equation is evaluated in: the page's names, their values at a point, local scopes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

import numpy as np

from symbackprop.derivation import local_names
from symbackprop.derivation.derivation import Derivation, signal
from symbackprop.derivation.meanings import bare
from symbackprop.derivation.equation import Equation
from symbackprop.derivation.scopes import BEFORE, CHAIN, TRACE, Local, Scope, Second, Step
from symbackprop.derivatives.derivative_values import second_names, second_values
from symbackprop.entries.array_values import Number
from symbackprop.entries.reference_values import Array, scalar_value, value
from symbackprop.entries.scalar_functions import SCALARS
from symbackprop.formula.composing import size_name
from symbackprop.formula.evaluation.value import Environment, Value
from symbackprop.formula.reading.latex_reader import NameTable
from symbackprop.formula.printed_names import PI
from symbackprop.formula.tree import Formula, Nabla, Name, Partial
from symbackprop.graph.expr import Symbol, leaf, substitute, symbols, topological
from symbackprop.graph.graph import sliding, used_names
from symbackprop.matrices.lowering import instance_of
from symbackprop.notation.convention import function_key
from symbackprop.numeric.complex_step import jacobian_values
from symbackprop.numeric.feasible_sizes import PRIMES
from symbackprop.numeric.local_values import local_values, oriented
from symbackprop.numeric.op_functions import LAYERS, along_last, applied, scalars_into
from symbackprop.numeric.points import Point, evaluate
from symbackprop.numeric.whole_layer_values import layer_functions
from symbackprop.numeric.precise_values import (
    RoundedPoint, constant, precise_op, precise_scalar,
)  # fmt: skip
from symbackprop.page.given_numbers import precise_numbers, trace_point

SAMPLES = 400  # entries of an index equation evaluated when not all of them are


class Names:
    """Every name a page of this derivation may print."""

    def __init__(self, d: Derivation) -> None:
        self.d = d
        symbols = [e.symbol for e in d.graph.symbol.values() if e.symbol]
        names = [s.tex for s in symbols]
        for a in d.backward.adjoints.values():
            f = bare(signal(d, a.name))
            names += [f] if isinstance(f, Name) else []
        seed = bare(signal(d, d.of))
        names += [seed] if isinstance(seed, Name) else []
        names += [PI, *(size_name(n) for n in d.graph.sizes)]
        self.letters = tuple(d.convention.letters) + ((d.graph.time.letter.base,) if d.graph.time else ())
        self.names = tuple(dict.fromkeys(names))
        self.plain = NameTable.of(self.names, indices=self.letters, functions=d.functions)
        self.locals: dict[Scope, NameTable] = {}

    def table(self, scope: Scope) -> NameTable:
        """The names in a scope."""
        if not isinstance(scope, Local | Second):
            return self.plain
        if scope not in self.locals:
            local = isinstance(scope, Local)
            extra = local_names.of(self.d, scope).names if local else second_names(self.d, scope)
            self.locals[scope] = NameTable.of(
                (*self.names, *extra), indices=self.letters, functions=self.d.functions
            )
        return self.locals[scope]


@dataclass(frozen=True)
class Scene:
    """All values of one point, as the reader's environment wants them."""

    d: Derivation
    names: Names
    point: Point
    seed: int
    at: Mapping[str, object] | None = None
    precise: bool = False  # its numbers are fractions, and stay so
    scopes: dict[Scope, dict[Formula, Value]] = field(default_factory=dict)
    noise: Callable[[Array], Array] | None = None  # what rounding does to the value of a function

    @cached_property
    def values(self) -> dict[Formula, Value]:
        g = self.d.graph
        many = self.point.many
        pi = constant("pi") if self.precise else np.pi if many is None else +many.pi
        out: dict[Formula, Value] = {PI: Value(np.asarray(pi))}
        for n in g.sizes:
            out[size_name(n)] = Value(np.asarray(self.number(self.point.sizes[n])))
        for n, e in g.symbol.items():
            s = e.symbol
            assert s
            if any(k[0] == n for k in ((n, 0), (n, 1)) if k in self.point.values):
                out[s.tex] = self.stored(s, self.point.values)
        for n in (*self.d.backward.adjoints, self.d.of):
            if (n, 0) in self.point.deltas or (n, 1) in self.point.deltas:
                s = g.symbol[n].symbol
                assert s
                own = self.stored(s, self.point.deltas)
                out[bare(signal(self.d, n))] = own
                if s.time and not g.symbol[self.d.of].shape:
                    out[Nabla(self.d.convention.of, s.tex)] = own
                    if not s.shape:
                        out[Partial(self.d.convention.of, s.tex)] = own
                if not s.time and not g.symbol[self.d.of].shape:
                    out[Nabla(self.d.convention.of, s.tex)] = own
                    out[Partial(self.d.convention.of, s.tex)] = self.slope(n)
        return out

    @property
    def number(self) -> Number:
        """What a number of a formula becomes."""
        return Fraction if self.precise else self.point.number

    def slope(self, name: str) -> Value:
        """∂of/∂name of an output that is a number, as the layout has it."""
        rank = self.d.graph.symbol[name].rank
        return oriented(np.asarray(self.point.deltas[name, 0]), 0, rank, self.d.convention)

    @cached_property
    def reach(self) -> int:
        """How many steps beyond the last one a page may name."""
        return max([1, *(-e.symbol.shift for e in self.d.graph.every if e.symbol)])

    def stored(self, s: Symbol, table: Mapping[tuple[str, int], Array]) -> Value:
        """One value, or all steps of a recurrent symbol; a δ is 0 after the last one."""
        classes = s.labels.value(self.point.sizes) if s.labels else 0
        up = 1 if s.domain == "label" else 0  # labels count from 1 on paper
        if not s.time:
            return Value(np.asarray(table[s.name, 0] + up), len(s.shape) == 1, classes=classes)
        steps = sorted(t for n, t in table if n == s.name)
        arrays = [np.asarray(table[s.name, t] + up) for t in steps]
        after = arrays[-1] if table is self.point.values else np.zeros_like(arrays[-1])
        arrays += [after] * self.reach
        return Value(np.stack(arrays), len(s.shape) == 1, 1, steps[0], classes)

    @cached_property
    def functions(self) -> dict[str | tuple[str, int], Callable[..., Array]]:
        """Every function of the graph and of its derivatives, along the last axis."""
        out: dict[str | tuple[str, int], Callable[..., Array]] = {}
        roots = [*self.d.graph.definition.values()]
        roots += [f for a in self.d.backward.adjoints.values() for f in a.forms]
        scalar, op = (precise_scalar, precise_op) if self.precise else (scalar_value, value)
        for e in topological(*roots):
            if e.op.scalar:
                scalars_into(out, e.op.scalar.name, scalar)
            elif e.op.variants or e.op.build:
                out[function_key(e)] = applied(e, self.point.sizes, op)
        out |= layer_functions(self.d.layers, self.point.sizes)
        for name in SCALARS:  # derivatives bring in functions the graph does not name
            scalars_into(out, name, scalar)
        out = {**{name: along_last(name, op) for name in LAYERS}, **out}
        noise = self.noise
        return {k: after(f, noise) for k, f in out.items()} if noise else out

    def environments(self, eq: Equation) -> Iterator[tuple[Environment, str]]:
        """One environment per time step the equation is about."""
        time = self.d.graph.time
        for t in self.steps(eq):
            yield self.environment(eq, t), f" at {time.typed} = {t}" if t and time else ""

    def steps(self, eq: Equation) -> Sequence[int]:
        """The time steps an equation is about; 0 where it is about none."""
        last = self.point.length - (eq.local is BEFORE)
        return range(1, last + 1) if eq.recurrent and self.d.graph.time else (0,)

    @cached_property
    def outside(self) -> str:
        """What an entry outside its array is: 0 where a window slides over the edge."""
        return "zero" if sliding(self.d.graph) else "refused"

    def environment(self, eq: Equation, t: int) -> Environment:
        """What an equation is evaluated in at one time step."""
        values = self.scoped(eq, t)
        free = self.samples(eq)
        time = self.d.graph.time
        indices: dict[str, object] = dict(free)
        if t and time:
            indices[time.letter.base] = t if not free else np.full_like(next(iter(free.values())), t)
        return Environment(values, self.functions, indices, self.d.convention.vectors,  # type: ignore[arg-type]
                           outside=self.outside, number=self.number)  # fmt: skip

    def samples(self, eq: Equation) -> dict[str, Array]:
        """Positions of the free letters, from 1: all of them, or a grid that meets the diagonals.

        All of no more than a size with a name may be: a large literal size costs time and proves nothing.
        """
        if not eq.free:
            return {}
        extents = [s.value(self.point.sizes) for _, s in eq.free]
        whole = int(np.prod(extents)) <= SAMPLES and max(extents) <= PRIMES[-1]
        some = [[1, (n + 1) // 2, n, min(2, n) if n <= PRIMES[-1] else 1] for n in extents]
        lines = [np.arange(1, s[2] + 1) if whole else np.unique(s) for s in some]
        grid = np.meshgrid(*lines, indexing="ij")
        return {k: g.ravel() for (k, _), g in zip(eq.free, grid, strict=True)}

    def step_value(self, s: Step, t: int) -> Value:
        """∂node_t/∂symbol_{t+shift} by complex step of the node's definition at step t."""
        g, node = self.d.graph, s.node
        wrt = next(x for x in symbols(g.definition[node])
                   if x.symbol and (x.symbol.name, x.symbol.shift) == (s.wrt, s.shift))  # fmt: skip
        assert wrt.symbol
        free = leaf(replace(wrt.symbol, name="\0moved", time="", shift=0))
        moved = substitute(g.definition[node], {wrt: free})
        base = np.asarray(self.point.look(wrt.symbol, t))

        def value(step: Array) -> Array:
            there = {**self.point.values, ("\0moved", 0): base + step}
            return evaluate(moved, replace(self.point, values=there), t)

        full = jacobian_values(base, value)
        return oriented(full, g.symbol[node].rank, wrt.rank, self.d.convention)

    def scoped(self, eq: Equation, t: int) -> Mapping[Formula, Value]:
        """The values in the scope of an equation, at one time step."""
        match eq.local:
            case Step() as step:
                return {**self.values, eq.left: self.step_value(step, t)}
            case Local() | Second() as scope:
                if scope not in self.scopes:
                    self.scopes[scope] = {**self.values, **self.own_values(scope)}
                return self.scopes[scope]
        return self.chain if eq.local is CHAIN else self.there.values if eq.local is TRACE else self.values

    def own_values(self, scope: Local | Second) -> dict[Formula, Value]:
        """What a scope adds: helpers of a definition and their slopes, or a matrix of second order."""
        if isinstance(scope, Second):
            return second_values(self.d, scope, self.point, self.seed)
        return local_values(self.d, self.point, self.values, local_names.of(self.d, scope))

    @cached_property
    def there(self) -> Scene:
        """The numbers a sheet gives, instead of a generic point."""
        assert self.at is not None
        return Scene(self.d, self.names, trace_point(self.d, self.at), self.seed)

    @cached_property
    def precisely_there(self) -> Scene | None:
        """The same in fractions; nothing where they are none."""
        assert self.at is not None
        found = precise_numbers(self.d, self.at)
        if isinstance(found, RoundedPoint):
            return None
        return Scene(self.d, self.names, found.point, self.seed, precise=True)

    @cached_property
    def chain(self) -> dict[Formula, Value]:
        """Every local Jacobian between scalars and vectors, for the products."""
        out = dict(self.values)
        g = self.d.graph
        for n, e in g.definition.items():
            for m in used_names(e):
                s = g.symbol[m].symbol
                if instance_of(g.symbol[n], e, self.d.convention.letters) is None:
                    continue
                if s and not s.labels and g.symbol[n].rank <= 1 and len(s.shape) <= 1 and not g.time:
                    scope = local_names.of(self.d, Local(n, m))
                    if scope.node.symbol:
                        key = Partial(scope.node.symbol.tex, scope.tex)
                        out[key] = local_values(self.d, self.point, self.values, scope)[key]
        of = self.d.convention.of
        for n in self.d.backward.adjoints:
            tex = g.symbol[n].symbol
            if tex and g.symbol[n].rank <= 1 and not g.symbol[self.d.of].shape and not tex.time:
                out[Partial(of, tex.tex)] = self.slope(n)
        return out


def after(f: Callable[..., Array], noise: Callable[[Array], Array]) -> Callable[..., Array]:
    """A function whose value is moved by some noise."""
    return lambda *x: noise(f(*x))
