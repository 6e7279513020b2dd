"""Functions of one real number: their rows (definition, derivative, kinks), and f' by its textbook form."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from symbackprop import entries as en
from symbackprop.entries import Entries, Fn
from symbackprop.entries.entry_equations import Pattern, parse
from symbackprop.entries.placement import Placement
from symbackprop.errors import DeclarationError
from symbackprop.tex.math_commands import CALLS, admitted


@dataclass(frozen=True, eq=False, slots=True)
class Scalar:
    """A function of one real number.

    `definition` is an expression in x (empty for a primitive that SymPy and NumPy both know); `prime` is
    the textbook form of the derivative in x and the output y: a claim, verified against SymPy by the tests.
    """

    name: str
    definition: str = ""
    prime: str = ""
    sympy: str = ""
    numpy: str = ""
    tex: str = ""
    relation: str = ""  # it prints as 1(x > 0), or another relation to 0
    kinks: tuple[float, ...] = ()
    domain: str = "real"
    analytic: bool = True
    abstract: bool = False  # any smooth function; `definition` only stands in where it is checked

    def __post_init__(self) -> None:
        admitted(self.tex, CALLS, self.name)


SCALARS: dict[str, Scalar] = {}  # filled by the vocabulary, one row each


def built_in() -> tuple[str, ...]:
    """The scalar functions of the vocabulary; those declared are known to their graphs alone."""
    return tuple(name for name, row in SCALARS.items() if not row.abstract)


@cache
def expression(text: str) -> Entries:
    """An expression in scalars x and y as entries."""
    at = Placement(f"`{text}`", {})
    for name in "xy":
        at.declare(Pattern(name, False, ()), (), name)
    return at.read(parse(text, f"`{text}`"))


def instantiate(e: Entries, x: Entries, y: Entries) -> Entries:
    """Arguments put for x and y."""
    return en.inline(e, lambda a: {"x": x, "y": y}.get(str(a.tensor)) if not a.at else None)


def prime(fn: Fn) -> Entries:
    """f^{(k+1)}(argument): the textbook form where one is stated or short, else f^{(k+1)} by name."""
    row = scalar_row(fn.function)
    if fn.order == 0 and row.prime:
        return instantiate(expression(row.prime), fn.arg, en.entries(fn))
    return by_name(fn)


def by_name(fn: Fn) -> Entries:
    """f^{(k+1)} of the argument, whatever the function is."""
    return en.entries(Fn(fn.function, fn.arg, fn.order + 1))


def scalar_row(name: str) -> Scalar:
    if name not in SCALARS:
        raise DeclarationError(f"`{name}` is not a scalar function; known: {', '.join(sorted(SCALARS))}")
    return SCALARS[name]
