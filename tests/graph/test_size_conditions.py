"""What slices, windows and shapes need of sizes is said, and asked of every point."""

from __future__ import annotations

import pytest

import symbackprop as sb
from symbackprop.graph.size_conditions import check_sizes, conditions
from symbackprop.numeric.points import bind_sizes, generic_point
from symbackprop.page.given_numbers import given_point

SAID = [
    ("x: n; y = x[:5]", ["n >= 5"]),
    ("x: n; y = x[5:]", ["n >= 6"]),
    ("x: n; y = x[-5:]; z = x[:3]", ["n >= 5"]),
    ("x: n; y = x[n-7:]", ["n >= 7"]),
    ("x: n; y = x[:-2]; z = x[11:13]", ["n >= 13"]),
    ("x: n x m; y = x[1:, :-3]", ["n >= 2", "m >= 4"]),
    ("x: n; y: m; z = x[:m]*y", ["n >= m"]),
    ("x: 5; y: n; z = x[:n]*y", ["5 >= n"]),
    ("x: n; y: k; z = x[n-k-2:]; w = y**2", ["n >= k + 2"]),
    ("x: n - k; y = x**2", ["n >= k + 1"]),
    ("a: 2 x h x w; k: 3 x 2 x p x q; y = conv2d(a, k)", ["h >= p", "w >= q"]),
    ("a: 2 x h x w; k: 3 x 2 x 5 x 5; y = conv2d(a, k, padding=1)", ["h >= 3", "w >= 3"]),
    ("x: n; L = sum(x[1:]*x[:-1])", ["n >= 2"]),
    ("x: n + 3; y = x[:4]", []),
    ("x: 7; y = x[:4]", []),
    ("x: 2*h x 2*w; y = x**2", []),
    ("x: n x k; y: n label k; z = pick(x, y)", []),
]


@pytest.mark.parametrize(("text", "want"), SAID)
def test_conditions(text: str, want: list[str]) -> None:
    assert [str(c) for c in conditions(sb.read(text))] == want


def test_the_first_node_that_needs_it_is_named() -> None:
    g = sb.derive("x: n; y = tanh(x); z = y[7:]; L = sum(z**2)").graph
    assert [(c.node, str(c)) for c in conditions(g)] == [("z", "n >= 8")]
    with pytest.raises(sb.SymbackpropError, match="z: needs n >= 8, given n = 7"):
        check_sizes(g, {"n": 7})
    check_sizes(g, {"n": 8})


@pytest.mark.parametrize(("text", "want"), [*SAID, ("x: n; y = x[401:]", ["n >= 402"])])
def test_sizes_are_chosen_so_that_they_hold(text: str, want: list[str]) -> None:
    g = sb.read(text)
    for trial in range(3):
        check_sizes(g, bind_sizes(g, trial))


def test_a_point_of_other_sizes_is_refused() -> None:
    g = sb.read("x: n; y = x[:5]")
    with pytest.raises(sb.SymbackpropError, match="y: needs n >= 5, given n = 3"):
        generic_point(g, 0, 0, {"n": 3})
    with pytest.raises(sb.SymbackpropError, match="y: needs n >= 5, given n = 2"):
        given_point(sb.derive(g), {"x": [1.0, 2.0]})


def test_no_sizes() -> None:
    g = sb.read("x: n; y: m; a = x[:m]; b = y[:n+1]")
    with pytest.raises(sb.SymbackpropError, match=r"no sizes are found with n >= m and m >= n [+] 1"):
        bind_sizes(g, 0)


HUGE = ["x: 1000000000000; L = sum(x**2)", "x: n; y = x[:1000000000000]; L = sum(y**2)",
        "x: n; L = sum(x[1000000000000:])", "X: n x 1000000000000; w: 1000000000000; y = X @ w"]  # fmt: skip


@pytest.mark.parametrize("text", HUGE)
def test_a_huge_size_is_derived_and_written_and_says_why_it_is_not_computed(text: str) -> None:
    d = sb.derive(text)
    assert "1000000000000" in d.source()
    with pytest.raises(ValueError, match=r"needs n >= 1000000000|is declared"):
        d.compile()(**{n: [[1.0]] if d.graph.symbol[n].rank == 2 else [1.0] for n in d.graph.inputs},
                    **({"y_bar": [1.0]} if d.of == "y" else {}))  # fmt: skip
    with pytest.raises(sb.LimitError, match=r"entries of one array .*the limit is 50000000"):
        generic_point(d.graph, 0, 0)
    if any(s.number for n in d.graph.inputs for s in d.graph.symbol[n].shape):  # a size: small ones stand in
        report = d.verify()
        assert report.ok and "large sizes at small ones: 1000000000000 as " in str(report)
    else:  # a number of a slice, which a size must be larger than
        with pytest.raises(sb.LimitError, match=r"entries of one array .*the limit is 50000000"):
            d.verify()
