"""Numbers of sheet 001: a run through a maze, and gradients that grow or vanish, by NumPy."""

import re
from itertools import pairwise

import numpy as np
import pytest

from symbackprop.catalogue.prose import Words
from symbackprop.entries.reference_values import Array
from symbackprop.formula.tree import Transpose
from symbackprop.page.page import Passage
from symbackprop.picture.drawings.drawing import Circle, Drawing, Line
from symbackprop.picture.drawings.grid_world import DOT, EDGE, maze
from symbackprop.sheet.exercise import Shown
from tests.worked.printed_numbers import (
    answers, close, misfit, name, on_page, point, recurrent_point, sketch,
)  # fmt: skip
from worked import sheet_001 as s1

GRID = np.array([list(row) for row in s1.MAZE]) != "."
WAYS = np.array([(-1, 0), (0, 1), (0, -1), (1, 0)])  # up, right, left, down, as the task orders them


def walk(w: Array, u: Array, b: Array) -> tuple[list[tuple[int, int]], list[Array]] | None:
    """Cells and states of a run that goes from new path cell to new path cell until h is 0; or None."""
    wide = np.pad(GRID, 1)
    cell, h = np.array(s1.START), np.array(s1.FIRST, float)
    cells: list[tuple[int, int]] = [s1.START]
    states: list[Array] = []
    seen = {cells[0], (s1.START[0] + 1, s1.START[1])}  # the first cell and the one below it
    while len(states) <= GRID.size:
        x = np.array([wide[tuple(cell + way + 1)] for way in WAYS], float)
        h = w @ x + u @ h + b
        states.append(h)
        if not np.any(h):
            return cells, states
        if sorted(h.tolist()) != [0, 0, 0, 1]:
            return None
        cell = cell + WAYS[int(np.argmax(h))]
        if not wide[tuple(cell + 1)] or tuple(cell) in seen:
            return None
        cells.append((int(cell[0]), int(cell[1])))
        seen.add(cells[-1])
    return None


def test_the_network_follows_the_path_to_its_end() -> None:
    found = walk(s1.W, s1.U, s1.B)
    assert found is not None
    cells, states = found
    path = {tuple(map(int, k)) for k in np.argwhere(GRID)}
    assert set(cells) == path - {(s1.START[0] + 1, s1.START[1])}
    ends = [k for k in path if sum(abs(k[0] - m[0]) + abs(k[1] - m[1]) == 1 for m in path) == 1]
    assert cells[-1] in ends and cells[-1] != (s1.START[0] + 1, s1.START[1])
    assert cells == s1.CELLS
    p = point(s1.RUN)
    for t, h in enumerate(states, 1):
        assert np.array_equal(p.values[f"h{t}", 0], h)
        told = s1.ROLLOUT if t in s1.TURNS else s1.STRAIGHT
        assert on_page(s1.SHEET, told.page, Transpose(name(s1.RUN, f"h{t}")), h[None]), t
        assert t == 1 or (t in s1.TURNS) == (h.tolist() != states[t - 2].tolist())
    assert sum(len(x.page.equations) for x in (s1.ROLLOUT, s1.STRAIGHT)) == len(states)
    assert s1.RUN.at is not None
    assert all(
        np.array_equal(np.asarray(s1.RUN.at[n]), v) for n, v in (("W", s1.W), ("U", s1.U), ("b", s1.B))
    )


@pytest.mark.parametrize(("w", "u"), [
    (np.eye(4), np.zeros((4, 4))), (np.eye(4), -np.eye(4)), (np.eye(4), np.eye(4)[::-1]),
    (2 * np.eye(4), s1.U), (np.eye(4)[::-1], s1.U), (np.zeros((4, 4)), np.eye(4)),
])  # fmt: skip
def test_other_weights_do_not(w: Array, u: Array) -> None:
    assert walk(w, u, s1.B) is None


def cell_of(drawing: Drawing, x: float, y: float) -> tuple[int, int]:
    side = (drawing.width - 2 * EDGE) / len(s1.MAZE[0])
    return int((y - EDGE) // side), int((x - EDGE) // side)


def walked(drawing: Drawing) -> list[tuple[int, int]]:
    """The cells the arrows of a maze join, in order."""
    arrows = [s.points for s in drawing.shapes if isinstance(s, Line) and s.arrow == "end"]
    joined = [(cell_of(drawing, *a), cell_of(drawing, *b)) for a, b in arrows]
    assert all(a[1] == b[0] for a, b in pairwise(joined))
    return [joined[0][0], *(end for _, end in joined)]


def test_the_drawn_run_is_the_simulated_one() -> None:
    found = walk(s1.W, s1.U, s1.B)
    assert found is not None
    drawing = sketch(answers(s1.SHEET, 1, "a")[3])
    assert walked(drawing) == found[0]
    assert walked(maze(s1.MAZE, steps=s1.CELLS[:-1])) != found[0]
    (task,) = s1.SHEET.exercises[0].given
    empty = sketch(task)
    dots = [s for s in empty.shapes if isinstance(s, Circle)]
    found = {cell_of(empty, s.x, s.y): s.radius for s in dots}
    assert set(found) == {tuple(k) for k in np.argwhere(GRID).tolist()}
    assert [cell for cell, radius in found.items() if radius != DOT] == [s1.START]


@pytest.mark.parametrize("k", range(2, 9))
def test_gradient_by_a_diagonal_matrix(k: int) -> None:
    """One complex step of f(U^k h) for each diagonal entry."""
    p = recurrent_point(s1.DIAGONAL, 31 + k, k)
    u, h, f_bar = p.values["u", 0], p.values["a", 0], p.deltas["y", 0]
    steps = [np.diag(u + 1e-30j * e) for e in np.eye(len(u))]
    want = [np.imag(f_bar @ np.linalg.matrix_power(m, k) @ h) / 1e-30 for m in steps]
    assert close(want, k * u ** (k - 1) * h * f_bar, 1e-12)
    assert not close(want, k * u**k * h * f_bar)
    assert close(p.deltas["u", 0], want, 1e-12)
    assert k in s1.DIAGONAL.lengths
    (check,) = (c for _, c in s1.SHEET.checks if c.page is s1.DIAGONAL.page)
    assert check.lengths == s1.DIAGONAL.lengths
    assert "closed.gradient.u" in [e.key for e in check.page.equations]


def test_growth_is_drawn_as_it_is() -> None:
    k = np.arange(1, 31)
    at = s1.U_1.at or {}
    entries = [float(v) for n in ("A", "B") for v in np.diag(np.asarray(at[n]))]
    drawn = sorted(entries, reverse=True)
    assert drawn == [2.0, 1.2, 1.1, 0.9, 0.8, 0.1]
    for n in ("A", "B"):
        assert on_page(s1.SHEET, s1.U_1.page, name(s1.U_1, n), at[n])
    curves = [k * np.float64(u) ** (k - 1) for u in drawn]
    assert misfit(sketch(s1.GROWTH), curves) < 0.01
    assert misfit(sketch(s1.GROWTH), [v / k for v in curves]) > 1
    for u, v in zip(drawn, curves, strict=True):
        assert close([y for _, y in s1.growth(u).points], v, 1e-12)


def test_what_explodes_and_what_vanishes() -> None:
    at = s1.U_1.at or {}
    k = np.arange(1, 2001, dtype=float)
    for n, grows in (("A", True), ("B", False)):
        for u in np.diag(np.asarray(at[n])):
            logs = np.log10(k) + (k - 1) * np.log10(u)
            assert (logs[-1] > 50) if grows else (logs[-1] < -50)
    factor = k * 0.9 ** (k - 1)
    assert f"{factor.max():.2f}" == "3.87"
    assert set(k[np.isclose(factor, factor.max())]) == {9, 10}


FACTOR = re.compile(r"\$([\d.]+)(?: \\cdot 10\^\{?(-?\d+)\}?)?\$ (?:for|für) ([\d.]+\d|\d)")


@pytest.mark.parametrize("language", ["en", "de"])
def test_factors_named_in_the_passage(language: str) -> None:
    shown = answers(s1.SHEET, 2, "b")[1]
    assert isinstance(shown, Shown) and isinstance(shown.blocks[0], Passage)
    words = shown.blocks[0].text
    assert isinstance(words, Words)
    found = FACTOR.findall(re.sub(r"(\d)(?:\{,\}|,)(?=\d)", r"\1.", words[language]))
    assert sorted(float(u) for *_, u in found) == [0.1, 0.8, 0.9, 1.1, 1.2, 2]
    for digits, power, u in found:
        unit = 0.5 * 10.0 ** -len(digits.partition(".")[2]) * 10.0 ** int(power or 0)
        said = float(digits) * 10.0 ** int(power or 0)
        assert abs(50 * float(u) ** 49 - said) <= unit, (u, said)
