"""Names that NumPy and PyTorch have as well mean the same here, or are refused with the way out."""

from __future__ import annotations

import numpy as np
import pytest

import symbackprop as sb

REFUSED = {  # text: (what the error says, the way out)
    "z: k; y: scalar label k; L = cross_entropy(z, y)": ("z is not known to be", "cross_entropy_logits"),
    "z: k; y: k onehot; L = cross_entropy(z, y)": ("not known to be probabilities", "softmax first"),
    "W: k x d; x: d; y: k onehot; L = cross_entropy(relu(W @ x), y)": ("not known to be", "softmax"),
    "z: k; y: k onehot; p = softmax(z); q = p - 1; L = cross_entropy(q, y)": ("q is not known", "softmax"),
    "p: k distribution; y: k onehot; L = cross_entropy(y, p)": ("y is one-hot", "probabilities stand first"),
    "t: 1..T; z[t]: k; y: k onehot; p[t] = 2*z[t]; l[t] = cross_entropy(p[t], y); L = sum(l[t], over=t)":
        (r"p\[t\] is not known", "softmax first"),
    "x: n; L = sum(dropout(x, 0.3))": ("3/10 is a number, not a mask", r"dropout\(x, m, p=0.3\)"),
    "x: n; L = sum(dropout(x, p=0.3))": ("needs a mask", r"dropout\(x, m, p=0.3\)"),
    "x: n; s: scalar; L = sum(dropout(x, s))": ("s is a number, not a mask", "m: n"),
    "S: n x n; L = sum(masked_softmax(S, 1))": ("1 is a number, not a mask", "m: n×n"),
    "Q: n x d; L = sum(attention(Q, Q, Q, 1))": ("1 is a number, not a mask", "m: n×n"),
    "x: n x 1; t: n; L = mse(x, t)": (r"not every pair \(n×n\)", "Reshape"),
    "x: n; t: n x 1; L = huber(x, t)": (r"not every pair \(n×n\)", "Reshape"),
    "x: n x 1; t: n; L = bce_logits(x, t)": (r"not every pair", "Reshape"),
    "x: n x 1; m: n; v: n positive; L = gaussian_nll(x, m, v)": (r"not every pair", "Reshape"),
    "X: n x d; L = sum(cumsum(X))": ("NumPy's runs over all entries", r"cumsum\(X, axis=-1\)"),
    "X: n x c x d; L = sum(normalize(X))": ("PyTorch's runs along axis 1", "axis=-1"),
    "X: n x c x d; Y: n x c x d; L = sum(cosine(X, Y))": ("PyTorch's runs along axis 1", "axis=-1"),
    "X: n x c x d; L = sum(X.T)": (".T is for matrices", r"\.mT"),
    "X: n x c x d; L = sum(transpose(X))": (".T is for matrices", r"\.mT"),
    "X: n x c x d; Y: d x k; L = sum(dot(X, Y))": ("dot is for vectors and matrices", "x @ y"),
    "X: c x l; L = sum(instance_norm(X))": ("ranks do not fit", "n, c, l"),
    "X: a x n x c x h x w; L = sum(instance_norm(X))": ("ranks do not fit", "n, c, h, w"),
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_refused_with_the_way_out(text: str) -> None:
    said, way = REFUSED[text]
    with pytest.raises(sb.SymbackpropError, match=f"(?s){said}.*{way}"):
        sb.read(text)


@pytest.mark.parametrize(("text", "declared"), [
    ("z: k; y: scalar label k; L = cross_entropy(z, y)", True),
    ("z: k; y: scalar label k; L = cross_entropy(exp(z), y)", False),
    ("z: k; y: scalar label k; q = exp(z); L = cross_entropy(q, y)", False),
])  # fmt: skip
def test_only_what_is_declared_is_to_be_declared_otherwise(text: str, declared: bool) -> None:
    with pytest.raises(sb.SymbackpropError) as found:
        sb.read(text)
    assert ("declare  z: … distribution" in found.value.hint) is declared
    assert "distribution" not in found.value.hint or declared


rng = np.random.default_rng(3)
X, S = rng.normal(size=(2, 3)), rng.normal(size=(2, 3, 5))
M = (rng.random((2, 3)) < 0.5).astype(float)


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def standard(x: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + 1e-5)


HOLDS = {  # text: (inputs, value)
    "X: n x d; L = norm(X)": ({"X": X}, np.linalg.norm(X)),
    "X: n x d; L = norm(X, axis=(0, 1))": ({"X": X}, np.linalg.norm(X)),
    "X: n x d; L = sum(norm(X, axis=-1))": ({"X": X}, np.linalg.norm(X, axis=-1).sum()),
    "X: n x d; L = sum(norm(X, axis=0))": ({"X": X}, np.linalg.norm(X, axis=0).sum()),
    "X: n x c x l; L = norm(X)": ({"X": S}, np.sqrt((S**2).sum())),
    "X: n x c x l; L = sum(norm(X, axis=1))": ({"X": S}, np.linalg.norm(S, axis=1).sum()),
    "X: n x c x l; L = sum(instance_norm(X)**3)": ({"X": S}, (standard(S, (2,)) ** 3).sum()),
    "X: n x c x l; L = sum(X.mT[0, 0]**2)": ({"X": S}, (S[0, :, 0] ** 2).sum()),
    "X: n x d; M: n x d; L = sum(dropout(X, M, p=0.3)**2)": ({"X": X, "M": M}, ((X * M / 0.7) ** 2).sum()),
    "X: n x d; L = sum(cumsum(X, axis=-1)**2)": ({"X": X}, (np.cumsum(X, -1) ** 2).sum()),
    "X: n x d; M: n x d; L = mse(X, M)": ({"X": X, "M": M}, ((X - M) ** 2).mean()),
    "X: n x d; M: n x d; L = sum(cross_entropy(softmax(X), M))":
        ({"X": X, "M": M}, -(M * np.log(softmax(X))).sum()),
    "X: n x d; M: n x d; e = exp(X); P = e/sum(e, axis=-1, keepdims=True); L = sum(cross_entropy(P, M))":
        ({"X": X, "M": M}, -(M * np.log(softmax(X))).sum()),
}  # fmt: skip


@pytest.mark.parametrize("text", HOLDS)
def test_means_what_numpy_means(text: str) -> None:
    given, value = HOLDS[text]
    d = sb.derive(text, wrt="X")
    assert np.isclose(d.compile()(**given)["L"], value)
    report = d.verify()
    assert report.ok, report.failures


def test_a_step_made_by_softmax_is_probabilities() -> None:
    steps = "t: 1..T; z[t]: k; y[t]: k onehot; p[t] = softmax(z[t]); l[t] = cross_entropy(p[t], y[t])"
    assert sb.derive(f"{steps}; L = sum(l[t], over=t)", wrt="z")["z"].text() == "pₜ − yₜ"


def test_the_checker_means_the_same_norm() -> None:
    whole, rows = "X: n x d; L = norm(X)", "X: n x d; u: n; L = u @ norm(X, axis=-1)"
    assert sb.check(whole, "X", "X/norm(X)").ok
    assert not sb.check(whole, "X", "diag(1/row_norms(X)) X").ok
    assert sb.check(rows, "X", "diag(u/row_norms(X)) X").ok
    assert not sb.check(rows, "X", "diag(u/norm(X)) X").ok
    assert sb.check(rows, "X", sb.derive(rows)["X"].text()).ok
    assert sb.check(rows, "X", sb.derive(rows)["X"].latex()).ok
