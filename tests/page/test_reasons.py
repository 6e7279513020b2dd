"""Reasons in the margin: what each of them says of a graph is tried with numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.catalogue import LANGUAGES, catalogue
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Phrase
from symbackprop.entries.reference_values import scalar_value
from symbackprop.entries.scalar_functions import SCALARS
from symbackprop.formula.evaluation.value import Environment, Value, evaluate
from symbackprop.formula.function_spelling import FUNCTIONS, spell
from symbackprop.formula.tree import Formula, Name
from symbackprop.formula.writing.text_writer import text
from symbackprop.formula.writing.walk import inside
from symbackprop.numeric import points
from symbackprop.numeric.points import Point, forward, generic_point
from symbackprop.page.reasons import ARGUMENT, reason, slope_formula
from tests.graphs import GRAPHS
from tests.random_graphs import random_graph

WORDS = "linear transposed passed constant negated spread factor moved summed mean picked joined part"
AFFINE = {f"reason.{word}" for word in WORDS.split()}
RANDOM = {f"random {seed}": random_graph(seed, 6) for seed in range(6)}


def reasons(d: Derivation) -> dict[str, Phrase]:
    found = ((n, reason(d, n)) for n in d.backward.adjoints if n in d.graph.definition)
    return {n: said for n, said in found if said}


def said(text: str, of: str) -> tuple[str, str]:
    """The key of the reason at a node, and what stands in its gap."""
    phrase = reasons(sb.derive(text))[of]
    gap = phrase.values[0][1] if phrase.values else ""
    return phrase.key, gap if isinstance(gap, str) else gap.key if isinstance(gap, Phrase) else str(gap)


def bend(d: Derivation, p: Point, name: str) -> float:
    """How far what reads a node is from a straight line in it: a second difference, largest entry."""
    worst = 0.0
    for read in (r for r in d.backward.prepared.readers[name] if r.consumer in d.graph.definition):
        e, t = d.graph.definition[read.consumer], (2 if read.consumer in d.graph.times else 0)
        at = t + read.shift if name in d.graph.times else 0
        if read.over_time or (name, at) not in p.values:
            continue
        v = np.random.default_rng(3).normal(size=p.values[name, at].shape)
        moved = ({**p.values, (name, at): p.values[name, at] + k * v} for k in (0, 0.1, 0.2))
        a, b, c = (np.asarray(points.evaluate(e, replace(p, values=each), t)) for each in moved)
        worst = max(worst, float(np.max(np.abs(a - 2 * b + c), initial=0.0)))
    return worst


@pytest.mark.parametrize("name", [*GRAPHS, *RANDOM])
def test_what_is_called_linear_is(name: str) -> None:
    d = sb.derive({**GRAPHS, **RANDOM}[name])
    p = forward(d.graph, generic_point(d.graph, 0, 7))
    for n, phrase in reasons(d).items():
        if phrase.key in AFFINE:
            assert bend(d, p, n) < 1e-9, (n, phrase)


def test_the_check_of_linearity_can_fail() -> None:
    d = sb.derive("x: d; h = 2*x; L = sum(h**3)")
    assert bend(d, forward(d.graph, generic_point(d.graph, 0, 7)), "h") > 1e-3


@pytest.mark.parametrize("name", [n for n, s in SCALARS.items() if s.prime])
def test_slopes_are_the_slopes(name: str) -> None:
    """What the margin says that f' is, evaluated where f stands for its value and · for the argument."""
    f = Name(spell(name, FUNCTIONS))
    written = slope_formula(SCALARS[name], f, FUNCTIONS)
    if written is None:
        return
    for x in map(np.asarray, (0.3, 0.7)):
        known: dict[Formula, Value] = {ARGUMENT: Value(x)}
        named = {Name(spell(g, FUNCTIONS)): g for g in SCALARS}
        known |= {part: Value(scalar_value(named[part], 0, x)) for part in inside(written) if part in named}
        step = 1e-6
        slope = (scalar_value(name, 0, x + step) - scalar_value(name, 0, x - step)) / (2 * step)
        assert np.allclose(evaluate(written, Environment(known, {}, {}, "column")), slope, rtol=1e-6)


@pytest.mark.parametrize(
    ("graph", "of", "key"),
    [
        ("x: d; z = 2*x; h = tanh(z); L = sum(h**3)", "z", "reason.slope"),
        ("x: d; z = 2*x; h = gelu(z); L = sum(h**3)", "z", "reason.derivative"),
        ("x: d; z = 2*x; h = softmax(z); L = sum(h**3)", "z", "reason.jacobian"),
        ("x: d; z = 2*x; L = logsumexp(z)", "z", "reason.derivative"),
        ("x: d; W: m x d; z = 2*x; h = W @ z; L = sum(h**3)", "z", "reason.transposed"),
        ("x: d; w: d; z = 2*x; L = w @ z", "z", "reason.linear"),
        ("x: d; w: d; z = 2*x; L = sum(w*z)", "z", "reason.factor"),
        ("x: d; w: d; z = 2*x; y = w*exp(w)*z; L = sum(y**3)", "z", "reason.linear"),
        ("x: d; w: d; z = 2*x; L = sum(tanh(w*z))", "z", "reason.inside"),
        ("x: d; w: d; z = 2*x; y = z + w; L = sum(y**3)", "z", "reason.passed"),
        ("x: d; z = exp(x); y = 3*z; L = sum(y**3)", "z", "reason.constant"),
        ("x: d; w: d; z = exp(x); y = (w - z)/2; L = sum(y**3)", "z", "reason.constant"),
        ("x: d; w: d; z = exp(x); y = w - z; L = sum(y**3)", "z", "reason.negated"),
        ("x: d; w: d; z = exp(x); y = -(w - z); L = sum(y**3)", "z", "reason.passed"),
        ("x: d; z = exp(x); y = 1/z; h = tanh(y); L = sum(h**3)", "z", "reason.quotient"),
        ("x: d; z = 2*x; L = -sum(z)/2", "z", "reason.linear"),
        ("X: n x d; b: d; z = 2*b; Y = X + z; L = sum(Y**3)", "z", "reason.spread"),
        ("x: d; z = 2*x; L = sum(z)", "z", "reason.summed"),
        ("x: d; z = 2*x; L = mean(z)", "z", "reason.mean"),
        ("x: d; z = x*x; L = sum(z**3)", "z", "reason.power"),
        ("x: d; y: scalar label d; z = 2*x; L = z[y]", "z", "reason.picked"),
        ("x: d; w: d; z = exp(x); y = w/z; h = tanh(y); L = sum(h**3)", "z", "reason.quotient"),
        ("x: d; z = exp(x); L = sum(z*z) + sum(z)", "z", "reason.places"),
        ("x: 7; z = exp(x); y = z[1:4]; L = sum(y**2)", "z", "reason.part"),
        ("a: 2; b: 3; z = exp(a); y = concat(z, b); L = sum(y**3)", "z", "reason.joined"),
        ("A: n x m; Z = exp(A); Y = Z.T; L = sum(Y**3)", "Z", "reason.moved"),
    ],
)  # fmt: skip
def test_a_reason_is_read_off_the_ops(graph: str, of: str, key: str) -> None:
    assert said(graph, of)[0] == key


def test_the_other_factor_stands_at_the_step_of_the_node() -> None:
    d = sb.derive("t: 1..T; x[t]: m; a[t] = tanh(x[t]); c[t] = c[t-1]*a[t]; L = sum(sum(c[t]), over=t)")
    found = reasons(d)["a"]
    assert found.key == "reason.factor" and text(dict(found.values)["x"]) == "cₜ₋₁"  # type: ignore[arg-type]
    d = sb.derive("t: 1..T; x[t]: m; a[t] = tanh(x[t]); y[t] = a[t-1]*x[t]; L = sum(sum(y[t]), over=t)")
    assert text(dict(reasons(d)["a"].values)["x"]) == "xₜ₊₁"  # type: ignore[arg-type]


def test_a_form_that_was_shortened_says_so() -> None:
    d = sb.derive("z: k; y: k onehot; o = 2*z; p = softmax(o); L = -sum(y*log(p))")
    assert reasons(d)["o"].key == "reason.then_shorter"


@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_are_short(language: str) -> None:
    for key, words in catalogue(language).items():
        if key.startswith("reason."):
            assert len(words) <= 45, key
