"""The same derivation in gradient, numerator and denominator layout, each verified by itself."""

from dataclasses import replace

import pytest

import symbackprop as sb
from symbackprop.formula.writing.text_writer import text
from symbackprop.page.outline import outline
from symbackprop.page.page import Equations, Options, Page, Section
from symbackprop.verify.equality import verify_page

NET = "x: 7; W: 5 x 7; V: 3 x 5; s: scalar; h = tanh(W @ x); p = V @ h * s; L = sum(exp(p))"
PARTS = Options(("local", "product", "gradients"))  # a usual page leaves out Jacobians of linear functions


def derived(layout: str, vectors: str = "column") -> sb.Derivation:
    return sb.derive(NET, convention=sb.Convention(layout=layout, vectors=vectors))


def rows(d: sb.Derivation) -> dict[str, str]:
    return {e.key: " = ".join(map(text, (e.left, *e.sides))) for e in outline(d, PARTS).equations}


SAID = {
    "gradient": {
        "h|x.matrix": "∂h/∂x = diag(1 − h ⊙ h) W",
        "p|s.matrix": "∂p/∂s = V h",
        "gradient.W": "∇_W L = (δh ⊙ (1 − h ⊙ h)) xᵀ = s ((Vᵀ exp(p)) ⊙ (1 − h ⊙ h)) xᵀ",
        "product.x.gradient": "∇ₓ L = (∂L/∂x)ᵀ",
    },
    "numerator": {
        "h|x.matrix": "∂h/∂x = diag(1 − h ⊙ h) W",
        "p|s.matrix": "∂p/∂s = V h",
        "gradient.W": "∂L/∂W = x (δh ⊙ (1 − h ⊙ h))ᵀ = s x ((Vᵀ exp(p)) ⊙ (1 − h ⊙ h))ᵀ",
        "product.x.gradient": "∇ₓ L = (∂L/∂x)ᵀ",
    },
    "denominator": {
        "h|x.matrix": "∂h/∂x = Wᵀ diag(1 − h ⊙ h)",
        "p|s.matrix": "∂p/∂s = hᵀ Vᵀ",
        "gradient.W": "∇_W L = (δh ⊙ (1 − h ⊙ h)) xᵀ = s ((Vᵀ exp(p)) ⊙ (1 − h ⊙ h)) xᵀ",
        "product.x.gradient": "∇ₓ L = ∂L/∂x",
    },
}


@pytest.mark.parametrize("vectors", ["column", "row"])
@pytest.mark.parametrize("layout", SAID)
def test_a_layout_says_where_rows_and_columns_belong(layout: str, vectors: str) -> None:
    d = derived(layout, vectors)
    assert d.verify().ok
    if vectors == "column":
        said = rows(d)
        assert {k: said[k] for k in SAID[layout]} == SAID[layout]


def test_products_run_from_the_output_or_from_the_variable() -> None:
    # the factors, named with their sizes, then written out
    forward, backward = (rows(derived(x))["product.x"].split(" = ") for x in ("numerator", "denominator"))
    assert forward[1] == "∂L/∂p⟨1×3⟩ ∂p/∂h⟨3×5⟩ ∂h/∂x⟨5×7⟩"
    assert backward[1] == "∂h/∂x⟨7×5⟩ ∂p/∂h⟨5×3⟩ ∂L/∂p⟨3×1⟩"


def test_entries_do_not_depend_on_the_layout() -> None:
    def entries(layout: str) -> set[str]:
        page = outline(derived(layout), PARTS).equations
        return {text(f) for e in page if e.free for f in (e.left, *e.sides)}

    assert entries("gradient") == entries("numerator") == entries("denominator")


@pytest.mark.parametrize("key", ["h|x.matrix", "p|s.matrix", "product.x", "gradient.W"])
def test_a_line_of_another_layout_is_caught(key: str) -> None:
    asked, other = ("numerator", "gradient") if key == "gradient.W" else ("denominator", "gradient")
    page, d = outline(derived(other), PARTS), derived(asked)
    wrong = next(e for e in page.equations if e.key == key)
    if key == "gradient.W":  # the right sides of one layout under the left side of the other
        own = next(e for e in outline(d, PARTS).equations if e.key == key)
        wrong = replace(wrong, left=own.left)
    report = verify_page(d, Page((Section("other", None, (Equations((wrong,)),)),)))
    assert [f.key for f in report.failures] == [key]


def test_an_unknown_layout_is_refused() -> None:
    with pytest.raises(sb.SheetError, match="'denominator'"):
        sb.Convention(layout="hessian")


def test_jacobians_and_kronecker_forms_follow_the_layout() -> None:
    asked = sb.Convention(layout="denominator")
    j = sb.jacobian("x: d; A: m x d; y = A @ x", wrt="x", convention=asked)
    assert (j.text(), j.verify() < 1e-10) == ("Aᵀ", True)
    v = sb.jacobian("A: m x k; X: k x l; B: l x n; Y = A @ X @ B", wrt="X", convention=asked).vec()
    assert (v.text(), v.verify() < 1e-10) == ("B ⊗ Aᵀ", True)
