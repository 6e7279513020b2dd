"""Losses. `x` is the prediction; integer labels are 1-based on paper and 0-based inside."""

from symbackprop.op import op

mse = op("mse", "x[...]; t[...]", """
    r[...] = x[...] - t[...]
    y      = r[...]**2/size(...)
""", numpy="np.mean(({0} - {1})**2)", tex=r"\operatorname{MSE}")  # fmt: skip

cross_entropy = op("cross_entropy", "p[..., i]; t[..., i]", "y[...] = -t[..., k]*log(p[..., k])",
                   numpy="-np.sum({1} * np.log({0}), axis=-1)")  # fmt: skip
