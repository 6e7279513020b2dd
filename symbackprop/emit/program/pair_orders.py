"""In which order operands are multiplied: what is equal on both sides once, else the cheapest first.

A size without a number counts as 64, so vectors meet matrices before matrices meet one another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from itertools import combinations
from math import prod
from typing import TypeAlias

from symbackprop.emit.program.array_kinds import (
    ABS, ADD, DIV, EXP, EXPAND, MUL, POWER, SIGMOID, SUB, SUM,
)  # fmt: skip
from symbackprop.emit.program.array_nodes import Node, typical
from symbackprop.emit.program.entrywise import constant

Letters: TypeAlias = tuple[Hashable, ...]
Operand: TypeAlias = tuple[Node, Letters]
Operands: TypeAlias = tuple[Operand, ...]
Places: TypeAlias = tuple[int, ...]
MANY = 8  # operands; of more, only those that share an axis are compared


def cheapest(parts: Operands, out: Letters) -> tuple[int, int]:
    """The two operands to multiply first: by the multiplications, then by the entries of their product.

    Of equal ones two different arrays come first, as in a half of a mirrored product, which they may share.
    """
    size = {c: typical(s) for x, own in parts for c, s in zip(own, x.shape, strict=True)}
    often = Counter(c for _, own in parts for c in own)
    sets = [frozenset(own) for _, own in parts]

    def cost(pair: tuple[int, int]) -> tuple[int, int, bool]:
        a, b = (sets[k] for k in pair)
        kept = (c for c in a | b if c in out or often[c] > (c in a) + (c in b))
        same = parts[pair[0]][0] is parts[pair[1]][0]
        return prod(size[c] for c in a | b), prod(size[c] for c in kept), same

    pairs = list(combinations(range(len(parts)), 2))
    meeting = [p for p in pairs if sets[p[0]] & sets[p[1]]] if len(parts) > MANY else []
    return min(meeting or pairs, key=cost)


def mirrored(parts: Operands, out: Letters) -> tuple[Places, Places, Mapping[Hashable, Hashable]] | None:
    """A product that letters of the result mirror: a half, what lies between, letters of the other half.

    Σ_r x(r, i) p(r, j) x(r, m) p(r, q) is g(r, i, j) g(r, m, q).
    """
    swap: dict[Hashable, Hashable] = {}
    half, other = list[int](), set[int]()
    for a, b in combinations(range(len(parts)), 2):
        (x, left), (y, right) = parts[a], parts[b]
        if x is not y or left == right or {a, b} & (other | {*half}):
            continue
        moved = {c: e for c, e in zip(left, right, strict=True) if c != e}
        both = moved | {e: c for c, e in moved.items()}
        if not set(both) <= set(out) or len(both) != 2 * len(moved) or not agree(swap, both):
            continue
        turned = any(swap.get(c) == e and c in second_letters(parts, other) for c, e in moved.items())
        swap |= both
        half.append(b if turned else a)
        other.add(a if turned else b)
    middle = tuple(k for k in range(len(parts)) if k not in other and k not in half)
    if not half or any(c in swap for k in middle for c in parts[k][1]):
        return None
    own = {c for k in half for c in parts[k][1]}
    if {swap[c] for c in own if c in swap} & own:
        return None
    return tuple(half), middle, swap


def agree(known: Mapping[Hashable, Hashable], new: Mapping[Hashable, Hashable]) -> bool:
    return all(known.get(c, e) == e for c, e in new.items())


def second_letters(parts: Operands, places: Iterable[int]) -> set[Hashable]:
    return {c for k in places for c in parts[k][1]}


def nonnegative(x: Node) -> bool:
    """Whether all entries are certainly 0 or more."""
    known = constant(x)
    if known is not None:
        return known >= 0
    if x.kind is POWER:
        return (x.at.denominator == 1 and x.at % 2 == 0) or nonnegative(x.args[0])
    if x.kind is SUB:  # 1 - p of chances
        return constant(x.args[0]) == 1 and chance(x.args[1])
    if x.kind in (MUL, DIV, ADD, EXPAND, SUM):
        return all(map(nonnegative, x.args)) or (x.kind is MUL and x.args[0] is x.args[1])
    return x.kind in (EXP, ABS, SIGMOID)


def chance(x: Node) -> bool:
    """Whether all entries are certainly between 0 and 1."""
    if x.kind is DIV:  # exp over its sum
        over, under = x.args
        inside = under.args[0] if under.kind is EXPAND else under
        return over.kind is EXP and inside.kind is SUM and inside.args[0] is over
    return x.kind is SIGMOID
