"""Formulas walked without recursion: folded from the leaves up, rebuilt, and put as they stand on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, TypeVar, get_args

from symbackprop.formula.tree import (
    ONE, ZERO, At, Decimal, Formula, Hadamard, Kron, Minus, Number, Over, Plus, Power, Sized, Times,
)  # fmt: skip

_T = TypeVar("_T")


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


# types of fields nothing stands inside of
_NO_FORMULA = ("str", "int", "bool", "Fraction", "tuple[Mark, ...]")
_FIELDS: dict[type, tuple[str, ...]] = {
    k: tuple(n for n, f in k.__dataclass_fields__.items() if f.compare and f.type not in _NO_FORMULA)
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
                tuple(next(rest) for _ in item) if isinstance(item, tuple) else next(rest) for item in value
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


def _joined(node: Plus | Kron, parts: Sequence[Formula], none: Formula) -> Formula:
    """What joins several; one alone is itself."""
    return node if len(parts) > 1 else parts[0] if parts else none


def _product(node: Times | Hadamard) -> Formula:
    """Signs in front; a factor 1 is not written."""
    factors = tuple(f for f in node.factors if f != ONE or isinstance(node, Hadamard))
    if len(factors) < 2:
        return factors[0] if factors else ONE
    if isinstance(first := factors[0], Minus):
        return Minus(_product(type(node)((first.operand, *factors[1:]))))
    return type(node)(factors)


def _at(node: At) -> Formula:
    if isinstance(node.base, At):
        return At(node.base.base, node.base.indices + node.indices)
    return node if node.indices else node.base


_TIDY: dict[type, Callable[[Any], Formula]] = {
    Number:   _number,
    Decimal:  _decimal,
    Plus:     lambda node: _joined(node, node.terms, ZERO),
    Times:    _product,
    Hadamard: _product,
    Kron:     lambda node: _joined(node, node.factors, ONE),
    At:       _at,
    Sized:    lambda node: node if node.size else Sized(node.operand, (ONE,)),
}  # fmt: skip


def inside(f: Formula) -> Iterator[Formula]:
    """A formula and every formula in it."""
    stack = [f]
    while stack:
        node = stack.pop()
        yield node
        stack += children(node)
