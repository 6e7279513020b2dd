"""Prose with formulas between dollar signs; only the commands listed here ever reach TeX."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from symbackprop.catalogue import LANGUAGES
from symbackprop.errors import SheetError
from symbackprop.tex.math_commands import GREEK, fault, printable

SIGNS = r"""partial nabla sum prod cdot times odot oslash top le ge ne approx in to infty ldots cdots dots
    exp log sin cos tanh max min lfloor rfloor quad , ; ! { }""".split()
ARGUMENTS = {"frac": 2} | dict.fromkeys(
    "sqrt hat widehat tilde bar vec mathrm mathbb mathbf operatorname".split(), 1
)
COMMANDS: Mapping[str, int] = dict.fromkeys([*GREEK, *SIGNS], 0) | ARGUMENTS  # -> arguments
Piece: TypeAlias = tuple[str, str]  # ('text' | 'math', what stands there)


@dataclass(frozen=True, slots=True)
class Words:
    """A passage in both languages; `$…$` encloses formulas.

    Errors: `SheetError` for a formula that does not end, or a command that is not on the list.

        Words(en="The slope is $1 - y^2$.", de="Die Steigung ist $1 - y^2$.")
    """

    en: str
    de: str

    def __post_init__(self) -> None:
        for language in LANGUAGES:
            for kind, piece in pieces(self[language]):
                if kind == "math":
                    check(piece)

    def __getitem__(self, language: str) -> str:
        return {"en": self.en, "de": self.de}[language]


Text: TypeAlias = Words | Mapping[str, str]  # a mapping is plain text: every sign is printed as it is


def pieces(text: str) -> Iterator[Piece]:
    """Text and formulas in turn. Errors: `SheetError` for an odd number of dollar signs."""
    parts = text.split("$")
    if len(parts) % 2 == 0:
        raise SheetError(f"a formula is not closed in `{text[:60]}`", where="prose", hint="$ … $")
    for n, part in enumerate(parts):
        if part:
            yield ("math" if n % 2 else "text"), part


def check(formula: str) -> None:
    """Errors: `SheetError` naming the first command or sign that may not stand in a formula, or what is
    missing where it does not end as it began."""
    if found := fault(formula, COMMANDS):
        raise SheetError(f"{found} in `${printable(formula)}$`", where="prose",
                         hint="Known: letters, digits, scripts and common commands.")  # fmt: skip


def written(text: Text, language: str, escape: Callable[[str], str], math: Callable[[str], str]) -> str:
    """The passage in a language, words escaped, formulas set."""
    if not isinstance(text, Words):
        return escape(text[language])
    said = pieces(text[language])
    return "".join(math(piece) if kind == "math" else escape(piece) for kind, piece in said)
