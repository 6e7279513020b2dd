"""Exact values of a graph in rational numbers, straight from the definitions: no rounding anywhere.

A function that leaves the rational numbers (exp, a square root) is an unknown: any fraction, the same one for
the same argument. What holds of the graph whatever exp is, holds then as well; the meter says that it was so.
What has no such value, and what would take too long, is refused by `NotRational`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction
from hashlib import blake2b
from itertools import product

import numpy as np

from symbackprop import entries as en
from symbackprop.backward.reverse_pass import Backward
from symbackprop.entries import (
    AtMost, Atom, Delta, Elem, Entries, Fn, Group, Index, Position, SizeOf,
)  # fmt: skip
from symbackprop.entries.entry_equations import Instance
from symbackprop.entries.reference_values import Array, adjugate
from symbackprop.entries.scalar_derivatives import derivative_entries
from symbackprop.entries.scalar_functions import expression, scalar_row
from symbackprop.formula.evaluation.rationals import (
    NotRational, determined, inverted, rational, short, solved, whole,
)  # fmt: skip
from symbackprop.graph.expr import NUMBER, SIZE, SYMBOL, Expr
from symbackprop.graph.graph import TIME_SUM
from symbackprop.numeric.points import (
    Point, backward_values, extent, forward, inside_sums, order_of,
)  # fmt: skip

WORK = 300_000  # factors multiplied at one point
PRIMITIVE = {"step": lambda x: Fraction(x > 0), "sign": lambda x: Fraction((x > 0) - (x < 0))}
SQUARE = {
    "inverse": inverted, "det": determined, "solve": solved,
    "adjugate": lambda a: adjugate(rational(a), lambda minor: determined(minor)[()]),
}  # fmt: skip
Entry = dict[Index, int]


class Meter:
    """Counts the work of one point, and remembers whether an unknown was met."""

    work = WORK
    square: Mapping[str, Callable[..., Array]] = SQUARE  # what is no sum of products

    def __init__(self) -> None:
        self.spent = 0
        self.unknowns = 0

    def kink(self, name: str, x: Fraction) -> None:
        """A function is asked for at its own kink."""
        raise NotRational("a kink")

    def constant(self, name: str) -> Fraction:
        """A number that is no fraction."""
        raise NotRational(name)

    def unknown(self, name: str, *at: Fraction) -> Fraction:
        """The value of an unknown at an argument: a fraction between 0 and 1."""
        self.unknowns += 1
        seed = blake2b(repr((name, at)).encode(), digest_size=8).digest()
        above, below = int.from_bytes(seed[:4]), int.from_bytes(seed[4:])
        return Fraction(1 + above % 99, 100 + below % 100)

    def spend(self, amount: int) -> None:
        self.spent += amount
        if self.spent > self.work:
            raise NotRational("too long")


# --- entries -------------------------------------------------------------------------------------


def placed(
    instance: Instance, operands: tuple[Array, ...], sizes: Mapping[str, int], m: Meter
) -> Array:
    """The result of an op by its entry equations."""
    if instance.primitive:
        if instance.primitive not in m.square:
            raise NotRational(instance.primitive)
        return m.square[instance.primitive](*operands)
    tensors: dict[Hashable, Array] = {
        n: a for (n, _), a in zip(instance.inputs, operands, strict=True)
    }
    for d in instance.definitions:
        shape = tuple(i.size.value(sizes) for i in d.at)
        out = np.empty(shape, dtype=object)
        for spot in np.ndindex(shape):
            here = dict(zip(d.at, spot, strict=True))
            out[spot] = entry(d.right, here, tensors, sizes, m)
        tensors[d.tensor] = out
    return tensors[instance.result.tensor]


def entry(
    e: Entries, here: Entry, tensors: Mapping[Hashable, Array], sizes: Mapping[str, int], m: Meter
) -> Fraction:  # fmt: skip
    """One entry of an index expression."""
    total = Fraction(0)
    for term in e.terms:
        ranges = [range(i.size.value(sizes)) for i in term.bound]
        for spots in product(*ranges):
            inner = {**here, **dict(zip(term.bound, spots, strict=True))}
            m.spend(1 + len(term.factors))
            value = term.coefficient
            for atom, x in term.factors:
                if value:
                    value *= raised(atom_value(atom, inner, tensors, sizes, m), x, m)
            total += value
    return short(total)


def raised(base: Fraction, x: Fraction, m: Meter) -> Fraction:
    """A power; a root of a positive number is an unknown."""
    n, rest = divmod(x, 1)
    if (rest and base <= 0) or (base == 0 and x < 0) or abs(x) > 1000:
        raise NotRational("a root or a pole")
    return short(base, n) ** int(n) * (m.unknown("power", base, rest) if rest else 1)


def atom_value(
    atom: Atom, here: Entry, tensors: Mapping[Hashable, Array], sizes: Mapping[str, int], m: Meter
) -> Fraction:  # fmt: skip
    """One factor of a term."""
    match atom:
        case Elem(tensor="pi"):
            return m.constant("pi")
        case Elem():
            array = tensors[atom.tensor]
            at = tuple(position(p, here, tensors, sizes) for p in atom.at)
            inside = all(0 <= p < n for p, n in zip(at, array.shape, strict=True))
            return whole(array[at]) if inside else Fraction(0)
        case SizeOf():
            return Fraction(atom.size.value(sizes))
        case Delta() | AtMost():
            left, right = (position(p, here, tensors, sizes) for p in (atom.left, atom.right))
            return Fraction(left == right if isinstance(atom, Delta) else left <= right)
        case Group():
            return entry(atom.body, here, tensors, sizes, m)
        case Fn():
            x = entry(atom.arg, here, tensors, sizes, m)
            return scalar_value(atom.function, atom.order, x, m)


def position(
    p: Position, here: Entry, tensors: Mapping[Hashable, Array], sizes: Mapping[str, int]
) -> int:  # fmt: skip
    """A position counted from 0."""
    if not isinstance(p, Elem):
        return p.offset.value(sizes) + sum(a * here[i] for i, a in p.terms)
    if p.tensor != "row_major":
        return int(tensors[p.tensor][tuple(position(q, here, tensors, sizes) for q in p.at)])
    flat = 0
    for q in p.at:
        n = next(en.position_indices(q)).size.value(sizes)
        flat = flat * n + position(q, here, tensors, sizes)
    return flat


def scalar_value(name: str, order: int, x: Fraction, m: Meter) -> Fraction:
    """f^{(order)}(x) of a function that is rational piece by piece."""
    row = scalar_row(name)
    if not order and not row.definition:
        if name in PRIMITIVE:
            return PRIMITIVE[name](x)
        return 1 / m.unknown(name, -x) if name == "exp" and x < 0 else m.unknown(name, x)
    if order and name in PRIMITIVE:
        return Fraction(0)
    if any(Fraction(k) == x for k in row.kinks):
        m.kink(name, x)
    body = derivative_entries(name, order) if order else expression(row.definition)
    at = np.empty((), dtype=object)
    at[()] = x
    return entry(body, {}, {"x": at}, {}, m)


# --- graphs --------------------------------------------------------------------------------------


def evaluate(e: Expr, at: Point, t: int, m: Meter) -> Array:
    """The value of an expression at a point, node by node from the definitions."""
    done: dict[Expr, Array] = {}
    below = frozenset[Expr]() if not at.length else inside_sums(e)
    for node in order_of(e):
        if node in below and node is not e:
            continue
        if node.op is SYMBOL:
            assert node.symbol
            done[node] = np.asarray(at.look(node.symbol, t))
        elif node.op is NUMBER:
            assert node.number is not None
            done[node] = constant(Fraction(node.number))
        elif node.op is SIZE:
            done[node] = constant(Fraction(extent(node).value(at.sizes)))
        elif node.op is TIME_SUM:
            steps = [evaluate(node.args[0], at, k, m) for k in range(1, at.length + 1)]
            done[node] = np.asarray(sum(steps[1:], start=steps[0]), dtype=object)
        else:
            place = node.op.place(tuple(a.shape for a in node.args), node.attributes)
            done[node] = placed(place, tuple(done[a] for a in node.args), at.sizes, m)
    return done[e]


def constant(x: Fraction) -> Array:
    out = np.empty((), dtype=object)
    out[()] = x
    return out


def filled(b: Backward, start: Point) -> tuple[Point, bool]:
    """The point with every node and every δ, exactly; and whether every one has its own value.

    A node that has no such value gets any fractions: what holds of the graph then holds for the formulas
    in the names of its nodes. Errors: `NotRational` where a δ is none.
    """
    m, g = Meter(), b.graph
    free: list[Expr] = []

    def work(e: Expr, at: Point, t: int = 0) -> Array:
        return evaluate(e, at, t, m)

    def node(e: Expr, at: Point, t: int = 0) -> Array:
        try:
            return work(e, at, t)
        except NotRational:
            free.append(e)
            shape = tuple(s.value(at.sizes) for s in e.shape)
            rng = np.random.default_rng([len(free), t + 1])
            return rational(rng.integers(1, 20, shape)) / rational(rng.integers(20, 40, shape))

    made = forward(g, start, work=node)
    point = backward_values(b, made, work=work)
    return point, not (free or m.unknowns)
