"""Whether an expression is a distribution: at points no entry is below 0, and along an axis they add to 1.

What lies deep inside is first taken for any numbers at all: of softmax(z) nothing need be known of z.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np

from symbackprop.entries.reference_values import Array, value
from symbackprop.graph.axis_functions import as_size
from symbackprop.graph.expr import NUMBER, SIZE, Expr

SCALES = (0.5, 1, 2, 5, 30, 1000)  # of the points; a negative entry must not hide near 0
DEPTHS = (1, 2, 4, 8, 16, 1000)
SIZES = (5, 3, 7, 11, 13, 17, 19, 23, 29, 31)
NEAR = 1e-9
Definitions = Mapping[str, Expr]


def is_distribution(e: Expr, axis: int, definitions: Definitions) -> bool:
    """Whether the entries along an axis are, or each entry is, by declaration or for whatever is inside."""
    own = e.symbol
    if own and definition_of(e, definitions) is None:
        return own.facts.positive or (own.facts.summing and axis == e.rank - 1)
    for nodes in cuts(e, definitions):
        made = [m for m in points(nodes) if np.all(np.isfinite(m))]
        inside = [bool(np.all(m >= -NEAR)) for m in made]
        if len(made) > 1 and all(inside):
            if all(np.allclose(m.sum(axis), 1, rtol=0, atol=NEAR) for m in made):
                return True
            low, high = min(m.min() for m in made), max(m.max() for m in made)
            chances = low <= 0.01 and 0.99 <= high <= 1 + NEAR
            if chances and all(entrywise(n, kept) for n, kept in nodes.items()):
                return True
    return False


def definition_of(e: Expr, definitions: Definitions) -> Expr | None:
    """What a symbol is defined as, at its own step."""
    s = e.symbol
    if s is None or s.shift or s.at is not None:
        return None
    return s.definition if s.definition is not None else definitions.get(s.name)


def inner(e: Expr, definitions: Definitions) -> tuple[Expr, ...]:
    """What the value of a node is made from; nothing where no equation says how, as of Σ over steps."""
    made = definition_of(e, definitions)
    said = e.op.variants or e.op.build
    return (made,) if made is not None else e.args if said else ()


def cuts(root: Expr, definitions: Definitions) -> Iterator[dict[Expr, tuple[Expr, ...]]]:
    """The expression down to some depth, arguments first, each node with what is kept of it; then deeper."""
    level: dict[Expr, int] = {root: 0}
    found = [root]
    for e in found:
        for a in inner(e, definitions):
            if a not in level:
                level[a] = level[e] + 1
                found.append(a)
    for before, depth in pairwise((0, *DEPTHS)):
        if before < max(level.values()) + 1:
            yield ordered(root, {e: inner(e, definitions) if n < depth else () for e, n in level.items()})


def ordered(root: Expr, parts: Mapping[Expr, tuple[Expr, ...]]) -> dict[Expr, tuple[Expr, ...]]:
    """The nodes below a root, each after its parts."""
    out: dict[Expr, tuple[Expr, ...]] = {}
    stack = [root]
    while stack:
        waiting = [a for a in parts[stack[-1]] if a not in out]
        if not waiting:
            out.setdefault(stack[-1], parts[stack.pop()])
        stack += waiting
    return out


def points(nodes: Mapping[Expr, tuple[Expr, ...]]) -> Iterator[Array]:
    """Values of the last node, all others made from random ones; none where an axis would be empty."""
    names = sorted({n for e in nodes for s in e.shape for n in s.names})
    sizes = {n: SIZES[k % len(SIZES)] for k, n in enumerate(names)}
    if any(s.value(sizes) < 1 for e in nodes for s in e.shape):
        return
    (*_, root) = nodes
    for seed, scale in enumerate(SCALES):
        rng = np.random.default_rng(seed)
        found: dict[Expr, Array] = {}
        for e, parts in nodes.items():
            if e.op in (NUMBER, SIZE):
                known = as_size(e).value(sizes) if e.op is SIZE else float(e.number or 0)
                found[e] = np.asarray(known)
            elif not parts and (e.symbol or e.args):
                found[e] = drawn(e, rng, scale, sizes)
            elif e.symbol:
                found[e] = found[parts[0]]
            else:
                instance = e.op.place(tuple(a.shape for a in e.args), e.attributes)
                found[e] = value(instance, tuple(found[a] for a in parts), sizes)
        yield found[root]


def drawn(e: Expr, rng: np.random.Generator, scale: float, sizes: Mapping[str, int]) -> Array:
    """Random numbers for a node, as its declaration allows them."""
    shape = tuple(s.value(sizes) for s in e.shape)
    classes = e.classes
    x = rng.normal(0, scale, shape)
    if classes is not None:
        return rng.integers(0, classes.value(sizes), shape)
    return e.symbol.facts.into(x) if e.symbol else x


def entrywise(e: Expr, parts: tuple[Expr, ...]) -> bool:
    """Whether every entry is made from the entries at its own place alone."""
    args = e.op.variants[0].arguments if e.op.variants else ()
    plain = bool(args) and not any(p.core for p in args) and e.rank == max(a.rank for a in e.args)
    return not parts or bool(e.symbol) or plain
