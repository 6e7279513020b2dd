"""One walk over a formula for every language, with one rule for brackets.

A language is a table: kind of formula -> `Row`. A row says how tightly the kind binds, how tightly
each child must bind to stand without brackets, and how written children are put together.
The walk never recurses, so a formula of any depth can be written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeVar, get_args

from symbackprop.formula.tree import (
    ONE, ZERO, At, Decimal, Formula, Hadamard, Kron, Minus, Name, Number, Over, Plus, Power, Sized,
    Times,
)  # fmt: skip

# How tightly a written piece binds, loosest first.
ANY = 0  # enclosed by its surroundings: nothing needs a bracket here
PLUS = 10
MINUS = 20
HADAMARD = 30
KRON = 40
TIMES = 50
BIG = 55  # Σ and Π: they swallow what follows, so they may stand last in a product only
FACTOR = 60  # a factor that can take no further script
INVERTED = 61  # A^{-1}: a transpose joins it, A^{-⊤}
SUBBED = 63  # its subscript is used: it may still be transposed or raised entry by entry
SUPPED = 66  # its superscript is part of the name: ⊤ and ⊙k join it, indices may follow
ATOM = 70

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Piece:
    """Written mathematics whose scripts are still open: core, superscript, subscript, arguments."""

    core: str
    sup: str = ""
    sub: str = ""
    tail: str = ""
    level: int = ATOM
    tall: bool = False
    deep: int = 0  # brackets inside brackets


Write = Callable[[Any, Sequence[Piece]], "Piece | str"]


@dataclass(frozen=True, slots=True)
class Row:
    """How one kind is written: its level, the levels its children need, and the writing itself."""

    level: int
    needs: tuple[int, ...]  # child by child; the last one stands for all further children
    write: Write
    last: int | None = None  # what the final child needs, where that differs
    tall: bool = False

    def need(self, position: int, count: int) -> int:
        """The least level at which the child at `position` stands without brackets."""
        if self.last is not None and position == count - 1:
            return self.last
        return self.needs[min(position, len(self.needs) - 1)]


@dataclass(frozen=True, slots=True)
class Language:
    """A table of rows, the pairs of brackets, and how scripts are attached.

    `nested` are the pairs by how many brackets stand inside, the last one for all further; `growing` is
    the pair around what is taller than a line.
    """

    rows: Mapping[type, Row]
    attach: Callable[[Piece], str]
    nested: tuple[tuple[str, str], ...] = (("(", ")"),)
    growing: tuple[str, str] = ("(", ")")


def write(formula: Formula, language: Language) -> str:
    """The formula in a language."""
    return language.attach(
        fold(canonical(formula), operands, lambda node, parts: _written(node, parts, language))
    )


def _written(node: Formula, parts: list[Piece], language: Language) -> Piece:
    row = language.rows[type(node)]
    placed = [
        bracketed(part, language) if part.level < row.need(k, len(parts)) else part
        for k, part in enumerate(parts)
    ]
    piece = row.write(node, placed)
    if isinstance(piece, str):
        tall = row.tall or any(part.tall for part in placed)
        piece = Piece(piece, level=row.level, tall=tall)
    deep = max((part.deep for part in placed), default=0)
    return piece if piece.deep >= deep else replace(piece, deep=deep)


def bracketed(piece: Piece, language: Language) -> Piece:
    """The piece in brackets, which grow with what they hold."""
    left, right = brackets((piece,), language.nested, language.growing)
    return Piece(left + language.attach(piece) + right, tall=piece.tall, deep=piece.deep + 1)


def brackets(
    inside: Sequence[Piece], nested: Sequence[tuple[str, str]], growing: tuple[str, str]
) -> tuple[str, str]:
    """The pair around some pieces."""
    if any(p.tall for p in inside):
        return growing
    return nested[min(max((p.deep for p in inside), default=0), len(nested) - 1)]


def operands(node: Formula) -> tuple[Formula, ...]:
    """What is written inside a node; the sign of a term belongs to its sum."""
    if isinstance(node, Plus):
        return tuple(t.operand if isinstance(t, Minus) else t for t in node.terms)
    return children(node)


def fold(
    formula: Formula,
    below: Callable[[Formula], tuple[Formula, ...]],
    combine: Callable[[Formula, list[_T]], _T],
) -> _T:
    """`combine` applied from the leaves up, without recursion."""
    done: list[_T] = []
    work: list[tuple[Formula, tuple[Formula, ...] | None]] = [(formula, None)]
    while work:
        node, inside = work.pop()
        if inside is None:
            inside = below(node)
            work.append((node, inside))
            work.extend((child, None) for child in reversed(inside))
        else:
            cut = len(done) - len(inside)
            parts = done[cut:]
            del done[cut:]
            done.append(combine(node, parts))
    return done.pop()


def children(node: Formula) -> tuple[Formula, ...]:
    """The formulas directly inside a node, in the order of its fields."""
    found: list[Formula] = []
    for field in _FIELDS[type(node)]:
        value = getattr(node, field)
        if not isinstance(value, tuple):
            found.append(value)
        elif value and isinstance(value[0], tuple):
            found.extend(item for row in value for item in row)
        else:
            found.extend(value)
    return tuple(found)


_NO_FORMULA = ("str", "int", "Fraction")  # types of fields nothing stands inside of
_FIELDS: dict[type, tuple[str, ...]] = {
    k: tuple(
        n for n, f in k.__dataclass_fields__.items() if f.compare and f.type not in _NO_FORMULA
    )
    for k in get_args(Formula)
}


def canonical(formula: Formula) -> Formula:
    """The same formula as it stands on paper: signs in front, no factor 1, no sum of one term."""
    return fold(formula, children, lambda node, parts: _tidy(rebuilt(node, parts)))


def rebuilt(node: Formula, parts: Sequence[Formula]) -> Formula:
    """A node of the same kind around other children."""
    if not parts:
        return node
    rest = iter(parts)
    changes: dict[str, Any] = {}
    for field in _FIELDS[type(node)]:
        value = getattr(node, field)
        if isinstance(value, tuple):
            changes[field] = tuple(
                tuple(next(rest) for _ in item) if isinstance(item, tuple) else next(rest)
                for item in value
            )
        else:
            changes[field] = next(rest)
    return replace(node, **changes)


def _tidy(node: Formula) -> Formula:
    row = _TIDY.get(type(node))
    return row(node) if row else node


def _number(node: Number) -> Formula:
    value = abs(node.value)
    top = Number(Fraction(value.numerator))
    size = top if value.denominator == 1 else Over(top, Number(Fraction(value.denominator)))
    return Minus(size) if node.value < 0 else size


def _decimal(node: Decimal) -> Formula:
    if node.digits.startswith("-"):
        return Minus(_decimal(Decimal(node.digits[1:])))
    mantissa, _, exponent = node.digits.lower().partition("e")
    if not exponent:
        return node if "." in mantissa else Number(Fraction(int(mantissa)))
    power = Power(Number(Fraction(10)), _number(Number(Fraction(int(exponent)))))
    return Times((_decimal(Decimal(mantissa)), power))


def _plus(node: Plus) -> Formula:
    return node if len(node.terms) > 1 else node.terms[0] if node.terms else ZERO


def _times(node: Times) -> Formula:
    factors = tuple(f for f in node.factors if f != ONE)
    if len(factors) < 2:
        return factors[0] if factors else ONE
    if isinstance(first := factors[0], Minus):
        return Minus(_times(Times((first.operand, *factors[1:]))))
    return Times(factors)


def _hadamard(node: Hadamard) -> Formula:
    if len(node.factors) < 2:
        return node.factors[0] if node.factors else ONE
    if isinstance(first := node.factors[0], Minus):
        return Minus(_hadamard(Hadamard((first.operand, *node.factors[1:]))))
    return node


def _kron(node: Kron) -> Formula:
    return node if len(node.factors) > 1 else node.factors[0] if node.factors else ONE


def _at(node: At) -> Formula:
    if isinstance(node.base, At):
        return At(node.base.base, node.base.indices + node.indices)
    return node if node.indices else node.base


def _sized(node: Sized) -> Formula:
    return node if node.size else Sized(node.operand, (ONE,))


_TIDY: dict[type, Callable[[Any], Formula]] = {
    Number: _number,
    Decimal: _decimal,
    Plus: _plus,
    Times: _times,
    Hadamard: _hadamard,
    Kron: _kron,
    At: _at,
    Sized: _sized,
}


def plain_letter(index: Formula) -> bool:
    """Whether an index is one bare letter, so that it can stand next to another: B_{ij}."""
    return isinstance(index, Name) and len(index.base) == 1 and not (index.sup or index.sub)


def inside(f: Formula) -> Iterator[Formula]:
    """A formula and every formula in it."""
    stack = [f]
    while stack:
        node = stack.pop()
        yield node
        stack += children(node)
