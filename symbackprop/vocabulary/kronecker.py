"""Kronecker product, vec, blocks of columns: entries renumbered, by δ between row-major positions."""

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


def blocks_build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
    """y[g, i, j] = Σ x[i, p] δ(p, g·width + j): the columns in so many blocks, one behind the other."""
    (n, whole), parts = shapes[0], size(values["parts"])  # type: ignore[arg-type]
    width = whole.divide(parts)
    assert width is not None, "heads are declared of columns that fall into equal parts"
    g, i, j, p = Index("g", parts), Index("i", n), Index("j", width), Index("p", whole)
    right = en.multiply(en.elem("x", i, p), same_place(p, g, j))
    bound = tuple(replace(term, bound=(p,)) for term in right.terms)
    return Instance((("x", (i, p)),), (Definition("y", (g, i, j), Entries(bound)),), (parts, n, width))


def beside_build(shapes: tuple[Shape, ...], values: Mapping[str, object], where: str) -> Instance:
    """y[i, p] = Σ x[g, i, j] δ(p, g·width + j): the matrices of a stack side by side."""
    g, i, j = (Index(x, s) for x, s in zip("gij", shapes[0], strict=True))
    p = Index("p", g.size * j.size)
    right = en.multiply(en.elem("x", g, i, j), same_place(p, g, j))
    bound = tuple(replace(term, bound=(g, j)) for term in right.terms)
    return Instance((("x", (g, i, j)),), (Definition("y", (i, p), Entries(bound)),), (i.size, p.size))


commutation = Op(
    "commutation", build=commutation_build, renumbers=True, wordless=True,
)
kron = Op("kron", build=kron_build, called=True, renumbers=True)
vec = Op("vec", build=vec_build, called=True, renumbers=True)
# the heads of attention: the columns of a matrix in blocks, and blocks as the columns of one matrix
column_blocks = Op("column_blocks", build=blocks_build, renumbers=True, wordless=True)
side_by_side = Op("side_by_side", build=beside_build, renumbers=True, wordless=True)
