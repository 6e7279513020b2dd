"""Factors of one product that say something shorter together."""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

from symbackprop.expr import Expr, apply
from symbackprop.vocabulary import OPS

Powers: TypeAlias = dict[Expr, Fraction]


def softmax(scalars: Powers, arrays: Powers) -> None:
    """exp(z) / Σ exp(z) is softmax(z): the stable spelling."""
    for a in [a for a in arrays if a.op.name == "exp" and a.rank == 1]:
        s = apply(OPS["sum"], a)
        if arrays[a] == 1 and scalars.get(s) == -1:
            del arrays[a], scalars[s]
            arrays[apply(OPS["softmax"], a.args[0])] = Fraction(1)
    for a in [a for a in arrays if a.op.name == "outer" and arrays[a] == 1]:
        del arrays[a]
        arrays[apply(a.op, *(normalised(v, scalars) for v in a.args))] = Fraction(1)


def sign(scalars: Powers) -> None:
    """sign(x) / |x| is 1/x."""
    for s in [s for s in scalars if s.op.name == "sign" and scalars[s] == 1]:
        size_of = apply(OPS["abs"], s.args[0])
        if scalars.get(size_of) == -1:
            del scalars[s], scalars[size_of]
            scalars[s.args[0]] = scalars.get(s.args[0], Fraction(0)) - 1


def normalised(v: Expr, scalars: Powers) -> Expr:
    """exp(z) as softmax(z), where the scalars divide by its sum; that division is used up."""
    if v.op.name != "exp":
        return v
    s = apply(OPS["sum"], v)
    if scalars.get(s, Fraction(0)) > -1:
        return v
    scalars[s] += 1
    return apply(OPS["softmax"], v.args[0])
