"""An op without a spelling, as its entry equations say: products of arrays, windows, conditions."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import partial, reduce
from typing import TypeAlias

from symbackprop.emit.program.array_kinds import (
    ARANGE, AT_MOST, CONSTANT, EQUAL, EYE, FOLD, GATHER, ONEHOT, OVERLAP, SELECT, TRI, WINDOWS,
)  # fmt: skip
from symbackprop.emit.program.array_nodes import (
    ZERO,
    Node,
    broadcast_shape,
    extent,
    get,
    lifted,
    node,
    number,
)
from symbackprop.emit.program.contractions import along, contract
from symbackprop.emit.program.entrywise import add, broadcast, cut, entrywise, multiply, power, stacked
from symbackprop.emit.program.overlaps import Fold, Pair, folds
from symbackprop.emit.program.stable_quotients import balanced
from symbackprop.entries.entry_equations import Instance
from symbackprop.entries.entry_kinds import (
    Affine, AtMost, Delta, Elem, Entries, Index, Position, RowMajor, Term,
)  # fmt: skip
from symbackprop.entries.fold import Algebra, Axes, Over, fold
from symbackprop.entries.indices import position_indices
from symbackprop.errors import SymbackpropError
from symbackprop.sizes import Size, count

ScalarCall: TypeAlias = Callable[[str, int, Node], Node]
Tensors: TypeAlias = Mapping[Hashable, Node]
Placed: TypeAlias = Over[Node]


def by_definition(instance: Instance, args: Sequence[Node], call: ScalarCall) -> Node:
    """What an op makes of arrays, from its entry equations."""
    tensors: dict[Hashable, Node] = dict(zip((n for n, _ in instance.inputs), args, strict=True))
    for d in instance.definitions:
        tensors[d.tensor] = entries_node(d.right, d.at, tensors, call)
    return tensors[instance.result.tensor]


def entries_node(e: Entries, out: Axes, tensors: Tensors, call: ScalarCall) -> Node:
    """An index expression with axes `out`."""
    return fold(e, out, algebra(tensors, call))


def algebra(tensors: Tensors, call: ScalarCall) -> Algebra[Node]:
    return Algebra(
        constant=lambda name: node(CONSTANT, (), (), name), extent=extent,
        entry=partial(entry, tensors), holds=partial(holding, tensors), power=power, function=call,
        product=partial(product, tensors), total=total,
    )  # fmt: skip


def total(parts: Sequence[Placed], out: Axes) -> Node:
    """The sum of the terms over all axes; without axes, an entry may be an array of arguments."""
    if not out:
        return reduce(add, (x for x, _ in parts)) if parts else number(0)
    rows = [along(x, own, out) if own else x for x, own in parts]
    made = reduce(add, rows) if rows else number(0)
    return broadcast(made, tuple(i.size for i in out))


def product(tensors: Tensors, t: Term, factors: Iterable[Placed], out: Axes) -> Placed:
    """A product summed over its bound indices, and the axes of `out` it has."""
    bound = t.bound
    if found := folds(t):
        factors = [folded(found, tensors[found.tensor])]
        bound = tuple(b for b in bound if b not in found.gone)
    given = balanced(tuple(factors))
    operands = tuple(p for p in given if p[1])
    seen = {i for _, own in operands for i in own}
    own = tuple(i for i in out if i in seen)
    idle = [extent(i.size) for i in bound if i not in seen]
    front = [number(t.coefficient), *idle, *(x for x, axes in given if not axes)]
    return (
        multiply(reduce(multiply, front), contract(operands, own)) if operands else reduce(multiply, front)
    ), own


# --- entries ---


def entry(tensors: Tensors, atom: Elem) -> Placed:
    """An array, seen at its shifted positions, or at those that labels name."""
    x = tensors[atom.tensor]
    labels = [(k, p) for k, p in enumerate(atom.at) if isinstance(p, Elem)]
    if labels:
        return at_labels(tensors, x, atom, labels)
    own = list[Index]()
    for axis, p in reversed([*enumerate(atom.at)]):
        assert isinstance(p, Affine)
        x = x if p.plain and p.plain.size == x.shape[axis] else windows(x, axis, p)
        own[:0] = dict.fromkeys(position_indices(p))
    return x, tuple(own)


def windows(x: Node, axis: int, p: Affine) -> Node:
    """An array seen at an affine position along an axis, which one axis for each index replaces."""
    if lifted(x):
        return get(windows(x.args[0], axis + 1, p))
    if not p.terms:
        return cut(x, tuple((p.offset,) if k == axis else (ZERO, s) for k, s in enumerate(x.shape)))
    if len(p.terms) == 1 and p.terms[0][1] == 1 and inside(p, x.shape[axis]):
        where = (p.offset, p.offset + p.terms[0][0].size)
        return cut(x, tuple(where if k == axis else (ZERO, s) for k, s in enumerate(x.shape)))
    shape = (*x.shape[:axis], *(i.size for i, _ in p.terms), *x.shape[axis + 1 :])
    return node(WINDOWS, (x,), shape, (axis, p.offset, tuple((a, i.size) for i, a in p.terms)))


def inside(p: Affine, extent: Size) -> bool:
    """Whether i + b stays within an axis, for all sizes."""
    return all(
        (s.least or 0) >= 0 and s.least is not None
        for s in (p.offset, extent - p.offset - p.terms[0][0].size)
    )


def at_labels(tensors: Tensors, x: Node, atom: Elem, labels: list[tuple[int, Elem]]) -> Placed:
    """Entries at labels: one position of a label is a contraction with its one-hot row."""
    ((axis, p), *more) = labels
    plain = [q.plain for q in atom.at if isinstance(q, Affine) and q.plain]
    where = label(tensors, p)
    if more or len(set(plain)) < len(atom.at) - 1 or where is None:
        own = tuple(dict.fromkeys(i for q in atom.at for i in position_indices(q)))
        at = [place_node(q, own, tensors) for q in atom.at]
        return node(GATHER, (x, *at), broadcast_shape(*(a.shape for a in at))), own
    named, places = where
    k = Index("label", x.shape[axis])
    own = tuple(dict.fromkeys((*plain[:axis], *places, *plain[axis:])))
    row = stacked(ONEHOT, (named,), (*named.shape, k.size))
    return contract(((x, (*plain[:axis], k, *plain[axis:])), (row, (*places, k))), own), own


def label(tensors: Tensors, p: Elem) -> Placed | None:
    """The array of a label and its axes, where it stands at plain indices."""
    own = tuple(q.plain for q in p.at if isinstance(q, Affine) and q.plain)
    if p.tensor not in tensors or len(set(own)) < len(p.at):
        return None
    return tensors[p.tensor], own


def place_node(p: Position, own: Axes, tensors: Tensors) -> Node:
    """Integer positions as an array over the indices of a position."""
    if isinstance(p, Elem) and isinstance(p.tensor, RowMajor):
        steps = [count(p.tensor.sizes[k + 1 :]) for k in range(len(p.at))]
        places = (place_node(q, own, tensors) for q in p.at)
        return reduce(add, (multiply(extent(s), q) for s, q in zip(steps, places, strict=True)))
    if isinstance(p, Elem):
        if p.tensor not in tensors:
            raise SymbackpropError("this position has no code", where="emit")
        at = [place_node(q, own, tensors) for q in p.at]
        x = tensors[p.tensor]
        return node(GATHER, (x, *at), broadcast_shape(*(a.shape for a in at))) if at else x
    parts = [extent(p.offset)]
    for i, a in p.terms:
        line = node(ARANGE, (), (i.size,))
        parts.append(multiply(number(a), along(line, (i,), own)))
    return reduce(add, parts)


def holding(tensors: Tensors, d: Delta | AtMost) -> Placed:
    """A condition on indices as an array of 0 and 1."""
    sides = [p.plain for p in (d.left, d.right) if isinstance(p, Affine) and p.plain]
    if isinstance(d, Delta) and len(sides) == 2 and sides[0].size == sides[1].size and sides[0] != sides[1]:
        return node(EYE, (), (sides[0].size, sides[1].size)), (sides[0], sides[1])
    if isinstance(d, AtMost) and len(sides) == 2 and sides[0] != sides[1]:
        j, i = sides
        return node(TRI, (), (i.size, j.size), ZERO), (i, j)
    if isinstance(d, Delta) and (found := shifted(d) or at_label(tensors, d) or overlapping(d)):
        return found
    own = tuple(dict.fromkeys(i for p in (d.left, d.right) for i in position_indices(p)))
    left, right = (place_node(p, own, tensors) for p in (d.left, d.right))
    return entrywise(EQUAL if isinstance(d, Delta) else AT_MOST, left, right), own


def shifted(d: Delta) -> Placed | None:
    """δ(i + b, j) with all i + b among the j: a selector."""
    for p, q in ((d.left, d.right), (d.right, d.left)):
        if not (isinstance(p, Affine) and isinstance(q, Affine) and len(p.terms) == len(q.terms) == 1):
            continue
        (i, a), (j, b) = *p.terms, *q.terms
        moved = Affine(p.terms, p.offset - q.offset)
        if a == b == 1 and i != j and inside(moved, j.size):
            return node(SELECT, (), (j.size, i.size), moved.offset), (j, i)
    return None


def at_label(tensors: Tensors, d: Delta) -> Placed | None:
    """δ(k, label): a one-hot row."""
    for p, q in ((d.left, d.right), (d.right, d.left)):
        if isinstance(p, Affine) and p.plain and isinstance(q, Elem) and (found := label(tensors, q)):
            named, places = found
            if p.plain not in places:
                return stacked(ONEHOT, (named,), (*named.shape, p.plain.size)), (*places, p.plain)
    return None


# --- overlapping sums ---


def overlapping(d: Delta) -> Placed | None:
    """δ(a, step·h + u + first), as windows that slide have it."""
    for p, q in ((d.left, d.right), (d.right, d.left)):
        if not (isinstance(p, Affine) and isinstance(q, Affine) and p.plain and len(q.terms) == 2):
            continue
        (h, step), (u, slope) = q.terms if q.terms[1][1] == 1 else q.terms[::-1]
        if slope == 1 and step > 0 and p.plain not in (h, u):
            sizes = (p.plain.size, h.size, u.size)
            return node(OVERLAP, (), sizes, (step, q.offset)), (p.plain, h, u)
    return None


def folded(f: Fold, x: Node) -> Placed:
    """The folded array and its axes; a fold moves the axes behind its first one by one."""
    axes = list(f.axes)
    for p in f.pairs:
        axes[p.second] = p.made
    left = list(range(len(axes)))
    for p in f.pairs:
        x = fold_pair(x, left.index(p.first), left.index(p.second), p)
        left.remove(p.first)
    return x, tuple(i for k in left for i in [axes[k]] if i)


def fold_pair(x: Node, first: int, second: int, p: Pair) -> Node:
    if lifted(x):
        return get(fold_pair(x.args[0], first + 1, second + 1, p))
    shape = list(x.shape)
    shape[second] = p.made.size
    del shape[first]
    return node(FOLD, (x,), tuple(shape), (first, second, p.step, p.shift, p.count, p.made.size))
