"""Sums over an axis as products with ones, or with Σ, as the convention has it."""

from __future__ import annotations

import pytest

import symbackprop as sb
from symbackprop.derivation.equation import Equation
from symbackprop.derivation.scopes import PAGE
from symbackprop.formula import tree as no
from symbackprop.formula.tree import Formula
from symbackprop.formula.writing.text_writer import text
from symbackprop.formula.writing.walk import inside
from symbackprop.page.outline import outline
from tests.graphs import GRAPHS
from tests.samples import sampled

AFFINE = "X: n x d; W: d x m; b: m; Y: n x m; E = X @ W + b - Y; L = mean(E**2)"
MEAN = "X: n x d; m = mean(X, axis=0); L = sum(m**2)"
SAID = {
    ("shape", AFFINE): ("(2/(m n)) Eᵀ 𝟏ₙ", "(1/(m n)) Σ[i = 1…n] Σ[j = 1…m] Eᵢⱼ²"),
    ("ones", AFFINE):  ("(2/(m n)) Eᵀ 𝟏ₙ", "(1/(m n)) 𝟏ₙᵀ (E ⊙ E) 𝟏ₘ"),
    ("sigma", AFFINE): ("(2/(m n)) Σ[j = 1…n] Eⱼᵢ", "(1/(m n)) Σ[i = 1…n] Σ[j = 1…m] Eᵢⱼ²"),
    ("shape", MEAN): ("(2/n) 𝟏ₙ mᵀ", "Σ[i = 1…d] mᵢ²"),
    ("ones", MEAN):  ("(2/n) 𝟏ₙ mᵀ", "𝟏_dᵀ (m ⊙ m)"),
    ("sigma", MEAN): ("(2/n) 𝟏ₙ mᵀ", "Σ[i = 1…d] mᵢ²"),
}  # fmt: skip
ARRAYS = (no.Transpose, no.Hadamard, no.Oslash, no.HPower)


def lines(sums: str, graph: str) -> tuple[Equation, ...]:
    """The lines of a page outside the local derivations, which start from entries."""
    d = sb.derive(graph, convention=sb.Convention(sums=sums))
    return tuple(eq for eq in outline(d).equations if eq.local is PAGE and not eq.free)


@pytest.mark.parametrize(("sums", "graph"), SAID)
def test_the_gradient_and_the_loss(sums: str, graph: str) -> None:
    d = sb.derive(graph, convention=sb.Convention(sums=sums))
    gradient, loss = SAID[sums, graph]
    (line,) = [eq for eq in outline(d).equations if eq.key == "forward.L"]
    assert (d[d.wrt[0] if graph is MEAN else "b"].text(), text(line.sides[-1])) == (gradient, loss)
    assert d.verify(seed=2).ok


@pytest.mark.parametrize("name", sampled(GRAPHS, 3))
def test_with_sigma_no_product_with_ones_is_a_sum(name: str) -> None:
    found = [f for eq in lines("sigma", GRAPHS[name]) for s in eq.sides for f in inside(s)]
    assert not any(map(across, found))


def test_with_ones_such_products_stand_there() -> None:
    found = [f for eq in lines("ones", AFFINE) for s in eq.sides for f in inside(s)]
    assert sum(map(across, found)) >= 2  # in the loss, and in the gradient
    assert not any(isinstance(f, no.Sum) for f in found)


def across(f: Formula) -> bool:
    """1ᵀ with something right of it, or 1 right of an array: a sum over an axis."""
    pairs = zip(f.factors, f.factors[1:], strict=False) if isinstance(f, no.Times) else ()
    return any((isinstance(a, no.Transpose) and isinstance(a.operand, no.Ones))
               or (isinstance(b, no.Ones) and isinstance(a, ARRAYS)) for a, b in pairs)  # fmt: skip


def test_other_words_are_refused() -> None:
    with pytest.raises(sb.SheetError, match=r"sums is 'shape', 'ones' or 'sigma', not 'one'"):
        sb.Convention(sums="one")
