r"""Matrices in plain text: [X, 𝟏ₙ], [a; b], [1 -2; 3 4], where spaces part the cells; rows on lines of their
own; \begin{bmatrix} … \end{bmatrix}.
"""

from __future__ import annotations

import re

from symbackprop.dialects.plain.plain_scanner import Scan, flat


BEGIN, LIST = r"\begin{bmatrix}", r"\begin{listmatrix}"
END, ENVIRONMENT = r"\end{bmatrix}", r"\end"
_RELATION = re.compile(r"[<>≤≥≠=]")
_SEPARATOR = re.compile(r"[^\S\n]*([,;\n]|&|\\\\(?:\s*\[\s*-?[\d.]+\s*[a-z]{2}\s*\])?)\s*")
_ENVIRONMENT = re.compile(r"\\begin\s*\{([bpv]?matrix|smallmatrix)\}\s*")
_ENDED = re.compile(r"\s*(?:\\\\\s*)?\\end\s*\{([bpv]?matrix|smallmatrix)\}")
_APART = re.compile(  # two numbers in a row, a sign that stands at what follows, a last column of ones
    r"(?:^|[\s;])[-−]?[\d.]+\s+[-−]?\d|[\w)\]]\s+[-−](?=[\w(])|[\w)\]'ᵀ]\s+(?:1|[𝟏𝟙]\w?)\s*$"
)
_GAP = re.compile(r"\s+(?![\s;,\]+*/^@·⊙×]|[-−]\s)")
_ONE = re.compile(r"\[\s*\d+\s*\](?=ᵀ|'|\^|\.T)")


def opened(s: Scan) -> bool:
    """A bracket that holds cells."""
    if found := s.match(_ENVIRONMENT):
        return s.entered(found.end(), ENVIRONMENT, BEGIN)
    if s.char() != "[" or s.at not in s.pairs:
        return False
    inside = s.text[s.at + 1 : s.pairs[s.at]]
    top = flat(inside)
    listed = "," in top or ";" in top or lined(top)
    spaced = "," not in top and (bool(_APART.search(top)) or (lined(top) and ";" not in top))
    if _RELATION.search(top) or not (listed or spaced or s.match(_ONE)):
        return False
    s.put(LIST if listed and not spaced and ";" not in top and "\n" not in top else BEGIN)
    s.open.append((END, ()))
    if spaced:
        s.spaced.add(len(s.open))
    s.at += 1
    s.skip()
    return True


def lined(cells: str) -> bool:
    """Whether lines of as many cells each stand in a bracket."""
    rows = [len(row.split()) for row in cells.strip().splitlines()]
    return len(rows) > 1 and len(set(rows)) == 1 and rows[0] > 1


def parted(s: Scan) -> bool:
    """A comma or a space between cells, a semicolon between rows."""
    if not s.open or s.open[-1][0] not in (END, ENVIRONMENT):
        return False
    if s.open[-1][0] == ENVIRONMENT and (over := s.match(_ENDED)):
        s.open.pop()
        return s.took(over.end(), END)
    found = s.match(_SEPARATOR) or (len(s.open) in s.spaced and s.match(_GAP))
    if not found:
        return False
    rows = found[0].strip(" \t") not in ("", ",", "&")
    return s.took(found.end(), "\\\\" if rows else "&")


# --- brackets behind a name: W[:4, :] counts from 0 as Python does, W(1:4, :) from 1 as MATLAB


_BOUNDS = re.compile(r"\s*([^:,\[\]()]*?)\s*:\s*([^:,\[\]()]*?)\s*(?=[,\]])")
_WHOLE = re.compile(r"\s*(-?\d+)\s*(?=[,\]])")
_END = re.compile(r"end\b")
_TURNED = "'’′ᵀ⊤"
_FACTOR = re.compile(r"[⊙∘⊘ᵀ⊤'’′]|\.[*/^]")  # signs that no index has


def indexed(s: Scan) -> bool:
    """The bracket behind a name, if it holds indices."""
    last = s.tokens[-1] if s.tokens else ""
    if s.char() not in ("[", "(") or last not in ("}", ")") or s.text[s.at - 1].isspace():
        return False
    inside = s.text[s.at + 1 : s.pairs.get(s.at, s.at)]
    top = flat(inside)
    if s.char() == "(" and not (last == "}" and s.named and (":" in top or "," in top)):
        return False
    sliced = ":" in top or "," in top or counted(s, inside)
    if s.char() == "[" and not sliced and (s.text[s.at - 1] in _TURNED or _FACTOR.search(inside)):
        return False  # X'[E .* (1 - H)] is a product
    s.put("_", "{")
    s.open.append(("}", ()))
    if s.char() == "[" and sliced:
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
    return s.took(found.end(), r"\mathrm{end}")
