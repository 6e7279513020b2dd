"""Numbers chosen for a sheet: by what a symbol is, so that they tell something; a quotient beside them."""

from __future__ import annotations

import re

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.errors import SheetError
from symbackprop.page import trace_section
from symbackprop.page.small_numbers import quotient, small_numbers
from symbackprop.verify.equality import verify_page

NET = (
    "x: d input; W: m x d parameter; b: m parameter; y: label m; "
    "h = tanh(W @ x + b); p = softmax(h); L = -log(p[y])"
)
GRAPHS = [
    NET,
    "X: n x d; w: d; y: n; p = sigmoid(X@w); L = -mean(y*log(p) + (1 - y)*log(1 - p))",
    "X: n x d; W: d x k; T: n x k; Y = layernorm(X); L = sum((Y@W - T)**2)",
    "X: n x d; W: d x k; T: n x k; Y = batchnorm(X); L = sum((Y@W - T)**2)",
    "s: positive; p: k distribution; q: k positive; L = s*sum(p*log(q))",
    "A: n x n posdef; x: n; L = log(det(A)) + x@A@x",
    "x: d; L = sum(x**3)",
]


@pytest.mark.parametrize("graph", GRAPHS)
def test_chosen_numbers_close_a_page(graph: str) -> None:
    given = sb.Derived(graph, at="small", show=("numbers", "trace"))
    report = verify_page(given.derivation, given.page)
    assert report.ok, report.failures
    assert any(eq.key == "trace.quotient" for eq in given.page.equations)


def test_they_are_chosen_by_what_a_symbol_is() -> None:
    found = small_numbers(sb.derive(NET))
    assert {abs(v) for v in np.ravel(found["W"])} <= {0.5, 1.0} and set(found["b"]) == {0}  # type: ignore[call-overload]
    assert found["x"] == [1, -1] and found["y"] == 1


def test_sizes_that_nobody_can_follow_are_refused() -> None:
    with pytest.raises(SheetError, match="too large"):
        small_numbers(sb.derive("x: 784; L = sum(x**2)"))
    with pytest.raises(SheetError, match="tell"):
        small_numbers(sb.derive("x: d; L = 0*sum(x)"))


@pytest.mark.parametrize("graph", GRAPHS)
def test_the_quotient_is_the_derivative(graph: str) -> None:
    d = sb.derive(graph)
    found = quotient(d, small_numbers(d))
    assert found is not None and found[0] in d.wrt


def test_a_quotient_that_is_something_else_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace_section, "quotient", lambda d, at: ("x", (0,), 0.123))
    given = sb.Derived(GRAPHS[-1], at="small", show=("trace",))
    report = verify_page(given.derivation, given.page)
    assert re.search("quotient", str(report.failures))


def test_an_output_that_is_no_number_has_no_quotient() -> None:
    d = sb.derive("x: d; y = tanh(x)")
    assert quotient(d, small_numbers(d)) is None
