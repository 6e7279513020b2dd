"""One more line of a solution as data: a chain of equalities, and what it gives a new name to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from symbackprop.answers.asked.equality_chain import (
    Claim, Refused, Shapes, pieces_of, shapes_of, with_letters,
)  # fmt: skip
from symbackprop.answers.solution.line_derivatives import curvatures, steps_first
from symbackprop.answers.solution.line_trial import Desk
from symbackprop.answers.solution.solution_names import Definition, names_of
from symbackprop.answers.typed import clause_values as definitions
from symbackprop.answers.typed.answer_reader import Notation, Reader, count_parts
from symbackprop.answers.typed.free_letters import bounded, placed
from symbackprop.answers.typed.own_definitions import defined
from symbackprop.answers.typed.typed_answer import notations
from symbackprop.answers.typed.where_clauses import clause
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.meanings import bare
from symbackprop.derivation.scopes import PAGE
from symbackprop.errors import FormulaError, LimitError
from symbackprop.formula.reading.latex_reader import read_formula
from symbackprop.formula.tree import Formula, Name, Unit


@dataclass(frozen=True)
class Before:
    """What the lines so far say: names of their own, and names of ours, wrongly."""

    named: tuple[Definition, ...] = ()
    wrong: tuple[Definition, ...] = ()
    ends: frozenset[Formula] = frozenset()  # names whose last step has a line of its own

    def after(
        self, d: Derivation, made: tuple[Definition, ...], *,
        keep: tuple[int, ...] = (), wrong: tuple[Definition, ...] = (),
    ) -> Before:  # fmt: skip
        """With one more line about a name of ours: what other lines said of it before no longer counts."""
        called = {f for x in made for f in names_of(d, x.name)[1]}
        rest = tuple(x for x in self.wrong if x.name not in called or x.line in keep)
        return replace(self, wrong=(*rest, *wrong))


def read(
    desk: Desk, before: Before, text: str
) -> tuple[Claim, definitions.Definition | None]:  # fmt: skip
    """The chain a line is; what it defines, where the name on its left is new. Errors: `Refused`."""
    refused: Refused | None = None
    for notation in notations(text, desk.notation):
        try:
            return Page(desk, before, notation).line(text)
        except Refused as no:
            refused = refused or no
        except (FormulaError, LimitError) as error:
            refused = refused or Refused("unreadable", 0, str(error))
        except RecursionError:
            raise Refused("unreadable", 0, "formulas inside formulas, too deep") from None
    assert refused
    raise refused


def body_of(text: str, error: FormulaError) -> str:
    """What stands right of a left side that cannot be read, at its place. Errors: why it cannot be."""
    try:
        return clause(text).body
    except FormulaError:
        raise error from None


@dataclass(frozen=True)
class Page:
    """The lines so far, in one notation: what the next one is read with."""

    desk: Desk
    before: Before
    notation: Notation

    @cached_property
    def reader(self) -> Reader:
        names = tuple(x.name for x in self.before.named if isinstance(x.name, Name))
        return Reader(
            self.desk.bench, tuple(dict.fromkeys((*curvatures(self.desk.d), *names))), self.notation
        )

    @cached_property
    def shapes(self) -> Shapes:
        """Own axes of all names: those of the graph and those of the lines so far."""
        d, table = self.desk.d, self.reader.table
        time = d.graph.time.letter.base if d.graph.time else ""
        known = Shapes(d, shapes_of(d), table.free, time)
        return placed([x.new for x in self.before.named if x.new], known, table)[1]

    def line(self, text: str) -> tuple[Claim, definitions.Definition | None]:
        """A line as a chain. Errors: `Refused`."""
        unread: FormulaError | None = None
        try:
            source = self.reader.source(text)
        except FormulaError as error:
            unread, source = error, self.reader.source(body_of(text, error))
        parts = pieces_of(source)
        if len(parts) + (unread is not None) < 2:
            raise Refused("unreadable", 0, "no =, ≈, ≤ or ≥ is written here")
        sides: list[Formula] = []
        for k, (start, stop, _) in enumerate(parts, int(unread is not None)):
            try:
                sides.append(read_formula(source.part(start, stop), self.reader.table))
                if not k and self.free(sides[0]):
                    unread = FormulaError("it is no name known here", where="formula")
                    sides.clear()
            except (FormulaError, LimitError) as error:
                if k or parts[1][2] != "=" or not isinstance(error, FormulaError):
                    raise Refused("unreadable", max(k, 1), str(error)) from None
                unread = error
        signs = tuple(sign for _, _, sign in parts[len(parts) - len(sides) + 1 :])
        new = None if unread is None else self.new(text, sides[-1], unread)
        return self.chain(tuple(sides), signs), new

    def free(self, left: Formula) -> bool:
        """Whether a left side is a letter that has no meaning yet: s = …, a_t = …, e_i = …."""
        letter = bare(left)
        unknown = isinstance(letter, Name) and letter.base in self.shapes.indices
        return unknown or isinstance(letter, Unit)

    def chain(self, sides: tuple[Formula, ...], signs: tuple[str, ...]) -> Claim:
        """Sides with bounds and letters. Errors: `LimitError` where they are too long."""
        count_parts(sides)
        whole = tuple(steps_first(bounded(f, self.shapes), self.shapes.time) for f in sides)
        return with_letters(self.desk.d, self.reader.table, PAGE, {}, whole, signs, own=self.shapes.own)

    def new(self, text: str, body: Formula, error: FormulaError) -> definitions.Definition:
        """What a line defines, none of our names on its left. Errors: what was wrong with it as ours."""
        try:
            made = defined(text.replace("&", " "), body, self.shapes.time, self.notation)
        except FormulaError:
            raise Refused("unreadable", 1, str(error)) from None
        return placed([made], self.shapes, self.reader.table)[0][0]
