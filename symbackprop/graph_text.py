"""Reads the text of a graph: declarations `W: 4 x 3 as W^{(1)}` and definitions `z = tanh(W @ x + b)`.

Expressions are Python's grammar with NumPy's meanings, walked through a whitelist of `ast` nodes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from symbackprop import limits
from symbackprop.errors import DeclarationError, LimitError, ShapeError, SymbackpropError
from symbackprop.expr import (
    Expr, Symbol, apply, const, default_tex, labels_of, leaf, pinned, spelled,
)  # fmt: skip
from symbackprop.functions import FUNCTIONS, as_size
from symbackprop.op import abstract
from symbackprop.graph import Graph, Time, known, make, time_sum, used_names
from symbackprop.sizes import Shape, Size, shape_text, size

DOMAINS = frozenset(["real", "positive", "onehot", "distribution"])
STATEMENT = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*(\[\s*(?P<time>[A-Za-z_]\w*|0)\s*\])?\s*"
                       r"(?P<sign>[:=])(?!=)\s*"
                       r"(?P<rest>.+)", re.DOTALL)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """One declaration or definition, with its line."""

    line: int
    name: str
    time: str
    sign: str
    rest: str
    tex: str

    @property
    def where(self) -> str:
        return f"line {self.line}, `{self.name}`"


def read(text: str) -> Graph:
    """The graph of a text.

    Errors: `DeclarationError`, `ShapeError` (line, names, sizes, way out), `LimitError`.

        g = read("x: d; W: m x d; b: m;  h = tanh(W @ x + b)")
    """
    limits.within(len(text), limits.CHARACTERS, "characters of the graph text")
    statements = [parse_statement(line, s) for line, s in split(text)]
    if not any(s.sign == "=" for s in statements):
        raise DeclarationError("no node is defined", hint="Add a line such as  L = sum(x**2)")
    time = next((time_of(s) for s in statements if s.sign == ":" and ".." in s.rest), None)
    plain = [s for s in statements if ".." not in s.rest or s.sign == "="]
    unknown = early_states(plain)
    reader = Reader(time)
    if not unknown:
        for s in plain:
            reader.add(s)
        return reader.graph()
    return infer_states(plain, unknown, time)


def split(text: str) -> Iterator[tuple[int, str]]:
    """Statements with their line numbers: newline or `;` ends one, unless a bracket is open."""
    current, depth, start = "", 0, 1
    for number, line in enumerate(text.splitlines(), 1):
        code = line.split("#")[0]
        for c in code + "\n":
            depth += (c in "([{") - (c in ")]}")
            if (c == ";" or c == "\n") and depth <= 0:
                if current.strip():
                    yield start, current.strip()
                current, depth = "", 0
            else:
                if not current.strip():
                    start = number
                current += " " if c == "\n" else c
    if current.strip():
        raise DeclarationError(
            f"`{current.strip()[:60]}` has an open bracket", where=f"line {start}"
        )


def parse_statement(line: int, text: str) -> Statement:
    limits.within(len(text), limits.STATEMENT, "characters of a statement", f"line {line}")
    found = STATEMENT.fullmatch(text)
    if not found:
        raise DeclarationError(
            f"`{text[:60]}` is neither a declaration `name: shape` nor a definition `name = expression`",
            where=f"line {line}",
        )
    rest, _, tex = found["rest"].partition(" as ")
    if not rest.strip() and found["rest"].startswith("as "):
        rest, tex = "", found["rest"][3:]
    words = tex.split()
    back: list[str] = []  # domain words may follow the printed name
    while len(words) > 1 and (words[-1] in DOMAINS or (len(words) > 2 and words[-2] == "label")):
        n = 1 if words[-1] in DOMAINS else 2
        back, words = [*words[-n:], *back], words[:-n]
    rest = " ".join([rest.strip(), *back])
    return Statement(line, found["name"], found["time"] or "", found["sign"], rest, " ".join(words))


def time_of(s: Statement) -> Time:
    """`t: 1..T`."""
    low, _, high = s.rest.partition("..")
    if low.strip() != "1" or not high.strip().isidentifier():
        raise DeclarationError(
            f"`{s.rest}` is not a time range", where=s.where, hint="Write  t: 1..T"
        )
    return Time(s.name, size(high.strip()))


def early_states(statements: list[Statement]) -> list[str]:
    """Recurrent names used before their definition and without declared size."""
    defined: set[str] = set()
    out: dict[str, None] = {}
    recurrent = {s.name for s in statements if s.time and s.sign == "="}
    for s in statements:
        if s.sign == "=":
            for name in re.findall(r"([A-Za-z_]\w*)\s*\[", s.rest):
                if name in recurrent and name not in defined:
                    out[name] = None
        defined.add(s.name)
    return list(out)


def infer_states(statements: list[Statement], unknown: list[str], time: Time | None) -> Graph:
    """Sizes of recurrent states, tried from the declared ones until every definition fits."""
    declared = Reader(time)
    for s in statements:
        if s.sign == ":":
            declared.add(s)
    shapes: dict[Shape, None] = {}
    for e in declared.symbol.values():
        shapes[e.shape] = None
        shapes |= dict.fromkeys((x,) for x in e.shape)
    fits: dict[int, list[Graph]] = {}  # by total rank: broadcasting lets larger states fit as well
    problem: SymbackpropError | None = None
    limits.within(len(shapes) ** len(unknown), 100_000, "combinations of state sizes to try")
    for choice in product(shapes, repeat=len(unknown)):
        reader = Reader(time, dict(zip(unknown, choice, strict=True)))
        try:
            for s in statements:
                reader.add(s)
        except ShapeError as error:
            problem = problem or error
            continue
        rank = sum(len(shape) for shape in choice)
        fits.setdefault(rank, []).append(reader.graph())
    if fits and len(fits[min(fits)]) == 1:
        return fits[min(fits)][0]
    name = unknown[0]
    raise ShapeError(
        f"the size of {', '.join(unknown)} "
        + ("does not follow" if fits else "fits nothing declared"),
        where="recurrence",
        hint=f"Declare it before it is used:  {name}[t]: d"
        + (f"\n  First try: {problem}" if problem else ""),
    )


class Reader:
    """Names read so far."""

    def __init__(self, time: Time | None, states: dict[str, Shape] | None = None) -> None:
        self.time, self.states = time, states or {}
        self.symbol: dict[str, Expr] = {}
        self.definition: dict[str, Expr] = {}
        self.initial: dict[str, Expr] = {}
        self.declared_time: dict[str, Expr] = {}
        self.sizes: set[str] = set(time.length.names) if time else set()
        self.spelling: dict[str, str] = {}
        self.functions: dict[str, Callable[..., Expr]] = {}  # declared without a definition
        self.inside = False  # whether a definition inside time is being read

    def add(self, s: Statement) -> None:
        if s.time == "0":
            self.start(s)
            return
        if s.time and (self.time is None or s.time != self.time.name):
            raise DeclarationError(f"`{s.time}` is not a declared time index", where=s.where,
                                   hint=f"Declare it:  {s.time}: 1..T")  # fmt: skip
        if s.name in self.symbol and s.name not in self.declared_time:
            raise DeclarationError(
                "declared twice", where=s.where, hint="Give one of them another name."
            )
        try:
            if s.sign == ":":
                self.declare(s)
            else:
                self.define(s)
        except SymbackpropError as error:
            if not error.where.startswith("line "):
                where = f"{s.where}: {error.where}" if error.where else s.where
                raise type(error)(error.what, where=where, hint=error.hint) from None
            raise
        except RecursionError:
            raise LimitError("the expression is nested too deeply", where=s.where) from None

    def graph(self) -> Graph:
        """The graph of what was read. Errors: `DeclarationError` for a start without a recurrence."""
        for name in self.initial:
            if name not in self.definition:
                raise DeclarationError(f"{name}[0] is given, but {name} has no recurrence",
                                       hint=f"Add a line such as  {name}[t] = …")  # fmt: skip
        return make(self.symbol, self.definition, self.time, self.initial)

    def start(self, s: Statement) -> None:
        """`h[0] = x`: what a recurrence starts from, given before its definition."""
        if self.time is None or s.sign == ":" or s.name in self.definition:
            raise DeclarationError(
                f"`{s.name}[0]` is the start of a recurrence", where=s.where,
                hint=f"Declare t: 1..T, then write  {s.name}[0] = x  before  {s.name}[t] = …",
            )  # fmt: skip
        value = self.value(s)
        if any(self.moves(n) for n in used_names(value)):
            raise DeclarationError("a recurrence cannot start from another one", where=s.where)
        self.initial[s.name] = value
        self.states.setdefault(s.name, value.shape)

    def moves(self, name: str) -> bool:
        """Whether a name changes with time, or is made from one that does."""
        own = self.symbol[name].symbol
        made = self.definition.get(name)
        return bool(own and own.time) or (
            made is not None and any(self.moves(n) for n in used_names(made))
        )

    def declare(self, s: Statement) -> None:
        words = s.rest.split()
        if words == ["function"] and not s.time:
            if s.name in FUNCTIONS:
                raise DeclarationError("is a function already", where=s.where,
                                       hint="Take another name, as phi.")  # fmt: skip
            op = abstract(s.name, s.tex or default_tex(s.name))
            self.functions[s.name] = lambda x: apply(op, x)
            return
        domain, labels = "real", None
        while words and (words[-1] in DOMAINS or (len(words) > 1 and words[-2] == "label")
                         or words[0] == "label"):  # fmt: skip
            if words[-1] in DOMAINS:
                domain = words.pop()
            else:
                labels = self.size(words.pop(), s)
                words.pop()
                domain = "label"
        shape = self.shape(" ".join(words), s)
        limits.within(len(shape), limits.RANK, "axes", s.where)
        tex = spelled(s.tex or default_tex(s.name))
        e = leaf(Symbol(s.name, shape, tex, domain, labels, time=s.time))
        self.symbol[s.name] = e
        if s.time:
            self.declared_time[s.name] = e

    def shape(self, text: str, s: Statement) -> Shape:
        if text in ("", "scalar", "1"):
            return ()
        if re.search(r"[^\w\s×*+\-]", text):
            raise DeclarationError(f"`{text}` is not a shape", where=s.where,
                                   hint="Write sizes joined by x, as in  n x 3  or  n×d, or `scalar`; "
                                        "domain words: positive, onehot, distribution, label K")  # fmt: skip
        return tuple(
            self.size(part, s) for part in re.split(r"\s+x\s+|\s*×\s*|(?<=\d)x(?=\d)", text)
        )

    def size(self, text: str, s: Statement) -> Size:
        total = size(0)
        if not re.fullmatch(r"\s*[\w*]+(\s*[+\-]\s*[\w*]+)*\s*", text):
            raise DeclarationError(f"`{text}` is not a size", where=s.where,
                                   hint="A size is a number or a name, as in  n x 3.")  # fmt: skip
        for sign, monomial in re.findall(r"([+\-]?)\s*([\w*]+)", text):
            part = size(1)
            for factor in monomial.split("*"):
                if not (factor.isdigit() or factor.isidentifier()):
                    raise DeclarationError(f"`{text}` is not a size", where=s.where)
                part = part * (size(int(factor)) if factor.isdigit() else size(factor))
            total = total + part * (-1 if sign == "-" else 1)
        if total.number is not None and total.number < 1:
            raise ShapeError(f"a size is at least 1, not {total.number}", where=s.where)
        self.sizes |= total.names
        return total

    def value(self, s: Statement) -> Expr:
        """The right side of a definition."""
        try:
            tree = ast.parse(s.rest, mode="eval").body
        except SyntaxError as error:
            at = " " * max((error.offset or 1) - 1, 0) + "^"
            raise DeclarationError(f"cannot read the expression ({error.msg})\n    {s.rest}\n    {at}",
                                   where=s.where) from None  # fmt: skip
        except (ValueError, RecursionError, MemoryError):
            raise LimitError(
                "the expression cannot be read: too deep or too large", where=s.where
            ) from None
        check_depth(tree, s.where)
        value = self.expression(tree)
        if not isinstance(value, Expr):
            raise DeclarationError("is a size, not an expression", where=s.where)
        return value

    def define(self, s: Statement) -> None:
        self.inside = bool(s.time)
        value = self.value(s)
        self.inside = False
        tex = spelled(s.tex or self.spelling.get(s.name) or default_tex(s.name))
        if s.name in self.declared_time:
            declared = self.declared_time[s.name].symbol
            assert declared
            if declared.shape != value.shape:
                raise ShapeError(f"declared {shape_text(declared.shape)}, defined as "
                                 f"{shape_text(value.shape)}", where=s.where)  # fmt: skip
            tex = spelled(s.tex) if s.tex else declared.tex
            del self.declared_time[s.name]
        if s.name in self.states and self.states[s.name] != value.shape:
            raise ShapeError(f"assumed {shape_text(self.states[s.name])}, defined as "
                             f"{shape_text(value.shape)}", where=s.where)  # fmt: skip
        if s.name in self.initial and s.time and self.initial[s.name].shape != value.shape:
            raise ShapeError(f"starts as {shape_text(self.initial[s.name].shape)}, defined as "
                             f"{shape_text(value.shape)}", where=s.where)  # fmt: skip
        inner = None if s.time else value
        self.symbol.pop(s.name, None)
        classes = labels_of(value)
        domain = "label" if classes else "real"
        self.symbol[s.name] = leaf(
            Symbol(s.name, value.shape, tex, domain, classes, inner, time=s.time)
        )
        self.definition[s.name] = value

    # --- expressions ---

    def expression(self, node: ast.expr) -> Expr:
        match node:
            case ast.Constant(value=int() | float() as v) if not isinstance(v, bool):
                limits.within(len(str(v)), limits.DIGITS, "digits of a number")
                return const(v)
            case ast.Name(id=name):
                return self.name(name)
            case ast.UnaryOp(op=ast.USub()):
                inner = self.expression(node.operand)
                return const(-inner.number) if inner.number is not None else -inner
            case ast.UnaryOp(op=ast.UAdd()):
                return self.expression(node.operand)
            case ast.BinOp():
                return self.binary(node)
            case ast.Attribute(attr="T"):
                return self.expression(node.value).T
            case ast.Subscript():
                return self.subscript(node)
            case ast.Call():
                return self.call(node)
        raise DeclarationError(f"`{ast.unparse(node)[:80]}` may not stand in a graph",
                               hint="Allowed: + - * / @ ** .T [ ] numbers, names and functions.")  # fmt: skip

    def name(self, name: str) -> Expr:
        e = self.symbol.get(name)
        if e is not None:
            if e.symbol and e.symbol.time:
                raise DeclarationError(
                    f"`{name}` is recurrent", hint=f"Write {name}[{e.symbol.time}]."
                )
            return e
        if name in self.sizes:
            return const(size(name))
        known(name, [*self.symbol, *self.sizes, *FUNCTIONS], "the graph")
        raise DeclarationError(f"`{name}` is a function", hint=f"Write {name}(…).")

    def binary(self, node: ast.BinOp) -> Expr:
        a = self.expression(node.left)
        if isinstance(node.op, ast.Pow):
            b = self.expression(node.right)
            if b.number is None:
                raise DeclarationError(f"exponent `{ast.unparse(node.right)}` is not a number")
            limits.within(int(abs(b.number)), limits.EXPONENT, "exponent")
            return a**b.number
        b = self.expression(node.right)
        match node.op:
            case ast.Add():
                return a + b
            case ast.Sub():
                return a - b
            case ast.Mult():
                return a * b
            case ast.Div():
                return a / b
            case ast.MatMult():
                return a @ b
        raise DeclarationError(f"`{ast.unparse(node)[:80]}`: unknown operator")

    def subscript(self, node: ast.Subscript) -> Expr:
        if isinstance(node.value, ast.Name) and self.time:
            shift = self.shift(node.slice)
            name = node.value.id
            if shift is not None and name not in self.symbol and name in self.states:
                tex = spelled(default_tex(name))
                return leaf(Symbol(name, self.states[name], tex, time=self.time.name, shift=shift))
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
            last, t = self.time.length, self.time.name
            raise DeclarationError(f"`{name}[{spot}]` is no step a graph can name here",
                hint=f"Outside time {name}[{last}] may stand, and {name}[0] where it is given; "
                     f"inside, {name}[{t}] and {name}[{t}-1].")  # fmt: skip
        return pinned(e, spot)

    def shift(self, node: ast.expr) -> int | None:
        """The offset of `t`, `t-1`; None for another index."""
        match node:
            case ast.Name(id=name) if self.time and name == self.time.name:
                return 0
            case ast.BinOp(left=ast.Name(id=name), op=op, right=ast.Constant(value=int() as k)):
                if self.time and name == self.time.name and isinstance(op, ast.Add | ast.Sub):
                    return k if isinstance(op, ast.Add) else -k
        return None

    def position(self, node: ast.expr) -> object:
        if isinstance(node, ast.Slice):
            parts = (node.lower, node.upper, node.step)
            start, stop = (self.expression(p) if p else None for p in parts[:2])
            return slice(start, stop, self.integer(parts[2]) if parts[2] else None)
        return self.expression(node)

    def integer(self, node: ast.expr) -> int:
        value = self.expression(node).number
        if value is None or value.denominator != 1:
            raise DeclarationError(f"`{ast.unparse(node)}` is not a whole number")
        return int(value)

    def call(self, node: ast.Call) -> Expr:
        if not isinstance(node.func, ast.Name):
            raise DeclarationError(f"`{ast.unparse(node.func)[:80]}` is not a function")
        name = node.func.id
        options = {k.arg: k.value for k in node.keywords if k.arg}
        args = [self.argument(name, a) for a in node.args]
        if name == "sum" and "over" in options:
            return self.over_time(args, options["over"])
        table = {**FUNCTIONS, **self.functions}
        function = table[known(name, table, "functions")]
        values = {k: self.option(v) for k, v in options.items()}
        try:
            return function(*args, **values)
        except TypeError as error:
            raise DeclarationError(f"{name}: {error}".replace("function()", f"{name}()")) from None

    def argument(self, function: str, node: ast.expr) -> Expr | str:
        """An expression, or the letters of an einsum."""
        match node:
            case ast.Constant(value=str() as spec) if function == "einsum":
                return spec
        return self.expression(node)

    def over_time(self, args: list[Expr | str], index: ast.expr) -> Expr:
        if not self.time or not isinstance(index, ast.Name) or index.id != self.time.name:
            raise DeclarationError("`over=` needs the declared time index", where="sum")
        (body,) = args
        assert isinstance(body, Expr)
        return time_sum(body, self.time)

    def option(self, node: ast.expr) -> object:
        if isinstance(node, ast.Tuple):
            return tuple(self.option(x) for x in node.elts)
        if isinstance(node, ast.Constant) and isinstance(node.value, str | None):
            return node.value
        e = self.expression(node)
        if e.number is None:
            raise DeclarationError(f"option `{ast.unparse(node)}` is not a number")
        return int(e.number) if e.number.denominator == 1 else e.number


def check_depth(tree: ast.expr, where: str) -> None:
    """Errors: `LimitError` where expressions nest too deeply to be walked."""
    level, depth = [tree], 0
    while level:
        depth += 1
        limits.within(depth, limits.DEPTH * 2, "depth of the expression", where)
        level = [c for n in level for c in ast.iter_child_nodes(n) if isinstance(c, ast.expr)]
