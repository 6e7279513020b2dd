"""Curves over two axes as a drawing; they differ in dashes and marks, so that grey print will do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby, pairwise
from typing import Literal, TypeAlias

from symbackprop.errors import SheetError
from symbackprop.picture.drawings.drawing import Circle, Dash, Drawing, Line, Rect, Shape, Text
from symbackprop.picture.drawings.plot_axes import Axis, Ends, Scale, Tick, axis
from symbackprop.picture.label import Label, Point
from symbackprop.picture.text_width import measure


def spread(wanted: Sequence[float], highs: Sequence[float], low: float, high: float) -> list[float]:
    """Middles of boxes of the given heights, near the wanted ones, apart and between the limits.

    >>> spread([5.0, 5.0], [4.0, 4.0], 0.0, 20.0)
    [3.0, 7.0]
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    tall = [highs[i] for i in order]
    above = [end - h / 2 for end, h in zip(accumulate(tall), tall, strict=True)]
    slack = max(high - low - sum(tall), 0.0)
    # less what stands above it, the middle of a box need only not fall from one to the next
    free = _rising([wanted[i] - a for i, a in zip(order, above, strict=True)])
    placed = [min(max(f, low), low + slack) + a for f, a in zip(free, above, strict=True)]
    return [y for _, y in sorted(zip(order, placed, strict=True))]


def _rising(values: Sequence[float]) -> list[float]:
    """The nearest sequence, by squares, that does not fall: neighbours that would are averaged."""
    blocks: list[tuple[float, int]] = []
    for value in values:
        blocks.append((value, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, m), (b, n) = blocks[-2:]
            blocks[-2:] = [((m * a + n * b) / (m + n), m + n)]
    return [value for value, count in blocks for _ in range(count)]


Marks: TypeAlias = Literal["few", "none"]  # at the points of curves with few points, or nowhere

TICK, NAME = 7.0, 8.0  # type sizes: at the ticks, names of axes and curves
FEW = 25  # a curve with more points has no marks
DENSE = 600  # a curve with more points is drawn by its extremes in every half point
LARGEST = 1e200
LEAST = 40.0  # the least width and height between the axes
GAP = 4.0
DASH: tuple[Dash, ...] = ("solid", "dashed", "dotted", "dash-dot")
INK = ((1.0, 0.9), (0.5, 0.9), (1.0, 1.8), (0.5, 1.8))  # tone and width: the next for each round


@dataclass(frozen=True, slots=True)
class Curve:
    """A named sequence of points, in the order in which they are joined."""

    label: Label
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """Curves with the names of the axes; `scale` is that of y."""

    curves: tuple[Curve, ...]
    x: Label
    y: Label
    scale: Scale = "linear"
    x_scale: Scale = "linear"
    marks: Marks = "few"


@dataclass(frozen=True, slots=True)
class Area:
    """The rectangle between the axes, and where a value stands in it."""

    left: float
    top: float
    right: float
    bottom: float
    x: Axis
    y: Axis

    def at(self, point: Point) -> Point:
        across, up = self.x.share(point[0]), self.y.share(point[1])
        return (self.left + across * (self.right - self.left), self.bottom - up * (self.bottom - self.top))


def plot(p: Plot, *, width: float = 300.0, height: float = 180.0) -> Drawing:
    """The plot, `height` without the legend that stands below where names find no room beside."""
    _check(p)
    names = "beside" if _fit_beside(p, width, height) else "below"
    area = _area(p, width, height, names)
    shapes = [*_grid(area), *_names(p, area)]
    for i, curve in enumerate(p.curves):
        shapes += _curve(curve, i, area.at, p.marks)
    if names == "beside":
        return Drawing(_wide(p, width), height, (*shapes, *_beside(p, area)), _told(p))
    legend, wide, high = _legend(p, height + GAP, width)
    return Drawing(max(_wide(p, width), wide), high, (*shapes, *legend), _told(p))


def _check(p: Plot) -> None:
    """Every point can be drawn."""
    if not p.curves:
        raise SheetError("there is no curve to draw", where="plot")
    if len(p.curves) > len(DASH) * len(INK):
        raise SheetError(f"{len(p.curves)} curves cannot be told apart", where="plot",
                         hint=f"Draw at most {len(DASH) * len(INK)}.")  # fmt: skip
    for i, curve in enumerate(p.curves, 1):
        name = f"curve {curve.label.text or i}"
        if not curve.points:
            raise SheetError(f"{name} has no points", where="plot")
        for k, point in enumerate(curve.points, 1):
            _check_point(p, point, f"{name}, point {k}")


def _check_point(p: Plot, point: Point, where: str) -> None:
    """Both numbers are finite, and positive on a logarithmic axis."""
    for value, name, scale in zip(point, "xy", (p.x_scale, p.scale), strict=True):
        if not abs(value) <= LARGEST:
            raise SheetError(f"{name} is {value}, which has no place on an axis",
                             where=f"plot: {where}", hint="Leave such points out.")  # fmt: skip
        if scale == "log" and value < 1 / LARGEST:
            raise SheetError(f"{name} is {value}, but a logarithmic axis starts above 0",
                             where=f"plot: {where}", hint='Use the scale "linear".')  # fmt: skip


def _area(p: Plot, width: float, height: float, names: Literal["beside", "below"]) -> Area:
    """The axes with the largest rectangle that leaves room for what stands around it."""
    label_high = max(measure(c.label, NAME)[1] for c in p.curves)
    top = measure(p.y, NAME)[1] + max(6.0, label_high / 2 + 1)
    bottom = height - measure(p.x, NAME)[1] - 2 * GAP - 9
    y = _axis([v for c in p.curves for _, v in c.points], p.scale, "round", (bottom - top) / 26)
    left = max(_widest(y.ticks) + 8, 12.0)
    beside = max(measure(c.label, NAME)[0] for c in p.curves) + 16 if names == "beside" else 0.0
    right = width - max(beside, 12.0)
    x = _fitting(p, left, right, width)
    left, right = _between(x, left, right, width)
    if not (right - left >= LEAST and bottom - top >= LEAST):
        raise SheetError(f"{width:g}×{height:g} points leave no room for curves", where="plot",
                         hint="Take more width or height, or shorter names.")  # fmt: skip
    return Area(left, top, right, bottom, x, y)


def _between(x: Axis, left: float, right: float, width: float) -> tuple[float, float]:
    """Where an axis of x ends, so that half a label stands beyond either end."""
    half = _widest(x.ticks) / 2
    return max(left, half), min(right, width - half)


def _fitting(p: Plot, left: float, right: float, width: float) -> Axis:
    """The axis of x with the most ticks whose labels stand apart; in need the outer two, or one."""
    values = [v for c in p.curves for v, _ in c.points]
    for many in (6, 5, 4, 3):
        x = _axis(values, p.x_scale, "tight", many)
        room = (_widest(x.ticks) + 6) * len(x.ticks) <= right - left
        if room and _apart(x, *_between(x, left, right, width)):
            return x
    outer = replace(x, ticks=(x.ticks[0], x.ticks[-1]))
    return outer if _apart(outer, *_between(x, left, right, width)) else replace(x, ticks=x.ticks[:1])


def _apart(x: Axis, left: float, right: float) -> bool:
    """Whether no label of an axis touches the next: the axis may be longer than its ticks reach."""
    places = [x.share(t.value) * (right - left) for t in x.ticks]
    return all(b - a > _widest(x.ticks) for a, b in pairwise(places))


def _axis(values: Sequence[float], scale: Scale, ends: Ends, many: float) -> Axis:
    """The axis of some values: whole numbers get whole ticks, and two ticks are the least."""
    low, high, steps = float(min(values)), float(max(values)), max(int(many), 2)
    finest = 1.0 if ends == "tight" and all(v == int(v) for v in values) else 0.0
    found = axis(low, high, scale=scale, ends=ends, many=steps, finest=finest)
    if len(found.ticks) > 1:
        return found
    return axis(low, high, scale=scale, ends="round", many=steps, finest=finest)


def _widest(ticks: Sequence[Tick]) -> float:
    return max(measure(t.label, TICK)[0] for t in ticks)


def _wide(p: Plot, width: float) -> float:
    """The width, more where the name of an axis needs it."""
    return max(width, measure(p.x, NAME)[0], measure(p.y, NAME)[0])


def _grid(area: Area) -> list[Shape]:
    """Light lines at the ticks, what these say, and the two axes."""
    shapes: list[Shape] = []
    for tick in area.x.ticks:
        x = area.left + area.x.share(tick.value) * (area.right - area.left)
        shapes.append(Line(((x, area.top), (x, area.bottom)), width=0.4, tone=0.15))
        shapes.append(Line(((x, area.bottom), (x, area.bottom + 2.5))))
        shapes.append(Text(x, area.bottom + GAP + 5, tick.label, TICK))
    for tick in area.y.ticks:
        y = area.bottom - area.y.share(tick.value) * (area.bottom - area.top)
        shapes.append(Line(((area.left, y), (area.right, y)), width=0.4, tone=0.15))
        shapes.append(Line(((area.left - 2.5, y), (area.left, y))))
        shapes.append(Text(area.left - 4, y, tick.label, TICK, "end"))
    corner = (area.left, area.bottom)
    return [*shapes, Line(((area.left, area.top), corner, (area.right, area.bottom)))]


def _names(p: Plot, area: Area) -> list[Shape]:
    """y above its axis, x below the middle of its own."""
    x_wide, x_high = measure(p.x, NAME)
    middle = max((area.left + area.right) / 2, x_wide / 2)
    under = area.bottom + 2 * GAP + 8 + x_high / 2
    y_name = Text(0.0, measure(p.y, NAME)[1] / 2, p.y, NAME, "start")
    return [y_name, Text(middle, under, p.x, NAME)]


def _curve(curve: Curve, i: int, at: Callable[[Point], Point], marks: Marks) -> list[Shape]:
    """The line with its marks; a lone point is always marked."""
    points = tuple(map(at, curve.points))
    shapes = [m for x, y in points for m in _mark(x, y, i)] if _marked(curve, marks) else []
    return [_stroke(_thinned(points), i), *shapes] if len(points) > 1 else shapes


def _marked(curve: Curve, marks: Marks) -> bool:
    return len(curve.points) == 1 or (marks == "few" and len(curve.points) <= FEW)


def _stroke(points: tuple[Point, ...], i: int) -> Line:
    tone, width = INK[i // len(DASH) % len(INK)]
    return Line(points, width, DASH[i % len(DASH)], tone=tone)


def _mark(x: float, y: float, i: int) -> list[Shape]:
    """The mark of the i-th curve: dot, square, cross, plus."""
    tone, a = INK[i // len(DASH) % len(INK)][0], 1.7
    cross = [Line(((x - a, y - a), (x + a, y + a)), tone=tone, width=0.7),
             Line(((x - a, y + a), (x + a, y - a)), tone=tone, width=0.7)]  # fmt: skip
    plus = [Line(((x - 2.2, y), (x + 2.2, y)), tone=tone, width=0.7),
            Line(((x, y - 2.2), (x, y + 2.2)), tone=tone, width=0.7)]  # fmt: skip
    dot, square = [Circle(x, y, a, tone, 0.0)], [Rect(x - a, y - a, 2 * a, 2 * a, tone, 0.0)]
    return [*(dot, square, cross, plus)[i % len(DASH)]]


def _thinned(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Of many points, those that show: first, least, greatest and last in every half point."""
    if len(points) <= DENSE:
        return points
    kept: list[Point] = []
    for _, run in groupby(points, key=lambda point: round(2 * point[0])):
        near = list(run)
        heights = [y for _, y in near]
        ends = {0, heights.index(min(heights)), heights.index(max(heights)), len(near) - 1}
        kept += [near[k] for k in sorted(ends)]
    return tuple(kept)


def _fit_beside(p: Plot, width: float, height: float) -> bool:
    """All curves end at the right, and their names fit there."""
    area = _area(p, width, height, "below")
    sizes = [measure(c.label, NAME) for c in p.curves]
    ends = [area.at(_right_end(c))[0] for c in p.curves]
    tall = sum(high + 1 for _, high in sizes) <= area.bottom - area.top
    return min(ends) > area.right - 3 and tall and max(wide for wide, _ in sizes) <= 0.3 * width


def _beside(p: Plot, area: Area) -> list[Shape]:
    """Names at the right ends of the curves, moved apart, each with a line from its curve."""
    named = [c for c in p.curves if c.label.text or c.label.tex]
    ends = [area.at(_right_end(c)) for c in named]
    highs = [measure(c.label, NAME)[1] + 1 for c in named]
    reach = 9 - max([4.5, *(high / 2 for high in highs)])  # tall names keep off the ticks of x
    heights = spread([y for _, y in ends], highs, area.top - reach, area.bottom + reach)
    moved = any(abs(y - end[1]) > 1 for end, y in zip(ends, heights, strict=True))
    x = area.right + (14 if moved else 5)
    texts = [Text(x, y, c.label, NAME, "start") for c, y in zip(named, heights, strict=True)]
    if not moved:
        return [*texts]
    pairs = zip(ends, heights, strict=True)
    return [*texts, *(Line(((a + 3, b), (x - 2, y)), width=0.3, tone=0.5) for (a, b), y in pairs)]


def _right_end(curve: Curve) -> Point:
    """The point furthest right, the last of them."""
    return max(reversed(curve.points), key=lambda point: point[0])


def _legend(p: Plot, top: float, width: float) -> tuple[list[Shape], float, float]:
    """Samples with names in rows below, and the width and the height that are then taken."""
    shapes, x, y, wide = list[Shape](), 0.0, top, 0.0
    high = max(measure(c.label, NAME)[1] for c in p.curves) + 2
    for i, curve in enumerate(p.curves):
        taken = 30 + measure(curve.label, NAME)[0]
        if x and x + taken > width:
            x, y = 0.0, y + high
        middle = y + high / 2
        shapes += [_stroke(((x, middle), (x + 26, middle)), i)]
        shapes += _mark(x + 13, middle, i) if _marked(curve, p.marks) else []
        shapes.append(Text(x + 30, middle, curve.label, NAME, "start"))
        x, wide = x + taken + 12, max(wide, x + taken)
    return shapes, wide, y + high


def _told(p: Plot) -> str:
    """The axes, then where each curve starts, ends and turns."""
    told = [f"{p.y.text} over {p.x.text}"] + [
        f"{name} is logarithmic"
        for name, scale in ((p.x.text, p.x_scale), (p.y.text, p.scale))
        if scale == "log"
    ]
    for i, curve in enumerate(p.curves, 1):
        values = [y for _, y in curve.points]
        (x0, y0), (x1, y1) = curve.points[0], curve.points[-1]
        told.append(
            f"{curve.label.text or i}: from ({x0:.4g}, {y0:.4g}) to ({x1:.4g}, {y1:.4g}),"
            f" least {min(values):.4g}, greatest {max(values):.4g}"
        )
    return "; ".join(told)
