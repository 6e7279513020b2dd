"""Kronecker product and vec: entries renumbered, so definitions by δ between row-major positions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symbackprop import entries as en
from symbackprop.entries import Delta, Entries, Index
from symbackprop.entries.entry_equations import Definition, Instance
from symbackprop.entries.op import Op
from symbackprop.errors import ShapeError
from symbackprop.sizes import Shape, shape_text, size


def same_place(p: Index, *inside: Index) -> Entries:
    """δ(p, row-major position of the others)."""
    return en.entries(Delta(en.flat(p), en.flat(*inside)))


def kron_build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
    """y[p, q] = Σ a[i, j] b[k, l] δ(p, i·rows of b + k) δ(q, j·columns of b + l)."""
    if len(shapes) != 2 or any(len(s) != 2 for s in shapes):
        raise ShapeError(f"needs two matrices, not {' and '.join(map(shape_text, shapes))}", where=where)
    (m, n), (s, t) = shapes
    i, j, k, c = Index("i", m), Index("j", n), Index("k", s), Index("l", t)
    p, q = Index("p", m * s), Index("q", n * t)
    right = en.multiply(en.elem("a", i, j), en.elem("b", k, c), same_place(p, i, k), same_place(q, j, c))
    bound = tuple(replace(term, bound=(i, j, k, c)) for term in right.terms)
    return Instance((("a", (i, j)), ("b", (k, c))), (Definition("y", (p, q), Entries(bound)),), (p.size, q.size))


def vec_build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
    """y[p] = Σ a[i, j] δ(p, j·rows + i): the columns one below the other."""
    if len(shapes) != 1 or len(shapes[0]) != 2:
        raise ShapeError(f"needs a matrix, not {' and '.join(map(shape_text, shapes))}", where=where)
    i, j = (Index(x, s) for x, s in zip("ij", shapes[0], strict=True))
    p = Index("p", i.size * j.size)
    right = en.multiply(en.elem("a", i, j), same_place(p, j, i))
    bound = tuple(replace(term, bound=(i, j)) for term in right.terms)
    return Instance((("a", (i, j)),), (Definition("y", (p,), Entries(bound)),), (p.size,))


def commutation_build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
    """k[p, q] = Σ δ(p, i·columns + j) δ(q, j·rows + i): vec(A) into vec(Aᵀ), for A of rows and columns."""
    i, j = Index("i", size(values["rows"])), Index("j", size(values["columns"]))  # type: ignore[arg-type]
    total = i.size * j.size
    p, q = Index("p", total), Index("q", total)
    right = en.multiply(same_place(p, i, j), same_place(q, j, i))
    bound = tuple(replace(term, bound=(i, j)) for term in right.terms)
    return Instance((), (Definition("k", (p, q), Entries(bound)),), (total, total))


commutation = Op(
    "commutation", build=commutation_build, renumbers=True, wordless=True,
)
kron = Op("kron", build=kron_build, called=True, renumbers=True)
vec = Op("vec", build=vec_build, called=True, renumbers=True)
