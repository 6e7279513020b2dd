"""Fisher information of independent samples: Σ_m over the samples of what each knows by its own label.

Scores of different samples are uncorrelated and have mean 0, so products of different samples vanish:
E[(Σ_m a_m)(Σ_m a_m)ᵀ] = Σ_m (E[a_m a_mᵀ] - E[a_m] E[a_m]ᵀ), where a_m are the terms that hold label m.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np

from symbackprop import entries as en
from symbackprop.derivation.derivation import Derivation
from symbackprop.entries import Affine, Delta, Elem, Entries, Index, SizeOf, Term
from symbackprop.entries.contraction import contract, multiplied_out
from symbackprop.entries.reference_values import Array
from symbackprop.errors import DeclarationError
from symbackprop.graph.expr import Expr
from symbackprop.matrices.lowering import map_positions, summed
from symbackprop.numeric.points import Point, backward_values, forward

Total: TypeAlias = Literal["sum", "mean"]
ZERO = 1e-9  # relative to the largest: what a mean that vanishes, or a likelihood that fits, may be off


def certain(e: Entries, p: Expr) -> Entries:
    """Σ_c p_c = 1, for each sample."""

    def simpler(t: Term) -> Term:
        for i in t.bound:
            using = [f for f in t.factors if i in en.atom_indices(f[0])]
            if len(using) == 1 and is_chance(using[0][0], p, i) and using[0][1] == 1:
                rest = tuple(f for f in t.factors if f not in using)
                return simpler(Term(t.coefficient, rest, tuple(j for j in t.bound if j != i)))
        return t

    return en.gather(map(simpler, e.terms))


def is_chance(atom: en.Atom, p: Expr, i: Index) -> bool:
    """Whether an atom is p at the class i, of a sample that i does not name."""
    if not isinstance(atom, Elem) or atom.tensor is not p or atom.at[-1] != en.position(i):
        return False
    return all(i not in en.position_indices(q) for q in atom.at[:-1])


# --- in entries ------------------------------------------------------------------------------------


def information(left: Entries, right: Entries, y: Expr, p: Expr, total: Total) -> Entries:
    """Σ_m of the covariances of what depends on label m, divided by the weight of one sample."""
    m = Index("m0", y.shape[0])
    found = (of_bits if p.rank == 1 else of_classes)(left, right, y, p, m)
    weight = en.entries(SizeOf(m.size)) if total == "mean" else en.number(1)
    return en.multiply(weight, found)


def of_classes(left: Entries, right: Entries, y: Expr, p: Expr, m: Index) -> Entries:
    """Σ_m (Σ_c p_mc a_mc a_mcᵀ - (Σ_c p_mc a_mc)(Σ_c p_mc a_mc)ᵀ)."""
    c = Index("c0", p.shape[1])
    chance = en.elem(p, m, c)
    a, b = (with_label(e, y, m, en.position(c)) for e in (left, right))
    square = summed(product(chance, a, b), (m, c))
    means = (certain(summed(product(chance, e), (c,)), p) for e in (a, b))
    return en.add(certain(square, p), en.scale(summed(product(*means), (m,)), -1))


def of_bits(left: Entries, right: Entries, y: Expr, p: Expr, m: Index) -> Entries:
    """Σ_m p_m (1 - p_m) Δ_m Δ_mᵀ, where Δ is the value at 1 less that at 0."""

    def step(e: Entries) -> Entries:
        at = (with_bit(e, y, m, bit) for bit in (1, 0))
        return multiplied_out(en.add(next(at), en.scale(next(at), -1)))

    chance = en.elem(p, m)
    variance = en.multiply(chance, en.add(en.number(1), en.scale(chance, -1)))
    return summed(en.multiply(variance, *map(step, (left, right))), (m,))


def product(*each: Entries) -> Entries:
    return multiplied_out(en.multiply(*each))


def with_label(e: Entries, y: Expr, m: Index, at: Affine) -> Entries:
    """The terms of one sample m with its label at a class, or one-hot there."""

    def one(a: Elem) -> Entries | None:
        return en.entries(Delta(a.at[-1], at)) if a.tensor is y else None

    own = Entries(tuple(own_terms(e, y, m)))
    placed = map_positions(own, lambda q: at if isinstance(q, Elem) and q.tensor is y else q)
    return contract(en.inline(placed, one))


def with_bit(e: Entries, y: Expr, m: Index, bit: int) -> Entries:
    """The terms of one sample m with its label 0 or 1."""
    own = Entries(tuple(own_terms(e, y, m)))
    return en.inline(own, lambda a: en.number(bit) if a.tensor is y else None)


def own_terms(e: Entries, y: Expr, m: Index) -> Iterator[Term]:
    """The terms that hold a label, each summed over its sample, with the sample as the free letter m."""
    for t in multiplied_out(e).terms:
        # the samples whose labels stand in it, as entries or as positions
        rows = [a.at[0] for a in en.elements(Entries((t,))) if a.tensor is y]
        if not rows:
            continue
        row = rows[0].plain if isinstance(rows[0], Affine) else None
        if row is None or row not in t.bound or any(q != rows[0] for q in rows):
            raise DeclarationError("the labels of different samples stand in one term", where="fisher",
                                   hint="A loss of independent samples is a sum over them.")  # fmt: skip
        moved = en.rename_bound(t, {row: en.position(m)})
        yield replace(moved, bound=tuple(i for i in moved.bound if i != m))


# --- in numbers ------------------------------------------------------------------------------------


def outcomes(d: Derivation, label: str, given: str, point: Point) -> Iterator[tuple[int, float, Point]]:
    """Every sample with every label it may have, its probability, and the point where it has it."""
    chances = np.asarray(point.values[given, 0])
    chances = chances if chances.ndim == 2 else np.stack([1 - chances, chances], -1)
    inputs = {k: v for k, v in point.values.items() if k[0] in d.graph.inputs}
    classes = chances.shape[1]
    for m, c in np.ndindex(*chances.shape):
        drawn = np.array(inputs[label, 0])
        drawn[m] = np.eye(classes)[c] if drawn.ndim == 2 else c
        moved = {**inputs, (label, 0): drawn}
        yield m, float(chances[m, c]), forward(d.graph, Point(point.sizes, moved, {}, point.length))


def covariances(d: Derivation, x: str, label: str, given: str, point: Point) -> tuple[Array, Array]:
    """Σ_m of the covariances of the gradient by label m, and the mean gradient over all labels."""
    base = gradient(d, x, point)
    squares, means = {}, {}
    for m, chance, here in outcomes(d, label, given, point):
        moved = gradient(d, x, here) - base
        squares[m] = squares.get(m, 0) + chance * np.multiply.outer(moved, moved)
        means[m] = means.get(m, 0) + chance * moved
    spread = sum(squares[m] - np.multiply.outer(means[m], means[m]) for m in means)
    return np.asarray(spread), np.asarray(base + sum(means.values()))


def gradient(d: Derivation, x: str, point: Point) -> Array:
    given = {k: v for k, v in point.values.items() if k[0] in d.graph.inputs}
    here = forward(d.graph, Point(point.sizes, given, {}, point.length))
    return np.asarray(backward_values(d.backward, here).deltas[x, 0])


def misfits(d: Derivation, label: str, given: str, point: Point) -> dict[Total, float]:
    """How far the loss is from the sum, and from the mean, of -log of the probabilities of the labels."""
    values: dict[int, list[tuple[float, float]]] = {}
    for m, chance, here in outcomes(d, label, given, point):
        values.setdefault(m, []).append((float(np.real(here.values[d.of, 0])), -np.log(chance)))
    table = np.array([*values.values()])  # sample, class, (loss, -log)
    loss, own = np.moveaxis(table[:, 1:] - table[:, :1], -1, 0)
    share: dict[Total, float] = {"sum": 1.0, "mean": 1 / len(values)}
    return {k: float(np.max(np.abs(loss / w - own)) / np.max(np.abs(own))) for k, w in share.items()}


def total_of(d: Derivation, x: str, label: str, given: str, point: Point) -> Total:
    """Whether the loss is the sum or the mean of -log likelihoods.

    Errors: `DeclarationError` where it is neither, or where its mean gradient over the labels is not 0.
    """
    fits: list[Total] = [k for k, off in misfits(d, label, given, point).items() if off < ZERO]
    if not fits:
        raise DeclarationError(
            f"{d.of} is neither the sum nor the mean of -log {given} at the labels {label}",
            where="fisher", hint="Name the loss of the likelihood alone.",
        )  # fmt: skip
    spread, mean = covariances(d, x, label, given, point)
    if np.max(np.abs(mean)) > ZERO * max(1.0, float(np.sqrt(np.max(np.abs(spread))))):
        raise DeclarationError(
            f"the gradient of {d.of} by {x} does not have mean 0 over the labels {label}",
            where="fisher", hint="Leave terms without labels out, a penalty say.",
        )  # fmt: skip
    return fits[0]
