"""Products with selectors as slices, and as arrays set into zeros: a selector is not built for a product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from symbackprop.emit.literals import bare, size_code
from symbackprop.graph.expr import Expr, topological
from symbackprop.sizes import Size
from symbackprop.vocabulary.kinds import MATMUL, SELECTOR, TRANSPOSE

SET_IN = "_set_in"
SET_IN_CODE = f'''def {SET_IN}(x, start, size):
    """Zeros along the first axis, with x from start on."""
    out = np.zeros((size, *np.shape(x)[1:]))
    out[start:start + np.shape(x)[0]] = x
    return out
'''


def selector(e: Expr) -> Expr | None:
    """The selector that a factor is, by its name and transposed too."""
    e = e.args[0] if e.op is TRANSPOSE else e
    made = e.symbol.definition if e.symbol else e
    return made if made is not None and made.op is SELECTOR else None


def selected(e: Expr, done: Mapping[Expr, str]) -> str:
    """S x and S' x, x S and x S': rows from `start` on, taken out or set in; nothing for other products."""
    a, b = e.args
    if not flat(e):
        return ""
    if s := selector(a):
        x = done[b]
        return taken(x, s) if a.op is TRANSPOSE else set_in(x, s)
    if s := selector(b):
        x = done[a]
        return set_in(f"{x}.T", s) + ".T" if b.op is TRANSPOSE else taken(x, s, "..., ")
    return ""


def flat(e: Expr) -> bool:
    """Whether a product is of vectors and matrices: of a stack, the first axis is none of the product."""
    return e.op is MATMUL and all(a.rank <= 2 for a in e.args)


def taken(x: str, s: Expr, before: str = "") -> str:
    start, count = extents(s)
    return f"{x}[{before}{bare(size_code(start))}:{bare(size_code(start + count))}]"


def set_in(x: str, s: Expr) -> str:
    start, _ = extents(s)
    return f"{SET_IN}({bare(x)}, {bare(size_code(start))}, {bare(size_code(s.shape[0]))})"


def extents(s: Expr) -> tuple[Size, Size]:
    """Where the columns of a selector begin among its rows, and how many there are."""
    return s.attribute("start"), s.shape[1]  # type: ignore[return-value]


def built(roots: Iterable[Expr]) -> frozenset[str]:
    """The names of selectors that expressions use as matrices, in more than products with other arrays."""
    found: set[str] = set()
    for root in (roots := tuple(roots)):
        found |= names(root)
    for e in topological(*roots):
        for n, a in enumerate(e.args):
            beside = flat(e) and (n == 0 or not selector(e.args[0]))
            if e.op is not TRANSPOSE and not beside:
                found |= names(a)
    return frozenset(found)


def names(e: Expr) -> set[str]:
    """The name of a selector, transposed or not."""
    s = (e.args[0] if e.op is TRANSPOSE else e).symbol
    return {s.name} if s and selector(e) else set()
