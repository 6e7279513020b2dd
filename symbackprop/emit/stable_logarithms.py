"""Logarithms of probabilities straight from the logits, so that log 0 and log ∞ are never taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from symbackprop.entries.op import Op
from symbackprop.graph.expr import Expr, apply, const, rebuild, with_args
from symbackprop.graph.graph import Graph
from symbackprop.matrices import monomials as mo, tidy as td
from symbackprop.vocabulary.kinds import (
    ADD, CROSS_ENTROPY, DIVIDE, EXP, LOG, LOGSUMEXP, LOG_SIGMOID, LOG_SOFTMAX, MULTIPLY,
    NEGATIVE, PICK, RESHAPE, SIGMOID, SLICE, SOFTMAX, SOFTPLUS, SUBTRACT, SUM, SUM_LAST,
    TRANSPOSE,
)  # fmt: skip
from symbackprop.vocabulary.scalars import cosh

Known = Callable[[Expr], Expr]  # an expression, or what its name stands for
ENTRIES = (PICK, SLICE, TRANSPOSE, RESHAPE)  # log p of what they take is what they take of log p


def from_logits(root: Expr, g: Graph) -> Expr:
    """The same values: log p, and the entropy of p = softmax(z), written with z; chances from exp(z)."""

    def known(e: Expr) -> Expr:
        own = e.symbol
        return folded(g.definition.get(own.name, e) if own and not (own.time or own.cotangent) else e)

    def change(e: Expr, args: tuple[Expr, ...]) -> Expr:
        new = e if args == e.args else with_args(e, args)
        if new.op is LOG:
            return logarithm(new.args[0], known) or new
        if new.op is CROSS_ENTROPY and (low := logarithm(new.args[0], known)):
            each = apply(MULTIPLY, new.args[1], low)
            return apply(NEGATIVE, apply(SUM_LAST, each))
        return folded(new)

    return rebuild(root, change)


def folded(e: Expr) -> Expr:
    """softmax(z) for exp(z) / Σ exp(z), σ(z) for 1 / (1 + exp(-z))."""
    made = td.tidy(e) if e.op is DIVIDE else e
    return made if made.op in (SOFTMAX, SIGMOID) else e


def logarithm(p: Expr, known: Known) -> Expr | None:
    """log p where p is made of chances and exponentials; None where nothing is gained."""
    made = known(p)
    if made.op in ENTRIES:
        inner = logarithm(made.args[0], known)
        return None if inner is None else with_args(made, (inner, *made.args[1:]))
    row = LOGARITHMS.get(made.op)
    return row(made, known) if row else None


def of_quotient(e: Expr, known: Known) -> Expr | None:
    """log a - log b, where both are known."""
    over, under = (exponent(a, known) or logarithm(a, known) for a in e.args)
    return None if over is None or under is None else apply(SUBTRACT, over, under)


def of_total(e: Expr, known: Known) -> Expr | None:
    """log Σ exp(z)."""
    z = exponent(e.args[0], known)
    last = z is not None and (e.op is SUM_LAST or z.rank == 1)
    return apply(LOGSUMEXP, z) if z is not None and last else None


def of_sum(e: Expr, known: Known) -> Expr | None:
    """log(1 + exp(z)), log(1 - σ(z))."""
    terms = td.summands(e)
    rest = [mo.split(t) for t in terms if not mo.is_one(t)]
    if len(terms) != 2 or len(rest) != 1:
        return None
    factors = [f for f, x in (*rest[0].scalars, *rest[0].arrays) if x == 1]
    made = known(factors[0]) if len(factors) == 1 else e
    found = AFTER_ONE.get((rest[0].coefficient, made.op))
    return found(made.args[0]) if found else None


def of_cosh(e: Expr, known: Known) -> Expr:
    """log cosh(u) = log(1 + exp(2u)) - u - log 2."""
    (u,) = e.args
    rest = apply(ADD, u, apply(LOG, const(2)))
    return apply(SUBTRACT, apply(SOFTPLUS, apply(MULTIPLY, const(2), u)), rest)


def exponent(e: Expr, known: Known) -> Expr | None:
    """z of exp(z)."""
    made = known(e)
    return made.args[0] if made.op is EXP else None


AFTER_ONE: Mapping[tuple[int | Fraction, Op], Callable[[Expr], Expr]] = {
    (1, EXP): lambda z: apply(SOFTPLUS, z),
    (-1, SIGMOID): lambda z: apply(LOG_SIGMOID, apply(NEGATIVE, z)),
}
LOGARITHMS: Mapping[Op, Callable[[Expr, Known], Expr | None]] = {
    SOFTMAX: lambda e, known: apply(LOG_SOFTMAX, *e.args),
    SIGMOID: lambda e, known: apply(LOG_SIGMOID, *e.args),
    DIVIDE: of_quotient,
    SUM: of_total,
    SUM_LAST: of_total,
    ADD: of_sum,
    SUBTRACT: of_sum,
    cosh: of_cosh,
}
