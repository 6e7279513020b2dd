"""Arithmetic, products, sums and the matrices they need."""

from symbackprop.entries.op import op

add = op("add", "x[...]; y[...]", "z[...] = x[...] + y[...]", numpy="{0} + {1}", arithmetic=True, wordless=True)
subtract = op("subtract", "x[...]; y[...]", "z[...] = x[...] - y[...]", numpy="{0} - {1}", arithmetic=True, wordless=True)
multiply = op("multiply", "x[...]; y[...]", "z[...] = x[...] * y[...]", numpy="{0} * {1}", arithmetic=True, wordless=True)
divide = op("divide", "x[...]; y[...]", "z[...] = x[...] / y[...]", numpy="{0} / {1}", arithmetic=True, wordless=True)
negative = op("negative", "x[...]", "y[...] = -x[...]", numpy="-{0}", arithmetic=True, wordless=True)
power = op("power", "x[...]", "y[...] = x[...]**p", p=2, numpy="{0}**{p}", arithmetic=True, wordless=True)

matmul = op(
    "matmul", "a[k]; b[k]", "c = a[k]*b[k]",
    ("a[i, k]; b[k]", "c[i] = a[i, k]*b[k]"),
    ("a[k]; b[k, j]", "c[j] = a[k]*b[k, j]"),
    ("a[..., i, k]; b[k]", "c[..., i] = a[..., i, k]*b[k]"),
    ("a[k]; b[..., k, j]", "c[..., j] = a[k]*b[..., k, j]"),
    ("a[..., i, k]; b[..., k, j]", "c[..., i, j] = a[..., i, k]*b[..., k, j]"),
    numpy="{0} @ {1}", arithmetic=True,
)  # fmt: skip
transpose = op("transpose", "a[..., i, j]", "b[..., j, i] = a[..., i, j]", numpy="np.swapaxes({0}, -1, -2)", arithmetic=True)
outer = op("outer", "a[i]; b[j]", "c[i, j] = a[i]*b[j]", numpy="np.outer({0}, {1})", arithmetic=True)
trace = op("trace", "a[k, k]", "t = a[k, k]", numpy="np.trace({0})", tex=r"\operatorname{tr}", arithmetic=True)
diag = op("diag", "v[i]", "a[i, j] = v[i]*delta(i, j)", numpy="np.diag({0})", arithmetic=True)
diagonal = op("diagonal", "a[i, i]", "v[i] = a[i, i]", numpy="np.diagonal({0})", arithmetic=True)

maximum = op("maximum", "x[...]; y[...]", "z[...] = x[...] + relu(y[...] - x[...])", numpy="np.maximum({0}, {1})", note="ties")
minimum = op("minimum", "x[...]; y[...]", "z[...] = x[...] - relu(x[...] - y[...])", numpy="np.minimum({0}, {1})", note="ties")
clip = op("clip", "x[...]", "y[...] = low + relu(x[...] - low) - relu(x[...] - high)", low=-1, high=1,
          numpy="np.clip({0}, {low}, {high})", tex=r"\operatorname{clip}")  # fmt: skip

sum_last = op("sum_last", "x[..., k]", "s[...] = x[..., k]", numpy="np.sum({0}, axis=-1)", arithmetic=True, wordless=True)
sum_all = op("sum", "x[...]", "s = x[...]", numpy="np.sum({0})", arithmetic=True, each=sum_last)
mean_last = op("mean_last", "x[..., k]", "m[...] = x[..., k]/size(k)", numpy="np.mean({0}, axis=-1)", arithmetic=True, wordless=True)
mean_all = op("mean", "x[...]", "m = x[...]/size(...)", numpy="np.mean({0})", arithmetic=True, each=mean_last)
