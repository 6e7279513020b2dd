"""What our plain text writes and people rarely type: Σ[t = 1…T], δu_(1,t), δaₜᶻ, δoₜ′, Wₒ, 0_(n×d)."""

from __future__ import annotations

import re
from functools import cache

from symbackprop.catalogue import LANGUAGES, phrase
from symbackprop.dialects.plain.plain_derivatives import PRINTED, scripts, small
from symbackprop.dialects.plain.plain_scanner import Scan
from symbackprop.dialects.plain.plain_words import KNOWN
from symbackprop.dialects.plain.typed_names import written
from symbackprop.formula.writing.text_writer import SMALL_SUBS, SMALL_SUPS

_BIG = re.compile(r"([ΣΠ])\s*\[(?=[^\]]*…)")
_CALLED = re.compile(r"([^\W\d]\w*(?:\[[^\[\]]*\])?)(['’′]*)(?=\()")
_SIZE = re.compile(r"⟨[^⟨⟩]{1,40}×[^⟨⟩]{1,40}⟩")
_ZEROS = re.compile(r"0_\(([^()×]+)×([^()×]+)\)")


def printed(s: Scan) -> bool:
    """Whatever of it stands next."""
    return any(rule(s) for rule in (sized, total, upto, zeros, called, named))


def sized(s: Scan) -> bool:
    """What stands behind a factor or a term and is no part of it: its size ⟨1×10⟩, its brace ⟨via h⟩."""
    found = s.match(_SIZE) or s.match(brace())
    s.at = found.end() if found else s.at
    return bool(found)


@cache
def brace() -> re.Pattern[str]:
    """A brace of a term, in the words of every language: ⟨u v⟩ is none."""
    words = {"via", *(phrase("sheet.through", language) for language in LANGUAGES)}
    return re.compile(rf"⟨(?:{'|'.join(sorted(map(re.escape, words)))})\s+[^⟨⟩]{{1,200}}⟩")


def total(s: Scan) -> bool:
    """Σ[t = 1…T]."""
    found = s.match(_BIG)
    if not found:
        return False
    return s.entered(found.end(), "}", r"\sum" if found[1] == "Σ" else r"\prod", "_", "{")


def upto(s: Scan) -> bool:
    """The … between its bounds."""
    if s.char() != "…" or not s.open or s.open[-1][0] != "}":
        return False
    return s.took(s.at + 1, "}", "^", "{")


def zeros(s: Scan) -> bool:
    """0_(n×d)."""
    found = s.match(_ZEROS)
    if not found:
        return False
    return s.took(found.end(), "0", "_", "{", *s.inner(found[1]), r"\times", *s.inner(found[2]), "}")


def named(s: Scan) -> bool:
    """A name with scripts of its own, indices between them: δu_(1,t), δaₜᶻ, δoₜ′, Wₒ."""
    found = s.match(PRINTED)
    if not found or not (found[2] or found[3]):
        return False
    sub, sup = small(found[2] or "", SMALL_SUBS), small(found[3] or "", SMALL_SUPS)
    for top, below in scripts(sup, sub):
        known = s.spelled.get(written(found[1], top, below)) if top or below else None
        rest = sup[len(top) :]
        if known is None or (rest not in ("", "ᵀ") and (found[3] or "").startswith("^")):
            continue
        return taken(s, found, known, sub[len(below) :].lstrip(","), rest)
    return False


def taken(
    s: Scan, found: re.Match[str], known: tuple[str, ...], indices: str, rest: str
) -> bool:  # fmt: skip
    """The name, its indices, and what of its superscript is a power or the transpose."""
    s.put_name(known)
    if indices:
        s.put("_", "{", *s.indices(indices), "}")
    s.at = found.end()
    if rest == "ᵀ":
        s.put("^", "{", r"\top", "}")
    else:
        s.at -= len(rest)
    return True


def called(s: Scan) -> bool:
    """A function of the graph by its own name: s′(…), reshape[shape=n×d](…)."""
    found = s.match(_CALLED)
    own = "\1" + found[1] if found else ""
    if not found or found[1] in KNOWN or own not in s.spelled:
        return False
    return s.took(found.end(), *s.spelled[own], *("'",) * len(found[2]))
