"""Many answers: a worker that dies takes one row with it; large literal sizes are judged at small ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor

import pytest

import symbackprop as sb
from symbackprop.answers.checking import at_own_sizes, at_stand_in, bench, judged
from symbackprop.answers.many import checking_many as many
from symbackprop.answers.many.worker_pools import everything
from symbackprop.answers.slips.literal_sizes import spoken, stand_in
from symbackprop.derivation.renamed_sizes import NoStandIn
from symbackprop.answers.typed.aliases import KEPT

DEADLY = -1


def doubled(rows: Sequence[int]) -> list[int]:
    """Twice each number; the deadly one ends the process."""
    if DEADLY in rows:
        os._exit(3)
    return [2 * r for r in rows]


@pytest.mark.parametrize("deadly", [(0,), (13,), (0, 7, 41)])
def test_a_row_that_kills_its_worker_is_the_only_one_lost(deadly: tuple[int, ...]) -> None:
    rows = [DEADLY if k in deadly else k for k in range(42)]
    parts = {k: rows[3 * k : 3 * k + 3] for k in range(14)}
    with ProcessPoolExecutor(2) as pool:
        found = dict(everything(pool, doubled, parts))
    flat = [x for k in sorted(found) for x in found[k]]
    lost = tuple(k for k, x in enumerate(flat) if isinstance(x, Exception))
    assert lost == deadly
    assert [x for x in flat if not isinstance(x, Exception)] == [2 * r for r in rows if r >= 0]


def test_a_dead_worker_is_said_about_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "AT_ONCE", 2)
    monkeypatch.setattr(many, "judge_rows", killed_by("x"))
    told: list[int] = []
    rows = [{"id": str(k), "answer": "x" if k == 4 else "2 w"} for k in range(9)]
    task = many.Task("w: 3; L = sum(w**2)", "w")
    with ProcessPoolExecutor(2) as pool:
        found = many.judge_all(task, rows, pool, tell=told.append)
    assert [r["verdict"] for r in found] == ["correct"] * 4 + ["failed"] + ["correct"] * 4
    assert found[4]["detail"] == "the process that judged this row died"
    assert [r["id"] for r in found] == [r["id"] for r in rows]
    assert sum(told) == 9


def test_a_fault_of_ours_is_told_as_such_and_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*_: object, **__: object) -> None:
        raise TypeError("a fault")

    task, rows = many.Task("w: 3; L = sum(w**2)", "w"), [{"id": "1", "answer": "2 w"}, {"answer": "3 w"}]
    assert [r["verdict"] for r in many.judge_all(task, rows)] == ["correct", "wrong"]
    monkeypatch.setattr(many, "check", faulty)
    found = many.judge_all(task, rows)
    assert [(r["verdict"], r["detail"]) for r in found] == [("failed", "TypeError: a fault")] * 2


def killed_by(answer: str) -> Callable[[many.Task, Sequence[many.Row]], list[many.Result]]:
    """Judging in a process that ends at an answer."""
    return Killed(answer)


class Killed:
    def __init__(self, answer: str) -> None:
        self.answer = answer

    def __call__(self, task: many.Task, rows: Sequence[many.Row]) -> list[many.Result]:
        if any(r["answer"] == self.answer for r in rows):
            os._exit(3)
        return [many.judge_row(task, r) for r in rows]


NET = """
    x: 31;  y: 17;  W: 17 x 31;  b: 17;  V: 17 x 18;  A: 31 x 31 symmetric
    z = tanh(W @ (A @ x) + b)
    u = concat(z, ones(1))
    r = V @ u - y
    L = sum(r**2)
"""
ANSWERS = {
    "V": ("2 r u'", "r u'", "2 u r'", "-2 r u'", "2 r z'", "2 r_i u_j", "3 r_i u_j", "2 V r", "u"),
    "b": ("δz .* (1 - z.^2)", "δz .* (1 - z)", "δz", "sum_i 2 r_i V_ij (1 - z_j^2)", "W x", "1"),
    "W": ("(δz .* (1 - z.^2)) x' A", "(δz .* (1 - z.^2)) x' A'", "x (δz .* (1 - z.^2))'", "δz x'"),
}


@pytest.mark.parametrize(("wrt", "answer"), [(w, a) for w, each in ANSWERS.items() for a in each])
def test_small_sizes_judge_as_the_graphs_own_do(wrt: str, answer: str) -> None:
    b = bench(sb.derive(NET, "L", ["V", "W", "b"]), None, wrt)
    small = stand_in(b)
    assert small is not None
    large = max(s.value(p.point.sizes) for p in small.spots[:2]
                for e in small.target.d.graph.symbol.values() for s in e.shape)  # fmt: skip
    assert large < 17
    own, _ = at_own_sizes(b, answer, "auto")
    found = at_stand_in(b, small, answer, "auto")
    if found is None:
        assert own.verdict in ("wrong", "unreadable")
        return
    assert found[0] == own
    assert all(found[0].sentence(x) == own.sentence(x) for x in ("en", "de"))


def test_most_answers_need_no_large_size() -> None:
    b = bench(sb.derive(NET, "L", ["V"]), None, "V")
    small = stand_in(b)
    assert small is not None
    assert all(at_stand_in(b, small, a, "auto") for a in ANSWERS["V"][:7])


@pytest.mark.parametrize(
    ("graph", "answer"),
    [
        ("x: 784; L = sum(x**2) / 784", "2 x / 784"),
        ("x: 784; L = sum(x**2) / 784", "x / 392"),
        ("x: 784; L = mean(x**2)", "x / 392"),
        ("x: 784; L = mean(x**2)", "x / (2*4*7*7)"),
        ("x: 784; L = sum(x)", r"\mathbf{1}_{784}"),
        ("x: 784; L = 16 * sum(x**2)", "32 x"),
    ],
)
def test_a_size_that_is_a_number_stays_one(graph: str, answer: str) -> None:
    found = sb.check(graph, "x", answer)
    assert found.verdict in ("correct", "unreadable"), found.sentence()
    assert found.verdict == at_own_sizes(bench(graph, None, "x"), answer, "auto")[0].verdict


def test_a_size_that_is_none_of_the_graphs_is_not_said() -> None:
    small = stand_in(bench("W: 40 x 50; L = sum(W**2)", None, "W"))
    assert small is not None
    rows, columns = small.spots[0].right.size
    assert spoken(small, (rows, columns, 1)) == (40, 50, 1)
    with pytest.raises(NoStandIn):
        spoken(small, (rows * columns,))


def test_names_that_answers_define_are_not_kept_for_ever() -> None:
    b = bench("x: n; L = sum(x**2)", None, "x")
    for k in range(KEPT + 20):
        assert judged(b, f"2 q{k} with q{k} = x", "plain").ok
    assert len(b.tables) <= KEPT
    assert len(b.spelled) <= KEPT
    assert judged(b, "2 x").ok


def test_of_an_array_a_derivation_is_checked_as_it_prints() -> None:
    d = sb.derive("X: n x c x h x w; g: scalar; Y = g * X", "Y", ["X", "g"])
    for name in ("X", "g"):
        right = sb.check(d, name, d[name].text())
        assert right.ok
        assert right.expected == d[name].shape
        assert sb.check(d, name, f"3 {d[name].text()}").mistake == "factor"
    assert sb.check("x: n; W: m x n; y = W @ x", "x", "W").ok  # of a graph, the Jacobian
