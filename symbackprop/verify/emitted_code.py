"""Emitted code at the same points: what is printed and what runs are one derivation, and both are held."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isfinite

import numpy as np

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.report import Tally
from symbackprop.emit import compile_source, source
from symbackprop.emit.call_arguments import arguments, results
from symbackprop.entries.reference_values import Array
from symbackprop.errors import SymbackpropError
from symbackprop.numeric.points import Point
from symbackprop.verify.comparison import EQUAL, relative
from symbackprop.verify.rounding import Trial, scattered

Code = Callable[..., Mapping[str, Array]]


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
    d = trial.d
    try:
        with np.errstate(all="ignore"):
            found = code(**arguments(d, trial.point))
    except Exception as error:  # the code is what is tested: whatever it raises is its failure
        for t in tallies.values():
            t.fail(f"the emitted code raises {type(error).__name__}: {error}")
        return
    near = Nearby(code, trial)
    for name, want in results(d, trial.point).items():
        compare(name, np.asarray(found[name]), want, near, tallies[name])


def compare(name: str, got: Array, want: Array, near: Nearby, tally: Tally) -> None:
    """One result. What rounding alone explains is no difference."""
    tally.points += 1
    if got.shape != want.shape:
        tally.fail(f"the emitted code returns the size {got.shape} for {want.shape}")
        return
    error, where = relative(want, got)
    if error <= EQUAL:
        tally.agree(error)
    elif (
        isfinite(error)
        and error * size(want) <= EQUAL * near.trial.largest
        and near.rounds(name, where)
    ):
        tally.agree(0.0)
    else:
        tally.fail(f"the emitted code gives {got[where]:.12g} for {want[where]:.12g}; "
                   f"seed {near.trial.seed}, sizes {dict(near.trial.point.sizes)}", error)  # fmt: skip


def size(a: Array) -> float:
    """The largest entry by its absolute value."""
    return float(np.max(np.abs(a), initial=0.0))


@dataclass(frozen=True)
class Nearby:
    """The emitted code at the points beside one, run when somebody asks."""

    code: Code
    trial: Trial

    @cached_property
    def both(self) -> tuple[tuple[Mapping[str, Array], Mapping[str, Array]], ...]:
        return tuple(self.at(p) for p in (self.trial.point, *self.trial.neighbours))

    def at(self, p: Point) -> tuple[Mapping[str, Array], Mapping[str, Array]]:
        with np.errstate(all="ignore"):
            return self.code(**arguments(self.trial.d, p)), results(self.trial.d, p)

    def rounds(self, name: str, where: tuple[int, ...]) -> bool:
        """Whether the difference at one entry scatters about 0; code that raises there is no rounding."""
        try:
            found = self.both
        except np.linalg.LinAlgError:
            return False
        return scattered([float(np.asarray(a[name])[where] - b[name][where]) for a, b in found])
