"""The module of a target without derivatives of its own: both passes in one, the passes apart, a test."""

from __future__ import annotations

from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.program.code_writer import Target
from symbackprop.emit.self_test import self_test
from symbackprop.emit.split_module import SplitModule


def passes(d: Derivation, target: Target) -> str:
    """`value_and_gradients`, `forward`, `backward`, what they call, and a test of them."""
    m = SplitModule(d, target)
    return m.text(m.joint(), m.forward(), m.backward(), test=self_test(d, target))
