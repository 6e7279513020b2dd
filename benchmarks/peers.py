"""One peer in a process of its own: it is told a row, then measured in blocks, by its parent's turns.

    python -m benchmarks.peers NAME

Lines of JSON come in: `{"row": name}` makes everything ready, holds the result against the one by hand (or
ours, where there is none) and answers with what was made or why not; `{"seconds": s}` measures one block.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, TypeAlias

import numpy as np

import symbackprop as sb
from benchmarks.workloads import Workload, all_of

CLOSE = 1e-8
LAYERS = 64  # beyond them XLA compiles for minutes
Call: TypeAlias = Callable[[], object]
Results: TypeAlias = dict[str, Any]
Peer: TypeAlias = Callable[[Workload], tuple[Call, Callable[[], Results], Mapping[str, float]]]


def main(name: str) -> None:
    peer, known, call = PEERS[name], {w.name: w for w in all_of()}, None
    for line in sys.stdin:
        asked = json.loads(line)
        if "row" in asked:
            call, answer = ready(peer, known[asked["row"]])
        else:
            assert call
            answer = {"seconds": block(call, asked["seconds"])}
        print(json.dumps(answer), flush=True)


def ready(peer: Peer, w: Workload) -> tuple[Call | None, Results]:
    try:
        call, results, made = peer(w)
        agree(w, results())
    except (AttributeError, NotImplementedError, ImportError) as e:
        return None, {"missing": str(e)}
    return call, {"made": made}


def agree(w: Workload, found: Any) -> None:
    """Errors: `AssertionError` where a peer has other results than code by hand, or ours."""
    found = by_name(found)
    for n, v in (by_name(expected(w)) if found else {}).items():
        gap = np.max(np.abs(np.asarray(found[n]) - v), initial=0)
        right = np.shape(found[n]) == np.shape(v) and gap <= CLOSE * np.max(np.abs(v), initial=0)
        assert right, (w.name, n, gap)


def by_name(found: Any) -> Results:
    """Results by name; the factors of a Kronecker product by their places."""
    if isinstance(found, dict):
        return found
    return dict(enumerate(x for pair in found for x in pair) if isinstance(found, list) else [("", found)])


def expected(w: Workload) -> Any:
    return w.by_hand(**w.given) if w.by_hand else sb.derive(w.text, wrt=list(w.wrt)).compile()(**w.given)


def block(call: Call, least: float) -> float:
    """Seconds of the processor for one call, over calls that take as long as asked together."""
    n, spent, start = 0, 0.0, time.process_time()
    while spent < least:
        call()
        n, spent = n + 1, time.process_time() - start
    return spent / n


# --- code by hand, ours, and the products alone ---


def by_hand(w: Workload) -> tuple[Call, Callable[[], Results], Mapping[str, float]]:
    if not w.by_hand:
        raise NotImplementedError("none by hand")
    f = w.by_hand
    return lambda: f(**w.given), lambda: f(**w.given), {}


def emitted(target: str) -> Peer:
    def peer(w: Workload) -> tuple[Call, Callable[[], Results], Mapping[str, float]]:
        start = time.process_time()
        d = w.asked(w.text, w.wrt)
        derived = time.process_time()
        second = isinstance(d, sb.Derivative)
        if target == "jax" and (second or not d.graph.time):
            compilable(w)
        f = d.compile(target, function=w.function) if second else d.compile(target)
        given = arrays(target, w.given)
        f(**given)
        made = {"derive": derived - start, "emit": time.process_time() - derived}
        run = f if second else waited(target, f)
        return lambda: run(**given), lambda: f(**given), made

    return peer


def waited(target: str, f: Callable[..., Any]) -> Callable[..., Any]:
    """The function as a library runs it: JAX compiles it, and is waited for."""
    if target != "jax":
        return f
    import jax

    compiled = jax.jit(lambda given: f.__wrapped__(**given))  # type: ignore[attr-defined]
    return lambda **given: jax.block_until_ready(compiled(given))


def compilable(w: Workload) -> None:
    """Errors: `NotImplementedError` for more layers than are compiled in reasonable time."""
    if w.layers > LAYERS:
        raise NotImplementedError(f"XLA compiles {w.layers} layers for minutes")


def arrays(target: str, given: Mapping[str, Any]) -> dict[str, Any]:
    if target == "torch":
        import torch

        return {n: torch.as_tensor(v) for n, v in given.items()}
    if target == "jax":
        jax_numpy()
        import jax.numpy as jnp

        return {n: jnp.asarray(v) for n, v in given.items()}
    return dict(given)


def products(w: Workload) -> tuple[Call, Callable[[], Results], Mapping[str, float]]:
    """The matrix products of both passes and nothing else: what no code can be faster than."""
    if not w.products:
        raise NotImplementedError("no products")
    rng = np.random.default_rng(1)
    made = [(rng.normal(size=(m, k)), rng.normal(size=(k, n)), np.empty((m, n))) for m, k, n in w.products]

    def run() -> None:
        for a, b, out in made:
            np.dot(a, b, out=out)

    return run, dict, {}


# --- libraries that differentiate by themselves ---


def passing(w: Workload) -> Callable[..., Any]:
    """The forward pass. Errors: `NotImplementedError` where a library is not asked."""
    if w.forward is None:
        raise NotImplementedError("no forward pass of first order")
    return w.forward


def torch_eager(w: Workload) -> tuple[Call, Callable[[], Results], Mapping[str, float]]:
    import torch

    torch.set_num_threads(1)
    given = arrays("torch", w.given)
    forward, wrt = passing(w), [given[n].requires_grad_() for n in w.wrt]

    def run() -> Results:
        value = forward(torch_words(), **given)
        return {"L": value.detach(), **dict(zip(w.wrt, torch.autograd.grad(value, wrt), strict=True))}

    return run, run, {}


def torch_words() -> SimpleNamespace:
    import torch
    from torch.nn import functional as f

    return SimpleNamespace(
        sum=torch.sum, tanh=torch.tanh, sigmoid=torch.sigmoid, relu=torch.relu, concat=torch.cat,
        log_softmax=lambda x: f.log_softmax(x, 1), softmax=lambda x: f.softmax(x, 1),
        layernorm=lambda x: f.layer_norm(x, x.shape[-1:]), gelu=f.gelu, rows=lambda E, y: f.embedding(y, E),
        cumsum=lambda x: torch.cumsum(x, 0), picked_loss=f.cross_entropy,
        conv2d=lambda x, k, step: f.conv2d(x, k, stride=step),
        max_pool2d=lambda x: f.max_pool2d(x, 2), avg_pool2d=lambda x: f.avg_pool2d(x, 2),
    )  # fmt: skip


def jax_jit(w: Workload) -> tuple[Call, Callable[[], Results], Mapping[str, float]]:
    compilable(w)
    forward, words = passing(w), jax_words()
    import jax

    given = arrays("jax", w.given)
    fixed = {n: v for n, v in given.items() if n not in w.wrt}
    start = time.process_time()
    f = jax.jit(jax.value_and_grad(lambda wrt, fixed: forward(words, **wrt, **fixed)))
    moving = {n: given[n] for n in w.wrt}

    def run() -> tuple[Any, Results]:
        return jax.block_until_ready(f(moving, fixed))

    value, slopes = run()
    return run, lambda: {"L": value, **slopes}, {"derive": 0.0, "emit": time.process_time() - start}


def jax_numpy() -> Any:
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    return jnp


def jax_words() -> SimpleNamespace:
    jnp = jax_numpy()
    from jax import lax, nn

    def pooled(x: Any, least: float, add: Any) -> Any:
        return lax.reduce_window(x, least, add, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")

    return SimpleNamespace(
        sum=jnp.sum, tanh=jnp.tanh, sigmoid=nn.sigmoid, relu=nn.relu, concat=jnp.concatenate,
        log_softmax=nn.log_softmax, softmax=nn.softmax, layernorm=lambda x: layernorm(jnp, x),
        gelu=lambda x: nn.gelu(x, approximate=False), rows=lambda E, y: E[y], cumsum=jnp.cumsum,
        picked_loss=lambda z, t: -jnp.mean(nn.log_softmax(z)[jnp.arange(len(t)), t]),
        conv2d=lambda x, k, step: lax.conv(x, k, (step, step), "VALID"),
        max_pool2d=lambda x: pooled(x, -jnp.inf, lax.max), avg_pool2d=lambda x: pooled(x, 0.0, lax.add) / 4,
    )  # fmt: skip


def layernorm(m: Any, x: Any) -> Any:
    centred = x - m.mean(x, axis=-1, keepdims=True)
    return centred / m.sqrt(m.mean(centred**2, axis=-1, keepdims=True) + 1e-5)


def hips(w: Workload) -> tuple[Call, Callable[[], Results], Mapping[str, float]]:
    import autograd
    import autograd.numpy as anp
    from autograd.scipy.special import erf, logsumexp

    def log_softmax(x: Any) -> Any:
        return x - logsumexp(x, axis=1, keepdims=True)

    words = SimpleNamespace(
        sum=anp.sum, tanh=anp.tanh, sigmoid=lambda x: 1 / (1 + anp.exp(-x)), cumsum=anp.cumsum,
        relu=lambda x: anp.maximum(x, 0), concat=anp.concatenate, log_softmax=log_softmax,
        softmax=lambda x: anp.exp(log_softmax(x)), layernorm=lambda x: layernorm(anp, x),
        gelu=lambda x: x * (1 + erf(x / 2**0.5)) / 2, rows=lambda E, y: E[y],
        picked_loss=lambda z, t: -anp.mean(log_softmax(z)[anp.arange(len(t)), t]),
    )  # fmt: skip
    fixed = {n: v for n, v in w.given.items() if n not in w.wrt}
    forward = passing(w)
    f = autograd.value_and_grad(lambda wrt: forward(words, **wrt, **fixed))
    moving = {n: w.given[n] for n in w.wrt}

    def results() -> Results:
        value, slopes = f(moving)
        return {"L": value, **slopes}

    return lambda: f(moving), results, {}


PEERS: Mapping[str, Peer] = {
    "by hand": by_hand,
    "NumPy": emitted("numpy"),
    "as torch": emitted("torch"),
    "as JAX": emitted("jax"),
    "torch": torch_eager,
    "jax.jit": jax_jit,
    "autograd": hips,
    "GEMMs": products,
}
NEEDS: Mapping[str, str] = {
    "as torch": "torch", "as JAX": "jax", "torch": "torch", "jax.jit": "jax", "autograd": "autograd",
}  # fmt: skip

if __name__ == "__main__":
    main(sys.argv[1])
