"""Integer labels: one-hot vectors, picked entries, the largest and the smallest entry."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from symbackprop.entries.op import Op
from symbackprop.errors import DeclarationError, ShapeError
from symbackprop.graph.axis_functions import (
    Function, along_axis, as_size, normal_axes, normal_axis, permute, reshape, to_last,
)  # fmt: skip
from symbackprop.graph.expr import Expr, Operand, apply, as_expr, describe
from symbackprop.graph.distributions import is_distribution
from symbackprop.graph.remembered_calls import called
from symbackprop.sizes import ONE, count, shape_text
from symbackprop.vocabulary.kinds import ARGMAX, ARGMIN, CROSS_ENTROPY, LOG, ONEHOT, PICK


def onehot(label: Operand, n: Operand | str | None = None) -> Expr:
    """e_y for an integer label."""
    label = as_expr(label)
    classes = label.classes
    extent = as_size(n) if n is not None else classes
    if extent is None or classes is None:
        raise DeclarationError(f"{describe(label)} is not declared `label K`", where="onehot")
    if extent != classes:
        raise ShapeError(f"{describe(label)} names one of {classes} classes, not of {extent}", where="onehot")
    return apply(ONEHOT, label, n=extent)


NOTHING: Mapping[str, Expr] = MappingProxyType({})


def cross_entropy(
    p: Operand, t: Operand, axis: int | None = None, *, definitions: Mapping[str, Expr] = NOTHING
) -> Expr:
    """-Σ t log p for one-hot (or soft) targets, -log p_y for an integer label; one value per sample.

    Errors: `DeclarationError` where p is no distribution along the axis: of scores PyTorch's function of this
    name takes the softmax first. `definitions` say what the steps of a recurrence are made from.
    """
    p, t = as_expr(p), as_expr(t)
    if p.symbol and p.symbol.domain == "onehot":
        raise DeclarationError(f"{describe(p)} is one-hot, and log 0 is no number", where="cross_entropy",
                               hint="The probabilities stand first: cross_entropy(p, y)")  # fmt: skip
    along = p.rank - 1 if axis is None or t.classes is not None else normal_axis(axis, p, "cross_entropy")
    if not is_distribution(p, along, definitions):
        labels = f"cross_entropy_logits({describe(p)}, …)"
        said = labels if t.classes is not None else "softmax first"
        given = p.symbol and p.symbol.definition is None
        declared = f"; of probabilities declare  {describe(p)}: … distribution." if given else "."
        raise DeclarationError(
            f"{describe(p)} is not known to be probabilities along axis {along}", where="cross_entropy",
            hint=f"Of scores write {said}{declared}",
        )  # fmt: skip
    if t.classes is not None:
        picked = pick(p, t)
        return called("cross_entropy", -apply(LOG, picked), {"p": p, "label": t}, picked=picked)
    return along_axis(CROSS_ENTROPY)(p, t, axis=axis)


def pick(x: Operand, label: Operand) -> Expr:
    """x[.., label]: the entry the label names. Errors: `ShapeError` where classes and entries differ."""
    x, label = as_expr(x), as_expr(label)
    classes = label.classes
    if classes is None:
        raise DeclarationError(f"{describe(label)} is not declared `label K`", where="pick")
    if not x.rank or x.shape[-1] != classes:
        raise ShapeError(f"{describe(label)} names one of {classes} classes, but {describe(x)} is "
                         f"{shape_text(x.shape)}", where="pick")  # fmt: skip
    return apply(PICK, x, label)


def flat(x: Expr) -> Expr:
    """All entries as a vector."""
    return x if x.rank == 1 else reshape(x, count(x.shape))


def position_of(op: Op) -> Function:
    """The position of the largest (smallest) entry along an axis or of all; a label, the first of equals."""

    def function(x: Operand, axis: int | None = None) -> Expr:
        return apply(op, line(as_expr(x), axis, op.name))

    function.__name__, function.__doc__ = op.name, position_of.__doc__
    return function


def extreme(op: Op) -> Function:
    """The entry argmax (argmin) names; its derivative goes to the first of equals.

    Several axes are read as one; with `keepdims` they stay, with one entry.
    """
    name = op.name[-3:]

    def function(x: Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Expr:
        x = as_expr(x)
        e = lines(x, axis, name) if isinstance(axis, tuple) else line(x, axis, name)
        place = apply(op, e)
        made = called(name, pick(e, place), {"x": x}, place=place)
        if not keepdims:
            return made
        given = axis if isinstance(axis, tuple) else range(x.rank) if axis is None else (axis,)
        gone = normal_axes(tuple(given), x, name)
        return reshape(made, *(ONE if k in gone else s for k, s in enumerate(x.shape)))

    function.__name__, function.__doc__ = name, extreme.__doc__
    return function


def lines(x: Expr, axes: tuple[int, ...], where: str) -> Expr:
    """Several axes moved to the end, read row by row as one."""
    gone = sorted(normal_axes(axes, x, where))
    rest = [k for k in range(x.rank) if k not in gone]
    moved = x if [*rest, *gone] == list(range(x.rank)) else permute(x, [*rest, *gone])
    return reshape(moved, *(x.shape[k] for k in rest), count(tuple(x.shape[k] for k in gone)))


def line(x: Expr, axis: int | None, where: str) -> Expr:
    """The axis moved to the end, or all entries as a vector."""
    return flat(x) if axis is None else to_last(x, normal_axis(axis, x, where))


argmax, argmin = position_of(ARGMAX), position_of(ARGMIN)
largest, smallest = extreme(ARGMAX), extreme(ARGMIN)
