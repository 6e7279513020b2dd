"""A worked solution, line by line: what holds, what is false, what follows from the solution's own lines.

A line is judged as every typed line is (`LineCourt`). Where it is false, it is judged again with the values
that the earlier wrong lines give to what they define.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from symbackprop.answers.asked.equality_chain import Claim, Refused
from symbackprop.answers.solution.line_trial import Desk, judged
from symbackprop.answers.solution.solution_line import Before, Page, read
from symbackprop.answers.solution.solution_names import Definition, defined_by, names_of, own
from symbackprop.answers.typed import clause_values as definitions
from symbackprop.answers.typed.answer_reader import Notation
from symbackprop.answers.typed.typed_answer import CHARACTERS, notations
from symbackprop.answers.typed.where_clauses import ranged
from symbackprop.answers.verdicts.line_verdict import Line
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.meanings import bare
from symbackprop.errors import FormulaError, LimitError
from symbackprop.formula.composing import size_formula
from symbackprop.formula.tree import At, Formula, Name
from symbackprop.formula.writing.latex_writer import latex

LINES = 500  # of one solution


@dataclass(frozen=True)
class Told:
    """One line and its verdict: that of the line, or one of two more.

    'follows': right given the wrong lines `follows` of the same solution; 'defined': it gives a new name to
    something. `states` is the node or δ the line is about.
    """

    line: Line
    verdict: str
    follows: tuple[int, ...] = ()
    states: str = ""


def solution(
    d: Derivation, texts: Sequence[str], *, notation: Notation = "auto", seed: int = 0,
    at: Mapping[str, object] | None = None,
) -> tuple[Told, ...]:  # fmt: skip
    """The verdicts on the lines of a solution, in their order; lines in numbers are about the inputs `at`."""
    if len(texts) > LINES:
        raise LimitError(f"more than {LINES} lines", where="solution")
    desk, out = Desk(d, notation, seed, at), []
    before = Before(ends=last_steps(desk, texts))
    for n, text in enumerate(texts, 1):
        try:
            made, before = told(desk, before, n, text)
        except RecursionError:
            line = Line(text, "unreadable", detail="formulas inside formulas, too deep")
            made = Told(line, line.verdict)
        out.append(made)
    return tuple(out)


def agreeing(found: Iterable[Told]) -> str:
    """The last δ or node that agrees before the first line that does not; '' where there is none."""
    last = ""
    for t in found:
        if t.verdict not in ("holds", "defined"):
            return last
        last = t.states or last
    return last


def told(desk: Desk, before: Before, n: int, text: str) -> tuple[Told, Before]:
    """The verdict on the next line, and what is defined after it."""
    d = desk.d
    try:
        bounded(text)
        bare_text, steps = ranged(text, *span(d)) if d.graph.time else (text, "all")
        claim, new = read(desk, before, bare_text)
    except Refused as no:
        line = Line(text, no.verdict, sign=no.sign, detail=no.detail)
        return Told(line, no.verdict), before
    if new is not None:
        return named(desk, before, n, text, claim, new)
    inner = steps == "before" or stepwise(before, claim)
    line = judged(desk, text, claim, before.named, before=inner)
    if line.verdict == "sizes" and (own := entry(desk, before, text, claim)):
        rest = replace(claim, sides=claim.sides[1:], signs=claim.signs[1:])
        return named(desk, before, n, text, rest, own)
    before = replace(before, ends=before.ends | ended(d, claim))
    states, said = names_of(d, bare(claim.sides[0]))[0], defined_by(d, claim, n, desk.code(text))
    if line.verdict == "unreadable":
        return Told(line, "unreadable", states=states), before
    if line.verdict == "holds":
        return Told(line, "holds", states=states), before.after(d, said)
    if rests_on := given(desk, before, text, claim, inner):
        return Told(line, "follows", rests_on, states), before.after(d, said, keep=rests_on)
    return Told(line, line.verdict, states=states), before.after(d, said, wrong=said)


def bounded(text: str) -> None:
    """Errors: `Refused` for a line that is too long to be read."""
    if len(text) > CHARACTERS:
        raise Refused("unreadable", 0, f"{len(text)} characters, at most {CHARACTERS} are read")


def span(d: Derivation) -> tuple[str, str]:
    """The index of time and its last value, as they are typed."""
    assert d.graph.time
    return d.graph.time.name, latex(size_formula(d.graph.time.length))


def stepwise(before: Before, claim: Claim) -> bool:
    """Whether a line is about all steps but the last: that one has a line of its own."""
    return claim.recurrent and bare(claim.sides[0]) in before.ends


def last_steps(desk: Desk, texts: Sequence[str]) -> frozenset[Formula]:
    """The names whose last step has a line of its own: it may stand above or below that of the others."""
    if not desk.d.graph.time or len(texts) < 2:  # one line has no other
        return frozenset()
    ends: set[Formula] = set()
    for text in texts:
        with suppress(Refused, RecursionError):
            bounded(text)
            ends |= ended(desk.d, read(desk, Before(), ranged(text, *span(desk.d))[0])[0])
    return frozenset(ends)


def ended(d: Derivation, claim: Claim) -> frozenset[Formula]:
    """The name whose last step a line is about."""
    left, time = claim.sides[0], d.graph.time
    if time and isinstance(left, At) and left.indices[0] == size_formula(time.length):
        return frozenset({left.base})
    return frozenset()


def entry(desk: Desk, before: Before, text: str, claim: Claim) -> definitions.Definition | None:
    """A name without the size of what it was read as: s_i, not the row of an S; an own one again."""
    left = claim.sides[0]
    letter = text.strip()[:1]
    row = isinstance(left, At) and left.base == Name(letter.upper()) and letter.islower()
    if not row and bare(left) not in (x.name for x in before.named):
        return None
    for notation in notations(text, desk.notation):
        try:
            return Page(desk, before, notation).new(text, claim.sides[-1], FormulaError("", where=""))
        except Refused:
            continue
    return None


def named(
    desk: Desk, before: Before, n: int, text: str, claim: Claim, new: definitions.Definition
) -> tuple[Told, Before]:  # fmt: skip
    """The verdict on a line that gives a name to something: all that stands right of the name is equal."""
    made = Definition(new.name, new.body, n, new=new, code=desk.code(text))
    known = replace(before, named=(*before.named, made))
    if len(claim.sides) > 1:
        line = judged(desk, text, claim, before.named)
        if line.verdict != "holds":
            return Told(replace(line, sign=line.sign + 1), line.verdict), before
    return Told(Line(text, "holds", claim), "defined", states=meant(desk, before, made)), known


def given(
    desk: Desk, before: Before, text: str, claim: Claim, inner: bool
) -> tuple[int, ...]:  # fmt: skip
    """The wrong lines a line is right with: the latest one that is enough, else all together."""
    each = [(x,) for x in reversed(before.wrong)]
    for some in (*each, *((before.wrong,) if len(each) > 1 else ())):
        said = tuple(sorted((*before.named, *some), key=lambda x: x.line))
        if judged(desk, text, claim, said, before=inner).verdict == "holds":
            return tuple(x.line for x in some)
    return ()


def meant(desk: Desk, before: Before, made: Definition) -> str:
    """The node or δ a new name has the value of; '' where it is none of them."""
    called: set[str] | None = None
    for scene in desk.scenes:
        found = own(scene, (*before.named, made), "gradient").new.get(made.name)
        if found is None:
            return ""
        same = {
            names_of(desk.d, f)[0]
            for f, v in scene.values.items()
            if v.array.shape == found.array.shape and np.allclose(v.array, found.array)
        }
        called = same if called is None else called & same
    return min(called - {""}, default="") if called else ""


def last_meant(d: Derivation, given: Iterable[definitions.Definition], seed: int) -> str:
    """The last where-clause that is a node or δ of ours, as we call it."""
    desk, before, last = Desk(d, seed=seed), Before(), ""
    for n, new in enumerate(given, 1):
        made = Definition(new.name, new.body, n, new=new)
        last = meant(desk, before, made) or last
        before = replace(before, named=(*before.named, made))
    return last
