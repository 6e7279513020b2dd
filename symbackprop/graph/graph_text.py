"""Reads the text of a graph: declarations `W: 4 x 3 as W^{(1)}` and definitions `z = tanh(W @ x + b)`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product

from symbackprop.catalogue.error_sentences import told
from symbackprop.entries.op import Op, abstract
from symbackprop.errors import (
    CHARACTERS, RANK, DeclarationError, LimitError, ShapeError, SymbackpropError, within,
)  # fmt: skip
from symbackprop.formula.printed_names import default_tex, function_tex, spelled
from symbackprop.formula.tree import Name
from symbackprop.graph.declared_roles import role_behind
from symbackprop.graph.domains import DOMAINS, interval_behind
from symbackprop.graph.expr import Expr, Operand, Symbol, apply, defined, leaf
from symbackprop.graph.expression_text import Expressions
from symbackprop.graph.fresh_names import index_name
from symbackprop.graph.functions import FUNCTIONS, check_domain, collect
from symbackprop.graph.graph import Graph, Time, known, make, used_names
from symbackprop.graph.statements import (
    Piece, Statement, early_states, parse_statement, split, time_of,
)  # fmt: skip
from symbackprop.sizes import ONE, Shape, shape_text, size, Size


def read(text: str) -> Graph:
    """The graph of a text.

    Errors: `DeclarationError`, `ShapeError` (line, names, sizes, way out), `LimitError`.

        g = read("x: d; W: m x d; b: m;  h = tanh(W @ x + b)")
    """
    within(len(text), CHARACTERS, "characters of the graph text")
    statements = [statement(piece, text) for piece in split(text)]
    try:
        return graph_of(statements, text)
    except SymbackpropError as error:
        if error.span and error.line is None:
            error.stand_at(error.span, text)
        raise


def statement(piece: Piece, text: str) -> Statement:
    """One statement. Errors: as `read`, with the place of the statement."""
    try:
        return parse_statement(piece)
    except SymbackpropError as error:
        error.stand_at(piece.span, text)
        raise


def graph_of(statements: list[Statement], text: str) -> Graph:
    """The graph of statements, with what they ask for."""
    g = defined_graph([s for s in statements if not s.asked], text)
    asked: dict[str, tuple[str, ...]] = {}
    for s in (s for s in statements if s.asked):
        if s.sign in asked:
            raise DeclarationError(**told("asked_twice", word=s.sign), where=f"line {s.line}")
        asked[s.sign] = tuple(known(n, g.symbol, s.where) for n in s.names)
    of, wrt = asked.get("of", ()), asked.get("wrt", ())
    if len(of) > 1 or any(n not in g.definition for n in of):
        raise DeclarationError(**told("asked_of", names=", ".join(of)), where="of")
    return replace(g, of="".join(of), wrt=wrt)


def defined_graph(statements: list[Statement], text: str) -> Graph:
    """The graph of declarations and definitions."""
    if not any(s.sign == "=" for s in statements):
        raise DeclarationError(**told("empty"))
    time = next((time_of(s) for s in statements if s.sign == ":" and ".." in s.rest), None)
    time = time and replace(time, name=index_name(time.typed, text, (s.tex for s in statements)))
    plain = [s for s in statements if ".." not in s.rest or s.sign == "="]
    unknown = early_states(plain)
    reader = Reader(time, printed=as_printed(plain))
    if not unknown:
        for s in plain:
            reader.add(s)
        return reader.graph()
    return infer_states(plain, unknown, time)


def infer_states(statements: list[Statement], unknown: list[str], time: Time | None) -> Graph:
    """Sizes of recurrent states, tried from the declared ones until every definition fits."""
    printed = as_printed(statements)
    shapes = tried_shapes(statements, time, printed)
    fits: dict[int, list[Graph]] = {}  # by total rank: broadcasting lets larger states fit as well
    furthest: tuple[int, SymbackpropError] | None = None  # the try that got to most statements
    within(len(shapes) ** len(unknown), 100_000, "combinations of state sizes to try")
    for tries, choice in enumerate(product(shapes, repeat=len(unknown))):
        made = tried(statements, Reader(time, dict(zip(unknown, choice, strict=True)), printed))
        if isinstance(made, Graph):
            fits.setdefault(sum(map(len, choice)), []).append(made)
            continue
        if furthest is None or made[0] > furthest[0]:
            furthest = made
        if not fits and tries > TRIES and not isinstance(furthest[1], ShapeError):
            break
    if fits and len(fits[min(fits)]) == 1:
        return fits[min(fits)][0]
    if not fits and furthest and not isinstance(furthest[1], ShapeError):
        raise furthest[1]
    what = "does not follow" if fits else "fits nothing declared"
    nearest = f"\n  Nearest try: {furthest[1]}" if furthest else ""
    raise ShapeError(
        f"the size of {', '.join(unknown)} {what}", where="recurrence",
        hint=f"Declare it before it is used:  {unknown[0]}[t]: d{nearest}",
    )  # fmt: skip


def tried_shapes(statements: list[Statement], time: Time | None, printed: dict[str, str]) -> list[Shape]:
    """What a state may be: as something declared, a row of one of its axes, or a batch of such rows."""
    declared = Reader(time, printed=printed)
    for s in statements:
        if s.sign == ":":
            declared.add(s)
    shapes: dict[Shape, None] = {} if declared.symbol else {(): None}
    for e in declared.symbol.values():
        shapes[e.shape] = None
        shapes |= dict.fromkeys((x,) for x in e.shape)
    sizes = [s[0] for s in shapes if len(s) == 1]
    batches = [e.shape[0] for e in declared.symbol.values() if e.own.time and e.rank == 2]
    return list(shapes | dict.fromkeys((n, x) for n in batches for x in sizes))


def tried(statements: list[Statement], reader: Reader) -> Graph | tuple[int, SymbackpropError]:
    """The graph, where the sizes of a reader's states fit; else the statement where they do not, and why.

    A size may be wrong for labels and for axes, not for shapes alone.
    """
    for number, s in enumerate(statements):
        try:
            reader.add(s)
        except SymbackpropError as error:
            return number, error
    return reader.graph()


TRIES = 2000  # of sizes, after which what is wrong with all of them is taken to be no size


def as_printed(statements: list[Statement]) -> dict[str, str]:
    """The printed names that are given; where a name is declared and defined, the one it is defined by."""
    given = [s for s in statements if s.tex and s.time != "0"]
    return {s.name: s.tex for s in sorted(given, key=lambda s: s.sign == "=")}


class Reader:
    """Names read so far."""

    def __init__(
        self, time: Time | None, states: dict[str, Shape] | None = None,
        printed: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.time, self.states, self.printed = time, states or {}, printed or {}
        self.symbol: dict[str, Expr] = {}
        self.definition: dict[str, Expr] = {}
        self.initial: dict[str, Expr] = {}
        self.declared_time: dict[str, Expr] = {}
        self.sizes: set[str] = set(time.length.names) if time else set()
        self.functions: dict[str, Callable[..., Expr]] = {}  # declared without a definition
        self.spelled: dict[str, str] = {}  # their printed names
        self.place: tuple[int, int | None] = (0, None)  # what of a right side is read, where that fails

    def add(self, s: Statement) -> None:
        if s.time == "0":
            self.start(s)
            return
        if s.time and (self.time is None or s.time != self.time.typed):
            raise DeclarationError(f"`{s.time}` is not a declared time index", where=s.where,
                                   hint=f"Declare it:  {s.time}: 1..T")  # fmt: skip
        self.place = (0, None)
        try:
            if s.name in self.symbol and s.name not in self.declared_time:
                raise DeclarationError(**told("twice"))
            if s.sign == ":":
                self.declare(s)
            else:
                self.define(s)
        except SymbackpropError as error:
            if error.span is None:
                if error.where != s.where:
                    error.inside(s.where)
                error.span = s.span(*self.place)
            raise
        except RecursionError:
            raise LimitError("the expression is nested too deeply", where=s.where) from None

    def graph(self) -> Graph:
        """The graph of what was read. Errors: `DeclarationError` for a start without a recurrence."""
        for name in self.initial:
            if name not in self.definition:
                raise DeclarationError(f"{name}[0] is given, but {name} has no recurrence",
                                       hint=f"Add a line such as  {name}[t] = …")  # fmt: skip
        return make(self.symbol, self.definition, self.time, self.initial, self.spelled)

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
        return bool(own and own.time) or (made is not None and any(self.moves(n) for n in used_names(made)))

    def declare(self, s: Statement) -> None:
        words = s.rest.split()
        role = role_behind(words)
        rest, between = interval_behind(" ".join(words) if role else s.rest)
        words = rest.split()
        if words == ["function"] and not s.time:
            if s.name in FUNCTIONS:
                raise DeclarationError("is a function already", where=s.where,
                                       hint="Take another name, as phi.")  # fmt: skip
            op = abstract(s.name)
            self.functions[s.name] = of_one(op)
            self.spelled[s.name] = s.tex or function_tex(s.name)
            spelled(self.spelled[s.name])  # a function is called as a name is
            return
        domain, labels = between or "real", None
        if words and words[-1] == "label":
            shape = "".join(f"{w} " for w in words[:-1])
            raise DeclarationError(**told("label", name=s.name, shape=shape), where=s.where)
        while words and (words[-1] in DOMAINS or (len(words) > 1 and words[-2] == "label")
                         or words[0] == "label"):  # fmt: skip
            if words[-1] in DOMAINS:
                domain = words.pop()
            else:
                labels = self.size(words.pop(), s)
                words.pop()
                domain = "label"
        shape = self.shape(" ".join(words), s)
        within(len(shape), RANK, "axes", s.where)
        if domain != "label":
            check_domain(domain, shape, s.where)
        tex = self.tex(s.name)
        e = leaf(Symbol(s.name, shape, tex, domain, labels, time=self.step(s), role=role))
        self.symbol[s.name] = e
        if s.time:
            self.declared_time[s.name] = e

    def step(self, s: Statement) -> str:
        """The index of time a statement holds at, empty outside time."""
        return self.time.name if self.time and s.time else ""

    def shape(self, text: str, s: Statement) -> Shape:
        if text in ("", "scalar", "1"):
            return ()
        if "->" in text:
            raise DeclarationError(**told("map", name=s.name), where=s.where)
        if re.search(r"[^\w\s×*+\-]", text):
            raise DeclarationError(**told("shape", text=text), where=s.where)
        return tuple(self.size(part, s) for part in re.split(r"\s+x\s+|\s*×\s*|(?<=\d)x(?=\d)", text))

    def size(self, text: str, s: Statement) -> Size:
        total = size(0)
        if not re.fullmatch(r"\s*[\w*]+(\s*[+\-]\s*[\w*]+)*\s*", text):
            raise DeclarationError(f"`{text}` is not a size", where=s.where,
                                   hint="A size is a number or a name, as in  n x 3.")  # fmt: skip
        for sign, monomial in re.findall(r"([+\-]?)\s*([\w*]+)", text):
            part = ONE
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
        names = Expressions(self.symbol, self.sizes, self.functions, self.time, self.states,
                             self.initial, self.definition, self.tex, inside=s.inside)  # fmt: skip
        try:
            return names.read(s.rest)
        except SymbackpropError:
            self.place = names.place(s.rest)
            raise

    def tex(self, name: str) -> Name:
        """How a name is printed at every step, also before it is defined."""
        return spelled(self.printed.get(name) or default_tex(name))

    def define(self, s: Statement) -> None:
        value = self.value(s)
        tex = self.tex(s.name)
        if s.name in self.declared_time:
            declared = self.declared_time[s.name].own
            if declared.shape != value.shape:
                raise ShapeError(f"declared {shape_text(declared.shape)}, defined as "
                                 f"{shape_text(value.shape)}", where=s.where)  # fmt: skip
            del self.declared_time[s.name]
        if s.name in self.states and self.states[s.name] != value.shape:
            raise ShapeError(f"assumed {shape_text(self.states[s.name])}, defined as "
                             f"{shape_text(value.shape)}", where=s.where)  # fmt: skip
        if s.name in self.initial and s.time and self.initial[s.name].shape != value.shape:
            raise ShapeError(f"starts as {shape_text(self.initial[s.name].shape)}, defined as "
                             f"{shape_text(value.shape)}", where=s.where)  # fmt: skip
        self.symbol.pop(s.name, None)
        self.symbol[s.name] = defined(s.name, value, tex, self.step(s))
        self.definition[s.name] = value


def of_one(op: Op) -> Callable[[Operand], Expr]:
    """A function of one argument."""
    return lambda x: apply(op, x)


def as_graph(graph: Graph | Expr | str) -> Graph:
    if isinstance(graph, str):
        return read(graph)
    if isinstance(graph, Expr):
        return collect(**{graph.symbol.name if graph.symbol else "L": graph})
    return graph
