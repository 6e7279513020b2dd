"""What the four worked pages must say: sizes, forms and values, as a reader would check them."""

import numpy as np
import pytest

from symbackprop.derivation.equation import Equation
from symbackprop.formula.tree import Partial, Sized, Times
from symbackprop.formula.writing.text_writer import text
from symbackprop.page.page import Figure
from symbackprop.sheet.exercise import Derived
from symbackprop.sheet.sheet import Sheet
from worked.concat_mse import SHEET as CONCAT
from worked.lstm_peephole import SHEET as LSTM
from worked.mlp import SHEET as MLP
from worked.rosenbrock import SHEET as ROSENBROCK


def answer(sheet: Sheet) -> Derived:
    """The derivation that answers a sheet of one exercise."""
    found = sheet.exercises[0].answers[0]
    assert isinstance(found, Derived)
    return found


ALL = [ROSENBROCK, MLP, LSTM, CONCAT]


def equation(sheet: Sheet, key: str) -> Equation:
    (found,) = (e for e in answer(sheet).page.equations if e.key == key)
    return found


def sides(sheet: Sheet, key: str) -> list[str]:
    return [text(f) for f in equation(sheet, key).sides]


def size(sheet: Sheet, key: str) -> list[str]:
    return [str(s) for s in equation(sheet, key).shape or ()]


@pytest.mark.parametrize("sheet", ALL, ids=lambda s: s.name)
def test_every_equation_is_verified(sheet: Sheet) -> None:
    report = sheet.verify(seed=17)
    assert report.ok, report.failures
    assert report.checked == report.equations == sum(len(c.page.equations) for _, c in sheet.checks)
    assert report.max_rel_error < 1e-10


@pytest.mark.parametrize("sheet", ALL, ids=lambda s: s.name)
def test_every_edge_carries_its_derivative(sheet: Sheet) -> None:
    (figure,) = (b for s in answer(sheet).page.sections for b in s.blocks if isinstance(b, Figure))
    for arrow in figure.arrows:
        symbol = answer(sheet).derivation.graph[arrow.tail.split("@")[0]].symbol
        assert symbol and not (arrow.back and symbol.labels)
        own = "@" not in arrow.tail + arrow.head  # what another step does is said at this one
        assert (arrow.label is not None) == arrow.back or not own


def test_rosenbrock_gradient_hessian_and_trace() -> None:
    assert sides(ROSENBROCK, "gradient.x1")[-1] == "−400 x₁ (x₂ − x₁²) − 2 (1 − x₁)"
    assert sides(ROSENBROCK, "gradient.x2")[-1] == "200 (x₂ − x₁²)"
    assert sides(ROSENBROCK, "hessian") == ["[1200 x₁² − 400 x₂ + 2, −400 x₁; −400 x₁, 200]"]
    assert sides(ROSENBROCK, "trace.f")[-1] == "104"
    assert sides(ROSENBROCK, "trace.delta.x1")[-2:] == ["400 − 4", "396"]
    edges = {e.key: text(e.sides[0]) for e in answer(ROSENBROCK).page.equations if e.key.startswith("local.")}
    assert edges["local.a.x1"] == "2 x₁"
    assert edges["local.c.b"] == "2 b"
    assert len(edges) == 9


def test_mlp_product_of_jacobians_with_sizes() -> None:
    first = equation(MLP, "product.x").sides[0]
    assert isinstance(first, Times)
    assert all(isinstance(f, Sized) and isinstance(f.operand, Partial) for f in first.factors)
    want = ["1×10", "10×10", "10×256", "256×256", "256×256", "256×256", "256×784"]
    assert ["×".join(text(s) for s in f.size) for f in first.factors if isinstance(f, Sized)] == want
    assert size(MLP, "product.x") == ["1", "784"]
    assert size(MLP, "product.b1") == ["1", "256"]
    said = sides(MLP, "product.x")[1]
    for factor in ("e_yᵀ", "diag(z⁽³⁾) − z⁽³⁾ z⁽³⁾ᵀ", "diag(1 − z⁽²⁾ ⊙ z⁽²⁾)", "W⁽²⁾", "W⁽¹⁾"):
        assert factor in said
    assert sides(MLP, "product.b1")[1] == "∂L/∂o⁽¹⁾ I₂₅₆"  # what is known, and one Jacobian more


def test_mlp_softmax_tensor_and_shortcut() -> None:
    keys = {e.key: e for e in answer(MLP).page.equations}
    assert text(keys["z3|o3.matrix"].sides[0]) == "diag(z⁽³⁾) − z⁽³⁾ z⁽³⁾ᵀ"
    assert text(keys["why.W1"].sides[-1]) == "δⱼ⁽¹⁾ xₘ"
    assert sides(MLP, "delta.o3")[-1] == "z⁽³⁾ − e_y"
    assert sides(MLP, "gradient.W1")[0] == "δ⁽¹⁾ xᵀ"
    shapes = {n: size(MLP, f"gradient.{n}") for n in ("W1", "b1", "W2", "b2", "W3", "b3")}
    assert shapes["W1"] == ["256", "784"]
    assert shapes["b3"] == ["10"]


def test_lstm_cell_state() -> None:
    (whole,) = sides(LSTM, "terms.c")
    for term in (
        "δhₜ ⊙ (1 − hₜ ⊙ hₜ) ⊙ oₜ⟨via hₜ⟩",
        "δcₜ₊₁ ⊙ fₜ₊₁⟨via cₜ₊₁⟩",
        "Σ[s ∈ {f, i, o}] δsₜ₊₁′ W_(Rs)ᵀ",
    ):
        assert term in whole
    for n in ("Wf", "Rf", "bf", "Wi", "Ri", "bi", "Wo", "Ro", "bo", "Wc", "bc"):
        assert sides(LSTM, f"gradient.{n}")[0].startswith("Σ[t = 1…T]")
    report = LSTM.verify()
    assert ("T", 3) in report.sizes[0]
    assert ("T", 5) in report.sizes[1]


def test_concat_selector() -> None:
    assert sides(CONCAT, "gradient.W2")[-1] == "(2/n) Dᵀ (ŷ − y)"
    assert size(CONCAT, "gradient.W2") == ["5", "1"]
    assert sides(CONCAT, "gradient.W1")[-1] == "(2/n) Aᵀ (((ŷ − y) W⁽²⁾ᵀ S) ⊙ 𝟏(B > 0))"
    assert size(CONCAT, "gradient.W1") == ["4", "4"]
    assert size(CONCAT, "constant.S") == ["5", "4"]
    assert sides(CONCAT, "D|C.0")[-1].startswith("Sⱼₚ [i = m]")


def test_concat_code_trains_in_the_right_direction() -> None:
    f = answer(CONCAT).derivation.compile("numpy")
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(11, 3)), rng.normal(size=(11, 1))
    W1, W2 = rng.normal(size=(4, 4)), rng.normal(size=(5, 1))
    out = f(X=X, y=y, W1=W1, W2=W2)
    step = f(X=X, y=y, W1=W1 - 1e-4 * out["W1"], W2=W2 - 1e-4 * out["W2"])
    assert step["L"] < out["L"]
