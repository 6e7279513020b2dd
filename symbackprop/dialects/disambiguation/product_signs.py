"""Products as people type them: what binds tighter, and which product a sign is."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import reduce
from typing import Any, TypeGuard

import numpy as np

from symbackprop.dialects.disambiguation.choice import Fitting, Key
from symbackprop.formula.evaluation import paper_arrays as paper
from symbackprop.formula.evaluation.environment import Scope
from symbackprop.formula.evaluation.paper_arrays import Misfit, Paper
from symbackprop.formula.evaluation.rationals import rational
from symbackprop.formula.tree import (
    ONE, OPEN, Formula, Hadamard, Minus, Number, Ones, Over, Plus, Times, Transpose,
)  # fmt: skip

Signed = tuple[str, Paper]  # the sign before a factor, and the factor
LIFTED = "(1-a)"  # no sign, beside an array that a number was added to: a(1-a) is entry by entry
WIDE = "/ by all behind it"
ALONG_ROWS = "repeated along rows"
TIGHT = frozenset({"", "@", LIFTED})  # @ is a product as factors side by side are


def elementwise(a: Paper, b: Paper) -> Paper:
    """a ⊙ b; a column stands beside every column of a matrix, a row beside every row."""
    for one, other in ((a, b), (b, a)) if a.rank == b.rank == 2 else ():
        if 1 not in other.size and one.size in ((other.size[0], 1), (1, other.size[1])):
            return paper.entrywise(np.multiply, spread(one.array, other), other)
    return paper.entrywise(np.multiply, a, b)


def paired(fit: Fitting, key: Key, a: Paper, b: Paper) -> Paper:
    """a ⊙ b; a vector that fits beside no column of a matrix is repeated along its rows."""
    if fit.plan.get(key) != ALONG_ROWS:
        with suppress(Misfit):
            return elementwise(a, b)
    ways = [(n, s, m) for v, m in ((a, b), (b, a)) for n, s in repeated(v, m) if n == ALONG_ROWS]
    if not ways or not (a.rank == b.rank == 2):
        return elementwise(a, b)
    (way, vector, matrix), *_ = ways
    fit.plan[key] = way
    fit.noted.add(way)
    return elementwise(vector, matrix)


def times(fit: Fitting, node: Times, scope: Scope) -> Paper:
    """Juxtaposed factors bind tighter than a typed sign, if the sizes allow it."""

    def usual() -> Paper:
        return run_of(fit, node, signed(fit, node, scope))

    if "/" not in node.signs:
        return usual()
    key = (id(node), -3)
    made = fit.choose(key, [("/ by one factor", usual), (WIDE, lambda: widened(fit, node, scope))])
    fit.noted |= {WIDE} if fit.plan[key] == WIDE else set()
    return made


def widened(fit: Fitting, node: Times, scope: Scope) -> Paper:
    """w'Aw/w'w by what stands side by side behind the / up to a number. Errors: `Misfit` if there is none."""
    at = node.signs.index("/")
    quotient, stop = node.factors[at - 1], at
    assert isinstance(quotient, Over)
    below = scope.of(quotient.denominator)
    if not below.rank:
        raise Misfit("a quotient by a number")
    while below.rank and stop < len(node.factors) and not (stop > at and node.signs[stop]):
        below = paper.product(below, scope.of(node.factors[stop]))
        stop += 1
    made = paper.entrywise(np.divide, scope.of(quotient.numerator), paper.number(below))
    signs = (*node.signs[: at - 1], "", *node.signs[stop:])
    values = (*map(scope.of, node.factors[: at - 1]), made, *map(scope.of, node.factors[stop:]))
    return run_of(fit, node, list(zip(signs, values, strict=True)))


def signed(fit: Fitting, node: Times, scope: Scope) -> list[Signed]:
    """The factors with their signs; a bare 1 beside a matrix, or before a row, may be a column of ones."""
    signs = [s.replace("/", "") for s in node.signs] or [""] * len(node.factors)
    known = [None if is_open(f, k) else scope.of(f) for k, f in enumerate(node.factors)]
    out: list[Signed] = []
    for k, f in enumerate(node.factors):
        value = known[k]
        left = out[k - 1][1] if k else None
        right = known[k + 1] if k + 1 < len(known) else None
        after = node.factors[k + 1] if k + 1 < len(known) else None
        row = lies(right) or (isinstance(after, Transpose) and is_open(after, k + 1))
        last = k > 0 and right is None and not signs[k] and not value  # 2 s 1, with s a number
        if f == ONE and (row or last) and not (left and left.rank):
            value = number_or_ones(fit, (id(node), -10 - k))
        if value is None:
            value = beside(fit, f, left, right, scope)
        if scope.env.exact:
            value = replace(value, array=rational(value.array))
        near = [f, node.factors[k - 1]] if k else []
        beside_lifted = k and not signs[k] and any(map(lifted, near))
        out.append((LIFTED if beside_lifted else signs[k] if k else "", value))
    return out


def lifted(f: Formula) -> bool:
    """Whether a number stands beside arrays in a sum: 1 - a, which has no meaning but entry by entry."""
    terms = f.terms if isinstance(f, Plus) else ()
    inner = [t.operand if isinstance(t, Minus) else t for t in terms]
    return any(isinstance(t, Number | Ones) for t in inner)


def lies(value: Paper | None) -> bool:
    """Whether a value is a row."""
    return value is not None and value.along == -1


def number_or_ones(fit: Fitting, key: Key) -> Paper:
    """1 before a row, or behind a number: the number, or a column of ones."""
    number = paper.scalar(np.float64(1))
    sizes = {n: k for n, k in fit.sizes.items() if k > 1}
    ones = [(f"1 of size {n}", lambda k=k: column(k)) for n, k in sizes.items()]
    return fit.choose(key, [("1", lambda: number), *ones])


def is_open(f: Formula, position: int) -> bool:
    """A column of ones, or its transpose, whose length is not written."""
    inner = f.operand if isinstance(f, Transpose) else f
    if isinstance(inner, Ones):
        return inner.size == OPEN
    return isinstance(inner, Number) and inner == ONE and (inner is not f or position > 0)


def beside(fit: Fitting, f: Formula, left: Paper | None, right: Paper | None, scope: Scope) -> Paper:
    """Ones between two factors."""
    if isinstance(f, Transpose):
        if right is not None and right.rank == 2:
            return paper.transpose(column(right.size[0]))
        return scope.of(f)
    if left is not None and left.rank == 2 and (left.size[1] > 1 or right is None):
        return column(left.size[1])
    return paper.scalar(np.float64(1)) if isinstance(f, Number) else scope.of(f)


def column(n: int) -> Paper:
    """A column of n ones."""
    return paper.oriented(np.ones(n), 1, "column")


def run_of(fit: Fitting, node: Formula, run: list[Signed]) -> Paper:
    """A run of factors: those without a sign first, then from the left; or all from the left."""
    if not any(apart(sign) for sign, _ in run):
        return side_by_side(fit, node, run)
    grouped: list[list[Signed]] = []
    for sign, value in run:
        if apart(sign) or not grouped:
            grouped.append([(sign, value)])
        else:
            grouped[-1].append((sign, value))

    def tight() -> Paper:
        each = [(g[0][0], side_by_side(fit, node, g, 5 + k)) for k, g in enumerate(grouped)]
        return from_left(fit, node, each, 1)

    if len(grouped) == len(run):
        return from_left(fit, node, run)
    options = [("from the right", tight), ("from the left", lambda: from_left(fit, node, run, 2))]
    return fit.choose((id(node), -1), options)


def side_by_side(fit: Fitting, node: Formula, run: list[Signed], way: int = 0) -> Paper:
    """Factors without a sign: from the left, or from the right as Wᵀ (g ⊙ h) in Wᵀ g h."""

    def from_right() -> Paper:
        made = run[-1][1]
        for k in range(len(run) - 2, -1, -1):
            made = joined(fit, (id(node), 100 * way + 50 + k), run[k + 1][0], run[k][1], made)
        return made

    options = [("", lambda: from_left(fit, node, run, way)), ("from the right", from_right)]
    key = (id(node), -20 - way)
    if len(run) < 3 or not (fit.loose or key in fit.plan):
        return from_left(fit, node, run, way)
    return fit.choose(key, options)


def apart(sign: str) -> bool:
    """Whether a sign parts runs of juxtaposed factors."""
    return sign not in TIGHT


def from_left(fit: Fitting, node: Formula, run: list[Signed], way: int = 0) -> Paper:
    """The product from the left; a typed sign is the product that fits."""
    made = run[0][1]
    for k, (sign, value) in enumerate(run[1:], 1):
        made = joined(fit, (id(node), 100 * way + k), sign, made, value)
    return made


def repeated(vector: Paper, like: Paper) -> list[tuple[str, Paper]]:
    """The ways a vector can be spread over the rows or columns of a matrix."""
    if 1 not in vector.size or 1 in like.size:
        return []
    rows, columns = like.size
    flat = vector.array.reshape((*vector.samples, max(vector.size)))
    out: list[tuple[str, Paper]] = []
    if max(vector.size) == columns:
        out.append((ALONG_ROWS, spread(flat[..., None, :], like)))
    if vector.size == (rows, 1):
        out.append(("repeated along columns", spread(flat[..., :, None], like)))
    return out


def spread(array: Any, like: Paper) -> Paper:
    """An array repeated to a size."""
    return Paper(np.broadcast_to(array, (*array.shape[:-2], *like.size)), 2)


def joined(fit: Fitting, key: Key, sign: str, a: Paper, b: Paper) -> Paper:
    """a b, a · b or a ⊙ b."""
    if sign == "⊙":
        return paired(fit, key, a, b)
    if sign == "@":
        options = [("·", lambda: paper.product(a, b)), ("v @ A", lambda: laid(a, b))]
        return fit.choose(key, options)
    if not (a.rank and b.rank) or (not sign and not (fit.loose and alike(a, b)) and key not in fit.plan):
        return paper.product(a, b)
    if sign == "*" and (ways := [*repeated(b, a), *repeated(a, b)]):
        return beside_matrix(fit, key, a, b, ways[::-1])
    options = [("·", lambda: paper.product(a, b)), ("⊙", lambda: elementwise(a, b))]
    if sign in ("", LIFTED):
        made = fit.choose(key, options)
        fit.noted |= {"⊙"} if fit.plan[key] == "⊙" else set()
        return made
    if sign != "*" and a.size == b.size and 1 in a.size:
        options.append(("inner product", lambda: paper.total(elementwise(a, b))))
    return fit.choose(key, options)


def beside_matrix(fit: Fitting, key: Key, a: Paper, b: Paper, ways: list[tuple[str, Paper]]) -> Paper:
    """A * v: the product, or v beside each column or row; one vector lies the same way throughout."""
    vector, other = (a, b) if 1 in a.size else (b, a)
    same = (hash(vector.array.tobytes()), -99)
    known = fit.plan.get(same) if key not in fit.plan else None
    kept = [(n, s) for n, s in ways if known in (None, n)]
    options = [(n, lambda s=s: elementwise(s, other)) for n, s in kept]
    made = fit.choose(key, [("·", lambda: paper.product(a, b)), *options])
    if len(ways) > 1 and fit.plan[key] != "·":
        fit.plan[same] = fit.plan[key]
    return made


def laid(a: Paper, b: Paper) -> Paper:
    """a @ b of a vector without rows or columns, as NumPy has them: it lies down before a matrix.

    Errors: `Misfit` where a is no vector, or the sizes do not fit.
    """
    if a.along != -2:
        raise Misfit(f"{a.shown()} and {b.shown()}", a.size, b.size)
    return paper.transpose(paper.product(paper.transpose(a), b))


def loose(f: Formula) -> TypeGuard[Times]:
    """Whether a factor is a product without brackets."""
    return isinstance(f, Times) and f.signs[:1] != ("(",)


def hadamard(fit: Fitting, node: Hadamard, scope: Scope) -> Paper:
    """⊙ between products; or from the left, as in NumPy and MATLAB."""

    known = [f if loose(f) else scope.of(f) for f in node.factors]

    def on_paper() -> Paper:
        values = [scope.of(f) if isinstance(f, Times) else f for f in known]
        return from_left(fit, node, [("⊙", v) for v in values], 7)

    def in_code() -> Paper:
        run: list[Signed] = []
        for f in known:
            part = signed(fit, f, scope) if isinstance(f, Times) else [("", f)]
            run += [("⊙", part[0][1]), *part[1:]]
        return from_left(fit, node, run, 3)

    def throughout() -> Paper:
        made = None
        for k, f in enumerate(known):
            part = [v for _, v in signed(fit, f, scope)] if isinstance(f, Times) else [f]
            whole = reduce(juxtaposed, part)
            made = whole if made is None else paired(fit, (id(node), 800 + k), made, whole)
        assert made is not None
        return made

    if not any(isinstance(f, Times) for f in known):
        return on_paper()
    ways = [("⊙ last", on_paper), ("from the left", in_code), ("⊙ throughout", throughout)]
    return fit.choose((id(node), -2), ways)


def alike(a: Paper, b: Paper) -> bool:
    """Whether two arrays have one size, and no product of matrices."""
    return a.rank == b.rank == 2 and a.size == b.size and a.size[0] != a.size[1]


def juxtaposed(a: Paper, b: Paper) -> Paper:
    """a b between ⊙: the product, or entry by entry where there is none and the sizes are equal."""
    return elementwise(a, b) if alike(a, b) else paper.product(a, b)
