"""A recurrent name is printed the same at every step: also where it is read before it is defined."""

from __future__ import annotations

import pytest

import symbackprop as sb
from symbackprop.formula.printed_names import spelled
from symbackprop.formula.tree import Name
from symbackprop.graph.expr import symbols

CELL = "t: 1..T; x[t]: d; W: n x d; U: n x n; b: n; {} h[t] = tanh(W @ x[t] + U @ h[t-1] + b){}; {}"
END = "l[t] = sum(h[t]**2); L = sum(l[t], over=t)"
TEX = [
    "h_1", "h^{(1)}", "h'", r"\hat h", r"h_{\mathrm{in}}", "h^{(1)}_a", "h_{1,2}", "h_t", "h^*", "h^2", "h_i",
    r"\mathbf{h}", "h_T", "h''_1", r"\tilde{h}_1^{(2)}", r"\overrightarrow{h}", "h^+",
]  # fmt: skip


@pytest.mark.parametrize("tex", TEX)
def test_a_state_that_reads_itself(tex: str) -> None:
    g = sb.read(CELL.format("", f" as {tex}", END))
    assert printed(g) == {spelled(tex)}
    sb.derive(g).verify().demand()


def printed(g: sb.Graph) -> set[Name]:
    """How h is printed wherever it stands."""
    every = [s.symbol for e in g.definition.values() for s in symbols(e)]
    return {s.tex for s in every if s and s.name == "h"}


def test_two_states_and_a_given_start() -> None:
    sb.derive(
        "t: 1..T; a: scalar as a_1; s: scalar; h[0] = s; h[t] = a*h[t-1] as h_1; "
        "g[t] = a*g[t-1] + h[t] as g^{(1)}; L = sum(g[t]**2, over=t)"
    ).verify().demand()


def test_the_name_of_the_definition_counts() -> None:
    g = sb.read(CELL.format("h[t]: n as h_1;", " as h_2", END))
    assert printed(g) == {Name("h", "", "2")}
    sb.derive(g).verify().demand()


def test_another_name_at_the_earlier_step_is_another_state() -> None:
    with pytest.raises(sb.DeclarationError):
        sb.read(CELL.format("", " as h_1", "k[t] = tanh(h_1[t-1]); L = sum(k[t], over=t)"))
