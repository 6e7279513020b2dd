"""Conditions as arrays of 1 and 0: comparisons, `where`; derivatives pass by them, 0 away from the jumps."""

from __future__ import annotations

from symbackprop.errors import DeclarationError
from symbackprop.graph.expr import Expr, Operand, apply, as_expr, describe
from symbackprop.vocabulary.kinds import ABS, MULTIPLY, POWER, SIGN, STEP, SUBTRACT, TRI, WHERE


def above(a: Operand, b: Operand) -> Expr:
    """1 where a > b."""
    return apply(STEP, difference(a, b))


def at_least(a: Operand, b: Operand) -> Expr:
    """1 where a >= b."""
    return 1 - above(b, a)


def equal(a: Operand, b: Operand) -> Expr:
    """1 where a == b."""
    return 1 - unequal(a, b)


def unequal(a: Operand, b: Operand) -> Expr:
    """1 where a != b."""
    return apply(SIGN, difference(a, b)) ** 2


def difference(a: Operand, b: Operand) -> Expr:
    """a - b. Errors: `DeclarationError` for integer labels, which are compared as classes."""
    a, b = as_expr(a), as_expr(b)
    for e in (a, b):
        if e.classes is not None:
            raise DeclarationError(f"{describe(e)} is a label; numbers are compared", where="==",
                                   hint=f"The class of {describe(e)} is  onehot({describe(e)}).")  # fmt: skip
    if b.number == 0:
        return a
    return -b if a.number == 0 else a - b


def is_condition(e: Expr) -> bool:
    """Whether entries are 1 and 0 by the way they are made."""
    if e.op in (STEP, TRI) or e.number in (0, 1) or (e.symbol and e.symbol.domain == "onehot"):
        return True
    if e.symbol and e.symbol.definition is not None:
        return is_condition(e.symbol.definition)
    if e.op is SUBTRACT:
        return e.args[0].number == 1 and is_condition(e.args[1])
    if e.op is POWER:
        return e.args[0].op is SIGN and e.attribute("p") == 2
    return e.op is MULTIPLY and all(map(is_condition, e.args))


def where(condition: Operand, x: Operand, y: Operand) -> Expr:
    """x where the condition holds, y elsewhere; an array for a condition holds where it is not 0.

    where(x > 0, x, 0.1*x)
    """
    c = as_expr(condition)
    held = c if is_condition(c) else apply(STEP, apply(ABS, c))
    return apply(WHERE, held, x, y)


def both(*conditions: Expr) -> Expr:
    """1 where all conditions hold. Errors: `DeclarationError` for what is none."""
    made = checked(conditions[0])
    for c in conditions[1:]:
        made = made * checked(c)
    return made


def either(*conditions: Expr) -> Expr:
    """1 where one of the conditions holds. Errors: `DeclarationError` for what is none."""
    return 1 - both(*(1 - checked(c) for c in conditions))


def checked(c: Expr) -> Expr:
    """A condition. Errors: `DeclarationError` for what is none."""
    if not is_condition(c):
        raise DeclarationError(f"{describe(c)} is no condition", where="and, or, not",
                               hint="Conditions are comparisons, as in  (x > 0) & (x < 1)")  # fmt: skip
    return c
