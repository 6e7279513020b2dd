"""Jacobians and Hessians by several variables as one matrix, matrices under vec.

Each whole is verified, held against differences of emitted gradients, and seen to fail when a block is wrong.
"""

from dataclasses import replace

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.derivatives.derivative_blocks import Blocks
from symbackprop.entries.reference_values import Array
from symbackprop.graph.expr import Expr, apply
from symbackprop.numeric.points import Point, evaluate, forward, generic_point
from symbackprop.sheet.sheet import write_tex
from symbackprop.vocabulary import OPS
from tests.samples import sampled

SIZES = {"d": 5, "k": 2, "m": 3, "n": 7, "l": 11}

# graph, variables, the whole as it prints
HESSIANS = {
    "softmax regression": (
        "x: d; W: k x d; b: k; y: k onehot; p = softmax(W @ x + b); L = -sum(y*log(p))", ["W", "b"],
        "[(x xᵀ) ⊗ (diag(p) − p pᵀ), x ⊗ (diag(p) − p pᵀ); xᵀ ⊗ (diag(p) − p pᵀ), diag(p) − p pᵀ]",
    ),
    "bias first": (
        "x: d; W: k x d; b: k; e = W @ x + b; L = sum(e**2)", ["b", "W"],
        "[2 Iₖ, 2 (xᵀ ⊗ Iₖ); 2 (x ⊗ Iₖ), 2 ((x xᵀ) ⊗ Iₖ)]",
    ),
    "samples in rows": (
        "X: n x d; W: d x k; b: k; Y: n x k; E = X @ W + b - Y; L = sum(E**2)/2", ["W", "b"],
        "[Iₖ ⊗ (Xᵀ X), Iₖ ⊗ (Xᵀ 𝟏ₙ); Iₖ ⊗ (𝟏ₙᵀ X), n Iₖ]",
    ),
    "a matrix by a number": (
        "W: m x d; s: scalar; x: d; e = s*(W @ x); L = sum(e**2)/2", ["W", "s"],
        "[s² ((x xᵀ) ⊗ Iₘ), vec(e xᵀ + s W x xᵀ); vec(e xᵀ + s W x xᵀ)ᵀ, xᵀ Wᵀ W x]",
    ),
    "a matrix that does not come apart": (
        "W: m x d; b: k; L = sum(b**3)*sum(W**2)", ["W", "b"],
        None,
    ),
    "vectors on both sides": (
        "W: m x d; u: m; v: d; s = u @ W @ v; L = softplus(s)", ["u", "W", "v"], None,
    ),
    "matrices apart": ("A: m x d; B: k x l; L = sum(A**2)*sum(B**2)", ["A", "B"], None),
    "a tail of numbers": ("A: m x m; c: scalar; u: m; L = exp(u @ A @ u)*c**2", ["c", "A"], None),
    "matrix factorisation": (
        "U: m x k; V: n x k; M: m x n; E = M - U @ V.T; L = sum(E**2)", ["U", "V"],
        "[2 ((Vᵀ V) ⊗ Iₘ), 2 (Vᵀ ⊗ U) K_(n,k) − 2 (Iₖ ⊗ E); "
        "2 K_(k,n) (V ⊗ Uᵀ) − 2 (Iₖ ⊗ Eᵀ), 2 ((Uᵀ U) ⊗ Iₙ)]",
    ),
    "a matrix layer": (
        "X: n x d; W: d x k; b: k; L = sum(softplus(X @ W + b))", ["W", "b"], None,
    ),
    "behind a layer": (
        "x: d; b: m; V: k x m; h = tanh(x @ ones(d, m) + b); z = V @ h; L = sum(exp(z/9))", ["V", "b"], None,
    ),
}  # fmt: skip

JACOBIANS = {
    "an affine layer": (
        "x: d; W: k x d; b: k; z = W @ x + b", "z", ["W", "b", "x"], "[xᵀ ⊗ Iₖ, Iₖ, W]",
    ),
    "polar coordinates": (
        r"r: scalar; phi: scalar as \varphi; x = r*cos(phi); y = r*sin(phi)", ["x", "y"], ["r", "phi"],
        "[cos(φ), −r sin(φ); sin(φ), r cos(φ)]",
    ),
    "two layers": (
        "x: d; W: m x d; b: m; V: k x m; h = tanh(W @ x + b); z = V @ h", ["h", "z"], ["b", "V"],
        "[diag(1 − h ⊙ h), 0_(m×km); V diag(1 − h ⊙ h), hᵀ ⊗ Iₖ]",
    ),
    "a matrix by a matrix and a number": (
        "A: m x k; X: k x l; s: scalar; Y = s*(A @ X)", "Y", ["X", "s"], "[s (Iₗ ⊗ A), vec(A X)]",
    ),
    "one variable, two outputs": (
        "x: d; A: d x k; u = exp(x); v = x @ A", ["u", "v"], "x", "[diag(u); Aᵀ]",
    ),
    "a number": (
        "u: d; W: d x k; v: k; c: scalar; y = u @ W @ v + c", "y", ["W", "u", "c"],
        "[vec(u vᵀ)ᵀ, vᵀ Wᵀ, 1]",
    ),
}  # fmt: skip


def whole(name: str) -> Blocks:
    if name in HESSIANS:
        text, wrt, _ = HESSIANS[name]
        return sb.hessian(text, wrt=wrt).vec()
    text, of, wrt, _ = JACOBIANS[name]
    return sb.jacobian(text, of, wrt=wrt).vec()


ALL = [*HESSIANS, *JACOBIANS]


@pytest.mark.parametrize("name", ALL)
def test_the_whole_is_verified_and_reads_as_one_would_write_it(name: str) -> None:
    h = whole(name)
    said = HESSIANS[name][2] if name in HESSIANS else JACOBIANS[name][3]
    assert said is None or h.text() == said
    assert h.verify(seed=3) < 1e-10
    if name in HESSIANS:
        assert h.shape[0] == h.shape[1]


@pytest.mark.parametrize("name", sampled(ALL, 4))
def test_a_wrong_block_is_caught(name: str) -> None:
    """Twice a block that is not 0 does not pass, nor do blocks in another order."""
    h = whole(name)
    for pair, block in [*h.blocks.items()][:: max(1, len(h.blocks) - 1)]:  # the first and the last
        assert block.expr is not None
        if block.step.result.terms:
            twice = replace(block, expr=apply(OPS["multiply"], 2, block.expr))
            with pytest.raises(sb.VerificationError, match="differs"):
                replace(h, blocks={**h.blocks, pair: twice}).verify(seed=3)
    if len(h.names) > 1:
        turned = replace(h, names=h.names[::-1], rows=h.rows if h.kind == "jacobian" else h.rows[::-1])
        with pytest.raises(sb.VerificationError):
            turned.verify(seed=3)


@pytest.mark.parametrize("name", HESSIANS)
def test_the_whole_is_the_slope_of_the_gradient(name: str) -> None:
    """Against central differences of the emitted gradient, columns of matrices below one another."""
    text, wrt, _ = HESSIANS[name]
    h = whole(name)
    d = sb.derive(text, wrt=wrt)
    g = h.derivation.graph
    sizes = {s: SIZES[s] for s in g.sizes}
    point = forward(g, generic_point(g, 0, 2, sizes))
    at = {n: np.asarray(point.values[n, 0]) for n in d.graph.inputs}
    f = d.compile("numpy")

    def gradient(moved: dict[str, Array]) -> Array:
        out = f(**{**at, **moved})
        return np.concatenate([np.ravel(out[n], "F") for n in wrt])

    step, columns = 1e-5, []
    for n in wrt:
        for k in range(at[n].size):
            nudge = np.zeros(at[n].size)
            nudge[k] = step
            shift = nudge.reshape(at[n].shape, order="F")
            columns.append((gradient({n: at[n] + shift}) - gradient({n: at[n] - shift})) / (2 * step))
    assert np.allclose(value(h, point), np.stack(columns, -1), rtol=1e-6, atol=1e-6)


def value(h: Blocks, point: Point) -> Array:
    """The whole by the values of its blocks."""

    def cell(x: str, y: str) -> Array:
        e = h.blocks[min(x, y, key=h.names.index), max(x, y, key=h.names.index)].expr
        assert isinstance(e, Expr)
        rows, columns = (np.size(point.values[n, 0]) for n in sorted((x, y), key=h.names.index))
        made = evaluate(e, point).reshape(rows, columns)
        return made if h.names.index(x) <= h.names.index(y) else made.T

    return np.block([[cell(x, y) for y in h.names] for x in h.names])


LAYOUTS = [
    sb.Convention(layout=layout, vectors=vectors)
    for layout in ("gradient", "numerator", "denominator")
    for vectors in ("column", "row")
]


@pytest.mark.parametrize("convention", LAYOUTS, ids=lambda c: f"{c.layout}, {c.vectors}")
@pytest.mark.parametrize("name", JACOBIANS)
def test_jacobians_hold_in_every_layout(name: str, convention: sb.Convention) -> None:
    text, of, wrt, _ = JACOBIANS[name]
    j = sb.jacobian(text, of, wrt=wrt, convention=convention)
    assert max(j.verify(), j.vec().verify()) < 1e-10


PRODUCTS = {
    "softmax regression": ("b", "p ⊙ (V x) − (xᵀ Vᵀ p) p + p ⊙ v − (pᵀ v) p"),
    "samples in rows": ("W", "Xᵀ X V + Xᵀ 𝟏ₙ vᵀ"),
    "an affine layer": ("z", "V x + v + W u"),
    "polar coordinates": ("x", "cos(φ) v − r sin(φ) u"),
}


def axes(name: str) -> Blocks:
    if name in HESSIANS:
        text, wrt, _ = HESSIANS[name]
        return sb.hessian(text, wrt=wrt)
    text, of, wrt, _ = JACOBIANS[name]
    return sb.jacobian(text, of, wrt=wrt)


@pytest.mark.parametrize("name", sampled(ALL, 3))
def test_the_whole_along_a_direction_in_every_variable(name: str) -> None:
    """From the right and, where something else comes out, from the left; twice of it does not pass."""
    h = axes(name)
    forth, back = h.jvp(), h.vjp() if h.kind == "jacobian" else {}
    assert tuple(forth) == h.rows
    assert not back or tuple(back) == h.names
    if name in PRODUCTS:
        row, said = PRODUCTS[name]
        assert forth[row].text() == said
    for p in (*forth.values(), *back.values()):
        assert p.verify(seed=1) < 1e-10
        if p.step.result.terms and p.expr is not None:
            with pytest.raises(sb.VerificationError, match="differs"):
                replace(p, expr=apply(OPS["multiply"], 2, p.expr)).verify(seed=1)


def test_directions_have_names_of_their_own() -> None:
    h = sb.hessian("u: d; v: d; w: d; L = exp(u @ v + v @ w)", wrt=["u", "v", "w"])
    said = h.jvp({"w": "q"})["v"]
    assert str(said.scope).endswith(";v1@u,u1@v,q@w")
    assert said.verify() < 1e-10
    for taken in ({"u": "v"}, {"u": "d"}, {"u": "q", "v": "q"}):
        with pytest.raises(sb.DeclarationError, match="cannot name a direction"):
            h.jvp(taken)
    with pytest.raises(sb.DeclarationError, match="y"):
        h.jvp({"y": "q"})


def test_blocks_by_name() -> None:
    j = sb.jacobian("x: d; W: k x d; b: k; z = W @ x + b", "z", ["W", "b"])
    assert j["z", "W"].vec().text() == "xᵀ ⊗ Iₖ"
    assert j["z", "b"].jvp().text() == "v"
    assert j.shape == ("k", "d*k + k")
    with pytest.raises(sb.DeclarationError, match="jacobian"):
        j["z", "x"]
    h = sb.hessian("x: d; W: k x d; b: k; L = sum((W @ x + b)**2)", wrt=["W", "b"]).vec()
    assert h["b", "W"].text() == "2 (xᵀ ⊗ Iₖ)"


def test_what_cannot_be_asked_says_why() -> None:
    general = sb.hessian("X: n x d; W: d x k; b: k; P = softmax(X @ W + b); L = sum(P**2)", wrt=["b", "W"])
    with pytest.raises(sb.DeclarationError, match=r"\['b', 'W'\] is no sum of Kronecker"):
        general.vec()
    with pytest.raises(sb.DeclarationError, match="W is a matrix"):
        general.latex()
    with pytest.raises(sb.DeclarationError, match="z depends on b"):
        sb.jacobian("b: k; z = exp(b); y = z*b", "y", ["z", "b"])
    with pytest.raises(sb.DeclarationError, match="q"):
        sb.jacobian("b: k; y = exp(b)", ["y", "q"], "b")


def test_a_sheet_shows_the_whole() -> None:
    h = whole("softmax regression")
    sheet = sb.Sheet(
        name="curvature",
        title={"en": "Curvature", "de": "Krümmung"},
        exercises=(sb.Exercise(answers=(sb.Quantities((h, whole("an affine layer"))),)),),
    )
    assert sheet.verify().ok


def test_a_sheet_explains_the_commutation_matrix() -> None:
    factors = "U: m x k; V: n x k; M: m x n; E = M - U @ V.T; L = sum(E**2)"
    h = sb.hessian(factors, wrt=["U", "V"]).vec()
    sheet = sb.Sheet(
        name="factors",
        title={"en": "Factors", "de": "Faktoren"},
        exercises=(sb.Exercise(answers=(sb.Quantities((h,)),)),),
    )
    assert "commutation matrix" in write_tex(sheet, sheet.verify(), "en")
    assert "Kommutationsmatrix" in write_tex(sheet, sheet.verify(), "de")
