"""A derivative by matrices as one matrix: ∂vec(Y)/∂vec(X) in Kronecker products.

vec stands columns below one another, so entries f(i, p) g(j, q) of ∂Y_ij/∂X_pq are G ⊗ F, and entries
f(i, j) g(p, q) are vec(F) vec(G)ᵀ; of a matrix by a vector, f(i, p) g(j) is g ⊗ F with g as a column.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, TypeAlias

from symbackprop import functions as fn
from symbackprop import tidy as td
from symbackprop.calculus import LocalStep
from symbackprop.entries import Entries, Factor, Index, Term, atom_indices
from symbackprop.expr import Expr, apply, const
from symbackprop.raising import Tensors, raise_entries
from symbackprop.sizes import count
from symbackprop.vocabulary import OPS

Cell: TypeAlias = tuple[
    Index | None, Index | None
]  # what the rows and the columns of a factor run over
Linked: TypeAlias = tuple[set[Index], list[Factor]]  # factors and every index in them


@dataclass(frozen=True, slots=True)
class Split:
    """How the letters of rows and columns are dealt to two factors F and G."""

    kind: Literal["kron", "vec"]  # G ⊗ F, or vec(F) vec(G)ᵀ
    left: Cell
    right: Cell

    @property
    def letters(self) -> tuple[tuple[Index, ...], tuple[Index, ...]]:
        left, right = (tuple(i for i in cell if i) for cell in (self.left, self.right))
        return left, right


@dataclass(frozen=True, slots=True)
class Piece:
    """A number times the two factors of a split."""

    split: Split
    number: Expr
    left: Expr
    right: Expr


def kronecker(step: LocalStep, tensors: Tensors) -> Expr | None:
    """The derivative with its matrices under vec, where every term comes apart into two factors."""
    ways = splits(step)
    found = [piece(t, ways, tensors) for t in step.result.terms]
    pieces = [p for p in found if p is not None]
    if not ways or len(pieces) < len(found):
        return None
    return td.plus(*map(joined, with_common_factors(pieces))) if pieces else nothing(step)


def splits(step: LocalStep) -> tuple[Split, ...]:
    """The ways to deal the letters, the one to prefer first."""
    match step.at, step.by:
        case (i, j), (p, q):
            return Split("kron", (i, p), (j, q)), Split("vec", (i, j), (p, q))
        case (i, j), (p,):
            return (Split("kron", (i, p), (j, None)), Split("kron", (i, None), (j, p)),
                    Split("vec", (i, j), (p, None)))  # fmt: skip
        case (i,), (p, q):
            return (Split("kron", (i, p), (None, q)), Split("kron", (None, p), (i, q)),
                    Split("vec", (i, None), (p, q)))  # fmt: skip
        case (i, j), ():
            return (Split("vec", (i, j), (None, None)),)
        case (), (p, q):
            return (Split("vec", (None, None), (p, q)),)
    return ()


def nothing(step: LocalStep) -> Expr:
    """A derivative that is 0, under vec."""
    sides = (tuple(i.size for i in axes) for axes in (step.at, step.by) if axes)
    return fn.constant(0, *(const(count(s)) for s in sides))


def piece(t: Term, ways: Iterable[Split], tensors: Tensors) -> Piece | None:
    """A term by the first split it comes apart in."""
    for way in ways:
        parts = separated(t, *map(set, way.letters))
        if parts is None:
            continue
        outs = ((), *way.letters)
        number, left, right = (
            raise_entries(Entries((p,)), out, tensors) for p, out in zip(parts, outs, strict=True)
        )
        if number is not None and left is not None and right is not None:
            return Piece(way, number, left, right)
    return None


def with_common_factors(pieces: list[Piece]) -> list[Piece]:
    """G ⊗ F + G ⊗ E = G ⊗ (F + E), and the same on the left."""
    out: list[Piece] = []
    for new in pieces:
        for n, old in enumerate(out):
            if old.split == new.split and old.right is new.right:
                whole = td.plus(td.mul(old.number, old.left), td.mul(new.number, new.left))
                out[n] = replace(old, number=const(1), left=whole)
                break
            if old.split == new.split and old.left is new.left:
                whole = td.plus(td.mul(old.number, old.right), td.mul(new.number, new.right))
                out[n] = replace(old, number=const(1), right=whole)
                break
        else:
            out.append(new)
    return out


def joined(p: Piece) -> Expr:
    """G ⊗ F or vec(F) vec(G)ᵀ, numbers in front."""
    (a, f), (b, g) = td.scalars_out(p.left), td.scalars_out(p.right)
    if p.split.kind == "kron":
        made = apply(OPS["kron"], as_matrix(g, p.split.right), as_matrix(f, p.split.left))
    else:
        sides = [apply(OPS["vec"], x) if x.rank == 2 else x for x in (f, g) if x.rank]
        made = td.outer(*sides) if len(sides) == 2 else sides[0]
    return td.mul(p.number, td.in_front([a, b], made))


def as_matrix(e: Expr, cell: Cell) -> Expr:
    """A vector as the column or the row it is in a Kronecker product."""
    if e.rank == 2:
        return e
    return fn.reshape(e, e.shape[0], 1) if cell[1] is None else fn.reshape(e, 1, e.shape[0])


def separated(t: Term, left: set[Index], right: set[Index]) -> tuple[Term, Term, Term] | None:
    """A term as number and scalars, factors over some letters, factors over the others."""
    groups: list[Linked] = []
    for factor in t.factors:
        own, together = set(atom_indices(factor[0])), [factor]
        for seen, found in list(groups):
            if seen & own or any(seen & side and own & side for side in (left, right)):
                groups.remove((seen, found))
                own, together = own | seen, [*found, *together]
        groups.append((own, together))
    if any(seen & left and seen & right for seen, _ in groups):
        return None
    first = gathered([g for g in groups if g[0] & left], t.bound)
    second = gathered([g for g in groups if g[0] & right], t.bound)
    rest = gathered([g for g in groups if not g[0] & (left | right)], t.bound)
    return replace(rest, coefficient=t.coefficient), first, second


def gathered(groups: list[Linked], bound: tuple[Index, ...]) -> Term:
    """The factors of some groups as one term with the indices it is summed over."""
    used = {i for seen, _ in groups for i in seen}
    factors = tuple(f for _, each in groups for f in each)
    return Term(Fraction(1), factors, tuple(i for i in bound if i in used))
