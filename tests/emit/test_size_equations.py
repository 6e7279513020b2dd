"""Sizes that only products and sums of shapes say."""

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.emit.size_equations import solved
from symbackprop.sizes import Size, size
from tests.emitted_values import emitted_differs

n, d, m, e = map(size, "ndme")

SAID = [
    "x: n x 2*e; L = sum(x**2)/e",
    "x: 2*e; L = sum(x**2)/e",
    "x: n + 1; L = sum(x**2)/n",
    "x: n - 2; L = sum(x**2)*n",
    "x: n*d; y: n; L = sum(x**2)/d + sum(y)",
    "x: n*d; y: d; A = reshape(x, n, d); L = sum(tanh(A @ y))",
    "x: n*n; A = reshape(x, n, n); L = sum(tanh(A @ A))",
    "x: 2*n*n + 3; L = sum(x**2)/n",
    "x: n + d; y: n - d; L = sum(x**2)/d + sum(y)/n",
    "x: n + d; y: d + m; z: m + n; L = sum(x)**2/d + sum(y)**2/n + sum(z)**2/m",
    "x: n*d + m; y: d*3; z: n; L = sum(x**2)/m + sum(y)*sum(z)",
    "x: n x d; y: n*d; k: n + d + m; L = sum(tanh(reshape(x, n*d)*y)) + sum(k)/m",
    "x: n; y: 2*n x k*n; z = concat(x, x); L = sum(tanh(z @ y))/k",
    "t: 1..T; x[t]: 2*e; h[t] = tanh(x[t]*h[t-1]); l[t] = sum(h[t])/e; L = sum(l[t], over=t)",
]


@pytest.mark.parametrize("text", SAID)
def test_code_finds_the_sizes(text: str) -> None:
    derivation = sb.derive(text)
    for trial in range(3):
        assert not emitted_differs(derivation, 5, trial)


@pytest.mark.parametrize(
    "text", ["x: n*d; L = sum(x**2)", "x: n + d; y = tanh(x)", "x: n x 2*e; L = sum(x**2)"]
)
def test_what_the_code_does_not_need_is_not_asked_for(text: str) -> None:
    assert not emitted_differs(sb.derive(text), 5)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("x: n*d; y: d*n; L = sum(x**2)/d + sum(y)", "n|d"),
        ("x: n + d; L = sum(x**2)/d", "n|d"),
        ("x: n*n + n; L = sum(x**2)/n", "n"),
    ],
)
def test_what_no_shape_says_is_said(text: str, name: str) -> None:
    with pytest.raises(sb.SymbackpropError, match=rf"size ({name}) does not follow.*\n.*declare an axis"):
        sb.derive(text).source()


ROWS = [
    ([2 * e], [14], {"e": 7}),
    ([n * d, n], [35, 5], {"n": 5, "d": 7}),
    ([n + d, n - d], [12, 2], {"n": 7, "d": 5}),
    ([n * n], [121], {"n": 11}),
    ([n * d, n + 0, d * m + n], [35, 5, 26], {"n": 5, "d": 7, "m": 3}),
    ([n * d], [35], {}),
]


@pytest.mark.parametrize(("sizes", "extents", "want"), ROWS)
def test_solutions(sizes: list[Size], extents: list[int], want: dict[str, int]) -> None:
    known = {f"a{k}": v for k, v in enumerate(extents)}
    axes = [(f"a{k}", s) for k, s in enumerate(sizes)]
    for name, code in solved(axes, sorted({x for s in sizes for x in s.names})):
        known[name] = eval(code, dict(known))  # noqa: S307 - our own text
    assert {k: v for k, v in known.items() if not k.startswith("a")} == want


def test_a_wrong_extent_is_another_size() -> None:
    """Near miss: one entry more is no 2e."""
    f = sb.derive("x: n*d; y: n; L = sum(x**2)/d + sum(y)").compile()
    assert f(x=np.ones(6), y=np.ones(2))["L"] == 6 / 3 + 2
    assert f(x=np.ones(6), y=np.ones(3))["L"] == 6 / 2 + 3


@pytest.mark.parametrize(
    ("text", "extents"),
    [
        ("x: n; A: n*m; L = sum(x**2)*sum(A)", (0, 6)),
        ("x: n; A: n*m; L = sum(x**2)*sum(A)", (0, 0)),
        ("x: n + 2; A: n*m; L = sum(x)*sum(A)/m", (2, 5)),
        ("y: n*k - n; z: k; L = sum(y)*sum(z)/n", (6, 1)),
        ("y: n*k - n + 3; z: k; L = sum(y)*sum(z)/n", (3, 1)),
        ("x: m; A: n*n*m; L = sum(A)*sum(x)/n", (3, 13)),
        ("x: m; A: n*n*m; L = sum(A)*sum(x)/n", (0, 12)),
    ],
)
def test_sizes_that_nothing_solves_are_said(text: str, extents: tuple[int, int]) -> None:
    d = sb.derive(text)
    given = {n: np.ones(k) for n, k in zip(d.graph.inputs, extents, strict=True)}
    with pytest.raises(ValueError, match=r"needs|is declared"):
        d.compile()(**given)


def test_the_smallest_sizes_are_solved() -> None:
    """Near miss: n = m = 1."""
    d = sb.derive("x: n + 2; A: n*m; L = sum(x)*sum(A)/m")
    assert d.compile()(x=np.ones(3), A=np.ones(1))["L"] == 3


@pytest.mark.parametrize("seed", range(10))
def test_a_size_in_the_place_of_a_name(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b, c = (int(k) for k in rng.integers(-3, 4, 3))
    whole, by = a * (n * n * m) + b * n + c, m * 2 - 3
    made, at = whole.substitute("n", by), {"m": int(rng.integers(1, 9))}
    assert made.names <= {"m"}
    assert made.value(at) == whole.value({**at, "n": by.value(at)})
