"""Names of the selectors in the δ's: S, S_1, …"""

from __future__ import annotations

from dataclasses import replace

from symbackprop.backward.naming import Naming
from symbackprop.backward.reverse_pass import Backward
from symbackprop.graph.expr import Expr, substitute, topological
from symbackprop.graph.fresh_names import Room
from symbackprop.vocabulary.kinds import SELECTOR

SELECTORS = ("S", "P", "Q", "R", "Z", "Sigma", "Pi", "Lambda", "Xi")


def named_selectors(b: Backward) -> tuple[Backward, tuple[str, ...]]:
    """Selectors in the δ's get names S, S_1, …: named constants read better than blocks."""
    found: dict[Expr, None] = {}
    for a in b.adjoints.values():
        ends = [e for e in (a.last, a.first) if e]
        for e in (*a.forms, *ends, *(u.value for u in a.uses)):
            found |= dict.fromkeys(n for n in topological(e) if n.op is SELECTOR)
    if not found:
        return b, ()
    old = b.graph
    naming = Naming(Room.of(old), dict(old.symbol))
    names = naming.room.several(SELECTORS, len(found))
    swap = {e: naming.give(name, e) for name, e in zip(names, found, strict=True)}
    g = old.remade(naming.symbol, {**naming.definition, **old.definition})
    adjoints = {
        n: replace(a, forms=tuple(substitute(f, swap) for f in a.forms),
                   last=substitute(a.last, swap) if a.last else None,
                   first=substitute(a.first, swap) if a.first else None,
                   uses=tuple(replace(u, value=substitute(u.value, swap)) for u in a.uses))
        for n, a in b.adjoints.items()
    }  # fmt: skip
    return replace(b.on(g), adjoints=adjoints), tuple(names)
