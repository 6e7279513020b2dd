"""Prose with formulas between dollar signs; only listed commands ever reach TeX (`tex/math_commands.py`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from symbackprop.catalogue import LANGUAGES
from symbackprop.errors import SheetError
from symbackprop.tex.math_commands import TYPED, fault, printable

Piece: TypeAlias = tuple[str, str]  # ('text' | 'math', what stands there)


@dataclass(frozen=True, slots=True)
class Words:
    """A passage in one language or in both; `$…$` encloses formulas.

    Errors: `SheetError` for a formula that does not end, a command that is not on the list, no words at all,
    and where words are asked for in a language that has none.

        Words(en="The slope is $1 - y^2$.", de="Die Steigung ist $1 - y^2$.")
    """

    en: str = ""
    de: str = ""

    def __post_init__(self) -> None:
        if not self.languages:
            raise SheetError("no text in en, de", where="Words")
        for language in self.languages:
            line = 1
            for kind, piece in pieces(self[language]):
                if kind == "math":
                    check(piece, f"prose, line {line}" if "\n" in self[language] else "prose")
                line += piece.count("\n")

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it has words in."""
        return tuple(language for language in LANGUAGES if getattr(self, language))

    def __getitem__(self, language: str) -> str:
        return in_language({x: getattr(self, x) for x in self.languages}, language)


Text: TypeAlias = Words | Mapping[str, str]  # a mapping is plain text: every sign is printed as it is


def in_language(text: Text, language: str, what: str = "text") -> str:
    """What is said in a language. Errors: `SheetError` where it is said in another one only."""
    if isinstance(text, Words):
        return text[language]
    if language not in text:
        other = next(iter(text.values()), "")
        raise SheetError(
            f"no {what} in {language}" + (f" beside `{printable(other[:60])}`" if other else ""),
            where="prose",
            hint=f"Add it, or build with --lang {next(iter(text), LANGUAGES[0])} alone.",
        )
    return text[language]


def pieces(text: str) -> Iterator[Piece]:
    """Text and formulas in turn. Errors: `SheetError` for an odd number of dollar signs."""
    parts = text.split("$")
    if len(parts) % 2 == 0:
        raise SheetError(f"a formula is not closed in `{text[:60]}`", where="prose", hint="$ … $")
    for n, part in enumerate(parts):
        if part:
            yield ("math" if n % 2 else "text"), part


def check(formula: str, where: str = "prose") -> None:
    """Errors: `SheetError` naming the first command or sign that may not stand in a formula, or what is
    missing where it does not end as it began."""
    if found := fault(formula, TYPED):
        raise SheetError(f"{found} in `${printable(formula)}$`", where=where,
                         hint="Formulas take letters, digits, scripts, and the commands listed in "
                              "symbackprop/tex/math_commands.py.")  # fmt: skip


def written(text: Text, language: str, escape: Callable[[str], str], math: Callable[[str], str]) -> str:
    """The passage in a language, words escaped, formulas set."""
    if not isinstance(text, Words):
        return escape(in_language(text, language))
    said = pieces(text[language])
    return "".join(math(piece) if kind == "math" else escape(piece) for kind, piece in said)
