"""What stands in square brackets, as NumPy has it: positions, slices, lists of rows, new axes, labels."""

from __future__ import annotations

from string import ascii_lowercase
from typing import cast

from symbackprop.errors import DeclarationError, ShapeError
from symbackprop.graph.axis_functions import as_size, concat, einsum, permute, reshape
from symbackprop.graph.expr import Expr, apply, describe
from symbackprop.graph.label_functions import pick
from symbackprop.sizes import ONE, Size, shape_text, size
from symbackprop.vocabulary.kinds import MATMUL, SLICE, STRIDING, TRANSPOSE


def positions(key: object) -> tuple[object, ...]:
    """What stands between square brackets, one for each axis."""
    return tuple(cast("tuple[object, ...]", key)) if isinstance(key, tuple) else (key,)


def subscript(x: Expr, key: object) -> Expr:
    """x[1:4], x[:, 0], x[::-1], x[[1, 3]], x[:, None], x[y] for a label y, h[t-1] for a time symbol."""
    keys = positions(key)
    if len(keys) == 1 and isinstance(keys[0], Expr) and keys[0].classes is not None:
        return pick(x, keys[0])
    keys = whole_axes(x, keys)
    plain = [k for k in keys if k is not None]
    basic = [k if not is_list(k) and not strides(k) else slice(None) for k in plain]
    ranges = tuple(one_range(k, n, x) for k, n in zip(basic, x.shape, strict=True))
    made = apply(SLICE, x, ranges=ranges) if any(k != slice(None) for k in basic) else x
    left = [k for k in plain if isinstance(k, slice) or is_list(k)]
    for axis, k in enumerate(left):
        if isinstance(k, slice) and strides(k):
            made = strided(made, axis, cast("slice[object, object, object]", k), x)
        elif is_list(k):
            made = listed(made, axis, cast("list[object]", k), x)
    return with_new_axes(front(made, plain, left, keys), keys)


def whole_axes(x: Expr, keys: tuple[object, ...]) -> tuple[object, ...]:
    """One key for each axis, an `...` written out, and None where a new axis stands.

    Errors: `ShapeError` for more positions than axes.
    """
    given = sum(k is not None and k is not Ellipsis for k in keys)
    if given > x.rank:
        raise ShapeError(f"{describe(x)} is {shape_text(x.shape)}; {given} positions given",
                         where=f"{describe(x)}[…]")  # fmt: skip
    rest = (slice(None),) * (x.rank - given)
    if not any(k is Ellipsis for k in keys):
        return (*keys, *rest)
    at = next(n for n, k in enumerate(keys) if k is Ellipsis)
    return (*keys[:at], *rest, *keys[at + 1 :])


def is_list(k: object) -> bool:
    return isinstance(k, list)


def strides(k: object) -> bool:
    """Whether a slice takes another step than 1."""
    return isinstance(k, slice) and cast("slice[object, object, object]", k).step not in (None, 1)


def front(e: Expr, plain: list[object], left: list[object], keys: tuple[object, ...]) -> Expr:
    """As NumPy has it: a list that a slice keeps apart from a position puts its axis first."""
    lists = [n for n, k in enumerate(left) if is_list(k)]
    if not lists:
        return e
    if len(lists) > 1:
        raise DeclarationError("one axis may be a list of positions, not two", where="[…]",
                               hint="Take one after the other:  X[[0, 2]][:, [1, 3]]")  # fmt: skip
    chosen = [n for n, k in enumerate(keys) if k is not None and not isinstance(k, slice)]
    together = chosen[-1] - chosen[0] == len(chosen) - 1
    own = lists[0]
    if together or not own:
        return e
    return permute(e, [own, *(k for k in range(e.rank) if k != own)])


def with_new_axes(e: Expr, keys: tuple[object, ...]) -> Expr:
    """An axis of one entry for every None."""
    if not any(k is None for k in keys):
        return e
    kept = iter(e.shape)
    shape = [
        ONE if k is None else next(kept) for k in keys if k is None or isinstance(k, slice) or is_list(k)
    ]
    return reshape(e, *shape)


def strided(e: Expr, axis: int, k: slice[object, object, object], x: Expr) -> Expr:
    """Every `step`-th entry along an axis. Errors: `ShapeError` where their number does not follow."""
    where, width = f"{describe(x)}[…]", e.shape[axis]
    if not isinstance(k.step, int) or not k.step:
        raise DeclarationError("a step is a whole number, not 0", where=where)
    ahead = k.step > 0
    bounds = [None if b is None else bound(b, width) for b in (k.start, k.stop)]
    first = bounds[0] if bounds[0] is not None else size(0) if ahead else width - 1
    end = bounds[1] if bounds[1] is not None else width if ahead else size(-1)
    check_inside(f"position {first}", (first, width - first - 1), width, where)
    span = end - first if ahead else first - end
    number = share(span, abs(k.step))
    if number is None or (number.number is not None and number.number < 1):
        raise ShapeError(
            f"how many entries a step of {k.step} takes of {span} does not follow" if number is None
            else "the slice has no entries", where=where,
            hint=f"Declare the axis as a number, or as {abs(k.step)}*k." if number is None else "",
        )  # fmt: skip
    check_inside(f"a slice of {number}", (first, width - first - 1, end + 1, width - end), width, where)
    return along(e, axis, apply(STRIDING, rows=number, columns=width, start=first, step=k.step))


def share(span: Size, step: int) -> Size | None:
    """How many steps begin in a span; None where that is no polynomial of sizes."""
    if span.number is not None:
        return size(-(-span.number // step))
    return next((n for more in range(step) if (n := (span + more).divide(size(step)))), None)


def along(e: Expr, axis: int, taker: Expr) -> Expr:
    """The entries along an axis that the rows of a matrix take."""
    if e.rank == 1:
        return apply(MATMUL, taker, e)
    if e.rank == 2:
        return apply(MATMUL, taker, e) if axis == 0 else apply(MATMUL, e, apply(TRANSPOSE, taker))
    letters, row, column = ascii_lowercase[: e.rank], *ascii_lowercase[-2:]
    own, made = (letters.replace(letters[axis], x) for x in (column, row))
    return einsum(f"{row}{column},{own}->{made}", taker, e)


def listed(e: Expr, axis: int, k: list[object], x: Expr) -> Expr:
    """The entries at a list of positions, side by side; those that follow each other as one slice."""
    where, width = f"{describe(x)}[…]", e.shape[axis]
    if not k:
        raise ShapeError("the list has no positions", where=where)
    runs: list[tuple[Size, Size]] = []
    for p in k:
        (spot,) = one_range(p, width, x)
        if runs and runs[-1][1] == spot:
            runs[-1] = (runs[-1][0], spot + 1)
        else:
            runs.append((spot, spot + 1))
    whole = [(size(0), s) for s in e.shape]
    parts = [apply(SLICE, e, ranges=(*whole[:axis], r, *whole[axis + 1 :])) for r in runs]
    return parts[0] if len(parts) == 1 else concat(*parts, axis=axis)


def bound(v: object, width: Size) -> Size:
    """A position counted from 0."""
    s = as_size(v)  # type: ignore[arg-type]
    return s + width if s.number is not None and s.number < 0 else s


def one_range(k: object, width: Size, x: Expr) -> tuple[Size, ...]:
    """(start, stop) or (position,) along one axis, counted from 0; negative ones count from the end.

    A slice says that its axis is long enough for it. Errors: `ShapeError` where entries do not exist, or
    where one need not exist for every size.
    """
    where = f"{describe(x)}[…]"
    if isinstance(k, slice):
        k = cast("slice[object, object, object]", k)
        start = size(0) if k.start is None else bound(k.start, width)
        stop = width if k.stop is None else bound(k.stop, width)
        said = f"{start}:{stop}"
        if (stop - start).number is not None and (stop - start).number < 1:  # type: ignore[operator]
            raise ShapeError(f"{said} has no entries", where=where)
        check_inside(said, (start, width - stop), width, where)
        return (start, stop)
    p = bound(k, width)
    gaps = (p, width - p - 1)
    check_inside(f"position {p}", gaps, width, where)
    short = next((g for g in gaps if g.least is None or g.least < 0), None)
    if short is not None:
        more = f"{width} + {-short.least}" if short.least is not None else "the sum of two sizes"
        raise ShapeError(
            f"position {p} need not exist in an axis of size {width}", where=where,
            hint=f"Declare the axis as {more}, or with a number.",
        )  # fmt: skip
    return (p,)


def check_inside(said: str, gaps: tuple[Size, ...], width: Size, where: str) -> None:
    """Errors: `ShapeError` where there is less than nothing between a position and an end of its axis."""
    if any(g.number is not None and g.number < 0 for g in gaps):
        raise ShapeError(f"{said} does not lie in an axis of size {width}", where=where)
