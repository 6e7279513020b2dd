"""One matrix of a stack: what an expression of three axes is where its first index has a value.

What acts on the last two axes alone acts on each matrix by itself; there it is an expression of matrices.
"""

from __future__ import annotations

from dataclasses import replace

from symbackprop.errors import ShapeError
from symbackprop.formula.tree import Name
from symbackprop.graph import functions as fn
from symbackprop.graph.expr import LEAVES, SYMBOL, Expr, Symbol, const, leaf, with_args
from symbackprop.matrices.raising import raise_entries
from symbackprop.sizes import Size
from symbackprop.vocabulary.kinds import CONSTANT, EINSUM, MATMUL

STACK = 3  # axes of a stack of matrices


def of_stack(e: Expr, at: str | Size) -> Expr | None:
    """One matrix of a stack, by a letter or by its position; None where no matrix of the operands says it."""
    if e.op is SYMBOL:
        s = e.own
        if s.time or s.at is not None or s.labels or e.rank == STACK - 1:
            return None  # δz_i of a matrix would be read as an entry
        return leaf(replace(s, shape=s.shape[1:], **({"time": at} if isinstance(at, str) else {"at": at})))
    if e.op is CONSTANT:
        return fn.constant(e.attribute("value"), *map(const, e.shape[1:]))  # type: ignore[arg-type]
    if e.op is EINSUM:
        return contracted(e, at)
    if e.op in LEAVES or not (e.op.variants or e.op.scalar):
        return None
    args = [of_stack(a, at) if a.rank == STACK and a.shape[0] == e.shape[0] else a for a in e.args]
    if any(a is None or a.rank == STACK for a in args) or not acts_on_each(e):
        return None
    try:
        made = with_args(e, tuple(a for a in args if a is not None))
    except ShapeError:
        return None
    return made if made.shape == e.shape[1:] else None


def acts_on_each(e: Expr) -> bool:
    """Whether an op acts on the last axes of its operands alone."""
    if e.op.scalar or e.op is MATMUL:
        return True
    patterns = next((v.arguments for v in e.op.variants if len(v.arguments) == len(e.args)), ())
    pairs = zip(patterns, e.args, strict=False)
    return bool(patterns) and all(p.batch and a.rank > len(p.core) for p, a in pairs if a.rank == STACK)


def contracted(e: Expr, at: str | Size) -> Expr | None:
    """An einsum for one value of its first letter, which is the first of some operands and nowhere else."""
    groups, _, out = str(e.attribute("spec")).replace(" ", "").partition("->")
    first, operands = out[0], groups.split(",")
    if any(first in g[1:] for g in (*operands, out)):
        return None
    args = [of_stack(a, at) if first in g else a for g, a in zip(operands, e.args, strict=True)]
    known = [a for a in args if a is not None]
    if len(known) < len(args) or any(a.rank > STACK - 1 for a in known):
        return None
    spec = f"{','.join(g.replace(first, '') for g in operands)}->{out[1:]}"
    made = EINSUM.place(tuple(a.shape for a in known), (("spec", spec),))
    return raise_entries(made.result.right, made.result.at, {f"x{n}": a for n, a in enumerate(known)})


def by_matrices(e: Expr) -> bool:
    """Whether an op makes each matrix of a stack from one of each operand."""
    if e.rank != STACK:
        return False
    own = (leaf(Symbol(f"\0{n}", a.shape, Name("x"))) if a.rank == STACK else a for n, a in enumerate(e.args))
    return of_stack(with_args(e, tuple(own)), "i") is not None
