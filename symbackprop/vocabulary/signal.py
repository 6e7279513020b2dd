"""Windows that slide: convolution (as networks use the word: correlation), pooling, and the windows themselves.

`stride` is the step of the window, `padding` the zeros in front and behind, `dilation` the gap inside it.
"""

from symbackprop.entries.op import op

conv1d = op("conv1d", "x[..., c, a]; f[k, c, u]", """
    y[..., k, h] = x[..., c, stride*h + dilation*u - padding]*f[k, c, u]
""", ("x[..., c, a]; f[k, c, u]; b[k]", """
    y[..., k, h] = x[..., c, stride*h + dilation*u - padding]*f[k, c, u] + b[k]
"""), stride=1, padding=0, dilation=1)  # fmt: skip

conv2d = op("conv2d", "x[..., c, a, e]; f[k, c, u, v]", """
    y[..., k, h, w] = x[..., c, stride*h + dilation*u - padding, stride*w + dilation*v - padding]*f[k, c, u, v]
""", ("x[..., c, a, e]; f[k, c, u, v]; b[k]", """
    y[..., k, h, w] = x[..., c, stride*h + dilation*u - padding, stride*w + dilation*v - padding]*f[k, c, u, v] + b[k]
"""), stride=1, padding=0, dilation=1)  # fmt: skip

windows2d = op("windows2d", "x[..., a, e]", """
    u: size
    v: size
    y[..., h, w, u, v] = x[..., stride*h + u, stride*w + v]
""", size=2, stride=2)

avg_pool1d = op("avg_pool1d", "x[..., a]", """
    u: size
    y[..., h] = x[..., stride*h + u - padding]/size(u)
""", size=2, stride=2, padding=0)

avg_pool2d = op("avg_pool2d", "x[..., a, e]", """
    u: size
    v: size
    y[..., h, w] = x[..., stride*h + u - padding, stride*w + v - padding]/(size(u)*size(v))
""", size=2, stride=2, padding=0)

# one filter bank per group of channels: x and y have the groups as an axis of their own
group_conv1d = op("group_conv1d", "x[..., g, c, a]; f[g, k, c, u]", """
    y[..., g, k, h] = x[..., g, c, stride*h + dilation*u - padding]*f[g, k, c, u]
""", ("x[..., g, c, a]; f[g, k, c, u]; b[g, k]", """
    y[..., g, k, h] = x[..., g, c, stride*h + dilation*u - padding]*f[g, k, c, u] + b[g, k]
"""), stride=1, padding=0, dilation=1)

group_conv2d = op("group_conv2d", "x[..., g, c, a, e]; f[g, k, c, u, v]", """
    y[..., g, k, h, w] = x[..., g, c, stride*h + dilation*u - padding, stride*w + dilation*v - padding]*f[g, k, c, u, v]
""", ("x[..., g, c, a, e]; f[g, k, c, u, v]; b[g, k]", """
    y[..., g, k, h, w] = x[..., g, c, stride*h + dilation*u - padding, stride*w + dilation*v - padding]*f[g, k, c, u, v] + b[g, k]
"""), stride=1, padding=0, dilation=1)

# every entry of x lays a copy of the filter into y, `stride` apart; `padding` entries are cut at both ends
conv_transpose1d = op("conv_transpose1d", "x[..., c, h]; f[c, k, u]", """
    y[..., k, a] = x[..., c, h]*f[c, k, u]*delta(a, stride*h + dilation*u - padding)
""", stride=1, padding=0, dilation=1)

conv_transpose2d = op("conv_transpose2d", "x[..., c, h, w]; f[c, k, u, v]", """
    y[..., k, a, e] = x[..., c, h, w]*f[c, k, u, v]*delta(a, stride*h + dilation*u - padding)*delta(e, stride*w + dilation*v - padding)
""", stride=1, padding=0, dilation=1)

upsample1d = op("upsample1d", "x[..., h]", """
    u: scale
    y[..., a] = x[..., h]*delta(a, scale*h + u)
""", scale=2)

upsample2d = op("upsample2d", "x[..., h, w]", """
    u: scale
    v: scale
    y[..., a, e] = x[..., h, w]*delta(a, scale*h + u)*delta(e, scale*w + v)
""", scale=2)

windows1d = op("windows1d", "x[..., a]", """
    u: size
    y[..., h, u] = x[..., stride*h + u]
""", size=2, stride=2, named=True)
