"""Functions that are several ops here and one function there, by name: our graph, the output last."""

WHOLE = {
    "attention": "Q: n x d; K: m x d; V: m x k; z = attention(Q, K, V)",
    "attention, causal": "Q: n x d; K: n x d; V: n x k; z = attention(Q, K, V, tri(n))",
    "attention, heads": "Q: n x 6; K: m x 6; V: m x 9; z = attention(Q, K, V, heads=3)",
    "transformer block": "X: n x 6; Wq: 6 x 6; Wk: 6 x 6; Wv: 6 x 6; Wo: 6 x 6\n"
    "g: 6; b: 6; V1: 6 x m; V2: m x 6\n"
    "A = layernorm(X, g, b); Q = A @ Wq; K = A @ Wk; V = A @ Wv\n"
    "R = X + attention(Q, K, V, tri(n), heads=2) @ Wo; Z = R + gelu(layernorm(R) @ V1) @ V2",
    "infonce": "s: n x n; z = infonce(s, tau=0.5)",
    "group norm": "x: n x 4 x 3 x 2; g: 4; b: 4; z = group_norm(x, g, b, groups=2)",
    "grouped convolution": "x: 2 x 4 x 5 x 7; f: 6 x 2 x 3 x 2; b: 6\n"
    "z = conv2d(x, f, b, groups=2, stride=2, padding=1)",
    "max pool 1d": "x: 2 x 3 x 7; z = max_pool1d(x, size=3, stride=2)",
    "max pool 2d": "x: 2 x 3 x 4 x 6; z = max_pool2d(x)",
    "global average": "x: n x c x 3 x 2; z = global_avg_pool(x)",
    "global maximum": "x: n x c x 3 x 2; z = global_max_pool(x)",
    "scatter": "x: n x d; y: n label 5; z = scatter(x, y)",
    "total variation": "x: n x m; z = total_variation(x)",
    "gram": "f: c x h x w; z = gram(f)",
    "style": "f: c x h x w; g: c x h x w; z = style(f, g)",
    "largest": "x: n x d; z = max(x, axis=0)",
    "smallest": "x: n x d; z = min(x)",
    "dot": "x: n x d; y: d; z = dot(x, y)",
    "log-determinant": "a: n x n; z = logdet(a @ a.T + eye(n))",
    "negative power": "a: 3 x 3; z = matrix_power(a, -2)",
    "multi-class hinge": "x: n x k; y: n label k; z = multi_hinge(x, y, margin=0.5)",
    "labels +1 and -1": "x: n x d; y: n x d; u: n; z = cosine_embedding(x, y, sign(u), margin=0.1)",
    "cross entropy of labels": "s: n x k; y: n label k; z = cross_entropy(softmax(s), y)",
    "softmax over the first axis": "x: n x d x m; z = softmax(x, axis=0)",
    "variance": "x: n x d; c = x - reshape(mean(x, axis=1), n, 1); z = mean(c**2, axis=1)",
    "elbo": "x: n x d; m: n x k; l: n x k; e: n x k; W: k x d\n"
    "z = mse(reparameterise(m, l, e) @ W, x) + mean(kl_gaussian(m, l))",
}  # fmt: skip
ONCE = {"multi-class hinge"}  # a library has no second derivative of its own
