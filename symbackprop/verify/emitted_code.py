"""Emitted code at the same points: what is printed and what runs are one derivation, and both are held."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeAlias

import numpy as np

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.report import Tally
from symbackprop.emit import compile_source, source
from symbackprop.emit.call_arguments import arguments, results
from symbackprop.entries.reference_values import Array
from symbackprop.errors import SymbackpropError
from symbackprop.numeric.points import Point
from symbackprop.verify.comparison import EQUAL, relative
from symbackprop.verify.rounding import Nearby, Trial

Code: TypeAlias = Callable[..., Mapping[str, Array]]
Results: TypeAlias = tuple[Mapping[str, Array], Mapping[str, Array]]  # of the code, and the right ones


def emitted(d: Derivation) -> Code | None:
    """The function of the emitted code; None where there is none, as for functions without a definition."""
    try:
        return compile_source(source(d))
    except SymbackpropError:
        return None


def names(d: Derivation) -> tuple[str, ...]:
    """What the emitted code returns."""
    return (d.of, *(n for n in d.wrt if n in d.backward.adjoints and n != d.of))


def check_code(code: Code, trial: Trial, tallies: Mapping[str, Tally]) -> None:
    """The output and every gradient, as code computes them, at one point."""
    near = Nearby(trial, partial(both, code, trial.d))
    try:
        found, wanted = near.here
    except Exception as error:  # the code is what is tested: whatever it raises is its failure
        for t in tallies.values():
            t.fail(f"the emitted code raises {type(error).__name__}: {error}")
        return
    for name, want in wanted.items():
        compare(name, np.asarray(found[name]), want, near, tallies[name])


def both(code: Code, d: Derivation, at: Point) -> Results:
    """What the code returns at a point, and what it should, in the numbers that code has."""
    with np.errstate(all="ignore"):
        wanted = {n: np.asarray(x, float) for n, x in results(d, at).items()}
        return code(**arguments(d, at)), wanted


def compare(name: str, got: Array, want: Array, near: Nearby[Results], tally: Tally) -> None:
    """One result."""
    tally.points += 1
    if got.shape != want.shape:
        tally.fail(f"the emitted code returns the size {got.shape} for {want.shape}")
        return
    error, where = relative(want, got)
    near.hold(
        tally, error, EQUAL,
        gap=lambda r: np.asarray(r[0][name])[where] - r[1][name][where],
        most=EQUAL * near.trial.largest,
        told=lambda: f"the emitted code gives {got[where]:.12g} for {want[where]:.12g}; {near.trial.place}",
    )  # fmt: skip
