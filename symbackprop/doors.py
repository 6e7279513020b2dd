"""Doors: what an expression, a graph, a derivation is asked and only a higher floor can answer.

`symbackprop/__init__.py` hangs them from its one table; what stands behind a door is loaded when somebody
walks through it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_behind: dict[str, Callable[..., Any]] = {}


def hang(doors: Mapping[str, Callable[..., Any]]) -> None:
    """Say who answers at each door."""
    _behind.update(doors)


def through(door: str, *asked: object, **options: object) -> Any:
    """What the higher floor answers."""
    return _behind[door](*asked, **options)
