"""Brackets behind a name: W[:4, :] counts from 0 as Python does, W(1:4, :) from 1 as MATLAB does."""

from __future__ import annotations

import re

from symbackprop.dialects.plain.plain_scanner import Scan, flat

_BOUNDS = re.compile(r"\s*([^:,\[\]()]*?)\s*:\s*([^:,\[\]()]*?)\s*(?=[,\]])")
_WHOLE = re.compile(r"\s*(-?\d+)\s*(?=[,\]])")
_END = re.compile(r"end\b")


def indexed(s: Scan) -> bool:
    """The bracket behind a name, if it holds indices."""
    last = s.tokens[-1] if s.tokens else ""
    if s.char() not in ("[", "(") or last not in ("}", ")") or s.text[s.at - 1].isspace():
        return False
    inside = s.text[s.at + 1 : s.pairs.get(s.at, s.at)]
    top = flat(inside)
    if s.char() == "(" and not (last == "}" and s.named and (":" in top or "," in top)):
        return False
    s.put("_", "{")
    s.open.append(("}", ()))
    if s.char() == "[" and (":" in top or "," in top or counted(s, inside)):
        s.zero.add(len(s.open))
    s.at += 1
    start_of_index(s)
    return True


def counted(s: Scan, inside: str) -> bool:
    """Whether a lone number counts entries from 0: that of a recurrent name is a step of time."""
    return inside.strip().lstrip("-").isdecimal() and not s.recurrent


def comma(s: Scan) -> bool:
    """A comma between two indices that count from 0."""
    if s.char() != "," or len(s.open) not in s.zero:
        return False
    s.put(",")
    s.at += 1
    start_of_index(s)
    return True


def start_of_index(s: Scan) -> None:
    """An index of Python, counted from 1 and with both ends."""
    if len(s.open) not in s.zero:
        return
    if found := s.match(_BOUNDS):
        s.put(*(first(s, found[1]) if found[1] else ()), ":", *last(s, found[2]))
        s.at = found.end()
    elif found := s.match(_WHOLE):
        s.put(*first(s, found[1]))
        s.at = found.end()


def first(s: Scan, text: str) -> tuple[str, ...]:
    """The position k counted from 0, as one counted from 1; -k counts from the end."""
    if text.startswith("-") and text[1:].isdecimal():
        return (r"\mathrm{end}", "+", "1", "-", text[1:])
    return (str(int(text) + 1),) if text.isdecimal() else (*s.inner(text), "+", "1")


def last(s: Scan, text: str) -> tuple[str, ...]:
    """The end k that does not belong to a slice, as the last position that does."""
    if text.startswith("-") and text[1:].isdecimal():
        return (r"\mathrm{end}", "-", text[1:])
    return (text,) if text.isdecimal() else s.inner(text)


def end(s: Scan) -> bool:
    """`end` in an index is the size of the axis."""
    found = s.match(_END)
    if not found or not s.open or s.open[-1][0] != "}":
        return False
    s.put(r"\mathrm{end}")
    s.at = found.end()
    return True
