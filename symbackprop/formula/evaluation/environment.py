"""What a formula is evaluated in: values of names, free and bound index letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from symbackprop.entries.array_values import rounded
from symbackprop.errors import FormulaError, SizesError
from symbackprop.formula.evaluation.paper_arrays import Numbers, Paper, number
from symbackprop.formula.function_spelling import near
from symbackprop.formula.tree import Formula, Name
from symbackprop.formula.writing.text_writer import text

Function = Callable[..., Numbers]
LARGEST = 2**53  # every whole number up to here is one of floating point


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """What a name stands for: leading axes of time, then its own axes.

    Step t of a time axis is stored at position t - time_offset: c_0 … c_{T+1} has time_offset 0,
    x_1 … x_T has 1. An integer label counts from the environment's base; `classes` says how many
    there are. `turned`: whole it stands as the transpose of its axes. `hidden` names the
    letter of time at whose own step, that of a sample, it is nan.
    """

    array: Numbers
    vector: bool = False  # a vector, also where it is stored as n×1 or 1×n
    time_axes: int = 0
    time_offset: int = 1
    classes: int = 0
    turned: bool = False
    hidden: str = ""

    @property
    def rank(self) -> int:
        """The axes of one time step."""
        return self.array.ndim - self.time_axes


@dataclass(frozen=True, slots=True, eq=False)
class Environment:
    """Values for names and for whole symbols such as ∂y/∂x, positions for free index letters."""

    values: Mapping[Formula, Value]
    functions: Mapping[str | tuple[str, int], Function] = field(default_factory=dict)
    indices: Mapping[str, int | Numbers] = field(default_factory=dict)  # positions as on paper
    vectors: str = "column"  # or "row"
    base: int = 1  # the first entry of an axis on paper
    number: Callable[[Fraction], Any] = rounded  # what the numbers of a formula become: of its values' kind
    outside: str = "refused"  # an entry outside its array; or "zero", where a graph slides windows
    # or "shifted": zero where the index is an expression, w_{j-i}, refused where it is a letter by itself

    @property
    def exact(self) -> bool:
        """Whether its values are fractions, never rounded."""
        return self.number is Fraction


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The environment inside some sums: bound letters, sample axes so far, samples that count."""

    env: Environment
    letters: Mapping[Name, Numbers]
    depth: int
    value: Callable[[Formula, Scope], Paper]
    active: Numbers | None = None

    def of(self, node: Formula) -> Paper:
        """The value of a formula in this scope."""
        return self.value(node, self)


def error(node: Formula, what: str, hint: str = "") -> FormulaError:
    """The error that names the formula it happened in."""
    return FormulaError(what, where=shown(node), hint=hint)


def shown(node: Formula) -> str:
    """A formula as an error names it."""
    whole = text(node)
    return whole if len(whole) < 200 else whole[:200] + "…"


def misfit(node: Formula, what: str, hint: str = "", sizes: tuple[tuple[int, ...], ...] = ()) -> SizesError:
    """The error that names the formula whose sizes or indices do not fit."""
    return SizesError(what, where=shown(node), hint=hint, sizes=sizes)


def known(node: Formula, scope: Scope) -> Value:
    """The stored value of a name or of a whole symbol."""
    value = scope.env.values.get(node)
    if value is None:
        raise error(node, "has no value here", near(text(node), map(text, scope.env.values)))
    return value


def integer(index: Formula, scope: Scope) -> Any:
    """The value of an index or a size, refused where it is not an integer."""
    value = number(scope.of(index)).array
    value = value.astype(float) if value.dtype == object else value
    if not value.ndim:  # one number, as most indices are
        one = complex(value)
        if one.real.is_integer() and not one.imag and abs(one.real) < LARGEST:
            return np.asarray(int(one.real))
    if value.dtype.kind == "i":
        return value
    whole = np.rint(np.real(value))
    if not np.all(np.abs(value - whole) <= 1e-9):  # nor where it is nan
        raise error(index, "is not an integer, so it cannot be an index or a size")
    return whole.astype(np.int64)
