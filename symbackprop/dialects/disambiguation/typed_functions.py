"""Functions people type that our own pages never print: norms, inner and outer products, means of rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial as partial_of
from typing import Any

import numpy as np

from symbackprop.dialects.disambiguation.choice import Fitting, Option
from symbackprop.dialects.disambiguation.product_signs import elementwise, laid
from symbackprop.formula.evaluation import (
    constants, paper_arrays as paper, slices, value_arithmetic as arithmetic,
)  # fmt: skip
from symbackprop.formula.evaluation.environment import Scope
from symbackprop.formula.evaluation.paper_arrays import Misfit, Paper
from symbackprop.formula.evaluation.rationals import NotRational
from symbackprop.formula.evaluation.value import strict
from symbackprop.formula.tree import (
    OPEN, At, Call, Formula, Kron, Name, Number, Partial, Span, Unit,
)  # fmt: skip


def call(fit: Fitting, node: Call, scope: Scope) -> Paper:
    """A function; |v| of a vector may be its length."""
    arguments, count = node.arguments, len(node.arguments)
    row = ROWS.get((node.function, count)) if not node.primes else None
    own = node.function in scope.env.functions
    if row and (not own or (node.function in OF_SEVERAL and count > 1)):
        return row(*(scope.of(a) for a in arguments))
    if node.function.startswith(EINSUM):
        return summation(node.function.removeprefix(EINSUM), [scope.of(a) for a in arguments])
    if node.function == "onehot" and len(arguments) in (1, 2):  # one_hot(y, k)
        return constants.unit(Unit(arguments[0]), scope)
    if node.function == "abs" and not node.primes and len(arguments) == 1:
        a = scope.of(arguments[0])
        other = paper.norm if 1 in a.size else paper.determinant  # |v| and |A|
        if a.rank == 2 and (1 in a.size or a.size[0] == a.size[1]):
            options: list[Option] = [
                ("|·|", lambda: strict(node, scope)),
                ("‖·‖" if 1 in a.size else "det", lambda: other(a)),
            ]
            return fit.choose((id(node), 0), options)
    return strict(node, scope)


def inner(a: Paper, b: Paper) -> Paper:
    """Σ a b over all entries."""
    return paper.total(elementwise(a, b)) if a.rank and b.rank else paper.product(a, b)


def outer(a: Paper, b: Paper) -> Paper:
    """a bᵀ of two vectors."""
    return paper.product(lying(a, 1), lying(b, 0))


def numpy_product(a: Paper, b: Paper) -> Paper:
    """np.dot(a, b): a vector in front lies down where it has to."""
    stands = a.along == -2 and b.rank == 2 and a.size[1] != b.size[0]
    return laid(a, b) if stands else paper.product(a, b)


def lying(a: Paper, axis: int) -> Paper:
    """A vector as a column (1) or a row (0)."""
    if a.rank != 2 or 1 not in a.size:
        raise Misfit(f"{a.shown()} is not a vector")
    return a if a.size[axis] == 1 else paper.transpose(a)


def matrix(a: Paper) -> Paper:
    """A value that has rows and columns. Errors: `Misfit`."""
    if a.rank != 2:
        raise Misfit(f"{a.shown()} has no rows")
    return a


def along(work: Callable[..., Any], axis: int, keep: bool, a: Paper) -> Paper:
    """A reduction of the rows of a matrix, or of its columns, to a vector, or to what keeps its axis."""
    made = reduced(work, matrix(a), axis)
    if keep:
        return Paper(made, 2)
    return Paper(made, 2, -2) if axis == -1 else paper.transpose(Paper(made, 2, -1))


def whole(work: Callable[..., Any], a: Paper) -> Paper:
    """A reduction of all entries."""
    made = reduced(work, a, tuple(range(-a.rank, 0)))
    return Paper(made[(..., *(0,) * a.rank)])


def reduced(work: Callable[..., Any], a: Paper, axis: int | tuple[int, ...]) -> Any:
    """The entries reduced, their axes kept. Errors: `NotRational` where fractions would be rounded."""
    if a.array.dtype == object and work in ROUNDED:
        raise NotRational("its values are rounded")
    return work(a.array, axis=axis, keepdims=True)


def variance(x: Any, axis: Any, keepdims: bool) -> Any:
    """The mean of (x - mean x)²."""
    return np.mean((x - np.mean(x, axis=axis, keepdims=True)) ** 2, axis=axis, keepdims=keepdims)


def deviation(x: Any, axis: Any, keepdims: bool) -> Any:
    """The root of the variance."""
    return np.sqrt(variance(x, axis, keepdims))


def length(x: Any, axis: Any, keepdims: bool) -> Any:
    """The root of the sum of x²."""
    return np.sqrt(np.sum(x**2, axis=axis, keepdims=keepdims))


def rolled(a: Paper, by: Paper) -> Paper:
    """The entries of a vector moved on, the last ones to the front. Errors: `Misfit`."""
    shift = np.unique(np.real(by.array).astype(float))
    if by.rank or shift.size != 1 or shift[0] != int(shift[0]):
        raise Misfit(f"{by.shown()} is no number of places")
    axis = -1 if lying(a, 1).size[0] == a.size[1] else -2
    return replace(a, array=np.roll(a.array, int(shift[0]), axis))


def slid(kind: Callable[..., Any], mode: str, a: Paper, b: Paper) -> Paper:
    """Two vectors slid along each other: NumPy's convolution or correlation. Errors: `Misfit`."""
    x, y = (lying(v, 1).array for v in (a, b))
    if x.ndim > 2 or y.ndim > 2:
        raise Misfit("vectors slide as a whole, not by their entries")
    return Paper(kind(x[:, 0], y[:, 0], mode)[:, None], 2, -2)


def summation(letters: str, arguments: list[Paper]) -> Paper:
    """NumPy's einsum of numbers, vectors and matrices. Errors: `Misfit`, `NotRational`."""
    inner, _, out = letters.partition("->")
    each = inner.split(",")
    if len(each) != len(arguments) or max(map(len, (*each, out))) > 2:
        raise Misfit(f"{letters} does not say the axes of {len(arguments)} arrays")
    flat: list[Any] = []
    for word, a in zip(each, arguments, strict=True):
        if a.array.dtype == object:
            raise NotRational("its values are rounded")
        flat.append(lying(a, 1).array[..., 0] if len(word) == 1 else a.array)
        if len(word) != 1 and a.rank != len(word):
            raise Misfit(f"{a.shown()} has no axes {word}")
    spec = ",".join("..." + w for w in each) + "->..." + out
    try:
        made = np.einsum(spec, *flat)
    except ValueError:
        raise Misfit(f"{letters} does not fit") from None
    return Paper(made[..., None], 2, -2) if len(out) == 1 else Paper(made, len(out))


def norm1(a: Paper) -> Paper:
    """Σ |x|."""
    return paper.total(paper.mapped(np.abs, a))


def largest(a: Paper) -> Paper:
    """max |x|."""
    return Paper(np.abs(a.array).max(axis=tuple(range(-a.rank, 0)))) if a.rank else paper.mapped(np.abs, a)


def one_over(work: Callable[..., Any], a: Paper) -> Paper:
    """1/f of every entry. Errors: `NotRational` where fractions would be rounded."""
    if a.array.dtype == object:
        raise NotRational("its values are rounded")
    return paper.mapped(lambda x: 1 / work(x), a)


def chosen(condition: Paper, a: Paper, b: Paper) -> Paper:
    """a where a condition is 1, else b."""
    left = paper.entrywise(lambda c, x: np.where(c != 0, x, 0), condition, a)
    return arithmetic.added(left, paper.entrywise(lambda c, x: np.where(c != 0, 0, x), condition, b))


def over_samples(a: Paper) -> Paper:
    """x̄: the mean of a vector, or of the rows of a matrix."""
    return whole(np.mean, a) if 1 in a.size else along(np.mean, -2, False, a)


def columns_softmax(a: Paper) -> Paper:
    """The softmax of a vector, or of each column."""
    if a.array.dtype == object:
        raise NotRational("its values are rounded")
    axis = -1 if a.along == -1 else -2
    e = np.exp(a.array - np.real(a.array).max(axis=axis, keepdims=True))
    return replace(a, array=e / e.sum(axis=axis, keepdims=True))


# NumPy's reductions: of all entries, `rowsum` along the rows, `colsumkept` with keepdims
REDUCTIONS: Mapping[str, Callable[..., Any]] = {
    "sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min, "prod": np.prod, "std": deviation,
    "var": variance, "norm": length,
}  # fmt: skip
ROUNDED = (deviation, length)
SLIDING = {"convolve": "full", "correlate": "valid"}  # how far they slide where nothing is said
EINSUM = "einsum "  # and its letters
ROWS_LIE = (-1, -98)  # how the rows x_i of a text lie, in the plan of a reading
OF_SEVERAL = frozenset({"max", "min", "power", "clip", "where"})  # a graph has them of one array as well
ROWS: Mapping[tuple[str, int], Callable[..., Paper]] = {
    **{(n, 1): partial_of(whole, f) for n, f in REDUCTIONS.items() if n != "sum"},
    **{(side + n + kept, 1): partial_of(along, f, axis, bool(kept)) for n, f in REDUCTIONS.items()
       for side, axis in (("row", -1), ("last", -1), ("col", -2)) for kept in ("", "kept")
       if side + n + kept not in ("rowsum", "colsum")},
    ("norm", 1):     paper.norm,
    ("norm", 2):     lambda a, _: paper.norm(a, of="vector"),
    ("norm1", 1):    norm1,
    ("norminf", 1):  largest,
    ("inner", 2):    inner,
    ("dot", 2):      numpy_product,
    ("matmul", 2):   numpy_product,
    ("multiply", 2): elementwise,
    ("divide", 2):   lambda a, b: paper.entrywise(np.divide, a, b),
    ("outer", 2):    outer,
    ("max", 2):      lambda a, b: paper.entrywise(np.maximum, a, b),
    ("min", 2):      lambda a, b: paper.entrywise(np.minimum, a, b),
    ("power", 2):    paper.power,
    ("where", 3):    chosen,
    ("clip", 3):     lambda a, b, c: paper.entrywise(np.minimum, paper.entrywise(np.maximum, a, b), c),
    ("zeros_like", 1): lambda a: replace(a, array=np.zeros_like(a.array)),
    ("ones_like", 1):  lambda a: replace(a, array=np.ones_like(a.array)),
    ("len", 1):      lambda a: paper.scalar(np.float64(max(a.size) if a.along is not None else a.size[0])),
    ("size", 1):     lambda a: paper.scalar(np.float64(np.prod(a.size))),
    ("rows", 1):     lambda a: paper.scalar(np.float64(max(a.size) if a.along is not None else a.size[0])),
    ("columns", 1):  lambda a: paper.scalar(np.float64(matrix(a).size[1])),
    ("colsoftmax", 1): columns_softmax,
    ("kron", 2):     paper.kron,
    ("bar", 1):      over_samples,
    ("standing", 1): lambda a: replace(lying(a, 1), along=None),
    ("lying", 1):    lambda a: replace(lying(a, 0), along=None),
    ("flip", 1):     lambda a: replace(a, array=np.flip(a.array, axis=tuple(range(-a.rank, 0)))),
    ("roll", 2):     rolled,
    **{(n + said, 2): partial_of(slid, getattr(np, n), said or usual) for n, usual in SLIDING.items()
       for said in ("", "full", "same", "valid")},
    ("tril", 1):     lambda a: replace(matrix(a), array=np.tril(a.array)),
    ("triu", 1):     lambda a: replace(matrix(a), array=np.triu(a.array)),
    ("matrix_power", 2): paper.powers,
    ("sech", 1):     lambda a: one_over(np.cosh, a),
    ("coth", 1):     lambda a: one_over(np.tanh, a),
    ("cof", 1):      lambda a: paper.product(paper.determinant(a), paper.transpose(paper.inverse(a))),
    ("adj", 1):      lambda a: paper.product(paper.determinant(a), paper.inverse(a)),
    ("solve", 2):    lambda a, b: paper.product(paper.inverse(a), b),
    ("logdet", 1):   lambda a: paper.mapped(np.log, paper.determinant(a)),
}  # fmt: skip


def kron(fit: Fitting, node: Kron, scope: Scope) -> Paper:
    """a ⊗ b; of two vectors it may be a bᵀ."""
    made = scope.of(node.factors[0])
    for k, f in enumerate(node.factors[1:], 1):
        a, b = made, scope.of(f)
        if a.rank == b.rank == 2 and 1 in a.size and 1 in b.size:
            options: list[Option] = [
                ("⊗", lambda a=a, b=b: paper.kron(a, b)),
                ("a bᵀ", lambda a=a, b=b: outer(a, b)),
            ]
            made = fit.choose((id(node), k), options)
        else:
            made = paper.kron(a, b)
    return made


def at(fit: Fitting, node: At, scope: Scope) -> Paper:
    """An entry; one index on a matrix is its row, which on blackboards is a column x_i, or its column."""
    if whole_row(node):
        row = strict(node, scope)
        return fit.choose((id(node), 0), [
            ("row, lying", lambda: row),
            ("row", lambda: lying(row, 1)),
        ])  # fmt: skip
    if not single(node, scope):
        return strict(node, scope)
    base, steps = node.base, node.indices[:-1]
    whole = scope.of(At(base, steps) if steps else base)
    if whole.rank != 2 or 1 in whole.size:
        return strict(node, scope)
    spot = node.indices[-1]
    if digits := two_digits(spot):
        return scope.of(At(base, (*steps, *digits)))
    key = (id(node), 0)
    options: list[Option] = [
        ("row", lambda: lying(cut(whole, 0, spot, scope), 1)),
        ("row, lying", lambda: cut(whole, 0, spot, scope)),
        ("column", lambda: cut(whole, 1, spot, scope)),
    ]
    if key not in fit.plan and (known := fit.plan.get(ROWS_LIE)):  # all rows of a text stand, or all lie
        options = [o for o in options if o[0] in (known, "column")]
    made = fit.choose(key, options)
    if fit.plan[key] != "column":
        fit.plan[ROWS_LIE] = fit.plan[key]
    return made


def whole_row(node: At) -> bool:
    """Whether A_{i,:} is meant, which people write for x_i."""
    *_, row, columns = (None, *node.indices)
    return columns == Span(OPEN, OPEN) and row is not None and not isinstance(row, Span)


def two_digits(spot: Formula) -> tuple[Formula, ...]:
    """A_{12} of a matrix is an entry, not its row 12."""
    text = str(spot.value) if isinstance(spot, Number) else ""
    return tuple(Number(Fraction(c)) for c in text) if re.fullmatch("[1-9]{2}", text) else ()


def cut(whole: Paper, axis: int, spot: Formula, scope: Scope) -> Paper:
    """One row or column of a matrix."""
    part = slices.taken(whole, axis, slices.place(spot, whole.size[axis], scope))
    return replace(part, along=-1 if axis == 0 else -2)


def single(node: At, scope: Scope) -> bool:
    """Whether a matrix has one index only."""
    if isinstance(node.indices[-1], Span):
        return False
    value = scope.env.values.get(node.base)
    if value is None:
        return len(node.indices) == 1 and not isinstance(node.base, Name | Partial)
    return value.rank == 2 and len(node.indices) == value.time_axes + 1


def partial(fit: Fitting, node: Partial, scope: Scope) -> Paper:
    """∂L/∂x of a vector, a row on our pages, is a column to most."""
    made = strict(node, scope)
    if made.rank != 2 or 1 not in made.size or made.size == (1, 1):
        return made
    options: list[Option] = [
        ("∂ as a column", lambda: lying(made, 1)),
        ("∂ as a row", lambda: lying(made, 0)),
    ]
    return fit.choose((id(node), 0), options)
