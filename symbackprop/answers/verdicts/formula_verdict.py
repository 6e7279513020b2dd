"""Whether an answer is right: every reading of it at every spot, the first that is right counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

import numpy as np

from symbackprop.answers.asked.chain_points import plain
from symbackprop.answers.asked.equality_chain import Refused
from symbackprop.answers.asked.right_values import DELTA, Spot
from symbackprop.answers.typed.clause_values import usual
from symbackprop.answers.typed.left_sides import ASKED, TOTAL, standing
from symbackprop.answers.verdicts.agreement import Outcome, aligned, outcome
from symbackprop.answers.verdicts.answer_places import STACKED, AnswerPlaces
from symbackprop.answers.verdicts.court import Place, Side
from symbackprop.answers.verdicts.determined_sides import determined
from symbackprop.answers.verdicts.exact_verdict import Exact, agrees, differs, exact_environment, exact_spots
from symbackprop.derivation.meanings import bare
from symbackprop.dialects.disambiguation.choice import Reading
from symbackprop.entries.reference_values import Array
from symbackprop.errors import FormulaError, LimitError, SizesError, SymbackpropError
from symbackprop.formula.composing import size_formula
from symbackprop.formula.evaluation.paper_arrays import Paper
from symbackprop.formula.evaluation.value import evaluate
from symbackprop.formula.tree import ONE, ZERO, At, Call, Formula, Partial, Plus, Sum, Times, Transpose
from symbackprop.formula.writing.walk import children, fold, inside, rebuilt

Verdicts = Literal["correct", "transposed", "wrong", "unreadable"]
KEYS = frozenset({"", "nearly", "start", "step", "Σ", "clause"})  # details that are no messages
_BEST = ("correct", "transposed", "wrong")


@dataclass(frozen=True)
class Found:
    """What one form of an answer came to: its value at every spot, under the reading that counts."""

    verdict: Verdicts
    form: Formula
    reading: Reading
    values: tuple[Paper, ...] = ()
    sizes: tuple[tuple[int, ...], ...] = ()  # asked for and given; or of two operands that do not fit
    inside: Literal["", "inside"] = ""  # whose sizes they are
    detail: str = ""
    part: str = ""  # whose sizes do not fit, or of which a clause says something false
    left: Reading = field(default_factory=lambda: Reading({}))  # of the side the derivative stands on

    @property
    def rank(self) -> tuple[int, bool]:
        """How good a reading is: of wrong ones, one that has the right size is meant."""
        return _BEST.index(self.verdict), bool(self.sizes)


@dataclass(frozen=True)
class Judge(AnswerPlaces):
    """An answer before its bench."""

    def found(self) -> Found:
        """The first form that is not right, or the last. Errors: `Refused` where it has no value."""
        spots = self.bench.spots
        out, made = None, list[Found]()
        for form in self.typed.forms:
            open_one = form is not self.typed.forms[-1] and chained(form)
            try:
                out = self.one(form)
            except Refused:
                if open_one and self.rule(form):
                    continue
                raise
            if out.verdict == "transposed" and open_one:
                continue  # ∂L/∂r ∂r/∂w = …: as people write the chain rule, rows or columns
            if out.verdict == "correct" and self.nearly(out):
                out = replace(out, verdict="wrong", detail="nearly")
            if out.verdict != "correct":
                turned = self.typed.around is not None and out.verdict == "transposed"
                return replace(out, verdict="wrong") if turned else out
            made.append(out)
        assert out is not None
        equation = self.typed.around not in (None, TOTAL)  # of any dx, df says what is asked for
        if equation and not determined(spots, partial(self.residual, made)):
            raise Refused("unreadable", 1, "it holds, and leaves open what is asked for")
        return replace(out, verdict="wrong", detail="start") if self.wrong_start() else out

    def holds(self) -> bool:
        """Whether an answer is right as far as floating point tells."""
        right = all(self.one(f).verdict == "correct" for f in self.typed.forms)
        return right and not self.wrong_start()

    def nearly(self, found: Found) -> bool:
        """Whether a form that agrees in floating point differs in fractions.

        Errors: `Refused` where all that is right is 0 in floating point, and fractions do not tell either.
        """
        bodies = (found.form, *(d.body for d in self.typed.locals))
        seen = list(self.exactly(found))
        if any(differs(x, made, bodies, right) for x, made, right in seen):
            return True
        open_ones = bool(seen) or any(isinstance(f, Call) for f in inside(found.form))
        if self.bench.silent and open_ones and not (seen and all(agrees(*x) for x in seen)):
            raise Refused("unreadable", 1, "it cannot be checked: what is right is 0 at every point tried")
        return False

    def exactly(self, found: Found) -> Iterator[tuple[Exact, Paper, Paper | None]]:
        """A form at points in fractions, and the side with the derivative; none where one is irrational."""
        if self.typed.step == "free" and not self.bench.target.recurrent:
            return
        with suppress(SymbackpropError, ZeroDivisionError):
            for x in exact_spots(self.bench):
                place = self.place(x.spot)
                place = replace(place, env=exact_environment(place.env))
                around = self.typed.around
                left = place.value(around, found.left) if around is not None else None
                yield x, place.value(found.form, found.reading), left

    def rule(self, form: Formula) -> bool:
        """Whether a form is the chain rule in names we know and nothing else: it may have no value."""
        if isinstance(form, Partial):
            return {bare(form.of), bare(form.wrt)} <= set(self.bench.table.names)
        if isinstance(form, Sum):
            return self.rule(form.body)
        parts = children(form) if isinstance(form, Times | Plus | Transpose) else ()
        return bool(parts) and all(map(self.rule, parts))

    def wrong_start(self) -> bool:
        """Whether a recursion starts from something else than is said."""
        target, spots = self.bench.target, [s for s in self.bench.spots if s.t == 1]
        for at, form in self.typed.starts:
            for s in spots:
                place = self.place(s)
                k = int(evaluate(at, place.env))
                right = plain(target.paper(target.at(s.point, k))) if 1 <= k <= s.point.length else None
                given = plain(usual(form, place.env, s))
                zero = right is None and not np.any(given.array)
                if not zero and (right is None or outcome(right, given, zero=form == ZERO) != "equal"):
                    return True
        return False

    def one(self, form: Formula) -> Found:
        """What one side came to, held against what is asked for, or against the side with it."""
        if self.typed.step == "free" and not self.bench.target.recurrent:
            if self.typed.around is not None:
                raise Refused("unreadable", 1, "a step of time is free in it")
            return self.one_step(form)
        try:
            return best_of(self.form(form, left) for left in self.court.sides(self.asked))
        except (FormulaError, LimitError) as error:
            raise Refused("unreadable", 1, str(error)) from None

    @property
    def asked(self) -> Formula:
        """What an answer is held against."""
        return ASKED if self.typed.around is None else self.typed.around

    def right(self, found: Found, place: Place) -> Paper:
        """What an answer is held against at a place."""
        return place.value(self.asked, found.left)

    def residual(self, made: Sequence[Found], spot: Spot, own: Array) -> Array:
        """By how much the sides differ where the derivative has another value."""
        place = self.place(spot)
        moved = standing(self.bench.target, own, self.asked, self.bench.seed)
        place = replace(place, env=replace(place.env, values={**place.env.values, **moved}))
        pairs = ((self.right(x, place), place.value(x.form, x.reading)) for x in made)
        return np.concatenate([np.ravel(np.subtract(*aligned(*p))) for p in pairs])

    def form(self, form: Formula, left: Side) -> Found:
        """The best of all readings."""
        try:
            return best_of(self.as_read(left, side) for side in self.court.sides(form))
        except SizesError as error:
            if not error.sizes:  # an index outside its axis: nothing sensible was said
                raise Refused("unreadable", 1, str(error)) from None
            inside = "inside" if len(error.sizes) == 2 else ""
            return Found("wrong", form, Reading({}), (), error.sizes, inside, str(error), error.where)
        except (FormulaError, LimitError) as error:
            raise Refused("unreadable", 1, str(error)) from None

    def as_read(self, left: Side, side: Side) -> Found:
        """The verdict on one reading. Errors: `SizesError` of the product it is read for, if no help."""
        instead = side.reading.instead
        try:
            made = self.compared(left, side)
        except Refused:
            if instead:
                raise instead from None
            raise
        if instead and made.sizes and made.verdict == "wrong":
            raise instead
        return made

    def one_step(self, form: Formula) -> Found:
        """A form about one step, where what is asked for is about all of them: right if their sum is."""
        time = self.bench.target.d.graph.time
        assert time
        total = Sum(time.letter, ONE, size_formula(time.length), form)
        whole = Judge(self.bench, replace(self.typed, step="no")).one(total)
        missing = whole.verdict == "correct"
        return Found("wrong", form, whole.reading, detail="Σ" if missing else f"{time.name} is free")

    def one_later(self, form: Formula) -> Found | None:
        """A form in its own δ_t that is right with δ_{t+1}."""
        time = self.bench.target.d.graph.time
        if time is None or not self.bench.target.recurrent:
            return None
        now, own = time.letter, {DELTA, self.bench.short}
        later = Plus((now, ONE))

        def combine(node: Formula, parts: list[Formula]) -> Formula:
            if isinstance(node, At) and node.base in own and node.indices[:1] == (now,):
                return At(node.base, (later, *node.indices[1:]))
            return rebuilt(node, parts)

        moved = fold(form, children, combine)
        right = moved != form and self.one(moved).verdict == "correct"
        return Found("wrong", form, Reading({}), detail="step") if right else None

    def compared(self, left: Side, side: Side) -> Found:
        """The verdict over all places."""
        values, court = side.values, self.court
        stacked = all(STACKED in p.right for p in court.places) and {v.rank for v in values} == {2}
        if left.form == ASKED and stacked:
            (left,) = court.sides(STACKED)
        each = zip(court.outcomes(left, side), values, strict=True)
        seen = [o for o, v in each if finite(v) and o != "nowhere"]
        kinds = set(seen) if 2 * len(seen) >= len(values) else set[Outcome]()
        if not kinds and (turned := self.one_later(side.form)):
            return turned
        if not kinds:
            raise Refused("unreadable", 1, "it is not finite anywhere, or it uses what is asked for")
        verdict: Verdicts = "wrong"
        if kinds == {"equal"}:
            verdict = "correct"
        elif kinds <= {"equal", "transposed"}:
            verdict = "transposed"
        sizes = (left.values[0].size, values[0].size) if "sizes" in kinds or verdict == "transposed" else ()
        return Found(verdict, side.form, side.reading, values, sizes, left=left.reading)


def best_of(each: Iterable[Found]) -> Found:
    """The first that is right, else the best of those that have a value. Errors: `SizesError` if none has."""
    best: Found | None = None
    try:
        for found in each:
            if best is None or found.rank < best.rank:
                best = found
            if best.verdict == "correct":
                break
    except SizesError:
        if best is None:
            raise
    assert best is not None
    return best


def chained(form: Formula) -> bool:
    """Whether derivatives stand in a form, which lie as one likes."""
    return any(isinstance(x, Partial) for x in inside(form))


def finite(value: Paper) -> bool:
    """Whether all entries are numbers: what uses the very thing that is asked for has none."""
    return bool(np.all(np.isfinite(value.array)))
