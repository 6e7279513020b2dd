"""Words of plain text that are several things in one: XW^(1), δ_{a,t+1}, ij in a subscript; if and else."""

from __future__ import annotations

import re

from symbackprop.dialects.plain.plain_scanner import GLUED, Scan, split
from symbackprop.dialects.plain.typed_names import LETTERS
from symbackprop.formula.reading.tex_tokens import AND, ELSE, IF


_ENTRY = re.compile(r"([^\W\d_]+)([1-9]\d*)?")
_NUMBERED = re.compile(r"(?:[^\W\d_]+[1-9]\d*)+[^\W\d_]*")
WORDS = dict.fromkeys(IF, "if") | dict.fromkeys(ELSE, "otherwise") | dict.fromkeys(AND, ",")


def keyword(s: Scan, text: str) -> bool:
    """if, else, and."""
    if text not in WORDS or text in s.spelled:
        return False
    if text in AND:
        return s.took(s.at + len(text), ",")
    return s.took(s.at + len(text), r"\mathrm{" + WORDS[text] + "}")


def signal(s: Scan, text: str) -> bool:
    """δ_{a,t+1}, a_{z,t}: the first index is the name, or belongs to it."""
    text = text.rstrip("_")
    found = re.compile(r"_\{\s*(\w+)\s*,").match(s.text, s.at + len(text))
    spelled = f"{'δ' if text == 'delta' else text}_{found[1]}" if found else ""
    if not found or spelled not in s.spelled:
        return False
    s.put_name(s.spelled[spelled])
    return s.entered(found.end(), "}", "_", "{")


def letters(s: Scan, text: str) -> bool:
    """ij in a subscript: one letter after the other."""
    if not (s.open and s.open[-1][0] == "}" and text.isalpha() and len(text) <= 4):
        return False
    for k, c in enumerate(text):
        s.put(*(",",) * bool(k), *s.spelled.get(c, (c if c.isascii() else "\\" + LETTERS.get(c, c),)))
    s.at += len(text)
    return True


def numbered(s: Scan, text: str) -> bool:
    """x1 for x_1, ax1x2: a number behind a declared name is the index of an entry."""
    if len(text) > GLUED or not _NUMBERED.fullmatch(text):
        return False
    each = [(split(names, s), digits) for names, digits in _ENTRY.findall(text)]
    if any(not names or (digits and not names[-1].islower()) for names, digits in each):
        return False  # X1 may be X times ones
    for names, digits in each:
        for one in names or ():
            s.put_name(s.spelled[one])
        if digits:
            s.script("_", digits)
    s.at += len(text)
    return True


def last_scripted(s: Scan, text: str) -> bool:
    """XW^(1) and XW_1: names in a row, the last one with its script."""
    start = s.at
    for k in range(1, min(len(text), GLUED)):
        pieces = split(text[:k], s)
        if not pieces:
            continue
        if text[k:] == "I" or text[k:].startswith("I_"):  # αI: the next rule reads the I
            for piece in pieces:
                s.put_name(s.spelled[piece])
                s.at += len(piece)
            return True
        s.at = start + k
        ends = [*scripted(s, text[k:]), s.at + len(text) - k]
        tail = next((e for e in ends if s.text[s.at : e].translate(SMALL) in s.spelled), 0)
        if tail:
            s.at = start
            for piece in pieces:
                s.put_name(s.spelled[piece])
                s.at += len(piece)
            return s.took_name(tail, s.spelled[s.text[s.at : tail].translate(SMALL)])
    s.at = start
    return False


SMALL = str.maketrans({**dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True)), "⁽": "^(", "⁾": ")",
                        **dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))})  # fmt: skip


_SCRIPT = re.compile(
    r"\^\(\w+\)|\^\{\(?\w+\)?\}|\^\{?\[\w+\]\}?|\^[^\W_]+|⁽[⁰¹²³⁴⁵⁶⁷⁸⁹]+⁾|_\{\w+\}|[₀₁₂₃₄₅₆₇₈₉]+"
)
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")


def scripted(s: Scan, text: str) -> list[int]:
    """Where W^(1), W^{(1)}, W⁽¹⁾ and W_{in} would end; δ² where no δ is known."""
    after = s.at + len(text)
    found = _SCRIPT.match(s.text, after) or (text not in s.spelled and _RAISED.match(s.text, after))
    return [found.end()] if found else []
