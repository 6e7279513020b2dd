"""Wrong rules: what people make of the pullback of one op, each made from the right one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping

from symbackprop import tidy as td
from symbackprop.errors import SymbackpropError
from symbackprop.expr import Expr, const, intern
from symbackprop.functions import FUNCTIONS, ones, zeros
from symbackprop.local import NO_NAMES, pullback

Named = Mapping[Hashable, Expr]
Wrong = Callable[[Expr, int, Expr, Expr], Expr | None]


def unchanged(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """The inner derivative is forgotten: ȳ instead of f'(x) ⊙ ȳ."""
    return bar if e.op.scalar else None


def at_output(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """f'(f(x)) instead of f'(x)."""
    if not e.op.scalar:
        return None
    again = intern(e.op, (y,), e.attributes, e.shape)
    return pullback(again, 0, again, bar)


def not_squared(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """tanh' as 1 - tanh."""
    return td.mul(td.plus(const(1), td.scaled(-1, y)), bar) if e.op.name == "tanh" else None


def halved(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """σ' as σ."""
    return td.mul(y, bar) if e.op.name == "sigmoid" else None


def diagonal(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """Only the diagonal of the softmax Jacobian."""
    if e.op.name != "softmax":
        return None
    return td.mul(td.mul(y, td.plus(const(1), td.scaled(-1, y))), bar)


def turned(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """W ȳ instead of Wᵀ ȳ, or ȳ W: fits where sizes are square."""
    if e.op.name != "matmul":
        return None
    other, matmul = e.args[1 - n], FUNCTIONS["matmul"]
    return matmul(bar, other) if n == 0 else matmul(other, bar)


def swapped(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """The factors in the other order."""
    if e.op.name != "matmul":
        return None
    other, matmul = e.args[1 - n], FUNCTIONS["matmul"]
    return matmul(other, bar) if n == 0 else matmul(bar, other)


def elementwise(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """⊙ for the matrix product."""
    return (
        td.mul(e.args[1 - n], bar)
        if e.op.name == "matmul" and e.args[1 - n].shape == bar.shape
        else None
    )


def multiplied(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """The matrix product for ⊙."""
    if bar.rank != 2 or not (e.op.scalar or e.op.name == "multiply"):
        return None
    slope = pullback(e, n, y, ones(*bar.shape))
    return FUNCTIONS["matmul"](slope, bar)


def multiplied_after(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """The matrix product for ⊙, the error signal in front."""
    if bar.rank != 2 or not (e.op.scalar or e.op.name == "multiply"):
        return None
    return FUNCTIONS["matmul"](bar, pullback(e, n, y, ones(*bar.shape)))


def not_summed(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """What was repeated over a batch is not summed over it."""
    spread = e.op.name in ("add", "subtract") and e.args[n].shape != e.shape and e.args[n].rank
    return bar if spread else None


def not_selected(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """All of the error signal of a concatenation instead of a part."""
    return bar if e.op.name == "concat" else None


def dropped(e: Expr, n: int, y: Expr, bar: Expr) -> Expr | None:
    """One use of a node is forgotten."""
    return zeros(*e.args[n].shape)


WRONG: tuple[tuple[str, Wrong], ...] = (
    ("inner",     unchanged),
    ("argument",  at_output),
    ("tanh",      not_squared),
    ("sigmoid",   halved),
    ("diagonal",  diagonal),
    ("transpose", turned),
    ("transpose", swapped),
    ("product",   elementwise),
    ("product",   multiplied),
    ("product",   multiplied_after),
    ("batch",     not_summed),
    ("selector",  not_selected),
    ("path",      dropped),
)  # fmt: skip


def wrong_rules(
    e: Expr, n: int
) -> Iterator[tuple[str, Callable[[Expr, int, Expr, Expr, Named], Expr]]]:
    """The wrong rules that apply to one argument of one node; every other node keeps the right one."""
    for key, wrong in WRONG:
        try:
            if wrong(e, n, e, ones(*e.shape)) is None:
                continue
        except (SymbackpropError, AssertionError):
            continue

        def rule(
            f: Expr, m: int, y: Expr, bar: Expr, known: Named = NO_NAMES, wrong: Wrong = wrong
        ) -> Expr:
            made = wrong(f, m, y, bar) if f is e and m == n else None
            return pullback(f, m, y, bar, known) if made is None else made

        yield key, rule
