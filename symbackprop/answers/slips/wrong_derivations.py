"""Wrong derivations and their values: one slip, the same slip everywhere, or two slips."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, islice

import numpy as np

from symbackprop.answers.asked.chain_points import plain
from symbackprop.answers.asked.right_values import Bench
from symbackprop.answers.slips.remembered_values import remembered
from symbackprop.answers.slips.printed_slips import slipped
from symbackprop.answers.slips.node_words import word
from symbackprop.answers.slips.wrong_derivation import (
    Candidate, Mistake, full, known, local, once_per_point, placed, quick, valued,
)  # fmt: skip
from symbackprop.answers.slips.derivation_ways import Way, ways
from symbackprop.answers.slips.wrong_rules import Slip, derailed, slips
from symbackprop.answers.verdicts.agreement import outcome
from symbackprop.backward.preparation import prepare
from symbackprop.backward.reverse_pass import Backward, backward
from symbackprop.errors import SymbackpropError
from symbackprop.formula.evaluation.paper_arrays import Paper
from symbackprop.graph.activity import relevant
from symbackprop.graph.expr import Expr, shifted, substitute, symbols, topological
from symbackprop.matrices import tidy as td
from symbackprop.graph.functions import ones
from symbackprop.graph.graph import TIME_SUM
from symbackprop.numeric.points import backward_values, evaluate

SLIPS = 160  # wrong rules tried for one bench
PAIRS = 120  # of two slips in one derivation
WORK = 8_000  # nodes of all derivations with a slip: of large ones fewer are tried
STEPS = 3  # of a recurrence, or rows of a matrix: each is as much work as one gradient
DEEP = 3  # how often the δ's of a form are written out
ROUND = 6  # δ's on a way that are written out
PARTS = 2_000  # of such a form
LOCAL_PAIRS = 400  # of two slips in one error signal


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
    steps = bool(b.target.d.graph.time)  # what changes nothing at several steps of one point is left out
    for c in found:
        # the other points when an answer comes near it
        if differs(rights[quick(b)], c.first) or (not steps and differs(rights, c.values)):
            yield c


def differs(rights: list[Paper], values: tuple[Paper, ...]) -> bool:
    """Whether values are not all right, and not all 0."""
    wrong = any(outcome(r, v) != "equal" for r, v in zip(rights, values, strict=False))
    return wrong and any(np.any(v.array) for v in values)


def every(b: Bench, shelf: Shelf) -> Iterator[Candidate]:
    """One slip each, then two together."""
    if b.target.kind == "value":
        return
    gradient = b.target.kind == "gradient"
    yield from by_signal(b) if gradient else only_diagonal(b)
    yield from by_rule(b)
    yield from by_edit(b)
    yield from variables(b) if gradient else ()
    singles = tuple(shelf.kept)
    yield from two_local(b, singles) if gradient else ()
    yield from two_rules(b, singles)


# --- one -----------------------------------------------------------------------------------------


def only_diagonal(b: Bench) -> Iterator[Candidate]:
    """A square Jacobian or a Hessian without what lies beside its diagonal."""
    if not b.target.alone and all(s.own.ndim == 2 and s.own.shape[0] == s.own.shape[1] for s in b.spots):
        values = tuple(Paper(s.own * np.eye(len(s.own)), 2) for s in b.spots)
        yield known(b, (Mistake("diagonal", (("node", b.target.of),)),), values)


def by_edit(b: Bench) -> Iterator[Candidate]:
    """A slip in the printed gradient."""
    for key, gaps, at in slipped(b):
        yield from placed(b, (Mistake(key, gaps),), at)


def variables(b: Bench) -> Iterator[Candidate]:
    """The gradient by another variable, or another node."""
    g, t = b.target.d.graph, b.target
    used = relevant(g, t.of)
    real = [n for n in g.inputs if n in used and (s := g.symbol[n].symbol) and not s.labels]
    every_one = backward(prepare(g, t.of, real))
    at = once_per_point(lambda p: full(every_one, p))
    for n in every_one.adjoints:
        s = g.symbol[n].symbol if n in g.symbol else None
        if n != t.wrt and s and bool(s.time) == t.recurrent:
            made = (Mistake("variable", (("name", word(t.d, t.d.backward, n)),)),)
            yield from valued(b, made, lambda p, k, n=n: at(p).deltas[n, k])


def by_signal(b: Bench) -> Iterator[Candidate]:
    """The error signal of the variable itself: one of its uses missing, t in place of t + 1."""
    own = b.target.d.backward.adjoints[b.target.wrt]
    if len(own.uses) > 1:
        for k, u in enumerate(own.uses):
            rest = td.plus(*(v.value for j, v in enumerate(own.uses) if j != k))
            into = word(b.target.d, b.target.d.backward, u.consumer)
            missing = Mistake("path", (("node", b.target.wrt), ("consumer", into)))
            yield from local(b, (missing,), rest, scope=u.consumer)
    yield from only_last(b, own.value)
    forms = [own.value]
    while len(forms) < DEEP and (deeper := inlined(b, forms[-1])) is not forms[-1]:
        forms.append(deeper)
    for e in forms:
        yield from at_wrong_steps(b, e)
        yield from nothing_arrives(b, e)


def nothing_arrives(b: Bench, e: Expr) -> Iterator[Candidate]:
    """A form with an incoming error signal forgotten: 1 in the place of its entries."""
    for x in symbols(e):
        s = x.symbol
        if s and s.cotangent and x.rank:
            made = (Mistake("upstream", (("node", word(b.target.d, b.target.d.backward, s.name)),)),)
            yield from local(b, made, substitute(e, {x: ones(*x.shape)}))


def only_last(b: Bench, e: Expr) -> Iterator[Candidate]:
    """A sum over time of which only the last step stands there."""
    time = b.target.d.graph.time
    if time and e.op is TIME_SUM:
        made = (Mistake("last", (("index", time.name),)),)
        yield from valued(b, made, lambda p, _: evaluate(e.args[0], p, p.length))


def inlined(b: Bench, e: Expr) -> Expr:
    """A form with the error signals in it written out once."""
    adjoints, swap = b.target.d.backward.adjoints, {}
    for x in symbols(e):
        s = x.symbol
        if s and s.cotangent and s.name != b.target.wrt and s.at is None and s.name in adjoints:
            swap[x] = shifted(adjoints[s.name].value, s.shift)
    return substitute(e, swap)


def at_wrong_steps(b: Bench, e: Expr) -> Iterator[Candidate]:
    """A form with t in place of t + 1 or t - 1, at one symbol or at all; or a step beside the right one."""
    timed = [x for x in symbols(e) if x.symbol and x.symbol.time and x.symbol.at is None]
    moved = [x for x in timed if x.symbol and x.symbol.shift]
    ways = [[(x, -x.symbol.shift)] for x in moved if x.symbol]
    ways += [[(x, 2)] for x in moved if x.symbol and x.symbol.shift < 0]
    ways += [[way for [way] in ways[: len(moved)]]] if len(moved) > 1 else []
    ways += [[(x, by)] for x in timed if x not in moved for by in (1, -1)]
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
    for way in ways(b):
        found = tuple(islice(slips(way.right), affordable(way.right, SLIPS)))
        for s in found:
            yield from damaged(b, way, (s,))
        for wrong in dict.fromkeys(s.wrong for s in found):
            all_of = tuple(s for s in found if s.wrong is wrong)
            if len(all_of) > 1 and all_of[0].key != "path":
                yield from damaged(b, way, all_of)


def affordable(right: Backward, most: int) -> int:
    """How many derivations with a slip in them are made."""
    parts = topological(*(a.value for a in right.adjoints.values()))
    return min(most, 1 + WORK // max(len(parts), 1))


def said(b: Bench, way: Way, made: tuple[Slip, ...]) -> tuple[Mistake, ...]:
    """The sentences of some slips: the same one at several nodes is said once."""

    def words(names: Iterable[str]) -> str:
        return ", ".join(word(b.target.d, way.right, n) for n in dict.fromkeys(names))

    nodes: dict[str, list[Slip]] = {}
    for s in made:
        nodes.setdefault(s.key, []).append(s)
    return tuple(
        Mistake(key, (
            ("node", words(s.node for s in each)),
            *((("consumer", words(s.name for s in each)),) if key == "path" else ()),
        ))
        for key, each in nodes.items()
    )  # fmt: skip


def damaged(b: Bench, way: Way, made: tuple[Slip, ...]) -> Iterator[Candidate]:
    """What slips give: all the way down, and with the right error signals put in."""
    wrt, right = b.target.wrt, way.right
    named = said(b, way, made)
    try:
        wrong = derailed(right, wrt, made)
    except SymbackpropError:
        return
    if wrt not in wrong.adjoints:
        return
    if b.target.kind != "gradient":
        yield from valued(b, named, lambda p, k: way.value(wrong, p), made)
        return
    own = wrong.adjoints[wrt].value
    if own is not right.adjoints[wrt].value:
        yield from local(b, named, own, made, made[0].name)
    if len(wrong.adjoints) == 1 and not right.graph.time:
        return  # nothing above the variable became another
    at = once_per_point(lambda p: backward_values(wrong, p, remembered(b).work))
    yield from valued(b, named, lambda p, k: at(p).deltas[wrt, k], made)
    if not right.graph.time or len({s.wrong for s in made}) > 1:
        return
    if len(topological(once := around(wrong, wrt))) < PARTS:
        yield from local(b, named, once, made)


def around(wrong: Backward, wrt: str) -> Expr:
    """A wrong error signal with the wrong ones above it put in, once each: the next step's are right."""

    def put_in(e: Expr, seen: frozenset[str]) -> Expr:
        swap = {}
        for x in symbols(e):
            s = x.symbol
            known = s and s.cotangent and s.at is None and s.name not in seen and len(seen) < ROUND
            if s and known and s.name in wrong.adjoints:
                above = put_in(wrong.adjoints[s.name].value, seen | {s.name})
                swap[x] = shifted(above, s.shift)
        return substitute(e, swap)

    return put_in(wrong.adjoints[wrt].value, frozenset({wrt}))


# --- two -----------------------------------------------------------------------------------------


def two_local(b: Bench, singles: tuple[Candidate, ...]) -> Iterator[Candidate]:
    """Two slips in one sum of ways, each in another term: what they change adds up."""
    rights, here = [plain(s.right) for s in b.spots], quick(b)
    one = [c for c in singles if c.scope and len(c.mistakes) == 1 and alike(rights[here], c.first)]
    pairs = ((c, e) for c, e in combinations(one, 2) if c.scope != e.scope)
    for c, e in islice(pairs, LOCAL_PAIRS):
        first = tuple(map(together, c.first, e.first, rights[here]))
        yield Candidate((*c.mistakes, *e.mistakes), first, elsewhere(b, rights, c, e), here.start)


def elsewhere(b: Bench, rights: list[Paper], c: Candidate, e: Candidate) -> Iterator[Paper | None]:
    """Two slips together at all points but the quick one; None where one of them has no value."""
    both = tuple(map(together, c.values, e.values, rights)) if c.values and e.values else ()
    here = quick(b)
    others = (*both[: here.start], *both[here.stop :])
    yield from others or (None,)


def together(x: Paper, y: Paper, right: Paper) -> Paper:
    """What two slips change, added up."""
    return Paper(x.array + y.array - right.array, right.rank, right.along)


def alike(rights: list[Paper], values: tuple[Paper, ...]) -> bool:
    """Whether a value has the size of the right one."""
    return bool(values) and all(r.size == v.size for r, v in zip(rights, values, strict=True))


def two_rules(b: Bench, singles: tuple[Candidate, ...]) -> Iterator[Candidate]:
    """Two slips in one derivation."""
    several = b.target.kind != "gradient" or bool(b.target.d.graph.time)
    for way in ways(b):
        made = list(dict.fromkeys(c.slips[0] for c in singles if len(c.slips) == 1))
        made = [s for s in made if s.name == way.right.of or s.name in way.right.adjoints]
        pairs = ((s, r) for s, r in combinations(made, 2) if (s.e, s.n) != (r.e, r.n))
        for pair in islice(pairs, affordable(way.right, PAIRS) // (STEPS if several else 1)):
            yield from damaged(b, way, pair)
