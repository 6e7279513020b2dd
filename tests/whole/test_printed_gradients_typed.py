"""What the library prints, typed into `sb.check` by somebody who copies it: LaTeX and plain text."""

from __future__ import annotations

import pytest

import symbackprop as sb
from benchmarks.answers import derivations
from symbackprop.answers.typed.answer_reader import Notation
from symbackprop.derivation.derivation import Derivation
from tests.graphs import GRAPHS
from tests.samples import sampled

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


STACKS = ("einsum", "transformer")  # matrix by matrix: pages read it back, typed answers are not read so


@pytest.mark.parametrize("graph", sampled([g for g in GRAPHS if g not in STACKS], 2))
def test_gradients_of_the_tests_graphs(graph: str) -> None:
    held(sb.derive(GRAPHS[graph]))


@pytest.mark.parametrize("sheet", sampled(WORKED, 2))
def test_gradients_of_the_worked_sheets(sheet: str) -> None:
    held(WORKED[sheet])


def test_a_damaged_copy_is_not_right() -> None:
    d = sb.derive(GRAPHS["two paths"])
    for notation in NOTATIONS:
        assert not sb.check(d, "W", "2 (" + copied(d, "W", notation) + ")", notation=notation).ok


DAMAGE = {
    "residual": [
        ("v = o − y", "v = y − o"), ("δr = (2/d)", "δr = (1/d)"), ("δz = δh", "δz = −δh"),
    ],
    "elman": [
        ("δhₜ = Vᵀ", "δhₜ = 2 Vᵀ"), ("rₜ = oₜ − yₜ", "rₜ = oₜ + yₜ"), ("rₜ = oₜ − yₜ", "rₜ = oₜ₋₁ − yₜ"),
        ("Uᵀ δzₜ₊₁", "Uᵀ δzₜ"), ("δz_(T+1) = 0", "δz_(T+1) = 1"),
        ("δhₜ ⊙ (1", "−δhₜ ⊙ (1"), ("δzₜ = δhₜ", "δzₜ₋₁ = δhₜ"),
    ],
    "two steps back": [
        ("= 0 for t > T", "= 1 for t > T"), ("= 0 for t > T", "= 0"), ("for t > T", "for t < T"),
        ("δhₜ = 𝟏ₘ", "δhₜ = 2 𝟏ₘ"),
    ],
    "last step": [
        ("δh_T = 2", "δh_T = 3"), ("for t < T", "for t > T"),
        ("δhₜ = ", "δhₜ = 2 "),
    ],
    "concat": [("[I₂; 0_(3×2)]", "[I₂; 0_(3×2)]ᵀ"), ("[I₂; 0_(3×2)]", "2 [I₂; 0_(3×2)]"),
               ("[I₂; 0_(3×2)]", "[0_(3×2); I₂]")],
}  # fmt: skip
OWN = {
    "residual": (GRAPHS["residual"], "x"),
    "last step": (
        "t: 1..T; W: m x m; x[t]: m; h[t] = tanh(W @ h[t-1] + x[t])\nL = sum(h[T]**2)", "W"
    ),
    "elman": (GRAPHS["elman"], "W"),
    "two steps back": (GRAPHS["two steps back"], "a"),
    "concat": (GRAPHS["concat"], "a"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("graph", "old", "new"), [(k, *pair) for k, pairs in DAMAGE.items() for pair in pairs]
)
def test_a_clause_that_is_wrong_is_not_accepted(graph: str, old: str, new: str) -> None:
    text, name = OWN[graph]
    d = sb.derive(text)
    said = d[name].text()
    assert old in said, said
    assert sb.check(d, name, said, kind="gradient").ok
    assert not sb.check(d, name, said.replace(old, new, 1), kind="gradient").ok


def test_a_new_name_is_what_its_clause_says() -> None:
    d = sb.derive("A: m x d; x: d; b: m; f = logsumexp(A @ x + b)", wrt=["A"])
    assert sb.check(d, "A", "p xᵀ  with p = softmax(A x + b)").ok
    for wrong in ("2 softmax(A x + b)", "sigmoid(A x + b)", "softmax(A x - b)"):
        assert not sb.check(d, "A", f"p xᵀ  with p = {wrong}").ok


def test_what_clauses_say_in_latex_is_held_against_the_values_too() -> None:
    d = sb.derive(GRAPHS["elman"])
    said = d["W"].latex()
    assert sb.check(d, "W", said).ok
    for old, new in ((r"\frac{2}{k}", r"\frac{1}{k}"), ("r_{t} = o_{t} -", "r_{t} = o_{t} +")):
        assert old in said
        assert not sb.check(d, "W", said.replace(old, new, 1)).ok


def test_a_helper_may_mean_something_else_in_an_answer_and_a_declared_name_may_not() -> None:
    d = sb.derive("X: n x d; w: d; y: n; L = mse(X @ w, y)", wrt=["w"])
    assert "r = X w − y" in d["w"].text()
    assert sb.check(d, "w", "-2/n X' r with r = y - X w").ok
    assert not sb.check(d, "w", "2/n X' r with r = y - X w").ok
    assert not sb.check(d, "w", "-2/n X' (X w - y) with y = -y").ok


def test_a_recursion_without_other_signals_says_where_it_ends() -> None:
    d = sb.derive(
        "t: 1..T; A: m x m; x[t]: m\nh[t] = A @ h[t-1] + x[t]\nl[t] = sum(h[t]**2); L = sum(l[t], over=t)"
    )
    assert "δh_(T+1) = 0" in d["h"].text()


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
