"""Values forward, error signals back; recurrences over three steps; nothing below 7 points."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

import symbackprop as sb
from symbackprop.page.outline import outline
from symbackprop.page.page import Figure, Options
from symbackprop.picture.graphs.folding import folded, legible
from symbackprop.picture.graphs.graph_picture import Arrow, Picture, Vertex
from symbackprop.picture.graphs.graph_to_svg import svg
from symbackprop.picture.graphs.graph_to_tikz import BACKWARD, FORWARD, tikz
from symbackprop.picture.label import Label
from symbackprop.picture.text_width import EDGE, NODE, SCRIPT, SIZE, spans

RNN = """t: 1..T; x[t]: 3; W: 5 x 3; U: 5 x 5
    h[t] = tanh(W @ x[t] + U @ h[t-1]); l[t] = sum(h[t]**2); L = sum(l[t], over=t)"""
CHAIN = "x: 3; W: 5 x 3; y: label 5; o = W @ x; z = softmax(o); L = -log(z[y])"


def figure(text: str, **options: object) -> Figure:
    d = sb.derive(text, of="L")
    page = outline(d, Options(sections=("graph",), **options))  # type: ignore[arg-type]
    return next(b for s in page.sections for b in s.blocks if isinstance(b, Figure))


def picture(n: int, *, back: bool = True) -> Picture:
    """A chain that no run of equal layers shortens, with a skip over every third."""
    label = Label(r"W_{Ro}^\top", "W_(Ro)ᵀ")
    vertices = tuple(Vertex(f"v{k}", Label(f"v_{{{k}}}", f"v_{k}"), Label(r"5\times 1", "5×1"), "node")
                     for k in range(n))  # fmt: skip
    arrows = [Arrow(a.key, b.key, label, back) for a, b in pairwise(vertices)]
    arrows += [Arrow(a.key, b.key, label, back) for a, b in zip(vertices[::3], vertices[2::3], strict=False)]
    return Picture(vertices, tuple(arrows))


# --- two colours ----------------------------------------------------------------------------------


def test_each_way_has_its_colour() -> None:
    placed = legible(picture(4), max_width=450)
    drawn, shown = tikz(placed), svg(placed)
    arrows = len(placed.arrows)
    assert drawn.count(f"->,line width=0.75pt,color={FORWARD}") == arrows
    assert drawn.count(f"->,line width=0.75pt,color={BACKWARD}") == arrows
    assert shown.count("var(--forward") == shown.count('style="fill:var(--forward') * 2 == 2 * arrows
    plain = tikz(legible(picture(4, back=False), max_width=450))
    assert FORWARD not in plain and BACKWARD not in plain


def test_what_no_signal_comes_back_along_has_one_arrow() -> None:
    arrows = {(a.tail, a.head): a for a in figure(CHAIN).arrows}
    assert not arrows["y", "L"].back and arrows["y", "L"].label is None
    assert arrows["o", "z"].back and arrows["o", "z"].label is not None


# --- steps of a recurrence ------------------------------------------------------------------------


def test_a_recurrence_stands_at_three_steps() -> None:
    f = figure(RNN)
    keys = {v.key for v in f.vertices}
    assert {"h@-1", "h", "h@1", "x@-1", "x", "x@1", "L"} <= keys and not {"W", "U"} & keys
    ends = {(a.tail, a.head): a.label for a in f.arrows}
    assert not any("h@-2" in pair or "h@2" in pair for pair in ends)
    inner = [k for k in keys if k not in ("L",) and "@" not in k]
    assert all(f"{k}@1" in keys and f"{k}@-1" in keys for k in inner)
    assert len(ends) == len(f.arrows)
    labelled = [pair for pair, label in ends.items() if label is not None]
    assert labelled and all(any("@" not in k for k in pair) for pair in labelled)


def test_a_label_of_the_next_step_is_at_that_step() -> None:
    d = sb.derive(RNN, of="L")
    found = {(a.tail, a.head): d.latex(a.label) for a in figure(RNN).arrows if a.label is not None}
    (label,) = {x for (tail, head), x in found.items() if tail == "h" and "@1" in head and "l" not in head}
    here = {x for (tail, head), x in found.items() if tail == "h@-1" and "@" not in head}
    assert {label.replace("t+1", "t")} == {x.replace("t+1", "t") for x in here}


# --- captions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "keys"), [
    (CHAIN, {"graph.colours", "graph.both"}),
    (RNN, {"graph.colours", "graph.jacobian", "graph.unrolled", "graph.parameters"}),
    ("x: 3; h = tanh(x); L = sum(h**2)", {"graph.colours", "graph.jacobian"}),
    ("X: 2 x 3; H = tanh(X); L = sum(H**2)", {"graph.colours", "graph.contribution"}),
])  # fmt: skip
def test_a_caption_says_what_is_true(text: str, keys: set[str]) -> None:
    assert {p.key for p in figure(text).caption} == keys


# --- sizes ----------------------------------------------------------------------------------------


def test_type_sizes() -> None:
    assert min(NODE, SIZE, EDGE) * SCRIPT >= 7


@pytest.mark.parametrize(("n", "width"), [(3, 120.0), (12, 250.0), (12, 452.0), (40, 452.0)])
def test_nothing_is_set_below_seven_points(n: int, width: float) -> None:
    placed = legible(picture(n), max_width=width)
    assert placed.scale == 1 and placed.width <= width + 1e-6 and placed.height <= 620 + 1e-6
    found = [float(x) for x in re.findall(r'font-size="([\d.]+)"', svg(placed))]
    assert min(found) >= 7
    assert min(float(x) for x in re.findall(r"\\fontsize\{([\d.]+)\}", tikz(placed))) * SCRIPT >= 6.3
    labels = [float(x) for x in re.findall(r"\\fontsize\{([\d.]+)\}\{[\d.]+\}\\selectfont\$", tikz(placed))]
    assert min(labels) * SCRIPT >= 7
    assert {v.vertex.key.split(" ")[0] for v in placed.vertices} == {f"v{k}" for k in range(n)}
    assert len(placed.arrows) == len(picture(n).arrows)


@pytest.mark.parametrize("rows", range(2, 9))
def test_rows_hold_every_arrow_once(rows: int) -> None:
    whole = picture(23)
    pieces = folded(whole, rows)
    assert 1 < len(pieces) <= rows
    ends = [(a.tail.split(" ")[0], a.head) for p in pieces for a in p.arrows]
    assert sorted(ends) == sorted((a.tail, a.head) for a in whole.arrows)
    own = [v.key for p in pieces for v in p.vertices if v.kind == "node"]
    assert sorted(own) == sorted(v.key for v in whole.vertices)


def test_small_letters_are_scripts() -> None:
    assert [(s.text, s.level) for s in spans("xₜ₋₁")] == [("x", 0), ("t", -1), ("−1", -1)]
    assert [(s.text, s.level) for s in spans("W_(Ro)ᵀ")] == [("W", 0), ("Ro", -1), ("T", 1)]
    assert [(s.text, s.level) for s in spans("z⁽²⁾")] == [(s.text, s.level) for s in spans("z^(2)")]
