"""Rows of long tables: some in the plain test command, the others in the slow group."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def sampled(rows: Iterable[Any], step: int) -> list[Any]:
    """Every row; all but each `step`-th are marked slow. A row of several arguments is a tuple."""
    return [row if k % step == 0 else slow(row) for k, row in enumerate(rows)]


def slow(row: Any) -> Any:
    """A row of the slow group."""
    return pytest.param(*(row if isinstance(row, tuple) else (row,)), marks=pytest.mark.slow)
