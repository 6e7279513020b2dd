"""Expressions from ops that take axes or sizes: sums along an axis, constants, reshaping."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias
from string import ascii_lowercase

from symbackprop.entries.entry_equations import Template
from symbackprop.entries.op import Op
from symbackprop.errors import DeclarationError, ShapeError
from symbackprop.graph import expr
from symbackprop.graph.expr import Expr, Operand, apply, as_expr, const, describe
from symbackprop.sizes import ONE, count, extent, Shape, shape_text, size, Size
from symbackprop.vocabulary.kinds import (
    ADD, COMMUTATION, CONCAT, CONSTANT, EINSUM, IDENTITY, MEAN, MEAN_LAST, MULTIPLY, RESHAPE,
    SELECTOR, SUBTRACT, SUM, SUM_LAST, TRANSPOSE, TRI,
)  # fmt: skip


def normal_axis(axis: object, x: Expr, where: str) -> int:
    """An axis counted from 0. Errors: `DeclarationError`, `ShapeError` where there is none such."""
    if isinstance(axis, Expr) and axis.number is not None and axis.number.denominator == 1:
        axis = int(axis.number)  # sum(X, 0), as NumPy has it
    if isinstance(axis, Expr):
        raise DeclarationError(f"axis must be a whole number, not `{describe(axis)}`", where=where)
    if isinstance(axis, bool) or not isinstance(axis, int):
        raise DeclarationError(f"axis must be a whole number, not {axis!r}", where=where)
    if not -x.rank <= axis < x.rank:
        raise ShapeError(f"{describe(x)} is {shape_text(x.shape)} and has no axis {axis}", where=where)
    return axis % x.rank


def normal_axes(axes: tuple[object, ...], x: Expr, where: str) -> list[int]:
    """Axes counted from 0. Errors: `DeclarationError` where two of them are the same one."""
    found = [normal_axis(a, x, where) for a in axes]
    twice = next((a for n, a in enumerate(found) if a in found[:n]), None)
    if twice is not None:
        raise DeclarationError(f"axis {twice} of {describe(x)} is named twice", where=where,
                               hint="Name every axis once, counted from 0 or from the end.")  # fmt: skip
    return found


def to_last(x: Expr, axis: int) -> Expr:
    """The axis moved to the end, the order of the others kept."""
    if axis == x.rank - 1:
        return x
    if axis == x.rank - 2:
        return apply(TRANSPOSE, x)
    order = [k for k in range(x.rank) if k != axis] + [axis]
    return permute(x, order)


def from_last(x: Expr, axis: int) -> Expr:
    if axis == x.rank - 1:
        return x
    if axis == x.rank - 2:
        return apply(TRANSPOSE, x)
    order = list(range(x.rank - 1))
    order.insert(axis, x.rank - 1)
    return permute(x, order)


def permute(x: Operand, order: list[int] | tuple[int, ...]) -> Expr:
    """Axes in another order."""
    x = as_expr(x)
    if not isinstance(order, list | tuple):
        raise DeclarationError("takes the new order of the axes", where="permute",
                               hint="Write  permute(x, (2, 0, 1))")  # fmt: skip
    letters = ascii_lowercase[: x.rank]
    order = tuple(normal_axis(k, x, "permute") for k in order)
    if sorted(order) != list(range(x.rank)):
        raise DeclarationError(f"{order} does not order {x.rank} axes", where="permute")
    return apply(EINSUM, x, spec=f"{letters}->{''.join(letters[k] for k in order)}")


Function: TypeAlias = Callable[..., Expr]


def named_labels(e: Expr) -> Expr:
    """The node itself. Errors: `DeclarationError` where a position is no label, or names too many."""
    instance = e.op.place(tuple(a.shape for a in e.args), e.attributes)
    classes = dict(instance.labels)
    for (name, _), a in zip(instance.inputs, e.args, strict=True):
        if name in classes and a.classes != classes[name]:
            said = f"one of {a.classes}" if a.classes else "no label"
            raise DeclarationError(
                f"{describe(a)} names {said}, where one of {classes[name]} is wanted",
                where=e.op.name,
                hint=f"Declare it as  {describe(a)}: {shape_text(a.shape)} label {classes[name]}",
            )  # fmt: skip
    return e


def check_axis_named(op: Op, x: Expr) -> None:
    """Errors: `DeclarationError` for a function that elsewhere acts along another axis by default."""
    least, said = op.elsewhere or (x.rank + 1, "")
    if x.rank >= least:
        raise DeclarationError(f"{describe(x)} is {shape_text(x.shape)}; {said}", where=op.name,
                               hint=f"Say the axis, as in  {op.name}({describe(x)}, axis=-1)")  # fmt: skip


def compares(op: Op) -> bool:
    """Whether an op makes less of arrays it takes entry by entry: (n, 1) beside (n,) would be every pair."""
    if not op.variants or not isinstance(op.variants[0].equations[-1], Template):
        return False
    left = op.variants[0].equations[-1].left
    axes = [(a.batch, a.core) for a in op.variants[0].arguments]
    return len(axes) > 1 and len(set(axes)) == 1 and axes[0][0] and axes[0] != (left.batch, left.core)


def check_compared(op: Op, args: list[Expr]) -> None:
    """Errors: `ShapeError` for arrays whose common shape is that of none of them."""
    if not compares(op) or len({a.shape for a in args}) < 2:
        return
    try:
        together = spread(args)
    except ShapeError:
        return  # the op itself says what does not fit
    if together not in [a.shape for a in args]:
        sizes = " and ".join(f"{describe(a)}, {shape_text(a.shape)}," for a in args)
        raise ShapeError(f"{sizes} are compared entry by entry, not every pair ({shape_text(together)})",
                         where=op.name, hint="Reshape one of them to the shape of the other.")  # fmt: skip


def spread(args: list[Expr]) -> Shape:
    """The shape of arrays broadcast together."""
    total = args[0]
    for a in args[1:]:
        total = apply(ADD, total, a)
    return total.shape


def drops(op: Op) -> bool:
    """Whether the axis an op acts along is gone in its result."""
    last = op.variants[0].equations[-1]
    return isinstance(last, Template) and not last.left.core


def with_axis(e: Expr, x: Expr, axis: int | None) -> Expr:
    """What was made along an axis of x, which is kept with one entry."""
    at = normal_axis(-1 if axis is None else axis, x, e.op.name)
    return reshape(e, *x.shape[:at], ONE, *x.shape[at + 1 :])


def along_axis(op: Op) -> Function:
    """The function of an op; `axis=` moves the axis it acts along (the last one otherwise)."""
    first = op.variants[0].arguments[0] if op.variants and op.variants[0].arguments else None
    one_axis = first is not None and first.batch and len(first.core) == 1

    def function(*operands: Operand, axis: int | None = None, **options: object) -> Expr:
        args = [as_expr(x) for x in operands]
        check_compared(op, args)
        if options.get("keepdims") in (True, False) and one_axis and drops(op):
            made = function(*args, axis=axis, **{k: v for k, v in options.items() if k != "keepdims"})
            return with_axis(made, args[0], axis) if options["keepdims"] else made
        if not one_axis or not args:
            if axis is not None:
                raise DeclarationError("takes no axis", where=op.name)
            return named_labels(apply(op, *args, **options))
        if axis is None:
            check_axis_named(op, args[0])
            axis = -1
        where = normal_axis(axis, args[0], op.name) if args[0].rank else 0
        if not args[0].rank or where == args[0].rank - 1:
            return named_labels(apply(op, *args, **options))
        moved = [to_last(a, where) if a.rank == args[0].rank else a for a in args]
        result = named_labels(apply(op, *moved, **options))
        return from_last(result, where) if result.rank == args[0].rank else result

    return function


def reduction(whole: Op, last: Op) -> Function:
    """The sum or mean of everything, or over axes one after the other."""
    name = whole.name

    def function(x: Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Expr:
        x = as_expr(x)
        if not isinstance(keepdims, bool):
            raise DeclarationError("keepdims is True or False", where=name)
        if keepdims and (x.rank not in (1, 2) or isinstance(axis, tuple) or (x.rank == 2 and axis is None)):
            made = function(x, axis)
            gone = normal_axes(axis, x, name) if isinstance(axis, tuple) else None
            one = range(x.rank) if axis is None else gone or [normal_axis(axis, x, name)]
            return reshape(made, *(ONE if k in one else s for k, s in enumerate(x.shape)))
        if keepdims:
            return kept(whole, x, axis)
        if axis is None:
            return apply(whole, x) if x.rank else x
        many = axis if isinstance(axis, tuple) else (axis,)
        for a in sorted(normal_axes(many, x, name), reverse=True):
            x = apply(last, to_last(x, a))
        return x

    function.__name__ = name
    return function


def kept(kind: Op, x: Expr, axis: object) -> Expr:
    """The sum or mean over an axis of a vector or a matrix, which is kept with one entry: X 1, 1ᵀ X."""
    at = normal_axis(0 if axis is None else axis, x, kind.name)
    if x.rank == 1:
        made = constant(1, ONE) * total(x)
    else:
        column = constant(1, x.shape[at], ONE) if at else constant(1, ONE, x.shape[at])
        made = x @ column if at else column @ x
    return made / const(x.shape[at]) if kind is MEAN else made


total, mean = reduction(SUM, SUM_LAST), reduction(MEAN, MEAN_LAST)


def concat(*parts: Operand, axis: int = -1) -> Expr:
    """Arrays side by side along an axis."""
    return apply(CONCAT, *parts, axis=axis)


def constant(value: int | Fraction, *extents: Operand | str) -> Expr:
    shape = tuple(extent(as_size(x), "ones, zeros") for x in extents)
    return apply(CONSTANT, shape=shape, value=Fraction(value)) if shape else const(value)


def ones(*extents: Operand | str) -> Expr:
    return constant(1, *extents)


def zeros(*extents: Operand | str) -> Expr:
    return constant(0, *extents)


def eye(n: Operand | str) -> Expr:
    return apply(IDENTITY, n=extent(as_size(n), "eye"))


def commutation(rows: Size, columns: Size) -> Expr:
    """K with K vec(A) = vec(Aᵀ), for A of rows and columns."""
    return apply(COMMUTATION, rows=rows, columns=columns)


def selector(rows: Size, columns: Size, start: Size) -> Expr:
    return apply(SELECTOR, rows=rows, columns=columns, start=start)


def tri(n: Operand | str, m: Operand | str | None = None, k: Operand | str = 0) -> Expr:
    """n x m with ones where column <= row + k; a causal mask."""
    rows = extent(as_size(n), "tri")
    columns = rows if m is None else extent(as_size(m), "tri")
    return apply(TRI, rows=rows, columns=columns, offset=as_size(k))


def reshape(x: Operand, *extents: Operand | str | tuple[Operand | str, ...]) -> Expr:
    """The entries in row-major order under another shape; one size may be -1, as in NumPy: what is left.

    Errors: `DeclarationError` without a shape or with two unknown sizes, `ShapeError` where none fits.
    """
    x = as_expr(x)
    flat = [s for e in extents for s in (e if isinstance(e, tuple | list) else (e,))]
    if not flat:
        raise DeclarationError("takes the new shape", where="reshape", hint="Write  reshape(x, n, d)")
    shape = [as_size(s) for s in flat]
    unknown = [k for k, s in enumerate(shape) if s == size(-1)]
    if len(unknown) > 1:
        raise DeclarationError("one size may be -1, not two", where="reshape")
    for k in unknown:
        shape[k] = left_over(x, [s for n, s in enumerate(shape) if n != k])
    made = tuple(extent(s, "reshape") for s in shape)
    return x if made == x.shape else apply(RESHAPE, x, shape=made)


def left_over(x: Expr, known: list[Size]) -> Size:
    """The size that the known ones leave of an array. Errors: `ShapeError` where it is none."""
    own, rest = list(x.shape), []
    for s in known:
        if s in own:
            own.remove(s)
        else:
            rest.append(s)
    left = count(tuple(own)).divide(count(tuple(rest))) if size(0) not in rest else None
    if left is None:
        raise ShapeError(f"{describe(x)} is {shape_text(x.shape)}; its {count(x.shape)} entries do not fall "
                         f"into {' x '.join(map(str, known))} equal parts", where="reshape",
                         hint="Say every size, or take sizes whose product divides the entries.")  # fmt: skip
    return left


def einsum(spec: str, *operands: Operand) -> Expr:
    return apply(EINSUM, *operands, spec=spec)


def as_size(value: Operand | str) -> Size:
    """A size from a number, a name, or an expression of sizes."""
    if isinstance(value, Expr):
        if value.op is expr.SIZE:
            return value.attributes[0][1]  # type: ignore[return-value]
        if value.number is not None and value.number.denominator == 1:
            return size(int(value.number))
        if value.op in (ADD, MULTIPLY, SUBTRACT) and len(value.args) == 2:
            a, b = (as_size(x) for x in value.args)
            return {ADD: a + b, MULTIPLY: a * b, SUBTRACT: a - b}[value.op]
        raise DeclarationError(f"`{describe(value)}` is not a size")
    if isinstance(value, bool) or not isinstance(value, int | str | Size):
        raise DeclarationError(f"`{value!r}` is not a size")
    return size(value)
