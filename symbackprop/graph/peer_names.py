"""Names that people bring from NumPy, PyTorch, JAX and from paper, and what says the same here."""

from __future__ import annotations

import re
from collections.abc import Mapping

from symbackprop.catalogue.error_sentences import Said, told

# --- what to write instead -----------------------------------------------------------------------

SAME = """
    inv inverse(A) | tr trace(A) | power x**p | pow_ x**p | float_power x**p | mm A @ B | bmm A @ B
    mv A @ x | matvec A @ x | vdot x @ y | inner x @ y | tensordot einsum('ij,jk->ik', A, B)
    lstsq solve(A.T @ A, A.T @ b) | cho_solve solve(A, b)
    multi_dot A @ B @ C | concatenate concat(x, y, axis=0) | cat concat(x, y, axis=0) | append concat(x, y)
    hstack concat(x, y, axis=-1) | vstack concat(x, y, axis=0) | column_stack stack(x, y, axis=1)
    array [[2, 1], [1, 20]] | tensor [[2, 1], [1, 20]] | asarray [[2, 1], [1, 20]] | full 3*ones(n, d)
    full_like 3*ones(n, d) | ones_like ones(n, d) | zeros_like zeros(n, d) | identity eye(n)
    diagflat diag(v) | diag_embed diag(v) | absolute abs(x) | fabs abs(x) | negative -x | neg -x | add x + y
    sub x - y | subtract x - y | multiply x*y | mul x*y | divide x/y | div x/y | true_divide x/y
    remainder x % y | fmod x - y*floor(x/y) | amax max(x, axis=0) | amin min(x, axis=0) | fmax maximum(x, y)
    fmin minimum(x, y) | relu_ relu(x) | acos arccos(x) | asin arcsin(x) | atan arctan(x)
    atan2 arctan2(y, x) | acosh arccosh(x) | asinh arcsinh(x) | atanh arctanh(x) | ln log(x) | lg log10(x)
    ld log2(x) | logit log(p/(1 - p)) | expit sigmoid(x) | logistic sigmoid(x) | σ sigmoid(x)
    sigma sigmoid(x) | swish silu(x) | heaviside step(x) | softabs sqrt(x**2 + 1) | cbrt x**(1/3)
    sgn sign(x) | cot 1/tan(x) | sec 1/cos(x) | csc 1/sin(x) | sinc sin(pi*x)/(pi*x)
    detach stop_gradient(x) | no_grad stop_gradient(x) | clamp clip(x, 0, 1) | fliplr x[:, ::-1]
    flipud x[::-1] | flatten reshape(x, -1) | ravel reshape(x, -1) | view reshape(x, n, d)
    squeeze reshape(x, n) | unsqueeze x[:, None] | expand_dims x[:, None] | newaxis x[:, None]
    swapaxes permute(x, (1, 0)) | moveaxis permute(x, (1, 0)) | broadcast_to x*ones(n, d)
    expand x*ones(n, d) | take X[[0, 2]] | index_select X[[0, 2]] | one_hot onehot(y) | nllloss nll(x, y)
    log_softmax_ log_softmax(x) | logsoftmax log_softmax(x) | lse logsumexp(x) | layer_norm layernorm(x)
    batch_norm batchnorm(x) | rms_norm rmsnorm(x) | linear x @ W.T + b | dense x @ W.T + b
    mse_loss mse(x, t) | l1_loss mae(x, t) | smooth_l1_loss huber(x, t) | huber_loss huber(x, t)
    nll_loss nll(x, y) | binary_cross_entropy -mean(t*log(p) + (1 - t)*log(1 - p))
    bce -mean(t*log(p) + (1 - t)*log(1 - p)) | binary_cross_entropy_with_logits bce_logits(x, t)
    softmax_cross_entropy cross_entropy_logits(x, y) | kl_div kl(p, q) | kl_divergence kl(p, q)
    cosine_similarity cosine(x, z) | scaled_dot_product_attention attention(Q, K, V) | slogdet logabsdet(A)
    cov (X - mean(X, axis=0)).T @ (X - mean(X, axis=0))/(n - 1) | average mean(x) | variance var(x)
    stddev std(x) | product prod(x) | select where(x > 0, x, where(y > 0, y, 0))
    piecewise where(x > 0, x, y) | cond where(x > 0, x, y) | Cross cross(x, y) | frobenius_norm frobenius(A)
    fro frobenius(A) | nansum sum(x) | nanmean mean(x) | ptp max(x) - min(x) | diff x[1:] - x[:-1]
    l2norm norm(x) | dist norm(x - y) | quadratic x @ A @ x | hadamard A*B | kronecker kron(A, B)
    eyes eye(n) | matpow matrix_power(A, 3) | transpose_ A.T | t A.T | adjoint A.T | convolve conv1d(x, f)
    maxpool max_pool2d(x) | meshgrid x[:, None] + y[None, :] | gamma exp(gammaln(x)) | lgamma gammaln(x)
    loggamma gammaln(x) | psi digamma(x) | betaln gammaln(a) + gammaln(b) - gammaln(a + b)
    beta exp(gammaln(a) + gammaln(b) - gammaln(a + b)) | factorial exp(gammaln(n + 1)) | erfc 1 - erf(x)
    multigammaln gammaln(x) + gammaln(x - 1/2) + log(pi)/2 | polygamma trigamma(x)
    matrix_exp expm(A) | nuclear nuclear_norm(X) | spectral spectral_norm(X) | matrix_norm frobenius(A)
    chi2_logpdf (k/2 - 1)*log(x) - x/2 - k*log(2)/2 - gammaln(k/2)
"""
INSTEAD: Mapping[str, str] = dict(
    row.split(maxsplit=1) for row in map(str.strip, re.split(r"[|\n]", SAME)) if row
)

# --- what has no place in a graph ----------------------------------------------------------------

OUTSIDE: Mapping[str, str] = {
    name: reason
    for reason, names in {
        "triangular": "qr lu",
        "spectrum": "svd eig eigh eigvals schur",
        "series": "logm sqrtm cosm sinm",
        "order": "sort argsort partition argpartition median quantile percentile topk unique mode cummax",
        "special": "j0 j1 y0 y1 jv yv iv kv i0 i1 k0 k1 hyp1f1 hyp2f1 zeta gammainc betainc ellipk airy "
        "lambertw erfinv erfcinv ndtri sici expi exp1 struve",
        "search": "searchsorted nonzero bincount histogram digitize interp argwhere",
        "transform": "fft ifft rfft fft2 dct hilbert stft",
        "loop": "scan while_loop fori_loop until cumreduce accumulate",
        "random": "rand randn random normal uniform bernoulli multinomial choice shuffle randint gumbel",
    }.items()
    for name in names.split()
}
OPTIONS: Mapping[str, str] = {
    "dim": "axis", "axes": "axis", "keepdim": "keepdims", "unbiased": "ddof", "correction": "ddof"
}  # fmt: skip
LIBRARIES = frozenset("np numpy torch jnp jax F nn tf math sp scipy special linalg functional".split())
SIZES = frozenset("shape size ndim len numel length".split())


def peer(name: str) -> Said | None:
    """What an unknown function is told; None for one that nobody brings."""
    plain = name if name in INSTEAD or name in OUTSIDE else name.lower()
    if plain in INSTEAD:
        return told("peer", name=name, code=INSTEAD[plain])
    if plain in OUTSIDE:
        return told("outside", f"outside_{OUTSIDE[plain]}", name=name)
    return None
