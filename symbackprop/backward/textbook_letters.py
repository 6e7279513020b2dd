"""The letters of textbooks for what a graph leaves nameless: p a softmax, r a residual, z in a function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from symbackprop.graph.expr import LEAVES, Expr
from symbackprop.vocabulary.kinds import ADD, NEGATIVE, SUBTRACT

DIFFERENCE, BENT, ACTIVATION = "rd", "zsq", "ha"
NUMBER, VECTOR, MATRIX, TENSOR = "scqa", "vwqab", "MKQGEF", "TUVG"  # in the order of rank


# what stands inside a call of a function of several ops, by its role there
PARTS: Mapping[str, Mapping[str, str]] = {
    "attention": {
        "queries": "Q", "keys": "K", "values": "V", "scores": "S", "weights": "A", "seen": "O",
    },
}  # fmt: skip


def letters_by_role(nodes: Iterable[Expr]) -> dict[Expr, str]:
    """The letters of what stands inside the calls among some nodes."""
    found: dict[Expr, str] = {}
    for node in nodes:
        known = PARTS.get(node.call.function, {}) if node.call else {}
        for role, way in node.call.inner if node.call and known else ():
            e = node
            for n in way:
                e = e.args[n] if e.args else e
            if e is not node and e.op not in LEAVES:
                found[e] = known.get(role, "")
    return found


def letters_for(e: Expr, *, bent: bool, role: str = "") -> str:
    """The letters an expression may have, the best one first; those of a matrix are capitals."""
    if role and e.rank > 1:
        return role + letters_for(e, bent=bent)
    if e.op.letters:
        chosen = e.op.letters
    elif is_difference(e):
        chosen = DIFFERENCE
    elif bent:
        chosen = BENT
    elif e.op.scalar:
        chosen = ACTIVATION
    else:
        return (NUMBER, VECTOR, MATRIX, TENSOR)[min(e.rank, 3)]
    return chosen.upper() if e.rank > 1 else chosen


def is_difference(e: Expr) -> bool:
    """Whether an expression is a - b."""
    return e.op is SUBTRACT or (e.op is ADD and len(e.args) == 2 and any(a.op is NEGATIVE for a in e.args))
