"""Graphs the tests derive: none of them is one of the worked four."""

GRAPHS = {
    "residual": "x: d; W1: m x d; b1: m; W2: d x m; b2: d; y: d; h = gelu(W1 @ x + b1)\n"
    "r = x + W2 @ h + b2; o = silu(r); L = mse(o, y)",
    "labels": "X: n x d; Y: n label k; W: d x m; b: m; V: m x k; H = relu(X @ W + b)\n"
    "P = log_softmax(H @ V); L = -mean(P[Y])",
    "logistic": "X: n x d; w: d; y: n; p = sigmoid(X @ w); L = -mean(y*log(p) + (1-y)*log(1-p))",
    "shared": "x: d; W: d x d; h1 = tanh(W @ x); h2 = tanh(W @ h1); L = sum(tanh(W @ h2)**2)",
    "attention": "Q: n x d; K: m x d; V: m x k; S = Q @ K.T/sqrt(d); A = softmax(S); L = sum((A @ V)**2)",
    "two paths": "x: d; W: m x d; h = tanh(W @ x); u = sum(h); v = sum(h**2); L = u*v",
    "thin": "X: n x d; c: n x 1; r: 1 x d; Z = X*c + r; L = sum(Z**3)/3",
    "logsumexp": "X: n x d; L = sum(logsumexp(X)) + mean(logsumexp(X, axis=0))",
    "layernorm": "x: d; g: d; m = mean(x); c = x - m; v = mean(c**2); y = c/sqrt(v + 1)*g; L = sum(y**3)",
    "slices": "x: 7; a = x[1:4]; b = x[3:]; L = sum(a*x[4:7]) + sum(b**2) + x[0]*x[6]",
    "traces": "A: n x n; B: n x n; L = trace(A @ B @ A.T) + trace(A)",
    "domains": "x: d positive; y: d positive; L = sum(sqrt(x)/y + x**0.5*log(y) + 1/x)",
    "names": "k: d; e: d; s: scalar; T: d x d; S: d; i: d; u1: d; L = sum(softmax(T @ k + e*s)*S + i*u1)",
    "vector output": "x: d; W: m x d; h = tanh(W @ x)",
    "gated": "t: 1..T; x[t]: d; W: m x d; U: m x m; b: m; V: m x d; R: m x m\n"
    "g[t] = sigmoid(V @ x[t] + R @ h[t-1]); c[t] = tanh(W @ x[t] + U @ h[t-1] + b)\n"
    "h[t] = g[t]*h[t-1] + (1-g[t])*c[t]; l[t] = sum(h[t]**2); L = sum(l[t], over=t)/T",
    "two steps back": "t: 1..T; x[t]: m; a: m; h[t] = tanh(x[t] + a*h[t-1]*h[t-2])\n"
    "L = sum(sum(h[t]), over=t) + sum(a**2)",
    "labelled steps": "t: 1..T; x[t]: d; y[t]: k onehot; W: m x d; U: m x m; V: k x m\n"
    "h[t] = tanh(W @ x[t] + U @ h[t-1]); o[t] = V @ h[t]; p[t] = softmax(o[t])\n"
    "l[t] = -sum(y[t]*log(p[t])); L = sum(l[t], over=t)",
    "quotients": "X: n x d; Y: n x d; Z = X*Y/(1+X**2); L = sum(Z) + sum(abs(X)) + sum(leaky_relu(Y))",
    "outer": "u: n; v: m; M = outer(u, v); L = sum(M**2)",
    "one-hot": "z: k; y: k onehot; p = softmax(z); L = cross_entropy(p, y)",
    "one label": "z: k; y: scalar label k; L = logsumexp(z) - z[y]",
    "rank three": "x: b x n x d; W: d x k; c: k; Y = tanh(x @ W + c); L = mean(Y**2)",
    "bilinear": "x: n; A: n x m; y: m; L = x @ A @ y",
    "axes": "X: n x d; s = softmax(X, axis=0)\n"
    "L = sum(s**2) + sum(mean(X, axis=0)**2) + sum(sum(X, axis=1)**3)",
    "renumbered": "X: n x d; v = reshape(X, n*d); L = sum(v**3) + v @ v",
    "concat": "a: 2 x n; b: 3 x n; Z = concat(a, b, axis=0); L = sum(Z @ Z.T)",
    "deep": "; ".join(["x0: d", *(f"W{i}: d x d" for i in range(20)),
                       *(f"x{i + 1} = tanh(W{i} @ x{i})" for i in range(20)), "L = sum(x20)"]),
    "diagonals": "v: n; A: n x n; L = sum(diag(v) @ A) + sum(diagonal(A)**2)",
    "signs": "x: d; L = -sum(-x*2 - -x)",
    "scaled": "X: n x d; a: scalar; Z = a*X + 2; L = sum(Z*Z)/a",
    "einsum": 'X: n x t x d; Y: n x t x d; S = einsum("bid,bjd->bij", X, Y); A = softmax(S); L = sum(A**2)',
}  # fmt: skip
