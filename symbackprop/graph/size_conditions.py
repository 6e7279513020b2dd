"""What must hold of the sizes of a graph: n >= 5 where x[:5] is taken, h >= p where a window slides.

An entry equation reads entries inside its arrays, and every axis has an entry. What follows from that for
sizes with names is a condition; emitted code, points and pages ask it here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from symbackprop import entries as en
from symbackprop.entries import Affine
from symbackprop.entries.entry_equations import Instance
from symbackprop.entries.op import KEPT, Attributes, Op, slides
from symbackprop.errors import ShapeError
from symbackprop.graph.expr import Expr, topological
from symbackprop.graph.graph import TIME_SUM, Graph
from symbackprop.sizes import Shape, Size, collect


@dataclass(frozen=True, slots=True)
class Condition:
    """gap >= 0 must hold for a node to have entries, and every entry it reads."""

    node: str
    gap: Size

    @property
    def sides(self) -> tuple[Size, Size]:
        """What is at least what: n and 5 of n - 5."""
        more = collect(t for t in self.gap.terms if t[1] > 0)
        return more, collect((m, -a) for m, a in self.gap.terms if a < 0)

    def __str__(self) -> str:
        return " >= ".join(map(str, self.sides))


def check_sizes(g: Graph, sizes: Mapping[str, int]) -> None:
    """Errors: `ShapeError` for sizes, as far as known, that a condition does not allow."""
    for c in conditions(g):
        if c.gap.names <= sizes.keys() and c.gap.value(sizes) < 0:
            given = ", ".join(f"{n} = {sizes[n]}" for n in sorted(c.gap.names))
            raise ShapeError(f"needs {c}, given {given}", where=c.node)


def conditions(g: Graph) -> tuple[Condition, ...]:
    """What must hold of the sizes and does not hold for all of them; none follows from another."""
    found: dict[Size, Condition] = {}
    made = sorted(g.definition.items(), key=lambda d: not d[1].args)  # a selector says less than its use
    for name, e in (*((n, g.symbol[n]) for n in g.inputs), *made):
        for gap in gaps_below(e):
            found.setdefault(gap, Condition(name, gap))
    return tuple(c for c in found.values() if not any(follows(c.gap, other) for other in found))


def follows(gap: Size, other: Size) -> bool:
    """Whether gap >= 0 wherever other >= 0, because it is larger for all sizes."""
    return gap != other and held(gap - other)


def held(gap: Size) -> bool:
    """Whether a size is never negative, every name being at least 1."""
    return gap.least is not None and gap.least >= 0


@lru_cache(maxsize=100_000)
def gaps_below(e: Expr) -> tuple[Size, ...]:
    """The sizes that must not be negative for an expression to have a value, and may be."""
    nodes = topological(e)
    asked = ((n.op, tuple(a.shape for a in n.args), n.attributes if n.args else (), n.shape) for n in nodes)
    return tuple(dict.fromkeys(gap for a in asked for gap in gaps(*a)))


@lru_cache(maxsize=KEPT)
def gaps(op: Op, shapes: tuple[Shape, ...], attributes: Attributes, shape: Shape) -> tuple[Size, ...]:
    """Those of one node: what an axis has beside its first entry, what lies beside entries it reads."""
    found = [s - 1 for s in shape]
    if shapes and op is not TIME_SUM:
        instance = op.place(shapes, attributes)
        found += [i.size - 1 for d in instance.definitions for i in d.at]
        if not slides(op):  # beyond its array a sliding window reads zeros
            found += beside(instance)
    return tuple(gap for gap in dict.fromkeys(found) if not held(gap))


def beside(instance: Instance) -> Iterator[Size]:
    """How far the positions of entries stay away from both ends of their axes."""
    axes = dict(instance.inputs) | {d.tensor: d.at for d in instance.definitions}
    for a in (a for d in instance.definitions for a in en.elements(d.right)):
        for p, axis in zip(a.at, axes.get(str(a.tensor), ()), strict=False):
            if isinstance(p, Affine):
                ends = [(i.size - 1) * by for i, by in p.terms]
                down = [x for x, (_, by) in zip(ends, p.terms, strict=True) if by < 0]
                up = [x for x, (_, by) in zip(ends, p.terms, strict=True) if by > 0]
                yield sum(down, start=p.offset)
                yield axis.size - 1 - sum(up, start=p.offset)
