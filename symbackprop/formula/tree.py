"""Formulas as they stand on paper: a small closed tree that every language writes and the reader reads.

A `Formula` is what a mathematician writes: juxtaposition, ⊙, fractions, transposes, subscripts. It has
no shapes and no algebra. `notation/` makes it from an `Expr`, `writing/` turns it into LaTeX or text,
`reading/` reads LaTeX back into it, `evaluation/` gives it a value: the thing that is evaluated is the
thing that was printed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Number:
    """A number: an exact rational, or a decimal as typed. Negative numbers are `Minus(Number)`."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Decimal:
    """A rounded number as it is printed, e.g. '0.7985'; `≈` is the only sign that may stand before it."""

    digits: str


class Mark(Enum):
    """What is put on the letter of a name to make another one of it: δc, or an accent above."""

    DELTA = "delta"
    BAR = "bar"
    TILDE = "tilde"
    HAT = "hat"
    CHECK = "check"
    BREVE = "breve"


@dataclass(frozen=True, slots=True)
class Name:
    """A symbol: letter with its marks, its fixed superscript and subscript: W^{(2)}, x_{1}, δW_{Rf}, f'.

    Letter and scripts are spelled as people type them in TeX, such as `\\alpha`, `\\mathrm{loss}`, `(2)`.
    Of a `stack` of matrices the first index stands in the superscript: Q^{(i)}, Q^{(i)}_{jk}.
    """

    base: str
    sup: str = ""
    sub: str = ""
    marks: tuple[Mark, ...] = ()  # the outermost first
    stack: bool = False

    def under(self, *marks: Mark) -> Name:
        """The name under further marks."""
        return replace(self, marks=(*marks, *self.marks))

    @property
    def unmarked(self) -> Name:
        """The name without its outermost mark."""
        return replace(self, marks=self.marks[1:])


@dataclass(frozen=True, slots=True)
class At:
    """An entry, or a time step: x_{ij}, c_{t-1}, c_{t,i}, (A B)_{ij}."""

    base: Formula
    indices: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Plus:
    """a + b - c: terms of a sum; a term may be a `Minus`."""

    terms: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Minus:
    """-a."""

    operand: Formula


@dataclass(frozen=True, slots=True)
class Times:
    """Juxtaposition: the matrix product, or a scalar in front of anything.

    `signs` is what was typed before each factor, '·', '*', '@' or nothing, '/' where nothing stands behind
    a quotient; '(' before the first: all in brackets.
    """

    factors: tuple[Formula, ...]
    signs: tuple[str, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Hadamard:
    """a ⊙ b ⊙ c: the elementwise product."""

    factors: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Oslash:
    """a ⊘ b: the elementwise quotient of arrays."""

    numerator: Formula
    denominator: Formula


@dataclass(frozen=True, slots=True)
class Kron:
    """A ⊗ B: the Kronecker product, blocks a_ij B."""

    factors: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Over:
    """A fraction: the denominator is a scalar."""

    numerator: Formula
    denominator: Formula


@dataclass(frozen=True, slots=True)
class Power:
    """x^k: a scalar (or one entry) to a power; A^k: a square matrix to a whole one, A^{-1} its inverse."""

    base: Formula
    exponent: Formula


@dataclass(frozen=True, slots=True)
class HPower:
    """z^{⊙k}: every entry to the power k."""

    base: Formula
    exponent: Formula


@dataclass(frozen=True, slots=True)
class Transpose:
    """a^⊤."""

    operand: Formula


@dataclass(frozen=True, slots=True)
class Call:
    """f(a, b): a named function; `primes` marks derivatives of a scalar function, f'(x), f''(x).

    Scalar functions act on every entry; `softmax`, `sum`, … act as their op says; `diag` of a vector is
    a diagonal matrix, `diagonal` of a matrix is its diagonal.
    """

    function: str  # name of the op in the vocabulary
    arguments: tuple[Formula, ...]
    primes: int = 0


@dataclass(frozen=True, slots=True)
class Floor:
    """⌊x⌋: the largest integer that is not above x."""

    operand: Formula


@dataclass(frozen=True, slots=True)
class Indicator:
    """1(a > b): 1 where the relation holds, entry by entry; relation is one of < > <= >= = !=."""

    left: Formula
    relation: str
    right: Formula


@dataclass(frozen=True, slots=True)
class Ones:
    """1_n: the column of n ones (its transpose is the row)."""

    size: Formula


@dataclass(frozen=True, slots=True)
class Eye:
    r"""I_n; `letter` is how it prints, \mathbf{I} where I is something else."""

    size: Formula
    letter: str = field(default="I", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Zeros:
    """0_{m×n}."""

    rows: Formula
    columns: Formula


@dataclass(frozen=True, slots=True)
class Commutation:
    """K_{m,n}: the permutation with K vec(A) = vec(A^⊤) for A of size m×n."""

    rows: Formula
    columns: Formula


@dataclass(frozen=True, slots=True)
class Unit:
    """e_y: the unit vector (oriented as the sheet's vectors are) of an integer label; a matrix of unit
    rows for a vector of labels."""

    label: Formula


@dataclass(frozen=True, slots=True)
class KroneckerDelta:
    """[i = j]: 1 where both index expressions agree, Kronecker's δ."""

    left: Formula
    right: Formula


@dataclass(frozen=True, slots=True)
class Partial:
    """∂y/∂x as one symbol: its value is known to the environment, it is never computed from text."""

    of: Formula
    wrt: Formula


@dataclass(frozen=True, slots=True)
class Nabla:
    """∇_x L as one symbol."""

    of: Formula
    wrt: Formula


@dataclass(frozen=True, slots=True)
class Sum:
    """Σ_{index=low}^{high} body."""

    index: Name
    low: Formula
    high: Formula
    body: Formula


@dataclass(frozen=True, slots=True)
class Product:
    """Π_{index=low}^{high} body."""

    index: Name
    low: Formula
    high: Formula
    body: Formula


@dataclass(frozen=True, slots=True)
class Span:
    """1:4 as an index: both ends belong to it; `OPEN` is the end of the axis, `END` its size."""

    low: Formula
    high: Formula


@dataclass(frozen=True, slots=True)
class Array:
    """A matrix written out; entries are scalars, or blocks whose sizes fit. `listed`: typed as [a, b]."""

    rows: tuple[tuple[Formula, ...], ...]
    listed: bool = field(default=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Sized:
    """A factor with its size under a brace; the size is print only and means nothing to the value."""

    operand: Formula
    size: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class IndexRange:
    """The values of an index that stands inside names: l = 1, …, 6 of W^{(l)}, or g ∈ {f, i, o} of W_{Rg}.

    They count where the first is a whole number, up to the last, which may be a size: i = 1, …, n; else each
    is a letter or a word.
    """

    letter: Name
    values: tuple[Formula, ...]

    @property
    def counts(self) -> bool:
        """Whether the values are numbers."""
        return isinstance(self.values[0], Number)


@dataclass(frozen=True, slots=True)
class SumOver:
    """Σ_{g ∈ {f, i, o}} body: the index stands inside the names of the body; numbers are consecutive."""

    letter: Name
    values: tuple[Formula, ...]
    body: Formula


@dataclass(frozen=True, slots=True)
class Braced:
    """A term with what it comes through under a brace: print only, it means nothing to the value."""

    operand: Formula
    through: Formula


Formula: TypeAlias = (
    Number | Decimal | Name | At | Plus | Minus | Times | Hadamard | Oslash | Kron | Over | Power | HPower
    | Transpose | Call | Floor | Indicator | Ones | Eye | Zeros | Commutation | Unit
    | KroneckerDelta | Partial | Nabla | Sum | Product | Span | Array | Sized | IndexRange | SumOver | Braced
)  # fmt: skip

ZERO, ONE = Number(Fraction(0)), Number(Fraction(1))
OPEN = Name("")  # a size that is not written: 1 for a column of ones, I, the last term of a sum
END = Name(r"\mathrm{end}")  # the size of the axis a slice is taken of


def number(value: int | Fraction) -> Formula:
    """The formula of a rational number, sign outside; a small power of ten as such: 10⁻⁵, not 1/100000."""
    value = Fraction(value)
    zeros = len(str(value.denominator)) - 1
    if abs(value.numerator) == 1 and zeros >= 3 and value.denominator == 10**zeros:
        small = Power(Number(Fraction(10)), Minus(Number(Fraction(zeros))))
        return Minus(small) if value < 0 else small
    return Minus(Number(-value)) if value < 0 else Number(value)
