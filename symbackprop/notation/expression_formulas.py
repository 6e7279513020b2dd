"""Expressions to formulas under a sheet's convention: how each kind stands on paper, in one table."""

from __future__ import annotations

from collections.abc import Mapping

from symbackprop.entries.op import Op
from symbackprop.formula import tree as no
from symbackprop.formula.composing import size_formula
from symbackprop.formula.printed_names import PI as LETTER_PI
from symbackprop.formula.tree import Formula, Name
from symbackprop.graph.expr import NUMBER, SIZE, SYMBOL, Expr, apply
from symbackprop.graph.graph import TIME_SUM
from symbackprop.matrices.stacks import STACK, of_stack
from symbackprop.notation import (
    array_formulas as arrays,
    product_formulas as products,
    stack_formulas as stacks,
)
from symbackprop.notation.convention import Convention, NoMatrix, symbol_formula
from symbackprop.notation.paper_writer import Indices, Row, Writer, call, refused
from symbackprop.sizes import Size
from symbackprop.vocabulary.kinds import (
    ADD, ARGMAX, ARGMIN, COLUMN_BLOCKS, COMMUTATION, CONCAT, CONSTANT, CONTRACTION, DIAG, DIVIDE, EINSUM,
    FROBENIUS, IDENTITY, INVERSE, KRON, MATMUL, MATRIX_POWER, MEAN, MEAN_LAST, MULTIPLY,
    NEGATIVE, NORM, ONEHOT, OUTER, PI, PICK, POW, POWER, RESHAPE, SELECTOR, SIDE_BY_SIDE, SLICE, SOLVE,
    STRIDING, SUBTRACT, SUM, SUM_LAST, TABLE, TRANSPOSE, TRI, UNIT,
)  # fmt: skip


def notate(e: Expr, c: Convention) -> Formula:
    """The formula of an expression. Raises `NoMatrix` where only indices say it."""
    return writer(c).natural(e)


def notated(e: Expr, c: Convention) -> Formula | None:
    """The formula of an expression, None where only indices say it."""
    try:
        return notate(e, c)
    except NoMatrix:
        return None


def notate_matrix(e: Expr, at: str | Size, c: Convention) -> Formula:
    """The formula of one matrix of a stack. Raises `NoMatrix` where none says it."""
    found = of_stack(e, at) if e.rank == STACK else None
    if found is None:
        raise NoMatrix(e.op.name)
    return writer(c, (at,) if isinstance(at, str) else ()).natural(found)


def notate_entry(e: Expr, at: tuple[str, ...], c: Convention) -> Formula:
    """The formula of one entry."""
    return writer(c, at).entry(e, tuple(Name(k) for k in at))


def writer(c: Convention, used: tuple[str, ...] = ()) -> Writer:
    """What writes under a convention; `used` are index letters that are bound already."""
    return Writer(c, ROWS, used)


def symbol(w: Writer, e: Expr) -> Formula:
    return symbol_formula(e.own, w.c)


def symbol_entry(w: Writer, e: Expr, at: Indices) -> Formula:
    base = symbol(w, e)
    return no.At(base.base, (*base.indices, *at)) if isinstance(base, no.At) else no.At(base, at)


def number(w: Writer, e: Expr) -> Formula:
    assert e.number is not None
    return w.number(e.number)


def over_time(w: Writer, e: Expr, turned: bool = False) -> Formula:
    """Σ over the time index."""
    time = e.attributes[0][1]
    body = w.oriented(e.args[0], turned)
    return no.Sum(time.letter, no.ONE, size_formula(time.length), body)  # type: ignore[attr-defined]


def over_time_entry(w: Writer, e: Expr, at: Indices) -> Formula:
    time = e.attributes[0][1]
    return no.Sum(time.letter, no.ONE, size_formula(time.length), w.entry(e.args[0], at))  # type: ignore[attr-defined]


def solved(w: Writer, e: Expr, turned: bool) -> Formula:
    """The solution of A x = b as A⁻¹ b."""
    a, b = e.args
    return w.array(apply(MATMUL, apply(INVERSE, a), b), turned)


TERMS = Row(
    products.sum_of, products.sum_of,
    lambda w, e, t: products.sum_of(w, e, t) if e.rank == 2 else None, products.sum_entry,
    products.sum_of,
)  # fmt: skip
PRODUCT = Row(
    products.product, products.product, products.product_turned, products.product_entry, products.of_stacks
)
TOTAL = Row(products.total, refused, lambda w, e, t: products.row_sums(w, e, t) if e.rank == 1 else None)
BY_DEFINITION = Row(lambda w, e: w.defined(e, ()), refused, entry=Writer.defined)
UNIT_ROWS = Row(
    array=lambda w, e: no.Unit(w.natural(e.args[0])),
    entry=lambda w, e, at: no.KroneckerDelta(at[-1], w.entry(e.args[0], at[:-1])) if e.rank > 2 else None,
)
AS_CALL = Row(stack=call)

# kind: how its scalar, its vector or matrix, either of them turned, and its entry stand on paper
ROWS: Mapping[Op, Row] = {
    SYMBOL:   Row(symbol, symbol, None, symbol_entry, symbol),
    NUMBER:   Row(number),
    SIZE:     Row(lambda w, e: size_formula(e.attributes[0][1])),  # type: ignore[arg-type]
    TIME_SUM: Row(
        over_time, over_time, lambda w, e, t: over_time(w, e, t) if e.rank == 2 else None, over_time_entry
    ),
    ADD:         TERMS,
    SUBTRACT:    TERMS,
    MULTIPLY:    PRODUCT,
    DIVIDE:      PRODUCT,
    NEGATIVE:    PRODUCT,
    POWER:       PRODUCT,
    MATMUL:      Row(products.scalar_product, refused, products.matrix_product, products.product_of_entries),
    OUTER:       Row(turned=products.outer),
    SUM:         TOTAL,
    MEAN:        TOTAL,
    SUM_LAST:    TOTAL,
    MEAN_LAST:   TOTAL,
    TRANSPOSE:   Row(
        turned=lambda w, e, t: w.array(e.args[0], not t),
        entry=lambda w, e, at: w.entry(e.args[0], (*at[:-2], at[-1], at[-2])),
    ),
    KRON:        Row(turned=lambda w, e, t: no.Kron(tuple(w.array(a, t) for a in e.args))),
    COMMUTATION: Row(turned=arrays.commutation),
    SIDE_BY_SIDE:  Row(array=stacks.blocks_beside),
    COLUMN_BLOCKS: Row(entry=stacks.block_entry, stack=refused),
    INVERSE:     Row(array=lambda w, e: no.Power(w.array(e.args[0]), no.Minus(no.ONE))),
    SOLVE:       Row(turned=solved),
    MATRIX_POWER: Row(array=arrays.repeated),
    NORM:        Row(arrays.norm),
    FROBENIUS:   Row(arrays.norm),
    CONSTANT:    Row(turned=arrays.constant, entry=lambda w, e, at: w.number(e.attribute("value"))),  # type: ignore[arg-type]
    IDENTITY:    Row(
        array=lambda w, e: no.Eye(size_formula(e.shape[0]), w.c.identity),
        entry=lambda w, e, at: no.KroneckerDelta(*at),
    ),
    DIAG:        Row(array=arrays.diagonal_matrix),
    SELECTOR:    Row(array=arrays.selector),
    UNIT:        Row(turned=arrays.unit),
    ONEHOT:      UNIT_ROWS,
    CONCAT:      Row(array=arrays.stacked),
    PICK:        Row(arrays.picked, refused, entry=arrays.picked),
    SLICE:       Row(lambda w, e: w.defined(e, ()), arrays.cut, entry=Writer.defined),
    EINSUM:      BY_DEFINITION,
    CONTRACTION: Row(refused, refused, entry=Writer.defined),
    TRI:         BY_DEFINITION,
    STRIDING:    BY_DEFINITION,
    TABLE:       Row(turned=arrays.written_out),
    PI:          Row(lambda w, e: LETTER_PI),
    POW:         Row(products.raised, products.raised, entry=products.raised_entry),
    RESHAPE:     Row(turned=arrays.only_line, entry=arrays.entry_renamed, stack=call),
    ARGMAX:      AS_CALL,
    ARGMIN:      AS_CALL,
}  # fmt: skip
