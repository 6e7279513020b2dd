"""Emitted code of recurrences against values from the definitions, at every kind of state and of start."""

from itertools import product

import numpy as np
import pytest

import symbackprop as sb
from tests.emitted_values import arguments, emitted_differs, full_point

# what is carried from step to step; {h} is the state one step back, {g} the one before that
STEPS = {
    "a gate": "u[t]: n; x[t] = u[t]*{h}",
    "a mask": "m[t]: scalar; u[t]: n; x[t] = m[t]*u[t] + (1 - m[t])*{h}",
    "a matrix each": "A[t]: n x n; x[t] = A[t] @ {h}",
    "a matrix each, from the left": "A[t]: n x n; x[t] = tanh({h} @ A[t])",
    "an inverse each": "A[t]: n x n posdef; x[t] = inverse(A[t]) @ {h}",
    "a divisor": "u[t]: n; x[t] = {h}/u[t]",
    "a divisor with a name": "u[t]: n; s[t] = exp(u[t]); x[t] = {h}/s[t]",
    "a logarithm": "u[t]: n positive; x[t] = log(u[t])*{h}",
    "two back": "u[t]: n; x[t]: n; x[t] = u[t]*{h} + sin({g})",
    "two back alone": "u[t]: n; x[t]: n; x[t] = u[t]*{g}",
    "shared weights": "u[t]: n; W: n x n; x[t] = tanh(W @ {h} + u[t]*{h})",
    "two states": "u[t]: n; c[t]: n; c[t] = u[t]*c[t-1]; x[t] = tanh(c[t] + {h}*c[t-1])",
    "an input's past": "u[t]: n; x[t] = tanh(u[t-1]*{h} + u[t])",
}
STARTS = {"given": "x0: n; x[0] = x0;", "made": "v: n; x[0] = tanh(v);", "open": ""}
ENDS = {
    "a loss each": "l[t] = sum(x[t]**2); L = sum(l[t], over=t)",
    "a loss without a name": "L = sum(sum(sin(x[t])), over=t)",
    "the past": "L = sum(sum(x[t-1]*x[t]), over=t)",
    "the last": "L = sum(x[T]**2)",
    "both": "l[t] = sum(x[t]**2); L = sum(l[t], over=t) + sum(x[T])",
    "every state": "y[t] = x[t]*x[t-1]",
}


def recurrence(step: str, start: str, end: str) -> str:
    body = STEPS[step].format(h="x[t-1]", g="x[t-2]")
    first = STARTS[start] if "x[t]: n;" not in body else ""
    return f"t: 1..T; {first} {body}; {ENDS[end]}"


EVERY = list(product(STEPS, STARTS, ENDS))


@pytest.mark.parametrize(("step", "start", "end"), EVERY)
def test_code_is_the_definition(step: str, start: str, end: str) -> None:
    d = sb.derive(recurrence(step, start, end))
    for trial in range(3):
        assert not emitted_differs(d, 7, trial), (step, start, end)


@pytest.mark.parametrize("step", STEPS)
def test_the_values_are_true(step: str) -> None:
    """What is compared with is itself held against the complex step."""
    assert sb.derive(recurrence(step, "given", "a loss each")).verify().ok


@pytest.mark.parametrize("end", ENDS)
def test_every_end_is_true(end: str) -> None:
    assert sb.derive(recurrence("a gate", "given", end)).verify().ok


def test_nothing_comes_back_from_beyond_the_last_step() -> None:
    """Of Σ_t s_{t-1}, the last s is in no term."""
    d = sb.derive("t: 1..T; u[t]: scalar; L = sum(sin(u[t-1]), over=t)")
    out = d.compile("numpy")(u=np.array([0.3, 0.5, 0.7]), u_0=np.array(0.2))
    assert np.allclose(out["L"], np.sin([0.2, 0.3, 0.5]).sum())
    assert np.allclose(out["u"], [np.cos(0.3), np.cos(0.5), 0])


MEAN = "t: 1..T; x[t]: n; a = sum(x[t], over=t)/T;"
PASSES = [
    f"{MEAN} L = sum(sum((x[t] - a)**3), over=t)",
    "t: 1..T; x[t]: n; w[t] = x[t]**2; a = sum(w[t], over=t); y[t] = w[t] + a; L = sum(y[t] @ y[t], over=t)",
    f"{MEAN} v = sum((x[t] - a)**2, over=t)/T; z[t] = (x[t] - a)/sqrt(v + 1); L = sum(sum(z[t]**3), over=t)",
    "t: 1..T; x[t]: n; m[t]: scalar; W: n x n; N = sum(m[t]**2, over=t); h[t] = tanh(W @ h[t-1]/N + x[t]); "
    "l[t] = m[t]*sum(h[t]**2); L = sum(l[t], over=t)/N",
]


@pytest.mark.parametrize("text", PASSES)
def test_what_all_steps_say_may_stand_inside_each(text: str) -> None:
    """Means over time, the length of a mask, the last state: another pass, forwards and backwards."""
    d = sb.derive(text)
    assert not emitted_differs(d, 3)
    assert d.verify().ok


def test_a_wrong_step_is_seen() -> None:
    """The comparison itself: another matrix in one step is another gradient."""
    d = sb.derive(recurrence("a matrix each", "given", "a loss each"))
    p = full_point(d, 7)
    given = arguments(d, p)
    given["A"] = given["A"] + np.eye(p.sizes["n"]) * (np.arange(p.length) == 1)[:, None, None]
    assert not np.allclose(d.compile("numpy")(**given)["x0"], p.deltas["x0", 0])
