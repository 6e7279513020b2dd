"""What people bring from NumPy, PyTorch and paper is told how it is written here, and where."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

import symbackprop as sb
from symbackprop.catalogue.error_sentences import explained
from symbackprop.formula.reading.tex_tokens import tokenise
from symbackprop.graph.functions import FUNCTIONS
from symbackprop.graph.peer_names import INSTEAD, OUTSIDE
from tests import ROOT

DECLARED = "x: n; A: n x n; X: n x d; "
WRITE = {  # what is typed: what is told, and the place in it that is meant
    "inv(A) @ x": ("inverse(A)", "inv(A)"),
    "sum(tr(A))": ("trace(A)", "tr(A)"),
    "power(x, 2)": ("x**p", "power(x, 2)"),
    "np.tanh(x)": ("tanh(x)", "np.tanh(x)"),
    "torch.nn.functional.relu(x)": ("relu(x)", "torch.nn.functional.relu(x)"),
    "np.linalg.inv(A)": ("inverse(A)", "np.linalg.inv(A)"),
    "np.pi*x": ("pi", "np.pi"),
    "2*x.sum()": ("sum(x)", "x.sum()"),
    "A.sum(axis=0)": ("sum(A, axis=0)", "A.sum(axis=0)"),
    "x.softmax(dim=0)": ("softmax(x, axis=0)", "x.softmax(dim=0)"),
    "A.t()": ("A.T", "A.t()"),
    "x.detach()": ("stop_gradient(x)", "x.detach()"),
    "σ(x)": ("sigmoid(x)", "σ(x)"),
    "x^2": ("x**2", "x^2"),
    "3 + 2x": ("3 + 2*x", "2"),
    "A x": ("A @ x", "x"),
    "X A": ("X @ A", "A"),
    "2 x": ("2*x", "x"),
    "2(x)": ("2*(x)", "2(x)"),
    "(A + A)(x)": ("(A + A)*(x)", "(A + A)(x)"),
    "sum(x, dim=0)": ("sum(x, axis=0)", "sum(x, dim=0)"),
    "max(A, axis=1, keepdim=True)": ("max(x, keepdims=True)", "max(A, axis=1, keepdim=True)"),
    "var(x, unbiased=False)": ("var(x, ddof=0)", "var(x, unbiased=False)"),
    "A' @ x": ("A.T @ x", "'"),
    "layer_norm(x)": ("layernorm(x)", "layer_norm(x)"),
    "softmax(x, x)": ("softmax(x)", "softmax(x, x)"),
    "matrix_power(A)": ("matrix_power(a, k)", "matrix_power(A)"),
    "norm(x, p=1)": ("norm(x, ord=None, axis=None, keepdims=False)", "norm(x, p=1)"),
}


def refusal(text: str) -> sb.SymbackpropError:
    with pytest.raises(sb.SymbackpropError) as caught:
        sb.read(f"{DECLARED}Y = {text}")
    assert "<locals>" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("text", WRITE)
def test_the_way_it_is_written(text: str) -> None:
    code, place = WRITE[text]
    error = refusal(text)
    assert error.hint == f"Write  {code}", str(error)
    assert error.span and f"{DECLARED}Y = {text}"[slice(*error.span)] == place
    assert error.line == 1 and error.column == error.span[0] + 1


TOLD = {
    "X.shape[0]*x": "names you declare",
    "|x|": r"abs\(x\)  or  norm\(x\)",
    "x @ 2": r"Write  \*  instead of  @",
    "sum(x) @ x": "is a number",
    "qr(A)": r"solve\(A, b\)",
    "lu(A)": r"cholesky\(A\)",
    "svd(A)": r"svdvals\(X\)",
    "eigh(A)": r"eigvalsh\(A\)",
    "logm(A)": r"expm\(A\)",
    "matrix_exp(A)": r"Write  expm\(A\)",
    "nuclear(A)": r"nuclear_norm\(X\)",
    "sort(x)": "argmax",
    "j0(x)": "j0: function",
    "fft(x)": "product with a matrix",
    "softmx(x)": "Did you mean `softmax`",
    "quux(x)": "Declared: x, A, X",
    "softmax()": r"takes 1 argument, got 0",
}


@pytest.mark.parametrize("text", TOLD)
def test_what_is_told(text: str) -> None:
    assert re.search(TOLD[text], str(refusal(text)))


@pytest.mark.parametrize("name", INSTEAD)
def test_names_of_others_are_not_ours(name: str) -> None:
    """A row for a name that is a function here would never be met; the code of a row is read."""
    assert name not in FUNCTIONS and name not in OUTSIDE
    error = refusal(f"{name}(x)")
    assert error.key == "peer" and error.hint == f"Write  {INSTEAD[name]}"


def test_what_they_are_told_to_write_is_said_here() -> None:
    for name, code in INSTEAD.items():
        calls = [n.func.id for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Call)]  # type: ignore[attr-defined]
        assert set(calls) <= set(FUNCTIONS), name


def test_places_in_longer_texts() -> None:
    text = "x: n  # the first line\nθ₁: n;  y = θ₁ + x\nL = sum(y) + foo(\n  x)\n"
    with pytest.raises(sb.SymbackpropError) as caught:
        sb.read(text)
    error = caught.value
    assert (error.line, error.column) == (3, 14) and error.span
    assert text[slice(*error.span)] == "foo(\n  x)"
    rows = (("x: n\nL = sum(x", "L = sum(x", 2), ("x: n $ 2; L = x", "n $ 2", 1), ("\n words", "words", 2))
    for wrong, place, line in rows:
        with pytest.raises(sb.SymbackpropError) as caught:
            sb.read(wrong)
        assert caught.value.span and wrong[slice(*caught.value.span)] == place
        assert caught.value.line == line


def test_errors_speak_german() -> None:
    error = refusal("inv(A)")
    assert explained(error, "de") == "Zeile 1, Zeichen 31: kein Symbol `inv`\n  Schreiben Sie  inverse(A)"
    assert explained(error, "en") == str(error)
    command = [
        sys.executable,
        "-m",
        "symbackprop",
        "check",
        "-",
        "--wrt",
        "A",
        "--answer",
        "A",
        "--lang",
        "de",
    ]
    done = subprocess.run(command, input=f"{DECLARED}Y = qr(A)", capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 2 and "außerhalb" in done.stderr


def test_python_calls_name_the_function() -> None:
    for function in FUNCTIONS.values():
        assert "<locals>" not in function.__qualname__, function.__qualname__
    with pytest.raises(TypeError, match=r"^norm\(\)"):
        sb.norm(sb.symbol("x", "n"), p=2)


GERMAN = {
    "f: n -> m; x: n; y = f(x)": ("f: function", "n -> m"),
    "x: n $; L = x": ("keine Form", "n $"),
    "x: n; x: n; L = x": ("zweimal deklariert", "n"),
    "x: n; L = (x": ("offene Klammer", "L = (x"),
    "x: n; y: m; L = x + y": ("passt nicht zusammen", "x + y"),
    "A: n x m; L = A @ A": ("Achse k ist m in A, aber n in A\n  Did you mean A.T @ A?", "A @ A"),
    "x: n; L = x ! 2": ("nicht zu lesen", "!"),
    "t: 1..T; x[t] = x[t-1]**2 until x > 1; L = x[T]": ("außerhalb", "u"),
}


@pytest.mark.parametrize("text", GERMAN)
def test_common_mistakes_in_german(text: str) -> None:
    said, place = GERMAN[text]
    with pytest.raises(sb.SymbackpropError) as caught:
        sb.read(text)
    error = caught.value
    assert said in explained(error, "de")
    assert error.span and text[slice(*error.span)] == place


def test_formulas_say_where_too() -> None:
    error = tokenise(r"\alpha + x").fail(2, "wrong")
    assert (error.line, error.column, error.span) == (1, 10, (9, 10))
