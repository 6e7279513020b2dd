"""The rules of the grammar as the formulas they stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from symbackprop.errors import FormulaError
from symbackprop.formula.composing import one_or
from symbackprop.formula.indexed_names import holds, terms_of
from symbackprop.formula.reading.grammar_words import Word
from symbackprop.formula.tree import (
    Braced, ONE, OPEN, Array, At, Call, Commutation, Decimal, Eye, Floor, Formula, HPower, Hadamard,
    Indicator, Kron, KroneckerDelta, Minus, Nabla, Name, Number, Ones, Oslash, Over, Partial, Plus,
    Power, Product, Sized, Span, Sum, SumOver, Times, Transpose, Unit, Zeros,
)  # fmt: skip
from symbackprop.formula.writing.walk import inside


class Misread(FormulaError):
    """A word that fits the grammar and means nothing."""

    def __init__(self, at: int, what: str, hint: str = "") -> None:
        super().__init__(what, hint=hint)
        self.at = at


Children = list[Any]


class Divided:
    """`/ b` in a row of factors: everything before it is the numerator."""

    def __init__(self, by: Formula) -> None:
        self.by = by


def hada(c: Children) -> Formula:
    run: list[Formula] = [c[0]]
    for sign, factor in zip(c[1::2], c[2::2], strict=True):
        if sign.type == "ODOT":
            run.append(factor)
        else:
            run = [Oslash(one_or(Hadamard, run), factor)]
    return one_or(Hadamard, run)


def times(c: Children) -> Formula:
    run: list[Formula] = []
    signs: list[str] = []
    sign = ""
    for factor in c:
        if isinstance(factor, Word):
            sign = factor.value if factor.value in ("@", "*") else "·"  # type: ignore[assignment]
        elif isinstance(factor, Divided):
            run = [Over(product(run, signs), factor.by)]
            signs, sign = [""], "/"
        else:
            run.append(factor)
            signs.append(sign)
            sign = ""
    return product(run, signs)


def product(run: list[Formula], signs: list[str]) -> Formula:
    """Factors with the signs typed between them."""
    return run[0] if len(run) == 1 else Times(tuple(run), tuple(signs))


def big(c: Children) -> Formula:
    word, low, high, body = c
    sign, index = word.value
    return (Sum if sign == r"\sum" else Product)(index, low, high, body)


def across(letter: Name, values: tuple[Formula, ...], body: Formula) -> Formula:
    """A sum over an index that stands inside names, term by term; over numbers it may be one of entries."""
    over_names = any(isinstance(f, Name) and f != letter and holds(f, letter.base) for f in inside(body))
    if not over_names and isinstance(values[0], Number):
        return Sum(letter, values[0], values[-1], body)
    return terms_of(SumOver(letter, values, body))


def number(c: Children) -> Formula:
    digits = c[0].value
    return Decimal(digits) if "." in digits else Number(Fraction(int(digits)))


def at(c: Children) -> Formula:
    base, _, indices = c
    return At(base.base, base.indices + indices) if isinstance(base, At) else At(base, indices)


def call(word: Word, arguments: tuple[Formula, ...]) -> Call:
    function, primes = word.value  # type: ignore[misc]
    return Call(function, arguments, primes)


def powered(word: Word, exponent: Formula, arguments: tuple[Formula, ...]) -> Formula:
    if isinstance(exponent, Minus):
        hint = "Write (f(x))^{-1} for one over it."
        raise Misread(word.at, "f^{-1}(x) may mean the inverse function", hint)
    return Power(call(word, arguments), exponent)


def bracketed(c: Children) -> Formula:
    f = c[0]
    if isinstance(f, Times):
        return replace(f, signs=("(", *(f.signs[1:] or ("",) * (len(f.factors) - 1))))
    return f


def pair(kind: Callable[[Formula, Formula], Formula], what: str) -> Callable[[Children], Formula]:
    """A letter with two indices, or two sizes."""

    def read(c: Children) -> Formula:
        if len(c[1]) != 2:
            raise Misread(c[0].at, f"{what}, not {len(c[1])}")
        return kind(*c[1])

    return read


delta = pair(KroneckerDelta, "δ takes two indices")


def cases(c: Children) -> Formula:
    terms: list[Formula] = []
    rest: list[Formula] = [ONE]
    for value, condition in c[1:-1]:
        terms.append(Hadamard((condition or one_or(Plus, rest), value)))
        rest += [Minus(condition)] if condition else []
    return one_or(Plus, terms)


def related(c: Children) -> list[Formula]:
    """a < b < c as the indicators of a < b and of b < c."""
    pairs = zip(c[::2], c[1::2], c[2::2], strict=False)
    return [Indicator(left, sign.value, right) for left, sign, right in pairs]


def array(c: Children) -> Formula:
    rows = tuple(c[1:-1])
    if any(len(row) != len(rows[0]) for row in rows):
        raise Misread(c[0].at, "the rows of a matrix have different lengths")
    return Array(rows, listed=c[0].value == r"\begin{listmatrix}")


# Each rule of the grammar as the formula it stands for.
RULES: Mapping[str, Callable[[Children], Any]] = {
    "start":       lambda c: c[0],
    "expr":        lambda c: one_or(Plus, c),
    "across":      lambda c: across(c[0].value[0], c[0].value[1], c[1]),
    "negated":     lambda c: Minus(c[0]),
    "hada":        hada,
    "kron":        lambda c: one_or(Kron, c),
    "times":       times,
    "bigtimes":    times,
    "over":        lambda c: Divided(c[0]),
    "big":         big,
    "nabla":       lambda c: Nabla(of=c[3], wrt=c[1]),
    "name":        lambda c: c[0].value,
    "number":      number,
    "transpose":   lambda c: Transpose(c[0]),
    "at":          at,
    "span":        lambda c: Span(c[0], c[2]),
    "end":         lambda c: c[0] if c else OPEN,
    "places":      tuple,
    "power":       lambda c: Power(c[0], c[2]),
    "hpower":      lambda c: HPower(c[0], c[2]),
    "absolute":    lambda c: Call("abs", (c[0],)),
    "floor":       lambda c: Floor(c[0]),
    "call":        lambda c: call(*c),
    "call1":       lambda c: call(c[0], (c[1],)),
    "powered":     lambda c: powered(c[0], *c[2:]),
    "raised":      lambda c: powered(c[0], c[2], (c[3],)),
    "listed":      lambda c: Array(tuple((cell,) for cell in c)),  # also (a, b)ᵀ: nobody means a row by it
    "itself":      lambda c: c[0],
    "bracketed":   bracketed,
    "fraction":    lambda c: Over(c[1], c[2]),
    "partial":     lambda c: Partial(of=c[-3], wrt=c[-1]),
    "braced":      lambda c: Braced(c[1], c[3]),
    "sized":       lambda c: Sized(c[1], c[2]),
    "ones":        lambda c: Ones(c[1]),
    "indicator":   lambda c: c[1],
    "condition":   lambda c: one_or(Hadamard, [x for each in c for x in each]),
    "related":     related,
    "eye":         lambda c: Eye(c[1][0]) if len(c[1]) == 1 else delta(c),
    "commutation": pair(Commutation, "K_{m,n} takes two sizes"),
    "unit":        lambda c: Unit(c[1]),
    "delta":       delta,
    "zeros":       pair(Zeros, r"0_{m\times n} takes two sizes"),
    "cases":       cases,
    "case":        lambda c: (c[0], None if isinstance(c[1], Word) else c[1]),
    "array":       array,
    "list":        tuple,
    "size":        lambda c: tuple(c[::2]),
    "row":         tuple,
}  # fmt: skip
