"""The error function of emitted code: all entries at once, right to the last places."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.emit.numpy_helpers import HELPERS

NEAR = 1e-15  # relative
EDGES = [0.0, -0.0, 1e-300, 5e-324, 0.46875, np.nextafter(0.46875, 1), 3.9, 5.9, 6.0, 6.1, 40.0, np.inf]


def erf(change: str = "", by: str = "") -> Callable[[Any], Any]:
    module: dict[str, Any] = {"np": np}
    for name in ("_ratio", "_erf"):
        exec(HELPERS[name].replace(change, by) if change else HELPERS[name], module)  # noqa: S102 - our text
    return module["_erf"]


def apart(f: Callable[[Any], Any], x: Any) -> float:
    got, want = f(x), np.array([math.erf(v) for v in x])
    return float(np.max(np.abs(got - want) / np.maximum(np.abs(want), 1e-300)))


@pytest.mark.parametrize("scale", [1e-200, 1e-8, 0.1, 0.4, 0.5, 1.0, 2.0, 5.0, 100.0])
def test_every_scale(scale: float) -> None:
    x = np.random.default_rng(3).normal(size=2000) * scale
    assert apart(erf(), x) < NEAR


def test_ends_and_what_is_no_number() -> None:
    f, x = erf(), np.array([*EDGES, *(-v for v in EDGES)])
    assert apart(f, x) < NEAR
    assert np.isnan(f(np.array([np.nan]))[0]) and np.signbit(f(np.array([-0.0]))[0])


def test_a_wrong_digit_is_seen() -> None:
    x = np.random.default_rng(4).normal(size=2000)
    assert apart(erf("3.77485237685302021", "3.77485237685372021"), x) > NEAR
    assert apart(erf("8.81952221241769090", "8.81952221241869090"), x) > NEAR


def test_single_precision_stays() -> None:
    found = sb.derive("x: n; L = sum(gelu(x))").compile()(x=np.ones(3, np.float32))
    assert {v.dtype for v in found.values()} == {np.dtype(np.float32)}
