"""Sentences of the page, one table per language with the same keys and the same gaps.

A key and what stands in its gaps enter, a sentence leaves. Read `en.toml` first; `prose.py` is for the words
of authors, with formulas between dollar signs.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from string import Formatter

from symbackprop.errors import SheetError

LANGUAGES = ("en", "de")


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Key -> sentence. Errors: `SheetError` for a language without a catalogue."""
    if language not in LANGUAGES:
        raise SheetError(f"no language `{language}`", where="lang", hint=f"Languages: {', '.join(LANGUAGES)}")
    text = (files(__name__) / f"{language}.toml").read_text("utf-8")
    return {f"{part}.{key}": said for part, rows in tomllib.loads(text).items() for key, said in rows.items()}


def phrase(key: str, language: str, escape: Callable[[str], str] = str, /, **values: str) -> str:
    """The sentence, its own words escaped, with its gaps filled.

    Errors: `SheetError` for an unknown key or an empty gap.
    """
    found = catalogue(language).get(key)
    if found is None:
        raise SheetError(f"no sentence `{key}`", where=f"catalogue {language}")
    parts = Formatter().parse(found)
    try:
        return "".join(escape(words) + (values[gap] if gap else "") for words, gap, _, _ in parts)
    except KeyError as error:
        raise SheetError(f"`{key}` needs {error}", where=f"catalogue {language}") from None
