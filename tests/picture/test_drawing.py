"""Small drawings: type stays in the frame and apart, ticks are true, equal input, equal bytes."""

from __future__ import annotations

import shutil
import subprocess
from itertools import combinations, pairwise
from math import inf, nan
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings, strategies as st

from symbackprop.errors import SheetError
from symbackprop.picture.drawings.drawing import Circle, Drawing, Line, Rect, Text
from symbackprop.picture.drawings.drawing_to_svg import drawing_svg
from symbackprop.picture.drawings.drawing_to_tikz import drawing_tikz
from symbackprop.picture.drawings.grid_world import maze
from symbackprop.picture.drawings.heat_map import DARKEST, heat
from symbackprop.picture.drawings.network_scheme import Layer, scheme
from symbackprop.picture.drawings.plot_axes import Scale, axis, numeral
from symbackprop.picture.drawings.plots import DENSE, Curve, Plot, plot, spread
from symbackprop.picture.graphs.graph_picture import Box
from symbackprop.picture.label import Label, Point
from symbackprop.picture.text_width import measure
from tests.picture.sample_drawings import ONE, WEIGHTS, X, Y, curve, drawings, indexed, overlap

DRAWINGS = drawings()
SVG = "{http://www.w3.org/2000/svg}"
FINITE = st.floats(-1e12, 1e12)
POSITIVE = st.floats(1e-12, 1e12)


def texts(d: Drawing) -> list[Text]:
    return [s for s in d.shapes if isinstance(s, Text)]


def lines(d: Drawing) -> list[Line]:
    return [s for s in d.shapes if isinstance(s, Line)]


def outer(d: Drawing) -> list[Point]:
    """Points that the shapes reach to the left, right, top and bottom."""
    reached: list[Point] = []
    for s in d.shapes:
        match s:
            case Line(points):
                reached += points
            case Circle(x, y, r):
                reached += [(x - r, y - r), (x + r, y + r)]
            case Rect(x, y, width, height):
                reached += [(x, y), (x + width, y + height)]
            case Text():
                b = extent(s)
                reached.append((b.x - b.width / 2, b.y - b.height / 2))
                reached.append((b.x + b.width / 2, b.y + b.height / 2))
    return reached


def extent(text: Text) -> Box:
    """The room a text takes."""
    width, height = measure(text.label, text.size)
    shift = {"start": width / 2, "middle": 0.0, "end": -width / 2}[text.anchor]
    return Box(text.x + shift, text.y, width, height)


def sound(d: Drawing) -> None:
    """Nothing leaves the frame, no type stands on other type."""
    for x, y in outer(d):
        assert -1e-6 <= x <= d.width + 1e-6 and -1e-6 <= y <= d.height + 1e-6, (x, y, d.told)
    boxes = [(t.label.text, extent(t)) for t in texts(d)]
    for (one, a), (other, b) in combinations(boxes, 2):
        assert not overlap(a, b), f"{one} stands on {other} in {d.told}"


@pytest.mark.parametrize("name", DRAWINGS)
def test_type_stays_in_the_frame_and_apart(name: str) -> None:
    sound(DRAWINGS[name])


@pytest.mark.parametrize("name", DRAWINGS)
def test_svg_is_xml_that_tells_what_it_shows(name: str) -> None:
    d = DRAWINGS[name]
    root = ElementTree.fromstring(drawing_svg(d, title=f"<{name}> & \0"))
    assert root.findtext(f"{SVG}title") == f"<{name}> & "
    assert root.findtext(f"{SVG}desc") == d.told
    named = [e.get("id") for e in root if e.get("id")]
    assert root.get("aria-labelledby") == " ".join(map(str, named))


def test_equal_input_equal_bytes() -> None:
    again = drawings()
    for name, d in DRAWINGS.items():
        assert drawing_svg(again[name], title=name) == drawing_svg(d, title=name)
        assert drawing_tikz(again[name]) == drawing_tikz(d)


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="needs pdflatex")
def test_tikz_compiles_without_libraries(tmp_path: Path) -> None:
    pages = "\\newpage\n".join(map(drawing_tikz, DRAWINGS.values()))
    head = r"\documentclass{article}\usepackage{tikz}\begin{document}"
    (tmp_path / "t.tex").write_text(f"{head}\n{pages}\n\\end{{document}}", "utf-8")
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "t.tex"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert said.returncode == 0, said.stdout[-2000:]
    assert f"({len(DRAWINGS)} pages".encode() in said.stdout


@st.composite
def plots(draw: st.DrawFn) -> tuple[Plot, float, float]:
    """Random curves on every pair of scales, with short and long names."""
    scales: tuple[Scale, Scale] = draw(st.tuples(*[st.sampled_from(("linear", "log"))] * 2))
    value = {"linear": FINITE, "log": POSITIVE}
    point = st.tuples(value[scales[0]], value[scales[1]])
    names = st.sampled_from(("a", "W_1", "momentum", "", "a-name-for-which-there-is-no-room"))
    curves = [
        Curve(Label(rf"\mathrm{{{n}}}", n), tuple(draw(st.lists(point, min_size=1, max_size=30))))
        for n in draw(st.lists(names, min_size=1, max_size=8))
    ]
    size = draw(st.floats(200, 500)), draw(st.floats(120, 400))
    return Plot(tuple(curves), X, Y, scales[1], scales[0]), *size


FAR = Plot((Curve(Label(r"\mathrm{a}", "a"), ((244444444499.0, 82.0),)),), X, Y, "linear", "linear")


@settings(max_examples=150, deadline=None)
@example((FAR, 200.0, 120.0))
@given(plots())
def test_any_plot_is_sound(given: tuple[Plot, float, float]) -> None:
    p, width, height = given
    sound(plot(p, width=width, height=height))


@settings(max_examples=300, deadline=None)
@given(st.lists(FINITE, min_size=2, max_size=2), st.sampled_from(("tight", "round")),
       st.integers(3, 8))  # fmt: skip
def test_linear_ticks_are_true(ends: list[float], how: str, many: int) -> None:
    low, high = sorted(ends)
    a = axis(low, high, scale="linear", ends="tight" if how == "tight" else "round", many=many)
    assert a.low <= low <= high <= a.high and a.ticks
    assert all(-1e-8 <= a.share(t.value) <= 1 + 1e-8 for t in a.ticks)
    said = [float(t.label.tex.replace(r"\cdot10^{", "e").replace("}", "")) for t in a.ticks]
    assert said == [t.value for t in a.ticks]
    steps = [y - x for x, y in pairwise(said)]
    assert all(s == pytest.approx(steps[0], abs=1e-9 * (a.high - a.low)) for s in steps)
    assert not steps or f"{steps[0]:.3e}"[:5] in ("1.000", "2.000", "5.000")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(1e-200, 1e200), min_size=2, max_size=2), st.integers(2, 8))
def test_logarithmic_ticks_are_powers_of_ten(ends: list[float], many: int) -> None:
    low, high = sorted(ends)
    a = axis(low, high, scale="log", ends="round", many=many)
    assert 0 <= a.share(low) <= a.share(high) <= 1 and 2 <= len(a.ticks) <= many + 3
    assert all(-1e-9 <= a.share(t.value) <= 1 + 1e-9 for t in a.ticks)
    assert [t.label.tex for t in a.ticks] == [f"10^{{{k}}}" for k in (
        round(a.low + a.share(t.value) * (a.high - a.low)) for t in a.ticks)]  # fmt: skip


def test_whole_numbers_get_whole_ticks() -> None:
    d = plot(Plot((curve("c", (0, 0.0), (3, 1.0)),), X, Y))
    assert {"0", "1", "2", "3"} <= {t.label.text for t in texts(d)}


def test_numerals() -> None:
    told = [numeral(*n).text for n in ((0, 3), (-5, -2), (12, -1), (7, 2), (-15, -1, -9))]
    assert told == ["0", "−0.05", "1.2", "700", "−1.5·10^{−9}"]


def test_names_stand_at_the_height_of_their_curves() -> None:
    d = plot(Plot((curve("up", (0, 0), (1, 9)), curve("down", (0, 9), (1, 0))), X, Y))
    heights = {t.label.text: t.y for t in texts(d)}
    assert heights["up"] == pytest.approx(heights["8"] - (heights["0"] - heights["8"]) / 8)
    assert heights["down"] == pytest.approx(heights["0"])


def test_a_long_curve_keeps_its_extremes() -> None:
    points = tuple((float(k), 5.0 if k == 7_777 else 0.001 * (k % 3)) for k in range(50_000))
    d = plot(Plot((Curve(X, points),), X, Y))
    drawn = max(lines(d), key=lambda line: len(line.points))
    assert DENSE < len(drawn.points) < 3_000
    heights = [y for _, y in drawn.points]
    lone = plot(Plot((curve("c", (0.0, 0.0), (7.0, 5.0), (9.0, 0.0)),), X, Y))
    top = min(y for _, y in max(lines(lone), key=lambda line: line.width).points)
    assert min(heights) == pytest.approx(top)


@given(st.lists(st.tuples(st.floats(-50, 150), st.floats(1, 9)), max_size=9))
def test_spread_keeps_order_and_distance(given: list[tuple[float, float]]) -> None:
    wanted, highs = [w for w, _ in given], [h for _, h in given]
    got = spread(wanted, highs, 0.0, 100.0)
    boxes = sorted((y, h) for y, h in zip(got, highs, strict=True))
    assert all(a + (h + g) / 2 <= b + 1e-6 for (a, h), (b, g) in pairwise(boxes))
    assert all(h / 2 - 1e-6 <= y <= 100 - h / 2 + 1e-6 for y, h in boxes)
    assert all(got[i] <= got[j] for i in range(len(got)) for j in range(len(got))
               if wanted[i] < wanted[j])  # fmt: skip


# other drawings


def contrast(one: float, other: float) -> float:
    """Contrast of two greys, as the Web Content Accessibility Guidelines define it."""
    a, b = (((v + 0.055) / 1.055) ** 2.4 if v > 0.04 else v / 12.92 for v in (one, other))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


@pytest.mark.parametrize(("page", "ink"), [(1.0, 0.0), (0.07, 1.0)])
def test_numbers_are_read_on_the_darkest_cell(page: float, ink: float) -> None:
    assert contrast(DARKEST * ink + (1 - DARKEST) * page, ink) >= 4.5


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), st.data())
def test_any_matrix_is_sound(high: int, wide: int, data: st.DataObject) -> None:
    value = st.floats(allow_nan=False, allow_infinity=False)
    rows = data.draw(st.lists(st.lists(value, min_size=wide, max_size=wide),
                              min_size=high, max_size=high))  # fmt: skip
    d = heat(rows)
    sound(d)
    fills = [s.fill for s in d.shapes if isinstance(s, Rect)]
    flat = [v for row in rows for v in row]
    assert len(fills) == high * wide and min(fills) == 0.0
    assert max(fills) == (DARKEST if len(set(flat)) > 1 else 0.0)
    assert all(f <= g for (u, f), (v, g) in combinations(zip(flat, fills, strict=True), 2) if u < v)


def test_every_neuron_is_joined_to_all_but_the_bias() -> None:
    layers = Layer(indexed("x", 2), ONE), Layer(indexed("h", 3), ONE), Layer(indexed("y", 5))
    d = scheme(layers, WEIGHTS[:2])
    assert len(lines(d)) == 3 * 3 + 4 * 5
    circles = [s for s in d.shapes if isinstance(s, Circle)]
    assert [c.dash for c in circles].count("dashed") == 2 and len(circles) == 12
    for x, y in (end for line in lines(d) for end in line.points):
        assert min(abs((c.x - x) ** 2 + (c.y - y) ** 2 - c.radius**2) for c in circles) < 1e-6


def test_of_many_neurons_the_first_few_and_the_last_are_drawn() -> None:
    d = scheme((Layer(indexed("x", 784)), Layer(indexed("y", 10))), WEIGHTS[:1])
    told = [t.label.text for t in texts(d)]
    assert told[:7] == [*(f"x_{{{i}}}" for i in (1, 2, 3, 4, 5, 784)), "y_{1}"]
    assert len(lines(d)) == 6 * 10


def test_the_way_there_and_the_way_back_are_two_arrows() -> None:
    d = maze(("A.",), steps=[(0, 0), (0, 1), (0, 0), (0, 1)])
    arrows = [line for line in lines(d) if line.arrow == "end"]
    assert len(arrows) == 2 and arrows[0].points[0][1] != arrows[1].points[0][1]
    assert [t.label.text for t in texts(d)] == ["0", "2", "1", "3"]


def test_numbers_in_the_corners_keep_off_the_arrows() -> None:
    d = maze(("A", *"o" * 12), steps=[(i, 0) for i in range(13)])
    tips = [line.points[1][0] - 1.7 for line in lines(d) if line.arrow == "end"]
    assert len(texts(d)) == 13 and {t.anchor for t in texts(d)} == {"start"}
    assert max(t.x + measure(t.label, t.size)[0] for t in texts(d)) < min(tips)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(((0, 1), (1, 0), (0, -1), (-1, 0), (0, 0))), max_size=150))
def test_any_walk_is_sound(moves: list[tuple[int, int]]) -> None:
    steps = [(1, 1)]
    for down, across in moves:
        i, j = steps[-1]
        steps.append((min(max(i + down, 0), 2), min(max(j + across, 0), 4)))
    sound(maze((".....", ".Aoo.", "....."), steps=steps))


def line_of(*values: float) -> Plot:
    return Plot((curve("c", *((k, v) for k, v in enumerate(values))),), X, Y)


LAYER = Layer(indexed("x", 2))
WRONG = {
    "no curve": (lambda: plot(Plot((), X, Y)), "no curve"),
    "no points": (lambda: plot(line_of()), "curve c has no points"),
    "nan": (lambda: plot(line_of(1, nan)), "curve c, point 2: y is nan"),
    "inf": (lambda: plot(line_of(1, 2, -inf)), "curve c, point 3: y is -inf"),
    "nan in x": (lambda: plot(Plot((curve("c", (nan, 1)),), X, Y)), "point 1: x is nan"),
    "log of 0": (lambda: plot(Plot((curve("c", (1, 0)),), X, Y, "log")), "y is 0"),
    "log of x": (lambda: plot(Plot((curve("c", (-1, 1)),), X, Y, "log", "log")), "x is -1"),
    "too many": (lambda: plot(Plot((curve("c", (1, 1)),) * 17, X, Y)), "17 curves"),
    "too small": (lambda: plot(line_of(1, 2), width=30), "no room"),
    "no width": (lambda: plot(line_of(1, 2), width=nan), "no room"),
    "no entries": (lambda: heat([]), "no entries"),
    "empty rows": (lambda: heat([[], []]), "no entries"),
    "ragged": (lambda: heat([[1, 2], [3]]), "row 2 has 1 entries but row 1 has 2"),
    "nan entry": (lambda: heat([[1, nan]]), r"entry \(1, 2\) is nan"),
    "no cell": (lambda: heat([[1]], cell=nan), "a cell of nan points"),
    "no layer": (lambda: scheme((), ()), "no layer"),
    "no neurons": (lambda: scheme((Layer(()),), ()), "layer 1 has no neurons"),
    "names": (lambda: scheme((LAYER, LAYER), ()), "1 matrices between them, but 0 names"),
    "last bias": (lambda: scheme((Layer(LAYER.labels, ONE),), ()), "leads nowhere"),
    "no cells": (lambda: maze(("",)), "no cells"),
    "ragged maze": (lambda: maze(("..", ".")), "row 1 has 1 cells"),
    "unknown cell": (lambda: maze((".#",)), r"cell \(0, 1\) is '#'"),
    "outside": (lambda: maze(("..",), steps=[(0, -1)]), "outside of 1×2"),
    "jump": (lambda: maze(("...",), steps=[(0, 0), (0, 2)]), "no neighbours"),
}


@pytest.mark.parametrize("name", WRONG)
def test_bad_input_is_refused(name: str) -> None:
    make, said = WRONG[name]
    with pytest.raises(SheetError, match=said):
        make()


def test_the_checks_see_type_on_type_and_type_outside() -> None:
    two = Text(5.0, 5.0, ONE, 8.0), Text(7.0, 5.0, ONE, 8.0)
    assert overlap(*map(extent, two)) and extent(two[0]) == Box(5.0, 5.0, 5.12, 8.0)
    for d in (Drawing(20.0, 20.0, two, ""), Drawing(6.0, 20.0, two[:1], "")):
        with pytest.raises(AssertionError):
            sound(d)
