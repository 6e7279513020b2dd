"""Sums of many terms as one flat call: nested brackets end where Python's parser does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from symbackprop.graph.expr import Expr, topological
from symbackprop.vocabulary.kinds import ADD

LONG = 64  # terms; Python takes 200 nested brackets


def long_sums(root: Expr) -> Mapping[Expr, Sequence[Expr]]:
    """The terms of every sum of many terms; the sums inside one, read by nothing else, have none."""
    nodes = topological(root)
    reads = Counter(a for e in nodes for a in e.args)
    found: dict[Expr, Sequence[Expr]] = {}
    inside: set[Expr] = set()
    for e in reversed(nodes):
        if e.op is not ADD or e in inside:
            continue
        terms, spine = [], [e]
        while (left := spine[-1].args[0]).op is ADD and reads[left] == 1:
            terms.append(spine[-1].args[1])
            spine.append(left)
        if len(spine) >= LONG:
            inside |= set(spine[1:])
            found |= dict.fromkeys(spine[1:], ())
            found[e] = (*spine[-1].args, *reversed(terms))
    return found
