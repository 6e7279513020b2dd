r"""Names with an index inside them: W^{(l)}, z^{(l-1)}, δg'_t, W_{Rg}; and what they are at its values.

A part of a name is read as tokens: numbers, letters, commands, words such as \mathrm{loss}. Two upright
letters are two tokens: W_{\mathrm{xf}} is W_{\mathrm{x}g} at g = f, and the f joins the x again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from symbackprop.formula.printed_names import GREEK
from symbackprop.formula.tree import Formula, Name, Number, Plus, SumOver
from symbackprop.formula.writing.walk import children, fold, rebuilt

_TOKEN = re.compile(r"\\mathrm\{(?P<word>[A-Za-z]+)\}|\\[A-Za-z]+|\\.|\d+|.", re.DOTALL)
_WORD = re.compile(r"\\mathrm\{[A-Za-z]+\}")
_WORD_LAST = re.compile(r"\\mathrm\{[A-Za-z]+\}$")
_UPRIGHT = re.compile(r"\\mathrm\{([A-Za-z])\}")
_OFFSET = re.compile(r"[+-]\d+")
PAIR = 2  # letters of an upright word that are tokens of their own

Token = str
Tokens = tuple[Token, ...]


@lru_cache(maxsize=20_000)
def tokens(part: str) -> Tokens:
    r"""The tokens of a part of a name; spaces after commands are none."""
    found: list[Token] = []
    for m in _TOKEN.finditer(part):
        if (word := m["word"]) and len(word) == PAIR:
            found += [rf"\mathrm{{{letter}}}" for letter in word]
        elif not m[0].isspace():
            found.append(m[0])
    return tuple(found)


def parts(name: Name) -> tuple[str, str, str]:
    """Letter, superscript and subscript."""
    return name.base, name.sup, name.sub


def joined(found: Tokens) -> str:
    """The part of a name that reads as these tokens: neighbouring upright letters are one word."""
    out = ""
    for token in found:
        if _UPRIGHT.fullmatch(token) and _WORD_LAST.search(out):
            out = out[:-1] + token[len(r"\mathrm{") :]
        else:
            gap = " " if re.search(r"\\[A-Za-z]+$", out) and token[0].isalpha() else ""
            out += gap + token
    return out


def is_letter(token: Token) -> bool:
    """Whether a token may be a value of an index that does not count: f, α, an upright letter or word."""
    return token.isalpha() or token[1:] in GREEK or bool(_WORD.fullmatch(token))


def plain(token: Token) -> Token:
    """A token as a value of an index: an upright letter is that letter."""
    found = _UPRIGHT.fullmatch(token)
    return found[1] if found else token


def letters_of(name: Name) -> Iterator[Token]:
    """Every token of a name that is a letter, and those within words."""
    for part in parts(name):
        for token in tokens(part):
            yield plain(token)


@lru_cache(maxsize=20_000)
def name_at(name: Name, letter: str, value: str) -> Name:
    """The name where an index has a value: z^{(l-1)} at l = 3 is z^{(2)}."""
    base, sup, sub = (joined(_placed(tokens(p), letter, value)) for p in parts(name))
    return replace(name, base=base, sup=sup, sub=sub)


def _placed(found: Tokens, letter: str, value: str) -> Tokens:
    """Tokens with a value in the places of a letter; a number behind a sign is added to one that counts."""
    out: list[Token] = []
    at = 0
    while at < len(found):
        token = found[at]
        at += 1
        if token != letter:
            out.append(token)
            continue
        if value.isdigit():
            offset = "".join(found[at : at + 2])
            shift = int(offset) if _OFFSET.fullmatch(offset) else 0
            at += 2 if shift else 0
            out.append(str(int(value) + shift))
        else:  # beside an upright letter it is upright
            beside = [*out[-1:], *found[at : at + 1]]
            upright = len(value) == 1 and any(map(_UPRIGHT.fullmatch, beside))
            out.append(rf"\mathrm{{{value}}}" if upright else value)
    return tuple(out)


@lru_cache(maxsize=4096)
def formula_at(formula: Formula, letter: str, value: str) -> Formula:
    """The formula where an index that stands inside its names has a value."""
    alone = Number(Fraction(value)) if value.isdecimal() else Name(value)

    def change(f: Formula, below: list[Formula]) -> Formula:
        if isinstance(f, Name):
            return alone if f == Name(letter) else name_at(f, letter, value)
        return rebuilt(f, below)

    return fold(formula, children, change)


def spelled_out(formula: Formula) -> Formula:
    """The formula with every term of its sums over names."""

    def change(f: Formula, below: list[Formula]) -> Formula:
        made = rebuilt(f, below)
        return terms_of(made) if isinstance(made, SumOver) else made

    return fold(formula, children, change)


def terms_of(node: SumOver) -> Formula:
    """A sum over names, term by term."""
    return Plus(tuple(formula_at(node.body, node.letter.base, value_text(v)) for v in node.values))


def value_text(value: Formula) -> str:
    """A value of an index as it stands inside a name."""
    return str(value.value) if isinstance(value, Number) else value.base if isinstance(value, Name) else ""


def holds(name: Name, letter: str) -> bool:
    """Whether a letter is one of the tokens of a name."""
    return letter in letters_of(name)
