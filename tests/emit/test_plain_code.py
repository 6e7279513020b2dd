"""Code as a person writes it: it runs by itself and gives what the emitted module gives."""

import ast

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.emit.plain_code import PlainCode, plain_code

GRAPHS = {
    "a product of scalars": "a: scalar; b: scalar; L = a*b + sin(a)",
    "differences of neighbours": "x: n; L = sum(100*(x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2)",
    "logistic": "x: d; w: d; b: scalar; y: scalar; h = sigmoid(w@x + b); L = -(y*log(h) + (1-y)*log(1-h))",
    "labels": "X: n x d; y: n label k; W: d x k; L = mean(cross_entropy_logits(X @ W, y))",
    "two layers": "X: n x d; V: d x h; b: h; W: h x k; T: n x k; L = mse(tanh(X @ V + b) @ W, T)",
    "layer norm": "x: n; c: n; y = c * layernorm(x)",
    "a recurrence": "t: 1..T; x[t]: d; W: m x d; U: m x m; h[t] = tanh(W @ x[t] + U @ h[t-1]); "
                    "l[t] = sum(h[t]**2); L = sum(l[t], over=t)",
}  # fmt: skip


def made(text: str) -> tuple[sb.Derivation, PlainCode]:
    d = sb.derive(text)
    code = plain_code(d)
    assert code is not None
    return d, code


def inputs(d: sb.Derivation, seed: int) -> dict[str, object]:
    rng = np.random.default_rng(seed)
    sizes = dict(zip(d.graph.sizes, (3, 5, 7, 2, 11), strict=False))
    out: dict[str, object] = {}
    for n in d.graph.inputs:
        s = d.graph.symbol[n].own
        shape = tuple(x.value(sizes) for x in s.shape)
        shape = (sizes[str(d.graph.time.length)], *shape) if s.time and d.graph.time else shape
        whole = s.labels.value(sizes) if s.labels else 0
        out[n] = rng.integers(0, whole, shape) if whole else rng.uniform(0.1, 0.9, shape)
    if d.graph.time:
        out["h_0"] = rng.normal(size=sizes["m"])
    if d.backward.seed.symbol:
        out[f"{d.of}_bar"] = rng.normal(size=tuple(x.value(sizes) for x in d.graph.symbol[d.of].shape))
    return out


@pytest.mark.parametrize("seed", [7, 11])
@pytest.mark.parametrize("name", GRAPHS)
def test_it_gives_what_the_module_gives(name: str, seed: int) -> None:
    d, code = made(GRAPHS[name])
    space: dict[str, object] = {"np": np}
    exec(code.text, space)  # noqa: S102 - our own text
    given = inputs(d, seed)
    found = space[code.function](**given)  # type: ignore[operator]
    wanted = d.compile()(**given)
    assert code.returns == (d.of, *(n for n in d.wrt if n != d.of))
    for n, value in zip(code.returns, found, strict=True):
        np.testing.assert_allclose(value, wanted[n], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", GRAPHS)
def test_it_calls_nothing_of_ours(name: str) -> None:
    _, code = made(GRAPHS[name])
    (function,) = ast.parse(code.text).body
    assert isinstance(function, ast.FunctionDef) and function.name == code.function
    called = {ast.unparse(c.func) for c in ast.walk(function) if isinstance(c, ast.Call)}
    assert all(c.startswith(("np.", "range")) or "." in c for c in called)


def test_a_name_has_one_value_on_the_way() -> None:
    _, code = made(GRAPHS["labels"])
    assigned = [x.split(" = ")[0].strip() for x in code.text.splitlines() if " = " in x]
    assert len(assigned) == len(set(assigned))


@pytest.mark.parametrize("text", [
    "x: n; L = sum(gelu(x))",  # erf is no function of NumPy
    "X: n x 1 x 9 x 9; f: 2 x 1 x 3 x 3; L = sum(conv2d(X, f)**2)",
    "np: n; L = sum(np**2)",  # hides the module
])  # fmt: skip
def test_what_needs_more_than_numpy_has_no_such_code(text: str) -> None:
    assert plain_code(sb.derive(text)) is None


def test_a_mean_is_subtracted_not_its_negative_added() -> None:
    _, code = made(GRAPHS["layer norm"])
    assert "+ -" not in code.text and code.text.count("np.sqrt") == 1
