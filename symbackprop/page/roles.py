"""What a symbol is, where its declaration or its uses say it: parameter, input, label; else a neutral word.

A variable one differentiates by is a parameter where it multiplies data: what is not differentiated by, and
sequences. Where a graph could as well be read the other way round it is just a variable, and data is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import symbol_of
from symbackprop.entries.op import slides
from symbackprop.graph.expr import Expr
from symbackprop.graph.graph import used_names
from symbackprop.vocabulary.kinds import ADD, MATMUL, MULTIPLY, SUBTRACT, TRANSPOSE

SUMS = frozenset({ADD, SUBTRACT})
PRODUCTS = frozenset({MATMUL, MULTIPLY})
DECLARED = ("onehot", "distribution")  # domains that are roles


@dataclass(frozen=True)
class Product:
    """Two factors next to each other: contracted, or entry by entry."""

    node: Expr
    left: Expr
    right: Expr

    @property
    def strong(self) -> bool:
        return self.node.op is MATMUL

    def sides(self) -> Iterator[tuple[Expr, Expr]]:
        yield self.left, self.right
        yield self.right, self.left


@dataclass(frozen=True, eq=False)
class Roles:
    """The roles of one graph's names, and the evidence for them."""

    d: Derivation

    def of(self, name: str) -> str:
        """The role of a name: the key of its sentence."""
        s, g = symbol_of(self.d, name), self.d.graph
        if name in self.d.constants:
            return "unit" if len(s.shape) == 1 else "selector"
        if name in g.definition:
            return "output" if name == self.d.of else "position" if s.labels else "node"
        if s.labels:
            return "label"
        if s.domain in DECLARED:
            return s.domain
        if s.time:
            return "sequence"
        if name in self.parameters:
            return "parameter"
        if name in self.inputs:
            return "input"
        return "variable" if name in self.d.wrt else "given"

    @cached_property
    def data(self) -> frozenset[str]:
        """Inputs that are not differentiated by, and sequences; what is declared to be a target is none."""
        symbols = ((n, symbol_of(self.d, n)) for n in self.d.graph.inputs)
        return frozenset(n for n, s in symbols if not s.labels and s.domain not in DECLARED
                         and (s.time or n not in self.d.wrt))  # fmt: skip

    @cached_property
    def products(self) -> tuple[Product, ...]:
        pairs = (n for n in self.d.graph.every if n.op in PRODUCTS and len(n.args) >= 2)
        return tuple(Product(n, n.args[0], n.args[1]) for n in pairs)

    @cached_property
    def below(self) -> dict[str, frozenset[str]]:
        """The inputs every name is made from."""
        found = {n: frozenset({n}) for n in self.d.graph.inputs}
        for _ in range(2):  # a recurrent name is read before it is defined
            for n, e in self.d.graph.definition.items():
                own = (found.get(m, frozenset()) for m in used_names(e))
                found[n] = found.get(n, frozenset()).union(*own)
        return found

    def made_from(self, e: Expr) -> frozenset[str]:
        return frozenset().union(*(self.below.get(m, frozenset()) for m in used_names(e)))

    def raw(self, e: Expr) -> str:
        """The name of an input, also where it stands transposed; else nothing."""
        while e.op is TRANSPOSE:
            e = e.args[0]
        return e.symbol.name if e.symbol and e.symbol.name in self.d.graph.inputs else ""

    def learned(self, name: str) -> bool:
        return name in self.d.wrt and name not in self.data

    @cached_property
    def filtered(self) -> tuple[tuple[str, ...], ...]:
        """The inputs among the arguments of filters: data first, then what is learned."""
        filters = (n for n in self.d.graph.every if n.op.variants and slides(n.op) and len(n.args) > 1)
        return tuple(tuple(map(self.raw, n.args)) for n in filters)

    @cached_property
    def parameters(self) -> frozenset[str]:
        """What is learned: filters, weights of data and of layers, and their biases."""
        weights = {n for _, *rest in self.filtered for n in rest if self.learned(n)}
        weights |= {n for n in self.multiplying_data if not self.doubtful(n)} | self.layers
        return frozenset(weights | self.offsets(weights)) - {first for first, *_ in self.filtered}

    @cached_property
    def inputs(self) -> frozenset[str]:
        """What is filtered; what is multiplied with a parameter, and the data that was made from."""
        pairs = [(self.raw(a), self.raw(b)) for p in self.products if p.strong for a, b in p.sides()]
        beside = {n for n, m in pairs if n and m in self.parameters}
        factors = {n for n, _ in pairs}
        made = [b for p in self.products if p.strong for a, b in p.sides() if self.raw(a) in self.parameters]
        fed = frozenset().union(*map(self.made_from, made)) & self.data - factors
        return (fed | beside | {first for first, *_ in self.filtered}) - self.parameters

    @cached_property
    def multiplying_data(self) -> frozenset[str]:
        """Variables that stand beside something made from data."""
        out: set[str] = set()
        for p in self.products:
            for a, b in p.sides():
                name = self.raw(a)
                # two inputs side by side, entry by entry: either may be the weight of the other
                if self.learned(name) and (p.strong or not self.raw(b)):
                    out |= {name} if (self.made_from(b) - {name}) & self.data else set()
        return frozenset(out)

    def doubtful(self, name: str) -> bool:
        """Whether it may be data in a net whose weights are given."""
        sides = [pair for p in self.products if p.strong for pair in p.sides()]
        if len({self.raw(b) for a, b in sides if self.raw(a) == name} & self.data) > 1:
            return True
        fixed = {n for n in self.data if not symbol_of(self.d, n).time}
        for a, b in sides:
            if self.raw(a) in fixed and not self.raw(b) and name in self.made_from(b):
                return True
        return any(
            self.raw(b) in fixed and b.rank and not self.raw(a) and name in self.made_from(a)
            for a, b in self.sums
        )  # fmt: skip

    @cached_property
    def layers(self) -> frozenset[str]:
        """Weights and biases of layers on layers: W x + b, and the axis of b is summed by another weight.

        Samples are not summed by weights, so this is a net whatever one differentiates by.
        """
        biased: dict[str, set[str]] = {}  # whose axis a bias has
        contractions = {p.node for p in self.products if p.strong}
        for a, b in self.sums:
            owner = self.owners(a)[-1] if a.rank else ""
            if b.rank == 1 and owner != self.raw(b) and self.plain(owner) and self.plain(self.raw(b)):
                biased.setdefault(owner, set()).update({self.raw(b)} if self.holds(a, contractions) else ())
        weights: set[str] = set()
        for p in self.products:
            first = -2 if p.right.rank > 1 else -1  # the axis of the right factor that is summed
            for a, b, at in ((p.left, p.right, -1), (p.right, p.left, first)):
                summed = self.owners(a)[at] if p.strong and not self.raw(a) else ""
                if biased.get(summed) and self.plain(self.raw(b)) and self.raw(b) != summed:
                    weights |= {self.raw(b), summed}
        return frozenset(weights).union(*(biased.get(w, ()) for w in weights))

    def plain(self, name: str) -> bool:
        """An input that is neither a sequence nor declared to be a target."""
        s = symbol_of(self.d, name) if name else None
        return s is not None and not (s.time or s.labels or s.domain in DECLARED)

    @cached_property
    def sums(self) -> tuple[tuple[Expr, Expr], ...]:
        """Terms that are added, either way round."""
        added = (n.args for n in self.d.graph.every if n.op is ADD)
        return tuple(pair for a, b in added for pair in ((a, b), (b, a)))

    def offsets(self, weights: set[str]) -> frozenset[str]:
        """Variables that are added to a product with a weight, and are no factors themselves."""
        heavy = {p.node for p in self.products if {self.raw(p.left), self.raw(p.right)} & weights}
        factors = {self.raw(a) for p in self.products if p.strong for a, _ in p.sides()}
        added = {self.raw(b) for a, b in self.sums if self.learned(self.raw(b)) and self.holds(a, heavy)}
        return frozenset(added - (factors - weights))

    def holds(self, e: Expr, heavy: set[Expr]) -> bool:
        """Whether a sum has one of these products among its terms."""
        stack = [e]
        while stack:
            n = stack.pop()
            made = self.d.graph.definition.get(n.symbol.name) if n.symbol else None
            if n in heavy or made in heavy:
                return True
            stack += n.args if n.op in SUMS else []
        return False

    def owners(self, e: Expr) -> tuple[str, ...]:
        """For each axis of a value the variable it comes from; '' where that is not plain."""
        return self.owned(e, len(self.d.graph.definition))

    def owned(self, e: Expr, depth: int) -> tuple[str, ...]:
        own = self.raw(e)
        if own:
            return (own,) * e.rank
        if e.symbol:
            made = self.d.graph.definition.get(e.symbol.name)
            return self.owned(made, depth - 1) if made is not None and depth else ("",) * e.rank
        if e.op is MATMUL:
            a, b = e.args
            left, right = self.owned(a, depth), self.owned(b, depth)
            both = (*left[:-1], *(right[-1:] if b.rank > 1 else ()))
            return both if len(both) == e.rank else ("",) * e.rank
        like = next((a for a in e.args if a.shape == e.shape), None)
        return self.owned(like, depth) if like is not None else ("",) * e.rank
