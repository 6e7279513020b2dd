"""Calls of layers that the derivation takes apart: which nodes belong to them, and in which role."""

from __future__ import annotations

import pytest

import symbackprop as sb
from symbackprop.backward.composites import Composite
from symbackprop.backward.preparation import Prepared, prepare
from symbackprop.graph import functions as fn
from symbackprop.graph.expr import symbols
from symbackprop.graph.composite_functions import COMPOSITIONS
from symbackprop.graph.functions import collect, named, symbol
from symbackprop.graph.graph_text import read


def prepared(text: str) -> Prepared:
    return prepare(read(text))


def one(p: Prepared, function: str) -> Composite:
    (found,) = (c for c in p.composites if c.function == function)
    return found


def says(e: sb.Expr) -> str:
    """A symbol by its name, anything else by its op."""
    return e.symbol.name if e.symbol else e.op.name


# text, function, owner, its arguments by role, the ops of what stands between, how many names are its own
CALLS = [
    ("x: k x c x 8 x 6; y = max_pool2d(x); L = sum(y**3)", "max_pool2d", "y", {"x": "x"},
     {"windows": "windows2d", "flat": "reshape", "place": "argmax"}, 3),
    ("x: n x 10; y = max_pool1d(x, size=5); L = sum(y**3)", "max_pool1d", "y", {"x": "x"},
     {"windows": "windows1d", "place": "argmax"}, 2),
    ("x: c x 5 x 7; y = global_max_pool(x); L = sum(y**3)", "global_max_pool", "y", {"x": "x"},
     {"flat": "reshape", "place": "argmax"}, 2),
    ("x: c x 5 x 7; y = global_avg_pool(x); L = sum(y**3)", "global_avg_pool", "y", {"x": "x"}, {}, 0),
    ("X: n x d; y = max(X, axis=0); L = sum(y**3)", "max", "y", {"x": "X"}, {"place": "argmax"}, 1),
    ("Q: n x d; K: m x d; V: m x k; O = attention(Q, K, V); L = sum(O**2)", "attention", "O",
     {"q": "Q", "k": "K", "v": "V"}, {"scores": "divide", "weights": "softmax", "seen": "matmul"}, 2),
    ("Q: 3 x 4; K: 5 x 4; V: 5 x 4; M: 3 x 5; O = attention(Q, K, V, M, heads=2); L = sum(O**2)",
     "attention", "O", {"q": "Q", "k": "K", "v": "V", "mask": "M"},
     {"queries": "column_blocks", "keys": "column_blocks", "values": "column_blocks",
      "scores": "divide", "weights": "masked_softmax", "seen": "matmul"}, 6),
    ("x: n x 6 x 5; g: 6; b: 6; y = group_norm(x, g, b, groups=3); L = sum(y**3)", "group_norm", "y",
     {"x": "x", "g": "g", "b": "b"}, {"normal": "layernorm"}, 3),
    ("x: n x 4 x 7; f: 6 x 2 x 3; b: 6; y = conv1d(x, f, b, groups=2); L = sum(y**3)", "conv1d", "y",
     {"x": "x", "f": "f", "b": "b"}, {"groups": "group_conv1d"}, 4),
    ("P: n x k; y: n label k; L = mean(cross_entropy(softmax(P), y))", "cross_entropy", "L",
     {"p": "Q", "label": "y"}, {"picked": "pick"}, 0),
    ("X: n x d; y: n label k; S = scatter(X, y); L = sum(S**2)", "scatter", "S", {"x": "X", "label": "y"},
     {"chosen": "onehot"}, 0),
    ("F: c x h x w; T: c x h x w; L = style(F, T)", "style", "L", {"f": "F", "target": "T"}, {}, 4),
    ("A: n x n posdef; L = logdet(A)", "logdet", "L", {"a": "A"}, {"det": "det"}, 0),
    ("S: n x n; L = infonce(S, tau=0.5)", "infonce", "L", {"scores": "S"}, {"scaled": "divide"}, 1),
    ("X: n x m; L = total_variation(X)", "total_variation", "L", {"x": "X"},
     {"down": "subtract", "right": "subtract"}, 2),
]  # fmt: skip


@pytest.mark.parametrize(("text", "function", "owner", "arguments", "inner", "names"), CALLS)
def test_calls_are_remembered(
    text: str, function: str, owner: str, arguments: dict[str, str], inner: dict[str, str], names: int
) -> None:
    p = prepared(text)
    c = one(p, function)
    written = {role: p.graph.definition.get(says(e), e) for role, e in c.inner.items()}
    assert (c.owner, {r: says(e) for r, e in c.arguments.items()}) == (owner, arguments)
    assert {r: e.op.name for r, e in written.items()} == inner
    assert len(c.names) == names and set(c.names) <= set(p.named)
    assert p.graph.definition[owner] is c.value or function not in ("attention", "max_pool2d")


def test_equations_of_one_op_have_roles_too() -> None:
    p = prepared("X: n x d; g: d; b: d; y = layernorm(X, g, b); L = sum(y**3)")
    c = one(p, "layernorm")
    assert {r: says(e) for r, e in c.arguments.items()} == {"x": "X", "g": "g", "b": "b"}
    assert set(c.inner) == {"s", "h"} and set(c.names) == {says(e) for e in c.inner.values()}
    assert c.owner == "y"
    scores = prepared("Z: n x k; y: n label k; L = mean(cross_entropy_logits(Z, y))")
    assert one(scores, "cross_entropy_logits").owner == "L"


def test_each_of_two_layers_has_its_own_helpers() -> None:
    p = prepared("X: n x d; W: d x d; g: d; Y = layernorm(X, g); Z = layernorm(Y @ W, g); L = sum(Z**3)")
    first, second = (c for c in p.composites if c.function == "layernorm")
    assert (first.owner, second.owner) == ("Y", "Z")
    assert first.names and not set(first.names) & set(second.names)


@pytest.mark.parametrize("shape", ["3 x n x 1 x 1", "m x 3 x 3", "1 x n"])
def test_a_helper_is_read_by_the_name_it_prints(shape: str) -> None:
    """p1 prints with its number above beside a p of which an entry p_1 may be written."""
    d = sb.derive(f"x: {shape}; y = log_softmax(x, axis=0); z = log_softmax(y, axis=1); a: 1 x 1"
                  "; b = log_softmax(a, axis=1); L = sum(sin(z)) + sum(sin(b)) + sum(sin(b[0]))")  # fmt: skip
    printed = {n: e.symbol.tex for n, e in d.graph.symbol.items() if e.symbol}
    read = {s.symbol for a in d.backward.adjoints.values() for f in a.forms for s in symbols(f)}
    assert all(s.tex == printed[s.name] for s in read if s and not s.cotangent)
    assert d.verify().ok


def test_written_by_hand_nothing_is_remembered() -> None:
    """And a call beside its twin keeps its own: no graph asks what another one wrote."""
    call = prepared("A: n x m; z = max(A, axis=1); L = sum(z**2)")
    hand = prepared("A: n x m; p = argmax(A, axis=1); z = A[p]; L = sum(z**2)")
    assert one(call, "max").names and not hand.composites
    typed = prepared("Q: n x d; K: m x d; V: m x k; S = Q @ K.T/sqrt(d); O = softmax(S) @ V; L = sum(O**2)")
    assert [c.function for c in typed.composites] == ["softmax"]


def test_what_others_read_as_well_is_not_its_own() -> None:
    """The scores have a name of the preparation, and the penalty reads them too."""
    q, k, v = symbol("Q", "n", "d"), symbol("K", "m", "d"), symbol("V", "m", "k")
    out = fn.FUNCTIONS["attention"](q, k, v)
    scores = out.args[0].args[0]
    alone = prepare(collect(L=fn.total(out**2)))
    shared = prepare(collect(L=fn.total(out**2) + fn.total(scores**4)))
    assert says(one(alone, "attention").inner["scores"]) in one(alone, "attention").names
    assert says(one(shared, "attention").inner["scores"]) in shared.named
    assert says(one(shared, "attention").inner["scores"]) not in one(shared, "attention").names


def test_python_and_text_remember_the_same() -> None:
    x = symbol("x", "k", "c", 8, 6)
    y = named("y", fn.FUNCTIONS["max_pool2d"](x))
    built, typed = prepare(collect(L=fn.total(y**3))), prepared(CALLS[0][0])
    a, b = one(built, "max_pool2d"), one(typed, "max_pool2d")
    assert a.names == b.names
    assert {r: says(e) for r, e in a.inner.items()} == {r: says(e) for r, e in b.inner.items()}


BATCHED = [  # a graph, what differs by sample, a call; whether the ops of all samples are those of one
    ("x: c x 8 x 6; y = max_pool2d(x); L = sum(y**3)", "x", "max_pool2d", True),
    ("Q: m x d; K: m x d; V: m x k; O = attention(Q, K, V); L = sum(O**2)", "Q K V", "attention", True),
    ("z: k; y: scalar label k; L = cross_entropy(softmax(z), y)", "z y", "cross_entropy", True),
    ("A: k x k; b: k; L = sum(inverse(A) @ b)*logdet(A.T @ A)", "b", "logdet", True),
    ("F: 2 x m; G: 2 x 2; L = sum((gram(F) - G)**2)", "F", "gram", True),
    ("X: m x k; y = total_variation(X); L = y**2", "X", "total_variation", False),
]


@pytest.mark.parametrize(("text", "samples", "function", "kept"), BATCHED)
def test_calls_of_all_samples(text: str, samples: str, function: str, kept: bool) -> None:
    found = [c for c in prepare(sb.batch(text, samples.split())).composites if c.function == function]
    assert len(found) == kept
    assert all(e.op.name != "transpose" for c in found for e in c.arguments.values())


def test_a_recurrent_call_is_found_inside_time() -> None:
    p = prepared("t: 1..T; x[t]: n x d; W: d x d; H[t]: n x d; H[t] = attention(x[t], H[t-1], H[t-1] @ W)\n"
                 "L = sum(sum(H[t]), over=t)")  # fmt: skip
    c = one(p, "attention")
    assert c.owner == "H" and says(c.arguments["q"]) == "x"
    assert c.arguments["k"].symbol and c.arguments["k"].symbol.shift == -1


def test_a_call_in_the_middle_of_a_definition_is_found() -> None:
    p = prepared("x: c x 8 x 6; w: c x 4 x 3; L = sum(tanh(max_pool2d(relu(x)))*w)")
    c = one(p, "max_pool2d")
    assert c.owner in p.named or c.owner == "L"
    assert set(c.inner) == {"windows", "flat", "place"}


@pytest.mark.parametrize("function", sorted(COMPOSITIONS))
def test_no_composition_is_forgotten(function: str) -> None:
    """What is one op needs no memory; everything else has a row above."""
    single = {"avg_pool1d", "avg_pool2d", "dropout", "masked_softmax"}
    rows = {f for _, f, *_ in CALLS} | {"conv2d", "gram"}  # conv2d is made as conv1d is, gram stands in style
    assert function in rows | single
