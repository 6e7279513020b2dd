"""Expressions: interned nodes (op, arguments, attributes) with a shape. Equal expressions are one object.

More than 400 lines, but one concept: a node, its operators and the function that builds it need each other.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import isfinite
from threading import Lock

from symbackprop import doors
from symbackprop.catalogue.error_sentences import told
from symbackprop.entries.entry_equations import Instance
from symbackprop.entries.op import Attributes, Op
from symbackprop.errors import EXPONENT, DeclarationError, ShapeError, within
from symbackprop.entries.option_ranges import check_options
from symbackprop.formula.tree import Name
from symbackprop.graph.calls import Call
from symbackprop.graph.domains import Domain, domain_of
from symbackprop.sizes import Shape, Size, shape_text
from symbackprop.vocabulary.kinds import (
    ADD, DIVIDE, EXP, MATMUL, MOD, MULTIPLY, NEGATIVE, POW, POWER, SUBTRACT, TRANSPOSE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Symbol:
    """A named tensor: an input, a parameter, a node with a definition, or a cotangent.

    `domain` is a word that says which values are generic ('real', 'positive', 'onehot', 'label', …);
    `labels` is the number of classes of an integer label. `time` names the index of a recurrent symbol and
    `shift` its offset: h[t-1] has time 't' and shift -1.
    `at` is a fixed step seen from outside time: h[n], h[0].
    """

    name: str
    shape: Shape
    tex: Name
    domain: str = "real"
    labels: Size | None = None
    definition: Expr | None = None
    cotangent: bool = False
    time: str = ""
    shift: int = 0
    at: Size | None = None
    role: str = ""  # what it is for, where the declaration says so

    @property
    def facts(self) -> Domain:
        """What its declaration says of its values."""
        return domain_of(self.domain)


class Expr:
    """A node. Use operators and the vocabulary's functions to build; never mutate.

    `call` says of which function of several ops it is the value; what is written out by hand has none.
    """

    __slots__ = ("__weakref__", "args", "attributes", "call", "op", "shape")
    op: Op
    args: tuple[Expr, ...]
    attributes: Attributes
    shape: Shape
    call: Call | None

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def symbol(self) -> Symbol | None:
        """The symbol of a leaf, or None."""
        return self.attributes[0][1] if self.op is SYMBOL else None  # type: ignore[return-value]

    @property
    def own(self) -> Symbol:
        """The symbol of a leaf that is known to be one."""
        assert self.op is SYMBOL, "no symbol"
        return self.attributes[0][1]  # type: ignore[return-value]

    @property
    def classes(self) -> Size | None:
        """The number of classes of an integer label, declared or computed; None for real values."""
        if self.op is SYMBOL:
            return self.own.labels
        return self.args[0].shape[-1] if self.op.domain == "label" else None

    @property
    def number(self) -> Fraction | None:
        """The value of a numeric leaf, or None."""
        return self.attributes[0][1] if self.op is NUMBER else None  # type: ignore[return-value]

    def attribute(self, key: str) -> object:
        return dict(self.op.defaults, **dict(self.attributes))[key]

    # operators; the meaning is NumPy's
    def __add__(self, other: Operand) -> Expr:
        return apply(ADD, self, other)

    def __radd__(self, other: Operand) -> Expr:
        return apply(ADD, other, self)

    def __sub__(self, other: Operand) -> Expr:
        return apply(SUBTRACT, self, other)

    def __rsub__(self, other: Operand) -> Expr:
        return apply(SUBTRACT, other, self)

    def __mul__(self, other: Operand) -> Expr:
        return apply(MULTIPLY, self, other)

    def __rmul__(self, other: Operand) -> Expr:
        return apply(MULTIPLY, other, self)

    def __truediv__(self, other: Operand) -> Expr:
        return apply(DIVIDE, self, other)

    def __rtruediv__(self, other: Operand) -> Expr:
        return apply(DIVIDE, other, self)

    def __matmul__(self, other: Operand) -> Expr:
        for a in map(as_expr, (self, other)):
            if not a.rank:
                raise ShapeError(**told("scalar", name=describe(a)), where="@")
        if self.op is NEGATIVE:  # Python binds - tighter: -X @ w is -(X w) on paper
            return -(self.args[0] @ other)
        return apply(MATMUL, self, other)

    def __neg__(self) -> Expr:
        return apply(NEGATIVE, self)

    def __mod__(self, other: Operand) -> Expr:
        return apply(MOD, self, other)

    def __rmod__(self, other: Operand) -> Expr:
        return apply(MOD, other, self)

    def __rpow__(self, base: Operand) -> Expr:
        return raised(as_expr(base), self)

    def __pow__(self, exponent: object) -> Expr:
        if isinstance(exponent, Expr | Size):
            return raised(self, as_expr(exponent))
        if isinstance(exponent, bool) or not isinstance(exponent, int | float | Fraction):
            raise DeclarationError("an exponent is a number", where="**")
        within(int(abs(finite(exponent))), EXPONENT, "exponent")
        return apply(POWER, self, p=Fraction(str(exponent)))

    def __getitem__(self, key: object) -> Expr:
        return SUBSCRIPT[0](self, key)

    def __iter__(self) -> Iterator[Expr]:
        raise DeclarationError("an expression is not a sequence; take entries with x[i] or x[:, i]")

    @property
    def T(self) -> Expr:
        """The transpose of a matrix; a vector is its own transpose, as in NumPy.

        Errors: `ShapeError` for three axes and more, of which NumPy would turn round all.
        """
        if self.rank > 2:
            raise ShapeError(
                f"{describe(self)} is {shape_text(self.shape)}; .T is for matrices", where=".T",
                hint="Write .mT to swap the last two axes, or permute(x, …).",
            )  # fmt: skip
        return self if self.rank < 2 else self.mT

    @property
    def mT(self) -> Expr:
        """The last two axes swapped: every matrix of a stack transposed, as in NumPy."""
        return apply(TRANSPOSE, self)

    def __repr__(self) -> str:
        return f"<{describe(self)}: {shape_text(self.shape)}>"

    def __reduce__(self) -> tuple[object, ...]:
        return intern, (self.op, self.args, self.attributes, self.shape, self.call)

    def __deepcopy__(self, memo: object) -> Expr:
        return self

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return doors.through("show expression", self)


Operand = Expr | int | float | Fraction | Size
SYMBOL, NUMBER, SIZE = Op("symbol"), Op("number"), Op("size")
SIGNS = {MATMUL: " @ ", ADD: " + ", SUBTRACT: " - ", MULTIPLY: " * "}  # between operands, in messages
LEAVES = frozenset({SYMBOL, NUMBER, SIZE})
SUBSCRIPT: list[Callable[[Expr, object], Expr]] = []  # what x[...] means, set by `functions.py`
_table: weakref.WeakValueDictionary[object, Expr] = weakref.WeakValueDictionary()
_making = Lock()  # between looking for an expression and putting it in, no other thread may put in its twin


def intern(
    op: Op, args: tuple[Expr, ...], attributes: Attributes, shape: Shape, call: Call | None = None
) -> Expr:
    """The one expression that is this op on these arguments, made by this call."""
    key = (op, args, attributes, call)
    found = _table.get(key)
    if found is not None:
        return found
    made = object.__new__(Expr)
    made.op, made.args, made.attributes, made.shape, made.call = op, args, attributes, shape, call
    with _making:
        return _table.setdefault(key, made)


def leaf(symbol: Symbol) -> Expr:
    return intern(SYMBOL, (), (("symbol", symbol),), symbol.shape)


def defined(name: str, value: Expr, tex: Name, time: str = "") -> Expr:
    """The symbol of a node with this value; inside time it stands for every step, and has none of its own."""
    domain, inner = "label" if value.classes else "real", None if time else value
    return leaf(Symbol(name, value.shape, tex, domain, value.classes, inner, time=time))


def const(value: int | float | Fraction | Size) -> Expr:
    """A number, or a size used as a number."""
    if isinstance(value, Size):
        fixed = value.number
        if fixed is None:
            return intern(SIZE, (), (("size", value),), ())
        value = fixed
    return intern(NUMBER, (), (("value", Fraction(str(finite(value)))),), ())


def finite(value: int | float | Fraction) -> int | float | Fraction:
    """The number itself. Errors: `DeclarationError` for inf and nan."""
    if isinstance(value, float) and not isfinite(value):
        raise DeclarationError(f"{value} is no number", hint="Numbers in a graph are finite.")
    return value


def as_expr(value: object) -> Expr:
    """A number or a size as an expression. Errors: `DeclarationError` for anything else."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction | Size):
        raise DeclarationError(f"`{value!r}` is not an expression or a number")
    return const(value)


def apply(op: Op, *operands: Operand, **attributes: object) -> Expr:
    """The node op(operands). Errors: `ShapeError` naming op, operands, both sizes and a way out."""
    args = tuple(as_expr(x) for x in operands)
    known = dict(op.defaults)
    options = ((k, option(op.name, k, v)) for k, v in attributes.items())
    given = tuple(sorted((k, v) for k, v in options if k not in known or known[k] != v))
    unknown = [k for k, _ in given if k not in known] if op.build is None else []
    if unknown:
        raise DeclarationError(
            f"unknown option `{unknown[0]}`; known: {', '.join(known) or 'none'}", where=op.name
        )
    check_options(op.name, given, dict(op.ranges))
    shapes = tuple(a.shape for a in args)
    try:
        instance = op.place(shapes, given)
    except ShapeError:
        labels = tuple(describe(a) for a in args)
        try:
            op.place(shapes, given, labels)
        except ShapeError as error:
            error.hint = error.hint or way_out(op, args, given)
            raise error from None
        raise
    check_numbers(op, args, instance)
    return intern(op, args, given, instance.shape)


def check_numbers(op: Op, args: tuple[Expr, ...], instance: Instance) -> None:
    """Errors: `DeclarationError` for a class that is worked on as a number."""
    if op.variants and any(a.classes is not None for a in args):
        labels = dict(instance.labels)
        for (role, _), a in zip(instance.inputs, args, strict=True):
            if a.classes is not None and role not in labels:
                raise DeclarationError(**told("class", name=describe(a)), where=op.name)


def raised(base: Expr, exponent: Expr) -> Expr:
    """base**exponent for any exponent: exp(exponent*log(base)) of a positive base; e**x is exp(x)."""
    if base.op is EXP and base.args[0].number == 1:
        return apply(EXP, exponent)
    if exponent.number is not None:
        return base**exponent.number
    return apply(POW, base, exponent)


def option(function: str, name: str, value: object) -> object:
    """The number of an option that was written without its name: 4 of `max_pool1d(x, 4)`.

    Errors: `DeclarationError` for an expression that is no number.
    """
    if not isinstance(value, Expr):
        return value
    if value.number is None:
        raise DeclarationError(f"`{name}` is a number", where=function)
    return int(value.number) if value.number.denominator == 1 else float(value.number)


def way_out(op: Op, args: tuple[Expr, ...], given: Attributes) -> str:
    """A transposed operand, or a reshape, that would fit."""
    for n, a in enumerate(args):
        if a.rank != 2:
            continue
        shapes = tuple((x.shape[1], x.shape[0]) if k == n else x.shape for k, x in enumerate(args))
        try:
            op.place(shapes, given)
        except (ShapeError, DeclarationError):
            continue
        said = [f"{describe(x)}.T" if k == n else describe(x) for k, x in enumerate(args)]
        sign = SIGNS.get(op)
        return f"Did you mean {sign.join(said) if sign else op.name + '(' + ', '.join(said) + ')'}?"
    sizes = "; ".join(f"{describe(a)} is {shape_text(a.shape)}" for a in args)
    return f"{sizes}. Declare one of them with the size the other needs, or use reshape, slice or concat."


def describe(e: Expr) -> str:
    """A short plain name for messages."""
    s = e.symbol
    if s:
        if s.at is not None:
            return f"{s.name}[{s.at}]"
        at = f"[{s.time}{s.shift:+d}]" if s.shift else (f"[{s.time}]" if s.time else "")
        return s.name + at
    if e.op is NUMBER:
        return str(e.number)
    if e.op is SIZE:
        return str(e.attributes[0][1])
    inner = ", ".join(describe(a) if a.op in LEAVES else "…" for a in e.args)
    return f"{e.op.name}({inner})"


def topological(*roots: Expr) -> tuple[Expr, ...]:
    """Every node below the roots, arguments first; without recursion."""
    order: dict[Expr, None] = {}
    stack = list(reversed(roots))
    while stack:
        node = stack[-1]
        waiting = [a for a in reversed(node.args) if a not in order] if node not in order else ()
        if waiting:
            stack += waiting
        else:
            order[node] = None
            stack.pop()
    return tuple(order)


def rebuild(root: Expr, change: Callable[[Expr, tuple[Expr, ...]], Expr]) -> Expr:
    """The expression made again from its leaves; `change` sees each node with its new arguments."""
    new: dict[Expr, Expr] = {}
    for node in topological(root):
        new[node] = change(node, tuple(new[a] for a in node.args))
    return new[root]


def substitute(root: Expr, by: dict[Expr, Expr]) -> Expr:
    """Leaves (or nodes) replaced by expressions of the same shape."""

    def change(node: Expr, args: tuple[Expr, ...]) -> Expr:
        if node in by:
            return by[node]
        return node if args == node.args else with_args(node, args)

    return rebuild(root, change)


def with_args(node: Expr, args: tuple[Expr, ...]) -> Expr:
    """The same op on other arguments of the same shapes."""
    if all(a.shape == b.shape for a, b in zip(args, node.args, strict=True)):
        return intern(node.op, args, node.attributes, node.shape, node.call)
    return apply(node.op, *args, **dict(node.attributes))


def retimed(root: Expr, move: Callable[[Symbol], Symbol]) -> Expr:
    """Every time symbol replaced by the same one at another step."""

    def change(node: Expr, args: tuple[Expr, ...]) -> Expr:
        s = node.symbol
        if s and s.time:
            return leaf(move(s))
        return node if args == node.args else with_args(node, args)

    return rebuild(root, change)


def shifted(root: Expr, steps: int) -> Expr:
    """Every time symbol moved: h[t-1] by one step is h[t]."""
    return retimed(root, lambda s: replace(s, shift=s.shift + steps)) if steps else root


def pinned(root: Expr, at: Size) -> Expr:
    """Every time symbol at a fixed step: h[t-1] at n is h[n-1], a value outside time."""
    return retimed(root, lambda s: replace(s, time="", shift=0, at=at + s.shift))


def symbols(*roots: Expr) -> tuple[Expr, ...]:
    """Symbol leaves below the roots, in order of appearance."""
    return tuple(e for e in topological(*roots) if e.op is SYMBOL)


def weight(root: Expr) -> int:
    """Nodes of the expression written out as a tree."""
    counts: dict[Expr, int] = {}
    for node in topological(root):
        counts[node] = 1 + sum(counts[a] for a in node.args)
    return counts[root]
