"""Layers made of other ops: plain functions on expressions, derived and printed as what they are made of."""

from __future__ import annotations

from functools import reduce

from symbackprop.entries.op import Op
from symbackprop.errors import DeclarationError, ShapeError
from symbackprop.graph.axis_functions import Function, along_axis, eye, mean, reshape, total
from symbackprop.graph.expr import (
    NUMBER, SIZE, Expr, Operand, apply, as_expr, const, describe,
)  # fmt: skip
from symbackprop.graph.label_functions import largest, onehot
from symbackprop.graph.rearranging import flip
from symbackprop.entries.option_ranges import check_options
from symbackprop.graph.remembered_calls import called
from symbackprop.sizes import ONE, Size, shape_text, size
from symbackprop.vocabulary import normalisation, signal
from symbackprop.vocabulary.kinds import (
    ABS, CHANNELWISE, CHOLESKY, COLUMN_BLOCKS, DET, DETS, DIAGONAL, EIGVALSH, EXPM, INVERSE, INVERSES,
    LAYERNORM, LOG, LOGSUMEXP, MASKED_SOFTMAX, MATRIX_POWER, MAXIMUM, MINIMUM, MSE, RELU, SIDE_BY_SIDE,
    SOFTMAX, SOLVE, SOLVES, SQRT, WINDOWS1D, WINDOWS2D,
)  # fmt: skip


def parted(whole: Size, parts: int, where: str) -> Size:
    """The size of one of equal parts. Errors: `ShapeError` where they are not equal."""
    share = whole.divide(size(parts)) if parts > 0 else None
    if share is None:
        hint = f"Declare the axis as a number that {parts} divides, or as {parts}*k."
        raise ShapeError(f"{whole} does not fall into {parts} equal parts", where=where, hint=hint)
    return share


# --- pooling -------------------------------------------------------------------------------------


def max_pool1d(x: Operand, size: int = 2, stride: int | None = None) -> Expr:
    """The largest entry of each window; windows lie side by side unless a stride is given."""
    x = as_expr(x)
    u = apply(WINDOWS1D, x, size=size, stride=size if stride is None else stride)
    y = largest(u, axis=-1)
    return called("max_pool1d", y, {"x": x}, windows=u, place=y.args[1])


def max_pool2d(x: Operand, size: int = 2, stride: int | None = None) -> Expr:
    """The largest entry of each window; windows lie side by side unless a stride is given."""
    x = as_expr(x)
    u = apply(WINDOWS2D, x, size=size, stride=size if stride is None else stride)
    y = largest_of_image(u)
    return called("max_pool2d", y, {"x": x}, windows=u, flat=y.args[0], place=y.args[1])


def largest_of_image(x: Expr) -> Expr:
    """The largest entry over the last two axes, read row by row."""
    *outer, a, b = x.shape
    return largest(reshape(x, *outer, a * b), axis=-1)


def average_pool(op: Op) -> Function:
    """The mean of each window; windows lie side by side unless a stride is given."""

    def function(x: Operand, size: int = 2, stride: int | None = None, padding: int = 0) -> Expr:
        return apply(op, x, size=size, stride=size if stride is None else stride, padding=padding)

    function.__name__, function.__doc__ = op.name, average_pool.__doc__
    return function


def global_avg_pool(x: Operand) -> Expr:
    """The mean over the last two axes."""
    x = as_expr(x)
    return called("global_avg_pool", mean(x, axis=(-2, -1)), {"x": x})


def global_max_pool(x: Operand) -> Expr:
    """The largest entry over the last two axes, the first of equals."""
    x = as_expr(x)
    if x.rank < 2:
        said = f"{describe(x)} is {shape_text(x.shape)}; … x h x w is needed"
        raise ShapeError(said, where="global_max_pool")
    y = largest_of_image(x)
    return called("global_max_pool", y, {"x": x}, flat=y.args[0], place=y.args[1])


# --- convolution in groups -----------------------------------------------------------------------


def convolution(op: Op, grouped: Op, spatial: int) -> Function:
    """A convolution; with `groups`, each group of channels has filters of its own: f is k x (c/groups) x …"""

    def function(
        x: Operand, f: Operand, b: Operand | None = None, *, groups: int = 1, **options: object
    ) -> Expr:
        check_options(op.name, [("groups", groups)])
        if groups == 1:
            return along_axis(op)(x, f, *([] if b is None else [b]), **options)
        x, f = as_expr(x), as_expr(f)
        outer, (c, *image) = x.shape[: -spatial - 1], x.shape[-spatial - 1 :]
        share, bank = parted(c, groups, op.name), parted(f.shape[0], groups, op.name)
        bias = [] if b is None else [reshape(b, groups, bank)]
        shaped = reshape(x, *outer, groups, share, *image), reshape(f, groups, bank, *f.shape[1:])
        made = apply(grouped, *shaped, *bias, **options)
        whole = reshape(made, *outer, f.shape[0], *made.shape[-spatial:])
        given = {"x": x, "f": f, "b": None if b is None else as_expr(b)}
        return called(op.name, whole, given, groups=made)

    function.__name__, function.__doc__ = op.name, convolution.__doc__
    return function


# --- normalisation -------------------------------------------------------------------------------


def group_norm(
    x: Operand, g: Operand | None = None, b: Operand | None = None, *, groups: int = 1, eps: float = 1e-5
) -> Expr:
    """n x c x …: mean 0 and variance 1 in each group of channels, then a gain and a bias for each channel."""
    x = as_expr(x)
    if x.rank < 2:
        raise ShapeError(f"{describe(x)} is {shape_text(x.shape)}; n x c x … is needed", where="group_norm")
    check_options("group_norm", [("groups", groups)])
    n, c, *image = x.shape
    row = parted(c, groups, "group_norm")
    for s in image:
        row = row * s
    normal = apply(LAYERNORM, reshape(x, n, groups, row), eps=eps)
    y = reshape(normal, *x.shape)
    given = {role: as_expr(e) for role, e in (("g", g), ("b", b)) if e is not None}
    whole = apply(CHANNELWISE, y, *given.values()) if given else y
    return called("group_norm", whole, {"x": x, **given}, normal=normal)


# --- masks ---------------------------------------------------------------------------------------


def with_mask(op: Op, rate: str) -> Function:
    """The function of an op whose second argument is a mask, which is an array.

    Errors: `DeclarationError` without a mask, or where a number stands in its place.
    """
    whole = along_axis(op)

    def function(x: Operand, mask: Operand | None = None, **options: object) -> Expr:
        x = as_expr(x)
        given = None if mask is None else as_expr(mask)
        if given is None or (given.rank < min(x.rank, 1)) or given.op in (NUMBER, SIZE):
            said = "needs a mask" if given is None else f"{describe(given)} is a number, not a mask"
            call = f"{op.name}({describe(x)}, m{rate})"
            way = f"Declare one, as in  m: {shape_text(x.shape)}, and write  {call}"
            raise DeclarationError(said, where=op.name, hint=way)
        return whole(x, given, **options)

    function.__name__, function.__doc__ = op.name, with_mask.__doc__
    return function


dropout, masked_softmax = with_mask(normalisation.dropout, ", p=0.3"), with_mask(MASKED_SOFTMAX, "")


# --- attention -----------------------------------------------------------------------------------


def attention(q: Operand, k: Operand, v: Operand, mask: Operand | None = None, *, heads: int = 1) -> Expr:
    """softmax(Q Kᵀ/√d) V (Vaswani et al. 2017); a mask of 0 and 1 says what is seen, tri(n) the past.

    With heads the columns of Q, K and V are split, and the results stand side by side again.
    """
    q, k, v = as_expr(q), as_expr(k), as_expr(v)
    given = {"q": q, "k": k, "v": v, "mask": None if mask is None else as_expr(mask)}
    check_options("attention", [("heads", heads)])
    if heads > 1:
        q, k, v = (split_heads(x, heads) for x in (q, k, v))
    if min(q.rank, k.rank, v.rank) < 2:
        raise ShapeError("queries, keys and values are rows of matrices", where="attention")
    scores = q @ k.mT / apply(SQRT, const(q.shape[-1]))
    weights = apply(SOFTMAX, scores) if mask is None else masked_softmax(scores, mask)
    seen = weights @ v
    whole = seen if heads == 1 else apply(SIDE_BY_SIDE, seen)
    parts = {"queries": q, "keys": k, "values": v} if heads > 1 else {}
    return called("attention", whole, given, **parts, scores=scores, weights=weights, seen=seen)


def split_heads(x: Expr, heads: int) -> Expr:
    """n x (heads·d) as heads x n x d."""
    if x.rank != 2:
        raise ShapeError(f"{describe(x)} is {shape_text(x.shape)}; heads split the columns of a matrix",
                         where="attention")  # fmt: skip
    parted(x.shape[1], heads, "attention")
    return apply(COLUMN_BLOCKS, x, parts=size(heads))


# --- labels, images ------------------------------------------------------------------------------


def scatter(x: Operand, label: Operand) -> Expr:
    """Row k is the sum of the rows of x that carry the label k."""
    x, label = as_expr(x), as_expr(label)
    chosen = onehot(label)
    return called("scatter", chosen.mT @ x, {"x": x, "label": label}, chosen=chosen)


def total_variation(x: Operand) -> Expr:
    """Σ |x[i+1, j] - x[i, j]| + Σ |x[i, j+1] - x[i, j]| over the last two axes."""
    x = as_expr(x)
    if x.rank != 2:
        said = f"{describe(x)} is {shape_text(x.shape)}, not a matrix"
        raise ShapeError(said, where="total_variation")
    down, right = x[1:] - x[:-1], x[:, 1:] - x[:, :-1]
    made = total(apply(ABS, down)) + total(apply(ABS, right))
    return called("total_variation", made, {"x": x}, down=down, right=right)


def gram(f: Operand) -> Expr:
    """F Fᵀ/n for c x n features; an image c x h x w is read row by row (Gatys et al. 2016)."""
    f = as_expr(f)
    if f.rank not in (2, 3):
        said = f"{describe(f)} is {shape_text(f.shape)}; c x n or c x h x w is needed"
        raise ShapeError(said, where="gram")
    rows = f if f.rank == 2 else reshape(f, f.shape[0], f.shape[1] * f.shape[2])
    return called("gram", rows @ rows.T / const(rows.shape[1]), {"f": f}, rows=rows)


def style(f: Operand, target: Operand) -> Expr:
    """The mean squared difference of two Gram matrices."""
    own, wanted = as_expr(f), as_expr(target)
    return called("style", apply(MSE, gram(own), gram(wanted)), {"f": own, "target": wanted})


def infonce(scores: Operand, *, tau: float = 1) -> Expr:
    """The mean over i of -log softmax(S/τ)[i, i]: row i belongs to column i (van den Oord et al. 2018)."""
    check_options("infonce", [("tau", tau)])
    scores = as_expr(scores)
    z = scores / const(tau)
    return called("infonce", mean(apply(LOGSUMEXP, z) - apply(DIAGONAL, z)), {"scores": scores}, scaled=z)


COMPOSITIONS: dict[str, Function] = {
    "max_pool1d": max_pool1d, "max_pool2d": max_pool2d,
    **{op.name: average_pool(op) for op in (signal.avg_pool1d, signal.avg_pool2d)},
    "global_avg_pool": global_avg_pool, "global_max_pool": global_max_pool,
    "conv1d": convolution(signal.conv1d, signal.group_conv1d, 1),
    "conv2d": convolution(signal.conv2d, signal.group_conv2d, 2), "group_norm": group_norm,
    "attention": attention, "dropout": dropout, "masked_softmax": masked_softmax,
    "scatter": scatter, "total_variation": total_variation,
    "gram": gram, "style": style, "infonce": infonce,
}  # fmt: skip


# --- functions of square matrices that are made of others -----------------------------------------


def determinant(a: Operand) -> Expr:
    """det A; of a stack of matrices one number for each."""
    a = as_expr(a)
    return apply(DET if a.rank < 3 else DETS, a)


def inverse(a: Operand) -> Expr:
    """A⁻¹; of a stack of matrices that of each."""
    a = as_expr(a)
    return apply(INVERSE if a.rank < 3 else INVERSES, a)


def solved(a: Operand, b: Operand) -> Expr:
    """The solution of A x = b; of a stack of matrices those of each, with a stack of right sides."""
    a, b = as_expr(a), as_expr(b)
    if a.rank == 3 and b.rank == 2:
        columns = reshape(b, *b.shape, ONE)
        return reshape(apply(SOLVES, a, columns), *b.shape)
    return apply(SOLVE if a.rank < 3 else SOLVES, a, b)


def logdet(a: Operand) -> Expr:
    """log det A: of a matrix whose determinant is positive, such as one declared posdef."""
    a = as_expr(a)
    det = determinant(a)
    return called("logdet", apply(LOG, det), {"a": a}, det=det)


def logabsdet(a: Operand) -> Expr:
    """log |det A|, of a determinant of either sign."""
    a = as_expr(a)
    det = determinant(a)
    return called("logabsdet", apply(LOG, apply(ABS, det)), {"a": a}, det=det)


def matrix_power(a: Operand, k: Operand) -> Expr:
    """A A … A, k factors; of the inverse for negative k; the identity for k = 0."""
    times, a = as_expr(k).number, as_expr(a)
    if times is None or times.denominator != 1:
        raise DeclarationError("k is a whole number", where="matrix_power")
    if not times:
        if a.rank != 2 or a.shape[0] != a.shape[1]:
            raise ShapeError(
                f"{describe(a)} is {shape_text(a.shape)}, not a square matrix", where="matrix_power"
            )
        return eye(const(a.shape[0]))
    base = a if times > 0 else apply(INVERSE, a)
    made = base if abs(times) == 1 else apply(MATRIX_POWER, base, k=abs(int(times)))
    return made if times > 0 else called("matrix_power", made, {"a": a}, base=base)


def pinv(a: Operand) -> Expr:
    """(Aᵀ A)⁻¹ Aᵀ of a matrix whose columns are independent, Aᵀ (A Aᵀ)⁻¹ of one whose rows are."""
    a = one_matrix(a, "pinv")
    more = a.shape[1] - a.shape[0]
    wide = any(c > 0 for _, c in more.terms)
    made = a.T @ apply(INVERSE, a @ a.T) if wide else apply(INVERSE, a.T @ a) @ a.T
    return called("pinv", made, {"a": a})


def one_matrix(a: Operand, where: str) -> Expr:
    """Errors: `ShapeError` for what is no matrix, stacks too."""
    a = as_expr(a)
    if a.rank != 2:
        raise ShapeError(f"{describe(a)} is {shape_text(a.shape)}, not a matrix", where=where)
    return a


def cholesky(a: Operand) -> Expr:
    """The lower triangular C with C Cᵀ = A, of a positive definite A; else of its symmetric part."""
    return apply(CHOLESKY, one_matrix(a, "cholesky"))


def eigvalsh(a: Operand) -> Expr:
    """The eigenvalues of a symmetric matrix, the smallest first; of another one of its symmetric part."""
    return apply(EIGVALSH, one_matrix(a, "eigvalsh"))


def expm(a: Operand) -> Expr:
    """The exponential of a matrix, I + A + A A/2 + …"""
    return apply(EXPM, one_matrix(a, "expm"))


def gram_matrix(x: Operand, where: str) -> Expr:
    """Xᵀ X, or X Xᵀ where that is known to be smaller: its eigenvalues are the squares of singular values."""
    x = one_matrix(x, where)
    more = (x.shape[1] - x.shape[0]).terms
    return x @ x.T if more and all(c > 0 for _, c in more) else x.T @ x


def svdvals(x: Operand) -> Expr:
    """The singular values of a matrix with full rank, the largest first: √ of the eigenvalues of Xᵀ X."""
    return flip(apply(SQRT, apply(EIGVALSH, gram_matrix(x, "svdvals"))))


def nuclear_norm(x: Operand) -> Expr:
    """The sum of the singular values of a matrix with full rank."""
    return total(apply(SQRT, apply(EIGVALSH, gram_matrix(x, "nuclear_norm"))))


def spectral_norm(x: Operand) -> Expr:
    """The largest singular value of a matrix."""
    return apply(SQRT, largest(apply(EIGVALSH, gram_matrix(x, "spectral_norm"))))


def of_several(op: Op) -> Function:
    """The largest (smallest) of two arrays or more, entry by entry; of equal ones the first counts."""

    def function(*operands: Operand) -> Expr:
        if len(operands) < 2:
            raise DeclarationError("takes two arrays or more", where=op.name,
                                   hint=f"The {op.name} of one array is  {op.name[:3]}(x)")  # fmt: skip
        return reduce(lambda a, b: beside_zero(op, a, b) or apply(op, a, b), map(as_expr, operands))

    function.__name__, function.__doc__ = op.name, of_several.__doc__
    return function


def beside_zero(op: Op, a: Expr, b: Expr) -> Expr | None:
    """max(0, s) is ReLU(s), min(0, s) is -ReLU(-s)."""
    for zero, s in ((a, b), (b, a)):
        if zero.number == 0:
            return apply(RELU, s) if op is MAXIMUM else -apply(RELU, -s)
    return None


MATRIX_FUNCTIONS: dict[str, Function] = {
    "cholesky": cholesky, "eigvalsh": eigvalsh, "expm": expm,
    "det": determinant, "inverse": inverse, "solve": solved,
    "logdet": logdet, "logabsdet": logabsdet, "matrix_power": matrix_power, "pinv": pinv,
    "svdvals": svdvals, "nuclear_norm": nuclear_norm, "spectral_norm": spectral_norm,
    "maximum": of_several(MAXIMUM), "minimum": of_several(MINIMUM),
}  # fmt: skip
