"""Named mistakes: values a typical mistake would give, held against an answer that is wrong.

A mistake is a transformation of the reference: of its value (a factor), of the rule of one op (`rules.py`),
or of one error signal. Each gives values at the spots of a bench, once; an answer that has them has the name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from symbackprop import tidy as td
from symbackprop.answers.bench import Bench, Spot
from symbackprop.answers.judging import Found, everywhere
from symbackprop.answers.rules import wrong_rules
from symbackprop.errors import SymbackpropError
from symbackprop.evaluation.paper import Paper, oriented
from symbackprop.expr import Expr, shifted, substitute, symbols, topological
from symbackprop.meaning import meaning
from symbackprop.notation import Formula, Name, Transpose
from symbackprop.places import plain
from symbackprop.reference import Array
from symbackprop.reverse import Backward, Pull, backward
from symbackprop.write.walk import children, fold, inside, rebuilt
from symbackprop.values import Point, backward_values, evaluate, forward

TRANSPOSES = 40  # names and transposes of a gradient that are turned round
CANDIDATES = 160  # mistakes tried for one bench
Gaps = tuple[tuple[str, str], ...]
_FAULTS = (SymbackpropError, AssertionError, ValueError, IndexError, KeyError, TypeError)


@dataclass(frozen=True, eq=False)
class Candidate:
    """A mistake and the value it gives at every spot."""

    key: str
    gaps: Gaps
    values: tuple[Paper, ...]


def named(b: Bench, found: Found) -> tuple[str, Gaps]:
    """The mistake that gives the answer's values; else what does not fit; else nothing."""
    if found.detail == "Σ":
        time = b.target.d.graph.time
        return "time", (("index", time.name if time else ""),)
    if found.detail == "step":
        return "step", (("name", f"δ{b.target.wrt}"),)
    if found.verdict == "transposed":
        return "transposed", (("asked", sized(found.sizes[0])), ("given", sized(found.sizes[1])))
    if found.values:
        for c in (*factors(b), *candidates(b)):
            if explains(c, found.values):
                return c.key, c.gaps
    if len(found.sizes) == 2:
        key = "inside" if found.inside else "sizes"
        return key, (("left", sized(found.sizes[0])), ("right", sized(found.sizes[1])))
    return "", ()


def explains(c: Candidate, values: tuple[Paper, ...]) -> bool:
    """Whether a mistake gives these values, up to a transpose."""
    kinds = set(everywhere(c.values, values)) - {"nowhere"}
    return bool(kinds) and (kinds == {"equal"} or kinds <= {"equal", "transposed"})


def sized(size: tuple[int, ...]) -> str:
    """2×3, or 1 for a scalar."""
    return "×".join(map(str, size)) or "1"


# --- of the value --------------------------------------------------------------------------------


Number = Callable[[Spot], float]


def numbers(b: Bench) -> tuple[tuple[str, Number], ...]:
    """Factors that get lost, with the way they are written."""
    out: list[tuple[str, Number]] = [("2", lambda s: 2.0), ("1/2", lambda s: 0.5)]
    for n in b.target.d.graph.sizes:
        out.append((f"1/{n}", lambda s, n=n: 1 / s.point.sizes[n]))
        out.append((n, lambda s, n=n: float(s.point.sizes[n])))
    for n in b.target.d.graph.sizes:
        out.append((f"2/{n}", lambda s, n=n: 2 / s.point.sizes[n]))
    return tuple(out)


@lru_cache(maxsize=64)
def factors(b: Bench) -> tuple[Candidate, ...]:
    """The right value with another sign or another factor."""
    out = [times(b, "sign", (), lambda s: -1.0)]
    for said, number in numbers(b):
        out.append(times(b, "factor", (("factor", said),), lambda s, f=number: 1 / f(s)))
    out += [times(b, "sign_factor", (("factor", said),), lambda s, f=number: -1 / f(s))
            for said, number in numbers(b)]  # fmt: skip
    return tuple(out)


def times(b: Bench, key: str, gaps: Gaps, by: Number) -> Candidate:
    """The right value times a number."""
    return Candidate(key, gaps, tuple(scaled(plain(s.right), by(s)) for s in b.spots))


def scaled(a: Paper, by: float) -> Paper:
    """An array times a number."""
    return Paper(a.array * by, a.rank, a.along)


# --- of the derivation ---------------------------------------------------------------------------


@lru_cache(maxsize=64)
def candidates(b: Bench) -> tuple[Candidate, ...]:
    """Every mistake of the derivation that changes its value, each value once."""
    if b.target.kind == "jacobian":
        return tuple(only_diagonal(b))
    if b.target.kind != "gradient":
        return ()
    rights = [plain(s.right) for s in b.spots]
    kept: list[Candidate] = []
    for c in (*by_signal(b), *by_rule(b), *by_transpose(b), *variables(b)):
        same = set(everywhere(rights, c.values)) <= {"equal"}
        nothing = all(not np.any(v.array) for v in c.values)
        if not same and not nothing:
            kept.append(c)
    return tuple(kept)


def only_diagonal(b: Bench) -> Iterator[Candidate]:
    """A square Jacobian without what lies beside its diagonal."""
    if all(s.own.ndim == 2 and s.own.shape[0] == s.own.shape[1] for s in b.spots):
        values = tuple(Paper(s.own * np.eye(len(s.own)), 2) for s in b.spots)
        yield Candidate("diagonal", (("node", b.target.of),), values)


def variables(b: Bench) -> Iterator[Candidate]:
    """The gradient by another variable, or another node."""
    g, t = b.target.d.graph, b.target
    real = [n for n in g.inputs if (s := g.symbol[n].symbol) and not s.labels]
    known = backward(g, t.of, real)
    for n in known.adjoints:
        s = g.symbol[n].symbol if n in g.symbol else None
        if n != t.wrt and s and bool(s.time) == t.recurrent:
            yield from valued(
                b, "variable", (("name", n),), lambda p, k, n=n: full(known, p).deltas[n, k]
            )


def by_signal(b: Bench) -> Iterator[Candidate]:
    """The error signal of the variable itself: one of its uses missing, t in place of t + 1."""
    own = b.target.d.backward.adjoints[b.target.wrt]
    if len(own.uses) > 1:
        for k, u in enumerate(own.uses):
            rest = td.plus(*(v.value for j, v in enumerate(own.uses) if j != k))
            yield from local(b, "path", (("node", b.target.wrt), ("consumer", u.consumer)), rest)
    for e in (own.value, inlined(b, own.value)):
        yield from at_wrong_steps(b, e)


def inlined(b: Bench, e: Expr) -> Expr:
    """A form with the error signals in it written out once."""
    adjoints, swap = b.target.d.backward.adjoints, {}
    for x in symbols(e):
        s = x.symbol
        if s and s.cotangent and s.name != b.target.wrt and s.at is None and s.name in adjoints:
            swap[x] = shifted(adjoints[s.name].value, s.shift)
    return substitute(e, swap)


def at_wrong_steps(b: Bench, e: Expr) -> Iterator[Candidate]:
    """A form with t in place of t + 1 or t - 1, at one symbol or at all; or t + 1 in place of t - 1."""
    moved = [x for x in symbols(e) if x.symbol and x.symbol.shift]
    ways = [[(x, -x.symbol.shift)] for x in moved if x.symbol]
    ways += [[(x, 2)] for x in moved if x.symbol and x.symbol.shift < 0]
    ways += [[way for [way] in ways[: len(moved)]]] if len(moved) > 1 else []
    for way in ways:
        name = way[0][0].symbol.name if way[0][0].symbol else ""
        wrong = substitute(e, {x: shifted(x, by) for x, by in way})
        yield from local(b, "step", (("name", name),), wrong)


def by_rule(b: Bench) -> Iterator[Candidate]:
    """One op of the graph with a wrong rule, all the way down, or with the right signals above it."""
    g, count = b.target.d.graph, 0
    for name, root in g.definition.items():
        for e in topological(root):
            for n, a in enumerate(e.args):
                for key, rule in wrong_rules(e, n):
                    count += 1
                    if count > CANDIDATES:
                        return
                    node = a.symbol.name if key == "path" and a.symbol else name
                    gaps: Gaps = (("node", node),)
                    if key == "path":
                        gaps += (("consumer", name),)
                    yield from damaged(b, key, gaps, rule)


def by_transpose(b: Bench) -> Iterator[Candidate]:
    """The printed gradient with one transpose too many or one forgotten, where the sizes allow it."""
    f = b.target.d[b.target.wrt].formula
    for k in range(min(sum(isinstance(x, Name | Transpose) for x in inside(f)), TRANSPOSES)):
        try:
            values = tuple(plain(meaning(turned(f, k), b.environment(s, {}, ()))) for s in b.spots)
        except _FAULTS:
            continue
        yield Candidate("transpose", (("node", b.target.of),), values)


def turned(f: Formula, k: int) -> Formula:
    """The formula with its name or transpose number k turned round."""
    seen = -1

    def combine(node: Formula, parts: list[Formula]) -> Formula:
        nonlocal seen
        made = rebuilt(node, parts)
        if not isinstance(node, Name | Transpose):
            return made
        seen += 1
        if seen != k:
            return made
        return made.operand if isinstance(made, Transpose) else Transpose(made)

    return fold(f, children, combine)


def damaged(b: Bench, key: str, gaps: Gaps, rule: Pull) -> Iterator[Candidate]:
    """What a wrong rule gives."""
    t = b.target
    try:
        wrong = backward(t.d.graph, t.of, [t.wrt], pull=rule)
    except _FAULTS:
        return
    if t.wrt not in wrong.adjoints:
        return
    yield from valued(b, key, gaps, lambda p, k: full(wrong, p).deltas[t.wrt, k])
    yield from local(b, key, gaps, wrong.adjoints[t.wrt].value)


def local(b: Bench, key: str, gaps: Gaps, e: Expr) -> Iterator[Candidate]:
    """A wrong form of the error signal, the right ones put in."""
    yield from valued(b, key, gaps, lambda p, k: evaluate(e, p, k))


def valued(
    b: Bench, key: str, gaps: Gaps, at: Callable[[Point, int], Array]
) -> Iterator[Candidate]:
    """The candidate, if it has a value at every spot."""
    values: list[Paper] = []
    for s in b.spots:
        try:
            array = np.asarray(at(s.point, s.t))
        except _FAULTS:
            return
        if array.ndim > 2 or not np.all(np.isfinite(array)):
            return
        values.append(plain(oriented(array, array.ndim, b.target.d.convention.vectors)))
    yield Candidate(key, gaps, tuple(values))


def full(b: Backward, p: Point) -> Point:
    """All error signals of a derivation at a point, its own nodes evaluated where they are new."""
    seeds = {k: v for k, v in p.deltas.items() if k[0] == b.of}
    values = dict(p.values)
    if any((n, 0) not in values and (n, 1) not in values for n in b.graph.definition):
        given = {k: v for k, v in values.items() if k[0] in b.graph.inputs or k[1] < 1}
        values = dict(forward(b.graph, Point(p.sizes, given, {}, p.length)).values)
    return backward_values(b, Point(p.sizes, values, dict(seeds), p.length))
