"""Small arrays that are made of unit vectors, written entry by entry: 2 x₁ e₁ + 3 e₂ is [2 x₁; 3].

An entry is taken by pushing its place through what acts entry by entry, through selectors and blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product
from typing import TypeAlias

from symbackprop.entries.op import Op
from symbackprop.graph.expr import SYMBOL, Expr, apply, const, topological, with_args
from symbackprop.graph.written_arrays import written_array
from symbackprop.matrices import monomials as mo, tidy as td
from symbackprop.sizes import Size, size
from symbackprop.vocabulary.kinds import (
    CONCAT, CONSTANT, DIAG, IDENTITY, MATMUL, OUTER, SELECTOR, SLICE, SUM_LAST, TABLE,
    TRANSPOSE, UNIT,
)  # fmt: skip

LARGEST = {1: 6, 2: 16}  # entries of a vector and of a matrix that is written entry by entry
Place: TypeAlias = tuple[int, ...]


def written_by_entries(e: Expr) -> Expr:
    """The array by its entries, where unit vectors and selectors say nothing but which entry is which."""
    numbers = [s.number or 0 for s in e.shape]
    if not 0 < e.rank <= 2 or e.op is TABLE or not small(numbers) or not placed(e):
        return e
    found = {at: entry(e, at) for at in product(*map(range, numbers))}
    if any(x is None for x in found.values()):
        return e
    lines = [[found[i, j] for j in range(numbers[1])] for i in range(numbers[0])] if e.rank == 2 else None
    made = written_array(lines or list(found.values()))
    return made if symbols_written(made) <= symbols_written(e) else e


def symbols_written(e: Expr) -> int:
    """Nodes of an expression written as a tree in which an entry of a name is as good as the name."""
    counts: dict[Expr, int] = {}
    for n in topological(e):
        named = n.op is SLICE and not n.rank and n.args[0].op is SYMBOL
        counts[n] = 1 if named else 1 + sum(counts[a] for a in n.args)
    return counts[e]


def small(numbers: list[int]) -> bool:
    """Whether all sizes are known, and make an array of few entries but more than one."""
    count = 1
    for n in numbers:
        count *= n
    return 1 < count <= LARGEST[len(numbers)]


def placed(e: Expr) -> bool:
    """Whether several entries are put to their places: by unit vectors, or by a selector or blocks."""
    made = [n.op for n in topological(e)]
    return sum(op is UNIT for op in made) > 1 or SELECTOR in made


def entry(e: Expr, at: Place) -> Expr | None:
    """An entry, counted from 0; None where no shorter expression says it."""
    if not e.rank:
        return e
    if (rule := BY_KIND.get(e.op)) is not None:
        return rule(e, at)
    alike = e.args and all(a.shape in ((), e.shape) for a in e.args)
    return entrywise(e, at) if alike and (e.op.scalar or e.op.arithmetic) else None


def entrywise(e: Expr, at: Place) -> Expr | None:
    """An entry of what acts entry by entry."""
    parts = [entry(a, at) for a in e.args]
    known = tuple(p for p in parts if p is not None)
    return td.node(with_args(e, known), known) if len(known) == len(parts) else None


def selected(e: Expr, at: Place) -> Expr | None:
    """An entry of S v."""
    (s, v), (k,) = e.args, at[:1]
    if s.op is not SELECTOR or v.rank != 1:
        return None
    start: Size = s.attribute("start")  # type: ignore[assignment]
    width = v.shape[0].number
    if start.number is None or width is None:
        return None
    return entry(v, (k - start.number,)) if start.number <= k < start.number + width else const(0)


def row_sum(e: Expr, at: Place) -> Expr | None:
    """An entry of A 1."""
    width = e.args[0].shape[-1].number
    found = [entry(e.args[0], (*at, k)) for k in range(width)] if width and width <= LARGEST[1] else [None]
    known = [x for x in found if x is not None]
    return td.plus(*known) if len(known) == len(found) else None


def joined(e: Expr, at: Place) -> Expr | None:
    """An entry of blocks one below the other."""
    (k, *rest), last = at, e.rank - 1
    if e.attribute("axis") not in (0, 0 if last else -1):
        return None
    for part in e.args:
        height = part.shape[0].number
        if height is None:
            return None
        if k < height:
            return entry(part, (k, *rest))
        k -= height
    return None


def dyad_entry(e: Expr, at: Place) -> Expr | None:
    """u_i v_j."""
    u, v = (entry(a, (k,)) for a, k in zip(e.args, at, strict=True))
    return td.mul(u, v) if u is not None and v is not None else None


def cell(e: Expr, at: Place) -> Expr:
    """An entry of an array that is written out."""
    widths = [s.number or 1 for s in e.shape]
    flat = at[0] if e.rank == 1 else at[0] * widths[1] + at[1]
    cells: tuple[Fraction | str, ...] = e.attribute("cells")  # type: ignore[assignment]
    found = cells[flat]
    return const(found) if isinstance(found, Fraction) else e.args[int(found[1:])]


# a kind, and one entry of it
BY_KIND: Mapping[Op, Callable[[Expr, Place], Expr | None]] = {
    SYMBOL:    lambda e, at: apply(SLICE, e, ranges=tuple((size(k),) for k in at)),
    UNIT:      lambda e, at: const(int(e.attribute("position") == size(at[0]))),
    CONSTANT:  lambda e, at: const(mo.split(e).coefficient),
    IDENTITY:  lambda e, at: const(int(at[0] == at[1])),
    DIAG:      lambda e, at: entry(e.args[0], at[:1]) if at[0] == at[1] else const(0),
    TRANSPOSE: lambda e, at: entry(e.args[0], at[::-1]),
    OUTER:     dyad_entry,
    MATMUL:    selected,
    SUM_LAST:  row_sum,
    SELECTOR:  lambda e, at: const(int(size(at[0] - at[1]) == e.attribute("start"))),
    CONCAT:    joined,
    TABLE:     cell,
}  # fmt: skip
