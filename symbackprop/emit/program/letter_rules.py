"""Operands of a contraction that only say where entries go: a rule per kind takes them out of the product."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction
from functools import reduce
from typing import TypeAlias

from symbackprop.emit.program.array_kinds import (
    CUMSUM, DIAG, DIAGONAL, EYE, FOLD, ONEHOT, OVERLAP, PLACE, SCATTER, SELECT, TAKE, TAKE_ALONG, TRI,
    UNITVECTOR, WINDOWS, Kind,
)  # fmt: skip
from symbackprop.emit.program.array_nodes import ZERO, Node, node
from symbackprop.emit.program.entrywise import (
    Range, broadcast, cut, expand, full, multiply, pieces, placements, transpose,
)  # fmt: skip
from symbackprop.sizes import Size

Letters: TypeAlias = tuple[Hashable, ...]
Operand: TypeAlias = tuple[Node, Letters]
Operands: TypeAlias = tuple[Operand, ...]
Rule: TypeAlias = Callable[[Node, Letters, Operands, Letters], Operands | None]


def without_places(parts: Operands, out: Letters) -> Operands:
    """The operands after every rule that applies."""
    while True:
        for n, (x, own) in enumerate(parts):
            rule = RULES.get(x.kind)
            found = rule(x, own, parts[:n] + parts[n + 1 :], out) if rule else None
            if found is not None:
                parts = tuple(once(*p) for p in found)
                break
        else:
            return parts


def once(x: Node, own: Letters) -> Operand:
    """An operand without a letter twice: its diagonal."""
    if len(set(own)) == len(own):
        return x, own
    if x.kind is DIAG and own[x.at[0]] == own[x.at[1]]:
        return once(x.args[0], own[: x.at[1]] + own[x.at[1] + 1 :])
    if x.kind is EYE:
        return full(Fraction(1), x.shape[:1]), own[:1]
    first = next(k for k, c in enumerate(own) if c in own[k + 1 :])
    second = own.index(own[first], first + 1)
    letters = tuple(c for k, c in enumerate(own) if k not in (first, second))
    shape = tuple(s for k, s in enumerate(x.shape) if k not in (first, second))
    made = node(DIAGONAL, (x,), (*shape, x.shape[first]), (first, second))
    return once(made, (*letters, own[first]))


def along(x: Node, own: Letters, out: Letters) -> Node:
    """An array beside others over `out`: its axes in their order, of length 1 where it has none."""
    order = tuple(c for c in out if c in own)
    x = transpose(x, tuple(own.index(c) for c in order))
    lead = next((k for k, c in enumerate(out) if c in own), len(out))
    return expand(x, tuple(k - lead for k, c in enumerate(out) if c not in own and k > lead))


def renamed(parts: Operands, old: Hashable, new: Hashable) -> Operands:
    return tuple((x, tuple(new if c == old else c for c in own)) for x, own in parts)


def with_letter(parts: Operands, letter: Hashable, size: Size, out: Letters) -> Operands:
    """Operands among which a letter that is summed over still stands."""
    held = letter in out or any(letter in own for _, own in parts)
    return parts if held else (*parts, (full(Fraction(1), (size,)), (letter,)))


def identity(x: Node, own: Letters, rest: Operands, out: Letters) -> Operands | None:
    """δ(i, j) puts one letter in the place of the other."""
    if x.shape[0] != x.shape[1]:
        return None
    for gone, left in (own, own[::-1]):
        if gone not in out:
            return with_letter(renamed(rest, gone, left), left, x.shape[0], out)
    return None


def diagonal(x: Node, own: Letters, rest: Operands, out: Letters) -> Operands | None:
    """An array on a diagonal is the array without one of the two axes, and δ of both."""
    first, second = x.at
    size = x.shape[first]
    return (*rest, (x.args[0], own[:second] + own[second + 1 :]),
            (node(EYE, (), (size, size)), (own[first], own[second])))  # fmt: skip


def selector(x: Node, own: Letters, rest: Operands, out: Letters) -> Operands | None:
    """Rows from a start on are taken out."""
    (tall, short), start = own, x.at
    if tall in out:
        return None
    where = (start, start + x.shape[1])
    found = tuple(at_range(a, letters, tall, where, short) for a, letters in rest)
    return with_letter(found, short, x.shape[1], out)


def at_range(a: Node, own: Letters, letter: Hashable, where: Range, new: Hashable) -> Operand:
    """An operand cut along a letter."""
    if letter not in own:
        return a, own
    k = own.index(letter)
    ranges = tuple(where if n == k else (ZERO, s) for n, s in enumerate(a.shape))
    letters = own[:k] + ((new,) if len(where) == 2 else ()) + own[k + 1 :]
    return cut(a, ranges), letters


def set_in(a: Node, axis: int, where: Range, size: Size) -> Node:
    """Zeros that are longer along an axis, with the array in a range of it."""
    shape = (*a.shape[:axis], size, *a.shape[axis + 1 :])
    within = placements(a) or ((a, tuple((ZERO, s) for s in a.shape)),)
    moved = [(x, (*r[:axis], tuple(n + where[0] for n in r[axis]), *r[axis + 1 :])) for x, r in within]
    return pieces(shape, moved)


def placed(a: Node, axis: int, where: Range, size: Size) -> Node:
    """Zeros with one more axis, which is the array at one position."""
    shape = (*a.shape[:axis], size, *a.shape[axis:])
    ranges = tuple(where if n == axis else (ZERO, s) for n, s in enumerate(shape))
    return node(PLACE, (a,), shape, (ranges,))


def unit(x: Node, own: Letters, rest: Operands, out: Letters) -> Operands | None:
    """A fixed position of what else has the letter."""
    (letter,) = own
    held = any(letter in letters for _, letters in rest)
    if letter in out and not held:
        return None
    kept = ((x, own),) if letter in out else ()
    return (*kept, *(at_range(a, letters, letter, (x.at,), "") for a, letters in rest))


def triangle(x: Node, own: Letters, rest: Operands, out: Letters) -> Operands | None:
    """Σ over what stands before a position, or after it, as a running sum."""
    if x.at != ZERO or x.shape[0] != x.shape[1]:
        return None
    for bound, left, back in ((own[1], own[0], False), (own[0], own[1], True)):
        held = [n for n, (_, letters) in enumerate(rest) if bound in letters]
        if bound in out or len(held) != 1 or left in rest[held[0]][1]:
            continue
        a, letters = rest[held[0]]
        axis = letters.index(bound)
        made = node(CUMSUM, (a,), a.shape, (axis, back))
        return (
            *rest[: held[0]],
            *rest[held[0] + 1 :],
            (made, tuple(left if c == bound else c for c in letters)),
        )
    return None


def onehot(x: Node, own: Letters, rest: Operands, out: Letters) -> Operands | None:
    """Rows at labels, or rows added up where their labels say."""
    *places, k = own
    (labels,) = x.args
    if k not in out:
        if all(taken(a, letters, places, k) for a, letters in rest if k in letters):
            found = tuple(take(a, letters, tuple(places), k, labels) for a, letters in rest)
            for c, s in zip(places, labels.shape, strict=True):
                found = with_letter(found, c, s, out)
            return found
        return None
    held = [n for n, (_, letters) in enumerate(rest) if set(places) <= set(letters)]
    if not places or len(held) != 1 or any(c in out for c in places):
        return None
    if (
        any(c in letters for n, (_, letters) in enumerate(rest) if n != held[0] for c in places)
        or k in rest[held[0]][1]
    ):
        return None
    a, letters = rest[held[0]]
    others = tuple(c for c in letters if c not in places)
    rows = transpose(a, tuple(letters.index(c) for c in (*places, *others)))
    shape = (x.shape[-1], *(rows.shape[len(places) :]))
    made = node(SCATTER, (rows, labels), shape, x.shape[-1])
    return (*(p for n, p in enumerate(rest) if n != held[0]), (made, (k, *others)))


def taken(a: Node, own: Letters, places: list[Hashable], k: Hashable) -> bool:
    """Whether labels can be put in the place of a letter: where they share no place, or all of them."""
    shared = [c for c in places if c in own]
    return not shared or tuple(own) == (*places, k)


def take(a: Node, own: Letters, places: Letters, k: Hashable, labels: Node) -> Operand:
    if k not in own:
        return a, own
    if own == (*places, k) and places:
        return node(TAKE_ALONG, (a, labels), labels.shape), places
    axis = own.index(k)
    shape = (*a.shape[:axis], *labels.shape, *a.shape[axis + 1 :])
    return node(TAKE, (a, labels), shape, axis), (*own[:axis], *places, *own[axis + 1 :])


def overlap(x: Node, own: Letters, rest: Operands, out: Letters) -> Operands | None:
    """a = step·h + u + first: windows of what has a, or overlapping sums over h and u."""
    a, h, u = own
    step, first = x.at
    held = [p for p in rest if a in p[1]]
    if a not in out and not any({h, u} & set(letters) for _, letters in held):
        others = tuple(p for p in rest if p not in held)
        seen_here = held or [(full(Fraction(1), x.shape[:1]), (a,))]  # windows that leave the axis see zeros
        return (*others, *(seen(*p, own, x) for p in seen_here))
    inside = [p for p in rest if {h, u} & set(p[1])]
    if held or {h, u} & set(out):
        return None
    letters = tuple(dict.fromkeys((*(c for _, axes in inside for c in axes), h, u)))
    sizes = {c: s for y, axes in (*inside, (x, own)) for c, s in zip(axes, y.shape, strict=True)}
    made = reduce(multiply, (along(*p, letters) for p in inside)) if inside else full(Fraction(1), ())
    made = broadcast(made, tuple(sizes[c] for c in letters))
    where = letters.index(h), letters.index(u)
    left = tuple(a if c == u else c for c in letters if c != h)
    shape = tuple(sizes[c] for c in left)
    folded = node(FOLD, (made,), shape, (*where, step, first, sizes[h], sizes[a]))
    return (*(p for p in rest if p not in inside), (folded, left))


def seen(y: Node, letters: Letters, own: Letters, x: Node) -> Operand:
    """An array seen through windows along a letter."""
    (a, h, u), (step, first) = own, x.at
    k = letters.index(a)
    shape = (*y.shape[:k], *x.shape[1:], *y.shape[k + 1 :])
    at = (k, first, ((step, x.shape[1]), (1, x.shape[2])))
    return node(WINDOWS, (y,), shape, at), (*letters[:k], h, u, *letters[k + 1 :])


RULES: Mapping[Kind, Rule] = {
    EYE: identity,
    DIAG: diagonal,
    SELECT: selector,
    UNITVECTOR: unit,
    TRI: triangle,
    ONEHOT: onehot,
    OVERLAP: overlap,
}
