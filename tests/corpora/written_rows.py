r"""What people write, kind by kind, as plain text and as LaTeX: right answers, and near misses of each."""

GRAPHS = {
    "ls": "X: n x d; w: d; y: n; L = sum((X @ w - y)**2)/n",
    "f": "X: n x d; f = sum(X**2)",
    "q": "x: n; A: n x n; b: n; J = x @ A @ x + b @ x",
    "lg": "X: n x d; w: d; y: n; p = sigmoid(X @ w); L = -sum(y*log(p) + (1-y)*log(1-p))",
    "sm": "z: k; p = softmax(z)",
    "ml": "x: d; W: m x d; b: m; t: m; h = tanh(W @ x + b); E = sum((h - t)**2)/2",
    "s": "x: scalar; y: scalar; f = x**2*y + sin(x)",
    "ld": "A: n x n; F = logdet(A)",
    "sg": "x: n; s = sigmoid(x); L = sum(s**2)",
    "row": "Z: n x k; P = softmax(Z); T: n x k; L = sum(P*T)",
    "ray": "w: n; A: n x n symmetric; R = (w @ A @ w)/(w @ w)",
    "sq": "X: n x n; w: n; y: n; L = sum((X @ w - y)**2)",
    "cube": "r: d; V = sum(r**3)",
    "tr": "A: n x n; B: n x n; f = trace(A @ B @ A)",
    "sca": "a: scalar; x: n; y: n; L = sum((a*x - y)**2)",
    "bias": "X: n x d; W: d x k; b: k; Y: n x k; Z = X @ W + b; L = sum((Z - Y)**2)/2",
    "lab": "X: n x d; w: d; y: n; m = y*(X @ w); L = sum(relu(1 - m))/n",
    "ln": "x: n; m = mean(x); v = mean((x - m)**2); s = sqrt(v + 1); y = (x - m)/s; L = sum(y**3)",
    "att": "Q: n x d; K: m x d; V: m x k; S = Q @ K.T/sqrt(d); A = softmax(S); O = A @ V; L = sum(O**2)",
    "dm": "G: n x d; c: n; L = c @ G @ ones(d)",
    "rec": "X: n x d; W: d x k; Y: n x k onehot; P = softmax(X @ W); L = -sum(Y*log(P))/n",
    "3_ls": "X: n x d; theta: d; y: n; J = sum((X @ theta - y)**2)/(2*n)",
    "log": "X: n x d; theta: d; y: n; h = sigmoid(X @ theta); J = -mean(y*log(h) + (1-y)*log(1-h))",
    "rnn": "t: 1..T; x[t]: d; W: m x d; U: m x m; b: m; s[t] = W @ x[t] + U @ h[t-1] + b; h[t] = tanh(s[t]); l[t] = sum(h[t]**2)/2; L = sum(l[t], over=t)",
    "mlp": "X: n x d; Y: n x k; W1: d x m as W^{[1]}; b1: m as b^{[1]}; W2: m x k as W^{[2]}; Z1 = X @ W1 + b1 as Z^{[1]}; A1 = tanh(Z1) as A^{[1]}; Z2 = A1 @ W2 as Z^{[2]}; L = sum((Z2 - Y)**2)/(2*n)",
    "net": "x: d; y: k; W1: m x d; W2: k x m; z1 = W1 @ x; a1 = sigmoid(z1); z2 = W2 @ a1; L = sum((z2 - y)**2)/2",
    "mean": "x: n; L = sum((x - mean(x))**2)",
    "vec": "v: d; M: m x d; y = M @ v",
    "clip": "x: n; L = sum(relu(x)**2)/2",
    "3_sq": "x: n; L = sum(sqrt(x**2 + 1))",
    "th": "Z: n x m; L = sum(tanh(Z))",
    "bil": "v: n; q: m; V: n x m; J = v @ V @ q",
    "hes": "X: n x d; w: d; y: n; L = sum((X @ w - y)**2)/n",
    "quad": "X: n x n; f = trace(X @ X)",
    "ldet": "F: n x n; J = det(F)",
    "abs": "x: n; L = sum(abs(x))",
    "sc": "u: scalar; f = log(cosh(u)) ",
    "two": "x: n; y: n; m = mean(y); L = sum((x - mean(x))*(y - m))",
    "cc": "X: n x 3; W: 4 x 2; A = concat(X, ones(n, 1)); B = A @ W; L = sum(B**2)/2",
    "blk": "u: n; v: m; A: n x m; f = u @ A @ v + sum(u**2)",
    "6_sm": "z: k; y: scalar label k; p = softmax(z); L = -log(p[y])",
    "6_ls": "X: n x d; theta: d; y: n; J = sum((X @ theta - y)**2)/(2*n)",
    "6_rnn": "t: 1..T; x[t]: d; W: m x d; U: m x m; a[t] = W @ x[t] + U @ h[t-1]; h[t] = tanh(a[t]); l[t] = sum(h[t]**2)/2; L = sum(l[t], over=t)",
    "lstm": "t: 1..T; x[t]: d; Wi: m x d; Wf: m x d; Wg: m x d; i[t] = sigmoid(Wi @ x[t]); f[t] = sigmoid(Wf @ x[t]); g[t] = tanh(Wg @ x[t]); c[t] = f[t]*c[t-1] + i[t]*g[t]; h[t] = tanh(c[t]); l[t] = sum(h[t]**2)/2; L = sum(l[t], over=t)",
    "lse": "z: k; f = logsumexp(z)",
    "at": "q: d; K: m x d; v: m; s = K @ q/sqrt(d); a = softmax(s); o = a @ v",
    "6_tr": "A: n x n; B: n x n; f = trace(A.T @ B @ A)",
    "nrm": "x: n; f = sqrt(sum(x**2))",
    "mae": "x: n; y: n; L = sum(abs(x - y))/n",
    "hub": "x: n; L = sum(log(1 + exp(-x)))",
    "poly": "a: scalar; b: scalar; x: n; y: n; L = sum((a*x + b - y)**2)/n",
    "cosin": "x: n; y: n; c = (x @ y)/(sqrt(sum(x**2))*sqrt(sum(y**2)))",
    "gau": "x: n; mu: scalar; s: scalar positive; L = sum((x - mu)**2)/(2*s**2) + n*log(s)",
    "mask": "Z: n x k; M: n x k; H = relu(Z)*M; L = sum(H**2)/2",
    "pca": "X: n x d; w: d; f = (w @ X.T @ X @ w)/(w @ w)",
    "6_q": "x: n; A: n x n; b: n; J = x @ A @ x/2 - b @ x",
    "ydn": "x: n; y: m; W: m x n; z = W @ x; y2 = sigmoid(z)",
    "7_lg": "X: n x d; w: d; y: n; z = X @ w; p = sigmoid(z); L = -sum(y*log(p) + (1-y)*log(1-p))",
    "me": "x: n; L = sum((x - mean(x))**2)",
    "ja": "x: n; W: m x n; y = W @ x",
    "7_row": "Z: n x k; c: n; r: k; T: n x k; L = sum(Z*T)",
    "7_rnn": "t: 1..T; x[t]: d; W: m x d; U: m x m; a[t] = W @ x[t] + U @ h[t-1]; h[t] = tanh(a[t]); l[t] = sum(h[t]**2)/2; L = sum(l[t], over=t)",
    "7_sg": "x: n; L = sum(sigmoid(x))",
    "7_th": "x: n; L = sum(tanh(x))",
    "5_mlp": "X: n x d; Y: n x k; W1: d x m; b1: m; W2: m x k; b2: k; Z = X @ W1 + b1; H = tanh(Z); O = H @ W2 + b2; L = sum((O - Y)**2)/2",
    "sig": "x: d; W: m x d; V: k x m; t: k; z = W @ x; h = sigmoid(z); o = V @ h; E = sum((o - t)**2)/2",
    "rel": "x: d; W: m x d; b: m; v: m; z = W @ x + b; h = relu(z); s = v @ h; L = s**2/2",
    "gate": "x: n; g: n; s = sigmoid(g); y = s*tanh(x); L = sum(y**2)/2",
    "drop": "x: d; W: m x d; q: m; z = W @ x; h = tanh(z)*q; L = sum(h**2)/2",
    "5_rnn": "t: 1..T; x[t]: d; W: m x d; U: m x m; b: m; a[t] = W @ x[t] + U @ h[t-1] + b; h[t] = tanh(a[t]); l[t] = sum(h[t]**2); L = sum(l[t], over=t)",
    "5_lg": "X: n x d; w: d; y: n; z = X @ w; p = sigmoid(z); L = -mean(y*log(p) + (1-y)*log(1-p))",
    "pow": "x: n; L = sum(x**4)",
    "pw": "u: n; v = u**3; w = tanh(v); L = sum(w**2)",
    "var": "x: n; m = mean(x); v = sum((x - m)**2)/(n - 1)",
    "5_ls": "X: n x d; w: d; y: n; r = X @ w - y; L = sum(r**2)/n",
    "gram": "X: n x d; B: d x d; lam: scalar; f = sum((X.T @ X - B)**2)/2 + lam*sum(X**2)",
    "rid": "X: n x d; w: d; y: n; lam: scalar; L = sum((X @ w - y)**2) + lam*sum(w**2)",
    "sce": "Z: n x k; Y: n x k onehot; P = softmax(Z); L = -sum(Y*log(P))/n",
    "mx": "a: n; b: n; m = maximum(a, b); L = sum(m**2)",
    "hing": "X: n x d; w: d; y: n; m = y*(X @ w); L = sum(relu(1 - m))",
    "ln2": "x: n; s = sqrt(sum(x**2)); y = x/s; c: n; L = c @ y",
    "gru": "t: 1..T; x[t]: d; Wz: m x d; Uz: m x m; Wh: m x d; Uh: m x m; z[t] = sigmoid(Wz @ x[t] + Uz @ h[t-1]); c[t] = tanh(Wh @ x[t] + Uh @ h[t-1]); h[t] = (1 - z[t])*h[t-1] + z[t]*c[t]; l[t] = sum(h[t]**2)/2; L = sum(l[t], over=t)",
    "jt": "x: n; W: m x n; b: m; y = tanh(W @ x + b)",
    "js": "z: k; p = softmax(z)",
    "jn": "x: n; s = sqrt(sum(x**2)); y = x/s",
    "jq": "x: n; A: m x n; y = (A @ x)**2",
    "hl": "X: n x d; w: d; y: n; p = sigmoid(X @ w); L = -sum(y*log(p) + (1-y)*log(1-p))",
    "hq": "x: n; A: n x n; f = x @ A @ x",
    "hr": "X: n x d; w: d; y: n; lam: scalar; L = sum((X @ w - y)**2)/n + lam*sum(w**2)",
    "hlse": "z: k; f = logsumexp(z)",
}  # fmt: skip

RIGHT = {
    ("ls", "w"): (
        "(n/2) dL/dw = X'(Xw - y)", "n/2 * dL/dw = X'(Xw - y)", r"\frac{n}{2}\nabla_w L = X^\top X w - X^\top y",
        "X'(Xw-y) = n/2 dL/dw", "X'Xw = X'y + n/2 dL/dw",
        r"\frac{\partial L}{\partial w} - \frac{2}{n}X^\top X w = -\frac{2}{n} X^\top y",
        r"\left(\frac{\partial L}{\partial w}\right)^\top = \frac2n (Xw-y)^\top X", "(dL/dw)^T = 2/n (Xw-y)^T X",
        "-dL/dw = 2/n X'(y-Xw)", r"-\nabla L(w) = \frac{2}{n} X^\top(y - Xw)", "0 = dL/dw + 2/n X'(y - Xw)",
        r"\frac{\partial L}{\partial w_j} - \frac2n\sum_i X_{ij}(Xw)_i = -\frac2n \sum_i X_{ij} y_i",
        r"n\frac{\partial L}{\partial w_j} = 2\sum_i X_{ij}((Xw)_i - y_i)",
        r"\frac{2}{n}\sum_{i} x_i (x_i^\top w - y_i)", r"\frac{2}{n}\sum_{i=1}^n (w^\top x_i - y_i) x_i",
        "2/n sum_i x_i(x_i'w - y_i)", r"\frac2n \sum_{i=1}^n x^{(i)}_j (w^\top x^{(i)} - y^{(i)})",
        r"\frac2n \sum_{i=1}^n x_j^{(i)} (w^T x^{(i)} - y^{(i)})", r"\frac2n \sum_{i=0}^{n-1} x_i (x_i^T w - y_i)",
        "2/n sum_{i=0}^{n-1} x_i (x_i'w - y_i)", r"\frac{2}{n}\sum_i \left(\sum_j x_{ij}w_j - y_i\right)x_i",
        "2/n sum_i (sum_j x_ij w_j - y_i) x_i", "2/n X' f(w), f(v) = X v - y",
        "2/n X'(f(w, X) - y) with f(u, V) = V u", "2/n X'(Xw-y) (row vector 1 x d)", "2/n X'δ¹ with δ¹ = Xw - y",
        r"\frac2n X^\top\delta^{(1)},\ \delta^{(1)} = Xw-y",
    ),
    ("f", "X"): (
        "df/dX - X = X", "df/dX ./ X = 2 ones(n,d)", "3 df/dX = 6X = 2X + 4X",
        r"\left(\frac{\partial f}{\partial X}\right)_{ij} = 2X_{ij}", r"\left(\nabla_X f\right)^\top = 2X^\top",
        r"\frac12 \nabla_X f = X", "X + df/dX = 3X", "f = sum(X.^2) => df/dX = 2X",
        r"f = \sum_{ij} X_{ij}^2 \Rightarrow \frac{\partial f}{\partial X} = 2X",
    ),
    ("q", "x"): (
        "dJ/dx - b = (A + A')x", "dJ/dx = (A+A')x + b = Ax + A'x + b", "(dJ/dx)' = x'(A+A') + b'",
    ),
    ("lg", "w"): (
        "dL/dw = X'(p-y), p = sigmoid(Xw)", r"-\frac{\partial L}{\partial w} = X^\top(y-\sigma(Xw))",
    ),
    ("sm", "z"): (
        "dp/dz + p p' = diag(p)", "2 dp_i/dz_j = 2p_i(δ_ij - p_j)", "dp_i/dz_j - p_i δ_ij = -p_i p_j",
        "diag(p) - pp'", r"p_i\delta_{ij} - p_ip_j", "p_i(1[i=j] - p_j)", r"p_i(\mathbb{1}\{i=j\} - p_j)",
        r"p_i(\mathbf 1_{i=j} - p_j)", "diag(p)(I - 1p')", r"\operatorname{diag}(p)(I - \mathbf{1}p^\top)",
        r"J_{ij} = \begin{cases} p_i(1-p_i) & i=j \\ -p_ip_j & i\neq j\end{cases}",
        "J_ij = p_i(1-p_i) if i=j, -p_i p_j otherwise", "{p_i(1-p_i) if i==j; -p_i p_j otherwise}",
    ),
    ("ml", "W"): (
        "dE/dW = δ x', δ = (h - t) .* (1 - h.^2)",
        r"2\frac{\partial E}{\partial W} = 2\,\delta x^\top,\ \delta = (h-t)\odot(1-h^{\odot 2})",
    ),
    ("ml", "b"): (
        "-dE/db = (t-h) .* (1-h.^2)",
    ),
    ("s", "x"): (
        "df/dx - cos(x) = 2xy", "df/dx / 2 = x y + cos(x)/2", "x df/dx = 2x^2 y + x cos(x)",
        r"\frac{\partial f}{\partial x} - \cos x = 2xy",
    ),
    ("ld", "A"): (
        "A' dF/dA = I", "(dF/dA)' A = I", r"A^\top \frac{\partial F}{\partial A} = I_n",
        r"\left(\frac{\partial F}{\partial A}\right)^{-1} = A^\top",
    ),
    ("sg", "x"): (
        "2 s .* s(1-s)", "2 s^2 (1-s)", "2 s^2(1-s)", r"2\sigma(x)^2(1-\sigma(x))", "2σ(x)²(1-σ(x))",
        r"2 s \cdot s(1-s)", r"2\,s\,\sigma'(x)", "2s^2 - 2s^3", "2 s s (1 - s)", r"\frac{2 e^{-x}}{(1+e^{-x})^3}",
        "2e^{-x}/(1+e^{-x})^3", "2 exp(-x) / (1+exp(-x))^3",
    ),
    ("row", "Z"): (
        "P .* (T - rowsum(P .* T))", "P .* E with E = T - rowsum(P.*T)", "E with E = P .* (T - rowsum(P .* T))",
        r"P \odot (T - (P\odot T)\mathbf 1\mathbf 1^\top)", "P .* E where E = T - s, s = rowsum(P.*T)",
        "P*(T - np.sum(P*T, axis=1, keepdims=True))", r"P_{ij}(T_{ij} - \sum_k P_{ik}T_{ik})",
        "P_ij (T_ij - sum_k T_ik P_ik)",
    ),
    ("ray", "w"): (
        "2(Aw - R w)/(w'w)", "2 (A w - R w)/w'w", "(2 A w)/(w'w) - 2 w (w'Aw)/(w'w)^2",
        r"\frac{2}{w^\top w}(Aw - Rw)", r"\frac{2Aw (w^\top w) - 2 w (w^\top A w)}{(w^\top w)^2}",
        "2/||w||^2 (A - R I) w", r"\frac{2}{\|w\|^2}\left(A - R I\right) w", "2 Aw/w'w - 2 R w/w'w",
        "(2Aw - 2Rw)/w'w",
    ),
    ("sq", "w"): (
        "2*np.sum((X@w-y)[:,None]*X, axis=0)", "2*X.T@(X@w-y)", "2*(X@w-y)@X", "2*np.dot(X.T, X@w-y)",
        "2*np.matmul(X.T, X@w - y)", "2*((X@w-y).reshape(-1,1)*X).sum(axis=0)", "2*((X@w-y)[:,np.newaxis]*X).sum(0)",
    ),
    ("cube", "r"): (
        "3 r.^2", "3r^2", r"3 r^{\odot 2}", r"3 r \odot r", "diag(r) 3 r", "3 diag(r)^2 1", "3 r r",
    ),
    ("tr", "A"): (
        "(BA + AB)'", "B'A' + A'B'", r"(AB+BA)^\top",
    ),
    ("tr", "B"): (
        "(A^2)'", r"(A^\top)^2", "A' A'", "C' with C = A^2", r"C^\top, C = A^2", "C, C_ij = sum_k A_jk A_ki",
    ),
    ("sca", "a"): (
        "2 x'(a x - y)", "2 sum((a x - y) x)", r"2\sum_i x_i(ax_i - y_i)", "2 sum_i (a x_i - y_i) x_i",
    ),
    ("bias", "b"): (
        "sum_i (Z - Y)_i", r"\sum_{i=1}^n (z_i - y_i)", r"\sum_n (Z_{nk} - Y_{nk})", "(Z-Y)'1", "np.sum(Z-Y, axis=0)",
    ),
    ("bias", "W"): (
        "X'(Z-Y)", r"\sum_i x_i (z_i-y_i)^\top", "sum_i x_i (z_i - y_i)'",
    ),
    ("lab", "w"): (
        r"-\frac1n\sum_{i: m_i < 1} y_i x_i", "-1/n sum_{i: m_i<1} y_i x_i", "-1/n X'(y .* (m<1))",
        r"-\frac1n\sum_i \mathbb{1}[m_i<1] y_i x_i", "-1/n X'(y .* 1[m<1])",
        r"-\frac1n X^\top (y \odot \mathbf 1[1 - m > 0])",
    ),
    ("ln", "x"): (
        "1/s (g - mean(g) - y mean(g .* y)) where g = 3 y.^2",
        r"\frac1s\left(g - \bar g - y\,\frac{1}{n}\sum_i g_i y_i\right), g = 3y^2",
        r"\frac{1}{s}(g - \overline{g} - y \odot \overline{g\odot y}),\; g = 3 y^{\odot 2}",
        r"\frac1s(g - \bar g - y\,\overline{g \odot y}), g = 3y^{\odot 2}",
    ),
    ("att", "S"): (
        "A .* (G - rowsum(A.*G)), G = 2 O V'",
        r"A \odot (G - \operatorname{rowsum}(A\odot G)) \text{ with } G = 2OV^\top",
        "dS_ij = A_ij (G_ij - sum_k A_ik G_ik), G = 2 O V'",
    ),
    ("att", "Q"): (
        "1/sqrt(d) E K with E = A .* (G - rowsum(A.*G)), G = 2 O V'",
        r"\frac{1}{\sqrt d}(A\odot(G - (A\odot G)\mathbf1\mathbf1^T))K,\ G = 2OV^T",
    ),
    ("dm", "G"): (
        "c 1'", r"c\mathbf 1_d^\top",
    ),
    ("dm", "c"): (
        "sum_j G_ij", "G 1", "sum(G, axis=1)",
    ),
    ("rec", "W"): (
        r"\frac1n \sum_i x_i (p_i - y_i)^\top", "1/n sum_i x_i (p_i - y_i)'", r"\frac1n X^\top(P-Y)",
        r"-\frac1n\sum_i x_{ij}(Y_{ik} - P_{ik})",
        r"\frac{\partial L}{\partial W_{jk}} = -\frac1n\sum_i x_{ij}(y_{ik} - p_{ik})",
    ),
    ("3_ls", "theta"): (
        r"J'(\theta) = \frac1n X^\top(X\theta - y)", r"\nabla J(\theta) = \frac1n X^\top(X\theta-y)",
        r"\frac{\partial J(\theta)}{\partial\theta_j} = \frac1n\sum_{i=1}^n (h_\theta(x^{(i)}) - y^{(i)})x_j^{(i)}, h_\theta(x) = \theta^\top x",
        "J'(θ) = 1/n X'(Xθ - y)", "dJ(θ)/dθ = 1/n X'(Xθ-y)",
        "∂J(θ)/∂θ_j = 1/n sum_i (h_θ(x^(i)) - y^(i)) x_j^(i), h_θ(x) = θ'x",
        "∂J/∂θ_j = 1/n sum_i (h(x_i) - y_i) x_ij with h(x) = θ'x", "1/n X' (f(Xθ) - y) where f(u) = u",
        "1/n X' f(Xθ) where f(u) = u - y", "1/n X'(Xθ - y) (column vector d x 1)", "1/n X^T (X theta - y)   [d x 1]",
        r"\frac1n X^\top(X\theta-y) \in \mathbb{R}^d", "1/n X^T(X theta - y) # gradient",
        r"\frac1n X^\top (X\theta-y)\quad\text{(a column)}",
    ),
    ("log", "theta"): (
        "1/n X'(s(Xθ) - y) with s(x) = σ(x)", "1/n X'(s(Xθ) - y) with s(x) = 1/(1+e^{-x})",
        r"\frac1n X^\top(s(X\theta)-y), \quad s(u) = \frac{1}{1+e^{-u}}",
        r"\frac1n\sum_i (h_\theta(x^{(i)}) - y^{(i)})x^{(i)}, \quad h_\theta(x) = \sigma(\theta^T x)",
        r"\frac1n\sum_{i=1}^n (h_i - y_i)x_i",
        r"\frac1n X^\top (g(X\theta) - y) \text{ where } g(z) = \frac{1}{1+\exp(-z)}",
    ),
    ("rnn", "W"): (
        "sum_t δ_t x_t', δ_t = (h_t + U'δ_{t+1}) .* (1 - h_t.^2), δ_{T+1} = 0",
        "sum_t δ_t x_t', δ_{T+1} = 0, δ_t = (h_t + U'δ_{t+1}) .* (1 - h_t.^2)",
        r"\sum_{t=1}^T \delta_t x_t^\top,\ \delta_t = (h_t + U^\top\delta_{t+1})\odot(1-h_t^{\odot 2}),\ \delta_{T+1}=0",
        r"\sum_{t=1}^T \delta s_t x_t^\top",
        r"\sum_{t=1}^T \delta s_t x_t^\top,\ \delta s_t = \delta h_t \odot (1-h_t^2)",
        "sum_t a_t x_t' with a_t = g_t .* (1 - h_t.^2), g_t = h_t + U'a_{t+1}",
        "sum_t a_t x_t' with g_t = h_t + U'a_{t+1}, a_t = g_t .* (1 - h_t.^2), a_{T+1} = 0",
        r"\sum_t \mathrm{diag}(1-h_t^2)\,\delta h_t\,x_t^\top",
    ),
    ("rnn", "U"): (
        "sum_{t=2}^T δs_t h_{t-1}' + δs_1 h_0'", r"\sum_{t=1}^T \delta s_t h_{t-1}^T",
    ),
    ("rnn", "b"): (
        r"\sum_t (1-\tanh^2(s_t))\odot\delta h_t",
    ),
    ("mlp", "W2"): (
        r"\frac1n A^{[1]T}(Z^{[2]}-Y)", "1/n A1'(Z2-Y)",
    ),
    ("mlp", "W1"): (
       
        r"\frac1n X^T\delta^{[1]}, \delta^{[1]} = (\delta^{[2]}W^{[2]T})\odot(1-(A^{[1]})^2), \delta^{[2]} = Z^{[2]}-Y",
        "1/n X' δ1, δ1 = (δ2 W2') .* (1 - A1.^2), δ2 = Z2 - Y", "1/n X'(((Z2-Y) W2') .* (1 - tanh²(Z1)))",
        "1/n X'(((Z2-Y) W2') .* (1 - tanh^2(Z1)))",
        r"\frac1n X^\top\left[((Z^{[2]}-Y)W^{[2]\top})\odot(1-\tanh^2(Z^{[1]}))\right]",
        "dW1 = 1/n X' dZ1, dZ1 = dA1 .* (1 - A1²), dA1 = dZ2 W2', dZ2 = Z2 - Y",
        r"\frac1n X^T\delta^2, \delta^2 = (\delta^3 W^{[2]T})\odot(1-(A^{[1]})^2), \delta^3 = Z^{[2]}-Y",
        r"\frac1n X^T\delta^{(1)}, \delta^{(1)} = (\delta^{(2)} W^{[2]T})\odot(1-(A^{[1]})^2), \delta^{(2)} = Z^{[2]}-Y",
        "1/n X' δ¹, δ¹ = (δ² W2') .* (1 - A1.^2), δ² = Z2 - Y",
    ),
    ("mlp", "b1"): (
        r"\sum_{i=1}^n \delta^{[1]}_i, \delta^{[1]} = \frac1n ((Z^{[2]}-Y)W^{[2]T})\odot(1-A^{[1]}\odot A^{[1]})",
        "1/n np.sum(dZ1, axis=0) with dZ1 = ((Z2-Y)@W2.T)*(1-A1**2)",
    ),
    ("net", "W1"): (
        "δ1 x', δ1 = (W2'δ2) .* a1 .* (1-a1), δ2 = z2 - y",
        r"\delta^{(1)}x^\top,\ \delta^{(1)} = (W_2^\top\delta^{(2)})\odot a_1\odot(1-a_1),\ \delta^{(2)} = z_2-y",
        r"\delta_1 x^\top \text{ with } \delta_1 = W_2^\top\delta_2\odot\sigma'(z_1),\ \delta_2 = z_2-y",
        "(W2'(z2-y) o a1 o (1-a1)) x'", "((W2'(z2-y)) ∘ σ'(z1)) xᵀ",
    ),
    ("mean", "x"): (
        r"2(x - \bar x)", r"2(x - \bar{x}\mathbf 1)", r"2(x-\overline{x})", "2(x - mean(x))", "2(x - x̄)",
        r"2(x_i - \bar x)", r"2(x_i - \frac1n\sum_j x_j)", "2(I - 1/n 1 1')x", "2(I - 1/n ones(n,n))x",
        r"\bar x = 2(x - \frac1n\sum_j x_j)", "x_bar = 2(x - mean(x))", r"2(x - \overline{x + x}/2)",
    ),
    ("vec", "v"): (
        "∂y/∂v = M^T δy", "M' δy", r"M^\top\bar y", r"\frac{\partial y}{\partial v} = M", "M",
    ),
    ("vec", "M"): (
        "δy v'", r"\bar y v^\top",
    ),
    ("clip", "x"): (
        "np.maximum(x, 0)", "max(0, x)", r"\max(x,0)", "np.where(x > 0, x, 0)", "torch.where(x>0, x, 0)",
        "x .* (x>0)", "x*(x>0)", r"x\odot H(x)", "x * heaviside(x) with H the Heaviside step", "relu(x)", "F.relu(x)",
        "torch.relu(x)",
    ),
    ("3_sq", "x"): (
        "x/√(x²+1)", "x ./ sqrt(x.^2+1)", r"\frac{x}{\sqrt{x^2+1}}", "x/np.sqrt(x**2+1)", "x*np.power(x**2+1, -0.5)",
        "x (x^2+1)^(-1/2)", r"x\odot(x^2+1)^{-1/2}", r"x_i (x_i^2+1)^{-\frac12}", "x/√(1+x²)",
    ),
    ("th", "Z"): (
        "1 - tanh²(Z)", "1 - tanh^2(Z)", "sech^2(Z)", "sech²(Z)", r"\operatorname{sech}^2(Z)", r"1-\tanh^2 Z",
        "1/cosh(Z)^2", "1/cosh²(Z)", "1 - tanh(Z)**2", "1-np.tanh(Z)**2",
    ),
    ("bil", "V"): (
        "v q'", "dJ/dV = v q'", "dL/dV = v q^T", r"\frac{\partial J}{\partial V_{ij}} = v_iq_j", "outer(v,q)",
        "np.outer(v,q)", r"v\otimes q",
    ),
    ("hes", "w", "hessian"): (
        "2/n X'X", r"\frac{2}{n}X^\top X", r"\frac{\partial^2 L}{\partial w\partial w^\top} = \frac2n X^\top X",
        "d^2L/dw_i dw_j = 2/n sum_k X_ki X_kj", r"\nabla^2 L = \frac2n X^TX", r"H = \frac2n X^\top X",
        r"\frac{\partial^2 L}{\partial w_i\partial w_j} = \frac2n\sum_k X_{ki}X_{kj}",
    ),
    ("quad", "X", "hessian"): (
        "d^2f/dX_ij dX_kl = 2 δ_il δ_jk", "d²f/dX_ij dX_kl = 2 δ_il δ_jk",
        r"\frac{\partial^2 f}{\partial X_{ij}\partial X_{kl}} = 2\delta_{il}\delta_{jk}", "2 delta_il delta_jk",
    ),
    ("ldet", "F"): (
        "J inv(F)'", r"JF^{-\top}", r"\det(F)F^{-\top}", "cof(F)", "adj(F)'", r"\operatorname{cof}(F)",
        r"\operatorname{adj}(F)^\top", "det(F) F^-T",
    ),
    ("abs", "x"): (
        "sign(x)", r"\operatorname{sgn}(x)", "x./|x|", r"\frac{x_i}{|x_i|}", "{1 if x>0; -1 if x<0}",
        r"\begin{cases}1 & x>0\\-1 & x<0\end{cases}", "2(x>0) - 1", "1[x>0] - 1[x<0]", "np.sign(x)",
        "np.where(x>0, 1, -1)",
    ),
    ("sc", "u"): (
        "tanh(u)", "sinh(u)/cosh(u)", r"\tanh u", "1 - 2/(e^{2u}+1)", "(e^u - e^-u)/(e^u + e^-u)",
    ),
    ("two", "x"): (
        r"y - \bar y", "y - ȳ", "y - mean(y)",
    ),
    ("two", "y"): (
        r"x-\bar x",
    ),
    ("cc", "X"): (
        "B W_{1:3}'", "(B W')[:, :3]", "B*W[:3].T", "B @ W[:3,:].T", r"B W_{1:3,:}^\top",
    ),
    ("cc", "W"): (
        "A'B", "[X, 1]'B", r"\begin{bmatrix} X & \mathbf 1\end{bmatrix}^\top B",
        r"\begin{pmatrix} X^\top \\ \mathbf 1^\top\end{pmatrix} B", "[X 1]' B",
    ),
    ("blk", "u"): (
        "A v + 2 u", "Av + 2u + 0", r"Av + 2u + \mathbf 0",
    ),
    ("blk", "v"): (
        "A'u", r"A^\top u + \mathbf{0}",
    ),
    ("blk", "u", "hessian"): (
        "2 I", "2I_n", r"2\mathbf I", "2 eye(n)",
    ),
    ("blk", "v", "hessian"): (
        "0", r"\mathbf 0", "zeros(m,m)", r"0_{m\times m}",
    ),
    ("6_sm", "z"): (
        "p - e_y", r"p_i - \mathbf 1[i=y]", r"p_i - \delta_{iy}", "p_i - delta_iy", "softmax(z) - onehot(y)",
        "p - one_hot(y, k)", r"\operatorname{softmax}(z) - e_y", "p_i if i != y else p_i - 1",
        r"\begin{cases} p_i - 1 & i = y\\ p_i & \text{otherwise}\end{cases}",
    ),
    ("6_ls", "theta"): (
        r"\frac1n\sum_i^n (x_i^\top\theta - y_i)x_i", "1/n sum_{i=1..n} (x_i'θ - y_i) x_i",
        "1/n Σ_i (x_i'θ - y_i) x_i", r"\frac{1}{n}\sum_{i=1}^{n}\left(\theta^{T}x^{(i)}-y^{(i)}\right)x^{(i)}",
        "1/n Σ_{i=1}^n (θ'x_i - y_i) x_i",
    ),
    ("6_rnn", "h"): (
        "h_t + U'δa_{t+1}",
    ),
    ("6_rnn", "W"): (
        r"\sum_{t=1}^{T}\delta a_t x_t^\top", "sum_{t=1..T} δa_t x_t'", "Σ_t δa_t x_tᵀ",
    ),
    ("6_rnn", "U"): (
        r"\sum_{t}\frac{\partial L}{\partial a_t}h_{t-1}^\top",
    ),
    ("6_rnn", "a"): (
        r"\delta a_t = (h_t + U^\top\delta a_{t+1})\odot(1-h_t^2),\quad \delta a_{T+1} = 0",
        r"\frac{\partial L}{\partial a_t} = \left(h_t + U^\top \frac{\partial L}{\partial a_{t+1}}\right)\odot(1-h_t^2)",
        "dL/da_t = (h_t + U' dL/da_{t+1}) .* (1 - h_t^2)", "(1 - h_t^2) .* (h_t + U'δ_{t+1})",
        "diag(1 - h_t^2)(h_t + U'δ_{t+1})",
    ),
    ("lstm", "c"): (
        "δc_t = δh_t .* (1 - h_t^2) + f_{t+1} .* δc_{t+1}",
        r"\delta c_t = h_t\odot(1-h_t^2) + f_{t+1}\odot\delta c_{t+1}",
    ),
    ("lstm", "Wi"): (
        "sum_t (δc_t .* g_t .* i_t .* (1-i_t)) x_t'",
        r"\sum_t (\delta_t\odot g_t\odot i_t\odot(1-i_t))x_t^\top,\ \delta_t = h_t\odot(1-h_t^2)+f_{t+1}\odot\delta_{t+1}",
    ),
    ("lstm", "Wf"): (
        "sum_t (δc_t .* c_{t-1} .* f_t .* (1-f_t)) x_t'",
    ),
    ("lse", "z"): (
        "exp(z)/sum(exp(z))", r"\frac{e^{z_i}}{\sum_j e^{z_j}}", "e^{z_i}/sum_j e^{z_j}", "softmax(z)",
        "np.exp(z)/np.exp(z).sum()", "exp(z - f)", "e^{z-f}", r"\frac{\exp(z)}{\mathbf 1^\top\exp(z)}",
        "torch.softmax(z, dim=0)", "F.softmax(z, dim=-1)",
    ),
    ("at", "q"): (
        "K'(a .* (v - o))/sqrt(d)", "1/√d K' (diag(a) - a a') v",
        r"\frac{1}{\sqrt d}K^\top(\operatorname{diag}(a)-aa^\top)v", r"\frac{1}{\sqrt d}\sum_i a_i(v_i - o)k_i",
    ),
    ("at", "K"): (
        "1/sqrt(d) (a .* (v - o)) q'",
    ),
    ("at", "v"): (
        "a",
    ),
    ("6_tr", "A"): (
        "(B + B')A", "BA + B'A", r"(B+B^\top)A",
    ),
    ("6_tr", "B"): (
        "AA'", "A A^T",
    ),
    ("nrm", "x"): (
        "x/||x||", r"\frac{x}{\|x\|_2}", "x/norm(x)", "x/np.linalg.norm(x)", "x/f", "x/√(x'x)", "x/√(xᵀx)",
        "x_i/√(sum_j x_j²)", r"\frac{x_i}{\sqrt{\sum_j x_j^2}}", "x (x'x)^{-1/2}", r"x/\lVert x\rVert",
    ),
    ("nrm", "x", "hessian"): (
        "1/||x|| (I - x x'/||x||²)", r"\frac{1}{\|x\|}\left(I-\frac{xx^\top}{\|x\|^2}\right)",
        "I/||x|| - x x'/||x||^3",
    ),
    ("mae", "x"): (
        "sign(x-y)/n", r"\frac1n\operatorname{sgn}(x-y)", r"\frac1n\frac{x-y}{|x-y|}", "(x-y)./(n |x-y|)",
        "1/n {1 if x_i > y_i, -1 else}", "np.sign(x-y)/len(x)", "np.sign(x-y)/x.size", "np.sign(x - y)/n",
    ),
    ("hub", "x"): (
        "-1/(1+e^x)", "-σ(-x)", r"-\sigma(-x)", "σ(x) - 1", "-e^{-x}/(1+e^{-x})", "-1 ./ (1 + exp(x))",
        r"\frac{-e^{-x}}{1+e^{-x}}", "-expit(-x)",
    ),
    ("poly", "a"): (
        "2/n sum_i (a x_i + b - y_i) x_i", "2/n x'(a x + b - y)", "2*np.mean(x*(a*x + b - y))",
    ),
    ("poly", "b"): (
        "2/n sum(a x + b - y)", r"\frac2n\sum_i (ax_i+b-y_i)", "2*np.mean(a*x + b - y)", "2(a x̄ + b - ȳ)",
        r"2(a\bar x + b - \bar y)",
    ),
    ("cosin", "x"): (
        "y/(||x|| ||y||) - c x/||x||²", r"\frac{y}{\|x\|\|y\|} - c\frac{x}{\|x\|^2}", "(y/||y|| - c x/||x||)/||x||",
        "y/(‖x‖‖y‖) - (x'y) x/(‖x‖³‖y‖)",
    ),
    ("gau", "mu"): (
        "-sum(x - mu)/s^2", "sum_i (mu - x_i)/s²", r"\frac{1}{s^2}\sum_i(\mu - x_i)", "n (mu - x̄)/s²",
    ),
    ("gau", "s"): (
        "n/s - sum((x-mu)^2)/s^3", r"\frac ns - \frac{\|x-\mu\|^2}{s^3}",
    ),
    ("mask", "Z"): (
        "H .* M .* (Z > 0)", r"H\odot M\odot \mathbf 1[Z>0]", "relu(Z) .* M .* M", r"M^{\odot 2}\odot\max(0,Z)",
    ),
    ("pca", "w"): (
        "2(X'X w - f w)/(w'w)", r"\frac{2}{w^\top w}\left(X^\top X w - f w\right)", "2X'Xw/w'w - 2 f w/w'w",
    ),
    ("6_q", "x"): (
        "(A+A')x/2 - b", r"\frac12(A+A^\top)x - b",
    ),
    ("6_q", "x", "hessian"): (
        "1/2 (A+A')", r"\frac{A+A^\top}{2}",
    ),
    ("ydn", "z"): (
        "diag(y2(1-y2))", "diag(y2 .* (1-y2))",
    ),
    ("ydn", "x"): (
        "diag(y2 .* (1-y2)) W", "diag(σ'(z)) W", r"\operatorname{diag}(\sigma'(z))W",
        "∂y2_i/∂x_j = y2_i (1 - y2_i) W_ij", "(y2 .* (1-y2)) .* W",
    ),
    ("7_lg", "w"): (
        "X'(σ(z) - y) with σ(u) = 1/(1 + e^{-u})", r"X^\top(s(z) - y),\ s(u) = \frac{e^u}{1+e^u}",
    ),
    ("me", "x"): (
        "2(x - x_bar)", r"\bar x = 2(x - \bar x)",
    ),
    ("ja", "x"): (
        "W'δy", r"\delta x = W^\top\delta y",
    ),
    ("ja", "W"): (
        "δy x'",
    ),
    ("7_row", "Z"): (
        "T", "T .* (c ./ c)",
    ),
    ("7_rnn", "a"): (
        "δ_t = g_t .* (1 - h_t^2), g_t = h_t + U'δ_{t+1}",
    ),
    ("7_rnn", "W"): (
        r"\sum_t e_t x_t^\top,\ e_t = q_t\odot(1-h_t^2),\ q_t = h_t + U^\top e_{t+1}",
    ),
    ("7_sg", "x"): (
        "σ(x) - σ²(x)", "σ(x) - σ^2(x)", r"\sigma(x) - \sigma^2(x)", "σ(x) o (1 - σ(x))",
    ),
    ("7_th", "x"): (
        "sech(x)^2", r"1-\tanh^{2}(x)", "np.where(x > 0, 1 - np.tanh(x)**2, 1 - np.tanh(x)**2)",
        "clip(1 - tanh(x)^2, 0, 1)",
    ),
    ("var", "x"): (
        "2/(n-1)(x-m)",
    ),
    ("gram", "X"): (
        "X((X'X-B)+(X'X-B)') + 2 lam X",
    ),
    ("mx", "a"): (
        "2 m .* (a > b)",
    ),
    ("mx", "b"): (
        r"2 m \odot \mathbf 1[b > a]",
    ),
    ("ln2", "x"): (
        "(c - y (c'y))/s",
    ),
    ("gru", "z"): (
        "δh_t .* (c_t - h_{t-1})",
    ),
    ("jt", "x"): (
        "diag(1 - y.^2) W",
    ),
    ("jn", "x"): (
        "(I - y y')/s",
    ),
    ("jq", "x"): (
        "2 diag(A x) A",
    ),
    ("hl", "w", "hessian"): (
        "X' diag(p.*(1-p)) X",
    ),
    ("hq", "x", "hessian"): (
        "A + A'",
    ),
    ("hr", "w", "hessian"): (
        "2/n X'X + 2 lam I",
    ),
    ("hlse", "z", "hessian"): (
        "diag(s) - s s', s = softmax(z)",
    ),
}  # fmt: skip

WRONG = {
    ("ls", "w"): (
        "n/2 * dL/dw = X'(y - Xw)", r"\frac{n}{2}\nabla_w L = X^\top X w + X^\top y", "X'Xw = X'y + n dL/dw",
        r"\frac{\partial L}{\partial w} - \frac{2}{n}X^\top X w = \frac{2}{n} X^\top y", "(dL/dw)^T = 2/n X^T(Xw-y)",
        "-dL/dw = 2/n X'(Xw-y)", r"n\frac{\partial L}{\partial w_j} = \sum_i X_{ij}((Xw)_i - y_i)",
        r"\frac2n \sum_i x_i(x_i^T w + y_i)", "2/n X'(f(Xw) - y) with f(u) = 2u",
        r"\frac2n X^\top(g(Xw) - y), g(z) = -z", "2/n X' f(w), f(v) = X v + y", "2/n X'(f(f(w)) - y) with f(u) = X u",
        "2/n f(X, w) with f(V, u) = V'(V u + y)", "1/n X'(Xw-y) (column vector)",
        "2/n X'(Xw+y) # the gradient 2/n X'(Xw-y)", r"\frac1n X^\top(Xw-y) \in \mathbb{R}^d", "δ² X' with δ² = 3",
        r"\frac2n X^\top\delta^{[1]},\ \delta^{[1]} = y-Xw",
    ),
    ("f", "X"): (
        "df/dX - X = 2X", "3 df/dX = 6X = 2X + 3X", r"\left(\nabla_X f\right)^\top = 2X", r"\frac12 \nabla_X f = 2X",
        "f = sum(X.^2) ⇒ df/dX = 3X",
    ),
    ("q", "x"): (
        "dJ/dx - b = 2 A x", "(dJ/dx)' = (A+A')x + b",
    ),
    ("lg", "w"): (
        r"-\frac{\partial L}{\partial w} = X^\top(\sigma(Xw)-y)",
    ),
    ("sm", "z"): (
        "dp_i/dz_j + p_i p_j = p_j", r"\operatorname{diag}(p(1-p))", "{p_i if i==j; -p_i p_j otherwise}",
    ),
    ("ml", "b"): (
        "-dE/db = (h-t) .* (1-h.^2)",
    ),
    ("s", "x"): (
        "df/dx / 2 = x y + cos(x)", r"1 + \frac{\partial f}{\partial x} = 2xy + \cos x",
    ),
    ("ld", "A"): (
        "A dF/dA = I", r"\left(\frac{\partial F}{\partial A}\right)^{-1} = A",
    ),
    ("sg", "x"): (
        "2 s(1-s)", "2 s (1 - s)^2", "2 exp(-x) / (1+exp(-x))^2",
    ),
    ("row", "Z"): (
        "P*(T - np.sum(P*T, axis=1))", "P*(T - np.sum(P*T, axis=0, keepdims=True))", "P .* (T - colsum(P .* T))",
        "P_ij (T_ij - sum_k T_kj P_kj)",
    ),
    ("ray", "w"): (
        "2(Aw - R w)", "2Aw/w'w", "2 Aw/w'w - 2 R w", "(2Aw + 2Rw)/w'w", "2Aw/2w'w",
    ),
    ("sq", "w"): (
        "2*np.sum((X@w-y)*X, axis=0)", "2*X.T*(X@w-y)", "2*X@(X@w-y)", "2*((X@w-y)*X).sum(0)",
    ),
    ("cube", "r"): (
        "3 r^3",
    ),
    ("tr", "A"): (
        "AB + BA",
    ),
    ("tr", "B"): (
        "A.^2",
    ),
    ("sca", "a"): (
        "2 sum(a x - y)",
    ),
    ("bias", "b"): (
        "np.sum(Z-Y, axis=1)",
    ),
    ("bias", "W"): (
        r"\sum_i (z_i-y_i) x_i^\top",
    ),
    ("lab", "w"): (
        r"-\frac1n\sum_i y_i x_i", r"-\frac1n\sum_{i: m_i > 1} y_i x_i",
    ),
    ("ln", "x"): (
        "1/s (g - mean(g)) where g = 3 y.^2", r"\frac1s(g - \bar g - \overline{g \odot y}), g = 3y^{\odot 2}",
    ),
    ("3_ls", "theta"): (
        "J'(θ) = X'(Xθ - y)", "1/n X' f(Xθ) where f(u) = u + y",
    ),
    ("log", "theta"): (
        r"\frac1n X^\top (g(X\theta) - y) \text{ where } g(z) = \frac{1}{1+\exp(z)}",
    ),
    ("rnn", "W"): (
        "sum_t a_t x_t' with g_t = h_t + U'a_{t+1}, a_t = g_t .* (1 - h_t), a_{T+1} = 0",
    ),
    ("mean", "x"): (
        r"2(x+\bar x)", r"\overline{x} = 3x",
    ),
    ("vec", "v"): (
        "M'", "M δy",
    ),
    ("clip", "x"): (
        "np.where(x > 0, 1, 0)",
    ),
    ("th", "Z"): (
        "tanh²(Z)", "1 - tanh²(Z)/2",
    ),
    ("hes", "w", "hessian"): (
        "1/n X'X", "2/n X X'",
    ),
    ("quad", "X", "hessian"): (
        "d^2f/dX_ij dX_kl = 2 δ_ik δ_jl",
    ),
    ("ldet", "F"): (
        "J F^{-1}",
    ),
    ("two", "x"): (
        r"(y-\bar y)(1 - \frac1n)", r"y - \bar{x}",
    ),
    ("blk", "u", "hessian"): (
        "0",
    ),
    ("6_sm", "z"): (
        "e_y - p", "p_y - 1",
    ),
    ("6_rnn", "h"): (
        "h_t + sum_{k=t+1..T} U' δa_k",
    ),
    ("6_rnn", "a"): (
        "(1 - h_t) .* (h_t + U'δ_{t+1})",
    ),
    ("lstm", "c"): (
        r"\delta c_t = h_t\odot(1-h_t^2) + f_{t}\odot\delta c_{t+1}",
    ),
    ("lstm", "Wf"): (
        "sum_t (δc_t .* c_t .* f_t .* (1-f_t)) x_t'",
    ),
    ("lse", "z"): (
        "exp(z)",
    ),
    ("6_tr", "A"): (
        "2BA",
    ),
    ("6_tr", "B"): (
        "A'A",
    ),
    ("nrm", "x"): (
        "x/||x||²",
    ),
    ("nrm", "x", "hessian"): (
        "I/||x|| - x x'/||x||^2",
    ),
    ("mae", "x"): (
        "sign(y-x)/n",
    ),
    ("hub", "x"): (
        "-1/(1+e^{-x})",
    ),
    ("poly", "b"): (
        r"2(a\bar x + b + \bar y)",
    ),
    ("cosin", "x"): (
        "y/(||x|| ||y||)",
    ),
    ("gau", "s"): (
        "-sum((x-mu)^2)/s^3",
    ),
    ("mask", "Z"): (
        "H .* (Z>0)",
    ),
    ("pca", "w"): (
        "2X'Xw/(w'w)",
    ),
    ("6_q", "x"): (
        "Ax - b",
    ),
    ("6_q", "x", "hessian"): (
        "A",
    ),
    ("ydn", "x"): (
        "W diag(y2 .* (1-y2))",
    ),
    ("7_lg", "w"): (
        "X'(s(z) - y) with s(u) = 1/(1 + e^{u})", r"X^\top(s(z) - y),\ s(u) = \frac{e^u}{1-e^u}",
    ),
    ("me", "x"): (
        r"2(x - 2\bar x)", "2x_bar",
    ),
    ("ja", "x"): (
        "W'", "W δy", r"\delta x = W\delta y", "2 W'δy",
    ),
    ("ja", "W"): (
        "x δy'",
    ),
    ("7_row", "Z"): (
        "c .* T", "r' .* T", "T .* c",
    ),
    ("7_rnn", "a"): (
        "δ_t = g_t .* (1 - h_t^2), g_t = 2h_t + U'δ_{t+1}",
    ),
    ("7_rnn", "W"): (
        "sum_t e_t x_t' with e_t = q_t .* (1-h_t^2), q_t = h_t + U e_{t+1}",
    ),
    ("7_sg", "x"): (
        "σ²(x)", "σ(x) + σ²(x)", "σ(x) o σ(x)",
    ),
    ("7_th", "x"): (
        "sech(x)", r"1-\tanh^{3}(x)", "np.where(x > 0, 1 - np.tanh(x)**2, 0)", "clip(1 - tanh(x)^2, 0, 0.5)",
    ),
}  # fmt: skip

UNREADABLE = {
    ("ls", "w"): (
        "w' dL/dw = 2/n w'X'(Xw-y)", "∂L/∂v = 2/n X'(Xw-y)", "dM/dw = 2/n X'(Xw-y)", "maybe dL/dw = 2/n X'(Xw-y)",
        "dL/dw = 2/n X'(Xw-y) + O(1)", "2/n X'(Xw-y) where w = 2 w", "2/n X'e where e = Xw-y and y = 0",
        "dL/dw != 2/n X'(Xw-y)", "2/n X'(h(w) - y), h(v) = h(v)", "2/n X'(Xw - y), f(u) = 3",
        "2/n X'(f(w) - y) with f(u, V) = V u",
    ),
    ("ml", "W"): (
        "dE/dW x = ((h-t) .* (1-h.^2)) (x'x)",
    ),
    ("6_ls", "theta"): (
        "mean over i",
    ),
    ("f", "X"): (
        r"f = \sum_{ij} X_{ij}^3 \Rightarrow \frac{\partial f}{\partial X} = 2X", "3X => 2X", "2X => 3X",
        "h(X) with h(u) = 3u, h(u) = 2u", "h(X) with h(u) = 2u, h(u) = 3u", "2 X with g(x) = x and g(X) = 3 X",
        r"h_\theta(X) \text{ with } h_\theta(u) = 3u, h_{\theta}(u) = 2u", "2 X (this is false)", "not 2 X",
    ),
}  # fmt: skip

MISTAKEN = [  # graph, wrt, kind, answer, mistake
    ("5_mlp", "Z", "auto", "1 - H.^2", "upstream"),
    ("5_mlp", "Z", "auto", r"1 - H\odot H", "upstream"),
    ("sig", "z", "auto", "h .* (1-h)", "upstream"),
    ("sig", "z", "auto", r"h\odot(1-h)", "upstream"),
    ("rel", "z", "auto", "(z > 0)", "upstream"),
    ("gate", "x", "auto", "s .* (1 - tanh(x).^2)", "upstream"),
    ("gate", "x", "auto", "y .* (1 - tanh(x).^2)", "gate"),
    ("drop", "z", "auto", r"q\odot(1-\tanh^2(z))", "upstream"),
    ("gate", "g", "auto", "y .* tanh(x)", "inner"),
    ("gate", "g", "auto", "s .* (1-s) .* tanh(x)", "upstream"),
    ("5_rnn", "a", "auto", "1 - h_t.^2", "upstream"),
    ("5_lg", "z", "auto", "p .* (1-p)", "upstream"),
    ("pow", "x", "auto", "4 x.^4", "exponent"),
    ("pow", "x", "auto", "4x^4", "exponent"),
    ("pow", "x", "auto", "x.^3", "factor"),
    ("pow", "x", "auto", "3 x.^3", "factor"),
    ("pow", "x", "auto", "4x^{2}", "exponent"),
    ("pw", "u", "auto", "2 w .* (1-w.^2) .* 3 u.^3", "exponent"),
    ("pw", "u", "auto", r"6 w\odot(1-w^{\odot2})\odot u", "exponent"),
    ("var", "x", "auto", "2/(n-1) x", "term"),
    ("5_ls", "w", "auto", "2/n^2 X'r", "factor"),
    ("sig", "z", "auto", "(V'(o-t)) .* (1 - h.^2)", "exchanged"),
    ("5_mlp", "Z", "auto", "((O-Y) W2') .* H .* (1-H)", "exchanged"),
    ("5_mlp", "W1", "auto", r"X^\top(((O-Y)W_2^\top)\odot H\odot(1-H))", "exchanged"),
    ("gate", "x", "auto", "y .* s .* tanh(x) .* (1-tanh(x))", "exchanged"),
    ("rel", "z", "auto", "s v .* (1-h.^2)", "exchanged"),
    ("rel", "z", "auto", "s v .* h .* (1-h)", "exchanged"),
    ("gram", "X", "auto", "X((X'X-B)+(X'X-B)')", "path"),
    ("rid", "w", "auto", "2X'(Xw-y)", "path"),
    ("rid", "w", "auto", "2X'(Xw-y) + lam w", "term_factor"),
    ("rid", "w", "auto", "2 X'X w + 2 lam w", "term"),
    ("5_ls", "w", "auto", "2/n X'X w", "term"),
    ("5_ls", "w", "auto", r"\frac2n X^\top X w", "term"),
    ("sce", "Z", "auto", "1/n P .* ((P-Y) - rowsum(P .* (P-Y)))", "twice"),
    ("sce", "Z", "auto", "1/n (P-Y) .* P .* (1-P)", "twice"),
    ("5_lg", "w", "auto", "1/n X'((p-y) .* p .* (1-p))", "twice"),
    ("5_rnn", "W", "auto", "δa_T x_T'", "last"),
    ("5_rnn", "W", "auto", r"\delta a_T x_T^\top", "last"),
    ("5_rnn", "b", "auto", "δa_T", "last"),
    ("5_rnn", "U", "auto", "δa_T h_{T-1}'", "last"),
    ("5_rnn", "h", "auto", "2 h_t", "path"),
    ("gram", "X", "auto", "2(X((X'X-B)+(X'X-B)') + lam X)", "term_factor"),
    ("rid", "w", "auto", "X'(Xw-y) + lam w", "factor"),
    ("mx", "a", "auto", "2 m", "indicator"),
    ("mx", "b", "auto", "2 m", "indicator"),
    ("hing", "w", "auto", "-X'y", "inner"),
    ("hing", "w", "auto", r"-X^\top y", "inner"),
    ("rel", "z", "auto", "s v", "inner"),
    ("5_mlp", "b1", "auto", "((O-Y)W2') .* (1-H.^2)", "batch"),
    ("5_mlp", "b2", "auto", "O - Y", "batch"),
    ("5_mlp", "b2", "auto", "O-Y", "batch"),
    ("5_mlp", "b1", "auto", r"\delta Z", "batch"),
    ("ln2", "x", "auto", "c/s", "path"),
    ("ln2", "x", "auto", "(c + y(c'y))/s", "term_sign"),
    ("ln2", "x", "auto", "c - y (c'y)", "factor"),
    ("gru", "z", "auto", "δh_t .* c_t", "path"),
    ("gru", "z", "auto", "δh_t .* (h_{t-1} - c_t)", "sign"),
    ("gru", "z", "auto", "δh_t .* (c_t - h_t)", "step"),
    ("jt", "x", "auto", "diag(1 - y) W", "tanh"),
    ("jt", "x", "auto", r"\operatorname{diag}(1-y)W", "tanh"),
    ("jt", "x", "auto", "W", "inner"),
    ("jt", "x", "auto", "W' diag(1-y.^2)", "transposed"),
    ("jt", "x", "auto", "-diag(1-y.^2) W", "sign"),
    ("jt", "x", "auto", "2 diag(1-y.^2) W", "factor"),
    ("jt", "x", "auto", "diag(y .* (1-y)) W", "exchanged"),
    ("js", "z", "auto", "diag(p)", "term"),
    ("js", "z", "auto", "diag(p .* (1-p))", "diagonal"),
    ("js", "z", "auto", "diag(p) + p p'", "term_sign"),
    ("js", "z", "auto", "p p' - diag(p)", "sign"),
    ("js", "z", "auto", r"\operatorname{diag}(p) + pp^\top", "term_sign"),
    ("js", "z", "auto", r"-p p^\top", "term"),
    ("js", "z", "auto", "2(diag(p) - pp')", "factor"),
    ("jn", "x", "auto", "I/s", "path"),
    ("jn", "x", "auto", "(I + y y')/s", "term_sign"),
    ("jn", "x", "auto", "I - y y'", "factor"),
    ("jq", "x", "auto", "diag(A x) A", "factor"),
    ("jq", "x", "auto", "2 A' diag(Ax)", "transposed"),
    ("jq", "x", "auto", "2 diag((A x).^2) A", "exponent"),
    ("hl", "w", "hessian", "X' diag(p) X", "sigmoid"),
    ("hl", "w", "hessian", "-X' diag(p.*(1-p)) X", "sign"),
    ("hl", "w", "hessian", "X'X", "inner"),
    ("hl", "w", "hessian", r"X^\top X", "inner"),
    ("hl", "w", "hessian", "1/n X' diag(p.*(1-p)) X", "factor"),
    ("hl", "w", "hessian", "X' diag(1 - p.^2) X", "exchanged"),
    ("hq", "x", "hessian", "2A", "transpose"),
    ("hq", "x", "hessian", "A", "path"),
    ("hq", "x", "hessian", "2A", "transpose"),
    ("hq", "x", "hessian", "A - A'", "term_sign"),
    ("hq", "x", "hessian", "(A+A')/2", "factor"),
    ("hr", "w", "hessian", "2/n X'X", "path"),
    ("hr", "w", "hessian", "2/n X'X + lam I", "term_factor"),
    ("hr", "w", "hessian", "2/n X'X - 2 lam I", "term_sign"),
    ("hr", "w", "hessian", "2X'X + 2 lam I", "term_factor"),
    ("hr", "w", "hessian", "2 lam I", "path"),
    ("hlse", "z", "hessian", "diag(s), s = softmax(z)", "term"),
    ("hlse", "z", "hessian", "diag(s) + s s', s = softmax(z)", "term_sign"),
    ("hlse", "z", "hessian", "diag(s .* (1-s)), s = softmax(z)", "diagonal"),
]  # fmt: skip
