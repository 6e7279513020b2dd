"""Layers, one declaration each: definition in entries; shape, value, Jacobian and pullback follow."""

from symbackprop.op import op

softmax = op("softmax", "x[..., i]", """
    e[..., i] = exp(x[..., i])
    s[...]    = e[..., k]
    y[..., i] = e[..., i]/s[...]
""", numpy="(lambda e: e / e.sum(-1, keepdims=True))(np.exp({0} - np.max({0}, axis=-1, keepdims=True)))")  # fmt: skip

logsumexp = op("logsumexp", "x[..., i]", """
    e[..., i] = exp(x[..., i])
    s[...]    = e[..., k]
    y[...]    = log(s[...])
""", numpy="(lambda x, m: m + np.log(np.exp(x - m[..., None]).sum(-1)))({0}, np.max({0}, axis=-1))")  # fmt: skip

log_softmax = op("log_softmax", "x[..., i]", """
    e[..., i] = exp(x[..., i])
    s[...]    = e[..., k]
    y[..., i] = x[..., i] - log(s[...])
""", numpy="(lambda z: z - np.log(np.exp(z).sum(-1, keepdims=True)))({0} - np.max({0}, axis=-1, keepdims=True))")  # fmt: skip

leaky_relu = op("leaky_relu", "x[...]", "y[...] = relu(x[...]) - slope*relu(-x[...])", slope=0.01,
                numpy="np.where({0} > 0, {0}, {slope} * {0})", tex=r"\operatorname{LeakyReLU}")  # fmt: skip
