"""How functions are spelled in TeX, one table for writer and reader; and near misses."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from itertools import islice
from types import MappingProxyType

_NATIVE = ("exp", "log", "tanh", "sin", "cos", "tan", "sinh", "cosh", "max", "min", "det")
_SPECIAL = {"sigmoid": r"\sigma", "relu": r"\operatorname{ReLU}", "trace": r"\operatorname{tr}"}

FUNCTIONS: Mapping[str, str] = MappingProxyType({n: "\\" + n for n in _NATIVE} | _SPECIAL)

# These are drawn, not spelled: \sqrt{x}, |x| and ‖x‖.
DRAWN = ("sqrt", "abs", "frobenius", "euclidean")
NORMS = {"frobenius": "F", "euclidean": "2"}  # \\|A\\|_F of a matrix, \\|x\\|_2 of a vector


def spell(function: str, functions: Mapping[str, str] = FUNCTIONS) -> str:
    r"""The TeX of a function's name; one that has no spelling is \operatorname{name}."""
    if function in functions:
        return functions[function]
    return r"\operatorname{" + function.replace("_", r"\_") + "}"


_SHOWN = 3_000  # names looked at for "did you mean"


def near(text: str, names: Iterable[str]) -> str:
    """A hint: the names closest to a text, else some that are known."""
    shown = list(dict.fromkeys(islice(names, _SHOWN)))
    close = difflib.get_close_matches(text, shown, n=3, cutoff=0.5)
    close = close or [name for name in shown if len(name) < len(text) and text.startswith(name)][:3]
    if close:
        return f"Did you mean {' or '.join(close)}?"
    more = ", …" if len(shown) > 12 else ""
    return f"Known: {', '.join(shown[:12])}{more}." if shown else ""
