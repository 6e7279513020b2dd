"""The ledger: a row for every node with both passes, all of it verified, and written in every format."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

import symbackprop as sb
from symbackprop.derivation.equation import Equation, Phrase
from symbackprop.formula.tree import Minus
from symbackprop.page.outline import LARGE, outline
from symbackprop.page.page import Ledger, Options
from symbackprop.sheet.ledger_columns import too_wide
from symbackprop.verify.equality import verify_page
from tests.changed_pages import with_equation
from tests.graphs import GRAPHS
from tests.random_graphs import random_graph

RNN = "t: 1..T; x[t]: d; W: m x d; U: m x m; b: m; h[0] = tanh(b); h[t] = tanh(W @ x[t] + U @ h[t-1])\n"
LAST = RNN + "L = sum(h[T]**2)"
EVERY = RNN + "l[t] = sum(h[t]**2); L = sum(l[t], over=t)"


def ledger(d: sb.Derivation) -> Ledger:
    (block,) = (b for b in outline(d, Options(("ledger",))).sections[0].blocks if isinstance(b, Ledger))
    return block


def keys(half: Equation | Phrase | None) -> list[str]:
    """The keys of all that one half of a row states."""
    if isinstance(half, Equation):
        return [eq.key for eq in half.leaves]
    return [half.key] if half else [""]


@pytest.mark.parametrize("name", GRAPHS)
def test_every_node_has_a_row_with_its_error_signal(name: str) -> None:
    d = sb.derive(GRAPHS[name])
    rows = ledger(d).rows
    shown = {n for n in d.graph.definition if n not in d.constants}
    forward = {key for r in rows for key in keys(r.forward)}
    backward = {key for r in rows for key in keys(r.backward)}
    assert {f"forward.{n}" for n in shown} <= forward
    assert {f"delta.{n}" for n in shown if n in d.backward.adjoints} <= backward
    assert ("ledger.given" in backward) == (d.backward.seed.symbol is not None)


@pytest.mark.parametrize("key", ["forward.h", "delta.h", "delta.h.last", "delta.h.first", "forward.h.0"])
def test_a_false_line_of_a_ledger_is_found(key: str) -> None:
    d = sb.derive(LAST)
    page = outline(d, Options(("ledger",)))
    wrong = with_equation(page, key, lambda eq: replace(eq, sides=(Minus(eq.left),)))
    report = verify_page(d, wrong, seed=3)
    assert [c.key for c in report.failures] == [key]
    assert verify_page(d, page, seed=3).ok


def test_the_backward_side_is_read_upwards() -> None:
    """The last step stands below all others, what a recurrence starts from above."""
    rows = ledger(sb.derive(LAST)).rows
    at = next(k for k, r in enumerate(rows) if "forward.h" in keys(r.forward))
    assert (keys(rows[at + 1].forward), keys(rows[at + 1].backward)) == ([""], ["delta.h.last"])
    assert [keys(r.backward) for r in rows[:at] if "forward.h.0" in keys(r.forward)] == [["delta.h.first"]]


def test_after_the_last_step_nothing_flows_back() -> None:
    said = sb.derive(EVERY).page(show=("ledger",)).text()
    assert re.search(r"Beyond the last step nothing flows back: δz\S+ is 0", said)


@pytest.mark.parametrize("seed", range(4))
def test_ledgers_of_random_graphs_hold(seed: int) -> None:
    d = sb.derive(random_graph(seed, 6))
    report = verify_page(d, outline(d, Options(("ledger",))), seed=seed)
    assert report.ok, (seed, report.failures)


def test_large_graphs_have_a_ledger() -> None:
    """Where the layers are no family: each has a function of its own order."""
    functions = ("tanh", "sin", "cos", "sigmoid", "exp")
    layers = "; ".join(f"x{i + 1} = {functions[i * i % 7 % 5]}(W{i} @ x{i % 3 * i // 2})" for i in range(70))
    d = sb.derive("x0: d; " + "".join(f"W{i}: d x d; " for i in range(70)) + f"{layers}; L = sum(x70)")
    page = outline(d)
    assert len(d.graph.definition) > LARGE and "ledger" in [s.key for s in page.sections[:3]]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", sorted(GRAPHS)[::9])
def test_every_format_writes_it(name: str, language: str) -> None:
    page = sb.derive(GRAPHS[name]).page(language, show=("ledger",))
    rows = len(ledger(page.derivation).rows)
    assert page.html().count("<tr>") >= rows and page.latex().count("equation: ") >= rows
    assert page.text().count("\n") > rows


def test_wide_rows_stand_on_two_lines_and_leave_the_others_side_by_side() -> None:
    narrow, long = (10.0, 20.0, 5.0, 10.0, 20.0, 5.0), (10.0, 90.0, 5.0, 10.0, 95.0, 5.0)
    assert too_wide([narrow, long, narrow], 80) == {1}
    assert too_wide([narrow, long, narrow], 300) == frozenset()
    assert too_wide([long, long], 80) == {0, 1}
    alone = (10.0, 95.0, 0.0, 0.0, 0.0, 0.0)
    assert too_wide([narrow, long, alone], 217) == {2}
    assert too_wide([], 80) == frozenset()
