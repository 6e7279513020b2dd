"""Matrices that stand in for a Hessian: Gauss-Newton through a node, and the Fisher information of a label.

Both are contractions of entries that are derived: Schraudolph, Neural Computation 14 (2002), section 3;
Martens, JMLR 21 (2020), sections 5 and 8.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial
from typing import TypeAlias

import numpy as np

from symbackprop import entries as en
from symbackprop.derivation.derivation import Derivation, derive
from symbackprop.derivation.scopes import Order, Second
from symbackprop.derivatives.derivative import Derivative, matrix_of
from symbackprop.derivatives.derivative_names import curvature_name, vec_name
from symbackprop.derivatives.independent_samples import certain, information, total_of
from symbackprop.derivatives.total_derivatives import accumulated, cut, second
from symbackprop.entries import Delta, Elem, Entries, Index
from symbackprop.entries.contraction import contract, multiplied_out
from symbackprop.entries.differentiation import LocalStep
from symbackprop.entries.unification import in_letters
from symbackprop.errors import DeclarationError
from symbackprop.graph.activity import relevant
from symbackprop.graph.expr import Expr
from symbackprop.graph.graph import Graph, known
from symbackprop.matrices.lowering import letters, map_positions, moved, retensored, summed
from symbackprop.numeric.points import Point, bind_sizes, forward, generic_point

DISTRIBUTION = 1e-9  # how far probabilities may add to something else than 1
Pair: TypeAlias = tuple[tuple[Index, ...], tuple[Index, ...]]


def gauss_newton(
    graph: Graph | Expr | str, of: str | None = None, wrt: str | None = None, *, through: str
) -> Derivative:
    """JᵀHJ with J = ∂through/∂wrt and H the Hessian of `of` by `through`: the Hessian without curvature of J.

    Errors: `DeclarationError` where `of` depends on `wrt` by another way than `through`.
    """
    d = derive(graph, of, [wrt] if wrt else None)
    g, x = d.graph, wrt or d.wrt[0]
    known(through, g.definition, "through")
    outer = cut(g, through)
    if x in relevant(outer, d.of):
        raise DeclarationError(f"{d.of} depends on {x} not only through {through}", where="gauss_newton",
                               hint="Name a node that every way passes.")  # fmt: skip
    j = accumulated(d, g, through, x)
    h = second(derive(outer, d.of, [through]), through, through)
    back: dict[Hashable, Hashable] = {
        e: g.symbol[n] for n, e in h.derivation.graph.symbol.items() if n in g.symbol
    }
    axes = pair(d, x)
    whole = sandwich(axes, j.step, j.step.result, h.step, retensored(h.step.result, back))
    folded = sandwich(axes, j.step, j.folded, h.step, retensored(h.folded, back))
    scope = Second(Order.GAUSS_NEWTON, (x, through))
    return curvature(d, "G", scope, x, axes, whole, folded, {**j.tensors, **h.tensors})


def sandwich(axes: Pair, j: LocalStep, slopes: Entries, h: LocalStep, bends: Entries) -> Entries:
    """Σ J[a, rows] H[a, b] J[b, columns]."""
    ends = [tuple(Index(f"{side}{n}", i.size) for n, i in enumerate(j.at)) for side in "yz"]
    around = [moved(slopes, (*j.at, *j.by), (*end, *own)) for end, own in zip(ends, axes, strict=True)]
    product = en.multiply(around[0], moved(bends, (*h.at, *h.by), (*ends[0], *ends[1])), around[1])
    return summed(product, (*ends[0], *ends[1]))


def fisher(
    graph: Graph | Expr | str, of: str | None = None, wrt: str | None = None, *, label: str, given: str
) -> Derivative:
    """E[∇ℓ ∇ℓᵀ] of a loss ℓ, the label drawn with the probabilities of the node `given`.

    `label` is an integer label or a one-hot vector with a vector of probabilities, or a number 0 or 1 with
    the probability of 1; or one of these for each of n independent samples, where it is the sum over the
    samples for a loss that is their sum, the mean for one that is their mean.
    Errors: `DeclarationError` where they do not fit, or `given` depends on the label.
    """
    d = derive(graph, of, [wrt] if wrt else None)
    g, x = d.graph, wrt or d.wrt[0]
    known(label, g.symbol, "label")
    known(given, g.symbol, "given")
    samples = check_label(g, label, given)
    point = check_chances(d, given, label)
    made = accumulated(d, g, d.of, x)
    axes = pair(d, x)
    y, p = g.symbol[label], g.symbol[given]
    mean = expected_class if p.rank else expected_bit
    if samples:
        mean = partial(information, total=total_of(d, x, label, given, point))
    rows, columns = axes
    whole, folded = (
        mean(moved(e, made.step.by, rows), moved(e, made.step.by, columns), y, p)
        for e in (made.step.result, made.folded)
    )
    return curvature(d, "F", Second(Order.FISHER, (x, label, given)), x, axes, whole, folded, made.tensors)


def check_label(g: Graph, label: str, given: str) -> bool:
    """Whether there is a label for each of several samples: classes of the probabilities, or 0 and 1.

    Errors: `DeclarationError` for what is no label of the probabilities.
    """
    y, p = g.symbol[label], g.symbol[given]
    classes, onehot = y.own.labels, y.own.domain == "onehot"
    own = y.shape[:-1] if onehot else y.shape
    chances = p.shape if classes is None and not onehot else p.shape[:-1]
    fits = own == chances and len(own) <= 1
    if classes is not None or onehot:
        fits = fits and p.rank > 0 and p.shape[-1] == (y.shape[-1] if onehot else classes)
    if not fits:
        raise DeclarationError(
            f"{label} is no label for the probabilities {given}", where="fisher",
            hint=f"{label}: scalar label k, or k onehot, and {given}: k; or both numbers; or n of them.",
        )  # fmt: skip
    if label in relevant(g, given):
        raise DeclarationError(f"{given} depends on {label}", where="fisher",
                               hint="Name the node that holds the probabilities.")  # fmt: skip
    return bool(own)


def check_chances(d: Derivation, given: str, label: str) -> Point:
    """A generic point where the node is a distribution, or the probability of a 1."""
    point = forward(d.graph, generic_point(d.graph, 0, 0, bind_sizes(d.graph, 0)))
    p = np.asarray(point.values[given, 0])
    own = d.graph.symbol[label].symbol
    total = p.sum(-1) if own and (own.labels or own.domain == "onehot") else p + (1 - p)
    if np.any(p < 0) or np.any(p > 1) or np.any(abs(total - 1) > DISTRIBUTION):
        raise DeclarationError(f"{given} holds no probabilities, for instance {p.round(3).tolist()}",
                               where="fisher", hint="Name a softmax, or a sigmoid.")  # fmt: skip
    return point


def expected_class(left: Entries, right: Entries, y: Expr, p: Expr) -> Entries:
    """Σ_c p_c left(c) right(c), the label at class c, or one-hot there."""
    c = Index("c0", p.shape[0])
    at = en.position(c)

    def one(a: Elem) -> Entries | None:
        return en.entries(Delta(a.at[0], at)) if a.tensor is y and a.at else None

    def here(e: Entries) -> Entries:
        placed = map_positions(e, lambda q: at if isinstance(q, Elem) and q.tensor is y else q)
        return contract(en.inline(placed, one))

    return certain(summed(en.multiply(here(left), here(right), en.elem(p, c)), (c,)), p)


def expected_bit(left: Entries, right: Entries, y: Expr, p: Expr) -> Entries:
    """E[left right] = E[left] E[right] + p (1 - p) Δleft Δright, where Δ is the value at 1 less that at 0."""
    chance = en.elem(p)

    def at(e: Entries, bit: int) -> Entries:
        return en.inline(e, lambda a: en.number(bit) if a.tensor is y else None)

    means: list[Entries] = []
    steps: list[Entries] = []
    for e in (left, right):
        step = multiplied_out(en.add(at(e, 1), en.scale(at(e, 0), -1)))
        means.append(multiplied_out(en.add(at(e, 0), en.multiply(chance, en.single(step)))))
        steps.append(step)
    variance = en.multiply(chance, en.add(en.number(1), en.scale(chance, -1)))
    return en.add(en.multiply(*means), en.multiply(variance, *steps))


def pair(d: Derivation, x: str) -> Pair:
    """Letters for the rows and for the columns."""
    shape, pool = d.graph.symbol[x].shape, d.convention.letters
    rows = letters(shape, set(), pool)
    return rows, letters(shape, {i.name for i in rows}, pool)


def curvature(
    d: Derivation,
    letter: str,
    scope: Second,
    x: str,
    axes: Pair,
    whole: Entries,
    folded: Entries,
    tensors: Mapping[Hashable, Expr],
) -> Derivative:
    """A matrix of second order under a letter of its own."""
    name = curvature_name(d, letter)
    whole, folded = (in_letters(e, d.convention.letters) for e in (whole, folded))
    step = LocalStep(letter, axes[0], axes[1], whole, whole)
    matrix = matrix_of(folded, step, tensors)
    return Derivative(d, name, scope, step, matrix, x, x, folded, vec_name(name), tensors)
