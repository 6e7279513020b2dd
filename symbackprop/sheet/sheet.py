"""A sheet: exercises with their answers, in two languages; from verified pages to a document."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from string import ascii_lowercase
from typing import Any, Literal

from symbackprop.catalogue import LANGUAGES, phrase
from symbackprop.catalogue.prose import Words, Text, in_language, written
from symbackprop.derivation.report import Report, together
from symbackprop.errors import SheetError
from symbackprop.formula.composing import size_name
from symbackprop.sheet.exercise import Answer, Check, Exercise, Part, Version, complete
from symbackprop.sheet.formats import FORMATS
from symbackprop.sheet.line_breaks import Context, Style
from symbackprop.sheet.page_blocks import sections, small_print, speaking
from symbackprop.sheet.templating import Format, render, strings
from symbackprop.verify.equality import verify_page
from symbackprop.verify.comparison import ROUNDING

NAME = r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}"


@dataclass(frozen=True)
class Sheet:
    """Exercises under a title; `header` may hold 'course', 'number' and 'due', as text or by language.

    It is built in the languages of its title, or in those that are asked for: each text it says must have
    them. Errors: `SheetError` for a name that is no file name, or a title in no language.
    """

    name: str
    title: Text
    exercises: tuple[Exercise, ...]
    header: Mapping[str, str | Mapping[str, str]] = field(
        default_factory=dict[str, "str | Mapping[str, str]"]
    )
    first: int = 1  # the number of the first exercise; sheets of a course often count on

    def __post_init__(self) -> None:
        if not re.fullmatch(NAME, self.name):
            raise SheetError(
                f"`{self.name}` is not a file name",
                where="Sheet",
                hint="Letters, digits, _ and -, at most 80, a letter or digit first.",
            )
        if not self.languages:
            raise SheetError(f"no title in {', '.join(LANGUAGES)}", where=f"Sheet {self.name}")
        for key, value in self.header.items():
            if not isinstance(value, str):
                complete(value, f"Sheet {self.name}, {key}")

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of its title."""
        title = self.title
        return title.languages if isinstance(title, Words) else tuple(x for x in LANGUAGES if x in title)

    @cached_property
    def checks(self) -> tuple[tuple[str, Check], ...]:
        """Everything that must hold, each with a prefix that tells its keys apart."""
        found: dict[int, Check] = {}
        for e in self.exercises:
            for a in (*e.given, *e.all_answers):
                for c in a.checks:
                    found.setdefault(id(c.page), c)
        several = len(found) > 1
        return tuple((f"{n}:" if several else "", c) for n, c in enumerate(found.values(), 1))

    def verify(self, *, seed: int = 0) -> Report:
        """The report over every printed equation."""
        return together(
            [(p, verify_page(c.derivation, c.page, seed=seed, lengths=c.lengths)) for p, c in self.checks],
            seed,
        )

    @property
    def worth(self) -> tuple[int, int]:
        """Points and bonus points of the whole sheet."""
        each = [e.worth for e in self.exercises]
        return sum(p for p, _ in each), sum(b for _, b in each)


# --- what a template prints ----------------------------------------------------------------------


def context(sheet: Sheet, report: Report, language: str, version: Version, style: Style) -> dict[str, object]:
    """Everything a template may print, as strings."""
    keys = ("solution", "task", "due", "legend", "exercise", "through")
    said = {k: phrase(f"sheet.{k}", language) for k in keys}
    said["verification"] = phrase("section.verification", language)
    header = {k: v if isinstance(v, str) else in_language(v, language) for k, v in sheet.header.items()}
    many = len(sheet.exercises) > 1
    return {
        "name": sheet.name,
        "language": language,
        "version": version,
        "plain_title": style.escape(unset(in_language(sheet.title, language, "title"))),
        "title": spoken(sheet.title, style),
        "points": points(sheet.worth, language) if many else "",
        "header": {k: style.escape(v) for k, v in header.items()},
        "exercises": with_notation(
            sheet, [exercise(e, sheet.first + n, version, style) for n, e in enumerate(sheet.exercises)]
        ),
        "many": many,
        "verification": verification(report, language, style) if version == "solution" else [],
        "say": said,
    }


def exercise(e: Exercise, number: int, version: Version, style: Style) -> Context:
    answers = e.answers if version == "solution" else ()
    return {
        "number": str(number),
        "title": spoken(e.title, style),
        "points": points(e.worth, style.language),
        "task": spoken(e.task, style),
        "given": blocks_of(e.shown(version), version, style),
        "parts": [part(p, x, version, style) for p, x in zip(e.parts, letters(e), strict=True)],
        "answers": blocks_of(answers, version, style),
    }


def with_notation(sheet: Sheet, exercises: list[Context]) -> list[Context]:
    """The exercises with their small print: each sentence once in a sheet that has one convention."""
    every = (a.speaks for e in sheet.exercises for a in (*e.given, *e.all_answers))
    ways = {(d.convention.vectors, d.convention.layout, d.convention.signal) for d in every if d}
    told = set[str]()
    out: list[Context] = []
    for e in exercises:
        told = told if len(ways) < 2 else set[str]()
        given, first = small_print(e["given"], told)  # type: ignore[arg-type]
        own: list[dict[str, Any]] = e["parts"]  # type: ignore[assignment]
        parts = [(p, *small_print(p["answers"], told)) for p in own]
        answers, last = small_print(e["answers"], told)  # type: ignore[arg-type]
        texts = (first, *(text for _, _, text in parts), last)
        out.append({**e, "given": given, "answers": answers, "notation": " ".join(filter(None, texts)),
                    "parts": [{**p, "answers": kept} for p, kept, _ in parts]})  # fmt: skip
    return out


def letters(e: Exercise) -> Sequence[str]:
    """A letter for every part; an only part needs none."""
    return ascii_lowercase[: len(e.parts)] if len(e.parts) > 1 else ("",) * len(e.parts)


def part(p: Part, letter: str, version: Version, style: Style) -> Context:
    answers = p.answers if version == "solution" else ()
    return {
        "letter": letter,
        "points": points((p.points, p.bonus), style.language),
        "task": spoken(p.task, style),
        "answers": blocks_of(answers, version, style),
    }


def blocks_of(answers: tuple[Answer, ...], version: Version, style: Style) -> list[Context]:
    """The sections of some answers, each in the notation of its own derivation."""
    out: list[Context] = []
    for a in answers:
        d = a.speaks
        own = style if d is None else speaking(style, d)
        out += sections(a.sections(version), own)
    return out


def spoken(text: Text | None, style: Style) -> str:
    return written(text, style.language, style.escape, style.typed) if text is not None else ""


def unset(title: str) -> str:
    """A title where no formula can be set, as on the tab of a browser."""
    return title.replace("$", "")


def points(worth: tuple[int, int], language: str) -> str:
    """6 points + 4 bonus points."""
    own, bonus = worth
    parts = [counted("sheet.points", language, own)] if own else []
    parts += [counted("sheet.bonus", language, bonus)] if bonus else []
    return " + ".join(parts)


def counted(key: str, language: str, n: int, **values: str) -> str:
    """The sentence for n things; one thing has a sentence of its own."""
    return phrase(key if n != 1 else f"{key}_one", language, n=str(n), **values)


def verification(report: Report, language: str, style: Style) -> list[str]:
    """The sentences of the box: how many equalities, how many points, worst error, seed."""
    if not report.equations:
        return []
    mantissa, _, power = f"{report.max_rel_error or ROUNDING:.1e}".partition("e")
    lead = rf"{mantissa}\cdot " if report.max_rel_error else ""
    error = style.typed(rf"{lead}10^{{{int(power)}}}")
    sizes = "; ".join(
        ", ".join(style.math(f"{style.formula(size_name(n))} = {k}") for n, k in point)
        or phrase("verification.declared", language)
        for point in report.sizes
    )
    out = [counted("verification.equalities", language, report.equations, checked=str(report.checked),
                   points=str(report.points))]  # fmt: skip
    if report.truths:
        out.append(counted(f"verification.{report.method}", language, report.truths))
    if report.code:
        out.append(counted("verification.code", language, report.code))
    return [
        *out,
        phrase(f"verification.{'worst' if lead else 'rounding'}", language, error=error),
        phrase("verification.seed", language, seed=str(report.seed), sizes=sizes),
    ]


def write_sheet(f: Format, sheet: Sheet, report: Report, language: str, version: Version = "solution", *,
                packages: frozenset[str] = frozenset(), templates: Path | None = None) -> str:  # fmt: skip
    """The document in a format. Errors: `VerificationError` where a printed equality was not verified."""
    report.demand()
    values = context(sheet, report, language, version, f.style(language))
    said = " ".join(strings(values))
    return render(f, {**values, "preamble": f.preamble(packages, language, said)}, templates)


def write_tex(sheet: Sheet, report: Report, language: Literal["en", "de"], version: Version = "solution", *,
              packages: frozenset[str] = frozenset(), templates: Path | None = None) -> str:  # fmt: skip
    """The LaTeX document, for an engine with these packages. Errors: `VerificationError`."""
    return write_sheet(
        FORMATS["tex"], sheet, report, language, version, packages=packages, templates=templates
    )


def write_html(sheet: Sheet, report: Report, language: str, version: Version = "solution", *,
               templates: Path | None = None) -> str:  # fmt: skip
    """One self-contained HTML file with MathML and inline SVG. Errors: `VerificationError`."""
    return write_sheet(FORMATS["html"], sheet, report, language, version, templates=templates)
