"""What is written is read back as it was; a lost bracket changes the value and is seen."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from symbackprop.errors import FormulaError, LimitError
from symbackprop.formula.evaluation.value import Environment, Value, evaluate
from symbackprop.formula.reading.latex_reader import NameTable, read_formula
from symbackprop.formula.tree import (
    Array, At, Braced, Call, Decimal, Eye, Floor, Formula, HPower, Hadamard, Indicator, Kron,
    KroneckerDelta, Minus, Nabla, Name, Number, Ones, Oslash, Over, Partial, Plus, Power, Product,
    Sized, Sum, Times, Transpose, Unit, Zeros, number,
)  # fmt: skip
from symbackprop.formula.writing.latex_writer import LATEX, latex
from symbackprop.formula.writing.text_writer import plain, text
from symbackprop.formula.writing.spelling import ATOM, Language, write
from symbackprop.formula.writing.walk import canonical, inside

i, j, k, t = map(Name, "ijkt")
A, B, W, c, x, y, n, m = map(Name, "ABWcxynm")
NAMES = (
    A, B, W, c, x, y, n, m, Name("T"), Name("W", "(2)"), Name("z", "(3)"), Name("z"),
    Name("v", "", "1"),
    Name("f", r"\prime"), Name(r"\delta c"), Name(r"\delta z", "(3)"), Name(r"\hat y"),
    Name(r"\mathbf{W}"), Name(r"\bar{c}"), Name("W", "", r"\mathrm{R}f"), Name("b", "[1]"),
    Name(r"\alpha"), Name(r"\widehat{xy}"), Name("U", "1"), Name(r"\mathrm{loss}"),
)  # fmt: skip
TABLE = NameTable.of(NAMES, indices="ijkt")
ONE, TWO, THREE = number(1), number(2), number(3)
BOUND = (k, Name("s"), Name("p", "", "1"))


def affine() -> st.SearchStrategy[Formula]:
    """Index expressions: i, 3, t-1, 2i+j, 2i."""
    letter = st.sampled_from((i, j, k, t, n))
    digit = st.integers(0, 30).map(number)
    multiple = st.builds(lambda a, b: Times((a, b)), st.integers(2, 9).map(number), letter)
    term = st.one_of(letter, digit, multiple)
    both = st.builds(lambda a, b: Plus((a, b)), term, st.one_of(term, term.map(Minus)))
    return st.one_of(letter, letter, digit, multiple, both)


def grown(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    """Every kind, around smaller formulas."""
    two = st.lists(inner, min_size=2, max_size=3).map(tuple)
    indices = st.lists(affine(), min_size=1, max_size=3).map(tuple)
    bound = st.sampled_from(BOUND)
    call = st.builds(
        Call, st.sampled_from(("tanh", "sigmoid", "relu", "soft_max", "sqrt", "abs", "diag", "det", "log",
                             "frobenius", "euclidean")),
        inner.map(lambda a: (a,)), st.integers(0, 2),
    )  # fmt: skip
    return st.one_of(
        two.map(Plus), two.map(Times), two.map(Hadamard), two.map(Kron), inner.map(Minus),
        inner.map(Transpose),
        st.builds(Oslash, inner, inner), st.builds(Over, inner, inner),
        st.builds(At, inner, indices), call,
        st.builds(Power, inner, st.one_of(inner, st.integers(-2, 9).map(number))),
        st.builds(HPower, inner, st.integers(2, 3).map(number)), inner.map(Ones), inner.map(Eye),
        inner.map(Unit), inner.map(Floor), st.builds(KroneckerDelta, affine(), affine()),
        st.builds(Zeros, inner, inner),
        st.builds(Indicator, inner, st.sampled_from(("<", ">", "<=", ">=", "=", "!=")), inner),
        st.builds(Partial, inner, inner), st.builds(Nabla, inner, inner),
        st.one_of(
            st.builds(big, bound, inner, inner, inner) for big in (Sum, Product)
        ).filter(own_index),
        st.tuples(inner, inner).map(lambda row: Array((row, row))),
        st.builds(Sized, inner, st.lists(inner, min_size=1, max_size=2).map(tuple)),
        st.builds(lambda a, b: Call("fuse", (a, b)), inner, inner),
    )  # fmt: skip


def own_index(f: Sum | Product) -> bool:
    """No bound of a sum names its index: what the reader refuses."""
    return f.index not in (*inside(f.low), *inside(f.high))


LEAVES = st.one_of(
    st.sampled_from(NAMES),
    st.sampled_from(NAMES),
    st.fractions(-20, 20, max_denominator=9).map(Number),
    st.sampled_from(("0.5", "-1.25", "3e-4", "7")).map(Decimal),
    st.builds(At, st.sampled_from(NAMES), st.lists(affine(), min_size=1, max_size=2).map(tuple)),
)
FORMULAS = st.recursive(LEAVES, grown, max_leaves=12)


@settings(max_examples=1500, deadline=None)
@given(FORMULAS)
def test_what_is_written_is_read_back(formula: Formula) -> None:
    assert read_formula(latex(formula), TABLE) == canonical(formula)


@settings(max_examples=200, deadline=None)
@given(FORMULAS)
def test_text_is_total_and_carries_no_tex(formula: Formula) -> None:
    assert not set(text(formula)) & set("\\{}")


@settings(max_examples=100, deadline=None)
@given(FORMULAS)
def test_canonical_is_reached_in_one_step(formula: Formula) -> None:
    assert canonical(canonical(formula)) == canonical(formula)


def nested(depth: int) -> Formula:
    """Brackets in brackets."""
    inside: Formula = Plus((A, B))
    for _ in range(depth - 1):
        inside = Plus((Hadamard((A, inside)), B))
    return Hadamard((A, inside))


WRITTEN = [
    (Power(A, number(-1)), "A^{-1}"),
    (Transpose(Power(A, number(-1))), r"A^{-\top}"),
    (Transpose(Power(Plus((A, B)), number(-1))), r"(A + B)^{-\top}"),
    (Power(Transpose(A), number(-1)), r"(A^{\top})^{-1}"),
    (Power(Name("W", "(2)"), number(-1)), "(W^{(2)})^{-1}"),
    (Transpose(Power(A, TWO)), r"(A^{2})^{\top}"),
    (Call("log", (Call("det", (A,)),)), r"\log\det(A)"),
    (Power(Call("frobenius", (A,)), TWO), r"\|A\|^{2}_{F}"),
    (Call("euclidean", (Plus((x, y)),)), r"\|x + y\|_{2}"),
    (Kron((A, Times((B, W)))), r"A \otimes (B\,W)"),
    (Plus((Kron((A, B)), W)), r"A \otimes B + W"),
    (Transpose(Name("W", "(2)")), r"W^{(2)\top}"),
    (At(c, (Plus((t, Minus(ONE))),)), "c_{t-1}"),
    (At(Name("z", "(3)"), (i,)), "z^{(3)}_{i}"),
    (At(c, (t, i)), "c_{t,i}"),
    (At(B, (i, j)), "B_{ij}"),
    (At(B, (i, TWO)), "B_{i,2}"),
    (At(Name("v", "", "1"), (i,)), "v_{1,i}"),
    (Transpose(Name("f", r"\prime")), r"f^{\prime\top}"),
    (At(Times((A, B)), (i, j)), r"(A\,B)_{ij}"),
    (Power(Call("tanh", (x,)), TWO), r"\tanh^{2}(x)"),
    (Power(Call("tanh", (x,)), number(-1)), r"\tanh(x)^{-1}"),
    (HPower(Name("z"), TWO), r"z^{\odot 2}"),
    (HPower(Name("z", "(2)"), TWO), r"z^{(2)\,\odot 2}"),
    (HPower(Name("z"), Plus((k, Minus(ONE)))), r"z^{\odot (k - 1)}"),
    (nested(2), r"A \odot (A \odot (A + B) + B)"),
    (nested(3), r"A \odot \bigl(A \odot (A \odot (A + B) + B) + B\bigr)"),
    (
        nested(5),
        r"A \odot \Bigl(A \odot \bigl(A \odot \bigl(A \odot (A \odot (A + B) + B) + B"
        r"\bigr) + B\bigr) + B\Bigr)",
    ),
    (Call("sigmoid", (x,), 1), r"\sigma'(x)"),
    (Call("gelu", (x,), 2), r"\operatorname{gelu}''(x)"),
    (Call("log_softmax", (x,)), r"\operatorname{log\_softmax}(x)"),
    (Times((TWO, THREE)), r"2 \cdot 3"),
    (Times((ONE, x)), "x"),
    (Plus((A, Times((number(-1), B)))), "A - B"),
    (Plus((A, Times((Minus(B), c)))), r"A - B\,c"),
    (Minus(Plus((A, B))), "-(A + B)"),
    (Times((A, Minus(B))), "A (-B)"),
    (Times((TWO, Hadamard((A, B)))), r"2 (A \odot B)"),
    (Sum(k, ONE, n, At(x, (k,))), r"\sum_{k=1}^{n} x_{k}"),
    (Times((Sum(k, ONE, n, At(x, (k,))), c)), r"\left(\sum_{k=1}^{n} x_{k}\right)\,c"),
    (Number(Fraction(-3, 4)), r"-\frac{3}{4}"),
    (Sized(A, (ONE, number(10))), r"\underbrace{A}_{1\times 10}"),
    (Braced(Times((A, x)), At(x, (k,))), r"\underbrace{A\,x}_{\sbvia{x_{k}}}"),
    (Plus((c, Minus(Braced(Plus((A, B)), x)))), r"c - \underbrace{A + B}_{\sbvia{x}}"),
    (Zeros(m, n), r"0_{m\times n}"),
    (Unit(y), r"\mathbf{e}_{y}"),
    (Floor(Over(x, TWO)), r"\left\lfloor \frac{x}{2} \right\rfloor"),
    (Power(Floor(Plus((x, ONE))), TWO), r"\left\lfloor x + 1 \right\rfloor^{2}"),
    (KroneckerDelta(i, j), "[i = j]"),
]


@pytest.mark.parametrize(("formula", "expected"), WRITTEN)
def test_latex_of(formula: Formula, expected: str) -> None:
    assert latex(formula) == expected


READ = [
    ("A^T B", Times((Transpose(A), B))),
    (r"A^\top \cdot B", Times((Transpose(A), B))),
    (r"A^{\mathsf T} \times B", Times((Transpose(A), B))),
    (r"A^{-\mathsf{T}} x", Times((Transpose(Power(A, Minus(ONE))), x))),
    (r"\left\| A \right\|_F^2", Power(Call("frobenius", (A,)), TWO)),
    (r"\lVert x \rVert_2", Call("euclidean", (x,))),
    (r"\log\det A", Call("log", (Call("det", (A,)),))),
    (r"\log \det(A)", Call("log", (Call("det", (A,)),))),
    (r"W^{(2)T}", Transpose(Name("W", "(2)"))),
    (r"{W^{(2)}}^\top", Transpose(Name("W", "(2)"))),
    (r"\dfrac{1}{n}\,A", Times((Over(ONE, n), A))),
    (r"\frac12 A", Times((Over(ONE, TWO), A))),
    (r"2/n A", Times((Over(TWO, n), A))),
    (r"\left[ A + B \right] x", Times((Plus((A, B)), x))),
    (r"A \circ B \odot W", Hadamard((A, B, W))),
    (r"A B \odot W", Hadamard((Times((A, B)), W))),
    (r"\hat{y} - \hat y", Plus((Name(r"\hat y"), Minus(Name(r"\hat y"))))),
    (r"\bm{W} x", Times((Name(r"\mathbf{W}"), x))),
    (r"\boldsymbol A x", Times((A, x))),
    (r"\mathrm{diag}(x)", Call("diag", (x,))),
    (r"\delta c_{t+1}^\top", Transpose(At(Name(r"\delta c"), (Plus((t, ONE)),)))),
    (r"\delta_{ij}", KroneckerDelta(i, j)),
    ("[i = j]", KroneckerDelta(i, j)),
    (r"[\,i = j]^2", Power(KroneckerDelta(i, j), Number(Fraction(2)))),
    (r"2\,[i = j][j = i]", Times((Number(Fraction(2)), KroneckerDelta(i, j), KroneckerDelta(j, i)))),
    (r"A_{1j}", At(A, (ONE, j))),
    (r"A_{2i,j}", At(A, (Times((TWO, i)), j))),
    (r"c_{t-1,i}", At(c, (Plus((t, Minus(ONE))), i))),
    (r"W_{\mathrm{R}f,t}", At(Name("W", "", r"\mathrm{R}f"), (t,))),
    (r"f'", Name("f", r"\prime")),
    (r"\sigma^{\prime}(x)", Call("sigmoid", (x,), 1)),
    (r"|x|", Call("abs", (x,))),
    (r"\lfloor x / 2 \rfloor + 1", Plus((Floor(Over(x, TWO)), ONE))),
    (r"⌊x⌋ n", Times((Floor(x), n))),
    (r"|\left\lfloor |x| \right\rfloor|", Call("abs", (Floor(Call("abs", (x,))),))),
    (r"x^{2}", Power(x, TWO)),
    (r"U^{1}", Name("U", "1")),
    (r"U^{1T}", Transpose(Name("U", "1"))),
    (r"\tanh(x)^2", Power(Call("tanh", (x,)), TWO)),
    (r"-A x + B", Plus((Minus(Times((A, x))), B))),
    (
        r"\sum_{k=1}^n A_{ik} x_k + y",
        Plus((Sum(k, ONE, n, Times((At(A, (i, k)), At(x, (k,))))), y)),
    ),
    (r"\partial y_i / \partial x_k A", Times((Partial(At(y, (i,)), At(x, (k,))), A))),
    (r"2 \log x + y", Plus((Times((TWO, Call("log", (x,)))), y))),
    (r"-\log x_i^2", Minus(Call("log", (Power(At(x, (i,)), TWO),)))),
    (
        r"\log \sum_{k=1}^n \exp x_k",
        Call("log", (Sum(k, ONE, n, Call("exp", (At(x, (k,)),))),)),
    ),
    (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", Array(((ONE, TWO), (THREE, number(4))))),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "expected"), READ)
def test_typed_variants(typed: str, expected: Formula) -> None:
    assert read_formula(typed, TABLE) == expected


# values -------------------------------------------------------------------------------------------


def environment(seed: int = 7) -> Environment:
    """Three 3×3 matrices, so that every wrong grouping still has a value."""
    rng = np.random.default_rng(seed)
    values = {name: Value(rng.normal(size=(3, 3))) for name in (A, B, W)}
    return Environment({**values, n: Value(np.asarray(3))})


BRACKETS = [
    Times((A, Plus((B, W)))),
    Times((Plus((A, B)), W)),
    Transpose(Times((A, B))),
    Transpose(Plus((A, B))),
    Transpose(HPower(Plus((A, B)), TWO)),
    Minus(Plus((A, B))),
    Plus((A, Minus(Plus((B, W))))),
    Hadamard((A, Plus((B, W)))),
    Times((A, Hadamard((B, W)))),
    Hadamard((Times((A, B)), Times((W, B)))),
    Oslash(A, Oslash(B, W)),
    Oslash(A, Hadamard((B, W))),
    HPower(Times((A, B)), THREE),
    Times((Sum(k, ONE, n, At(A, (k, k))), At(B, (ONE, ONE)))),
    Sum(k, ONE, n, Plus((At(A, (k, k)), ONE))),
    At(Times((A, B)), (ONE, TWO)),
    Power(Plus((At(A, (ONE, ONE)), ONE)), TWO),
]


@pytest.mark.parametrize("formula", BRACKETS, ids=latex)
def test_brackets_keep_the_value(formula: Formula) -> None:
    env = environment()
    again = read_formula(latex(formula), TABLE)
    np.testing.assert_allclose(evaluate(again, env), evaluate(formula, env), rtol=1e-12)


def lax(kind: type) -> Language:
    """LaTeX with the brackets of one kind lost."""
    return replace(LATEX, rows={**LATEX.rows, kind: replace(LATEX.rows[kind], level=ATOM)})


WRONG = [
    (Plus, Times((A, Plus((B, W))))),
    (Plus, Transpose(Plus((A, B)))),
    (Plus, Plus((A, Minus(Plus((B, W)))))),
    (Plus, Hadamard((A, Plus((B, W))))),
    (Plus, Sum(k, ONE, n, Plus((At(A, (k, k)), ONE)))),
    (Hadamard, Times((A, Hadamard((B, W))))),
    (Hadamard, Oslash(A, Hadamard((B, W)))),
    (Times, Transpose(Times((A, B)))),
    (Times, HPower(Times((A, B)), THREE)),
    (Sum, Plus((Hadamard((Sum(k, ONE, n, At(A, (k, k))), Plus((A, B)))), W))),
]


@pytest.mark.parametrize(("kind", "formula"), WRONG)
def test_a_lost_bracket_is_caught(kind: type, formula: Formula) -> None:
    env = environment()
    broken = write(formula, lax(kind))
    assert broken != latex(formula)
    try:
        value = evaluate(read_formula(broken, TABLE), env)
    except FormulaError:
        return
    if kind is not Sum:  # Σ swallows all of a product: its value survives, its shape on paper not
        assert not np.allclose(value, evaluate(formula, env))


# text ---------------------------------------------------------------------------------------------


def test_text_reads_like_the_blackboard() -> None:
    z, delta = Name("z"), Name(r"\delta z", "(3)")
    back = Times((Transpose(Name("W", "(2)")), delta))
    formula = Hadamard((back, Plus((ONE, Minus(HPower(z, TWO))))))
    assert text(formula) == "(W⁽²⁾ᵀ δz⁽³⁾) ⊙ (1 − z²)"
    assert text(At(c, (Plus((t, Minus(ONE))),))) == "cₜ₋₁"
    assert text(Transpose(At(x, (t,)))) == "xₜᵀ"
    assert text(Over(TWO, n)) == "2/n"
    assert text(Plus((Floor(Over(x, TWO)), ONE))) == "⌊x/2⌋ + 1"


@pytest.mark.parametrize(
    ("tex", "shown"),
    [(r"\delta c", "δc"), (r"\hat y", "ŷ"), (r"\hat{y}", "ŷ"), (r"\prime", "′"),
     (r"\mathbf{W}", "W"),
     (r"\mathrm{loss}", "loss"), (r"\bar{\mathbf{c}}", "c̄"), (r"\lambda", "λ"), (r"\Delta", "Δ")],
)  # fmt: skip
def test_letters_in_plain_text(tex: str, shown: str) -> None:
    assert plain(tex) == shown


# refusals -----------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [*r"ABWxc()[]{}^_+-,/&|'=<0123 ", *"\\²٣{}", "\\\\"]
    + [r"\top", r"\frac", r"\sum", r"\left", r"\right|", r"\left|", r"\odot", r"\delta", r"\hat"]
    + [
        r"\begin{bmatrix}",
        r"\end{bmatrix}",
        r"\mathbf{1}",
        r"\sigma",
        r"\sqrt",
        r"\underbrace",
        r"\sbvia",
        r"\lfloor",
        "⌋",
    ]
    + [r"\nabla", r"\partial", r"\prod_{k=1}^{n}", r"\times", r"\tanh"]
)


@settings(max_examples=1500, deadline=1000)
@given(st.one_of(st.lists(PIECES, max_size=25).map("".join), st.text(max_size=40)))
def test_garbage_is_refused_or_read(garbage: str) -> None:
    try:
        formula = read_formula(garbage, TABLE)
    except (FormulaError, LimitError):
        return
    with contextlib.suppress(FormulaError, LimitError):
        evaluate(formula, environment())
    assert read_formula(latex(formula), TABLE) == canonical(formula)


HOSTILE = [
    "{" * 100_000 + "}" * 100_000,
    "{" * 99_999 + "}" * 99_999,
    "(" * 201 + "A" + ")" * 201,
    "A^{" * 50 + "2" + "}" * 50,
    "9" * 401,
    "9^{" + "9" * 30 + "}",
    "A" * 200_001,
    "|" * 100_000,
    r"\left|" * 201 + "A" + r"\right|" * 201,
    r"\frac{" * 300 + "1" + "}{2}" * 300,
]


@pytest.mark.parametrize("text_", HOSTILE, ids=lambda s: s[:8])
def test_what_is_too_large_is_refused_at_once(text_: str) -> None:
    with pytest.raises(LimitError):
        read_formula(text_, TABLE)


def test_a_tower_of_powers_costs_nothing() -> None:
    assert evaluate(read_formula("9^{9^{9}}", TABLE), environment()) == np.inf


def test_long_and_deep_formulas_are_fine() -> None:
    env = environment()
    evaluate(read_formula(" + ".join(["A"] * 20_000), TABLE), env)
    evaluate(read_formula("-(" * 199 + "A" + ")" * 199, TABLE), env)
    deep: Formula = A
    for _ in range(5_000):
        deep = Transpose(deep)
    assert latex(deep).count(r"\top") == 5_000
    with pytest.raises(LimitError):
        evaluate(deep, env)


@pytest.mark.parametrize(
    ("typed", "says"),
    [("V x", "'V' is not a name"), ("W^{(7)} x", None), ("A + ", "ends too early"), ("", "nothing"),
     ("A B)", "closes nothing"), (r"\sum_{k=1} x_k", "bounds"), (r"\tanh^2", "parentheses"),
     (r"\tanh x y", "cannot stand here"), (r"\tanh", "parentheses"), (r"\tanh + x", "cannot"),
     (r"\tanh^{-1}(x)", "inverse"), ("x_{i+1 j}", "commas"), ("c_t_t", "two scripts"),
     (r"\lfloor x", "never closed"),
     (r"\lfloor x)", "cannot stand here"), (r"\hat{y", "never closed"), (r"\hat{z}", "Did you mean")],
)  # fmt: skip
def test_errors_say_where_and_what(typed: str, says: str | None) -> None:
    if says is None:  # W^{(7)} is the power 7 of W to the reader: a W that is not square has none
        thin = Environment({W: Value(np.ones((3, 2))), x: Value(np.ones(2))})
        with pytest.raises(FormulaError, match="to a power"):
            evaluate(read_formula(typed, TABLE), thin)
        return
    with pytest.raises(FormulaError) as caught:
        read_formula(typed, TABLE)
    assert says in str(caught.value)


LONG = ["A_{" + "i," * 90_000 + "i}", "A_{" + "i" * 190_000 + "}", "x_{" + ",1" * 50_000 + "}"]


@pytest.mark.parametrize("long", LONG, ids=lambda s: s[:8])
def test_long_scripts_are_read_or_refused(long: str) -> None:
    with contextlib.suppress(FormulaError):
        read_formula(long, TABLE)
