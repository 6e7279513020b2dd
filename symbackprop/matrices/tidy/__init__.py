"""Factored, ordered, textbook forms: one constructor per op; `tidy` rebuilds an expression through them.

A product is kept as coefficient · scalar powers · elementwise powers, a sum as coefficient per term. Each
row of `RULES` makes the expression smaller or moves scalars outwards, so rebuilding ends.
An expression enters, an equal one in textbook form leaves. Read `like_terms.py` first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction

from symbackprop.entries.op import Op
from symbackprop.graph.expr import Expr, apply, const, rebuild, topological, with_args
from symbackprop.matrices.monomials import MEANS, exponent
from symbackprop.matrices.tidy.constructors import (
    RULES, diag, diagonal, inverse, mm, mul, outer, plus, power, rows, total, tr, trace,
)  # fmt: skip
from symbackprop.matrices.tidy.elementwise_products import (
    in_front, picked, product, quotient, raised_to, rooted, scalars_out,
)  # fmt: skip
from symbackprop.matrices.tidy.function_identities import exponential, logarithm
from symbackprop.matrices.tidy.like_terms import broadcast_free, collected, scaled, summands
from symbackprop.matrices.tidy.linear_rules import linear
from symbackprop.matrices.tidy.matrix_products import (
    contracted, determinant, dyad, inverted,
)  # fmt: skip
from symbackprop.matrices.tidy.renumbered import only_entries, reshaped
from symbackprop.matrices.tidy.normalised_values import (
    shifted_log_softmax, shifted_logsumexp, shifted_softmax,
)  # fmt: skip
from symbackprop.matrices.up_to_names import up_to_names
from symbackprop.vocabulary.kinds import (
    ADD, DET, DIAG, DIAGONAL, DIVIDE, EXP, INVERSE, LOG, LOG_SOFTMAX, LOGSUMEXP, MATMUL, MULTIPLY, NEGATIVE,
    OUTER, PICK, POWER, RESHAPE, SLICE, SOFTMAX, SOLVE, SQRT, SUBTRACT, SUM, SUM_LAST, TRACE, TRANSPOSE,
)  # fmt: skip

__all__ = [
    "RULES", "broadcast_free", "diag", "diagonal", "in_front", "inverse", "mm", "mul", "node", "outer",
    "plus", "power", "remade", "reshaped", "rows", "scalars_out", "scaled", "summands", "tidy", "total",
    "tr", "trace",
]  # fmt: skip

SUMS = frozenset({ADD, SUBTRACT})
LINEAR = (TRANSPOSE, SUM, SUM_LAST, DIAG, DIAGONAL, TRACE)
BROADCASTING = SUMS | {MULTIPLY, DIVIDE}


def mean(kind: Op) -> Callable[[Expr], Expr]:
    """A constructor of a mean: the sum by the number of entries."""

    def build(e: Expr) -> Expr:
        made = RULES[MEANS[kind]](e)
        return mul(*(power(const(n), Fraction(-1)) for n in e.shape[made.rank :]), made)

    return build


RULES |= {
    ADD: collected,
    SUBTRACT: lambda a, b: collected(a, scaled(-1, b)),
    NEGATIVE: lambda a: scaled(-1, a),
    MULTIPLY: product,
    DIVIDE: quotient,
    POWER: raised_to,
    MATMUL: contracted,
    OUTER: dyad,
    INVERSE: inverted,
    SOLVE: lambda a, b: contracted(inverted(a), b),
    DET: determinant,
    PICK: picked,
    SOFTMAX: shifted_softmax,
    LOG_SOFTMAX: shifted_log_softmax,
    LOGSUMEXP: shifted_logsumexp,
    SQRT: rooted,
    EXP: exponential,
    LOG: logarithm,
    **{kind: linear(kind) for kind in LINEAR},
    **{kind: mean(kind) for kind in MEANS},
}


def node(e: Expr, args: tuple[Expr, ...]) -> Expr:
    """One node made again by the rule of its op."""
    if e.op is POWER:
        return power(args[0], exponent(e))
    if e.op is RESHAPE:
        return reshaped(args[0], e.shape)
    if e.op is SLICE and (column := only_entries(e, args[0])) is not None:
        return column
    if e.op in RULES and not (e.op in BROADCASTING and not broadcasting_fits(args)):
        return RULES[e.op](*args)
    return e if args == e.args else with_args(e, args)


def broadcasting_fits(args: tuple[Expr, ...]) -> bool:
    """Whether the operands have one shape, or are scalars: other broadcasting is left as it stands."""
    shape = max((a.shape for a in args), key=len)
    return all(a.shape in ((), shape) for a in args)


@up_to_names
def tidy(e: Expr) -> Expr:
    """The same value in factored form."""
    return remade(e, node)


def remade(e: Expr, change: Callable[[Expr, tuple[Expr, ...]], Expr]) -> Expr:
    """The expression made again, each sum of many terms once, not once for every term that joins it."""
    begun = beginnings(e)

    def step(old: Expr, args: tuple[Expr, ...]) -> Expr:
        if old not in begun:
            return change(old, args)
        first, second = args
        return apply(ADD, first, scaled(-1, second) if old.op is SUBTRACT else second)

    return rebuild(e, step)


def beginnings(e: Expr) -> set[Expr]:
    """The sums that are nothing but the first terms of a longer sum: a + b in a + b + c."""
    nodes = topological(e)
    sums = [n for n in nodes if n.op in SUMS and broadcasting_fits(n.args)]
    whole, longer = set(sums), [n for n in sums if n.args[0].op in SUMS]
    used = Counter(a for n in nodes for a in n.args)
    return {
        n.args[0]
        for n in longer
        if n.args[0] in whole and used[n.args[0]] == 1 and n.args[0].shape == n.shape
    }
