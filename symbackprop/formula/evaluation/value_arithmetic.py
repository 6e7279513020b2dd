"""Sums, products, quotients, powers and functions of values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from symbackprop.errors import ShapeError
from symbackprop.formula.evaluation import paper_arrays as paper
from symbackprop.formula.evaluation.environment import Scope, error, misfit
from symbackprop.formula.evaluation.paper_arrays import Numbers, Paper
from symbackprop.formula.function_spelling import near
from symbackprop.formula.tree import ONE, Call, Decimal, Formula, HPower, Minus, Number, Over, Power

WHOLE = 1e-9  # how far below an integer a value may lie by rounding alone


def number(node: Number | Decimal, scope: Scope) -> Paper:
    """A number."""
    exact = Fraction(node.digits) if isinstance(node, Decimal) else node.value
    return paper.scalar(scope.env.number(exact))


def run(
    work: Callable[[Paper, Paper], Paper], each: tuple[Formula, ...], scope: Scope, none: float = 1.0
) -> Paper:
    """Operands joined from the left."""
    result = scope.of(each[0]) if each else paper.scalar(np.float64(none))
    for other in each[1:]:
        result = work(result, scope.of(other))
    return result


def added(a: Paper, b: Paper) -> Paper:
    """a + b."""
    return paper.entrywise(np.add, a, b)


def multiplied(a: Paper, b: Paper) -> Paper:
    """a ⊙ b."""
    return paper.entrywise(np.multiply, a, b)


def divided(a: Paper, b: Paper) -> Paper:
    """a ⊘ b."""
    return paper.entrywise(np.divide, a, b)


def over(node: Over, scope: Scope) -> Paper:
    """A fraction; its denominator is a scalar."""
    below = paper.number(scope.of(node.denominator))
    return divided(scope.of(node.numerator), below)


def floored(x: Numbers) -> Numbers:
    """⌊x⌋; a value that rounding left just below an integer is that integer."""
    return np.floor(np.real(x) + WHOLE)


def power(node: Power | HPower, scope: Scope) -> Paper:
    """x^k of a scalar, z^{⊙k} of every entry."""
    base, exponent = scope.of(node.base), paper.number(scope.of(node.exponent))
    if isinstance(node, Power) and node.exponent == Minus(ONE) and base.rank:
        return paper.inverse(base)
    if isinstance(node, Power) and base.rank and not isinstance(node.base, Call):
        whole = exponent.array.ndim == 0 and float(np.real(exponent.array)).is_integer()
        if whole and base.rank == 2 and base.size[0] == base.size[1] and base.along is None:
            return paper.raised(base, int(np.real(exponent.array)))
        hint = r"Write x^{\odot 2} for the power of every entry."
        raise misfit(node, f"{base.shown()} to a power is no number", hint)
    return paper.power(base, exponent)


def call(node: Call, scope: Scope) -> Paper:
    """A function: the environment's own, else one that is built in."""
    env, name = scope.env, node.function
    arguments = [scope.of(a) for a in node.arguments]
    given = env.functions.get((name, node.primes)) if node.primes else env.functions.get(name)
    try:
        if given is not None and name.partition("[")[0] == "reshape":
            # entries are counted anew: a vector of them lies as vectors do, whatever they lay in before
            whole = [replace(a, along=None) for a in arguments]
            return paper.applied(given, whole, env.vectors)
        if not node.primes and len(arguments) == 1 and name in _SHAPED:
            return _SHAPED[name](arguments[0], env.vectors)  # a matrix of one column is a column
        if given is not None:
            return paper.applied(given, arguments, env.vectors)
        if not node.primes and len(arguments) == 1 and name in _ENTRYWISE:
            return paper.mapped(_ENTRYWISE[name], arguments[0])
    except (ValueError, IndexError, TypeError, ShapeError) as refusal:
        sizes = ", ".join(a.shown() for a in arguments)
        raise misfit(node, f"{name} cannot take {sizes}: {refusal}") from None
    functions = sorted({*(k for k in env.functions if isinstance(k, str)), *_ENTRYWISE, *_SHAPED})
    what = f"the function {name + chr(39) * node.primes} has no value here"
    raise error(node, what, near(name, functions))


def _absolute(x: Numbers) -> Numbers:
    # on complex numbers the sign of the real part, so that a complex step can pass through
    return np.where(np.real(x) < 0, -x, x) if np.iscomplexobj(x) else np.abs(x)


_ENTRYWISE: dict[str, Callable[[Any], Numbers]] = {
    "exp": np.exp, "log": np.log, "tanh": np.tanh, "sin": np.sin, "cos": np.cos, "sqrt": np.sqrt,
    "abs": _absolute,
}  # fmt: skip
_SHAPED: dict[str, Callable[[Paper, str], Paper]] = {
    "diag":     lambda a, vectors: paper.diag(a) if 1 in a.size else paper.diagonal(a, vectors),
    "diagonal": paper.diagonal,
    "trace":    lambda a, _: paper.trace(a),
    "det":      lambda a, _: paper.determinant(a),
    "frobenius": lambda a, _: paper.norm(a),
    "euclidean": lambda a, _: paper.norm(a, of="vector"),
    "sum":      lambda a, _: paper.total(a),
    "vec":      paper.vec,
}  # fmt: skip
