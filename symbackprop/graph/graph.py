"""A declared graph: inputs, named nodes with their definitions, and the index of a recurrence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from difflib import get_close_matches
from types import MappingProxyType

from symbackprop import doors
from symbackprop.entries.op import Op, slides
from symbackprop.errors import NODES, DeclarationError, within
from symbackprop.graph.expr import Expr, intern, leaf, substitute, symbols, topological
from symbackprop.sizes import Size
from symbackprop.vocabulary.kinds import SLICE

TIME_SUM = Op("time_sum")  # Σ over the time index; a closed kind: linear, one term per step


@dataclass(frozen=True, slots=True)
class Time:
    """The index of a recurrence, t = 1..T."""

    name: str
    length: Size


@dataclass(frozen=True)
class Graph:
    """Definitions over symbols, in order: a definition only uses inputs, earlier nodes, and earlier times.

    `symbol[name]` is the leaf that stands for a name (at time t for a recurrent one); `initial[name]` is
    what a recurrent node starts from, h[0] = x, where that is declared; `functions` are the printed names
    of functions declared without a definition.
    """

    symbol: Mapping[str, Expr]
    definition: Mapping[str, Expr]
    time: Time | None = None
    sizes: tuple[str, ...] = field(default=())
    initial: Mapping[str, Expr] = field(default_factory=lambda: MappingProxyType({}))
    functions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def remade(
        self,
        symbol: Mapping[str, Expr],
        definition: Mapping[str, Expr],
        initial: Mapping[str, Expr] | None = None,
    ) -> Graph:
        """The graph with other tables; its time and its functions stay."""
        starts = self.initial if initial is None else initial
        return make(symbol, definition, self.time, starts, self.functions)

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(n for n in self.symbol if n not in self.definition)

    @property
    def nodes(self) -> tuple[str, ...]:
        return tuple(self.definition)

    @property
    def output(self) -> str:
        """The last node defined."""
        if not self.definition:
            raise DeclarationError(
                "the graph defines no node", hint="Add a line such as  L = sum((y - x)**2)"
            )
        return list(self.definition)[-1]

    @cached_property
    def reads(self) -> Mapping[str, frozenset[str]]:
        """The names every node is made from: those in its definition, and in its initial state."""
        return self.read_through(used_names)

    @cached_property
    def moved_by(self) -> Mapping[str, frozenset[str]]:
        """The names that move a node: those apart that it only knows through a computed label."""
        return self.read_through(moving_names)

    def read_through(self, names: Callable[[Expr], Iterable[str]]) -> Mapping[str, frozenset[str]]:
        made = {n: (e, *((self.initial[n],) if n in self.initial else ()))
                for n, e in self.definition.items()}  # fmt: skip
        return {n: frozenset(m for e in each for m in names(e)) for n, each in made.items()}

    def __getitem__(self, name: str) -> Expr:
        return self.symbol[known(name, self.symbol, "the graph")]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return doors.through("show graph", self)


def known(name: str, names: Iterable[str], where: str) -> str:
    """The name itself. Errors: `DeclarationError` with the nearest declared name."""
    names = list(names)
    if name not in names:
        near = get_close_matches(name, names, 1)
        raise DeclarationError(
            f"no symbol `{name}`",
            where=where,
            hint=f"Did you mean `{near[0]}`?" if near else f"Declared: {', '.join(names[:30])}",
        )
    return name


def make(
    symbol: Mapping[str, Expr],
    definition: Mapping[str, Expr],
    time: Time | None = None,
    initial: Mapping[str, Expr] | None = None,
    functions: Mapping[str, str] | None = None,
) -> Graph:
    """A frozen graph with its size names collected; where h starts from h0, that prints h^{(0)}, not h_0."""
    symbol, definition, initial = starts_apart(symbol, definition, initial or {})
    symbol, definition, initial = entries_apart(symbol, definition, initial)
    within(len(symbol), NODES, "nodes of the graph")
    names: dict[str, None] = dict.fromkeys(sorted(time.length.names)) if time else {}
    for e in symbol.values():
        for s in e.shape:
            names |= dict.fromkeys(sorted(s.names))
        if e.symbol and e.symbol.labels:
            names |= dict.fromkeys(sorted(e.symbol.labels.names))
    if time and (time.name in symbol or time.name in names):
        kind = "symbol" if time.name in symbol else "size"
        raise DeclarationError(f"is the name of the time index and of a {kind}", where=f"`{time.name}`",
                               hint="Rename one of them.")  # fmt: skip
    both = next((n for n in symbol if n in names), None)
    if both is not None:
        raise DeclarationError("is the name of a size and of a symbol", where=f"`{both}`",
                               hint="Rename one of them.")  # fmt: skip
    return Graph(
        MappingProxyType(dict(symbol)), MappingProxyType(dict(definition)), time, tuple(names),
        MappingProxyType(dict(initial)), MappingProxyType(dict(functions or {})),
    )  # fmt: skip


def starts_apart(
    symbol: Mapping[str, Expr], definition: Mapping[str, Expr], initial: Mapping[str, Expr]
) -> tuple[Mapping[str, Expr], ...]:
    """The tables with another printed name for a start `h0` of `h`: h_0 is the state before step 1."""
    other: dict[Expr, Expr] = {}
    for name, e in initial.items():
        state = symbol[name].symbol
        if state and e.symbol and e.symbol.tex == replace(state.tex, sub="0") and not state.tex.sup:
            other[e] = leaf(replace(e.symbol, tex=replace(state.tex, sup="(0)")))
    return swapped(other, symbol, definition, initial)


def entries_apart(
    symbol: Mapping[str, Expr], definition: Mapping[str, Expr], initial: Mapping[str, Expr]
) -> tuple[Mapping[str, Expr], ...]:
    """The tables with another printed name for `S1` beside an array `S` whose entry S_1 may be written."""
    arrays = {e.symbol.tex: e for e in symbol.values() if e.symbol and e.shape}
    pairs = {
        e: whole
        for e in symbol.values()
        if e.symbol and e.symbol.tex.sub.isdecimal() and not e.symbol.tex.sup
        if (whole := arrays.get(replace(e.symbol.tex, sub="")))
    }
    picked = pairs and any(
        n.op is SLICE and any(len(r) == 1 for r in n.attribute("ranges"))  # type: ignore[arg-type]
        for e in definition.values()
        for n in topological(e)
    )
    names = {e.symbol.name for e, whole in pairs.items()
             if e.symbol and (picked or any(s.number == 1 for s in whole.shape))}  # fmt: skip
    other: dict[Expr, Expr] = {}
    for e in symbols(*symbol.values(), *definition.values(), *initial.values()) if names else ():
        if e.symbol and e.symbol.name in names:  # at every step it is read
            tex = replace(e.symbol.tex, sub="", sup=f"({e.symbol.tex.sub})")
            other[e] = leaf(replace(e.symbol, tex=tex))
    return swapped(other, symbol, definition, initial)


def swapped(other: dict[Expr, Expr], *tables: Mapping[str, Expr]) -> tuple[Mapping[str, Expr], ...]:
    """Tables with other expressions in the place of some."""
    if not other:
        return tables
    return tuple({n: substitute(e, other) for n, e in table.items()} for table in tables)


def used_names(e: Expr) -> tuple[str, ...]:
    """Names of the symbols in an expression, each once."""
    return tuple(dict.fromkeys(s.symbol.name for s in symbols(e) if s.symbol))


def moving_names(e: Expr) -> set[str]:
    """Names in an expression, those apart that it only knows through a computed label."""
    found: set[Expr] = set()
    stack = [e]
    while stack:
        node = stack.pop()
        if node not in found and node.op.domain != "label":
            found.add(node)
            stack += node.args
    return {x.symbol.name for x in found if x.symbol}


def time_sum(body: Expr, time: Time) -> Expr:
    """Σ_t body."""
    return intern(TIME_SUM, (body,), (("time", time),), body.shape)


def sliding(g: Graph) -> bool:
    """Whether a window slides somewhere, so that entries outside their arrays are met and are 0."""
    return any(slides(e.op) for x in g.definition.values() for e in topological(x))


def reached(start: Iterable[str], leads: Mapping[str, Iterable[str]]) -> set[str]:
    """Names, and all that they lead to."""
    found = set(start)
    stack = list(found)
    while stack:
        more = set(leads.get(stack.pop(), ())) - found
        found |= more
        stack += more
    return found


def ancestors(g: Graph, of: str) -> set[str]:
    """Every name the node is made from (itself too), also through earlier times."""
    return reached({of}, g.reads)
