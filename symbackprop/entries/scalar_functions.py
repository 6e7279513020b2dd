"""Functions of one real number: their rows (definition, derivative, kinks), and f' by its textbook form."""

from __future__ import annotations

import ast
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

    `definition` is an expression in x (empty for a primitive that SymPy and arrays both know); `prime` is
    the textbook form of the derivative in x and the output y: a claim, verified against SymPy by the tests.
    """

    name: str
    definition: str = ""
    prime: str = ""
    sympy: str = ""
    fast: str = ""  # how code computes it, in array primitives: faster, or without overflow
    tex: str = ""
    relation: str = ""  # it prints as 1(x > 0), or another relation to 0
    kinks: tuple[float, ...] = ()
    domain: str = "real"
    analytic: bool = True
    abstract: bool = False  # any smooth function; `definition` only stands in where it is checked

    def __post_init__(self) -> None:
        admitted(self.tex, CALLS, self.name)


SCALARS: dict[str, Scalar] = {}  # filled by the vocabulary, one row each; nothing else enters
GENERIC = "sin(x) + x/3"  # neither even nor odd slopes, no symmetry a wrong formula could use
OF_INDICES = frozenset({"size", "delta", "at_most"})


def scalar_row(name: str) -> Scalar:
    """The row of a function; a name that the vocabulary does not have is a function some graph declares."""
    return SCALARS.get(name) or declared(name)


@cache
def declared(name: str) -> Scalar:
    """A function of which nothing is said: the same row for every graph that declares one of this name."""
    return Scalar(name, GENERIC, abstract=True)


def functions_called(where: str, *right_sides: ast.expr) -> tuple[str, ...]:
    """The scalar functions in right sides. Errors: `DeclarationError` for one nobody knows."""
    calls = (n.func for e in right_sides for n in ast.walk(e) if isinstance(n, ast.Call))
    names = tuple(dict.fromkeys(f.id for f in calls if isinstance(f, ast.Name) and f.id not in OF_INDICES))
    unknown = next((n for n in names if n not in SCALARS), None)
    if unknown:
        known = ", ".join(sorted(SCALARS))
        raise DeclarationError(f"`{unknown}` is not a scalar function; known: {known}", where=where)
    return names


@cache
def expression(text: str) -> Entries:
    """An expression in scalars x and y as entries."""
    at = Placement(f"`{text}`", {})
    for name in "xy":
        at.declare(Pattern(name, False, ()), (), name)
    right = parse(text, f"`{text}`")
    functions_called(f"`{text}`", right)
    return at.read(right)


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
