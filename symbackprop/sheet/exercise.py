"""What a sheet asks and what answers it: derivations, stated equalities, written passages, drawings, code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, Protocol

from symbackprop.answers.verdicts.line_verdict import stated
from symbackprop.catalogue import LANGUAGES
from symbackprop.catalogue.prose import Text, Words
from symbackprop.derivation.derivation import Derivation, derive
from symbackprop.derivation.equation import Phrase
from symbackprop.derivation.scopes import PAGE, Scope
from symbackprop.errors import SheetError
from symbackprop.formula.printed_names import spelled
from symbackprop.graph.expr import Expr
from symbackprop.graph.graph import Graph
from symbackprop.graph.graph_text import as_graph
from symbackprop.notation.convention import Convention
from symbackprop.page.outline import outline
from symbackprop.page.page import (
    Block, Detail, Equations, Listing, Options, Page, Passage, Section, Sketch, Table,
)  # fmt: skip
from symbackprop.page.small_numbers import small_numbers
from symbackprop.picture.drawings.drawing import Drawing
from symbackprop.sizes import Size
from symbackprop.verify.emitted_code import emitted, names

PARTS = 26  # letters
Version = Literal["solution", "exercise"]
# what a sheet without solutions still says, and what it says in the place of the solution
EXERCISE = {"forward": "forward", "ledger": "forward", "symbols": "symbols", "numbers": "numbers"}
SOLVES = ("meaning.selector",)  # rows of the table that would give a solution away


@dataclass(frozen=True, slots=True)
class Check:
    """Equations that must hold before a sheet is written: a page and the derivation it speaks of."""

    derivation: Derivation
    page: Page
    lengths: tuple[int, ...] = ()  # steps of a recurrence it is checked for; else a few

    @property
    def keys(self) -> tuple[str, ...]:
        """What is checked, by the keys of its report: equations, δ's, results of the emitted code."""
        d = self.derivation
        code = names(d) if emitted(d) else ()
        return (*(eq.key for eq in self.page.equations), *(f"δ {n}" for n in d.backward.adjoints),
                *(f"code {n}" for n in code))  # fmt: skip


class Answer(Protocol):
    """What can stand in a sheet: sections to print, and what has to be verified for them."""

    def sections(self, version: Version) -> tuple[Section, ...]: ...

    @property
    def checks(self) -> tuple[Check, ...]: ...

    @property
    def speaks(self) -> Derivation | None:
        """The derivation whose notation it uses."""
        ...


@dataclass(frozen=True)
class Derived:
    """A derivation and the parts of its page. `graph` is text, a `Graph`, or an expression.

    `show` are the parts of the page, in order; `draw` the nodes of the picture, `unfold` nodes that are
    written out once in the backward equations, `at` numbers for a trace ("small": some are chosen),
    `hessian` variables of a second derivative, `products` variables whose gradient is shown as a product of
    Jacobians, `local` nodes whose Jacobians are derived, and layers that are taken apart, `lengths` the
    numbers of steps a recurrence is checked for. Without `show` the `detail` says which parts there are:
    "brief" is the idea, both passes side by side and the gradients; "full" derives what stands there.
    """

    graph: str | Graph | Expr
    of: str | None = None
    wrt: tuple[str, ...] | None = None
    convention: Convention = field(default_factory=Convention)
    at: Mapping[str, object] | Literal["small"] | None = None
    show: tuple[str, ...] | None = None
    unfold: tuple[str, ...] = ()
    draw: tuple[str, ...] | None = None
    hessian: tuple[str, ...] = ()
    products: tuple[str, ...] | None = None
    local: tuple[str, ...] | None = None
    lengths: tuple[int, ...] = ()
    detail: Detail = "full"

    @cached_property
    def derivation(self) -> Derivation:
        return derive(as_graph(self.graph), self.of, self.wrt, convention=self.convention)

    @property
    def speaks(self) -> Derivation:
        return self.derivation

    @cached_property
    def page(self) -> Page:
        return outline(self.derivation, self.options)

    @cached_property
    def exercise(self) -> Page:
        """What is said before it is solved: some of the page, and no sign or symbol of the rest."""
        chosen = ("forward", "symbols", "numbers") if self.show is None else self.show
        keys = tuple(dict.fromkeys(EXERCISE[k] for k in chosen if k in EXERCISE))
        page = outline(self.derivation, replace(self.options, sections=keys))
        return replace(page, sections=tuple(map(unsolved, page.sections)))

    @cached_property
    def numbers(self) -> Mapping[str, object] | None:
        """The numbers of the inputs, those that were chosen where small ones are asked for."""
        return small_numbers(self.derivation) if isinstance(self.at, str) else self.at

    @cached_property
    def options(self) -> Options:
        return Options(
            self.show, self.numbers, self.unfold, self.draw, self.hessian, self.products, self.local,
            detail=self.detail, asked=self.wrt,
        )  # fmt: skip

    def sections(self, version: Version) -> tuple[Section, ...]:
        return (self.page if version == "solution" else self.exercise).sections

    @property
    def checks(self) -> tuple[Check, ...]:
        return (Check(self.derivation, self.page, self.lengths),)


@dataclass(frozen=True)
class Stated:
    """Equalities typed in LaTeX, in the names of a derivation: read, verified and printed like any other.

    `at` gives numbers, `local` a scope of local names, `free` the letters that run over an axis; those of a
    "list", one as good without the others, stand side by side where they fit.
    Errors: `FormulaError` where a line cannot be read.
    """

    about: Derived
    lines: tuple[str, ...]
    intro: Text | None = None
    at: Mapping[str, object] | None = None
    local: Scope | str = PAGE
    free: tuple[tuple[str, Size], ...] = ()
    layout: Literal["lines", "list"] = "lines"

    def __post_init__(self) -> None:
        for letter, _ in self.free:
            spelled(letter)  # it is printed as it was typed

    @property
    def speaks(self) -> Derivation:
        return self.about.derivation

    @cached_property
    def page(self) -> Page:
        rows = tuple(
            stated(self.speaks, line, key=f"stated.{n}", at=self.at, local=self.local, free=self.free)
            for n, line in enumerate(self.lines, 1)
        )
        said: tuple[Block, ...] = (Passage(self.intro),) if self.intro else ()
        section = Section("stated", None, (*said, Equations(rows, listed=self.layout == "list")))
        return Page((section,), tuple(sorted(self.speaks.functions.items())), self.at)

    def sections(self, version: Version) -> tuple[Section, ...]:
        return self.page.sections

    @property
    def checks(self) -> tuple[Check, ...]:
        return (Check(self.speaks, self.page),)


@dataclass(frozen=True, slots=True)
class Shown:
    """Blocks without equations, as they are."""

    blocks: tuple[Block, ...]

    def sections(self, version: Version) -> tuple[Section, ...]:
        return (Section("said", None, self.blocks),)

    @property
    def checks(self) -> tuple[Check, ...]:
        return ()

    @property
    def speaks(self) -> None:
        return None


def said(text: Text) -> Shown:
    """A passage of the task."""
    return Shown((Passage(complete(text, "said")),))


def written(text: Text) -> Shown:
    """An answer in words, marked on the page as written, not derived."""
    return Shown((Passage(complete(text, "written"), Phrase("passage.written")),))


def drawn(drawing: Drawing | Mapping[str, Drawing], caption: Text) -> Shown:
    """A drawing, the same in every language or one for each."""
    each = drawing if isinstance(drawing, Mapping) else dict.fromkeys(LANGUAGES, drawing)
    return Shown((Sketch(tuple(sorted(each.items())), complete(caption, "drawn")),))


def code(text: str, intro: Text | None = None) -> Shown:
    """A program."""
    before: tuple[Block, ...] = (Passage(complete(intro, "code")),) if intro else ()
    return Shown((*before, Listing(text)))


# --- exercises -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """One sub-question, (a), (b), …, its answers, and its points; `bonus` ones are counted apart."""

    task: Text
    answers: tuple[Answer, ...] = ()
    points: int = 0
    bonus: int = 0

    def __post_init__(self) -> None:
        countable(self.points, self.bonus, "Part")


@dataclass(frozen=True)
class Exercise:
    """What is asked and what answers it. `given` stands in both versions of a sheet.

    A derivation among `given` shows its declaration; where it also answers, the solution shows its page once.
    """

    task: Text | None = None
    answers: tuple[Answer, ...] = ()
    parts: tuple[Part, ...] = ()
    given: tuple[Answer, ...] = ()
    title: Text | None = None
    points: int = 0
    bonus: int = 0

    def __post_init__(self) -> None:
        for text in (self.task, self.title, *(p.task for p in self.parts)):
            if text is not None:
                complete(text, "Exercise")
        countable(self.points, self.bonus, "Exercise")
        if len(self.parts) > PARTS:
            raise SheetError(f"{len(self.parts)} parts, but only {PARTS} letters", where="Exercise",
                             hint="Make it two exercises.")  # fmt: skip

    @property
    def worth(self) -> tuple[int, int]:
        """Points and bonus points, those of the parts together where the exercise names none."""
        own = self.points, self.bonus
        summed = sum(p.points for p in self.parts), sum(p.bonus for p in self.parts)
        return own if any(own) else summed

    @property
    def all_answers(self) -> tuple[Answer, ...]:
        return (*self.answers, *(a for p in self.parts for a in p.answers))

    def shown(self, version: Version) -> tuple[Answer, ...]:
        """What stands under the task."""
        if version == "exercise":
            return self.given
        answers = self.all_answers
        return tuple(g for g in self.given if not any(g is a for a in answers))


def countable(points: int, bonus: int, where: str) -> None:
    """Errors: `SheetError` for negative points."""
    if min(points, bonus) < 0:
        raise SheetError("points are not negative", where=where)


def complete(text: Text, where: str) -> Text:
    """Errors: `SheetError` for a text in no language; one is enough for a sheet that is built in it."""
    if not isinstance(text, Words) and not set(text) & set(LANGUAGES):
        raise SheetError(f"no text in {', '.join(LANGUAGES)}", where=where)
    return text


def unsolved(s: Section) -> Section:
    """A section without the rows of its tables that belong to a solution."""
    kept = (replace(b, rows=tuple(row for row in b.rows if not any(map(solves, row))))
            if isinstance(b, Table) else b for b in s.blocks)  # fmt: skip
    return replace(s, blocks=tuple(kept))


def solves(cell: object) -> bool:
    return isinstance(cell, Phrase) and cell.key in SOLVES
