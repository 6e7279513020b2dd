"""What our plain text writes and people rarely type: Σ[t = 1…T], δu_(1,t), δaₜᶻ, δoₜ′, Wₒ, 0_(n×d)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symbackprop.dialects.plain.plain_scanner import Scan
from symbackprop.dialects.plain.plain_words import KNOWN
from symbackprop.dialects.plain.typed_names import written
from symbackprop.formula.writing.text_writer import SMALL_SUBS, SMALL_SUPS

_BIG = re.compile(r"([ΣΠ])\s*\[(?=[^\]]*…)")
_CALLED = re.compile(r"([^\W\d]\w*(?:\[[^\[\]]*\])?)(['’′]*)(?=\()")
_SIZE = re.compile(r"⟨[^⟨⟩]{1,40}×[^⟨⟩]{1,40}⟩")
_ZEROS = re.compile(r"0_\(([^()×]+)×([^()×]+)\)")
_SUBS, _SUPS = (f"[{''.join(map(re.escape, x))}]" for x in (SMALL_SUBS, SMALL_SUPS))
_LETTER = rf"(?:(?!{_SUBS}|{_SUPS})\w)"
_NAMED = re.compile(
    rf"((?:(?!{_SUBS}|{_SUPS})[^\W\d_][\u0300-\u036f]*)+)"
    rf"({_SUBS}+|_{_LETTER}(?!{_LETTER})|_\([^()]*\))?({_SUPS}+|\^\([^()]*\)|\^\S(?!{_LETTER}))?"
)
_NABLA = re.compile(rf"∇(?:({_SUBS}+|_\w)|_\(([^()]*)\))\s*")


def printed(s: Scan) -> bool:
    """Whatever of it stands next."""
    return any(rule(s) for rule in (sized, slope, nabla, total, upto, zeros, called, named))


def sized(s: Scan) -> bool:
    """The size behind a factor: ⟨1×10⟩."""
    found = s.match(_SIZE)
    s.at = found.end() if found else s.at
    return bool(found)


def slope(s: Scan) -> bool:
    """∂oᵢ⁽¹⁾/∂xⱼ."""
    above = spelled_at(s, s.at + 1) if s.char() == "∂" else None
    if above is None or not s.text.startswith("/∂", above[1]):
        return False
    below = spelled_at(s, above[1] + 2)
    if below is None or s.text[below[1] : below[1] + 1] in ("_", "[", "^"):
        return False
    return s.took(below[1], r"\frac", "{", r"\partial", *above[0], "}", "{", r"\partial", *below[0], "}")


def nabla(s: Scan) -> bool:
    """∇ₓ L and ∇_(W⁽¹⁾) L."""
    found = s.match(_NABLA)
    after = spelled_at(s, found.end()) if found else None
    if found is None or after is None:
        return False
    inner = small(found[1], SMALL_SUBS) if found[1] else found[2]
    below = spelled_at(Scan(inner, s.spelled), 0)
    if below is None or below[1] != len(inner):
        return False
    return s.took(after[1], r"\nabla", "_", "{", *below[0], "}", *after[0])


def spelled_at(s: Scan, at: int) -> tuple[tuple[str, ...], int] | None:
    """A name with its indices at a place, in tokens, and where it ends."""
    found = _NAMED.match(s.text, at)
    if not found:
        return None
    sub, sup = small(found[2] or "", SMALL_SUBS), small(found[3] or "", SMALL_SUPS)
    for top, below in scripts(sup, sub):
        known = s.spelled.get(written(found[1], top, below))
        known = s.spelled.get(found[1]) if known is None and not (top or below) else known
        if known and len(top) == len(sup):
            rest = sub[len(below) :].lstrip(",")
            index = ("_", "{", *s.indices(rest), "}") if rest else ()
            return (*known, *index), found.end()
    return None


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
    found = s.match(_NAMED)
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


def scripts(sup: str, sub: str) -> Iterator[tuple[str, str]]:
    """How much of two scripts may belong to a name, the most first; in a subscript up to a comma."""
    pieces = sub.split(",")
    subs = [",".join(pieces[:k]) for k in range(len(pieces), -1, -1)]
    for stop in range(len(sup), -1, -1):
        yield from ((sup[:stop], below) for below in subs)


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


def small(script: str, letters: dict[str, str]) -> str:
    """A script in letters of the usual size, without its sign and brackets."""
    if script.startswith(("_", "^")):
        return re.sub(r"\s", "", script[1:].removeprefix("(").removesuffix(")")).replace("−", "-")
    return "".join(letters[c] for c in script)


def called(s: Scan) -> bool:
    """A function of the graph by its own name: s′(…), reshape[shape=n×d](…)."""
    found = s.match(_CALLED)
    own = "\1" + found[1] if found else ""
    if not found or found[1] in KNOWN or own not in s.spelled:
        return False
    return s.took(found.end(), *s.spelled[own], *("'",) * len(found[2]))
