"""A typed line holds exactly when it is true, and the first wrong sign is found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

import symbackprop as sb
from symbackprop.answers.verdicts.line_verdict import Line, judge, stated
from symbackprop.derivation.derivation import Derivation
from symbackprop.derivation.equation import Equation, Phrase
from symbackprop.derivation.scopes import TRACE
from symbackprop.errors import FormulaError
from symbackprop.formula.tree import ZERO
from symbackprop.formula.writing.latex_writer import latex
from symbackprop.page.outline import outline
from symbackprop.page.page import Equations, Options, Page, Section
from symbackprop.verify.equality import verify_page
from tests.graphs import GRAPHS

BATCH = sb.derive(
    """
    X: n x 3;  y: n x 1;  W1: 4 x 4 as W^{(1)};  W2: 5 x 1 as W^{(2)}
    A = concat(X, ones(n, 1)); B = A @ W1; C = relu(B); D = concat(C, ones(n, 1)); E = D @ W2
    F = E - y; G = F**2; H = sum(G); L = H / n
    """,
    wrt=("W1", "W2"),
)
SCALARS = sb.derive("x1: scalar; x2: scalar; v2 = x1*x2; v3 = cos(v2); L = v3 + v2 + x1")
AT = {"x1": 1, "x2": 2}
SOFTMAX = sb.derive("z: n; p = softmax(z); L = sum(p**2)")
RECURRENT = sb.derive(GRAPHS["gated"])
SQUARE = sb.derive("x: d; W: d x d; h = tanh(W @ x); L = sum(h**2)")

CLAIMS = [
    (BATCH, r"\frac{\partial L}{\partial W^{(2)}} = \frac{2}{n} F^\top D", "transposed", 1),
    (BATCH, r"\frac{\partial L}{\partial W^{(2)}} = \frac{2}{n} D^\top F", "holds", 0),
    (BATCH, r"\partial L / \partial W^{(2)} = \frac{2}{n} D^\top F", "holds", 0),
    (BATCH, r"\frac{\partial L}{\partial W^{(2)}} = \frac{1}{n} D^\top F", "false", 1),
    (BATCH, r"\frac{\partial L}{\partial W^{(2)}} = \frac{1}{n} F^\top D", "sizes", 1),
    (BATCH, r"\frac{\partial G}{\partial F} = 2 F", "sizes", 1),
    (BATCH, r"\frac{\partial G}{\partial F} = 2 \operatorname{diag}(F)", "holds", 0),
    (BATCH, r"\frac{\partial G}{\partial F} = 2 \operatorname{diag}(F) = 2 F^\top", "sizes", 2),
    (BATCH, r"\frac{\partial G_i}{\partial F_j} = 2 F_i \delta_{ij}", "holds", 0),
    (BATCH, r"\frac{\partial G_i}{\partial F_j} = 2 F_j \delta_{ij} = 2 F_i", "false", 2),
    (BATCH, r"\frac{\partial G_{i,1}}{\partial F_{j,1}} = 2 F_i \delta_{ij}", "holds", 0),
    (BATCH, r"\frac{\partial B_{ij}}{\partial W^{(1)}_{ij}} = A_{ij}", "false", 1),
    (BATCH, r"\frac{\partial B_{kj}}{\partial W^{(1)}_{ij}} = A_{ki}", "holds", 0),
    (BATCH, r"\frac{\partial B_{kl}}{\partial W^{(1)}_{ij}} = A_{ki} \delta_{jl}", "holds", 0),
    (BATCH, r"\frac{\partial B_{kl}}{\partial W^{(1)}_{ij}} = A_{ki}", "false", 1),
    (BATCH, r"B = (F W^{(2)\top}) I_4", "sizes", 1),
    (BATCH, r"\frac{\partial H}{\partial G} = \sum", "unreadable", 1),
    (BATCH, r"\frac{\partial H}{\partial G} = \mathbf{1}_n^\top", "holds", 0),
    (BATCH, r"\frac{\partial H}{\partial G} = \mathbf{1}_n", "transposed", 1),
    (BATCH, r"\frac{\partial F}{\partial E} = I_n", "holds", 0),
    (BATCH, r"\frac{\partial F}{\partial E} = 1", "sizes", 1),
    (BATCH, r"\mathbf{1}_n = 1", "sizes", 1),
    (BATCH, r"G - G = 0", "holds", 0),
    (BATCH, r"G = 0", "false", 1),
    (BATCH, r"G &= F \odot F", "holds", 0),
    (BATCH, r"G = F^2", "sizes", 1),
    (BATCH, r"G_k = F_k^2", "holds", 0),
    (BATCH, r"(A W^{(1)})_{kl} = B_{kl}", "holds", 0),
    (BATCH, r"(A^\top A)_{kl} = \sum_{i=1}^n A_{ik} A_{il}", "holds", 0),
    (BATCH, r"L = 0.5 H", "false", 1),
    (BATCH, r"L \ge 0", "holds", 0),
    (BATCH, r"L = \frac{H}{n} \le H", "holds", 0),
    (BATCH, r"H = \frac{H}{n} \le H", "false", 1),
    (BATCH, r"0 \le H \le L", "false", 2),
    (BATCH, r"Q = B", "unreadable", 1),
    (BATCH, r"B = A W^{(1)} = q", "unreadable", 2),
    (BATCH, r"L_q = L", "unreadable", 1),
    (BATCH, r"\frac{\partial A}{\partial E} = D", "unreadable", 1),
    (BATCH, r"\frac{\partial L}{\partial y} = -\frac{2}{n} F", "holds", 0),
    (BATCH, r"\frac{\partial L}{\partial y} = \frac{2}{n} F", "false", 1),
    (BATCH, r"\frac{\partial G}{\partial E} = 2 \operatorname{diag}(F)", "holds", 0),
    (
        BATCH,
        r"\frac{\partial E_k}{\partial C_{ij}} = \delta_{ki} W^{(2)}_j"
        r" = \frac{\partial F_k}{\partial C_{ij}}",
        "holds",
        0,
    ),
    (BATCH, r"\frac{\partial E}{\partial W^{(2)}} = \frac{\partial F}{\partial W^{(2)}}", "holds", 0),
    (
        BATCH,
        r"\frac{\partial L}{\partial H} \frac{\partial H}{\partial G} \frac{\partial G}{\partial F}"
        r" \frac{\partial F}{\partial E} \frac{\partial E}{\partial W^{(2)}} = \frac{2}{n} F^\top D",
        "holds",
        0,
    ),
    (BATCH, "L", "unreadable", 0),
    (BATCH, r"\frac{2}{3} = 0.67 = 0.667", "holds", 0),
    (BATCH, r"\frac{2}{3} = 0.67 = 0.67000", "false", 2),
    (SQUARE, r"\nabla_{W} L = \delta h \odot (1 - h \odot h) x^\top", "sizes", 1),
    (SQUARE, r"\frac{\partial L}{\partial W} = 2 (h \odot (1 - h \odot h)) x^\top", "holds", 0),
    (SQUARE, r"\frac{\partial L}{\partial W} = 2 x (h \odot (1 - h \odot h))^\top", "transposed", 1),
    (SQUARE, r"\frac{\partial h}{\partial x} = \operatorname{diag}(1 - h \odot h) W", "holds", 0),
    (SQUARE, r"\frac{\partial h}{\partial x} = W \operatorname{diag}(1 - h \odot h)", "false", 1),
    (SQUARE, r"\frac{\partial h_i}{\partial W_{ij}} = (1 - h_i^2) x_j", "holds", 0),
    (SOFTMAX, r"-\log p_i = -z_i + \log \sum_{j=1}^{n} \exp(z_j)", "holds", 0),
    (SOFTMAX, r"-\log p_i = z_i + \log \sum_{j=1}^{n} \exp(z_j)", "false", 1),
    (SOFTMAX, r"\frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} - p_j)", "holds", 0),
    (SOFTMAX, r"\frac{\partial p_i}{\partial z_j} = p_i (1 - p_j)", "false", 1),
    (RECURRENT, r"h_t = g_t \odot h_{t-1} + (1 - g_t) \odot c_t", "holds", 0),
    (RECURRENT, r"h_{t,i} = g_{t,i} h_{t-1,i} + (1 - g_{t,i}) c_{t,i}", "holds", 0),
    (RECURRENT, r"h_t = g_t \odot h_{t-1} + (1 - g_t) \odot c_{t-1}", "sizes", 1),  # no c_0
    (RECURRENT, r"h_t = g_t \odot h_{t-1} + g_t \odot c_t", "false", 1),
]


@pytest.mark.parametrize(("d", "text", "verdict", "sign"), CLAIMS, ids=[c[1] for c in CLAIMS])
def test_published_claims(d: Derivation, text: str, verdict: str, sign: int) -> None:
    line = judge(d, text)
    assert (line.verdict, line.sign) == (verdict, sign), line
    assert line.text == text
    assert verdict == "holds" or line.detail


NUMBERS = [
    (r"\frac{\partial L}{\partial x_1} = 1.19", "false", 1),
    (r"\frac{\partial L}{\partial x_1} = 1.18", "holds", 0),
    (r"\frac{\partial L}{\partial x_1} \approx 1.2", "holds", 0),
    (r"\frac{\partial L}{\partial x_1} \approx 1.1", "false", 1),
    (r"\frac{\partial L}{\partial x_1} \approx 1", "holds", 0),
    (r"\frac{\partial L}{\partial x_1} = 1", "false", 1),
    (r"\frac{\partial L}{\partial v_2} = -\sin(v_2) = -0.91 \cdot 1 + 1", "false", 1),
    (r"\frac{\partial L}{\partial v_2} = 1 - \sin(v_2) = -0.91 \cdot 1 + 1 = 0.09", "holds", 0),
    (r"\frac{\partial L}{\partial x_1} = (-0.91 + 1) \cdot x_2 + 1 = 1.19", "false", 2),
    (r"\frac{\partial L}{\partial x_1} = (-0.91 + 1) \cdot x_2 + 1 = 1.18", "holds", 0),
    (r"\frac{\partial v_3}{\partial v_2} = -\sin(1 \cdot 2) \approx -0.909", "holds", 0),
    (r"\frac{\partial v_3}{\partial v_2} = -\sin v_2 \approx -0.908", "false", 2),
    (r"\begin{bmatrix} v_2 & v_3 \end{bmatrix} = \begin{bmatrix} 2 & -0.416 \end{bmatrix}", "holds", 0),
    (r"\begin{bmatrix} v_2 & v_3 \end{bmatrix} = \begin{bmatrix} 2 & -0.42 \end{bmatrix}", "holds", 0),
    (r"\begin{bmatrix} v_2 & v_3 \end{bmatrix} = \begin{bmatrix} 2 & -0.41 \end{bmatrix}", "false", 1),
    (r"v_2 = 2", "holds", 0),
    (r"v_2 = x_1 x_2 = \lfloor 5 / 2 \rfloor", "holds", 0),
]


@pytest.mark.parametrize(("text", "verdict", "sign"), NUMBERS)
def test_claims_with_numbers(text: str, verdict: str, sign: int) -> None:
    line = judge(SCALARS, text, at=AT)
    assert (line.verdict, line.sign) == (verdict, sign), line


def test_what_a_line_tells() -> None:
    wrong = judge(SCALARS, r"\frac{\partial L}{\partial x_1} = 1.19", at=AT)
    assert wrong.values == ("1.181", "1.19")
    assert judge(SCALARS, r"\frac{\partial L}{\partial x_1} = 1.18", at=AT).detail == "rounded"
    entry = judge(BATCH, r"\frac{\partial B_{ij}}{\partial W^{(1)}_{ij}} = A_{ij}")
    assert (entry.letters, entry.entry) == ((("i", 1), ("j", 2)), ()) and entry.values
    assert entry.values == ("-1.000", "-1.037")  # as many digits of both, where both are rounded
    matrix = judge(BATCH, r"B = 2 A W^{(1)}")
    assert (matrix.letters, matrix.entry) == ((), (1, 1)) and matrix.values
    sizes = judge(BATCH, r"\frac{\partial G}{\partial F} = 2 F")
    assert sizes.sizes == ((7, 7), (7, 1)) and "is 7×7" in sizes.detail
    inside = judge(BATCH, r"B = (F W^{(2)\top}) I_4")
    assert inside.inside == ((7, 5), (4, 4)) and inside.point == (("n", 7),)
    assert "is 7×1" in sizes.detail
    assert latex(sizes.right or ZERO) == "2 F"
    unread = judge(BATCH, r"B = A W^{(1)} = \sum")
    assert "character 17" in unread.detail


def test_what_numbers_alone_cannot_show() -> None:
    """A factor x_1 is lost, and x_1 is 1: the formula is false all the same, and says so."""
    line = judge(SCALARS, r"\frac{\partial L}{\partial x_2} = 1 - \sin(v_2)", at=AT)
    assert line.verdict == "false"
    assert line.detail.startswith("holds at the numbers given only")


def checked(d: Derivation, eq: Equation, at: dict[str, object] | None = None) -> str:
    page = Page((Section("s", Phrase("section.forward"), (Equations((eq,)),)),), at=at)
    return verify_page(d, page).equalities[0].verdict


def test_stated_lines_are_equations_of_a_page() -> None:
    eq = stated(SOFTMAX, r"-\log p_i = -z_i + \log \sum_{j=1}^{n} \exp(z_j)", key="k")
    assert [k for k, _ in eq.free] == ["i"]
    assert checked(SOFTMAX, eq) == "agrees"
    wrong = stated(SOFTMAX, r"-\log p_i = z_i + \log \sum_{j=1}^{n} \exp(z_j)", key="k")
    assert checked(SOFTMAX, wrong) == "differs"
    less = stated(SOFTMAX, r"L = p^\top p \le \sum_{k=1}^n p_k", key="k")
    assert less.relation == "≤"
    assert checked(SOFTMAX, less) == "agrees"
    assert checked(SOFTMAX, stated(SOFTMAX, r"\sum_{k=1}^n p_k \le L", key="k")) == "differs"
    jacobian = stated(SQUARE, r"\frac{\partial h_i}{\partial W_{ij}} = (1 - h_i^2) x_j", key="k")
    assert checked(SQUARE, jacobian) == "agrees"
    chain = stated(SQUARE, r"\frac{\partial h}{\partial x} = \operatorname{diag}(1 - h \odot h) W", key="k")
    assert checked(SQUARE, chain) == "agrees"
    step = stated(RECURRENT, r"h_t = g_t \odot h_{t-1} + (1 - g_t) \odot c_t", key="k")
    assert step.recurrent
    assert checked(RECURRENT, step) == "agrees"


def test_stated_lines_with_numbers() -> None:
    d = sb.derive("o: scalar as o_x; a: scalar; b: scalar; L = o*a*b")
    at: dict[str, object] = {"o": 12, "a": -1, "b": 3}
    text = r"o_x = \lfloor (20 + 2 \cdot 3 - 3) / 2 \rfloor + 1 = 12"
    assert checked(d, stated(d, text, key="k", at=at), at) == "agrees"
    wrong = stated(d, text.replace("= 12", "= 13"), key="k", at=at)
    assert checked(d, wrong, at) == "differs"
    assert checked(d, stated(d, r"|a| \le b", key="k", at=at), at) == "agrees"
    assert checked(d, stated(d, r"b \le |a|", key="k", at=at), at) == "differs"
    about = stated(SCALARS, r"\frac{\partial L}{\partial x_1} = 3 - 2 \sin(2) \approx 1.181", key="k", at=AT)
    assert about.relation == "≈"
    assert checked(SCALARS, about, dict(AT)) == "agrees"


REFUSED = [
    (r"L = \sum_{n=1}^{n} h_n", "also its bound"),
    (r"L \approx L = L", "last side"),
    (r"L \ge 0", "smaller side"),
    (r"L = \sum", "bounds"),
    (r"\frac{\partial B_{ij}}{\partial W^{(1)}_{ij}} = A_{ij}", "different sizes"),
    (r"Q = L", "not a name"),
    ("L", "no ="),
]


@pytest.mark.parametrize(("text", "says"), REFUSED)
def test_what_cannot_be_stated(text: str, says: str) -> None:
    with pytest.raises(FormulaError, match=says):
        stated(BATCH, text, key="k")


# every printed equation ---------------------------------------------------------------------------


def sides_of(d: Derivation, eq: Equation) -> list[str]:
    return [latex(f, d.functions) for f in (eq.left, *eq.sides)]


def test_printed_numbers_hold() -> None:
    page = outline(SCALARS, Options(at=AT))
    for eq in page.equations:
        if eq.local is TRACE:
            *rest, last = sides_of(SCALARS, eq)
            sign = " = " if eq.relation == "=" else r" \approx "
            line = judge(SCALARS, " = ".join(rest) + sign + last, at=AT)
            assert line.verdict == "holds", line


# whatever is typed --------------------------------------------------------------------------------

TYPED = st.sampled_from(
    ["L", "h", "x", "W", "i", "j", "_", "^", "{", "}", "(", ")", "=", "=", r"\approx", r"\le", "&"]
    + ["2", "0.5", "+", "-", "/", r"\frac{\partial h}{\partial W}", r"\sum_{k=1}^{d}", r"\top"]
    + [r"\lfloor", r"\rfloor", r"\log", r"\delta_{ij}", "h_i", "W_{ij}", "|", ",", r"\partial"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(TYPED, max_size=14).map(" ".join))
def test_whatever_is_typed_gets_a_verdict(text: str) -> None:
    assert isinstance(judge(SQUARE, text), Line)


@pytest.mark.parametrize(
    "text",
    ["x" + "/2" * 5000 + " = L", "(x" + "/2" * 5000 + ")_i = L", "L = " * 50_000 + "L", "=" * 300,
     "h_i = " + "+".join(f"h_{c}" for c in "abcefgijkmnopq"), "L = " + "0.1 + " * 1000 + "0.1"],
    ids=lambda s: s[:12],
)  # fmt: skip
def test_hostile_lines_get_a_verdict(text: str) -> None:
    assert judge(SQUARE, text).verdict != "holds"
