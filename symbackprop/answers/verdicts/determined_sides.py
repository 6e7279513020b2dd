"""Whether an equation that holds says what the derivative in it is: `0 dL/dw = 0` holds of any."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from symbackprop.answers.asked.right_values import Spot, Steps
from symbackprop.entries.reference_values import Array

MOVED = 100  # entries of a derivative that are moved
STEP, SEEN = 1e-6, 1e-7  # by how much, and what is more than rounding


def determined(spots: Steps, residual: Callable[[Spot, Array], Array]) -> bool:
    """Whether every entry matters, by itself, to how far the sides are apart.

    `residual` is that at a spot where the derivative has another value.
    """
    spot = min(spots, key=lambda s: np.size(s.own))
    count = np.size(spot.own)
    entries = range(count) if count <= MOVED else np.random.default_rng(0).choice(count, MOVED, False)
    still = residual(spot, np.asarray(spot.own))
    columns = []
    for k in entries:
        own = np.array(spot.own, dtype=float)
        own.flat[k] += STEP * max(1.0, abs(own.flat[k]))
        columns.append((residual(spot, own) - still) / STEP)
    others = (by * np.asarray(spot.own, float) for by in (-1, 0) if np.any(spot.own))
    if any(np.allclose(residual(spot, other), 0, atol=SEEN) for other in others):
        return False  # (dL/dw)² = 4 w² leaves its sign open
    return bool(np.linalg.matrix_rank(np.stack(columns).astype(float), tol=SEEN) == len(columns))
