"""Gradients, Hessians and emitted code against JAX and PyTorch, in float64."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.derivation import Derivation
from symbackprop.errors import DeclarationError
from symbackprop.exercise import Derived
from symbackprop.graph import collect
from symbackprop.reference import Array
from symbackprop.second import hessian_values
from symbackprop.truth import ROUNDING
from symbackprop.values import Key, Point, backward_values, forward, generic_point, seeded
from symbackprop.vocabulary import OPS
from tests.frameworks.interpreter import Machine, System
from tests.graphs import GRAPHS
from tests.test_derive import random_graph
from tests.test_vocabulary import cases

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("default")]
CLOSE = 1e-9  # relative to the largest entry
RANDOM = int(os.environ.get("SYMBACKPROP_RANDOM_GRAPHS", "200"))  # how many, from seed 0 on


@pytest.fixture(params=["jax", "torch"])
def system(request: pytest.FixtureRequest) -> System:
    """The library, where it is installed."""
    pytest.importorskip(request.param)
    return importlib.import_module(f"tests.frameworks.in_{request.param}").SYSTEM


def apart(a: object, b: object) -> float:
    """The largest difference, relative to the largest entry; a 0 as sums round it is 0."""
    x, y = np.asarray(a, float), np.asarray(b, float)
    assert x.shape == y.shape, (x.shape, y.shape)
    scale = max(np.max(np.abs(x), initial=0), np.max(np.abs(y), initial=0))
    gap = float(np.max(np.abs(x - y), initial=0))
    return gap / scale if gap > ROUNDING else 0.0


def given(d: Derivation, seed: int, trial: int = 0) -> Point:
    """Inputs, states before the first step, and cotangents of an output that is no scalar."""
    return seeded(d.backward, generic_point(d.graph, trial, seed), seed)


def outcome(system: System, d: Derivation, p: Point) -> tuple[Any, dict[Key, Any]]:
    """⟨δof, of⟩ as a function of the variables' values, and these values."""
    machine = Machine(system.table, system.array, p.sizes, p.length)
    arrays = {k: system.array(v) for k, v in p.values.items()}
    free = {k: v for k, v in arrays.items() if k[0] in d.wrt}

    def f(values: Mapping[Key, Any]) -> Any:
        out = machine.run(d.graph, {**arrays, **values})
        ends = {k: v for k, v in p.deltas.items() if k[0] == d.of} or {(d.of, 0): 1.0}
        return sum(system.total(system.array(w) * out[k]) for k, w in ends.items())

    return f, free


def compare(system: System, d: Derivation, seed: int, trial: int = 0) -> None:
    """Every gradient of a derivation and of its emitted code."""
    p = given(d, seed, trial)
    f, free = outcome(system, d, p)
    true = system.gradients(lambda rows: f(dict(zip(free, rows, strict=True))), list(free.values()))
    full = backward_values(d.backward, forward(d.graph, p))
    for key, g in zip(free, true, strict=True):
        assert apart(full.deltas.get(key, np.zeros(np.shape(g))), g) < CLOSE, key
    try:
        run = d.compile("numpy")
    except sb.SymbackpropError:
        return  # a number of steps no input tells
    bars = stacked(d, full.deltas, (d.of,)) if d.backward.seed.symbol else {}
    names = {f"{n}_bar": v for n, v in bars.items()}
    early = {
        f"{n}_{'m' * (t < 0)}{abs(t)}": v
        for (n, t), v in p.values.items()
        if t < 0 or (not t and timed(d, n))
    }
    steps = {k: v for k, v in p.values.items() if k[1] > 0 or not timed(d, k[0])}
    got = run(**stacked(d, steps, d.graph.inputs), **names, **early)
    wanted = stacked(d, dict(zip(free, true, strict=True)), d.wrt)
    for n in d.wrt:
        assert apart(got[n], wanted[n]) < CLOSE, n


def timed(d: Derivation, name: str) -> bool:
    s = d.graph.symbol[name].symbol
    return bool(s and s.time)


def stacked(d: Derivation, values: Mapping[Key, Any], names: object) -> dict[str, Array]:
    """Arrays by name; those of a sequence along a first axis of steps."""
    out = {}
    for n in names:  # type: ignore[attr-defined]
        s = d.graph.symbol[n].symbol
        steps = sorted(t for m, t in values if m == n)
        parts = [np.asarray(values[n, t]) for t in steps]
        out[n] = np.stack(parts) if s and s.time else parts[0]
    return out


@pytest.mark.parametrize("name", [n for n in OPS if n != "contraction"])
def test_every_op(system: System, name: str) -> None:
    for case in cases(OPS[name]):
        try:
            d = sb.derive(collect(z=case))
        except DeclarationError:
            continue  # no real argument
        compare(system, d, seed=11)


@pytest.mark.parametrize("trial", range(3))
@pytest.mark.parametrize("name", GRAPHS)
def test_graphs_of_the_tests(system: System, name: str, trial: int) -> None:
    compare(system, sb.derive(GRAPHS[name]), seed=5, trial=trial)


def derived(module: str) -> list[Derived]:
    sheet = importlib.import_module(f"worked.{module}").SHEET
    found = [a for e in sheet.exercises for a in (*e.given, *e.all_answers)]
    return list({id(a): a for a in found if isinstance(a, Derived)}.values())


FOLDER = Path(__file__).parent.parent.parent / "worked"
WORKED = [p.stem for p in sorted(FOLDER.glob("*.py")) if "SHEET = " in p.read_text("utf-8")]


@pytest.mark.parametrize("module", WORKED)
def test_worked_graphs(system: System, module: str) -> None:
    for a in derived(module):
        if "function as" not in str(a.graph):  # one that is not defined has no value elsewhere
            compare(system, a.derivation, seed=7)


SECOND = (
    "residual",
    "shared",
    "two paths",
    "names",
    "one label",
    "domains",
    "bilinear",
    "slices",
    "layernorm",
)


@pytest.mark.parametrize("name", SECOND)
def test_second_derivatives(system: System, name: str) -> None:
    """The gradient differentiated once more; `Derivative.verify` holds the printed Hessian against it."""
    g = GRAPHS[name]
    for x in sb.derive(g).wrt:
        d = sb.derive(g, wrt=[x])
        p = given(d, 3)
        f, free = outcome(system, d, p)
        (key,) = free
        true = system.hessian(lambda v, f=f, key=key: f({key: v}), free[key])
        assert apart(hessian_values(d, (x,), p), true) < CLOSE, x


@pytest.mark.parametrize("seed", range(RANDOM))
def test_random_graphs(system: System, seed: int) -> None:
    """Shared nodes, broadcasting, slices, concat, size-1 axes; 3 to 60 nodes."""
    compare(system, sb.derive(random_graph(seed, 3 + seed * 13 % 58)), seed)


def test_a_wrong_gradient_is_seen(system: System) -> None:
    d = sb.derive("x: d; L = sum(x**3)")
    p = given(d, 1)
    f, free = outcome(system, d, p)
    (true,) = system.gradients(lambda rows: f({("x", 0): rows[0]}), [free["x", 0]])
    assert apart(3 * p.values["x", 0] ** 2, true) < CLOSE
    assert apart(2 * p.values["x", 0] ** 2, true) > CLOSE


def test_every_op_has_a_translation(system: System) -> None:
    missing = [n for n in OPS if n not in system.table and n != "contraction"]
    assert missing == []
