"""Values of functions of square matrices, of real and of complex ones: a complex step goes through them."""

from __future__ import annotations

import numpy as np

from symbackprop.entries.array_values import Array

TERMS, NEAR = 20, 0.25  # of the series of exp, and up to which norm it is summed


def symmetric_part(a: Array) -> Array:
    return (a + a.T) / 2


def cholesky(a: Array) -> Array:
    """The lower triangular C with C Cᵀ = A and a positive diagonal; not a number where there is none.

    Without conjugation: it is analytic in the entries, as a complex step asks.
    """
    s = symmetric_part(a)
    c = np.zeros_like(s)
    with np.errstate(all="ignore"):
        for j in range(len(s)):
            inner = s[j, j] - c[j, :j] @ c[j, :j]
            if not np.real(inner) > 0:
                return np.full_like(s, np.nan)
            c[j, j] = np.sqrt(inner)
            c[j + 1 :, j] = (s[j + 1 :, j] - c[j + 1 :, :j] @ c[j, :j]) / c[j, j]
    return c


def lower_half(a: Array) -> Array:
    """The lower triangle, with half of the diagonal."""
    return (np.tril(a) + np.tril(a, -1)) / 2


def eigenvectors(a: Array) -> Array:
    """V with A V = V diag(λ), λ in ascending order; of a complex matrix that of its real part."""
    return np.linalg.eigh(symmetric_part(np.real(a)))[1]


def eigvalsh(a: Array) -> Array:
    """Eigenvalues in ascending order; of A + i h B those of A and h times their slopes along B."""
    if not np.iscomplexobj(a):
        return np.linalg.eigvalsh(symmetric_part(a))
    v = eigenvectors(a)
    return np.diagonal(v.T @ a @ v)


def expm(a: Array) -> Array:
    """Σ Aᵏ/k!, by squaring: exp(A) = exp(A/2ˢ)^(2ˢ)."""
    size = float(np.linalg.norm(np.real(a)))
    if not np.isfinite(size):
        return np.full_like(a, np.nan)
    times = max(0, int(np.ceil(np.log2(size / NEAR)))) if size > 0 else 0
    term = total = np.eye(len(a), dtype=a.dtype)
    for k in range(1, TERMS):
        term = term @ (a / 2**times) / k
        total = total + term
    for _ in range(times):
        total = total @ total
    return total


def expm_along(a: Array, b: Array) -> Array:
    """The derivative of expm at A along B: the corner of exp [[A, B], [0, A]]."""
    n = len(a)
    whole = np.block([[a, b], [np.zeros_like(a), a]])
    return expm(whole)[:n, n:]
