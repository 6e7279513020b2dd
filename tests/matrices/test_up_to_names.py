"""What is made once for expressions that are alike is what each of them would have been made by itself."""

from __future__ import annotations

import inspect
from random import Random

import pytest

from symbackprop import derive, read
from symbackprop.backward import local_derivatives
from symbackprop.graph.expr import substitute
from symbackprop.graph.graph import Graph
from symbackprop.matrices import expansion, tidy
from symbackprop.matrices.up_to_names import likeness

BLOCK = {
    "square":     "z{k} = {h} @ W{k}; {o} = tanh(z{k})",
    "residual":   "{o} = {h} + relu({h} @ W{k})",
    "normalised": "{o} = layernorm({h} + tanh({h} @ W{k}))",
    "attention":  "P{k} = softmax({h} @ {h}.T / sqrt(d)); {o} = P{k} @ {h} @ W{k}",
    "gated":      "s{k} = sigmoid({h} @ W{k}); {o} = s{k} * {h} + (1 - s{k}) * tanh({h})",
}  # fmt: skip


def blocks(names: list[str], words: str = "") -> Graph:
    """Blocks one behind the other, each with a matrix of its own."""
    lines = ["h0: n x d"]
    for k, name in enumerate(names, 1):
        lines += [f"W{k}: d x d {words}", BLOCK[name].format(k=k, h=f"h{k - 1}", o=f"h{k}")]
    return read("\n".join([*lines, f"L = sum(h{len(names)}**2)"]))


@pytest.mark.parametrize("seed", range(6))
def test_repeated_blocks_are_what_they_are_without_memory(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    names = Random(seed).choices(sorted(BLOCK), k=5)
    g = blocks(names, Random(seed).choice(["", "symmetric"]))
    kept = derive(g)
    forms = {n: (a.forms, a.uses) for n, a in kept.backward.adjoints.items()}
    for module, f in ((tidy, "tidy"), (expansion, "expanded"), (local_derivatives, "from_definition")):
        monkeypatch.setattr(module, f, inspect.unwrap(getattr(module, f)))
    local_derivatives.sent_back.cache_clear()
    alone = derive(g)
    assert {n: (a.forms, a.uses) for n, a in alone.backward.adjoints.items()} == forms, names


def alike(g: Graph, first: str, second: str) -> bool:
    return likeness((g.definition[first],))[0] == likeness((g.definition[second],))[0]


def test_names_make_no_difference_and_everything_else_does() -> None:
    g = read("""x: n x d; y: n x d; z: d x n; A: d x d; S: d x d symmetric; p: n x d positive
        a = x * y; b = y * x; c = x * x; e = y * z.T; f = x @ A; h = x @ S; u = p * y""")
    assert alike(g, "a", "b")
    assert not any(alike(g, *pair) for pair in ("ac", "ae", "fh", "au"))


def test_a_name_that_is_looked_through_makes_a_difference() -> None:
    """A sum that is 0 by what its terms are called for: x - mean(x), and x - m for any other m."""
    g = read("x: n; y: n; t: n; k: scalar; m = mean(x); q = 3 * k; a = sum(x - m); b = sum(y - q)")
    assert not alike(g, "a", "b")
    assert tidy.tidy(g.definition["a"]).number == 0
    assert tidy.tidy(g.definition["b"]).number != 0


def test_symbols_of_one_definition_stay_apart() -> None:
    g = read("x: n; y: n; a = x - y; b = x - x")
    assert tidy.tidy(g.definition["a"]) is not tidy.tidy(g.definition["b"])
    swap = {g.symbol["x"]: g.symbol["y"], g.symbol["y"]: g.symbol["x"]}
    turned = substitute(g.definition["a"], swap)
    assert tidy.tidy(turned) is substitute(tidy.tidy(g.definition["a"]), swap)


def test_a_chain_of_thousands_is_derived_emitted_and_said() -> None:
    """Nothing between a graph and its code goes down a chain by recursion."""
    n = 600
    lines = [f"h{k} = tanh(h{k - 1}) * x" for k in range(1, n + 1)]
    d = derive("\n".join(["x: d", "h0 = x", *lines, f"L = sum(h{n})"]))
    assert d.source().split("def forward")[0].count("np.tanh") == n
    assert d["x"].text().count("tanh") >= n
