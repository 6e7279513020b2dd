"""Clauses about what is declared, `where r = X w - y`: they define nothing, they hold or contradict it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from symbackprop.answers.asked.chain_points import plain
from symbackprop.answers.asked.right_values import Spot, Steps
from symbackprop.answers.typed.clause_values import Definition, usual, value
from symbackprop.answers.typed.typed_answer import Typed
from symbackprop.answers.verdicts.agreement import same
from symbackprop.dialects.disambiguation.readings import Given, readings, valued
from symbackprop.errors import SizesError
from symbackprop.formula.evaluation.value import Environment
from symbackprop.formula.tree import Formula
from symbackprop.formula.writing.text_writer import text

Place = tuple[Spot, Environment]  # a spot, and what is evaluated there


def contradicted(
    typed: Typed, spots: Steps, environment: Callable[[Steps], Environment],
    given: Callable[[Spot], Given | None],
) -> str:  # fmt: skip
    """The first declared name that a clause says something else of; '' where there is none."""
    if not typed.restated:
        return ""
    known = {d.name: d for d in typed.locals}
    there = [(s, environment((s,))) for s in spots]
    for left, own in typed.restated:
        if not holds(left, known[own], there, given):
            return text(left)
    return ""


def holds(
    left: Formula, d: Definition, there: list[Place], given: Callable[[Spot], Given | None]
) -> bool:
    """Whether a clause is true at every spot, its signs read in one way at all of them."""
    if d.letters:
        return all(alike(d, left, env, spot) for spot, env in there)
    (first, env), *_ = there
    rights = [plain(usual(left, e, s)) for s, e in there]
    try:
        for reading, _ in readings(d.body, env, first.sizes, given(first)):
            made = [valued(d.body, e, s.sizes, reading, given(s)) for s, e in there]
            if all(same(r, plain(m)) for r, m in zip(rights, made, strict=True)):
                return True
    except SizesError:
        return False
    return False


def alike(d: Definition, left: Formula, env: Environment, spot: Spot) -> bool:
    """Whether entries, or steps of time, are those that are declared."""
    made, known = value(d, env, spot).array, env.values[left]
    if not d.time:
        return np.size(made) == np.size(known.array) and np.allclose(
            np.ravel(made), np.ravel(known.array)
        )
    steps = range(1, spot.point.length + 1)
    right = [known.array[t - known.time_offset] for t in steps]
    return all(
        np.allclose(np.ravel(made[t]), np.ravel(r)) for t, r in zip(steps, right, strict=True)
    )
