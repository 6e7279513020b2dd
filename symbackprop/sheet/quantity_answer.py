"""Jacobians, Hessians and other quantities as an answer of a sheet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from symbackprop.catalogue.prose import Text
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation
from symbackprop.derivatives.quantity import Quantity
from symbackprop.page.sign_sentences import RARE, with_notation
from symbackprop.page.page import Block, Equations, Page, Passage, Section
from symbackprop.sheet.exercise import Check, Version


@dataclass(frozen=True)
class Quantities:
    """Jacobians, Hessians and other quantities, each as a verified line with what it is equal to.

    Quantities((sb.hessian(NET, wrt="w"), sb.hessian(NET, wrt="w").jvp()))
    """

    items: tuple[Quantity, ...]
    intro: Text | None = None

    @property
    def speaks(self) -> Derivation:
        return self.items[0].derivation

    @cached_property
    def rows(self) -> tuple[Equation, ...]:
        return tuple(replace(q.equation, key=f"quantity.{n}") for n, q in enumerate(self.items, 1))

    def sections(self, version: Version) -> tuple[Section, ...]:
        said: tuple[Block, ...] = (Passage(self.intro),) if self.intro else ()
        section = Section("quantities", None, (*said, Equations(self.rows)))
        return tuple(with_notation(self.speaks, [section], RARE))

    @property
    def checks(self) -> tuple[Check, ...]:
        """Each line against its own derivation."""
        return tuple(map(checked, self.items, self.rows))


def checked(q: Quantity, row: Equation) -> Check:
    section = Section("quantities", None, (Equations((row,)),))
    return Check(q.derivation, Page((section,), tuple(sorted(q.derivation.functions.items()))))
