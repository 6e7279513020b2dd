"""A deadline of a verification, what it says on the way, and small sizes in the place of large ones."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

import symbackprop as sb
from symbackprop.__main__ import main
from symbackprop.derivation.renamed_sizes import LARGE, stand_ins
from symbackprop.matrices import tidy as td
from symbackprop.numeric.deadline import OutOfTime, deadline, in_time
from symbackprop.verify import equality

NET = "x: d; W: m x d; b: m; y: m; h = tanh(W @ x + b); L = sum((h - y)**2)"
LARGE_ONES = [
    "A: 512 x 512; B: 512 x 512; x: 512; L = sum(tanh(B @ tanh(A @ x))**2)",
    "x: 784; W: 100 x 784; V: 10 x 100; y: scalar label 10; p = softmax(V @ relu(W @ x)); L = -log(p[y])",
    "X: 128 x 64; w: 64; y: 128; L = mean((X @ w - y)**2)",
    "x: 97; t: 98; s = concat(x, ones(1)); L = s @ t",
    "x: 60; L = sum(x[1:]*x[:59])",
]  # fmt: skip


class Steps(list[tuple[int, int]]):
    def __call__(self, done: int, steps: int) -> None:
        self.append((done, steps))


def test_what_is_not_reached_is_never_ok() -> None:
    report = sb.derive(NET).verify(deadline=0)
    assert not report.ok and report.checked == report.truths == report.code == 0
    assert {(c.verdict, c.reason) for c in report.everything} == {("not checkable", equality.LATE)}
    with pytest.raises(sb.VerificationError, match="deadline"):
        report.demand()


def test_what_is_reached_in_time_is_as_without_one() -> None:
    d = sb.derive(NET)
    assert d.verify(deadline=1e6) == d.verify()


def test_a_deadline_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time runs out after some steps: what has too few points by then is not checkable."""
    heard = Steps()

    def in_time() -> None:
        if heard[-1][0] >= heard[-1][1] * 2 // 3 + 5:
            raise OutOfTime("late")

    monkeypatch.setattr(equality, "in_time", in_time)
    report = sb.derive(NET).verify(progress=heard)
    assert not report.ok
    assert {c.verdict for c in report.everything} == {"agrees", "not checkable"}


def test_a_wrong_line_stays_wrong_when_time_is_short() -> None:
    d = sb.derive(NET)
    bad = damaged(d, "W")
    assert not bad.verify(deadline=1e6).ok and not bad.verify(deadline=0).ok


def test_progress_goes_up_to_the_end() -> None:
    heard = Steps()
    assert sb.derive(NET).verify(progress=heard).ok
    done = [d for d, _ in heard]
    assert done == sorted(done) and heard[-1][0] == heard[-1][1] and len({s for _, s in heard}) == 1


def test_an_earlier_deadline_stays() -> None:
    with deadline(0), deadline(1e6), pytest.raises(OutOfTime):
        in_time()
    in_time()


def damaged(d: sb.Derivation, name: str) -> sb.Derivation:
    """A derivation with a factor 2 where none belongs."""
    a = d.backward.adjoints[name]
    wrong = replace(a, forms=tuple(td.scaled(2, f) for f in a.forms))
    return replace(d, backward=replace(d.backward, adjoints={**d.backward.adjoints, name: wrong}))


@pytest.mark.parametrize("graph", LARGE_ONES)
def test_large_sizes_are_checked_at_small_ones(graph: str) -> None:
    report = sb.derive(graph).verify()
    assert report.ok and report.stand_ins and "large sizes at small ones" in str(report)
    assert max(k for s in report.sizes for _, k in s) < LARGE


def test_small_sizes_stay_what_they_are() -> None:
    assert stand_ins(sb.read("x: 13; L = sum(x)")) == {}
    assert sb.derive("x: 13; L = sum(x**2)").verify().stand_ins == ()


def test_names_that_are_taken() -> None:
    g = sb.read("x: 64; n64: m64; L = sum(x**2) + sum(n64)")
    assert {str(s) for s in stand_ins(g).values()} == {"k64"}
    assert sb.derive(g).verify().ok


@pytest.mark.parametrize("graph", ["x: 49; L = mean(x**2)", "x: 49; y: 49; L = sum((x - y)**2)"])
def test_a_wrong_derivation_is_wrong_at_small_sizes_too(graph: str) -> None:
    d = sb.derive(graph)
    bad = damaged(d, d.wrt[0])
    assert not bad.verify().ok


class TestCommandLine:
    text: ClassVar[str] = "x: n; L = sum(x**2)"

    def test_deadline(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = tmp_path / "g.txt"
        path.write_text(self.text, "utf-8")
        assert main(["derive", str(path), "--deadline", "1000", "--to", "json"]) == 0
        assert json.loads(capsys.readouterr().out)[0]["text"] == "2 x"
        assert main(["derive", str(path), "--deadline", "0"]) == 1
        assert "deadline" in capsys.readouterr().err
