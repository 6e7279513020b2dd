"""Clauses about what the derivation knows, `where r = X w - y`: they hold, or contradict it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from symbackprop.answers.asked.chain_points import plain
from symbackprop.answers.asked.equality_chain import Refused
from symbackprop.answers.asked.right_values import DELTA, Bench, Spot
from symbackprop.answers.typed.answer_reader import Notation
from symbackprop.answers.typed.restated import Restated
from symbackprop.answers.typed.typed_answer import Typed, read
from symbackprop.answers.verdicts.court import Court, Place
from symbackprop.answers.verdicts.formula_verdict import Found, Judge
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.meanings import bare
from symbackprop.dialects.disambiguation.choice import Reading
from symbackprop.errors import FormulaError, LimitError
from symbackprop.formula.composing import size_name
from symbackprop.formula.evaluation.value import Environment, evaluate
from symbackprop.formula.tree import At, Formula, Nabla, Partial
from symbackprop.formula.writing.text_writer import text
from symbackprop.verify.page_values import PI


def judged_claims_first(b: Bench, answer: str, notation: Notation) -> tuple[Typed, Found]:
    """An answer, and what it came to. What its clauses say wrongly of a node or a δ, it means by them: its
    values are those that it says itself, and show its mistake. Where it does not use them, what it says is
    false all the same.

    Errors: as `read` and `Judge.found`; `Refused` for a clause that gives a declared name another value.
    """
    typed, false, slopes = read(b, answer, notation), frozenset[Formula](), list[Formula]()
    try:
        while name := contradicted(b, typed):
            if name in declared(b.target.d):
                says = f"{text(name)} is declared, and a clause says something else of it"
                raise Refused("unreadable", 1, says)
            if isinstance(name, Nabla | Partial):  # no name that could mean something else here
                slopes.append(name)
            else:
                false |= {name}
            typed = without(read(b, answer, notation, false), slopes)
        found = Judge(b, typed).found()
    except (FormulaError, LimitError):
        if not false:
            raise
        names = ", ".join(sorted(map(text, false)))
        said = f"{names}: a clause says something else of it"
        return typed, Found("wrong", typed.forms[-1], Reading({}), detail=said)
    idle = [*slopes, *(f for f, own in typed.false.items() if own not in typed.used)]
    if found.verdict == "correct" and idle:
        return typed, Found("wrong", found.form, found.reading, detail="clause", part=text(idle[0]))
    return typed, found


def without(typed: Typed, slopes: Collection[Formula]) -> Typed:
    """An answer without what its clauses say wrongly of derivatives."""
    return replace(typed, restated=tuple(c for c in typed.restated if bare(c.left) not in slopes))


def declared(d: Derivation) -> frozenset[Formula]:
    """The names of the declaration: symbols, sizes, π."""
    helpers = {*d.backward.prepared.named, *d.backward.abbreviations, *d.constants}
    own = (e.symbol for n, e in d.graph.symbol.items() if n not in helpers)
    return frozenset((*(s.tex for s in own if s), *map(size_name, d.graph.sizes), PI))


def contradicted(bench: Bench, typed: Typed) -> Formula | None:
    """The first known name that a clause says something else of."""
    judge = Judge(bench, typed)
    heard = ((c, tuple(places(judge, c))) for c in typed.restated)
    return next(
        (bare(c.left) for c, there in heard if there and not Court(there).holds(c.left, c.right)), None
    )


def places(judge: Judge, claim: Restated) -> Iterator[Place]:
    """One spot of every point, at every step a claim is about; what is asked for has its value there."""
    bench, typed = judge.bench, judge.typed
    time, slopes = bench.target.d.graph.time, typed.every if typed.sloped else ()
    for spot, *_ in bench.points:
        known = dict(spot.scene.values)
        if bench.short:
            known[DELTA] = known[bench.short]
        env = bench.environment((spot,), claim.free, slopes)
        env = replace(env, values={**env.values, **known})
        place = replace(judge.place(spot), env=env, shaped=plain, near=None)
        if not (time and claim.recurrent):
            yield place
            continue
        for t in steps(claim, spot, ends(typed.restated, claim, env)):
            yield replace(place, env=replace(env, indices={**env.indices, time.letter.base: t}))


def ends(every: Iterable[Restated], claim: Restated, env: Environment) -> frozenset[int]:
    """The steps of a name that clauses of their own speak of."""
    same = (c.left for c in every if not c.recurrent and bare(c.left) == bare(claim.left))
    return frozenset(int(evaluate(x.indices[0], env)) for x in same if isinstance(x, At))


def steps(claim: Restated, spot: Spot, ends: frozenset[int]) -> Sequence[int]:
    """The steps a claim is about, without those that have a clause of their own."""
    last = spot.point.length
    if claim.steps == "beyond":
        return range(last + 1, last + 1 + spot.scene.reach)
    return [t for t in range(1, last + (claim.steps == "all")) if t not in ends]
