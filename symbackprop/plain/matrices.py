"""Matrices in plain text: [X, 𝟏ₙ], [a; b], and [1 -2; 3 4], where spaces part the cells."""

from __future__ import annotations

import re

from symbackprop.plain.scan import Scan, flat

BEGIN, END = r"\begin{bmatrix}", r"\end{bmatrix}"
_RELATION = re.compile(r"[<>≤≥≠=]")
_SEPARATOR = re.compile(r"\s*([,;])\s*")
_APART = (
    re.compile(  # two numbers in a row, a sign that stands at what follows, a last column of ones
        r"(?:^|[\s;])[-−]?[\d.]+\s+[-−]?\d|[\w)\]]\s+[-−](?=[\w(])|[\w)\]'ᵀ]\s+(?:1|[𝟏𝟙]\w?)\s*$"
    )
)
_GAP = re.compile(r"\s+(?![\s;,\]+*/^@·⊙×]|[-−]\s)")
_ONE = re.compile(r"\[\s*\d+\s*\](?=ᵀ|'|\^|\.T)")


def opened(s: Scan) -> bool:
    """A bracket that holds cells."""
    if s.char() != "[" or s.at not in s.pairs:
        return False
    inside = s.text[s.at + 1 : s.pairs[s.at]]
    top = flat(inside)
    listed = "," in top or ";" in top
    spaced = "," not in top and bool(_APART.search(top))
    if _RELATION.search(top) or not (listed or spaced or s.match(_ONE)):
        return False
    s.put(BEGIN)
    s.open.append((END, ()))
    if spaced:
        s.spaced.add(len(s.open))
    s.at += 1
    s.skip()
    return True


def parted(s: Scan) -> bool:
    """A comma or a space between cells, a semicolon between rows."""
    if not s.open or s.open[-1][0] != END:
        return False
    found = s.match(_SEPARATOR) or (len(s.open) in s.spaced and s.match(_GAP))
    if not found:
        return False
    rows = ";" in found[0]
    s.put("\\\\" if rows else "&")
    s.at = found.end()
    return True
