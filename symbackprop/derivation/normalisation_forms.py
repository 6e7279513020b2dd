"""What comes back through a normalisation as textbooks have it: the signal, less its mean, less a part of y.

With y = (x - mean)/s and s the root of variance plus eps, the terms hold for every eps: through the mean
inside the variance nothing comes back, since centred entries add up to 0.
"""

from __future__ import annotations

from symbackprop.backward.reverse_pass import Backward
from symbackprop.graph.axis_functions import mean, total
from symbackprop.graph.expr import Expr, apply, const
from symbackprop.vocabulary.kinds import BATCHNORM, DIAG, LAYERNORM, RMSNORM

CENTRED = frozenset({LAYERNORM, BATCHNORM})  # they take the mean away; RMSNORM does not
ROWS, NORMS = frozenset({LAYERNORM, RMSNORM}), frozenset({LAYERNORM, RMSNORM, BATCHNORM})
DEVIATION, NORMAL = (
    "s",
    "h",
)  # helpers of a normalisation: what it divides by, and its value before gain and bias


def sent_back(b: Backward, node: str, signal: Expr) -> Expr | None:
    """What a normalisation sends back to its first argument; None for what is no normalisation of a vector or
    of the rows or columns of a matrix, or where its deviation has no name."""
    e = b.graph.definition[node]
    if e.op not in NORMS or e.rank not in (1, 2) or e.args[0].symbol is None:
        return None
    own = b.helpers.get(e, {})
    s, y = own.get(DEVIATION), b.graph.symbol[node] if len(e.args) == 1 else own.get(NORMAL)
    if s is None or y is None or s.symbol is None or y.symbol is None:
        return None
    gain = e.args[1] if len(e.args) > 1 else None
    if e.rank == 1:
        return of_vector(e, s, y, signal if gain is None else signal * gain)
    return of_matrix(e, s, y, signal if gain is None else signal @ apply(DIAG, gain))


def of_vector(e: Expr, s: Expr, y: Expr, back: Expr) -> Expr:
    along = back - mean(back) if e.op in CENTRED else back
    return (along - (y @ back) / const(e.shape[0]) * y) / s


def of_matrix(e: Expr, s: Expr, y: Expr, back: Expr) -> Expr:
    """Row by row, or column by column."""
    axis = 1 if e.op in ROWS else 0
    means = mean(back, axis=axis)
    rest = (back - (means[:, None] if axis else means)) if e.op in CENTRED else back
    sums, scale = apply(DIAG, total(back * y, axis=axis)), apply(DIAG, 1 / s)
    along = (sums @ y if axis else y @ sums) / const(e.shape[axis])
    return scale @ (rest - along) if axis else (rest - along) @ scale
