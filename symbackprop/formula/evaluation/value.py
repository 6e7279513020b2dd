"""The value of a formula: numbers in for names, NumPy out. What is printed is what is evaluated.

On paper everything of two axes or fewer is a matrix; a vector is a column or a row, as the
environment says. Free index letters stand for many sample positions at once: the value then has one
leading axis of samples. Nothing broadcasts silently: sizes fit, or the error names both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from symbackprop.errors import LimitError
from symbackprop.formula.evaluation import (
    constants, paper_arrays as paper, stored_values as entries, sum_values as sums,
    value_arithmetic as arithmetic,
)  # fmt: skip
from symbackprop.formula.evaluation.environment import Environment, Scope, Value, misfit
from symbackprop.formula.evaluation.paper_arrays import Misfit, Numbers, Paper
from symbackprop.formula.tree import (
    Array, At, Braced, Call, Commutation, Decimal, Eye, Floor, Formula, HPower, Hadamard, IndexRange,
    Indicator, Kron, KroneckerDelta, Minus, Nabla, Name, Number, Ones, Oslash, Over, Partial, Plus, Power,
    Product, Sized, Span, Sum, SumOver, Times, Transpose, Unit, Zeros,
)  # fmt: skip

__all__ = ["Environment", "Paper", "Value", "evaluate", "meaning", "strict"]


Rule = Callable[[Formula, Scope], Paper]


def evaluate(formula: Formula, env: Environment) -> Numbers:
    """The value of a formula: samples in front where letters are free, then the paper axes."""
    return meaning(formula, env).array


def meaning(formula: Formula, env: Environment, rule: Rule | None = None) -> Paper:
    """As `evaluate`, with samples and paper axes told apart; `rule` gives a node its value."""
    free = {Name(letter): np.asarray(at) for letter, at in env.indices.items()}
    depth = max((at.ndim for at in free.values()), default=0)
    with np.errstate(all="ignore"):
        try:
            value = rule or strict
            return _at_all(value(formula, Scope(env, free, depth, value)), free.values())
        except RecursionError:
            raise LimitError("formulas inside formulas, too deep", where="formula") from None


def _at_all(value: Paper, free: Iterable[Numbers]) -> Paper:
    """A value that is the same at all samples, at each of them."""
    samples = np.broadcast_shapes(*(at.shape for at in free))
    if not value.samples or value.samples == samples:
        return value
    return replace(value, array=np.broadcast_to(value.array, samples + value.size))


def strict(node: Formula, scope: Scope) -> Paper:
    """The value of one node by the rules of the page."""
    try:
        return _ROWS[type(node)](node, scope)
    except Misfit as found:
        raise misfit(node, f"the sizes do not fit: {found}", sizes=found.sizes) from None


def _span(node: Span, scope: Scope) -> Paper:
    raise misfit(node, "a slice can only be an index")


def _range(node: IndexRange, scope: Scope) -> Paper:
    raise misfit(node, "the range of an index has no value")


_ROWS: dict[type, Callable[[Any, Scope], Paper]] = {
    Number:         arithmetic.number,
    Decimal:        arithmetic.number,
    Name:           entries.name,
    At:             entries.at,
    Plus:           lambda n, s: arithmetic.run(arithmetic.added, n.terms, s, none=0.0),
    Minus:          lambda n, s: paper.mapped(np.negative, s.of(n.operand)),
    Times:          lambda n, s: arithmetic.run(paper.product, n.factors, s),
    Hadamard:       lambda n, s: arithmetic.run(arithmetic.multiplied, n.factors, s),
    Oslash:         lambda n, s: arithmetic.divided(s.of(n.numerator), s.of(n.denominator)),
    Kron:           lambda n, s: arithmetic.run(paper.kron, n.factors, s),
    Over:           arithmetic.over,
    Power:          arithmetic.power,
    HPower:         arithmetic.power,
    Transpose:      lambda n, s: paper.transpose(s.of(n.operand)),
    Call:           arithmetic.call,
    Floor:          lambda n, s: paper.mapped(arithmetic.floored, s.of(n.operand)),
    Indicator:      constants.indicator,
    Ones:           constants.ones,
    Eye:            constants.eye,
    Zeros:          constants.zeros,
    Commutation:    constants.commutation,
    Unit:           constants.unit,
    KroneckerDelta: constants.delta,
    Array:          lambda n, s: paper.blocks([[s.of(cell) for cell in row] for row in n.rows]),
    Partial:        entries.symbol,
    Nabla:          entries.symbol,
    Sum:            sums.big,
    Product:        sums.big,
    Span:           _span,
    Sized:          lambda n, s: s.of(n.operand),
    Braced:         lambda n, s: s.of(n.operand),
    IndexRange:     _range,
    SumOver:        sums.over,
}  # fmt: skip
