"""The graph of one sample for a batch of samples in rows: x becomes X, W x becomes X Wᵀ, the loss their mean.

Every op of a definition is made again with the samples as its leading axis. An op with batch axes takes
them as they are; the others are rows of `RULES`. What cannot be lifted is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from symbackprop import functions as fn
from symbackprop.activity import relevant
from symbackprop.derivation import as_graph
from symbackprop.errors import DeclarationError, ShapeError, VerificationError
from symbackprop.expr import LEAVES, Expr, Symbol, apply, const, leaf, topological, with_args
from symbackprop.graph import Graph, make
from symbackprop.notation import Name
from symbackprop.reference import Array
from symbackprop.sizes import Size, size
from symbackprop.values import Point, bind_sizes, forward, generic_point
from symbackprop.vocabulary import OPS

ONE = size(1)
EQUAL = 1e-10  # of a batch to its samples one by one, relative


@dataclass(frozen=True, slots=True)
class Lifted:
    """An expression for all samples, and the shape one of them has; `over` where it differs by sample."""

    expr: Expr
    own: tuple[Size, ...]
    over: bool

    @property
    def rank(self) -> int:
        return len(self.own)


Rule = Callable[[Expr, tuple[Lifted, ...], Size], Expr]


def batch(
    graph: Graph | Expr | str,
    samples: Iterable[str],
    *,
    size_name: str = "n",
    total: Literal["mean", "sum"] = "mean",
) -> Graph:
    """The graph of one sample, for a batch: `samples` are the inputs that differ by sample.

    They get a leading axis `size_name`; single small letters print as capitals. An output that is a number
    becomes the mean (or the sum) over the samples.
    Errors: `DeclarationError` for a name that is no input, a recurrence, or an op without a batch form.

        g = batch("x: d; W: k x d; y: k; L = sum((W @ x - y)**2)", ("x", "y"))
        derive(g, wrt="W")["W"].text()  # (2/n) (X Wᵀ - Y)ᵀ X
    """
    g = as_graph(graph)
    names = tuple(samples)
    check_samples(g, names, size_name)
    n = size(size_name)
    taken = {e.symbol.tex for e in g.symbol.values() if e.symbol}
    swap: dict[Expr, Lifted] = {}
    symbol: dict[str, Expr] = {}
    definition: dict[str, Expr] = {}
    for name in (*g.inputs, *g.definition):
        old = g.symbol[name]
        body = None if name in g.inputs else lifted(g.definition[name], swap, n, name)
        if body and name == g.output and not old.shape and body.over:
            body = Lifted(joined(body.expr, n, total), (), False)
        over = name in names if body is None else body.over
        made = replace(own_symbol(old), definition=body.expr if body else None)
        if over:
            made = replace(made, shape=(n, *old.shape), tex=capital(made, taken))
        swap[old] = Lifted(leaf(made), old.shape, over)
        symbol[name] = leaf(made)
        if body:
            definition[name] = body.expr
    made_graph = make(symbol, definition)
    check_rows(g, made_graph, names, size_name, total)
    return made_graph


def joined(losses: Expr, n: Size, total: str) -> Expr:
    """The losses of all samples as one number; a sum over entries is one with the sum over samples."""
    inner = losses
    while inner.op.name == "sum_last":
        inner = inner.args[0]
    if inner is losses:
        return apply(OPS[total], losses)
    whole = apply(OPS["sum"], inner)
    return whole if total == "sum" else apply(OPS["divide"], whole, const(n))


def check_samples(g: Graph, names: tuple[str, ...], size_name: str) -> None:
    if g.time:
        raise DeclarationError("a recurrence has no batch form here", where="batch",
                               hint="Declare the axis of samples in the graph: x[t]: n x d.")  # fmt: skip
    for name in names or ("",):
        if name not in g.inputs:
            raise DeclarationError(f"`{name}` is no input", where="batch",
                                   hint=f"Inputs: {', '.join(g.inputs)}")  # fmt: skip
    if size_name in g.sizes or size_name in g.symbol or not size_name.isidentifier():
        raise DeclarationError(f"`{size_name}` cannot name the number of samples", where="batch",
                               hint="Choose a name that is no size and no symbol.")  # fmt: skip


def own_symbol(e: Expr) -> Symbol:
    assert e.symbol
    return e.symbol


def capital(s: Symbol, taken: set[Name]) -> Name:
    """The printed name of all samples: a capital, where it is free."""
    small = len(s.tex.base) == 1 and s.tex.base.islower()
    made = replace(s.tex, base=s.tex.base.upper()) if small else s.tex
    if made in taken:
        return s.tex
    taken.add(made)
    return made


# --- ops -----------------------------------------------------------------------------------------


def lifted(root: Expr, known: dict[Expr, Lifted], n: Size, where: str) -> Lifted:
    """A definition for all samples."""
    done: dict[Expr, Lifted] = {}
    for node in topological(root):
        if node in known:
            done[node] = known[node]
        elif node.op in LEAVES or not node.args:
            done[node] = Lifted(node, node.shape, False)
        else:
            args = tuple(done[a] for a in node.args)
            over = any(a.over for a in args)
            if not over:
                done[node] = Lifted(with_args(node, tuple(a.expr for a in args)), node.shape, False)
            else:
                done[node] = Lifted(by_rule(node, args, n, where), node.shape, True)
    return done[root]


def by_rule(node: Expr, args: tuple[Lifted, ...], n: Size, where: str) -> Expr:
    """One op for all samples. Errors: `DeclarationError` where it has no batch form."""
    try:
        made = RULES.get(node.op.name, with_batch_axes)(node, args, n)
    except ShapeError:
        made = None
    if made is None or made.shape != (n, *node.shape):
        raise DeclarationError(f"{node.op.name} has no batch form for these arguments", where=where,
                               hint="Write the graph with the axis of samples.")  # fmt: skip
    return made


def with_batch_axes(node: Expr, args: tuple[Lifted, ...], n: Size) -> Expr:
    """An op that takes leading axes; what broadcasts entrywise is first brought to one rank."""
    entrywise = bool(node.op.scalar) or (
        bool(node.op.variants) and all(not p.core for p in node.op.variants[0].arguments)
    )
    rank = max(a.rank for a in args) if entrywise else 0
    return apply(node.op, *(raised(a, rank, n) for a in args), **dict(node.attributes))


def raised(a: Lifted, rank: int, n: Size) -> Expr:
    """An argument with axes of size 1 between the samples and its own axes."""
    missing = rank - a.rank
    return reshaped(a.expr, (n, *[ONE] * missing, *a.own)) if a.over and missing > 0 else a.expr


def reshaped(e: Expr, shape: tuple[Size, ...]) -> Expr:
    return e if e.shape == shape else apply(OPS["reshape"], e, shape=shape)


def repeated(a: Lifted, n: Size) -> Expr:
    """An argument in every row of the batch."""
    if a.over:
        return a.expr
    if a.expr.op.name == "constant":
        return fn.constant(a.expr.attribute("value"), const(n), *map(const, a.own))  # type: ignore[arg-type]
    ones = fn.ones(const(n), *[1] * a.rank)
    return apply(OPS["multiply"], ones, a.expr)


def product(node: Expr, args: tuple[Lifted, ...], n: Size) -> Expr:
    """x W and W x become X W and X Wᵀ; xᵀy of two samples is a row sum."""
    a, b = args
    match (a.rank, a.over, b.rank, b.over):
        case (1, True, 1, True):
            return apply(OPS["sum_last"], apply(OPS["multiply"], a.expr, b.expr))
        case (2, False, 1, True):
            return apply(OPS["matmul"], b.expr, apply(OPS["transpose"], a.expr))
        case (1, False, 1, True):
            return apply(OPS["matmul"], b.expr, a.expr)
        case (2, True, 1, True):
            return fn.einsum("nik,nk->ni", a.expr, b.expr)
        case (1, True, 2, True):
            return fn.einsum("nk,nkj->nj", a.expr, b.expr)
        case (1, False, 2, True):
            return fn.einsum("k,nkj->nj", a.expr, b.expr)
    return apply(OPS["matmul"], a.expr, b.expr)


def outer(node: Expr, args: tuple[Lifted, ...], n: Size) -> Expr:
    a, b = args
    left = reshaped(a.expr, (*((n,) if a.over else ()), *a.own, ONE))
    right = raised(b, 2, n)
    return apply(OPS["multiply"], left, right)


def every_axis(name: str) -> Rule:
    """A sum over everything of one sample: one axis after the other."""

    def rule(node: Expr, args: tuple[Lifted, ...], n: Size) -> Expr:
        e = args[0].expr
        for _ in args[0].own:
            e = apply(OPS[name], e)
        return e

    return rule


def mean_square(node: Expr, args: tuple[Lifted, ...], n: Size) -> Expr:
    gap = apply(OPS["subtract"], *(raised(a, max(x.rank for x in args), n) for a in args))
    square = apply(OPS["power"], gap, p=2)
    return every_axis("mean_last")(node, (Lifted(square, square.shape[1:], True),), n)


def side_by_side(node: Expr, args: tuple[Lifted, ...], n: Size) -> Expr:
    axis = node.attribute("axis")
    assert isinstance(axis, int)
    return apply(node.op, *(repeated(a, n) for a in args), axis=axis if axis < 0 else axis + 1)


def sliced(node: Expr, args: tuple[Lifted, ...], n: Size) -> Expr:
    ranges = ((size(0), n), *node.attribute("ranges"))  # type: ignore[misc]
    return apply(node.op, args[0].expr, ranges=ranges)


def other_shape(node: Expr, args: tuple[Lifted, ...], n: Size) -> Expr:
    return reshaped(args[0].expr, (n, *node.shape))


def diagonal(node: Expr, args: tuple[Lifted, ...], n: Size) -> Expr:
    (a,) = args
    return apply(OPS["multiply"], reshaped(a.expr, (n, *a.own, ONE)), fn.eye(const(a.own[0])))


RULES: dict[str, Rule] = {
    "matmul":  product,
    "outer":   outer,
    "sum":     every_axis("sum_last"),
    "mean":    every_axis("mean_last"),
    "mse":     mean_square,
    "concat":  side_by_side,
    "slice":   sliced,
    "reshape": other_shape,
    "diag":    diagonal,
}  # fmt: skip


# --- the rows of the batch are the samples -------------------------------------------------------


def check_rows(one: Graph, many: Graph, names: tuple[str, ...], size_name: str, total: str) -> None:
    """Every row of every node at a generic point against the sample by itself, and the output over all."""
    sizes = bind_sizes(many, 0)
    point = forward(many, generic_point(many, 0, 0, sizes))
    outputs = []
    for row in range(sizes[size_name]):
        inputs = {
            (n, 0): point.values[n, 0][row] if n in names else point.values[n, 0]
            for n in one.inputs
        }
        alone = forward(one, Point(sizes, inputs))
        outputs.append(alone.values[one.output, 0])
        for n in one.definition:
            if n == one.output and not one.symbol[n].shape:
                continue
            whole = np.asarray(point.values[n, 0])
            here = whole[row] if many.symbol[n].rank > one.symbol[n].rank else whole
            same(here, alone.values[n, 0], f"row {row + 1} of {n}")
    if not one.symbol[one.output].shape:
        join = np.mean if total == "mean" or not is_summed(one, names) else np.sum
        same(point.values[one.output, 0], np.asarray(join(outputs)), f"the {total} {one.output}")


def is_summed(one: Graph, names: tuple[str, ...]) -> bool:
    """Whether the output differs by sample, so that it is a sum over them."""
    return not relevant(one, one.output).isdisjoint(names)


def same(here: Array, want: Array, what: str) -> None:
    if not np.allclose(here, want, rtol=EQUAL, atol=EQUAL):
        raise VerificationError(f"{what} is not what the samples are one by one", where="batch")
