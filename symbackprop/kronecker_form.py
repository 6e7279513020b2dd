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
from fractions import Fraction
from itertools import product
from typing import Literal, TypeAlias

from symbackprop import functions as fn
from symbackprop import tidy as td
from symbackprop.builders import commutation
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
    ways = splits(step)
    if not ways:
        return None
    pieces, between = [], []
    for t in step.result.terms:
        found = piece(t, ways, tensors)
        scaled = between_products(t, step, tensors) if found is None else None
        if found is None and scaled is None:
            return None
        pieces += [found] if found else []
        between += [scaled] if scaled else []
    terms = [*map(joined, with_common_factors(pieces)), *scaled_products(between)]
    return td.plus(*terms) if terms else nothing(step)


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
    """G ⊗ F, (G ⊗ F) K or vec(F) vec(G)ᵀ, numbers in front."""
    (a, f), (b, g) = td.scalars_out(p.left), td.scalars_out(p.right)
    if p.split.kind == "vec":
        sides = [apply(OPS["vec"], x) if x.rank == 2 else x for x in (f, g) if x.rank]
        made = td.outer(*sides) if len(sides) == 2 else sides[0]
    else:
        made = kron(as_matrix(g, p.split.right), as_matrix(f, p.split.left))
    if p.split.kind == "across":
        rows, columns = p.split.right[1], p.split.left[1]
        assert rows and columns, "only matrices by matrices go across"
        made = td.mm(made, commutation(rows.size, columns.size))
    return td.mul(p.number, td.in_front([a, b], made))


def kron(g: Expr, f: Expr) -> Expr:
    """G ⊗ F; of two identities the identity."""
    if g.op.name == f.op.name == "identity":
        return fn.eye(const(g.shape[0] * f.shape[0]))
    return apply(OPS["kron"], g, f)


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


# --- scaled entry by entry in between --------------------------------------------------------------

Between: TypeAlias = tuple[
    Expr, Expr, Expr, Expr, Expr
]  # F, G, U, V, and the scales with their number


def between_products(t: Term, step: LocalStep, tensors: Tensors) -> Between | None:
    """A term as (G ⊗ F) diag(vec(M)) (V ⊗ U)."""
    if len(step.at) != 2 or len(step.by) != 2:
        return None
    (i, j), (p, q) = step.at, step.by
    for a, b in product((i, *t.bound), (j, *t.bound)):
        parts = cut_at(t, (a, b), ((i, a), (j, b), (a, p), (b, q))) if a != b else None
        if parts is None:
            continue
        outs = ((i, a), (j, b), (a, p), (b, q), (a, b))
        made = [
            fn.eye(const(x.size)) if x == y else raise_entries(Entries((part,)), (x, y), tensors)
            for part, (x, y) in zip(parts, outs, strict=True)
        ]
        known = [e for e in made if e is not None]
        if len(known) == len(made):
            *outer, scale = known
            return (*outer, scale)  # type: ignore[return-value]
    return None


def cut_at(
    t: Term, cut: tuple[Index, Index], sides: tuple[tuple[Index, Index], ...]
) -> tuple[Term, ...] | None:
    """The factors over each of the sides and those over the cut alone, where all of them come apart."""
    bound = tuple(k for k in t.bound if k not in cut)
    groups = linked(t, set(cut))
    rest: list[list[Linked]] = [[] for _ in sides]
    middle: list[Linked] = []
    for seen, factors in groups:
        ends = {k for k in seen if k not in bound}
        if ends <= set(cut):
            middle.append((seen, factors))
            continue
        at = next((n for n, side in enumerate(sides) if ends <= set(side)), None)
        if at is None:
            return None
        rest[at].append((seen, factors))
    if not any(set(cut) <= seen for seen, _ in middle):
        return None
    scale = replace(gathered(middle, bound), coefficient=t.coefficient)
    return (*(gathered(each, bound) for each in rest), scale)


def linked(t: Term, cut: set[Index]) -> list[Linked]:
    """Factors grouped by the indices they share, those at which the term is cut apart."""
    groups: list[Linked] = []
    for factor in t.factors:
        own, together = set(atom_indices(factor[0])), [factor]
        for seen, found in list(groups):
            if (seen & own) - cut:
                groups.remove((seen, found))
                own, together = own | seen, [*found, *together]
        groups.append((own, together))
    return groups


def scaled_products(each: list[Between]) -> list[Expr]:
    """(G ⊗ F) diag(vec(M)) (V ⊗ U), the scales of equal products added."""
    total: dict[tuple[Expr, ...], Expr] = {}
    for *outer, scale in each:
        key = tuple(outer)
        total[key] = td.plus(total[key], scale) if key in total else scale
    out = []
    for (f, g, u, v), scale in total.items():
        front, bare = td.scalars_out(scale)
        middle = td.diag(apply(OPS["vec"], bare))
        made = td.mm(td.mm(kron(g, f), middle), kron(v, u))
        out.append(td.in_front([front], made))
    return out
