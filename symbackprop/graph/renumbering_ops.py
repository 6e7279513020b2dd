"""Ops that renumber entries, said by reshape and others: what they send back is derived through these.

A composition is a claim, held against the op's own definition by the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from symbackprop.entries.op import Op
from symbackprop.graph.expr import Expr
from symbackprop.graph.functions import einsum, reshape
from symbackprop.vocabulary.kinds import KRON, VEC


def kron(a: Expr, b: Expr) -> Expr:
    """A ⊗ B: all products of two entries, row by row."""
    (m, n), (s, t) = a.shape, b.shape
    return reshape(einsum("ij,kl->ikjl", a, b), m * s, n * t)


def vec(a: Expr) -> Expr:
    """The rows of the transpose, one after the other."""
    return reshape(a.T, a.shape[0] * a.shape[1])


COMPOSED: Mapping[Op, Callable[..., Expr]] = {KRON: kron, VEC: vec}
