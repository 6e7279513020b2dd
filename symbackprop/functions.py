"""The functions a graph is built with: one per op of the vocabulary, and the few that take axes or sizes."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

from symbackprop import expr
from symbackprop.axes import from_last, normal_axis, permute, to_last
from symbackprop.errors import DeclarationError, ShapeError
from symbackprop.expr import (
    Expr,
    Operand,
    Symbol,
    apply,
    as_expr,
    const,
    describe,
    labels_of,
    leaf,
)
from symbackprop.matrices import logdet, matrix_power
from symbackprop.op import Op
from symbackprop.sizes import Size, shape_text, size
from symbackprop.vocabulary import OPS
from symbackprop.vocabulary.shaping import product

Function: TypeAlias = Callable[..., Expr]
expr.OPERATORS.update(
    {
        k: OPS[k]
        for k in [
            "add",
            "subtract",
            "multiply",
            "divide",
            "negative",
            "power",
            "matmul",
            "transpose",
        ]
    }
)


def along_axis(op: Op) -> Function:
    """The function of an op; `axis=` moves the axis it acts along (the last one otherwise)."""
    first = op.variants[0].arguments[0] if op.variants and op.variants[0].arguments else None
    one_axis = first is not None and first.batch and len(first.core) == 1

    def function(*operands: Operand, axis: int = -1, **options: object) -> Expr:
        args = [as_expr(x) for x in operands]
        if not one_axis or not args:
            if axis != -1:
                raise DeclarationError("takes no axis", where=op.name)
            return apply(op, *args, **options)
        where = normal_axis(axis, args[0], op.name) if args[0].rank else 0
        if not args[0].rank or where == args[0].rank - 1:
            return apply(op, *args, **options)
        moved = [to_last(a, where) if a.rank == args[0].rank else a for a in args]
        result = apply(op, *moved, **options)
        return from_last(result, where) if result.rank == args[0].rank else result

    function.__name__, function.__doc__ = op.name, op.about or f"The op {op.name}."
    return function


def reduction(name: str) -> Function:
    whole, last = OPS[name], OPS[name + "_last"]

    def function(x: Operand, axis: int | tuple[int, ...] | None = None) -> Expr:
        x = as_expr(x)
        if axis is None:
            return apply(whole, x) if x.rank else x
        many = axis if isinstance(axis, tuple) else (axis,)
        for a in sorted({normal_axis(a, x, name) for a in many}, reverse=True):
            x = apply(last, to_last(x, a))
        return x

    function.__name__ = name
    return function


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


def selector(rows: Size, columns: Size, start: Size) -> Expr:
    return apply(OPS["selector"], rows=rows, columns=columns, start=start)


def reshape(x: Operand, *extents: Operand | str) -> Expr:
    return apply(OPS["reshape"], x, shape=tuple(as_size(s) for s in extents))


def einsum(spec: str, *operands: Operand) -> Expr:
    return apply(OPS["einsum"], *operands, spec=spec)


def onehot(label: Operand, n: Operand | str | None = None) -> Expr:
    """e_y for an integer label."""
    label = as_expr(label)
    extent = as_size(n) if n is not None else labels_of(label)
    if extent is None:
        raise DeclarationError(f"{describe(label)} is not declared `label K`", where="onehot")
    return apply(OPS["onehot"], label, n=extent)


def cross_entropy(p: Operand, t: Operand, axis: int = -1) -> Expr:
    """-Σ t log p for one-hot (or soft) targets, -log p_y for an integer label; one value per sample."""
    p, t = as_expr(p), as_expr(t)
    if labels_of(t) is not None:
        return -apply(OPS["log"], pick(p, t))
    return along_axis(OPS["cross_entropy"])(p, t, axis=axis)


def pick(x: Operand, label: Operand) -> Expr:
    """x[.., label]: the entry the label names. Errors: `ShapeError` where classes and entries differ."""
    x, label = as_expr(x), as_expr(label)
    classes = labels_of(label)
    if classes is None:
        raise DeclarationError(f"{describe(label)} is not declared `label K`", where="pick")
    if not x.rank or x.shape[-1] != classes:
        raise ShapeError(f"{describe(label)} names one of {classes} classes, but {describe(x)} is "
                         f"{shape_text(x.shape)}", where="pick")  # fmt: skip
    return apply(OPS["pick"], x, label)


def argmax(x: Operand, axis: int | None = None) -> Expr:
    """The position of the largest entry along an axis (of all entries), a label; the first of equals."""
    x = as_expr(x)
    return apply(
        OPS["argmax"], flat(x) if axis is None else to_last(x, normal_axis(axis, x, "argmax"))
    )


def largest(x: Operand, axis: int | None = None) -> Expr:
    """The largest entry along an axis (of all entries); its derivative goes to the first of equals."""
    x = as_expr(x)
    line = flat(x) if axis is None else to_last(x, normal_axis(axis, x, "max"))
    return pick(line, argmax(line, axis=-1))


def flat(x: Expr) -> Expr:
    """All entries as a vector."""
    return x if x.rank == 1 else reshape(x, product(x.shape))


def max_pool2d(x: Operand, size: int = 2, stride: int | None = None) -> Expr:
    """The largest entry of each window; windows lie side by side unless a stride is given."""
    u = apply(OPS["windows2d"], x, size=size, stride=stride or size)
    *outer, a, b = u.shape
    return largest(reshape(u, *outer, a * b), axis=-1)


def average_pool(name: str) -> Function:
    """The mean of each window; windows lie side by side unless a stride is given."""

    def function(x: Operand, size: int = 2, stride: int | None = None, padding: int = 0) -> Expr:
        return apply(OPS[name], x, size=size, stride=stride or size, padding=padding)

    function.__name__, function.__doc__ = name, average_pool.__doc__
    return function


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


def subscript(x: Expr, key: object) -> Expr:
    """x[1:4], x[:, 0], x[y] for a label y, h[t-1] for a time symbol."""
    keys = key if isinstance(key, tuple) else (key,)
    if len(keys) == 1 and isinstance(keys[0], Expr) and labels_of(keys[0]) is not None:
        return pick(x, keys[0])
    if len(keys) > x.rank:
        raise ShapeError(f"{describe(x)} is {shape_text(x.shape)}; {len(keys)} positions given",
                         where=f"{describe(x)}[…]")  # fmt: skip
    ranges = []
    for extent, k in zip(x.shape, (*keys, *(slice(None),) * (x.rank - len(keys))), strict=True):
        ranges.append(one_range(k, extent, x))
    return apply(OPS["slice"], x, ranges=tuple(ranges))


def one_range(k: object, extent: Size, x: Expr) -> tuple[Size, ...]:
    where = f"{describe(x)}[…]"

    def bound(v: object, default: Size) -> Size:
        if v is None:
            return default
        s = as_size(v)  # type: ignore[arg-type]
        return s + extent if s.number is not None and s.number < 0 else s

    if isinstance(k, slice):
        if k.step not in (None, 1):
            raise DeclarationError("only steps of 1", where=where)
        start, stop = bound(k.start, size(0)), bound(k.stop, extent)
        inside = [(start).number, (stop - start).number, (extent - stop).number]
        if any(v is not None and v < 0 for v in inside) or inside[1] == 0:
            raise ShapeError(
                f"{start}:{stop} does not lie in an axis of size {extent}", where=where
            )
        return (start, stop)
    p = bound(k, size(0))
    inside = (extent - p).number
    if (inside is not None and inside <= 0) or (p.number is not None and p.number < 0):
        raise ShapeError(f"position {p} does not lie in an axis of size {extent}", where=where)
    return (p,)


def dot(x: Operand, y: Operand) -> Expr:
    return apply(OPS["matmul"], x, y)


def symbol(name: str, *extents: int | str | Size, tex: str = "", domain: str = "real",
           labels: int | str | Size | None = None) -> Expr:  # fmt: skip
    """A declared input or parameter: `symbol("W", "m", "n", tex="W^{(1)}")`."""
    shape = tuple(size(x) for x in extents)
    spelled = expr.spelled(tex or expr.default_tex(named_well(name)))
    classes = size(labels) if labels is not None else None
    return leaf(Symbol(name, shape, spelled, "label" if classes else domain, classes))


def named_well(name: str) -> str:
    """Errors: `DeclarationError` for a name that is no identifier."""
    if not name.isidentifier():
        raise DeclarationError(
            f"`{name}` is not a name", hint="Letters, digits and _; the printed name is tex=."
        )
    return name


def named(name: str, definition: Expr, tex: str = "") -> Expr:
    """A node with a name: an atom of every derivation, defined by an expression."""
    spelled = expr.spelled(tex or expr.default_tex(named_well(name)))
    classes = labels_of(definition)
    domain = "label" if classes else "real"
    return leaf(Symbol(name, definition.shape, spelled, domain, classes, definition))


expr.SUBSCRIPT.append(subscript)
HIDDEN = frozenset(
    [
        "add",
        "subtract",
        "multiply",
        "divide",
        "negative",
        "selector",
        "constant",
        "identity",
        "slice",
        "sum_last",
        "mean_last",
    ]
)
FUNCTIONS: dict[str, Function] = {
    **{name: along_axis(op) for name, op in OPS.items() if name not in HIDDEN},
    "sum": reduction("sum"), "mean": reduction("mean"), "concat": concat, "ones": ones, "zeros": zeros,
    "eye": eye, "reshape": reshape, "einsum": einsum, "onehot": onehot, "pick": pick, "dot": dot,
    "cross_entropy": cross_entropy, "permute": permute, "argmax": argmax, "max": largest,
    "logdet": logdet, "matrix_power": matrix_power,
    "max_pool2d": max_pool2d, **{name: average_pool(name) for name in ("avg_pool1d", "avg_pool2d")},
}  # fmt: skip
