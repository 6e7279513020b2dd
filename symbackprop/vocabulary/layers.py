"""Layers, one declaration each: definition in entries; shape, value, Jacobian and pullback follow."""

from symbackprop.entries.op import op

softmax = op("softmax", "x[..., i]", """
    e[..., i] = exp(x[..., i])
    s[...]    = e[..., k]
    y[..., i] = e[..., i]/s[...]
""", fast="e = exp(x - max(x)); e / sum(e)", letters="pq")  # fmt: skip

logsumexp = op("logsumexp", "x[..., i]", """
    e[..., i] = exp(x[..., i])
    s[...]    = e[..., k]
    p[..., i] = e[..., i]/s[...]
    y[...]    = log(s[...])
""", fast="m = max(x); flat(m + log(sum(exp(x - m))))")  # fmt: skip

log_softmax = op("log_softmax", "x[..., i]", """
    e[..., i] = exp(x[..., i])
    s[...]    = e[..., k]
    p[..., i] = e[..., i]/s[...]
    y[..., i] = x[..., i] - log(s[...])
""", fast="z = x - max(x); z - log(sum(exp(z)))")  # fmt: skip

leaky_relu = op("leaky_relu", "x[...]", "y[...] = slope*x[...] + (1 - slope)*relu(x[...])", slope=0.01,
                fast="where(0 < x, x, slope*x)", tex=r"\operatorname{LeakyReLU}")  # fmt: skip

# the slope below 0 is a parameter, one for all entries or one for each along the last axes
prelu = op("prelu", "x[...]; a[...]", "y[...] = relu(x[...]) - a[...]*relu(-x[...])",
           tex=r"\operatorname{PReLU}")  # fmt: skip

# the weights of attention where m is 0 or 1; a causal mask is tri(n)
masked_softmax = op("masked_softmax", "x[..., i]; m[..., i]", """
    e[..., i] = exp(x[..., i])
    w[..., i] = m[..., i]*e[..., i]
    s[...]    = w[..., k]
    y[..., i] = w[..., i]/s[...]
""", fast="z = where(m != 0, x, -inf); e = m * exp(z - max(z)); e / sum(e)", letters="pq",
    tex=r"\operatorname{softmax}_m")  # fmt: skip

# the norm of each row; of a matrix as a whole the norm is Frobenius's
row_norms = op("row_norms", "x[..., i]", """
    s[...] = x[..., k]**2
    y[...] = s[...]**(1/2)
""", tex=r"\operatorname{rownorm}", note="norm")  # fmt: skip

norm = op("norm", "x[i]", """
    s = x[k]**2
    y = s**(1/2)
""", note="norm", each=row_norms)  # fmt: skip

normalize = op("normalize", "x[..., i]", """
    s[...]    = x[..., k]**2
    r[...]    = s[...]**(1/2)
    y[..., i] = x[..., i]/r[...]
""", note="norm direction", fast="r = sqrt(sum(x**2)); x / where(r != 0, r, inf)",
    elsewhere=(3, "without an axis PyTorch's runs along axis 1"))  # fmt: skip

cumsum = op("cumsum", "x[..., i]", "y[..., i] = x[..., k]*at_most(k, i)",
            elsewhere=(2, "without an axis NumPy's runs over all entries, row by row"))

bilinear = op("bilinear", "x[..., i]; w[k, i, j]; z[..., j]", "y[..., k] = x[..., i]*w[k, i, j]*z[..., j]",
              ("x[..., i]; w[k, i, j]; z[..., j]; b[k]", "y[..., k] = x[..., i]*w[k, i, j]*z[..., j] + b[k]"))

# row `label` of a table
embedding = op("embedding", "e[k, i]; label[...]", "y[..., i] = e[label[...], i]",
               ("e[k]; label[...]", "y[...] = e[label[...]]"))
