"""Our layers, losses and matrix functions in JAX; whole functions that we make of several ops as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from tests.frameworks.interpreter import Table

Function = Callable[..., Any]


def whole_numbers(attributes: dict[str, float]) -> tuple[int, int, int]:
    """Stride, padding and dilation."""
    return int(attributes["stride"]), int(attributes["padding"]), int(attributes["dilation"])


def across(v: Any, rank: int) -> Any:
    """One number for each channel, in front of so many axes."""
    return v.reshape(*v.shape, *(1,) * rank)


# --- windows -------------------------------------------------------------------------------------


def convolved(rank: int) -> Function:
    def conv(x: Any, f: Any, *bias: Any, groups: int = 1, **attributes: float) -> Any:
        s, p, a = whole_numbers(attributes)
        batch, image = x.shape[: -rank - 1], x.shape[-rank - 1 :]
        y = jax.lax.conv_general_dilated(
            x.reshape(-1, *image), f, (s,) * rank, [(p, p)] * rank, rhs_dilation=(a,) * rank,
            feature_group_count=groups)  # fmt: skip
        y = y + across(bias[0], rank) if bias else y
        return y.reshape(*batch, *y.shape[1:])

    return conv


def in_groups(rank: int) -> Function:
    """x is … x g x c x image, the filters g x k x c x window."""
    conv = convolved(rank)

    def run(x: Any, f: Any, *bias: Any, **attributes: float) -> Any:
        (g, k), image = f.shape[:2], x.shape[-rank:]
        flat = x.reshape(*x.shape[: -rank - 2], -1, *image)
        y = conv(flat, f.reshape(-1, *f.shape[2:]), *(b.ravel() for b in bias), groups=g, **attributes)
        return y.reshape(*y.shape[: -rank - 1], g, k, *y.shape[-rank:])

    return run


def transposed(rank: int) -> Function:
    """What a convolution sends back to its input."""
    conv = convolved(rank)

    def run(x: Any, f: Any, **attributes: float) -> Any:
        s, p, a = whole_numbers(attributes)
        image = tuple(s * (h - 1) + a * (u - 1) + 1 - 2 * p
                      for h, u in zip(x.shape[-rank:], f.shape[2:], strict=True))  # fmt: skip
        y = jnp.zeros((*x.shape[: -rank - 1], f.shape[1], *image))
        return jax.vjp(lambda y: conv(y, f, **attributes), y)[1](x)[0]

    return run


def pooled(rank: int) -> Function:
    def pool(x: Any, size: float, stride: float, padding: float) -> Any:
        outer = (1,) * (x.ndim - rank)
        pads = [(0, 0)] * (x.ndim - rank) + [(int(padding),) * 2] * rank
        window, steps = outer + (int(size),) * rank, outer + (int(stride),) * rank
        return jax.lax.reduce_window(x, 0.0, jax.lax.add, window, steps, pads) / int(size) ** rank

    return pool


def max_pooled(x: Any, *, size: int, stride: int, rank: int) -> Any:
    outer = (1,) * (x.ndim - rank)
    window, steps = outer + (size,) * rank, outer + (stride,) * rank
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, steps, "VALID")


def starts(extent: int, size: float, stride: float) -> Any:
    """Positions by window and place inside it."""
    return jnp.arange(0, extent - int(size) + 1, int(stride))[:, None] + jnp.arange(int(size))


def windows1d(x: Any, size: float, stride: float) -> Any:
    return x[..., starts(x.shape[-1], size, stride)]


def windows2d(x: Any, size: float, stride: float) -> Any:
    rows, columns = (starts(n, size, stride) for n in x.shape[-2:])
    return x[..., rows[:, None, :, None], columns[None, :, None, :]]


def repeated(rank: int) -> Function:
    def upsample(x: Any, scale: float) -> Any:
        for axis in range(-rank, 0):
            x = jnp.repeat(x, int(scale), axis)
        return x

    return upsample


# --- normalisations ------------------------------------------------------------------------------


def channels(v: Any, x: Any) -> Any:
    """A number for each channel of n x c x …."""
    return across(v, x.ndim - 2)


def affine(y: Any, given: tuple[Any, ...]) -> Any:
    return sum((b for b in given[1:]), y * given[0] if given else y)


def standard(x: Any, axes: int | tuple[int, ...], eps: float) -> Any:
    return jax.nn.standardize(x, axes, epsilon=eps)


def layernorm(x: Any, *given: Any, eps: float) -> Any:
    return affine(standard(x, -1, eps), given)


def rmsnorm(x: Any, *given: Any, eps: float) -> Any:
    return affine(x * jax.lax.rsqrt(jnp.mean(x**2, -1, keepdims=True) + eps), given)


def batchnorm(x: Any, *given: Any, eps: float) -> Any:
    y = standard(x, (0, *range(2, x.ndim)), eps)
    return affine(y, tuple(channels(v, x) for v in given))


def batchnorm_fixed(x: Any, m: Any, v: Any, *given: Any, eps: float) -> Any:
    y = (x - channels(m, x)) * jax.lax.rsqrt(channels(v, x) + eps)
    return affine(y, tuple(channels(v, x) for v in given))


def instance_norm(x: Any, *given: Any, eps: float) -> Any:
    return affine(standard(x, (-2, -1), eps), tuple(across(v, 2) for v in given))


def group_norm(x: Any, g: Any, b: Any, *, groups: int, eps: float) -> Any:
    rows = x.reshape(x.shape[0], groups, -1)
    return affine(standard(rows, -1, eps).reshape(x.shape), (channels(g, x), channels(b, x)))


# --- losses --------------------------------------------------------------------------------------


def picked(x: Any, label: Any) -> Any:
    return jnp.take_along_axis(x, jnp.asarray(label)[..., None], -1)[..., 0]


def smoothed(x: Any, label: Any, eps: float) -> Any:
    wanted = jax.nn.one_hot(label, x.shape[-1]) * (1 - eps) + eps / x.shape[-1]
    return -jnp.sum(wanted * jax.nn.log_softmax(x), -1)


def focal(x: Any, label: Any, gamma: float) -> Any:
    log_p = picked(x, label)
    return -jnp.power(-jnp.expm1(log_p), gamma) * log_p


def multi_hinge(x: Any, label: Any, margin: float) -> Any:
    others = 1 - jax.nn.one_hot(label, x.shape[-1])
    return jnp.sum(others * jax.nn.relu(margin + x - picked(x, label)[..., None]), -1)


def huber(x: Any, t: Any, delta: float) -> Any:
    r = jnp.abs(x - t)
    return jnp.mean(jnp.where(r <= delta, r**2 / 2, delta * (r - delta / 2)))


def cosine(x: Any, z: Any) -> Any:
    return jnp.sum(unit_length(x) * unit_length(z), -1)


def unit_length(x: Any) -> Any:
    return x / jnp.linalg.norm(x, axis=-1, keepdims=True)


def cosine_embedding(x: Any, z: Any, t: Any, margin: float) -> Any:
    c = cosine(x, z)
    return (1 + t) / 2 * (1 - c) + (1 - t) / 2 * jax.nn.relu(c - margin)


def triplet(a: Any, p: Any, n: Any, margin: float) -> Any:
    near, far = (jnp.sum((a - x) ** 2, -1) for x in (p, n))
    return jax.nn.relu(near - far + margin)


def gaussian_nll(x: Any, m: Any, v: Any) -> Any:
    return -jnp.sum(jax.scipy.stats.norm.logpdf(x, m, jnp.sqrt(v)))


def infonce(scores: Any, tau: float) -> Any:
    return -jnp.mean(jnp.diagonal(jax.nn.log_softmax(scores / tau)))


# --- attention, images ---------------------------------------------------------------------------


def attention(q: Any, k: Any, v: Any, *, heads: int = 1, causal: str = "no") -> Any:
    """The library's own, `dot_product_attention`, takes the softmax in float32."""
    q, k, v = (x.reshape(x.shape[0], heads, -1) for x in (q, k, v))
    seen = jnp.tri(q.shape[0], k.shape[0], 0 if causal == "yes" else k.shape[0], dtype=bool)
    scores = jnp.einsum("ihd,jhd->hij", q, k) * q.shape[-1] ** -0.5
    y = jnp.einsum("hij,jhk->ihk", jax.nn.softmax(scores, where=seen), v)
    return y.reshape(y.shape[0], -1)


def transformer_block(x: Any, wq: Any, wk: Any, wv: Any, wo: Any, g: Any, b: Any, v1: Any, v2: Any) -> Any:
    a = layernorm(x, g, b, eps=1e-5)
    r = x + attention(a @ wq, a @ wk, a @ wv, heads=2, causal="yes") @ wo
    return r + jax.nn.gelu(layernorm(r, eps=1e-5) @ v1, approximate=False) @ v2


def gram(f: Any) -> Any:
    rows = f.reshape(f.shape[0], -1)
    return jnp.einsum("ik,jk->ij", rows, rows) / rows.shape[1]


# --- functions of numbers, pieces of arrays ------------------------------------------------------


def table(*names: Any, cells: tuple[Any, ...], shape: tuple[int, ...]) -> Any:
    """Numbers, and arrays of one number where a name stands; equal names are one array."""
    order = list(dict.fromkeys(c for c in cells if isinstance(c, str)))
    given = dict(zip(order, names, strict=True))
    return jnp.stack([given[c] if isinstance(c, str) else jnp.asarray(c) for c in cells]).reshape(shape)


def striding(rows: int, columns: int, start: int, step: float) -> Any:
    """Ones where row i meets column start + step i."""
    return jnp.asarray(np.equal.outer(start + int(step) * np.arange(rows), np.arange(columns)) * 1.0)


polygamma = jax.scipy.special.polygamma
NUMBERS: Table = {
    "where": lambda c, x, y: jnp.where(c != 0, x, y), "mod": lambda x, y: jnp.mod(x, y),
    "pow": lambda x, y: jnp.power(x, y), "hypot": jnp.hypot, "arctan2": jnp.arctan2,
    "logaddexp": jnp.logaddexp, "logaddexp2": jnp.logaddexp2, "log2": jnp.log2, "log10": jnp.log10,
    "exp2": jnp.exp2, "floor": jnp.floor, "ceil": jnp.ceil,
    "arcsin": jnp.arcsin, "arccos": jnp.arccos, "arcsinh": jnp.arcsinh, "arccosh": jnp.arccosh,
    "arctanh": jnp.arctanh, "gammaln": jax.scipy.special.gammaln, "digamma": jax.scipy.special.digamma,
    "trigamma": lambda x: polygamma(1, x), "tetragamma": lambda x: polygamma(2, x),
    "prelu": lambda x, a: jnp.where(x > 0, x, a * x), "stop_gradient": jax.lax.stop_gradient,
    "pi": lambda: jnp.asarray(jnp.pi), "table": table, "striding": striding,
    "column_blocks": lambda x, parts: jnp.stack(jnp.split(x, int(parts), 1)),
    "side_by_side": lambda x: jnp.concatenate(list(x), 1),
    "solves": jnp.linalg.solve, "inverses": jnp.linalg.inv, "dets": jnp.linalg.det,
}  # fmt: skip

MATRICES: Table = {
    "cholesky": lambda a: jnp.linalg.cholesky((a + a.mT) / 2),
    "eigvalsh": lambda a: jnp.linalg.eigvalsh((a + a.mT) / 2),
    "eigenvectors": lambda a: jnp.linalg.eigh((a + a.mT) / 2)[1], "expm": jax.scipy.linalg.expm,
    "lower_half": lambda a: (jnp.tril(a) + jnp.tril(a, -1)) / 2,
    "expm_along": lambda a, b: jax.jvp(jax.scipy.linalg.expm, (a,), (b,))[1],
}  # fmt: skip

LAYERS: Table = {
    **MATRICES,
    "log1p": jnp.log1p, "expm1": jnp.expm1, "rsqrt": jax.lax.rsqrt, "log_sigmoid": jax.nn.log_sigmoid,
    "tanhshrink": lambda x: x - jnp.tanh(x), "mish": jax.nn.mish, "selu": jax.nn.selu,
    "hardtanh": jax.nn.hard_tanh, "relu6": jax.nn.relu6, "hard_sigmoid": jax.nn.hard_sigmoid,
    "hard_swish": jax.nn.hard_swish,
    "smooth_abs": lambda x: jnp.where(jnp.abs(x) < 1, x**2 / 2, jnp.abs(x) - 0.5),
    "maximum": jnp.maximum, "minimum": jnp.minimum, "clip": lambda x, low, high: jnp.clip(x, low, high),
    "masked_softmax": lambda x, m: jax.nn.softmax(x + jnp.log(m)),
    "norm": lambda x: jnp.linalg.norm(x, axis=-1), "normalize": unit_length,
    "row_norms": lambda x: jnp.linalg.norm(x, axis=-1),
    "cumsum": lambda x: jnp.cumsum(x, -1), "argmin": lambda x: jnp.argmin(x, -1),
    "bilinear": lambda x, w, z, *b: affine(jnp.einsum("...i,kij,...j->...k", x, w, z), (1.0, *b)),
    "embedding": lambda e, label: jnp.take(e, label, axis=0),
    "kron": jnp.kron, "vec": lambda a: jnp.ravel(a, order="F"),
    "inverse": jnp.linalg.inv, "solve": jnp.linalg.solve, "det": jnp.linalg.det,
    "frobenius": lambda x: jnp.linalg.norm(x.ravel()),
    "matrix_power": lambda a, k: jnp.linalg.matrix_power(a, int(k)),
    "tri": lambda rows, columns, offset: jnp.tri(rows, columns, offset),
    "layernorm": layernorm, "rmsnorm": rmsnorm, "batchnorm": batchnorm,
    "batchnorm_fixed": batchnorm_fixed, "instance_norm": instance_norm,
    "dropout": lambda x, m, p: x * m / (1 - p),
    "channelwise": lambda x, *given: affine(x, tuple(channels(v, x) for v in given)),
    "mae": lambda x, t: jnp.mean(jnp.abs(x - t)), "huber": huber,
    "bce_logits": lambda x, t: -jnp.mean(t * jax.nn.log_sigmoid(x) + (1 - t) * jax.nn.log_sigmoid(-x)),
    "hinge": lambda x, t, margin: jnp.mean(jax.nn.relu(margin - t * x)),
    "gaussian_nll": gaussian_nll, "kl": lambda p, q: jnp.sum(jax.scipy.special.rel_entr(p, q), -1),
    "kl_gaussian": lambda m, l: jnp.sum(m**2 + jnp.exp(l) - 1 - l, -1) / 2,
    "reparameterise": lambda m, l, e: m + jnp.sqrt(jnp.exp(l)) * e,
    "nll": lambda x, label: -picked(x, label), "focal": focal, "multi_hinge": multi_hinge,
    "cross_entropy_logits": lambda x, label: smoothed(x, label, 0.0), "label_smoothing": smoothed,
    "cosine": cosine, "cosine_embedding": cosine_embedding, "triplet": triplet,
    "conv1d": convolved(1), "conv2d": convolved(2), "group_conv1d": in_groups(1),
    "group_conv2d": in_groups(2), "conv_transpose1d": transposed(1), "conv_transpose2d": transposed(2),
    "avg_pool1d": pooled(1), "avg_pool2d": pooled(2), "windows1d": windows1d, "windows2d": windows2d,
    "upsample1d": repeated(1), "upsample2d": repeated(2), "pick": picked, **NUMBERS,
}  # fmt: skip

WHOLE: Table = {
    "attention": attention,
    "attention, causal": lambda *x: attention(*x, causal="yes"),
    "attention, heads": lambda *x: attention(*x, heads=3),
    "transformer block": transformer_block,
    "infonce": lambda s: infonce(s, 0.5),
    "group norm": lambda *x: group_norm(*x, groups=2, eps=1e-5),
    "grouped convolution": lambda *x: convolved(2)(*x, groups=2, stride=2, padding=1, dilation=1),
    "max pool 1d": lambda x: max_pooled(x, size=3, stride=2, rank=1),
    "max pool 2d": lambda x: max_pooled(x, size=2, stride=2, rank=2),
    "global average": lambda x: jnp.mean(x, (-2, -1)),
    "global maximum": lambda x: jnp.max(x, (-2, -1)),
    "scatter": lambda x, y: jnp.zeros((5, x.shape[1])).at[y].add(x),
    "total variation": lambda x: jnp.abs(jnp.diff(x, axis=0)).sum() + jnp.abs(jnp.diff(x, axis=1)).sum(),
    "gram": gram,
    "style": lambda f, g: jnp.mean((gram(f) - gram(g)) ** 2),
    "largest": lambda x: jnp.max(x, 0),
    "smallest": jnp.min,
    "dot": jnp.dot,
    "log-determinant": lambda a: jnp.linalg.slogdet(a @ a.T + jnp.eye(a.shape[0]))[1],
    "negative power": lambda a: jnp.linalg.matrix_power(a, -2),
    "multi-class hinge": lambda x, y: multi_hinge(x, y, 0.5),
    "labels +1 and -1": lambda x, z, u: cosine_embedding(x, z, jnp.sign(u), 0.1),
    "cross entropy of labels": lambda z, y: -jnp.log(picked(jax.nn.softmax(z), y)),
    "softmax over the first axis": lambda x: jax.nn.softmax(x, axis=0),
    "variance": lambda x: jnp.var(x, axis=1),
    "elbo": lambda x, m, l, e, w: jnp.mean((reparameterised(m, l, e) @ w - x) ** 2)
    + jnp.mean(jnp.sum(m**2 + jnp.exp(l) - 1 - l, -1) / 2),
    "blocks": lambda a, b, c, d: jnp.block([[a, b], [c, d]]),
    "blocks along the diagonal": jax.scipy.linalg.block_diag,
    "cross product": jnp.cross,
    "running product": jnp.cumprod,
    "product": lambda x: jnp.prod(x, axis=1),
    "mask": lambda x, m: x * m / 0.5,
    "flipped": lambda x: jnp.flip(x, 1),
    "equally far apart": lambda a, b: jnp.linspace(a, b, 5),
    "log of a determinant of either sign": lambda a: jnp.linalg.slogdet(a)[1],
    "masked softmax": lambda x, m: m * jnp.exp(x) / jnp.sum(m * jnp.exp(x), -1, keepdims=True),
    "padded": lambda x: jnp.pad(x, ((1, 2), (0, 1))),
    "pseudo-inverse": jnp.linalg.pinv,
    "repeated": lambda x: jnp.repeat(x, 3, axis=1),
    "rolled": lambda x: jnp.roll(x, 1, axis=0),
    "stacked": lambda x, y: jnp.stack([x, y], axis=1),
    "deviation": lambda x: jnp.std(x, axis=0, ddof=1),
    "variance of a sample": lambda x: jnp.var(x, axis=0, ddof=1),
    "tiled": lambda x: jnp.tile(x, (2, 3)),
    "triangles": lambda x: jnp.tril(x) @ jnp.triu(x, 1),
    "singular values": lambda x: jnp.linalg.svd(x, compute_uv=False),
    "their sum": lambda x: jnp.linalg.norm(x, "nuc"),
    "their largest": lambda x: jnp.linalg.norm(x, 2),
}  # fmt: skip


def reparameterised(m: Any, l: Any, e: Any) -> Any:
    return m + jnp.exp(l / 2) * e
