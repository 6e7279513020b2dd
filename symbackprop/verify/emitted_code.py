"""Emitted code at the same points: what is printed and what runs are one derivation, and both are held."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

import numpy as np

from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.report import Tally
from symbackprop.emit import compile_source
from symbackprop.emit.call_arguments import arguments, results
from symbackprop.emit.plain_code import plain_code
from symbackprop.emit.targets import joint as source
from symbackprop.entries.reference_values import Array
from symbackprop.errors import SymbackpropError, VerificationError
from symbackprop.numeric.points import Point
from symbackprop.page.page import Listing, Page
from symbackprop.verify.comparison import CLEAR, EQUAL, TRUE, largest, relative
from symbackprop.verify.decision import FEW, decided
from symbackprop.verify.rounding import Nearby, Trial

Code: TypeAlias = Callable[..., Mapping[str, Array]]
UNDERFLOW = float(np.finfo(float).tiny)
Results: TypeAlias = tuple[Mapping[str, Array], Mapping[str, Array]]  # of the code, and the right ones


def emitted(d: Derivation) -> Code | None:
    """The function of the emitted code; None where there is none, as for functions without a definition."""
    try:
        return compile_source(source(d))
    except SymbackpropError:
        return None


def codes_of(d: Derivation, page: Page) -> tuple[Code, ...]:
    """The code that is emitted, and what the page prints of it; none where there is none."""
    code = emitted(d)
    printed = (b for s in page.sections for b in s.blocks if isinstance(b, Listing) and b.derived)
    return (code, *(run(d, b) for b in printed)) if code else ()


def run(d: Derivation, printed: Listing) -> Code:
    """The function that a page prints, made from the derivation again: the text of a page is not run."""

    def called(**given: Array) -> Mapping[str, Array]:
        made = plain_code(d)
        if made is None or made.text != printed.code:
            raise VerificationError("what is printed is not the code of this derivation", where="code")
        found = compile_source(f"import numpy as np\n\n\n{made.text}", name=made.function)(**given)
        return dict(zip(made.returns, found if len(made.returns) > 1 else (found,), strict=True))

    return called


def names(d: Derivation) -> tuple[str, ...]:
    """What the emitted code returns."""
    return (d.of, *(n for n in d.wrt if n in d.backward.adjoints and n != d.of))


def check_code(
    codes: Sequence[Code], trial: Trial, tallies: Mapping[str, Tally], *, asked: bool = False
) -> None:
    """The output and every gradient, as each code computes them, at one point.

    `asked`: no result has said anything so far.
    """
    for tally in tallies.values() if codes else ():
        tally.points += not asked
    for code in codes if tallies else ():
        near = Nearby(trial, partial(both, code, trial.d), asked)
        try:
            found, wanted = near.here
        except Exception as error:  # the code is what is tested: whatever it raises is its failure
            for t in tallies.values():
                t.fail(f"the emitted code raises {type(error).__name__}: {error}")
            return
        for name, tally in tallies.items():
            compare(name, found[name], wanted[name], near, tally)


def both(code: Code, d: Derivation, at: Point) -> Results:
    """What the code returns at a point, in the numbers that code has, and what it should."""
    with np.errstate(all="ignore"):
        given = {n: x.astype(float) if x.dtype.kind == "O" else x for n, x in arguments(d, at).items()}
        return {n: np.asarray(x) for n, x in code(**given).items()}, results(d, at)


def compare(name: str, got: Array, want: Array, near: Nearby[Results], tally: Tally) -> None:
    """One result; where it is lost to the last digit everywhere, nothing is known of it."""
    if got.shape != want.shape:
        tally.fail(f"the emitted code returns the size {got.shape} for {want.shape}")
        return
    error, where = relative(want, got)
    if near.asked:
        tally.told = decided(near, lambda r: (np.zeros(got.shape, int), r[1][name])) is True
    elif error <= CLEAR:
        tally.agree(error, told=bool(largest(want)))
    elif np.all(np.isfinite(got)) and decided(near, lambda r: (r[0][name], r[1][name]), CLEAR):
        tally.agree(0.0)
    elif near.rounds(lambda r: r[0][name][where] - r[1][name][where], EQUAL * near.trial.largest):
        some = decided(near, lambda r: (r[0][name], r[1][name]), TRUE)
        tally.agree(error if error <= EQUAL else 0.0, told=error <= EQUAL or bool(some))
    else:
        place = f"{got[where]:.12g} for {want[where]:.12g}; {near.trial.place}"
        tally.fail(f"the emitted code gives {place}", error)


def check_lost(trial: Trial, tallies: Mapping[str, Tally]) -> None:
    """Results of which no point tried shows digits: they are right where 0 is as near as numbers come."""
    point = trial.digits(FEW)
    right = results(trial.d, point) if tallies and point else {}
    for name, tally in tallies.items():
        nothing = name in right and bool(np.all(np.abs(right[name]) < UNDERFLOW))
        tally.say("" if nothing else f"too few of its digits are left at any point tried; {trial.place}")
