"""What is sent back through functions of square matrices, from the equations they solve; S is (A + Aᵀ)/2.

Cholesky: C Cᵀ = S gives C⁻¹ dS C⁻ᵀ = C⁻¹ dC + (C⁻¹ dC)ᵀ, and C⁻¹ dC is lower triangular: it is the lower
triangle of the left side, with half of the diagonal. Eigenvalues: λⱼ = vⱼᵀ S vⱼ with |vⱼ| = 1 gives
dλⱼ = vⱼᵀ dS vⱼ, since dvⱼ stands at a right angle to vⱼ. The exponential: exp [[A, B], [0, A]] has in its
corner the derivative along B, and the adjoint of that at A is that at Aᵀ, term by term of the series.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from symbackprop.catalogue.error_sentences import told
from symbackprop.entries.op import Op
from symbackprop.errors import DeclarationError
from symbackprop.graph.expr import Expr, apply
from symbackprop.matrices import tidy as td
from symbackprop.vocabulary.kinds import (
    CHOLESKY, DIAG, EIGENVECTORS, EIGVALSH, EXPM, EXPM_ALONG, INVERSE, LOWER_HALF,
)  # fmt: skip


def of_factor(a: Expr, c: Expr, arriving: Expr) -> Expr:
    back = apply(INVERSE, c)
    sent = back.T @ apply(LOWER_HALF, c.T @ arriving) @ back
    return (sent + sent.T) / 2


def of_eigenvalues(a: Expr, values: Expr, arriving: Expr) -> Expr:
    v = apply(EIGENVECTORS, a)
    return v @ apply(DIAG, arriving) @ v.T


def of_exponential(a: Expr, value: Expr, arriving: Expr) -> Expr:
    return apply(EXPM_ALONG, a.T, arriving)


# of the argument, the value, and what arrives at it
PULLBACKS: Mapping[Op, Callable[[Expr, Expr, Expr], Expr]] = {
    CHOLESKY: of_factor, EIGVALSH: of_eigenvalues, EXPM: of_exponential,
}  # fmt: skip
CLOSED = frozenset({*PULLBACKS, EIGENVECTORS, EXPM_ALONG, LOWER_HALF})


def matrix_pullback(node: Expr, output: Expr, arriving: Expr) -> Expr:
    """What flows into the argument. Errors: `DeclarationError` for what stands in such a gradient itself."""
    if node.op not in PULLBACKS:
        raise DeclarationError(**told("closed", name=node.op.name))
    return td.tidy(PULLBACKS[node.op](node.args[0], output, arriving))
