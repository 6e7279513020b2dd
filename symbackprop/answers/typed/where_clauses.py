"""An answer's text cut into its formula and what is said beside it: `… with E = X w - y`, `δ_{T+1} = 0`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from symbackprop.dialects import plain
from symbackprop.errors import FormulaError
from symbackprop.formula.printed_names import named
from symbackprop.formula.tree import Name
from symbackprop.formula.writing.text_writer import SMALL_SUBS, SMALL_SUPS

LEFT = 200  # characters of what it defines
RANGE = 100  # characters at the end of a line that may say its steps
_TEXT = r"(?:\\(?:text|mathrm|textrm)\s*\{\s*)?"
_WHERE = re.compile(rf"{_TEXT}\b(?:with|where|mit|wobei|using|and|und)\b\s*:?\s*\}}?", re.I)
_THEN = re.compile(r"=>|[⇒⟹]|\\(?:Rightarrow|implies|Longrightarrow)(?![A-Za-z])")
_ALWAYS = re.compile(r"[^a-z]*(?:(?:text|mathrm|textrm)[^a-z]*)?(?:with|where|mit|wobei)")
_AND = re.compile(rf"(?<!\\)[,;]|\n|\\q?quad|{_TEXT}\b(?:and|und)\b\s*\}}?")
_SUBS = f"[{''.join(map(re.escape, SMALL_SUBS))}]"
_SCRIPT = (
    r"(?:\s*[_^]\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|\([^()]*\)|\\?\w+)|\[[^\]]*\]"
    rf"|(?:{_SUBS}|[{''.join(map(re.escape, SMALL_SUPS))}])|\s*['’′])"
)
_ARGUMENT = r"\s*\\?[^\W\d_]\w*\s*"
_OF = rf"\(({_ARGUMENT}(?:[,;]{_ARGUMENT})*)\)"  # f(u), h(x, w)
_LEFT = re.compile(
    rf"\s*(?=\\?[^\W\d_])(?:\\[A-Za-z]+[\s{{]*)*(?:[^\W\d_][\w\u0300-\u036f]*)?[\s}}]*{_SCRIPT}*"
    rf"\s*(?:{_OF}\s*)?(:?=)(?!=)"
)
_IN = r"(?:[^{}=]|\{(?:[^{}=]|\{[^{}=]*\})*\})*"
_SLOPE = re.compile(  # ∂L/∂z = …, \nabla_z L = …
    rf"\s*(?:\\[dt]?frac\s*\{{\s*(?:\\partial|∂|d){_IN}\}}\s*\{{\s*(?:\\partial|∂|d){_IN}\}}"
    rf"|(?:∂|d)\s*\w+(?:\(\w+\))?\s*/\s*(?:∂|d)\s*\w+{_SCRIPT}*"
    rf"|(?:\\nabla|∇)\s*_\s*(?:\w+|\\\w+|\{{{_IN}\}})\s*\w+(?:\(\w+\))?)\s*()(:?=)(?!=)"
)
_BY_ENTRIES = re.compile(  # S(Z)_{ij} = …
    r"(?<![^\W\d_])((\\?[^\W\d_]{1,12})\s?\(\s?\\?\w{1,12}\s?\))"
    r"(?=\s?_\s?(?:\{[a-z ,]{1,9}\}|[a-z]{1,9})\s*:?=(?!=))"
)
_FUNCTION = re.compile(rf"(.*[^\s_^])\s*{_OF}")
_INDEXED = re.compile(rf"(.*?)(?:_\s*(?:\{{(.*)\}}|(\w+))|\[(.*)\]|({_SUBS}+))((?:\s*\^.*)?)")
_SAMPLE = re.compile(r"\^\s*(?:\{\s*\(\s*([a-z])\s*\)\s*\}|\(([a-z])\))$")  # e^{(i)} = … of every i
_NAME = re.compile(
    r"(\\?[A-Za-z]+(?:\s*\{?\s*\\?[A-Za-z]+\s*\}?)?)\s*(?:_\s*\{?\s*(\w+)\s*\}?)?\s*(?:\^\s*\{?\s*(\(\w+\)|\[\w+\]|[A-Za-z]+|\d+|\\prime)\s*\}?)?"
)
_FOR = (
    r"(?:[\s,;]|\\q?quad|\\[,;: ])+[(\[]?\s*(?:\\(?:text|mathrm|textrm)\s*\{\s*)?"
    r"(?:\b(?:for|für|if|falls|wenn)(?: all| alle)?\b)?\s*\}?\s*\$?\s*"
)
_ENVIRONMENT = re.compile(r"\\(begin|end)\b")
_SPACING = re.compile(r"\\(?:q?quad|[,;:! ])|&")
_SPACES = re.compile(r"\s*")
_SMALL = str.maketrans(SMALL_SUBS)
Steps = Literal["all", "before", "beyond"]  # of time: up to the last, without it, after it


@dataclass(frozen=True, slots=True)
class Clause:
    """What a text says of a name: its letter or step as typed, empty where it has none."""

    left: str
    name: str
    index: str
    body: str  # at its place in the text
    of: tuple[str, ...] = ()  # the parameters of a function
    slope: bool = False  # whether it is about a derivative


def clauses(text: str) -> tuple[str, list[Clause]]:
    """The formula, and what is said beside it. Errors: `FormulaError` where a clause defines nothing."""
    *before, text = steps_of(text)
    main, rest = text, ""
    for cut in _WHERE.finditer(text):
        if begins(text, cut.end()):
            main, rest = text[: cut.start()], " " * cut.end() + text[cut.end() :]
            break
        if _ALWAYS.match(cut[0].lower()) and "=" in text[cut.end() :]:
            raise FormulaError(f"{text[cut.end() :].strip()[:40]!r} defines nothing", where="answer",
                               hint="with E = …")  # fmt: skip
    pieces = [*split(main), *split(rest), *before]
    return trimmed(pieces[0]) if pieces else "", [clause(p) for p in pieces[1:] if p.strip()]


def with_entries(text: str) -> str:
    """A text in which S(Z)_{ij} = … defines a name: S in every place of S(Z)."""
    for found in _BY_ENTRIES.finditer(text):
        call, name = found[1], found[2]
        text = text.replace(call, name + " " * (len(call) - len(name)))
    return text


def steps_of(text: str) -> Iterator[str]:
    """The pieces between ⇒, each at its place."""
    start = 0
    for cut in _THEN.finditer(text):
        yield " " * start + text[start : cut.start()]
        start = cut.end()
    yield " " * start + text[start:]


def split(text: str) -> Iterator[str]:
    """The pieces of a list of equations, each at its place; a comma that no `name =` follows cuts nothing."""
    start, depth = 0, depths(text)
    for cut in _AND.finditer(text):
        if depth[cut.start()] == 0 and cut.start() >= start and begins(text, cut.end()):
            yield " " * start + text[start : cut.start()]
            start = cut.end()
    yield " " * start + text[start:]


def begins(text: str, at: int) -> bool:
    """Whether `name =` stands at a place."""
    spaces = _SPACES.match(text, at)
    start = spaces.end() if spaces else at
    return bool(left_of(text[start : start + LEFT]))


def left_of(text: str) -> re.Match[str] | None:
    """`name =`, or a derivative and its =."""
    text = cleaned(text)
    return _LEFT.match(text) or _SLOPE.match(text)


def cleaned(text: str) -> str:
    """A text without spacing commands, as long as before."""
    return _SPACING.sub(lambda m: " " * len(m[0]), text)


def depths(text: str) -> list[int]:
    """How many brackets and environments are open at every character."""
    steps = [(c in "([{") - (c in ")]}") for c in text]
    for found in _ENVIRONMENT.finditer(text):
        steps[found.start()] += 1 if found[1] == "begin" else -1
    return list(accumulate(steps))


def trimmed(text: str) -> str:
    """A formula without what separates it from its clauses."""
    return re.sub(r"(?:[\s,;]|\\q?quad|\\,)+$", "", text)


def clause(piece: str) -> Clause:
    """A piece as the definition it is."""
    found = left_of(piece)
    if not found:
        raise FormulaError(f"{piece.strip()[:40]!r} defines nothing", where="answer", hint="with E = …")
    left = cleaned(piece[: found.start(2)]).strip()
    body = " " * found.end() + re.sub(r"[\s,.]+$", "", piece[found.end() :])
    if found.re is _SLOPE:
        return Clause(left, left, "", body, slope=True)
    if (function := _FUNCTION.fullmatch(left)) and not _SAMPLE.search(left):
        name = function[1].strip()
        return Clause(name, name, "", body, tuple(x.strip() for x in re.split("[,;]", function[2])))
    parts = _INDEXED.fullmatch(left)
    if (sample := _SAMPLE.search(left)) and not parts and sample[0] in body:
        return Clause(left, left[: sample.start()], sample[1] or sample[2], body)
    if not parts:
        return Clause(left, left, "", body)
    index = usual_size(parts[2] or parts[3] or parts[4] or parts[5])
    return Clause(left, parts[1] + parts[6], index, body)


def usual_size(text: str) -> str:
    """A text with its small subscripts as letters."""
    return text.translate(_SMALL)


def local_name(text: str, notation: str) -> Name:
    """The name a where-clause defines. Errors: `FormulaError` for anything but a name."""
    if notation == "plain":
        return plain.named(text)
    found = _NAME.fullmatch(re.sub(r"\\(?:mathbf|boldsymbol|bm|mathrm)\s*\{(\\?\w+)\}", r"\1", text))
    if not found or (found[1].isalpha() and len(found[1]) > 1):
        raise FormulaError(f"{text!r} is not a name that can be defined", where="answer")
    return named(found[1], found[3] or "", found[2] or "")


def ranged(text: str, t: str, length: str) -> tuple[str, Steps]:
    """A line without the steps it is said for, `… for t < T`, `… for t > T`, and which they are."""
    t, length, least = re.escape(t), re.escape(length), r"(?:\\leq?|<=|≤)"
    dots = r"\s*,\s*(?:\\[lc]?dots|\.\.\.|…)\s*,\s*"
    less = rf"(?:1\s*{least}\s*)?{t}\s*(?:(?:<|\\lt\b)\s*{length}|{least}\s*{length}\s*-\s*1)"
    less += rf"|{t}\s*=\s*(?:{length}\s*-\s*1{dots}1|1{dots}{length}\s*-\s*1)"
    more = rf"{t}\s*(?:(?:>|\\gt\b)\s*{length}|(?:\\geq?|>=|≥)\s*{length}\s*\+\s*1)"
    whole = rf"1\s*{least}\s*{t}\s*{least}\s*{length}|{t}\s*=\s*(?:1{dots}{length}|{length}{dots}1)"
    start = max(len(text) - RANGE, 0)
    tail = re.sub(r"\s+", " ", text[start:])  # of many spaces in a row a pattern would try all parts
    found = re.search(rf"{_FOR}(?:(?P<before>{less})|(?P<beyond>{more})|{whole})\s*\$?[\s)\]}}.]*$", tail)
    if not found:
        return text, "all"
    steps: Steps = "before" if found["before"] else "beyond" if found["beyond"] else "all"
    return text[:start] + tail[: found.start()], steps
