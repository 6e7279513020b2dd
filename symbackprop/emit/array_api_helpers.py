"""Functions below code for the array API standard: whatever the standard has no word for, in its words."""

from collections.abc import Mapping

from symbackprop.emit.argument_checks import CHECKS
from symbackprop.emit.numpy_helpers import ERF, EXPM, POLYGAMMA, RATIO

NAMESPACE = '''def _namespace(x):
    """The library of an array; those without the standard's own method have it from array-api-compat."""
    if hasattr(x, "__array_namespace__"):
        return x.__array_namespace__()
    from array_api_compat import array_namespace

    return array_namespace(x)
'''
PADDED = '''def _padded(x, shape, starts):
    """Zeros of a shape around an array that begins at some positions."""
    xp = _namespace(x)
    for axis, (size, start) in enumerate(zip(shape, starts)):
        behind = size - start - x.shape[axis]
        parts = [(*x.shape[:axis], k, *x.shape[axis + 1 :]) for k in (start, behind)]
        front, rest = (xp.zeros(s, dtype=x.dtype, device=getattr(x, "device", None)) for s in parts)
        if start or behind:
            x = xp.concat([front] * (start > 0) + [x] + [rest] * (behind > 0), axis=axis)
    return x
'''
WINDOWS = '''def _windows(x, axis, first, *steps):
    """x at first + step*i + ... along an axis, one new axis for each (step, count); outside x is 0."""
    xp = _namespace(x)
    low = first + sum(min(0, step * (count - 1)) for step, count in steps)
    high = first + sum(max(0, step * (count - 1)) for step, count in steps)
    front, behind = max(0, -low), max(0, high + 1 - x.shape[axis])
    shape = [s + (front + behind) * (k == axis) for k, s in enumerate(x.shape)]
    x = _padded(x, shape, [front * (k == axis) for k in range(x.ndim)])
    at = xp.zeros((1,), dtype=xp.int64, device=getattr(x, "device", None)) + (first + front)
    for step, count in steps:
        more = step * xp.arange(count, device=getattr(x, "device", None))
        at = xp.reshape(at[:, None] + more[None, :], (-1,))
    counts = [count for _, count in steps]
    return xp.reshape(xp.take(x, at, axis=axis), (*x.shape[:axis], *counts, *x.shape[axis + 1 :]))
'''
FOLD = '''def _fold(x, first, second, step, shift, count, size):
    """The sum of x[.., h, .., v, ..] over h < count, c = step*h + v + shift; c < size is where v was."""
    xp = _namespace(x)
    order = [first, second, *(k for k in range(x.ndim) if k not in (first, second))]
    x = xp.permute_dims(x, order)[:count, ...]
    rows, columns, *rest = x.shape
    if step < 1 or rows <= columns:
        lines = [(x[h, ...], step * h + shift) for h in range(rows)]
    else:  # the entries of a column stand step apart
        gap = xp.zeros((rows, step - 1, *rest), dtype=x.dtype, device=getattr(x, "device", None))
        wide = [xp.concat((x[:, v : v + 1, ...], gap), axis=1) for v in range(columns)]
        lines = [(xp.reshape(w, (rows * step, *rest)), v + shift) for v, w in enumerate(wide)]
    total = 0
    for line, start in lines:
        low, high = max(0, -start), min(line.shape[0], size - start)
        if low < high:
            total = total + _padded(line[low:high, ...], (size, *rest), (start + low, *[0] * len(rest)))
    if isinstance(total, int):
        total = xp.zeros((size, *rest), dtype=x.dtype, device=getattr(x, "device", None))
    place = second - (first < second)
    back = [*range(1, place + 1), 0, *range(place + 1, total.ndim)]
    return xp.permute_dims(total, back)
'''
PRODUCT = '''def _product(x, y, batch, summed):
    """x times y, summed over pairs of axes; pairs that stay come first, then what each has alone."""
    xp = _namespace(x)
    left, right = ([k for k in range(a.ndim) if k not in [p[n] for p in (*batch, *summed)]]
                   for n, a in enumerate((x, y)))
    lead = [x.shape[k] for k, _ in batch]
    inner = prod(x.shape[k] for k, _ in summed)
    rows, columns = [x.shape[k] for k in left], [y.shape[k] for k in right]
    x = xp.permute_dims(x, (*[k for k, _ in batch], *left, *[k for k, _ in summed]))
    y = xp.permute_dims(y, (*[k for _, k in batch], *[k for _, k in summed], *right))
    made = xp.reshape(x, (*lead, prod(rows), inner)) @ xp.reshape(y, (*lead, inner, prod(columns)))
    return xp.reshape(made, (*lead, *rows, *columns))
'''
TAKEN = '''def _taken(x, labels, axis):
    """x at labels along an axis, which their axes replace."""
    xp = _namespace(x)
    found = xp.take(x, xp.reshape(labels, (-1,)), axis=axis)
    return xp.reshape(found, (*x.shape[:axis], *labels.shape, *x.shape[axis + 1 :]))
'''
ALONG = '''def _along(x, labels):
    """The entry of every row of x that its label names."""
    xp = _namespace(x)
    starts = x.shape[-1] * xp.arange(prod(labels.shape), device=getattr(x, "device", None))
    found = xp.take(xp.reshape(x, (-1,)), starts + xp.reshape(labels, (-1,)), axis=0)
    return xp.reshape(found, labels.shape)
'''
GATHERED = '''def _gathered(x, *places):
    """The entries of x at positions, one array or number for each axis."""
    xp = _namespace(x)
    at = 0
    for place, size in zip(places, x.shape):
        at = at * size + place
    return xp.reshape(xp.take(xp.reshape(x, (-1,)), xp.reshape(at, (-1,)), axis=0), at.shape)
'''
ADDED = '''def _added(rows, labels, size):
    """Rows added up where their labels say: a product with the one-hot rows of the labels."""
    xp = _namespace(rows)
    rest, labels = rows.shape[labels.ndim :], xp.reshape(labels, (-1,))
    at = xp.arange(size, device=getattr(rows, "device", None))
    onehot = xp.astype(at[:, None] == labels[None, :], rows.dtype)
    return xp.reshape(onehot @ xp.reshape(rows, (labels.shape[0], prod(rest))), (size, *rest))
'''
DIAG = '''def _diag(v, first, second):
    """Zeros with an array on a diagonal: its axis `first` becomes that and a new one, `second`."""
    xp = _namespace(v)
    v = xp.expand_dims(v, axis=second)
    at = xp.arange(v.shape[first], device=getattr(v, "device", None))
    shape = tuple(v.shape[first] if k in (first, second) else 1 for k in range(v.ndim))
    return xp.where(xp.reshape(at[:, None] == at[None, :], shape), v, xp.zeros_like(v))
'''
DIAGONAL = '''def _diagonal(x, first, second):
    """The entries with equal positions along two axes, as the last axis."""
    xp = _namespace(x)
    rest = [k for k in range(x.ndim) if k not in (first, second)]
    rows, columns = x.shape[first], x.shape[second]
    flat = xp.permute_dims(x, (*rest, first, second))
    return xp.reshape(flat, (*[x.shape[k] for k in rest], rows * columns))[..., :: columns + 1]
'''
SIGMOID = '''def _sigmoid(x):
    """1 / (1 + exp(-x)), without a large exponential."""
    xp = _namespace(x)
    small = xp.exp(-xp.abs(x))
    return xp.where(x < 0, small, xp.ones_like(x)) / (1 + small)
'''
LOGDET = '''def _logdet(a):
    """log det(a); nan where the determinant is not positive."""
    xp = _namespace(a)
    sign, size = xp.linalg.slogdet(a)
    return xp.where(sign > 0, size, xp.nan * xp.ones_like(size))
'''
ADJUGATE = '''def _adjugate(a):
    """det(a) inv(a), also where a is singular."""
    xp = _namespace(a)
    u, s, v = xp.linalg.svd(a, full_matrices=False)
    others = [[m for m in range(s.shape[-1]) if m != k] for k in range(s.shape[-1])]
    parts = [xp.prod(xp.stack([s[..., m] for m in row], axis=-1), axis=-1) if row else xp.ones_like(s[..., 0])
             for row in others]
    signs = xp.linalg.det(u) * xp.linalg.det(v)
    minors = xp.stack(parts, axis=-1)
    scaled = xp.matrix_transpose(v) * minors[..., None, :]
    return signs[..., None, None] * (scaled @ xp.matrix_transpose(u))
'''
ARRAYS = '''def _arrays(declared, *given):
    """Arrays of one library and one type of real numbers, with axes as declared, labels as they are.

    Numbers and lists become arrays of the library that the first array is of.
    Errors: `ValueError` for an array of other axes, or not real; `TypeError` where there is no array.
    """
    known = [x for x in given if hasattr(x, "dtype")]
    if not known:
        raise TypeError("one argument must be an array: it says which library is meant")
    xp = _namespace(known[0])
    arrays = [x if hasattr(x, "dtype") else xp.asarray(x) for x in given]
    for (name, said, axes, _), x in zip(declared, arrays):
        if not xp.isdtype(x.dtype, ("bool", "integral", "real floating")):
            raise ValueError(f"{name} is declared {said} and real, given dtype {x.dtype}")
        if x.ndim != axes:
            raise ValueError(f"{name} is declared {said}, "
                             f"given an array of shape {x.shape}")
    real = [x.dtype for x, row in zip(arrays, declared)
            if not row[3] and xp.isdtype(x.dtype, "real floating")]
    dtype = xp.result_type(*real) if real else xp.float64
    return [x if row[3] else xp.astype(x, dtype, copy=False)
            for x, row in zip(arrays, declared)]
'''
LABELS = '''def _labels(*given):
    """Errors: `ValueError` for labels that name no class."""
    for name, labels, classes in given:
        xp = _namespace(labels)
        whole = xp.isdtype(labels.dtype, "integral")
        if not whole or bool(xp.any((labels < 0) | (labels >= classes))):
            raise ValueError(f"{name} holds labels, "
                             f"whole numbers from 0 to {classes - 1}, given {labels}")
'''


ASKED = "\n    size =", "\n    xp = _namespace(x)\n    size ="
# Abramowitz & Stegun 6.1.41, at x + 16
GAMMALN = '''def _gammaln(x):
    """log gamma(x) of positive x: Stirling's series at x + 16, less 16 logarithms."""
    from math import log, pi

    xp = _namespace(x)
    z = x + 16
    y = (z - 0.5) * xp.log(z) - z + log(2 * pi) / 2 - sum(xp.log(x + k) for k in range(16))
    for k, b in enumerate((1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66), 1):
        y = y + b / (2 * k * (2 * k - 1)) / z ** (2 * k - 1)
    return y
'''
HELPERS: Mapping[str, str] = {
    "_windows": WINDOWS, "_fold": FOLD, "_product": PRODUCT, "_taken": TAKEN, "_along": ALONG,
    "_gathered": GATHERED, "_added": ADDED, "_diag": DIAG, "_diagonal": DIAGONAL, "_padded": PADDED,
    "_sigmoid": SIGMOID, "_adjugate": ADJUGATE, "_namespace": NAMESPACE, "_ratio": RATIO,
    "_erf": ERF.replace(*ASKED).replace("np.", "xp."),
    "_expm": EXPM.replace("    from math", "    xp = _namespace(a)\n    from math").replace("np.", "xp."),
    "_logdet": LOGDET, "_gammaln": GAMMALN,
    "_polygamma": POLYGAMMA.replace("    sign,", "    xp = _namespace(x)\n    sign,").replace("np.", "xp."),
}  # fmt: skip
CHECKED = {**CHECKS, "_arrays": ARRAYS, "_labels": LABELS}
