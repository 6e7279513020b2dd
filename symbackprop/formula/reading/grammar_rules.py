"""The rules of the grammar as the formulas they stand for."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from lark import Transformer

from symbackprop.formula.reading.grammar_words import Word
from symbackprop.formula.tree import (
    ONE, OPEN, Array, At, Call, Commutation, Decimal, Eye, Floor, Formula, HPower, Hadamard,
    Indicator, Kron, KroneckerDelta, Minus, Nabla, Number, Ones, Oslash, Over, Partial, Plus,
    Power, Product, Sized, Span, Sum, Times, Transpose, Unit, Zeros,
)  # fmt: skip


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
                run = [Oslash(joined(Hadamard, run), factor)]
        return joined(Hadamard, run)

    def kron(self, c: list[Any]) -> Formula:
        return c[0] if len(c) == 1 else Kron(tuple(c))

    def times(self, c: list[Any]) -> Formula:
        run: list[Formula] = []
        signs: list[str] = []
        sign = ""
        for factor in c:
            if isinstance(factor, Word):
                sign = factor.value if factor.value in ("@", "*") else "·"  # type: ignore[assignment]
            elif isinstance(factor, Divided):
                run, signs = [Over(product(run, signs), factor.by)], [""]
            else:
                run.append(factor)
                signs.append(sign)
                sign = ""
        return product(run, signs)

    bigtimes = times

    def over(self, c: list[Any]) -> Divided:
        return Divided(c[0])

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

    def span(self, c: list[Any]) -> Formula:
        return Span(c[0], c[2])

    def end(self, c: list[Any]) -> Formula:
        return c[0] if c else OPEN

    def places(self, c: list[Any]) -> tuple[Formula, ...]:
        return tuple(c)

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

    def listed(self, c: list[Any]) -> Formula:
        """(a, b) is a vector, and so is (a, b)ᵀ: nobody means a row by either."""
        return Array(tuple((cell,) for cell in c))

    def itself(self, c: list[Any]) -> Formula:
        return c[0]

    def raised(self, c: list[Any]) -> Formula:
        return self.powered([*c[:3], (c[3],)])

    def bracketed(self, c: list[Any]) -> Formula:
        f = c[0]
        if isinstance(f, Times):
            return replace(f, signs=("(", *(f.signs[1:] or ("",) * (len(f.factors) - 1))))
        return f

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
        return Eye(c[1][0]) if len(c[1]) == 1 else self.delta(c)

    def commutation(self, c: list[Any]) -> Formula:
        if len(c[1]) != 2:
            raise Misread(c[0].at, "K_{m,n} takes two sizes")
        return Commutation(*c[1])

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

    def cases(self, c: list[Any]) -> Formula:
        terms: list[Formula] = []
        rest: list[Formula] = [ONE]
        for value, condition in c[1:-1]:
            holds = condition or joined_sum(rest)
            terms.append(Hadamard((holds, value)))
            rest += [Minus(condition)] if condition else []
        return joined_sum(terms)

    def case(self, c: list[Any]) -> tuple[Formula, Formula | None]:
        if len(c) == 2:
            return c[0], None
        return c[0], Indicator(c[1], c[2].value, c[3])

    def array(self, c: list[Any]) -> Formula:
        rows = tuple(c[1:-1])
        if any(len(row) != len(rows[0]) for row in rows):
            raise Misread(c[0].at, "the rows of a matrix have different lengths")
        return Array(rows, listed=c[0].value == r"\begin{listmatrix}")

    def list(self, c: list[Any]) -> tuple[Formula, ...]:
        return tuple(c)

    def size(self, c: list[Any]) -> tuple[Formula, ...]:
        return tuple(c[::2])

    def row(self, c: list[Any]) -> tuple[Formula, ...]:
        return tuple(c)


class Divided:
    """`/ b` in a row of factors: everything before it is the numerator."""

    def __init__(self, by: Formula) -> None:
        self.by = by


def joined(kind: type[Hadamard], run: list[Formula]) -> Formula:
    """A run of one is itself."""
    return run[0] if len(run) == 1 else kind(tuple(run))


def product(run: list[Formula], signs: list[str]) -> Formula:
    """Factors with the signs typed between them."""
    return run[0] if len(run) == 1 else Times(tuple(run), tuple(signs))


def joined_sum(terms: list[Formula]) -> Formula:
    """A sum of one is itself."""
    return terms[0] if len(terms) == 1 else Plus(tuple(terms))
