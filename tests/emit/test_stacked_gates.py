"""Gates of a cell that multiply one row are made by one product; what is not alike stays apart."""

from __future__ import annotations

import pytest

import symbackprop as sb

T = "t: 1..T; x[t]: n x d; s0: n x m; c[0] = s0; "
GATES = "; ".join(f"W{g}: d x m; U{g}: m x m; b{g}: m" for g in "zrc")
CELLS = {
    "gated": (T.replace("c[0]", "h[0]") + GATES + """
    z[t] = sigmoid(x[t] @ Wz + h[t-1] @ Uz + bz); r[t] = sigmoid(x[t] @ Wr + h[t-1] @ Ur + br)
    g[t] = tanh(x[t] @ Wc + (r[t] * h[t-1]) @ Uc + bc); h[t] = z[t]*h[t-1] + (1 - z[t])*g[t]
    l[t] = sum(h[t]**2); L = sum(l[t], over=t)""", 2),
    "of vectors": ("""t: 1..T; x[t]: d; A: m x d; B: m x d; U: m x m; V: m x m; s0: m; c[0] = s0
    f[t] = sigmoid(A @ x[t] + U @ c[t-1]); i[t] = sigmoid(B @ x[t] + V @ c[t-1])
    c[t] = f[t]*c[t-1] + i[t]; L = sum(c[T]**2)""", 1),
    "of different widths": (T + """A: d x m; B: d x k; U: m x m; V: m x k; W: k x m
    f[t] = tanh(x[t] @ A + c[t-1] @ U); e[t] = tanh(x[t] @ B + c[t-1] @ V)
    c[t] = f[t]*c[t-1] + e[t] @ W; L = sum(c[T]**2)""", 2),
    "different functions": (T + """A: d x m; B: d x m; U: m x m; V: m x m
    f[t] = sigmoid(x[t] @ A + c[t-1] @ U); i[t] = tanh(x[t] @ B + c[t-1] @ V)
    c[t] = f[t]*c[t-1] + i[t]; L = sum(c[T]**2)""", 1),
    "of two rows": (T + """A: d x m; B: d x m; U: m x m; V: m x m
    f[t] = tanh(x[t] @ A + c[t-1] @ U); i[t] = tanh(x[t] @ B + e[t-1] @ V)
    e[0] = s0; c[t] = f[t]*c[t-1] + i[t]; e[t] = i[t]*c[t]
    l[t] = sum(c[t]*e[t]); L = sum(l[t], over=t)""", 2),
    "scaled": (T + """A: d x m; U: m x m; V: m x m; s: scalar; r: scalar
    f[t] = sigmoid(s * (x[t] @ A + c[t-1] @ U)); i[t] = sigmoid(s * (x[t] @ A + c[t-1] @ V))
    c[t] = f[t]*c[t-1] + r*i[t]; L = sum(c[T]**2)""", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", CELLS)
def test_gates_that_are_alike_are_one_product(name: str) -> None:
    text, products = CELLS[name]
    d = sb.derive(text)
    assert all(d.verify(seed=seed).ok for seed in range(2))
    ahead = d.source().partition("for t in range(T):")[2].partition("\n    for ")[0]
    inside = [x for x in ahead.splitlines() if x.startswith("        ")]
    assert sum(x.count(".dot(") for x in inside) == products, inside
