"""Square matrices: which are symmetric, and what two neighbours of a product make: A A⁻¹ = I, A A = A²."""

from __future__ import annotations

from functools import reduce
from weakref import WeakKeyDictionary

from symbackprop.graph.expr import Expr, apply
from symbackprop.vocabulary.kinds import (
    ADD, DIAG, IDENTITY, INVERSE, MATMUL, MATRIX_POWER, MULTIPLY, NEGATIVE, OUTER, SUBTRACT,
    TABLE, TRANSPOSE,
)  # fmt: skip

INHERITING = frozenset({INVERSE, MATRIX_POWER, TRANSPOSE, NEGATIVE})  # symmetric where A is
ENTRYWISE = frozenset({ADD, SUBTRACT, MULTIPLY})
_found: WeakKeyDictionary[Expr, bool] = WeakKeyDictionary()  # kept: a named node is asked about often


def symmetric(e: Expr) -> bool:
    """Whether eᵀ = e for every value of the declared domains; without recursion, each node asked once."""
    stack = [e]
    while stack:
        node = stack[-1]
        waiting = [x for x in decisive(node) if x not in _found]
        if not waiting:
            _found[node] = settled(node)
            stack.pop()
        stack += waiting
    return _found[e]


def decisive(e: Expr) -> tuple[Expr, ...]:
    """The matrices on whose symmetry that of e depends."""
    if e.rank != 2 or e in _found:
        return ()
    if e.symbol:
        return (e.symbol.definition,) if e.symbol.definition is not None else ()
    if e.op is MATMUL:
        return tuple(f for f in factors(e) if f is not e)  # v @ A of a stack A is one factor
    return tuple(a for a in e.args if a.rank) if e.op in INHERITING | ENTRYWISE else ()


def settled(e: Expr) -> bool:
    """Whether eᵀ = e, where that is known of all that is decisive."""
    s = e.symbol
    if e.rank != 2:
        return False
    if s:
        made = s.definition is not None and not s.time and _found[s.definition]
        return s.facts.symmetric or made
    if e.op in INHERITING | ENTRYWISE:
        return e.shape[0] == e.shape[1] and all(_found[a] for a in e.args if a.rank)
    if e.op is MATMUL:
        each = factors(e)
        return len(each) > 1 and palindrome(each)
    if e.op is TABLE:
        return mirrored(e)
    return e.op in (IDENTITY, DIAG) or (e.op is OUTER and e.args[0] is e.args[1])


def mirrored(e: Expr) -> bool:
    """Whether a matrix that is written out is its own transpose."""
    cells, n = e.attribute("cells"), e.shape[0].number
    assert isinstance(cells, tuple) and n
    square = e.shape[0] == e.shape[1]
    return square and all(cells[n * i + j] == cells[n * j + i] for i in range(n) for j in range(i))


def factors(e: Expr) -> list[Expr]:
    """The matrices of a product, left to right."""
    out, stack = [], [e]
    while stack:
        node = stack.pop()
        if node.op is not MATMUL or any(a.rank != 2 for a in node.args):
            out.append(node)
        else:
            stack += reversed(node.args)
    return out


def palindrome(each: list[Expr]) -> bool:
    """Whether a product is its own transpose factor by factor: Xᵀ C X with Cᵀ = C."""

    def mirrored(a: Expr, b: Expr) -> bool:
        flipped = any(x.op is TRANSPOSE and x.args[0] is y for x, y in ((a, b), (b, a)))
        return flipped or (a is b and _found[a])

    return all(mirrored(a, b) for a, b in zip(each, reversed(each), strict=True))


def on_the_diagonal(e: Expr) -> Expr | None:
    """M of I ⊙ M."""
    both = e.args if e.op is MULTIPLY and all(a.rank == 2 for a in e.args) else ()
    rest = [a for a in both if a.op is not IDENTITY]
    return rest[0] if len(rest) == 1 else None


def last(e: Expr) -> tuple[Expr | None, Expr]:
    """A product as (everything before, its last factor); a vector made by a product is one factor."""
    if e.op is not MATMUL:
        return None, e
    if e.args[1].rank == 1:
        return e.args[0], e.args[1]
    before, end = last(e.args[1])
    return e.args[0] if before is None else apply(e.op, e.args[0], before), end


def first(e: Expr) -> tuple[Expr, Expr | None]:
    """A product as (its first factor, everything after)."""
    if e.op is not MATMUL:
        return e, None
    if e.args[0].rank == 1:
        return e.args[0], e.args[1]
    start, after = first(e.args[0])
    return start, e.args[1] if after is None else apply(e.op, after, e.args[1])


def neighbours(a: Expr, b: Expr) -> Expr | None:
    """The product of two powers of one matrix: A A⁻¹ = I, Aᵀ Aᵀ = (A²)ᵀ."""
    if a.rank != 2 or b.rank != 2 or a.shape != b.shape:
        return None
    (base, x, up), (other, y, over) = powered(a), powered(b)
    if base is not other or (up != over and not symmetric(base)):
        return None
    made = raised(base, x + y)
    return apply(TRANSPOSE, made) if up and not symmetric(made) else made


def undone(a: Expr, b: Expr) -> tuple[Expr | None, Expr | None] | None:
    """What is left of two neighbours that end in Aᵀ A and begin with (Aᵀ A)⁻¹, or turned round."""
    start, after = first(b)
    inner = factors(start.args[0]) if start.op is INVERSE else []
    before = factors(a)
    if len(inner) > 1 and before[-len(inner) :] == inner:
        return chain(before[: -len(inner)]), after
    front, end = last(a)
    inner = factors(end.args[0]) if end.op is INVERSE else []
    behind = factors(b)
    if len(inner) > 1 and behind[: len(inner)] == inner:
        return front, chain(behind[len(inner) :])
    return None


def chain(each: list[Expr]) -> Expr | None:
    """The product of matrices."""
    return reduce(lambda p, q: apply(MATMUL, p, q), each) if each else None


def powered(e: Expr) -> tuple[Expr, int, bool]:
    """base, exponent, and whether it is transposed."""
    exponent, flipped = 1, False
    while True:
        if e.op is TRANSPOSE:
            flipped = not flipped
        elif e.op is INVERSE:
            exponent = -exponent
        elif e.op is MATRIX_POWER:
            exponent *= int(str(e.attribute("k")))
        else:
            return e, exponent, flipped
        (e,) = e.args


def raised(base: Expr, x: int) -> Expr:
    """A whole power of a square matrix."""
    if not x:
        return apply(IDENTITY, n=base.shape[0])
    base = base if x > 0 else apply(INVERSE, base)
    return base if abs(x) == 1 else apply(MATRIX_POWER, base, k=abs(x))
