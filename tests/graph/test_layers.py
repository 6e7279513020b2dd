"""Layers, normalisations and losses against what NumPy says of them, at ordinary and at large numbers."""

from collections.abc import Callable

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.page.roles import Roles

Array = np.ndarray
rng = np.random.default_rng(11)
X, Y, Z = rng.normal(size=(3, 5, 7))
LABEL = np.array([2, 0, 6, 6, 1])
GAIN, BIAS = rng.normal(size=(2, 7))
IMAGE = rng.normal(size=(5, 4, 3, 2))
POSITIVE = rng.uniform(0.3, 2, size=(5, 7))
P, Q = (a / a.sum(1, keepdims=True) for a in rng.uniform(0.1, 1, size=(2, 5, 7)))
SIGNS = np.sign(Y)


def run(text: str, **values: object) -> dict[str, Array]:
    return sb.derive(text).compile("numpy")(**values)


def standard(x: Array, axes: tuple[int, ...] | int, eps: float = 1e-5) -> Array:
    c = x - x.mean(axes, keepdims=True)
    return c / np.sqrt((c**2).mean(axes, keepdims=True) + eps)


def channels(v: Array) -> Array:
    return v[:, None, None]


def softmax(x: Array) -> Array:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def log_softmax(x: Array) -> Array:
    x = x - x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


ROWS = np.arange(5)
G4, B4 = rng.normal(size=(2, 4))
MEAN4, VAR4 = rng.normal(size=4), rng.uniform(0.5, 2, size=4)
SCORES = rng.normal(size=(5, 5))
TABLE = rng.normal(size=(7, 3))
W = rng.normal(size=(2, 7, 3))
V = rng.normal(size=(5, 3))

VALUES: list[tuple[str, dict[str, Array], Callable[[], Array]]] = [
    ("x: n x d; z = layernorm(x)", {"x": X}, lambda: standard(X, 1)),
    ("x: n x d; z = layernorm(x, eps=0.5)", {"x": X}, lambda: standard(X, 1, 0.5)),
    ("x: n x d; g: d; b: d; z = layernorm(x, g, b)", {"x": X, "g": GAIN, "b": BIAS},
     lambda: standard(X, 1) * GAIN + BIAS),
    ("x: n x d; g: d; z = rmsnorm(x, g)", {"x": X, "g": GAIN},
     lambda: X / np.sqrt((X**2).mean(1, keepdims=True) + 1e-5) * GAIN),
    ("x: n x d; g: d; b: d; z = batchnorm(x, g, b)", {"x": X, "g": GAIN, "b": BIAS},
     lambda: standard(X, 0) * GAIN + BIAS),
    ("x: n x c x h x w; g: c; b: c; z = batchnorm(x, g, b)", {"x": IMAGE, "g": G4, "b": B4},
     lambda: standard(IMAGE, (0, 2, 3)) * channels(G4) + channels(B4)),
    ("x: n x c x h x w; m: c; v: c positive; z = batchnorm_fixed(x, m, v)",
     {"x": IMAGE, "m": MEAN4, "v": VAR4},
     lambda: (IMAGE - channels(MEAN4)) / np.sqrt(channels(VAR4) + 1e-5)),
    ("x: n x c x h x w; z = instance_norm(x)", {"x": IMAGE}, lambda: standard(IMAGE, (2, 3))),
    ("x: n x 4 x 3 x 2; g: 4; b: 4; z = group_norm(x, g, b, groups=2)", {"x": IMAGE, "g": G4, "b": B4},
     lambda: standard(IMAGE.reshape(5, 2, 12), 2).reshape(IMAGE.shape) * channels(G4) + channels(B4)),
    ("x: n x d; m: n x d; z = dropout(x, m, p=0.2)", {"x": X, "m": X > 0}, lambda: X * (X > 0) / 0.8),
    ("x: n x d; t: n x d; z = mae(x, t)", {"x": X, "t": Y}, lambda: np.abs(X - Y).mean()),
    ("x: n x d; t: n x d; z = huber(x, t, delta=0.7)", {"x": X, "t": Y}, lambda: np.where(
        np.abs(X - Y) <= 0.7, (X - Y) ** 2 / 2, 0.7 * (np.abs(X - Y) - 0.35)).mean()),
    ("x: n x d; t: n x d; z = bce_logits(x, t)", {"x": X, "t": X > 0}, lambda: -np.where(
        X > 0, np.log(1 / (1 + np.exp(-X))), np.log(1 / (1 + np.exp(X)))).mean()),
    ("x: n x d; t: n x d; z = hinge(x, t)", {"x": X, "t": SIGNS},
     lambda: np.maximum(1 - SIGNS * X, 0).mean()),
    ("x: n x d; m: n x d; v: n x d positive; z = gaussian_nll(x, m, v)",
     {"x": X, "m": Y, "v": POSITIVE},
     lambda: -np.log(np.exp(-((X - Y) ** 2) / (2 * POSITIVE)) / np.sqrt(2 * np.pi * POSITIVE)).sum()),
    ("p: n x k; q: n x k; z = kl(p, q)", {"p": P, "q": Q}, lambda: (P * np.log(P / Q)).sum(1)),
    ("m: n x k; l: n x k; z = kl_gaussian(m, l)", {"m": X, "l": Y},
     lambda: (X**2 + np.exp(Y) - Y - 1).sum(1) / 2),
    ("x: n x k; y: n label k; z = nll(x, y)", {"x": X, "y": LABEL}, lambda: -X[ROWS, LABEL]),
    ("x: n x k; y: n label k; z = cross_entropy_logits(x, y)", {"x": X, "y": LABEL},
     lambda: -log_softmax(X)[ROWS, LABEL]),
    ("x: n x k; y: n label k; z = label_smoothing(x, y, eps=0.2)", {"x": X, "y": LABEL},
     lambda: -0.8 * log_softmax(X)[ROWS, LABEL] - 0.2 * log_softmax(X).mean(1)),
    ("x: n x k; y: n label k; z = focal(log_softmax(x), y, gamma=3)", {"x": X, "y": LABEL},
     lambda: -((1 - softmax(X)[ROWS, LABEL]) ** 3) * np.log(softmax(X)[ROWS, LABEL])),
    ("x: n x k; y: n label k; z = multi_hinge(x, y)", {"x": X, "y": LABEL}, lambda: np.array(
        [sum(max(0, 1 + x[k] - x[y]) for k in range(7) if k != y) for x, y in zip(X, LABEL, strict=True)])),
    ("x: n x k; v: n x k; z = cosine(x, v)", {"x": X, "v": Y}, lambda: (X * Y).sum(1) / np.sqrt(
        (X**2).sum(1) * (Y**2).sum(1))),
    ("x: n x k; v: n x k; t: n; z = cosine_embedding(x, v, t, margin=0.1)",
     {"x": X, "v": Y, "t": SIGNS[:, 0]}, lambda: np.where(
         SIGNS[:, 0] > 0, 1 - (c := (X * Y).sum(1) / np.sqrt((X**2).sum(1) * (Y**2).sum(1))),
         np.maximum(c - 0.1, 0))),
    ("a: n x k; p: n x k; q: n x k; z = triplet(a, p, q, margin=2)", {"a": X, "p": Y, "q": Z},
     lambda: np.maximum(((X - Y) ** 2).sum(1) - ((X - Z) ** 2).sum(1) + 2, 0)),
    ("s: n x n; z = infonce(s, tau=0.5)", {"s": SCORES},
     lambda: -np.diagonal(log_softmax(SCORES / 0.5)).mean()),
    ("x: n x m; z = total_variation(x)", {"x": X},
     lambda: np.abs(np.diff(X, axis=0)).sum() + np.abs(np.diff(X, axis=1)).sum()),
    ("f: 2 x c x m; z = style(f[0], f[1])", {"f": IMAGE[0, :2]}, lambda: np.mean(
        (IMAGE[0, 0] @ IMAGE[0, 0].T - IMAGE[0, 1] @ IMAGE[0, 1].T) ** 2) / 4),
    ("E: k x d; y: n label k; z = embedding(E, y)", {"E": TABLE, "y": LABEL}, lambda: TABLE[LABEL]),
    ("x: n x d; y: n label 7; z = scatter(x, y)", {"x": X, "y": LABEL},
     lambda: np.stack([X[k == LABEL].sum(0) for k in range(7)])),
    ("x: n x d; z = cumsum(x, axis=-1)", {"x": X}, lambda: np.cumsum(X, 1)),
    ("x: n x d; z = cumsum(x, axis=0)", {"x": X}, lambda: np.cumsum(X, 0)),
    ("x: n x d; z = norm(x, axis=0)", {"x": X}, lambda: np.linalg.norm(X, axis=0)),
    ("x: n x d; z = normalize(x)", {"x": X}, lambda: X / np.linalg.norm(X, axis=1, keepdims=True)),
    ("x: n x d; z = min(x, axis=1)", {"x": X}, lambda: X.min(1)),
    ("x: n x d; z = clip(x, low=-0.5, high=2)", {"x": X}, lambda: np.clip(X, -0.5, 2)),
    ("x: n x c x h x w; z = global_avg_pool(x)", {"x": IMAGE}, lambda: IMAGE.mean((2, 3))),
    ("x: n x c x h x w; z = global_max_pool(x)", {"x": IMAGE}, lambda: IMAGE.max((2, 3))),
    ("x: n x c x h x w; z = upsample2d(x, scale=3)", {"x": IMAGE},
     lambda: IMAGE.repeat(3, axis=2).repeat(3, axis=3)),
    ("x: n x i; W: k x i x j; y: n x j; z = bilinear(x, W, y)", {"x": X, "W": W, "y": V},
     lambda: np.einsum("ni,kij,nj->nk", X, W, V)),
    ("Q: n x d; K: n x d; V: n x k; z = attention(Q, K, V)", {"Q": X, "K": Y, "V": V},
     lambda: softmax(X @ Y.T / np.sqrt(7)) @ V),
    ("Q: n x d; K: n x d; V: n x k; z = attention(Q, K, V, tri(n))", {"Q": X, "K": Y, "V": V},
     lambda: softmax(np.where(np.tri(5) > 0, X @ Y.T / np.sqrt(7), -np.inf)) @ V),
    ("Q: n x 6; K: n x 6; V: n x 6; z = attention(Q, K, V, tri(n), heads=2)",
     {"Q": X[:, :6], "K": Y[:, :6], "V": Z[:, :6]}, lambda: np.hstack(
         [softmax(np.where(np.tri(5) > 0, X[:, s] @ Y[:, s].T / np.sqrt(3), -np.inf)) @ Z[:, s]
          for s in (slice(0, 3), slice(3, 6))])),
]  # fmt: skip


@pytest.mark.parametrize(("text", "values", "wanted"), VALUES, ids=[t for t, _, _ in VALUES])
def test_values_are_numpys(text: str, values: dict[str, Array], wanted: Callable[[], Array]) -> None:
    """By the emitted code and by the definition; the gradients by the definition are the emitted ones'."""
    d = sb.derive(text)
    right = np.asarray(wanted())
    seed = {"z_bar": np.ones(right.shape)} if right.shape else {}
    out = d.compile("numpy")(**values, **seed)
    assert out["z"].shape == right.shape
    assert np.allclose(out["z"], right, rtol=1e-12, atol=1e-12)


COMPOSED = [
    "x: n x 4 x 3 x 2; g: 4; b: 4; z = group_norm(x, g, b, groups=2)",
    "x: n x 4 x 7; f: 6 x 2 x 3; b: 6; z = conv1d(x, f, b, groups=2, stride=2)",
    "x: 2 x 4 x 5 x 5; f: 4 x 1 x 3 x 3; z = conv2d(x, f, groups=4, padding=1)",
    "Q: n x d; K: m x d; V: m x k; z = attention(Q, K, V)",
    "Q: n x d; K: n x d; V: n x k; z = attention(Q, K, V, tri(n))",
    "Q: n x 6; K: n x 6; V: n x 6; L = sum(attention(Q, K, V, tri(n), heads=3)**2)",
    "x: n x d; W: d x d; y: n label d; L = sum(scatter(x @ W, y)**2)",
    "x: n x m; L = total_variation(x)",
    "f: c x h x w; g: c x h x w; L = style(f, g)",
    "x: 2 x 3 x 7; z = max_pool1d(x, size=3, stride=2)",
    "x: n x c x 3 x 2; z = global_max_pool(x)",
    "q: n x d; k: n x d; L = infonce(normalize(q) @ normalize(k).T, tau=0.5)",
    "x: n x d; m: n x k; l: n x k; e: n x k; W: k x d; L = mse(reparameterise(m, l, e) @ W, x)"
    " + mean(kl_gaussian(m, l))",
    "x: n x d; W: d x k; y: n label k; L = mean(focal(log_softmax(x @ W), y))",
    "E: v x d; y: n label v; g: d; W: d x k; L = sum((rmsnorm(embedding(E, y), g) @ W)**3)",
]


@pytest.mark.parametrize("text", COMPOSED)
def test_every_printed_side_holds(text: str) -> None:
    report = sb.derive(text).verify(seed=6)
    assert report.ok, report.failures


@pytest.mark.parametrize(("stride", "padding", "dilation"), [(1, 0, 1), (2, 1, 1), (3, 0, 2), (2, 2, 3)])
def test_a_transposed_convolution_is_the_pullback_of_a_convolution(
    stride: int, padding: int, dilation: int
) -> None:
    options = f"stride={stride}, padding={padding}, dilation={dilation}"
    d = sb.derive(f"x: 2 x 3 x 5; f: 3 x 4 x 4; z = conv_transpose1d(x, f, {options})")
    length = d.graph["z"].shape[-1].value({})
    assert length == stride * 4 + dilation * 3 + 1 - 2 * padding
    x, f = rng.normal(size=(2, 3, 5)), rng.normal(size=(3, 4, 4))
    z = d.compile("numpy")(x=x, f=f, z_bar=np.ones((2, 4, length)))["z"]
    back = sb.derive(f"x: 2 x 4 x {length}; f: 3 x 4 x 4; z = conv1d(x, f, {options})")
    pulled = back.compile("numpy")(x=np.zeros((2, 4, length)), f=f, z_bar=x)["x"]
    assert np.allclose(z, pulled)


@pytest.mark.parametrize("groups", [2, 4])
def test_grouped_convolution_is_convolution_of_each_group(groups: int) -> None:
    x, f = rng.normal(size=(2, 4, 6, 5)), rng.normal(size=(8, 4 // groups, 3, 2))
    z = run(f"x: 2 x 4 x 6 x 5; f: 8 x {4 // groups} x 3 x 2; z = conv2d(x, f, groups={groups}, padding=1)",
            x=x, f=f, z_bar=np.ones((2, 8, 6, 6)))["z"]  # fmt: skip
    c, k = 4 // groups, 8 // groups
    one = sb.derive(f"x: 2 x {c} x 6 x 5; f: {k} x {c} x 3 x 2; z = conv2d(x, f, padding=1)")
    parts = [one.compile("numpy")(x=x[:, g * c : g * c + c], f=f[g * k : g * k + k],
                                  z_bar=np.ones((2, k, 6, 6)))["z"] for g in range(groups)]  # fmt: skip
    assert np.allclose(z, np.concatenate(parts, axis=1))


# --- large numbers, constant rows, kinks ---------------------------------------------------------

LARGE = np.array([[1e4, 0.0, -1e4], [-1e4, -1e4, 1e4]])


@pytest.mark.parametrize("text", [
    "x: 2 x 3; L = sum(softmax(x)**2)",
    "x: 2 x 3; L = sum(log_softmax(x))",
    "x: 2 x 3; L = sum(logsumexp(x))",
    "x: 2 x 3; L = sum(mish(x)) + sum(selu(x)) + sum(elu(x)) + sum(softplus(x)) + sum(log_sigmoid(x))",
    "x: 2 x 3; L = sum(sigmoid(x)) + sum(hard_swish(x)) + sum(silu(x))",
    "x: 2 x 3; L = sum(layernorm(x)**3) + sum(rmsnorm(x))",
    "x: 2 x 3; t: 2 x 3; L = bce_logits(x, t)",
    "x: 2 x 3; L = sum(masked_softmax(x, tri(2, 3, 1))**2)",
    "x: 2 x 3; y: 2 label 3; L = sum(cross_entropy_logits(x, y)) + sum(label_smoothing(x, y))",
    "x: 2 x 3; y: 2 label 3; L = sum(focal(log_softmax(x), y))",
    "x: 2 x 3; y: 2 x 3; L = infonce(x @ y.T)",
])  # fmt: skip
def test_values_and_gradients_stay_finite(text: str) -> None:
    given = {"x": LARGE, "t": np.ones((2, 3)), "m": np.tri(2, 3, 1), "y": np.array([2, 0])}
    if "y: 2 x 3" in text:
        given["y"] = LARGE / 100
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        out = run(text, **{k: v for k, v in given.items() if f"{k}: 2" in text})
    for name, value in out.items():
        assert np.all(np.isfinite(value)), (name, value)


def test_constant_rows_are_centred_to_zero() -> None:
    x = np.full((2, 3), 1e4)
    for name in ("layernorm", "batchnorm"):
        out = run(f"x: 2 x 3; z = {name}(x)", x=x, z_bar=np.eye(2, 3))
        assert np.array_equal(out["z"], np.zeros((2, 3)))
        assert np.all(np.isfinite(out["x"]))


@pytest.mark.parametrize(("name", "at", "slope"), [
    ("relu", 0, 0), ("abs", 0, 0), ("sign", 0, 0), ("elu", 0, 1), ("selu", 0, 1.7580993408473766),
    ("hardtanh", -1, 0), ("hardtanh", 1, 1), ("relu6", 0, 0), ("relu6", 6, 1), ("clip", -1, 0),
    ("clip", 1, 1), ("hard_sigmoid", -3, 0), ("leaky_relu", 0, 0.01), ("softsign", 0, 1),
])  # fmt: skip
def test_slopes_at_kinks_are_the_declared_ones(name: str, at: float, slope: float) -> None:
    out = run(f"x: 2; z = {name}(x)", x=[float(at)] * 2, z_bar=np.ones(2))
    assert np.allclose(out["x"], slope)


def test_ties_go_to_the_first() -> None:
    assert run("x: 3; L = min(x)", x=[1.0, 0.0, 0.0])["x"].tolist() == [0, 1, 0]
    out = run("x: 2; y: 2; z = maximum(x, y)", x=[2.0, 1], y=[2.0, 3], z_bar=np.ones(2))
    assert (out["x"].tolist(), out["y"].tolist()) == ([1, 0], [0, 1])


def test_a_step_of_a_number_is_emitted() -> None:
    """The difference of a scalar and itself is the number 0."""
    assert run("p: scalar; L = maximum(p, p)", p=2.0)["p"] == 1


@pytest.mark.parametrize(("text", "said"), [
    ("x: n x k; y: n; z = nll(x, y)", "names no label, where one of k is wanted"),
    ("x: n x k; y: n label m; z = nll(x, y)", "one of m, where one of k is wanted"),
    ("x: n x d; g: m; z = layernorm(x, g)", "axis i is d in x.*but m in g"),
    ("x: n x 5 x 3; z = group_norm(x, groups=2)", "5 does not fall into 2 equal parts"),
    ("x: n x d; z = group_norm(x, groups=2)", "d does not fall into 2 equal parts"),
    ("x: d; z = batchnorm(x)", "ranks do not fit"),
    ("x: d; z = total_variation(x)", "x is d, not a matrix"),
    ("x: n x d; z = infonce(x)", "axis i is n in a but d|n×d|axis"),
    ("x: 3 x 5; f: 4 x 2 x 2; z = conv1d(x, f, groups=2)", "3 does not fall into 2 equal parts"),
])  # fmt: skip
def test_wrong_declarations_say_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(sb.SymbackpropError, match=said):
        sb.derive(text)


def test_a_normalisation_reads_like_a_textbook() -> None:
    d = sb.derive("x: d; y = layernorm(x)")
    assert d["x"].text() == (
        "(1/s) δy − (1/(d s)) (Σ[i = 1…d] δyᵢ) 𝟏_d − ((δyᵀ y)/(d s)) y  with s = "
        "sqrt((1/d) (x − (1/d) (Σ[i = 1…d] xᵢ) 𝟏_d)ᵀ (x − (1/d) (Σ[i = 1…d] xᵢ) 𝟏_d) + 10⁻⁵)"
    )
    assert sb.derive("x: k; y: scalar label k; L = cross_entropy_logits(x, y)")["x"].text() == (
        "softmax(x) − e_y"
    )
    assert sb.derive("x: d; L = norm(x)")["x"].text() == "(1/L) x"


@pytest.mark.parametrize(("text", "learned"), [
    ("x: c x a x e; f: k x c x u x v; b: k; y = conv2d(x, f, b)", {"f", "b"}),
    ("x: n x c x a; f: k x c x u; y = conv1d(relu(x), f)", {"f"}),
    ("x: c x a; f: c x k x u; y = conv_transpose1d(x, f)", {"f"}),
    ("x: d; W: m x d; b: m; y = W @ x + b", set()),  # it could be read the other way round
    ("x: c x a x e; y = avg_pool2d(x, stride=1)", set()),
])  # fmt: skip
def test_weights_are_told_from_data(text: str, learned: set[str]) -> None:
    assert Roles(sb.derive(text)).parameters == learned


def test_what_one_differentiates_by_beside_data_is_learned() -> None:
    assert Roles(sb.derive("x: d; W: m x d; b: m; y = W @ x + b", wrt=["W", "b"])).parameters == {"W", "b"}
