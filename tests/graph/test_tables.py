"""Tables of a graph: what the passes look up is what asking again would say."""

import pytest

from symbackprop.graph.expr import topological
from symbackprop.graph.graph_text import read
from tests.graphs import GRAPHS

STARTED = {"started": "t: 1..T; x[t]: d; a: d; h[0] = tanh(a); h[t] = x[t]*h[t-1]; L = sum(h[T])"}


@pytest.mark.parametrize("text", [*GRAPHS.values(), *STARTED.values()])
def test_tables(text: str) -> None:
    g = read(text)
    assert set(g.roots) == {*g.definition, *(f"{n}[0]" for n in g.initial)}
    for name, root in g.roots.items():
        nodes = g.inside[name]
        assert nodes == topological(root) and nodes[-1] is root
        assert all(a in nodes[:k] for k, e in enumerate(nodes) for a in e.args)
    assert set(g.every) == set(topological(*g.roots.values())) and len(set(g.every)) == len(g.every)
    assert {n for n, e in g.symbol.items() if e.symbol and e.symbol.time} == g.times.keys()
    assert all(g.time and t == g.time.name for t in g.times.values())


def test_what_a_recurrence_starts_from_is_a_root() -> None:
    g = read(STARTED["started"])
    assert list(g.roots) == ["h[0]", "h", "L"]
    assert [e.op.name for e in g.inside["h[0]"]] == ["symbol", "tanh"]
