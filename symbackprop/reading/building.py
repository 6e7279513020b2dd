"""Each rule of the grammar of formulas as the formula it stands for."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from lark import Transformer

from symbackprop.notation import (
    Array,
    At,
    Call,
    Decimal,
    Eye,
    Floor,
    Formula,
    Hadamard,
    HPower,
    Indicator,
    Kron,
    KroneckerDelta,
    Minus,
    Nabla,
    Number,
    Ones,
    Oslash,
    Over,
    Partial,
    Plus,
    Power,
    Product,
    Sized,
    Sum,
    Times,
    Transpose,
    Unit,
    Zeros,
)  # fmt: skip
from symbackprop.reading.words import Word


class Misread(Exception):
    """A word that fits the grammar and means nothing."""

    def __init__(self, at: int, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.at, self.what, self.hint = at, what, hint


class Builder(Transformer[Word, Formula]):
    """Each rule of the grammar as the formula it stands for."""

    def start(self, c: list[Any]) -> Formula:
        return c[0]

    def expr(self, c: list[Any]) -> Formula:
        return c[0] if len(c) == 1 else Plus(tuple(c))

    def negated(self, c: list[Any]) -> Formula:
        return Minus(c[0])

    def hada(self, c: list[Any]) -> Formula:
        run: list[Formula] = [c[0]]
        for sign, factor in zip(c[1::2], c[2::2], strict=True):
            if sign.type == "ODOT":
                run.append(factor)
            else:
                run = [Oslash(_joined(Hadamard, run), factor)]
        return _joined(Hadamard, run)

    def kron(self, c: list[Any]) -> Formula:
        return c[0] if len(c) == 1 else Kron(tuple(c))

    def times(self, c: list[Any]) -> Formula:
        run: list[Formula] = []
        for factor in c:
            if isinstance(factor, _Divided):
                run = [Over(_joined(Times, run), factor.by)]
            else:
                run.append(factor)
        return _joined(Times, run)

    bigtimes = times

    def over(self, c: list[Any]) -> _Divided:
        return _Divided(c[0])

    def big(self, c: list[Any]) -> Formula:
        word, low, high, body = c
        sign, index = word.value
        return (Sum if sign == r"\sum" else Product)(index, low, high, body)

    def nabla(self, c: list[Any]) -> Formula:
        return Nabla(of=c[3], wrt=c[1])

    def name(self, c: list[Any]) -> Formula:
        return c[0].value

    def number(self, c: list[Any]) -> Formula:
        digits = c[0].value
        return Decimal(digits) if "." in digits else Number(Fraction(int(digits)))

    def transpose(self, c: list[Any]) -> Formula:
        return Transpose(c[0])

    def at(self, c: list[Any]) -> Formula:
        base, _, indices = c
        if isinstance(base, At):
            return At(base.base, base.indices + indices)
        return At(base, indices)

    def power(self, c: list[Any]) -> Formula:
        return Power(c[0], c[2])

    def hpower(self, c: list[Any]) -> Formula:
        return HPower(c[0], c[2])

    def absolute(self, c: list[Any]) -> Formula:
        return Call("abs", (c[0],))

    def floor(self, c: list[Any]) -> Formula:
        return Floor(c[0])

    def call(self, c: list[Any]) -> Formula:
        function, primes = c[0].value
        return Call(function, c[1], primes)

    def call1(self, c: list[Any]) -> Formula:
        function, primes = c[0].value
        return Call(function, (c[1],), primes)

    def powered(self, c: list[Any]) -> Formula:
        word, _, exponent, arguments = c
        function, primes = word.value
        if isinstance(exponent, Minus):
            hint = "Write (f(x))^{-1} for one over it."
            raise Misread(word.at, "f^{-1}(x) may mean the inverse function", hint)
        return Power(Call(function, arguments, primes), exponent)

    def fraction(self, c: list[Any]) -> Formula:
        return Over(c[1], c[2])

    def partial(self, c: list[Any]) -> Formula:
        return Partial(of=c[-3], wrt=c[-1])

    def sized(self, c: list[Any]) -> Formula:
        return Sized(c[1], c[2])

    def ones(self, c: list[Any]) -> Formula:
        return Ones(c[1])

    def indicator(self, c: list[Any]) -> Formula:
        return Indicator(c[1], c[2].value, c[3])

    def eye(self, c: list[Any]) -> Formula:
        return Eye(c[1])

    def unit(self, c: list[Any]) -> Formula:
        return Unit(c[1])

    def delta(self, c: list[Any]) -> Formula:
        if len(c[1]) != 2:
            raise Misread(c[0].at, f"δ takes two indices, not {len(c[1])}")
        return KroneckerDelta(*c[1])

    def zeros(self, c: list[Any]) -> Formula:
        if len(c[1]) != 2:
            raise Misread(c[0].at, "0_{m\\times n} takes two sizes")
        return Zeros(*c[1])

    def array(self, c: list[Any]) -> Formula:
        rows = tuple(c[1:-1])
        if any(len(row) != len(rows[0]) for row in rows):
            raise Misread(c[0].at, "the rows of a matrix have different lengths")
        return Array(rows)

    def list(self, c: list[Any]) -> tuple[Formula, ...]:
        return tuple(c)

    def size(self, c: list[Any]) -> tuple[Formula, ...]:
        return tuple(c[::2])

    def row(self, c: list[Any]) -> tuple[Formula, ...]:
        return tuple(c)


class _Divided:
    """`/ b` in a row of factors: everything before it is the numerator."""

    def __init__(self, by: Formula) -> None:
        self.by = by


def _joined(kind: type[Times] | type[Hadamard], run: list[Formula]) -> Formula:
    return run[0] if len(run) == 1 else kind(tuple(run))
