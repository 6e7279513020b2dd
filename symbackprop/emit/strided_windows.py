"""Shifted positions as NumPy: windows are strided views, overlapping sums are folds of slices."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from symbackprop.emit.literals import bare, size_code
from symbackprop.entries import Affine, Elem, Index, Term, position_indices
from symbackprop.sizes import Size

VIEW = '''def view(x, axis, first, *steps):
    """x at first + step*i + ... along an axis, one new axis for each (step, count); outside x is 0."""
    low = first + sum(min(0, step * (count - 1)) for step, count in steps)
    high = first + sum(max(0, step * (count - 1)) for step, count in steps)
    front, behind = max(0, -low), max(0, high + 1 - x.shape[axis])
    if front or behind:
        x = np.pad(x, [(front, behind) if k == axis else (0, 0) for k in range(x.ndim)])
    x = x[(slice(None),) * axis + (slice(first + front, None),)]
    counts, stride = [count for _, count in steps], x.strides[axis]
    shape = (*x.shape[:axis], *counts, *x.shape[axis + 1 :])
    strides = (*x.strides[:axis], *(step * stride for step, _ in steps), *x.strides[axis + 1 :])
    return np.lib.stride_tricks.as_strided(x, shape, strides, writeable=False)
'''
FOLD = '''def fold(x, first, second, step, shift, count, size):
    """The sum of x[.., h, .., v, ..] over h < count, c = step*h + v + shift; c < size is where v was."""
    x = np.moveaxis(x, (first, second), (0, 1))[:count]
    y = np.zeros((size, *x.shape[2:]))
    if x.shape[0] <= x.shape[1]:
        for h, row in enumerate(x):
            low, high = max(0, step * h + shift), min(size, step * h + shift + len(row))
            if low < high:
                y[low:high] += row[low - step * h - shift : high - step * h - shift]
    else:
        for v in range(x.shape[1]):
            c = step * np.arange(x.shape[0]) + v + shift  # all different
            inside = (c >= 0) & (c < size)
            y[c[inside]] += x[inside, v]
    return np.moveaxis(y, 0, second - (first < second))
'''
FUNCTIONS = {"view": VIEW, "fold": FOLD}


def view_code(code: str, axis: int, p: Affine) -> str:
    """An array seen at an affine position along an axis."""
    steps = "".join(f", ({a}, {bare(size_code(i.size))})" for i, a in p.terms)
    return f"view({bare(code)}, {axis}, {bare(size_code(p.offset))}{steps})"


@dataclass(frozen=True, slots=True)
class Pair:
    """Axes h < count and v of an array whose entries are added up at c = step·h + v + shift."""

    first: int
    second: int
    step: int
    shift: Size
    count: Size
    made: Index


@dataclass(frozen=True, slots=True)
class Fold:
    """An array with pairs of axes to fold, and the bound indices that are used up."""

    tensor: Hashable
    axes: tuple[Index | None, ...]  # the index of each plain axis
    pairs: tuple[Pair, ...]
    gone: tuple[Index, ...]


def folds(t: Term) -> Fold | None:
    """A lone x[.., r(e), .., c + s·e + b, ..] summed over e, where r(e) meets every entry of its axis once.

    With h = r(e) each entry of x is added to one place, c = v - s·e - b: no window is laid out.
    """
    if len(t.factors) != 1 or t.factors[0][1] != 1 or not isinstance(t.factors[0][0], Elem):
        return None
    at = t.factors[0][0].at
    pairs = [p for e in t.bound for p in [pair_of(e, at)] if p]
    used = {k for p in pairs for k in (p.first, p.second)}
    plain = [p.plain if isinstance(p, Affine) else None for p in at]
    rest = [k for k in range(len(at)) if k not in used]
    if not pairs or len(used) < 2 * len(pairs) or any(plain[k] is None for k in rest):
        return None
    gone = {i for k in used for i in position_indices(at[k])} - {p.made for p in pairs}
    return Fold(t.factors[0][0].tensor, tuple(plain), tuple(pairs), tuple(gone))


def pair_of(e: Index, at: tuple[object, ...]) -> Pair | None:
    """The two positions that hold a bound index, if they are ±e and c + s·e."""
    held = [(k, p) for k, p in enumerate(at) if isinstance(p, Affine) and e in dict(p.terms)]
    if len(held) != 2 or {len(p.terms) for _, p in held} != {1, 2}:
        return None
    (first, r), (second, q) = sorted(held, key=lambda f: len(f[1].terms))
    sign = dict(r.terms)[e]
    whole = r.plain is not None or (sign == -1 and r.offset == e.size - 1)
    ((made, slope),) = [(i, a) for i, a in q.terms if i != e]
    if not whole or slope != 1:
        return None
    step = -dict(q.terms)[e] * sign
    return Pair(first, second, step, r.offset * -step - q.offset, e.size, made)


def fold_code(f: Fold, code: str) -> tuple[str, tuple[Index, ...]]:
    """The folded array and its axes; a fold moves the axes behind its first one by one."""
    axes = list(f.axes)
    for p in f.pairs:
        axes[p.second] = p.made
    left = list(range(len(axes)))
    for p in f.pairs:
        first, second = left.index(p.first), left.index(p.second)
        sizes = ", ".join(bare(size_code(s)) for s in (p.shift, p.count, p.made.size))
        code = f"fold({code}, {first}, {second}, {p.step}, {sizes})"
        left.remove(p.first)
    return code, tuple(i for k in left for i in [axes[k]] if i)
