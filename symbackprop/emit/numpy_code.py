"""NumPy: from the inputs to the output and every gradient, both passes in one function or apart."""

from __future__ import annotations

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.argument_checks import CHECKS
from symbackprop.emit.array_spellings import MAKINGS, SPELLINGS
from symbackprop.emit.emitted_module import Module
from symbackprop.emit.numpy_helpers import HELPERS
from symbackprop.emit.numpy_loops import loop
from symbackprop.emit.numpy_products import contraction, written
from symbackprop.emit.passes_module import passes
from symbackprop.emit.program.array_kinds import CONTRACT
from symbackprop.emit.program.code_writer import Target

NUMPY = Target("np", {**SPELLINGS, CONTRACT: contraction}, MAKINGS, loop, HELPERS, CHECKS, written=written)


def source(d: Derivation) -> str:
    """The module's text."""
    return passes(d, NUMPY)


def joint(d: Derivation) -> str:
    """The module with `value_and_gradients` alone."""
    m = Module(d, NUMPY)
    return m.text(m.joint())
