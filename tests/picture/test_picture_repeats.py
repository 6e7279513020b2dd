"""Runs of equal layers are found, and drawn as first copy, ellipsis, last copy."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from symbackprop.picture.graphs.graph_picture import Arrow, Picture, Repeat, Vertex
from symbackprop.picture.graphs.layout import place
from symbackprop.picture.graphs.repeated_layers import collapse, find_repeats
from symbackprop.picture.label import Label

NOTHING = Label("", "")


def vertex(key: str, kind: str = "node", shape: str = "") -> Vertex:
    return Vertex(key, Label(key, key), NOTHING, kind, shape)


def net(depth: int) -> Picture:
    """x, then `depth` layers z = tanh(W z), then L(z, y)."""
    vertices, arrows, before = [vertex("x", "input")], list[Arrow](), "x"
    one = Label("1", "1")
    for i in range(depth):
        w, o, z = f"W{i}", f"o{i}", f"z{i}"
        vertices += [vertex(w, "parameter", "W"), vertex(o, "node", "matmul"), vertex(z, "node", "tanh")]
        arrows += [Arrow(before, o, one), Arrow(w, o, one), Arrow(o, z, one)]
        before = z
    vertices += [vertex("y", "input"), vertex("L", "output", "mse")]
    arrows += [Arrow("y", "L", one), Arrow(before, "L", one)]
    return Picture(tuple(vertices), tuple(arrows))


def test_repeats_of_a_deep_net() -> None:
    (repeat,) = find_repeats(net(12))
    assert len(repeat.layers) == 12
    assert [set(layer) for layer in repeat.layers] == [{f"W{i}", f"o{i}", f"z{i}"} for i in range(12)]
    shown = collapse(replace(net(12), repeats=(repeat,)))
    assert [v.label.text for v in shown.vertices if v.kind == "ellipsis"] == ["⋯ × 10"]
    assert len(shown.vertices) == 1 + 3 + 1 + 3 + 2


def test_three_copies_are_no_run_and_strangers_are_not_alike() -> None:
    assert find_repeats(net(3)) == ()
    anonymous = tuple(replace(v, shape_key="") for v in net(9).vertices)
    assert find_repeats(replace(net(9), vertices=anonymous)) == ()


def test_a_skip_over_the_run_breaks_it() -> None:
    picture = net(8)
    skip = Arrow("z3", "L", Label("1", "1"))
    found = find_repeats(replace(picture, arrows=(*picture.arrows, skip)))
    assert [len(r.layers) for r in found] == [4]


def test_shared_parameter_reaches_the_ellipsis_once() -> None:
    one = Label("1", "1")
    cells = [vertex(f"h{i}", "node", "cell") for i in range(9)]
    arrows = [Arrow("x", "h0", one), *(Arrow("W", c.key, one) for c in cells)]
    arrows += [Arrow(a.key, b.key, one) for a, b in pairwise(cells)]
    picture = Picture((vertex("x", "input"), vertex("W", "parameter"), *cells), tuple(arrows))
    (repeat,) = find_repeats(picture)
    assert len(repeat.layers) == 9 - (repeat.layers[0] != ("h0",))
    shown = collapse(replace(picture, repeats=(repeat,)))
    dots = next(v.key for v in shown.vertices if v.kind == "ellipsis")
    assert [a.tail for a in shown.arrows if a.head == dots].count("W") == 1


def test_a_chain_of_ten_thousand_collapses() -> None:
    picture = net(10_000)
    placed = place(replace(picture, repeats=find_repeats(picture)))
    assert len(placed.vertices) == 10


def test_long_chain_without_collapse_is_placed() -> None:
    placed = place(net(300))
    assert placed.width <= 455 + 1e-6
    assert placed.height <= 620 + 1e-6


def test_repeat_of_two_copies_hides_nothing() -> None:
    picture = replace(net(2), repeats=(Repeat((("W0", "o0", "z0"), ("W1", "o1", "z1"))),))
    assert collapse(picture).vertices == picture.vertices
