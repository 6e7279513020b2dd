"""Arithmetic, products, sums and the matrices they need."""

from symbackprop.entries.op import op

add = op("add", "x[...]; y[...]", "z[...] = x[...] + y[...]", arithmetic=True, wordless=True)
subtract = op("subtract", "x[...]; y[...]", "z[...] = x[...] - y[...]", arithmetic=True, wordless=True)
multiply = op("multiply", "x[...]; y[...]", "z[...] = x[...] * y[...]", arithmetic=True, wordless=True)
divide = op("divide", "x[...]; y[...]", "z[...] = x[...] / y[...]", arithmetic=True, wordless=True)
negative = op("negative", "x[...]", "y[...] = -x[...]", arithmetic=True, wordless=True)
power = op("power", "x[...]", "y[...] = x[...]**p", p=2, arithmetic=True, wordless=True)

matmul = op(
    "matmul", "a[k]; b[k]", "c = a[k]*b[k]",
    ("a[i, k]; b[k]", "c[i] = a[i, k]*b[k]"),
    ("a[k]; b[k, j]", "c[j] = a[k]*b[k, j]"),
    ("a[..., i, k]; b[k]", "c[..., i] = a[..., i, k]*b[k]"),
    ("a[k]; b[..., k, j]", "c[..., j] = a[k]*b[..., k, j]"),
    ("a[..., i, k]; b[..., k, j]", "c[..., i, j] = a[..., i, k]*b[..., k, j]"),
    arithmetic=True,
)  # fmt: skip
transpose = op("transpose", "a[..., i, j]", "b[..., j, i] = a[..., i, j]", arithmetic=True)
outer = op("outer", "a[i]; b[j]", "c[i, j] = a[i]*b[j]", arithmetic=True)
trace = op("trace", "a[k, k]", "t = a[k, k]", tex=r"\operatorname{tr}", arithmetic=True)
diag = op("diag", "v[i]", "a[i, j] = v[i]*delta(i, j)", arithmetic=True)
diagonal = op("diagonal", "a[i, i]", "v[i] = a[i, i]", arithmetic=True)

maximum = op("maximum", "x[...]; y[...]", "z[...] = x[...] + relu(y[...] - x[...])", note="ties")
minimum = op("minimum", "x[...]; y[...]", "z[...] = x[...] - relu(x[...] - y[...])", note="ties")
# x where the condition is 1, y where it is 0
where = op("where", "c[...]; x[...]; y[...]", "z[...] = c[...]*x[...] + (1 - c[...])*y[...]",
           fast="where(c != 0, x, y)")  # fmt: skip
hypot = op("hypot", "x[...]; y[...]", """
    s[...] = x[...]**2 + y[...]**2
    z[...] = s[...]**(1/2)
""", note="norm")  # fmt: skip
logaddexp = op("logaddexp", "x[...]; y[...]", "z[...] = x[...] + softplus(y[...] - x[...])",
               tex=r"\operatorname{logaddexp}")
logaddexp2 = op("logaddexp2", "x[...]; y[...]", "z[...] = x[...] + softplus((y[...] - x[...])*log(2))/log(2)",
                tex=r"\operatorname{logaddexp}_{2}")
# the angle of the point (x, y); half a turn more or less where x is negative
arctan2 = op("arctan2", "y[...]; x[...]", "z[...] = arctan(y[...]/x[...]) + pi*step(-x[...])*sign(y[...])",
             tex=r"\operatorname{arctan2}", note="pieces")
# what floor leaves, of the sign of y, as NumPy's and Python's %
mod = op("mod", "x[...]; y[...]", "z[...] = x[...] - y[...]*floor(x[...]/y[...])", tex=r"\operatorname{mod}", note="pieces")
# x**y of a positive x
pow_ = op("pow", "x[...]; y[...]", "z[...] = exp(y[...]*log(x[...]))", tex=r"\operatorname{pow}")
clip = op("clip", "x[...]", "y[...] = low + relu(x[...] - low) - relu(x[...] - high)", low=-1, high=1, fast="minimum(maximum(x, low), high)", tex=r"\operatorname{clip}")  # fmt: skip

sum_last = op("sum_last", "x[..., k]", "s[...] = x[..., k]", arithmetic=True, wordless=True)
sum_all = op("sum", "x[...]", "s = x[...]", arithmetic=True, each=sum_last)
mean_last = op("mean_last", "x[..., k]", "m[...] = x[..., k]/size(k)", arithmetic=True, wordless=True)
mean_all = op("mean", "x[...]", "m = x[...]/size(...)", arithmetic=True, each=mean_last)
