"""Our layers, losses and matrix functions in PyTorch; whole functions that we make of several ops as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

from tests.frameworks.interpreter import Table

Function = Callable[..., Any]


def whole_numbers(attributes: dict[str, float]) -> dict[str, int]:
    return {k: int(v) for k, v in attributes.items()}


def in_batch(run: Function, x: Any, axes: int) -> Any:
    """A function of one batch axis on an array of any, the last `axes` being its own."""
    y = run(x.reshape(-1, *x.shape[x.ndim - axes :]))
    return y.reshape(*x.shape[: x.ndim - axes], *y.shape[1:])


# --- windows -------------------------------------------------------------------------------------


def convolved(rank: int) -> Function:
    run = (F.conv1d, F.conv2d)[rank - 1]

    def conv(x: Any, f: Any, *bias: Any, **attributes: float) -> Any:
        options = whole_numbers(attributes)
        return in_batch(lambda x: run(x, f, *bias, **options), x, rank + 1)

    return conv


def in_groups(rank: int) -> Function:
    """x is … x g x c x image, the filters g x k x c x window."""
    conv = convolved(rank)

    def run(x: Any, f: Any, *bias: Any, **attributes: float) -> Any:
        g = f.shape[0]
        flat, biases = x.flatten(-rank - 2, -rank - 1), (b.flatten() for b in bias)
        y = conv(flat, f.flatten(0, 1), *biases, groups=g, **attributes)
        return y.unflatten(-rank - 1, (g, -1))

    return run


def transposed(rank: int) -> Function:
    run = (F.conv_transpose1d, F.conv_transpose2d)[rank - 1]

    def conv(x: Any, f: Any, **attributes: float) -> Any:
        options = whole_numbers(attributes)
        return in_batch(lambda x: run(x, f, **options), x, rank + 1)

    return conv


def pooled(rank: int) -> Function:
    run = (F.avg_pool1d, F.avg_pool2d)[rank - 1]

    def pool(x: Any, size: float, stride: float, padding: float) -> Any:
        numbers = int(size), int(stride), int(padding)
        return in_batch(lambda x: run(x[:, None], *numbers)[:, 0], x, rank)

    return pool


def upsampled(rank: int) -> Function:
    def upsample(x: Any, scale: float) -> Any:
        return in_batch(lambda x: F.interpolate(x[:, None], scale_factor=int(scale))[:, 0], x, rank)

    return upsample


def windows1d(x: Any, size: float, stride: float) -> Any:
    return x.unfold(-1, int(size), int(stride))


def windows2d(x: Any, size: float, stride: float) -> Any:
    return x.unfold(-2, int(size), int(stride)).unfold(-2, int(size), int(stride))


# --- normalisations ------------------------------------------------------------------------------


def instance_norm(x: Any, *given: Any, eps: float) -> Any:
    return in_batch(lambda x: F.instance_norm(x, None, None, *given, eps=eps), x, 3)


def channelwise(x: Any, *given: Any) -> Any:
    return affine(x, *(v.reshape(-1, *(1,) * (x.ndim - 2)) for v in given))


def batchnorm(x: Any, *given: Any, eps: float) -> Any:
    """The library's own refuses a batch of one value per channel."""
    if x.numel() == x.shape[1]:
        return batchnorm_fixed(x, x.flatten(), torch.zeros_like(x.flatten()), *given, eps=eps)
    return F.batch_norm(x, None, None, *given, training=True, eps=eps)


def batchnorm_fixed(x: Any, m: Any, v: Any, *given: Any, eps: float) -> Any:
    """The library's own has no derivative by the statistics."""
    m, v, *given = (a.reshape(-1, *(1,) * (x.ndim - 2)) for a in (m, v, *given))
    return affine((x - m) / torch.sqrt(v + eps), *given)


def affine(x: Any, g: Any = 1.0, b: Any = 0.0) -> Any:
    return x * g + b


# --- losses --------------------------------------------------------------------------------------


def alike(run: Function) -> Function:
    """A loss of arrays that are broadcast first."""
    return lambda x, t, **options: run(*torch.broadcast_tensors(x, t), **options)


def by_class(run: Function) -> Function:
    """A loss of n x classes and n labels, one value per sample."""

    def loss(x: Any, label: Any, **options: float) -> Any:
        rows, labels = x.reshape(-1, x.shape[-1]), torch.as_tensor(label).long().reshape(-1)
        return run(rows, labels, **options).reshape(x.shape[:-1])

    return loss


def nll(x: Any, label: Any) -> Any:
    return F.nll_loss(x, label, reduction="none")


def smoothed(x: Any, label: Any, eps: float = 0.0) -> Any:
    return F.cross_entropy(x, label, reduction="none", label_smoothing=eps)


def focal(x: Any, label: Any, gamma: float) -> Any:
    return nll(x, label) * (1 - torch.exp(-nll(x, label))) ** gamma


def multi_hinge(x: Any, label: Any, margin: float) -> Any:
    others = 1 - F.one_hot(label, x.shape[-1])
    return (others * F.relu(margin + x - torch.gather(x, 1, label[:, None]))).sum(1)


def library_multi_hinge(x: Any, label: Any) -> Any:
    """Its mean over the classes as a sum; it has no second derivative."""
    return F.multi_margin_loss(x, label, margin=0.5, reduction="none") * x.shape[-1]


def gaussian_nll(x: Any, m: Any, v: Any) -> Any:
    return F.gaussian_nll_loss(m, x, v, full=True, reduction="sum")


def kl_gaussian(m: Any, l: Any) -> Any:
    own = torch.distributions.Normal(m, torch.exp(l / 2))
    unit = torch.distributions.Normal(torch.zeros_like(m), torch.ones_like(m))
    return torch.distributions.kl_divergence(own, unit).sum(-1)


def cosine_embedding(x: Any, z: Any, t: Any, margin: float) -> Any:
    """For any t; the library's own has only t = ±1 and is a whole function."""
    c = F.cosine_similarity(x, z, dim=-1)
    return (1 + t) / 2 * (1 - c) + (1 - t) / 2 * F.relu(c - margin)


def triplet(a: Any, p: Any, n: Any, margin: float) -> Any:
    return F.triplet_margin_with_distance_loss(
        a, p, n, distance_function=lambda x, y: ((x - y) ** 2).sum(-1), margin=margin, reduction="none"
    )


# --- attention, images ---------------------------------------------------------------------------


def attention(q: Any, k: Any, v: Any, *, heads: int = 1, causal: str = "no") -> Any:
    q, k, v = (x.unflatten(1, (heads, -1)).transpose(0, 1) for x in (q, k, v))
    with sdpa_kernel(SDPBackend.MATH):  # the one that can be differentiated twice
        y = F.scaled_dot_product_attention(q, k, v, is_causal=causal == "yes")
    return y.transpose(0, 1).flatten(1)


def transformer_block(x: Any, wq: Any, wk: Any, wv: Any, wo: Any, g: Any, b: Any, v1: Any, v2: Any) -> Any:
    a = F.layer_norm(x, g.shape, g, b)
    r = x + attention(a @ wq, a @ wk, a @ wv, heads=2, causal="yes") @ wo
    return r + F.gelu(F.layer_norm(r, g.shape) @ v1) @ v2


def gram(f: Any) -> Any:
    rows = f.flatten(1)
    return torch.einsum("ik,jk->ij", rows, rows) / rows.shape[1]


def bilinear(x: Any, w: Any, z: Any, *bias: Any) -> Any:
    rows = (a.reshape(-1, a.shape[-1]) for a in (x, z))
    return F.bilinear(*rows, w, *bias).reshape(*x.shape[:-1], -1)


def embedded(e: Any, label: Any) -> Any:
    return F.embedding(label, e) if e.ndim == 2 else e[label]


def scattered(x: Any, label: Any) -> Any:
    return torch.zeros(5, x.shape[1], dtype=x.dtype).index_add(0, label, x)


# --- functions of numbers, pieces of arrays ------------------------------------------------------


def table(*names: Any, cells: tuple[Any, ...], shape: tuple[int, ...]) -> Any:
    """Numbers, and arrays of one number where a name stands; equal names are one array."""
    order = list(dict.fromkeys(c for c in cells if isinstance(c, str)))
    given = dict(zip(order, names, strict=True))
    found = [given[c] if isinstance(c, str) else torch.tensor(float(c), dtype=torch.float64) for c in cells]
    return torch.stack(found).reshape(shape)


def striding(rows: int, columns: int, start: int, step: float) -> Any:
    """Ones where row i meets column start + step i."""
    places = start + int(step) * torch.arange(rows)
    return (places[:, None] == torch.arange(columns)).double()


NUMBERS: Table = {
    "where": lambda c, x, y: torch.where(c != 0, x, y), "mod": torch.remainder, "pow": torch.pow,
    "hypot": torch.hypot, "arctan2": torch.arctan2, "logaddexp": torch.logaddexp,
    "logaddexp2": torch.logaddexp2, "log2": torch.log2, "log10": torch.log10, "exp2": torch.exp2,
    "floor": torch.floor, "ceil": torch.ceil, "arcsin": torch.arcsin, "arccos": torch.arccos,
    "arcsinh": torch.arcsinh, "arccosh": torch.arccosh, "arctanh": torch.arctanh,
    "gammaln": torch.lgamma, "digamma": torch.digamma, "trigamma": lambda x: torch.polygamma(1, x),
    "tetragamma": lambda x: torch.polygamma(2, x),
    "prelu": lambda x, a: torch.where(x > 0, x, a * x), "stop_gradient": torch.detach,
    "pi": lambda: torch.tensor(torch.pi, dtype=torch.float64), "table": table, "striding": striding,
    "column_blocks": lambda x, parts: torch.stack(torch.chunk(x, int(parts), 1)),
    "side_by_side": lambda x: torch.cat(list(x), 1),
    "solves": torch.linalg.solve, "inverses": torch.linalg.inv, "dets": torch.linalg.det,
}  # fmt: skip


def even(a: torch.Tensor) -> torch.Tensor:
    return (a + a.mT) / 2


MATRICES: Table = {
    "cholesky": lambda a: torch.linalg.cholesky(even(a)),
    "eigvalsh": lambda a: torch.linalg.eigvalsh(even(a)),
    "eigenvectors": lambda a: torch.linalg.eigh(even(a))[1], "expm": torch.linalg.matrix_exp,
    "lower_half": lambda a: (a.tril() + a.tril(-1)) / 2,
    "expm_along": lambda a, b: torch.func.jvp(torch.linalg.matrix_exp, (a,), (b,))[1],
}  # fmt: skip

LAYERS: Table = {
    **MATRICES,
    "log1p": torch.log1p, "expm1": torch.expm1, "rsqrt": torch.rsqrt, "log_sigmoid": F.logsigmoid,
    "tanhshrink": F.tanhshrink, "mish": F.mish, "selu": F.selu, "hardtanh": F.hardtanh, "relu6": F.relu6,
    "hard_sigmoid": lambda x: F.relu6(x + 3) / 6,  # F.hardsigmoid sends back 1/6 as a float32, 3e-8 off
    "hard_swish": F.hardswish,
    "smooth_abs": lambda x: F.smooth_l1_loss(x, torch.zeros_like(x), reduction="none"),
    "maximum": torch.maximum, "minimum": torch.minimum, "clip": lambda x, low, high: x.clamp(low, high),
    "masked_softmax": lambda x, m: torch.softmax(x + torch.log(m), -1),
    "norm": lambda x: torch.linalg.vector_norm(x, dim=-1), "normalize": lambda x: F.normalize(x, dim=-1),
    "row_norms": lambda x: torch.linalg.vector_norm(x, dim=-1),
    "cumsum": lambda x: torch.cumsum(x, -1), "argmin": lambda x: torch.argmin(x, -1),
    "bilinear": bilinear, "embedding": embedded,
    "kron": lambda a, b: torch.kron(a.contiguous(), b.contiguous()), "vec": lambda a: a.mT.flatten(),
    "inverse": torch.linalg.inv, "solve": torch.linalg.solve, "det": torch.linalg.det,
    "frobenius": torch.linalg.vector_norm, "matrix_power": lambda a, k: torch.linalg.matrix_power(a, int(k)),
    "tri": lambda rows, columns, offset: torch.ones(rows, columns, dtype=torch.float64).tril(offset),
    "layernorm": lambda x, *g, eps: F.layer_norm(x, x.shape[-1:], *g, eps=eps),
    "rmsnorm": lambda x, g=None, b=0, *, eps: F.rms_norm(x, x.shape[-1:], g, eps) + b,
    "batchnorm": batchnorm,
    "batchnorm_fixed": batchnorm_fixed,
    "instance_norm": instance_norm, "dropout": lambda x, m, p: x * m / (1 - p), "channelwise": channelwise,
    "mse": alike(F.mse_loss), "mae": alike(F.l1_loss), "huber": alike(F.huber_loss),
    "bce_logits": alike(F.binary_cross_entropy_with_logits),
    "hinge": lambda x, t, margin: F.relu(margin - t * x).mean(),
    "gaussian_nll": gaussian_nll, "kl_gaussian": kl_gaussian,
    "kl": lambda p, q: F.kl_div(torch.log(q), p, reduction="none").sum(-1),
    "reparameterise": lambda m, l, e: m + torch.sqrt(torch.exp(l)) * e,
    "nll": by_class(nll), "focal": by_class(focal), "multi_hinge": by_class(multi_hinge),
    "cross_entropy_logits": by_class(smoothed), "label_smoothing": by_class(smoothed),
    "cosine": lambda x, z: F.cosine_similarity(x, z, dim=-1), "cosine_embedding": cosine_embedding,
    "triplet": triplet,
    "conv1d": convolved(1), "conv2d": convolved(2), "group_conv1d": in_groups(1),
    "group_conv2d": in_groups(2), "conv_transpose1d": transposed(1), "conv_transpose2d": transposed(2),
    "avg_pool1d": pooled(1), "avg_pool2d": pooled(2), "windows1d": windows1d, "windows2d": windows2d,
    "upsample1d": upsampled(1), "upsample2d": upsampled(2), **NUMBERS,
}  # fmt: skip

WHOLE: Table = {
    "attention": attention,
    "attention, causal": lambda *x: attention(*x, causal="yes"),
    "attention, heads": lambda *x: attention(*x, heads=3),
    "transformer block": transformer_block,
    "infonce": lambda s: F.cross_entropy(s / 0.5, torch.arange(s.shape[0])),
    "group norm": lambda x, g, b: F.group_norm(x, 2, g, b),
    "grouped convolution": lambda *x: F.conv2d(*x, groups=2, stride=2, padding=1),
    "max pool 1d": lambda x: F.max_pool1d(x, 3, 2),
    "max pool 2d": lambda x: F.max_pool2d(x, 2),
    "global average": lambda x: F.adaptive_avg_pool2d(x, 1)[..., 0, 0],
    "global maximum": lambda x: F.adaptive_max_pool2d(x, 1)[..., 0, 0],
    "scatter": scattered,
    "total variation": lambda x: x.diff(dim=0).abs().sum() + x.diff(dim=1).abs().sum(),
    "gram": gram,
    "style": lambda f, g: F.mse_loss(gram(f), gram(g)),
    "largest": lambda x: x.max(0).values,
    "smallest": torch.min,
    "dot": lambda x, y: torch.mv(x, y),
    "log-determinant": lambda a: torch.logdet(a @ a.T + torch.eye(a.shape[0], dtype=a.dtype)),
    "negative power": lambda a: torch.linalg.matrix_power(a, -2),
    "multi-class hinge": library_multi_hinge,
    "labels +1 and -1": lambda x, z, u: F.cosine_embedding_loss(
        x, z, torch.sign(u), margin=0.1, reduction="none"),
    "cross entropy of labels": lambda s, y: F.cross_entropy(s, y, reduction="none"),
    "softmax over the first axis": lambda x: torch.softmax(x, 0),
    "variance": lambda x: torch.var(x, 1, correction=0),
    "elbo": lambda x, m, l, e, w: F.mse_loss((m + torch.exp(l / 2) * e) @ w, x) + kl_gaussian(m, l).mean(),
    "blocks": lambda a, b, c, d: torch.cat([torch.cat([a, b], 1), torch.cat([c, d], 1)]),
    "blocks along the diagonal": torch.block_diag,
    "cross product": lambda x, y: torch.linalg.cross(x, y, dim=-1),
    "running product": lambda x: torch.cumprod(x, 0),
    "product": lambda x: torch.prod(x, 1),
    "mask": lambda x, m: x * m / 0.5,
    "flipped": lambda x: torch.flip(x, [1]),
    "equally far apart": lambda a, b: a + (b - a) * torch.arange(5) / 4,
    "log of a determinant of either sign": lambda a: torch.linalg.slogdet(a).logabsdet,
    "masked softmax": lambda x, m: m * torch.exp(x) / torch.sum(m * torch.exp(x), -1, keepdim=True),
    "padded": lambda x: F.pad(x, (0, 1, 1, 2)),
    "pseudo-inverse": torch.linalg.pinv,
    "repeated": lambda x: torch.repeat_interleave(x, 3, 1),
    "rolled": lambda x: torch.roll(x, 1, 0),
    "stacked": lambda x, y: torch.stack([x, y], 1),
    "deviation": lambda x: torch.std(x, 0),
    "variance of a sample": lambda x: torch.var(x, 0),
    "tiled": lambda x: torch.tile(x, (2, 3)),
    "triangles": lambda x: torch.tril(x) @ torch.triu(x, 1),
    "singular values": torch.linalg.svdvals,
    "their sum": lambda x: torch.linalg.matrix_norm(x, "nuc"),
    "their largest": lambda x: torch.linalg.matrix_norm(x, 2),
}  # fmt: skip
