"""What the library prints, typed into `sb.check` by somebody who copies it: LaTeX and plain text."""

from __future__ import annotations

import pytest

import symbackprop as sb
from benchmarks.answers import derivations
from symbackprop.answers.typed.typed_answer import Notation
from symbackprop.derivation.derivation import Derivation
from tests.graphs import GRAPHS

WORKED = dict(derivations())
NOTATIONS: tuple[Notation, ...] = ("latex", "plain")


def copied(d: Derivation, name: str, notation: Notation) -> str:
    """A printed gradient."""
    return d[name].latex() if notation == "latex" else d[name].text()


def held(d: Derivation) -> None:
    """Every printed gradient is right when it is typed, in both notations."""
    for name in d.wrt:
        for notation in NOTATIONS:
            found = sb.check(d, name, copied(d, name, notation), kind="gradient", notation=notation)
            assert found.ok, (name, copied(d, name, notation), str(found), found.detail)


@pytest.mark.parametrize("graph", GRAPHS)
def test_gradients_of_the_tests_graphs(graph: str) -> None:
    held(sb.derive(GRAPHS[graph]))


@pytest.mark.parametrize("sheet", WORKED)
def test_gradients_of_the_worked_sheets(sheet: str) -> None:
    held(WORKED[sheet])


def test_a_damaged_copy_is_not_right() -> None:
    d = sb.derive(GRAPHS["two paths"])
    for notation in NOTATIONS:
        assert not sb.check(d, "W", "2 (" + copied(d, "W", notation) + ")", notation=notation).ok


@pytest.mark.parametrize("name", ["s", "f", "phi", "act", "zeta"])
def test_of_two_functions_with_one_sign_the_graphs_own_is_meant(name: str) -> None:
    d = sb.derive(
        f"i: 1..n; x: scalar; w[i]: scalar; {name}: function as \\sigma; h[0] = x\n"
        f"h[i] = {name}(w[i] * h[i-1]); y = h[n]", wrt=["w"]
    )  # fmt: skip
    right = r"\delta h_{i} \sigma'(w_{i} h_{i-1}) h_{i-1}"
    assert sb.check(d, "w", right, kind="gradient").ok
    assert sb.check(d, "w", f"δhᵢ {name}′(wᵢ hᵢ₋₁) hᵢ₋₁", kind="gradient").ok
    assert not sb.check(d, "w", right.replace("'", ""), kind="gradient").ok
