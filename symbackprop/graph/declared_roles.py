"""What a symbol is for, where its declaration says so by its last word: `w: d parameter`, `y: n target`."""

from __future__ import annotations

ROLES = ("input", "target", "parameter", "mask", "state", "given")
BETWEEN = ("x", "×", "+", "-")  # behind these a word is a size


def role_behind(words: list[str]) -> str:
    """The role a declaration ends in, taken off its words; a word that can be a size is one."""
    found = len(words) > 1 and words[-1] in ROLES and words[-2] not in BETWEEN
    return words.pop() if found else ""
