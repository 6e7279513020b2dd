"""A derivative times a direction without the derivative: a derivation of a derivation.

H v is the gradient of Σ ∇L · v, and J v that of Σ (Jᵀ u) · v by u, whatever u is: each costs a few gradients.
B. Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6 (1994).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from symbackprop.derivation.derivation import Derivation, derive
from symbackprop.derivation.scopes import Order
from symbackprop.derivatives.asked_products import Asked, Directions
from symbackprop.formula.printed_names import default_tex, spelled
from symbackprop.graph.activity import relevant
from symbackprop.graph.expr import Expr, Symbol, apply, const, leaf, substitute
from symbackprop.graph.functions import zeros
from symbackprop.graph.fresh_names import Room
from symbackprop.graph.graph import Graph
from symbackprop.matrices import tidy as td
from symbackprop.vocabulary.kinds import MULTIPLY, SUM


@dataclass(frozen=True, slots=True)
class Along:
    """A derivation whose gradients by `gradient` are products with directions, by what they belong to.

    `meant` is what its δ's are: that of a δ is how its node moves along the directions, z_dot, and that of
    the node how the δ moves.
    """

    derivation: Derivation
    gradient: Mapping[str, str]
    meant: Mapping[str, str]


def product(a: Asked) -> Along | None:
    """The products of a Hessian or a Jacobian; None where it is 0, and for other matrices of second order."""
    if a.scope.order in (Order.HESSIAN, Order.BLOCKS):
        return of_gradient(a.derivation, a.directions, a.kept)
    if a.scope.order is not Order.JACOBIAN:
        return None
    return (pushed if a.side == "right" else pulled)(a.derivation, a.directions, a.kept)


def with_directions(d: Derivation, directions: Directions) -> Derivation:
    """The derivation with directions as inputs behind the others."""
    made = Larger.of(d.graph, directions)
    for like, v in directions.items():
        made.given(v, like)
    return replace(d, backward=d.backward.on(d.graph.remade(made.symbol, made.definition)))


def of_gradient(d: Derivation, directions: Directions, kept: tuple[str, ...]) -> Along | None:
    """Σ_y H_xy v_y for every x of `kept`: the gradient of Σ_y ∇_y · v_y."""
    made = Larger.of(d.graph, directions)
    signals = made.signals(d)
    whole = made.summed({signals[y]: made.given(v, y) for y, v in directions.items() if y in signals})
    return made.derived(whole, {x: x for x in kept}, moving(signals))


def pulled(d: Derivation, directions: Directions, kept: tuple[str, ...]) -> Along | None:
    """Σ_y u_yᵀ ∂y/∂x for every x of `kept`: the gradient of Σ_y u_y · y."""
    made = Larger.of(d.graph, directions)
    whole = made.summed({y: made.given(u, y) for y, u in directions.items()})
    return made.derived(whole, {x: x for x in kept}, {})


def pushed(d: Derivation, directions: Directions, kept: tuple[str, ...]) -> Along | None:
    """Σ_x ∂y/∂x v_x for every y of `kept`: the gradient by u of what `pulled` gives."""
    made = Larger.of(d.graph, directions)
    for x, v in directions.items():  # no node gets a name of theirs
        made.given(v, x)
    ends = {y: made.given(made.room.like("u"), y) for y in kept}
    back = made.derived(made.summed(ends), {x: x for x in directions}, {})
    if back is None:
        return None
    made = Larger.of(back.derivation.graph, directions)
    signals = made.signals(back.derivation)
    whole = made.summed({signals[x]: made.given(v, x) for x, v in directions.items() if x in signals})
    found = made.derived(whole, ends, moving(signals))
    return replace(found, derivation=without(found.derivation, ends.values())) if found else None


def moving(signals: Mapping[str, str]) -> dict[str, str]:
    """What δ's are called when what they belong to, and its δ, move along a direction."""
    return {s: f"{n}_dot" for n, s in signals.items()} | {n: f"{s}_dot" for n, s in signals.items()}


def without(d: Derivation, names: Iterable[str]) -> Derivation:
    """The derivation with zeros for inputs that no gradient needs."""
    g, definition = d.graph, dict[str, Expr]()
    for n in names:
        shape = g.symbol[n].shape
        definition[n] = zeros(*map(const, shape)) if shape else const(0)
    return replace(d, backward=d.backward.on(g.remade(g.symbol, definition | {**g.definition})))


@dataclass
class Larger:
    """A graph that grows: its tables, and the room where new names are drawn."""

    graph: Graph
    symbol: dict[str, Expr]
    definition: dict[str, Expr]
    room: Room

    @staticmethod
    def of(g: Graph, directions: Directions) -> Larger:
        """A graph to be made larger, the names of directions kept free."""
        room = Room.of(g)
        room.typed.update(directions.values())
        return Larger(g, dict(g.symbol), dict(g.definition), room)

    def node(self, name: str, e: Expr) -> str:
        self.symbol[name] = leaf(Symbol(name, e.shape, spelled(default_tex(name)), definition=e))
        self.definition[name] = e
        return name

    def given(self, name: str, like: str) -> str:
        """An input in the shape of a name."""
        self.symbol[name] = leaf(Symbol(name, self.symbol[like].shape, spelled(default_tex(name))))
        return name

    def signals(self, d: Derivation) -> dict[str, str]:
        """Every δ of a derivation as a node, by what it is the δ of."""
        made: dict[Expr, Expr] = {}
        out: dict[str, str] = {}
        for n, a in d.backward.adjoints.items():
            out[n] = self.node(self.room.like(f"{n}_bar"), substitute(a.value, made))
            made[a.symbol] = self.symbol[out[n]]
        return out

    def summed(self, pairs: Mapping[str, str]) -> str:
        """A node for the sum of all products of entries."""
        each = [apply(MULTIPLY, self.symbol[a], self.symbol[b]) for a, b in pairs.items()]
        sums = [apply(SUM, e) if e.rank else e for e in each]
        return self.node(self.room.like("s"), td.plus(*sums) if sums else const(0))

    def derived(self, of: str, gradient: Mapping[str, str], meant: Mapping[str, str]) -> Along | None:
        """The derivation of a node; None where it does not depend on what it is derived by."""
        g = self.graph.remade(self.symbol, self.definition)
        found = {n: x for n, x in gradient.items() if x in relevant(g, of)}
        return Along(derive(g, of, list(found.values())), gradient, meant) if found else None
