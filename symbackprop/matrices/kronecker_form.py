"""A derivative by matrices as one matrix: ∂vec(Y)/∂vec(X) in Kronecker products.

vec stands columns below one another, so entries f(i, p) g(j, q) of ∂Y_ij/∂X_pq are G ⊗ F, and entries
f(i, j) g(p, q) are vec(F) vec(G)ᵀ; of a matrix by a vector, f(i, p) g(j) is g ⊗ F with g as a column. What
goes across, f(i, q) g(j, p), is (G ⊗ F) K with the commutation matrix K, K vec(X) = vec(Xᵀ); what is scaled
entry by entry in between, Σ_ab f(i, a) g(j, b) m(a, b) u(a, p) v(b, q), is (G ⊗ F) diag(vec(M)) (V ⊗ U). See
Magnus and Neudecker, Matrix Differential Calculus, chapters 2 and 3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal, TypeAlias

from symbackprop.entries import Entries, Index, Term
from symbackprop.entries.contraction import contract, multiplied_out
from symbackprop.entries.differentiation import LocalStep
from symbackprop.entries.separation import Cell, cut_at, separated
from symbackprop.graph import functions as fn
from symbackprop.graph.axis_functions import commutation
from symbackprop.graph.expr import Expr, apply, const
from symbackprop.matrices import tidy as td
from symbackprop.matrices.raising import Tensors, raise_entries
from symbackprop.sizes import ONE, count
from symbackprop.vocabulary.kinds import IDENTITY, KRON, VEC

# F, G, U, V, and the scales with their number
Between: TypeAlias = tuple[Expr, Expr, Expr, Expr, Expr]


@dataclass(frozen=True, slots=True)
class Split:
    """How the letters of rows and columns are dealt to two factors F and G."""

    kind: Literal["kron", "across", "vec"]  # G ⊗ F, (G ⊗ F) K, or vec(F) vec(G)ᵀ
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
    parts = parted(step.result.terms, step, tensors) if splits(step) else None
    if parts is None:
        return None
    pieces = with_common_factors([p for p in parts if isinstance(p, Piece)])
    scaled = scaled_products([p for p in parts if not isinstance(p, Piece)])
    terms = [*map(joined, pieces), *scaled]
    return td.plus(*terms) if terms else nothing(step)


def parted(
    terms: tuple[Term, ...], step: LocalStep, tensors: Tensors, brackets: str = "closed"
) -> list[Piece | Between] | None:
    """Every term taken apart, its brackets opened where it does not come apart otherwise."""
    out: list[Piece | Between] = []
    for t in terms:
        found = piece(t, splits(step), tensors) or between_products(t, step, tensors)
        if found:
            out.append(found)
            continue
        opened = contract(multiplied_out(Entries((t,)))) if brackets == "closed" else None
        inner = parted(opened.terms, step, tensors, "open") if opened else None
        if inner is None:
            return None
        out += inner
    return out


def splits(step: LocalStep) -> tuple[Split, ...]:
    """The ways to deal the letters, the one to prefer first."""
    match step.at, step.by:
        case (i, j), (p, q):
            return (Split("kron", (i, p), (j, q)), Split("across", (i, q), (j, p)),
                    Split("vec", (i, j), (p, q)))  # fmt: skip
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
            both = added(old, new) if old.split == new.split else None
            if both:
                out[n] = both
                break
        else:
            out.append(new)
    return out


def added(old: Piece, new: Piece) -> Piece | None:
    """The sum of two pieces with a common factor, what their numbers share in front."""
    if old.right is not new.right and old.left is not new.left:
        return None
    sign = {old.number: 1, td.scaled(-1, old.number): -1}.get(new.number)
    front = old.number if sign else const(1)
    a, b = (const(1), const(sign)) if sign else (old.number, new.number)
    if old.right is new.right:
        return replace(old, number=front, left=td.plus(td.mul(a, old.left), td.mul(b, new.left)))
    return replace(old, number=front, right=td.plus(td.mul(a, old.right), td.mul(b, new.right)))


def joined(p: Piece) -> Expr:
    """G ⊗ F, (G ⊗ F) K or vec(F) vec(G)ᵀ, numbers in front."""
    (a, f), (b, g) = td.scalars_out(p.left), td.scalars_out(p.right)
    if p.split.kind == "vec":
        sides = [apply(VEC, x) if x.rank == 2 else x for x in (f, g) if x.rank]
        made = td.outer(*sides) if len(sides) == 2 else sides[0]
    else:
        made = kron(as_matrix(g, p.split.right), as_matrix(f, p.split.left))
    if p.split.kind == "across":
        rows, columns = p.split.right[1], p.split.left[1]
        assert rows and columns, "only matrices by matrices go across"
        made = td.mm(made, commutation(rows.size, columns.size))
    return td.mul(p.number, td.in_front([a, b], made))


def kron(g: Expr, f: Expr) -> Expr:
    """G ⊗ F; of two identities the identity, beside the identity of one entry the other factor."""
    for one, other in ((g, f), (f, g)):
        if one.op is IDENTITY and one.shape[0] == ONE:
            return other
    if g.op is f.op is IDENTITY:
        return fn.eye(const(g.shape[0] * f.shape[0]))
    return apply(KRON, g, f)


def as_matrix(e: Expr, cell: Cell) -> Expr:
    """A vector as the column or the row it is in a Kronecker product."""
    if e.rank == 2:
        return e
    return fn.reshape(e, e.shape[0], 1) if cell[1] is None else fn.reshape(e, 1, e.shape[0])


# --- scaled entry by entry in between --------------------------------------------------------------


def between_products(t: Term, step: LocalStep, tensors: Tensors) -> Between | None:
    """A term as (G ⊗ F) diag(vec(M)) (V ⊗ U)."""
    for (i, j), (p, q) in product(dealt(step.at), dealt(step.by)):
        for a, b in product((*t.bound, i), (*t.bound, j)):
            if a is None or b is None or a == b:
                continue
            made = between(t, ((i, a), (j, b), (a, p), (b, q)), tensors)
            if made is not None:
                return made
    return None


def dealt(axes: tuple[Index, ...]) -> tuple[Cell, ...]:
    """The letters of rows and columns of what stands under vec; a vector is a column, or a row."""
    match axes:
        case (i, j):
            return ((i, j),)
        case (i,):
            return (i, None), (None, i)
    return ()


def between(t: Term, sides: tuple[Cell, ...], tensors: Tensors) -> Between | None:
    """A term cut at two of its letters, where all parts are matrices."""
    (_, a), (_, b) = sides[:2]
    assert a and b
    parts = cut_at(t, (a, b), sides)
    if parts is None:
        return None
    made = []
    for part, cell in zip(parts, (*sides, (a, b)), strict=True):
        letters = tuple(x for x in cell if x)
        eye = len(letters) == 2 and letters[0] == letters[1]
        e = fn.eye(const(letters[0].size)) if eye else raise_entries(Entries((part,)), letters, tensors)
        if e is None:
            return None
        made.append(as_matrix(e, cell))
    f, g, u, v, scale = made
    return f, g, u, v, scale


def scaled_products(each: list[Between]) -> list[Expr]:
    """(G ⊗ F) diag(vec(M)) (V ⊗ U), the scales of equal products added."""
    total: dict[tuple[Expr, ...], Expr] = {}
    for *outer, scale in each:
        key = tuple(outer)
        total[key] = td.plus(total[key], scale) if key in total else scale
    out = []
    for (f, g, u, v), scale in total.items():
        front, bare = td.scalars_out(scale)
        middle = td.diag(apply(VEC, bare))
        made = td.mm(td.mm(kron(g, f), middle), kron(v, u))
        out.append(td.in_front([front], made))
    return out
