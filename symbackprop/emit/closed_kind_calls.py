"""Closed kinds as NumPy calls: their spelling depends on attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from symbackprop.emit.literals import bare, shape_code, size_code
from symbackprop.entries.op import Op
from symbackprop.graph.expr import Expr
from symbackprop.matrices.adjugate import ADJUGATE
from symbackprop.sizes import Size
from symbackprop.vocabulary.kinds import (
    ARGMAX, ARGMIN, CONCAT, CONSTANT, EINSUM, IDENTITY, ONEHOT, PICK, RESHAPE, SELECTOR, SLICE,
    TRI, UNIT,
)  # fmt: skip

# adj(U S Vᵀ) = det(U) det(V) V adj(S) Uᵀ: products of all singular values but one, no division
ADJUGATE_CODE = '''def _adjugate(a):
    """det(a) inv(a), also where a is singular."""
    u, s, v = np.linalg.svd(a)
    minors = np.array([np.prod(np.delete(s, k)) for k in range(len(s))])
    return np.linalg.det(u) * np.linalg.det(v) * (v.T * minors) @ u.T
'''


def constant_code(e: Expr, args: tuple[str, ...]) -> str:
    return f"np.full({shape_code(e.shape)}, {float(e.attribute('value'))})"  # type: ignore[arg-type]


def slice_code(e: Expr, args: tuple[str, ...]) -> str:
    ranges: tuple[tuple[Size, ...], ...] = e.attribute("ranges")  # type: ignore[assignment]
    return f"{args[0]}[{', '.join(':'.join(bare(size_code(x)) for x in r) for r in ranges)}]"


def pick_code(e: Expr, args: tuple[str, ...]) -> str:
    if e.rank == 0:
        return f"{args[0]}[{args[1]}]"
    return f"np.take_along_axis({bare(args[0])}, {args[1]}[..., None], -1)[..., 0]"


def einsum_code(e: Expr, args: tuple[str, ...]) -> str:
    """The product without its factors of ones: an axis only they have is broadcast."""
    groups, _, out = str(e.attribute("spec")).replace(" ", "").partition("->")
    pairs = list(zip(groups.split(","), e.args, args, strict=True))
    factors = [(g, code) for g, a, code in pairs if not ones_along(a, g, out)]
    if not factors:
        return f"np.full({shape_code(e.shape)}, 1.0)"
    own = "".join(c for c in out if any(c in g for g, _ in factors))
    code = product_code(factors, own)
    if own == out:
        return code
    at = ", ".join(":" if c in own else "None" for c in out)
    return f"np.broadcast_to({code}[{at}], {shape_code(e.shape)})"


def ones_along(a: Expr, letters: str, out: str) -> bool:
    """Ones that only say how far the result reaches."""
    ones = a.op is CONSTANT and a.attribute("value") == 1
    return ones and all(c in out for c in letters) and len(set(letters)) == len(letters)


def product_code(factors: list[tuple[str, str]], out: str) -> str:
    """A sum of products of arrays; a plain product broadcasts, a plain sum adds axes."""
    spec = ",".join(g for g, _ in factors) + "->" + out
    codes = ", ".join(bare(code) for _, code in factors)
    if spec == f"{out}->{out}":
        return factors[0][1]
    letters = factors[0][0]
    if len(factors) == 1 and out == "".join(c for c in letters if c in out) == "".join(dict.fromkeys(out)) \
            and len(set(letters)) == len(letters):  # fmt: skip
        gone = tuple(k for k, c in enumerate(letters) if c not in out)
        return f"np.sum({codes}, axis={gone})"
    return f"np.einsum({spec!r}, {codes}{', optimize=True' if len(factors) > 1 else ''})"


def tri_sizes(e: Expr) -> list[Size]:
    return [e.attribute(k) for k in ("rows", "columns", "offset")]  # type: ignore[misc]


def one_at(position: str, size: Size) -> str:
    """Rows that are 1 at a position and 0 elsewhere."""
    return f"((np.arange({bare(size_code(size))}) == {position}) * 1.0)"


SPECIAL: Mapping[Op, Callable[..., str]] = {
    ADJUGATE: lambda e, a: f"_adjugate({bare(a[0])})",
    CONCAT: lambda e, a: f"np.concatenate([{', '.join(map(bare, a))}], axis={e.attribute('axis')})",
    CONSTANT: constant_code,
    SLICE: slice_code,
    PICK: pick_code,
    ARGMAX: lambda e, a: f"np.argmax({bare(a[0])}, axis=-1)",
    ARGMIN: lambda e, a: f"np.argmin({bare(a[0])}, axis=-1)",
    IDENTITY: lambda e, a: f"np.eye({size_code(e.shape[0])})",
    SELECTOR: lambda e, a: (
        f"np.eye({size_code(e.shape[0])}, {size_code(e.shape[1])}, -{size_code(e.attribute('start'))})"
    ),
    TRI: lambda e, a: f"np.tri({', '.join(size_code(v) for v in tri_sizes(e))})",
    UNIT: lambda e, a: one_at(size_code(e.attribute("position")), e.shape[0]),
    ONEHOT: lambda e, a: one_at(f"np.asarray({bare(a[0])})[..., None]", e.shape[-1]),
    RESHAPE: lambda e, a: f"np.reshape({bare(a[0])}, {shape_code(e.shape)})",
    EINSUM: einsum_code,
}
