"""Emitted code for other libraries: the values of NumPy's, under the tools that people run it with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symbackprop as sb
from symbackprop.derivation.derivation import Derivation
from symbackprop.emit import Layer, compile_source, layers
from symbackprop.emit.call_arguments import arguments
from symbackprop.emit.code_names import parameters
from symbackprop.numeric.points import backward_values, forward, generic_point, seeded
from tests.emit.odd_program_rows import ROWS
from tests.emit.test_zero_norms import NORMS, zeros
from tests.frameworks.whole import WHOLE
from tests.graphs import GRAPHS
from tests.random_graphs import EVERYTHING, random_graph

pytestmark = pytest.mark.frameworks
CLOSE = 1e-9
TARGET = {"array_api_strict": "array-api", "dask": "array-api"}
RNN = """t: 1..T; x[t]: n x d; W: d x m; U: m x m; h0: n x m; h[0] = h0
h[t] = tanh(x[t] @ W + h[t-1] @ U); L = sum(h[T]**2)"""
ATTENTION = "Q: n x 3; K: n x 3; V: n x 5; Z = layernorm(attention(Q, K, V))"
CONV = "x: 2 x 3 x 7 x 5; f: 5 x 3 x 3 x 2; y = silu(conv2d(x, f, stride=2, padding=1)); L = sum(y**3)"


def point(d: Derivation, seed: int) -> dict[str, Any]:
    """Arguments of the emitted function."""
    at = seeded(d.backward, generic_point(d.graph, 1, seed), seed)
    return arguments(d, backward_values(d.backward, forward(d.graph, at)))


def arrays(library: str) -> Callable[[Any], Any]:
    """An array of NumPy as one of a library's."""
    if library == "torch":
        torch = pytest.importorskip("torch")
        return lambda v: torch.as_tensor(np.asarray(v))
    if library == "dask":
        pytest.importorskip("array_api_compat")
        dask = pytest.importorskip("dask.array")
        return lambda v: dask.from_array(np.asarray(v), chunks=2)
    if library == "array_api_strict":
        return pytest.importorskip("array_api_strict").asarray
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    return jax.numpy.asarray


def close(got: Any, want: Any) -> bool:
    got, want = np.asarray(got), np.asarray(want)
    size = np.max(np.abs(want), initial=0)
    return got.shape == want.shape and bool(np.max(np.abs(got - want), initial=0) <= CLOSE * size)


def agree(d: Derivation, target: str, library: str, seed: int) -> None:
    """The joint function and the passes apart, against those of NumPy."""
    as_library, at = arrays(library), point(d, seed)
    want, f = d.compile()(**at), d.compile(target)
    given = {n: as_library(v) for n, v in at.items()}
    bar = [given[n] for n in [parameters(d).seed] if n]
    value, saved = f.forward({n: v for n, v in given.items() if n != parameters(d).seed})
    for got in (f(given), {d.of: value, **f.backward(saved, *bar)}):
        assert got.keys() == want.keys()
        for n, v in want.items():
            assert type(got[n]) is type(as_library(0.0)) and close(got[n], v), n


@pytest.mark.parametrize("library", ["torch", "jax", "array_api_strict"])
@pytest.mark.parametrize("name", [*GRAPHS, *WHOLE, *ROWS])
def test_values_are_those_of_numpy(library: str, name: str) -> None:
    agree(sb.derive((GRAPHS | WHOLE | ROWS)[name]), TARGET.get(library, library), library, seed=4)


@pytest.mark.parametrize("library", ["torch", "jax", "array_api_strict"])
@pytest.mark.parametrize("seed", range(20))
def test_random_graphs_are_those_of_numpy(library: str, seed: int) -> None:
    agree(sb.derive(random_graph(seed, 6, EVERYTHING)), TARGET.get(library, library), library, seed)


@pytest.mark.parametrize("target", ["torch", "jax"])
def test_inputs_may_be_called_like_what_code_uses(target: str) -> None:
    names = (
        "torch",
        "jnp",
        "jax",
        "ctx",
        "saved",
        "found",
        "value",
        "slopes",
        "rows",
        "step",
        "device",
        "math",
    )
    declared = "; ".join(f"{n}: n" for n in names)
    recurrence = "t: 1..T; x[t]: n; h[t] = tanh(x[t] + torch*h[t-1]); L = sum(h[T] * rows * step) + s"
    text = f"{declared}; s = sum({'*'.join(names)} / sqrt(n))\n{recurrence}"
    d, as_target = sb.derive(text), arrays(target)
    at = point(d, 8)
    want, got = d.compile()(**at), d.compile(target)(**{n: as_target(v) for n, v in at.items()})
    assert all(close(got[n], v) for n, v in want.items())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # PyTorch's own, while it compiles
@pytest.mark.parametrize("text", [RNN, ATTENTION, CONV])
def test_torch_knows_the_derivative(text: str) -> None:
    """`gradcheck`, single precision kept, compiled, and autograd through what stands around."""
    torch = pytest.importorskip("torch")
    d = sb.derive(text)
    value = compile_source(d.source("torch"), "torch", name="value")
    at = {n: v for n, v in point(d, 5).items() if n in d.graph.inputs}
    given = [torch.tensor(v, requires_grad=True) for v in at.values()]
    assert torch.autograd.gradcheck(value, given)
    single = [torch.tensor(v, dtype=torch.float32, requires_grad=True) for v in at.values()]
    out = value(*single)
    (out * 3).sum().backward()
    assert out.dtype == torch.float32 and all(x.grad.dtype == torch.float32 for x in single)
    traced = torch.compile(value, backend="eager")
    assert torch.allclose(traced(*given), value(*given))


@pytest.mark.parametrize("text", [RNN, ATTENTION, CONV])
def test_jax_knows_the_derivative(text: str) -> None:
    """Jitted, mapped over a new axis, and under `grad` of what stands around."""
    as_jax = arrays("jax")
    jax = pytest.importorskip("jax")
    d = sb.derive(text)
    value = compile_source(d.source("jax"), "jax", name="value")
    at = [as_jax(v) for n, v in point(d, 6).items() if n in d.graph.inputs]

    def around(*given: Any) -> Any:
        return jax.numpy.sum(jax.numpy.sin(value(*given)))

    own = jax.jit(jax.grad(around, argnums=tuple(range(len(at)))))(*at)
    eps = 1e-6
    for k, slope in enumerate(own):
        step = np.random.default_rng(k).normal(size=np.shape(at[k]))
        moved = [around(*(x + s * eps * step if m == k else x for m, x in enumerate(at))) for s in (1, -1)]
        assert np.isclose((moved[0] - moved[1]) / (2 * eps), np.sum(np.asarray(slope) * step), rtol=1e-5)
    twice = jax.vmap(value)(*(jax.numpy.stack([x, 2 * x]) for x in at))
    assert close(twice[1], value(*(2 * x for x in at)))


def test_another_function_is_seen() -> None:
    """The comparison can fail."""
    as_torch, d = arrays("torch"), sb.derive("x: n; L = sum(tanh(x))")
    at = point(d, 7)
    f = compile_source(d.source("torch").replace("torch.tanh", "torch.sin"), "torch")
    assert not close(f(**{n: as_torch(v) for n, v in at.items()})["L"], d.compile()(**at)["L"])


@pytest.mark.parametrize("name", [n for n, text in (GRAPHS | ROWS).items() if "1.." in text])
def test_recurrences_are_scans(name: str) -> None:
    """No loop over counters; jitted and mapped the values stay."""
    d = sb.derive((GRAPHS | ROWS)[name])
    code, as_jax = d.source("jax"), arrays("jax")
    assert "fori_loop" not in code
    jax, f = pytest.importorskip("jax"), compile_source(code, "jax")
    at = {n: as_jax(v) for n, v in point(d, 3).items()}
    want, jitted = f(at), jax.jit(f)(at)
    several = jax.vmap(f)({n: jax.numpy.stack([v, v]) for n, v in at.items()})
    for n, v in want.items():
        assert close(jitted[n], v) and close(several[n][1], v), n


@pytest.mark.parametrize("library", ["torch", "jax", "array_api_strict"])
@pytest.mark.parametrize("text", NORMS)
def test_norms_of_zero_stay_finite(library: str, text: str) -> None:
    d, as_library = sb.derive(text), arrays(library)
    found = d.compile(TARGET.get(library, library))({n: as_library(v) for n, v in zeros(d).items()})
    assert all(np.all(np.isfinite(np.asarray(v))) for v in found.values()), found


def test_the_slope_at_zero_is_that_of_torch() -> None:
    torch = pytest.importorskip("torch")
    x = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    torch.linalg.norm(x).backward()
    assert sb.derive("x: n; L = norm(x)").compile()(x=np.zeros(3))["x"].tolist() == x.grad.tolist()


LAYERS = [
    ("X: n x d; W: d x m; b: m; Y = tanh(X @ W + b)", "X"),
    ("x: 2 x 3 x 5 x 4; f: 2 x 3 x 3 x 2; g: 2; y = silu(channelwise(conv2d(x, f), g))", "x"),
    ("x: n x d; g: d; b: d; y: n label d; L = mean(cross_entropy_logits(layernorm(x, g, b), y))", "x"),
    ("self: n x d; type: d x m; forward: m; torch: m; z = softmax(self @ type + forward*torch)", "self"),
]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # PyTorch's own, while it compiles
@pytest.mark.parametrize(("text", "data"), LAYERS)
def test_layers_are_modules(text: str, data: str) -> None:
    """Parameters by name, `gradcheck` by all of them, single precision kept, compiled, on another device."""
    torch = pytest.importorskip("torch")
    d = sb.derive(text)
    at = {n: v for n, v in point(d, 3).items() if n in d.graph.inputs}
    held = [torch.as_tensor(v) for n, v in at.items() if n != data]
    net = compile_source(layers([Layer(d, "Net", data)], "torch"), "torch", name="Net")(*held)
    x = torch.tensor(at[data], requires_grad=True)
    assert isinstance(net, torch.nn.Module) and len(list(net.parameters())) == len(d.wrt) - 1
    want = d.compile("torch")(**{n: torch.as_tensor(v) for n, v in point(d, 3).items()})[d.of]
    assert torch.allclose(net(x), want)
    own = dict(net.named_parameters())

    def value(x: Any, *given: Any) -> Any:
        return torch.func.functional_call(net, dict(zip(own, given, strict=True)), (x,))

    assert torch.autograd.gradcheck(value, (x, *own.values()), fast_mode=True)
    assert torch.allclose(torch.compile(net, backend="aot_eager")(x), want)
    single = net.to(torch.float32)
    out = single(x.detach().float())
    out.sum().backward()
    assert out.dtype == torch.float32 and all(p.grad.dtype == torch.float32 for p in single.parameters())


def test_a_layer_learns() -> None:
    torch = pytest.importorskip("torch")
    d = sb.derive("X: n x d; W: d x m; b: m; Y = tanh(X @ W + b)")
    torch.manual_seed(2)
    Net = compile_source(layers([Layer(d, "Net", "X")], "torch"), "torch", name="Net")
    net, true = (Net(torch.randn(3, 2), torch.randn(2)) for _ in range(2))
    X, steps = torch.randn(50, 3), torch.optim.Adam(net.parameters(), lr=0.05)
    for _ in range(300):
        steps.zero_grad()
        loss = ((net(X) - true(X).detach()) ** 2).mean()
        loss.backward()
        steps.step()
    assert loss < 1e-4


SECOND = {
    "logistic": ("X: n x d; w: d; y: n; z = X @ w; L = mean(softplus(z) - y*z)", "w"),
    "classes": ("X: n x d; W: d x k; y: n label k; L = mean(cross_entropy_logits(X @ W, y))", "W"),
    "a band": ("x: n; L = sum(100*(x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2)", "x"),
    "factors": ("U: m x k; V: n x k; A: m x n; L = sum((U @ V.T - A)**2)", "U"),
    "two layers": ("x: n x d; W: d x h; V: h x k; L = sum(sin(tanh(x @ W) @ V))", "W"),
}


@pytest.mark.parametrize("target", ["torch", "jax"])
@pytest.mark.parametrize("name", SECOND)
def test_second_order_has_the_values_of_numpy(target: str, name: str) -> None:
    """The whole and its product, under `jit` too."""
    text, wrt = SECOND[name]
    h = sb.hessian(text, wrt=wrt)
    as_target, at = arrays(target), point(h.derivation, 5)
    v = np.random.default_rng(6).normal(size=np.shape(at[wrt]))
    for function, more in (("hessian", ()), ("product", (v,))):
        given = [*at.values(), *more]
        want = h.compile(function=function)(*given)
        f = h.compile(target, function=function)
        assert close(f(*map(as_target, given)), want)
        if target == "jax":
            jitted = pytest.importorskip("jax").jit(f)
            assert close(jitted(*map(as_target, given)), want)


ON_DASK = [
    RNN,
    ATTENTION,
    "X: n x d; W: d x m; y: n label m; L = mean(nll(X @ W, y))",
    "x: n; L = sum(100*(x[1:] - x[:-1]**2)**2)",
    "x: n; z = cumsum(erf(x))",
]


@pytest.mark.parametrize("text", ON_DASK)
def test_dask_runs_the_standard(text: str) -> None:
    agree(sb.derive(text), "array-api", "dask", seed=6)


@pytest.mark.parametrize("name", [n for n, text in GRAPHS.items() if "label" not in text])
def test_torch_stays_on_its_device(name: str) -> None:
    """Tensors without entries, on a device that none made elsewhere can meet."""
    torch = pytest.importorskip("torch")
    d = sb.derive(GRAPHS[name])
    at = {n: torch.zeros(np.shape(v), device="meta") for n, v in point(d, 2).items()}
    found = d.compile("torch")(at)
    assert all(v.device.type == "meta" and v.dtype == torch.float32 for v in found.values())
