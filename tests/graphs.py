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
    "elman": "t: 1..T; x[t]: d; W: m x d; U: m x m; b: m; V: k x m; y[t]: k\n"
    "h[t] = tanh(W @ x[t] + U @ h[t-1] + b); o[t] = V @ h[t]; l[t] = mse(o[t], y[t]); L = sum(l[t], over=t)",
    "lstm": "t: 1..T; x[t]: d; Wi: m x d; Ui: m x m; Wf: m x d; Uf: m x m; Wo: m x d; Uo: m x m; Wg: m x d\n"
    "Ug: m x m; h[t]: m; i[t] = sigmoid(Wi @ x[t] + Ui @ h[t-1]); f[t] = sigmoid(Wf @ x[t] + Uf @ h[t-1])\n"
    "o[t] = sigmoid(Wo @ x[t] + Uo @ h[t-1]); g[t] = tanh(Wg @ x[t] + Ug @ h[t-1])\n"
    "c[t] = f[t]*c[t-1] + i[t]*g[t]; h[t] = o[t]*tanh(c[t]); l[t] = sum(h[t]**2); L = sum(l[t], over=t)",
    "peephole": "t: 1..T; x[t]: m; Wi: m x m; pi1: m; pf: m; po: m; c[t]: m\n"
    "i[t] = sigmoid(Wi @ x[t] + pi1*c[t-1]); f[t] = sigmoid(x[t] + pf*c[t-1])\n"
    "c[t] = f[t]*c[t-1] + i[t]*tanh(x[t]); o[t] = sigmoid(x[t] + po*c[t])\n"
    "h[t] = o[t]*tanh(c[t]); l[t] = sum(h[t]**2); L = sum(l[t], over=t)",
    "gru": "t: 1..T; x[t]: d; Wz: m x d; Uz: m x m; Wr: m x d; Ur: m x m; Wh: m x d; Uh: m x m; h[t]: m\n"
    "z[t] = sigmoid(Wz @ x[t] + Uz @ h[t-1]); r[t] = sigmoid(Wr @ x[t] + Ur @ h[t-1])\n"
    "g[t] = tanh(Wh @ x[t] + Uh @ (r[t]*h[t-1])); h[t] = (1 - z[t])*h[t-1] + z[t]*g[t]\n"
    "l[t] = sum(h[t]**2); L = sum(l[t], over=t)",
    "normalised steps": "t: 1..T; x[t]: m; U: m x m; h[t] = tanh(layernorm(x[t] + U @ h[t-1]))\n"
    "l[t] = sum(h[t]**2); L = sum(l[t], over=t)",
    "transformer": "X: n x 6; Wq: 6 x 6; Wk: 6 x 6; Wv: 6 x 6; Wo: 6 x 6; g1: 6; b1: 6; g2: 6; b2: 6\n"
    "V1: 6 x m; V2: m x 6; A = layernorm(X, g1, b1); Q = A @ Wq; K = A @ Wk; V = A @ Wv\n"
    "H = attention(Q, K, V, tri(n), heads=2); R = X + H @ Wo; B = layernorm(R, g2, b2)\n"
    "Y = R + gelu(B @ V1) @ V2; L = sum(Y**2)",
    "batch norm": "X: n x d; W: d x m; g: m; b: m; Y = relu(batchnorm(X @ W, g, b)); L = sum(Y**2)",
    "cross entropy from scores": "X: n x d; W: d x k; b: k; y: n label k; Z = X @ W + b\n"
    "L = mean(cross_entropy_logits(Z, y))",
    "word vectors": "E: v x d; y: n label v; c: n label v; U: d x v\n"
    "L = mean(cross_entropy_logits(embedding(E, y) @ U, c))",
    "autoencoder": "x: n x d; e: n x k; A: d x k; B: d x k; D: k x d; m = x @ A; l = x @ B\n"
    "z = reparameterise(m, l, e); L = bce_logits(z @ D, x) + mean(kl_gaussian(m, l))",
}  # fmt: skip
