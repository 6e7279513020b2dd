"""A worked solution, line by line: what holds, what is false, what follows from the solution's own lines.

A line is judged as every typed line is (`lines.Court`). Where it is false, it is judged again with the values
that the earlier wrong lines give to what they define.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from symbackprop.answers.clauses import local_name
from symbackprop.answers.letters import bounded
from symbackprop.answers.own import Definition, defined_by, names_of, own
from symbackprop.answers.trial import Desk, judged
from symbackprop.answers.typed import Notation, Reader, notations
from symbackprop.claims import Claim, Refused, Shapes, pieces_of, shapes_of, with_letters
from symbackprop.derivation import Derivation, bare
from symbackprop.errors import FormulaError, LimitError
from symbackprop.formula import read_formula
from symbackprop.lines import Line
from symbackprop.notation import Formula, Name

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


@dataclass(frozen=True)
class Before:
    """What the lines so far say: names of their own, and names of ours, wrongly."""

    named: tuple[Definition, ...] = ()
    wrong: tuple[Definition, ...] = ()

    def after(
        self, d: Derivation, made: tuple[Definition, ...], *,
        keep: tuple[int, ...] = (), wrong: tuple[Definition, ...] = (),
    ) -> Before:  # fmt: skip
        """With one more line about a name of ours: what other lines said of it before no longer counts."""
        called = {f for x in made for f in names_of(d, x.name)[1]}
        rest = tuple(x for x in self.wrong if x.name not in called or x.line in keep)
        return replace(self, wrong=(*rest, *wrong))


def solution(
    d: Derivation, texts: Sequence[str], *, notation: Notation = "auto", seed: int = 0
) -> tuple[Told, ...]:
    """The verdicts on the lines of a solution, in their order."""
    if len(texts) > LINES:
        raise LimitError(f"more than {LINES} lines", where="solution")
    desk, before, out = Desk(d, notation, seed), Before(), []
    for n, text in enumerate(texts, 1):
        made, before = told(desk, before, n, text)
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
    try:
        claim, new = read(desk, before, text)
    except Refused as no:
        line = Line(text, no.verdict, sign=no.sign, detail=no.detail)
        return Told(line, no.verdict), before
    d = desk.d
    if new is not None:
        made = Definition(new, claim.sides[-1], n, new=True)
        known = replace(before, named=(*before.named, made))
        return Told(Line(text, "holds", claim), "defined", states=meant(desk, before, made)), known
    line = judged(desk, text, claim, before.named)
    states, said = names_of(d, bare(claim.sides[0]))[0], defined_by(d, claim, n)
    if line.verdict == "unreadable":
        return Told(line, "unreadable", states=states), before
    if line.verdict == "holds":
        return Told(line, "holds", states=states), before.after(d, said)
    if rests_on := given(desk, before, text, claim):
        return Told(line, "follows", rests_on, states), before.after(d, said, keep=rests_on)
    return Told(line, line.verdict, states=states), before.after(d, said, wrong=said)


def given(desk: Desk, before: Before, text: str, claim: Claim) -> tuple[int, ...]:
    """The wrong lines a line is right with: the latest one that is enough, else all together."""
    each = [(x,) for x in reversed(before.wrong)]
    for some in (*each, *((before.wrong,) if len(each) > 1 else ())):
        said = tuple(sorted((*before.named, *some), key=lambda x: x.line))
        if judged(desk, text, claim, said).verdict == "holds":
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


def last_meant(d: Derivation, given: Iterable[tuple[Name, Formula]], seed: int) -> str:
    """The last where-clause that is a node or δ of ours, as we call it."""
    desk, before, last = Desk(d, seed=seed), Before(), ""
    for n, (name, body) in enumerate(given, 1):
        made = Definition(name, body, n, new=True)
        last = meant(desk, before, made) or last
        before = replace(before, named=(*before.named, made))
    return last


# --- reading -------------------------------------------------------------------------------------


def read(desk: Desk, before: Before, text: str) -> tuple[Claim, Name | None]:
    """The chain a line is; the name on its left where that is new. Errors: `Refused`."""
    own = tuple(x.name for x in before.named if isinstance(x.name, Name))
    refused: Refused | None = None
    for notation in notations(text, desk.notation):
        try:
            return read_as(desk, Reader(desk.bench, own, notation), text)
        except Refused as no:
            refused = refused or no
        except (FormulaError, LimitError) as error:
            refused = refused or Refused("unreadable", 0, str(error))
        except RecursionError:
            raise Refused("unreadable", 0, "formulas inside formulas, too deep") from None
    assert refused
    raise refused


def read_as(desk: Desk, reader: Reader, text: str) -> tuple[Claim, Name | None]:
    """A line in one notation."""
    source = reader.source(text)
    parts = pieces_of(source)
    if len(parts) < 2:
        raise Refused("unreadable", 0, "no =, ≈, ≤ or ≥ is written here")
    sides: list[Formula] = []
    new: Name | None = None
    for k, (start, stop, _) in enumerate(parts):
        try:
            sides.append(read_formula(source.part(start, stop), reader.table))
        except (FormulaError, LimitError) as error:
            if k == 0 and parts[1][2] == "=" and isinstance(error, FormulaError):
                new = new_name(text, reader.notation, error)
                continue
            raise Refused("unreadable", max(k, 1), str(error)) from None
    signs = tuple(sign for _, _, sign in parts[1 + (new is not None) :])
    time = desk.d.graph.time.name if desk.d.graph.time else ""
    table = reader.table
    shapes = Shapes(desk.d, shapes_of(desk.d, ""), table.free, time)
    whole = tuple(bounded(f, shapes) for f in sides)
    return with_letters(desk.d, table, "", {}, whole, signs), new


def new_name(text: str, notation: Notation, error: FormulaError) -> Name:
    """The name on the left of a line that none of ours stands on. Errors: what was wrong with it as ours."""
    try:
        return local_name(text.partition("=")[0].replace("&", " ").strip(), notation)
    except FormulaError:
        raise Refused("unreadable", 1, str(error)) from None
