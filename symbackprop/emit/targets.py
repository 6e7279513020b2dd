"""The targets of emitted code, and emitted code as a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivatives.quantity import Quantity
from symbackprop.emit import derivative_code, jax_code, numpy_code, torch_code
from symbackprop.emit.literals import FUNCTION
from symbackprop.emit.program.code_writer import Target
from symbackprop.errors import SymbackpropError

TARGETS: Mapping[str, Callable[[Derivation], str]] = {
    "numpy": numpy_code.source,
    "torch": torch_code.source,
    "jax": jax_code.source,
}
LIBRARIES: Mapping[str, Target] = {"numpy": numpy_code.NUMPY, "torch": torch_code.TORCH, "jax": jax_code.JAX}


def source(d: Derivation | Quantity, target: str = "numpy") -> str:
    """A module with one function: inputs by keyword, the output and every gradient in a dict.

    Of a Jacobian or a matrix of second order, a function for it and its products with a direction.
    Integer labels count from 0 in code. Errors: `SymbackpropError` for an unknown target.
    """
    if target not in TARGETS:
        raise SymbackpropError(f"no target `{target}`", where="emit", hint=f"Targets: {', '.join(TARGETS)}")
    if isinstance(d, Quantity):
        return derivative_code.source(d, LIBRARIES[target])
    return TARGETS[target](d)


def compile_source(code: str, target: str = "numpy", *, name: str = FUNCTION) -> Callable[..., Any]:
    """A function of emitted code. Only text made by `source` comes here, never a user's."""
    module = ModuleType(f"emitted_{target}")
    exec(compile(code, f"<emitted {target}>", "exec"), module.__dict__)  # noqa: S102 - our own text
    return module.__dict__[name]


def compile_quantity(q: Quantity, target: str = "numpy", function: str | None = None) -> Callable[..., Any]:
    """The first function of the code of a quantity, or one by its name.

    Errors: `SymbackpropError` for an unknown name.
    """
    names = derivative_code.function_names(q)
    if function not in (None, *names):
        raise SymbackpropError(
            f"no function `{function}`", where="emit", hint=f"Functions: {', '.join(names)}"
        )
    return compile_source(source(q, target), target, name=function or names[0])
