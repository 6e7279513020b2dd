"""Jacobians, Hessians and other quantities as an answer of a sheet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from symbackprop.derivation import Derivation
from symbackprop.derivative import Quantity
from symbackprop.exercise import Check, Version
from symbackprop.page import Block, Equations, Page, Passage, Section
from symbackprop.prose import Text


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
    def pages(self) -> tuple[Page, ...]:
        """A page for each, as each has its own derivation; the words stand on the first."""
        out = []
        for n, q in enumerate(self.items):
            said: tuple[Block, ...] = (Passage(self.intro),) if self.intro and not n else ()
            row = replace(q.equation, key=f"quantity.{n + 1}")
            section = Section("quantities", None, (*said, Equations((row,))))
            out.append(Page((section,), tuple(sorted(q.derivation.functions.items()))))
        return tuple(out)

    def sections(self, version: Version) -> tuple[Section, ...]:
        return tuple(s for p in self.pages for s in p.sections)

    @property
    def checks(self) -> tuple[Check, ...]:
        return tuple(Check(q.derivation, p) for q, p in zip(self.items, self.pages, strict=True))
