"""A declared graph: inputs, named nodes with their definitions, and the index of a recurrence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from difflib import get_close_matches
from itertools import product
from types import MappingProxyType

from symbackprop import doors
from symbackprop.catalogue.error_sentences import told
from symbackprop.entries.op import Op, slides
from symbackprop.errors import NODES, DeclarationError, within
from symbackprop.formula.composing import size_name
from symbackprop.formula.printed_names import ACCENTS
from symbackprop.formula.tree import Name
from symbackprop.graph.expr import Expr, intern, leaf, substitute, symbols, topological
from symbackprop.graph.pickling import Pickled
from symbackprop.sizes import Size
from symbackprop.vocabulary.kinds import SLICE

TIME_SUM = Op("time_sum")  # Σ over the time index; a closed kind: linear, one term per step


@dataclass(frozen=True, slots=True)
class Time:
    """The index of a recurrence, t = 1..T; where `typed` has scripts, as in t_1, `name` is another letter."""

    name: str
    length: Size
    typed: str

    @property
    def letter(self) -> Name:
        """How it is printed: a letter, or a word, without scripts."""
        return size_name(self.name)


@dataclass(frozen=True)
class Graph(Pickled):
    """Definitions over symbols, in order: a definition only uses inputs, earlier nodes, and earlier times.

    `symbol[name]` is the leaf that stands for a name (at time t for a recurrent one); `initial[name]` is
    what a recurrent node starts from, h[0] = x, where that is declared; `functions` are the printed names
    of functions declared without a definition. `of` and `wrt` are what is asked for, where its text says so.
    """

    symbol: Mapping[str, Expr]
    definition: Mapping[str, Expr]
    time: Time | None = None
    sizes: tuple[str, ...] = field(default=())
    initial: Mapping[str, Expr] = field(default_factory=lambda: MappingProxyType({}))
    functions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    of: str = ""
    wrt: tuple[str, ...] = ()

    def remade(
        self,
        symbol: Mapping[str, Expr],
        definition: Mapping[str, Expr],
        initial: Mapping[str, Expr] | None = None,
    ) -> Graph:
        """The graph with other tables; its time, its functions and what it asks for stay."""
        starts = self.initial if initial is None else initial
        made = make(symbol, definition, self.time, starts, self.functions)
        return replace(made, of=self.of, wrt=self.wrt) if self.of or self.wrt else made

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(n for n in self.symbol if n not in self.definition)

    @property
    def nodes(self) -> tuple[str, ...]:
        return tuple(self.definition)

    @property
    def output(self) -> str:
        """What is differentiated: the node the text names, else the last one defined."""
        if self.of in self.definition:
            return self.of
        if not self.definition:
            raise DeclarationError(
                "the graph defines no node", hint="Add a line such as  L = sum((y - x)**2)"
            )
        return list(self.definition)[-1]

    @cached_property
    def roots(self) -> Mapping[str, Expr]:
        """Every definition by its name; what h starts from, as h[0], before them."""
        return {**{f"{name}[0]": e for name, e in self.initial.items()}, **self.definition}

    @cached_property
    def inside(self) -> Mapping[str, tuple[Expr, ...]]:
        """The nodes of every root, arguments first."""
        return {name: topological(e) for name, e in self.roots.items()}

    @cached_property
    def every(self) -> tuple[Expr, ...]:
        """The nodes of all roots, each once."""
        return tuple(dict.fromkeys(e for nodes in self.inside.values() for e in nodes))

    @cached_property
    def times(self) -> Mapping[str, str]:
        """The time index of every recurrent name."""
        return {n: e.symbol.time for n, e in self.symbol.items() if e.symbol and e.symbol.time}

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
        said = {"near": near[0]} if near else {"known": ", ".join(names[:30])}
        kind = "unknown_near" if near else "unknown_known"
        raise DeclarationError(**told("unknown", kind, name=name, **said), where=where)
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
    within(len(symbol), NODES, "nodes of the graph")
    names: dict[str, None] = dict.fromkeys(sorted(time.length.names)) if time else {}
    for e in symbol.values():
        for s in e.shape:
            names |= dict.fromkeys(sorted(s.names))
        if e.symbol and e.symbol.labels:
            names |= dict.fromkeys(sorted(e.symbol.labels.names))
    if time and (time.typed in symbol or time.typed in names):
        kind = "symbol" if time.typed in symbol else "size"
        raise DeclarationError(f"is the name of the time index and of a {kind}", where=f"`{time.typed}`",
                               hint="Rename one of them.")  # fmt: skip
    both = next((n for n in symbol if n in names), None)
    if both is not None:
        raise DeclarationError("is the name of a size and of a symbol", where=f"`{both}`",
                               hint="Rename one of them.")  # fmt: skip
    others = [*map(size_name, names), *([time.letter] if time else [])]
    symbol, definition, initial = entries_apart(symbol, definition, initial, others)
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
    symbol: Mapping[str, Expr], definition: Mapping[str, Expr], initial: Mapping[str, Expr],
    others: Sequence[Name],
) -> tuple[Mapping[str, Expr], ...]:  # fmt: skip
    """The tables with another printed name for every symbol that would be read as something else.

    That is `S1` beside an array `S` whose entry S_1 may be written; and, where nobody chose its letter, `S1`
    beside the steps S_t of a recurrence, or `W_1` beside `W1`. `others` are letters that are no symbols.
    """
    arrays = {e.symbol.tex: e for e in symbol.values() if e.symbol and e.shape}
    steps = {e.symbol.tex for e in symbol.values() if e.symbol and e.symbol.time}
    printed = {n: e.symbol.tex for n, e in symbol.items() if e.symbol}
    wholes = {n: replace(x, sub="") for n, x in printed.items() if x.sub.isdecimal() and not x.sup}
    picked = any(x in arrays for x in wholes.values()) and any(map(picks, definition.values()))
    taken = {*others, *(tex for n, tex in printed.items() if tex != size_name(n))}
    stepped = {replace(x, sub="") for x in others if x.sub.isdecimal()}
    moved: dict[str, Name] = {}
    for name, tex in printed.items():
        whole = wholes.get(name)
        array = arrays.get(whole) if whole else None
        entry = array is not None and (picked or any(s.number == 1 for s in array.shape))
        step = tex in stepped if tex in steps else whole in steps
        if entry or (tex == size_name(name) and (step or tex in taken)):
            moved[name] = next(x for x in elsewhere(tex) if x not in taken and x != tex)
        taken.add(moved.get(name, tex))
    every = symbols(*symbol.values(), *definition.values(), *initial.values()) if moved else ()
    # at every step it is read
    return swapped(
        {e: leaf(replace(e.symbol, tex=moved[e.symbol.name]))
         for e in every if e.symbol and e.symbol.name in moved},
        symbol, definition, initial,
    )  # fmt: skip


def picks(e: Expr) -> bool:
    """Whether an expression takes an entry, or a row, by its number."""
    return any(
        n.op is SLICE and any(len(r) == 1 for r in n.attribute("ranges"))  # type: ignore[arg-type]
        for n in topological(e)
    )


def elsewhere(tex: Name) -> Iterator[Name]:
    """Other ways to print a name: its number above, and further marks."""
    above = replace(tex, sub="", sup=f"({tex.sub})") if tex.sub and not tex.sup else tex
    yield above
    yield from (above.under(*marks) for n in (1, 2) for marks in product(ACCENTS, repeat=n))


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
    return any(slides(e.op) for e in g.every)


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
