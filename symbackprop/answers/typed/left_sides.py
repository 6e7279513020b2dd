r"""What the sides of an answer say of the derivative asked for: it alone, or with something around it.

A line is an equation. Where one side is the derivative, the others are what it is. Where more stands on
a side, `2 dL/dw`, `(dL/dX)'`, `dL/dw - 1`, the derivative stands for its value, and the line holds or not.
So does `df = g dx`, whatever dx is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard

import numpy as np

from symbackprop.answers.asked.equality_chain import Refused
from symbackprop.answers.asked.right_values import DELTA, Bench
from symbackprop.answers.asked.target import Target
from symbackprop.derivation.derivation import signal
from symbackprop.derivation.meanings import bare
from symbackprop.entries.reference_values import Array
from symbackprop.formula.evaluation.rationals import rational
from symbackprop.formula.evaluation.value import Value
from symbackprop.formula.tree import OPEN, At, Call, Formula, Nabla, Name, Partial, Span
from symbackprop.formula.writing.walk import children, fold, inside, rebuilt
from symbackprop.verify.page_values import oriented as lying

ASKED = Name(r"\nabla")  # the derivative asked for, where it stands for its value
TOTAL = Name(r"\mathrm{d}")  # df, where a line is about differentials
EIGHTHS = 16  # dx is made of them: numbers up to 2 that are fractions as well


@dataclass(frozen=True)
class Sides:
    """The sides of a line: `forms` are what the derivative is, or what `around` is with its value in it."""

    forms: tuple[Formula, ...]
    left: Formula | None = None  # the derivative as it was written, with its letters
    around: Formula | None = None


def sides_of(bench: Bench, each: tuple[Formula, ...]) -> Sides:
    """The sides of a line that was read. Errors: `Refused` where it says nothing of what is asked for."""
    if len(each) == 1:
        return Sides(each)
    seed, step = (bare(signal(bench.target.d, n)) for n in (bench.target.of, bench.target.wrt))
    if each[0] == seed != step and all(step in inside(f) for f in each[1:]):
        return Sides(each[1:], around=TOTAL)
    alone = [f for f in each if itself(bench.target, f)]
    rest = tuple(f for f in each if f not in alone)
    if alone and not rest:
        raise Refused("unreadable", 1, "nothing is said of what is asked for")
    if alone:
        return Sides(rest, alone[0])
    differential = seed != step and any(bare(f) == seed for f in each)
    if differential or another(bench.target, each[0]) or another(bench.target, each[-1]):
        raise Refused("unreadable", 1, "the left side is another derivative")
    standing = tuple(with_value(bench.target, f) for f in each)
    place = next((k for k, f in enumerate(standing) if f != each[k]), None)
    if place is None:
        return Sides(each)
    written = next(x for x in inside(each[place]) if letters_on(bench.target, x) is not None)
    return Sides((*standing[:place], *standing[place + 1 :]), written, standing[place])


def itself(target: Target, f: Formula) -> bool:
    """Whether a formula is the derivative asked for, whole or at every one of its entries."""
    letters = letters_on(target, f.arguments[0] if stacked(f) else f)
    return letters is not None and all(map(lettered, letters)) and distinct(letters)


def lettered(index: Formula) -> bool:
    """Whether an index runs over an axis: one letter, or all of it as in W_{:,j}."""
    letter = isinstance(index, Name) and len(index.base) == 1 and not (index.sup or index.sub)
    return letter or index == Span(OPEN, OPEN)


def distinct(letters: tuple[Formula, ...]) -> bool:
    """Whether no letter stands twice: X_ii is the diagonal."""
    names = [x for x in letters if isinstance(x, Name)]
    return len(set(names)) == len(names)


def stacked(f: Formula | None) -> TypeGuard[Call]:
    """Whether a left side is vec(…)."""
    return isinstance(f, Call) and f.function == "vec" and len(f.arguments) == 1


def another(target: Target, f: Formula) -> bool:
    """Whether a formula is a derivative and nothing else, but not the one that is asked for."""
    return isinstance(bare(f), Nabla | Partial) and indices_on(target, f) is None


def indices_on(target: Target, f: Formula) -> tuple[Formula, ...] | None:
    """The indices on the derivative asked for; None where a formula is something else."""
    found: tuple[Formula, ...] = ()
    if isinstance(f, At):
        f, found = f.base, f.indices
    if isinstance(f, Nabla | Partial):
        found += tuple(i for x in (f.of, f.wrt) if isinstance(x, At) for i in x.indices)
        f = type(f)(bare(f.of), bare(f.wrt))
    short = {DELTA} if target.recurrent and target.kind == "gradient" else set[Formula]()
    return found if f in target.itself | short else None


def letters_on(target: Target, f: Formula) -> tuple[Formula, ...] | None:
    """The indices on the derivative without its step of time; None for something else, or another step."""
    found, time = indices_on(target, f), target.d.graph.time
    if not found or time is None or not target.recurrent:
        return found
    return found[1:] if found[0] == time.letter else None


def order_of(target: Target, left: Formula) -> tuple[str, ...]:
    """The letters on the derivative, in their order."""
    letters = letters_on(target, left.arguments[0] if stacked(left) else left) or ()
    return tuple(f.base for f in letters if isinstance(f, Name))


def with_value(target: Target, f: Formula) -> Formula:
    """A formula with the name of a value in the place of the derivative asked for."""

    def parts_of(node: Formula) -> tuple[Formula, ...]:
        return () if indices_on(target, node) is not None else children(node)

    def combine(node: Formula, parts: list[Formula]) -> Formula:
        letters = letters_on(target, node)
        if letters is None:  # something else, or the derivative at another step
            return node if indices_on(target, node) is not None else rebuilt(node, parts)
        return At(ASKED, letters) if letters else ASKED

    return fold(f, parts_of, combine)


def standing(target: Target, own: Array, around: Formula, seed: int) -> dict[Formula, Value]:
    """What stands for what is asked for in a line: its value; or df, and a dx of any value."""
    if around != TOTAL:
        return {ASKED: told(target, own)}
    dx = differential(target, own, seed)
    total = np.asarray(np.tensordot(own, dx, dx.ndim))
    name = bare(signal(target.d, target.wrt))
    return {TOTAL: Value(total, total.ndim == 1), name: Value(dx, dx.ndim == 1)}


def differential(target: Target, own: Array, seed: int) -> Array:
    """A dx in the shape of the variable, in eighths."""
    rank = target.d.graph.symbol[target.wrt].rank
    shape = np.shape(own)[np.ndim(own) - rank :]
    drawn = np.random.default_rng([seed, 53]).integers(1, EIGHTHS, shape)
    return np.asarray(rational(drawn) / 8) if own.dtype == object else drawn / 8


def told(target: Target, own: Array) -> Value:
    """The value the derivative stands for, in the shape that is asked for."""
    if target.kind == "jacobian" and not target.alone:
        rank = target.d.graph.symbol[target.wrt].rank
        return lying(own, own.ndim - rank, rank, target.d.convention)
    return Value(own, own.ndim == 1)
