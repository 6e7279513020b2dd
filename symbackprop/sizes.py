"""Sizes of axes: polynomials in size names with integer coefficients, `n + 1`, `2*n*d`, `784`.

Equal polynomials are equal values, so `n + 1` met twice is one size. SymPy could carry them, but sizes are
made at every node of a graph and this file is all they need.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from keyword import iskeyword
from operator import index
from typing import SupportsIndex, TypeAlias

from symbackprop.errors import DeclarationError, ShapeError

Monomial: TypeAlias = tuple[str, ...]  # size names, sorted, repeated for powers


@dataclass(frozen=True, slots=True, repr=False)
class Size:
    """A polynomial: ((monomial, coefficient), ...), sorted, no zero coefficients."""

    terms: tuple[tuple[Monomial, int], ...]

    def __add__(self, other: Size | int) -> Size:
        return collect((*self.terms, *size(other).terms))

    def __sub__(self, other: Size | int) -> Size:
        return self + size(other) * -1

    def __mul__(self, other: Size | int) -> Size:
        return collect((tuple(sorted(m + k)), a * b) for m, a in self.terms for k, b in size(other).terms)

    __radd__, __rmul__ = __add__, __mul__

    @property
    def number(self) -> int | None:
        """The value, if no name stands in it."""
        if not self.terms:
            return 0
        return self.terms[0][1] if self.terms[0][0] == () and len(self.terms) == 1 else None

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for monomial, _ in self.terms for name in monomial)

    def value(self, binding: Mapping[str, int]) -> int:
        """The number of entries for given sizes."""
        total = 0
        for monomial, coefficient in self.terms:
            for name in monomial:
                coefficient *= binding[name]
            total += coefficient
        return total

    def substitute(self, name: str, by: Size) -> Size:
        """The size with another one in the place of a name."""
        total = Size(())
        for monomial, coefficient in self.terms:
            part = Size((((), coefficient),))
            for n in monomial:
                part = part * (by if n == name else Size((((n,), 1),)))
            total = total + part
        return total

    @property
    def least(self) -> int | None:
        """The smallest value, every name at least 1; None where a name could make it smaller still."""
        if any(a < 0 for m, a in self.terms if m):
            return None
        return sum(a for _, a in self.terms)

    def divide(self, other: Size) -> Size | None:
        """The exact quotient by a single-term size, or None."""
        if len(other.terms) != 1:
            return None
        (names, coefficient), out = other.terms[0], []
        for monomial, a in self.terms:
            rest = list(monomial)
            for name in names:
                if name not in rest:
                    return None
                rest.remove(name)
            if a % coefficient:
                return None
            out.append((tuple(rest), a // coefficient))
        return collect(out)

    def __repr__(self) -> str:
        return str(self)

    @property
    def written(self) -> tuple[tuple[Monomial, int], ...]:
        """The terms as they are written: w - v + 1, what is added first, the constant last."""
        led = any(a > 0 for m, a in self.terms if m)
        return tuple(sorted(self.terms, key=lambda t: (led and not t[0], t[1] < 0, t[0])))

    def __str__(self) -> str:
        """`n + 1`, with the constant last."""
        if not self.terms:
            return "0"
        parts = []
        for monomial, a in self.written:
            factors = ([] if abs(a) == 1 and monomial else [str(abs(a))]) + list(monomial)
            parts.append(("- " if a < 0 else "+ ") + "*".join(factors))
        first = parts[0][2:] if parts[0][0] == "+" else "-" + parts[0][2:]
        return " ".join([first, *parts[1:]])


def collect(terms: Iterable[tuple[Monomial, int]]) -> Size:
    """The size with like monomials added and zeros dropped."""
    total: dict[Monomial, int] = {}
    for monomial, coefficient in terms:
        total[monomial] = total.get(monomial, 0) + coefficient
    return Size(tuple(sorted((m, a) for m, a in total.items() if a)))


def size(value: Size | int | str) -> Size:
    """A size from a number or a name. Errors: `DeclarationError` for a text that is no name."""
    if isinstance(value, Size):
        return value
    if isinstance(value, str) and not value.isidentifier():
        raise DeclarationError(f"`{value}` is not a size", hint="A size is a number or a name.")
    if isinstance(value, str) and iskeyword(value):
        raise DeclarationError(
            f"`{value}` is a word of Python", where="size", hint="Take another name, as in  x: n"
        )
    if isinstance(value, str):
        return Size((((value,), 1),))
    if type(value) is int:  # by far the most, and asking a protocol is slow
        return Size((((), value),) if value else ())
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        raise DeclarationError(f"`{value!r}` is not a size", hint="A size is a number or a name.")
    return collect([((), index(value))])


Shape: TypeAlias = tuple[Size, ...]


ONE = size(1)


def extent(s: Size, where: str) -> Size:
    """The size of an axis. Errors: `ShapeError` for one that is a number below 1."""
    if s.number is not None and s.number < 1:
        raise ShapeError(f"a size is at least 1, not {s.number}", where=where)
    return s


def count(shape: Shape) -> Size:
    """How many entries an array has."""
    total = ONE
    for s in shape:
        total = total * s
    return total


def plain(shape: Shape) -> tuple[int | str, ...]:
    """A shape as a user compares it: numbers as numbers, symbolic sizes by name, ('n', 3)."""
    return tuple(str(s) if s.number is None else s.number for s in shape)


def shape_text(shape: Shape) -> str:
    """`n×3`, `d`, `scalar`."""
    if not shape:
        return "scalar"
    return "×".join(f"({s})" if len(s.terms) > 1 and len(shape) > 1 else str(s) for s in shape)
