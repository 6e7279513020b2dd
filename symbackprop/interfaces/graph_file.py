"""What every verb about a graph reads: the text of the graph, and the names of variables."""

from __future__ import annotations

import sys
from pathlib import Path


def graph_text(file: str) -> str:
    """The text of a file, or of standard input for `-`."""
    return sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")


def variables(text: str | None) -> list[str] | None:
    """Names between commas; None where none is given."""
    return [x.strip() for x in text.split(",") if x.strip()] if text else None
