"""What a typed formula means where its signs leave it open: the product that fits, the size of a bare I.

A node with more than one meaning is decided once, at sizes that are distinct primes, and keeps its meaning
at every other point. Where several meanings fit, all of them are readings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from symbackprop.dialects.disambiguation.choice import Fitting, Option, Reading, Row, Sizes
from symbackprop.dialects.disambiguation.product_signs import column, hadamard, repeated, times
from symbackprop.dialects.disambiguation.typed_functions import at, call, kron, partial
from symbackprop.errors import SizesError
from symbackprop.formula.evaluation import paper_arrays as paper, value_arithmetic as arithmetic
from symbackprop.formula.evaluation.environment import Environment, Scope
from symbackprop.formula.evaluation.paper_arrays import Misfit, Paper
from symbackprop.formula.evaluation.value import meaning, strict
from symbackprop.formula.tree import (
    ONE, OPEN, Array, At, Call, Eye, Formula, Hadamard, Kron, Minus, Name, Number, Ones, Over,
    Partial, Plus, Power, Times, Transpose,
)  # fmt: skip


Cells = tuple[tuple[Formula, ...], ...]


def array(fit: Fitting, node: Array, scope: Scope) -> Paper:
    """A matrix written out; `[a b; c d]` may be products in a column, or four cells."""

    def made(rows: Cells) -> Paper:
        return paper.blocks([cells(row, scope) for row in rows])

    if node.listed and len(node.rows) == 1:  # a row of MATLAB, and a vector of NumPy
        options = [("row", lambda: made(node.rows)), ("list", lambda: listed(node.rows[0], scope))]
        return fit.choose((id(node), 1), options)
    apart = tuple(side_by_side(row) for row in node.rows)
    if apart == node.rows or len({len(row) for row in apart}) > 1:
        return made(node.rows)
    options = [("products", lambda: made(node.rows)), ("cells", lambda: made(apart))]
    return fit.choose((id(node), 0), options)


def listed(row: tuple[Formula, ...], scope: Scope) -> Paper:
    """Numbers one below the other. Errors: `Misfit` where one of them is none."""
    values = [scope.of(f) for f in row]
    if any(v.rank for v in values):
        raise Misfit("a list holds numbers")
    return paper.blocks([[v] for v in values])


def side_by_side(row: tuple[Formula, ...]) -> tuple[Formula, ...]:
    """The factors of a lone cell that stand beside each other."""
    only = row[0] if len(row) == 1 else None
    return only.factors if isinstance(only, Times) and not any(only.signs) else row


def cells(row: tuple[Formula, ...], scope: Scope) -> list[Paper]:
    """The values of a row; a bare 1 beside a matrix is a column of ones as high as it."""
    known = [None if f == ONE and len(row) > 1 else scope.of(f) for f in row]
    heights = [v.size[0] for v in known if v is not None and v.rank == 2]
    return [v or (column(heights[0]) if heights else scope.of(ONE)) for v in known]


Given = Callable[[Environment, Fitting], Environment]
RUNS, READINGS = 64, 8  # evaluations spent on the readings of one formula; readings kept


def readings(
    node: Formula, env: Environment, sizes: Sizes, given: Given | None = None,
    rows: Mapping[type, Row] | None = None,
) -> Iterator[tuple[Reading, Paper]]:  # fmt: skip
    """Every reading whose sizes fit, the usual one first. Errors: as the first one's, if none does.

    `given` puts what is defined beside the formula into the environment, its signs read in the same run;
    `rows` are the rules of the signs, those of paper where nothing is said.
    """
    rows = PAPER_ROWS if rows is None else rows
    try:
        yield from fitting_readings(node, env, sizes, given, rows)
    except SizesError as refusal:
        yield from fitting_readings(node, env, sizes, given, rows, instead=refusal)


def fitting_readings(
    node: Formula, env: Environment, sizes: Sizes, given: Given | None, rows: Mapping[type, Row],
    *, instead: SizesError | None = None,
) -> Iterator[tuple[Reading, Paper]]:  # fmt: skip
    """The readings whose sizes fit; `instead` is why there is none unless g σ(x) is entry by entry."""
    waiting: list[tuple[int, ...]] = [()]
    refusal: SizesError | None = instead
    found = 0
    for _ in range(RUNS):
        if not waiting or found == READINGS:
            break
        run = Fitting(rows, sizes, {}, waiting.pop(0), loose=instead is not None)
        try:
            made = meaning(node, given(env, run) if given else env, run.value)
        except SizesError as error:
            refusal, made = refusal or error, None
        picks = tuple(k for k, _, _ in run.taken)
        for n in range(len(run.given), len(picks)):
            waiting += [(*picks[:n], k) for k in range(1, run.taken[n][1])]
        if made is not None:
            found += 1
            yield run.reading(instead), made
    if not found and refusal:
        raise refusal


def valued(
    node: Formula, env: Environment, sizes: Sizes, reading: Reading, given: Given | None = None,
    rows: Mapping[type, Row] | None = None,
) -> Paper:  # fmt: skip
    """The value under a reading."""
    run = Fitting(PAPER_ROWS if rows is None else rows, sizes, dict(reading.plan))
    return meaning(node, given(env, run) if given else env, run.value)


def plus(fit: Fitting, node: Plus, scope: Scope) -> Paper:
    """A sum; a vector is repeated over the rows of a matrix, as in X W + b."""
    made = scope.of(node.terms[0])
    for k, term in enumerate(node.terms[1:], 1):
        other = scope.of(term)
        if not (made.rank == other.rank == 2) or made.size == other.size:
            made = arithmetic.added(made, other)
        else:
            ways = sums(made, other)  # one number for each row stands beside its row
            made = fit.choose((id(node), k), ways[::-1] if by_rows(term) else ways)
    return made


def by_rows(term: Formula) -> bool:
    """Whether a term is rowsum(…) or rowmean(…)."""
    inner = term.operand if isinstance(term, Minus) else term
    return isinstance(inner, Call) and inner.function in ("rowsum", "rowmean")


def sums(a: Paper, b: Paper) -> list[Option]:
    """The ways to add two arrays of different sizes; none of them fits where nothing can be repeated."""
    if 1 in a.size and 1 not in b.size:
        ways = [(n, lambda s=s: arithmetic.added(s, b)) for n, s in repeated(a, b)]
    else:
        ways = [(n, lambda s=s: arithmetic.added(a, s)) for n, s in repeated(b, a)]
    return ways or [("", lambda: arithmetic.added(a, b))]


def over(_: Fitting, node: Over, scope: Scope) -> Paper:
    """A quotient; by an array, entry by entry."""
    above, below = scope.of(node.numerator), scope.of(node.denominator)
    return paper.entrywise(np.divide, above, below)


def power(fit: Fitting, node: Power, scope: Scope) -> Paper:
    """A power; of an array entry by entry, or the inverse, or a power of a square matrix."""
    base = scope.of(node.base)
    if node.base == Name("e") and not isinstance(node.exponent, Number):
        return fit.choose((id(node), 1), [
            ("e", lambda: paper.power(base, paper.number(scope.of(node.exponent)))),
            ("exp", lambda: paper.mapped(np.exp, scope.of(node.exponent))),
        ])  # fmt: skip
    square = base.rank == 2 and base.size[0] == base.size[1] > 1
    if not base.rank or (square and node.exponent == Minus(ONE)):
        return strict(node, scope)
    exponent = paper.number(scope.of(node.exponent))
    options: list[Option] = [("⊙", lambda: paper.power(base, exponent))]
    if square and isinstance(node.exponent, Number):
        options.append(("·", lambda: paper.powers(base, exponent)))
    elif square:  # A^{t-k}: the exponent is a letter
        options.insert(0, ("·", lambda: paper.powers(base, exponent, scope.active)))
    return fit.choose((id(node), 0), options)


def transpose(fit: Fitting, node: Transpose, scope: Scope) -> Paper:
    """aᵀ; 1ᵀ is a row of ones."""
    if node.operand == ONE:
        return fit.open_size((id(node), 0), lambda k: paper.transpose(column(k)))
    return strict(node, scope)


def ones(fit: Fitting, node: Ones, scope: Scope) -> Paper:
    """A column of ones."""
    return fit.open_size((id(node), 0), column) if node.size == OPEN else strict(node, scope)


def eye(fit: Fitting, node: Eye, scope: Scope) -> Paper:
    """The identity."""
    if node.size != OPEN:
        return strict(node, scope)
    return fit.open_size((id(node), 0), lambda k: Paper(np.eye(k), 2))


PAPER_ROWS: Mapping[type, Row] = {
    Times: times, Hadamard: hadamard, Plus: plus, Over: over, Power: power, Transpose: transpose,
    Ones: ones, Eye: eye, At: at, Call: call, Kron: kron, Partial: partial, Array: array,
}  # fmt: skip
