"""Entries under another shape: what keeps its shape is itself, two renumberings are one, sizes fall apart."""

from __future__ import annotations

from symbackprop.graph import functions as fn
from symbackprop.graph.expr import Expr, apply, const
from symbackprop.matrices.monomials import is_ones
from symbackprop.matrices.tidy.elementwise_products import in_front, scalars_out
from symbackprop.sizes import ONE, Shape, size
from symbackprop.vocabulary.kinds import CONSTANT, EINSUM, IDENTITY, KRON, OUTER, RESHAPE


def reshaped(e: Expr, shape: Shape) -> Expr:
    """The entries in row-major order under a shape, scalars in front."""
    front, bare = scalars_out(e)
    if bare.op is RESHAPE:
        bare = bare.args[0]
    if bare.op is OUTER and len(shape) == 1:  # a vector as an n x 1 matrix, and back
        bare = next(
            (v for v, one in (bare.args, bare.args[::-1]) if one.shape == (ONE,) and is_ones(one)), bare
        )
    if bare.shape == shape:
        return in_front([front], bare)
    if bare.op is CONSTANT:
        return in_front([front], fn.constant(bare.attribute("value"), *map(const, shape)))  # type: ignore[arg-type]
    return in_front([front], fallen_apart(bare, shape) or apply(RESHAPE, bare, shape=shape))


def only_entries(e: Expr, of: Expr) -> Expr | None:
    """The one column, or the one row, of a matrix as a vector; None for another slice."""
    ranges = e.attribute("ranges")
    whole = tuple((size(0), s) if s != ONE else (size(0),) for s in of.shape)
    return reshaped(of, e.shape) if of.rank == 2 and ranges == whole and e.rank == 1 else None


def fallen_apart(e: Expr, shape: Shape) -> Expr | None:
    """A ⊗ B with an axis for each of theirs; the identity is I ⊗ I."""
    if len(shape) != 4:
        return None
    (m, s, n, t) = shape
    if e.op is IDENTITY and (m, s) == (n, t):
        parts = fn.eye(const(m)), fn.eye(const(s))
    elif e.op is KRON and [a.shape for a in e.args] == [(m, n), (s, t)]:
        parts = e.args
    else:
        return None
    return apply(EINSUM, *parts, spec="ij,kl->ikjl")
