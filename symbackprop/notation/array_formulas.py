"""Vectors and matrices with a form of their own: blocks, selectors, constants, unit vectors, powers."""

from __future__ import annotations

from fractions import Fraction

from symbackprop.formula import tree as no
from symbackprop.formula.composing import size_formula, times
from symbackprop.formula.tree import Formula
from symbackprop.graph.expr import Expr
from symbackprop.graph.size_conditions import held
from symbackprop.notation.convention import NoMatrix
from symbackprop.notation.paper_writer import Indices, Writer, call
from symbackprop.sizes import ONE, size, Size
from symbackprop.vocabulary.kinds import SUM_LAST


def stacked(w: Writer, e: Expr) -> Formula:
    """Blocks under one another, or side by side."""
    parts = tuple(map(w.natural, e.args))
    across = w.lies(e) if e.rank == 1 else e.attribute("axis") in (-1, 1)
    return no.Array((parts,) if across else tuple((p,) for p in parts))


def diagonal_matrix(w: Writer, e: Expr) -> Formula:
    """diag takes either orientation: the one without transposes."""
    (v,) = e.args
    inner = w.array(v) if v.op is SUM_LAST else w.natural(v)
    return inner if v.shape == (ONE,) else no.Call("diag", (inner,))


def constant(w: Writer, e: Expr, turned: bool) -> Formula:
    """c 1_n 1_kᵀ; a vector is a matrix of one column."""
    value: Fraction = e.attribute("value")  # type: ignore[assignment]
    shape = e.shape if e.rank == 2 else (*e.shape, ONE)
    n, k = reversed(shape) if turned else shape
    if value == 0:
        return zero_block(n, k)
    parts: list[Formula] = [] if value == 1 else [w.number(value)]
    if n != ONE or k == ONE:
        parts.append(no.Ones(size_formula(n)))
    if k != ONE:
        parts.append(no.Transpose(no.Ones(size_formula(k))))
    return times(parts)


def only_line(w: Writer, e: Expr, turned: bool) -> Formula | None:
    """A vector as a matrix of one column, or of one row, and back; None for other reshapes."""
    (x,) = e.args
    if {x.rank, e.rank} != {1, 2} or ONE not in (e.shape if e.rank == 2 else x.shape):
        return None
    lying = (e.shape if e.rank == 2 else x.shape)[1] != ONE
    return w.array(x, turned != lying) if e.rank == 2 else w.array(x, lying != turned)


def entry_renamed(w: Writer, e: Expr, at: Indices) -> Formula | None:
    """One entry of a reshape that only puts in or leaves out axes of one entry; None where it renumbers."""
    (x,) = e.args
    wide = [k for k, s in enumerate(e.shape) if s != ONE]
    if [e.shape[k] for k in wide] != [s for s in x.shape if s != ONE] or e.rank > 2:
        return None
    kept = iter(wide)
    return w.entry(x, tuple(no.ONE if s == ONE else at[next(kept)] for s in x.shape))


def picked(w: Writer, e: Expr, at: Indices = ()) -> Formula:
    """The entry a label names."""
    x, label = e.args
    return w.entry(x, (*at, w.entry(label, at) if at else w.natural(label)))


def commutation(w: Writer, e: Expr, turned: bool) -> Formula:
    rows, columns = (size_formula(e.attribute(k)) for k in ("rows", "columns"))  # type: ignore[arg-type]
    return no.Commutation(columns, rows) if turned else no.Commutation(rows, columns)


def repeated(w: Writer, e: Expr) -> Formula:
    """A^k; of a function the product, since sin^2(A) is a power of entries."""
    f, k = w.array(e.args[0]), int(str(e.attribute("k")))
    return times((f,) * k) if isinstance(f, no.Call) else no.Power(f, no.number(k))


def written_out(w: Writer, e: Expr, turned: bool) -> Formula:
    """A matrix of numbers and scalars; a vector is one column of it."""
    cells: tuple[Fraction | str, ...] = e.attribute("cells")  # type: ignore[assignment]
    if e.rank > 2:
        raise NoMatrix(e.op.name)
    shown = [w.number(c) if isinstance(c, Fraction) else w.natural(e.args[int(c[1:])]) for c in cells]
    width = e.shape[1].number or 1 if e.rank == 2 else 1
    lines = [tuple(shown[k : k + width]) for k in range(0, len(shown), width)]
    return no.Array(tuple(zip(*lines, strict=True)) if turned else tuple(lines))


def norm(w: Writer, e: Expr) -> Formula:
    """‖x‖ of a vector, ‖A‖_F of a matrix."""
    (x,) = e.args
    return no.Call("euclidean", (w.natural(x),)) if x.rank == 1 else call(w, e)


# --- rows and columns taken out ----------------------------------------------------------------------


def cut(w: Writer, e: Expr) -> Formula:
    """Rows and columns taken out, as products with selectors."""
    (x,) = e.args
    ranges: tuple[tuple[Size, ...], ...] = e.attribute("ranges")  # type: ignore[assignment]
    if x.rank > 2:
        raise NoMatrix("slice")
    # the only row or column of a matrix is the matrix
    picks = [None if x.rank == 2 and n == ONE else selector_of(r, n, w.c.identity)
             for r, n in zip(ranges, x.shape, strict=True)]  # fmt: skip
    left, right = picks if x.rank == 2 else (picks[0], None)
    lies = x.rank == 2 and len(ranges[0]) == 1  # the one row of a matrix stands as a row
    turned = e.rank == 1 and w.lies(e) != lies
    first, last = (right, left) if turned else (left, right)
    return times([
        *([no.Transpose(first)] if first is not None else []),
        w.array(x, turned),
        *([last] if last is not None else []),
    ])  # fmt: skip


def selector_of(r: tuple[Size, ...], extent: Size, identity: str) -> Formula | None:
    """The selector of a range, or None for the whole axis."""
    if len(r) == 1:
        return blocks(r[0], ONE, extent, identity)
    return None if r == (size(0), extent) else blocks(r[0], r[1] - r[0], extent, identity)


def blocks(start: Size, width: Size, total: Size, identity: str) -> Formula:
    """[0; I; 0]: the columns start … start + width of an identity."""
    rest = total - start - width
    eye = no.ONE if width == ONE else no.Eye(size_formula(width), identity)
    zeros = [zero_block(n, width) for n in (start, rest)]
    parts = [zeros[0]] * (start != size(0)) + [eye] + [zeros[1]] * (rest != size(0))
    return no.Array(tuple((p,) for p in parts))


def shifted_out(start: Size, kept: Size, over: Size, identity: str) -> Formula:
    """[0, 0; I, 0]: an identity moved down, whose last columns have no row."""
    eye = no.ONE if kept == ONE else no.Eye(size_formula(kept), identity)
    above = ((zero_block(start, kept), zero_block(start, over)),) if start != size(0) else ()
    return no.Array((*above, (eye, zero_block(kept, over))))


def zero_block(rows: Size, columns: Size) -> Formula:
    """0_{m×n}; the one of a single entry is the number."""
    one = rows == columns == ONE
    return no.ZERO if one else no.Zeros(size_formula(rows), size_formula(columns))


def selector(w: Writer, e: Expr) -> Formula:
    """S in blocks. Errors: `NoMatrix` where the sizes do not say whether its last columns have rows."""
    start: Size = e.attribute("start")  # type: ignore[assignment]
    total, width = e.shape
    rest = total - start - width
    never = (size(0), *(w.c.room or ()))
    if rest != size(0) and any(held(rest * -1 - gap) for gap in never):
        return shifted_out(start, total - start, rest * -1, w.c.identity)
    if w.c.room is not None and not any(held(rest - gap) for gap in never):
        raise NoMatrix(f"{width} columns from {start} on, in {total} rows")
    return blocks(start, width, total, w.c.identity)


def unit(w: Writer, e: Expr, turned: bool) -> Formula:
    """A unit vector of a fixed position, written out in blocks."""
    column = blocks(e.attribute("position"), ONE, e.shape[0], w.c.identity)  # type: ignore[arg-type]
    return no.Transpose(column) if turned else column
