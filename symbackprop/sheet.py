"""A sheet: a graph, what is asked of it, and how it is written; from Page and Report to a document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from symbackprop.catalogue import LANGUAGES, phrase
from symbackprop.convention import Convention
from symbackprop.derivation import Derivation, as_graph, derive
from symbackprop.errors import SheetError
from symbackprop.expr import Expr
from symbackprop.graph import Graph
from symbackprop.options import Options
from symbackprop.outline import outline
from symbackprop.page import Block, Page, Phrase, Section, Table
from symbackprop.tex.escape import escape
from symbackprop.tex.preamble import preamble
from symbackprop.typeset import Style, sections
from symbackprop.verify import Report

Version = Literal["solution", "exercise"]
EXERCISE = ("forward", "symbols")  # what a sheet without solutions still says
SOLVES = ("meaning.selector",)  # rows of the table that would give a solution away
NAME = r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}"


@dataclass(frozen=True)
class Sheet:
    """One exercise. `graph` is text, a `Graph`, or an expression; `title` and `task` speak each language.

    `sections` switches parts of the page (in order); `show` are the nodes of the picture, `unfold` nodes that
    are written out once in the backward equations, `at` numbers for a trace, `hessian` variables of a second
    derivative, `products` variables whose gradient is shown as a product of Jacobians. `header` may hold
    'course', 'number' and 'due'.
    """

    name: str
    graph: str | Graph | Expr
    title: Mapping[str, str]
    of: str | None = None
    wrt: tuple[str, ...] | None = None
    convention: Convention = field(default_factory=Convention)
    at: Mapping[str, object] | None = None
    sections: tuple[str, ...] | None = None
    unfold: tuple[str, ...] = ()
    show: tuple[str, ...] | None = None
    hessian: tuple[str, ...] = ()
    products: tuple[str, ...] | None = None
    header: Mapping[str, str] = field(default_factory=dict)
    task: Mapping[str, str] = field(default_factory=dict)
    points: int | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(NAME, self.name):
            raise SheetError(
                f"`{self.name}` is not a file name",
                where="Sheet",
                hint="Letters, digits, _ and -, at most 80, a letter or digit first.",
            )
        for said, what in ((self.title, "title"), (self.task, "task")):
            missing = [x for x in LANGUAGES if said and x not in said]
            if missing:
                raise SheetError(f"no {what} in {', '.join(missing)}", where=f"Sheet {self.name}")

    @cached_property
    def derivation(self) -> Derivation:
        return derive(as_graph(self.graph), self.of, self.wrt, convention=self.convention)

    @cached_property
    def page(self) -> Page:
        return outline(self.derivation, self.options)

    @cached_property
    def exercise(self) -> Page:
        """What the sheet says before it is solved: some of the page, and no sign or symbol of the rest."""
        chosen = EXERCISE if self.sections is None else self.sections
        keys = tuple(k for k in chosen if k in EXERCISE)
        page = outline(self.derivation, replace(self.options, sections=keys))
        return replace(page, sections=tuple(map(unsolved, page.sections)))

    @property
    def options(self) -> Options:
        return Options(self.sections, self.at, self.unfold, self.show, self.hessian, self.products)


def unsolved(s: Section) -> Section:
    """A section without the rows of its tables that belong to a solution."""
    return replace(s, blocks=tuple(map(without_solution, s.blocks)))


def without_solution(b: Block) -> Block:
    if not isinstance(b, Table):
        return b
    return replace(b, rows=tuple(row for row in b.rows if not any(map(solves, row))))


def solves(cell: object) -> bool:
    return isinstance(cell, Phrase) and cell.key in SOLVES


def context(
    sheet: Sheet, report: Report, language: str, version: Version, style: Style
) -> dict[str, object]:
    """Everything a template may print, as strings."""
    page = sheet.exercise if version == "exercise" else sheet.page
    said = {k: phrase(f"sheet.{k}", language) for k in ("solution", "task", "due", "legend")}
    said["verification"] = phrase("section.verification", language)
    said["points"] = counted("sheet.points", language, sheet.points) if sheet.points else ""
    return {
        "name": sheet.name,
        "language": language,
        "version": version,
        "title": style.escape(sheet.title[language]),
        "task": style.escape(sheet.task.get(language, "")),
        "header": {k: style.escape(v) for k, v in sheet.header.items()},
        "sections": sections(page, style),
        "verification": verification(report, language, style) if version == "solution" else [],
        "say": said,
    }


def counted(key: str, language: str, n: int, **values: str) -> str:
    """The sentence for n things; one thing has a sentence of its own."""
    return phrase(key if n != 1 else f"{key}_one", language, n=str(n), **values)


def verification(report: Report, language: str, style: Style) -> list[str]:
    """The sentences of the box: how many equalities, how many points, worst error, seed."""
    error = f"{report.max_rel_error:.1e}"
    mantissa, _, power = error.partition("e")
    worst = (
        style.math(rf"{mantissa}\cdot 10^{{{int(power)}}}") if float(mantissa) else style.math("0")
    )
    sizes = "; ".join(s or phrase("verification.declared", language) for s in report.sizes)
    return [
        counted("verification.equalities", language, report.equations, checked=str(report.checked),
                points=str(report.points)),
        counted(f"verification.{report.method}", language, report.truths),
        phrase("verification.worst", language, error=worst),
        phrase("verification.seed", language, seed=str(report.seed), sizes=style.escape(sizes)),
    ]  # fmt: skip


def smaller(tex: str, room: float) -> str:
    """A line scaled down to a width in points; one that fits stays as it is."""
    return rf"\sbfit{{{room:.0f}pt}}{{{tex}}}"


def write_tex(sheet: Sheet, report: Report, language: Literal["en", "de"], version: Version = "solution", *,
              packages: frozenset[str] = frozenset(), templates: Path | None = None) -> str:  # fmt: skip
    """The LaTeX document. Errors: `VerificationError` where a printed equality was not verified."""
    report.demand()
    from symbackprop.templating import render

    d = sheet.derivation
    style = Style(
        language, d.functions, d.convention.vectors, escape, lambda tex: f"${tex}$", smaller
    )
    values = context(sheet, report, language, version, style)
    return render("sheet.tex.j2", {**values, "preamble": preamble(packages, language)}, templates)


def write_html(sheet: Sheet, report: Report, language: str, version: Version = "solution", *,
               templates: Path | None = None) -> str:  # fmt: skip
    """One self-contained HTML file with MathML and inline SVG."""
    report.demand()
    from symbackprop.markup import html_math, html_text
    from symbackprop.templating import render

    d = sheet.derivation
    style = Style(
        language, d.functions, d.convention.vectors, html_text, html_math, lambda tex, room: tex
    )
    return render("sheet.html.j2", context(sheet, report, language, version, style), templates)
