"""The graph whose code stays finite: quotients of exponentials as the one function they are.

exp(z) / Σ exp(z) overflows where softmax(z) does not, and so does what is sent back through its parts; also
where q = exp(z), s = Σ q and p = q / s are three nodes. Code is made from the derivation of the one function.
"""

from __future__ import annotations

from collections.abc import Callable

from symbackprop.derivation.derivation import Derivation, derive
from symbackprop.emit.stable_logarithms import logarithm
from symbackprop.graph.expr import Expr, intern, rebuild, substitute, symbols, topological, weight
from symbackprop.graph.graph import Graph
from symbackprop.matrices import tidy as td
from symbackprop.vocabulary.kinds import (
    ADD, DIVIDE, EXP, LOG, MULTIPLY, NEGATIVE, POWER, SIGMOID, SOFTMAX, SUBTRACT, SUM, SUM_LAST,
)  # fmt: skip

PARTS = (ADD, DIVIDE, EXP, MULTIPLY, NEGATIVE, POWER, SUBTRACT, SUM, SUM_LAST)  # of what becomes one function
QUOTIENTS = (DIVIDE, MULTIPLY, POWER)
LARGE = 60  # nodes of an expression that is no longer looked at


def steady(d: Derivation) -> Derivation:
    """The derivation of the same function, with one function for what overflows in parts."""
    g = d.graph
    known = parts_of(g, frozenset(d.wrt))
    definition = {n: recognised(e, known) for n, e in g.definition.items()}
    if all(e is g.definition[n] for n, e in definition.items()):
        return d
    return derive(g.remade(g.symbol, definition), d.of, d.wrt, convention=d.convention)


def parts_of(g: Graph, kept: frozenset[str]) -> Callable[[Expr], Expr]:
    """What writes out the names in an expression that stand for parts of a quotient of exponentials."""

    def known(e: Expr) -> Expr:
        while weight(e) < LARGE:
            swap = {s: g.definition[own.name] for s in symbols(e)
                    if (own := s.own).name in g.definition and own.name not in kept and not own.cotangent
                    and not own.shift and own.at is None and g.definition[own.name].op in PARTS}  # fmt: skip
            if not swap:
                return e
            e = substitute(e, swap)
        return e

    return known


def recognised(root: Expr, known: Callable[[Expr], Expr]) -> Expr:
    """The same values, with softmax, σ and the logarithms of both."""

    def change(e: Expr, args: tuple[Expr, ...]) -> Expr:
        # what is made of other values is no longer the value of its call, whose parts have their places
        new = e if args == e.args else intern(e.op, args, e.attributes, e.shape)
        if new.op is LOG:
            return logarithm(new.args[0], known) or new
        if new.op not in QUOTIENTS:
            return new
        whole = known(new)
        if not any(n.op is EXP for n in topological(whole)):
            return new
        made = td.tidy(whole)
        return made if made.op in (SIGMOID, SOFTMAX) else new

    return rebuild(root, change)
