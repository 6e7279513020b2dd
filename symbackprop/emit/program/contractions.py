"""Sums of products of arrays. Selectors become slices, ones sums, triangles running sums, before any product.

Operands carry letters, one per axis; a letter that the result lacks is summed over. Whatever is left is a
product of two arrays at a time, the cheapest pair first.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from typing import TypeAlias

from symbackprop.emit.program.array_kinds import (
    ADD, BROADCAST, CONTRACT, DIV, EXPAND, EYE, FOLD, FULL, GET, MUL, NEG, NUMBER, POWER, SELECT, SUB,
    SUM, TRANSPOSE, UNITVECTOR, WINDOWS,
)  # fmt: skip
from symbackprop.emit.program.array_nodes import ONE, Node, extent, get, lifted, node, number
from symbackprop.emit.program.entrywise import (
    add, broadcast, diagonal, divide, multiply, negative, power, squeeze, transpose,
)  # fmt: skip
from symbackprop.emit.program.letter_rules import (
    Letters,
    Operand,
    Operands,
    along,
    at_range,
    once,
    placed,
    renamed,
    set_in,
    with_letter,
    without_places,
)
from symbackprop.emit.program.pair_orders import cheapest, mirrored, nonnegative
from symbackprop.emit.program.stable_quotients import balanced
from symbackprop.sizes import Size, size

Sizes: TypeAlias = Mapping[Hashable, Size]
STEP = "step"  # the letter of the axis of steps


def matmul(a: Node, b: Node) -> Node:
    """a @ b, as NumPy multiplies."""
    batch = tuple(f"n{k}" for k in range(max(a.rank, b.rank, 2) - 2))
    left = (*batch[len(batch) + 2 - a.rank :], "i", "k") if a.rank > 1 else ("k",)
    right = (*batch[len(batch) + 2 - b.rank :], "k", "j") if b.rank > 1 else ("k",)
    return contract(((a, left), (b, right)), (*batch, *"i" * (a.rank > 1), *"j" * (b.rank > 1)))


def total(a: Node, axes: Sequence[int] | None = None) -> Node:
    """The sum over some axes, or over all."""
    letters = tuple(f"a{k}" for k in range(a.rank))
    gone = range(a.rank) if axes is None else axes
    if len(gone) == a.rank and a.kind in (ADD, SUB) and all(squares(x, a) for x in a.args):
        first, second = (total(x) for x in a.args)
        return add(first, negative(second) if a.kind is SUB else second)
    return contract(((a, letters),), tuple(x for k, x in enumerate(letters) if k not in gone))


def contract(operands: Operands, out: Letters) -> Node:
    """The product of arrays summed over letters that `out` lacks; each of `out` is in an operand."""
    if lifted(*(x for x, _ in operands)):
        stepped = [(x.args[0], (STEP, *own)) if x.kind is GET else (x, own) for x, own in operands]
        return get(contract(tuple(stepped), (STEP, *out)))
    sizes = {c: s for x, own in operands for c, s in zip(own, x.shape, strict=True)}
    front, parts = opened(balanced(operands), out)
    seen = {c for _, own in parts for c in own}
    idle = [c for c in sizes if c not in out and c not in seen]
    front = reduce(multiply, [extent(sizes[c]) for c in idle], front)
    parts = without_places(parts, out)
    if found := around(parts, out, sizes) or added_where_it_belongs(parts, out):
        return multiply(front, found)
    units = {own[0]: x for x, own in parts if x.kind is UNITVECTOR and own[0] in out}
    parts = tuple(p for p in parts if not (p[0].kind is UNITVECTOR and p[1][0] in out))
    kept = tuple(c for c in out if c not in units)
    made = spread(
        product(parts, tuple(c for c in kept if any(c in own for _, own in parts))), parts, kept, sizes
    )
    for c in (c for c in out if c in units):
        kept = tuple(x for x in out if x in kept or x == c)
        made = placed(made, kept.index(c), (units[c].at,), sizes[c])
    return multiply(front, made)


def added_where_it_belongs(parts: Operands, out: Letters) -> Node | None:
    """Σ_e x[a + s·e + first] y[e] as products x[v] y[e], each added up at a = v - s·e - first.

    So the slope of a convolution goes back to its signal: the windows over its padded output, which are as
    many times larger as a filter has entries, are not laid out. Only where x is shorter than what a counts.
    """
    for (x, own), (y, letters) in (parts, parts[::-1]) if len(parts) == 2 else ():
        for near in (0, 1) if x.kind is WINDOWS and len(x.at[2]) == 2 else ():
            axis, first, steps = x.at
            (one, count), (step, terms) = steps[near], steps[1 - near]
            a, e = own[axis + near], own[axis + 1 - near]
            series = x.args[0]
            room = (count - series.shape[axis]).least
            summed_in_both = a in out and a not in letters and e in letters and e not in out
            if one != 1 or not summed_in_both or room is None or room <= 0:
                continue
            place = (x, axis)
            inner = (*own[:axis], place, *own[axis + 2 :])
            kept = (*(place if c == a else c for c in out), e)
            forwards = against(y, letters.index(e))
            made = contract(((series, inner), (forwards or y, letters)), kept)
            turn = (step, (terms - 1) * -step) if forwards else (-step, size(0))
            at = (made.rank - 1, out.index(a), turn[0], turn[1] - first, terms, count)
            shape = tuple(count if c == a else s for c, s in zip(out, made.shape, strict=False))
            return node(FOLD, (made,), shape, at)
    return None


def against(x: Node, axis: int) -> Node | None:
    """What an array is the other way round along an axis."""
    n = x.shape[axis]
    return x.args[0] if x.kind is WINDOWS and x.at == (axis, n - 1, ((-1, n),)) else None


def around(parts: Operands, out: Letters, sizes: Sizes) -> Node | None:
    """A product on a diagonal or in a range of zeros, where δ(i, j) or a selector says that for the whole."""
    for n, (x, own) in enumerate(parts):
        rest = parts[:n] + parts[n + 1 :]
        if not rest or x.kind not in (EYE, SELECT) or own[0] not in out:
            continue
        if x.kind is EYE and own[1] in out:
            first, second = sorted(map(out.index, own))
            left, gone = out[first], out[second]
            inside = with_letters(renamed(rest, gone, left), out[:second] + out[second + 1 :], sizes)
            return diagonal(contract(inside, out[:second] + out[second + 1 :]), first, second)
        if x.kind is SELECT:
            (tall, short), axis = own, out.index(own[0])
            where = (x.at, x.at + x.shape[1])
            new = short if short not in out else ("in", short)
            cut_out = tuple(at_range(a, letters, tall, where, new) for a, letters in rest)
            if short in out:
                cut_out = (*cut_out, (node(EYE, (), (x.shape[1], x.shape[1])), (new, short)))
            within = (*out[:axis], new, *out[axis + 1 :])
            inside = with_letters(cut_out, within, {**sizes, new: x.shape[1]})
            return set_in(contract(inside, within), axis, where, x.shape[0])
    return None


def with_letters(parts: Operands, out: Letters, sizes: Sizes) -> Operands:
    """Operands that have every letter of a result."""
    for c in out:
        parts = with_letter(parts, c, sizes[c], ())
    return parts


def squares(x: Node, whole: Node) -> bool:
    """Whether a term of a sum is a product as large as the sum, or a number times one."""
    x = x.args[-1] if x.kind is MUL and not x.args[0].rank else x
    return x.kind in (MUL, POWER) and x.shape == whole.shape


# --- operands as simple as they can be ---


def opened(operands: Operands, out: Letters) -> tuple[Node, Operands]:
    """The numbers in front, and operands without what only moves or repeats their entries."""
    front, parts = number(1), list[Operand]()
    stack = list(reversed(operands))
    while stack:
        x, own = stack.pop()
        lone = not stack and not parts  # a sum of a product is a product of its factors
        if not x.rank:
            front = multiply(front, x)
        elif x.kind is NEG and (lone or not out):
            front, stack = negative(front), [*stack, (x.args[0], own)]
        elif x.kind is MUL and not x.args[0].rank and (not out or (lone and x.args[0].kind is NUMBER)):
            front, stack = multiply(front, x.args[0]), [*stack, (x.args[1], own)]
        elif x.kind is DIV and not x.args[1].rank and not out:
            front, stack = divide(front, x.args[1]), [*stack, (x.args[0], own)]
        elif x.kind is FULL:
            front = multiply(front, number(x.at))
        elif lone and (factors := split(x, own, out)):
            stack += reversed(factors)
        elif len(set(own)) < len(own):
            stack.append(once(x, own))
        elif (inner := moved(x, own)) is not None:
            stack.append(inner)
        else:
            parts.append((x, own))
    return front, tuple(parts)


def moved(x: Node, own: Letters) -> Operand | None:
    """What is inside a view, with its letters."""
    if x.kind is TRANSPOSE:
        return x.args[0], tuple(own[x.at.index(k)] for k in range(x.rank))
    if x.kind is EXPAND:
        return x.args[0], tuple(c for k, c in enumerate(own) if k not in x.at)
    if x.kind is BROADCAST:
        return within(x.args[0], x, own)
    return None


def within(a: Node, whole: Node, own: Letters) -> Operand:
    """A factor of an entrywise product, with the letters of the axes that it has itself."""
    letters = own[whole.rank - a.rank :]
    wide = [k for k, s in enumerate(a.shape) if s != ONE or whole.shape[whole.rank - a.rank + k] == ONE]
    if len(wide) == a.rank:
        return a, letters
    return squeeze(a, tuple(k for k in range(a.rank) if k not in wide)), tuple(letters[k] for k in wide)


def split(x: Node, own: Letters, out: Letters) -> Operands:
    """The factors of a product that is summed, where more is gained than one array less.

    That is where everything is added up, or where what is summed over ties factors of fewer axes together.
    """
    if set(own) <= set(out) and len(set(own)) == len(own):
        return ()
    if x.kind is POWER and not out and x.at == Fraction(2):
        return ((x.args[0], own), (x.args[0], own))
    if x.kind is MUL and len(set(own)) == len(own):
        factors = tuple(within(a, x, own) for a in x.args)
        return factors if not out or all(len(letters) < len(own) for _, letters in factors) else ()
    if x.kind is CONTRACT:
        left, right, made = x.at
        name = dict(zip(made, own, strict=True))
        inner = [tuple(name.get(c, (x, c)) for c in letters) for letters in (left, right)]
        gone = set(own) - set(out)
        return (
            tuple(zip(x.args, inner, strict=True)) if all(gone <= set(letters) for letters in inner) else ()
        )
    if x.kind is SUM and len(set(own)) == len(own):
        names, gone = iter(own), tuple(x.at)
        letters = tuple((x, k) if k in gone else next(names) for k in range(x.args[0].rank))
        return ((x.args[0], letters),)
    return ()


# --- what is left is multiplied ---


def product(parts: Operands, out: Letters) -> Node:
    """The product of operands, two at a time, over letters that some operand has."""
    parts = tuple(summed(x, own, {*out, *(c for k, (_, o) in enumerate(parts) if k != n for c in o)})
                  for n, (x, own) in enumerate(parts))  # fmt: skip
    if len(parts) > 2 and (found := halves(parts, out)):
        return pair(*found, out)
    while len(parts) > 2:
        parts = joined(parts, cheapest(parts, out), out)
    if not parts:
        return number(1)
    if len(parts) == 2:
        return pair(*parts, out)
    ((x, own),) = parts
    return transpose(x, tuple(own.index(c) for c in out))


def joined(parts: Operands, chosen: tuple[int, ...], out: Letters) -> Operands:
    """The operands, two of them multiplied."""
    rest = tuple(p for k, p in enumerate(parts) if k not in chosen)
    wanted = {*out, *(c for _, own in rest for c in own)}
    letters = tuple(dict.fromkeys(c for k in chosen for c in parts[k][1] if c in wanted))
    first, second = (parts[k] for k in chosen)
    return (*rest, (pair(first, second, letters), letters))


def halves(parts: Operands, out: Letters) -> tuple[Operand, Operand] | None:
    """The two sides of a product that is its own mirror image, as one array where that can be."""
    found = mirrored(parts, out)
    if not found:
        return None
    half, middle, swap = found
    side, between = (tuple(parts[k] for k in places) for places in (half, middle))
    if between and all(nonnegative(x) and not set(own) & set(out) for x, own in between):
        own = tuple(dict.fromkeys(c for _, letters in between for c in letters))
        side, between = (*side, (power(product(between, own), Fraction(1, 2)), own)), ()
    elif len(side) < 2:
        return None
    letters = tuple(dict.fromkeys(c for _, own in side for c in own))
    made = product(side, letters)
    mirror = tuple(swap.get(c, c) for c in letters)
    if not between:
        return (made, letters), (made, mirror)
    kept = tuple(dict.fromkeys(c for _, own in (*side, *between) for c in own if c in out or c in mirror))
    return (product((*side, *between), kept), kept), (made, mirror)


def summed(x: Node, own: Letters, wanted: set[Hashable]) -> Operand:
    """An operand without the letters that stand in it alone and are summed over."""
    gone = tuple(k for k, c in enumerate(own) if c not in wanted)
    if not gone:
        return x, own
    shape = tuple(s for k, s in enumerate(x.shape) if k not in gone)
    return node(SUM, (x,), shape, gone), tuple(c for c in own if c in wanted)


def pair(a: Operand, b: Operand, out: Letters) -> Node:
    """Two operands multiplied, and summed over what is not wanted.

    A contraction has the letters of both first, then those of the first array alone, then of the second.
    """
    (x, left), (y, right) = a, b
    if all(c in out for c in (*left, *right)):
        return multiply(along(x, left, out), along(y, right, out))
    if out and out[0] not in left and out[0] in right:
        (x, left), (y, right) = b, a
    batch = [c for c in out if c in left and c in right]
    rest = [c for letters in (left, right) for c in letters if c in out and c not in batch]
    natural = (*batch, *rest)
    names = {c: k for k, c in enumerate(dict.fromkeys((*left, *right)))}
    spelled = tuple(tuple(names[c] for c in letters) for letters in (left, right, natural))
    sizes = dict(zip((*left, *right), (*x.shape, *y.shape), strict=True))
    made = node(CONTRACT, (x, y), tuple(sizes[c] for c in natural), spelled)
    return transpose(made, tuple(natural.index(c) for c in out))


def spread(x: Node, parts: Operands, out: Letters, sizes: Sizes) -> Node:
    """A result over all letters of `out`, those that no operand has too."""
    own = tuple(c for c in out if any(c in letters for _, letters in parts))
    shape = tuple(sizes[c] for c in out)
    if own == out:
        return x
    return broadcast(along(x, own, out) if own else x, shape)
