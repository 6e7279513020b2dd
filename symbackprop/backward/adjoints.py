"""δ of one name: what each use of it contributes, and the equal forms of their sum."""

from __future__ import annotations

from dataclasses import dataclass

from symbackprop.backward.reads import Read
from symbackprop.graph.expr import Expr
from symbackprop.sizes import Size


@dataclass(frozen=True, slots=True)
class Use:
    """What one use of a node contributes to its δ: the consumer, and one expression for all its reads."""

    consumer: str
    shift: int  # the use at time t reads the node at t + shift
    value: Expr
    at: Size | None = None  # the fixed step that is read from outside time
    reads: tuple[Read, ...] = ()


@dataclass(frozen=True, slots=True)
class Adjoint:
    """δ of one name: ∂of/∂name, contributions by use, and their tidied sum (in other δ's).

    `forms` are the equal ways to write the sum, the first as the chain rule gives it, the last the shortest;
    with `last` they hold before the last step.
    """

    name: str
    symbol: Expr
    uses: tuple[Use, ...]
    forms: tuple[Expr, ...]
    last: Expr | None = None  # the sum at the last step, where that is used outside time
    first: Expr | None = None  # the sum at step 0, where the initial state is defined

    @property
    def value(self) -> Expr:
        return self.forms[-1]
