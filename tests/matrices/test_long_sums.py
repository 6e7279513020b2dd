"""A sum of many terms is tidied once: twice the terms are twice the work, the form is that of a short one."""

from __future__ import annotations

import pytest

import symbackprop as sb
from symbackprop.matrices import tidy as td
from symbackprop.matrices.tidy import like_terms

CHAINS = {
    "read by every node": "h{k} = tanh(h{j}) * x",
    "added to every node": "h{k} = tanh(W @ h{j}) + x",
    "divided into every node": "h{k} = h{j} / (1 + x**2)",
}


def chain(step: str, depth: int) -> str:
    steps = "; ".join(step.format(k=k, j=k - 1) for k in range(1, depth + 1))
    return f"x: d; W: d x d; h0 = tanh(x); {steps}; L = sum(h{depth}) + sum(W)"


@pytest.mark.parametrize("step", CHAINS)
def test_twice_the_chain_is_twice_the_work(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    split, met = like_terms.split, list[int]()

    def counted(e: sb.Expr) -> object:
        met.append(1)
        return split(e)

    monkeypatch.setattr(like_terms, "split", counted)
    work = []
    for depth in (40, 80, 160):
        met.clear()
        sb.derive(chain(CHAINS[step], depth), wrt="x")
        work.append(len(met))
    assert work[1] < 2.2 * work[0] and work[2] < 2.2 * work[1]


def test_partners_are_found_among_many_terms() -> None:
    x, y = sb.symbol("x", "n"), sb.symbol("y", "n")
    many = [sb.symbol(f"A{k}", "n", "n") for k in range(30)]
    total = many[0] @ x
    for term in [a @ x for a in many[1:]] + [x * y] + [a.T @ x for a in reversed(many)]:
        total = total + term
    found = td.summands(td.tidy(total))
    assert len(found) == 31  # (A + Aᵀ) x for each of them, and x ⊙ y
    assert sum(e.op.name == "matmul" for e in found) == 30


def test_a_pair_joins_one_that_stands_there() -> None:
    x, a = sb.symbol("x", "n"), sb.symbol("A", "n", "n")
    both = td.tidy((a + a.T) @ x + a @ x + a.T @ x)
    assert both is td.tidy(2 * ((a + a.T) @ x))
    assert td.tidy((a + a.T) @ x + a @ x - a.T @ x) is not both
