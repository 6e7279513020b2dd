"""Graphs whose programs are easily wrong: places taken out of products, steps that cannot go all at once."""

T = "t: 1..T; "
ROWS = {
    "ends cut off, added up": "x: 2 x 3 x 5; f: 3 x 2 x 3; L = sum(conv_transpose1d(x, f, padding=1))",
    "with strides": "x: 2 x 3 x 5; f: 3 x 2 x 3; L = sum(conv_transpose1d(x, f, padding=1, stride=2)**2)",
    "in two directions": "x: 2 x 3 x 5 x 4; f: 3 x 2 x 3 x 2; L = sum(conv_transpose2d(x, f, padding=1))",
    "back to the signal": "x: 2 x 3 x 7 x 5; f: 2 x 3 x 3 x 2; L = sum(conv2d(x, f)**3)",
    "back by steps": "x: 2 x 3 x 9 x 7; f: 2 x 3 x 3 x 3; L = sum(conv2d(x, f, stride=2)**3)",
    "back over gaps": "x: 2 x 3 x 11; f: 5 x 3 x 3; L = sum(conv1d(x, f, dilation=3)**3)",
    "back to more channels": "x: 2 x 5 x 7; f: 2 x 5 x 3; c: 2; L = sum(sin(conv1d(tanh(x), f)))",
    "windows over the ends": "x: 2 x 3 x 6; L = sum(avg_pool1d(x, size=3, stride=2, padding=1))",
    "entries repeated": "x: 3 x 5; L = sum(upsample1d(x, scale=3))",
    "one-hot rows added up": "y: n label k; E: n x k; L = sum(onehot(y, k)) + sum(E)",
    "rows at labels added up": "y: n label k; W: k x m; L = sum(onehot(y, k) @ W)",
    "a label of the last of four axes": "X: a x b x c x d; y: scalar label d; L = sum((X @ onehot(y, d))**2)",
    "softmax at labels": "x: n x d; y: n label d; L = sum(softmax(x) * onehot(y, d) * x)",
    "functions of sizes": "x: n; L = sum(x**2)*softplus(n)*erf(n)*tanh(n)*log(n)*sqrt(n)*relu(n - 1)*sign(n)",
    "triangles on both sides": "x: n; L = sum(tri(n) @ x * (tri(n).T @ x)) + sum(tri(n))",
    "diagonals of diagonals": "x: n; L = sum(diag(x) @ diag(x) @ x) + trace(diag(x))",
    "words by steps": T + "y[t]: label v; E: v x d; U: d x d\n"
    "h[t] = tanh(embedding(E, y[t]) + U @ h[t-1]); L = sum(h[T]**2)",
    "words of all steps": T + "y[t]: n label v; E: v x d\n"
    "l[t] = sum(embedding(E, y[t])**2); L = sum(l[t], over=t)",
    "labels of all steps": T + "x[t]: n x k; y[t]: n label k; W: k x k\n"
    "l[t] = sum(label_smoothing(x[t] @ W, y[t])) + sum(nll(x[t] @ W, y[t])); L = sum(l[t], over=t)",
    "a running sum in a loop": T + "x[t]: n; h[t] = cumsum(x[t]) * h[t-1]; L = sum(h[T])",
    "the largest in a loop": T + "x[t]: n; h[t] = max(x[t] * h[t-1]) + x[t]; L = sum(h[T]**2)",
    "convolved at every step": T + "x[t]: 1 x n; f: 1 x 1 x 3\n"
    "s[t] = sum(conv1d(x[t], f)**2); L = sum(s[t], over=t)",
    "solved at every step": T + "A[t]: d x d; b: d; x[t] = solve(A[t], b + x[t-1]); L = sum(x[T]**2)",
    "determinants of all steps": T + "A[t]: d x d posdef\n"
    "s[t] = logdet(A[t]) + trace(inverse(A[t])); L = sum(s[t], over=t)",
    "a mean over steps inside": T + "x[t]: d; m = sum(x[t], over=t)/T\n"
    "v[t] = (x[t] - m)**2; L = sum(sum(v[t]), over=t)",
    "two steps back": T + "x[t]: d; W: d x d; h[t] = tanh(W @ h[t-1] + h[t-2] + x[t]); g[t] = h[t]*h[t-1]\n"
    "L = sum(sum(g[t]), over=t)",
}  # fmt: skip
