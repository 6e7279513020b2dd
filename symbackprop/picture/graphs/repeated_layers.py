"""Runs of equal layers: how they are found, and how the middle of a run becomes one ellipsis."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from symbackprop.picture.graphs.graph_picture import Arrow, Picture, Repeat, Vertex
from symbackprop.picture.graphs.layering import layers, neighbours
from symbackprop.picture.label import Label

LEAST = 4  # copies that make a run
LONGEST = 32  # single-entry single-exit segments that one layer may consist of
SIDES = ("parameter", "constant")


@dataclass(frozen=True, slots=True)
class Segment:
    """What lies between one bottleneck and the next; `exit` is the later one."""

    keys: tuple[str, ...]
    exit: str


def find_repeats(picture: Picture) -> tuple[Repeat, ...]:
    """Maximal runs of four or more consecutive isomorphic layers with one entry and one exit.

    Vertices are alike when `kind` and `shape_key` agree; without a `shape_key`, like no other.
    """
    segments = _segments(picture)
    repeats: list[Repeat] = []
    for start, period, copies in _runs(_names(picture, segments)):
        groups = (segments[start + c * period : start + (c + 1) * period] for c in range(copies))
        repeats.append(Repeat(tuple(tuple(k for s in g for k in s.keys) for g in groups)))
    return tuple(repeats)


def collapse(picture: Picture) -> Picture:
    """The picture with every repeat reduced to its first copy, an ellipsis and its last copy.

    An arrow that meets a hidden vertex meets the ellipsis instead, once for each pair of ends.
    """
    stand_in: dict[str, str] = {}
    ellipses: dict[str, Vertex] = {}  # by the first key it hides
    for repeat in picture.repeats:
        hidden = [key for layer in repeat.layers[1:-1] for key in layer]
        if hidden:
            vertex = _ellipsis(hidden[0], copies=len(repeat.layers) - 2)
            ellipses[hidden[0]] = vertex
            stand_in |= dict.fromkeys(hidden, vertex.key)
    vertices = tuple(
        ellipses.get(v.key, v) for v in picture.vertices
        if v.key not in stand_in or v.key in ellipses
    )  # fmt: skip
    arrows: list[Arrow] = []
    seen: set[tuple[str, str]] = set()
    for arrow in picture.arrows:
        ends = stand_in.get(arrow.tail, arrow.tail), stand_in.get(arrow.head, arrow.head)
        if ends != (arrow.tail, arrow.head):
            if ends in seen or ends[0] == ends[1]:
                continue
            seen.add(ends)
        arrows.append(replace(arrow, tail=ends[0], head=ends[1]))
    return Picture(vertices, tuple(arrows))


def _ellipsis(first: str, *, copies: int) -> Vertex:
    label = Label(rf"\cdots\,\times {copies}", f"⋯ × {copies}")
    return Vertex(f"{first} ⋯", label, Label("", ""), "ellipsis")


def _segments(picture: Picture) -> list[Segment]:
    """The vertices between consecutive bottlenecks, with what feeds only them; in flow order.

    A bottleneck is a vertex no arrow passes by, when parameters and what is made of them alone are
    left out. Sources stand as late as they can, so a target `y` does not pass by the whole net.
    """
    tails, heads = neighbours(picture)
    depth = layers(picture)
    live = _live(picture, tails)
    row = sorted((v for v in range(len(tails)) if live[v]), key=lambda v: (depth[v], not tails[v], v))
    place = {v: p for p, v in enumerate(row)}
    segments: list[list[int]] = [[]]
    reach = 0
    for p, v in enumerate(row):
        segments[-1].append(v)
        if reach <= p:
            segments.append([])
        reach = max([reach, *(place[h] for h in heads[v])])
    segments = [s for s in segments if s]
    exits = [s[-1] for s in segments]
    home = {v: s for s, members in enumerate(segments) for v in members}
    for v in sorted((v for v in range(len(tails)) if not live[v]), key=lambda v: (-depth[v], v)):
        homes = {home.get(h, -1) for h in heads[v]}
        if len(homes) == 1 and (only := homes.pop()) >= 0:
            segments[only].append(v)
            home[v] = only
    keys = [v.key for v in picture.vertices]
    return [Segment(tuple(keys[v] for v in s), keys[e]) for s, e in zip(segments, exits, strict=True)]


def _live(picture: Picture, tails: list[list[int]]) -> list[bool]:
    """Whether a vertex depends on an input, or is one."""
    live = [v.kind not in SIDES for v in picture.vertices]
    depth = layers(picture)
    for v in sorted(range(len(live)), key=depth.__getitem__):
        if tails[v]:
            live[v] = any(live[t] for t in tails[v])
    return live


def _names(picture: Picture, segments: list[Segment]) -> list[int]:
    """Equal numbers for isomorphic segments: kinds, shapes, arrows by place within them."""
    by_key = {v.key: v for v in picture.vertices}
    into: dict[str, list[str]] = defaultdict(list)
    for arrow in picture.arrows:
        into[arrow.head].append(arrow.tail)
    numbers: dict[object, int] = {}
    names: list[int] = []
    entry = ""
    for segment in segments:
        place: dict[str, object] = {key: p for p, key in enumerate(segment.keys)}
        place[entry] = "entry"
        form = tuple(
            (by_key[k].kind, by_key[k].shape_key or (k,), tuple(place.get(t, t) for t in into[k]))
            for k in segment.keys
        )
        names.append(numbers.setdefault(form, len(numbers)))
        entry = segment.exit
    return names


def _runs(names: list[int]) -> list[tuple[int, int, int]]:
    """Runs (start, period, copies), shortest period first, none overlapping, in order of start."""
    taken = [False] * len(names)
    runs: list[tuple[int, int, int]] = []
    for period in range(1, min(LONGEST, len(names) // LEAST) + 1):
        start = 0
        while start + LEAST * period <= len(names):
            end = start
            while end + period < len(names) and names[end] == names[end + period] and not taken[end]:
                end += 1
            copies = (end - start) // period + 1
            span = slice(start, start + copies * period)
            if copies >= LEAST and not any(taken[span]):
                runs.append((start, period, copies))
                taken[span] = [True] * (copies * period)
            start = end + 1
    return sorted(runs)
