"""Pictures: nothing overlaps, arrows go forward, the page is kept, equal input, equal bytes."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings, strategies as st

from symbackprop.errors import DeclarationError
from symbackprop.picture.graphs.graph_picture import (
    KINDS, Arrow, Box, Picture, Placed, PlacedArrow, Vertex,
)  # fmt: skip
from symbackprop.picture.graphs.graph_to_svg import svg
from symbackprop.picture.graphs.graph_to_tikz import tikz
from symbackprop.picture.graphs.layout import place
from symbackprop.picture.graphs.legend import circled, number_in
from symbackprop.picture.label import Label, Point
from symbackprop.picture.text_width import measure, spans
from tests.picture.sample_drawings import overlap

LABELS = (
    Label("1", "1"),
    Label(r"-2x_1", "-2x_1"),
    Label(r"\operatorname{diag}(\mathbf 1 - z^{(2)}\odot z^{(2)})", "diag(1 - z^(2) ⊙ z^(2))"),
    Label(r"\frac{2}{n}(E - y)^\top", "2/n (E - y)ᵀ"),
    Label(r"\begin{bmatrix}I_3\\0\end{bmatrix}", "[I_3; 0]"),
    Label("", ""),
)
NOTHING = Label("", "")


def vertex(key: str, kind: str = "node", shape: str = "", size: Label = NOTHING) -> Vertex:
    return Vertex(key, Label(key, key), size, kind, shape)


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    """Random acyclic graphs of up to 40 vertices, with parallel arrows and loose ends."""
    n = draw(st.integers(0, 40))
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=n, max_size=n))
    sizes = draw(st.lists(st.sampled_from((NOTHING, Label(r"5\times 4", "5×4"))), min_size=n, max_size=n))
    vertices = tuple(vertex(f"v_{i}", k, size=s) for i, (k, s) in enumerate(zip(kinds, sizes, strict=True)))
    if n < 2:
        return Picture(vertices, ())
    ends = st.tuples(st.integers(0, n - 2), st.integers(1, 9), st.sampled_from(LABELS))
    arrows = tuple(
        Arrow(f"v_{i}", f"v_{min(i + step, n - 1)}", label)
        for i, step, label in draw(st.lists(ends, max_size=60))
    )
    return Picture(vertices, arrows)


def tags(placed: Placed) -> list[Box]:
    """What stands on arrows and takes room."""
    return [a.box for a in placed.arrows if a.box.width]


def along(placed: Placed, point: Point) -> float:
    return point[0] if placed.direction == "right" else point[1]


def samples(spline: tuple[Point, ...]) -> list[Point]:
    """Points close together on a spline."""
    points: list[Point] = []
    for i in range(0, len(spline) - 3, 3):
        a, b, c, d = spline[i : i + 4]
        for k in range(21):
            t = k / 20
            w = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            x, y = (sum(u * p[j] for u, p in zip(w, (a, b, c, d), strict=True)) for j in (0, 1))
            points.append((x, y))
    return points


def inside(point: Point, box: Box, skin: float = 0.05) -> bool:
    return abs(point[0] - box.x) < box.width / 2 - skin and abs(point[1] - box.y) < box.height / 2 - skin


@settings(max_examples=60, deadline=None)
@given(pictures())
def test_nothing_overlaps(picture: Picture) -> None:
    placed = place(picture)
    boxes = [v.box for v in placed.vertices] + tags(placed) + list(placed.legend_boxes)
    for a, b in combinations(boxes, 2):
        assert not overlap(a, b), (a, b)


@settings(max_examples=60, deadline=None)
@given(pictures())
def test_arrows_go_forward_and_around(picture: Picture) -> None:
    placed = place(picture)
    for arrow in placed.arrows:
        line = samples(arrow.before) + samples(arrow.after)
        for a, b in pairwise(line):
            assert along(placed, a) <= along(placed, b) + 1e-6
        assert_free(placed, arrow, line)


def assert_free(placed: Placed, arrow: PlacedArrow, line: list[Point]) -> None:
    """The line enters no box but ends at the rims of its own."""
    own = (arrow.arrow.tail, arrow.arrow.head)
    for v in placed.vertices:
        if v.vertex.key in own:
            end = line[0] if v.vertex.key == own[0] else line[-1]
            assert inside(end, v.box, skin=-0.01)
            assert not inside(end, v.box, skin=v.radius)
        skin = v.radius if v.vertex.key in own else 0.05
        assert not any(inside(p, v.box, skin=skin) for p in line)
    for box in tags(placed):
        assert not any(inside(p, box) for p in line)


@settings(max_examples=60, deadline=None)
@given(pictures(), st.sampled_from(("right", "down")), st.sampled_from((120.0, 300.0, 450.0)))
def test_page_is_kept(picture: Picture, direction: str, wide: float) -> None:
    placed = place(picture, "right" if direction == "right" else "down", max_width=wide)
    assert placed.width <= wide + 1e-6
    assert placed.height <= 620.0 + 1e-6
    right, bottom = placed.width / placed.scale, placed.height / placed.scale
    boxes = [v.box for v in placed.vertices] + tags(placed) + list(placed.legend_boxes)
    corners = [(b.x + s * b.width / 2, b.y + s * b.height / 2) for b in boxes for s in (-1, 1)]
    for x, y in corners + [p for a in placed.arrows for p in a.before + a.after]:
        assert -1e-6 <= x <= right + 1e-6
        assert -1e-6 <= y <= bottom + 1e-6


@settings(max_examples=30, deadline=None)
@given(pictures())
def test_same_graph_same_bytes(picture: Picture) -> None:
    assert tikz(place(picture)) == tikz(place(picture))
    assert svg(place(picture)) == svg(place(picture))
    ElementTree.fromstring(svg(place(picture)))


@settings(max_examples=60, deadline=None)
@given(pictures())
def test_everything_is_drawn_once(picture: Picture) -> None:
    placed = place(picture)
    assert tuple(v.vertex for v in placed.vertices) == picture.vertices
    assert tuple(a.arrow for a in placed.arrows) == picture.arrows
    legend = dict(placed.legend)
    for arrow in placed.arrows:
        assert not arrow.key or legend[arrow.key] == arrow.arrow.label


HOSTILE = ("<script>alert(1)</script>", "a & b", "\"quoted\" 'twice'", "]]>", "\x00\x1b\ud800\ufffe", "<!--")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_labels_stay_text(text: str) -> None:
    label = Label("x", text)
    ends = (Vertex("a", label, label, "input"), Vertex("b", label, label, "output"))
    drawn = svg(place(Picture(ends, (Arrow("a", "b", label),))), title=text)
    tree = ElementTree.fromstring(drawn)
    assert {e.tag.split("}")[1] for e in tree.iter()} <= {
        "svg",
        "title",
        "desc",
        "rect",
        "text",
        "tspan",
        "path",
    }
    shown = "".join(c for c in text if c >= " " and c not in "\ud800\ufffe")
    assert shown in (tree.findtext("{*}title") or "")


def test_wide_pictures_turn_and_long_labels_become_numbers() -> None:
    long = LABELS[2]
    row = [vertex(f"v{i}") for i in range(7)]
    chain = Picture(tuple(row), tuple(Arrow(a.key, b.key, long) for a, b in pairwise(row)))
    named = [replace(a, label=replace(long, text=f"{a.head}{long.text}")) for a in chain.arrows]
    assert place(replace(chain, arrows=tuple(named)), max_width=300).direction == "down"
    flat = place(chain, max_width=450)  # one number is worth less than six rows
    assert flat.direction == "right" and [key for key, _ in flat.legend] == ["①"]
    named = [replace(a, label=replace(long, text=a.head)) for a in chain.arrows]
    tight = place(replace(chain, arrows=tuple(named)), max_width=330, max_height=150)
    assert [key for key, _ in tight.legend] == ["①", "②", "③", "④", "⑤", "⑥"]
    assert r"\odot" in tikz(tight)
    assert svg(tight).count("<circle") == 12  # on the arrows and in the legend


@pytest.mark.parametrize(
    ("arrows", "words"),
    [
        ((Arrow("a", "b", NOTHING), Arrow("b", "a", NOTHING)), "circle"),
        ((Arrow("a", "a", NOTHING),), "circle"),
        ((Arrow("a", "q", NOTHING),), "'q'"),
    ],
)
def test_graphs_that_cannot_be_drawn(arrows: tuple[Arrow, ...], words: str) -> None:
    with pytest.raises(DeclarationError, match=words):
        place(Picture((vertex("a"), vertex("b")), arrows))


def test_unknown_kind_and_doubled_key() -> None:
    with pytest.raises(DeclarationError, match="kind"):
        place(Picture((vertex("a", "blob"),), ()))
    with pytest.raises(DeclarationError, match="same key"):
        place(Picture((vertex("a"), vertex("a")), ()))


def test_overlap_is_seen() -> None:
    assert overlap(Box(0, 0, 10, 10), Box(9, 9, 10, 10))
    assert not overlap(Box(0, 0, 10, 10), Box(10, 0, 10, 10))


def test_text_is_set_like_mathematics() -> None:
    assert [(s.text, s.level) for s in spans("W^(2)x_{t-1}")] == [
        ("W", 0), ("(2)", 1), ("x", 0), ("t", -1), ("-1", -1),
    ]  # fmt: skip
    assert measure(Label("x" * 20, "x"), 8)[0] > measure(Label("x", "x"), 8)[0]


def test_a_transpose_is_a_raised_letter() -> None:
    assert [(s.text, s.level) for s in spans("xᵀ W^(1)ᵀ")] == [
        ("x", 0),
        ("T", 1),
        (" ", 0),
        ("W", 0),
        ("(1)", 1),
        ("T", 1),
    ]


def test_circles_hold_their_numbers() -> None:
    assert [number_in(circled(n)) for n in range(1, 51)] == list(range(1, 51))
    assert circled(51) == "(51)"
