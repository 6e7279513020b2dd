"""The targets of emitted code, and emitted code as a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from types import ModuleType
from typing import Any

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivatives.quantity import Quantity
from symbackprop.emit import array_api_code, derivative_code, jax_code, numpy_code, torch_code
from symbackprop.emit.literals import FUNCTION
from symbackprop.emit.program.code_writer import Target
from symbackprop.emit.steady_graph import steady
from symbackprop.errors import SymbackpropError

TARGETS: Mapping[str, Callable[[Derivation], str]] = {
    "numpy": numpy_code.source,
    "array-api": array_api_code.source,
    "torch": torch_code.source,
    "jax": jax_code.source,
}
LIBRARIES: Mapping[str, Target] = {
    "numpy": numpy_code.NUMPY,
    "array-api": array_api_code.ARRAY_API,
    "torch": torch_code.TORCH,
    "jax": jax_code.JAX,
}


def source(d: Derivation | Quantity, target: str = "numpy") -> str:
    """A module with `value_and_gradients`, `forward` and `backward`, and a test of them.

    The first takes inputs in order, by keyword or as one dict, and returns the output and every gradient by
    name; `forward` returns the output and what `backward(saved, y_bar)` reads. Labels count from 0 in code.
    Of a Jacobian or a matrix of second order, a function for it and its products with a direction.
    Errors: `SymbackpropError` for an unknown target.
    """
    if target not in TARGETS:
        raise SymbackpropError(f"no target `{target}`", where="emit", hint=f"Targets: {', '.join(TARGETS)}")
    if isinstance(d, Quantity):
        return derivative_code.source(d, LIBRARIES[target])
    return TARGETS[target](steady(d))


def joint(d: Derivation) -> str:
    """A NumPy module with `value_and_gradients` alone."""
    return numpy_code.joint(steady(d))


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


class Compiled:
    """Emitted code as a function: called, it gives the output and every gradient by name.

    Its passes are there apart, and are made when they are first asked for:

    f = derive("x: d; W: m x d; y = tanh(W @ x)").compile()
    y, saved = f.forward(x, W);  gradients = f.backward(saved, y_bar)
    """

    def __init__(self, d: Derivation, target: str = "numpy") -> None:
        self.derivation, self.target = d, target
        code = joint(d) if target == "numpy" else source(d, target)
        self.__wrapped__ = compile_source(code, target)

    def __call__(self, /, *given: Any, **named: Any) -> dict[str, Any]:
        return self.__wrapped__(*given, **named)

    @cached_property
    def apart(self) -> tuple[Callable[..., Any], Callable[..., Any]]:
        code = source(self.derivation, self.target)
        forward, backward = (compile_source(code, self.target, name=n) for n in ("forward", "backward"))
        return forward, backward

    @property
    def forward(self) -> Callable[..., Any]:
        """From the inputs to the output and what `backward` reads."""
        return self.apart[0]

    @property
    def backward(self) -> Callable[..., Any]:
        """From what `forward` kept, and the δ of the output (1 for a number), to the gradients by name."""
        return self.apart[1]
