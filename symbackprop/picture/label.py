"""Inscriptions and places, of every kind of picture. Lengths are points, y grows down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from symbackprop.tex.math_commands import formula

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Label:
    """One inscription in two spellings: TeX for math mode, and plain text.

    Errors: `DeclarationError` for a command or a sign that mathematics on a page does not take.
    """

    tex: str
    text: str

    def __post_init__(self) -> None:
        formula(self.tex, "label")
