"""`batch`: the graph of a batch, every row of it checked against its sample at a generic point."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

import numpy as np

from symbackprop.entries.reference_values import Array
from symbackprop.errors import DeclarationError, VerificationError
from symbackprop.graph.activity import active_names
from symbackprop.graph.batching import with_rows
from symbackprop.graph.expr import Expr
from symbackprop.graph.graph import Graph
from symbackprop.graph.graph_text import as_graph
from symbackprop.numeric.points import Point, bind_sizes, forward, generic_point
from symbackprop.sizes import size

EQUAL = 1e-10  # of a batch to its samples one by one, relative


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
    Errors: `DeclarationError` for a name that is no input, or an op without a batch form.

        g = batch("x: d; W: k x d; y: k; L = sum((W @ x - y)**2)", ("x", "y"))
        derive(g, wrt="W")["W"].text()  # (2/n) (X Wᵀ - Y)ᵀ X
    """
    g = as_graph(graph)
    names = tuple(samples)
    check_samples(g, names, size_name)
    over = active_names(g, names)
    made = with_rows(g, over, size(size_name), total)
    check_rows(g, made, over, size_name, total)
    return made


def check_samples(g: Graph, names: tuple[str, ...], size_name: str) -> None:
    for name in names or ("",):
        if name not in g.inputs:
            raise DeclarationError(f"`{name}` is no input", where="batch",
                                   hint=f"Inputs: {', '.join(g.inputs)}")  # fmt: skip
    if size_name in g.sizes or size_name in g.symbol or not size_name.isidentifier():
        raise DeclarationError(f"`{size_name}` cannot name the number of samples", where="batch",
                               hint="Choose a name that is no size and no symbol.")  # fmt: skip


# --- the rows of the batch are the samples -------------------------------------------------------


def check_rows(one: Graph, many: Graph, over: Collection[str], size_name: str, total: str) -> None:
    """Every row of every node at a generic point against the sample by itself, and the output over all."""
    sizes = bind_sizes(many, 0)
    start = generic_point(many, 0, 0, sizes)
    point = forward(many, start)
    outputs: list[Array] = []
    for row in range(sizes[size_name]):
        inputs = {k: v[row] if k[0] in over else v for k, v in start.values.items()}
        alone = forward(one, Point(sizes, inputs, {}, start.length))
        if not one.symbol[one.output].shape:
            outputs.append(alone.values[one.output, 0])
        for (n, t), v in alone.values.items():
            if n == one.output and not one.symbol[n].shape:
                continue
            whole = np.asarray(point.values[n, t])
            same(whole[row] if n in over else whole, v, f"row {row + 1} of {n}")
    if not one.symbol[one.output].shape:
        join = np.mean if total == "mean" or one.output not in over else np.sum
        same(point.values[one.output, 0], np.asarray(join(outputs)), f"the {total} {one.output}")


def same(here: Array, want: Array, what: str) -> None:
    if not np.allclose(here, want, rtol=EQUAL, atol=EQUAL):
        raise VerificationError(f"{what} is not what the samples are one by one", where="batch")
