"""Answers as people really type them: every spelling is read, wrong ones are not called right, none does harm."""

import pytest
from hypothesis import given, settings, strategies as st

import symbackprop as sb
from tests.corpora.typed_answer_rows import GRAPHS, RIGHT, WRONG
from tests.limits import within_a_second

_RIGHT = [(g, w, a) for (g, w), each in RIGHT.items() for a in each]


@pytest.mark.parametrize(("graph", "wrt", "answer"), _RIGHT)
def test_every_spelling_is_read(graph: str, wrt: str, answer: str) -> None:
    found = sb.check(GRAPHS[graph], wrt, answer)
    assert found.ok, (found.sentence(), found.detail)


@pytest.mark.parametrize(("graph", "wrt", "answer"), WRONG)
def test_a_wrong_answer_in_the_same_spelling_is_wrong(graph: str, wrt: str, answer: str) -> None:
    found = sb.check(GRAPHS[graph], wrt, answer)
    assert found.verdict in ("wrong", "transposed"), (found.verdict, found.detail)


SYMMETRIC = "x: n; A: n x n symmetric; L = x @ A @ x"
ONEHOT = "z: k; y: k onehot; p = softmax(z); L = -sum(y*log(p))"
FACTS = [
    (SYMMETRIC, "x", "2Ax", ("A", "symmetric")), (SYMMETRIC, "x", "(A + A')x", None),
    (SYMMETRIC, "x", r"2 A^\top x", ("A", "symmetric")), (ONEHOT, "z", "p - y", ("y", "onehot")),
    (ONEHOT, "z", "p*sum(y) - y", None), (ONEHOT, "z", r"p \, (\mathbf{1}^\top y) - y", None),
    (ONEHOT.replace("onehot", "distribution"), "z", "p - y", ("y", "distribution")),
    ("A: n x n posdef; L = logdet(A)", "A", "inv(A)", ("A", "posdef")),
    ("A: n x n posdef; L = logdet(A)", "A", r"A^{-\top}", None),
    ("x: n positive; L = sum(abs(x))", "x", "x ./ x", ("x", "positive")),
    ("x: n positive; L = sum(abs(x))", "x", "sign(x)", None),
]  # fmt: skip


@pytest.mark.parametrize(("graph", "wrt", "answer", "fact"), FACTS)
def test_the_fact_an_answer_rests_on_is_said(
    graph: str, wrt: str, answer: str, fact: tuple[str, str] | None
) -> None:
    found = sb.check(graph, wrt, answer)
    assert found.ok
    assert found.because == ((fact,) if fact else ())
    for language in ("en", "de"):
        assert (len(found.sentence(language).split(".")) > 2) == bool(fact)


TINY = "1.0000000000001"  # below what a comparison in floating point sees
EXACT = [
    ("A: m x n; x: n; b: m; L = sum((A @ x - b)**2)", "x", "2 A'(A x - b)"),
    ("A: n x n; B: n x n; L = trace(inverse(A) @ B)", "A", "inv(A)' B' inv(A)'"),
    ("A: n x n; L = logdet(A)", "A", "inv(A)'"), ("x: n; y = x*x*x", "x", "3 diag(x.^2)"),
    ("X: n x d; W: d x m; Y: n x m; H = relu(X @ W); L = sum((H-Y)**2)", "W", "2 X'((H-Y) .* (H>0))"),
    ("X: n x d; w: d; y: n; z = X @ w; p = sigmoid(z); L = -mean(y*log(p) + (1-y)*log(1-p))", "w", "1/n X'(p-y)"),
    ("X: n x d; w: d; y: n; p = sigmoid(X @ w); L = -mean(y*log(p) + (1-y)*log(1-p))", "w", "1/n X'(sigmoid(Xw)-y)"),
    ("X: n x d; w: d; y: n; L = mean(softplus(X @ w) - y*(X @ w))", "w", "1/n X'(sigmoid(Xw)-y)"),
    ("z: k; y: k onehot; p = softmax(z); L = -sum(y*log(p))", "z", "(softmax(z) - y)"),
    ("z: k; y: scalar label k; L = cross_entropy_logits(z, y)", "z", "(softmax(z) - e_y)"),
    ("x: n; A: m x n; L = sum(tanh(A @ x)**2)", "x", "2 A' (tanh(A x) .* (1 - tanh(A x).^2))"),
    ("x: n; y = softmax(x)", "x", "(diag(y) - y y')"), ("x: n positive; L = sum(sqrt(x))", "x", "0.5 ./ sqrt(x)"),
    ("t: 1..T; x[t]: d; W: m x d; U: m x m; h[t] = W @ x[t] + U @ h[t-1]; l[t] = sum(h[t]**2)\n"
     "L = sum(l[t], over=t)", "W", "(sum_t δh_t x_t')"),
]  # fmt: skip


@pytest.mark.parametrize(("graph", "wrt", "answer"), EXACT)
def test_a_rational_answer_is_judged_without_rounding(graph: str, wrt: str, answer: str) -> None:
    if not answer.startswith("inv(A)' B'"):
        assert sb.check(graph, wrt, answer).ok
    sign = "-" if answer.startswith("inv(A)' B'") else ""
    assert sb.check(graph, wrt, sign + answer).ok
    found = sb.check(graph, wrt, f"{sign}{TINY} {answer}")
    assert (found.verdict, found.mistake) == ("wrong", "nearly")


IDENTITIES = [  # right because of what exp is, which is no matter of rational numbers
    ("x: n; L = sum(tanh(x))", "4/(exp(x) + exp(-x)).^2"), ("x: n; L = sum(softplus(x))", "1/(1 + exp(-x))"),
    ("x: n; L = sum(exp(x))", "exp(x/2).^2"), ("x: n; L = logsumexp(x)", "exp(x - logsumexp(x))"),
    ("x: n; L = logsumexp(x)", "exp(x)/sum(exp(x))"), ("x: n; L = sum(sigmoid(x))", "sigmoid(x) .* sigmoid(-x)"),
    ("x: n positive; L = sum(sqrt(x))", "0.5 sqrt(x) ./ x"), ("x: n positive; L = sum(x)", "exp(log(x)) ./ x"),
]  # fmt: skip


@pytest.mark.parametrize(("graph", "answer"), IDENTITIES)
def test_an_identity_is_not_nearly_right(graph: str, answer: str) -> None:
    assert sb.check(graph, "x", answer).ok


def test_the_product_that_does_not_fit_is_shown() -> None:
    found = sb.check(GRAPHS["ls"], "x", "A (A x - b)")
    assert found.verdict == "wrong" and found.mistake == "inside"
    assert all("A (A x − b)" in found.sentence(language) for language in ("en", "de"))
    assert found.sizes[0][1] != found.sizes[1][0]


def test_an_index_may_be_called_as_a_size() -> None:
    g = "X: n x d; W: d x k; Y: n x k; E = X @ W - Y; L = sum(E**2)"
    assert sb.check(g, "X", "dL/dX_nj = 2 sum_c E_nc W_jc").ok
    assert sb.check(g, "X", r"\frac{\partial L}{\partial X_{nd}} = 2 \sum_{k} E_{nk} W_{dk}").ok
    assert sb.check(g, "W", "dL/dW_dk = 2 sum_n X_nd E_nk").ok
    assert not sb.check(g, "W", "dL/dW_dk = 2 n sum_n X_nd E_nk").ok


HOSTILE = [
    "x[" * 3000, "W(1:" * 2000, "[:" * 3000, "A[" + "1:" * 4000 + "]", r"\|" * 4999, "||" * 4999, "kron(" * 1500,
    r"A \otimes " * 900 + "A", "r⊗" * 60 + "r", r"\sum_{i: " * 1000, "sum_{i: " * 1200, r"\sum_{i \neq " * 700,
    r"\begin{cases}" * 700, "x if " * 1900, "x if x > 0 else " * 600, "1 if 1=1, " * 900, "A^{-T}" * 1600,
    "A'" * 4900, "inv(A)'" * 1400, "A" + "^-T" * 3300, "r.sum()" * 1400, "A.T" * 3000, "np." * 3300, "e^" * 4900,
    r"e^{" * 3000, r"\frac{d" * 1400, "dx/d" * 2400, "11111111'" * 1000, "1'" * 4900, "⟨" * 9000, r"\langle " * 1200,
    r"\hat{" * 2000, r"\boldsymbol{" * 800, r"\mathbf" * 1400, "x_{" * 3000, "A_{1:" * 1900, "A_{:," * 1900,
    "x, u = " * 1400, "x with " + ", u = x" * 1400, "x with u_i = " + "x_i" * 3000, "0,5" * 3000, "0{,}5" * 1900,
    "ones(" * 1900, "ones(99999999,99999999) x", "ones(n,n)" * 900, "norm(" * 1900, "x[99999999999:]", "x[:-99999]",
    r"\mathbf{1}_{99999999}", "I_{9,9}" * 1300, "1 x' " * 1200, "x_{" + "i" * 9000 + "}", "δ_{" + "a," * 3000 + "}",
    r"\sum_{i=1}^{n}" * 600 + "x_i", r"\sum_{i=1}^{n}" * 70 + "x_i", "(" * 150 + "x" + ")'" * 150, "|" * 9999, "x|" * 4000,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: t[:12])
@pytest.mark.parametrize("notation", ["plain", "latex"])
def test_hostile_text_is_refused_soon(text: str, notation: str) -> None:
    sb.check(GRAPHS["ls"], "x", "A'r")
    with within_a_second():
        assert not sb.check(GRAPHS["ls"], "x", text, notation=notation).ok  # type: ignore[arg-type]


def test_hostile_recursions_are_refused_soon() -> None:
    sb.check(GRAPHS["rnn"], "W", "sum_t δa_t x_t'")
    for text in ("sum_t δ_t x_t' with δ_t = δ_{t+1}" * 200, "δ_t with δ_t = " + "(δ_{t+1} " * 900,
                 "sum_t u_t with " + ", ".join(f"δ_{{{k}}} = x_1" for k in range(900))):  # fmt: skip
        with within_a_second():
            assert not sb.check(GRAPHS["rnn"], "W", text).ok


ONE = "x: scalar; f = x**2"
NESTED = ["({})**2", "({})^2", r"\left({}\right)^{{2}}", "[{}]**2", "({})^{{-2}}", "square({})", "|{}|", "({})'",
          "e^({})", "({0}) .* ({0}) / ({0})"]  # fmt: skip


def nested(layer: str, times: int, inner: str = "x") -> str:
    """A text inside itself, again and again."""
    for _ in range(times):
        inner = layer.format(inner)
    return inner


@pytest.mark.parametrize("layer", NESTED)
def test_what_is_nested_is_computed_once_at_every_level(layer: str) -> None:
    sb.check(ONE, "x", "2 x")
    with within_a_second():
        assert not sb.check(ONE, "x", nested(layer, 4 if layer.count("0") > 1 else 30)).ok


@pytest.mark.parametrize("levels", [4, 14, 30])
def test_fractions_of_nested_squares_are_not_made_where_they_are_too_long(levels: int) -> None:
    squares = nested("({})**2", levels)
    graph = f"x: n; f = sum({squares})"
    sb.check(graph, "x", f"{2**levels} ({squares}) / x")
    with within_a_second():
        assert sb.check(graph, "x", f"{2**levels} ({squares}) / x").ok
    if levels < 10:
        assert sb.check(graph, "x", f"{2**levels - 1} ({squares}) / x").verdict == "wrong"


PIECES = st.sampled_from(
    ["A", "x", "b", "r", "n", "m", "[", "]", "[:", ":]", "1:2", "(1:2,:)", "_{1:2}", "_{:,1}", "end", "-1", ":", ",",
     "kron(", "⊗", r"\otimes", "vec(", "norm(", "||", "‖", r"\|", "|", "_F", "_2", "^2", "sum_{i: r_i > 0}", "sum_i",
     r"\sum_{i: r_i > 0}", r"\sum_{j \neq i}", "r_i", "A_ij", "A_i", " if ", " else ", "i = j", r"\begin{cases}", "&",
     r"\\", r"\end{cases}", r"\text{if }", "e_1", "^{-T}", "^-T", "inv(", ")", "(", "'", ".T", ".dot(", ".sum()",
     "np.", "ones(2,2)", "11'", "I_ij", "δ_ij", r"\bar ", r"\hat x", r"\bm{A}", r"\boldsymbol\theta", " with ", " = ",
     "u", "u_i", ", ", r"\langle", r"\rangle", "0,5", "{,}", "1[", "1_{", "}", "{", "dL/dx", r"\frac{dL}{dx}", "+", "*",
     ".*", "./", "outer(", "x_{t+1}", "∂", "Σ", r"\quad", "e^", "e^{", "^{(1)}", "_1", "axis=0", "\x00"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_pieces_of_what_people_type_never_crash(text: str) -> None:
    for notation in ("auto", "latex", "plain"):
        assert sb.check(GRAPHS["ls"], "x", text, notation=notation).verdict


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=8).map("".join))
def test_nor_in_time_or_as_a_jacobian(text: str) -> None:
    assert sb.check(GRAPHS["rnn"], "a", text).verdict
    assert sb.check(GRAPHS["smjac"], "z", text).verdict


BOUNDS = st.tuples(st.integers(-6, 6), st.integers(-6, 6))


@settings(max_examples=60, deadline=None)
@given(BOUNDS)
def test_slices_of_python_mean_what_python_means(bounds: tuple[int, int]) -> None:
    """x[a:b] of a vector of 5, held against the graph's own slice where that is not empty."""
    low, high = bounds
    kept = list(range(5))[low:high]
    inside = all(-5 <= k <= 5 for k in bounds)
    found = sb.check("x: 5; L = sum(x**3)", "L", f"sum(x[{low}:{high}].^3) + sum(x.^3)", of="L", kind="value")
    if kept and inside:
        parts = " + ".join(f"x_{k + 1}^3" for k in kept)
        other = sb.check("x: 5; L = sum(x**3)", "L",
                         f"sum(x[{low}:{high}].^3) - ({parts}) + sum(x.^3)", of="L", kind="value")  # fmt: skip
        assert other.ok, other.detail
    else:
        assert found.verdict


AFFINE = "X: n x 3; w: 4; y: n; A = concat(X, ones(n, 1)); r = A @ w - y; L = sum(r**2)"
QUADRATIC = "a: scalar; b: scalar; x: 2; L = a*x[0]*x[0]/2 + b*x[0]*x[1] + a*x[1]**2/2"
NUMBERS = "x: 2; L = x[0]*x[1] + 3*x[0]**2"
MATRICES = [
    (AFFINE, "w", "2 [X, 1]^T ([X, 1] w - y)"), (AFFINE, "w", "2 [X 1]^T r"), (AFFINE, "w", "2 [X, 𝟏ₙ].T @ r"),
    (AFFINE, "w", "2 [X'; 1'] r"), (AFFINE, "w", "2 [X' r; sum(r)]"), (QUADRATIC, "x", "[a b; b a] x"),
    (QUADRATIC, "x", "[a*x_1 + b*x_2; b x_1 + a x_2]"), (QUADRATIC, "x", "[a, b; b, a] @ x"),
    (NUMBERS, "x", "[6 1; 1 0] x"), (NUMBERS, "x", "[6 1; 1 -0] x"), (NUMBERS, "x", "-[-6 -1; -1 0] x"),
    (NUMBERS, "x", r"\begin{pmatrix} 6 & 1 \\ 1 & 0 \end{pmatrix} x"),
]  # fmt: skip


@pytest.mark.parametrize(("graph", "wrt", "answer"), MATRICES)
def test_matrices_in_brackets_are_read(graph: str, wrt: str, answer: str) -> None:
    found = sb.check(graph, wrt, answer)
    assert found.ok, (found.sentence(), found.detail)


@pytest.mark.parametrize(
    ("graph", "wrt", "answer"),
    [(AFFINE, "w", "2 [1, X]^T r"), (QUADRATIC, "x", "[b a; b a] x"), (NUMBERS, "x", "[6 -1; 1 0] x")],
)
def test_matrices_with_other_cells_are_wrong(graph: str, wrt: str, answer: str) -> None:
    assert sb.check(graph, wrt, answer).verdict == "wrong"


def test_an_input_the_output_does_not_use_is_no_mistake() -> None:
    graph = "x: n; M: m x m; y = M @ M; L = sum(x**2)"
    assert sb.check(graph, "x", "3 x").verdict == "wrong"


def test_letters_of_windows_run_over_the_axes_asked_for() -> None:
    graph = "x: 1 x 6; w: 1 x 1 x 3; y = conv1d(x, w); L = sum(y**2)/2"
    assert sb.check(graph, "x", "sum_{k=1}^3 w_{i,i,k} y_{i,j-k+1}").ok
    assert sb.check(graph, "x", "sum_{k=1}^3 w_{i,i,k} y_{i,j+k-1}").verdict == "wrong"


LEAST = "X: n x d; w: d; y: n; r = X @ w - y; L = sum(r**2)"
TRACE = "A: n x n; B: n x m; C: m x n; L = trace(A @ B @ C)"
WORD = "x: n; gy = x**2; L = sum(gy**3)"
SPELLED = [
    (LEAST, "w", "2e0 X' r"), (LEAST, "w", "20e-1 X' r"), (LEAST, "w", r"2 X^\top r \cdot 1e0"),
    (TRACE, "B", "vec(dL/dB) = vec(A' C')"),
    (TRACE, "B", r"\operatorname{vec}(\nabla_B L) = (C \otimes A^\top) \operatorname{vec}(I_n)"),
    (WORD, "x", r"2 \overline{gy} \odot x"), (WORD, "x", r"2 \bar{gy} \odot x"),
    (r"x: n; gy = x**2 as \overline{gy}; L = sum(gy**3)", "x", r"6 \overline{gy}^{\odot 2} \odot x"),
]  # fmt: skip


@pytest.mark.parametrize(("graph", "wrt", "answer"), SPELLED)
def test_powers_of_ten_vec_and_accents_on_words_are_read(graph: str, wrt: str, answer: str) -> None:
    found = sb.check(graph, wrt, answer)
    assert found.ok, (found.sentence(), found.detail)


@pytest.mark.parametrize(
    ("graph", "wrt", "answer", "verdict"),
    [
        (LEAST, "w", "2 X' r + 1e-13 w", "wrong"),
        (LEAST, "w", r"2 X^\top r + 1e-13 w", "wrong"),
        (LEAST, "w", "1e9999 w", "unreadable"),
        (TRACE, "B", "vec(dL/dB) = vec(C A)", "wrong"),
        (TRACE, "B", "vec(A' C')", "wrong"),
    ],
)
def test_what_they_say_is_judged(graph: str, wrt: str, answer: str, verdict: str) -> None:
    assert sb.check(graph, wrt, answer).verdict == verdict


@pytest.mark.parametrize("answer", ["2 x_ij r_i", r"\frac{\partial L}{\partial w_j} = 2 X_{ij} r_i"])
def test_an_implied_sum_is_refused_with_the_sum_to_write(answer: str) -> None:
    found = sb.check(LEAST, "w", answer)
    assert found.verdict == "unreadable" and "sum_i …" in found.detail
