"""Emitted code on arrays of exactly the declared shape is NumPy's value, or says which size is too small."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.emit import Layer, compile_source, functions, layers

TRIALS = 60
Case = tuple[str, dict[str, tuple[int, ...]], Callable[..., np.ndarray], bool]


def bound(rng: np.random.Generator) -> tuple[str, Callable[[int], int]]:
    """One end of a slice: as it is written, and its position in an axis of n."""
    k = int(rng.integers(1, 8))
    return [(f"{k}", lambda n: k), (f"-{k}", lambda n: n - k), (f"n-{k}", lambda n: n - k),
            ("", lambda n: -1)][int(rng.integers(4))]  # fmt: skip


def slice_case(rng: np.random.Generator) -> Case:
    (first, low), (last, high) = bound(rng), bound(rng)
    n = int(rng.integers(1, 13))
    start, stop = (0 if not first else low(n)), (n if not last else high(n))
    return (f"x: n; y = x[{first}:{last}]; L = sum(y**2)", {"x": (n,)},
            lambda x: np.sum(x[start:stop] ** 2), 0 <= start < stop <= n)  # fmt: skip


def window_case(rng: np.random.Generator) -> Case:
    h, p, pad = (int(rng.integers(*r)) for r in ((1, 9), (1, 7), (0, 3)))

    def value(a: np.ndarray, k: np.ndarray) -> np.ndarray:
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(a, [(0, 0), (pad, pad)]), p, 1)
        return np.sum(np.einsum("chu,kcu->kh", windows, k) ** 2)

    return (f"a: 2 x h; k: 3 x 2 x p; y = conv1d(a, k, padding={pad}); L = sum(y**2)",
            {"a": (2, h), "k": (3, 2, p)}, value, h + 2 * pad >= p)  # fmt: skip


def pool_case(rng: np.random.Generator) -> Case:
    n, k = int(rng.integers(1, 9)), int(rng.integers(2, 6))
    return (f"a: 1 x n; y = avg_pool1d(a, size={k}, stride=1); L = sum(y**2)", {"a": (1, n)},
            lambda a: np.sum(np.lib.stride_tricks.sliding_window_view(a, k, 1).mean(-1) ** 2),
            n >= k)  # fmt: skip


def two_sizes_case(rng: np.random.Generator) -> Case:
    n, m = (int(k) for k in rng.integers(1, 9, 2))
    return ("x: n; y: m; z = x[:m]*y; L = sum(z**2)", {"x": (n,), "y": (m,)},
            lambda x, y: np.sum((x[:m] * y) ** 2), n >= m)  # fmt: skip


def product_case(rng: np.random.Generator) -> Case:
    n, k = int(rng.integers(1, 13)), int(rng.integers(2, 9))
    return (f"x: n*d; w: {k}; L = sum(x[:{k}]*w)", {"x": (n,), "w": (k,)},
            lambda x, w: np.sum(x[:k] * w), n >= k)  # fmt: skip


def offset_case(rng: np.random.Generator) -> Case:
    n, k = int(rng.integers(1, 9)), int(rng.integers(1, 5))
    return f"x: n + {k}; L = sum(x**2)/n", {"x": (n,)}, lambda x: np.sum(x**2) / (n - k), n > k


CASES = [slice_case, window_case, pool_case, two_sizes_case, product_case, offset_case]


@pytest.mark.parametrize("case", CASES)
def test_the_value_or_what_is_needed(case: Callable[[np.random.Generator], Case]) -> None:
    met = set[bool]()
    for seed in range(TRIALS):
        rng = np.random.default_rng(seed)
        text, shapes, value, fits = case(rng)
        try:
            d = sb.derive(text, wrt=["w"] if "w:" in text else None)
        except sb.SymbackpropError:  # a slice such as 5:3
            assert not fits, text
            continue
        given = {n: rng.normal(size=s) for n, s in shapes.items()}
        met.add(fits)
        if fits:
            assert np.isclose(d.compile()(**given)["L"], value(**given)), (text, shapes)
        else:
            with pytest.raises(ValueError, match=r"needs .* >= .*, given .* = "):
                d.compile()(**given)
    assert met == {True, False}


def test_functions_and_layers_ask_too() -> None:
    d = sb.derive("x: n; y = x[2:5]**2")
    module = functions(d, forward="f", backward="f_grad")
    f, g = (compile_source(module, name=n) for n in ("f", "f_grad"))
    layer = compile_source(layers([Layer(d, "Cut", "x")]), name="Cut")()
    assert np.allclose(f(np.arange(5.0)), [4, 9, 16])
    assert np.allclose(g(np.arange(5.0), np.ones(3)), [0, 0, 4, 6, 8])
    calls: list[Callable[[np.ndarray], object]] = [f, lambda x: g(x, np.ones(3)), layer.forward]
    for call in calls:
        with pytest.raises(ValueError, match="y needs n >= 5, given n = 4"):
            call(np.ones(4))
