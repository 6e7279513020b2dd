"""Tests lie in folders named after the rooms they test; `whole/` and `worked/` walk the whole road."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
