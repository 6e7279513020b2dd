"""A brief page is the idea, both passes and the gradients; a full one derives what stands there."""

import pytest

import symbackprop as sb
from symbackprop.page.outline import SECTIONS, outline
from symbackprop.page.page import Options

NET = "x: d; W: m x d; V: k x m; y: label k; h = tanh(W @ x); z = V @ h; p = softmax(z); L = -log(p[y])"


def keys(**options: object) -> list[str]:
    return [s.key for s in outline(sb.derive(NET), Options(**options)).sections]  # type: ignore[arg-type]


def test_a_brief_page_is_part_of_the_full_one() -> None:
    brief, full = keys(detail="brief"), keys()
    assert brief == ["idea", "symbols", "ledger", "gradients"]
    assert [k for k in full if k in brief] == brief and {"local", "bridges", "why"} <= {*full}


def test_parts_that_are_asked_for_are_there_whatever_the_detail() -> None:
    assert keys(sections=("why", "ledger"), detail="brief") == ["why", "ledger"]


def test_a_page_and_a_part_of_a_sheet_take_it() -> None:
    d = sb.derive(NET)
    assert len(d.page(detail="brief").text()) < len(d.page().text())
    assert sb.Derived(NET, detail="brief").page == d.page(detail="brief").contents
    assert d.page(detail="brief").report.ok


def test_another_detail_is_refused() -> None:
    with pytest.raises(sb.SheetError, match="no detail `short`"):
        sb.derive(NET).page(detail="short").text()  # type: ignore[arg-type]


def test_every_part_of_a_brief_page_is_usual() -> None:
    assert all(s.usual for s in SECTIONS.values() if s.brief)


NETS = "x: d; y: k; W: m x d; b: m; V: k x m; h = tanh(W @ x + b); L = sum((V @ h - y)**2)/2"


@pytest.mark.parametrize(("graph", "wrt", "asked", "boxed"), [
    (NETS, None, None, "W b V"),  # nobody asked: what can be learned
    (NETS, ("x", "W"), None, "x W"),  # asked of the derivation
    (NETS, ("x", "y", "W", "b", "V"), ("x", "y", "W", "b", "V"), "x y W b V"),  # asked on a sheet
    (NETS + "; wrt x, b", None, None, "x b"),  # asked in the text
    ("x: n; L = sum(x**3)", None, None, "x"),
    ("t: 1..T; x[t]: d; W: m x d; U: m x m; h[t] = tanh(W @ x[t] + U @ h[t-1]); L = sum(h[T]**2)",
     None, None, "W U"),
])  # fmt: skip
def test_only_what_was_asked_is_boxed(
    graph: str, wrt: tuple[str, ...] | None, asked: tuple[str, ...] | None, boxed: str
) -> None:
    rows = outline(sb.derive(graph, wrt=wrt), Options(("gradients",), asked=asked)).equations
    assert sorted(e.key.removeprefix("gradient.") for e in rows if e.boxed) == sorted(boxed.split())
