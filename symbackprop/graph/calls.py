"""Calls of functions made of several ops: what the expression that is their value remembers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Way: TypeAlias = tuple[int, ...]  # from an expression down to one inside it, by the numbers of arguments
Roles: TypeAlias = tuple[tuple[str, Way], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """The function, and where its arguments and what stands between them lie, seen from its value.

    Ways stay true when the expression is made again on other leaves, or when parts of it get names.
    """

    function: str
    arguments: Roles
    inner: Roles
