"""Code of a derivation: one file per target. The emitted code is a spelling of the same derivation."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from symbackprop.errors import SymbackpropError

if TYPE_CHECKING:
    from symbackprop.derivation.derivation import Derivation

TARGETS = ("numpy",)
FUNCTION = "value_and_gradients"


def target_module(target: str) -> ModuleType:
    if target not in TARGETS:
        raise SymbackpropError(
            f"no target `{target}`", where="emit", hint=f"Targets: {', '.join(TARGETS)}"
        )
    return import_module(f"{__name__}.{target}_code")


def source(d: Derivation, target: str = "numpy") -> str:
    """A module with one function: inputs by keyword, the output and every gradient in a dict.

    Integer labels count from 0 in code. Errors: `SymbackpropError` for an unknown target.
    """
    return target_module(target).source(d)


def compile_source(code: str, target: str = "numpy", *, name: str = FUNCTION) -> Callable[..., Any]:
    """A function of emitted code. Only text made by `source` comes here, never a user's."""
    module = ModuleType(f"emitted_{target}")
    exec(compile(code, f"<emitted {target}>", "exec"), module.__dict__)  # noqa: S102 - our own text
    return module.__dict__[name]
