"""A derivation as a program: definitions and δ's in one table of values, so that they share what is equal."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import cached_property
from dataclasses import replace
from typing import TypeAlias

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.code_names import CodeNames
from symbackprop.emit.literals import safe
from symbackprop.emit.matrix_chains import in_cheapest_order
from symbackprop.emit.program.array_kinds import CHOICE, GET, INPUT, PLACE, ROW, SERIES
from symbackprop.emit.program.array_nodes import ZERO, Node, extent, get, node, number
from symbackprop.emit.program.by_definition import entries_node
from symbackprop.emit.program.contractions import total
from symbackprop.emit.program.entrywise import all_steps, cut, expand, multiply
from symbackprop.emit.program.lowering_ops import joined, lower, scalar
from symbackprop.emit.program.recurrent_groups import components, in_order
from symbackprop.emit.program.stacked_gates import with_stacked_gates
from symbackprop.emit.program.statements_of_program import Assign, Buffer, Loop, Program, Statement
from symbackprop.emit.program.zero_norms import Quotients, roots_taken
from symbackprop.emit.stable_logarithms import from_logits
from symbackprop.entries import Entries, elements
from symbackprop.entries.fold import Axes
from symbackprop.errors import SymbackpropError
from symbackprop.graph.expr import SYMBOL, Expr, Symbol, symbols, topological as below
from symbackprop.graph.graph import TIME_SUM, Graph
from symbackprop.matrices.adjugate import named_determinants, without_inverse
from symbackprop.sizes import Shape, Size, size

Key: TypeAlias = tuple[str, bool]  # a name, and whether its δ is meant
Forms: TypeAlias = Mapping[str, tuple[Expr, ...]]  # what defines a name; second, what it is at the last step


class Lowering:
    """The values of a derivation as nodes; those with steps as the series of all of them."""

    def __init__(self, d: Derivation, names: CodeNames) -> None:
        self.d, self.g, self.names = d, d.graph, names
        self.length = d.graph.time.length if d.graph.time else size(1)
        self.determinants = named_determinants(d.graph)
        self.known: dict[Key, Node] = {}
        self.ahead: dict[Key, Node] = {}  # the values of the forward pass, as it makes them
        self.first: dict[str, Node] = {}  # δ's at step 0
        self.step: dict[Key, Node | None] = {}  # what the loop in hand makes, None until it is made
        self.lowest, self.highest = reaches(d)
        self.statements: list[Statement] = []
        self.settled = set[Node]()  # the values of names
        self.rows_of: dict[str, Node] = {}  # what a loop makes at a step, by the name of its series

    def program(self, results: Mapping[str, Key]) -> Program:
        """The statements for values and δ's, by the names of the results."""
        found = {n: (self.known if k[1] else self.ahead)[k] for n, k in results.items()}
        return self.program_of({n: self.steps_of(results[n], e) for n, e in found.items()})

    def program_of(self, results: Mapping[str, Node]) -> Program:
        """The statements for values made from those of the graph."""
        return Program(tuple(self.statements), results).live()

    def steps_of(self, key: Key, series: Node) -> Node:
        """A result with a row for each step, without those before and after."""
        return self.rows(key, series, 0) if series.kind is SERIES else series

    # --- passes ---

    def forward(self) -> None:
        """The values of all names."""
        g = self.g
        for n in g.inputs:
            self.known[n, False] = node(INPUT, (), self.over_time(symbol_of(g, n)), safe(n))
        self.sweep({n: (e,) for n, e in g.definition.items()}, cotangent=False)
        self.ahead = dict(self.known)
        self.settled = set(self.known.values())

    def run(self) -> None:
        """Forward, then backward."""
        self.forward()
        adjoints = self.d.backward.adjoints
        seed = self.d.backward.seed.symbol
        self.known[self.d.of, True] = number(1) if seed is None else node(
            INPUT, (), self.over_time(seed), self.names.bar(self.d.of))  # fmt: skip
        forms = {n: (a.value,) if a.last is None else (a.value, a.last) for n, a in adjoints.items()}
        self.sweep(forms, cotangent=True)

    def sweep(self, forms: Forms, *, cotangent: bool) -> None:
        initial: Mapping[str, Expr] = {} if cotangent else self.g.initial
        reads = {n: same_pass(each, cotangent=cotangent) for n, each in forms.items()}
        now = {n: {s.name for s in found if s.time and not s.shift} for n, found in reads.items()}
        needs = {n: {s.name for s in found} for n, found in reads.items()}
        for n in initial.keys() & forms.keys():
            needs[n] |= {s.name for s in same_pass((initial[n],), cotangent=False)}
        for group in components(needs):
            name = group[0]
            if len(group) > 1 or name in needs[name]:
                self.loop(in_order(group, now), forms, cotangent=cotangent)
            else:
                self.plain(name, forms[name], cotangent=cotangent)

    def plain(self, name: str, forms: tuple[Expr, ...], *, cotangent: bool) -> None:
        """A value that needs no step of its own: of all steps at once."""
        s = self.g.symbol[name].symbol
        made = self.form(name, forms[0], cotangent=cotangent)
        if s and s.time and made.moving:  # no primitive takes all its steps at once
            self.loop((name,), {name: forms}, cotangent=cotangent)
            return
        if s and s.time:
            made = all_steps(made, self.length)
            if len(forms) > 1:
                last = all_steps(self.form(name, forms[1], cotangent=cotangent), self.length)
                made = joined(
                    (steps(made, ZERO, self.length - 1), steps(last, self.length - 1, self.length)), 0
                )
        self.known[name, cotangent] = made
        self.settled.add(made)
        self.statements.append(Assign(self.code_name(name, cotangent=cotangent), made))
        self.start(name, cotangent=cotangent)

    def loop(self, group: tuple[str, ...], forms: Mapping[str, tuple[Expr, ...]], *, cotangent: bool) -> None:
        """Names that wait for earlier steps of one another."""
        buffers = tuple(self.buffer(n, cotangent=cotangent) for n in group)
        self.step = {(n, cotangent): None for n in group}
        body = []
        for n in group:
            made = self.form(n, forms[n][0], cotangent=cotangent)
            if len(forms[n]) > 1:
                made = node(CHOICE, (made, self.form(n, forms[n][1], cotangent=cotangent)), made.shape)
            self.step[n, cotangent] = made
            body.append(Assign(self.code_name(n, cotangent=cotangent), made))
        self.step = {}
        gates = with_stacked_gates([a.node for a in body])
        body = [replace(a, node=n) for a, n in zip(body, gates, strict=True)]
        self.statements.append(Loop(cotangent, self.length, buffers, tuple(body)))
        self.rows_of |= {a.name: a.node for a in body}
        for n, b in zip(group, buffers, strict=True):
            rows = self.length + len(b.before) + b.after
            self.known[n, cotangent] = node(SERIES, (), (rows, *b.shape), b.name)
        for n in group:
            self.start(n, cotangent=cotangent)

    def buffer(self, name: str, *, cotangent: bool) -> Buffer:
        shape = self.g.symbol[name].shape
        early = (
            []
            if cotangent
            else [self.early(name, k) for k in range(1 - self.lowest.get((name, False), 0), 1)]
        )
        after = self.highest.get((name, True), 0) if cotangent else 0
        labels = not cotangent and self.g.definition[name].classes is not None
        return Buffer(self.code_name(name, cotangent=cotangent), shape, tuple(early), after, labels)

    def start(self, name: str, *, cotangent: bool) -> None:
        """The δ at step 0, where the initial state is defined."""
        a = self.d.backward.adjoints.get(name) if cotangent else None
        if a and a.first is not None:
            self.first[name] = self.form(name, a.first, cotangent=True)

    def early(self, name: str, step: int) -> Node:
        """What stands at a step before the first."""
        if step == 0 and name in self.g.initial:
            return self.lower(self.g.initial[name])
        return node(INPUT, (), self.g.symbol[name].shape, self.names.starts(name)[step])

    # --- expressions ---

    def form(self, name: str, root: Expr, *, cotangent: bool) -> Node:
        """A definition; of a δ, and of what only δ's read, quotients by norms that are 0 are 0."""
        made = self.lower(root)
        if not cotangent and name not in self.d.backward.abbreviations:
            return made
        squares = self.squares if cotangent else frozenset[Node]()
        return Quotients(self.settled, squares, self.rows_of).safe(made)

    @cached_property
    def squares(self) -> frozenset[Node]:
        """What the forward pass takes norms from."""
        return roots_taken([*self.ahead.values(), *self.rows_of.values()])

    def entries(self, e: Entries, out: Axes, helpers: Mapping[Hashable, Expr]) -> Node:
        """Entries over values of the graph, and over helpers that stand for expressions of them."""
        found = dict.fromkeys(a.tensor for a in elements(e))
        meant = {t: helpers.get(t, t) for t in found}
        tensors = {t: self.lower(m) for t, m in meant.items() if isinstance(m, Expr)}
        return entries_node(e, out, tensors, scalar)

    def lower(self, root: Expr) -> Node:
        root = in_cheapest_order(from_logits(without_inverse(root, self.determinants), self.g))
        made: dict[Expr, Node] = {}
        for e in below(root):
            made[e] = self.node(e, [made[a] for a in e.args])
        return made[root]

    def node(self, e: Expr, args: list[Node]) -> Node:
        if e.op is SYMBOL:
            assert e.symbol
            return self.symbol(e.symbol)
        if e.op is TIME_SUM:
            (x,) = args
            if x.moving:
                raise SymbackpropError("a sum over steps of what goes step by step has no code", where="emit",
                                       hint="Give what is summed a name of its own.")  # fmt: skip
            return total(x.args[0], (0,)) if x.kind is GET else multiply(extent(self.length), x)
        return lower(e, args)

    def symbol(self, s: Symbol) -> Node:
        key = s.name, s.cotangent
        if key in self.step:  # a form for the last step alone sees that step from outside time
            here, shift = self.step[key], s.shift if s.at is None else (s.at - self.length).number
            if shift is None:
                raise SymbackpropError(f"{s.name} at a fixed step has no code in a loop", where="emit",
                                       hint="Read it at t, t-1, … .")  # fmt: skip
            at = self.code_name(s.name, cotangent=s.cotangent), shift
            return here if here is not None and not shift else node(ROW, (), s.shape, at)
        if s.at is not None:
            return self.fixed(key, s.at)
        if not s.time:
            return self.known[key]
        return get(self.moved(key, s.shift))

    def fixed(self, key: Key, at: Size) -> Node:
        """A value at a step seen from outside time."""
        if at.number is not None and at.number <= 0:
            return self.first[key[0]] if key[1] else self.early(key[0], at.number)
        return row_of(self.moved(key, 0), at - 1)

    def moved(self, key: Key, shift: int) -> Node:
        """The series of a name, seen from steps earlier or later."""
        series, count = self.known[key], self.length
        if series.kind is SERIES:
            if shift <= (self.highest.get(key, 0) if key[1] else 0):
                return self.rows(key, series, shift)
            series = self.rows(key, series, 0)
        if not shift:
            return series
        if shift < 0:
            before = [expand(self.early(key[0], k), (0,)) for k in range(1 + shift, 1)]
            return joined((*before, steps(series, ZERO, count + shift)), 0)
        rest = steps(series, size(shift), count)
        if key[1]:
            where = ((ZERO, count - shift), *((ZERO, s) for s in series.shape[1:]))
            return node(PLACE, (rest,), series.shape, (where,))
        return joined((rest, *[steps(series, count - 1, count)] * shift), 0)

    def rows(self, key: Key, series: Node, shift: int) -> Node:
        """The rows of what a loop made, from so many steps after the first."""
        low = 0 if key[1] else self.lowest.get(key, 0)
        return steps(series, size(low + shift), self.length + low + shift)

    def code_name(self, name: str, *, cotangent: bool) -> str:
        return self.names.bar(name) if cotangent else safe(name)

    def over_time(self, s: Symbol) -> Shape:
        return (self.length, *s.shape) if s.time else s.shape


def symbol_of(g: Graph, name: str) -> Symbol:
    s = g.symbol[name].symbol
    assert s
    return s


def same_pass(forms: tuple[Expr, ...], *, cotangent: bool) -> list[Symbol]:
    """The values, or the δ's, that expressions read."""
    return [e.symbol for e in symbols(*forms) if e.symbol and e.symbol.cotangent == cotangent]


def steps(series: Node, start: Size, stop: Size) -> Node:
    return cut(series, ((start, stop), *((ZERO, s) for s in series.shape[1:])))


def row_of(series: Node, at: Size) -> Node:
    return cut(series, ((at,), *((ZERO, s) for s in series.shape[1:])))


def reaches(d: Derivation) -> tuple[dict[Key, int], dict[Key, int]]:
    """How far before and behind its own step every name is read."""
    adjoints = d.backward.adjoints.values()
    forms = [*d.graph.definition.values(), *(e for a in adjoints for e in (a.value, a.last) if e is not None)]
    low, high = dict[Key, int](), dict[Key, int]()
    for e in symbols(*forms):
        s = e.symbol
        if s and s.time:
            key = s.name, s.cotangent
            low[key] = max(low.get(key, 0), -s.shift)
            high[key] = max(high.get(key, 0), s.shift)
    return low, high
