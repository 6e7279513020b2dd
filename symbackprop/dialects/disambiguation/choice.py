"""A choice between the meanings of a sign: those whose sizes fit, in the order a reader expects them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from symbackprop.errors import LimitError, SizesError
from symbackprop.formula.evaluation.environment import Scope, misfit
from symbackprop.formula.evaluation.paper_arrays import Misfit, Paper
from symbackprop.formula.evaluation.rationals import rational
from symbackprop.formula.evaluation.value import strict
from symbackprop.formula.tree import Formula

OPEN_SIGNS = 20  # signs of one answer that may have more than one meaning
WORK = 4_000_000  # numbers computed in one evaluation
Key = tuple[int, int]  # a node, and which of its signs
Sizes = Mapping[str, int]  # name of a size -> its value at a point
Option = tuple[str, Callable[[], Paper]]
Row = Callable[[Any, Any, Scope], Paper]


@dataclass(frozen=True, slots=True)
class Reading:
    """What every open sign means, and those where something else would have fitted as well."""

    plan: Mapping[Key, str]
    chosen: tuple[str, ...] = ()
    instead: SizesError | None = None  # the product that fits nowhere, read entry by entry


@dataclass(slots=True)
class Fitting:
    """One evaluation: decides what is open, or follows a plan."""

    rows: Mapping[type, Row]
    sizes: Sizes
    plan: dict[Key, str]
    given: tuple[int, ...] = ()  # which meaning to take at the first, second, … open choice
    work: int = 0
    taken: list[tuple[int, int, str]] = field(default_factory=list)  # taken, of how many, its name
    loose: bool = False  # factors side by side may be entry by entry
    noted: set[str] = field(default_factory=set)  # what no sign says, though nothing else fits
    known: dict[Key, tuple[Formula, Scope, Paper]] = field(default_factory=dict)

    def value(self, node: Formula, scope: Scope) -> Paper:
        """The value of one node, computed once in a scope.

        A row may look at its operands, then leave the node to the strict rules, which ask for them again:
        without the table the work doubles at every level. Node and scope are kept, so no id comes twice.
        """
        key = (id(node), id(scope))
        if key not in self.known:
            self.known[key] = (node, scope, self.computed(node, scope))
        return self.known[key][2]

    def computed(self, node: Formula, scope: Scope) -> Paper:
        """The value of one node by its row, or else by the rules of the page."""
        row = self.rows.get(type(node))
        try:
            made = row(self, node, scope) if row else strict(node, scope)
            if scope.env.exact:
                made = replace(made, array=rational(made.array))
            self.work += made.array.size
            if self.work > WORK:
                raise LimitError(f"more than {WORK} numbers", where="formula")
            return made
        except Misfit as found:
            what = f"the sizes do not fit: {found}"
            raise misfit(node, what, sizes=found.sizes) from None

    def reading(self, instead: SizesError | None) -> Reading:
        """What was decided."""
        chosen = tuple(name for _, _, name in self.taken)
        return Reading(self.plan, (*chosen, *sorted(self.noted - {*chosen})), instead)

    def mark(self) -> tuple[dict[Key, str], int]:
        """What is decided so far."""
        return dict(self.plan), len(self.taken)

    def back(self, mark: tuple[dict[Key, str], int]) -> None:
        """Takes back what was decided since: what it was decided for is given up."""
        self.plan = mark[0]
        del self.taken[mark[1] :]

    def choose(self, key: Key, options: Sequence[Option]) -> Paper:
        """The meaning planned, else the first that fits, else the one that is tried this time."""
        known = self.plan.get(key)
        for name, work in options:
            if name == known:
                return work()
        fits, refusal = fitting(options)
        if not fits:
            raise refusal or Misfit("nothing fits")
        at = 0
        if len(fits) > 1:
            at = self.given[len(self.taken)] if len(self.taken) < len(self.given) else 0
            if len(self.taken) == OPEN_SIGNS:
                raise LimitError(f"more than {OPEN_SIGNS} signs with two meanings", where="formula")
            self.taken.append((at, len(fits), fits[at][0]))
        self.plan[key] = fits[at][0]
        return fits[at][1]

    def open_size(self, key: Key, make: Callable[[int], Paper]) -> Paper:
        """A size that is not written: any size of the graph."""
        sizes = {n: k for n, k in self.sizes.items() if k > 1} or {"1": 1}
        return self.choose(key, [(f"size {n}", lambda k=k: make(k)) for n, k in sizes.items()])


def fitting(options: Sequence[Option]) -> tuple[list[tuple[str, Paper]], Exception | None]:
    """The meanings whose sizes fit, equal ones once; and why the first does not."""
    fits: list[tuple[str, Paper]] = []
    refusal: Exception | None = None
    for name, work in options:
        try:
            made = work()
        except (Misfit, SizesError) as error:
            refusal = refusal or error
            continue
        if not any(same(made, other) for _, other in fits):
            fits.append((name, made))
    return fits, refusal


def same(a: Paper, b: Paper) -> bool:
    """Whether two meanings have one value."""
    return (
        a.size == b.size
        and np.shape(a.array) == np.shape(b.array)
        and (np.array_equal if a.array.dtype == object else np.allclose)(a.array, b.array)
    )
