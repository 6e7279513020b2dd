"""Graphs under hostile names: recurrences, time indices, sizes, functions, emitted functions, layers."""

from __future__ import annotations

import random
import re

import pytest

import symbackprop as sb
from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.layers_code import Layer, functions, layers
from tests.derivation.test_names_apart import FAVOURITES, MAKERS, renamed
from tests.emit.test_layers_code import loaded
from tests.emitted_values import emitted_differs, full_point, same

# besides: digits, underscores, Greek words, words of several letters
HOSTILE = [*FAVOURITES, *"delta pi lambda_ tau step t1 k_ h_0 W_1 x1 u_ Sigma x_bar_ self_ sum_t".split()]
WORD = re.compile(r"\b(p\d+|q\d+|y[ndm][ndm]|[ndmL]|f|time|last)\b")

# a state by its past, closed forms, starts, sums over time, states read outside time, declared functions
RECURRENT = [
    "time: 1..last; p0[time]: scalar; q0[time] = p0[time]*q0[time-1]; L = q0[last]**2",
    "time: 1..last; p0[time]: n; p1: n x n; p2: n; q0[time] = tanh(p0[time] + p1 @ q0[time-1] + p2); "
    "L = sum(sum(q0[time]**2), over=time)",
    "time: 1..last; p0[time]: n; p1: n; q0[0] = p1; q0[time] = sigmoid(p0[time])*q0[time-1]; "
    "L = sum(q0[last]*p1)",
    "time: 1..last; p0[time]: 2; p1[time]: 3; p2: 5; q0[time] = tanh(concat(p0[time], p1[time]) * p2); "
    "q1[time] = q0[time]*q1[time-1] + p2; L = sum(sum(q1[time]*q0[time]), over=time)",
    "time: 1..last; p0[time]: n; q0[time]: n; q0[time] = p0[time]*q0[time-1] - q0[time-2]*p0[time-1]; "
    "q1[time] = q0[time]*q0[time]",
    "f: function; time: 1..last; p0[time]: n; p1: n; q0[time] = f(p0[time] + p1*q0[time-1]); "
    "L = sum(sum(q0[time]), over=time)",
]  # fmt: skip
FUNCTIONS = [
    "f: function; p0: n x d; p1: d; q0 = f(p0 @ p1); L = sum(q0**2)*n",
    "f: function; p0: 2; p1: 3; q0 = concat(p0, p1); L = sum(f(q0)*q0)",
]


def under(text: str, seed: int) -> str:
    """The graph with every name, its time index and sizes among them, under hostile ones."""
    rng = random.Random(seed)
    found = list(dict.fromkeys(WORD.findall(text)))
    chosen = dict(zip(found, rng.sample(HOSTILE, len(found)), strict=True))
    return WORD.sub(lambda m: chosen[m[0]], text)


def derived(text: str) -> Derivation:
    """The derivation; names differ on paper, and no index letter is a name."""
    d = sb.derive(text)
    printed = [e.symbol.tex for e in d.graph.symbol.values() if e.symbol]
    printed += [d.graph.time.letter] if d.graph.time else []
    assert len(set(printed)) == len(printed), text
    assert not {n.base for n in printed} & set(d.convention.letters), text
    return d


@pytest.mark.parametrize("seed", range(30))
def test_recurrences_and_functions_under_hostile_names(seed: int) -> None:
    pool = RECURRENT + FUNCTIONS
    text = under(pool[seed % len(pool)], seed)
    d = derived(text)
    report = d.verify(seed=seed)
    assert report.ok, (text, report.failures)
    if "function" not in text:
        assert not emitted_differs(d, seed), text


@pytest.mark.parametrize("seed", range(24))
def test_functions_and_layers_under_hostile_names(seed: int) -> None:
    text = renamed(MAKERS[seed % len(MAKERS)], seed + 100, HOSTILE)
    d = derived(text)
    p = full_point(d, seed)
    given = {n: p.values[n, 0] for n in d.graph.inputs}
    bar = [p.deltas[d.of, 0]] if d.backward.seed.symbol else []
    code = loaded(functions(d, forward="ahead", backward="back"))
    assert same(code.ahead(**given), p.values[d.of, 0]), text
    found = code.back(*given.values(), *bar)
    for n, v in zip(d.wrt, found if len(d.wrt) > 1 else (found,), strict=True):
        assert same(v, p.deltas[n, 0]), (text, n)
    data = d.wrt[seed % len(d.wrt)]
    held = {n: v for n, v in given.items() if n != data}
    layer = loaded(layers([Layer(d, "Own", data)])).Own(**held)
    assert same(layer.forward(**{data: given[data]}), p.values[d.of, 0]), text
    assert same(layer.backward(*bar), p.deltas[data, 0]), text


@pytest.mark.parametrize("name", "k_ t_1 t1 time step tau lambda_ _t pi delta I e S1 x_bar np".split())
def test_a_time_index_of_any_name_has_closed_forms(name: str) -> None:
    d = derived(f"{name}: 1..T; u[{name}]: scalar; x[{name}] = u[{name}]*x[{name}-1]; L = x[T]**2")
    report = d.verify()
    assert report.ok, report.failures
    assert not emitted_differs(d, 2)


@pytest.mark.parametrize(("text", "says"), [
    ("t: 1..T; S1: n; S[t]: n; L = sum(sum(S[t]*S1), over=t)", "S^{(1)}"),
    ("t: 1..T; x[t]: n; x_2: n; h[t] = x[t]*h[t-1] + x_2; L = sum(h[T])", "x^{(2)}"),
    ("W1: n; W_1: n; L = sum(W1*W_1)", "W^{(1)}"),
    ("n_1: scalar; x: n1; L = sum(x)*n_1", "n^{(1)}"),
])  # fmt: skip
def test_a_letter_nobody_chose_steps_aside(text: str, says: str) -> None:
    d = derived(text)
    assert says in {d.latex(e.symbol.tex) for e in d.graph.symbol.values() if e.symbol}
    assert d.verify().ok


def test_a_letter_that_was_chosen_stays() -> None:
    with pytest.raises(sb.DeclarationError, match="`a`: is printed like step 1 of `x`"):
        sb.derive("t: 1..T; a: n as x_1; x[t]: n; L = sum(sum(x[t]*a), over=t)")
    d = sb.derive("x: n; y: n as x; L = sum(x*y)")
    assert d.latex(d.graph["y"].symbol.tex) == "x"  # type: ignore[union-attr]
