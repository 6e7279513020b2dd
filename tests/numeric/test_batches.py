"""The graph of one sample for a batch: its forms, its gradients as means over samples, what is refused."""

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.formula.writing.text_writer import text
from symbackprop.graph import batch_rules as batched
from symbackprop.graph.batch_rules import Lifted
from symbackprop.graph.expr import Expr, apply
from symbackprop.notation.expression_formulas import notate
from symbackprop.numeric.checked_batch import batch
from symbackprop.numeric.points import Point, backward_values, forward, generic_point, seeded
from symbackprop.sizes import Size
from symbackprop.vocabulary import OPS
from tests.samples import sampled

MLP = (
    "x: d; W: m x d; b: m; V: k x m; c: k; y: scalar label k\n"
    "a = W @ x + b; h = tanh(a); z = V @ h + c; p = softmax(z); L = -log(p[y])"
)
# graph, inputs that differ by sample, variable, its gradient
FORMS = [
    ("x: d; W: k x d; y: k; L = sum((W @ x - y)**2)", "x y", "W", "(2/n) (W Xᵀ − Yᵀ) X"),
    (MLP, "x y", "V", "(1/n) (Pᵀ − e_Yᵀ) H"),
    (MLP, "x y", "c", "(1/n) (Pᵀ − e_Yᵀ) 𝟏ₙ"),
    ("x: d; w: d; b: scalar; y: scalar; p = sigmoid(w @ x + b); L = -y*log(p) - (1 - y)*log(1 - p)",
     "x y", "w", "(1/n) Xᵀ (P − Y)"),
    ("x: d; A: d x d; L = x @ A @ x", "x", "A", "(1/n) Xᵀ X"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "samples", "wrt", "said"), FORMS)
def test_a_batch_in_the_form_one_would_write(text: str, samples: str, wrt: str, said: str) -> None:
    d = sb.derive(batch(text, samples.split()), wrt=[wrt])
    assert d[wrt].text() == said
    assert d.verify().ok


GRAPHS = {
    "mlp": (MLP, "x y"),
    "bias as a column": (
        "x: d; V: k x m+1; W: m x d; y: k onehot; h = concat(relu(W @ x), ones(1))\n"
        "p = softmax(V @ h); L = cross_entropy(p, y)", "x y"),
    "bilinear": ("u: d; v: d; W: d x d; s = u @ W @ v; L = softplus(-s)", "u v"),
    "one side only": ("u: d; v: d; W: d x d; s = u @ W @ v; L = softplus(-s)", "v"),
    "numbers": ("x: d; s: scalar; v: k; y = v*s*sum(x); L = sum(exp(y/9))", "x s"),
    "matrices": ("X: m x d; q: d; A = softmax(X @ q); o = A @ X; L = sum(o**2)", "X q"),
    "shared keys": ("X: m x d; q: d; A = softmax(X @ q); o = A @ X; L = sum(o**2)", "q"),
    "outer product": ("x: d; y: k; W: d x k; P = outer(x, y); L = sum(P*W)", "x y"),
    "outer with a shared": (
        "x: d; y: k; W: d x k; P = outer(x, y); Q = outer(y, x); L = sum(P*W) + sum(Q.T*W)", "y"),
    "images": ("x: c x 4 x 3; f: k x c x 2 x 2; y = relu(conv2d(x, f)); L = sum(y**2)", "x"),
    "slices": ("x: 7; W: 4 x 4; a = x[1:5]; L = mse(W @ a, x[0:4])*x[6]", "x"),
    "layer norm": ("x: d; g: d; b: d; y = layernorm(x, g, b); z = reshape(y, 1, d); L = sum(z**3)", "x"),
    "diagonal": ("x: d; A: d x d; M = A @ diag(x); L = sum(M**2)", "x"),
    "matrix by matrix": ("X: m x k; A: k x d; Y: d x j; L = sum(tanh(X @ A @ Y))", "X Y"),
    "norm of a matrix": ("X: m x k; A: k x d; L = norm(X @ A)", "X"),
    "traces": ("X: m x m; B: m x m; Y = X @ B; L = exp(trace(Y)/9) + trace(B)", "X"),
    "right sides of one matrix": ("A: d x d; b: d; x = solve(A, b); L = sum(x**3)", "b"),
    "one inverse for all": ("A: d x d; x: d; y = inverse(A) @ x; L = sum(sin(y))", "x"),
    "vector by matrix": ("X: m x k; u: m; v: m; L = sum(exp((u @ X)/9)) + sum((v @ X)**2)", "X u"),
}  # fmt: skip


@pytest.mark.parametrize("total", ["mean", "sum"])
@pytest.mark.parametrize("name", sampled(GRAPHS, 2))
def test_gradients_of_a_batch_add_up(name: str, total: str) -> None:
    """Emitted code for the batch against emitted code for each sample, one after the other."""
    text, samples = GRAPHS[name]
    one = sb.derive(text)
    many = sb.derive(batch(text, samples.split(), size_name="batch", total=total))  # type: ignore[arg-type]
    assert many.verify(trials=3).ok
    rng, rows = np.random.default_rng(11), 3
    dims = {"d": 5, "k": 2, "m": 4, "c": 2, "j": 3}
    at = {}
    for n in one.graph.inputs:
        s = one.graph.symbol[n].symbol
        assert s
        shape = tuple(x.value(dims) for x in s.shape)
        shape = (rows, *shape) if n in samples.split() else shape
        at[n] = rng.integers(0, 2, shape) if s.labels else rng.uniform(0.2, 0.8, shape)
        if s.domain == "onehot":
            at[n] = np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])]
    whole = many.compile("numpy")(**at)
    f = one.compile("numpy")
    each = [f(**{n: v[i] if n in samples.split() else v for n, v in at.items()}) for i in range(rows)]
    weight = 1 / rows if total == "mean" else 1.0
    for n in ("L", *one.wrt):
        alone = [np.asarray(e[n]) * weight for e in each]
        want = np.stack(alone) if n in samples.split() else sum(alone)
        assert np.allclose(whole[n], want, rtol=1e-10, atol=1e-13), n


RECURRENT = {
    "elman": (
        "t: 1..T; x[t]: d; W: m x d; U: m x m; b: m; y: m\n"
        "h[t] = tanh(W @ x[t] + U @ h[t-1] + b); L = sum((h[T] - y)**2)", "x y"),
    "sum over the steps": (
        "t: 1..T; x[t]: d; y[t]: scalar; w: d; a: scalar\n"
        "h[t] = tanh(w @ x[t] + a*h[t-1]); l[t] = (h[t] - y[t])**2; L = sum(l[t], over=t)", "x y"),
    "one start for all": (
        "t: 1..T; x[t]: m; s: m; U: m x m\n"
        "h[0] = s; h[t] = tanh(U @ h[t-1] + x[t]); L = sum(h[T]**2)", "x"),
    "a start for each": (
        "t: 1..T; s: m; U: m x m; h[0] = s; h[t] = tanh(U @ h[t-1]); L = sum(h[T]**2)", "s"),
    "two states": (
        "t: 1..T; x[t]: d; W: m x d; V: m x d; f[t] = sigmoid(W @ x[t]); i[t] = tanh(V @ x[t])\n"
        "c[t] = f[t]*c[t-1] + i[t]; l[t] = sum(tanh(c[t])); L = sum(l[t], over=t)", "x"),
}  # fmt: skip


@pytest.mark.parametrize("total", ["mean", "sum"])
@pytest.mark.parametrize("name", RECURRENT)
def test_a_recurrence_runs_over_all_samples(name: str, total: str) -> None:
    """Gradients of what the samples share are the sum, or the mean, of those of the samples."""
    said, samples = RECURRENT[name]
    one, g = sb.derive(said), batch(said, samples.split(), size_name="q", total=total)  # type: ignore[arg-type]
    many = sb.derive(g)
    assert many.verify().ok
    sizes = {"d": 3, "m": 2, "T": 4, "q": 5}
    start = generic_point(g, 0, 6, sizes)
    whole = backward_values(many.backward, forward(g, seeded(many.backward, start, 0)))
    shared = [n for n in one.wrt if n not in samples.split()]
    sums = dict.fromkeys(shared, np.asarray(0.0))
    split = {n for n in g.symbol if g.symbol[n].rank > one.graph.symbol[n].rank}
    for row in range(5):
        values = {k: v[row] if k[0] in split else v for k, v in start.values.items()}
        alone = Point(sizes, values, {}, start.length)
        back = backward_values(one.backward, forward(one.graph, seeded(one.backward, alone, 0)))
        for n in shared:
            sums[n] = sums[n] + back.deltas[n, 0] / (5 if total == "mean" else 1)
    for n in shared:
        assert np.allclose(whole.deltas[n, 0], sums[n], rtol=1e-10), n


def test_a_batched_recurrence_in_the_form_one_would_write() -> None:
    said, samples = RECURRENT["elman"]
    g = batch(said, samples.split())
    assert text(notate(g.definition["h"], sb.Convention())) == "tanh(Xₜ Wᵀ + Hₜ₋₁ Uᵀ + 𝟏ₙ bᵀ)"


def test_a_step_that_forgets_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps without their past are not the steps of a sample."""

    def forgetful(node: Expr, args: tuple[Lifted, ...], n: Size) -> Expr:
        return apply(OPS["multiply"], args[1].expr, 0)

    monkeypatch.setitem(batched.RULES, OPS["matmul"], forgetful)
    said, samples = RECURRENT["one start for all"]
    with pytest.raises(sb.VerificationError, match="is not what the samples are"):
        batch(said, samples.split())


def test_capitals_stand_for_all_samples_where_they_are_free() -> None:
    g = batch("x: d; X: d x d; h = X @ x; y = h*2; L = sum(y)", ("x",))
    assert [g.symbol[n].symbol.tex.base for n in ("x", "h", "y")] == ["x", "H", "Y"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "samples", "said"),
    [
        ("x: d; L = sum(x)", ("z",), "`z` is no input"),
        ("x: d; L = sum(x)", (), "no input"),
        ("x: n; L = sum(x)", ("x",), "number of samples"),
        ("A: d x d; b: d; x = solve(A, b); L = sum(x**2)", ("A",), "solve has no batch form"),
    ],
)  # fmt: skip
def test_what_cannot_be_lifted_is_refused(text: str, samples: tuple[str, ...], said: str) -> None:
    with pytest.raises(sb.DeclarationError, match=said):
        batch(text, samples)


def test_a_wrong_rule_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """W x lifted without the transpose, of a square W."""

    def wrong(node: Expr, args: tuple[Lifted, ...], n: Size) -> Expr:
        return apply(OPS["matmul"], args[1].expr, args[0].expr)

    monkeypatch.setitem(batched.RULES, OPS["matmul"], wrong)
    with pytest.raises(sb.VerificationError, match="row 1 of h"):
        batch("x: d; W: d x d; h = W @ x; L = sum(h**2)", ("x",))
