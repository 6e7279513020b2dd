"""What the text of a graph accepts: the right one beside each case, and what is said of the wrong one."""

from __future__ import annotations

import math

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.numeric.points import forward, generic_point

REFUSED = {  # text: what the error says
    # an axis, an option named twice
    "X: 2 x 3; L = sum(sum(X, axis=(0, -2)))": "axis 0 of X is named twice",
    "X: n x d; L = sum(mean(X, axis=(-1, 1)))": "axis 1 of X is named twice",
    "X: n x d; L = norm(X, axis=(0, 0))": "axis 0 of X is named twice",
    "x: n; L = sum(x, axis=0, axis=0)": "the option `axis` is given twice",
    "x: n; L = sum(layernorm(x, eps=1, eps=2))": "the option `eps` is given twice",
    "x: n; L = sum(x, **x)": r"without \*\*",
    "x: n; L = sum(x, keepdims=2)": "keepdims is True or False",
    "x: n; L = sum(x, foo=1)": "sum: got an unexpected keyword argument 'foo'",
    # entries that need not exist
    "x: n; L = x[2]": r"position 2 need not exist in an axis of size n\n  Declare the axis as n \+ 2",
    "x: n; L = x[-100]": r"n - 100 need not exist in an axis of size n\n  Declare the axis as n \+ 99",
    "X: n x 3; L = sum(X[1])": "position 1 need not exist",
    "x: n; y: m; L = x[m] + sum(y)": "position m need not exist in an axis of size n",
    "x: n; L = x[n]": "position n does not lie in an axis of size n",
    "x: 5; L = x[5]": "position 5 does not lie in an axis of size 5",
    "x: n; L = sum(x[n:])": "n:n has no entries",
    # numbers
    "x: n; L = sum(1e400*x)": "`1e400` is beyond double precision",
    "x: n; L = sum(1e-400*x)": "`1e-400` is beyond double precision",
    "x: n; L = sum(x*" + "9" * 320 + ")": "is beyond double precision",
    "x: n; L = sum(x*" + "9" * 5000 + ")": "cannot read|digits|a product needs its sign",
    "x: n; L = sum(nan*x)": "no symbol `nan`",
    "x: n; L = sum(inf*x)": "no symbol `inf`",
    "x: n; L = sum(x)/0": "divides by 0",
    "x: n; L = sum(x**20000)": "exponent: 20000",
    # sizes
    "x: lambda; L = sum(x)": "`lambda` is a word of Python",
    "x: n x None; L = sum(x)": "`None` is a word of Python",
    "x: True; L = sum(x)": "`True` is a word of Python",
    "x: n; L = sum(eye(0))*sum(x)": "a size is at least 1, not 0",
    "x: n; L = sum(ones(-1)*x)": "a size is at least 1, not -1",
    "x: scalar distribution; L = x": "`distribution` says something of (the )?entries along an axis",
    # reshape
    "X: 2 x 3; L = sum(reshape(X, 4, -1))": "its 6 entries do not fall into 4 equal parts",
    "X: n x d; L = sum(reshape(X, 3, -1))": r"its d\*n entries do not fall into 3 equal parts",
    "X: 2 x 3; L = sum(reshape(X, -1, -1))": "one size may be -1",
    "X: 2 x 3; L = sum(reshape(X, 2, 4))": r"cannot turn 2×3 \(6 entries\) into 2×4",
    "X: 2 x 3; L = sum(reshape(X, 0, -1))": "reshape",
    "X: 2 x 3; L = sum(reshape(X))": "takes the new shape",
    # options without a meaning
    "x: 8; L = sum(max_pool1d(x, stride=0))": "stride is a whole number from 1 on, not 0",
    "x: 8; L = sum(avg_pool1d(x, padding=-1))": "padding is a whole number from 0 on, not -1",
    "X: c x n; F: k x c x 3; L = sum(conv1d(X, F, dilation=0))": "dilation is a whole number from 1 on",
    "X: c x n; F: k x c x 3; L = sum(conv1d(X, F, groups=0))": "groups is a whole number from 1 on",
    "Q: n x d; L = sum(attention(Q, Q, Q, heads=0))": "heads is a whole number from 1 on",
    "x: n; m: n; L = sum(dropout(x, m, p=1))": "p is a number from 0 on, below 1, not 1",
    "x: n; y: n; L = huber(x, y, delta=0)": "delta is a number above 0, not 0",
    "S: n x n; L = infonce(S, tau=0)": "tau is a number above 0, not 0",
    "x: n; L = sum(layernorm(x, eps=-1))": "eps is a number from 0 on, not -1",
    "A: n x n; L = sum(matrix_power(A, 1000000))": "k is a whole number from 1 on, up to 64",
    "x: n; L = sum(clip(x, 1, -1))": "leave nothing between them",
    "x: n; L = global_max_pool(x)": "h x w is needed",
    "y: scalar label 3; x: n; L = sum(onehot(y, 4))*sum(x)": "one of 3 classes, not of 4",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED, ids=lambda t: t[:70])
def test_refused(text: str) -> None:
    with pytest.raises(sb.SymbackpropError, match=REFUSED[text]):
        sb.read(text)


X = np.arange(1.0, 7).reshape(2, 3)
HOLDS = {  # text: (input, value)
    "X: 2 x 3; L = sum(sum(X, axis=(0, -1))**2)": (X, X.sum() ** 2),
    "X: n x d; L = sum(sum(X, 0)**2)": (X, (X.sum(0) ** 2).sum()),
    "X: n x d; L = sum(X[0]) + sum(X[-1]) + sum(X[:, d-1])": (X, X[0].sum() + X[-1].sum() + X[:, -1].sum()),
    "X: n + 1 x d; L = sum(X[1])": (X, X[1].sum()),
    "X: n x d + 2; L = sum(X[:, -3:-1])": (X, X[:, -3:-1].sum()),
    "X: 2 x 3; L = X[1, 2]**2": (X, 36.0),
    "X: 2 x 3; L = sum(reshape(X, 3, -1)[2]**2)": (X, (X.reshape(3, -1)[2] ** 2).sum()),
    "X: 2 x 3; L = reshape(X, (-1,))[4]": (X, X.reshape(-1)[4]),
    "X: n x d; L = sum(reshape(X, d, -1) @ ones(n))": (X, X.sum()),
    "X: n x d; L = sum(1e100*(1e-100*X))": (X, X.sum()),
    "X: n x d; L = sum(matrix_power(X @ X.T, 3))": (X, np.linalg.matrix_power(X @ X.T, 3).sum()),
    "X: n x d; L = sum(clip(X, -2, 2))": (X, np.clip(X, -2, 2).sum()),
}  # fmt: skip


@pytest.mark.parametrize("text", HOLDS)
def test_holds(text: str) -> None:
    given, value = HOLDS[text]
    d = sb.derive(text)
    assert np.isclose(d.compile()(X=given)["L"], value)
    report = d.verify()
    assert report.ok, report.failures


BUILT = (
    lambda: sb.symbol("x", "n") * math.inf,
    lambda: sb.symbol("x", "n") ** math.nan,
    lambda: sb.layernorm(sb.symbol("x", "n"), eps=math.nan),
    lambda: sb.symbol("x", "None"),
    lambda: sb.symbol("x", 0),
    lambda: sb.symbol("x", 2.5),  # type: ignore[arg-type]
    lambda: sb.symbol("x", True),
    lambda: sb.symbol("x", "n", domain="foo"),
    lambda: sb.symbol("x", "n", "d", domain="symmetric"),
    lambda: sb.symbol("y", labels=0),
    lambda: sb.reshape(sb.symbol("x", 6), 4, -1),
)


@pytest.mark.parametrize("build", BUILT)
def test_python_is_refused_as_text_is(build: object) -> None:
    assert callable(build)
    with pytest.raises(sb.SymbackpropError):
        build()


@pytest.mark.parametrize(
    ("text", "size"),
    [("x: 1000000000000; L = sum(x**2)", 10**12), ("x: 100000; L = sum(outer(x, x))", 10**5)],
)
def test_arrays_too_large_for_values_are_derived_but_not_evaluated(text: str, size: int) -> None:
    """They are verified at small sizes in the place of their own, and the report says so."""
    d = sb.derive(text)
    assert d["x"].text()
    report = d.verify()
    assert report.ok and f"large sizes at small ones: {size} as " in str(report)
    with pytest.raises(sb.LimitError, match="entries of one array of values"):
        forward(d.graph, generic_point(d.graph, 0, 0))
