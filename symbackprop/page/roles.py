"""What a symbol is, where its declaration or its uses say it: parameter, input, label; else a neutral word.

A variable one differentiates by is a parameter where it multiplies data: what is not differentiated by, and
sequences. Where a graph could as well be read the other way round it is just a variable, and data is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from symbackprop.backward.reads import Read
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import symbol_of
from symbackprop.entries.op import slides
from symbackprop.graph.expr import Expr, topological
from symbackprop.graph.graph import used_names
from symbackprop.matrices.monomials import signed_terms
from symbackprop.vocabulary.kinds import (
    ABS, ADD, BATCHNORM, CHANNELWISE, DROPOUT, EMBEDDING, FROBENIUS, INSTANCE_NORM, LAYERNORM, LOG,
    MASKED_SOFTMAX, MATMUL, MSE, MULTIPLY, NORM, POWER, RMSNORM, SUBTRACT, TRANSPOSE,
)  # fmt: skip

SUMS = frozenset({ADD, SUBTRACT})
PRODUCTS = frozenset({MATMUL, MULTIPLY})
NORMALISING = frozenset({LAYERNORM, RMSNORM, BATCHNORM, INSTANCE_NORM, CHANNELWISE})
DECLARED = ("onehot", "distribution")  # domains that are roles


def bent(e: Expr) -> bool:
    """A square, an absolute value, a norm."""
    return e.op in (ABS, FROBENIUS, NORM) or (e.op is POWER and e.attribute("p") == SQUARE)


SQUARE = 2


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
            return "output" if name == self.d.of else "position" if s.labels else self.of_node(name)
        if s.role:
            return s.role
        if s.labels:
            return "index" if self.chooses_rows(name) else "label"
        if name in self.masks:
            return "mask"
        if s.domain in DECLARED:
            return s.domain
        if s.time:
            return "sequence"
        if name in self.parameters:
            return "parameter"
        if name in self.inputs:
            return "input"
        if name in self.targets:
            return "target"
        if name in self.weighing:
            return "given"
        return "variable" if name in self.d.wrt else "given"

    def of_node(self, name: str) -> str:
        """A node that the next step reads is the state of a recurrence."""
        every = self.d.backward.prepared.readers.get(name, ())
        return "state" if any(r.shift < 0 for r in every) else "node"

    def declared(self, *roles: str) -> frozenset[str]:
        """The inputs whose declaration says that they are one of these."""
        return frozenset(n for n in self.d.graph.inputs if symbol_of(self.d, n).role in roles)

    def reads(self, name: str) -> tuple[Read, ...]:
        return self.d.backward.prepared.readers.get(name, ())

    def chooses_rows(self, name: str) -> bool:
        """Whether a label is read as the number of a row of a table and as nothing else."""
        reads = self.reads(name)
        return bool(reads) and all(r.way and (r.way[-1][0].op, r.way[-1][1]) == (EMBEDDING, 1) for r in reads)

    @cached_property
    def looked_up(self) -> frozenset[str]:
        """Tables whose rows are looked up."""
        return frozenset(self.raw(n.args[0]) for n in self.d.graph.every if n.op is EMBEDDING)

    @property
    def tables(self) -> frozenset[str]:
        """Those that are learned."""
        return frozenset(n for n in self.looked_up if self.learned(n))

    @cached_property
    def gains(self) -> frozenset[str]:
        """Learned gains and biases of normalisations."""
        norms = (n for n in self.d.graph.every if n.op in NORMALISING)
        found = {self.raw(a) for n in norms for a in n.args[1:]}
        return frozenset(n for n in found if self.learned(n))

    @cached_property
    def masks(self) -> frozenset[str]:
        """What is read as a mask and as nothing else."""

        def masking(r: Read) -> bool:
            return bool(r.way) and r.way[-1][0].op in (MASKED_SOFTMAX, DROPOUT) and r.way[-1][1] == 1

        return frozenset(n for n in self.d.graph.inputs if self.reads(n) and all(map(masking, self.reads(n))))

    @cached_property
    def targets(self) -> frozenset[str]:
        """What is read once, in a squared difference to a prediction; y of y log p + (1 - y) log q."""
        every = ((n, self.reads(n)) for n in self.d.graph.inputs)
        return frozenset(
            n
            for n, reads in every
            if (len(reads) == 1 and self.is_target(n, reads[0])) or self.is_share(reads)
        )

    def is_share(self, reads: tuple[Read, ...]) -> bool:
        """Whether an input and one less it are the factors of two logarithms, and it is read nowhere else."""
        kinds = [self.before_logarithm(r) for r in reads]
        return sorted(kinds) == ["less", "plain"]

    def before_logarithm(self, r: Read) -> str:
        """How an input stands before a logarithm: as it is, or taken from a number."""
        way = list(reversed(r.way))
        e, k = way[0] if way else (r.leaf, 0)
        less = e.op is SUBTRACT and k == 1 and e.args[0].number == 1
        e, k = way[1] if less and len(way) > 1 else (e, k)
        if e.op is not MULTIPLY or self.defined(e.args[1 - k]).op is not LOG:
            return ""
        return "less" if less else "plain"

    def defined(self, e: Expr) -> Expr:
        """What a name stands for."""
        return self.d.graph.definition.get(e.symbol.name, e) if e.symbol else e

    def is_target(self, name: str, read: Read) -> bool:
        """Whether one reading of an input is that of a target."""
        if not read.way:
            return False
        e, k = read.way[-1]
        if e.op is MSE:
            return k == 1 and self.predicted(e.args[0], name)
        alike = e.op is SUBTRACT and e.args[0].shape == e.args[1].shape
        return alike and self.squared(read) and self.predicted(e.args[1 - k], name)

    def squared(self, read: Read) -> bool:
        """Whether a difference is squared, or its absolute value is taken, also under a name."""
        if len(read.way) > 1:
            return bent(read.way[-2][0])
        further = self.reads(read.consumer)
        return bool(further) and all(r.way and bent(r.way[-1][0]) for r in further)

    def predicted(self, e: Expr, target: str) -> bool:
        """Whether a value is made from a product of two inputs, neither of them the target."""
        below = self.made_from(e)
        made = [self.made_from(p.left) | self.made_from(p.right) for p in self.products if p.strong]
        declared = {
            n for n in below if symbol_of(self.d, n).labels or symbol_of(self.d, n).domain in DECLARED
        }
        return target not in below and any(len((below & names) - declared) > 1 for names in made)

    @cached_property
    def penalties(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """The variables whose size is a term of the output, with the numbers in front of it."""
        out: list[tuple[str, frozenset[str]]] = []
        for _, term in signed_terms(self.d.graph.definition[self.d.of]):
            inner = [x for x in topological(term) if bent(x) or (x.op is MATMUL and x.args[0] is x.args[1])]
            names, own = {self.raw(x.args[0]) for x in inner}, self.made_from(term)
            weights = frozenset(n for n in own if not symbol_of(self.d, n).shape)
            if len(names) == 1 and own - weights == names and names <= {*self.d.wrt}:
                out.append((names.pop(), weights))
        return tuple(out)

    @cached_property
    def penalised(self) -> frozenset[str]:
        """Those that stand in a product with something else: they are learned."""
        pairs = [p for p in self.products if p.strong and p.left is not p.right]
        factors = {self.raw(a) for p in pairs for a, _ in p.sides()}
        return frozenset(n for n, _ in self.penalties if n in factors)

    @cached_property
    def weighing(self) -> frozenset[str]:
        """The numbers in front of their sizes."""
        return frozenset[str]().union(*(own for n, own in self.penalties if n in self.penalised))

    @cached_property
    def data(self) -> frozenset[str]:
        """Inputs that are not differentiated by, and sequences; what is declared to be a target is none."""
        symbols = ((n, symbol_of(self.d, n)) for n in self.d.graph.inputs)
        free = frozenset(n for n, s in symbols if not s.labels and s.domain not in DECLARED
                         and (s.time or n not in self.d.wrt))  # fmt: skip
        declared = self.declared("parameter", "target", "mask", "given")
        return (free | self.declared("input")) - declared - self.masks

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
        weights |= self.penalised | self.declared("parameter") | self.tables | self.gains
        weights |= self.behind_filters(weights)
        return frozenset(weights | self.offsets(weights)) - {first for first, *_ in self.filtered}

    def behind_filters(self, weights: set[str]) -> set[str]:
        """Weights of layers on what filters make of an input, or on rows that were looked up."""
        seen = {first for first, *_ in self.filtered if first} | self.tables
        sides = (pair for p in self.products if p.strong for pair in p.sides())
        beside = ((self.raw(a), self.made_from(b)) for a, b in sides if not self.raw(b))
        return {n for n, made in beside if self.learned(n) and made & seen and made & weights - {n}}

    @cached_property
    def inputs(self) -> frozenset[str]:
        """What is filtered; what is multiplied with a parameter, and the data that was made from."""
        pairs = [(self.raw(a), self.raw(b)) for p in self.products if p.strong for a, b in p.sides()]
        beside = {n for n, m in pairs if n and m in self.parameters}
        factors = {n for n, _ in pairs}
        made = [b for p in self.products if p.strong for a, b in p.sides() if self.raw(a) in self.parameters]
        fed = frozenset().union(*map(self.made_from, made)) & self.data - factors
        return (fed | beside | {first for first, *_ in self.filtered}) - self.parameters - self.looked_up

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
        factors = {self.raw(x) for p in self.products if p.strong for x in (p.left, p.right)}
        for p in self.products:
            first = -2 if p.right.rank > 1 else -1  # the axis of the right factor that is summed
            for a, b, at in ((p.left, p.right, -1), (p.right, p.left, first)):
                summed = self.owners(a)[at] if p.strong and not self.raw(a) else ""
                owned = summed in factors and biased.get(summed)  # what is only added owns an axis, too
                if owned and self.plain(self.raw(b)) and self.raw(b) != summed:
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
