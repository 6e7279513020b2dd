"""Reads: one for each occurrence of a node, each with its own way of ops and its own term of the δ."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.backward.preparation import Prepared, prepare
from symbackprop.backward.reads import Read, occurrences
from symbackprop.backward.reverse_pass import Backward, Use, backward, term
from symbackprop.graph.expr import apply, pinned, topological
from symbackprop.graph.functions import collect, named, symbol, total
from symbackprop.graph.graph_text import read
from symbackprop.matrices import tidy as td
from symbackprop.numeric.points import backward_values, evaluate, forward, generic_point, seeded
from symbackprop.sizes import size
from symbackprop.vocabulary import OPS
from symbackprop.vocabulary.kinds import ADD, MATMUL, MULTIPLY, SUM, TANH
from tests.graphs import GRAPHS
from tests.random_graphs import random_graph

RELU, TIMES = OPS["relu"], "t: 1..T; x[t]: scalar; w: scalar; z: scalar; "


def prepared(text: str) -> Prepared:
    return prepare(read(text))


def ways(p: Prepared, name: str) -> list[tuple[str, int, tuple[str, ...]]]:
    return [(r.consumer, r.shift, tuple(op.name for op in r.ops)) for r in p.readers[name]]


def test_a_residual_reads_its_input_past_the_layer_and_through_it() -> None:
    p = prepared("x: n; W: n x n; y = x + relu(W @ x); L = sum(y**2)")
    past, through = p.readers["x"]
    assert past.ops == (ADD,) and through.ops == (ADD, RELU, MATMUL)
    assert [n for _, n in past.way] == [0] and [n for _, n in through.way] == [1, 0, 1]
    (use,) = (u for u in backward(p).adjoints["x"].uses if u.consumer == "y")
    assert use.reads == (past, through)
    own = p.signals["y"]
    assert term(p, past, own) is own
    assert term(p, through, own) is not own


def test_a_block_reads_its_stream_twice_in_each_half() -> None:
    p = prepared(GRAPHS["transformer"])
    assert Counter(r.consumer for r in p.readers["X"])["R"] == 1
    assert {op.name for r in p.readers["X"] for op in r.ops} >= {"add", "layernorm"}
    (reads,) = ([r for r in p.reads["Y"] if r.name == "R"],)
    assert [r.ops for r in reads] == [(ADD,)]


def test_the_cell_of_an_lstm_is_read_by_its_gates() -> None:
    p = prepared(GRAPHS["lstm"])
    assert ways(p, "c") == [("c", -1, ("add", "multiply")), ("h", 0, ("multiply", "tanh"))]
    steps = {(p.graph.definition[r.consumer].op.name, r.shift) for r in p.readers["h"]}
    assert steps == {("add", -1), ("sum", 0)}
    assert [r.leaf.symbol and r.leaf.symbol.name for r in p.reads["c"]] == ["f", "c", "i", "g"]
    gates = [r for r in p.readers["h"] if r.shift == -1]
    assert len(gates) == 4 and all(r.ops == (ADD, MATMUL) for r in gates)


def test_a_peephole_reads_the_cell_before_and_after() -> None:
    p = prepared(GRAPHS["peephole"])
    found = Counter((r.shift, MULTIPLY in r.ops) for r in p.readers["c"])
    assert found == {(-1, True): 3, (0, True): 2}  # of them tanh(c) stands in a product with o


def test_an_initial_state_and_the_last_step_are_read_from_outside_time() -> None:
    p = prepared("t: 1..T; x[t]: d; h0: d; h[0] = tanh(h0); h[t] = x[t]*h[t-1]\n"
                 "L = sum(h[T]) + sum(sum(h[t]), over=t)")  # fmt: skip
    assert ways(p, "h0") == [("h[0]", 0, ("tanh",))]
    assert [(r.consumer, r.shift, r.at, r.over_time) for r in p.readers["h"]] == [
        ("h", -1, None, False), ("L", 0, size("T"), False), ("L", 0, None, True),
    ]  # fmt: skip


def test_a_label_is_read_as_well() -> None:
    p = prepared("X: n x k; y: n label k; L = mean(cross_entropy_logits(X, y))")
    assert [(r.consumer, [n for _, n in r.way]) for r in p.readers["y"]] == [("L", [0, 1])]


def test_helpers_of_an_op_are_no_readers() -> None:
    p = prepared("X: n x d; g: d; y = layernorm(X, g); L = sum(y**3)")
    assert p.helpers
    assert [r.consumer for r in p.readers["X"]] == ["y"]


BOTH = ["sum(w*x[t], over=t) + w*z", "w*z - w*sum(x[t]*w, over=t)", "(z - w)*sum(x[t]*w, over=t)"]


@pytest.mark.parametrize("right", BOTH)
def test_a_constant_read_inside_a_sum_over_time_and_beside_it(right: str) -> None:
    """Two uses: what comes back through the sum is summed, what comes back beside it is not."""
    d = sb.derive(TIMES + "L = " + right)
    uses = [u for u in d.backward.adjoints["w"].uses if u.consumer == "L"]
    assert {r.over_time for r in uses[0].reads} != {r.over_time for r in uses[1].reads}
    assert d.verify().ok


def test_anonymous_nodes_do_not_multiply_the_reads() -> None:
    """2**40 ways from the root to x as it was built; every heavy node has a name, so they stay few."""
    y = symbol("x", "d")
    for _ in range(40):
        y = y * apply(TANH, y)
    p = prepare(collect(L=total(y)))
    assert sum(map(len, p.reads.values())) < 400


def test_occurrences_come_from_left_to_right() -> None:
    x, y = symbol("x", 3), symbol("y", 3)
    names = [r.name for r in occurrences("L", (x * y + y) @ (x - y))]
    assert names == ["x", "y", "y", "x", "y"]


TEXTS = {**GRAPHS, **{f"random {seed}": random_graph(seed, 6) for seed in range(12)}}


@pytest.mark.parametrize("name", TEXTS)
def test_the_reads_are_what_the_definitions_hold(name: str) -> None:
    p = prepared(TEXTS[name])
    for consumer, reads in p.reads.items():
        root = p.graph.definition.get(consumer) or p.graph.initial[consumer.removesuffix("[0]")]
        assert {r.leaf for r in reads} == {e for e in topological(root) if e.symbol}
        assert all(follows(r, root) for r in reads)
        assert len({tuple(n for _, n in r.way) for r in reads}) == len(reads)
    assert sorted(map(len, p.readers.values())) == sorted(Counter(
        r.name for reads in p.reads.values() for r in reads).get(n, 0) for n in p.graph.symbol)  # fmt: skip


def follows(r: Read, root: sb.Expr) -> bool:
    """Whether a way leads from the root, argument by argument, to the leaf."""
    nodes = [*(e for e, _ in r.way), r.leaf]
    return nodes[0] is root and all(e.args[n] is b for (e, n), b in zip(r.way, nodes[1:], strict=True))


@pytest.mark.parametrize("name", [n for n in TEXTS if n != "deep"])
def test_a_use_is_the_sum_of_what_its_reads_send_back(name: str) -> None:
    b = backward(prepared(TEXTS[name]))
    p = forward(b.graph, seeded(b, generic_point(b.graph, 1, 5), 5))
    at = backward_values(b, p)
    for a in b.adjoints.values():
        t = 1 if a.symbol.symbol and a.symbol.symbol.time else 0
        for u in a.uses:
            assert u.reads, (name, u)
            parts = [term(b.prepared, r, own_of(b, u)) for r in u.reads]
            found, wanted = (evaluate(e, at, t) for e in (td.plus(*parts), u.value))
            np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12, err_msg=f"{name}: {u}")


def own_of(b: Backward, u: Use) -> sb.Expr:
    """The cotangent of a consumer, at step 0 for an initial state."""
    if u.consumer.endswith("[0]"):
        return pinned(b.signals[u.consumer.removesuffix("[0]")], size(0))
    return b.seed if u.consumer == b.of and b.seed.number == 1 else b.signals[u.consumer]


def test_a_read_that_is_forgotten_is_seen() -> None:
    p = prepared("x: 3; W: 3 x 3; y = x + relu(W @ x); L = sum(y**2)")
    (use,) = backward(p).adjoints["x"].uses
    own = p.signals["y"]
    assert td.plus(*(term(p, r, own) for r in use.reads)) is td.tidy(use.value)
    assert term(p, use.reads[1], own) is not td.tidy(use.value)
    assert named("y", symbol("x", 2)).symbol and SUM in p.readers["y"][0].ops
