"""Logarithms of probabilities straight from the logits, so that log 0 is never taken."""

from __future__ import annotations

from symbackprop.expr import Expr, apply, rebuild, with_args
from symbackprop.graph import Graph
from symbackprop.vocabulary import OPS

LOG_OF = {"softmax": "log_softmax", "sigmoid": "log_sigmoid"}


def from_logits(root: Expr, g: Graph) -> Expr:
    """The same values, log p and the entropy of p = softmax(z) written with z."""

    def change(e: Expr, args: tuple[Expr, ...]) -> Expr:
        new = e if args == e.args else with_args(e, args)
        if new.op is OPS["log"]:
            return logarithm(new.args[0], g) or new
        if new.op is OPS["cross_entropy"] and (low := logarithm(new.args[0], g)):
            each = apply(OPS["multiply"], new.args[1], low)
            return apply(OPS["negative"], apply(OPS["sum_last"], each))
        return new

    return rebuild(root, change)


def logarithm(p: Expr, g: Graph) -> Expr | None:
    """log p where p is a softmax or a sigmoid, or the name of one."""
    own = p.symbol
    made = g.definition.get(own.name, p) if own and not (own.time or own.cotangent) else p
    name = LOG_OF.get(made.op.name)
    return apply(OPS[name], *made.args) if name else None
