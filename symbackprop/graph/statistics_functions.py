"""Variances, products and their running forms: functions made of sums, logarithms and determinants."""

from __future__ import annotations

from functools import reduce

from symbackprop.errors import DeclarationError
from symbackprop.graph.axis_functions import Function, from_last, mean, normal_axis, reshape, to_last, total
from symbackprop.graph.expr import Expr, Operand, apply, as_expr, const, describe
from symbackprop.graph.remembered_calls import called
from symbackprop.graph.written_arrays import stacked
from symbackprop.sizes import ONE, Size, count, shape_text
from symbackprop.vocabulary import layers
from symbackprop.vocabulary.kinds import DET, DIAG, EXP, LOG, SQRT

WRITTEN_OUT = 64  # factors of a product that is written out


def var(x: Operand, axis: int | tuple[int, ...] | None = None, ddof: int = 0, keepdims: bool = False) -> Expr:
    """The mean squared deviation from the mean; `ddof=1` divides by n - 1, PyTorch's default."""
    x = as_expr(x)
    if not x.rank:
        raise DeclarationError(f"{describe(x)} is a number; a variance is one of several", where="var")
    return called("var", spread(x, axis, ddof, keepdims), {"x": x})


def spread(x: Expr, axis: int | tuple[int, ...] | None, ddof: int, keepdims: bool) -> Expr:
    every = tuple(range(x.rank)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(normal_axis(a, x, "var") for a in every)
    deviation = x - kept_axes(mean(x, axis=axes), x, axes)
    if not ddof:
        made = mean(deviation**2, axis=axes)
    else:
        entries = count(tuple(x.shape[a] for a in axes))
        made = total(deviation**2, axis=axes) / const(entries - ddof)
    return kept_axes(made, x, axes) if keepdims else made


def kept_axes(e: Expr, x: Expr, axes: tuple[int, ...]) -> Expr:
    """What was made along some axes of x, these kept with one entry."""
    if len(axes) == x.rank:
        return e
    return reshape(e, *(ONE if k in axes else s for k, s in enumerate(x.shape)))


def std(x: Operand, axis: int | tuple[int, ...] | None = None, ddof: int = 0, keepdims: bool = False) -> Expr:
    """The root of the variance; `ddof=1` divides by n - 1 (PyTorch's default, NumPy's is 0)."""
    x = as_expr(x)
    squared = var(x, axis, ddof, keepdims)
    return called("std", apply(SQRT, squared), {"x": x}, var=squared)


def positive(x: Expr) -> bool:
    """Whether entries are above 0 by declaration, or by being exponentials."""
    s = x.symbol
    return x.op is EXP or bool(s and s.facts.positive)


def prod(x: Operand, axis: int | None = None) -> Expr:
    """The product of entries along an axis, of all without one.

    Errors: `DeclarationError` for an axis of unknown size of a matrix that is not declared positive.
    """
    x = as_expr(x)
    if not x.rank:
        return x
    e = to_last(x, normal_axis(axis, x, "prod")) if axis is not None else reshape(x, -1) if x.rank > 1 else x
    n = e.shape[-1].number
    if n is not None and n <= WRITTEN_OUT:
        return reduce(lambda a, b: a * b, factors(e, n))
    if positive(x):
        return called("prod", apply(EXP, total(apply(LOG, e), axis=-1)), {"x": x})
    if e.rank == 1:
        return called("prod", apply(DET, apply(DIAG, e)), {"x": x})
    raise unknown_sign("prod", x, e.shape[-1])


def factors(e: Expr, n: int) -> list[Expr]:
    """The entries along the last axis."""
    return [e[..., k] for k in range(n)]


def unknown_sign(name: str, x: Expr, n: Size) -> DeclarationError:
    """What says that a product of unknown length needs positive entries."""
    shape = shape_text(x.shape)
    hint = f"Declare  {describe(x)}: {shape} positive,  or the size {n} as a number."
    return DeclarationError(f"entries of {describe(x)} may have any sign, and {n} of them are multiplied",
                            where=name, hint=hint)  # fmt: skip


def cumprod(x: Operand, axis: int | None = None) -> Expr:
    """The products of the first entries along an axis, of a vector along its own.

    Errors: `DeclarationError` for an axis of unknown size that is not declared positive.
    """
    x = as_expr(x)
    if axis is None and x.rank > 1:
        said = f"{describe(x)} is {shape_text(x.shape)}; without an axis NumPy's runs over all entries"
        raise DeclarationError(said, where="cumprod", hint="Say the axis, as in  cumprod(x, axis=-1)")
    where = normal_axis(-1 if axis is None else axis, x, "cumprod")
    e = to_last(x, where)
    if positive(x):
        made = apply(EXP, apply(layers.cumsum, apply(LOG, e)))
        return called("cumprod", from_last(made, where), {"x": x})
    n = e.shape[-1].number
    if n is None or n > WRITTEN_OUT:
        raise unknown_sign("cumprod", x, e.shape[-1])
    running = [reduce(lambda a, b: a * b, factors(e, k + 1)) for k in range(n)]
    return from_last(stacked(running, -1), where)


STATISTICS: dict[str, Function] = {"var": var, "std": std, "prod": prod, "cumprod": cumprod}
