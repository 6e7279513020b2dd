"""Wrong derivations and their values: one slip, the same slip everywhere, or two slips."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, islice

import numpy as np

from symbackprop import tidy as td
from symbackprop.activity import relevant
from symbackprop.answers.bench import Bench
from symbackprop.answers.edits import FAULTS, Gaps, slipped
from symbackprop.answers.factors import some
from symbackprop.answers.judging import everywhere
from symbackprop.answers.rules import Slip, rule, slips
from symbackprop.evaluation.paper import Paper, oriented, transpose
from symbackprop.expr import Expr, shifted, substitute, symbols
from symbackprop.places import plain
from symbackprop.reference import Array
from symbackprop.reverse import Backward, backward
from symbackprop.values import Point, backward_values, evaluate, forward

SLIPS = 160  # wrong rules tried for one bench
PAIRS = 120  # of two slips in one derivation
LOCAL_PAIRS = 400  # of two slips in one error signal


@dataclass(frozen=True)
class Mistake:
    """A named mistake: its key in the catalogue, and what stands in the gaps of its sentence."""

    key: str
    gaps: Gaps = ()


@dataclass(frozen=True, eq=False)
class Candidate:
    """Mistakes somebody makes together, and the value they give at every spot."""

    mistakes: tuple[Mistake, ...]
    values: tuple[Paper, ...]
    slips: tuple[Slip, ...] = ()
    scope: str = ""  # the definition a slip stands in, where the signals above it are right

    @cached_property
    def directions(self) -> tuple[Array, ...]:
        """The value at the first spot and its transpose, each of length 1: what a factor leaves as it is."""
        first = self.values[0]
        turned = (transpose(first),) if first.rank == 2 and min(first.size) > 1 else ()
        return tuple(direction(p) for p in (first, *turned))

    def near(self, given: Array) -> bool:
        """Whether a direction may be this one's: a quick look before all spots are compared."""
        return any(d.size == given.size and not abs(d @ given) < 1 - 1e-9 for d in self.directions)


def direction(p: Paper) -> Array:
    """Some entries, divided by their length; nan where all are 0."""
    flat = some(np.ravel(np.real(p.array)))
    with np.errstate(all="ignore"):
        return flat / np.sqrt(flat @ flat)


class Shelf:
    """The candidates of a bench, made when they are first asked for and kept."""

    def __init__(self, b: Bench) -> None:
        self.bench = b
        self.kept: list[Candidate] = []
        self.more = useful(b, every(b, self))

    def __iter__(self) -> Iterator[Candidate]:
        k = 0
        while True:
            if k == len(self.kept):
                found = next(self.more, None)
                if found is None:
                    return
                self.kept.append(found)
            yield self.kept[k]
            k += 1


def useful(b: Bench, found: Iterator[Candidate]) -> Iterator[Candidate]:
    """The candidates that change the value, and leave one."""
    rights = [plain(s.right) for s in b.spots]
    for c in found:
        same = set(everywhere(rights, c.values)) <= {"equal"}
        if not same and any(np.any(v.array) for v in c.values):
            yield c


def every(b: Bench, shelf: Shelf) -> Iterator[Candidate]:
    """One slip each, then two together."""
    if b.target.kind == "jacobian":
        yield from only_diagonal(b)
    if b.target.kind != "gradient":
        return
    yield from by_signal(b)
    yield from by_rule(b)
    yield from by_edit(b)
    yield from variables(b)
    singles = tuple(shelf.kept)
    yield from two_local(b, singles)
    yield from two_rules(b, singles)


# --- one -----------------------------------------------------------------------------------------


def only_diagonal(b: Bench) -> Iterator[Candidate]:
    """A square Jacobian without what lies beside its diagonal."""
    if all(s.own.ndim == 2 and s.own.shape[0] == s.own.shape[1] for s in b.spots):
        values = tuple(Paper(s.own * np.eye(len(s.own)), 2) for s in b.spots)
        yield Candidate((Mistake("diagonal", (("node", b.target.of),)),), values)


def by_edit(b: Bench) -> Iterator[Candidate]:
    """A slip in the printed gradient."""
    for key, gaps, values in slipped(b):
        yield Candidate((Mistake(key, gaps),), values)


def variables(b: Bench) -> Iterator[Candidate]:
    """The gradient by another variable, or another node."""
    g, t = b.target.d.graph, b.target
    used = relevant(g, t.of)
    real = [n for n in g.inputs if n in used and (s := g.symbol[n].symbol) and not s.labels]
    known = backward(g, t.of, real)
    for n in known.adjoints:
        s = g.symbol[n].symbol if n in g.symbol else None
        if n != t.wrt and s and bool(s.time) == t.recurrent:
            made = (Mistake("variable", (("name", n),)),)
            yield from valued(b, made, lambda p, k, n=n: full(known, p).deltas[n, k])


def by_signal(b: Bench) -> Iterator[Candidate]:
    """The error signal of the variable itself: one of its uses missing, t in place of t + 1."""
    own = b.target.d.backward.adjoints[b.target.wrt]
    if len(own.uses) > 1:
        for k, u in enumerate(own.uses):
            rest = td.plus(*(v.value for j, v in enumerate(own.uses) if j != k))
            missing = Mistake("path", (("node", b.target.wrt), ("consumer", u.consumer)))
            yield from local(b, (missing,), rest, scope=u.consumer)
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
        made = (Mistake("step", (("name", name),)),)
        yield from local(b, made, wrong, scope=where(b, {x for x, _ in way}))


def where(b: Bench, moved: set[Expr]) -> str:
    """The one use of the variable that symbols stand in; '' where there is not just one."""
    uses = b.target.d.backward.adjoints[b.target.wrt].uses
    found = {u.consumer for u in uses if moved & set(symbols(u.value))}
    return found.pop() if len(found) == 1 else ""


def by_rule(b: Bench) -> Iterator[Candidate]:
    """One op of the graph with a wrong rule, or all ops it applies to."""
    found = tuple(islice(slips(b.target.d.graph), SLIPS))
    for s in found:
        yield from damaged(b, (s,))
    for wrong in dict.fromkeys(s.wrong for s in found):
        all_of = tuple(s for s in found if s.wrong is wrong)
        if len(all_of) > 1 and all_of[0].key != "path":
            yield from damaged(b, all_of)


def said(made: tuple[Slip, ...]) -> tuple[Mistake, ...]:
    """The sentences of some slips: the same one at several nodes is said once."""
    nodes: dict[str, list[Slip]] = {}
    for s in made:
        nodes.setdefault(s.key, []).append(s)
    return tuple(
        Mistake(key, (
            ("node", ", ".join(dict.fromkeys(s.node for s in each))),
            *((("consumer", ", ".join(dict.fromkeys(s.name for s in each))),) if key == "path" else ()),
        ))
        for key, each in nodes.items()
    )  # fmt: skip


def damaged(b: Bench, made: tuple[Slip, ...]) -> Iterator[Candidate]:
    """What slips give: all the way down, and with the right error signals put in."""
    t = b.target
    try:
        wrong = backward(t.d.graph, t.of, [t.wrt], pull=rule(made))
    except FAULTS:
        return
    if t.wrt not in wrong.adjoints:
        return
    yield from valued(b, said(made), lambda p, k: full(wrong, p).deltas[t.wrt, k], made)
    yield from local(b, said(made), wrong.adjoints[t.wrt].value, made, made[0].name)


# --- two -----------------------------------------------------------------------------------------


def two_local(b: Bench, singles: tuple[Candidate, ...]) -> Iterator[Candidate]:
    """Two slips in one sum of ways, each in another term: what they change adds up."""
    rights = [plain(s.right) for s in b.spots]
    known = [c for c in singles if c.scope and len(c.mistakes) == 1 and alike(rights, c.values)]
    pairs = ((c, e) for c, e in combinations(known, 2) if c.scope != e.scope)
    for c, e in islice(pairs, LOCAL_PAIRS):
        values = tuple(
            Paper(x.array + y.array - r.array, r.rank, r.along)
            for x, y, r in zip(c.values, e.values, rights, strict=True)
        )
        yield Candidate((*c.mistakes, *e.mistakes), values)


def alike(rights: list[Paper], values: tuple[Paper, ...]) -> bool:
    """Whether a value has the size of the right one."""
    return all(r.size == v.size for r, v in zip(rights, values, strict=True))


def two_rules(b: Bench, singles: tuple[Candidate, ...]) -> Iterator[Candidate]:
    """Two slips in one derivation."""
    made = list(dict.fromkeys(c.slips[0] for c in singles if len(c.slips) == 1))
    pairs = ((s, r) for s, r in combinations(made, 2) if (s.e, s.n) != (r.e, r.n))
    for pair in islice(pairs, PAIRS):
        yield from damaged(b, pair)


# --- their values --------------------------------------------------------------------------------


def local(
    b: Bench, made: tuple[Mistake, ...], e: Expr, of: tuple[Slip, ...] = (), scope: str = ""
) -> Iterator[Candidate]:
    """A wrong form of the error signal, the right ones put in."""
    yield from valued(b, made, lambda p, k: evaluate(e, p, k), of, scope)


def valued(
    b: Bench, made: tuple[Mistake, ...], at: Callable[[Point, int], Array],
    of: tuple[Slip, ...] = (), scope: str = "",
) -> Iterator[Candidate]:  # fmt: skip
    """The candidate, if it has a value at every spot."""
    values: list[Paper] = []
    for s in b.spots:
        try:
            array = np.asarray(at(s.point, s.t))
        except FAULTS:
            return
        if array.ndim > 2 or not np.all(np.isfinite(array)):
            return
        values.append(plain(oriented(array, array.ndim, b.target.d.convention.vectors)))
    yield Candidate(made, tuple(values), of, scope)


def full(b: Backward, p: Point) -> Point:
    """All error signals of a derivation at a point, its own nodes evaluated where they are new."""
    seeds = {k: v for k, v in p.deltas.items() if k[0] == b.of}
    values = dict(p.values)
    if any((n, 0) not in values and (n, 1) not in values for n in b.graph.definition):
        given = {k: v for k, v in values.items() if k[0] in b.graph.inputs or k[1] < 1}
        values = dict(forward(b.graph, Point(p.sizes, given, {}, p.length)).values)
    return backward_values(b, Point(p.sizes, values, dict(seeds), p.length))
