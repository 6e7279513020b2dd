"""Products of what grows without bound and inverses of what grows like it, as functions that do not grow.

exp(z) / Σ exp(z) is softmax(z), exp(u) / (1 + exp(u)) is σ(u), sinh(u) / cosh(u) is tanh(u): where z is some
hundreds the quotients are ∞ / ∞ and the functions are right.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from symbackprop.emit.program.array_kinds import (
    COSH, DIV, EXP, MAX, POWER, SIGMOID, SINH, SUM, TANH,
)  # fmt: skip
from symbackprop.emit.program.array_nodes import ONE, Node, node
from symbackprop.emit.program.entrywise import (
    constant, divide, entrywise, expand, negative, power, subtract,
)  # fmt: skip

Letters: TypeAlias = tuple[Hashable, ...]
Operand: TypeAlias = tuple[Node, Letters]
Operands: TypeAlias = tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Factor:
    """A power of an array with letters."""

    base: Node
    letters: Letters
    exponent: Fraction

    @property
    def operand(self) -> Operand:
        return power(self.base, self.exponent), self.letters


@dataclass(frozen=True, slots=True)
class Meeting:
    """`over` times the base to `exponent`, 1 or -1, is `made`; `over` has the axes `summed` beside."""

    exponent: int
    over: Node
    summed: tuple[int, ...]
    made: Node


def balanced(parts: Operands) -> Operands:
    """The same product, its quotients put together."""
    if len(parts) < 2 or not any(meeting(f.base) for f in map(factor, parts)):
        return parts
    factors = list(map(factor, parts))
    while found := step(factors):
        factors = found
    return tuple(f.operand for f in factors if f.exponent)


def step(factors: list[Factor]) -> list[Factor] | None:
    """One quotient put together; None where there is none."""
    for n, under in enumerate(factors):
        m = meeting(under.base)
        if not m or under.exponent * m.exponent < 1:
            continue
        for k, over in enumerate(factors):
            own = tuple(c for axis, c in enumerate(over.letters) if axis not in m.summed)
            if over.base is m.over and over.exponent >= 1 and own == under.letters:
                rest = [f for i, f in enumerate(factors) if i not in (n, k)]
                left = [Factor(over.base, over.letters, over.exponent - 1),
                        Factor(under.base, under.letters, under.exponent - m.exponent)]  # fmt: skip
                made = Factor(m.made, over.letters, Fraction(1))
                return joined([*rest, *(f for f in left if f.exponent), made])
    return None


def joined(factors: list[Factor]) -> list[Factor]:
    """Equal bases with equal letters as one power."""
    total: dict[tuple[Node, Letters], Fraction] = {}
    for f in factors:
        total[f.base, f.letters] = total.get((f.base, f.letters), Fraction(0)) + f.exponent
    return [Factor(base, letters, p) for (base, letters), p in total.items() if p]


def factor(p: Operand) -> Factor:
    """An operand as a power, 1/x among them."""
    x, letters = p
    sign = 1
    if x.kind is DIV and constant(x.args[0]) == 1 and x.args[1].rank == x.rank:
        x, sign = x.args[1], -1
    if x.kind is POWER:
        return Factor(x.args[0], letters, sign * x.at)
    return Factor(x, letters, Fraction(sign))


def meeting(base: Node) -> Meeting | None:
    """What a base must meet to stay bounded."""
    if base.kind is SUM and base.args[0].kind is EXP:
        z = base.args[0].args[0]
        return Meeting(-1, base.args[0], base.at, softmax(z, base.at))
    if base.kind is SIGMOID:
        opposite = negative(base.args[0])
        return Meeting(1, entrywise(EXP, opposite), (), entrywise(SIGMOID, opposite))
    if base.kind is COSH:
        return Meeting(-1, entrywise(SINH, *base.args), (), entrywise(TANH, *base.args))
    return None


def softmax(z: Node, axes: tuple[int, ...]) -> Node:
    """exp(z) over its sum along axes, the largest taken out before."""
    largest = z
    for k in axes:
        shape = tuple(ONE if n == k else s for n, s in enumerate(largest.shape))
        largest = node(MAX, (largest,), shape, k)
    e = entrywise(EXP, subtract(z, largest))
    kept = tuple(s for k, s in enumerate(e.shape) if k not in axes)
    return divide(e, expand(node(SUM, (e,), kept, axes), axes))
