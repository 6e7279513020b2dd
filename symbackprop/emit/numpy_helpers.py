"""Functions that stand above emitted NumPy code: windows, overlapping sums, stable functions."""

from collections.abc import Mapping

WINDOWS = '''def _windows(x, axis, first, *steps):
    """x at first + step*i + ... along an axis, one new axis for each (step, count); outside x is 0."""
    low = first + sum(min(0, step * (count - 1)) for step, count in steps)
    high = first + sum(max(0, step * (count - 1)) for step, count in steps)
    front, behind = max(0, -low), max(0, high + 1 - x.shape[axis])
    if front or behind:
        x = np.pad(x, [(front, behind) if k == axis else (0, 0) for k in range(x.ndim)])
    x = x[(slice(None),) * axis + (slice(first + front, None),)]
    counts, stride = [count for _, count in steps], x.strides[axis]
    shape = (*x.shape[:axis], *counts, *x.shape[axis + 1 :])
    strides = (*x.strides[:axis], *(step * stride for step, _ in steps), *x.strides[axis + 1 :])
    return np.lib.stride_tricks.as_strided(x, shape, strides, writeable=False)
'''
FOLD = '''def _fold(x, first, second, step, shift, count, size):
    """The sum of x[.., h, .., v, ..] over h < count, c = step*h + v + shift; c < size is where v was."""
    x = np.moveaxis(x, (first, second), (0, 1))[:count]
    y = np.zeros((size, *x.shape[2:]), x.dtype)
    if step < 1 or x.shape[0] <= x.shape[1]:
        for h, row in enumerate(x):
            low, high = max(0, step * h + shift), min(size, step * h + shift + len(row))
            if low < high:
                y[low:high] += row[low - step * h - shift : high - step * h - shift]
    else:
        for v in range(x.shape[1]):
            low = max(0, -((v + shift) // step))
            high = min(x.shape[0], (size - 1 - v - shift) // step + 1)
            if low < high:
                start = step * low + v + shift
                y[start : start + step * (high - low) : step] += x[low:high, v]
    return np.moveaxis(y, 0, second - (first < second))
'''
SIGMOID = '''def _sigmoid(x):
    """1 / (1 + exp(-x)); where the exponential overflows the quotient is 0."""
    with np.errstate(over="ignore"):
        e = np.exp(-x)
    e += 1
    return np.reciprocal(e, out=e if np.ndim(e) else None)
'''
# W. J. Cody, Rational Chebyshev approximations for the error function, Mathematics of Computation 23 (1969),
# 631-637, in the digits of his CALERF: x R(x²) within 0.46875, else 1 - exp(-x²) R(|x|), where what R is off
# beyond 4 is lost beside 1
ERF = '''def _erf(x):
    """The error function by W. J. Cody's rational approximations (Math. Comp. 23, 1969)."""
    size = np.minimum(np.abs(x), 6.0)
    z = size * size
    inner = _ratio(z, (1.85777706184603153e-1, 3.16112374387056560, 1.13864154151050156e2,
                       3.77485237685302021e2, 3.20937758913846947e3),
                      (1.0, 2.36012909523441209e1, 2.44024637934444173e2,
                       1.28261652607737228e3, 2.84423683343917062e3))
    outer = _ratio(size, (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594,
                          6.61191906371416295e1, 2.98635138197400131e2, 8.81952221241769090e2,
                          1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3),
                         (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2,
                          1.62138957456669019e3, 3.29079923573345963e3, 4.36261909014324716e3,
                          3.43936767414372164e3, 1.23033935480374942e3))
    return np.where(size <= 0.46875, x * inner, np.sign(x) * (1 - np.exp(-z) * outer))
'''
RATIO = '''def _ratio(x, over, under):
    """A quotient of two polynomials, the highest powers first."""
    above, below = over[0], under[0]
    for a, b in zip(over[1:], under[1:]):
        above, below = above * x + a, below * x + b
    return above / below
'''
LOGDET = '''def _logdet(a):
    """log det(a); nan where the determinant is not positive."""
    sign, size = np.linalg.slogdet(a)
    return np.where(sign > 0, size, np.nan)
'''
# adj(U S Vᵀ) = det(U) det(V) V adj(S) Uᵀ: products of all singular values but one, no division
ADJUGATE = '''def _adjugate(a):
    """det(a) inv(a), also where a is singular."""
    u, s, v = np.linalg.svd(a)
    minors = np.stack([np.prod(np.delete(s, k, -1), -1) for k in range(s.shape[-1])], -1)
    signs = np.linalg.det(u) * np.linalg.det(v)
    return signs[..., None, None] * (v.mT * minors[..., None, :]) @ u.mT
'''
ONTO = '''def _onto(x, a, first, second):
    """x with a added, in place, where two of its axes meet; of these a has the first."""
    axes = [first if k == second else k for k in range(x.ndim)]
    met = np.einsum(x, axes, [k for k in range(x.ndim) if k != second])  # a view
    met += a
    return x
'''
GAMMALN = '''def _gammaln(x):
    """log |gamma(x)|, entry by entry."""
    from math import lgamma

    return np.vectorize(lgamma, otypes=[float])(x).astype(x.dtype)
'''
# Abramowitz & Stegun 6.4.6 and 6.4.11
POLYGAMMA = '''def _polygamma(order, x):
    """The derivative of log gamma of order + 1, of positive x: 16 terms, then the series at x + 16."""
    from math import factorial

    sign, z = (-1) ** (order + 1), x + 16
    y = np.log(z) if order == 0 else sign * factorial(order - 1) / z**order
    first = sum(1 / (x + k) ** (order + 1) for k in range(16)) + 0.5 / z ** (order + 1)
    y = y + sign * factorial(order) * first
    for k, b in enumerate((1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6), 1):
        y = y + sign * b * factorial(2 * k + order - 1) / factorial(2 * k) / z ** (2 * k + order)
    return y
'''
# scaling and squaring: exp(A) = exp(A/2ˢ)^(2ˢ), the series up to a norm of 1/4
EXPM = '''def _expm(a):
    """The exponential of a matrix."""
    from math import frexp

    times = max(0, frexp(float(np.max(np.sum(np.abs(a), axis=-1))))[1] + 2)
    a = a / 2**times
    y = term = np.eye(a.shape[-1], dtype=a.dtype)
    for k in range(1, 20):
        term = term @ a / k
        y = y + term
    for _ in range(times):
        y = y @ y
    return y
'''
HELPERS: Mapping[str, str] = {
    "_windows": WINDOWS, "_fold": FOLD, "_sigmoid": SIGMOID, "_erf": ERF, "_ratio": RATIO, "_logdet": LOGDET,
    "_adjugate": ADJUGATE, "_onto": ONTO, "_gammaln": GAMMALN, "_polygamma": POLYGAMMA,
    "_expm": EXPM,
}  # fmt: skip
