"""Large literal sizes cost time and prove nothing: a derivation with a name in the place of each such number.

Where a graph uses a large number as a number as well, or an option is one, there is no stand-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from itertools import combinations_with_replacement
from types import MappingProxyType
from typing import TypeVar

from symbackprop.derivation.derivation import Derivation
from symbackprop.entries.op import Op
from symbackprop.errors import SymbackpropError
from symbackprop.graph.expr import NUMBER, SIZE, SYMBOL, Expr, apply, intern, leaf, topological
from symbackprop.graph.graph import TIME_SUM, Graph
from symbackprop.sizes import Size, size

SMALL = 12  # numbers up to this stay what they are
LARGE = 48  # a size that is worth a stand-in
T = TypeVar("T")


class NoStandIn(SymbackpropError):
    """A number that is more than the size of an axis."""


def stand_ins(g: Graph) -> dict[int, Size]:
    """Every literal size -> one with a name for it, n512, where one of them is large; else none."""
    known = names_for(g)
    if max(known, default=0) < LARGE:
        return {}
    named = {n for s in known.values() for n in s.names}
    letter = next(x for x in "nmkdNMKD" if not any(x + n in (*g.symbol, *g.sizes) for n in named))
    for n in named:
        known = {k: s.substitute(n, size(letter + n)) for k, s in known.items()}
    return known


def names_for(g: Graph) -> dict[int, Size]:
    """Every large literal size -> a size with a name; sums, products and neighbours of others stay such."""
    extents = {s.number for e in g.symbol.values() for s in e.shape}
    extents |= {e.symbol.labels.number for e in g.symbol.values() if e.symbol and e.symbol.labels}
    out: dict[int, Size] = {}
    for n in sorted(x for x in extents if x is not None and x > SMALL):
        out[n] = related(n, out) or size_called(n)
    return out


def size_called(n: int) -> Size:
    """The size whose name is the number itself."""
    return Size((((str(n),), 1),))


def related(n: int, known: Mapping[int, Size]) -> Size | None:
    """n as a known size and a few more, or as the sum or the product of two known ones."""
    if near := [k for k in known if n - k <= SMALL]:
        return known[near[-1]] + (n - near[-1])
    for a, b in combinations_with_replacement(known, 2):
        if n in (a + b, a * b):
            return known[a] + known[b] if n == a + b else known[a] * known[b]
    return next((known[k] * (n // k) for k in known if n % k == 0 and n // k <= SMALL), None)


@dataclass(frozen=True)
class Renaming:
    """Literal sizes replaced throughout a derivation, every op placed again on its new shapes."""

    sizes: Mapping[int, Size]
    done: dict[Expr, Expr] = field(default_factory=dict)

    def derivation(self, d: Derivation) -> Derivation:
        """The derivation with other sizes. Errors: `NoStandIn`, and `ShapeError` where sizes do not fit."""
        for e in d.graph.definition.values():  # in their order, so that no definition waits for many others
            self.of(e)
        made = self.made(d)
        names = (n for e in made.graph.symbol.values() for s in e.shape for n in s.names)
        graph = replace(made.graph, sizes=tuple(dict.fromkeys((*made.graph.sizes, *sorted(names)))))
        return replace(made, backward=made.backward.on(graph))

    def graph(self, d: Derivation) -> Graph:
        """The graph of a derivation with other sizes, without the names that stand in its δ's alone.

        Errors: as `derivation`; what a δ says with such a size as a number is not asked.
        """
        g = d.graph
        kept = {n: self.expression(e) for n, e in g.definition.items() if n not in d.undrawn}
        symbol = {n: self.expression(e) for n, e in g.symbol.items() if n not in d.undrawn}
        return g.remade(symbol, kept, {n: self.expression(e) for n, e in g.initial.items()})

    def made(self, x: T) -> T:
        """The same kind of thing with other sizes."""
        found = self.of(x)
        assert isinstance(found, type(x))
        return found

    def of(self, x: object) -> object:
        """Anything a derivation is made of."""
        match x:
            case Expr():
                return self.expression(x)
            case Size():
                return self.size(x)
            case tuple():
                return tuple(map(self.of, x))
            case Mapping():
                return MappingProxyType({self.of(k): self.of(v) for k, v in x.items()})
            case Op():
                return x
        if not is_dataclass(x) or isinstance(x, type):
            return x
        new = {f.name: self.of(getattr(x, f.name)) for f in fields(x) if f.init}
        return replace(x, **new)

    def size(self, s: Size) -> Size:
        """Another name for a literal size. Errors: `NoStandIn` for a part that is no known size."""
        if s.number is not None and s.number in self.sizes:
            return self.sizes[s.number]
        if any(abs(a) > SMALL for _, a in s.terms):
            raise NoStandIn(str(s))
        return s

    def expression(self, root: Expr) -> Expr:
        for node in topological(root):
            if node not in self.done:
                self.done[node] = self.node(node)
        return self.done[root]

    def node(self, e: Expr) -> Expr:
        """One op on its new arguments. Errors: `NoStandIn` for a number that may be a size."""
        attributes = tuple((k, self.attribute(v)) for k, v in e.attributes)
        args = tuple(self.done[a] for a in e.args)
        if e.op is SYMBOL:
            return leaf(attributes[0][1])  # type: ignore[arg-type]
        if e.op in (NUMBER, SIZE):
            if attributes != e.attributes:
                raise NoStandIn("a size used as a number")
            return e
        if e.op is TIME_SUM:
            return intern(e.op, args, attributes, args[0].shape)
        return apply(e.op, *args, **dict(attributes))

    def attribute(self, x: object) -> object:
        """An option of an op. Errors: `NoStandIn` for a large number."""
        ratio = getattr(x, "as_integer_ratio", None)
        if ratio is not None and max(map(abs, ratio())) > SMALL:
            raise NoStandIn(str(x))
        return tuple(map(self.attribute, x)) if isinstance(x, tuple) else self.of(x)
