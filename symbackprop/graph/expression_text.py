"""Reads the text of an expression: Python's grammar with NumPy's meanings, by a whitelist of `ast` nodes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise

from symbackprop.entries.op import Op
from symbackprop.errors import (
    DEPTH, DIGITS, EXPONENT, LARGEST, SMALLEST, DeclarationError, LimitError, within,
)  # fmt: skip
from symbackprop.formula.tree import Name
from symbackprop.graph.axis_functions import as_size
from symbackprop.graph.conditions import above, at_least, both, checked, either, equal, unequal
from symbackprop.catalogue.error_sentences import told
from symbackprop.graph.foreign_spellings import attribute, misspelled, optioned, unknown, usage
from symbackprop.graph.peer_names import OPTIONS
from symbackprop.graph.expr import SIZE, Expr, Symbol, apply, const, leaf, pinned, raised
from symbackprop.graph.functions import FUNCTIONS
from symbackprop.graph.graph import Time, known, time_sum
from symbackprop.graph.written_arrays import written_array
from symbackprop.sizes import Shape, size
from symbackprop.vocabulary.kinds import ADD, DIVIDE, EXP, MOD, MULTIPLY, NEGATIVE, PI, SUBTRACT

LOOKING_BACK = frozenset({"cross_entropy"})  # functions that ask what a step is made from
BY_AXES = frozenset({"permute", "reshape", "ones", "zeros", "roll", "pad", "tile"})  # take tuples of numbers
CONSTANTS: Mapping[str, Callable[[], Expr]] = {
    "pi": lambda: apply(PI), "π": lambda: apply(PI), "e": lambda: apply(EXP, const(1)),
}  # fmt: skip
COMPARISONS: Mapping[type[ast.cmpop], Callable[[Expr, Expr], Expr]] = {
    ast.Gt: above, ast.Lt: lambda a, b: above(b, a), ast.GtE: at_least, ast.LtE: lambda a, b: at_least(b, a),
    ast.Eq: equal, ast.NotEq: unequal,
}  # fmt: skip
ARITHMETIC: Mapping[Op, Callable[..., Fraction]] = {
    ADD: lambda a, b: a + b, SUBTRACT: lambda a, b: a - b, MULTIPLY: lambda a, b: a * b,
    DIVIDE: lambda a, b: a / b, NEGATIVE: lambda a: -a,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expressions:
    """Reads expressions over the names known so far."""

    symbol: Mapping[str, Expr]
    sizes: Set[str]
    functions: Mapping[str, Callable[..., Expr]]  # declared without a definition
    time: Time | None
    states: Mapping[str, Shape]  # recurrent names that may stand before their definition
    initial: Mapping[str, Expr]
    definition: Mapping[str, Expr]
    tex: Callable[[str], Name]  # how a name is printed
    inside: bool  # whether the expression stands at every step
    trail: list[ast.expr] = field(default_factory=list[ast.expr])  # what is being read, the innermost last
    broken: list[int] = field(default_factory=list[int])  # where Python's grammar ended

    def place(self, text: str) -> tuple[int, int | None]:
        """The characters that were read when it failed."""
        if self.broken:
            return self.broken[0], self.broken[0] + 1
        if not self.trail:
            return 0, None
        n, coded = self.trail[-1], text.encode()  # Python counts bytes
        return len(coded[: n.col_offset].decode()), len(coded[: n.end_col_offset].decode())

    def read(self, text: str) -> Expr:
        """The expression of a text. Errors: `DeclarationError`, `LimitError`, `ShapeError`."""
        try:
            tree = ast.parse(text, mode="eval").body
        except SyntaxError as error:
            place = max((error.offset or 1) - 1, 0)
            self.broken.append(place)
            raise misspelled(text, place, error.msg) from None
        except (ValueError, RecursionError, MemoryError):
            raise LimitError("the expression cannot be read: too deep or too large") from None
        check_depth(tree)
        check_literals(tree, text)
        return self.expression(tree)

    def expression(self, node: ast.expr) -> Expr:
        self.trail.append(node)
        match node:
            case ast.Constant(value=int() | float() as v) if not isinstance(v, bool):
                made = const(v)
            case ast.Name(id=name):
                made = self.name(name)
            case ast.UnaryOp(op=sign, operand=inner):
                made = unary(sign, self.expression(inner))
            case ast.BoolOp(op=sign, values=values):
                made = (both if isinstance(sign, ast.And) else either)(*map(self.expression, values))
            case ast.Compare():
                made = self.comparison(node)
            case ast.List() | ast.Tuple():
                made = written_array(self.rows(node))
            case ast.BinOp():
                made = self.binary(node)
            case ast.Attribute(attr="T" | "mT" as turned):
                made = getattr(self.expression(node.value), turned)
            case ast.Subscript():
                made = self.subscript(node)
            case ast.Call():
                made = self.call(node)
            case _:
                raise unsaid(node)
        self.trail.pop()
        return made

    def name(self, name: str) -> Expr:
        e = self.symbol.get(name)
        if e is not None:
            if e.symbol and e.symbol.time:
                raise DeclarationError(
                    f"`{name}` is recurrent", hint=f"Write {name}[{self.time.typed if self.time else 't'}]."
                )
            return e
        if name in self.sizes:
            return const(size(name))
        if name in CONSTANTS:
            return CONSTANTS[name]()
        if name in FUNCTIONS:
            raise DeclarationError(f"`{name}` is a function", hint=f"Write {name}(…).")
        raise unknown(name, [*self.symbol, *self.sizes, *FUNCTIONS])

    def binary(self, node: ast.BinOp) -> Expr:
        a = self.expression(node.left)
        b = self.expression(node.right)
        if isinstance(node.op, ast.Pow):
            exponent = number(b)
            within(int(abs(exponent or 0)), EXPONENT, "exponent")
            return raised(a, b) if exponent is None else a**exponent
        match node.op:
            case ast.Add():
                return a + b
            case ast.Sub():
                return a - b
            case ast.Mult():
                return a * b
            case ast.Div():
                if number(b) == 0:
                    raise DeclarationError(f"`{ast.unparse(node)[:80]}` divides by 0")
                return a / b
            case ast.MatMult():
                return a @ b
            case ast.Mod():
                return apply(MOD, a, b)
            case ast.BitAnd() | ast.BitOr():
                return (both if isinstance(node.op, ast.BitAnd) else either)(a, b)
        if isinstance(node.op, ast.BitXor):
            left, right = (ast.unparse(x) for x in (node.left, node.right))
            raise DeclarationError(**told("power", said=f"{left}^{right}"[:80], code=f"{left}**{right}"))
        raise DeclarationError(f"`{ast.unparse(node)[:80]}`: unknown operator")

    def comparison(self, node: ast.Compare) -> Expr:
        """1 where a < b, also where a < b < c; 0 elsewhere."""
        parts = [self.expression(x) for x in (node.left, *node.comparators)]
        found: list[Expr] = []
        for sign, (a, b) in zip(node.ops, pairwise(parts), strict=True):
            if type(sign) not in COMPARISONS:
                raise DeclarationError(f"`{ast.unparse(node)[:80]}`: numbers are compared by < <= > >= == !=")
            found.append(COMPARISONS[type(sign)](a, b))
        return found[0] if len(found) == 1 else both(*found)

    def rows(self, node: ast.List | ast.Tuple) -> list[object]:
        """The entries of a list, or of lists in it."""
        return [
            self.rows(x) if isinstance(x, ast.List | ast.Tuple) else self.expression(x) for x in node.elts
        ]

    def subscript(self, node: ast.Subscript) -> Expr:
        if isinstance(node.value, ast.Name) and self.time:
            shift = self.shift(node.slice)
            name = node.value.id
            if shift is not None and name not in self.symbol and name in self.states:
                shape, step = self.states[name], self.time.name
                return leaf(Symbol(name, shape, self.tex(name), time=step, shift=shift))
            e = self.symbol.get(name)
            if e is not None and e.symbol and e.symbol.time and shift is None:
                return self.fixed(name, e, node.slice)
            if shift is not None and e is None:
                known(name, self.symbol, "the graph")
            if shift is not None and e is not None and e.symbol and e.symbol.time:
                if shift > 0:
                    raise DeclarationError(f"`{ast.unparse(node)}` looks into the future",
                                           hint="Only t, t-1, … may stand in a definition.")  # fmt: skip
                return leaf(replace(e.symbol, shift=shift))
        x = self.expression(node.value)
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return x[tuple(self.position(p) for p in parts)]

    def fixed(self, name: str, e: Expr, node: ast.expr) -> Expr:
        """h[n] or h[0]: the last or the first state, a value outside time."""
        assert self.time
        spot = as_size(self.expression(node))
        first = spot == size(0) and name in self.initial
        if self.inside or not (spot == self.time.length or first):
            last, t = self.time.length, self.time.typed
            raise DeclarationError(f"`{name}[{spot}]` is no step a graph can name here",
                hint=f"Outside time {name}[{last}] may stand, and {name}[0] where it is given; "
                     f"inside, {name}[{t}] and {name}[{t}-1].")  # fmt: skip
        return pinned(e, spot)

    def shift(self, node: ast.expr) -> int | None:
        """The offset of `t`, `t-1`; None for another index."""
        match node:
            case ast.Name(id=name) if self.time and name == self.time.typed:
                return 0
            case ast.BinOp(left=ast.Name(id=name), op=op, right=ast.Constant(value=int() as k)):
                if self.time and name == self.time.typed and isinstance(op, ast.Add | ast.Sub):
                    return k if isinstance(op, ast.Add) else -k
        return None

    def position(self, node: ast.expr) -> object:
        if isinstance(node, ast.Slice):
            parts = (node.lower, node.upper, node.step)
            start, stop = (self.expression(p) if p else None for p in parts[:2])
            return slice(start, stop, self.integer(parts[2]) if parts[2] else None)
        if isinstance(node, ast.Constant) and (node.value is None or node.value is ...):
            return node.value
        return self.rows(node) if isinstance(node, ast.List) else self.expression(node)

    def integer(self, node: ast.expr) -> int:
        value = number(self.expression(node))
        if value is None or value.denominator != 1:
            raise DeclarationError(f"`{ast.unparse(node)}` is not a whole number")
        return int(value)

    def call(self, node: ast.Call) -> Expr:
        if not isinstance(node.func, ast.Name):
            raise attribute(node.func, node)
        name = node.func.id
        options = self.named_options(name, node.keywords)
        args = [self.argument(name, a) for a in node.args]
        if name == "sum" and "over" in options:
            return self.over_time(args, options["over"])
        table = {**FUNCTIONS, **self.functions}
        if name not in table:
            raise unknown(name, [*table, *self.symbol])
        function = table[name]
        values = {k: self.option(v) for k, v in options.items()}
        if name in LOOKING_BACK and name not in self.functions:
            values["definitions"] = self.definition
        try:
            return function(*args, **values)
        except TypeError as error:
            said = str(error).partition("() ")[2] or str(error)  # without Python's name of the function
            raise DeclarationError(said, where=name, hint=f"Write  {usage(name, function)}") from None

    def named_options(self, function: str, given: list[ast.keyword]) -> dict[str, ast.expr]:
        """Options by name. Errors: `DeclarationError` for one that is given twice, or has no name."""
        options: dict[str, ast.expr] = {}
        for k in given:
            if k.arg is None:
                raise DeclarationError("options are written out, without **", where=function)
            if k.arg in OPTIONS:
                code = f"{function}(x, {optioned(k)})"
                raise DeclarationError(**told("option", name=k.arg, code=code), where=function)
            if k.arg in options:
                raise DeclarationError(f"the option `{k.arg}` is given twice", where=function,
                                       hint="Several axes are a tuple, as in  axis=(0, 1)")  # fmt: skip
            options[k.arg] = k.value
        return options

    def argument(self, function: str, node: ast.expr) -> Expr | str | tuple[int, ...]:
        """An expression, the letters of an einsum, or the axes of a permutation."""
        match node:
            case ast.Constant(value=str() as spec) if function == "einsum":
                return spec
            case ast.Tuple() | ast.List() if function == "permute":
                return tuple(self.integer(x) for x in node.elts)
            case ast.List() if function in ("block", "stack", "concat"):
                return self.rows(node)  # type: ignore[return-value]
            case ast.Tuple() | ast.List() if function in BY_AXES:
                return tuple(self.expression(x) for x in node.elts)  # type: ignore[return-value]
        return self.expression(node)

    def over_time(self, args: list[Expr | str | tuple[int, ...]], index: ast.expr) -> Expr:
        if not self.time or not isinstance(index, ast.Name) or index.id != self.time.typed:
            raise DeclarationError("`over=` needs the declared time index", where="sum")
        (body,) = args
        assert isinstance(body, Expr)
        return time_sum(body, self.time)

    def option(self, node: ast.expr) -> object:
        if isinstance(node, ast.Tuple):
            return tuple(self.option(x) for x in node.elts)
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bool | None):
            return node.value
        given = self.expression(node)
        value = number(given)
        if value is None and given.op is SIZE:
            return as_size(given)
        if value is None:
            raise DeclarationError(f"option `{ast.unparse(node)}` is not a number")
        return int(value) if value.denominator == 1 else value


def unary(sign: ast.unaryop, inner: Expr) -> Expr:
    """-x, +x, and not x of a condition."""
    if isinstance(sign, ast.USub):
        return const(-inner.number) if inner.number is not None else -inner
    return inner if isinstance(sign, ast.UAdd) else 1 - checked(inner)


def unsaid(node: ast.expr) -> DeclarationError:
    """What says that an expression of Python is none of a graph."""
    if isinstance(node, ast.Attribute):
        return attribute(node, node)
    return DeclarationError(f"`{ast.unparse(node)[:80]}` may not stand in a graph",
                            hint="Allowed: + - * / @ ** .T [ ] numbers, names and functions.")  # fmt: skip


def number(e: Expr) -> Fraction | None:
    """The value of an expression in numbers alone, such as -1/2."""
    if e.number is not None or not e.args:
        return e.number
    parts = [number(a) for a in e.args]
    given = [x for x in parts if x is not None]
    work = ARITHMETIC.get(e.op)
    if work is None or len(given) < len(parts) or (e.op is DIVIDE and given[1] == 0):
        return None
    return work(*given)


def check_depth(tree: ast.expr) -> None:
    """Errors: `LimitError` where expressions nest too deeply to be walked."""
    level, depth = [tree], 0
    while level:
        depth += 1
        within(depth, DEPTH * 2, "depth of the expression")
        level = [c for n in level for c in ast.iter_child_nodes(n) if isinstance(c, ast.expr)]


def check_literals(tree: ast.expr, text: str) -> None:
    """Errors: `LimitError` for a number that floating point cannot hold: 1e400, or 1e-400, which is not 0."""
    for node in ast.walk(tree):
        v = node.value if isinstance(node, ast.Constant) else None
        if isinstance(v, bool) or not isinstance(v, int | float):
            continue
        written = ast.get_source_segment(text, node) or ""
        within(len(written), DIGITS, "digits of a number")
        mantissa = written.lower().split("e")[0]
        lost = isinstance(v, float) and v == 0 and any(c in "123456789" for c in mantissa)
        if lost or abs(v) > LARGEST or 0 < abs(v) < SMALLEST:
            raise LimitError(f"`{written[:40]}` is beyond double precision",
                             hint="Numbers lie between 1e-300 and 1e300.")  # fmt: skip
