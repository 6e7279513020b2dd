"""Tests lie in folders named after their rooms; `whole`, `worked` and `corpora` walk the whole road."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
