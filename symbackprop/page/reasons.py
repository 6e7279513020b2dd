"""Why an error signal is what it is, in a few words: read off the ops between a node and what reads it.

A reason holds for every graph in which it is said: it names what the definition of the reader does with the
node, never what a factor looks like.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from fractions import Fraction

from symbackprop.backward.reads import Read
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Phrase
from symbackprop.entries.op import Op, degrees
from symbackprop.entries.scalar_functions import Scalar, scalar_row
from symbackprop.formula import tree as no
from symbackprop.formula.composing import times
from symbackprop.formula.function_spelling import DRAWN, spell
from symbackprop.formula.tree import Formula, Name
from symbackprop.graph.expr import NUMBER, Expr, shifted
from symbackprop.graph.graph import TIME_SUM
from symbackprop.notation.convention import function_key
from symbackprop.notation.expression_formulas import notated
from symbackprop.vocabulary import kinds

QUIET = frozenset({kinds.ADD, kinds.SUBTRACT, kinds.NEGATIVE, TIME_SUM})  # they pass on what arrives
MOVED = frozenset({kinds.TRANSPOSE, kinds.RESHAPE, kinds.VEC})
SUMS = frozenset({kinds.SUM, kinds.SUM_LAST, kinds.MEAN, kinds.MEAN_LAST})  # they matter by themselves alone
WORDS: dict[Op, str] = {
    **dict.fromkeys(MOVED, "reason.moved"),
    **dict.fromkeys((kinds.SUM, kinds.SUM_LAST), "reason.summed"),
    **dict.fromkeys((kinds.MEAN, kinds.MEAN_LAST), "reason.mean"),
    kinds.PICK: "reason.picked",
    kinds.CONCAT: "reason.joined",
    kinds.COLUMN_BLOCKS: "reason.blocks",
    kinds.SIDE_BY_SIDE: "reason.joined",
    kinds.SLICE: "reason.part",
    kinds.POWER: "reason.power",
}
ARGUMENT = Name(r"\cdot")  # of a function that stands by itself
COUNTED = 10  # so many terms have a word for their number
Step = tuple[Expr, int]  # an op, and the argument that leads on


def reason(d: Derivation, name: str, end: str = "") -> Phrase | None:
    """Why δname is what its row says; `end` is 'last' or 'first' for a step with a row of its own."""
    if end:
        return Phrase("reason.last" if end == "last" else "reason.first")
    a = d.backward.adjoints[name]
    reads = [r for u in a.uses if u.at is None for r in u.reads]
    if len(reads) > 1:
        found = counted("reason.places", len(reads))
    else:
        found = of_read(d, reads[0]) if reads else None
    if len(a.forms) == 1:
        return found
    return Phrase("reason.then_shorter", (("why", found),)) if found else Phrase("reason.shorter")


def counted(key: str, n: int, **values: Formula) -> Phrase:
    """A sentence about n things, n in words."""
    said = Phrase(f"number.{n}") if 1 < n <= COUNTED else n
    return Phrase(key, (("n", said), *values.items()))


def of_read(d: Derivation, read: Read) -> Phrase | None:
    """What the reader does with the node: one op that matters, or that the node stands inside a function."""
    if any(e.op in QUIET and e.op is not TIME_SUM and e.args[k].shape != e.shape for e, k in read.way):
        return Phrase("reason.spread")
    telling = [step for step in read.way if step[0].op not in QUIET and not by_number(step)]
    telling = [step for step in telling if step[0].op not in SUMS] or telling
    if not telling:
        return Phrase("reason.constant" if any(map(by_number, read.way)) else passed(read))
    if len(telling) == 1 and telling[0][0].op in SUMS and any(map(by_number, read.way)):
        return Phrase("reason.linear")
    if len(telling) == 1:
        return of_op(d, read, *telling[0])
    if all(linear(e, k) for e, k in telling):
        return Phrase("reason.linear")
    outer = next((e for e, k in telling if called(e) and not linear(e, k)), None)
    return Phrase("reason.inside", (("f", function_name(d, outer)),)) if outer else None


def passed(read: Read) -> str:
    """The key for a term of a sum, by its sign."""
    signs = (e.op is kinds.NEGATIVE or (e.op is kinds.SUBTRACT and k == 1) for e, k in read.way)
    return "reason.negated" if sum(signs) % 2 else "reason.passed"


def by_number(step: Step) -> bool:
    """Whether an op only multiplies by a number or divides by one."""
    e, k = step
    if e.op is kinds.DIVIDE and k:
        return False
    return e.op in (kinds.MULTIPLY, kinds.DIVIDE) and any(
        a.op is NUMBER for n, a in enumerate(e.args) if n != k
    )


def linear(e: Expr, argument: int) -> bool:
    """Whether an op is linear in one of its arguments."""
    return degrees(e.op, tuple(a.shape for a in e.args), e.attributes, argument) == {1}


def bends(e: Expr, argument: int) -> bool:
    """Whether an op is no linear one in an argument, whatever is added."""
    return not degrees(e.op, tuple(a.shape for a in e.args), e.attributes, argument) <= {0, 1}


def called(e: Expr) -> bool:
    """Whether an op is a function one writes by its name."""
    return e.op.scalar is not None or bool(e.op.variants and not e.op.arithmetic)


def function_name(d: Derivation, e: Expr) -> Name | no.Call:
    """A function by itself, as the page spells it; one that is drawn, around a point."""
    key = str(e.op.scalar.name if e.op.scalar else function_key(e))
    return no.Call(key, (ARGUMENT,)) if key in DRAWN else Name(spell(key, d.functions))


def of_op(d: Derivation, read: Read, e: Expr, k: int) -> Phrase | None:
    """What one op says: a slope, the other factor, that it is linear."""
    if e.op.scalar and not e.op.order:
        return slope(d, e)
    if e.op is kinds.MULTIPLY:
        other = notated(shifted(e.args[1 - k], -read.shift), d.convention)
        core = other.arguments[0] if isinstance(other, no.Call) and len(other.arguments) == 1 else other
        short = isinstance(core, no.Name | no.At)
        return Phrase("reason.factor", (("x", other),)) if other and short else Phrase("reason.linear")
    if e.op is kinds.MATMUL:
        return Phrase("reason.transposed" if e.args[1 - k].rank > 1 else "reason.linear")
    if e.op is kinds.DIVIDE and k == 1:
        return Phrase("reason.quotient")
    if e.op in WORDS:
        return Phrase(WORDS[e.op])
    if linear(e, k):
        return Phrase("reason.linear")
    key = "reason.jacobian" if e.rank else "reason.derivative"
    return Phrase(key, (("f", function_name(d, e)),)) if called(e) else None


OPERATIONS: Mapping[type[ast.operator], Callable[[Formula, Formula], Formula]] = {
    ast.Add: lambda a, b: no.Plus((a, b)),
    ast.Sub: lambda a, b: no.Plus((a, no.Minus(b))),
    ast.Mult: lambda a, b: times([a, b]),
    ast.Div: no.Over,
    ast.Pow: no.Power,
}

# --- slopes of scalar functions --------------------------------------------------------------------


def slope(d: Derivation, e: Expr) -> Phrase:
    """The derivative of a scalar function, written over functions alone where its row has it so."""
    assert e.op.scalar
    f = function_name(d, e)
    written = slope_formula(e.op.scalar, f, d.functions) if isinstance(f, Name) else None
    if written is None or isinstance(f, no.Call):
        return Phrase("reason.derivative", (("f", f),))
    return Phrase("reason.slope", (("f", Name(f.base + "'")), ("slope", written)))


def slope_formula(s: Scalar, f: Name, functions: Mapping[str, str]) -> Formula | None:
    """σ(1 − σ) for y*(1 − y): the stated derivative, the function in the place of its value.

    None where the argument stands in it.
    """
    return spelled(ast.parse(s.prime, mode="eval").body, f, functions) if s.prime else None


def spelled(e: ast.expr, f: Name, functions: Mapping[str, str]) -> Formula | None:
    """One part of a stated derivative."""
    match e:
        case ast.Name("y"):
            return f
        case ast.Constant(int(n)):
            return no.number(Fraction(n))
        case ast.Call(ast.Name(g), [ast.Name("x")]):
            relation = scalar_row(g).relation
            return no.Indicator(ARGUMENT, relation, no.ZERO) if relation else Name(spell(g, functions))
        case ast.UnaryOp(ast.USub(), x):
            inner = spelled(x, f, functions)
            return no.Minus(inner) if inner else None
        case ast.BinOp(a, sign, b) if type(sign) in OPERATIONS:
            left, right = spelled(a, f, functions), spelled(b, f, functions)
            return OPERATIONS[type(sign)](left, right) if left and right else None
    return None
