"""Sums over shifted entries, which no other op says: an op defined by the very term that was derived."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from fractions import Fraction

from symbackprop import entries as en
from symbackprop.entries import Affine, Atom, Delta, Elem, Entries, Fn, Group, Index, Position, Term
from symbackprop.entries.contraction import rising
from symbackprop.entries.entry_equations import Definition, Equality
from symbackprop.entries.op import slides
from symbackprop.graph.expr import LEAVES, Expr, apply, const, topological
from symbackprop.matrices import tidy as td
from symbackprop.vocabulary.kinds import (
    COLUMN_BLOCKS, CONTRACTION, EINSUM, PICK, RESHAPE, SIDE_BY_SIDE, STRIDING, TRI,
)  # fmt: skip


def contraction(term: Term, out: tuple[Index, ...], tensors: Mapping[Hashable, Expr]) -> Expr | None:
    """A term no other op says, such as a sum over shifted entries, as an op defined by that very term."""
    operands: dict[Hashable, str] = {}

    def placed(p: Position) -> Position:
        return p if isinstance(p, Affine) else renamed(p)

    def renamed(a: Elem) -> Elem:
        name = a.tensor if a.tensor == "pi" else operands.setdefault(a.tensor, f"x{len(operands)}")
        return Elem(name, tuple(placed(p) for p in a.at))

    def change(a: Atom) -> Atom:
        match a:
            case Elem():
                return renamed(a)
            case Delta():
                return Delta(placed(a.left), placed(a.right))
            case Fn():
                return Fn(a.function, en.map_atoms(a.arg, change), a.order)
            case Group():
                return Group(en.map_atoms(a.body, change))
        return a

    right = rising(en.map_atoms(Entries((Term(Fraction(1), term.factors, term.bound),)), change))
    args = [tensors.get(t, t) for t in operands]
    if not all(isinstance(a, Expr) for a in args):
        return None
    made = apply(CONTRACTION, *args, definition=Definition("y", out, right))  # type: ignore[arg-type]
    return td.mul(const(term.coefficient), made)


IN_ENTRIES = (PICK, EINSUM, STRIDING, TRI)  # no product of matrices says these


def takes_whole(node: Expr) -> bool:
    """Whether an op is written as a function of its whole arguments, `softmax(S)`, not entry by entry."""
    if node.op.scalar or not node.op.variants:
        return node.op.called
    first, *more = node.op.variants[0].equations
    return bool(more or node.op.tex) or isinstance(first, Equality)


def entries_only(e: Expr) -> bool:
    """An array that no product of matrices says, somewhere in an argument."""
    return bool(e.rank) and any(
        x.op in IN_ENTRIES or slides(x.op) or any(a.rank > 2 for a in x.args) or by_entries(x)
        for x in topological(e)
        if x.rank and x.op not in LEAVES
    )


def by_entries(e: Expr) -> bool:
    """An array of three or more axes that is no function of whole arrays."""
    return e.rank > 2 and not (e.op.scalar or takes_whole(e))


def sayable(e: Expr) -> bool:
    """Whether contractions act on names: an entry outside a named array is 0; cos of it would be 1.

    Entries renumbered need a name as well, unless a matrix says them; so do the arguments of a function, and
    blocks of columns.
    """
    nodes = topological(e)
    turned = [a for n in nodes if n.op is RESHAPE for a in n.args if not a.symbol]
    called = [a for n in nodes if takes_whole(n) for a in n.args if not a.symbol]
    return (
        all(a.symbol for n in nodes if n.op is CONTRACTION for a in n.args)
        and all(x.rank < 3 for a in turned for x in topological(a))
        and not any(map(entries_only, called))
        and all(n is e for n in nodes if n.op is COLUMN_BLOCKS)
        and all(a.symbol for n in nodes if n.op is SIDE_BY_SIDE for a in n.args)
    )
