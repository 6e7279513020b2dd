"""Products, inverses and determinants spelled the fast and stable way."""

from __future__ import annotations

from collections.abc import Mapping

from symbackprop.emit.literals import bare
from symbackprop.graph.expr import Expr
from symbackprop.vocabulary.kinds import ABS, DET, DIAG, INVERSE, TRANSPOSE


def fast_product(e: Expr, done: Mapping[Expr, str]) -> str:
    """diag(u) M and M diag(v) without building the matrix, A⁻¹ b without inverting."""
    a, b = e.args
    if a.op is DIAG and b.rank == 2:
        return f"({done[a.args[0]]}[:, None] * {done[b]})"
    if b.op is DIAG and a.rank == 2:
        return f"({done[a]} * {done[b.args[0]]})"
    if matrix := inverted(a, done):
        return f"np.linalg.solve({matrix}, {bare(done[b])})"
    if matrix := inverted(b, done, flip="yes"):
        right = done[a] if a.rank == 1 else f"{done[a]}.T"
        solved = f"np.linalg.solve({matrix}, {bare(right)})"
        return solved if a.rank == 1 else f"{solved}.T"
    return ""


def inverted(e: Expr, done: Mapping[Expr, str], *, flip: str = "no") -> str:
    """The code of A where an expression is A⁻¹ (Aᵀ where it is A⁻ᵀ), the other way round if flipped."""
    transposed = e.op is TRANSPOSE
    e = e.args[0] if transposed else e
    if e.op is not INVERSE:
        return ""
    a = done[e.args[0]]
    return f"{a}.T" if transposed != (flip == "yes") else bare(a)


def log_determinant(e: Expr, done: Mapping[Expr, str]) -> str:
    """log det A and log |det A| without the product of its pivots, which may overflow."""
    inner = e.args[0]
    whole = inner.args[0] if inner.op is ABS else inner
    if whole.op is not DET:
        return ""
    sign, size = f"np.linalg.slogdet({bare(done[whole.args[0]])})", "[1]"
    if inner is not whole:
        return sign + size
    return f"(lambda s: s[1] if s[0] > 0 else np.nan)({sign})"
