"""Names of derivatives on paper: ∂y/∂x, H, their entries, and the whole under vec."""

from __future__ import annotations

from symbackprop.derivation.derivation import Derivation
from symbackprop.entries.differentiation import LocalStep
from symbackprop.formula import tree as no
from symbackprop.formula.printed_names import beside
from symbackprop.formula.tree import Formula, Name
from symbackprop.notation.entry_formulas import letters_of


def entry_of(left: Formula, step: LocalStep) -> Formula:
    """The name of one entry of a derivative."""
    at, by = letters_of(step.at), letters_of(step.by)
    if isinstance(left, no.Partial):
        of = no.At(left.of, at) if at else left.of
        return no.Partial(of, no.At(left.wrt, by) if by else left.wrt)
    return no.At(left, (*at, *by)) if at or by else left


def under_vec(f: Formula, rank: int) -> Formula:
    """The columns of a matrix below one another; a vector or a number is itself."""
    return no.Call("vec", (f,)) if rank == 2 else f


def slope_name(d: Derivation, of: str, x: str) -> no.Partial:
    return no.Partial(d.graph.symbol[of].own.tex, d.graph.symbol[x].own.tex)


def hessian_name(d: Derivation) -> Name:
    return curvature_name(d, "H")


def curvature_name(d: Derivation, letter: str) -> Name:
    """H_L, G_L, F_L for a function L."""
    of = d.convention.of
    return Name(letter, of.sup, of.base)


def jacobian_name(d: Derivation, outputs: tuple[str, ...]) -> Name:
    """J_z, or J_{y,z} of several outputs."""
    each = [d.graph.symbol[n].own.tex for n in outputs]
    if len(each) == 1:
        return Name("J", each[0].sup, each[0].base)
    return Name("J", "", ",".join(n.base for n in each))


def vec_name(name: Name) -> Name:
    """A matrix of second order by the columns of its variable."""
    return beside(name, "vec")


def block_name(d: Derivation, x: str, y: str) -> Formula:
    """H by one variable; ∂∇/∂y for two different ones."""
    return hessian_name(d) if x == y else nabla_slope(d, x, y)


def nabla_slope(d: Derivation, x: str, y: str) -> no.Partial:
    """∂(∇_x L)/∂y."""
    return no.Partial(no.Nabla(d.convention.of, d.graph.symbol[x].own.tex), d.graph.symbol[y].own.tex)


def vec_slope_name(d: Derivation, of: str, x: str) -> no.Partial:
    """∂vec(of)/∂vec(x)."""
    return no.Partial(*(under_vec(d.graph.symbol[n].own.tex, d.graph.symbol[n].rank) for n in (of, x)))


def vec_block_name(d: Derivation, x: str, y: str) -> no.Partial:
    """∂vec(∇_x L)/∂vec(y)."""
    rows = under_vec(no.Nabla(d.convention.of, d.graph.symbol[x].own.tex), d.graph.symbol[x].rank)
    return no.Partial(rows, under_vec(d.graph.symbol[y].own.tex, d.graph.symbol[y].rank))
