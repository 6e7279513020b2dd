"""Matrices that stand in for a Hessian: Gauss-Newton through a node, and the Fisher information of a label.

Both are contractions of entries that are derived: Schraudolph, Neural Computation 14 (2002), section 3;
Martens, JMLR 21 (2020), sections 5 and 8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symbackprop import entries as en
from symbackprop.accumulation import without_helpers
from symbackprop.activity import relevant
from symbackprop.calculus import LocalStep
from symbackprop.contraction import contract
from symbackprop.derivation import Derivation, as_graph, derive
from symbackprop.derivative import Derivative, matrix_of
from symbackprop.entries import Affine, Atom, Delta, Elem, Entries, Fn, Group, Index, Position, Term
from symbackprop.errors import DeclarationError
from symbackprop.expr import Expr
from symbackprop.graph import Graph, known
from symbackprop.letters import in_letters
from symbackprop.lowering import retensored
from symbackprop.notation import Name
from symbackprop.second import accumulated, cut, second
from symbackprop.sizes import size


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
    back = {e: g.symbol[n] for n, e in h.derivation.graph.symbol.items() if n in g.symbol}
    inner = retensored(h.folded, {**back})
    rows, columns, e = sandwich(d, j.step, j.folded, h.step, inner)
    tensors = {**j.tensors, **{k: v for k, v in h.tensors.items()}}
    return curvature(d, "G", f"gauss_newton:{x},{through}", x, rows, columns, e, tensors)


def fisher(
    graph: Graph | Expr | str,
    of: str | None = None,
    wrt: str | None = None,
    *,
    label: str,
    given: str,
) -> Derivative:
    """E[∇ℓ ∇ℓᵀ] of a loss ℓ, the label drawn with the probabilities of the node `given`.

    `label` is an integer label or a one-hot vector with a vector of probabilities, or a number 0 or 1 with
    the probability of 1. Errors: `DeclarationError` where they do not fit, or `given` depends on the label.
    """
    d = derive(graph, of, [wrt] if wrt else None)
    g, x = d.graph, wrt or d.wrt[0]
    known(label, g.symbol, "label")
    known(given, g.symbol, "given")
    classes = class_axis(g, label, given)
    if label in relevant(g, given):
        raise DeclarationError(f"{given} depends on {label}", where="fisher",
                               hint="Name the node that holds the probabilities of the classes.")  # fmt: skip
    made = accumulated(d, g, d.of, x)
    rows, columns = twice(made.step, d)
    left = en.substitute(made.folded, dict(zip(made.step.by, map(en.position, rows), strict=True)))
    right = en.substitute(made.folded, dict(zip(made.step.by, map(en.position, columns), strict=True)))
    product = en.multiply(left, right)
    y, p = g.symbol[label], g.symbol[given]
    e = expected(product, y, p, classes) if classes else bernoulli(product, y, p)
    return curvature(d, "F", f"fisher:{x},{label},{given}", x, rows, columns, e, made.tensors)


def curvature(
    d: Derivation,
    letter: str,
    scope: str,
    x: str,
    rows: tuple[Index, ...],
    columns: tuple[Index, ...],
    e: Entries,
    tensors: Mapping[object, Expr],
) -> Derivative:
    """A matrix of second order under a letter of its own."""
    name = Name(letter, d.convention.of.sup, d.convention.of.base)
    folded = in_letters(contract(e), d.convention.letters)
    step = LocalStep(letter, rows, columns, folded, folded)
    under = replace(name, sub=name.sub + r",\mathrm{vec}")
    return Derivative(d, name, scope, step, matrix_of(folded, step, tensors), x, x, folded, under, tensors)
