"""Ops defined by an equation their result satisfies, A Y = I, and differentiated through that equation.

From F(y, a) = 0 follows ∂F/∂y dy + ∂F/∂a da = 0, so dy = -(∂F/∂y)⁻¹ ∂F/∂a da (implicit function theorem).
∂F/∂y must act along one axis of y as a matrix, M[i, k] δ(j, l), so that its inverse is M⁻¹ along that axis.

The determinant has no such equation that fixes its scale. It is expanded by each of its rows,
y = a[i, k]*c[i, k], with cofactors c[i, :] that do not depend on row i: they are held while row i moves, and
solved for afterwards from their equation.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from symbackprop import entries as en
from symbackprop.entries import Delta, Elem, Entries, Index, Position, Term
from symbackprop.entries.contraction import bind, contract
from symbackprop.entries.differentiation import LocalStep, Prime, derivative
from symbackprop.entries.entry_equations import Equality, Implicit, Instance, Pattern
from symbackprop.entries.placement import Placement, declared
from symbackprop.errors import DeclarationError, ShapeError
from symbackprop.sizes import Shape

INVERSE = "\0inverse of "  # followed by the name of an argument: the tensor of its matrix inverse


def place(
    arguments: tuple[Pattern, ...],
    e: Equality,
    shapes: tuple[Shape, ...],
    labels: tuple[str, ...],
    where: str,
    name: str,
) -> Instance:
    """An op defined by an equation, on given shapes."""
    at = declared(Placement(where, {}), arguments, shapes, labels)
    stacks = [(p, s[: len(s) - len(p.core)], f) for p, s, f in zip(arguments, shapes, labels, strict=True)]
    at.spread([s for p, s, _ in stacks if p.batch], [f for p, _, f in stacks if p.batch])
    if any(s != tuple(b.size for b in at.batch) for p, s, _ in stacks if p.batch):
        raise ShapeError("the stacks have different axes in front", where=where)
    unknown = _unknown(at, e.unknown)
    result = _unknown(at, e.result)
    left, right = at.read(e.left), at.read(e.right)
    rows = tuple(dict.fromkeys((*at.batch, *en.free_indices(right))))
    zero = bind(en.add(left, en.scale(right, -1)), rows)
    expansion = at.read(e.expansion) if e.expansion else None
    inputs = tuple((p.tensor, (*(at.batch if p.batch else ()), *(at.index[c] for c in p.core)))
                   for p in arguments)  # fmt: skip
    implicit = Implicit(e.unknown.tensor, unknown, zero, rows, e.result.tensor, result, expansion)
    return Instance(inputs, (), tuple(i.size for i in result), name, implicit)


def _unknown(at: Placement, p: Pattern) -> tuple[Index, ...]:
    """The axes of the unknown, its letters told apart; its sizes are those of the arguments."""
    lead = at.batch if p.batch else ()
    shape = (*(b.size for b in lead), *(at.index[c].size for c in p.core))
    at.axes[p.tensor] = (p, shape)
    own = [*(b.name for b in lead), *p.core]
    return tuple(Index(f"{c}{n}", s) for n, (c, s) in enumerate(zip(own, shape, strict=True), 1))


def derivatives(op: Instance, argument: int, prime: Prime) -> tuple[LocalStep, ...]:
    """∂result/∂argument, in entries of the result and of inverses of the arguments."""
    f = op.implicit
    assert f is not None
    wrt, axes = op.inputs[argument]
    taken = en.all_names(f.zero) | {i.name for i in (*f.at, *f.rows, *f.result_at)}
    by = _fresh(axes, taken)
    if f.expansion is None:
        inner = derivative(f.zero, wrt, by, {}, prime)
        result = solved(f, en.scale(contract(inner), -1), prime)
        return (LocalStep(f.result, f.at, by, result, result),)
    own = derivative(f.expansion, wrt, by, {}, prime)
    stack = f.result_at  # of the determinant of every matrix of a stack the axes in front
    lead: dict[Index, Position] = dict(zip(f.rows, map(en.position, stack), strict=False))
    own = en.substitute(own, lead)
    bound = (i for i in en.free_indices(f.expansion) if i not in lead)
    raw = contract(_summed(own, tuple(bound)))  # δ(i, row of the variable) picks one expansion
    held = solved(f, en.scale(_without(f.zero, f.tensor), -1), prime)

    def cofactor(a: Elem) -> Entries | None:
        if a.tensor != f.tensor:
            return None
        return contract(en.substitute(held, dict(zip(f.at, a.at, strict=True))))

    return (LocalStep(f.result, stack, by, raw, contract(en.inline(raw, cofactor))),)


def solved(f: Implicit, right: Entries, prime: Prime) -> Entries:
    """The x[at] with Σ_at ∂F[rows]/∂y[at] x[at] = right[rows]: M⁻¹ along one axis."""
    slope = contract(derivative(f.zero, f.tensor, f.at, {}, prime))
    inverse, row, sub = _matrix(slope, f)
    product = en.multiply(inverse, right)
    return contract(en.substitute(_summed(product, (row,)), sub))


def _matrix(slope: Entries, f: Implicit) -> tuple[Entries, Index, dict[Index, Position]]:
    """M⁻¹, the row it sums over, and which other row is which axis of the unknown."""
    if len(slope.terms) == 1 and slope.terms[0].coefficient == 1 and not slope.terms[0].bound:
        elements = [a for a, x in slope.terms[0].factors if isinstance(a, Elem) and x == 1]
        deltas = [a for a, x in slope.terms[0].factors if isinstance(a, Delta) and x == 1]
        sub: dict[Index, Position] = {}
        for d in deltas:
            i, j = (_plain(d.left), _plain(d.right))
            i, j = (i, j) if i in f.rows else (j, i)
            if i in f.rows and j in f.at:
                sub[i] = en.position(j)
        places = [p for p in map(_plain, elements[0].at) if p] if len(elements) == 1 else []
        front, pair = places[:-2], places[-2:]
        plain = len(elements) == 1 and len(places) == len(elements[0].at)
        fits = plain and len(pair) == 2 and len(elements) + len(deltas) == len(slope.terms[0].factors)
        if fits and len(sub) == len(f.rows) - 1:
            row, column = pair if pair[0] in f.rows else pair[::-1]
            name = INVERSE + str(elements[0].tensor)
            inverse = (column, row) if pair[0] == row else (row, column)
            return en.elem(name, *front, *inverse), row, sub
    raise DeclarationError("its equation is not a matrix times the unknown", where=f.result)


def _plain(p: Position) -> Index | None:
    return p.plain if isinstance(p, en.Affine) else None


def _summed(e: Entries, bound: tuple[Index, ...]) -> Entries:
    return Entries(tuple(replace(t, bound=(*bound, *t.bound)) for t in e.terms))


def _without(e: Entries, tensor: Hashable) -> Entries:
    """The terms in which a tensor does not stand."""

    def here(t: Term) -> bool:
        return any(isinstance(a, Elem) and a.tensor == tensor for a, _ in t.factors)

    return Entries(tuple(t for t in e.terms if not here(t)))


def _fresh(axes: tuple[Index, ...], taken: set[str]) -> tuple[Index, ...]:
    out = []
    for i in axes:
        out.append(en.fresh(i, taken))
        taken.add(out[-1].name)
    return tuple(out)
