"""What our plain text writes and people rarely type: Σ[t = 1…T], δu_(1,t), δoₜ′, Wₒ."""

from __future__ import annotations

import re

from symbackprop.plain.scan import Scan
from symbackprop.plain.words import KNOWN

_SMALL = dict(zip("₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ₊₋", "0123456789aehijklmnoprstuvx+-", strict=True))
_BIG = re.compile(r"([ΣΠ])\s*\[(?=[^\]]*…)")
_LETTERS = rf"((?:(?![{''.join(_SMALL)}])[^\W\d_])+)"
_SCRIPTED = re.compile(rf"{_LETTERS}([{''.join(_SMALL)}]+)([′']?)")
_INDEXED = re.compile(rf"{_LETTERS}_\((\w+),")
_CALLED = re.compile(r"([^\W\d]\w*)(?=\()")


def printed(s: Scan) -> bool:
    """Whatever of it stands next."""
    return total(s) or upto(s) or indexed(s) or scripted(s) or called(s)


def total(s: Scan) -> bool:
    """Σ[t = 1…T]."""
    found = s.match(_BIG)
    if not found:
        return False
    s.put(r"\sum" if found[1] == "Σ" else r"\prod", "_", "{")
    s.open.append(("}", ()))
    s.at = found.end()
    return True


def upto(s: Scan) -> bool:
    """The … between its bounds."""
    if s.char() != "…" or not s.open or s.open[-1][0] != "}":
        return False
    s.put("}", "^", "{")
    s.at += 1
    return True


def indexed(s: Scan) -> bool:
    """δu_(1,t): an index behind the script of a name."""
    found = s.match(_INDEXED)
    spelled = f"{found[1]}_{found[2]}" if found else ""
    if not found or spelled not in s.spelled:
        return False
    s.put(*s.spelled[spelled], "_", "{")
    s.open.append(("}", ()))
    s.at = found.end()
    return True


def scripted(s: Scan) -> bool:
    """Wₒ where that is a name; δoₜ′, the step before the prime of a name."""
    found = s.match(_SCRIPTED)
    if not found:
        return False
    small = "".join(_SMALL[c] for c in found[2])
    if found[3] and f"{found[1]}'" in s.spelled:
        s.put(*s.spelled[f"{found[1]}'"])
        s.script("_", small)
        s.at = found.end()
        return True
    if not found[3] and not small.isdigit() and found[1] + small in s.spelled:
        s.put(*s.spelled[found[1] + small])
        s.at = found.end(2)
        return True
    return False


def called(s: Scan) -> bool:
    """A function of the graph by its own name."""
    found = s.match(_CALLED)
    own = "\1" + found[1] if found else ""
    if not found or found[1] in KNOWN or own not in s.spelled:
        return False
    s.put(*s.spelled[own])
    s.at = found.end()
    return True
