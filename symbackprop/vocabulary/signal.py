"""Windows that slide: convolution (as networks use the word: correlation), pooling, and the windows themselves.

`stride` is the step of the window, `padding` the zeros in front and behind, `dilation` the gap inside it.
"""

from symbackprop.op import op

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
