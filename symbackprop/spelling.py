"""How functions are spelled in TeX: one table, used by the writer and by the reader."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_NATIVE = ("exp", "log", "tanh", "sin", "cos", "tan", "sinh", "cosh", "max", "min", "det")
_SPECIAL = {
    "sigmoid": r"\sigma",
    "relu": r"\operatorname{ReLU}",
    "trace": r"\operatorname{tr}",
}

FUNCTIONS: Mapping[str, str] = MappingProxyType({n: "\\" + n for n in _NATIVE} | _SPECIAL)

# These two are drawn, not spelled: \sqrt{x} and |x|.
DRAWN = ("sqrt", "abs")


def spell(function: str, functions: Mapping[str, str] = FUNCTIONS) -> str:
    r"""The TeX of a function's name; one that has no spelling is \operatorname{name}."""
    if function in functions:
        return functions[function]
    return r"\operatorname{" + function.replace("_", r"\_") + "}"
