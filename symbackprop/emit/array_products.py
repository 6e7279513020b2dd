"""A contraction of two arrays: `@` for matrices, `tensordot` for what is summed in stacks, else `einsum`."""

from __future__ import annotations

from string import ascii_letters
from typing import TypeAlias

from symbackprop.emit.program.array_nodes import Node
from symbackprop.emit.program.code_writer import ATOM, PRODUCT, SIGN, Code, Writer

Letters: TypeAlias = tuple[int, ...]


def contraction(w: Writer, n: Node) -> Code:
    (x, y), (left, right, out) = n.args, n.at
    summed = [c for c in left if c not in out]
    if not out and left == right:
        return whole(w, x, y)
    if known := at_sign(w, n):
        return known
    if not any(c in left and c in right for c in out):
        axes = ", ".join(str([letters.index(c) for c in summed]) for letters in (left, right))
        return f"{w.m}.tensordot({w.text(x)}, {w.text(y)}, ({axes}))", ATOM
    names = dict(zip(dict.fromkeys((*left, *right)), ascii_letters, strict=False))
    spec = "{},{}->{}".format(*("".join(names[c] for c in letters) for letters in (left, right, out)))
    return f"{w.m}.einsum({spec!r}, {w.text(x)}, {w.text(y)})", ATOM


def at_sign(w: Writer, n: Node) -> Code | None:
    """A product of vectors and matrices, or of stacks of them."""
    (x, y), (left, right, out) = n.args, n.at
    summed = [c for c in left if c not in out]
    flat = len(left) <= 2 and len(right) <= 2 and not any(c in left and c in right for c in out)
    if len(summed) == 1 and flat:
        return matrices(w, n, summed[0])
    return (f"{w.text(x, PRODUCT)} @ {w.text(y, SIGN)}", PRODUCT) if stacked(left, right, out) else None


def whole(w: Writer, x: Node, y: Node) -> Code:
    """The sum of all products of entries."""
    if x.rank == 1:
        return f"{w.text(x, PRODUCT)} @ {w.text(y, SIGN)}", PRODUCT
    return f"{w.m}.vdot({w.text(x)}, {w.text(y)})", ATOM


def matrices(w: Writer, n: Node, summed: int) -> Code:
    """A product of vectors and matrices, transposed where their letters ask for it."""
    (x, y), (left, right, _) = n.args, n.at
    first = f"{w.text(x, ATOM)}.T" if left[-1] != summed else w.text(x, PRODUCT)
    second = f"{w.text(y, ATOM)}.T" if right[0] != summed else w.text(y, SIGN)
    return f"{first} @ {second}", PRODUCT


def stacked(left: Letters, right: Letters, out: Letters) -> bool:
    """Whether letters are those of a product of stacks of matrices, as `@` takes them."""
    if len(left) < 3 or len(left) != len(right) or left[:-2] != right[:-2]:
        return False
    return left[-1] == right[-2] and out == (*left[:-1], right[-1])
