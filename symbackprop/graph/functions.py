"""The functions a graph is built with: one per op of the vocabulary, and the few that take axes or sizes."""

from __future__ import annotations

from typing import cast


from symbackprop.errors import DeclarationError, ShapeError
from symbackprop.formula.printed_names import default_tex, spelled
from symbackprop.graph import expr
from symbackprop.graph.axis_functions import (
    Function, along_axis, as_size, concat, constant as constant, einsum, eye, ones, permute,
    reduction, reshape, selector as selector, tri, zeros,
)  # fmt: skip
from symbackprop.graph.composite_functions import COMPOSITIONS, logdet, matrix_power
from symbackprop.graph.expr import Expr, Operand, Symbol, apply, describe, labels_of, leaf, symbols
from symbackprop.graph.graph import Graph, make
from symbackprop.graph.label_functions import (
    argmax, argmin, cross_entropy, largest, onehot, pick, smallest,
)  # fmt: skip
from symbackprop.sizes import Size, shape_text, size
from symbackprop.vocabulary import OPS

OPERATORS = "add subtract multiply divide negative power matmul transpose".split()
expr.OPERATORS.update({k: OPS[k] for k in OPERATORS})


def positions(key: object) -> tuple[object, ...]:
    """What stands between square brackets, one for each axis."""
    return tuple(cast("tuple[object, ...]", key)) if isinstance(key, tuple) else (key,)


def subscript(x: Expr, key: object) -> Expr:
    """x[1:4], x[:, 0], x[y] for a label y, h[t-1] for a time symbol."""
    keys = positions(key)
    if len(keys) == 1 and isinstance(keys[0], Expr) and labels_of(keys[0]) is not None:
        return pick(x, keys[0])
    if len(keys) > x.rank:
        raise ShapeError(f"{describe(x)} is {shape_text(x.shape)}; {len(keys)} positions given",
                         where=f"{describe(x)}[…]")  # fmt: skip
    ranges: list[tuple[Size, ...]] = []
    for extent, k in zip(x.shape, (*keys, *(slice(None),) * (x.rank - len(keys))), strict=True):
        ranges.append(one_range(k, extent, x))
    return apply(OPS["slice"], x, ranges=tuple(ranges))


def one_range(k: object, extent: Size, x: Expr) -> tuple[Size, ...]:
    where = f"{describe(x)}[…]"

    def bound(v: object, default: Size) -> Size:
        if v is None:
            return default
        s = as_size(v)  # type: ignore[arg-type]
        return s + extent if s.number is not None and s.number < 0 else s

    if isinstance(k, slice):
        k = cast("slice[object, object, object]", k)
        if k.step not in (None, 1):
            raise DeclarationError("only steps of 1", where=where)
        start, stop = bound(k.start, size(0)), bound(k.stop, extent)
        inside = [(start).number, (stop - start).number, (extent - stop).number]
        if any(v is not None and v < 0 for v in inside) or inside[1] == 0:
            raise ShapeError(
                f"{start}:{stop} does not lie in an axis of size {extent}", where=where
            )
        return (start, stop)
    p = bound(k, size(0))
    inside = (extent - p).number
    if (inside is not None and inside <= 0) or (p.number is not None and p.number < 0):
        raise ShapeError(f"position {p} does not lie in an axis of size {extent}", where=where)
    return (p,)


def clip(x: Operand, low: Operand = -1, high: Operand = 1) -> Expr:
    """Values below `low` and above `high` replaced by these numbers; at them the left derivative.

    Errors: `DeclarationError` for bounds that are no numbers.
    """
    return apply(OPS["clip"], x, low=bound(low), high=bound(high))


def bound(value: Operand) -> object:
    if not isinstance(value, Expr):
        return value
    if value.number is None:
        raise DeclarationError("a bound is a number", where="clip",
                               hint="With declared bounds write minimum(maximum(x, a), b).")  # fmt: skip
    whole = value.number.denominator == 1
    return int(value.number) if whole else float(value.number)


def dot(x: Operand, y: Operand) -> Expr:
    return apply(OPS["matmul"], x, y)


def symbol(name: str, *extents: int | str | Size, tex: str = "", domain: str = "real",
           labels: int | str | Size | None = None) -> Expr:  # fmt: skip
    """A declared input or parameter: `symbol("W", "m", "n", tex="W^{(1)}")`."""
    shape = tuple(size(x) for x in extents)
    printed = spelled(tex or default_tex(named_well(name)))
    classes = size(labels) if labels is not None else None
    return leaf(Symbol(name, shape, printed, "label" if classes else domain, classes))


def named_well(name: str) -> str:
    """Errors: `DeclarationError` for a name that is no identifier."""
    if not name.isidentifier():
        raise DeclarationError(
            f"`{name}` is not a name", hint="Letters, digits and _; the printed name is tex=."
        )
    return name


def named(name: str, definition: Expr, tex: str = "") -> Expr:
    """A node with a name: an atom of every derivation, defined by an expression."""
    printed = spelled(tex or default_tex(named_well(name)))
    classes = labels_of(definition)
    domain = "label" if classes else "real"
    return leaf(Symbol(name, definition.shape, printed, domain, classes, definition))


def collect(**outputs: Expr) -> Graph:
    """The graph of expressions built in Python: `collect(L=loss)`.

    Every `named` symbol below the outputs becomes a node; an output that is not yet a named symbol is
    given the keyword's name.
    """
    roots = [e if e.symbol and e.symbol.name == n else named(n, e) for n, e in outputs.items()]
    order: dict[Expr, None] = {}
    stack: list[tuple[Expr, bool]] = [(r, False) for r in reversed(roots)]
    while stack:
        node, done = stack.pop()
        if node in order:
            continue
        inner = node.symbol.definition if node.symbol else None
        if done or inner is None:
            order[node] = None
        else:
            stack.append((node, True))
            stack += [(s, False) for s in reversed(symbols(inner)) if s not in order]
    symbol: dict[str, Expr] = {}
    definition: dict[str, Expr] = {}
    for node in order:
        s = node.symbol
        assert s
        if symbol.setdefault(s.name, node) is not node:
            raise DeclarationError(
                f"two different symbols are called `{s.name}`", hint="Rename one of them."
            )
        if s.definition is not None:
            definition[s.name] = s.definition
    inputs = {n: e for n, e in symbol.items() if n not in definition}
    return make(inputs | {n: symbol[n] for n in definition}, definition)


expr.SUBSCRIPT.append(subscript)
# spelled otherwise in a graph, or made by derivations alone
HIDDEN = frozenset(
    (
        "add subtract multiply divide negative selector constant identity slice sum_last mean_last "
        "power unit commutation contraction"
    ).split()
)
FUNCTIONS: dict[str, Function] = {
    **{name: along_axis(op) for name, op in OPS.items() if name not in HIDDEN},
    "sum": reduction("sum"), "mean": reduction("mean"), "concat": concat, "ones": ones, "zeros": zeros,
    "eye": eye, "reshape": reshape, "einsum": einsum, "onehot": onehot, "tri": tri, "pick": pick, "dot": dot,
    "clip": clip,
    "cross_entropy": cross_entropy, "permute": permute, "argmax": argmax, "argmin": argmin,
    "max": largest, "min": smallest,
    "logdet": logdet, "matrix_power": matrix_power,
    **COMPOSITIONS,
}  # fmt: skip
