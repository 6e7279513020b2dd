"""Names of the selectors and unit vectors in the δ's: S, S_1, …, e_1, e_2, …"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from symbackprop.backward.naming import Naming
from symbackprop.backward.reverse_pass import Backward
from symbackprop.graph.expr import Expr, apply, substitute, topological
from symbackprop.graph.fresh_names import Room
from symbackprop.graph.functions import selector
from symbackprop.sizes import Size
from symbackprop.vocabulary.kinds import MATMUL, SELECTOR, SLICE, TRANSPOSE, UNIT

UNITS = ("e", "f", "g", "q", "r", "epsilon", "eta")  # a letter for each size
SELECTORS = ("S", "P", "Q", "R", "Z", "Sigma", "Pi", "Lambda", "Xi")


def named_selectors(b: Backward) -> tuple[Backward, tuple[str, ...]]:
    """Selectors in the δ's get names S, S_1, …, unit vectors e_1, e_2, …: they read better than blocks."""
    every = [e for a in b.adjoints.values()
             for e in (*a.forms, a.last, a.first, *(u.value for u in a.uses)) if e]  # fmt: skip
    nodes = dict.fromkeys(n for e in every for n in topological(e))
    found = [n for n in nodes if n.op is SELECTOR or n.op is UNIT]
    if not found:
        return b, ()
    old = b.graph
    naming = Naming(Room.of(old), dict(old.symbol))
    swap = {e: naming.give(name, e) for name, e in drawn(naming.room, found).items()}
    for n in nodes:
        if (s := selecting(n)) in swap:
            swap[n] = apply(MATMUL, apply(TRANSPOSE, swap[s]), n.args[0])
    names = tuple(naming.made)
    g = old.remade(naming.symbol, {**naming.definition, **old.definition})
    adjoints = {
        n: replace(a, forms=tuple(substitute(f, swap) for f in a.forms),
                   last=substitute(a.last, swap) if a.last else None,
                   first=substitute(a.first, swap) if a.first else None,
                   uses=tuple(replace(u, value=substitute(u.value, swap)) for u in a.uses))
        for n, a in b.adjoints.items()
    }  # fmt: skip
    return replace(b.on(g), adjoints=adjoints), names


def selecting(e: Expr) -> Expr | None:
    """S of entries that are taken from a named vector, Sᵀ x."""
    if e.op is not SLICE or e.rank != 1 or e.args[0].rank != 1 or not e.args[0].symbol:
        return None
    ((start, _),) = cast("tuple[tuple[Size, Size]]", e.attribute("ranges"))
    return selector(e.args[0].shape[0], e.shape[0], start)


def drawn(room: Room, constants: Sequence[Expr]) -> dict[str, Expr]:
    """A fresh name for each: S_1, S_2, … of one letter, e_k for the k-th unit vector of a size."""
    selectors = [e for e in constants if e.op is SELECTOR]
    found = dict(zip(room.several(SELECTORS, len(selectors)), selectors, strict=True))
    letters = iter(x for x in UNITS if room.unheard(x))
    own = {n: next(letters, UNITS[0]) for n in dict.fromkeys(e.shape for e in constants if e.op is UNIT)}
    for e in constants:
        if e.op is UNIT:
            place = str(e.attribute("position") + 1)  # type: ignore[operator]
            found[room.like(own[e.shape] + (place if place.isalnum() else ""))] = e
    return found
