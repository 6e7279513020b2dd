"""Where German words may be broken, for a TeX without German patterns: the words of one document."""

from __future__ import annotations

import re
from functools import cache

import pyphen

WORD = re.compile(r"(?<![\\A-Za-zÄÖÜäöüß])[A-ZÄÖÜ]?[a-zäöüß]{5,}(?![A-Za-zÄÖÜäöüß])")
VOWEL = re.compile("[aeiouyäöü]", re.IGNORECASE)


def exceptions(text: str) -> str:
    r"""The words of a text that can be broken, as TeX's `\hyphenation` takes them; equal text, equal list."""
    broken = {broken_word(w) for w in WORD.findall(text)}
    return " ".join(sorted(w for w in broken if "-" in w))


def broken_word(word: str) -> str:
    """A word with its hyphens; every part has a vowel of its own: Rück-wärts, not Rü-ck-wärts."""
    parts: list[str] = []
    for part in dictionary().inserted(word).split("-"):
        if parts and not (VOWEL.search(part) and VOWEL.search(parts[-1])):
            parts[-1] += part
        else:
            parts.append(part)
    return "-".join(parts).lower()


@cache
def dictionary() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="de_DE", left=2, right=3)
