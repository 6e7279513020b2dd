"""What printed digits leave open: how far a side moves when each of its numbers moves by half a unit."""

from __future__ import annotations

import numpy as np

from symbackprop.answers.asked.chain_points import plain
from symbackprop.entries.reference_values import Array
from symbackprop.formula.evaluation.paper_arrays import Paper
from symbackprop.formula.evaluation.value import Environment, meaning
from symbackprop.formula.tree import Decimal, Formula, Name, Product, Sum
from symbackprop.formula.writing.walk import children, fold, inside, rebuilt
from symbackprop.verify.page_values import PI
from symbackprop.verify.precise_lines import half_units

DECIMALS = 200  # rounded numbers of one side whose rounding is followed


def rounded(side: Formula) -> bool:
    """Whether a decimal stands in a side."""
    return any(isinstance(f, Decimal) for f in inside(side))


def in_names(f: Formula) -> bool:
    """Whether a side says anything but numbers."""
    bound = {n.index for n in inside(f) if isinstance(n, Sum | Product)}
    return any(isinstance(n, Name) and n != PI and n not in bound for n in inside(f))


def slack(side: Formula, value: Paper, env: Environment) -> Array:
    """How far a side moves when each of its decimals moves by half a unit of its last digit."""
    count = sum(isinstance(f, Decimal) for f in inside(side))
    total = np.zeros(())
    for k in range(count if count <= DECIMALS else 0):
        total = total + np.abs(plain(meaning(nudged(side, k), env)).array - value.array)
    return total


def nudged(side: Formula, k: int) -> Formula:
    """The side with its decimal number k moved by half a unit of its last printed digit."""
    seen = -1

    def combine(node: Formula, parts: list[Formula]) -> Formula:
        nonlocal seen
        if not isinstance(node, Decimal):
            return rebuilt(node, parts)
        seen += 1
        half = half_units(node)
        assert isinstance(half, Decimal)
        return Decimal(repr(float(node.digits) + float(half.digits))) if seen == k else node

    return fold(side, children, combine)
