"""Messages in every language: what an error says is a key and what stands in its gaps."""

from __future__ import annotations

import re
from typing import TypedDict

from symbackprop.catalogue import catalogue, phrase
from symbackprop.catalogue.german_refusals import in_german
from symbackprop.errors import SymbackpropError


class Said(TypedDict):
    """What an error of the family takes."""

    what: str
    hint: str
    key: str
    values: tuple[tuple[str, str], ...]


def told(key: str, hint: str = "", **values: str) -> Said:
    """The message of a key in English, with what other languages need; `hint` is the key of another hint.

    raise DeclarationError(**told("peer", name="inv", code="inverse(A)"))
    """
    given = {**values, "": hint} if hint else values
    what, after = parts(key, "en", given)
    return {"what": what, "hint": after, "key": key, "values": tuple(given.items())}


def parts(key: str, language: str, values: dict[str, str]) -> tuple[str, str]:
    """The sentence of a key, and its hint."""
    hint = f"error.{values.get('') or key + '_hint'}"
    after = phrase(hint, language, **values) if hint in catalogue(language) else ""
    return phrase(f"error.{key}", language, **values), after


def explained(error: SymbackpropError, language: str) -> str:
    """An error as a reader of a language meets it, with its line; in English where it has no sentence."""
    if language == "en":
        return str(error)
    what, hint = parts(error.key, language, dict(error.values)) if error.key else ("", "")
    what = what or in_german(error.what)
    if not what:
        return str(error)
    hint = hint or in_german(error.hint) or by_lines(error.hint)
    place = phrase("error.place", language, **where(error)) if error.line is not None else error.where
    return f"{place}: {what}".removeprefix(": ") + (f"\n  {hint}" if hint else "")


def retold(said: str, language: str) -> str:
    """What a verdict found, as a reader of a language meets it: a place, a message, and hints below it."""
    return said if language == "en" else by_lines(said)


def by_lines(said: str) -> str:
    """English lines in German, each as a whole or behind the place it names; one without German stays."""
    return "\n".join(map(behind_place, said.split("\n")))


def behind_place(line: str) -> str:
    place, bare = PLACE.sub("Formel, Zeichen ", line), line.strip()
    if place != line:
        here, _, said = place.partition(": ")
        return f"{here}: {behind_place(said)}"
    if german := in_german(bare):
        return line.replace(bare, german)
    ends = (n for n, sign in enumerate(line) if sign == ":")
    found = ((n, german) for n in ends if (german := in_german(line[n + 1 :].strip())))
    n, german = next(found, (0, ""))
    return f"{line[:n]}: {german}" if german else line


PLACE = re.compile(r"\bformula, character ")


def where(error: SymbackpropError) -> dict[str, str]:
    return {"line": str(error.line), "column": str(error.column)}
