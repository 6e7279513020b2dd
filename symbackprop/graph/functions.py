"""The functions a graph is built with: one per op of the vocabulary, and the few that take axes or sizes."""

from __future__ import annotations

from fractions import Fraction

from symbackprop.catalogue.error_sentences import told
from symbackprop.errors import RANK, DeclarationError, ShapeError, within
from symbackprop.formula.printed_names import default_tex, spelled
from symbackprop.graph import expr
from symbackprop.graph.axis_functions import (
    Function, along_axis, concat, constant as constant, einsum, eye, normal_axes, normal_axis,
    mean, ones, permute, reshape, selector as selector, to_last, total, tri, zeros,
)  # fmt: skip
from symbackprop.graph.composite_functions import COMPOSITIONS, MATRIX_FUNCTIONS
from symbackprop.graph.conditions import where
from symbackprop.graph.declared_roles import ROLES
from symbackprop.graph.domains import DOMAINS, domain_of, is_domain
from symbackprop.graph.expr import (
    Expr, Operand, Symbol, apply, as_expr, defined, describe, leaf, symbols, option,
)  # fmt: skip
from symbackprop.graph.function_help import helped
from symbackprop.graph.graph import Graph, known, make
from symbackprop.graph.subscripts import subscript
from symbackprop.graph.typed_signs import read_name
from symbackprop.graph.rearranging import REARRANGING
from symbackprop.graph.statistics_functions import STATISTICS
from symbackprop.graph.label_functions import (
    argmax, argmin, cross_entropy, largest, onehot, pick, smallest,
)  # fmt: skip
from symbackprop.sizes import ONE, Shape, Size, extent, shape_text, size
from symbackprop.vocabulary import OPS
from symbackprop.vocabulary.kinds import (
    ABS, CLIP, FROBENIUS, MATMUL, NORM, ROW_NORMS,
)  # fmt: skip


def clip(x: Operand, low: Operand = -1, high: Operand = 1) -> Expr:
    """Values below `low` and above `high` replaced by these numbers; at them the left derivative.

    Errors: `DeclarationError` for bounds that are no numbers.
    """
    ends = bound(low), bound(high)
    if ends[0] > ends[1]:  # type: ignore[operator]
        raise DeclarationError(f"the bounds {low} and {high} leave nothing between them", where="clip",
                               hint="Write  clip(x, low, high)  with low < high.")  # fmt: skip
    return apply(CLIP, x, low=ends[0], high=ends[1])


def bound(value: Operand) -> object:
    if not isinstance(value, Expr):
        return value
    if value.number is None:
        raise DeclarationError("a bound is a number", where="clip",
                               hint="With declared bounds write minimum(maximum(x, a), b).")  # fmt: skip
    whole = value.number.denominator == 1
    return int(value.number) if whole else float(value.number)


def dot(x: Operand, y: Operand) -> Expr:
    """The product of vectors and matrices. Errors: `ShapeError` for three axes, where NumPy's is another."""
    for a in map(as_expr, (x, y)):
        if a.rank > 2:
            raise ShapeError(
                f"{describe(a)} is {shape_text(a.shape)}; dot is for vectors and matrices", where="dot",
                hint="Write  x @ y  for stacks of matrices, or an einsum.",
            )  # fmt: skip
    return apply(MATMUL, x, y)


def transpose(x: Operand) -> Expr:
    """The transpose of a matrix. Errors: `ShapeError` for three axes and more."""
    return as_expr(x).T


def norm(
    x: Operand, ord: Operand | None = None, axis: int | tuple[int, ...] | None = None, keepdims: bool = False
) -> Expr:
    """√Σx²: of a vector, of each row or column along an axis, of everything (Frobenius's) without one.

    `ord` is the p of (Σ|x|ᵖ)^(1/p), of vectors. Errors: `DeclarationError` for one of a matrix.
    """
    x = as_expr(x)
    if ord is not None:
        return norm_of_order(x, ord, axis, keepdims)
    if keepdims:
        gone = range(x.rank) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        one = normal_axes(tuple(gone), x, "norm")
        return reshape(norm(x, axis=axis), *(ONE if k in one else s for k, s in enumerate(x.shape)))
    if x.rank < 2 or axis is None:
        if axis is not None:
            normal_axis(axis, x, "norm")
        return apply(NORM if x.rank < 2 else FROBENIUS, x)
    if isinstance(axis, tuple) and len(normal_axes(axis, x, "norm")) == x.rank:
        return apply(FROBENIUS, x)
    return apply(ROW_NORMS, to_last(x, normal_axis(axis, x, "norm")))


def norm_of_order(x: Expr, order: Operand, axis: int | tuple[int, ...] | None, keepdims: bool) -> Expr:
    """(Σ|x|ᵖ)^(1/p) along an axis; NumPy and PyTorch mean different things by that of a whole matrix."""
    p = option("norm", "ord", order)
    if not isinstance(p, int | float) or p < 1:
        raise DeclarationError(**told("norm_order", name=describe(x)), where="norm")
    if x.rank > 1 and not isinstance(axis, int | Expr):
        raise DeclarationError(**told("norm_matrix", name=describe(x)), where="norm")
    if p == 2:
        return norm(x, axis=axis, keepdims=keepdims)
    size_of = apply(ABS, x)
    whole = total(size_of if p == 1 else size_of**p, axis, keepdims)
    return whole if p == 1 else whole ** (1 / Fraction(str(p)))


def symbol(name: str, *extents: int | str | Size, tex: str = "", domain: str = "real",
           labels: int | str | Size | None = None, role: str = "") -> Expr:  # fmt: skip
    """A declared input or parameter: `symbol("W", "m", "n", tex="W^{(1)}", role="parameter")`.

    Errors: `DeclarationError` for what is no name, size or domain, `ShapeError` where one does not fit.
    """
    where, name = f"`{name}`", read_name(name)
    shape = tuple(extent(size(x), where) for x in extents)
    within(len(shape), RANK, "axes", where)
    printed = spelled(tex or default_tex(named_well(name)))
    classes = extent(size(labels), where) if labels is not None else None
    check_domain(domain, shape, where)
    if role:
        known(role, ROLES, where)
    return leaf(Symbol(name, shape, printed, "label" if classes else domain, classes, role=role))


def check_domain(domain: str, shape: Shape, where: str) -> None:
    """Errors: `DeclarationError` for an unknown word, `ShapeError` for one said of other shapes."""
    if not is_domain(domain):
        known(domain, DOMAINS, where)
    of = domain_of(domain).of
    if of == "square" and (len(shape) != 2 or shape[0] != shape[1]):
        raise ShapeError(
            f"`{domain}` says something of a square matrix, not of {shape_text(shape)}", where=where
        )
    if of == "rows" and not shape:
        raise ShapeError(
            f"`{domain}` says something of the entries along an axis, not of a scalar", where=where
        )


def named_well(name: str) -> str:
    """Errors: `DeclarationError` for a name that is no identifier."""
    if not name.isidentifier():
        raise DeclarationError(
            f"`{name}` is not a name", hint="Letters, digits and _; the printed name is tex=."
        )
    return name


def named(name: str, definition: Expr, tex: str = "") -> Expr:
    """A node with a name: an atom of every derivation, defined by an expression."""
    name = read_name(name)
    return defined(name, definition, spelled(tex or default_tex(named_well(name))))


def collect(**outputs: Expr) -> Graph:
    """The graph of expressions built in Python: `collect(L=loss)`.

    Every `named` symbol below the outputs becomes a node; an output that is not yet a named symbol is
    given the keyword's name.
    """
    roots = [e if e.symbol and e.symbol.name == n else named(n, e) for n, e in outputs.items()]
    order: dict[Expr, None] = {}
    stack: list[tuple[Expr, bool]] = [(r, False) for r in reversed(roots)]
    while stack:
        node, done = stack.pop()
        if node in order:
            continue
        inner = node.symbol.definition if node.symbol else None
        if done or inner is None:
            order[node] = None
        else:
            stack.append((node, True))
            stack += [(s, False) for s in reversed(symbols(inner)) if s not in order]
    symbol: dict[str, Expr] = {}
    definition: dict[str, Expr] = {}
    for node in order:
        s = node.own
        if symbol.setdefault(s.name, node) is not node:
            raise DeclarationError(f"two different symbols are called `{s.name}`", hint="Rename one of them.")
        if s.definition is not None:
            definition[s.name] = s.definition
    inputs = {n: e for n, e in symbol.items() if n not in definition}
    return make(inputs | {n: symbol[n] for n in definition}, definition)


expr.SUBSCRIPT.append(subscript)
FUNCTIONS: dict[str, Function] = {
    **{name: along_axis(op) for name, op in OPS.items() if not op.wordless},
    "sum": total, "mean": mean, "concat": concat, "ones": ones, "zeros": zeros,
    "eye": eye, "reshape": reshape, "einsum": einsum, "onehot": onehot, "tri": tri, "pick": pick, "dot": dot,
    "transpose": transpose, "norm": norm,
    "clip": clip, "where": where,
    **REARRANGING, **STATISTICS,
    "cross_entropy": cross_entropy, "permute": permute, "argmax": argmax, "argmin": argmin,
    "max": largest, "min": smallest,
    **MATRIX_FUNCTIONS, **COMPOSITIONS,
}  # fmt: skip
helped(FUNCTIONS)
