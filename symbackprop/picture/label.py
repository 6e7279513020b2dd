"""Inscriptions and places, of every kind of picture. Lengths are points, y grows down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Label:
    """One inscription in two spellings: TeX for math mode, and plain text."""

    tex: str
    text: str
