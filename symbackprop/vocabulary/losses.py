"""Losses. `x` is the prediction, `t` the target; integer labels are 1-based on paper and 0-based inside.

Losses between arrays of one shape are means over all entries; losses of a distribution, of scores or of a pair of
vectors run along the last axis and give one value per sample. Those that start from scores (`logits`) are written so
that no exponential of a large number is formed.
"""

from symbackprop.entries.op import op
from symbackprop.entries.option_ranges import Allowed

# --- arrays of one shape: means over all entries ---

mse = op("mse", "x[...]; t[...]", """
    r[...] = x[...] - t[...]
    y      = r[...]**2/size(...)
""", tex=r"\operatorname{MSE}",
    takes="predictions, targets")  # fmt: skip

mae = op("mae", "x[...]; t[...]", """
    r[...] = x[...] - t[...]
    y      = abs(r[...])/size(...)
""", tex=r"\operatorname{MAE}",
    takes="predictions, targets")  # fmt: skip

# Huber (1964): r²/2 up to delta, then the line delta·(|r| - delta/2)
huber = op("huber", "x[...]; t[...]", """
    r[...] = x[...] - t[...]
    y      = delta**2*smooth_abs(r[...]/delta)/size(...)
""", delta=1, tex=r"\operatorname{Huber}",
    takes="predictions, targets")  # fmt: skip

bce_logits = op("bce_logits", "x[...]; t[...]", "y = (softplus(x[...]) - t[...]*x[...])/size(...)", tex=r"\operatorname{BCE}",
    takes="scores (logits), targets from 0 to 1", note="scores")  # fmt: skip

# targets -1 and 1
hinge = op("hinge", "x[...]; t[...]", "y = relu(margin - t[...]*x[...])/size(...)", margin=1,
           tex=r"\operatorname{hinge}",
    takes="scores, targets -1 or 1")  # fmt: skip

# the negative log density of N(m, v), summed over all entries
gaussian_nll = op("gaussian_nll", "x[...]; m[...]; v[...]", """
    r[...] = x[...] - m[...]
    y      = (log(2*pi*v[...]) + r[...]**2/v[...])/2
""", tex=r"\operatorname{NLL}",
    takes="values, means, variances")  # fmt: skip

# --- distributions: one value per sample ---

cross_entropy = op("cross_entropy", "p[..., i]; t[..., i]", "y[...] = -t[..., k]*log(p[..., k])",
    takes="probabilities, a label or probabilities")  # fmt: skip

kl = op("kl", "p[..., i]; q[..., i]", "y[...] = p[..., k]*(log(p[..., k]) - log(q[..., k]))",
    takes="probabilities, probabilities", note="probabilities")  # fmt: skip

# of N(m, v) from N(0, 1); l = log v
kl_gaussian = op("kl_gaussian", "m[..., i]; l[..., i]", "y[...] = (m[..., k]**2 + exp(l[..., k]) - l[..., k] - 1)/2",
    takes="means, logarithms of variances")
reparameterise = op("reparameterise", "m[...]; l[...]; e[...]", "z[...] = m[...] + exp(l[...]/2)*e[...]")

# --- integer labels: one value per sample ---

nll = op("nll", "x[..., i]; label[...]", "y[...] = -x[..., label[...]]",
    takes="log probabilities, a label", note="log_probabilities")

focal = op("focal", "x[..., i]; label[...]", """
    l[...] = x[..., label[...]]
    y[...] = -(1 - exp(l[...]))**gamma*l[...]
""", gamma=2, tex=r"\operatorname{focal}",
    takes="log probabilities, a label", note="log_probabilities")  # Lin et al. (2017)  # fmt: skip

cross_entropy_logits = op("cross_entropy_logits", "x[..., i]; label[...]", """
    e[..., i] = exp(x[..., i])
    s[...]    = e[..., k]
    p[..., i] = e[..., i]/s[...]
    y[...]    = log(s[...]) - x[..., label[...]]
""", fast="m = max(x); flat(m + log(sum(exp(x - m)))) - pick(x, label)", tex=r"\operatorname{CE}",
    takes="scores (logits), a label", note="scores")  # fmt: skip

# the target 1 - eps at the label and eps/K everywhere
label_smoothing = op("label_smoothing", "x[..., i]; label[...]", """
    e[..., i] = exp(x[..., i])
    s[...]    = e[..., k]
    p[..., i] = e[..., i]/s[...]
    y[...]    = log(s[...]) - (1 - eps)*x[..., label[...]] - eps*x[..., k]/size(k)
""", eps=0.1, fast="m = max(x); flat(m + log(sum(exp(x - m))) - eps * mean(x)) - (1 - eps) * pick(x, label)",
    tex=r"\operatorname{CE}_{\varepsilon}", ranges=(("eps", Allowed(low=0, high=1)),),
    takes="scores (logits), a label", note="scores")  # fmt: skip

# Weston and Watkins (1999): every other class stays a margin below the label
multi_hinge = op("multi_hinge", "x[..., i]; label[...]",
                 "y[...] = relu(margin + x[..., k] - x[..., label[...]]) - margin", margin=1,
    takes="scores, a label")

# --- pairs and triples of vectors: one value per sample ---

# the cosine of a vector of zeros is 0
DIRECTIONS = """p = sqrt(flat(sum(x**2))); q = sqrt(flat(sum(z**2)))
c = flat(sum(x * z)) / where(p != 0, p, inf) / where(q != 0, q, inf)"""
cosine = op("cosine", "x[..., i]; z[..., i]", """
    a[...] = x[..., k]**2
    b[...] = z[..., k]**2
    p[...] = a[...]**(1/2)
    q[...] = b[...]**(1/2)
    d[...] = x[..., k]*z[..., k]
    y[...] = d[...]/(p[...]*q[...])
""", fast=f"{DIRECTIONS}; c", tex=r"\operatorname{cossim}", note="norm direction", elsewhere=(3, "without an axis PyTorch\'s runs along axis 1"),
    takes="vectors, vectors")  # fmt: skip

# Schroff et al. (2015): squared distances
triplet = op("triplet", "a[..., i]; p[..., i]; n[..., i]", """
    u[...] = (a[..., k] - p[..., k])**2
    v[...] = (a[..., k] - n[..., k])**2
    y[...] = relu(u[...] - v[...] + margin)
""", margin=1, tex=r"\operatorname{triplet}",
    takes="an anchor, a positive, a negative")  # fmt: skip

# t is 1 for vectors that belong together and -1 for others
cosine_embedding = op("cosine_embedding", "x[..., i]; z[..., i]; t[...]", """
    a[...] = x[..., k]**2
    b[...] = z[..., k]**2
    p[...] = a[...]**(1/2)
    q[...] = b[...]**(1/2)
    d[...] = x[..., k]*z[..., k]
    c[...] = d[...]/(p[...]*q[...])
    y[...] = (1 + t[...])*(1 - c[...])/2 + (1 - t[...])*relu(c[...] - margin)/2
""", fast=f"{DIRECTIONS}; (1 + t) * (1 - c) / 2 + (1 - t) * maximum(c - margin, 0) / 2",
    margin=0, tex=r"\operatorname{cosemb}", note="norm direction", ranges=(("margin", Allowed(low=-1, high=1)),),
    takes="vectors, vectors, 1 or -1")  # fmt: skip
