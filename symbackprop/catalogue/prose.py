"""Prose with formulas between dollar signs; only the commands listed here ever reach TeX."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from symbackprop.catalogue import LANGUAGES
from symbackprop.errors import SheetError

GREEK = """alpha beta gamma delta epsilon varepsilon zeta eta theta kappa lambda mu nu xi pi rho
    sigma tau phi varphi chi psi omega
    Gamma Delta Theta Lambda Sigma Phi Psi Omega""".split()
SIGNS = r"""partial nabla sum prod cdot times odot oslash top le ge ne approx in to infty ldots cdots dots
    exp log sin cos tanh max min lfloor rfloor quad , ; ! { }""".split()
ARGUMENTS = {"frac": 2} | dict.fromkeys(
    "sqrt hat widehat tilde bar vec mathrm mathbb mathbf operatorname".split(), 1
)
COMMANDS = frozenset([*GREEK, *SIGNS, *ARGUMENTS, "left", "right"])
DELIMITERS = frozenset([*"()[]|.", r"\lfloor", r"\rfloor", r"\{", r"\}"])
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\S", re.DOTALL)
REFUSED = frozenset("#%&~$\\")
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


Text: TypeAlias = (
    Words | Mapping[str, str]
)  # a mapping is plain text: every sign is printed as it is


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
    stray = next((c for c in formula if not (" " <= c <= "~")), "") or next(
        (
            t
            for t in TOKEN.findall(formula)
            if t in REFUSED or (t[0] == "\\" and t[1:] not in COMMANDS)
        ),
        "",
    )
    if stray:
        raise SheetError(f"`{printable(stray)}` may not stand in `${printable(formula)}$`", where="prose",
                         hint="Known: letters, digits, scripts and common commands.")  # fmt: skip
    wrong = Structure(TOKEN.findall(formula)).fault()
    if wrong:
        raise SheetError(f"{wrong} in `${formula}$`", where="prose")


def printable(text: str) -> str:
    """The text with signs nobody sees by their numbers."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


class Structure:
    """The groups, arguments, scripts and brackets of a formula: what TeX would stumble over."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at = tokens, 0

    @property
    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def fault(self) -> str:
        """What is wrong first; empty where all is well."""
        try:
            self.run("")
        except SheetError as error:
            return error.what
        except RecursionError:
            return "groups inside groups, too deep"
        return ""

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def run(self, end: str) -> None:
        """Atoms with their scripts, up to the sign that ends the group."""
        while self.next != end:
            if self.next in ("", "}", r"\right"):
                raise SheetError("the braces do not match" if "}" in (end, self.next) else
                                 r"\left without \right, or the other way round")  # fmt: skip
            if self.next not in ("^", "_"):
                self.atom()
            self.scripts()
        if end:
            self.take()

    def scripts(self) -> None:
        seen: set[str] = set()
        while self.next in ("^", "_"):
            sign = self.take()
            if sign in seen:
                raise SheetError(f"two {sign} in a row")
            seen.add(sign)
            self.argument(sign)

    def atom(self) -> None:
        """One sign, group or command with its arguments."""
        token = self.take()
        if token == "{":
            self.run("}")
        elif token == r"\left":
            self.delimiter(token)
            self.run(r"\right")
            self.delimiter(r"\right")
        else:
            for _ in range(ARGUMENTS.get(token[1:], 0) if token[0] == "\\" else 0):
                self.argument(token)

    def delimiter(self, of: str) -> None:
        if self.next not in DELIMITERS:
            raise SheetError(f"{of} without a bracket behind it")
        self.take()

    def argument(self, of: str) -> None:
        if self.next in ("", "}", "^", "_", r"\left", r"\right"):
            raise SheetError(f"nothing stands behind {of}")
        self.atom()


def written(
    text: Text, language: str, escape: Callable[[str], str], math: Callable[[str], str]
) -> str:
    """The passage in a language, words escaped, formulas set."""
    if not isinstance(text, Words):
        return escape(text[language])
    said = pieces(text[language])
    return "".join(math(piece) if kind == "math" else escape(piece) for kind, piece in said)
