"""Normalisations: a mean taken away, a deviation divided out, then a gain and a bias where they are given.

One text serves them all: `all` are the axes of x, `rest` those that keep a statistic of their own, `sums` the axes
the statistics run over (with letters of their own), `channel` the axis of gain and bias. The variance is the mean
square; `eps` stands under the root, so constant entries are divided by its root.
"""

from symbackprop.entries.op import Op, op
from symbackprop.entries.option_ranges import Allowed

CENTRED = """
    m[{rest}] = x[{sums}]/({count})
    c[{all}]  = x[{all}] - m[{rest}]
    v[{rest}] = c[{sums}]**2/({count})
    s[{rest}] = (v[{rest}] + eps)**(1/2)
"""
SCALED = """
    q[{rest}] = x[{sums}]**2/({count})
    s[{rest}] = (q[{rest}] + eps)**(1/2)
"""
FIXED = "s[{rest}] = (v[{rest}] + eps)**(1/2)\n"
LINES = {"centred": CENTRED, "scaled": SCALED, "fixed": FIXED}
TOP = {"centred": "c[{all}]", "scaled": "x[{all}]", "fixed": "(x[{all}] - m[{rest}])"}
GIVEN = {"centred": "x[{all}]", "scaled": "x[{all}]", "fixed": "x[{all}]; m[{rest}]; v[{rest}]"}


def variants(kind: str, **axes: str) -> list[tuple[str, str]]:
    """(arguments, equations) bare, with a gain, with a gain and a bias."""
    bare   = "y[{all}] = " + TOP[kind] + "/s[{rest}]"
    scaled = "h[{all}] = " + TOP[kind] + "/s[{rest}]\n y[{all}] = h[{all}]*g[{channel}]"
    ends   = [("", bare), ("; g[{channel}]", scaled), ("; g[{channel}]; b[{channel}]", scaled + " + b[{channel}]")]
    return [((GIVEN[kind] + more).format(**axes), (LINES[kind] + end).format(**axes)) for more, end in ends]


def norm(name: str, kind: str, *rows: str) -> Op:
    """The op of a table of axes, one row for each rank."""
    axes = [dict(zip(COLUMNS.split(), (x.strip() for x in row.split("|")), strict=True)) for row in rows]
    (first, equations), *more = [v for row in axes for v in variants(kind, **row)]
    return op(name, first, equations, *more, eps=1e-5)


COLUMNS = "all rest sums channel count"
LAST    = "..., i       | ...      | ..., k       | i | size(k)"
BATCH   = "n, i         | i        | k, i         | i | size(k)"
SERIES  = "n, c, l      | c        | k, c, q      | c | size(k)*size(q)"
IMAGES  = "n, c, h, w   | c        | k, c, q, r   | c | size(k)*size(q)*size(r)"
EACH_SERIES = "n, c, l    | n, c | n, c, q    | c | size(q)"
EACH_IMAGE  = "n, c, h, w | n, c | n, c, q, r | c | size(q)*size(r)"

layernorm       = norm("layernorm",       "centred", LAST)
rmsnorm         = norm("rmsnorm",         "scaled",  LAST)
batchnorm       = norm("batchnorm",       "centred", BATCH, SERIES, IMAGES)
batchnorm_fixed = norm("batchnorm_fixed", "fixed",   BATCH, SERIES, IMAGES)
instance_norm   = norm("instance_norm",   "centred", EACH_SERIES, EACH_IMAGE)

dropout = op("dropout", "x[...]; m[...]", "y[...] = x[...]*m[...]/(1 - p)", p=0.5, ranges=(("p", Allowed(low=0, below=1)),))

# a gain (and a bias) for each channel
channelwise = op("channelwise", "x[n, c]; g[c]", "y[n, c] = x[n, c]*g[c]",
                 ("x[n, c]; g[c]; b[c]", "y[n, c] = x[n, c]*g[c] + b[c]"),
                 ("x[n, c, l]; g[c]", "y[n, c, l] = x[n, c, l]*g[c]"),
                 ("x[n, c, l]; g[c]; b[c]", "y[n, c, l] = x[n, c, l]*g[c] + b[c]"),
                 ("x[n, c, h, w]; g[c]", "y[n, c, h, w] = x[n, c, h, w]*g[c]"),
                 ("x[n, c, h, w]; g[c]; b[c]", "y[n, c, h, w] = x[n, c, h, w]*g[c] + b[c]"))
