"""The emitted code is held at the points of the page: a wrong spelling, a lost size, an exception is seen."""

from __future__ import annotations

import pytest

import symbackprop as sb
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.report import Report
from symbackprop.emit import source
from symbackprop.verify import emitted_code

NET = "X: n x d; y: n; W: d x m; v: m; H = tanh(X @ W); e = H @ v - y; L = sum(e**2)/n"
RNN = "t: 1..T; x[t]: d; W: m x d; U: m x m; h[t] = tanh(W @ x[t] + U @ h[t-1]); L = sum(sum(h[t]), over=t)"


def spelled(monkeypatch: pytest.MonkeyPatch, text: str, old: str, new: str) -> Report:
    """The report of a derivation whose code has one thing spelled otherwise."""

    def other(d: Derivation) -> str:
        code = source(d)
        assert old in code
        return code.replace(old, new)

    monkeypatch.setattr(emitted_code, "source", other)
    return sb.derive(text).verify(seed=7)


def failed(report: Report) -> dict[str, str]:
    return {c.key: c.reason for c in report.failures}


@pytest.mark.parametrize("text", [NET, RNN])
def test_code_that_is_right_is_counted(text: str) -> None:
    d = sb.derive(text)
    report = d.verify(seed=7)
    assert report.ok
    assert [c.key for c in report.code_checked] == [f"code {n}" for n in (d.of, *d.wrt)]
    assert report.code == 1 + len(d.wrt)


def test_another_function_in_the_code_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    found = failed(spelled(monkeypatch, NET, "np.tanh", "np.sinh"))
    assert {"code L", "code W", "code v", "code X", "code y"} == set(found)
    assert "seed 7" in found["code L"] and "sizes" in found["code L"]


def test_a_factor_in_one_gradient_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    found = failed(spelled(monkeypatch, NET, "'W': W_bar", "'W': W_bar*(1 + 1e-9)"))
    assert set(found) == {"code W"}


def test_a_transposed_result_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    found = failed(spelled(monkeypatch, NET, "'W': W_bar", "'W': W_bar.T"))
    assert "size" in found["code W"]


def test_code_that_raises_is_no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    found = failed(spelled(monkeypatch, RNN, "for t in range(T)", "for t in range(T + 1)"))
    assert found and all("raises" in reason for reason in found.values())


def test_where_there_is_no_code_nothing_is_claimed() -> None:
    report = sb.derive("x: scalar; f: function as \\varphi; y = f(x)").verify()
    assert report.ok and report.code == 0 and report.code_checked == ()


def test_an_output_with_time_steps_and_a_signal_of_its_own() -> None:
    for text in (
        "x: d; W: m x d; h = tanh(W @ x)",
        RNN.partition("; L =")[0] + "; y[t] = 2*h[t]",
        "x: 3; y = softmax(x)",
    ):
        report = sb.derive(text).verify()
        assert report.ok, report.failures
        assert report.code > 1
