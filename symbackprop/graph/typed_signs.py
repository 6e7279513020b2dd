"""Signs that people type and Python does not read: x₁ is x1, xᵢ is x_i, x² is x**2, Aᵀ is A.T, ≥ is >=.

Every piece of the text knows where it stood, so that an error can say so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

BELOW = {c: unicodedata.normalize("NFKC", c) for c in "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ"}
ABOVE = {c: unicodedata.normalize("NFKC", c) for c in "⁰¹²³⁴⁵⁶⁷⁸⁹"} | {"⁻": "-"}
SIGNS: Mapping[str, str] = {
    "−": "-", "–": "-", "⊙": "*", "∘": "*", "⊘": "/", "⋅": "*", "·": "*", "≥": ">=", "≤": "<=", "≠": "!=",
    "∧": "&", "∨": "|", "¬": "~", "→": "->",
}  # fmt: skip
PIECE = re.compile(
    rf"(?P<below>[{''.join(BELOW)}]+)|(?P<transpose>\^?[ᵀ⊤])|(?P<above>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|"
    rf"(?P<sign>[{''.join(SIGNS)}])"
)


def read_signs(text: str) -> tuple[str, list[int]]:
    """The text as Python reads it, and where each of its characters stood."""
    out, places, last = [], list[int](), 0
    for found in PIECE.finditer(text):
        start, end = found.span()
        made = replaced(found, text[start - 1] if start else "")
        out += [text[last:start], made]
        places += [*range(last, start), *[start] * len(made)]
        last = end
    out.append(text[last:])
    places += range(last, len(text) + 1)
    return "".join(out), places


def replaced(found: re.Match[str], before: str) -> str:
    """What stands for a run of signs."""
    run = found[0]
    if found["below"]:
        plain = "".join(BELOW[c] for c in run)
        return plain if plain.isdecimal() and not before.isdecimal() else "_" + plain
    if found["transpose"]:
        return ".T"
    if found["above"]:
        power = "".join(ABOVE[c] for c in run)
        return f"**({power})" if power.startswith("-") else f"**{power}"
    return SIGNS[run]


def read_name(name: str) -> str:
    """A name as graphs have it: `x₁` is `x1`, and accents are part of their letter."""
    return unicodedata.normalize("NFKC", read_signs(name)[0])
