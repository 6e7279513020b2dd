"""The ledger: a row for every node with both passes, all of it verified, and written in every format."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import zip_longest

import pytest

import symbackprop as sb
from symbackprop.derivation.equation import Equation, Phrase
from symbackprop.formula.tree import Minus
from symbackprop.page.outline import outline
from symbackprop.page.page import Ledger, LedgerRow, Options
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


def keys(row: LedgerRow) -> tuple[str, str]:
    forward, backward = row.forward, row.backward
    said = backward.key if isinstance(backward, Equation | Phrase) else ""
    return forward.key if forward else "", said


@pytest.mark.parametrize("name", GRAPHS)
def test_every_node_has_a_row_with_its_error_signal(name: str) -> None:
    d = sb.derive(GRAPHS[name])
    shown = [n for n in d.graph.definition if n not in d.constants]
    rows = [r for row in ledger(d).rows for r in members(row)]
    found = [f.removeprefix("forward.") for f, _ in map(keys, rows) if f and not f.endswith(".0")]
    assert sorted(found) == sorted(shown) and (families(d) or found == shown)
    for row in rows:
        forward, said = keys(row)
        n = forward.removeprefix("forward.")
        if forward and not (said == "" and families(d)):
            given = n == d.of and d.backward.seed.symbol
            known = f"delta.{n}" if n in d.backward.adjoints else ""
            assert said == ("ledger.given" if given else known)
    every = {said for _, said in map(keys, rows)}
    assert {f"delta.{n}" for n in shown if n in d.backward.adjoints and n != d.of} <= every


def members(row: LedgerRow) -> list[LedgerRow]:
    """The rows a row stands for, where it is one of a family."""
    sides = [x.leaves if isinstance(x, Equation) else (x,) for x in (row.forward, row.backward)]
    return [LedgerRow(f, b) for f, b in zip_longest(*sides)]  # type: ignore[arg-type]


def families(d: sb.Derivation) -> bool:
    """Whether some rows of the ledger stand for several nodes: these are not in the order of the graph."""
    return any(row.ranges for row in ledger(d).rows)


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
    found = [keys(r) for r in ledger(sb.derive(LAST)).rows]
    at = next(k for k, (forward, _) in enumerate(found) if forward == "forward.h")
    assert found[at + 1] == ("", "delta.h.last")
    assert ("forward.h.0", "delta.h.first") in found[:at]


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
    assert (
        "ledger" in [s.key for s in page.sections[:3]]
        and r"\begin{longtable}" in d.page(show=("ledger",)).latex()
    )


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
