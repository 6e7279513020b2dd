"""Numbers of sheets 003 and 004: by NumPy, by the derivation, and on the page."""

from fractions import Fraction

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.answers.asked.equality_chain import inside
from symbackprop.derivation.equation import Equation
from symbackprop.entries.reference_values import Array
from symbackprop.formula.tree import Nabla, Number
from symbackprop.picture.drawings.drawing import Drawing, Rect, Text
from symbackprop.sheet.exercise import Derived, Stated
from symbackprop.sheet.sheet import Sheet
from tests.worked.printed_numbers import (
    answers, close, misfit, name, on_page, point, sketch, slope, typed,
)  # fmt: skip
from worked import sheet_003 as s3, sheet_004 as s4


def equation(sheet: Sheet, d: Derived, key: str) -> Equation:
    """An equation of a page that is checked."""
    (check,) = (c for _, c in sheet.checks if c.page is d.page)
    (found,) = (e for e in check.page.equations if e.key == key)
    return found


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


# --- 003 -----------------------------------------------------------------------------------------

ACTIVATIONS = {
    "sigmoid": (sigmoid, lambda v: sigmoid(v) * (1 - sigmoid(v))),
    "relu": (lambda v: np.maximum(v, 0), lambda v: np.asarray(v > 0, float)),
    "tanh": (np.tanh, lambda v: 1 - np.tanh(v) ** 2),
}


def layers(function: str, x: float, w: Array) -> Array:
    """h_0 to h_n."""
    h = [np.asarray(x, float)]
    for v in w:
        h.append(ACTIVATIONS[function][0](v * h[-1]))
    return np.array(h)


def by_formula(function: str, x: float, w: Array) -> Array:
    """∂h_n/∂w_i as sheet 003 has it: Π over later layers, then the slope of layer i and h_{i-1}."""
    h, prime = layers(function, x, w), ACTIVATIONS[function][1]
    s = prime(w * h[:-1])
    return np.array([np.prod(s[i + 1 :] * w[i + 1 :]) * s[i] * h[i] for i in range(len(w))])


def bound(quarter: float, x: float, w: Array) -> Array:
    """quarter^{n-i+1} |h_{i-1}| Π |w_j| over j > i, for sigmoid layers."""
    h, n = layers("sigmoid", x, w), len(w)
    return np.array([quarter ** (n - i) * np.abs(h[i]) * np.prod(np.abs(w[i + 1 :])) for i in range(n)])


@pytest.mark.parametrize("n", range(1, 9))
@pytest.mark.parametrize("function", ACTIVATIONS)
def test_slope_by_every_weight(function: str, n: int) -> None:
    rng = np.random.default_rng([n, 19])
    low = 0.2 if function == "relu" else -1.7
    x, w = 1.3, rng.uniform(low, 1.7, n)
    want = slope(lambda v: float(layers(function, x, v)[-1]), w)
    assert close(by_formula(function, x, w), want)
    own = {"sigmoid": s3.SIGMOID, "relu": s3.RELU}.get(function)
    d = own.derivation if own else sb.derive(s3.DEPTH.format(f=function), wrt=["w"])
    out = d.compile("numpy")(x=x, w=w)
    assert close(out["w"], want)
    assert np.isclose(out["y"], layers(function, x, w)[-1])
    for page in (s3.ANY, s3.SIGMOID, s3.RELU):
        assert n in page.lengths
        assert equation(s3.SHEET, page, "closed.gradient.w").recurrent


def test_a_lost_factor_is_seen() -> None:
    w = np.array([0.7, -1.2, 0.4, 1.1, -0.6])
    want = slope(lambda v: float(layers("sigmoid", 1.3, v)[-1]), w)
    assert not close(by_formula("sigmoid", 1.3, w) / w, want)
    assert not close(by_formula("tanh", 1.3, w), want)


def numbers_in(eq: Equation) -> set[Fraction]:
    return {n.value for f in eq.sides for n in inside(f) if isinstance(n, Number)}


def test_the_greatest_slopes() -> None:
    v = np.linspace(-30, 30, 600_001)
    quotients = np.diff(sigmoid(v)) / np.diff(v)
    assert quotients.max() <= 0.25 + 1e-10 and np.isclose(quotients.max(), 0.25, atol=1e-8)
    prime = ACTIVATIONS["sigmoid"][1](v)
    assert prime.max() == 0.25 and abs(v[np.argmax(prime)]) < 1e-9
    relu = np.diff(np.maximum(v, 0)) / np.diff(v)
    assert np.isclose(relu.max(), 1) and relu.min() == 0
    quarter = numbers_in(equation(s3.SHEET, s3.SIGMOID, "bound.w"))
    assert Fraction(1, 4) in quarter or {Fraction(1), Fraction(4)} <= quarter
    assert numbers_in(equation(s3.SHEET, s3.RELU, "bound.w")) <= {Fraction(1)}


def test_the_bound_holds_and_no_smaller_one_does() -> None:
    rng = np.random.default_rng(29)
    run = s3.SIGMOID.derivation.compile("numpy")
    beaten = 0
    for _ in range(200):
        n = int(rng.integers(1, 9))
        x, w = float(rng.normal()), rng.uniform(-1, 1, n)
        found = np.abs(run(x=x, w=w)["w"])
        assert np.all(found <= bound(0.25, x, w))
        beaten += int(np.any(found > bound(0.24, x, w)))
    assert beaten > 20
    assert equation(s3.SHEET, s3.SIGMOID, "bound.w").relation == "≤"


@pytest.mark.parametrize("n", [1, 3, 7])
def test_the_bound_is_attained_at_the_last_weight_only(n: int) -> None:
    run = s3.SIGMOID.derivation.compile("numpy")
    w = np.full(n, 0.9)
    w[-1] = 0.0
    found, limit = np.abs(run(x=1.3, w=w)["w"]), bound(0.25, 1.3, w)
    assert np.isclose(found[-1], limit[-1], rtol=1e-12)
    small = np.full(n, 1e-4)
    ratio = np.abs(run(x=1.3, w=small)["w"]) / bound(0.25, 1.3, small)
    assert np.all(ratio > 0.9999) and np.all(ratio < 1)
    ordinary = np.abs(run(x=1.3, w=np.full(n, 0.9))["w"]) / bound(0.25, 1.3, np.full(n, 0.9))
    assert np.all(ordinary < 0.95)


def test_relu_slopes_lie_below_their_bound() -> None:
    rng = np.random.default_rng(37)
    run = s3.RELU.derivation.compile("numpy")
    for _ in range(60):
        n = int(rng.integers(1, 9))
        x, w = float(rng.uniform(0.1, 2)), rng.uniform(-0.3, 1, n)
        h = layers("relu", x, w)
        limit = np.array([np.prod(np.abs(w[i + 1 :])) * np.abs(h[i]) for i in range(n)])
        found = np.abs(run(x=x, w=w)["w"])
        assert np.all(found <= limit * (1 + 1e-12))
        assert np.allclose(found, limit) if np.all(w > 0) else np.all(found == 0)


def test_the_drawn_slopes_are_those_of_the_layers() -> None:
    w = np.full(20, 0.9)
    curves = [np.abs(by_formula(f, 1.0, w)) for f in ("sigmoid", "relu")]
    for f, v in zip(("sigmoid", "relu"), curves, strict=True):
        assert close([y for _, y in s3.slopes(f)], v, 1e-12)
    drawing = sketch(answers(s3.SHEET, 1, "b")[4])
    assert drawing is s3.SLOPES
    assert misfit(drawing, curves) < 0.01
    assert misfit(drawing, [curves[0][::-1], curves[1]]) > 1


def rosenbrock(x: Array) -> float:
    return float(100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2)


@pytest.mark.parametrize("at", [(1.0, 1.0), (-1.5, 2.0), (0.7, -0.3), (3.0, 5.0)])
def test_rosenbrock(at: tuple[float, float]) -> None:
    x = np.array(at)
    e, b = 1 - x[0], x[1] - x[0] ** 2
    want = np.array([-400 * x[0] * b - 2 * e, 200 * b])
    assert np.allclose(slope(rosenbrock, x), want, rtol=1e-6, atol=1e-5)
    for d in (s3.DAG, s3.CHAIN_RULE):
        out = d.derivation.compile("numpy")(x1=x[0], x2=x[1])
        assert np.isclose(out["f"], rosenbrock(x))
        assert np.allclose([out["x1"], out["x2"]], want, rtol=1e-12, atol=1e-12)
    if at == (1.0, 1.0):
        assert not np.any(want)
    for v in ("x1", "x2"):
        assert {Fraction(200), Fraction(400)} & numbers_in(equation(s3.SHEET, s3.CHAIN_RULE, f"gradient.{v}"))


def perceptron(at: dict[str, Array]) -> tuple[float, tuple[Array, ...]]:
    z1 = np.tanh(at["W1"] @ at["x"] + at["b1"])
    z2 = np.tanh(at["W2"] @ z1 + at["b2"])
    o3 = at["W3"] @ z2 + at["b3"]
    z3 = np.exp(o3) / np.exp(o3).sum()
    return -float(np.log(z3[int(at["y"])])), (z1, z2, z3)


def test_perceptron_as_a_product_of_jacobians() -> None:
    rng = np.random.default_rng(41)
    shapes = {"x": 784, "W1": (256, 784), "b1": 256, "W2": (256, 256), "b2": 256, "W3": (10, 256), "b3": 10}
    at = {n: rng.normal(size=s) / (20 if n[0] == "W" else 1) for n, s in shapes.items()}
    at["y"] = np.asarray(7)
    loss, (z1, z2, z3) = perceptron(at)
    e = np.eye(10)[7]
    row = -(1 / z3[7]) * e @ (np.diag(z3) - np.outer(z3, z3)) @ at["W3"] @ np.diag(1 - z2 * z2)
    row = row @ at["W2"] @ np.diag(1 - z1 * z1)
    want = {"x": row @ at["W1"], "b1": row, "W1": np.outer(row, at["x"])}
    out = s3.MLP.derivation.compile("numpy")(**at)
    out |= {"W1": s3.TENSOR.derivation.compile("numpy")(**at)["W1"]}
    assert np.isclose(out["L"], loss)
    for n, v in want.items():
        assert close(out[n], v, 1e-10), n
        for _ in range(3):
            u = rng.normal(size=v.shape)
            up, down = (perceptron({**at, n: at[n] + h * u})[0] for h in (1e-5, -1e-5))
            assert np.isclose((up - down) / 2e-5, np.sum(u * v), rtol=1e-5, atol=1e-8), n
    assert not close(row @ at["W1"] * 1.001, want["x"])
    for n, key in (("x", "product.x"), ("b1", "product.b1")):
        shape = equation(s3.SHEET, s3.MLP, key).shape or ()
        assert [int(str(s)) for s in shape] == [1, *want[n].shape]
    tensor = equation(s3.SHEET, s3.TENSOR, "o1|W1.0").shape or ()
    assert [int(str(s)) for s in tensor] == [256, *want["W1"].shape]


# --- 004 -----------------------------------------------------------------------------------------


def test_gradient_ascent() -> None:
    w, e = np.array(s4.FILTER, float), np.eye(4)[1]
    x, seen = np.zeros(5), []
    for _ in range(3):
        seen.append((x, x @ w))
        x = x + slope(lambda v: float((v @ w)[1]), x).round(9)
    assert [a.tolist() for a, _ in seen] == [[0] * 5, [0, 1, -1, 0, 0], [0, 2, -2, 0, 0]]
    assert [float(a @ e) for _, a in seen] == [0, 2, 4], "as the passage says"
    p = point(s4.ASCENT)
    for k, (x, a) in enumerate(seen):
        assert np.array_equal(p.values[f"x{k}", 0], x)
        assert np.array_equal(p.values[f"a{k}", 0], a)
        assert on_page(s4.SHEET, s4.STEPS.page, name(s4.ASCENT, f"a{k}"), a[None])
        if k:
            assert on_page(s4.SHEET, s4.STEPS.page, name(s4.ASCENT, f"x{k}"), x[None])
    rise = s4.RISE.derivation.compile("numpy")(x=seen[2][0], W=w, e=e)
    assert np.array_equal(rise["x"], w[:, 1])
    assert equation(s4.SHEET, s4.RISE, "gradient.x").shape


def test_the_matrix_is_a_correlation() -> None:
    w, x = np.array(s4.FILTER, float), np.random.default_rng(43).normal(size=5)
    assert close(x @ w, np.correlate(x, [1, -1], "valid"))
    assert close(x @ w, np.convolve(x, [-1, 1], "valid"))
    assert not close(x @ w, np.convolve(x, [1, -1], "valid")), "the kernel is not turned"
    assert on_page(s4.SHEET, s4.ASCENT.page, name(s4.ASCENT, "W"), w)


@pytest.mark.parametrize(("k", "line", "q", "want"), [
    (1, s4.H_1, [0.45, 0.25, 0.03, 0.07, 0.2], "0.7985"),
    (2, s4.H_2, [0.97, 0.01, 0.003, 0.007, 0.01], "0.0305"),
])  # fmt: skip
def test_cross_entropies(k: int, line: Stated, q: list[float], want: str) -> None:
    d, p = s4.ENTROPIES, np.eye(5)[0]
    h = -np.sum(p * np.log(q))
    assert f"{h:.4f}" == want
    assert np.isclose(sum(q), 1)
    assert np.isclose(point(d).values[f"H{k}", 0], h)
    out = d.derivation.compile("numpy")(P=p, **{f"Q{k}": np.array(q), f"Q{3 - k}": np.full(5, 0.2)})
    assert np.isclose(out["h"], h + np.log(5))
    assert close(out[f"Q{k}"], slope(lambda v: -float(np.sum(p * np.log(v))), q, 1e-7), 1e-5)
    assert on_page(s4.SHEET, line.page, name(d, f"H{k}"), h)
    assert not on_page(s4.SHEET, line.page, name(d, f"H{k}"), h + 1e-4)


PICTURES = (([6, 5, 2, 3, 1], 1, "1.3665"), ([4, 3, 8, 1, -2], 2, "0.0257"), ([4, 4, 1, -1, 0], 2, "3.7299"))


def softmax(z: Array) -> Array:
    return np.exp(z) / np.exp(z).sum()


@pytest.mark.parametrize("k", range(3))
def test_softmax_and_its_cross_entropy(k: int) -> None:
    z, label, want = PICTURES[k]
    d, n = s4.PREDICTIONS, k + 1
    p = softmax(np.array(z, float))
    h = -np.log(p[label])
    assert f"{h:.4f}" == want
    assert np.allclose(point(d).values[f"p{n}", 0], p)
    assert np.isclose(point(d).values[f"L{n}", 0], h), "labels of a sheet count from 1"
    (shown,), (told,) = typed(s4.SHEET, 3, "a"), typed(s4.SHEET, 3, "b")
    assert on_page(s4.SHEET, shown.page, name(d, f"p{n}"), p[None])
    assert on_page(s4.SHEET, told.page, name(d, f"L{n}"), h)
    assert not on_page(s4.SHEET, told.page, name(d, f"L{n}"), -np.log(p[label - 1]))


@pytest.mark.parametrize(("n", "seed"), [(5, 3), (7, 11)])
def test_logarithm_of_a_softmax(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    z, y = rng.normal(size=n) * 2, int(rng.integers(n))
    p = softmax(z)
    short = -z[y] + np.log(np.sum(np.exp(z)))
    assert np.isclose(short, -np.log(p[y]))
    out = s4.LOGITS.derivation.compile("numpy")(z=z, y=y)
    assert np.isclose(out["L"], short)
    assert close(out["z"], p - np.eye(n)[y], 1e-12)
    assert close(out["z"], slope(lambda v: float(-v[y] + np.log(np.sum(np.exp(v)))), z))
    assert not close(out["z"], p - np.eye(n)[y - 1])
    gradient = equation(s4.SHEET, s4.LOGITS, "gradient.z")
    assert gradient.left == Nabla(name(s4.LOGITS, "L"), name(s4.LOGITS, "z"))
    (line,) = typed(s4.SHEET, 3, "c")
    (eq,) = line.page.equations
    assert eq.left == name(s4.LOGITS, "L") and len(eq.sides) == 3
    assert any(c.page is line.page for _, c in s4.SHEET.checks)
    bridge = equation(s4.SHEET, s4.LOGITS, "bridge.z")
    assert len(bridge.sides) == 3 and bridge.sides[-1] == gradient.sides[-1]


def test_grad_cam() -> None:
    at = {n: np.array(v, float) for n, v in (s4.GRADCAM.at or {}).items()}
    alpha = [at[f"G{k}"].mean() for k in (1, 2, 3)]
    want = np.maximum(sum(a * at[f"A{k}"] for k, a in enumerate(alpha, 1)), 0)
    assert want.tolist() == [[1, 0, 0, 1], [0, 0, 0, 0], [6, 0, 0, 6], [0, 1, 1, 0]]
    p, page = point(s4.GRADCAM), s4.WEIGHTED.page
    for k, a in enumerate(alpha, 1):
        assert np.isclose(p.values[f"a{k}", 0], a)
        assert on_page(s4.SHEET, page, name(s4.GRADCAM, f"a{k}"), a)
        for n in (f"A{k}", f"G{k}"):
            assert on_page(s4.SHEET, s4.GRADCAM.page, name(s4.GRADCAM, n), at[n])
    assert np.array_equal(p.values["M", 0], want)
    assert on_page(s4.SHEET, s4.SUMMED.page, name(s4.GRADCAM, "S"), want)
    assert s4.SUMMED.page.equations[-1].left == name(s4.GRADCAM, "M")
    out = s4.GRADCAM.derivation.compile("numpy")(**at)
    assert np.isclose(out["m"], want.sum())
    for k, a in enumerate(alpha, 1):
        assert np.allclose(out[f"A{k}"], a * (want > 0))


def matrix_of(drawing: Drawing, columns: int) -> Array:
    """The numbers of a heat map, in reading order."""
    found = sorted((s.y, s.x, float(s.label.text)) for s in drawing.shapes if isinstance(s, Text))
    return np.array([v for *_, v in found]).reshape(-1, columns)


def test_the_heat_map_shows_the_result() -> None:
    drawing = sketch(answers(s4.SHEET, 4, "a")[2])
    want = point(s4.GRADCAM).values["M", 0]
    assert np.array_equal(matrix_of(drawing, 4), want)
    tones = sorted((s.y, s.x, s.fill) for s in drawing.shapes if isinstance(s, Rect))
    shade = np.array([v for *_, v in tones]).reshape(4, 4)
    assert np.allclose(shade, want / want.max() * shade.max(), atol=1e-3)
    assert not np.allclose(shade, want.T / want.max() * shade.max(), atol=1e-3)
