r"""Answers that count from 0, `\sum_{i=0}^{n-1} x_i`, as the same answers counted from 1, as our pages do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symbackprop.derivation.derivation import Derivation
from symbackprop.formula.printed_names import is_signal
from symbackprop.formula.tree import (
    ONE, OPEN, ZERO, At, Formula, Indicator, KroneckerDelta, Minus, Name, Number, Plus, Product, Span,
    Sum,
)  # fmt: skip
from symbackprop.formula.writing.walk import children, inside, rebuilt


@dataclass(frozen=True)
class Counting:
    """Which letters of a formula may stand for a position: those that are no names."""

    d: Derivation
    letters: frozenset[str]

    def entries(self, f: Formula) -> Iterator[Formula]:
        """Every index that says a position, a step of time left out."""
        for node in inside(f):
            if isinstance(node, At):
                yield from node.indices[self.steps(node.base) :]

    def steps(self, base: Formula) -> int:
        """How many indices of a name are steps of time."""
        symbols = (e.symbol for e in self.d.graph.symbol.values())
        timed = {s.tex for s in symbols if s and s.time}
        signal = isinstance(base, Name) and is_signal(base)
        return int(self.d.graph.time is not None and (base in timed or signal))

    def from_zero(self, every: Sequence[Formula]) -> bool:
        """Whether a text counts from 0: by a sum from 0, or by an entry 0; and nowhere from 1."""
        spots = [i for f in every for i in self.entries(f)]
        used = {i for i in spots if isinstance(i, Name)}
        sums = [x for f in every for x in inside(f) if isinstance(x, Sum | Product) and x.index in used]
        low = {x.low for x in sums if x.high != OPEN}
        return ZERO in (*low, *spots) and ONE not in low

    def moved(self, f: Formula) -> Formula:
        """A formula counted from 1."""
        return self.walked(f, frozenset())

    def walked(self, f: Formula, bound: frozenset[Name]) -> Formula:
        """Positions one further; letters that run over an axis are one less where they count as numbers."""
        if isinstance(f, At):
            steps = self.steps(f.base)
            spots = (self.position(i, bound) for i in f.indices[steps:])
            return At(self.walked(f.base, bound), (*f.indices[:steps], *spots))
        if isinstance(f, Name):
            runs = f.base in self.letters and not (f.sup or f.sub) and f not in bound
            return Plus((f, Minus(ONE))) if runs else f
        if isinstance(f, KroneckerDelta | Indicator) and self.plain(f, bound):
            return f
        if isinstance(f, Sum | Product):
            inner = bound | {f.index} if f.high != OPEN else bound
            low = f.low if f.high == OPEN else self.walked(f.low, bound)
            body = self.walked(f.body, inner)
            return type(f)(f.index, low, self.walked(f.high, bound), body)
        parts = [self.walked(x, bound) for x in children(f)]
        return rebuilt(f, parts) if parts else f

    def plain(self, f: KroneckerDelta | Indicator, bound: frozenset[Name]) -> bool:
        """Whether positions are compared with each other or with labels, all of them counted alike."""
        names = {x for x in inside(f) if isinstance(x, Name)}
        return not names & bound and not any(isinstance(x, Number) for x in inside(f))

    def position(self, i: Formula, bound: frozenset[Name]) -> Formula:
        """An index one further."""
        if isinstance(i, Span):
            return i
        if isinstance(i, Name) and i not in bound:
            return i
        if isinstance(i, Number):
            return Number(i.value + 1)
        return Plus((self.walked(i, bound), ONE))
