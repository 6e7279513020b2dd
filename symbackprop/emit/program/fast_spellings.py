"""The fast, stable spelling of an op, read from its row: primitives in plain text, a claim that is verified.

`e = exp(x - max(x)); e / sum(e)`: sums, means and maxima run along the last axis and keep it, `flat(s)` takes
it away; `pick(x, t)` are the entries at labels. Names are the arguments and options of the op.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache

from symbackprop.emit.program.array_kinds import (
    CONSTANT, LESS, MAX, MAXIMUM, MINIMUM, SCALAR_KINDS, TAKE_ALONG, UNEQUAL, WHERE,
)  # fmt: skip
from symbackprop.emit.program.array_nodes import ONE, Node, extent, get, lifted, node, number
from symbackprop.emit.program.contractions import total
from symbackprop.emit.program.entrywise import (
    add,
    divide,
    entrywise,
    expand,
    multiply,
    negative,
    power,
    squeeze,
    stacked,
    subtract,
)
from symbackprop.errors import DeclarationError

Values = Mapping[str, Node]


def spelled(text: str, values: Values) -> Node:
    """The value of a spelling. Errors: `DeclarationError` for what is no primitive."""
    known = dict(values)
    *steps, result = statements(text)
    for s in steps:
        if not isinstance(s, ast.Assign) or not isinstance(s.targets[0], ast.Name):
            raise unreadable(s)
        known[s.targets[0].id] = read(s.value, known)
    if not isinstance(result, ast.Expr):
        raise unreadable(result)
    return read(result.value, known)


@cache
def statements(text: str) -> Sequence[ast.stmt]:
    return ast.parse(text).body


def read(n: ast.expr, known: Values) -> Node:
    match n:
        case ast.Name(id=name) if name in known:
            return known[name]
        case ast.Name(id="inf"):
            return node(CONSTANT, (), (), "inf")
        case ast.Constant(value=int() | float() as value):
            return number(Fraction(str(value)))
        case ast.UnaryOp(op=ast.USub(), operand=x):
            return negative(read(x, known))
        case ast.BinOp(left=x, op=ast.Pow(), right=ast.Constant(value=int() | float() as p)):
            return power(read(x, known), Fraction(str(p)))
        case ast.BinOp(left=x, op=sign, right=y) if type(sign) in SIGNS:
            return SIGNS[type(sign)](read(x, known), read(y, known))
        case ast.Compare(left=x, ops=[sign], comparators=[y]) if type(sign) in COMPARED:
            return entrywise(COMPARED[type(sign)], read(x, known), read(y, known))
        case ast.Call(func=ast.Name(id=name), args=args) if name in CALLS:
            return CALLS[name](*(read(x, known) for x in args))
    raise unreadable(n)


def unreadable(n: ast.AST) -> DeclarationError:
    return DeclarationError(f"`{ast.unparse(n)}` is no array primitive", where="fast")


def over_last(x: Node) -> Node:
    """The sum along the last axis, which stays with length 1."""
    return expand(total(x, (x.rank - 1,)), (x.rank - 1,))


def largest(x: Node) -> Node:
    if lifted(x):
        return get(largest(x.args[0]))
    return node(MAX, (x,), (*x.shape[:-1], ONE), x.rank - 1)


def flat(x: Node) -> Node:
    """Without the last axis, which has length 1."""
    return squeeze(x, (x.rank - 1,))


def pick(x: Node, labels: Node) -> Node:
    return stacked(TAKE_ALONG, (x, labels), labels.shape)


SIGNS: Mapping[type[ast.operator], Callable[[Node, Node], Node]] = {
    ast.Add: add, ast.Sub: subtract, ast.Mult: multiply, ast.Div: divide,
}  # fmt: skip
COMPARED = {ast.Lt: LESS, ast.NotEq: UNEQUAL}
CALLS: Mapping[str, Callable[..., Node]] = {
    **{name: (lambda x, kind=kind: entrywise(kind, x)) for name, kind in SCALAR_KINDS.items()},
    "maximum": lambda x, y: entrywise(MAXIMUM, x, y),
    "minimum": lambda x, y: entrywise(MINIMUM, x, y),
    "where": lambda c, x, y: entrywise(WHERE, c, x, y),
    "sum": over_last,
    "mean": lambda x: divide(over_last(x), extent(x.shape[-1])),
    "max": largest,
    "flat": flat,
    "pick": pick,
}
