"""Emitted code keeps the user's names: beside modules, builtins, δ's, first values and words of Python."""

import ast
import builtins

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.derivation.derivation import Derivation
from symbackprop.emit.code_names import parameters
from symbackprop.emit.layers_code import Layer, functions, layers
from symbackprop.emit.literals import OWN, safe
from symbackprop.graph.functions import collect
from symbackprop.vocabulary import OPS
from tests.emit.test_layers_code import loaded
from tests.emitted_values import emitted_differs, full_point, same
from tests.random_graphs import EVERYTHING, random_graph
from tests.vocabulary.test_vocabulary import LAST, cases

NAMES = [
    "np: n; L = sum(tanh(np))",
    "np: n; np_: n; L = sum(tanh(np*np_))",
    "np: n; np_: n; np__ = np*np_; L = sum(tanh(np__))",
    "sum: n; range: n; float: n; L = sum(tanh(sum*range + float))",
    "erf: n; L = sum(erf(erf) * gelu(erf))",
    "gelu: n; gelu_prime: n; softmax: n; L = sum(gelu(gelu*gelu_prime) * softmax(softmax))",
    "value_and_gradients: n; _computed: n; L = sum(value_and_gradients**2 * _computed)",
    "self: n; forward: n; backward: n; L = sum(tanh(self)*forward*backward)",
    "x_bar: n; x: n; x_bar_: n; L = sum(tanh(x_bar*x)*x_bar_)",
    "L_bar: n; x: n; L = sum(L_bar*x**2)",
    "y_bar: n; x: n; y = tanh(x*y_bar)",
    "x: x_bar; z: n; y = sum(x**2)*z",
    "x: range x float; L = sum(tanh(x))",
    "x: np x sum; y: range; L = mean(x)*sum(y)",
    "x: n x n_; g: n_; y = layernorm(x, g); L = sum(y**2)",
    "e: n x s; y = softmax(e); L = sum(tanh(y)**2)",
    "x: n x x0; y = rmsnorm(x); L = sum(y**3)",
    "I: n x n; eye: n; L = sum(inverse(I + eye(n)) @ eye)",
    "t: 1..T; np[t]: n; h_0: n as b; h[t] = tanh(np[t]*h[t-1] + h_0); L = sum(sum(h[t]), over=t)",
    "range: 1..sum; x[range]: n; h[range] = tanh(x[range]*h[range-1]); L = sum(sum(h[range]), over=range)",
    "t: 1..T; x[t]: n; h_bar: n; h[t]: n; h[t] = x[t]*h[t-1] + h_bar*h[t-2]; y[t] = h[t]*h[t-1]",
    "t: 1..np; x[t]: n; h_m1: n as b; h[t]: n; h[t] = x[t]*h[t-2] + h_m1; L = sum(sum(h[t]**2), over=t)",
]


@pytest.mark.parametrize("text", NAMES)
def test_code_is_right_under_every_name(text: str) -> None:
    d = sb.derive(text)
    assert not emitted_differs(d, 3)
    assert set(parameters(d).inputs.values()) == set(d.graph.inputs)  # what a caller writes


@pytest.mark.parametrize("text", [t for t in NAMES if ".." not in t])
def test_layers_are_right_under_every_name(text: str) -> None:
    d = sb.derive(text)
    p = full_point(d, 4)
    bar = [p.deltas[d.of, 0]] if d.backward.seed.symbol else []
    values = {n: p.values[n, 0] for n in d.graph.inputs}
    code = loaded(functions(d, forward="ahead", backward="back"))
    assert same(code.ahead(*values.values()), p.values[d.of, 0])
    found = code.back(*values.values(), *bar)
    found = found if len(d.wrt) > 1 else (found,)
    assert all(same(v, p.deltas[n, 0]) for n, v in zip(d.wrt, found, strict=True))
    for data in d.wrt:
        layer = loaded(layers([Layer(d, "Own", data)])).Own(*(v for n, v in values.items() if n != data))
        for _ in range(2):  # the second call finds the arrays of the first
            assert same(layer.forward(values[data]), p.values[d.of, 0])
            assert same(layer.backward(*bar), p.deltas[data, 0])


def test_a_word_of_python_from_python() -> None:
    """Text refuses `lambda: n`; symbols made by calls may be called so."""
    d = sb.derive(collect(L=sb.sum(sb.symbol("lambda", "n") ** 2)))
    assert np.allclose(d.compile()(lambda_=np.array([1.0, 3.0]))["lambda"], [2, 6])


def test_different_names_stay_different() -> None:
    names = [x + "_" * k for x in ("np", "x", "lambda", "sum", "_", "x_bar") for k in range(4)]
    assert len({safe(n) for n in names}) == len(names)
    assert not {safe(n) for n in names} & OWN


def outer(d: Derivation) -> set[str]:
    """What the emitted function reads without having it from its arguments."""
    work = ast.parse(d.source()).body
    inside = next(f for f in work if isinstance(f, ast.FunctionDef) and f.name == "value_and_gradients")
    names = [n for n in ast.walk(inside) if isinstance(n, ast.Name)]
    made = {n.id for n in names if isinstance(n.ctx, ast.Store)} | {a.arg for a in inside.args.kwonlyargs}
    above = {f.name for f in work if isinstance(f, ast.FunctionDef)}
    above |= {x.id for a in work if isinstance(a, ast.Assign) for x in a.targets if isinstance(x, ast.Name)}
    arguments = {a.arg for a in ast.walk(inside) if isinstance(a, ast.arg)}
    return {n.id for n in names} - made - above - arguments


@pytest.mark.parametrize("name", [n for n in OPS if n not in LAST])
def test_what_code_uses_itself_is_known(name: str) -> None:
    for e in cases(OPS[name]):
        assert outer(sb.derive(collect(z=e))) <= OWN


@pytest.mark.parametrize("seed", range(30, 60))
def test_random_graphs_under_names_of_code(seed: int) -> None:
    words = [
        "np",
        "sum",
        "range",
        "float",
        "dtype",
        "_arrays",
        "_fold",
        "len",
        "self",
        "p_bar",
        "L_bar",
        "gelu",
    ]
    text = random_graph(seed, 6, EVERYTHING)
    for k in range(6):
        text = text.replace(f"p{k}", words[(seed + k) % 12]).replace(f"q{k}", words[(seed + k + 5) % 12])
    d = sb.derive(text)
    assert not emitted_differs(d, seed), text


def test_builtins_are_builtins() -> None:
    assert {n for n in OWN if hasattr(builtins, n)} == {"range", "int", "float", "next"}
