"""A node defined by an equation, X Y = I: the equation in entries, and the same differentiated."""

from __future__ import annotations

from collections.abc import Hashable

from symbackprop import entries as en
from symbackprop.backward.accumulation import equation_of
from symbackprop.derivation import local_names
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation
from symbackprop.derivation.node_jacobians import entry_base, free
from symbackprop.derivation.scopes import Local
from symbackprop.entries import Elem, Entries, Index
from symbackprop.entries.contraction import contract
from symbackprop.entries.differentiation import LocalStep, derivative
from symbackprop.entries.entry_equations import Implicit
from symbackprop.entries.scalar_functions import prime
from symbackprop.entries.unification import in_letters
from symbackprop.formula import tree as no
from symbackprop.formula.tree import Formula
from symbackprop.matrices.lowering import letters, retensored
from symbackprop.notation.entry_formulas import Base, entries_formula

SLOPE = "\0slope"  # tensor name of ∂node/∂variable, its entries over both


def equation_rows(d: Derivation, scope: local_names.LocalNames, key: Local) -> list[Equation]:
    """The equation and its derivative, where the definition is one op of named arguments."""
    e = scope.definition
    f = equation_of(e)
    if f is None or any(a.symbol is None for a in e.args) or e.args.count(scope.wrt) != 1:
        return []
    instance = e.op.place(tuple(a.shape for a in e.args), e.attributes)
    names: dict[Hashable, Hashable] = {f.result: scope.node}
    names |= {n: a for (n, _), a in zip(instance.inputs, e.args, strict=True)}
    pool, taken = d.convention.letters, set[str]()
    rows = letters(tuple(i.size for i in f.rows), taken, pool)
    by = letters(scope.wrt.shape, taken, pool)
    zero = retensored(f.zero, names)
    zero = en.substitute(zero, {i: en.position(k) for i, k in zip(f.rows, rows, strict=True)})
    base = slope_base(d, scope, len(f.result_at))
    said = [zero, moved(zero, scope, f, by)] if f.expansion is None else [cofactors(zero, f)]
    return [
        row(f"{key}.equation{n}", x, base, (*rows, *(by if n else ())), pool, key) for n, x in enumerate(said)
    ]


def moved(zero: Entries, scope: local_names.LocalNames, f: Implicit, by: tuple[Index, ...]) -> Entries:
    """∂/∂variable of the equation, ∂node/∂variable left standing."""
    slope = en.elem(SLOPE, *f.at, *by)
    step = LocalStep(f.result, f.at, by, slope, slope)
    known: dict[Hashable, LocalStep] = {scope.node: step}
    return contract(derivative(zero, scope.wrt, by, known, prime))


def cofactors(zero: Entries, f: Implicit) -> Entries:
    """The equation of the cofactors, which are the slopes of the determinant by the matrix it belongs to."""
    stack = len(f.result_at)

    def slope(a: Elem) -> Entries | None:
        return en.entries(Elem(SLOPE, (*a.at[:stack], *a.at))) if a.tensor == f.tensor else None

    return en.inline(zero, slope)


def row(key: str, zero: Entries, base: Base, at: tuple[Index, ...], pool: str, local: Local) -> Equation:
    """What is positive on the left, what is negative on the right; slopes always on the left."""
    own = "".join(x for x in pool if x not in {i.name for i in at})
    terms = in_letters(zero, own).terms
    slopes = [t for t in terms if any(isinstance(a, Elem) and a.tensor == SLOPE for a, _ in t.factors)]
    left = slopes or [t for t in terms if t.coefficient > 0]
    right = [t for t in terms if t not in left]
    sides = (
        entries_formula(Entries(tuple(left)), base),
        entries_formula(en.scale(Entries(tuple(right)), -1), base),
    )
    return Equation(key, sides[0], (sides[1],), free=free(at), local=local)


def slope_base(d: Derivation, scope: local_names.LocalNames, rank: int) -> Base:
    """Entries as they print in the scope, slopes as ∂y_i/∂x_j."""
    plain = entry_base(d, scope)

    def base(tensor: Hashable, at: tuple[Formula, ...]) -> Formula:
        if tensor != SLOPE:
            return plain(tensor, at)
        of, wrt = (no.At(f, part) if part else f for f, part in (
            (scope.printed(scope.node), at[:rank]), (scope.tex, at[rank:])))  # fmt: skip
        return no.Partial(of, wrt)

    return base
