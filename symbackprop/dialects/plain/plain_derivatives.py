"""Derivatives in plain text, typed or printed: dL/dW, ∂L/∂W_ij, ∂oᵢ⁽¹⁾/∂xⱼ, ∇_W L, ∇L(w), ∇_(W⁽¹⁾) L."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symbackprop.dialects.plain.plain_scanner import Scan
from symbackprop.dialects.plain.plain_signs import LITTLE, SUBS
from symbackprop.dialects.plain.typed_names import Tokens, written
from symbackprop.formula.writing.text_writer import SMALL_SUBS, SMALL_SUPS

_PARTIAL = re.compile(r"[∂d]\s*(?=[^\W\d_])")
_BELOW = re.compile(r"\s*/\s*[∂d]\s*(?=[^\W\d_])")
_TYPED = re.compile(rf"[^\W\d_](?:(?![{LITTLE}])[\w\u0300-\u036f])*(?:\^\(?\w+\)?)?")
_INDICES = re.compile(rf"_(\w+)|_\{{([\w, +-]+)\}}|_\(([\w, +-]+)\)|\[([\w, +-]+)\]|([{''.join(SUBS)}]+)")
_SMALL = str.maketrans(SUBS)
_SUBS, _SUPS = (f"[{''.join(map(re.escape, x))}]" for x in (SMALL_SUBS, SMALL_SUPS))
_LETTER = rf"(?:(?!{_SUBS}|{_SUPS})\w)"
PRINTED = re.compile(
    rf"((?:(?!{_SUBS}|{_SUPS})[^\W\d_][\u0300-\u036f]*)+)"
    rf"({_SUBS}+|_{_LETTER}(?!{_LETTER})|_\([^()]*\))?({_SUPS}+|\^\([^()]*\)|\^\S(?!{_LETTER}))?"
)
_NABLA = re.compile(r"(?:∇|nabla|grad)_?\{?\s*([^\W_]+)\s*\}?\s*\(?\s*([^\W_]+)\s*\)?")
_PRINTED_NABLA = re.compile(rf"∇(?:({_SUBS}+|_\w)|_\(([^()]*)\))\s*")
Found = tuple[Tokens, int]  # a name with its indices in tokens, and where it ends


def derivative(s: Scan) -> bool:
    """∂y/∂x of two names, each with its indices."""
    start = s.match(_PARTIAL)
    for above in names_at(s, start.end()) if start else ():
        middle = _BELOW.match(s.text, above[1])
        for below in names_at(s, middle.end()) if middle else ():
            if s.text[below[1] : below[1] + 1] not in ("_", "[", "^"):
                parts = ("{", r"\partial", *above[0], "}", "{", r"\partial", *below[0], "}")
                return s.took(below[1], r"\frac", *parts)
    return False


def names_at(s: Scan, at: int) -> Iterator[Found]:
    """A name at a place, as our text prints it and as people type it."""
    yield from (found for found in (printed_at(s, at), typed_at(s, at)) if found)


def printed_at(s: Scan, at: int) -> Found | None:
    """A name as our text prints it."""
    found = PRINTED.match(s.text, at)
    if not found:
        return None
    sub, sup = small(found[2] or "", SMALL_SUBS), small(found[3] or "", SMALL_SUPS)
    for top, below in scripts(sup, sub):
        known = s.spelled.get(written(found[1], top, below))
        known = s.spelled.get(found[1]) if known is None and not (top or below) else known
        if known and len(top) == len(sup):
            rest = sub[len(below) :].lstrip(",")
            return (*known, *indexed(s.indices(rest) if rest else ())), found.end()
    return None


def typed_at(s: Scan, at: int) -> Found | None:
    """A declared name as people type it."""
    found = _TYPED.match(s.text, at)
    text = found[0] if found else ""
    for stop in range(len(text), 0, -1):
        known = s.spelled.get(text[:stop])
        if known is None and _INDICES.match(s.text, at + stop):
            known = s.spelled.get("\0" + text[:stop])  # ∂L/∂u_i, a row of U
        if known and (stop == len(text) or text[stop] in "_^" or text[stop] in SUBS):
            rest = _INDICES.match(s.text, at + stop)
            inner = next((g for g in rest.groups() if g), "") if rest else ""
            index = tuple(re.findall(r"\d+|[^\s_]", inner.translate(_SMALL)))
            return (*known, *indexed(index)), rest.end() if rest else at + stop
    return None


def indexed(index: Tokens) -> Tokens:
    """Indices as a subscript; nothing where there are none."""
    return ("_", "{", *index, "}") if index else ()


def gradient(s: Scan) -> bool:
    """∇_W L, and ∇L(W)."""
    if (found := s.match(_PRINTED_NABLA)) and (after := printed_at(s, found.end())):
        inner = small(found[1], SMALL_SUBS) if found[1] else found[2]
        below = printed_at(Scan(inner, s.spelled), 0)
        if below and below[1] == len(inner):
            return s.took(after[1], r"\nabla", "_", "{", *below[0], "}", *after[0])
    found = s.match(_NABLA)
    if not found or found[1] not in s.spelled or found[2] not in s.spelled:
        return False
    wrt, of = found[1], found[2]
    if "_" not in found[0] and found[0].endswith(")"):
        wrt, of = of, wrt
    return s.took(found.end(), r"\nabla", "_", *s.spelled[wrt], *s.spelled[of])


def scripts(sup: str, sub: str) -> Iterator[tuple[str, str]]:
    """How much of two scripts may belong to a name, the most first; in a subscript up to a comma."""
    pieces = sub.split(",")
    subs = [",".join(pieces[:k]) for k in range(len(pieces), -1, -1)]
    for stop in range(len(sup), -1, -1):
        yield from ((sup[:stop], below) for below in subs)


def small(script: str, letters: dict[str, str]) -> str:
    """A script in letters of the usual size, without its sign and brackets."""
    if script.startswith(("_", "^")):
        return re.sub(r"\s", "", script[1:].removeprefix("(").removesuffix(")")).replace("−", "-")
    return "".join(letters[c] for c in script)
