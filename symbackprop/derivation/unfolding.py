"""Formulas over the declared nodes: error signals and names that the derivation gave, written out again."""

from __future__ import annotations

from symbackprop.backward.anonymous_nodes import repeats
from symbackprop.backward.reverse_pass import Backward
from symbackprop.graph.expr import Expr, shifted, substitute, symbols, topological, weight
from symbackprop.matrices.monomials import is_zero
from symbackprop.matrices.tidy import tidy
from symbackprop.matrices.window_sums import sayable
from symbackprop.vocabulary.kinds import ADD, SUBTRACT

HEAVY = 120  # nodes of an expression that is looked through for its being 0
SUMS = frozenset({ADD, SUBTRACT})
READABLE = 40  # nodes of a gradient that is written without error signals


def written_out(b: Backward, name: str) -> Expr:
    """The δ of a name over the declared nodes alone, where that stays readable; else over other δ's.

    What is 0 once every node is written out is 0.
    """
    full = over_nodes(b, name)
    if full.rank < 3 and full.op in SUMS and not b.graph.time:
        e = full
        while weight(e) <= HEAVY and (made := definitions(b, e)):
            e = tidy(substitute(e, made))
        if is_zero(e):
            return e
    return full


def definitions(b: Backward, e: Expr) -> dict[Expr, Expr]:
    """What the nodes in an expression are defined as, those apart that are labels."""
    plain = (s for s in symbols(e) if not (s.own.labels or s.own.cotangent))
    found = {s: b.graph.definition.get(s.own.name) for s in plain}
    return {s: made for s, made in found.items() if made is not None}


def over_nodes(b: Backward, name: str) -> Expr:
    """The δ of a name over the declared nodes alone, where that stays readable; else over other δ's."""
    value = b.adjoints[name].value
    if b.graph.time:
        return value
    full = value
    for _ in range(len(b.adjoints)):
        inner = {s: b.adjoints[s.symbol.name].value for s in symbols(full)
                 if s.symbol and s.symbol.cotangent and s.symbol.name in b.adjoints}  # fmt: skip
        new = tidy(substitute(full, inner)) if inner else tidy(unfolded(b, full, b.prepared.named))
        if new is full:
            return full
        if weight(new) > READABLE or not sayable(new):
            return value
        full = new
    return full


def unfolded(b: Backward, e: Expr, names: tuple[str, ...]) -> Expr:
    """Named nodes written out by their definitions; a computed label keeps its name.

    What textbooks have a letter for is written out last, and only where it stands once: p ⊙ y − (pᵀ y) p.
    """
    swap, lettered = dict[Expr, Expr](), dict[Expr, Expr]()
    for s in symbols(e):
        own = s.symbol
        if own is None or own.cotangent or own.labels or own.at is not None:
            continue
        made = b.graph.definition.get(own.name)
        if own.name in names and made is not None and not made.op.named:
            (lettered if repeats(made) else swap)[s] = shifted(made, own.shift)
    if not swap:
        swap = {s: made for s, made in lettered.items() if occurrences(e, s) == 1}
    return substitute(e, swap)


def occurrences(e: Expr, part: Expr) -> int:
    """How often a part is written in an expression."""
    counts: dict[Expr, int] = {}
    for node in topological(e):
        counts[node] = int(node is part) + sum(counts[a] for a in node.args)
    return counts[e]
