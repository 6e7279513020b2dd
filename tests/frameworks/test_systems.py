"""Gradients, Hessian-vector products and emitted code against JAX and PyTorch, in float64."""

from __future__ import annotations
import importlib
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given as drawn, settings, strategies as st

import symbackprop as sb
from symbackprop.derivation.derivation import Derivation
from symbackprop.errors import DeclarationError
from symbackprop.graph.composite_functions import COMPOSITIONS
from symbackprop.graph.expr import const
from symbackprop.graph.functions import FUNCTIONS, collect
from symbackprop.matrices import tidy as td
from symbackprop.sheet.exercise import Derived
from symbackprop.vocabulary import OPS
from tests import ROOT
from tests.frameworks.comparing import (
    CLOSE, apart, compare, compare_twice, given, interpreted, on_a_tie, outcome,
)  # fmt: skip
from tests.frameworks.interpreter import System
from tests.frameworks.whole import ONCE, WHOLE
from tests.graphs import GRAPHS
from tests.random_graphs import EVERYTHING, random_graph
from tests.vocabulary.test_vocabulary import cases

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("default")]
RANDOM = int(os.environ.get("SYMBACKPROP_RANDOM_GRAPHS", "200"))  # 2000 in the long run
UNSAID = {"contraction", "pentagamma"}  # what a derivation makes where no op says it; it has no slope


@pytest.fixture(params=["jax", "torch"])
def system(request: pytest.FixtureRequest) -> System:
    """The library, where it is installed."""
    pytest.importorskip(request.param)
    return importlib.import_module(f"tests.frameworks.in_{request.param}").SYSTEM


# --- ops -----------------------------------------------------------------------------------------


def derivations(name: str) -> Iterator[Derivation]:
    """One for each case of an op that has a real argument."""
    for case in cases(OPS[name]):
        try:
            yield sb.derive(collect(z=case))
        except DeclarationError:
            continue


SAID = [n for n in OPS if n not in UNSAID]


@pytest.mark.parametrize("name", SAID)
def test_every_op(system: System, name: str) -> None:
    for d in derivations(name):
        compare(system, d, seed=11)


ONCE_ONLY = {"tetragamma"}  # the slope of its slope has no name


@pytest.mark.parametrize("name", [n for n in SAID if n not in ONCE_ONLY])
def test_every_op_twice(system: System, name: str) -> None:
    for d in derivations(name):
        compare_twice(system, d, seed=13)


def test_every_op_has_a_translation(system: System) -> None:
    assert [n for n in SAID if n not in system.table] == []


# --- functions of several ops --------------------------------------------------------------------


@pytest.mark.parametrize("name", WHOLE)
def test_whole_functions(system: System, name: str) -> None:
    """One function of the library for what is several ops here."""
    d = sb.derive(WHOLE[name])
    compare(system, d, seed=17, whole=name)
    if name not in ONCE:
        compare_twice(system, d, seed=19, whole=name)


def test_every_composition_is_among_them(system: System) -> None:
    """A function that is no op, or that does more than its op."""
    said = " ".join(WHOLE.values())
    wanted = {*COMPOSITIONS, *(n for n in FUNCTIONS if n not in OPS)} - set(CONSTANTS) - set(SAME)
    assert [n for n in sorted(wanted) if f"{n}(" not in said] == []
    assert set(system.whole) == set(WHOLE)


CONSTANTS = ("ones", "zeros", "eye")
SAME = ("avg_pool1d", "avg_pool2d", "conv1d", "permute")  # as their op, as conv2d, as softmax of an axis

# --- graphs --------------------------------------------------------------------------------------


@pytest.mark.parametrize("trial", range(3))
@pytest.mark.parametrize("name", GRAPHS)
def test_graphs_of_the_tests(system: System, name: str, trial: int) -> None:
    compare(system, sb.derive(GRAPHS[name]), seed=5, trial=trial)


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs_of_the_tests_twice(system: System, name: str) -> None:
    compare_twice(system, sb.derive(GRAPHS[name]), seed=3)


def derived(module: str) -> list[Derived]:
    """What the answers of a sheet derive, where every function has a value elsewhere."""
    sheet = importlib.import_module(f"worked.{module}").SHEET
    found = [a for e in sheet.exercises for a in (*e.given, *e.all_answers)]
    own = {id(a): a for a in found if isinstance(a, Derived)}.values()
    return [a for a in own if "function as" not in str(a.graph)]


FOLDER = ROOT / "worked"
WORKED = [p.stem for p in sorted(FOLDER.glob("*.py")) if "SHEET = " in p.read_text("utf-8")]


@pytest.mark.parametrize("module", WORKED)
def test_worked_graphs(system: System, module: str) -> None:
    for a in derived(module):
        compare(system, a.derivation, seed=7)


@pytest.mark.parametrize("module", WORKED)
def test_worked_graphs_twice(system: System, module: str) -> None:
    for a in derived(module):
        compare_twice(system, a.derivation, seed=7)


def test_the_worked_network_of_digits(system: System) -> None:
    from worked.digits_cnn import LEARNED, network

    d = sb.derive(network(8, first=2, second=3), wrt=LEARNED)
    compare(system, d, seed=7)
    compare_twice(system, d, seed=7)


# --- random graphs -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(RANDOM // 10))
def test_random_graphs(system: System, seed: int) -> None:
    """Shared nodes, broadcasting, slices, concat, size-1 axes; 3 to 60 nodes."""
    compare(system, sb.derive(random_graph(seed, 3 + seed * 13 % 58, EVERYTHING)), seed)


@settings(max_examples=RANDOM, deadline=None, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@drawn(st.randoms(use_true_random=False), st.integers(3, 60), st.integers(0, 2**16))
def test_graphs_drawn_to_be_shrunk(system: System, source: random.Random, nodes: int, seed: int) -> None:
    """The same graphs with every choice drawn by Hypothesis, which looks for the smallest that fails."""
    d = sb.derive(random_graph(source, nodes, EVERYTHING))
    assume(not on_a_tie(d, given(d, seed)))
    compare(system, d, seed)


@pytest.mark.parametrize("seed", range(RANDOM // 10))
def test_random_graphs_twice(system: System, seed: int) -> None:
    compare_twice(system, sb.derive(random_graph(seed, 3 + seed * 7 % 18, EVERYTHING)), seed)


# --- the tester ----------------------------------------------------------------------------------


def test_a_wrong_gradient_is_seen(system: System) -> None:
    d = sb.derive("x: d; L = sum(x**3)")
    p = given(d, 1)
    f, free = outcome(system, d, p, interpreted(system, d, p))
    (true,) = system.gradients(f, list(free.values()))
    assert apart(3 * p.values["x", 0] ** 2, true) < CLOSE
    assert apart(2 * p.values["x", 0] ** 2, true) > CLOSE


def test_ties_excuse_no_wrong_value_and_no_wrong_slope(system: System) -> None:
    tied = sb.derive("x: d; y = x*1; L = sum(minimum(x, y)**2)")
    compare(system, tied, 5)
    own = system.table["minimum"]
    wrong = replace(system, table={**system.table, "minimum": lambda a, b: 1.001 * own(a, b)})
    assert refused(compare, wrong, tied)
    a = tied.backward.adjoints["x"]
    doubled = replace(a, forms=tuple(td.mul(const(2), e) for e in a.forms))
    backward = replace(tied.backward, adjoints={**tied.backward.adjoints, "x": doubled})
    assert refused(compare, system, replace(tied, backward=backward))


# op: what it is mistaken for
WRONG = {
    "tanh": lambda t: lambda x: 1.0001 * t["tanh"](x),
    "layernorm": lambda t: lambda x, *g, eps: t["layernorm"](x, *g, eps=2 * eps),
    "rmsnorm": lambda t: lambda x, *g, eps: t["layernorm"](x, *g, eps=eps),
    "gaussian_nll": lambda t: lambda x, m, v: t["gaussian_nll"](x, m, v) / 2,
    "huber": lambda t: lambda x, t_, delta: t["mse"](x, t_) / 2,
    "solve": lambda t: lambda a, b: t["solve"](t["transpose"](a), b),
    "vec": lambda t: lambda a: t["vec"](t["transpose"](a)),
    "triplet": lambda t: lambda a, p, n, margin: t["triplet"](a, n, p, margin=margin),
    "masked_softmax": lambda t: lambda x, m: t["softmax"](x),
    "cumsum": lambda t: lambda x: t["subtract"](t["cumsum"](x), x),
}  # fmt: skip
LINEAR = {"vec", "cumsum"}  # of which the second derivative is 0 either way


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_translation_is_seen(system: System, name: str) -> None:
    wrong = replace(system, table={**system.table, name: WRONG[name](system.table)})
    for check in (compare,) if name in LINEAR else (compare, compare_twice):
        assert any(refused(check, wrong, d) for d in derivations(name))


def refused(check: Callable[..., None], system: System, d: Derivation) -> bool:
    try:
        check(system, d, seed=11)
    except AssertionError:
        return True
    return False


def test_a_wrong_whole_function_is_seen(system: System) -> None:
    d = sb.derive(WHOLE["attention, causal"])
    mistaken = {"attention, causal": system.whole["attention"]}
    for check in (compare, compare_twice):
        with pytest.raises(AssertionError):
            check(replace(system, whole=mistaken), d, seed=17, whole="attention, causal")
