"""Numbers of sheets 000 and 002: by NumPy from the definition, by the derivation, and on the page."""

from dataclasses import replace

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.derivation.derivation import signal
from symbackprop.entries.reference_values import Array
from symbackprop.formula.tree import Decimal, Minus, Name, Plus, SumOver, number
from symbackprop.numeric.points import Point
from symbackprop.page.given_numbers import trace_point
from symbackprop.page.page import Listing
from symbackprop.sheet.exercise import Shown
from symbackprop.sheet.sheet import Sheet
from symbackprop.verify.equality import verify_page
from tests.emit.test_layers_code import loaded
from tests.worked.printed_numbers import (
    answers, close, half_unit, name, on_page, point, recurrent_point, slope, typed, worth,
)  # fmt: skip
from worked import (
    sheet_000 as s0, sheet_001 as s1, sheet_002 as s2, sheet_003 as s3, sheet_004 as s4,
)  # fmt: skip

SHEETS = tuple(m.SHEET for m in (s0, s1, s2, s3, s4))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda s: s.name)
def test_every_equation_of_a_sheet_is_verified(sheet: Sheet) -> None:
    """A page that two sheets share is verified once."""
    before = [c.page for s in SHEETS[: SHEETS.index(sheet)] for _, c in s.checks]
    own = [c for _, c in sheet.checks if c.page not in before]
    assert own
    for c in own:
        report = verify_page(c.derivation, c.page, seed=23, lengths=c.lengths)
        assert not report.failures
        assert report.checked == len(c.page.equations)


# --- what reads the page -------------------------------------------------------------------------


def test_a_page_says_its_value_and_no_other() -> None:
    (line,) = typed(s0.SHEET, 1, "a")
    y, page = name(s0.DENSE, "y"), line.page
    assert on_page(s0.SHEET, page, y, [[6, 13, 20]])
    assert not on_page(s0.SHEET, page, y, [[6, 13, 21]])
    assert not on_page(s0.SHEET, page, y, [[6], [13], [20]])
    assert not on_page(s0.SHEET, page, y, [6, 13, 20])
    assert not on_page(s0.SHEET, page, name(s0.DENSE, "x"), [[1, 2]])
    assert not on_page(s1.SHEET, page, y, [[6, 13, 20]]), "a page nobody checks"


def test_rounding_reaches_half_a_digit_and_only_behind_its_sign() -> None:
    line = typed(s0.SHEET, 4, "b")[0]
    left = line.page.equations[0].left
    assert on_page(s0.SHEET, line.page, left, 3 - 2 * np.sin(2))
    for wrong in (1.18, 1.19, 3 - 2 * np.sin(2) + 1e-4):
        assert not on_page(s0.SHEET, line.page, left, wrong)
    assert half_unit(Minus(Decimal("0.0907"))) == 0.5e-4
    assert half_unit(number(3)) == 0


def test_a_formula_with_a_name_has_no_worth() -> None:
    eq = typed(s0.SHEET, 1, "a")[0].page.equations[0]
    assert worth(eq.sides[0]) is None
    assert [worth(f) is not None for f in eq.sides] == [False, True, True, True]


def test_a_spoiled_number_is_not_verified() -> None:
    """The page is not only read: a line that says 21 for 20 fails."""
    (line,) = typed(s0.SHEET, 1, "a")
    wrong = replace(line, lines=(line.lines[0].replace("13 & 20", "13 & 21"),))
    assert not on_page(s0.SHEET, wrong.page, name(s0.DENSE, "y"), [[6, 13, 21]])
    e = replace(s0.SHEET.exercises[0], answers=(wrong,), parts=(), given=())
    assert not replace(s0.SHEET, exercises=(e,)).verify().ok


# --- 000 -----------------------------------------------------------------------------------------


def test_dense_layer() -> None:
    at = {n: np.array(v, float) for n, v in (s0.DENSE.at or {}).items()}
    x, w, b, y_bar = at["x"], at["w"], at["b"], at["y_bar"]
    want = {"y": x @ w + b, "x": w @ y_bar, "w": np.outer(x, y_bar), "b": y_bar}
    literal = {"y": [6, 13, 20], "x": [6.5, 8], "w": [[0, 0.5, 1], [0, 1, 2]], "b": [0, 0.5, 1]}
    out = s0.DENSE.derivation.compile("numpy")(**at)
    (a,), (b_,), c = typed(s0.SHEET, 1, "a"), typed(s0.SHEET, 1, "b"), typed(s0.SHEET, 1, "c")
    for n, line in {"y": a, "x": b_, "w": c[0], "b": c[0]}.items():
        assert want[n].tolist() == literal[n]
        assert close(out[n], want[n])
        left = name(s0.DENSE, "y") if n == "y" else signal(s0.DENSE.derivation, n)
        assert on_page(s0.SHEET, line.page, left, np.atleast_2d(want[n])), n

    def loss(**moved: Array) -> float:
        v = {**at, **moved}
        return float(y_bar @ (v["x"] @ v["w"] + v["b"]))

    for n in ("x", "w", "b"):
        assert close(slope(lambda v, n=n: loss(**{n: v}), at[n]), want[n])


def full_correlation(y_bar: Array, g: Array) -> Array:
    """Σ over p and the window of y_bar padded all around with g[i, p]."""
    u, v = g.shape[2:]
    wide = np.pad(y_bar, ((0, 0), (u - 1, u - 1), (v - 1, v - 1)))
    windows = np.lib.stride_tricks.sliding_window_view(wide, (u, v), axis=(1, 2))
    return np.einsum("phwuv,ipuv->ihw", windows, g)


def turned_on_page() -> Array:
    """The filters of the backward pass as they are printed: [filter, channel]."""
    *_, line = typed(s0.SHEET, 2, "a")
    found = {e.left: worth(e.sides[-1]) for e in line.page.equations}
    g = np.array([[found[Name("g", "", f"{i}{p}")] for p in range(2)] for i in range(2)], float)
    for (i, p), node in np.ndenumerate([["g00", "g01"], ["g10", "g11"]]):
        assert on_page(s0.SHEET, line.page, name(s0.TURN, node), g[i, p])
        assert np.array_equal(point(s0.TURN).values[node, 0], g[i, p])
    return g


def test_turned_filters_make_the_backward_pass_a_convolution() -> None:
    at = s0.TURN.at or {}
    f = np.array([[at["f00"], at["f01"]], [at["f10"], at["f11"]]], float)
    g = turned_on_page()
    assert np.array_equal(g, f.swapaxes(0, 1)[:, :, ::-1, ::-1])
    rng = np.random.default_rng(11)
    x, y_bar = rng.normal(size=(2, 5, 7)), rng.normal(size=(2, 4, 5))
    x_bar = s0.CONV.derivation.compile("numpy")(x=x, f=f, y_bar=y_bar)["x"]
    assert close(full_correlation(y_bar, g), x_bar)
    assert not close(full_correlation(y_bar, g.swapaxes(0, 1)), x_bar), "channels not swapped"
    assert not close(full_correlation(y_bar, g[:, :, ::-1, ::-1]), x_bar), "not turned"


@pytest.mark.parametrize("sizes", [(3, 5, 2, 3), (5, 2, 3, 2), (2, 7, 1, 5)])
def test_the_turned_filters_in_general(sizes: tuple[int, int, int, int]) -> None:
    """More filters than channels and fewer, so that a swap of the two cannot hide."""
    c, k, u, v = sizes
    rng = np.random.default_rng(13)
    x, f = rng.normal(size=(c, 7, 11)), rng.normal(size=(k, c, u, v))
    y_bar = rng.normal(size=(k, 8 - u, 12 - v))
    x_bar = s0.CONV.derivation.compile("numpy")(x=x, f=f, y_bar=y_bar)["x"]
    assert close(full_correlation(y_bar, f.swapaxes(0, 1)[:, :, ::-1, ::-1]), x_bar)


def starts(extent: int, window: int, stride: int, padding: int) -> int:
    """Window positions, counted one by one over the padded entries."""
    padded, count, first = [0] * (extent + 2 * padding), 0, 0
    while len(padded[first : first + window]) == window:
        count, first = count + 1, first + stride
    return count


@pytest.mark.parametrize(("shape", "window", "stride", "padding"), [
    ((20, 18), (3, 4), 2, 3), ((7, 11), (2, 3), 5, 1), ((13, 5), (5, 2), 3, 0), ((2, 3), (5, 7), 1, 2),
])  # fmt: skip
def test_inferred_sizes_are_counted_ones(
    shape: tuple[int, int], window: tuple[int, int], stride: int, padding: int
) -> None:
    (a, e), (u, v) = shape, window
    g = sb.read(f"x: 5 x {a} x {e}; f: 1337 x 5 x {u} x {v}; "
                f"y = conv2d(x, f, stride={stride}, padding={padding})")  # fmt: skip
    want = [1337, starts(a, u, stride, padding), starts(e, v, stride, padding)]
    assert [int(str(s)) for s in g["y"].shape] == want


def test_the_output_of_the_sheet_has_its_size() -> None:
    want = [starts(20, 3, 2, 3), starts(18, 4, 2, 3)]
    assert want == [12, 11]
    (line,) = typed(s0.SHEET, 2, "b")
    for eq, n in zip(line.page.equations, want, strict=True):
        assert [x for f in eq.sides if (x := worth(f)) is not None] == [n] * 4
        assert on_page(s0.SHEET, line.page, eq.left, n)
    rng = np.random.default_rng(3)
    d = sb.derive("x: 2 x 20 x 18; f: 7 x 2 x 3 x 4; y = conv2d(x, f, stride=2, padding=3)")
    x, f = rng.normal(size=(2, 20, 18)), rng.normal(size=(7, 2, 3, 4))
    y = d.compile("numpy")(x=x, f=f, y_bar=np.zeros((7, *want)))["y"]
    assert y.shape == (7, 12, 11)
    wide = np.pad(x, ((0, 0), (3, 3), (3, 3)))
    assert np.isclose(y[5, 11, 10], np.sum(wide[:, 22:25, 20:24] * f[5]))


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def peephole(p: Point, moved: tuple[str, int], by: Array) -> float:
    """⟨δh, h⟩ over all steps of the LSTM as the task defines it, one quantity moved."""

    def at(n: str, t: int = 0, value: Array | None = None) -> Array:
        own = p.values[n, t] if value is None else value
        return own + by if moved == (n, t) else own

    c, total = at("c"), 0.0
    for t in range(1, p.length + 1):
        x, s = at("x", t), {}
        for gate in "fio":
            before = x @ at(f"W{gate}") + c @ at(f"R{gate}") + at(f"b{gate}")
            s[gate] = at(gate, t, sigmoid(at(f"{gate}_", t, before)))
        g = at("g", t, x @ at("Wc") + at("bc"))
        c = at("c", t, s["f"] * c + s["i"] * np.tanh(g))
        total += float(np.sum(p.deltas["h", t] * np.tanh(s["o"] * c)))
    return total


@pytest.mark.parametrize(("length", "seed"), [(2, 3), (5, 7)])
def test_peephole_lstm(length: int, seed: int) -> None:
    d = s0.LSTM.derivation
    p = recurrent_point(s0.LSTM, seed, length)
    inside = {(n, t) for n in ("c", "f", "f_", "i", "i_", "o", "o_", "g") for t in range(1, length + 1)}
    want = {
        k: slope(lambda v, k=k: peephole(p, k, v), np.zeros(delta.shape))
        for k, delta in p.deltas.items() if k[0] != "h"
    }  # fmt: skip
    assert inside < set(want)
    for k, v in want.items():
        assert close(p.deltas[k], v), k
    steps = range(1, length + 1)
    given = {n: p.values[n, 0] for n in d.graph.inputs if n != "x"}
    out = d.compile("numpy")(
        **given, c_0=p.values["c", 0], x=np.array([p.values["x", t] for t in steps]),
        h_bar=np.array([p.deltas["h", t] for t in steps]),
    )  # fmt: skip
    for n in d.wrt:
        assert close(out[n], np.array([want[n, t] for t in steps]) if n == "x" else want[n, 0]), n


def test_the_cell_state_hears_from_every_gate_of_the_next_step() -> None:
    """δc_t as printed, term by term; leaving one term out is not δc_t."""
    p = recurrent_point(s0.LSTM, 5, 3)
    v, delta, t = p.values, p.deltas, 2
    terms = [
        delta["h", t] * (1 - np.tanh(v["o", t] * v["c", t]) ** 2) * v["o", t],
        delta["c", t + 1] * v["f", t + 1],
        *(delta[f"{g}_", t + 1] @ v[f"R{g}", 0].T for g in "oif"),
    ]
    assert close(sum(terms), delta["c", t], 1e-12)
    for left_out in range(len(terms)):
        assert not close(sum(x for k, x in enumerate(terms) if k != left_out), delta["c", t])
    (eq,) = (e for _, c in s0.SHEET.checks for e in c.page.equations if e.key == "terms.c")
    assert eq.left == signal(s0.LSTM.derivation, "c")
    (whole,) = eq.sides
    assert isinstance(whole, Plus) and isinstance(whole.terms[-1], SumOver)
    assert len(whole.terms) - 1 + len(whole.terms[-1].values) == len(terms)


def test_two_variables_by_hand_and_in_reverse() -> None:
    at = np.array([1.0, 2.0])

    def f(x: Array) -> float:
        return float(np.cos(x[0] * x[1]) + x[0] * x[1] + x[0])

    want = np.array([(1 - np.sin(2)) * 2 + 1, 1 - np.sin(2)])
    assert [f"{v:.4f}" for v in want] == ["1.1814", "0.0907"]
    assert close(slope(f, at), want)
    for d in (s0.BY_HAND, s0.REVERSE):
        out = d.derivation.compile("numpy")(x1=1, x2=2)
        assert close([out["x1"], out["x2"]], want)
        assert np.isclose(out[d.derivation.of], f(at))
    (line,) = typed(s0.SHEET, 4, "b")
    for eq, v in zip(line.page.equations, want, strict=True):
        assert on_page(s0.SHEET, line.page, eq.left, v)


def test_reverse_mode_step_by_step() -> None:
    ahead = {"v0": 1, "v1": 2, "v2": 2, "v3": np.cos(2), "v4": np.cos(2) + 3}
    v3 = 1.0
    v2 = v3 * -np.sin(2) + 1
    back = {"v3": v3, "v2": v2, "v1": v2 * 1, "v0": v2 * 2 + 1, "x2": v2, "x1": v2 * 2 + 1}
    page, d = s0.REVERSE.page, s0.REVERSE.derivation
    p = trace_point(d, {"x1": 1, "x2": 2})
    for n, v in ahead.items():
        assert np.isclose(p.values[n, 0], v)
        assert on_page(s0.SHEET, page, name(s0.REVERSE, n), v), n
    for n, v in back.items():
        assert np.isclose(p.deltas[n, 0], v)
        assert on_page(s0.SHEET, page, signal(d, n), v), n


def mean_pool(x: Array, size: int, stride: int, y_bar: Array) -> tuple[Array, Array, Array]:
    """Forward by windows; backward as the task describes it, adding and, wrongly, overwriting."""
    y, added, overwritten = np.zeros_like(y_bar), np.zeros_like(x), np.zeros_like(x)
    for h, w in np.ndindex(y_bar.shape):
        window = np.s_[stride * h : stride * h + size, stride * w : stride * w + size]
        y[h, w] = x[window].mean()
        added[window] += y_bar[h, w] / size**2
        overwritten[window] = y_bar[h, w] / size**2
    return y, added, overwritten


def test_average_pooling_of_the_sheet() -> None:
    at = {n: np.array(v, float) for n, v in (s0.POOL.at or {}).items()}
    y, x_bar, overwritten = mean_pool(at["x"], 2, 1, at["y_bar"])
    out = s0.POOL.derivation.compile("numpy")(**at)
    assert close(out["y"], y) and close(out["x"], x_bar)
    assert not close(overwritten, x_bar)
    assert on_page(s0.SHEET, s0.POOL.page, name(s0.POOL, "y"), y)
    assert on_page(s0.SHEET, s0.POOL.page, signal(s0.POOL.derivation, "x"), x_bar)
    assert np.isclose(x_bar.sum(), at["y_bar"].sum()), "the check the sheet names"


@pytest.mark.parametrize(("high", "wide"), [(5, 7), (11, 3)])
def test_the_pooling_code_of_the_sheet_runs(high: int, wide: int) -> None:
    (shown,) = answers(s0.SHEET, 5, "c")
    assert isinstance(shown, Shown) and shown.blocks == (Listing(s0.POOLING),)
    module = loaded(s0.POOLING)
    rng = np.random.default_rng(17)
    x, y_bar = rng.normal(size=(high, wide)), rng.normal(size=(high - 1, wide - 1))
    y, x_bar, _ = mean_pool(x, 2, 1, y_bar)
    assert close(module.h_avg_pool2d(x), y)
    found = module.h_avg_pool2d_grad(x, y_bar)
    assert close(found, x_bar)
    assert close(found, slope(lambda v: float(np.sum(y_bar * module.h_avg_pool2d(v))), x))


# --- 002 -----------------------------------------------------------------------------------------


def tickets(x: Array, y: Array, w1: Array, w2: Array) -> float:
    """The mean squared error with a column of ones before each layer."""
    ones = np.ones((len(x), 1))
    hidden = np.maximum(np.hstack([x, ones]) @ w1, 0)
    return float(np.mean((np.hstack([hidden, ones]) @ w2 - y) ** 2))


@pytest.mark.parametrize(("n", "seed"), [(7, 2), (11, 5)])
def test_gradients_of_the_scheme(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, 3)), rng.normal(size=(n, 1))
    w1, w2 = rng.normal(size=(4, 4)), rng.normal(size=(5, 1))
    assert np.min(np.abs(np.hstack([x, np.ones((n, 1))]) @ w1)) > 1e-3, "too near a kink"
    want = {"W1": slope(lambda v: tickets(x, y, v, w2), w1),
            "W2": slope(lambda v: tickets(x, y, w1, v), w2)}  # fmt: skip
    at = {"X": x, "y": y, "W1": w1, "W2": w2}
    for d, names in ((s2.FORWARD, ("W1", "W2")), (s2.OUTER, ("W2",)), (s2.INNER, ("W1",))):
        out = d.derivation.compile("numpy")(**at)
        assert np.isclose(out["L"], tickets(x, y, w1, w2))
        for k in names:
            assert close(out[k], want[k]), k
    sizes = {e.key: [int(str(s)) for s in e.shape or ()] for _, c in s2.SHEET.checks
             for e in c.page.equations if e.key.startswith("gradient.")}  # fmt: skip
    assert sizes == {"gradient.W1": [4, 4], "gradient.W2": [5, 1]}
    assert {k: list(v.shape) for k, v in want.items()} == {"W1": [4, 4], "W2": [5, 1]}


def test_without_the_column_of_ones_it_is_another_network() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(7, 3)), rng.normal(size=(7, 1))
    w1, w2 = rng.normal(size=(4, 4)), rng.normal(size=(5, 1))
    out = s2.FORWARD.derivation.compile("numpy")(X=x, y=y, W1=w1, W2=w2)
    bare = np.maximum(x @ w1[:3], 0) @ w2[:4]
    assert not np.isclose(out["L"], np.mean((bare - y) ** 2))
