"""Products of several matrices in the cheapest order: A (B x), not (A B) x.

A size without a number counts as 64, a vector as a matrix with one column. What is cheaper so is put in
another order; what costs the same stays as it is written, and a product that has a name stays one factor.
L. S. Hu and M. T. Shing (1982) is faster; chains on paper are short.
"""

from __future__ import annotations

from dataclasses import dataclass

from symbackprop.emit.program.array_nodes import typical
from symbackprop.graph.expr import Expr, apply, rebuild, with_args
from symbackprop.sizes import Size
from symbackprop.vocabulary.kinds import MATMUL, MULTIPLY, OUTER, TRANSPOSE

LONG = 12  # factors of a chain that is still put in order


@dataclass(frozen=True, slots=True)
class Part:
    """A product of neighbours in a chain: its rows and columns, None where it is a vector or a number."""

    value: Expr
    rows: Size | None
    columns: Size | None
    cost: int = 0


def in_cheapest_order(root: Expr) -> Expr:
    """The same values; every chain of products multiplied in the order that costs least."""

    def change(e: Expr, args: tuple[Expr, ...]) -> Expr:
        new = e if args == e.args else with_args(e, args)
        chain = factors(new) if new.op is MATMUL else []
        if not 2 < len(chain) <= LONG:
            return new
        found = cheapest(chain)
        return found.value if found.cost < cost_of(new) else new

    return rebuild(root, change)


def factors(e: Expr) -> list[Part]:
    """The factors of a chain, from left to right; none of one that is no matrix or vector."""
    if e.op is MATMUL and max(a.rank for a in e.args) <= 2:
        left, right = map(factors, e.args)
        if not (left and right):
            return []
        if e.args[0].rank == 1:
            left = [Part(p.value, None, p.rows) if len(left) == 1 else p for p in left]
        return [*left, *right] if left[-1].columns == right[0].rows else []
    if e.op is OUTER:
        u, v = e.args
        return [Part(u, u.shape[0], None), Part(v, None, v.shape[0])]
    if e.op is TRANSPOSE and e.args[0].op is MATMUL and e.rank == 2 and not vectors(e.args[0]):
        inner = factors(e.args[0])
        return [Part(apply(TRANSPOSE, p.value), p.columns, p.rows) for p in reversed(inner)]
    if e.rank == 2:
        return [Part(e, e.shape[0], e.shape[1])]
    return [Part(e, e.shape[0], None)] if e.rank == 1 else []


def vectors(e: Expr) -> bool:
    """Whether a factor of a chain is a vector, which has no transpose."""
    return any(p.value.rank < 2 for p in factors(e))


def cheapest(chain: list[Part]) -> Part:
    """The best of all orders, of every stretch of neighbours from the short ones on."""
    best = {(k, k): p for k, p in enumerate(chain)}
    for length in range(1, len(chain)):
        for i in range(len(chain) - length):
            j = i + length
            options = [product(best[i, k], best[k + 1, j]) for k in range(i, j)]
            best[i, j] = min(options, key=lambda p: p.cost)
    return best[0, len(chain) - 1]


def product(a: Part, b: Part) -> Part:
    """Two neighbours multiplied; a column before a row is an outer product."""
    own = count(a.rows) * count(a.columns) * count(b.columns)
    op = MATMUL if a.columns else OUTER if a.rows and b.columns else MULTIPLY
    return Part(apply(op, a.value, b.value), a.rows, b.columns, a.cost + b.cost + own)


def cost_of(e: Expr) -> int:
    """The multiplications of a chain in the order it is written."""
    if e.op is MATMUL:
        a, b = e.args
        rows = a.shape[0] if a.rank == 2 else None
        columns = b.shape[1] if b.rank == 2 else None
        return count(rows) * count(b.shape[0]) * count(columns) + cost_of(a) + cost_of(b)
    if e.op is OUTER:
        return count(e.shape[0]) * count(e.shape[1])
    return cost_of(e.args[0]) if e.op is TRANSPOSE else 0


def count(s: Size | None) -> int:
    return max(1, typical(s)) if s is not None else 1
