"""One line before its derivation, its signs read as people type them, at points of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from symbackprop.answers.asked.equality_chain import Claim, Refused
from symbackprop.answers.asked.right_values import WHOLE, Bench, lines_bench
from symbackprop.answers.solution.line_derivatives import Sense, at_step, senses, slopes
from symbackprop.answers.solution.solution_names import Definition, Plans, columns, own, own_slopes
from symbackprop.answers.typed.answer_reader import Notation
from symbackprop.answers.typed.typed_answer import notations
from symbackprop.answers.verdicts.line_verdict import Line, LineCourt, refusal
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation
from symbackprop.derivation.scopes import BEFORE, PAGE
from symbackprop.dialects.disambiguation.numpy_rules import NUMPY_ROWS
from symbackprop.dialects.disambiguation.readings import PAPER_ROWS
from symbackprop.dialects.plain import is_numpy
from symbackprop.formula.evaluation.value import Environment
from symbackprop.formula.writing.walk import inside
from symbackprop.verify.page_values import Scene


@dataclass(frozen=True)
class Desk:
    """A derivation and the points its solutions are judged at."""

    d: Derivation
    notation: Notation = "auto"
    seed: int = 0
    at: Mapping[str, object] | None = None  # numbers of the inputs, for lines in numbers

    def code(self, text: str) -> bool:
        """Whether a line is NumPy."""
        return notations(text, self.notation)[0] == "plain" and is_numpy(text)

    @cached_property
    def bench(self) -> Bench:
        """What lines are read with, and their points."""
        return lines_bench(self.d, self.seed)

    @property
    def scenes(self) -> Iterator[Scene]:
        """Generic points, larger sizes first. Errors: `DeclarationError` if there is none."""
        return (here[0].scene for here in self.bench.points)


def judged(
    desk: Desk, text: str, claim: Claim, said: tuple[Definition, ...], *, before: bool = False
) -> Line:
    """The verdict of the court, in the first sense that makes the line hold; `before` the last step only."""
    by_vector = columns(next(desk.scenes), "gradient")
    rows = any(f in by_vector for side in claim.sides for f in inside(side))
    first: Line | None = None
    made = {x.name for x in said if x.new}
    for sense in senses(desk.d, claim, rows, made, before):
        line = in_sense(desk, text, claim, said, sense)
        if line.verdict == "holds":
            return line
        if first is None or (sense.second and first.verdict == "sizes"):
            first = line
    assert first
    return first


def in_sense(desk: Desk, text: str, claim: Claim, said: tuple[Definition, ...], sense: Sense) -> Line:
    """The verdict of the court in one sense."""
    rows, local = NUMPY_ROWS if desk.code(text) else PAPER_ROWS, BEFORE if sense.before else PAGE
    try:
        return Trial(desk.bench, claim, desk.at, local, rows, said, sense).line(text)
    except Refused as no:
        return refusal(text, claim, no)


@dataclass(frozen=True)
class Trial(LineCourt):
    """A line with what the lines before it said, in one sense."""

    said: tuple[Definition, ...] = ()
    sense: Sense = field(default_factory=Sense)
    known: Plans = field(default_factory=dict)

    def environments(self, scene: Scene, eq: Equation) -> Iterator[tuple[Environment, str]]:
        """As a solution has them: its own names and derivatives, at the steps where all of them exist."""
        layout, timeless = self.sense.layout, self.sense.timeless
        mine = own(scene, self.said, layout, self.known)
        own_names = {**columns(mine.scene, layout), **mine.new,
                     **own_slopes(mine.scene, self.claim, self.said, layout, self.sense.paths)}  # fmt: skip
        eq = replace(eq, recurrent=eq.recurrent or timeless)
        for t, (env, moment) in enumerate(super().environments(mine.scene, eq), 1):
            found = slopes(mine.scene, self.claim, env, self.sense)
            if found is not None:
                now = at_step(mine.scene, t) if timeless else {}
                values = {**env.values, **own_names, **found, **now}
                yield replace(env, values=values, functions={**WHOLE, **env.functions}), moment
