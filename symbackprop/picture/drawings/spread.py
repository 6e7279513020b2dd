"""Inscriptions in a column, moved apart as little as possible."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate


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
