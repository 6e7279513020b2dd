"""Expressions from ops that take axes or sizes: sums along an axis, constants, reshaping."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

from symbackprop.entries.op import Op
from symbackprop.errors import DeclarationError, ShapeError
from symbackprop.graph import expr
from symbackprop.graph.expr import Expr, Operand, apply, as_expr, const, describe, labels_of
from symbackprop.sizes import Size, shape_text, size
from symbackprop.vocabulary import OPS


def normal_axis(axis: object, x: Expr, where: str) -> int:
    if isinstance(axis, bool) or not isinstance(axis, int):
        raise DeclarationError(f"axis must be a whole number, not {axis!r}", where=where)
    if not -x.rank <= axis < x.rank:
        raise ShapeError(
            f"{describe(x)} is {shape_text(x.shape)} and has no axis {axis}", where=where
        )
    return axis % x.rank


def to_last(x: Expr, axis: int) -> Expr:
    """The axis moved to the end, the order of the others kept."""
    if axis == x.rank - 1:
        return x
    if axis == x.rank - 2:
        return apply(OPS["transpose"], x)
    order = [k for k in range(x.rank) if k != axis] + [axis]
    return permute(x, order)


def from_last(x: Expr, axis: int) -> Expr:
    if axis == x.rank - 1:
        return x
    if axis == x.rank - 2:
        return apply(OPS["transpose"], x)
    order = list(range(x.rank - 1))
    order.insert(axis, x.rank - 1)
    return permute(x, order)


def permute(x: Operand, order: list[int] | tuple[int, ...]) -> Expr:
    """Axes in another order."""
    x = as_expr(x)
    if not isinstance(order, list | tuple):
        raise DeclarationError("takes the new order of the axes", where="permute",
                               hint="Write  permute(x, (2, 0, 1))")  # fmt: skip
    letters = "abcdefgh"[: x.rank]
    order = tuple(normal_axis(k, x, "permute") for k in order)
    if sorted(order) != list(range(x.rank)):
        raise DeclarationError(f"{order} does not order {x.rank} axes", where="permute")
    return apply(OPS["einsum"], x, spec=f"{letters}->{''.join(letters[k] for k in order)}")


Function: TypeAlias = Callable[..., Expr]


def named_labels(e: Expr) -> Expr:
    """The node itself. Errors: `DeclarationError` where a position is no label, or names too many."""
    instance = e.op.place(tuple(a.shape for a in e.args), e.attributes)
    classes = dict(instance.labels)
    for (name, _), a in zip(instance.inputs, e.args, strict=True):
        if name in classes and labels_of(a) != classes[name]:
            said = f"one of {labels_of(a)}" if labels_of(a) else "no label"
            raise DeclarationError(
                f"{describe(a)} names {said}, where one of {classes[name]} is wanted",
                where=e.op.name,
                hint=f"Declare it as  {describe(a)}: {shape_text(a.shape)} label {classes[name]}",
            )  # fmt: skip
    return e


def along_axis(op: Op) -> Function:
    """The function of an op; `axis=` moves the axis it acts along (the last one otherwise)."""
    first = op.variants[0].arguments[0] if op.variants and op.variants[0].arguments else None
    one_axis = first is not None and first.batch and len(first.core) == 1

    def function(*operands: Operand, axis: int = -1, **options: object) -> Expr:
        args = [as_expr(x) for x in operands]
        if not one_axis or not args:
            if axis != -1:
                raise DeclarationError("takes no axis", where=op.name)
            return named_labels(apply(op, *args, **options))
        where = normal_axis(axis, args[0], op.name) if args[0].rank else 0
        if not args[0].rank or where == args[0].rank - 1:
            return named_labels(apply(op, *args, **options))
        moved = [to_last(a, where) if a.rank == args[0].rank else a for a in args]
        result = named_labels(apply(op, *moved, **options))
        return from_last(result, where) if result.rank == args[0].rank else result

    function.__name__, function.__doc__ = op.name, f"The op {op.name}."
    return function


def reduction(name: str) -> Function:
    whole, last = OPS[name], OPS[name + "_last"]

    def function(
        x: Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False
    ) -> Expr:
        x = as_expr(x)
        if keepdims:
            return kept(name, x, axis)
        if axis is None:
            return apply(whole, x) if x.rank else x
        many = axis if isinstance(axis, tuple) else (axis,)
        for a in sorted({normal_axis(a, x, name) for a in many}, reverse=True):
            x = apply(last, to_last(x, a))
        return x

    function.__name__ = name
    return function


def kept(name: str, x: Expr, axis: object) -> Expr:
    """The sum or mean over one axis of a vector or a matrix, the axis kept with one entry: X 1, 1ᵀ X.

    Errors: `ShapeError` for other ranks, `DeclarationError` for several axes.
    """
    if x.rank not in (1, 2):
        raise ShapeError(f"{describe(x)} is {shape_text(x.shape)}: keepdims is for vectors and matrices",
                         where=name, hint="Write  reshape(…)  around the sum.")  # fmt: skip
    if (x.rank == 2 and axis is None) or isinstance(axis, tuple):
        raise DeclarationError("keepdims goes with one axis", where=name, hint="axis=0, or axis=1")
    at = normal_axis(0 if axis is None else axis, x, name)
    if x.rank == 1:
        made = constant(1, size(1)) * reduction("sum")(x)
    else:
        column = constant(1, x.shape[at], size(1)) if at else constant(1, size(1), x.shape[at])
        made = x @ column if at else column @ x
    return made / const(x.shape[at]) if name == "mean" else made


def concat(*parts: Operand, axis: int = -1) -> Expr:
    """Arrays side by side along an axis."""
    return apply(OPS["concat"], *parts, axis=axis)


def constant(value: int | Fraction, *extents: Operand | str) -> Expr:
    shape = tuple(as_size(x) for x in extents)
    return apply(OPS["constant"], shape=shape, value=Fraction(value)) if shape else const(value)


def ones(*extents: Operand | str) -> Expr:
    return constant(1, *extents)


def zeros(*extents: Operand | str) -> Expr:
    return constant(0, *extents)


def eye(n: Operand | str) -> Expr:
    return apply(OPS["identity"], n=as_size(n))


def commutation(rows: Size, columns: Size) -> Expr:
    """K with K vec(A) = vec(Aᵀ), for A of rows and columns."""
    return apply(OPS["commutation"], rows=rows, columns=columns)


def selector(rows: Size, columns: Size, start: Size) -> Expr:
    return apply(OPS["selector"], rows=rows, columns=columns, start=start)


def tri(n: Operand | str, m: Operand | str | None = None, k: Operand | str = 0) -> Expr:
    """n x m with ones where column <= row + k; a causal mask."""
    rows = as_size(n)
    return apply(
        OPS["tri"], rows=rows, columns=rows if m is None else as_size(m), offset=as_size(k)
    )


def reshape(x: Operand, *extents: Operand | str) -> Expr:
    return apply(OPS["reshape"], x, shape=tuple(as_size(s) for s in extents))


def einsum(spec: str, *operands: Operand) -> Expr:
    return apply(OPS["einsum"], *operands, spec=spec)


def as_size(value: Operand | str) -> Size:
    """A size from a number, a name, or an expression of sizes."""
    if isinstance(value, Expr):
        if value.op is expr.SIZE:
            return value.attributes[0][1]  # type: ignore[return-value]
        if value.number is not None and value.number.denominator == 1:
            return size(int(value.number))
        if value.op.name in ("add", "multiply", "subtract") and len(value.args) == 2:
            a, b = (as_size(x) for x in value.args)
            return {"add": a + b, "multiply": a * b, "subtract": a - b}[value.op.name]
        raise DeclarationError(f"`{describe(value)}` is not a size")
    if isinstance(value, bool) or not isinstance(value, int | str | Size):
        raise DeclarationError(f"`{value!r}` is not a size")
    return size(value)
