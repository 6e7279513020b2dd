"""Layers that a page keeps whole: p = maxpool(h) with its gradient as a lecturer says it, no window in sight.

The derivation takes a pooling apart into windows, positions and entries. Here it is put together again: one
call forward, and backward one call for what the layer sends to each of its arguments. The functions are read
back by name and computed in `numeric/whole_layer_values.py` from their meaning, not from the derivation.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from string import ascii_lowercase

from symbackprop.backward.reverse_pass import Backward
from symbackprop.derivation.called_functions import Called, calling
from symbackprop.derivation.layer_kinds import FUNCTIONS, OPS, SIGNAL, LayerKind
from symbackprop.derivation.normalisation_forms import sent_back
from symbackprop.derivation.spread_normalisations import Normalisation, normalisations
from symbackprop.entries.op import Attributes
from symbackprop.graph import functions as fn
from symbackprop.graph.expr import Expr, topological
from symbackprop.sizes import Shape


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: the node that is its value, its arguments by role, the names that stand between."""

    name: str
    kind: LayerKind
    arguments: Mapping[str, Expr]
    options: Attributes
    hidden: tuple[str, ...]

    @property
    def call(self) -> Called:
        return Called(self.kind.word, self.kind.turned, self.kind.axes, self.options)

    def sent(self, role: str) -> Called:
        """The function that gives what goes back to an argument."""
        back = self.kind.back[role]
        return Called(back.word, back.turned, self.kind.axes, self.options)


@dataclass(frozen=True, eq=False)
class WholeLayers:
    """The layers of a graph that are kept whole; those of `opened` nodes are shown as they are derived."""

    b: Backward
    opened: frozenset[str] = frozenset()

    @cached_property
    def layers(self) -> Mapping[str, Layer]:
        """By the node that is the layer's value."""
        found = [x for x in (*calls(self.b), *single_ops(self.b)) if x.name not in self.opened]
        unclear = self.unclear(found)
        return {} if self.b.graph.time else {x.name: x for x in found if x.name not in unclear}

    def unclear(self, layers: Sequence[Layer]) -> set[str]:
        """The layers whose call back does not say which size its value has: 7 and 6 entries both give 3."""
        sizes: dict[Hashable, dict[Shape, set[str]]] = {}
        for x in layers:
            for role in self.answered(x):
                e = self.contribution(x, role)
                if not x.kind.back[role].word:
                    continue
                key = (x.sent(role), tuple(a.shape for a in e.args))
                sizes.setdefault(key, {}).setdefault(e.shape, set()).add(x.name)
        return {n for own in sizes.values() if len(own) > 1 for names in own.values() for n in names}

    @cached_property
    def hidden(self) -> frozenset[str]:
        """The names that are in no formula where the layers are whole."""
        every = (*self.layers.values(), *self.normalisations.values())
        return frozenset(n for x in every for n in x.hidden)

    @cached_property
    def normalisations(self) -> Mapping[str, Normalisation]:
        """Those of images and stacks, by the node that is their value."""
        found = () if self.b.graph.time else normalisations(self.b)
        return {x.name: x for x in found if x.name not in self.opened}

    @property
    def whole(self) -> frozenset[str]:
        """The nodes that are one call, or made by one."""
        return frozenset((*self.layers, *self.normalisations)) | self.hidden

    def definition(self, name: str) -> Expr:
        """The definition of a node, a layer as one call."""
        e, layer = self.b.graph.definition[name], self.layers.get(name)
        for norm in self.normalisations.values():
            if norm.name == name:
                return norm.definition or e
            if norm.y is self.b.graph.symbol[name]:
                return norm.normal
        return calling(layer.call, tuple(layer.arguments.values()), e.shape) if layer else e

    def forms(self, name: str) -> tuple[Expr, ...]:
        """The forms of a δ, or of a gradient: over whole layers where one reads the name."""
        a, sent = self.b.adjoints[name], self.contributions(name)
        if not sent:
            return a.forms
        between = self.hidden | sent.keys()
        terms = [*(u.value for u in a.uses if u.consumer not in between), *sent.values()]
        total = terms[0]
        for t in terms[1:]:
            total = total + t
        return (total,)

    def contributions(self, name: str) -> Mapping[str, Expr]:
        """What layers and normalisations send back to a name, by their nodes, as one says it."""
        layers = self.sent_to(name)
        twice = len({layer.name for layer, _ in layers}) < len(layers)
        found = {} if twice else {layer.name: self.contribution(layer, role) for layer, role in layers}
        for norm in self.normalised(name):
            found[norm.name] = norm.sent_back(self.arriving(norm.name))
        for n in () if self.b.graph.time else self.normalising(name):
            made = sent_back(self.b, n, self.arriving(n))
            found |= {} if made is None else {n: made}
        return found

    def normalised(self, name: str) -> list[Normalisation]:
        """The normalisations of images and stacks that read a name with a signal, as what they normalise."""
        if name not in self.b.adjoints:
            return []
        own = self.b.graph.symbol[name]
        return [x for x in self.normalisations.values() if x.x is own and self.answers(x.name)]

    def normalising(self, name: str) -> list[str]:
        """The normalisations that read a name once, as what they normalise."""
        if name not in self.b.adjoints:
            return []
        own, g = self.b.graph.symbol[name], self.b.graph
        uses = (u.consumer for u in self.b.adjoints[name].uses if len(u.reads) == 1)
        return [n for n in uses if n in g.definition and g.definition[n].args[:1] == (own,)]

    def sent_to(self, name: str) -> list[tuple[Layer, str]]:
        """The layers that read a name, by the role in which they do, where that has a whole form."""
        if name not in self.b.adjoints:
            return []
        own = self.b.graph.symbol[name]
        return [
            (layer, role)
            for layer in self.layers.values()
            for role in self.answered(layer)
            if layer.arguments[role] is own
        ]

    def answered(self, layer: Layer) -> list[str]:
        """The arguments a layer sends something back to."""
        known, given = self.answers(layer.name), layer.arguments.items()
        return [r for r, e in given if known and r in layer.kind.back and e.own.name in self.b.adjoints]

    def answers(self, name: str) -> bool:
        """Whether a signal arrives at a node that is an array."""
        return name in self.b.adjoints or (name == self.b.of and self.b.seed.symbol is not None)

    def arriving(self, name: str) -> Expr:
        """The signal that arrives at a node."""
        return self.b.seed if name == self.b.of else self.b.signals[name]

    def signal(self, layer: Layer) -> Expr:
        """δ of the layer's value."""
        return self.arriving(layer.name)

    def contribution(self, layer: Layer, role: str) -> Expr:
        """What a layer sends back to an argument, as one call."""
        if not layer.kind.back[role].word:
            return of_channels(self.signal(layer), layer.kind.axes)
        own = {**layer.arguments, SIGNAL: self.signal(layer)}
        args = tuple(own[r] for r in layer.kind.back[role].roles)
        return calling(layer.sent(role), args, layer.arguments[role].shape)

    @cached_property
    def calls(self) -> tuple[tuple[Called, Expr], ...]:
        """Every call there is, with an expression for its arguments and shape."""
        made = [(x.call, self.definition(x.name)) for x in self.layers.values()]
        for x in self.layers.values():
            roles = [r for r in self.answered(x) if x.kind.back[r].word]
            made += [(x.sent(r), self.contribution(x, r)) for r in roles]
        for x in self.normalisations.values():
            forms = [x.normal, *([x.definition] if x.definition else [])]
            forms += [x.sent_back(self.arriving(x.name))] if self.answers(x.name) else []
            own = {c.op: c for c in x.functions}
            made += [(own[e.op], e) for e in topological(*forms) if e.op in own]
        return tuple(made)


def of_channels(e: Expr, axes: int) -> Expr:
    """The sum of every channel, over its image and the batch."""
    letters = ascii_lowercase[: e.rank]
    return fn.einsum(f"{letters}->{letters[-1 - axes]}", e)


GROUPS = "groups"


def calls(b: Backward) -> Iterable[Layer]:
    """Composites that are the whole definition of a node."""
    for c in b.prepared.composites:
        kind = FUNCTIONS.get(c.function)
        whole = kind is not None and c.value is b.graph.definition[c.owner]
        if kind is None or not whole or any(e.symbol is None for e in c.arguments.values()):
            continue
        options: Attributes = ()
        if kind.window:
            window = c.inner[kind.window]
            made = b.graph.definition[window.own.name] if window.symbol else window
            options = tuple((k, made.attribute(k)) for k in dict(made.op.defaults))
            if kind.window == GROUPS:
                options = (*options, (GROUPS, made.shape[-1 - kind.axes - 1].number))
        yield Layer(c.owner, kind, c.arguments, options, c.names)


def single_ops(b: Backward) -> Iterable[Layer]:
    """Convolutions and mean poolings, each one op that is the whole definition of a node."""
    for n, e in b.graph.definition.items():
        if e.op not in OPS or any(a.symbol is None for a in e.args):
            continue
        roles = [p.tensor for p in e.op.variants[0].arguments] + ["b"]
        options = tuple((k, e.attribute(k)) for k in dict(e.op.defaults))
        yield Layer(n, OPS[e.op], dict(zip(roles, e.args, strict=False)), options, ())
