"""The targets of emitted code, and emitted code as a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit import jax_code, numpy_code, torch_code
from symbackprop.emit.literals import FUNCTION
from symbackprop.errors import SymbackpropError

TARGETS: Mapping[str, Callable[[Derivation], str]] = {
    "numpy": numpy_code.source,
    "torch": torch_code.source,
    "jax": jax_code.source,
}


def source(d: Derivation, target: str = "numpy") -> str:
    """A module with one function: inputs by keyword, the output and every gradient in a dict.

    Integer labels count from 0 in code. Errors: `SymbackpropError` for an unknown target.
    """
    if target not in TARGETS:
        raise SymbackpropError(f"no target `{target}`", where="emit", hint=f"Targets: {', '.join(TARGETS)}")
    return TARGETS[target](d)


def compile_source(code: str, target: str = "numpy", *, name: str = FUNCTION) -> Callable[..., Any]:
    """A function of emitted code. Only text made by `source` comes here, never a user's."""
    module = ModuleType(f"emitted_{target}")
    exec(compile(code, f"<emitted {target}>", "exec"), module.__dict__)  # noqa: S102 - our own text
    return module.__dict__[name]
